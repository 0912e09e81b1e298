/* test_session_notes.c — what is noteworthy about a line, a content, or the place of either in the session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dialogue.h"

/* The notes of the last command, behind an EHLO that offered `offers`, and one more command. */
static note_set notes_behind(const char *offers, const char *before, const char *text)
{
    recorder *rec = recorder_new(false, false, 0);
    note_set notes;

    recorder_feed(rec, S, "220 mx\r\n", 8, 0, 0, false);
    if (offers) {
        recorder_feed(rec, C, "EHLO a\r\n", 8, 0, 0, false);
        recorder_feed(rec, S, offers, strlen(offers), 0, 0, false);
    }
    if (before) {
        recorder_feed(rec, C, before, strlen(before), 0, 0, false);
        recorder_feed(rec, S, "250 ok\r\n", 8, 0, 0, false);
    }
    notes = recorder_feed(rec, C, text, strlen(text), 0, 0, false)->findings[0].notes;
    recorder_free(rec);
    return notes &
           ~(note_bit(NOTE_AUTH_WITHOUT_TLS) | note_bit(NOTE_REQUIRETLS_WITHOUT_TLS) | note_bit(NOTE_COMMAND_SEQUENCE));
}

/* note_bit() in a table. */
#define BIT(note) (UINT64_C(1) << (note))

static const struct {
    const char *offers, *before, *text;
    note_set notes;
} cases[] = {
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> SIZE=5\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> XYZZY=5\r\n", 0},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b>\r\n", 0},
    {NULL, NULL, "MAIL FROM:<a@b> SIZE=5\r\n", 0},
    {"250-mx\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:<a@b> SIZE=100\r\n", 0},
    {"250-mx\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:<a@b> SIZE=101\r\n", BIT(NOTE_SIZE_EXCEEDED)},
    /* The parameters begin behind the path, whatever stands in them, and without angle brackets too. */
    {"250-mx\r\n250-AUTH PLAIN\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:<a@b> SIZE=101 AUTH=<>\r\n", BIT(NOTE_SIZE_EXCEEDED)},
    {"250-mx\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:a@b SIZE=101\r\n", BIT(NOTE_SIZE_EXCEEDED)},
    {"250-mx\r\n250 SIZE\r\n", NULL, "MAIL FROM:<\"> SIZE=5\"@b>\r\n", 0},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> HOLDFOR=10\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 FUTURERELEASE 9 2030-01-01T00:00:00Z\r\n", NULL, "MAIL FROM:<a@b> HOLDFOR=10\r\n", 0},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> BY=9;R\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "RCPT TO:<a@b> NOTIFY=NEVER\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 DSN\r\n", NULL, "RCPT TO:<a@b> NOTIFY=NEVER\r\n", 0},
    {"250-mx\r\n250 8BITMIME\r\n", NULL, "MAIL FROM:<a@b> BODY=BINARYMIME\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 8BITMIME\r\n", NULL, "MAIL FROM:<a@b> BODY=8BITMIME\r\n", 0},
    {"250 mx\r\n", NULL, "BURL imap://x LAST\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 BURL imap\r\n", NULL, "BURL imap://x LAST\r\n", 0},
    {"250 mx\r\n", NULL, "XCLIENT NAME=a\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "ETRN a\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "VRFY a\r\n", 0},
    {"250-mx\r\n250 AUTH=LOGIN\r\n", NULL, "AUTH LOGIN\r\n", 0},
    {"250-mx\r\n250 SMTPUTF8\r\n", NULL, "MAIL FROM:<\xc3\xbc@b>\r\n", BIT(NOTE_SMTPUTF8_MISSING)},
    {"250-mx\r\n250 SMTPUTF8\r\n", NULL, "MAIL FROM:<\xc3\xbc@b> SMTPUTF8\r\n", 0},
    {"250-mx\r\n250 SMTPUTF8\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<\xc3\xbc@b>\r\n", BIT(NOTE_SMTPUTF8_MISSING)},
    {"250-mx\r\n250 SMTPUTF8\r\n", "MAIL FROM:<a@b> SMTPUTF8\r\n", "RCPT TO:<\xc3\xbc@b>\r\n", 0},
};

static void test_notes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        note_set notes = notes_behind(cases[i].offers, cases[i].before, cases[i].text);
        if (notes != cases[i].notes)
            g_error("%s: notes 0x%" G_GINT64_MODIFIER "x, expected 0x%" G_GINT64_MODIFIER "x", cases[i].text, notes,
                    cases[i].notes);
    }
}

