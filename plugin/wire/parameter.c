/* parameter.c — parameters of MAIL and RCPT, and how their values are written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parameter.h"
#include "names.h"
#include "xtext.h"

enum { MAIL = PARAMETER_OF_MAIL, RCPT = PARAMETER_OF_RCPT };

/* by-time and the intervals have 1*9DIGIT */
enum { INTERVAL_DIGITS = 9, INTERVAL_MAX = 999999999 };

/* Sorted by keyword. The IANA registry, and what widespread servers add to it. */
static const parameter_row rows[] = {
    {"ALT-ADDRESS", PARAMETER_OTHER, PARAMETER_FORM_XTEXT, MAIL | RCPT, "UTF8SMTP",
     "ASCII address to use where the other cannot be", "RFC 5336, 3.4"},
    {"AUTH", PARAMETER_OTHER, PARAMETER_FORM_AUTH, MAIL, "AUTH", "who submitted the message, <> when not known",
     "RFC 4954, 5"},
    {"BODY", PARAMETER_BODY, PARAMETER_FORM_BODY, MAIL, "8BITMIME", "what octets and lines the content has",
     "RFC 6152, RFC 3030"},
    {"BY", PARAMETER_OTHER, PARAMETER_FORM_BY, MAIL, "DELIVERBY",
     "time within which to deliver, and what to do when it has passed", "RFC 2852"},
    {"CONNEG", PARAMETER_OTHER, PARAMETER_FORM_NONE, RCPT, "CONNEG", "asks what content the recipient can take", "RFC 4141"},
    {"CONPERM", PARAMETER_OTHER, PARAMETER_FORM_NONE, MAIL, "CONPERM", "permission to convert the content", "RFC 4141"},
    {"ENVID", PARAMETER_OTHER, PARAMETER_FORM_XTEXT, MAIL, "DSN", "envelope identifier, for delivery status notifications",
     "RFC 3461, 4.4"},
    {"EXDATA", PARAMETER_OTHER, PARAMETER_FORM_NONE, MAIL, "XEXDATA",
     "asks for a result per recipient in the reply to the content", "Courier"},
    {"HOLDFOR", PARAMETER_OTHER, PARAMETER_FORM_INTERVAL, MAIL, "FUTURERELEASE", "seconds to hold the message for",
     "RFC 4865"},
    {"HOLDUNTIL", PARAMETER_OTHER, PARAMETER_FORM_TIME, MAIL, "FUTURERELEASE", "time until which to hold the message",
     "RFC 4865"},
    {"IGNOREQUOTA", PARAMETER_OTHER, PARAMETER_FORM_NONE, RCPT, "IGNOREQUOTA", "to be delivered to a mailbox over its quota",
     "Cyrus LMTP"},
    {"MT-PRIORITY", PARAMETER_OTHER, PARAMETER_FORM_PRIORITY, MAIL, "MT-PRIORITY", "transfer priority, -9 to 9", "RFC 6710"},
    {"MTRK", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "MTRK", "certifier, and seconds, for tracking the message",
     "RFC 3885"},
    {"NOTIFY", PARAMETER_OTHER, PARAMETER_FORM_NOTIFY, RCPT, "DSN", "when to send a delivery status notification",
     "RFC 3461, 4.1"},
    {"ORCPT", PARAMETER_OTHER, PARAMETER_FORM_ORCPT, RCPT, "DSN", "original recipient address", "RFC 3461, 4.2"},
    {"PRDR", PARAMETER_OTHER, PARAMETER_FORM_NONE, MAIL, "PRDR", "asks for a reply per recipient after the content", "Exim"},
    {"REQUIRETLS", PARAMETER_REQUIRETLS, PARAMETER_FORM_NONE, MAIL, "REQUIRETLS", "not to be relayed without TLS",
     "RFC 8689"},
    {"RET", PARAMETER_OTHER, PARAMETER_FORM_RET, MAIL, "DSN", "how much of the message to return in a failure notification",
     "RFC 3461, 4.3"},
    {"RRVS", PARAMETER_OTHER, PARAMETER_FORM_RRVS, RCPT, "RRVS",
     "time since which the mailbox must not have changed its owner", "RFC 7293"},
    {"SECURITY", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XSECURITY", "not to be relayed without the security given",
     "Courier"},
    {"SIZE", PARAMETER_SIZE, PARAMETER_FORM_NUMBER, MAIL, "SIZE", "declared size, octets", "RFC 1870"},
    {"SMTPUTF8", PARAMETER_SMTPUTF8, PARAMETER_FORM_NONE, MAIL, "SMTPUTF8", "addresses or header fields are in UTF-8",
     "RFC 6531"},
    {"SOLICIT", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "NO-SOLICITING", "kinds of solicitation the message is",
     "RFC 3865"},
    {"SUBMITTER", PARAMETER_OTHER, PARAMETER_FORM_XTEXT, MAIL, "SUBMITTER", "who is responsible for the message",
     "RFC 4405"},
    {"TRANSID", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "CHECKPOINT",
     "identifier of a transaction that can be taken up again", "RFC 1845"},
    {"VERP", PARAMETER_OTHER, PARAMETER_FORM_VERP, MAIL, "XVERP", "a return path of its own for each recipient", "Courier"},
    {"XATTRDIRECT", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XATTR", "direction of the message within the organization",
     "Microsoft Exchange"},
    {"XATTRORGID", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XATTR", "organization the message is attributed to",
     "Microsoft Exchange"},
    {"XMESSAGECONTEXT", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "X-MESSAGECONTEXT",
     "blocks of properties that will be sent", "Microsoft Exchange"},
    {"XMESSAGEVALUE", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XMESSAGEVALUE", "how much the message is worth keeping",
     "Microsoft Exchange"},
    {"XOORG", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XOORG", "organization that the message comes from",
     "Microsoft Exchange"},
    {"XORIGFROM", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XORIGFROM", "reverse-path before it was rewritten",
     "Microsoft Exchange"},
    {"XRCPTFORWARD", PARAMETER_OTHER, PARAMETER_FORM_TEXT, RCPT, "XRCPTFORWARD",
     "what a proxy knows of the recipient, in base64", "Dovecot LMTP"},
    {"XRDST", PARAMETER_OTHER, PARAMETER_FORM_TEXT, RCPT, "XRDST", "routing destination of the recipient",
     "Microsoft Exchange"},
    {"XSHADOW", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XSHADOW", "identifier of the shadow copy",
     "Microsoft Exchange"},
    {"XSYSPROBEID", PARAMETER_OTHER, PARAMETER_FORM_TEXT, MAIL, "XSYSPROBE", "identifier of a monitoring probe",
     "Microsoft Exchange"},
    {"XVERP", PARAMETER_OTHER, PARAMETER_FORM_VERP, MAIL, "XVERP", "a return path of its own for each recipient", "Postfix"},
};

