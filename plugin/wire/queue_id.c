/* queue_id.c — how servers name the mail they took.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "queue_id.h"
#include "line.h"
#include "reply.h"

/* Four times a reply line's limit (RFC 5321, 4.5.3.1.5). What lies behind is not searched, since rows are looked for again
 * and again. */
#define TEXT_LIMIT 2048u

static const queue_id_row rows[] = {
    {QUEUE_ID_BEHIND, "[InternalId=", NULL, "<a@b.example> [InternalId=4711, Hostname=mb.example] Queued mail for delivery",
     "4711", "Microsoft Exchange", true},
    {QUEUE_ID_BEHIND, "queued as ", NULL, "Ok: queued as 4XyZ12", "4XyZ12", "Postfix", true},
    {QUEUE_ID_BEHIND, "queued as: ", NULL, "Ok: queued as: 4XyZ12", "4XyZ12", "others in Postfix's manner", true},
    {QUEUE_ID_BETWEEN, "queued (", ")", "Message Queued (1F0A2C3D-4E5F.1)", "1F0A2C3D-4E5F.1", "Haraka", true},
    {QUEUE_ID_BEHIND, "queued with id ", NULL, "Message queued with id 18c2a1b", "18c2a1b", "Stalwart", true},
    {QUEUE_ID_BEHIND, ".yandex.net as ", NULL, "Ok: queued on smtp1.mail.yandex.net as 1700000000-AbCd", "1700000000-AbCd",
     "Yandex", true},
    {QUEUE_ID_BEHIND, ".yandex.net ", NULL, "Ok: queued on smtp1.mail.yandex.net 1700000000-AbCd", "1700000000-AbCd",
     "Yandex", false},
    {QUEUE_ID_BETWEEN, "SESSIONID=<", ">", "Ok SESSIONID=<cyrus-123-1700000000-1>", "cyrus-123-1700000000-1", "Cyrus LMTP",
     true},
    {QUEUE_ID_BETWEEN, "MSGID=", "]", "Accepted [STATUS=new MSGID=ZW1haWw.1]", "ZW1haWw.1", "WildDuck, Ethereal", true},
    {QUEUE_ID_BEHIND, "envelope id ", NULL, "Ok, envelope id 0ABC00123XYZ@mx.example", "0ABC00123XYZ@mx.example",
     "Oracle Messaging Server", true},
    {QUEUE_ID_BEHIND, "id=", NULL, "OK id=1rABcd-000123-Xy", "1rABcd-000123-Xy", "Exim", true},
    {QUEUE_ID_BEHIND, "ids=", NULL, "OK ids=d7ef132b5d7711ea8c8c000c29c33806", "d7ef132b5d7711ea8c8c000c29c33806", "KumoMTA",
     true},
    {QUEUE_ID_IN_FRONT, NULL, " Message accepted", "x8KA1b2c003456 Message accepted for delivery", "x8KA1b2c003456",
     "Sendmail, OpenSMTPD", true},
    {QUEUE_ID_IN_FRONT, NULL, " - gsmtp", "OK  1700000000 x12si123456abc.7 - gsmtp", "x12si123456abc.7", "Gmail", false},
    {QUEUE_ID_IN_FRONT, NULL, " Received OK", "SmtpThread-7-1700000000@mta.example Received OK [abc]",
     "SmtpThread-7-1700000000@mta.example", "Mimecast", true},
    {QUEUE_ID_BEHIND, " qp ", NULL, "ok 1700000000 qp 12345", "12345", "qmail", true},
    {QUEUE_ID_BETWEEN, "> ", " Saved", "<ann@example.org> aBcD1 Saved", "aBcD1", "Dovecot LMTP", true},
    {QUEUE_ID_BETWEEN, "Message ", " accepted", "ok:  Message 12345678 accepted", "12345678", "Cisco Secure Email", true},
    {QUEUE_ID_BETWEEN, "saved <Message-ID: ", ">", "Ok, message saved <Message-ID: 20240101.AA1@mx.example>",
     "20240101.AA1@mx.example", "MDaemon", true},
    {QUEUE_ID_BETWEEN, "<", "> Queued mail for delivery", "<MX1abc@mx.example> Queued mail for delivery",
     "MX1abc@mx.example", "Microsoft SMTP Service", true},
    {QUEUE_ID_ENDS_TEXT, "Ok. ", NULL, "Ok. 0000000000A1B2C3.000000005F", "0000000000A1B2C3.000000005F", "Courier", false},
    {QUEUE_ID_ENDS_TEXT, "Ok ", NULL, "Ok 0100018c0a1b2c3d-4e5f-000000", "0100018c0a1b2c3d-4e5f-000000",
     "Amazon SES, Momentum", false},
};