/* A command or a reply of `length` octets, its ending counted. */
static bool is_too_long(turn_kind kind, const char *begin, size_t length)
{
    recorder *rec = recorder_new(false, false, 0);
    GString *text = g_string_new(begin);
    note_set notes;

    while (text->len < length - 2)
        g_string_append_c(text, 'A');
    g_string_append(text, "\r\n");
    recorder_feed(rec, S, "220 mx\r\n", 8, 0, 0, false);
    if (kind == S)
        recorder_feed(rec, C, "AUTH GSSAPI\r\n", 13, 0, 0, false);
    notes = recorder_feed(rec, kind, text->str, text->len, 0, 0, false)->findings[0].notes;
    g_string_free(text, TRUE);
    recorder_free(rec);
    return (notes & note_bit(NOTE_LINE_TOO_LONG)) != 0;
}

static void test_lengths(void)
{
    g_assert_false(is_too_long(C, "EHLO ", 512));
    g_assert_true(is_too_long(C, "EHLO ", 513));
    g_assert_false(is_too_long(C, "MAIL FROM:<a@b> ", 4096));
    g_assert_true(is_too_long(C, "MAIL FROM:<a@b> ", 4097));
    g_assert_false(is_too_long(C, "AUTH GSSAPI ", 12288));
    g_assert_true(is_too_long(C, "AUTH GSSAPI ", 12289));
    g_assert_false(is_too_long(C, "XPROXY ", 20000));
    g_assert_false(is_too_long(S, "250 ", 512));
    g_assert_true(is_too_long(S, "250 ", 513));
    g_assert_true(is_too_long(S, "250-a\r\n250 ", 600));
    g_assert_false(is_too_long(S, "334 ", 12288));
    g_assert_true(is_too_long(S, "334 ", 12289));
}

/* The first line of a content, begun before the 354 came: its NUL is noted once it is known for content. */
static void test_held_oddities(void)
{
    recorder *rec = recorder_new(false, false, 0);
    const segment *in;

    recorder_feed(rec, S, "220 mx\r\n", 8, 0, 0, false);
    recorder_feed(rec, C, "DATA\r\n", 6, 0, 0, false);
    recorder_feed(rec, C, "Sub\0ject: x", 11, 0, 0, false);
    recorder_feed(rec, S, "354 go\r\n", 8, 0, 0, false);
    in = recorder_feed(rec, C, " y\r\n", 4, 0, 0, false);
    g_assert_cmpint(in->findings[0].kind, ==, FINDING_CONTENT);
    g_assert_cmpuint(in->findings[0].notes, ==, note_bit(NOTE_NUL));
    in = recorder_feed(rec, C, "z\r\n", 3, 0, 0, false);
    g_assert_cmpuint(in->findings[0].notes, ==, 0);
    recorder_free(rec);
}

/* --- a dialogue that raises a note, and one close to it that does not ------------------------------------------------- */

#define GREETED                                                                                                             \
    {                                                                                                                       \
        S, "220 mx.example.org ESMTP\r\n"                                                                                   \
    }
#define HELLO                                                                                                               \
    {                                                                                                                       \
        C, "EHLO c.example.com\r\n"                                                                                         \
    }
#define OFFERING(keywords)                                                                                                  \
    {                                                                                                                       \
        S, "250-mx.example.org\r\n" keywords                                                                                \
    }
#define PLAIN_HELLO GREETED, HELLO, OFFERING("250 HELP\r\n")
#define PIPELINING_HELLO GREETED, HELLO, OFFERING("250 PIPELINING\r\n")
#define CHUNKING_HELLO GREETED, HELLO, OFFERING("250 CHUNKING\r\n")
#define MAIL                                                                                                                \
    {                                                                                                                       \
        C, "MAIL FROM:<a@b.example>\r\n"                                                                                    \
    }
#define RCPT                                                                                                                \
    {                                                                                                                       \
        C, "RCPT TO:<c@d.example>\r\n"                                                                                      \
    }
#define DATA                                                                                                                \
    {C, "DATA\r\n"},                                                                                                        \
    {                                                                                                                       \
        S, "354 go\r\n"                                                                                                     \
    }
#define OK                                                                                                                  \
    {                                                                                                                       \
        S, "250 ok\r\n"                                                                                                     \
    }
#define ENVELOPE MAIL, OK, RCPT, OK