_Static_assert(offsetof(parameter_row, keyword) == 0, "names_find() reads the first member");

static const parameter_row *find(span keyword, unsigned commands)
{
    const parameter_row *row =
        (const parameter_row *)names_find(keyword, rows, sizeof rows / sizeof rows[0], sizeof rows[0]);

    return row && (row->commands & commands) ? row : NULL;
}

const parameter_row *parameter_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}

bool parameter_next(span *rest, unsigned commands, parameter *parameter_r)
{
    span whole = span_next_word(rest);

    if (whole.length == 0)
        return false;
    size_t equals = span_find(whole, '=');
    span keyword = span_first(whole, equals);
    *parameter_r = (parameter){.row = find(keyword, commands),
                               .whole = whole,
                               .keyword = keyword,
                               .value = span_from(whole, equals + 1),
                               .has_value = equals < whole.length};
    return true;
}

number_result parameter_size(span value, uint64_t *octets_r)
{
    return number_parse(value, UINT64_MAX, octets_r);
}

number_result parameter_interval(span value, uint32_t *seconds_r)
{
    uint64_t seconds;
    number_result result = number_parse(value, UINT32_MAX, &seconds);

    if (result == NUMBER_OK)
        *seconds_r = (uint32_t)seconds;
    return result;
}

bool parameter_priority(span value, int8_t *priority_r)
{
    bool negative = value.length == 2 && value.octets[0] == '-';
    span digit = span_from(value, negative ? 1 : 0);

    if (digit.length != 1 || !octet_is_digit(digit.octets[0]) || (negative && digit.octets[0] == '0'))
        return false;
    *priority_r = (int8_t)(negative ? '0' - digit.octets[0] : digit.octets[0] - '0');
    return true;
}

