/* enhanced_status.c — the grammar of status codes, and what the IANA registry "SMTP Enhanced Status Codes" says of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "enhanced_status.h"

/* RFC 3463, 3.1 */
static const number_text classes[] = {
    {2, "Success"},
    {4, "Persistent transient failure"},
    {5, "Permanent failure"},
    {0, NULL},
};

/* RFC 3463, 4 */
static const number_text subjects[] = {
    {0, "Other or undefined"},
    {1, "Addressing"},
    {2, "Mailbox"},
    {3, "Mail system"},
    {4, "Network and routing"},
    {5, "Mail delivery protocol"},
    {6, "Message content or media"},
    {7, "Security or policy"},
    {0, NULL},
};

static const enhanced_status_row rows[] = {
    {0, 0, "Other undefined status", "RFC 3463"},

    {1, 0, "Other address status", "RFC 3463"},
    {1, 1, "Bad destination mailbox address", "RFC 3463"},
    {1, 2, "Bad destination system address", "RFC 3463"},
    {1, 3, "Bad destination mailbox address syntax", "RFC 3463"},
    {1, 4, "Destination mailbox address ambiguous", "RFC 3463"},
    {1, 5, "Destination address valid", "RFC 3463"},
    {1, 6, "Destination mailbox has moved, no forwarding address", "RFC 3463"},
    {1, 7, "Bad sender's mailbox address syntax", "RFC 3463"},
    {1, 8, "Bad sender's system address", "RFC 3463"},
    {1, 9, "Message relayed to non-compliant mailer", "RFC 3886"},
    {1, 10, "Recipient address has null MX", "RFC 7505"},

    {2, 0, "Other or undefined mailbox status", "RFC 3463"},
    {2, 1, "Mailbox disabled, not accepting messages", "RFC 3463"},
    {2, 2, "Mailbox full", "RFC 3463"},
    {2, 3, "Message length exceeds administrative limit", "RFC 3463"},
    {2, 4, "Mailing list expansion problem", "RFC 3463"},

    {3, 0, "Other or undefined mail system status", "RFC 3463"},
    {3, 1, "Mail system full", "RFC 3463"},
    {3, 2, "System not accepting network messages", "RFC 3463, RFC 7504"},
    {3, 3, "System not capable of selected features", "RFC 3463"},
    {3, 4, "Message too big for system", "RFC 3463"},
    {3, 5, "System incorrectly configured", "RFC 3463"},
    {3, 6, "Requested priority was changed", "RFC 6710"},

    {4, 0, "Other or undefined network or routing status", "RFC 3463"},
    {4, 1, "No answer from host", "RFC 3463"},
    {4, 2, "Bad connection", "RFC 3463"},
    {4, 3, "Directory server failure", "RFC 3463"},
    {4, 4, "Unable to route", "RFC 3463"},
    {4, 5, "Mail system congestion", "RFC 3463"},
    {4, 6, "Routing loop detected", "RFC 3463"},
    {4, 7, "Delivery time expired", "RFC 3463"},

    {5, 0, "Other or undefined protocol status", "RFC 3463"},
    {5, 1, "Invalid command", "RFC 3463"},
    {5, 2, "Syntax error", "RFC 3463"},
    {5, 3, "Too many recipients", "RFC 3463"},
    {5, 4, "Invalid command arguments", "RFC 3463"},
    {5, 5, "Wrong protocol version", "RFC 3463"},
    {5, 6, "Authentication Exchange line is too long", "RFC 4954"},

    {6, 0, "Other or undefined media error", "RFC 3463"},
    {6, 1, "Media not supported", "RFC 3463"},
    {6, 2, "Conversion required and prohibited", "RFC 3463"},
    {6, 3, "Conversion required but not supported", "RFC 3463"},
    {6, 4, "Conversion with loss performed", "RFC 3463"},
    {6, 5, "Conversion failed", "RFC 3463"},
    {6, 6, "Message content not available", "RFC 4468"},
    {6, 7, "Non-ASCII addresses not permitted for that sender/recipient", "RFC 6531"},
    {6, 8, "UTF-8 string reply is required, but not permitted by the SMTP client", "RFC 6531"},
    {6, 9, "UTF-8 header message cannot be transferred to one or more recipients, so the message must be rejected",
     "RFC 6531"},
    {6, 10, "Duplicate of X.6.8, deprecated", "RFC 6531"},

    {7, 0, "Other or undefined security status", "RFC 3463"},
    {7, 1, "Delivery not authorized, message refused", "RFC 3463"},
    {7, 2, "Mailing list expansion prohibited", "RFC 3463"},
    {7, 3, "Security conversion required but not possible", "RFC 3463"},
    {7, 4, "Security features not supported", "RFC 3463"},
    {7, 5, "Cryptographic failure", "RFC 3463"},
    {7, 6, "Cryptographic algorithm not supported", "RFC 3463"},
    {7, 7, "Message integrity failure", "RFC 3463"},
    {7, 8, "Authentication credentials invalid", "RFC 4954"},
    {7, 9, "Authentication mechanism is too weak", "RFC 4954"},
    {7, 10, "Encryption needed", "RFC 5248"},
    {7, 11, "Encryption required for requested authentication mechanism", "RFC 4954"},
    {7, 12, "A password transition is needed", "RFC 4954"},
    {7, 13, "User account disabled", "RFC 5248"},
    {7, 14, "Trust relationship required", "RFC 5248"},
    {7, 15, "Priority level is too low", "RFC 6710"},
    {7, 16, "Message is too big for the specified priority", "RFC 6710"},
    {7, 17, "Mailbox owner has changed", "RFC 7293"},
    {7, 18, "Domain owner has changed", "RFC 7293"},
    {7, 19, "RRVS test cannot be completed", "RFC 7293"},
    {7, 20, "No passing DKIM signature found", "RFC 7372"},
    {7, 21, "No acceptable DKIM signature found", "RFC 7372"},
    {7, 22, "No valid author-matched DKIM signature found", "RFC 7372"},
    {7, 23, "SPF validation failed", "RFC 7372"},
    {7, 24, "SPF validation error", "RFC 7372"},
    {7, 25, "Reverse DNS validation failed", "RFC 7372"},
    {7, 26, "Multiple authentication checks failed", "RFC 7372"},
    {7, 27, "Sender address has null MX", "RFC 7505"},
    {7, 28, "Mail flood detected", "IANA registry"},
    {7, 29, "ARC validation failure", "RFC 8617"},
    {7, 30, "REQUIRETLS support required", "RFC 8689"},
};

