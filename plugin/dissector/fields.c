/* fields.c — the tables of fields, subtrees and expert information: the plugin's public interface.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/fields.h"

#include <epan/column-info.h>
#include <epan/tap.h>
#include <epan/unit_strings.h>

#include "dissector/esmtp.h"
#include "wire/reply.h"

int proto_esmtp = -1;
int hf[FIELD_COUNT];
int ett[SUBTREE_COUNT];
expert_field ei[NOTE_COUNT];

/* The meanings are copied from the tables in wire/ at registration. */
#define CODES_MAX 128
static value_string code_strings[CODES_MAX];
static value_string severity_strings[8];
static value_string category_strings[8];
static value_string class_strings[8];
static value_string subject_strings[16];

/* A field, and the group that it is asked for with. */
typedef struct field_row {
    field_group group;
    hf_register_info info;
} field_row;

static field_row field_rows[FIELD_COUNT] = {
    [FIELD_COMMAND] = {GROUP_COMMAND, {&hf[FIELD_COMMAND],
        {"Command", "esmtp.command", FT_STRING, BASE_NONE, NULL, 0,
         "A command line of the client, without its ending (RFC 5321, 4.1.1)", HFILL}}},
    [FIELD_COMMAND_VERB] = {GROUP_COMMAND, {&hf[FIELD_COMMAND_VERB],
        {"Verb", "esmtp.command.verb", FT_STRING, BASE_NONE, NULL, 0,
         "The command's verb in upper case", HFILL}}},
    [FIELD_COMMAND_ARGUMENT] = {GROUP_COMMAND, {&hf[FIELD_COMMAND_ARGUMENT],
        {"Argument", "esmtp.command.argument", FT_STRING, BASE_NONE, NULL, 0,
         "What follows the verb", HFILL}}},
    [FIELD_COMMAND_REPLY_FRAME] = {GROUP_COMMAND, {&hf[FIELD_COMMAND_REPLY_FRAME],
        {"Reply in frame", "esmtp.command.reply_frame", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0,
         "The packet in which the reply to this command is complete", HFILL}}},
    [FIELD_HELO_DOMAIN] = {GROUP_ARGUMENT, {&hf[FIELD_HELO_DOMAIN],
        {"Client name", "esmtp.helo.domain", FT_STRING, BASE_NONE, NULL, 0,
         "The client's name, as it gives it in EHLO, HELO or LHLO (RFC 5321, 4.1.1.1)", HFILL}}},
    [FIELD_HELO_IPV4] = {GROUP_ARGUMENT, {&hf[FIELD_HELO_IPV4],
        {"Client IPv4 address", "esmtp.helo.ipv4", FT_IPv4, BASE_NONE, NULL, 0,
         "The client's address, where it gives one instead of a name", HFILL}}},
    [FIELD_HELO_IPV6] = {GROUP_ARGUMENT, {&hf[FIELD_HELO_IPV6],
        {"Client IPv6 address", "esmtp.helo.ipv6", FT_IPv6, BASE_NONE, NULL, 0,
         "The client's address, where it gives one instead of a name", HFILL}}},
    [FIELD_MAIL_FROM] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_FROM],
        {"Reverse-path", "esmtp.mail.from", FT_STRING, BASE_NONE, NULL, 0,
         "The sender's address, without angle brackets and source route (RFC 5321, 4.1.2)", HFILL}}},
    [FIELD_MAIL_FROM_LOCAL_PART] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_FROM_LOCAL_PART],
        {"Local part", "esmtp.mail.from.local_part", FT_STRING, BASE_NONE, NULL, 0,
         "What stands before the @ of the sender's address, without quotes", HFILL}}},
    [FIELD_MAIL_FROM_DOMAIN] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_FROM_DOMAIN],
        {"Domain", "esmtp.mail.from.domain", FT_STRING, BASE_NONE, NULL, 0,
         "What stands behind the @ of the sender's address", HFILL}}},
    [FIELD_MAIL_FROM_SOURCE_ROUTE] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_FROM_SOURCE_ROUTE],
        {"Source route", "esmtp.mail.from.source_route", FT_STRING, BASE_NONE, NULL, 0,
         "Hosts the mail should pass, which RFC 5321 (appendix C) tells servers to ignore", HFILL}}},
    [FIELD_MAIL_FROM_IPV4] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_FROM_IPV4],
        {"IPv4 address", "esmtp.mail.from.ipv4", FT_IPv4, BASE_NONE, NULL, 0,
         "The address literal in place of a domain", HFILL}}},
    [FIELD_MAIL_FROM_IPV6] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_FROM_IPV6],
        {"IPv6 address", "esmtp.mail.from.ipv6", FT_IPv6, BASE_NONE, NULL, 0,
         "The address literal in place of a domain", HFILL}}},
    [FIELD_MAIL_NULL_SENDER] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_NULL_SENDER],
        {"Null sender", "esmtp.mail.null_sender", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "The reverse-path is <>, as in bounces (RFC 5321, 4.5.5)", HFILL}}},
    [FIELD_RCPT_TO] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_TO],
        {"Forward-path", "esmtp.rcpt.to", FT_STRING, BASE_NONE, NULL, 0,
         "The recipient's address, without angle brackets and source route (RFC 5321, 4.1.2)", HFILL}}},
    [FIELD_RCPT_TO_LOCAL_PART] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_TO_LOCAL_PART],
        {"Local part", "esmtp.rcpt.to.local_part", FT_STRING, BASE_NONE, NULL, 0,
         "What stands before the @ of the recipient's address, without quotes", HFILL}}},
    [FIELD_RCPT_TO_DOMAIN] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_TO_DOMAIN],
        {"Domain", "esmtp.rcpt.to.domain", FT_STRING, BASE_NONE, NULL, 0,
         "What stands behind the @ of the recipient's address", HFILL}}},
    [FIELD_RCPT_TO_SOURCE_ROUTE] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_TO_SOURCE_ROUTE],
        {"Source route", "esmtp.rcpt.to.source_route", FT_STRING, BASE_NONE, NULL, 0,
         "Hosts the mail should pass, which RFC 5321 (appendix C) tells servers to ignore", HFILL}}},
    [FIELD_RCPT_TO_IPV4] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_TO_IPV4],
        {"IPv4 address", "esmtp.rcpt.to.ipv4", FT_IPv4, BASE_NONE, NULL, 0,
         "The address literal in place of a domain", HFILL}}},
    [FIELD_RCPT_TO_IPV6] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_TO_IPV6],
        {"IPv6 address", "esmtp.rcpt.to.ipv6", FT_IPv6, BASE_NONE, NULL, 0,
         "The address literal in place of a domain", HFILL}}},
    [FIELD_PARAMETER] = {GROUP_ARGUMENT, {&hf[FIELD_PARAMETER],
        {"Parameter", "esmtp.parameter", FT_STRING, BASE_NONE, NULL, 0,
         "A parameter of MAIL or RCPT (RFC 5321, 4.1.2)", HFILL}}},
    [FIELD_PARAMETER_KEYWORD] = {GROUP_ARGUMENT, {&hf[FIELD_PARAMETER_KEYWORD],
        {"Keyword", "esmtp.parameter.keyword", FT_STRING, BASE_NONE, NULL, 0,
         "The parameter's keyword in upper case", HFILL}}},
    [FIELD_PARAMETER_VALUE] = {GROUP_ARGUMENT, {&hf[FIELD_PARAMETER_VALUE],
        {"Value", "esmtp.parameter.value", FT_STRING, BASE_NONE, NULL, 0,
         "The parameter's value as sent", HFILL}}},
    [FIELD_MAIL_SIZE] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_SIZE],
        {"Declared size", "esmtp.mail.size", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Size of the message as the client estimates it (RFC 1870)", HFILL}}},
    [FIELD_MAIL_BODY] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_BODY],
        {"Body type", "esmtp.mail.body", FT_STRING, BASE_NONE, NULL, 0,
         "7BIT, 8BITMIME or BINARYMIME (RFC 6152, RFC 3030)", HFILL}}},
    [FIELD_MAIL_RET] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_RET],
        {"Return", "esmtp.mail.ret", FT_STRING, BASE_NONE, NULL, 0,
         "How much of the message a failure report should hold: FULL or HDRS (RFC 3461, 4.3)", HFILL}}},
    [FIELD_MAIL_ENVID] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_ENVID],
        {"Envelope identifier", "esmtp.mail.envid", FT_STRING, BASE_NONE, NULL, 0,
         "The sender's name for this transaction, xtext decoded (RFC 3461, 4.4)", HFILL}}},
    [FIELD_MAIL_AUTH] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_AUTH],
        {"Submitter's identity", "esmtp.mail.auth", FT_STRING, BASE_NONE, NULL, 0,
         "Who submitted the message, xtext decoded (RFC 4954, 5)", HFILL}}},
    [FIELD_MAIL_SUBMITTER] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_SUBMITTER],
        {"Responsible submitter", "esmtp.mail.submitter", FT_STRING, BASE_NONE, NULL, 0,
         "Who is responsible for this transmission, xtext decoded (RFC 4405)", HFILL}}},
    [FIELD_MAIL_SMTPUTF8] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_SMTPUTF8],
        {"Internationalized mail", "esmtp.mail.smtputf8", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "The mail has addresses or header fields outside ASCII (RFC 6531)", HFILL}}},
    [FIELD_MAIL_REQUIRETLS] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_REQUIRETLS],
        {"TLS required", "esmtp.mail.requiretls", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "The mail may be relayed over TLS alone (RFC 8689)", HFILL}}},
    [FIELD_MAIL_BY_TIME] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_BY_TIME],
        {"Deliver by", "esmtp.mail.by.time", FT_INT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds, 0,
         "Time the delivery may take, seconds (RFC 2852)", HFILL}}},
    [FIELD_MAIL_BY_MODE] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_BY_MODE],
        {"Deliver-by mode", "esmtp.mail.by.mode", FT_STRING, BASE_NONE, NULL, 0,
         "What to do when the time is over: N (notify) or R (return) (RFC 2852)", HFILL}}},
    [FIELD_MAIL_BY_TRACE] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_BY_TRACE],
        {"Deliver-by trace", "esmtp.mail.by.trace", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "Relays report that they relayed the mail (RFC 2852)", HFILL}}},
    [FIELD_MAIL_HOLDFOR] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_HOLDFOR],
        {"Hold for", "esmtp.mail.holdfor", FT_UINT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds, 0,
         "Time to hold the mail before delivery, seconds (RFC 4865)", HFILL}}},
    [FIELD_MAIL_HOLDUNTIL] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_HOLDUNTIL],
        {"Hold until", "esmtp.mail.holduntil", FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL, 0,
         "When the mail may be delivered (RFC 4865)", HFILL}}},
    [FIELD_MAIL_MT_PRIORITY] = {GROUP_ARGUMENT, {&hf[FIELD_MAIL_MT_PRIORITY],
        {"Priority", "esmtp.mail.mt_priority", FT_INT8, BASE_DEC, NULL, 0,
         "Message transfer priority, -9 to 9 (RFC 6710)", HFILL}}},
    [FIELD_RCPT_NOTIFY] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_NOTIFY],
        {"Notify", "esmtp.rcpt.notify", FT_STRING, BASE_NONE, NULL, 0,
         "When to report on the delivery: NEVER, SUCCESS, FAILURE, DELAY (RFC 3461, 4.1)", HFILL}}},
    [FIELD_RCPT_ORCPT] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_ORCPT],
        {"Original recipient", "esmtp.rcpt.orcpt", FT_STRING, BASE_NONE, NULL, 0,
         "The address the sender first gave, decoded (RFC 3461, 4.2)", HFILL}}},
    [FIELD_RCPT_ORCPT_TYPE] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_ORCPT_TYPE],
        {"Original recipient's address type", "esmtp.rcpt.orcpt_type", FT_STRING, BASE_NONE, NULL, 0,
         "rfc822, utf-8, ... (RFC 3461, 4.2)", HFILL}}},
    [FIELD_RCPT_RRVS] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_RRVS],
        {"Recipient valid since", "esmtp.rcpt.rrvs", FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL, 0,
         "The address must not have changed hands since then (RFC 7293)", HFILL}}},
    [FIELD_RCPT_RRVS_ACTION] = {GROUP_ARGUMENT, {&hf[FIELD_RCPT_RRVS_ACTION],
        {"Else", "esmtp.rcpt.rrvs_action", FT_STRING, BASE_NONE, NULL, 0,
         "What to do when it has changed hands: C (continue) or R (reject) (RFC 7293)", HFILL}}},
    [FIELD_BDAT_SIZE] = {GROUP_ARGUMENT, {&hf[FIELD_BDAT_SIZE],
        {"Chunk size", "esmtp.bdat.size", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Octets of content that follow the command (RFC 3030)", HFILL}}},
    [FIELD_BDAT_LAST] = {GROUP_ARGUMENT, {&hf[FIELD_BDAT_LAST],
        {"Last chunk", "esmtp.bdat.last", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "The content is complete with this chunk (RFC 3030)", HFILL}}},
    [FIELD_BURL_URL] = {GROUP_ARGUMENT, {&hf[FIELD_BURL_URL],
        {"URL", "esmtp.burl.url", FT_STRING, BASE_NONE, NULL, 0,
         "Where the server fetches the content (RFC 4468)", HFILL}}},
    [FIELD_BURL_LAST] = {GROUP_ARGUMENT, {&hf[FIELD_BURL_LAST],
        {"Last part", "esmtp.burl.last", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "The content is complete with this part (RFC 4468)", HFILL}}},
    [FIELD_XCLIENT_ATTRIBUTE] = {GROUP_ARGUMENT, {&hf[FIELD_XCLIENT_ATTRIBUTE],
        {"Attribute", "esmtp.xclient.attribute", FT_STRING, BASE_NONE, NULL, 0,
         "Name of what XCLIENT or XFORWARD tells of the original client", HFILL}}},
    [FIELD_XCLIENT_VALUE] = {GROUP_ARGUMENT, {&hf[FIELD_XCLIENT_VALUE],
        {"Value", "esmtp.xclient.value", FT_STRING, BASE_NONE, NULL, 0,
         "The attribute's value, xtext decoded", HFILL}}},
    [FIELD_AUTH_MECHANISM] = {GROUP_AUTH, {&hf[FIELD_AUTH_MECHANISM],
        {"Mechanism", "esmtp.auth.mechanism", FT_STRING, BASE_NONE, NULL, 0,
         "The SASL mechanism in upper case (RFC 4954)", HFILL}}},
    [FIELD_AUTH_MESSAGE] = {GROUP_AUTH, {&hf[FIELD_AUTH_MESSAGE],
        {"Message", "esmtp.auth.message", FT_STRING, BASE_NONE, NULL, 0,
         "A message of the SASL exchange in base64, as sent", HFILL}}},
    [FIELD_AUTH_USERNAME] = {GROUP_AUTH, {&hf[FIELD_AUTH_USERNAME],
        {"User name", "esmtp.auth.username", FT_STRING, BASE_NONE, NULL, 0,
         "Who authenticates", HFILL}}},
    [FIELD_AUTH_AUTHZID] = {GROUP_AUTH, {&hf[FIELD_AUTH_AUTHZID],
        {"Authorization identity", "esmtp.auth.authzid", FT_STRING, BASE_NONE, NULL, 0,
         "Who is to be acted for", HFILL}}},
    [FIELD_AUTH_PASSWORD] = {GROUP_AUTH, {&hf[FIELD_AUTH_PASSWORD],
        {"Password", "esmtp.auth.password", FT_STRING, BASE_NONE, NULL, 0,
         "The password, decoded", HFILL}}},
    [FIELD_AUTH_TOKEN] = {GROUP_AUTH, {&hf[FIELD_AUTH_TOKEN],
        {"Token", "esmtp.auth.token", FT_STRING, BASE_NONE, NULL, 0,
         "The bearer token", HFILL}}},
    [FIELD_AUTH_REALM] = {GROUP_AUTH, {&hf[FIELD_AUTH_REALM],
        {"Realm", "esmtp.auth.realm", FT_STRING, BASE_NONE, NULL, 0,
         "Where the user name is valid", HFILL}}},
    [FIELD_AUTH_NONCE] = {GROUP_AUTH, {&hf[FIELD_AUTH_NONCE],
        {"Nonce", "esmtp.auth.nonce", FT_STRING, BASE_NONE, NULL, 0,
         "The challenge, or the random text of a side", HFILL}}},
    [FIELD_AUTH_DIGEST] = {GROUP_AUTH, {&hf[FIELD_AUTH_DIGEST],
        {"Digest", "esmtp.auth.digest", FT_STRING, BASE_NONE, NULL, 0,
         "The proof that the password is known", HFILL}}},
    [FIELD_AUTH_SCOPE] = {GROUP_AUTH, {&hf[FIELD_AUTH_SCOPE],
        {"Scope", "esmtp.auth.scope", FT_STRING, BASE_NONE, NULL, 0,
         "The scope that the server wants of an OAuth token", HFILL}}},
    [FIELD_AUTH_ERROR] = {GROUP_AUTH, {&hf[FIELD_AUTH_ERROR],
        {"Error", "esmtp.auth.error", FT_STRING, BASE_NONE, NULL, 0,
         "Why the server refuses, in the mechanism's own words", HFILL}}},
    [FIELD_AUTH_PROMPT] = {GROUP_AUTH, {&hf[FIELD_AUTH_PROMPT],
        {"Prompt", "esmtp.auth.prompt", FT_STRING, BASE_NONE, NULL, 0,
         "What the server asks for", HFILL}}},
    [FIELD_AUTH_TRACE] = {GROUP_AUTH, {&hf[FIELD_AUTH_TRACE],
        {"Trace information", "esmtp.auth.trace", FT_STRING, BASE_NONE, NULL, 0,
         "What an anonymous client says of itself (RFC 4505)", HFILL}}},
    [FIELD_AUTH_OUTCOME] = {GROUP_REPLY, {&hf[FIELD_AUTH_OUTCOME],
        {"Outcome", "esmtp.auth.outcome", FT_STRING, BASE_NONE, NULL, 0,
         "How the exchange ended: succeeded, failed or cancelled", HFILL}}},
    [FIELD_REPLY] = {GROUP_REPLY, {&hf[FIELD_REPLY],
        {"Reply", "esmtp.reply", FT_STRING, BASE_NONE, NULL, 0,
         "A reply of the server: its lines joined with \" | \" (RFC 5321, 4.2)", HFILL}}},
    [FIELD_REPLY_CODE] = {GROUP_REPLY, {&hf[FIELD_REPLY_CODE],
        {"Code", "esmtp.reply.code", FT_UINT16, BASE_DEC, VALS(code_strings), 0,
         "The reply's three digits, of its last line", HFILL}}},
    [FIELD_REPLY_SEVERITY] = {GROUP_REPLY, {&hf[FIELD_REPLY_SEVERITY],
        {"Severity", "esmtp.reply.severity", FT_UINT8, BASE_DEC, VALS(severity_strings), 0,
         "The code's first digit (RFC 5321, 4.2.1)", HFILL}}},
    [FIELD_REPLY_CATEGORY] = {GROUP_REPLY, {&hf[FIELD_REPLY_CATEGORY],
        {"Category", "esmtp.reply.category", FT_UINT8, BASE_DEC, VALS(category_strings), 0,
         "The code's second digit (RFC 5321, 4.2.1)", HFILL}}},
    [FIELD_ENHANCED_STATUS] = {GROUP_STATUS, {&hf[FIELD_ENHANCED_STATUS],
        {"Enhanced status", "esmtp.reply.enhanced_status", FT_STRING, BASE_NONE, NULL, 0,
         "Enhanced mail system status code (RFC 3463)", HFILL}}},
    [FIELD_ENHANCED_STATUS_CLASS] = {GROUP_STATUS, {&hf[FIELD_ENHANCED_STATUS_CLASS],
        {"Class", "esmtp.reply.enhanced_status.class", FT_UINT8, BASE_DEC, VALS(class_strings), 0,
         "Success or failure (RFC 3463, 3.1)", HFILL}}},
    [FIELD_ENHANCED_STATUS_SUBJECT] = {GROUP_STATUS, {&hf[FIELD_ENHANCED_STATUS_SUBJECT],
        {"Subject", "esmtp.reply.enhanced_status.subject", FT_UINT16, BASE_DEC, VALS(subject_strings), 0,
         "What the status is about (RFC 3463, 3.2)", HFILL}}},
    [FIELD_ENHANCED_STATUS_DETAIL] = {GROUP_STATUS, {&hf[FIELD_ENHANCED_STATUS_DETAIL],
        {"Detail", "esmtp.reply.enhanced_status.detail", FT_UINT16, BASE_DEC, NULL, 0,
         "The status itself (RFC 3463, IANA registry)", HFILL}}},
    [FIELD_REPLY_TEXT] = {GROUP_REPLY, {&hf[FIELD_REPLY_TEXT],
        {"Text", "esmtp.reply.text", FT_STRING, BASE_NONE, NULL, 0,
         "A line's text, without code and enhanced status", HFILL}}},
    [FIELD_REPLY_LINES] = {GROUP_REPLY, {&hf[FIELD_REPLY_LINES],
        {"Lines", "esmtp.reply.lines", FT_UINT32, BASE_DEC, NULL, 0,
         "Lines of the reply", HFILL}}},
    [FIELD_REPLY_COMMAND_FRAME] = {GROUP_REPLY, {&hf[FIELD_REPLY_COMMAND_FRAME],
        {"Command in frame", "esmtp.reply.command_frame", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0,
         "The packet of the command that this answers", HFILL}}},
    [FIELD_REPLY_VERB] = {GROUP_REPLY, {&hf[FIELD_REPLY_VERB],
        {"Verb answered", "esmtp.reply.verb", FT_STRING, BASE_NONE, NULL, 0,
         "Verb of the command that this answers; CONNECT for the greeting, END-OF-DATA for the reply to DATA's content; BDAT also for "
         "the last chunk", HFILL}}},
    [FIELD_REPLY_TIME] = {GROUP_REPLY, {&hf[FIELD_REPLY_TIME],
        {"Time since command", "esmtp.reply.time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
         "Time since the command, or since the end of the content, or since the connection's SYN", HFILL}}},
    [FIELD_REPLY_QUEUE_ID] = {GROUP_REPLY, {&hf[FIELD_REPLY_QUEUE_ID],
        {"Queue identifier", "esmtp.reply.queue_id", FT_STRING, BASE_NONE, NULL, 0,
         "The server's name for the message that it took", HFILL}}},
    [FIELD_GREETING_DOMAIN] = {GROUP_GREETING, {&hf[FIELD_GREETING_DOMAIN],
        {"Server name", "esmtp.greeting.domain", FT_STRING, BASE_NONE, NULL, 0,
         "The server's name in its greeting", HFILL}}},
    [FIELD_GREETING_SOFTWARE] = {GROUP_GREETING, {&hf[FIELD_GREETING_SOFTWARE],
        {"Server software", "esmtp.greeting.software", FT_STRING, BASE_NONE, NULL, 0,
         "The server's software, where the greeting tells it", HFILL}}},
    [FIELD_EHLO_REPLY_DOMAIN] = {GROUP_GREETING, {&hf[FIELD_EHLO_REPLY_DOMAIN],
        {"Server name", "esmtp.ehlo_reply.domain", FT_STRING, BASE_NONE, NULL, 0,
         "The server's name in its reply to EHLO, HELO or LHLO", HFILL}}},
    [FIELD_EHLO_REPLY_CLIENT_NAME] = {GROUP_GREETING, {&hf[FIELD_EHLO_REPLY_CLIENT_NAME],
        {"Client as the server sees it", "esmtp.ehlo_reply.client_name", FT_STRING, BASE_NONE, NULL, 0,
         "The client's name as the server sees it", HFILL}}},
    [FIELD_EHLO_REPLY_CLIENT_IPV4] = {GROUP_GREETING, {&hf[FIELD_EHLO_REPLY_CLIENT_IPV4],
        {"Client address as the server sees it", "esmtp.ehlo_reply.client_ipv4", FT_IPv4, BASE_NONE, NULL, 0,
         "The client's address as the server sees it", HFILL}}},
    [FIELD_EHLO_REPLY_CLIENT_IPV6] = {GROUP_GREETING, {&hf[FIELD_EHLO_REPLY_CLIENT_IPV6],
        {"Client address as the server sees it", "esmtp.ehlo_reply.client_ipv6", FT_IPv6, BASE_NONE, NULL, 0,
         "The client's address as the server sees it", HFILL}}},
    [FIELD_CAPABILITY] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY],
        {"Capability", "esmtp.capability", FT_STRING, BASE_NONE, NULL, 0,
         "A line of the reply to EHLO or LHLO: an extension that the server offers", HFILL}}},
    [FIELD_CAPABILITY_KEYWORD] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_KEYWORD],
        {"Keyword", "esmtp.capability.keyword", FT_STRING, BASE_NONE, NULL, 0,
         "The extension's keyword in upper case", HFILL}}},
    [FIELD_CAPABILITY_PARAMETER] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_PARAMETER],
        {"Parameter", "esmtp.capability.parameter", FT_STRING, BASE_NONE, NULL, 0,
         "A parameter of the extension", HFILL}}},
    [FIELD_CAPABILITY_SIZE] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_SIZE],
        {"Maximum message size", "esmtp.capability.size", FT_UINT64, BASE_DEC, NULL, 0,
         "The largest message that the server takes, octets; 0 for no fixed limit (RFC 1870)", HFILL}}},
    [FIELD_CAPABILITY_AUTH_MECHANISM] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_AUTH_MECHANISM],
        {"Mechanism", "esmtp.capability.auth_mechanism", FT_STRING, BASE_NONE, NULL, 0,
         "A SASL mechanism that the server offers (RFC 4954)", HFILL}}},
    [FIELD_CAPABILITY_DELIVERBY_MIN] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_DELIVERBY_MIN],
        {"Least deliver-by time", "esmtp.capability.deliverby_min", FT_UINT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds, 0,
         "The least time that DELIVERBY may ask for, seconds (RFC 2852)", HFILL}}},
    [FIELD_CAPABILITY_FUTURE_RELEASE_INTERVAL] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_FUTURE_RELEASE_INTERVAL],
        {"Longest hold", "esmtp.capability.future_release_interval", FT_UINT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds, 0,
         "The longest time that a mail is held, seconds (RFC 4865)", HFILL}}},
    [FIELD_CAPABILITY_FUTURE_RELEASE_UNTIL] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_FUTURE_RELEASE_UNTIL],
        {"Latest release", "esmtp.capability.future_release_until", FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL, 0,
         "The latest time that a mail is held until (RFC 4865)", HFILL}}},
    [FIELD_CAPABILITY_MT_PRIORITY_PROFILE] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_MT_PRIORITY_PROFILE],
        {"Priority profile", "esmtp.capability.mt_priority_profile", FT_STRING, BASE_NONE, NULL, 0,
         "The meaning of priorities (RFC 6710)", HFILL}}},
    [FIELD_CAPABILITY_LIMIT_MAILMAX] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_LIMIT_MAILMAX],
        {"Mails per connection", "esmtp.capability.limit_mailmax", FT_UINT32, BASE_DEC, NULL, 0,
         "Limit of mail transactions in a connection (RFC 9422)", HFILL}}},
    [FIELD_CAPABILITY_LIMIT_RCPTMAX] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_LIMIT_RCPTMAX],
        {"Recipients per mail", "esmtp.capability.limit_rcptmax", FT_UINT32, BASE_DEC, NULL, 0,
         "Limit of recipients in a transaction (RFC 9422)", HFILL}}},
    [FIELD_CAPABILITY_LIMIT_RCPTDOMAINMAX] = {GROUP_CAPABILITY, {&hf[FIELD_CAPABILITY_LIMIT_RCPTDOMAINMAX],
        {"Recipient domains per connection", "esmtp.capability.limit_rcptdomainmax", FT_UINT32, BASE_DEC, NULL, 0,
         "Limit of different recipient domains in a connection (RFC 9422)", HFILL}}},
    [FIELD_TLS] = {GROUP_LAYER, {&hf[FIELD_TLS],
        {"Under TLS", "esmtp.tls", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "These octets came under TLS", HFILL}}},
    [FIELD_STARTTLS_FRAME] = {GROUP_LAYER, {&hf[FIELD_STARTTLS_FRAME],
        {"TLS granted in frame", "esmtp.starttls.frame", FT_FRAMENUM, BASE_NONE, NULL, 0,
         "The packet with the reply that granted STARTTLS", HFILL}}},
    [FIELD_MESSAGE] = {GROUP_MESSAGE, {&hf[FIELD_MESSAGE],
        {"Message", "esmtp.message", FT_NONE, BASE_NONE, NULL, 0,
         "Message content, complete in this packet", HFILL}}},
    [FIELD_MESSAGE_CONTENT] = {GROUP_MESSAGE, {&hf[FIELD_MESSAGE_CONTENT],
        {"Message content", "esmtp.message.content", FT_NONE, BASE_NONE, NULL, 0,
         "Octets of message content", HFILL}}},
    [FIELD_MESSAGE_SIZE] = {GROUP_MESSAGE, {&hf[FIELD_MESSAGE_SIZE],
        {"Size", "esmtp.message.size", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Octets of content on the wire, without the line of the lone dot", HFILL}}},
    [FIELD_MESSAGE_UNSTUFFED_SIZE] = {GROUP_MESSAGE, {&hf[FIELD_MESSAGE_UNSTUFFED_SIZE],
        {"Size without dot-stuffing", "esmtp.message.unstuffed_size", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Octets of content without stuffed dots (RFC 5321, 4.5.2)", HFILL}}},
    [FIELD_MESSAGE_FRAGMENT] = {GROUP_MESSAGE, {&hf[FIELD_MESSAGE_FRAGMENT],
        {"Content in frame", "esmtp.message.fragment", FT_FRAMENUM, BASE_NONE, NULL, 0,
         "A packet that has octets of this content", HFILL}}},
    [FIELD_MESSAGE_REASSEMBLED_IN] = {GROUP_MESSAGE, {&hf[FIELD_MESSAGE_REASSEMBLED_IN],
        {"Complete in frame", "esmtp.message.reassembled_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
         "The packet in which this content is complete", HFILL}}},
    [FIELD_MESSAGE_REASSEMBLED_LENGTH] = {GROUP_MESSAGE, {&hf[FIELD_MESSAGE_REASSEMBLED_LENGTH],
        {"Reassembled length", "esmtp.message.reassembled_length", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Octets of the content put together", HFILL}}},
    [FIELD_MESSAGE_END_OF_DATA] = {GROUP_END_OF_DATA, {&hf[FIELD_MESSAGE_END_OF_DATA],
        {"End of data", "esmtp.message.end_of_data", FT_NONE, BASE_NONE, NULL, 0,
         "The line with the lone dot (RFC 5321, 4.1.1.4)", HFILL}}},
    [FIELD_TRANSACTION] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION],
        {"Mail transaction", "esmtp.transaction", FT_NONE, BASE_NONE, NULL, 0,
         "What became of a mail, on the packet whose reply ends its transaction (RFC 5321, 3.3)", HFILL}}},
    [FIELD_TRANSACTION_INDEX] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_INDEX],
        {"Number", "esmtp.transaction.index", FT_UINT32, BASE_DEC, NULL, 0,
         "Of the transaction within its connection, from 1", HFILL}}},
    [FIELD_TRANSACTION_OUTCOME] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_OUTCOME],
        {"Outcome", "esmtp.transaction.outcome", FT_STRING, BASE_NONE, NULL, 0,
         "accepted, deferred, rejected, partial, aborted or unknown", HFILL}}},
    [FIELD_TRANSACTION_ENDED_BY] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_ENDED_BY],
        {"Ended by", "esmtp.transaction.ended_by", FT_STRING, BASE_NONE, NULL, 0,
         "What ended it: END-OF-DATA, a verb, or CLOSE for the connection's end", HFILL}}},
    [FIELD_TRANSACTION_HELO] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_HELO],
        {"Client name", "esmtp.transaction.helo", FT_STRING, BASE_NONE, NULL, 0,
         "The client's name in EHLO, HELO or LHLO", HFILL}}},
    [FIELD_TRANSACTION_MAIL_FROM] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_MAIL_FROM],
        {"Sender", "esmtp.transaction.mail_from", FT_STRING, BASE_NONE, NULL, 0,
         "The reverse-path", HFILL}}},
    [FIELD_TRANSACTION_AUTH_USERNAME] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_AUTH_USERNAME],
        {"User name", "esmtp.transaction.auth_username", FT_STRING, BASE_NONE, NULL, 0,
         "Who had authenticated", HFILL}}},
    [FIELD_TRANSACTION_NULL_SENDER] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_NULL_SENDER],
        {"Null sender", "esmtp.transaction.null_sender", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "The reverse-path is <>, as in bounces (RFC 5321, 4.5.5)", HFILL}}},
    [FIELD_TRANSACTION_RCPT_TO] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_RCPT_TO],
        {"Recipient", "esmtp.transaction.rcpt_to", FT_STRING, BASE_NONE, NULL, 0,
         "A forward-path", HFILL}}},
    [FIELD_TRANSACTION_RCPT_CODE] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_RCPT_CODE],
        {"Recipient's code", "esmtp.transaction.rcpt_code", FT_UINT16, BASE_DEC, NULL, 0,
         "The code of the reply that decided for the recipient", HFILL}}},
    [FIELD_TRANSACTION_RCPT_ACCEPTED] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_RCPT_ACCEPTED],
        {"Accepted recipient", "esmtp.transaction.rcpt_accepted", FT_STRING, BASE_NONE, NULL, 0,
         "A recipient for whom the server took responsibility, or would have", HFILL}}},
    [FIELD_TRANSACTION_RCPT_DEFERRED] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_RCPT_DEFERRED],
        {"Deferred recipient", "esmtp.transaction.rcpt_deferred", FT_STRING, BASE_NONE, NULL, 0,
         "A recipient refused for now (4yz)", HFILL}}},
    [FIELD_TRANSACTION_RCPT_REJECTED] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_RCPT_REJECTED],
        {"Rejected recipient", "esmtp.transaction.rcpt_rejected", FT_STRING, BASE_NONE, NULL, 0,
         "A recipient refused for good (5yz)", HFILL}}},
    [FIELD_TRANSACTION_RCPT_COUNT] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_RCPT_COUNT],
        {"Recipients", "esmtp.transaction.rcpt_count", FT_UINT32, BASE_DEC, NULL, 0,
         "How many recipients the client named", HFILL}}},
    [FIELD_TRANSACTION_METHOD] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_METHOD],
        {"Content by", "esmtp.transaction.method", FT_STRING, BASE_NONE, NULL, 0,
         "How the content came: DATA, BDAT or BURL", HFILL}}},
    [FIELD_TRANSACTION_SIZE] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_SIZE],
        {"Size", "esmtp.transaction.size", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Octets of the content without dot-stuffing", HFILL}}},
    [FIELD_TRANSACTION_DECLARED_SIZE] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_DECLARED_SIZE],
        {"Declared size", "esmtp.transaction.declared_size", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Octets that SIZE= announced (RFC 1870)", HFILL}}},
    [FIELD_TRANSACTION_CODE] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_CODE],
        {"Deciding code", "esmtp.transaction.code", FT_UINT16, BASE_DEC, NULL, 0,
         "The code of the reply that the outcome rests on", HFILL}}},
    [FIELD_TRANSACTION_ENHANCED_STATUS] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_ENHANCED_STATUS],
        {"Deciding status", "esmtp.transaction.enhanced_status", FT_STRING, BASE_NONE, NULL, 0,
         "The enhanced status of the reply that the outcome rests on", HFILL}}},
    [FIELD_TRANSACTION_TEXT] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_TEXT],
        {"Deciding text", "esmtp.transaction.text", FT_STRING, BASE_NONE, NULL, 0,
         "The first line's text of the reply that the outcome rests on", HFILL}}},
    [FIELD_TRANSACTION_QUEUE_ID] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_QUEUE_ID],
        {"Queue identifier", "esmtp.transaction.queue_id", FT_STRING, BASE_NONE, NULL, 0,
         "The server's name for the mail", HFILL}}},
    [FIELD_TRANSACTION_DURATION] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_DURATION],
        {"Duration", "esmtp.transaction.duration", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
         "From MAIL to the deciding reply", HFILL}}},
    [FIELD_TRANSACTION_TLS] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_TLS],
        {"Under TLS", "esmtp.transaction.tls", FT_BOOLEAN, BASE_NONE, NULL, 0,
         "The transaction was under TLS", HFILL}}},
    [FIELD_TRANSACTION_FIRST_FRAME] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_FIRST_FRAME],
        {"Begins in frame", "esmtp.transaction.first_frame", FT_FRAMENUM, BASE_NONE, NULL, 0,
         "The packet of the MAIL command", HFILL}}},
    [FIELD_TRANSACTION_SUBJECT] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_SUBJECT],
        {"Subject", "esmtp.transaction.subject", FT_STRING, BASE_NONE, NULL, 0,
         "The Subject field of the content's header, decoded", HFILL}}},
    [FIELD_TRANSACTION_MESSAGE_ID] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_MESSAGE_ID],
        {"Message-ID", "esmtp.transaction.message_id", FT_STRING, BASE_NONE, NULL, 0,
         "The Message-ID field of the content's header", HFILL}}},
    [FIELD_TRANSACTION_HEADER_FROM] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_HEADER_FROM],
        {"From", "esmtp.transaction.header_from", FT_STRING, BASE_NONE, NULL, 0,
         "The From field of the content's header, decoded", HFILL}}},
    [FIELD_TRANSACTION_HEADER_TO] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_HEADER_TO],
        {"To", "esmtp.transaction.header_to", FT_STRING, BASE_NONE, NULL, 0,
         "The To field of the content's header, decoded", HFILL}}},
    [FIELD_TRANSACTION_DATE] = {GROUP_TRANSACTION, {&hf[FIELD_TRANSACTION_DATE],
        {"Date", "esmtp.transaction.date", FT_STRING, BASE_NONE, NULL, 0,
         "The Date field of the content's header", HFILL}}},
    [FIELD_PROXY] = {GROUP_PROXY, {&hf[FIELD_PROXY],
        {"PROXY protocol header", "esmtp.proxy", FT_NONE, BASE_NONE, NULL, 0,
         "What a proxy tells of the connection that it passes on", HFILL}}},
    [FIELD_PART] = {GROUP_PART, {&hf[FIELD_PART],
        {"Part of a line", "esmtp.part", FT_NONE, BASE_NONE, NULL, 0,
         "Octets of a line or reply that goes on in a later packet", HFILL}}},
    [FIELD_UNKNOWN] = {GROUP_UNKNOWN, {&hf[FIELD_UNKNOWN],
        {"Octets of unknown meaning", "esmtp.unknown", FT_NONE, BASE_NONE, NULL, 0,
         "Octets that came while the state of the session was not known", HFILL}}},
    [FIELD_OPAQUE] = {GROUP_OPAQUE, {&hf[FIELD_OPAQUE],
        {"Unreadable octets", "esmtp.opaque", FT_NONE, BASE_NONE, NULL, 0,
         "Octets that cannot be read, such as those behind a SASL security layer", HFILL}}},
    [FIELD_RETRANSMITTED] = {GROUP_RETRANSMITTED, {&hf[FIELD_RETRANSMITTED],
        {"Octets seen before", "esmtp.retransmitted", FT_NONE, BASE_NONE, NULL, 0,
         "Octets that an earlier packet brought already", HFILL}}},
    [FIELD_GAP] = {GROUP_GAP, {&hf[FIELD_GAP],
        {"Octets not captured", "esmtp.gap", FT_UINT64, BASE_DEC|BASE_UNIT_STRING, &units_octet_octets, 0,
         "Octets before or behind these that were not captured", HFILL}}},
};