static bool is_one_of(span word, const char *const *words)
{
    for (; *words; words++) {
        if (span_equal_nocase(word, *words))
            return true;
    }
    return false;
}

number_result parameter_by(span value, deliver_by *by_r)
{
    static const char *const modes[] = {"N", "R", "NT", "RT", NULL};
    size_t semicolon = span_find(value, ';');
    span time = span_first(value, semicolon);
    span mode = span_from(value, semicolon + 1);
    bool negative = time.length > 0 && time.octets[0] == '-';
    bool signed_time = negative || (time.length > 0 && time.octets[0] == '+');
    uint64_t seconds;

    if (!is_one_of(mode, modes))
        return NUMBER_BAD;
    number_result result = number_parse(span_from(time, signed_time ? 1 : 0), INTERVAL_MAX, &seconds);
    if (result == NUMBER_OK)
        *by_r = (deliver_by){negative ? -(int32_t)seconds : (int32_t)seconds, span_first(mode, 1), mode.length == 2};
    return result;
}

bool parameter_rrvs(span value, rrvs *rrvs_r)
{
    static const char *const actions[] = {"C", "R", NULL};
    size_t semicolon = span_find(value, ';');
    span action = span_from(value, semicolon + 1);
    date_time time;

    if (!date_time_parse(span_first(value, semicolon), &time))
        return false;
    if (semicolon < value.length && !is_one_of(action, actions))
        return false;
    *rrvs_r = (rrvs){time, action};
    return true;
}

bool parameter_notify_next(span *rest, span *word_r)
{
    if (rest->length == 0)
        return false;
    size_t comma = span_find(*rest, ',');
    *word_r = span_first(*rest, comma);
    *rest = span_from(*rest, comma + 1);
    return true;
}

bool parameter_orcpt(span value, original_recipient *orcpt_r)
{
    size_t semicolon = span_find(value, ';');

    if (semicolon == 0 || semicolon == value.length)
        return false;
    span type = span_first(value, semicolon);
    *orcpt_r = (original_recipient){type, span_from(value, semicolon + 1), span_equal_nocase(type, "utf-8")};
    return true;
}

/* notify-esmtp-value = "NEVER" / 1#( "SUCCESS" / "FAILURE" / "DELAY" ) */
static bool notify_ok(span value)
{
    static const char *const words[] = {"SUCCESS", "FAILURE", "DELAY", NULL};
    span rest = value;
    span word;

    if (span_equal_nocase(value, "NEVER"))
        return true;
    while (parameter_notify_next(&rest, &word)) {
        if (!is_one_of(word, words))
            return false;
    }
    return value.length > 0 && value.octets[value.length - 1] != ',';
}

/* Tells whether it is xtext (RFC 3461, 4). It does not decode, since there is no room to decode to. */
static bool xtext_ok(span value)
{
    uint8_t scrap[3];
    size_t length;

    for (size_t i = 0; i < value.length;) {
        size_t take = value.octets[i] == '+' ? sizeof scrap : 1;
        if (xtext_decode(span_first(span_from(value, i), take), scrap, &length) != XTEXT_OK)
            return false;
        i += take;
    }
    return true;
}

static bool orcpt_ok(span value)
{
    original_recipient orcpt;

    return parameter_orcpt(value, &orcpt) && orcpt.address.length > 0 && (orcpt.utf8 || xtext_ok(orcpt.address));
}

static bool interval_ok(span value)
{
    uint32_t seconds;

    return value.length <= INTERVAL_DIGITS && parameter_interval(value, &seconds) == NUMBER_OK;
}

static bool size_ok(span value)
{
    uint64_t octets;

    return parameter_size(value, &octets) == NUMBER_OK;
}

static bool priority_ok(span value)
{
    int8_t priority;

    return parameter_priority(value, &priority);
}

static bool time_ok(span value)
{
    date_time time;

    return date_time_parse(value, &time);
}

