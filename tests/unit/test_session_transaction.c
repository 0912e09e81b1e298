/* test_session_transaction.c — mail transactions: what ends them, and what becomes of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/transaction.h"

#include "dialogue.h"

#define TURNS 24
#define MAILS 4

/* A session, and its mails as describe() tells them. The last turn may be a loss. */
typedef struct script {
    const char *name;
    turn turns[TURNS];
    const char *mails[MAILS];
    bool late;         /* the capture begins in the middle */
    bool capture_ends; /* before the connection does */
} script;

/* clang-format off */
#define GREETING {S, "220 mx\r\n"}, {C, "EHLO a\r\n"}, {S, "250 mx\r\n"}
#define LMTP_GREETING {S, "220 mx\r\n"}, {C, "LHLO a\r\n"}, {S, "250 mx\r\n"}
#define FROM {C, "MAIL FROM:<a@b>\r\n"}, {S, "250 ok\r\n"}
#define TO {C, "RCPT TO:<c@d>\r\n"}, {S, "250 ok\r\n"}
#define ENVELOPE FROM, TO
#define CONTENT {C, "Subject: x\r\n\r\n.\r\n"}
#define SENT {C, "DATA\r\n"}, {S, "354 go\r\n"}, CONTENT
/* clang-format on */

static const script refusals[] = {
    {.name = "DATA refused, then taken",
     .turns = {GREETING, ENVELOPE, {C, "DATA\r\n"}, {S, "451 wait\r\n"}, SENT, {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "DATA before RCPT",
     .turns = {GREETING, FROM, {C, "DATA\r\n"}, {S, "503 no\r\n"}, TO, SENT, {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "DATA refused, then granted, and cut off",
     .turns = {GREETING, ENVELOPE, {C, "DATA\r\n"}, {S, "451 wait\r\n"}, SENT},
     .mails = {"1 unknown, CLOSE, 0, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "DATA refused, and no more",
     .turns = {GREETING, ENVELOPE, {C, "DATA\r\n"}, {S, "451 wait\r\n"}},
     .mails = {"1 deferred, CLOSE, 451, a@b to 250, DATA, helo a"}},
    {.name = "MAIL deferred, and what was pipelined behind it refused for that",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"},
               {S, "451 later\r\n503 no MAIL\r\n503 no RCPT\r\n"}},
     .mails = {"1 deferred, MAIL, 451, a@b to 503, DATA, helo a"}},
    {.name = "MAIL rejected, and what was pipelined behind it deferred",
     .turns = {GREETING, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"}, {S, "550 no\r\n450 later\r\n"}},
     .mails = {"1 rejected, MAIL, 550, a@b to 450, helo a"}},
    {.name = "one recipient rejected, the other deferred: the deferral decides",
     .turns = {GREETING, FROM, {C, "RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"}, {S, "550 no\r\n450 later\r\n"}},
     .mails = {"1 deferred, CLOSE, 450, a@b to 550 450, helo a"}},
    {.name = "closed by a 421",
     .turns = {GREETING, ENVELOPE, {S, "421 4.7.0 too slow\r\n"}},
     .mails = {"1 deferred, CLOSE, 421, a@b to 250, helo a"}},
    {.name = "closed by a refusal that answers nothing",
     .turns = {GREETING, ENVELOPE, {S, "451 4.7.0 time is over\r\n"}},
     .mails = {"1 deferred, CLOSE, 451, a@b to 250, helo a"}},
    {.name = "a refusal that answers nothing, and the session goes on",
     .turns = {GREETING, ENVELOPE, {S, "451 odd\r\n"}, {C, "NOOP\r\n"}, {S, "250 ok\r\n"}},
     .mails = {"1 aborted, CLOSE, 0, a@b to 250, helo a"}},
    {.name = "a chunk refused, the last taken",
     .turns = {GREETING, ENVELOPE, {C, "BDAT 1\r\nx"}, {S, "552 no\r\n"}, {C, "BDAT 0 LAST\r\n"}, {S, "250 ok\r\n"}},
     .mails = {"1 rejected, END-OF-DATA, 552, a@b to 250, BDAT 1, helo a"}},
    {.name = "DATA behind a chunk",
     .turns = {GREETING,
               ENVELOPE,
               {C, "BDAT 1\r\nx"},
               {S, "250 ok\r\n"},
               {C, "DATA\r\n"},
               {S, "503 no\r\n"},
               {C, "BDAT 0 LAST\r\n"},
               {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, BDAT 1, helo a"}},
    {.name = "DATA twice",
     .turns = {GREETING, ENVELOPE, {C, "DATA\r\nDATA\r\n"}, {S, "451 wait\r\n503 no\r\n"}},
     .mails = {"1 deferred, CLOSE, 451, a@b to 250, DATA, helo a"}},
    {.name = "the reply to another RCPT lost",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n"},
               {S, "250 ok\r\n550 no\r\n"},
               {S_LOST, "250 ok\r\n"},
               {S, "354 go\r\n"},
               CONTENT,
               {S, "451 later\r\n"}},
     .mails = {"1 deferred, END-OF-DATA, 451, a@b to 550 0, DATA 14, Subject x, helo a"}},
};

static const script without_code[] = {
    {.name = "RCPT",
     .turns = {GREETING, FROM, {C, "RCPT TO:<c@d>\r\n"}, {S, "5.1.1 unknown user\r\n"}, {C, "QUIT\r\n"}, {S, "221 bye\r\n"}},
     .mails = {"1 rejected, QUIT, 5.1.1 unknown user, a@b to 5yz, helo a"}},
    {.name = "RCPT, deferred",
     .turns = {GREETING, FROM, {C, "RCPT TO:<c@d>\r\n"}, {S, "4.2.1 later\r\n"}, TO},
     .mails = {"1 aborted, CLOSE, 0, a@b to 4yz 250, helo a"}},
    {.name = "MAIL",
     .turns = {GREETING, {C, "MAIL FROM:<a@b>\r\n"}, {S, "4.7.1 later\r\n"}},
     .mails = {"1 deferred, MAIL, 4.7.1 later, a@b to, helo a"}},
    {.name = "the content, refused",
     .turns = {GREETING, ENVELOPE, SENT, {S, "5.7.1 spam\r\n"}},
     .mails = {"1 rejected, END-OF-DATA, 5.7.1 spam, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "the content, taken",
     .turns = {GREETING, ENVELOPE, SENT, {S, "2.0.0 Ok: queued as 4XyZ00\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 2.0.0 Ok: queued as 4XyZ00, 4XyZ00, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "the content, and without a status",
     .turns = {GREETING, ENVELOPE, SENT, {S, "spam\r\n"}, ENVELOPE},
     .mails = {"1 unknown, END-OF-DATA, 0, a@b to 250, DATA 14, Subject x, helo a", "2 aborted, CLOSE, 0, a@b to 250, helo "
                                                                                    "a"}},
    {.name = "RCPT, and without a status",
     .turns = {GREETING, FROM, {C, "RCPT TO:<c@d>\r\n"}, {S, "\r\n"}, SENT, {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 0, DATA 14, Subject x, helo a"}},
    {.name = "the end of a line whose beginning is lost",
     .turns = {GREETING, FROM, {C, "RCPT TO:<c@d>\r\n"}, {S_LOST, "250-"}, {S, "c\r\n250 ok\r\n"}},
     .mails = {"1 aborted, CLOSE, 0, a@b to 250, helo a"}},
};

static const script contents[] = {
    {.name = "BURL LAST",
     .turns = {GREETING, ENVELOPE, {C, "BURL imap://x LAST\r\n"}, {S, "250 ok\r\n"}, ENVELOPE},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, BURL, helo a", "2 aborted, CLOSE, 0, a@b to 250, helo a"}},
    {.name = "BURL, then a chunk",
     .turns =
         {GREETING, ENVELOPE, {C, "BURL imap://x\r\n"}, {S, "250 ok\r\n"}, {C, "BDAT 3 LAST\r\nabc"}, {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, BDAT, helo a"}},
    {.name = "a chunk refused before it is through",
     .turns = {GREETING, ENVELOPE, {C, "BDAT 10 LAST\r\nabc"}, {S, "552 no\r\n"}, {C, "defghij"}},
     .mails = {"1 rejected, END-OF-DATA, 552, a@b to 250, BDAT, helo a"}},
    {.name = "cut off in a chunk",
     .turns = {GREETING, ENVELOPE, {C, "BDAT 10 LAST\r\nabc"}},
     .mails = {"1 aborted, CLOSE, 0, a@b to 250, BDAT, helo a"}},
    {.name = "MAIL refused keeps the chunks",
     .turns = {GREETING,
               ENVELOPE,
               {C, "BDAT 3\r\nabc"},
               {S, "250 ok\r\n"},
               {C, "MAIL FROM:<x@y>\r\n"},
               {S, "503 no\r\n"},
               {C, "BDAT 2 LAST\r\nde"},
               {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, BDAT 5, helo a"}},
    {.name = "MAIL granted drops the chunks",
     .turns = {GREETING,
               ENVELOPE,
               {C, "BDAT 3\r\nabc"},
               {S, "250 ok\r\n"},
               ENVELOPE,
               {C, "BDAT 2 LAST\r\nde"},
               {S, "250 ok\r\n"}},
     .mails = {"1 aborted, MAIL, 0, a@b to 250, BDAT, helo a", "2 accepted, END-OF-DATA, 250, a@b to 250, BDAT 2, helo a"}},
    {.name = "EHLO refused changes nothing",
     .turns = {GREETING,
               ENVELOPE,
               {C, "BDAT 3\r\nabc"},
               {S, "250 ok\r\n"},
               {C, "EHLO b_b\r\n"},
               {S, "501 no\r\n"},
               {C, "BDAT 2 LAST\r\nde"},
               {S, "250 ok\r\n"},
               FROM},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, BDAT 5, helo a", "2 aborted, CLOSE, 0, a@b to, helo a"}},
    {.name = "EHLO granted",
     .turns = {GREETING,
               ENVELOPE,
               {C, "BDAT 3\r\nabc"},
               {S, "250 ok\r\n"},
               {C, "EHLO b\r\n"},
               {S, "250 mx\r\n"},
               ENVELOPE,
               {C, "BDAT 2 LAST\r\nde"},
               {S, "250 ok\r\n"}},
     .mails = {"1 aborted, EHLO, 0, a@b to 250, BDAT, helo a", "2 accepted, END-OF-DATA, 250, a@b to 250, BDAT 2, helo b"}},
    {.name = "EHLO refused while HELO waits",
     .turns = {{S, "220 mx\r\n"}, {C, "EHLO a\r\nHELO b\r\n"}, {S, "500 no\r\n"}, {S, "250 mx\r\n"}, FROM},
     .mails = {"1 aborted, CLOSE, 0, a@b to, helo b"}},
};

static const script endings[] = {
    {.name = "HELO",
     .turns = {GREETING, FROM, {C, "HELO b\r\n"}, {S, "250 mx\r\n"}},
     .mails = {"1 aborted, EHLO, 0, a@b to, helo a"}},
    {.name = "X-ANONYMOUSTLS",
     .turns = {GREETING, FROM, {C, "X-ANONYMOUSTLS\r\n"}, {S, "220 go\r\n"}},
     .mails = {"1 aborted, STARTTLS, 0, a@b to, helo a"}},
    {.name = "XCLIENT",
     .turns = {GREETING, FROM, {C, "XCLIENT NAME=x\r\n"}, {S, "220 mx\r\n"}},
     .mails = {"1 aborted, EHLO, 0, a@b to, helo a"}},
    {.name = "TURN",
     .turns = {GREETING, FROM, {C, "TURN\r\n"}, {S, "250 ok\r\n"}},
     .mails = {"1 aborted, CLOSE, 0, a@b to, helo a"}},
    {.name = "HELO, not answered",
     .turns = {GREETING, FROM, {C, "HELO b\r\n"}},
     .mails = {"1 aborted, EHLO, 0, a@b to, helo a"}},
};

static const script cut_offs[] = {
    {.name = "behind MAIL",
     .capture_ends = true,
     .turns = {GREETING, FROM},
     .mails = {"1 open, CAPTURE-END, 0, a@b to, helo a"}},
    {.name = "behind RCPT",
     .capture_ends = true,
     .turns = {GREETING, ENVELOPE},
     .mails = {"1 open, CAPTURE-END, 0, a@b to 250, helo a"}},
    {.name = "in the content",
     .capture_ends = true,
     .turns = {GREETING, ENVELOPE, {C, "DATA\r\n"}, {S, "354 go\r\n"}, {C, "Subject: x\r\n\r\nte"}},
     .mails = {"1 open, CAPTURE-END, 0, a@b to 250, DATA, Subject x, helo a"}},
    {.name = "in a chunk",
     .capture_ends = true,
     .turns = {GREETING, ENVELOPE, {C, "BDAT 10 LAST\r\nabc"}},
     .mails = {"1 open, CAPTURE-END, 0, a@b to 250, BDAT, helo a"}},
    {.name = "behind the content",
     .capture_ends = true,
     .turns = {GREETING, ENVELOPE, SENT},
     .mails = {"1 open, CAPTURE-END, 0, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "behind the content, and the connection ends",
     .turns = {GREETING, ENVELOPE, SENT},
     .mails = {"1 unknown, CLOSE, 0, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "every recipient refused",
     .capture_ends = true,
     .turns = {GREETING, FROM, {C, "RCPT TO:<c@d>\r\n"}, {S, "550 no\r\n"}},
     .mails = {"1 rejected, CAPTURE-END, 550, a@b to 550, helo a"}},
    {.name = "by a 421",
     .capture_ends = true,
     .turns = {GREETING, ENVELOPE, {S, "421 4.7.0 too slow\r\n"}},
     .mails = {"1 deferred, CAPTURE-END, 421, a@b to 250, helo a"}},
    {.name = "behind QUIT",
     .capture_ends = true,
     .turns = {GREETING, ENVELOPE, {C, "QUIT\r\n"}},
     .mails = {"1 aborted, QUIT, 0, a@b to 250, helo a"}},
    {.name = "with the client's side alone",
     .capture_ends = true,
     .turns = {{C, "EHLO a\r\n"}, {C, "MAIL FROM:<a@b>\r\n"}, {C, "RCPT TO:<c@d>\r\n"}},
     .mails = {"1 unknown, CAPTURE-END, 0, a@b to 0, helo a"}},
};

/* What was not captured may have been more than what was. */
static const script hidden[] = {
    {.name = "the replies to MAIL, RCPT and DATA lost, then RSET",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"},
               {S_LOST, "250 ok\r\n550 no\r\n503 no\r\n"},
               {C, "RSET\r\n"},
               {S, "250 ok\r\n"},
               ENVELOPE,
               {C, "RSET\r\n"},
               {S, "250 ok\r\n"}},
     .mails = {"1 unknown, RSET, 0, a@b to 0, DATA, helo a", "2 aborted, RSET, 0, a@b to 250, helo a"}},
    {.name = "lost behind RCPT, then QUIT",
     .turns = {GREETING, ENVELOPE, {C_LOST, "DATA\r\n"}, {C, "QUIT\r\n"}, {S, "221 bye\r\n"}},
     .mails = {"1 unknown, QUIT, 0, a@b to 250, helo a"}},
    {.name = "the end of the content lost, then the connection ends: nothing tells that QUIT is no content",
     .turns =
         {GREETING, ENVELOPE, {C, "DATA\r\n"}, {S, "354 go\r\n"}, {C, "x\r\n"}, {C_LOST, "y\r\n.\r\n"}, {C, "QUIT\r\n"}},
     .mails = {"1 unknown, CLOSE, 0, a@b to 250, DATA, helo a"}},
    {.name = "a refusal decides all the same",
     .turns = {GREETING,
               FROM,
               {C, "RCPT TO:<c@d>\r\n"},
               {S, "550 no\r\n"},
               {C_LOST, "DATA\r\n"},
               {C, "RSET\r\n"},
               {S, "250 ok\r\n"}},
     .mails = {"1 rejected, RSET, 550, a@b to 550, helo a"}},
};

#define TAKEN                                                                                                               \
    {                                                                                                                       \
        S, "250 Ok: queued as 4XyZ00\r\n"                                                                                   \
    }
#define QUIT                                                                                                                \
    {C, "QUIT\r\n"},                                                                                                        \
    {                                                                                                                       \
        S, "221 bye\r\n"                                                                                                    \
    }
#define CHUNK                                                                                                               \
    {                                                                                                                       \
        C, "BDAT 14\r\nSubject: x\r\n\r\n"                                                                                  \
    }

/* A reply that names the mail shows that its content has ended, though the end was not captured. */
static const script taken[] = {
    {.name = "the last chunk lost",
     .turns = {GREETING, ENVELOPE, CHUNK, {S, "250 ok\r\n"}, {C_LOST, "BDAT 1 LAST\r\nx"}, {C, "\n"}, TAKEN, QUIT},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, BDAT, Subject x, captured Subject: x||||, helo a"}},
    {.name = "the line of the last chunk lost, its octets seen",
     .turns = {GREETING, ENVELOPE, CHUNK, {C_LOST, "BDAT 6 LAST\r\n"}, {C, "y\r\n.\r\n"}, {S, "250 ok\r\n"}, TAKEN, QUIT},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, BDAT, Subject x, captured Subject: x||||, helo a"}},
    {.name = "the same, and the next mail sent before the reply",
     .turns = {GREETING,
               ENVELOPE,
               CHUNK,
               {S, "250 ok\r\n"},
               {C_LOST, "BDAT 6 LAST\r\n"},
               {C, "y\r\nz\r\n"},
               {C, "MAIL FROM:<e@f>\r\n"},
               {C, "RCPT TO:<c@d>\r\n"},
               {C, "BDAT 2 LAST\r\nxx"},
               TAKEN,
               {S, "250 ok\r\n250 ok\r\n250 Ok: queued as 4XyZ01\r\n"},
               QUIT},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, BDAT, Subject x, captured Subject: x||||, helo a", "2 "
                                                                                                                     "accept"
                                                                                                                     "ed, "
                                                                                                                     "END-"
                                                                                                                     "OF-"
                                                                                                                     "DATA, "
                                                                                                                     "250, "
                                                                                                                     "4XyZ01"
                                                                                                                     ", e@f "
                                                                                                                     "to "
                                                                                                                     "250, "
                                                                                                                     "BDAT "
                                                                                                                     "2, "
                                                                                                                     "helo "
                                                                                                                     "a"}},
    {.name = "a chunk in the middle lost with its line",
     .turns = {GREETING,
               ENVELOPE,
               CHUNK,
               {S, "250 ok\r\n"},
               {C_LOST, "BDAT 1\r\nx"},
               {S, "250 ok\r\n"},
               {C, "BDAT 1\r\ny"},
               {S, "250 ok\r\n"},
               {C, "BDAT 1 LAST\r\nz"},
               TAKEN,
               QUIT},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, BDAT, Subject x, captured Subject: x||||yz, helo a"}},
    {.name = "all behind RCPT lost",
     .turns = {GREETING, ENVELOPE, {C_LOST, "BDAT 1 LAST\r\nx"}, {C, "NOOP\r\n"}, TAKEN, {S, "250 ok\r\n"}, QUIT},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, helo a"}},
    {.name = "the reply lost, too: another mail's",
     .turns = {GREETING,
               ENVELOPE,
               CHUNK,
               {S, "250 ok\r\n"},
               {C_LOST, "BDAT 1 LAST\r\nx"},
               {C, "x\n"},
               {S_LOST, "250 Ok: queued as 4XyZ01\r\n"},
               TAKEN,
               QUIT},
     .mails = {"2 accepted, END-OF-DATA, 250, 4XyZ00,  to, helo a", "1 unknown, QUIT, 0, a@b to 250, BDAT, Subject x, "
                                                                    "captured Subject: x||||, helo a"}},
    {.name = "the recipients refused: another mail's",
     .turns = {GREETING,
               FROM,
               {C, "RCPT TO:<c@d>\r\n"},
               {S, "550 no\r\n"},
               {C_LOST, "RSET\r\nMAIL FROM:<e@f>\r\n"},
               {C, "\n"},
               TAKEN,
               QUIT},
     .mails = {"2 accepted, END-OF-DATA, 250, 4XyZ00,  to, helo a", "1 unknown, QUIT, 0, a@b to 550, helo a"}},
    {.name = "begins at the reply",
     .late = true,
     .turns = {TAKEN, ENVELOPE, SENT, {S, "250 Ok: queued as 4XyZ01\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00,  to, helo ", "2 accepted, END-OF-DATA, 250, 4XyZ01, a@b to 250, DATA "
                                                                   "14, Subject x, helo "}},
    {.name = "begins at the reply, the next mail sent before it",
     .late = true,
     .turns = {{C, "MAIL FROM:<e@f>\r\n"},
               {C, "RCPT TO:<c@d>\r\n"},
               {C, "BDAT 2 LAST\r\nxx"},
               TAKEN,
               {S, "250 ok\r\n250 ok\r\n250 Ok: queued as 4XyZ01\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00,  to, helo ", "2 accepted, END-OF-DATA, 250, 4XyZ01, e@f to 250, BDAT "
                                                                   "2, helo "}},
    {.name = "the server's side alone, chunks",
     .turns = {{S, "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"},
               TAKEN,
               {S, "250 ok\r\n250 ok\r\n250 Ok: queued as 4XyZ01\r\n221 bye\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00,  to, helo ", "2 accepted, END-OF-DATA, 250, 4XyZ01,  to, helo "}},
    {.name = "results of several recipients are of one mail",
     .late = true,
     .turns = {{S, "250 2.0.0 <a@b> X1 Saved\r\n452 4.2.2 <c@d> full\r\n250 2.0.0 <e@f> X2 Saved\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, X1,  to, helo "}},
    {.name = "a name that stands in every reply",
     .late = true,
     .turns = {{S, "250 2.0.0 OK 1700000000 x12si123 - gsmtp\r\n250 2.1.5 OK x12si123 - gsmtp\r\n"}},
     .mails = {NULL}},
    {.name = "the identifier of a session in a greeting",
     .turns = {{S, "220 mx ESMTP ready, session id=77ab\r\n"},
               {C, "EHLO a\r\n"},
               {S, "250 mx\r\n"},
               ENVELOPE,
               SENT,
               {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "the same in replies to other commands",
     .turns = {GREETING,
               {C_LOST, "NOOP\r\n"},
               {S, "250 ok\r\n"},
               {C, "AUTH PLAIN AGEAYg==\r\n"},
               {S, "235 2.7.0 ok id=77ab\r\n"},
               {C, "VRFY a\r\n"},
               {S, "252 2.0.0 ok id=77ab\r\n"},
               {C, "QUIT\r\n"},
               {S, "221 2.0.0 bye id=77ab\r\n"}},
     .mails = {NULL}},
    {.name = "nothing of the client is missing: no mail that it has not sent",
     .turns = {GREETING,
               {C, "NOOP\r\n"},
               {S_LOST, "250 ok\r\n"},
               {C, "NOOP\r\n"},
               {S, "250 ok\r\n"},
               {C, "XFORWARD ID=4711\r\n"},
               {S, "250 2.0.0 Ok id=4711\r\n"},
               ENVELOPE,
               SENT,
               TAKEN},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "a command alone waits for the reply",
     .turns = {GREETING,
               {C_LOST, "NOOP\r\n"},
               {S, "250 ok\r\n"},
               {C, "NOOP\r\n"},
               {S, "250 2.0.0 Ok id=4711\r\n"},
               ENVELOPE,
               SENT,
               TAKEN},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "a reply without a name behind one that was answered",
     .turns = {GREETING,
               ENVELOPE,
               {C, "BDAT 14\r\nSubject: y\r\n\r\n"},
               {S, "250 ok\r\n"},
               {C_LOST, "BDAT 1 LAST\r\nx"},
               {C, "\n"},
               TAKEN,
               ENVELOPE,
               {C, "BDAT 2 LAST\r\nxx"},
               {S, "250 discarded\r\n"},
               FROM},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, BDAT, Subject y, captured Subject: y||||, helo a",
               "2 accepted, END-OF-DATA, 250, a@b to 250, BDAT 2, helo a", "3 aborted, CLOSE, 0, a@b to, helo a"}},
    {.name = "one in a group, and the client goes on",
     .turns = {GREETING,
               ENVELOPE,
               {C, "BDAT 14\r\nSubject: y\r\n\r\n"},
               {S, "250 ok\r\n"},
               {C_LOST, "BDAT 1 LAST\r\nx"},
               {C, "\n"},
               TAKEN,
               {C, "MAIL FROM:<e@f>\r\n"},
               {C, "RCPT TO:<c@d>\r\n"},
               {C, "BDAT 2 LAST\r\nxx"},
               {S, "250 ok\r\n250 ok\r\n250 discarded\r\n"},
               ENVELOPE},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, BDAT, Subject y, captured Subject: y||||, helo a",
               "2 unknown, END-OF-DATA, 0, e@f to 250, BDAT 2, helo a", "3 aborted, CLOSE, 0, a@b to 250, helo a"}},
    {.name = "replies to what was lost come before those to the group behind",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\n"},
               {C_LOST, "RCPT TO:<c@d>\r\nBDAT 1 LAST\r\nx"},
               {C, "MAIL FROM:<e@f>\r\n"},
               {C, "RCPT TO:<c@d>\r\n"},
               {C, "BDAT 2 LAST\r\nxx"},
               {S, "250 ok\r\n250 ok\r\n"},
               TAKEN,
               {S, "250 ok\r\n250 ok\r\n250 Ok: queued as 4XyZ01\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to, helo a", "2 accepted, END-OF-DATA, 250, 4XyZ01, e@f to 250, "
                                                                       "BDAT 2, helo a"}},
    {.name = "the same, and the first is never answered",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\n"},
               {C_LOST, "RCPT TO:<c@d>\r\nBDAT 1 LAST\r\nx"},
               {C, "MAIL FROM:<e@f>\r\n"},
               {C, "RCPT TO:<c@d>\r\n"},
               {C, "BDAT 2 LAST\r\nxx"},
               {S, "250 ok\r\n250 ok\r\n"}},
     .mails = {"1 unknown, CLOSE, 0, a@b to, helo a", "2 unknown, CLOSE, 0, e@f to 0, BDAT 2, helo a"}},
    {.name = "nothing is missing",
     .turns = {GREETING, FROM, {C, "RCPT TO:<c@d>\r\n"}, TAKEN},
     .mails = {"1 aborted, CLOSE, 0, a@b to 250, helo a"}},
};

/* Mails of which the beginning was not captured, and lines that only look like one. */
static const script without_mail[] = {
    {.name = "MAIL lost",
     .turns = {GREETING, {C_LOST, "MAIL FROM:<a@b>\r\n"}, {S, "250 ok\r\n"}, TO, SENT, {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250,  to 250, DATA 14, Subject x, helo a"}},
    {.name = "MAIL lost behind another mail",
     .turns = {GREETING,
               ENVELOPE,
               SENT,
               {S, "250 ok\r\n"},
               {C_LOST, "MAIL FROM:<e@f>\r\n"},
               {S, "250 ok\r\n"},
               TO,
               SENT,
               {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, DATA 14, Subject x, helo a", "2 accepted, END-OF-DATA, 250,  to "
                                                                                       "250, DATA 14, Subject x, helo a"}},
    {.name = "RCPT and all behind it lost",
     .turns = {GREETING,
               FROM,
               {C_LOST, "RCPT TO:<c@d>\r\n"},
               {S, "250 ok\r\n"},
               {C_LOST, "DATA\r\n"},
               {S, "354 go\r\n"},
               {C_LOST, "Subject: x\r\n\r\n.\r\n"},
               {S, "250 Ok: queued as 4XyZ00\r\n"},
               {C, "QUIT\r\n"},
               {S, "221 bye\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to, DATA, helo a"}},
    {.name = "from the end of one content to the DATA of the next",
     .turns = {GREETING,
               ENVELOPE,
               {C, "DATA\r\n"},
               {S, "354 go\r\n"},
               {C, "Subject: x\r\n\r\n"},
               {C_LOST, ".\r\nMAIL FROM:<e@f>\r\n"},
               {C, "DATA\r\n"},
               {S, "354 go\r\n"},
               CONTENT,
               {S, "250 Ok: queued as 4XyZ00\r\n"}},
     .mails = {"1 unknown, END-OF-DATA, 0, a@b to 250, DATA, Subject x, helo a", "2 accepted, END-OF-DATA, 250, 4XyZ00,  "
                                                                                 "to, DATA 14, Subject x, helo a"}},
    {.name = "begins at the 354",
     .late = true,
     .turns = {{S, "354 go\r\n"}, CONTENT, {S, "250 Ok: queued as 4XyZ00\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00,  to, DATA 14, Subject x, helo "}},
    {.name = "begins in a content",
     .late = true,
     .turns = {{C, "text\r\n.\r\n"}, {S, "250 Ok: queued as 4XyZ00\r\n"}, {C, "QUIT\r\n"}, {S, "221 bye\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00,  to, DATA, helo "}},
    {.name = "begins at RCPT",
     .late = true,
     .turns = {TO, {C, "RSET\r\n"}, {S, "250 ok\r\n"}},
     .mails = {"1 unknown, RSET, 0,  to 250, helo "}},
    {.name = "begins at a RCPT that is refused for want of a MAIL",
     .late = true,
     .turns = {{C, "RCPT TO:<c@d>\r\n"}, {S, "503 no\r\n"}, ENVELOPE, SENT, {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, DATA 14, Subject x, helo "}},
    {.name = "the server's side alone",
     .turns = {{S, "220 mx\r\n"},
               {S, "250 mx\r\n"},
               {S, "250 ok\r\n"},
               {S, "250 ok\r\n"},
               {S, "354 go\r\n"},
               {S, "250 Ok: queued as 4XyZ00\r\n"},
               {S, "354 go\r\n"},
               {S, "550 spam\r\n"},
               {S, "221 bye\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00,  to, DATA, helo ", "2 rejected, END-OF-DATA, 550,  to, DATA, helo "}},
    {.name = "the client's side alone, from RCPT on",
     .late = true,
     .turns = {{C, "RCPT TO:<c@d>\r\n"}, {C, "DATA\r\n"}, CONTENT},
     .mails = {"1 unknown, CLOSE, 0,  to 0, DATA 14, Subject x, helo "}},
};

/* What follows DATA before its reply is what the reply makes it, whatever it looks like. */
static const script behind_data[] = {
    {.name = "a content that begins like a command",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nRCPT TO:<e@f>\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n"},
               {S, "250 ok\r\n250 ok\r\n354 go\r\n250 Ok: queued as 4XyZ00\r\n221 bye\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, DATA 29, Subject x, helo a"}},
    {.name = "its first line alone before the 354",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nRCPT TO:<e@f>\r\n"},
               {S, "250 ok\r\n250 ok\r\n354 go\r\n"},
               CONTENT,
               {S, "250 Ok: queued as 4XyZ00\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00, a@b to 250, DATA 29, Subject x, helo a"}},
    {.name = "and a whole dialogue in it",
     .turns = {GREETING,
               ENVELOPE,
               {C, "DATA\r\nRSET\r\nEHLO x\r\nMAIL FROM:<x@y>\r\nRCPT TO:<z@y>\r\nDATA\r\nSubject: z\r\n\r\n.\r\n"},
               {S, "354 go\r\n250 ok\r\n"},
               ENVELOPE,
               SENT,
               {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250, DATA 66, Subject z, helo a", "2 accepted, END-OF-DATA, 250, a@b "
                                                                                       "to 250, DATA 14, Subject x, helo "
                                                                                       "a"}},
    {.name = "refused, and the content with it",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nHi\r\n.\r\nMAIL FROM:<e@f>\r\nRCPT "
                   "TO:<c@d>\r\nDATA\r\n"
                   "Subject: y\r\n\r\n.\r\nQUIT\r\n"},
               {S, "250 ok\r\n550 no\r\n451 no\r\n500 ?\r\n500 ?\r\n500 ?\r\n500 ?\r\n250 ok\r\n250 ok\r\n354 go\r\n250 "
                   "ok\r\n221 bye\r\n"}},
     .mails = {"1 rejected, MAIL, 550, a@b to 550, DATA, helo a", "2 accepted, END-OF-DATA, 250, e@f to 250, DATA 14, "
                                                                  "Subject y, helo a"}},
    {.name = "refused, and its lines not answered",
     .turns = {GREETING,
               FROM,
               {C, "RCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nHi\r\n.\r\nRSET\r\n"},
               {S, "550 no\r\n554 no\r\n250 ok\r\n"},
               ENVELOPE,
               SENT,
               {S, "250 ok\r\n"}},
     .mails = {"1 rejected, RSET, 550, a@b to 550, DATA, helo a", "2 accepted, END-OF-DATA, 250, a@b to 250, DATA 14, "
                                                                  "Subject x, helo a"}},
    {.name = "refused, and commands behind it",
     .turns = {GREETING,
               FROM,
               {C, "RCPT TO:<c@d>\r\nDATA\r\nRSET\r\nMAIL FROM:<e@f>\r\n"},
               {S, "550 no\r\n554 no\r\n250 ok\r\n250 ok\r\n"}},
     .mails = {"1 rejected, RSET, 550, a@b to 550, DATA, helo a", "2 aborted, CLOSE, 0, e@f to, helo a"}},
};

static const script lmtp[] = {
    {.name = "a result lost: nobody knows whose the others are",
     .turns = {LMTP_GREETING,
               FROM,
               TO,
               {C, "RCPT TO:<e@f>\r\n"},
               {S, "250 ok\r\n"},
               SENT,
               {S_LOST, "250 ok\r\n"},
               {S, "550 no\r\n"},
               QUIT},
     .mails = {"1 unknown, END-OF-DATA, 0, a@b to 0 0, DATA 14, Subject x, helo a"}},
    {.name = "a result lost, and the other names its recipient",
     .turns = {LMTP_GREETING,
               FROM,
               TO,
               {C, "RCPT TO:<e@f>\r\n"},
               {S, "250 ok\r\n"},
               SENT,
               {S_LOST, "250 ok\r\n"},
               {S, "550 <e@f> is full\r\n"},
               QUIT},
     .mails = {"1 unknown, END-OF-DATA, 0, a@b to 0 550, DATA 14, Subject x, helo a"}},
    {.name = "a result lost: what was sent since gets its own reply",
     .turns = {LMTP_GREETING,
               FROM,
               TO,
               {C, "RCPT TO:<e@f>\r\n"},
               {S, "250 ok\r\n"},
               SENT,
               {S_LOST, "550 no\r\n"},
               {S, "550 no\r\n"},
               {C, "RSET\r\n"},
               {S, "250 flushed\r\n"},
               FROM},
     .mails = {"1 unknown, END-OF-DATA, 0, a@b to 0 0, DATA 14, Subject x, helo a", "2 aborted, CLOSE, 0, a@b to, helo a"}},
    {.name = "a result lost, and the last recipient named: no more results come",
     .turns = {LMTP_GREETING,
               FROM,
               TO,
               {C, "RCPT TO:<e@f>\r\n"},
               {S, "250 ok\r\n"},
               SENT,
               {S_LOST, "550 no\r\n"},
               {S, "550 <e@f> is full\r\n"},
               {S, "421 bye\r\n"}},
     .mails = {"1 unknown, END-OF-DATA, 0, a@b to 0 550, DATA 14, Subject x, helo a"}},
    {.name = "all answered",
     .turns = {LMTP_GREETING, FROM, TO, TO, SENT, {S, "250 ok\r\n"}, {S, "451 no\r\n"}},
     .mails = {"1 partial, END-OF-DATA, 451, a@b to 250 451, DATA 14, Subject x, helo a"}},
    {.name = "cut off behind the first of two",
     .turns = {LMTP_GREETING, FROM, TO, TO, SENT, {S, "250 ok\r\n"}},
     .mails = {"1 unknown, CLOSE, 0, a@b to 250 0, DATA 14, Subject x, helo a"}},
    {.name = "cut off behind the second of three",
     .turns = {LMTP_GREETING, FROM, TO, TO, TO, SENT, {S, "250 ok\r\n"}, {S, "550 no\r\n"}},
     .mails = {"1 partial, CLOSE, 550, a@b to 250 550 0, DATA 14, Subject x, helo a"}},
    {.name = "421 for all that wait",
     .turns = {LMTP_GREETING, FROM, TO, TO, TO, SENT, {S, "250 ok\r\n"}, {S, "421 bye\r\n"}},
     .mails = {"1 partial, END-OF-DATA, 421, a@b to 250 421 421, DATA 14, Subject x, helo a"}},
    {.name = "LHLO refused",
     .turns = {{S, "220 mx\r\n"},
               {C, "LHLO a\r\n"},
               {S, "500 no\r\n"},
               {C, "HELO b\r\n"},
               {S, "250 mx\r\n"},
               FROM,
               TO,
               TO,
               SENT,
               {S, "250 ok\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, a@b to 250 250, DATA 14, Subject x, helo b"}},
};

/* clang-format off */
#define PRDR_SENT FROM, TO, TO, SENT, {S, "353 begin\r\n"}
/* clang-format on */

static const script prdr[] = {
    {.name = "taken for one",
     .turns = {GREETING, PRDR_SENT, {S, "550 no\r\n"}, {S, "250 ok\r\n"}, {S, "250 some\r\n"}, ENVELOPE},
     .mails = {"1 partial, END-OF-DATA, 550, a@b to 550 250, DATA 14, Subject x, helo a", "2 aborted, CLOSE, 0, a@b to 250, "
                                                                                          "helo a"}},
    {.name = "taken for all",
     .turns = {GREETING, PRDR_SENT, {S, "250 ok\r\n"}, {S, "250 ok\r\n"}, {S, "251 all\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 251, a@b to 250 250, DATA 14, Subject x, helo a"}},
    {.name = "refused as a whole",
     .turns = {GREETING, PRDR_SENT, {S, "250 ok\r\n"}, {S, "550 no\r\n"}, {S, "451 later\r\n"}},
     .mails = {"1 deferred, END-OF-DATA, 451, a@b to 250 550, DATA 14, Subject x, helo a"}},
    {.name = "after a chunk, with a recipient that RCPT refused",
     .turns = {GREETING,
               FROM,
               TO,
               {C, "RCPT TO:<e@f>\r\n"},
               {S, "550 no\r\n"},
               TO,
               {C, "BDAT 1 LAST\r\nx"},
               {S, "353 begin\r\n250 ok\r\n450 wait\r\n250 some\r\n"}},
     .mails = {"1 partial, END-OF-DATA, 450, a@b to 250 550 450, BDAT 1, helo a"}},
    {.name = "asked for and not granted",
     .turns = {GREETING, FROM, TO, TO, SENT, {S, "552 no\r\n"}},
     .mails = {"1 rejected, END-OF-DATA, 552, a@b to 250 250, DATA 14, Subject x, helo a"}},
    {.name = "421 instead of a result",
     .turns = {GREETING, PRDR_SENT, {S, "250 ok\r\n"}, {S, "421 bye\r\n"}},
     .mails = {"1 deferred, END-OF-DATA, 421, a@b to 250 0, DATA 14, Subject x, helo a"}},
    {.name = "cut off before the reply for the whole",
     .turns = {GREETING, PRDR_SENT, {S, "250 ok\r\n"}, {S, "550 no\r\n"}},
     .mails = {"1 unknown, CLOSE, 0, a@b to 250 550, DATA 14, Subject x, helo a"}},
    {.name = "353 once more",
     .turns = {GREETING, PRDR_SENT, {S, "353 begin\r\n"}, {S, "250 ok\r\n"}, {S, "353 begin\r\n"}, ENVELOPE},
     .mails = {"1 partial, END-OF-DATA, 353, a@b to 353 250, DATA 14, Subject x, helo a", "2 aborted, CLOSE, 0, a@b to 250, "
                                                                                          "helo a"}},
    {.name = "cut off behind the 353",
     .turns = {GREETING, PRDR_SENT},
     .mails = {"1 unknown, CLOSE, 0, a@b to 250 250, DATA 14, Subject x, helo a"}},
};

#define EXDATA_SENT FROM, TO, TO, SENT

static const script exdata[] = {
    {.name = "taken for one",
     .turns = {GREETING, EXDATA_SENT, {S, "558-250 Ok. 0A.1\r\n558-550-carol:\r\n558 550 no\r\n"}, ENVELOPE},
     .mails = {"1 partial, END-OF-DATA, 550, 0A.1, a@b to 250 550, DATA 14, Subject x, helo a", "2 aborted, CLOSE, 0, a@b "
                                                                                                "to 250, helo a"}},
    {.name = "refused for all",
     .turns = {GREETING, EXDATA_SENT, {S, "558-450 wait\r\n558 550 no\r\n"}},
     .mails = {"1 deferred, END-OF-DATA, 550, a@b to 450 550, DATA 14, Subject x, helo a"}},
    {.name = "the queue id of the first that was taken",
     .turns = {GREETING,
               FROM,
               TO,
               TO,
               TO,
               SENT,
               {S, "558-550 no: queued as 4XyZ00\r\n558-250 Ok: queued as 4XyZ01\r\n558 250 Ok: queued as 4XyZ02\r\n"}},
     .mails = {"1 partial, END-OF-DATA, 550, 4XyZ01, a@b to 550 250 250, DATA 14, Subject x, helo a"}},
    {.name = "no queue id from refusals",
     .turns = {GREETING, EXDATA_SENT, {S, "558-550 no: queued as 4XyZ00\r\n558 450 wait: queued as 4XyZ01\r\n"}},
     .mails = {"1 deferred, END-OF-DATA, 550, a@b to 550 450, DATA 14, Subject x, helo a"}},
    {.name = "a result missing",
     .turns = {GREETING, EXDATA_SENT, {S, "558 250 ok\r\n"}},
     .mails = {"1 unknown, END-OF-DATA, 0, a@b to 250 0, DATA 14, Subject x, helo a"}},
    {.name = "LMTP has a reply for each recipient, whatever is in it",
     .turns = {LMTP_GREETING, EXDATA_SENT, {S, "558-250 ok\r\n558 250 ok\r\n"}, {S, "250 ok\r\n"}},
     .mails = {"1 partial, END-OF-DATA, 558, a@b to 558 250, DATA 14, Subject x, helo a"}},
    {.name = "no results in it",
     .turns = {GREETING, EXDATA_SENT, {S, "558 no\r\n"}},
     .mails = {"1 rejected, END-OF-DATA, 558, a@b to 250 250, DATA 14, Subject x, helo a"}},
};

/* The code, or status and text of a reply without one. */
static void append_code(GString *out, const verdict *of)
{
    if (of->inferred)
        g_string_append_printf(out, "%.*s %.*s, ", (int)of->status.length, (const char *)of->status.octets,
                               (int)of->text.length, (const char *)of->text.octets);
    else
        g_string_append_printf(out, "%u, ", of->code);
}

static void append_result(GString *out, const recipient *to)
{
    if (to->inferred)
        g_string_append_printf(out, " %uyz", reply_severity(to->code));
    else
        g_string_append_printf(out, " %u", to->code);
}

/* Nobody knows the size of chunks that may be among missing octets: all that was captured of them. */
static void append_captured(GString *out, const message *m)
{
    char *octets;

    if (!m || !m->uncounted || !m->octets)
        return;
    octets = g_strndup((const char *)m->octets, message_captured(m));
    for (char *at = octets; *at; at++)
        *at = *at == '\r' || *at == '\n' ? '|' : *at;
    g_string_append_printf(out, ", captured %s", octets);
    g_free(octets);
}

/* "index outcome, what ended it, code, queue id, sender to the code of each recipient, method size, Subject, captured
 * octets, helo" */
static char *describe(const transaction *t)
{
    GString *out = g_string_new(NULL);
    span subject = mail_header_find(t->header, HEADER_SUBJECT);

    g_string_append_printf(out, "%u %s, %s, ", t->index, outcome_text(t->outcome), t->ended_by);
    append_code(out, &t->verdict);
    if (t->verdict.queue_id.length)
        g_string_append_printf(out, "%.*s, ", (int)t->verdict.queue_id.length, (const char *)t->verdict.queue_id.octets);
    g_string_append_printf(out, "%.*s to", (int)t->mail_from.length, (const char *)t->mail_from.octets);
    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++)
        append_result(out, (const recipient *)wmem_array_index(t->recipients, i));
    if (t->method)
        g_string_append_printf(out, ", %s", t->method);
    if (t->has_size)
        g_string_append_printf(out, " %" G_GUINT64_FORMAT, t->size);
    if (subject.length)
        g_string_append_printf(out, ", Subject %.*s", (int)subject.length, (const char *)subject.octets);
    append_captured(out, t->message);
    if (t->smuggled)
        g_string_append(out, ", smuggled");
    g_string_append_printf(out, ", helo %.*s", (int)t->helo.length, (const char *)t->helo.octets);
    return g_string_free(out, FALSE);
}

/* Transactions that ended in a call. */
static void collect(GPtrArray *ended, const segment *in)
{
    for (unsigned i = 0; in && i < in->count; i++) {
        if (in->findings[i].kind != FINDING_TRANSACTION)
            continue;
        /* Told of once more: it was found to have ended earlier. */
        g_assert_true(!(in->findings[i].flags & FLAG_READ_AGAIN) ==
                      !g_ptr_array_find(ended, in->findings[i].transaction, NULL));
        if (!(in->findings[i].flags & FLAG_READ_AGAIN))
            g_ptr_array_add(ended, (gpointer)in->findings[i].transaction);
    }
}

/* A log may be drawn while packets come: what is asked for then changes nothing of what is known later. */
static void ask_on_the_way(recorder *rec)
{
    session *s = recorder_session(rec);

    for (const transaction *open = session_open_transactions(s); open; open = open->next) {
        transaction cut_off;
        transaction_cut_off(s, open, &cut_off);
    }
}

static void feed_in_steps(recorder *rec, GPtrArray *ended, const turn *t, size_t step)
{
    size_t length = strlen(t->text);

    if (!step || t->kind >= C_LOST)
        step = length;
    for (size_t at = 0; at < length; at += step) {
        collect(ended, recorder_feed(rec, t->kind, t->text + at, MIN(step, length - at), 0, 0, false));
        ask_on_the_way(rec);
    }
}

static void compare(GPtrArray *mails, const char *const *expected, unsigned at, const transaction *t)
{
    char *found = describe(t);

    g_assert_cmpuint(at, <, MAILS);
    g_assert_cmpstr(found, ==, expected[at]);
    g_ptr_array_add(mails, found);
}

/* All is compared at the end: what was reported of a mail must not change with what comes after it. */
static void run(const script *in, size_t step)
{
    recorder *rec = recorder_new(in->late, false, 0);
    GPtrArray *ended = g_ptr_array_new(), *mails = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; in->turns[i].kind != DIALOGUE_END; i++)
        feed_in_steps(rec, ended, &in->turns[i], step);
    for (guint i = 0; i < ended->len; i++)
        compare(mails, in->mails, i, (const transaction *)g_ptr_array_index(ended, i));
    if (!in->capture_ends)
        session_closed(recorder_session(rec));
    for (const transaction *open = session_open_transactions(recorder_session(rec)); open; open = open->next) {
        transaction cut_off;
        if (transaction_cut_off(recorder_session(rec), open, &cut_off))
            compare(mails, in->mails, mails->len, &cut_off);
    }
    g_assert_null(in->mails[mails->len]);
    g_ptr_array_unref(ended);
    g_ptr_array_unref(mails);
    recorder_free(rec);
}

/* clang-format off */
#define GRANTED {C, "DATA\r\n"}, {S, "354 go\r\n"}
#define EVIL "MAIL FROM:<e@v>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: y\r\n\r\n"
#define TWO_TAKEN {S, "250 ok: queued as A1\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok: queued as B2\r\n"}
#define ONE_TAKEN {S, "250 ok: queued as A1\r\n"}
#define SMUGGLED {C, "Subject: x\r\n\r\nhi\n.\n" EVIL ".\r\n"}
#define FIRST "1 accepted, END-OF-DATA, 250, A1, a@b to 250, DATA 17, Subject x, helo a"
#define SECOND "2 accepted, END-OF-DATA, 250, B2, e@v to 250, DATA 14, Subject y, smuggled, helo a"
/* clang-format on */

static const script smuggled[] = {
    {.name = "taken for the end", .turns = {GREETING, ENVELOPE, GRANTED, SMUGGLED, TWO_TAKEN}, .mails = {FIRST, SECOND}},
    {.name = "not taken",
     .turns = {GREETING, ENVELOPE, GRANTED, SMUGGLED, ONE_TAKEN, {C, "QUIT\r\n"}, {S, "221 bye\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, A1, a@b to 250, DATA 71, Subject x, helo a"}},
    {.name = "QUIT before the replies",
     .turns = {GREETING, ENVELOPE, GRANTED, SMUGGLED, {C, "QUIT\r\n"}, TWO_TAKEN, {S, "221 bye\r\n"}},
     .mails = {FIRST, SECOND}},
    {.name = "QUIT before the reply, not taken",
     .turns = {GREETING, ENVELOPE, GRANTED, SMUGGLED, {C, "QUIT\r\n"}, ONE_TAKEN, {S, "221 bye\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, A1, a@b to 250, DATA 71, Subject x, helo a"}},
    {.name = "QUIT among the replies",
     .turns = {GREETING,
               ENVELOPE,
               GRANTED,
               SMUGGLED,
               ONE_TAKEN,
               {C, "QUIT\r\n"},
               {S, "250 ok\r\n250 ok\r\n354 go\r\n250 ok: queued as B2\r\n221 bye\r\n"}},
     .mails = {FIRST, SECOND}},
    {.name = "a true mail behind",
     .turns = {GREETING, ENVELOPE, GRANTED, SMUGGLED, TWO_TAKEN, ENVELOPE, SENT, {S, "250 ok: queued as C3\r\n"}},
     .mails = {FIRST, SECOND, "3 accepted, END-OF-DATA, 250, C3, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "in two turns, of which the first is answered",
     .turns = {GREETING,
               ENVELOPE,
               GRANTED,
               {C, "Subject: x\r\n\r\nhi\n.\nMAIL FROM"},
               ONE_TAKEN,
               {C, ":<e@v>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: y\r\n\r\n.\r\n"},
               {S, "250 ok\r\n250 ok\r\n354 go\r\n250 ok: queued as B2\r\n"},
               FROM},
     .mails = {FIRST, SECOND, "3 aborted, CLOSE, 0, a@b to, helo a"}},
    {.name = "the client waits",
     .turns = {GREETING,
               ENVELOPE,
               GRANTED,
               {C, "Subject: x\r\n\r\nhi\n.\r\n"},
               ONE_TAKEN,
               ENVELOPE,
               SENT,
               {S, "250 ok: queued as B2\r\n"}},
     .mails = {FIRST, "2 accepted, END-OF-DATA, 250, B2, a@b to 250, DATA 14, Subject x, helo a"}},
    {.name = "two of them taken",
     .turns = {GREETING,
               ENVELOPE,
               GRANTED,
               {C, "Subject: x\r\n\r\nhi\n.\n" EVIL "\n.\n" EVIL ".\r\n"},
               TWO_TAKEN,
               {S, "250 ok\r\n250 ok\r\n354 go\r\n250 ok: queued as C3\r\n"}},
     .mails = {FIRST, "2 accepted, END-OF-DATA, 250, B2, e@v to 250, DATA 15, Subject y, smuggled, helo a",
               "3 accepted, END-OF-DATA, 250, C3, e@v to 250, DATA 14, Subject y, smuggled, helo a"}},
    {.name = "the second of two taken",
     .turns = {GREETING, ENVELOPE, GRANTED, {C, "Subject: x\r\n\r\n\r.\rhi\n.\n" EVIL ".\r\n"}, TWO_TAKEN},
     .mails = {"1 accepted, END-OF-DATA, 250, A1, a@b to 250, DATA 20, Subject x, helo a", SECOND}},
    {.name = "the smuggled mail is refused",
     .turns = {GREETING,
               ENVELOPE,
               GRANTED,
               SMUGGLED,
               ONE_TAKEN,
               {S, "550 no\r\n503 no MAIL\r\n503 no MAIL\r\n"},
               {S, "500 what\r\n500 what\r\n500 what\r\n"},
               FROM},
     .mails = {FIRST, "2 rejected, MAIL, 550, e@v to 503, DATA, smuggled, helo a", "3 aborted, CLOSE, 0, a@b to, helo a"}},
    {.name = "all was sent before the first reply",
     .turns = {GREETING,
               {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nhi\n.\n" EVIL ".\r\nQUIT\r\n"},
               {S, "250 ok\r\n250 ok\r\n354 go\r\n"},
               TWO_TAKEN,
               {S, "221 bye\r\n"}},
     .mails = {FIRST, SECOND}},
    {.name = "the server closes",
     .turns = {GREETING, ENVELOPE, GRANTED, SMUGGLED, ONE_TAKEN, {S, "421 time is over\r\n"}},
     .mails = {"1 accepted, END-OF-DATA, 250, A1, a@b to 250, DATA 71, Subject x, helo a"}},
    {.name = "refused before its end",
     .turns = {GREETING, ENVELOPE, GRANTED, {C, "Subject: x\r\n\r\nhi\n.\nho\r\n"}, {S, "552 too much\r\n"}},
     .mails = {"1 rejected, END-OF-DATA, 552, a@b to 250, DATA, Subject x, helo a"}},
};

/* A content that quotes a dialogue, of which the beginning was not captured: by calls that end where lines do. */
static void test_quoted_dialogue(void)
{
    static const char *const texts[] = {"we saw this:\r\n\r\nMAIL FROM:<x@y>\r\n250 OK\r\nRCPT TO:<z@y>\r\n550 "
                                        "no\r\nQUIT\r\n221 bye\r\n\r\nwhy?\r\n.\r\n",
                                        "rest of text\r\nMAIL FROM: is mentioned here\r\nQUIT\r\nbye\r\n.\r\n"};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        script quoted = {.late = true,
                         .turns = {{C, texts[i]}, {S, "250 Ok: queued as 4XyZ00\r\n"}, FROM},
                         .mails = {"1 accepted, END-OF-DATA, 250, 4XyZ00,  to, DATA, helo ", "2 aborted, CLOSE, 0, a@b to, "
                                                                                             "helo "}};
        run(&quoted, 0);
    }
}

static void test_script(gconstpointer data)
{
    static const size_t steps[] = {0, 1, 3, 7};

    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        run((const script *)data, steps[i]);
}

static void scripts_add(const char *path, const script *scripts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *name = g_strdup_printf("%s/%s", path, scripts[i].name);
        g_test_add_data_func(name, &scripts[i], test_script);
        g_free(name);
    }
}

static GString *repeated(const char *text, unsigned times)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < times; i++)
        g_string_append(out, text);
    return out;
}

static void fed(recorder *rec, turn_kind kind, const char *text)
{
    recorder_feed(rec, kind, text, strlen(text), 0, 0, false);
}

/* --- what each recipient got, and when
 * -------------------------------------------------------------------------------------- */

static void check_recipient(const transaction *mail, unsigned at, const char *status, const char *text)
{
    const recipient *to = (const recipient *)wmem_array_index(mail->recipients, at);

    g_assert_cmpmem(to->status.octets, to->status.length, status, strlen(status));
    g_assert_cmpmem(to->text.octets, to->text.length, text, strlen(text));
}

/* Each call comes a second after the one before it. Of -1 seconds: it is not known how long it took. */
static void check_times(const transaction *mail, int content, int reply)
{
    moment time;

    g_assert_cmpint(transaction_content_time(mail, &time) ? (int)time.seconds : -1, ==, content);
    g_assert_cmpint(transaction_reply_time(mail, &time) ? (int)time.seconds : -1, ==, reply);
}

typedef struct recipient_case {
    const char *name;
    turn turns[TURNS];
    struct {
        const char *status, *text;
    } recipients[2];
    int content_time, reply_time;
    unsigned reply_frame;
} recipient_case;

static const recipient_case recipient_cases[] = {
    {.name = "each recipient's reply, and the times of DATA",
     .turns = {GREETING,
               FROM,
               {C, "RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"},
               {S, "250 2.1.5 ok\r\n550-5.1.1 no such\r\n550 user\r\n"},
               {C, "DATA\r\n"},
               {S, "354 go\r\n"},
               {C, "x\r\n"},
               {C, ".\r\n"},
               {S, "250 ok\r\n"}},
     .recipients = {{"2.1.5", "ok"}, {"5.1.1", "no such"}},
     .content_time = 2,
     .reply_time = 1,
     .reply_frame = 12},
    {.name = "the content behind DATA, before its reply",
     .turns = {GREETING, FROM, TO, TO, {C, "DATA\r\nx\r\n.\r\n"}, {S, "354 go\r\n"}, {S, "250 ok\r\n"}},
     .recipients = {{"", "ok"}, {"", "ok"}},
     .content_time = -1,
     .reply_time = 2,
     .reply_frame = 12},
    {.name = "chunks",
     .turns = {GREETING,
               FROM,
               TO,
               TO,
               {C, "BDAT 2\r\nx\r"},
               {S, "250 ok\r\n"},
               {C, "BDAT 1 LAST\r\n"},
               {C, "\n"},
               {S, "250 ok\r\n"}},
     .recipients = {{"", "ok"}, {"", "ok"}},
     .content_time = 3,
     .reply_time = 1,
     .reply_frame = 14},
    {.name = "LMTP: the results, the last for all that are left",
     .turns = {LMTP_GREETING, FROM, TO, TO, SENT, {S, "250 2.0.0 kept\r\n"}, {S, "421 4.3.0 down\r\n"}},
     .recipients = {{"2.0.0", "kept"}, {"4.3.0", "down"}},
     .content_time = 1,
     .reply_time = 2,
     .reply_frame = 14},
};

static void test_recipients(gconstpointer data)
{
    const recipient_case *in = (const recipient_case *)data;
    recorder *rec = recorder_new(false, false, 0);
    GPtrArray *ended = g_ptr_array_new();
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    const transaction *mail;
    transaction *copy;

    for (size_t i = 0; in->turns[i].kind != DIALOGUE_END; i++)
        feed_in_steps(rec, ended, &in->turns[i], 0);
    g_assert_cmpuint(ended->len, ==, 1);
    mail = (const transaction *)g_ptr_array_index(ended, 0);
    copy = transaction_copy(scope, mail, 0);
    for (unsigned i = 0; i < 2; i++) {
        check_recipient(mail, i, in->recipients[i].status, in->recipients[i].text);
        check_recipient(copy, i, in->recipients[i].status, in->recipients[i].text);
    }
    check_times(mail, in->content_time, in->reply_time);
    g_assert_cmpuint(mail->verdict.frame, ==, in->reply_frame);
    g_assert_null(copy->header);
    wmem_destroy_allocator(scope);
    g_ptr_array_unref(ended);
    recorder_free(rec);
}

static void test_received_are_bounded(void)
{
    recorder *rec = recorder_new(false, false, 0);
    GPtrArray *ended = g_ptr_array_new();
    GString *content = repeated("Received: x\r\n", 5000);
    const mail_header *header;

    g_string_append(content, "\r\n.\r\n");
    fed(rec, S, "220 mx\r\n");
    fed(rec, C, "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    fed(rec, S, "250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n");
    fed(rec, C, content->str);
    collect(ended, recorder_feed(rec, S, "250 ok\r\n", 8, 0, 0, false));
    header = ((const transaction *)g_ptr_array_index(ended, 0))->header;
    g_assert_cmpuint(header->count, >=, 100);
    g_assert_cmpuint(header->count, <, 200);
    g_string_free(content, TRUE);
    g_ptr_array_unref(ended);
    recorder_free(rec);
}

/* --- load -------------------------------------------------------------------------------------------------------------- */

/* LMTP answers each of very many recipients. */
static void test_many_results(void)
{
    enum { MANY = 60000 };
    recorder *rec = recorder_new(false, false, 0);
    GString *to = repeated("RCPT TO:<c@d>\r\n", MANY), *ok = repeated("250 ok\r\n", MANY);
    GPtrArray *ended = g_ptr_array_new();
    const transaction *mail;

    fed(rec, S, "220 mx\r\n");
    fed(rec, C, "LHLO a\r\nMAIL FROM:<a@b>\r\n");
    fed(rec, S, "250 mx\r\n250 ok\r\n");
    fed(rec, C, to->str);
    fed(rec, S, ok->str);
    fed(rec, C, "DATA\r\nx\r\n.\r\n");
    fed(rec, S, "354 go\r\n");
    collect(ended, recorder_feed(rec, S, ok->str, ok->len, 0, 0, false));
    g_assert_cmpuint(ended->len, ==, 1);
    mail = (const transaction *)g_ptr_array_index(ended, 0);
    g_assert_cmpint(mail->outcome, ==, OUTCOME_ACCEPTED);
    g_assert_cmpuint(wmem_array_get_count(mail->recipients), ==, MANY);
    g_ptr_array_unref(ended);
    g_string_free(to, TRUE);
    g_string_free(ok, TRUE);
    recorder_free(rec);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wmem_init();
    scripts_add("/session/transaction/refusals", refusals, G_N_ELEMENTS(refusals));
    scripts_add("/session/transaction/without code", without_code, G_N_ELEMENTS(without_code));
    scripts_add("/session/transaction/contents", contents, G_N_ELEMENTS(contents));
    scripts_add("/session/transaction/endings", endings, G_N_ELEMENTS(endings));
    scripts_add("/session/transaction/cut off", cut_offs, G_N_ELEMENTS(cut_offs));
    scripts_add("/session/transaction/hidden", hidden, G_N_ELEMENTS(hidden));
    scripts_add("/session/transaction/taken", taken, G_N_ELEMENTS(taken));
    scripts_add("/session/transaction/without MAIL", without_mail, G_N_ELEMENTS(without_mail));
    g_test_add_func("/session/transaction/quoted dialogue", test_quoted_dialogue);
    scripts_add("/session/transaction/behind DATA", behind_data, G_N_ELEMENTS(behind_data));
    scripts_add("/session/transaction/smuggled", smuggled, G_N_ELEMENTS(smuggled));
    scripts_add("/session/transaction/LMTP", lmtp, G_N_ELEMENTS(lmtp));
    scripts_add("/session/transaction/PRDR", prdr, G_N_ELEMENTS(prdr));
    scripts_add("/session/transaction/EXDATA", exdata, G_N_ELEMENTS(exdata));
    for (size_t i = 0; i < G_N_ELEMENTS(recipient_cases); i++) {
        char *name = g_strdup_printf("/session/transaction/recipients/%s", recipient_cases[i].name);
        g_test_add_data_func(name, &recipient_cases[i], test_recipients);
        g_free(name);
    }
    g_test_add_func("/session/transaction/many Received fields", test_received_are_bounded);
    g_test_add_func("/session/transaction/many results", test_many_results);
    return g_test_run();
}
