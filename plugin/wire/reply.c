/* reply.c — reply lines, and every reply code that an RFC, or the IANA registry "SMTP Enhanced Status Codes", defines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reply.h"

/* RFC 5321, 4.2.1. Zero and one have rows too, since servers have been seen to send them. */
static const number_text severities[] = {
    {1, "Positive preliminary"},          {2, "Positive completion"},           {3, "Positive intermediate"},
    {4, "Transient negative completion"}, {5, "Permanent negative completion"}, {0, NULL},
};

static const number_text categories[] = {
    {0, "Syntax"},      {1, "Information"}, {2, "Connections"}, {3, "Authentication"},
    {4, "Unspecified"}, {5, "Mail system"}, {0, NULL},
};

static const reply_code_row rows[] = {
    {211, "System status, or system help reply", "RFC 5321, 4.2.3"},
    {214, "Help message", "RFC 5321, 4.2.3"},
    {220, "Service ready", "RFC 5321, 4.2.3"},
    {221, "Service closing transmission channel", "RFC 5321, 4.2.3"},
    {235, "Authentication succeeded", "RFC 4954, 6"},
    {250, "Requested mail action okay, completed", "RFC 5321, 4.2.3"},
    {251, "User not local, will forward", "RFC 5321, 4.2.3"},
    {252, "Cannot verify the user, but will accept the message and attempt delivery", "RFC 5321, 4.2.3"},
    {253, "Pending messages for the node started", "RFC 1985"},
    {334, "Server challenge, continue the authentication", "RFC 4954, 4"},
    {353, "A reply for each recipient follows, then one for the whole", "draft-hall-prdr"},
    {354, "Start mail input, end with <CRLF>.<CRLF>", "RFC 5321, 4.2.3"},
    {355, "Offset from which to send the rest of the transaction", "RFC 1845"},
    {421, "Service not available, closing transmission channel", "RFC 5321, 4.2.3"},
    {422, "A password transition is needed", "IANA registry, X.7.12"},
    {432, "A password transition is needed", "RFC 4954, 6"},
    {450, "Requested mail action not taken, mailbox unavailable", "RFC 5321, 4.2.3"},
    {451, "Requested action aborted, local error in processing", "RFC 5321, 4.2.3"},
    {452, "Requested action not taken, insufficient system storage", "RFC 5321, 4.2.3"},
    {453, "You have no mail", "RFC 2645"},
    {454, "Temporary failure of authentication or TLS", "RFC 4954, 6; RFC 3207, 4"},
    {455, "Server unable to accommodate parameters", "RFC 5321, 4.2.3"},
    {458, "Unable to queue messages for the node", "RFC 1985"},
    {459, "Node not allowed", "RFC 1985"},
    {500, "Syntax error, command unrecognized", "RFC 5321, 4.2.3"},
    {501, "Syntax error in parameters or arguments", "RFC 5321, 4.2.3"},
    {502, "Command not implemented", "RFC 5321, 4.2.3"},
    {503, "Bad sequence of commands", "RFC 5321, 4.2.3"},
    {504, "Command parameter not implemented", "RFC 5321, 4.2.3"},
    {521, "Host does not accept mail", "RFC 7504"},
    {523, "Encryption needed", "RFC 5248, 2.4"},
    {524, "Encryption required for requested authentication mechanism; OpenSMTPD: mailing list expansion problem",
     "IANA registry, X.7.11"},
    {525, "User account disabled", "RFC 5248, 2.4"},
    {530, "Authentication or encryption required", "RFC 4954, 6; RFC 3207, 4"},
    {534, "Authentication mechanism is too weak", "RFC 4954, 6"},
    {535, "Authentication credentials invalid", "RFC 4954, 6"},
    {538, "Encryption required for requested authentication mechanism", "RFC 4954, 6"},
    {550, "Mailbox unavailable", "RFC 5321, 4.2.3"},
    {551, "User not local, try the forward-path given", "RFC 5321, 4.2.3"},
    {552, "Requested mail action aborted, exceeded storage allocation", "RFC 5321, 4.2.3"},
    {553, "Requested action not taken, mailbox name not allowed", "RFC 5321, 4.2.3"},
    {554, "Transaction failed", "RFC 5321, 4.2.3"},
    {555, "MAIL or RCPT parameters not recognized or not implemented", "RFC 5321, 4.2.3"},
    {556, "Domain does not accept mail", "RFC 7504"},
    {558, "A reply for each recipient stands in the lines of this one", "draft-varshavchik-exdata-smtpext"},
};

static bool code_digits(span text, reply_line *reply_r)
{
    if (text.length < 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        if (!octet_is_digit(text.octets[i]))
            return false;
    }
    reply_r->code = (uint16_t)((text.octets[0] - '0') * 100 + (text.octets[1] - '0') * 10 + (text.octets[2] - '0'));
    reply_r->code_valid = text.octets[0] >= '2' && text.octets[0] <= '5' && text.octets[1] <= '5';
    return true;
}

/* Takes the enhanced status off the front of the text. The one space behind it goes too, and no more: servers write their
 * texts with spaces of their own. */
void reply_line_take_status(reply_line *reply)
{
    unsigned severity = reply_severity(reply->code);
    bool may_have_one = severity == 2 || severity == 4 || severity == 5;
    size_t length = may_have_one ? enhanced_status_parse(reply->text, &reply->status, &reply->status_glued) : 0;

    if (length == 0)
        return;
    reply->has_status = true;
    reply->status_text = span_first(reply->text, length);
    reply->text = span_from(reply->text, reply->status_glued ? length : length + 1);
}

bool reply_line_parse(span text, bool with_status, reply_line *reply_r)
{
    reply_line reply = {0};

    if (!code_digits(text, &reply))
        return false;
    reply.text = span_from(text, 4);
    reply.last = true;
    if (text.length > 3) {
        uint8_t separator = text.octets[3];
        if (separator != ' ' && separator != '\t' && separator != '-')
            return false;
        reply.has_separator = true;
        reply.last = separator != '-';
    }
    if (with_status)
        reply_line_take_status(&reply);
    *reply_r = reply;
    return true;
}

/* "250Ok": a digit behind the three would make it some other number. */
static bool glued_line_parse(span text, reply_line *reply_r)
{
    reply_line reply = {.last = true};

    if (!code_digits(text, &reply) || !reply.code_valid || text.length < 4 || octet_is_digit(text.octets[3]))
        return false;
    reply.text = span_from(text, 3);
    *reply_r = reply;
    return true;
}

static bool status_line_parse(span text, reply_line *reply_r)
{
    reply_line reply = {.last = true};
    size_t length = enhanced_status_parse(text, &reply.status, &reply.status_glued);

    if (length == 0)
        return false;
    reply.has_status = true;
    reply.status_text = span_first(text, length);
    reply.text = span_from(text, reply.status_glued ? length : length + 1);
    *reply_r = reply;
    return true;
}

bool reply_line_parse_odd(span text, reply_line *reply_r)
{
    return glued_line_parse(text, reply_r) || status_line_parse(text, reply_r);
}

const reply_code_row *reply_code_find(uint16_t code)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return NULL;
}

const reply_code_row *reply_code_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}

const number_text *reply_severities(void)
{
    return severities;
}

const number_text *reply_categories(void)
{
    return categories;
}