static bool by_ok(span value)
{
    deliver_by by;

    return parameter_by(value, &by) == NUMBER_OK;
}

static bool rrvs_ok(span value)
{
    rrvs out;

    return parameter_rrvs(value, &out);
}

static bool auth_ok(span value)
{
    return span_equal_nocase(value, "<>") || (value.length > 0 && xtext_ok(value));
}

static bool body_ok(span value)
{
    static const char *const words[] = {"7BIT", "8BITMIME", "BINARYMIME", NULL};

    return is_one_of(value, words);
}

static bool ret_ok(span value)
{
    static const char *const words[] = {"FULL", "HDRS", NULL};

    return is_one_of(value, words);
}

static bool verp_ok(span value)
{
    return value.length == 2 && value.octets[0] > ' ' && value.octets[1] > ' ' && value.octets[0] < 127 &&
           value.octets[1] < 127;
}

static const struct {
    bool (*ok)(span value); /* NULL: any esmtp-value will do, or there is none */
    const char *expected;
} forms[] = {
    [PARAMETER_FORM_NONE] = {NULL, "expected no value"},
    [PARAMETER_FORM_TEXT] = {NULL, "expected a value without equals sign or control character"},
    [PARAMETER_FORM_OPTIONAL] = {NULL, "expected a value without equals sign or control character"},
    [PARAMETER_FORM_XTEXT] = {xtext_ok, "expected xtext"},
    [PARAMETER_FORM_AUTH] = {auth_ok, "expected a mailbox in xtext, or <>"},
    [PARAMETER_FORM_NUMBER] = {size_ok, "expected a number of octets"},
    [PARAMETER_FORM_INTERVAL] = {interval_ok, "expected a number of seconds, of nine digits at most"},
    [PARAMETER_FORM_PRIORITY] = {priority_ok, "expected a number from -9 to 9"},
    [PARAMETER_FORM_TIME] = {time_ok, "expected a date and time as in 2030-01-31T12:00:00Z"},
    [PARAMETER_FORM_BY] = {by_ok, "expected seconds, a semicolon, and N or R with or without T"},
    [PARAMETER_FORM_RRVS] = {rrvs_ok, "expected a date and time as in 2030-01-31T12:00:00Z, with or without ;C or ;R"},
    [PARAMETER_FORM_BODY] = {body_ok, "expected 7BIT, 8BITMIME or BINARYMIME"},
    [PARAMETER_FORM_RET] = {ret_ok, "expected FULL or HDRS"},
    [PARAMETER_FORM_NOTIFY] = {notify_ok, "expected NEVER, or a list of SUCCESS, FAILURE and DELAY"},
    [PARAMETER_FORM_ORCPT] = {orcpt_ok, "expected an address type, a semicolon, and an address in xtext"},
    [PARAMETER_FORM_VERP] = {verp_ok, "expected two delimiters"},
};

/* esmtp-keyword. "_" is none of the RFC's, but XCLIENT's REVERSE_NAME has it. */
static bool keyword_ok(span keyword)
{
    for (size_t i = 0; i < keyword.length; i++) {
        uint8_t octet = keyword.octets[i];
        bool inner = i > 0 && (octet == '-' || octet == '_');
        if (!octet_is_alphanumeric(octet) && !inner)
            return false;
    }
    return keyword.length > 0;
}

/* esmtp-value */
static bool value_ok(span value)
{
    for (size_t i = 0; i < value.length; i++) {
        uint8_t octet = value.octets[i];
        if (octet <= ' ' || octet == '=' || octet == 127)
            return false;
    }
    return value.length > 0;
}

const char *parameter_expected(const parameter *in)
{
    parameter_form form = in->row ? in->row->form : PARAMETER_FORM_OPTIONAL;

    if (!keyword_ok(in->keyword))
        return "expected a keyword of letters, digits and hyphens";
    if (form != PARAMETER_FORM_OPTIONAL && form != PARAMETER_FORM_VERP && in->has_value != (form != PARAMETER_FORM_NONE))
        return forms[form].expected;
    if (!in->has_value)
        return NULL;
    return (forms[form].ok ? forms[form].ok : value_ok)(in->value) ? NULL : forms[form].expected;
}