/* Without what a sentence puts round a word. */
static span bare_word(span word)
{
    while (word.length > 0 && strchr(".,;:!)]>", word.octets[word.length - 1]) != NULL &&
           word.octets[word.length - 1] != '\0')
        word.length--;
    while (word.length > 0 && (word.octets[0] == '<' || word.octets[0] == '(' || word.octets[0] == ':'))
        word = span_from(word, 1);
    return word;
}

/* A single word that could be a name. */
static bool is_name(span word, bool with_digit)
{
    bool digit = false;
    bool any = false;

    for (size_t i = 0; i < word.length; i++) {
        if (word.octets[i] <= ' ' || word.octets[i] == 127)
            return false;
        any = any || octet_is_alphanumeric(word.octets[i]);
        digit = digit || octet_is_digit(word.octets[i]);
    }
    return any && (digit || !with_digit);
}

/* Position of `needle` at or behind `from`, not inside of a word; text.length when there is none. */
static size_t find_words(span text, size_t from, const char *needle)
{
    bool word = octet_is_alphanumeric((uint8_t)needle[0]);
    uint8_t first[2] = {octet_to_lower((uint8_t)needle[0]), octet_to_upper((uint8_t)needle[0])};

    for (size_t i = from; i < text.length; i++) {
        if (text.octets[i] != first[0] && text.octets[i] != first[1])
            continue;
        if (span_starts_nocase(span_from(text, i), needle) && !(word && i > 0 && octet_is_alphanumeric(text.octets[i - 1])))
            return i;
    }
    return text.length;
}

/* The word that ends where `text` does. */
static span last_word(span text)
{
    size_t begin = text.length;

    while (begin > 0 && text.octets[begin - 1] != ' ' && text.octets[begin - 1] != '\t')
        begin--;
    return bare_word(span_from(text, begin));
}

/* The name that a row's form gives for the text behind `before`, or for the one in front of `after`. */
static span name_at(const queue_id_row *row, span text, size_t at)
{
    if (row->form == QUEUE_ID_IN_FRONT)
        return last_word(span_first(text, at));

    span behind = span_from(text, at + strlen(row->before));
    span rest = behind;
    if (row->form == QUEUE_ID_BETWEEN) {
        size_t end = find_words(behind, 0, row->after);
        return end < behind.length ? span_trim(span_first(behind, end)) : span_first(behind, 0);
    }
    span word = span_next_word(&rest);
    if (row->form == QUEUE_ID_ENDS_TEXT && span_trim(rest).length > 0)
        return span_first(behind, 0);
    return bare_word(word);
}

/* The last place where the row fits. */
static span find_row(const queue_id_row *row, span text)
{
    const char *needle = row->form == QUEUE_ID_IN_FRONT ? row->after : row->before;
    bool with_digit = row->form == QUEUE_ID_IN_FRONT || row->form == QUEUE_ID_ENDS_TEXT;
    span found = {NULL, 0};

    for (size_t at = find_words(text, 0, needle); at < text.length; at = find_words(text, at + 1, needle)) {
        span name = name_at(row, text, at);
        if (is_name(name, with_digit))
            found = name;
    }
    return found;
}

/* *row_r: the row that fits; not set when there is none. */
static span find(span text, const queue_id_row **row_r)
{
    span head = span_first(text, TEXT_LIMIT);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        span found = find_row(&rows[i], head);
        if (found.length > 0) {
            *row_r = &rows[i];
            return found;
        }
    }
    return (span){NULL, 0};
}

span queue_id_find(span text)
{
    const queue_id_row *row;

    return find(text, &row);
}

/* The same for the line of a reply that counts; *row_r is NULL when none has a name. */
static span find_in_reply(span whole, const queue_id_row **row_r)
{
    span found = {NULL, 0};
    reply_line parsed;

    *row_r = NULL;
    for (size_t at = 0; at < whole.length;) {
        line next = line_first(span_from(whole, at));
        if (reply_line_parse(next.text, true, &parsed) || (!at && reply_line_parse_odd(next.text, &parsed))) {
            span name = find(parsed.text, row_r);
            found = name.length > 0 ? name : found;
        }
        at += next.length;
    }
    return found;
}

span queue_id_of_reply(span whole, bool cut)
{
    const queue_id_row *row;
    span found = find_in_reply(whole, &row);
    bool may_go_on = cut && found.length && found.octets + found.length == whole.octets + whole.length;

    return may_go_on ? (span){NULL, 0} : found;
}

bool queue_id_tells_content(span whole)
{
    const queue_id_row *row;

    return find_in_reply(whole, &row).length > 0 && row->contents_only;
}

const queue_id_row *queue_id_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}
