/* capability.c — EHLO keywords: the IANA registry "SMTP Service Extensions", and what widespread servers add to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capability.h"
#include "names.h"

/* Sorted by keyword. */
static const capability_row rows[] = {
    {"8BITMIME", CAPABILITY_8BITMIME, "8-bit message content", "RFC 6152"},
    {"ATRN", CAPABILITY_ATRN, "the client's mail on demand, with the roles turned round", "RFC 2645"},
    {"AUTH", CAPABILITY_AUTH, "authentication", "RFC 4954"},
    {"BINARYMIME", CAPABILITY_BINARYMIME, "binary message content, in chunks", "RFC 3030"},
    {"BURL", CAPABILITY_BURL, "message content fetched by URL", "RFC 4468"},
    {"CHECKPOINT", CAPABILITY_OTHER, "transactions that can be taken up again", "RFC 1845"},
    {"CHUNKING", CAPABILITY_CHUNKING, "message content in chunks, by BDAT", "RFC 3030"},
    {"CLIENTID", CAPABILITY_OTHER, "naming the client's device or program", "draft-storey-smtp-client-id"},
    {"CONNEG", CAPABILITY_OTHER, "telling what content a recipient can take", "RFC 4141"},
    {"CONPERM", CAPABILITY_OTHER, "permission to convert content", "RFC 4141"},
    {"DELIVERBY", CAPABILITY_DELIVERBY, "delivery within a time", "RFC 2852"},
    {"DSN", CAPABILITY_DSN, "delivery status notifications", "RFC 3461"},
    {"EHLO", CAPABILITY_OTHER, "no extension, the command itself", "CommuniGate Pro"},
    {"ENHANCEDSTATUSCODES", CAPABILITY_ENHANCEDSTATUSCODES, "enhanced status codes in replies", "RFC 2034"},
    {"ETRN", CAPABILITY_ETRN, "starting delivery of a queue", "RFC 1985"},
    {"EXPN", CAPABILITY_OTHER, "expanding mailing lists", "RFC 5321, 4.1.1.7"},
    {"FUTURERELEASE", CAPABILITY_FUTURERELEASE, "holding messages for later release", "RFC 4865"},
    {"HELP", CAPABILITY_OTHER, "help texts", "RFC 5321, 4.1.1.8"},
    {"IGNOREQUOTA", CAPABILITY_OTHER, "delivery to mailboxes over their quota", "Cyrus LMTP"},
    {"LIMITS", CAPABILITY_LIMITS, "limits of the server, stated beforehand", "RFC 9422"},
    {"LOGIN", CAPABILITY_OTHER, "authentication by LOGIN", "old Netscape servers"},
    {"MT-PRIORITY", CAPABILITY_MT_PRIORITY, "priority of transfer", "RFC 6710"},
    {"MTRK", CAPABILITY_OTHER, "message tracking", "RFC 3885"},
    {"NO-SOLICITING", CAPABILITY_OTHER, "refusing kinds of solicitation", "RFC 3865"},
    {"OK", CAPABILITY_OTHER, "no extension, the end of the list", "Microsoft SMTP Service, Amazon SES"},
    {"ONEX", CAPABILITY_OTHER, "announcing a single transaction", "Sendmail"},
    {"PIPECONNECT", CAPABILITY_OTHER, "commands before the greeting at a later connection", "Exim"},
    {"PIPELINING", CAPABILITY_PIPELINING, "commands without waiting for replies", "RFC 2920"},
    {"PIPE_CONNECT", CAPABILITY_OTHER, "commands before the greeting at a later connection", "Exim"},
    {"PRDR", CAPABILITY_OTHER, "a reply per recipient after the content", "Exim"},
    {"REQUIRETLS", CAPABILITY_REQUIRETLS, "TLS required all along the way", "RFC 8689"},
    {"RRVS", CAPABILITY_RRVS, "refusing mail to mailboxes with a new owner", "RFC 7293"},
    {"RSET", CAPABILITY_OTHER, "aborting a mail transaction", "RFC 5321, 4.1.1.5"},
    {"SAML", CAPABILITY_OTHER, "delivery to terminal and mailbox", "RFC 821"},
    {"SEND", CAPABILITY_OTHER, "delivery to a terminal", "RFC 821"},
    {"SIZE", CAPABILITY_SIZE, "declaring the size of messages", "RFC 1870"},
    {"SMTPUTF8", CAPABILITY_SMTPUTF8, "addresses and header fields in UTF-8", "RFC 6531"},
    {"SOML", CAPABILITY_OTHER, "delivery to a terminal, or else a mailbox", "RFC 821"},
    {"STARTTLS", CAPABILITY_STARTTLS, "going on under TLS", "RFC 3207"},
    {"SUBMITTER", CAPABILITY_SUBMITTER, "naming who is responsible for a message", "RFC 4405"},
    {"TLS", CAPABILITY_OTHER, "going on under TLS, under its first name", "draft-hoffman-smtp-ssl"},
    {"TURN", CAPABILITY_OTHER, "turning the roles of client and server round", "RFC 821"},
    {"UTF8SMTP", CAPABILITY_OTHER, "addresses and header fields in UTF-8, the first attempt", "RFC 5336"},
    {"VERB", CAPABILITY_OTHER, "verbose replies", "Sendmail"},
    {"VERP", CAPABILITY_OTHER, "a return path of its own for each recipient", "Courier"},
    {"VRFY", CAPABILITY_OTHER, "asking whether a mailbox exists", "RFC 5321, 4.1.1.6"},
    {"WELLKNOWN", CAPABILITY_OTHER, "asking for the site's well-known texts", "Exim"},
    {"X-ANONYMOUSTLS", CAPABILITY_OTHER, "going on under TLS, certificates unchecked", "Microsoft Exchange"},
    {"X-EXPS", CAPABILITY_X_EXPS, "authentication of Exchange servers", "Microsoft Exchange"},
    {"X-LINK2STATE", CAPABILITY_OTHER, "exchange of link state information", "Microsoft Exchange"},
    {"X-MESSAGECONTEXT", CAPABILITY_OTHER, "properties that go with the message", "Microsoft Exchange"},
    {"X-RCPTLIMIT", CAPABILITY_OTHER, "most recipients in a transaction", "private"},
    {"XADR", CAPABILITY_OTHER, "asking how an address is routed", "Sun/Oracle Messaging Server"},
    {"XATTR", CAPABILITY_OTHER, "attributing messages to organizations", "Microsoft Exchange"},
    {"XCIR", CAPABILITY_OTHER, "asking for circuit information", "Sun/Oracle Messaging Server"},
    {"XCLIENT", CAPABILITY_XCLIENT, "telling which client to take this one for", "Postfix"},
    {"XDSN", CAPABILITY_OTHER, "delivery status notifications, before their RFC", "private"},
    {"XEXCH50", CAPABILITY_OTHER, "message properties of Exchange", "Microsoft Exchange"},
    {"XEXDATA", CAPABILITY_OTHER, "a reply per recipient after the content", "Courier"},
    {"XEXPS", CAPABILITY_X_EXPS, "authentication of Exchange servers", "Microsoft Exchange"},
    {"XFORWARD", CAPABILITY_XFORWARD, "telling where a message came from", "Postfix"},
    {"XGEN", CAPABILITY_OTHER, "asking whether a configuration is up to date", "Sun/Oracle Messaging Server"},
    {"XLOOP", CAPABILITY_OTHER, "a mark by which the server knows itself", "Sun/Oracle Messaging Server"},
    {"XMESSAGEVALUE", CAPABILITY_OTHER, "telling how much a message is worth keeping", "Microsoft Exchange"},
    {"XOORG", CAPABILITY_OTHER, "telling which organization a message comes from", "Microsoft Exchange"},
    {"XORIGFROM", CAPABILITY_OTHER, "telling the reverse-path before it was rewritten", "Microsoft Exchange"},
    {"XPROXY", CAPABILITY_OTHER, "proxied client sessions", "Microsoft Exchange"},
    {"XPROXYFROM", CAPABILITY_OTHER, "telling whom a proxied session is from", "Microsoft Exchange"},
    {"XPROXYTO", CAPABILITY_OTHER, "proxying to a destination", "Microsoft Exchange"},
    {"XQDISCARD", CAPABILITY_OTHER, "telling which shadow messages may be discarded", "Microsoft Exchange"},
    {"XRCPTFORWARD", CAPABILITY_OTHER, "telling what a proxy knows of a recipient", "Dovecot LMTP"},
    {"XRCPTLIMIT", CAPABILITY_OTHER, "most recipients in a transaction", "private"},
    {"XRDST", CAPABILITY_OTHER, "telling a recipient's routing destination", "Microsoft Exchange"},
    {"XREMOTEQUEUE", CAPABILITY_OTHER, "starting delivery of a queue", "private"},
    {"XRSETPROXYTO", CAPABILITY_OTHER, "using a proxied session again", "Microsoft Exchange"},
    {"XSECURITY", CAPABILITY_OTHER, "asking for security all along the way", "Courier"},
    {"XSESSIONPARAMS", CAPABILITY_OTHER, "parameters of the session", "Microsoft Exchange"},
    {"XSHADOW", CAPABILITY_OTHER, "shadow copies until delivery is confirmed", "Microsoft Exchange"},
    {"XSHADOWREQUEST", CAPABILITY_OTHER, "shadow copies before accepting", "Microsoft Exchange"},
    {"XSTA", CAPABILITY_OTHER, "asking for channel statistics", "Sun/Oracle Messaging Server"},
    {"XSYSPROBE", CAPABILITY_OTHER, "monitoring probes", "Microsoft Exchange"},
    {"XUSR", CAPABILITY_OTHER, "telling that the client is a user's own program", "Sendmail"},
    {"XVERB", CAPABILITY_OTHER, "verbose replies", "private"},
    {"XVERP", CAPABILITY_OTHER, "a return path of its own for each recipient", "Postfix"},
    {"X_PIPE_CONNECT", CAPABILITY_OTHER, "commands before the greeting at a later connection", "Exim"},
};

