/* command.c — command lines, and every verb that an RFC or a widespread server defines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command.h"
#include "names.h"
#include "number.h"
#include "sasl.h"

/* Sorted by name. */
static const verb_row rows[] = {
    {"ATRN", VERB_SHAPE_ARGUMENT, "asks for the client's mail, with the roles turned round", "RFC 2645"},
    {"AUTH", VERB_SHAPE_MECHANISM, "begins an authentication exchange", "RFC 4954, 4"},
    {"BDAT", VERB_SHAPE_CHUNK, "sends a chunk of message content, of the size given", "RFC 3030, 2"},
    {"BURL", VERB_SHAPE_ARGUMENT, "has the server fetch message content by URL", "RFC 4468, 3.2"},
    {"CLIENTID", VERB_SHAPE_VAGUE, "names the client's device or program", "draft-storey-smtp-client-id"},
    {"DATA", VERB_SHAPE_ALONE, "asks to send the message content", "RFC 5321, 4.1.1.4"},
    {"DEBUG", VERB_SHAPE_VAGUE, "asks for the debugging mode of old versions", "Sendmail"},
    {"EHLO", VERB_SHAPE_ARGUMENT, "greets the server, names the client, asks for extensions", "RFC 5321, 4.1.1.1"},
    {"ETRN", VERB_SHAPE_ARGUMENT, "asks the server to start delivery of a queue", "RFC 1985"},
    {"EXPN", VERB_SHAPE_ARGUMENT, "asks for the members of a mailing list", "RFC 5321, 4.1.1.7"},
    {"HELO", VERB_SHAPE_ARGUMENT, "greets the server and names the client", "RFC 5321, 4.1.1.1"},
    {"HELP", VERB_SHAPE_VAGUE, "asks for help", "RFC 5321, 4.1.1.8"},
    {"KILL", VERB_SHAPE_VAGUE, "asks old versions to end", "Sendmail"},
    {"LHLO", VERB_SHAPE_ARGUMENT, "greets an LMTP server and names the client", "RFC 2033, 4.1"},
    {"MAIL", VERB_SHAPE_FROM, "begins a mail transaction", "RFC 5321, 4.1.1.2"},
    {"NOOP", VERB_SHAPE_ALONE, "does nothing but get a reply", "RFC 5321, 4.1.1.9"},
    {"ONEX", VERB_SHAPE_ALONE, "announces a single transaction", "Sendmail"},
    {"QUIT", VERB_SHAPE_ALONE, "ends the session", "RFC 5321, 4.1.1.10"},
    {"RCPT", VERB_SHAPE_TO, "names a recipient", "RFC 5321, 4.1.1.3"},
    {"RSET", VERB_SHAPE_ALONE, "aborts the mail transaction", "RFC 5321, 4.1.1.5"},
    {"SAML", VERB_SHAPE_FROM, "begins a delivery to terminal and mailbox", "RFC 821, 3.4"},
    {"SEND", VERB_SHAPE_FROM, "begins a delivery to a terminal", "RFC 821, 3.4"},
    {"SHOWQ", VERB_SHAPE_VAGUE, "asks old versions for their queue", "Sendmail"},
    {"SOML", VERB_SHAPE_FROM, "begins a delivery to a terminal, or else a mailbox", "RFC 821, 3.4"},
    {"STARTTLS", VERB_SHAPE_ALONE, "asks to go on under TLS", "RFC 3207, 4"},
    {"TURN", VERB_SHAPE_VAGUE, "asks to turn the roles of client and server round", "RFC 821, 3.8"},
    {"VERB", VERB_SHAPE_VAGUE, "asks for verbose replies", "Sendmail"},
    {"VRFY", VERB_SHAPE_ARGUMENT, "asks whether a user or mailbox exists", "RFC 5321, 4.1.1.6"},
    {"WELLKNOWN", VERB_SHAPE_VAGUE, "asks for one of the site's well-known texts", "Exim"},
    {"WIZ", VERB_SHAPE_VAGUE, "asks for the wizard mode of old versions", "Sendmail"},
    {"X-ANONYMOUSTLS", VERB_SHAPE_ALONE, "asks to go on under TLS, certificates unchecked", "Microsoft Exchange"},
    {"X-EXPS", VERB_SHAPE_MECHANISM, "begins an authentication exchange between Exchange servers", "Microsoft Exchange"},
    {"X-LINK2STATE", VERB_SHAPE_VAGUE, "sends a chunk of link state information", "Microsoft Exchange"},
    {"X-MESSAGECONTEXT", VERB_SHAPE_VAGUE, "sends properties that go with the message", "Microsoft Exchange"},
    {"XADR", VERB_SHAPE_ARGUMENT, "asks how an address is routed", "Sun/Oracle Messaging Server"},
    {"XCIR", VERB_SHAPE_VAGUE, "asks for circuit information", "Sun/Oracle Messaging Server"},
    {"XCLIENT", VERB_SHAPE_VAGUE, "tells the server which client to take this one for", "Postfix"},
    {"XEXCH50", VERB_SHAPE_VAGUE, "sends message properties as octets, of the size given", "Microsoft Exchange"},
    {"XEXPS", VERB_SHAPE_MECHANISM, "begins an authentication exchange between Exchange servers", "Microsoft Exchange"},
    {"XFORWARD", VERB_SHAPE_VAGUE, "tells the server where the message came from", "Postfix"},
    {"XGEN", VERB_SHAPE_VAGUE, "asks whether a configuration is up to date", "Sun/Oracle Messaging Server"},
    {"XPROXY", VERB_SHAPE_VAGUE, "begins a proxied client session", "Microsoft Exchange"},
    {"XPROXYFROM", VERB_SHAPE_VAGUE, "tells the back end whom a proxied session is from", "Microsoft Exchange"},
    {"XPROXYTO", VERB_SHAPE_VAGUE, "asks to be proxied to the destination given", "Microsoft Exchange"},
    {"XQDISCARD", VERB_SHAPE_VAGUE, "tells which shadow messages may be discarded", "Microsoft Exchange"},
    {"XRSETPROXYTO", VERB_SHAPE_VAGUE, "ends a proxied outbound session", "Microsoft Exchange"},
    {"XSESSIONPARAMS", VERB_SHAPE_VAGUE, "tells parameters of the session, such as the database's GUID",
     "Microsoft Exchange"},
    {"XSHADOW", VERB_SHAPE_VAGUE, "asks to keep shadow copies until delivery is confirmed", "Microsoft Exchange"},
    {"XSHADOWREQUEST", VERB_SHAPE_VAGUE, "asks to make shadow copies before accepting", "Microsoft Exchange"},
    {"XSTA", VERB_SHAPE_VAGUE, "asks for channel statistics", "Sun/Oracle Messaging Server"},
};