static void experts_register(void)
{
#define EXPERT_ROW(note, field, group, severity, summary)                                                                    \
    {&ei[NOTE_##note], {"esmtp.expert." #field, PI_##group, PI_##severity, summary, EXPFILL}},
    static ei_register_info rows[] = {NOTE_ROWS(EXPERT_ROW)};
#undef EXPERT_ROW

    expert_register_field_array(expert_register_protocol(proto_esmtp), rows, NOTE_COUNT);
}

/* --- what is asked for ------------------------------------------------------------------------------------------------ */

static enum { ASKED_NOTHING, ASKED_NAMED, ASKED_ALL } asked;
static bool in_command[FIELD_COUNT]; /* by the command line */
static bool all_in_command;

/* The fields sorted by their group, and where in that list the fields of each group begin. */
static field by_group[FIELD_COUNT];
static unsigned group_begins[GROUP_COUNT + 1];

/* Groups with a field that the command line names. */
static unsigned groups_in_command;
/* Groups that the call at hand has looked at, and those of them with a field that something names. */
static unsigned groups_asked, groups_named;

static bool is_referenced(int id)
{
    return proto_registrar_get_nth((unsigned)id)->ref_type != HF_REF_TYPE_NONE;
}

/* An expert information needs the item that it is about. */
static bool experts_asked(const packet_info *pinfo)
{
    static int expert_protocol = -1, expert_tap; /* looked up once: these are walks through lists */

    if (expert_protocol < 0) {
        expert_protocol = proto_get_id_by_filter_name("_ws.expert");
        expert_tap = find_tap_id("expert");
    }
    return is_referenced(expert_protocol) || have_tap_listener(expert_tap) ||
           (pinfo->cinfo && pinfo->cinfo->col_first[COL_EXPERT] >= 0);
}

/* An expert information that a filter or a column names is below another field, which has to be drawn for it. */
static bool any_expert_named(void)
{
    static const header_field_info *infos[NOTE_COUNT]; /* looked up once, for this is asked for each packet */

    for (int i = 0; i < NOTE_COUNT; i++) {
        if (!infos[i])
            infos[i] = proto_registrar_get_nth((unsigned)ei[i].hf);
        if (infos[i]->ref_type != HF_REF_TYPE_NONE)
            return true;
    }
    return false;
}

/* Something reads trees and does not say which fields: a Lua script, or a post-dissector, which is called after the others. */
static bool reader_loaded;

/* To be called when another file is begun: scripts are loaded after we register, and can be loaded anew. */
static void look_for_readers(void)
{
    reader_loaded = lua_scripts_loaded() > 0 || postdissectors_want_hfids();
}

/* Does anybody read the whole tree, though -e names some fields? */
static bool is_read(const proto_tree *top)
{
    return PTREE_DATA(top)->visible && (!command_line_wants_fields_alone() || reader_loaded ||
                                        union_of_tap_listener_flags() & TL_REQUIRES_PROTO_TREE);
}

bool fields_ask(const proto_tree *top, const packet_info *pinfo)
{
    bool shown = top && is_read(top);

    asked = ASKED_NOTHING;
    groups_asked = groups_named = groups_in_command;
    if (shown || (top && all_in_command) || experts_asked(pinfo))
        asked = ASKED_ALL;
    else if (!top)
        return false;
    else if (groups_in_command || is_referenced(proto_esmtp))
        asked = any_expert_named() ? ASKED_ALL : ASKED_NAMED;
    return asked == ASKED_ALL;
}

/* epan notes in the field's own row whether a filter, a column or a statistic refers to it. */
static bool is_named(field which)
{
    return in_command[which] || field_rows[which].info.hfinfo.ref_type != HF_REF_TYPE_NONE;
}

bool field_is_wanted(field which)
{
    return asked == ASKED_ALL || (asked == ASKED_NAMED && is_named(which));
}

bool fields_all_wanted(void)
{
    return asked == ASKED_ALL;
}

static void look_for_named(int group)
{
    groups_asked |= 1u << group;
    for (unsigned i = group_begins[group]; i < group_begins[group + 1]; i++) {
        if (!is_named(by_group[i]))
            continue;
        groups_named |= 1u << group;
        return;
    }
}

bool groups_are_wanted(unsigned groups)
{
    if (asked != ASKED_NAMED)
        return asked == ASKED_ALL;
    for (unsigned left = groups & ~groups_asked; left && !(groups & groups_named); left &= left - 1)
        look_for_named(g_bit_nth_lsf(left, -1));
    return groups & groups_named;
}

static void sort_by_group(void)
{
    unsigned count = 0;

    for (int group = 0; group < GROUP_COUNT; group++) {
        group_begins[group] = count;
        for (int i = 0; i < FIELD_COUNT; i++)
            if ((unsigned)field_rows[i].group == 1u << group)
                by_group[count++] = (field)i;
    }
    group_begins[GROUP_COUNT] = count;
    DISSECTOR_ASSERT(count == FIELD_COUNT); /* each field has a group, and one alone */
}

static void read_command(void)
{
    command_line_read();
    for (int i = 0; i < FIELD_COUNT; i++) {
        in_command[i] = command_line_names(field_rows[i].info.hfinfo.abbrev, "esmtp");
        groups_in_command |= in_command[i] ? (unsigned)field_rows[i].group : 0;
    }
    all_in_command = command_line_names("esmtp", "esmtp") || command_line_mentions("_ws.expert") ||
                     command_line_mentions("esmtp.expert");
}

/* --- registration ----------------------------------------------------------------------------------------------------- */

static void strings_from(value_string *to, const number_text *from)
{
    for (; from->text; from++)
        *to++ = (value_string){from->number, from->text};
}

static void strings_fill(void)
{
    size_t count;
    const reply_code_row *codes = reply_code_rows(&count);

    for (size_t i = 0; i < count && i < CODES_MAX - 1; i++)
        code_strings[i] = (value_string){codes[i].code, codes[i].text};
    strings_from(severity_strings, reply_severities());
    strings_from(category_strings, reply_categories());
    strings_from(class_strings, enhanced_status_classes());
    strings_from(subject_strings, enhanced_status_subjects());
}

void fields_register(void)
{
    static int *subtrees[SUBTREE_COUNT];

    strings_fill();
    sort_by_group();
    read_command();
    for (int i = 0; i < FIELD_COUNT; i++)
        hf[i] = -1;
    for (int i = 0; i < SUBTREE_COUNT; i++) {
        ett[i] = -1;
        subtrees[i] = &ett[i];
    }
    for (int i = 0; i < FIELD_COUNT; i++)
        proto_register_field_array(proto_esmtp, &field_rows[i].info, 1);
    proto_register_subtree_array(subtrees, SUBTREE_COUNT);
    experts_register();
    register_init_routine(look_for_readers);
}
