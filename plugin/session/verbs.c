/* verbs.c — the table of verbs: see verbs.h for what it is, and state.h for its columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/verbs.h"

#include "session/state.h"

/* Extensions add to the command line's limit (RFC 5321, 4.5.3.1.4). Those of MAIL and RCPT: SIZE (RFC 1870) 26 octets,
 * 8BITMIME (RFC 6152) 17, AUTH (RFC 4954) 500, DSN (RFC 3461) some hundred, and so on; the sum of all is less than is given
 * here. */
#define ENVELOPE_LINE_LIMIT 4096u
/* URLs, and what servers send each other in verbs of their own, have no known limit. */
#define NO_LINE_LIMIT UNIT_LIMIT

/* `ended_by` has few values. HELO, LHLO and XCLIENT, after whose 220 the session starts anew, count as EHLO. ATRN and
 * TURN end the client's part, as if it had closed the connection. */
static const verb_rule rows[] = {
    /* clang-format off */
    {.name = "ATRN", .ends_group = true, .id = VERB_TURN, .extension = "ATRN", .ended_by = "CLOSE",
     .on_reply = turn_answered},
    {.name = "AUTH", .ends_group = true, .id = VERB_AUTH, .extension = "AUTH", .line_limit = AUTH_LINE_LIMIT,
     .codes = {334 /* RFC 4954, 4 */, 235 /* RFC 4954, 6 */},
     .on_sent = auth_sent, .on_reply = auth_answered},
    {.name = "BDAT", .id = VERB_BDAT, .extension = "CHUNKING" /* RFC 3030 */,
     .on_sent = bdat_sent, .on_reply = bdat_answered,
     .transaction_on_sent = transaction_content_sent, .transaction_on_reply = transaction_content_started},
    {.name = "BURL", .id = VERB_BURL, .extension = "BURL", .line_limit = NO_LINE_LIMIT,
     .on_sent = burl_sent, .transaction_on_sent = transaction_content_sent, .transaction_on_reply = transaction_content_started},
    {.name = "DATA", .ends_group = true, .id = VERB_DATA,
     .codes = {354 /* RFC 5321, 4.2.2 */},
     .on_sent = data_sent, .on_reply = data_answered,
     .transaction_on_sent = transaction_content_sent, .transaction_on_reply = transaction_content_started},
    {.name = "DEBUG", .illegal = true},
    {.name = "KILL", .illegal = true},
    {.name = "SHOWQ", .illegal = true},
    {.name = "WIZ", .illegal = true},
    {.name = "EHLO", .ends_group = true, .id = VERB_EHLO, .ended_by = "EHLO",
     .on_sent = hello_sent, .on_reply = hello_answered, .transaction_on_sent = transaction_terminator_sent},
    {.name = "ETRN", .extension = "ETRN" /* RFC 1985 */},
    {.name = "HELO", .ends_group = true, .id = VERB_HELO, .ended_by = "EHLO",
     .on_sent = hello_sent, .on_reply = hello_answered, .transaction_on_sent = transaction_terminator_sent},
    {.name = "LHLO", .ends_group = true, .id = VERB_LHLO, .ended_by = "EHLO",
     .on_sent = hello_sent, .on_reply = hello_answered, .transaction_on_sent = transaction_terminator_sent},
    {.name = "MAIL", .id = VERB_MAIL, .line_limit = ENVELOPE_LINE_LIMIT,
     .on_sent = mail_sent, .on_reply = mail_answered,
     .transaction_on_sent = transaction_mail_sent, .transaction_on_reply = transaction_mail_answered},
    {.name = "EXPN", .ends_group = true},
    {.name = "NOOP", .ends_group = true},
    {.name = "VRFY", .ends_group = true},
    {.name = "QUIT", .ends_group = true, .id = VERB_QUIT, .ended_by = "QUIT",
     .codes = {221 /* RFC 5321, 4.1.1.10 */},
     .on_sent = reset_sent, .transaction_on_sent = transaction_terminator_sent},
    {.name = "RCPT", .id = VERB_RCPT, .line_limit = ENVELOPE_LINE_LIMIT,
     .on_reply = rcpt_answered,
     .transaction_on_sent = transaction_rcpt_sent, .transaction_on_reply = transaction_rcpt_answered},
    {.name = "RSET", .id = VERB_RSET, .ended_by = "RSET",
     .on_sent = reset_sent, .transaction_on_sent = transaction_terminator_sent},
    {.name = "SAML", .id = VERB_MAIL, .line_limit = ENVELOPE_LINE_LIMIT,
     .on_sent = mail_sent, .on_reply = mail_answered,
     .transaction_on_sent = transaction_mail_sent, .transaction_on_reply = transaction_mail_answered},
    {.name = "SEND", .id = VERB_MAIL, .line_limit = ENVELOPE_LINE_LIMIT,
     .on_sent = mail_sent, .on_reply = mail_answered,
     .transaction_on_sent = transaction_mail_sent, .transaction_on_reply = transaction_mail_answered},
    {.name = "SOML", .id = VERB_MAIL, .line_limit = ENVELOPE_LINE_LIMIT,
     .on_sent = mail_sent, .on_reply = mail_answered,
     .transaction_on_sent = transaction_mail_sent, .transaction_on_reply = transaction_mail_answered},
    {.name = "STARTTLS", .id = VERB_STARTTLS, .extension = "STARTTLS", .ended_by = "STARTTLS",
     .codes = {220 /* RFC 3207, 4 */},
     .on_reply = starttls_answered, .transaction_on_sent = transaction_terminator_sent},
    {.name = "TURN", .ends_group = true, .id = VERB_TURN, .ended_by = "CLOSE",
     .on_reply = turn_answered},
    {.name = "X-ANONYMOUSTLS", .id = VERB_STARTTLS, .extension = "X-ANONYMOUSTLS", .ended_by = "STARTTLS",
     .codes = {220 /* as STARTTLS */}, .line_limit = NO_LINE_LIMIT,
     .on_reply = starttls_answered, .transaction_on_sent = transaction_terminator_sent},
    {.name = "X-EXPS", .ends_group = true, .id = VERB_AUTH, .extension = "X-EXPS", .line_limit = AUTH_LINE_LIMIT,
     .codes = {334, 235 /* as AUTH */},
     .on_sent = auth_sent, .on_reply = auth_answered},
    {.name = "XCLIENT", .id = VERB_XCLIENT, .extension = "XCLIENT", .ended_by = "EHLO", .line_limit = NO_LINE_LIMIT,
     .codes = {220 /* Postfix's XCLIENT_README */},
     .on_reply = xclient_answered, .transaction_on_sent = transaction_terminator_sent},
    {.name = "XEXCH50", .id = VERB_XEXCH50, .extension = "XEXCH50", .line_limit = NO_LINE_LIMIT,
     .codes = {354 /* [MS-XOEXT], 2.2.4 */},
     .on_sent = xexch50_sent, .on_reply = xexch50_answered},
    {.name = "XEXPS", .ends_group = true, .id = VERB_AUTH, .extension = "XEXPS", .line_limit = AUTH_LINE_LIMIT,
     .codes = {334, 235 /* as AUTH */},
     .on_sent = auth_sent, .on_reply = auth_answered},
    /* clang-format on */
};
#define ROWS (sizeof rows / sizeof rows[0])