_Static_assert(offsetof(verb_row, name) == 0, "names_find() reads the first member");

static const verb_row *find(span verb)
{
    return (const verb_row *)names_find(verb, rows, sizeof rows / sizeof rows[0], sizeof rows[0]);
}

bool command_parse(span text, command *command_r)
{
    span rest = text;
    span verb = span_next_word(&rest);

    if (verb.length == 0)
        return false;
    for (size_t i = 0; i < verb.length; i++) {
        uint8_t octet = verb.octets[i];
        if (!octet_is_alphanumeric(octet) && octet != '-')
            return false;
    }
    *command_r = (command){find(verb), verb, span_trim_left(rest)};
    return true;
}

/* The word, then a colon, with white space between them or not. */
static bool is_prefix(span argument, const char *word)
{
    if (!span_starts_nocase(argument, word))
        return false;
    span behind = span_trim_left(span_from(argument, strlen(word)));
    return behind.length > 0 && behind.octets[0] == ':';
}

bool command_unmistakable(const command *in)
{
    span rest = in->argument;
    span first = span_next_word(&rest);
    span second = span_next_word(&rest);
    bdat_argument bdat;

    if (!in->row)
        return false;
    switch (in->row->shape) {
    case VERB_SHAPE_VAGUE:
        return false;
    case VERB_SHAPE_ALONE:
        return first.length == 0;
    case VERB_SHAPE_ARGUMENT:
        return first.length > 0 && second.length == 0;
    case VERB_SHAPE_FROM:
        return is_prefix(in->argument, "FROM");
    case VERB_SHAPE_TO:
        return is_prefix(in->argument, "TO");
    case VERB_SHAPE_CHUNK:
        return bdat_parse(in->argument, &bdat) == BDAT_OK;
    case VERB_SHAPE_MECHANISM:
        return sasl_is_mechanism(first) && span_trim_left(rest).length == 0;
    }
    return false;
}

const verb_row *verb_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}

bdat_result bdat_parse(span argument, bdat_argument *bdat_r)
{
    span rest = argument;
    span size = span_next_word(&rest);
    span marker = span_next_word(&rest);
    bdat_argument bdat = {0, span_equal_nocase(marker, "LAST")};

    if ((marker.length > 0 && !bdat.last) || span_trim_left(rest).length > 0)
        return BDAT_BAD;
    switch (number_parse(size, UINT64_MAX, &bdat.size)) {
    case NUMBER_BAD:
        return BDAT_BAD;
    case NUMBER_OVERFLOW:
        return BDAT_OVERFLOW;
    case NUMBER_OK:
        break;
    }
    *bdat_r = bdat;
    return BDAT_OK;
}