static const struct {
    const char *what;
    note note;
    turn raises[20], not [20];
} rows[] = {
    {.what = "refused",
     .note = NOTE_REFUSED,
     .raises = {PLAIN_HELLO, MAIL, {S, "550 no\r\n"}},
     .not = {PLAIN_HELLO, MAIL, {S, "450 no\r\n"}}},
    {.what = "refused connection", .note = NOTE_REFUSED, .raises = {{S, "554 no\r\n"}}, .not = {{S, "421 no\r\n"}}},
    {.what = "refused, unknown verb",
     .note = NOTE_REFUSED,
     .raises = {PLAIN_HELLO, {C, "VRFY a\r\n"}, {S, "502 no\r\n"}},
     .not = {PLAIN_HELLO, {C, "FOO a\r\n"}, {S, "502 no\r\n"}}},
    {.what = "refused, out of order",
     .note = NOTE_REFUSED,
     .raises = {PLAIN_HELLO, MAIL, OK, RCPT, {S, "503 no\r\n"}},
     .not = {PLAIN_HELLO, RCPT, {S, "503 no\r\n"}}},
    {.what = "refused, behind a refused MAIL",
     .note = NOTE_REFUSED,
     .raises = {PIPELINING_HELLO, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"}, {S, "250 ok\r\n550 no\r\n"}},
     .not = {PIPELINING_HELLO, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"}, {S, "451 no\r\n503 no\r\n"}}},
    {.what = "refused, nobody to send to",
     .note = NOTE_REFUSED,
     .raises = {PLAIN_HELLO, ENVELOPE, {C, "DATA\r\n"}, {S, "554 no\r\n"}},
     .not = {PLAIN_HELLO, MAIL, OK, RCPT, {S, "450 no\r\n"}, {C, "DATA\r\n"}, {S, "554 no\r\n"}}},
    {.what = "refused, behind a refused greeting",
     .note = NOTE_REFUSED,
     .raises = {PLAIN_HELLO, MAIL, {S, "503 no\r\n"}},
     .not = {{S, "421 no\r\n"}, HELLO, {S, "503 no\r\n"}}},
    {.what = "refused, or authentication",
     .note = NOTE_REFUSED,
     .raises = {PLAIN_HELLO, {C, "AUTH FOO\r\n"}, {S, "504 no\r\n"}},
     .not = {PLAIN_HELLO, {C, "AUTH PLAIN AGEAYg==\r\n"}, {S, "535 no\r\n"}}},
    {.what = "deferred",
     .note = NOTE_DEFERRED,
     .raises = {PLAIN_HELLO, MAIL, {S, "451 no\r\n"}},
     .not = {PLAIN_HELLO, MAIL, {S, "421 no\r\n"}}},
    {.what = "auth failed",
     .note = NOTE_AUTH_FAILED,
     .raises = {PLAIN_HELLO, {C, "AUTH PLAIN AGEAYg==\r\n"}, {S, "535 no\r\n"}},
     .not = {PLAIN_HELLO, {C, "AUTH LOGIN\r\n"}, {S, "334 VXNlcm5hbWU6\r\n"}, {C, "*\r\n"}, {S, "501 given up\r\n"}}},
    {.what = "closing",
     .note = NOTE_CLOSING_REPLY,
     .raises = {PLAIN_HELLO, {S, "421 idle\r\n"}},
     .not = {PLAIN_HELLO, {S, "250 what\r\n"}}},
    {.what = "closing without 421",
     .note = NOTE_CLOSING_REPLY,
     .raises = {PLAIN_HELLO, {S, "451 idle\r\n"}},
     .not = {PLAIN_HELLO, MAIL, {S, "451 no\r\n"}}},
    {.what = "unexpected",
     .note = NOTE_REPLY_UNEXPECTED,
     .raises = {PLAIN_HELLO, {S, "250 what\r\n"}},
     .not = {PLAIN_HELLO, {S, "451 idle\r\n"}}},
    {.what = "RCPT without MAIL",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {PLAIN_HELLO, RCPT},
     .not = {PLAIN_HELLO, MAIL, {S, "550 no\r\n"}, RCPT}},
    {.what = "MAIL before EHLO",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {GREETED, MAIL},
     .not = {GREETED, HELLO, {S, "550 no\r\n"}, MAIL}},
    {.what = "MAIL inside a mail",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {PLAIN_HELLO, MAIL, OK, MAIL},
     .not = {PLAIN_HELLO, MAIL, OK, {C, "RSET\r\n"}, OK, MAIL}},
    {.what = "EHLO inside a mail",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {PLAIN_HELLO, MAIL, OK, MAIL},
     .not = {PLAIN_HELLO, MAIL, OK, HELLO, OK, MAIL}},
    {.what = "DATA without RCPT",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {PLAIN_HELLO, MAIL, OK, {C, "DATA\r\n"}},
     .not = {PLAIN_HELLO, ENVELOPE, {C, "DATA\r\n"}}},
    {.what = "DATA behind a chunk",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 1\r\na"}, OK, {C, "DATA\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 1\r\na"}, OK, {C, "RSET\r\n"}, OK, ENVELOPE, {C, "DATA\r\n"}}},
    {.what = "chunks left by a refused DATA",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 1\r\na"}, OK, {C, "DATA\r\n"}, {S, "503 no\r\n"}, {C, "RSET\r\n"}},
     .not = {CHUNKING_HELLO,
             ENVELOPE,
             {C, "BDAT 1\r\na"},
             OK,
             {C, "DATA\r\n"},
             {S, "503 no\r\n"},
             {C, "BDAT 0 LAST\r\n"},
             OK,
             {C, "RSET\r\n"}}},
    {.what = "a command behind QUIT",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {PLAIN_HELLO, {C, "QUIT\r\n"}, {S, "221 bye\r\n"}, {C, "NOOP\r\n"}},
     .not = {PLAIN_HELLO, {C, "QUIT\r\n"}, {S, "221 bye\r\n"}}},
    {.what = "out of order, or lost",
     .note = NOTE_COMMAND_SEQUENCE,
     .raises = {PLAIN_HELLO, RCPT},
     .not = {PLAIN_HELLO, {C_LOST, "MAIL"}, RCPT}},
    {.what = "pipelining not offered",
     .note = NOTE_PIPELINING_UNADVERTISED,
     .raises = {PLAIN_HELLO, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"}},
     .not = {PIPELINING_HELLO, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"}}},
    {.what = "the last of a group",
     .note = NOTE_PIPELINING_GROUP,
     .raises = {PIPELINING_HELLO, {C, "NOOP\r\nMAIL FROM:<a@b>\r\n"}},
     .not = {PIPELINING_HELLO, {C, "MAIL FROM:<a@b>\r\nNOOP\r\n"}}},
    {.what = "behind EHLO",
     .note = NOTE_PIPELINING_GROUP,
     .raises = {GREETED, {C, "EHLO c.example.com\r\nMAIL FROM:<a@b>\r\n"}},
     .not = {PLAIN_HELLO, MAIL}},
    {.what = "content behind DATA",
     .note = NOTE_PIPELINING_GROUP,
     .raises = {PIPELINING_HELLO, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n"}},
     .not = {PIPELINING_HELLO, ENVELOPE, DATA, {C, "x\r\n.\r\n"}}},
    {.what = "early talker", .note = NOTE_EARLY_TALKER, .raises = {HELLO}, .not = {GREETED, HELLO}},
    {.what = "early talker inside the greeting",
     .note = NOTE_EARLY_TALKER,
     .raises = {{S, "220-mx\r\n"}, HELLO},
     .not = {{S, "220-mx\r\n220 ok\r\n"}, HELLO}},
    {.what = "no greeting",
     .note = NOTE_GREETING_MISSING,
     .raises = {HELLO, OFFERING("250 HELP\r\n")},
     .not = {HELLO, GREETED, OFFERING("250 HELP\r\n")}},
    {.what = "unknown command",
     .note = NOTE_UNKNOWN_COMMAND,
     .raises = {PLAIN_HELLO, {C, "FOO a\r\n"}},
     .not = {PLAIN_HELLO, {C, "VRFY a\r\n"}}},
    {.what = "a header field",
     .note = NOTE_UNKNOWN_COMMAND,
     .raises = {PLAIN_HELLO, {C, "Subject: a\r\n"}},
     .not = {PLAIN_HELLO, {C, "!?\r\n"}}},
    {.what = "refused, and illegal",
     .note = NOTE_REFUSED,
     .raises = {PLAIN_HELLO, {C, "VERB a\r\n"}, {S, "500 no\r\n"}},
     .not = {PLAIN_HELLO, {C, "DEBUG\r\n"}, {S, "500 no\r\n"}}},
    {.what = "illegal command",
     .note = NOTE_ILLEGAL_COMMAND,
     .raises = {PLAIN_HELLO, {C, "WIZ\r\n"}},
     .not = {PLAIN_HELLO, {C, "WIZARD\r\n"}}},
    {.what = "HTTP",
     .note = NOTE_FOREIGN_PROTOCOL,
     .raises = {GREETED, {C, "GET / HTTP/1.1\r\n"}},
     .not = {GREETED, {C, "GET / now\r\n"}}},
    {.what = "SSH",
     .note = NOTE_FOREIGN_PROTOCOL,
     .raises = {GREETED, {C, "SSH-2.0-x\r\n"}},
     .not = {GREETED, {C, "SSHD\r\n"}}},
    {.what = "TLS without a line's end",
     .note = NOTE_FOREIGN_PROTOCOL,
     .raises = {GREETED, {C, "\x16\x03\x01\x02"}},
     .not = {GREETED, {C, "\x17\x03\x01\x02"}}},
    {.what = "a header field that is not of HTTP",
     .note = NOTE_UNKNOWN_COMMAND,
     .raises = {GREETED, {C, "GET / HTTP/1.1\r\nNOOP\r\nHost: a\r\n"}},
     .not = {GREETED, {C, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"}}},
    {.what = "a server of HTTP",
     .note = NOTE_FOREIGN_PROTOCOL,
     .raises = {{S, "HTTP/1.1 400 no\r\n"}},
     .not = {{S, "220 HTTP/1.1 no\r\n"}}},
    {.what = "CR CR LF", .note = NOTE_BARE_CR, .raises = {GREETED, {C, "NOOP\r\r\n"}}, .not = {GREETED, {C, "NOOP\r\n"}}},
    {.what = "a CR in a reply", .note = NOTE_BARE_CR, .raises = {{S, "220 a\rb\r\n"}}, .not = {{S, "220 ab\r\n"}}},
    {.what = "LF in a later line",
     .note = NOTE_BARE_LF,
     .raises = {{S, "220-a\r\n220 b\n"}},
     .not = {{S, "220-a\r\n220 b\r\n"}}},
    {.what = "a code of no RFC",
     .note = NOTE_REPLY_SYNTAX,
     .raises = {GREETED, HELLO, {S, "650 a\r\n"}},
     .not = {GREETED, HELLO, {S, "559 a\r\n"}}},
    {.what = "8 bits",
     .note = NOTE_EIGHTBIT_UNADVERTISED,
     .raises = {PLAIN_HELLO, ENVELOPE, DATA, {C, "a\r\n\r\n\xc3\xbc\r\n.\r\n"}},
     .not = {GREETED, HELLO, OFFERING("250 8BITMIME\r\n"), ENVELOPE, DATA, {C, "a\r\n\r\n\xc3\xbc\r\n.\r\n"}}},
    {.what = "8 bits, or 7",
     .note = NOTE_EIGHTBIT_UNADVERTISED,
     .raises = {PLAIN_HELLO, ENVELOPE, DATA, {C, "\xfc\r\n.\r\n"}},
     .not = {PLAIN_HELLO, ENVELOPE, DATA, {C, "u\r\n.\r\n"}}},
    {.what = "UTF-8 in the header",
     .note = NOTE_SMTPUTF8_MISSING,
     .raises = {PLAIN_HELLO, ENVELOPE, DATA, {C, "Subject: \xc3\xbc\r\n\r\na\r\n.\r\n"}},
     .not = {PLAIN_HELLO, ENVELOPE, DATA, {C, "Subject: u\r\n\r\n\xc3\xbc\r\n.\r\n"}}},
    {.what = "more than declared",
     .note = NOTE_SIZE_EXCEEDED,
     .raises = {PLAIN_HELLO, {C, "MAIL FROM:<a@b> SIZE=6\r\n"}, OK, RCPT, OK, DATA, {C, "12345\r\n.\r\n"}},
     .not = {PLAIN_HELLO, {C, "MAIL FROM:<a@b> SIZE=7\r\n"}, OK, RCPT, OK, DATA, {C, "12345\r\n.\r\n"}}},
    {.what = "more than is taken",
     .note = NOTE_SIZE_EXCEEDED,
     .raises = {GREETED, HELLO, OFFERING("250 SIZE 6\r\n"), ENVELOPE, DATA, {C, "12345\r\n.\r\n"}},
     .not = {GREETED, HELLO, OFFERING("250 SIZE 7\r\n"), ENVELOPE, DATA, {C, "12345\r\n.\r\n"}}},
    {.what = "binary",
     .note = NOTE_BARE_LF,
     .raises = {PLAIN_HELLO, MAIL, OK, RCPT, OK, {C, "BDAT 3 LAST\r\na\nb"}},
     .not = {PLAIN_HELLO, {C, "MAIL FROM:<a@b> BODY=BINARYMIME\r\n"}, OK, RCPT, OK, {C, "BDAT 3 LAST\r\na\nb"}}},
    {.what = "chunks given up for the next mail's",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises =
         {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 1\r\na"}, OK, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 1 LAST\r\na"}, OK},
     .not = {CHUNKING_HELLO,
             ENVELOPE,
             {C, "BDAT 1\r\na"},
             OK,
             {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 1 LAST\r\na"},
             {S, "503 no\r\n"}}},
    {.what = "a password in the clear",
     .note = NOTE_AUTH_WITHOUT_TLS,
     .raises = {PLAIN_HELLO, {C, "AUTH LOGIN\r\n"}},
     .not = {PLAIN_HELLO, {C, "AUTH CRAM-MD5\r\n"}}},
    {.what = "a chunk behind a refused one",
     .note = NOTE_REFUSED,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 1\r\naBDAT 1 LAST\r\na"}, {S, "250 ok\r\n552 no\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 1\r\na"}, {S, "452 no\r\n"}, {C, "BDAT 1 LAST\r\na"}, {S, "503 no\r\n"}}},
    {.what = "credentials refused for now",
     .note = NOTE_AUTH_FAILED,
     .raises = {PLAIN_HELLO, {C, "AUTH PLAIN AGEAYg==\r\n"}, {S, "535 no\r\n"}},
     .not = {PLAIN_HELLO, {C, "AUTH PLAIN AGEAYg==\r\n"}, {S, "454 no\r\n"}}},
    {.what = "no mechanism",
     .note = NOTE_AUTH_WITHOUT_TLS,
     .raises = {PLAIN_HELLO, {C, "AUTH secret?\r\n"}},
     .not = {PLAIN_HELLO, {C, "AUTH\r\n"}}},
    {.what = "a proof in the clear",
     .note = NOTE_AUTH_PROOF_WITHOUT_TLS,
     .raises = {PLAIN_HELLO, {C, "AUTH SCRAM-SHA-1\r\n"}},
     .not = {PLAIN_HELLO, {C, "AUTH EXTERNAL\r\n"}}},
    {.what = "part of a line behind STARTTLS",
     .note = NOTE_STARTTLS_PLAINTEXT,
     .raises = {PLAIN_HELLO, {C, "STARTTLS\r\nRSE"}},
     .not = {PLAIN_HELLO, {C, "STARTTLS\r\n"}}},
    {.what = "part of a line behind the grant",
     .note = NOTE_STARTTLS_PLAINTEXT,
     .raises = {PLAIN_HELLO, {C, "STARTTLS\r\n"}, {S, "220 go\r\n250 a"}},
     .not = {PLAIN_HELLO, {C, "STARTTLS\r\n"}, {S, "220 go\r\n"}, HELLO, {S, "250 a"}}},
    {.what = "readable",
     .note = NOTE_STARTTLS_READABLE,
     .raises = {PLAIN_HELLO, {C, "STARTTLS\r\n"}, {S, "220 go\r\n"}, HELLO},
     .not = {PLAIN_HELLO, {C, "STARTTLS\r\n"}, {S, "220 go\r\n250 a\r\n"}}},
    {.what = "stripped",
     .note = NOTE_STARTTLS_STRIPPED,
     .raises = {GREETED, HELLO, OFFERING("250 XXXXXXXA\r\n")},
     .not = {GREETED, HELLO, OFFERING("250-XXXXXXXA\r\n250 STARTTLS\r\n")}},
    {.what = "stripped of another",
     .note = NOTE_STARTTLS_STRIPPED,
     .raises = {GREETED, HELLO, OFFERING("250 XXXXXXXX\r\n")},
     .not = {GREETED, HELLO, OFFERING("250 XXXXX\r\n")}},
    {.what = "masked keyword",
     .note = NOTE_MASKED,
     .raises = {GREETED, HELLO, OFFERING("250 XXXXX\r\n")},
     .not = {GREETED, HELLO, OFFERING("250 XCLIENT\r\n")}},
    {.what = "masked greeting",
     .note = NOTE_MASKED,
     .raises = {{S, "220 **************0**\r\n"}},
     .not = {{S, "220 mx *** ready\r\n"}}},
    {.what = "masked EHLO",
     .note = NOTE_MASKED,
     .raises = {GREETED, {C, "XXXX c.example.com\r\n"}},
     .not = {GREETED, {C, "XXAB c.example.com\r\n"}}},
    {.what = "REQUIRETLS behind a decrypting proxy",
     .note = NOTE_REQUIRETLS_WITHOUT_TLS,
     .raises = {PLAIN_HELLO, {C, "MAIL FROM:<a@b> REQUIRETLS\r\n"}},
     .not = {PLAIN_HELLO, {C, "STARTTLS\r\n"}, {S, "220 go\r\n"}, HELLO, OK, {C, "MAIL FROM:<a@b> REQUIRETLS\r\n"}}},
    {.what = "TLS refused",
     .note = NOTE_STARTTLS_REFUSED,
     .raises = {PLAIN_HELLO, {C, "STARTTLS\r\n"}, {S, "454 no\r\n"}, ENVELOPE, DATA},
     .not = {PLAIN_HELLO, {C, "STARTTLS\r\n"}, {S, "454 no\r\n"}, ENVELOPE}},
    {.what = "TLS unused",
     .note = NOTE_STARTTLS_UNUSED,
     .raises = {GREETED, HELLO, OFFERING("250 STARTTLS\r\n"), ENVELOPE, DATA},
     .not = {PLAIN_HELLO, ENVELOPE, DATA}},
    {.what = "TLS unused, mail refused",
     .note = NOTE_STARTTLS_UNUSED,
     .raises = {GREETED, HELLO, OFFERING("250 STARTTLS\r\n"), ENVELOPE, DATA},
     .not = {GREETED, HELLO, OFFERING("250 STARTTLS\r\n"), MAIL, {S, "530 no\r\n"}}},
    {.what = "unqualified name",
     .note = NOTE_HELO_NAME,
     .raises = {GREETED, {C, "HELO ylmf\r\n"}},
     .not = {GREETED, {C, "HELO [IPv6:2001:db8::1]\r\n"}}},
    {.what = "address without brackets",
     .note = NOTE_HELO_NAME,
     .raises = {GREETED, {C, "EHLO 192.0.2.1\r\n"}},
     .not = {GREETED, {C, "EHLO [192.0.2.1]\r\n"}}},
    {.what = "underscore",
     .note = NOTE_HELO_NAME,
     .raises = {GREETED, {C, "EHLO a_b.example.com\r\n"}},
     .not = {GREETED, {C, "EHLO a-b.example.com\r\n"}}},
    {.what = "the server's name",
     .note = NOTE_HELO_NAME,
     .raises = {GREETED, {C, "EHLO MX.example.org\r\n"}},
     .not = {GREETED, {C, "EHLO m.example.org\r\n"}}},
    {.what = "a line that another one is behind, or one of another protocol",
     .note = NOTE_SYNTAX,
     .raises = {GREETED, {C, "\x16\x03\x01 a\r\nNOOP\r\n!?\r\n"}},
     .not = {GREETED, {C, "\x16\x03\x01 a\r\n!?\r\n\x01\r\n"}}},
    {.what = "line ends of SMTP, and of another protocol",
     .note = NOTE_BARE_LF,
     .raises = {GREETED, {C, "NOOP\n"}},
     .not = {GREETED, {C, "\x16\x03\x01 a\nb\n"}}},
    {.what = "deferred, unknown verb",
     .note = NOTE_DEFERRED,
     .raises = {PLAIN_HELLO, {C, "VRFY a\r\n"}, {S, "402 no\r\n"}},
     .not = {PLAIN_HELLO, {C, "FOO a\r\n"}, {S, "402 no\r\n"}}},
    {.what = "closing, inside a line",
     .note = NOTE_CLOSING_REPLY,
     .raises = {PLAIN_HELLO, {S, "500 what\r\n"}},
     .not = {PLAIN_HELLO, {C, "FOO"}, {S, "500 what\r\n"}}},
    {.what = "unexpected, inside a line",
     .note = NOTE_REPLY_UNEXPECTED,
     .raises = {PLAIN_HELLO, {S, "250 what\r\n"}},
     .not = {PLAIN_HELLO, {C, "NOOP\r"}, {S, "250 what\r\n"}}},
    {.what = "more than the chunk",
     .note = NOTE_BDAT_EXCESS,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3 LAST\r\na\r\nmore of it\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3 LAST\r\na\r\nQUIT\r\n"}}},
    {.what = "the end of a line behind the chunk",
     .note = NOTE_BDAT_EXCESS,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 2 LAST\r\na\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3 LAST\r\na\r\n"}}},
    {.what = "text behind the chunk, and its reply",
     .note = NOTE_BDAT_EXCESS,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C, "Subject: more\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C, "FOO\r\n"}}},
    {.what = "part of a line behind the chunk, before its reply",
     .note = NOTE_BDAT_EXCESS,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nmo"}, OK, {C, "re of it\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nNO"}, OK, {C, "OP\r\n"}}},
    {.what = "behind the chunk, or behind what is lost",
     .note = NOTE_BDAT_EXCESS,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 9 LAST\r\na\r\n"}, {C_LOST, "123456"}, {C, "!?\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 9 LAST\r\na\r\n"}, {C_LOST, "1234567"}, {C, "!?\r\nNOOP\r\n"}}},
    {.what = "an unknown verb of a client whose server was not captured",
     .note = NOTE_BDAT_EXCESS,
     .raises = {{C, "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3 LAST\r\na\r\n!?\r\n"}},
     .not = {{C, "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3 LAST\r\na\r\n"}, {C, "FOO\r\n"}}},
    {.what = "an unknown verb",
     .note = NOTE_UNKNOWN_COMMAND,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C, "FOO\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nmore\r\nand more\r\n"}}},
    {.what = "what cannot be parsed",
     .note = NOTE_SYNTAX,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nNOOP\r\n!?\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n!?\r\n\r\n"}}},
    {.what = "no pipelining, or too much content",
     .note = NOTE_PIPELINING_UNADVERTISED,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nNOOP\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nmore of it\r\n"}}},
    {.what = "RSET without LAST",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C, "RSET\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3 LAST\r\na\r\n"}, OK, {C, "RSET\r\n"}}},
    {.what = "QUIT without LAST",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nQUIT\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\nBDAT 0 LAST\r\nQUIT\r\n"}}},
    {.what = "EHLO without LAST",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, HELLO, OK},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, HELLO, {S, "503 no\r\n"}}},
    {.what = "MAIL without LAST",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, MAIL, OK},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, MAIL, {S, "503 no\r\n"}}},
    {.what = "RSET behind a refused chunk",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C, "BDAT 3\r\na\r\n"}, OK, {C, "RSET\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, {S, "552 no\r\n"}, {C, "RSET\r\n"}}},
    {.what = "RSET behind a refused recipient",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, {C, "RSET\r\n"}},
     .not = {CHUNKING_HELLO, MAIL, OK, RCPT, {C, "BDAT 3\r\na\r\n"}, {S, "550 no\r\n503 no\r\n"}, {C, "RSET\r\n"}}},
    {.what = "RSET behind a loss that may hold LAST",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C, "RSET\r\n"}},
     .not = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C_LOST, "BDAT 0 LAST\r\n"}, OK, {C, "RSET\r\n"}}},
    {.what = "RSET of a client whose server was not captured",
     .note = NOTE_BDAT_MISSING_LAST,
     .raises = {CHUNKING_HELLO, ENVELOPE, {C, "BDAT 3\r\na\r\n"}, OK, {C, "RSET\r\n"}},
     .not = {{C, "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3\r\na\r\n"}, {C, "RSET\r\n"}}},
    {.what = "extension behind HELO",
     .note = NOTE_EXTENSION_UNADVERTISED,
     .raises = {GREETED, {C, "HELO c.example.com\r\n"}, OK, {C, "MAIL FROM:<a@b> SIZE=5\r\n"}},
     .not = {GREETED, {C, "HELO c.example.com\r\n"}, OK, MAIL}},
};

static note_set notes_in(const turn *turns)
{
    recorder *rec = recorder_new(false, false, 0);
    note_set notes = 0;

    for (const turn *t = turns; t->kind != DIALOGUE_END; t++) {
        const segment *made = recorder_feed(rec, t->kind, t->text, strlen(t->text), 0, 0, false);
        for (unsigned i = 0; made && i < made->count; i++)
            notes |= made->findings[i].notes;
    }
    recorder_free(rec);
    return notes;
}

static void test_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!(notes_in(rows[i].raises) & note_bit(rows[i].note)))
            g_error("%s: not raised", rows[i].what);
        if (notes_in(rows[i].not ) & note_bit(rows[i].note))
            g_error("%s: raised by what is close to it", rows[i].what);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wmem_init();
    g_test_add_func("/session/notes/commands", test_notes);
    g_test_add_func("/session/notes/rows", test_rows);
    g_test_add_func("/session/notes/lengths", test_lengths);
    g_test_add_func("/session/notes/held oddities", test_held_oddities);
    return g_test_run();
}