/* Verbs without a row. Those of no RFC begin with X, and are offered by their own name (RFC 5321, 2.2.2). */
static const verb_rule other = {.id = VERB_OTHER};
static const verb_rule private_use = {.id = VERB_OTHER, .line_limit = NO_LINE_LIMIT, .offered_by_name = true};

const verb_rule verb_connect = {.name = "CONNECT", .id = VERB_CONNECT, .on_reply = connect_answered};
const verb_rule verb_end_of_data = {.name = "END-OF-DATA", .id = VERB_END_OF_DATA};

/* By the place of the grammar's row. Each is looked for once, not for every command. */
#define GRAMMAR_ROWS_MAX 128u
static const verb_rule *by_grammar[GRAMMAR_ROWS_MAX];

static const verb_rule *find(const verb_row *row)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, row->name) == 0)
            return &rows[i];
    return row->name[0] == 'X' ? &private_use : &other;
}

const verb_rule *verb_of(const command *in)
{
    size_t count, place;
    const verb_row *grammar = verb_rows(&count);

    if (!in->row)
        return &other;
    place = (size_t)(in->row - grammar);
    if (place >= GRAMMAR_ROWS_MAX)
        return find(in->row);
    if (!by_grammar[place])
        by_grammar[place] = find(in->row);
    return by_grammar[place];
}

verb_id verb_id_of(const verb_rule *row)
{
    return row->id;
}

bool verb_is_meant_by(const verb_rule *row, uint16_t code)
{
    return row->codes[0] == code || row->codes[1] == code;
}

/* The codes of all rows above. */
bool verb_code_identifies(uint16_t code)
{
    for (size_t i = 0; i < ROWS; i++)
        if (verb_is_meant_by(&rows[i], code))
            return true;
    return false;
}