_Static_assert(offsetof(capability_row, keyword) == 0, "names_find() reads the first member");

_Static_assert(sizeof rows / sizeof rows[0] <= CAPABILITY_ROWS_MAX, "CAPABILITY_ROWS_MAX has to grow");

const capability_row *capability_find(span keyword)
{
    return (const capability_row *)names_find(keyword, rows, sizeof rows / sizeof rows[0], sizeof rows[0]);
}

const capability_row *capability_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}

bool capability_parse(span text, capability *capability_r)
{
    span rest = text;
    span keyword = span_next_word(&rest);
    size_t equals = span_find(keyword, '=');
    capability out = {.keyword = span_first(keyword, equals)};

    if (out.keyword.length == 0)
        return false;
    if (equals < keyword.length) /* the old form */
        rest = (span){keyword.octets + equals + 1, text.length - (size_t)(keyword.octets + equals + 1 - text.octets)};
    out.parameters = span_trim(rest);
    out.row = capability_find(out.keyword);
    *capability_r = out;
    return true;
}

static span first_parameter(const capability *in)
{
    span rest = in->parameters;

    return span_next_word(&rest);
}

static number_result number_32(span text, uint32_t *value_r)
{
    uint64_t value;
    number_result result = number_parse(text, UINT32_MAX, &value);

    if (result == NUMBER_OK)
        *value_r = (uint32_t)value;
    return result;
}

number_result capability_size(const capability *in, uint64_t *octets_r)
{
    return number_parse(first_parameter(in), UINT64_MAX, octets_r);
}

number_result capability_deliverby(const capability *in, uint32_t *seconds_r)
{
    return number_32(first_parameter(in), seconds_r);
}

future_release capability_future_release(const capability *in)
{
    future_release out = {.interval_result = NUMBER_BAD};
    span rest = in->parameters;

    out.interval_result = number_32(span_next_word(&rest), &out.interval);
    out.has_until = date_time_parse(span_next_word(&rest), &out.until);
    return out;
}

bool capability_limit_parse(span parameter, capability_limit *limit_r)
{
    size_t equals = span_find(parameter, '=');

    if (equals == 0 || equals == parameter.length)
        return false;
    capability_limit out = {.name = span_first(parameter, equals), .text = span_from(parameter, equals + 1)};
    out.result = number_32(out.text, &out.value);
    *limit_r = out;
    return true;
}