/* 1*3DIGIT at *offset, which is moved behind it. A fourth digit makes it none. */
static bool sub_code(span text, size_t *offset, uint16_t *number_r)
{
    unsigned number = 0;
    size_t digits = 0;

    for (size_t i = *offset; i < text.length && octet_is_digit(text.octets[i]); i++, digits++) {
        if (digits == 3)
            return false;
        number = number * 10 + (text.octets[i] - (unsigned)'0');
    }
    *offset += digits;
    *number_r = (uint16_t)number;
    return digits > 0;
}

static bool dot(span text, size_t *offset)
{
    if (*offset >= text.length || text.octets[*offset] != '.')
        return false;
    (*offset)++;
    return true;
}

size_t enhanced_status_parse(span text, enhanced_status *status_r, bool *glued_r)
{
    enhanced_status status = {0};
    size_t at = 1;

    if (text.length == 0 || (text.octets[0] != '2' && text.octets[0] != '4' && text.octets[0] != '5'))
        return 0;
    status.status_class = (uint8_t)(text.octets[0] - '0');
    if (!dot(text, &at) || !sub_code(text, &at, &status.subject) || !dot(text, &at) || !sub_code(text, &at, &status.detail))
        return 0;

    span behind = span_from(text, at);
    /* "4.2.2.1" is an address, and texts that begin with one are no rarity. */
    if (behind.length >= 2 && behind.octets[0] == '.' && octet_is_digit(behind.octets[1]))
        return 0;
    *glued_r = behind.length > 0 && behind.octets[0] != ' ' && behind.octets[0] != '\t';
    *status_r = status;
    return at;
}

const enhanced_status_row *enhanced_status_find(uint16_t subject, uint16_t detail)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].subject == subject && rows[i].detail == detail)
            return &rows[i];
    }
    return NULL;
}

const enhanced_status_row *enhanced_status_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}

const number_text *enhanced_status_classes(void)
{
    return classes;
}

const number_text *enhanced_status_subjects(void)
{
    return subjects;
}
