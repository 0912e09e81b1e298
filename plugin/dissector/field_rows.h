/* field_rows.h — every field of the plugin, in one table: the public interface.
 *
 *     FIELD(NAME, GROUP, title, filter name, type, display, strings, description)
 *
 * A row makes the name FIELD_NAME of fields.h, and the field that fields.c registers. GROUP is one of GROUP_…: what the
 * field is asked for with. Included where FIELD is defined, and so without a guard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
/* clang-format off */
FIELD(COMMAND, COMMAND, "Command", "esmtp.command", FT_STRING, BASE_NONE, NULL,
      "A command line of the client, without its ending (RFC 5321, 4.1.1)")
FIELD(COMMAND_VERB, COMMAND, "Verb", "esmtp.command.verb", FT_STRING, BASE_NONE, NULL,
      "The command's verb in upper case")
FIELD(COMMAND_ARGUMENT, COMMAND, "Argument", "esmtp.command.argument", FT_STRING, BASE_NONE, NULL,
      "What follows the verb")
FIELD(COMMAND_REPLY_FRAME, COMMAND, "Reply in frame", "esmtp.command.reply_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),
      "The packet in which the reply to this command is complete")
FIELD(HELO_DOMAIN, ARGUMENT, "Client name", "esmtp.helo.domain", FT_STRING, BASE_NONE, NULL,
      "The client's name, as it gives it in EHLO, HELO or LHLO (RFC 5321, 4.1.1.1)")
FIELD(HELO_IPV4, ARGUMENT, "Client IPv4 address", "esmtp.helo.ipv4", FT_IPv4, BASE_NONE, NULL,
      "The client's address, where it gives one instead of a name")
FIELD(HELO_IPV6, ARGUMENT, "Client IPv6 address", "esmtp.helo.ipv6", FT_IPv6, BASE_NONE, NULL,
      "The client's address, where it gives one instead of a name")
FIELD(MAIL_FROM, ARGUMENT, "Reverse-path", "esmtp.mail.from", FT_STRING, BASE_NONE, NULL,
      "The sender's address, without angle brackets and source route (RFC 5321, 4.1.2)")
FIELD(MAIL_FROM_LOCAL_PART, ARGUMENT, "Local part", "esmtp.mail.from.local_part", FT_STRING, BASE_NONE, NULL,
      "What stands before the @ of the sender's address, without quotes")
FIELD(MAIL_FROM_DOMAIN, ARGUMENT, "Domain", "esmtp.mail.from.domain", FT_STRING, BASE_NONE, NULL,
      "What stands behind the @ of the sender's address")
FIELD(MAIL_FROM_SOURCE_ROUTE, ARGUMENT, "Source route", "esmtp.mail.from.source_route", FT_STRING, BASE_NONE, NULL,
      "Hosts the mail should pass, which RFC 5321 (appendix C) tells servers to ignore")
FIELD(MAIL_FROM_IPV4, ARGUMENT, "IPv4 address", "esmtp.mail.from.ipv4", FT_IPv4, BASE_NONE, NULL,
      "The address literal in place of a domain")
FIELD(MAIL_FROM_IPV6, ARGUMENT, "IPv6 address", "esmtp.mail.from.ipv6", FT_IPv6, BASE_NONE, NULL,
      "The address literal in place of a domain")
FIELD(MAIL_NULL_SENDER, ARGUMENT, "Null sender", "esmtp.mail.null_sender", FT_BOOLEAN, BASE_NONE, NULL,
      "The reverse-path is <>, as in bounces (RFC 5321, 4.5.5)")
FIELD(RCPT_TO, ARGUMENT, "Forward-path", "esmtp.rcpt.to", FT_STRING, BASE_NONE, NULL,
      "The recipient's address, without angle brackets and source route (RFC 5321, 4.1.2)")
FIELD(RCPT_TO_LOCAL_PART, ARGUMENT, "Local part", "esmtp.rcpt.to.local_part", FT_STRING, BASE_NONE, NULL,
      "What stands before the @ of the recipient's address, without quotes")
FIELD(RCPT_TO_DOMAIN, ARGUMENT, "Domain", "esmtp.rcpt.to.domain", FT_STRING, BASE_NONE, NULL,
      "What stands behind the @ of the recipient's address")
FIELD(RCPT_TO_SOURCE_ROUTE, ARGUMENT, "Source route", "esmtp.rcpt.to.source_route", FT_STRING, BASE_NONE, NULL,
      "Hosts the mail should pass, which RFC 5321 (appendix C) tells servers to ignore")
FIELD(RCPT_TO_IPV4, ARGUMENT, "IPv4 address", "esmtp.rcpt.to.ipv4", FT_IPv4, BASE_NONE, NULL,
      "The address literal in place of a domain")
FIELD(RCPT_TO_IPV6, ARGUMENT, "IPv6 address", "esmtp.rcpt.to.ipv6", FT_IPv6, BASE_NONE, NULL,
      "The address literal in place of a domain")
FIELD(PARAMETER, ARGUMENT, "Parameter", "esmtp.parameter", FT_STRING, BASE_NONE, NULL,
      "A parameter of MAIL or RCPT (RFC 5321, 4.1.2)")
FIELD(PARAMETER_KEYWORD, ARGUMENT, "Keyword", "esmtp.parameter.keyword", FT_STRING, BASE_NONE, NULL,
      "The parameter's keyword in upper case")
FIELD(PARAMETER_VALUE, ARGUMENT, "Value", "esmtp.parameter.value", FT_STRING, BASE_NONE, NULL,
      "The parameter's value as sent")
FIELD(MAIL_SIZE, ARGUMENT, "Declared size", "esmtp.mail.size", FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Size of the message as the client estimates it (RFC 1870)")
FIELD(MAIL_BODY, ARGUMENT, "Body type", "esmtp.mail.body", FT_STRING, BASE_NONE, NULL,
      "7BIT, 8BITMIME or BINARYMIME (RFC 6152, RFC 3030)")
FIELD(MAIL_RET, ARGUMENT, "Return", "esmtp.mail.ret", FT_STRING, BASE_NONE, NULL,
      "How much of the message a failure report should hold: FULL or HDRS (RFC 3461, 4.3)")
FIELD(MAIL_ENVID, ARGUMENT, "Envelope identifier", "esmtp.mail.envid", FT_STRING, BASE_NONE, NULL,
      "The sender's name for this transaction, xtext decoded (RFC 3461, 4.4)")
FIELD(MAIL_AUTH, ARGUMENT, "Submitter's identity", "esmtp.mail.auth", FT_STRING, BASE_NONE, NULL,
      "Who submitted the message, xtext decoded (RFC 4954, 5)")
FIELD(MAIL_SUBMITTER, ARGUMENT, "Responsible submitter", "esmtp.mail.submitter", FT_STRING, BASE_NONE, NULL,
      "Who is responsible for this transmission, xtext decoded (RFC 4405)")
FIELD(MAIL_SMTPUTF8, ARGUMENT, "Internationalized mail", "esmtp.mail.smtputf8", FT_BOOLEAN, BASE_NONE, NULL,
      "The mail has addresses or header fields outside ASCII (RFC 6531)")
FIELD(MAIL_REQUIRETLS, ARGUMENT, "TLS required", "esmtp.mail.requiretls", FT_BOOLEAN, BASE_NONE, NULL,
      "The mail may be relayed over TLS alone (RFC 8689)")
FIELD(MAIL_BY_TIME, ARGUMENT, "Deliver by", "esmtp.mail.by.time", FT_INT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds,
      "Time the delivery may take, seconds (RFC 2852)")
FIELD(MAIL_BY_MODE, ARGUMENT, "Deliver-by mode", "esmtp.mail.by.mode", FT_STRING, BASE_NONE, NULL,
      "What to do when the time is over: N (notify) or R (return) (RFC 2852)")
FIELD(MAIL_BY_TRACE, ARGUMENT, "Deliver-by trace", "esmtp.mail.by.trace", FT_BOOLEAN, BASE_NONE, NULL,
      "Relays report that they relayed the mail (RFC 2852)")
FIELD(MAIL_HOLDFOR, ARGUMENT, "Hold for", "esmtp.mail.holdfor", FT_UINT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds,
      "Time to hold the mail before delivery, seconds (RFC 4865)")
FIELD(MAIL_HOLDUNTIL, ARGUMENT, "Hold until", "esmtp.mail.holduntil", FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL,
      "When the mail may be delivered (RFC 4865)")
FIELD(MAIL_MT_PRIORITY, ARGUMENT, "Priority", "esmtp.mail.mt_priority", FT_INT8, BASE_DEC, NULL,
      "Message transfer priority, -9 to 9 (RFC 6710)")
FIELD(RCPT_NOTIFY, ARGUMENT, "Notify", "esmtp.rcpt.notify", FT_STRING, BASE_NONE, NULL,
      "When to report on the delivery: NEVER, SUCCESS, FAILURE, DELAY (RFC 3461, 4.1)")
FIELD(RCPT_ORCPT, ARGUMENT, "Original recipient", "esmtp.rcpt.orcpt", FT_STRING, BASE_NONE, NULL,
      "The address the sender first gave, decoded (RFC 3461, 4.2)")
FIELD(RCPT_ORCPT_TYPE, ARGUMENT, "Original recipient's address type", "esmtp.rcpt.orcpt_type", FT_STRING, BASE_NONE, NULL,
      "rfc822, utf-8, ... (RFC 3461, 4.2)")
FIELD(RCPT_RRVS, ARGUMENT, "Recipient valid since", "esmtp.rcpt.rrvs", FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL,
      "The address must not have changed hands since then (RFC 7293)")
FIELD(RCPT_RRVS_ACTION, ARGUMENT, "Else", "esmtp.rcpt.rrvs_action", FT_STRING, BASE_NONE, NULL,
      "What to do when it has changed hands: C (continue) or R (reject) (RFC 7293)")
FIELD(BDAT_SIZE, ARGUMENT, "Chunk size", "esmtp.bdat.size", FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets of content that follow the command (RFC 3030)")
FIELD(BDAT_LAST, ARGUMENT, "Last chunk", "esmtp.bdat.last", FT_BOOLEAN, BASE_NONE, NULL,
      "The content is complete with this chunk (RFC 3030)")
FIELD(BURL_URL, ARGUMENT, "URL", "esmtp.burl.url", FT_STRING, BASE_NONE, NULL,
      "Where the server fetches the content (RFC 4468)")
FIELD(BURL_LAST, ARGUMENT, "Last part", "esmtp.burl.last", FT_BOOLEAN, BASE_NONE, NULL,
      "The content is complete with this part (RFC 4468)")
FIELD(XCLIENT_ATTRIBUTE, ARGUMENT, "Attribute", "esmtp.xclient.attribute", FT_STRING, BASE_NONE, NULL,
      "Name of what XCLIENT or XFORWARD tells of the original client")
FIELD(XCLIENT_VALUE, ARGUMENT, "Value", "esmtp.xclient.value", FT_STRING, BASE_NONE, NULL,
      "The attribute's value, xtext decoded")
FIELD(AUTH_MECHANISM, AUTH, "Mechanism", "esmtp.auth.mechanism", FT_STRING, BASE_NONE, NULL,
      "The SASL mechanism in upper case (RFC 4954)")
FIELD(AUTH_MESSAGE, AUTH, "Message", "esmtp.auth.message", FT_STRING, BASE_NONE, NULL,
      "A message of the SASL exchange in base64, as sent")
FIELD(AUTH_USERNAME, AUTH, "User name", "esmtp.auth.username", FT_STRING, BASE_NONE, NULL,
      "Who authenticates")
FIELD(AUTH_AUTHZID, AUTH, "Authorization identity", "esmtp.auth.authzid", FT_STRING, BASE_NONE, NULL,
      "Who is to be acted for")
FIELD(AUTH_PASSWORD, AUTH, "Password", "esmtp.auth.password", FT_STRING, BASE_NONE, NULL,
      "The password, decoded")
FIELD(AUTH_TOKEN, AUTH, "Token", "esmtp.auth.token", FT_STRING, BASE_NONE, NULL,
      "The bearer token")
FIELD(AUTH_REALM, AUTH, "Realm", "esmtp.auth.realm", FT_STRING, BASE_NONE, NULL,
      "Where the user name is valid")
FIELD(AUTH_NONCE, AUTH, "Nonce", "esmtp.auth.nonce", FT_STRING, BASE_NONE, NULL,
      "The challenge, or the random text of a side")
FIELD(AUTH_DIGEST, AUTH, "Digest", "esmtp.auth.digest", FT_STRING, BASE_NONE, NULL,
      "The proof that the password is known")
FIELD(AUTH_SCOPE, AUTH, "Scope", "esmtp.auth.scope", FT_STRING, BASE_NONE, NULL,
      "The scope that the server wants of an OAuth token")
FIELD(AUTH_ERROR, AUTH, "Error", "esmtp.auth.error", FT_STRING, BASE_NONE, NULL,
      "Why the server refuses, in the mechanism's own words")
FIELD(AUTH_PROMPT, AUTH, "Prompt", "esmtp.auth.prompt", FT_STRING, BASE_NONE, NULL,
      "What the server asks for")
FIELD(AUTH_TRACE, AUTH, "Trace information", "esmtp.auth.trace", FT_STRING, BASE_NONE, NULL,
      "What an anonymous client says of itself (RFC 4505)")
FIELD(AUTH_COMMAND_FRAME, AUTH, "AUTH in frame", "esmtp.auth.command_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST),
      "On a response to a challenge: the packet of the AUTH command")
FIELD(AUTH_REPLY_FRAME, AUTH, "Outcome in frame", "esmtp.auth.reply_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),
      "On a response to a challenge: the packet with the reply that ends the exchange; from the second visit on")
FIELD(AUTH_OUTCOME, REPLY, "Outcome", "esmtp.auth.outcome", FT_STRING, BASE_NONE, NULL,
      "How the exchange ended: succeeded, failed or cancelled")
FIELD(REPLY, REPLY, "Reply", "esmtp.reply", FT_STRING, BASE_NONE, NULL,
      "A reply of the server: its lines joined with \" | \" (RFC 5321, 4.2)")
FIELD(REPLY_CODE, REPLY, "Code", "esmtp.reply.code", FT_UINT16, BASE_DEC, VALS(code_strings),
      "The reply's three digits, of its last line")
FIELD(REPLY_SEVERITY, REPLY, "Severity", "esmtp.reply.severity", FT_UINT8, BASE_DEC, VALS(severity_strings),
      "The code's first digit (RFC 5321, 4.2.1)")
FIELD(REPLY_CATEGORY, REPLY, "Category", "esmtp.reply.category", FT_UINT8, BASE_DEC, VALS(category_strings),
      "The code's second digit (RFC 5321, 4.2.1)")
FIELD(ENHANCED_STATUS, STATUS, "Enhanced status", "esmtp.reply.enhanced_status", FT_STRING, BASE_NONE, NULL,
      "Enhanced mail system status code (RFC 3463)")
FIELD(ENHANCED_STATUS_CLASS, STATUS, "Class", "esmtp.reply.enhanced_status.class", FT_UINT8, BASE_DEC, VALS(class_strings),
      "Success or failure (RFC 3463, 3.1)")
FIELD(ENHANCED_STATUS_SUBJECT, STATUS, "Subject", "esmtp.reply.enhanced_status.subject",
      FT_UINT16, BASE_DEC, VALS(subject_strings),
      "What the status is about (RFC 3463, 3.2)")
FIELD(ENHANCED_STATUS_DETAIL, STATUS, "Detail", "esmtp.reply.enhanced_status.detail", FT_UINT16, BASE_DEC, NULL,
      "The status itself (RFC 3463, IANA registry)")
FIELD(REPLY_TEXT, REPLY, "Text", "esmtp.reply.text", FT_STRING, BASE_NONE, NULL,
      "A line's text, without code and enhanced status")
FIELD(REPLY_LINES, REPLY, "Lines", "esmtp.reply.lines", FT_UINT32, BASE_DEC, NULL,
      "Lines of the reply")
FIELD(REPLY_COMMAND_FRAME, REPLY, "Command in frame", "esmtp.reply.command_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST),
      "The packet of the command that this answers")
FIELD(REPLY_VERB, REPLY, "Verb answered", "esmtp.reply.verb", FT_STRING, BASE_NONE, NULL,
      "Verb of the command that this answers; CONNECT for the greeting, END-OF-DATA for the reply to DATA's content; BDAT also for "
      "the last chunk")
FIELD(REPLY_VERB_NUMBER, REPLY, "Number of the verb answered", "esmtp.reply.verb_number", FT_UINT16, BASE_DEC, VALS(verb_strings),
      "The verb that this answers, by its place in the table of reply times: what Apply as Filter there needs")
FIELD(REPLY_TIME, REPLY, "Time since command", "esmtp.reply.time", FT_RELATIVE_TIME, BASE_NONE, NULL,
      "Time since the command, or since the end of the content, or since the connection's SYN")
FIELD(REPLY_QUEUE_ID, REPLY, "Queue identifier", "esmtp.reply.queue_id", FT_STRING, BASE_NONE, NULL,
      "The server's name for the message that it took")
FIELD(GREETING_DOMAIN, GREETING, "Server name", "esmtp.greeting.domain", FT_STRING, BASE_NONE, NULL,
      "The server's name in its greeting")
FIELD(GREETING_SOFTWARE, GREETING, "Server software", "esmtp.greeting.software", FT_STRING, BASE_NONE, NULL,
      "The server's software, where the greeting tells it")
FIELD(EHLO_REPLY_DOMAIN, GREETING, "Server name", "esmtp.ehlo_reply.domain", FT_STRING, BASE_NONE, NULL,
      "The server's name in its reply to EHLO, HELO or LHLO")
FIELD(EHLO_REPLY_CLIENT_NAME, GREETING, "Client as the server sees it", "esmtp.ehlo_reply.client_name",
      FT_STRING, BASE_NONE, NULL,
      "The client's name as the server sees it")
FIELD(EHLO_REPLY_CLIENT_IPV4, GREETING, "Client address as the server sees it", "esmtp.ehlo_reply.client_ipv4",
      FT_IPv4, BASE_NONE, NULL,
      "The client's address as the server sees it")
FIELD(EHLO_REPLY_CLIENT_IPV6, GREETING, "Client address as the server sees it", "esmtp.ehlo_reply.client_ipv6",
      FT_IPv6, BASE_NONE, NULL,
      "The client's address as the server sees it")
FIELD(CAPABILITY, CAPABILITY, "Capability", "esmtp.capability", FT_STRING, BASE_NONE, NULL,
      "A line of the reply to EHLO or LHLO: an extension that the server offers")
FIELD(CAPABILITY_KEYWORD, CAPABILITY, "Keyword", "esmtp.capability.keyword", FT_STRING, BASE_NONE, NULL,
      "The extension's keyword in upper case")
FIELD(CAPABILITY_PARAMETER, CAPABILITY, "Parameter", "esmtp.capability.parameter", FT_STRING, BASE_NONE, NULL,
      "A parameter of the extension")
FIELD(CAPABILITY_SIZE, CAPABILITY, "Maximum message size", "esmtp.capability.size",
      FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "The largest message that the server takes, octets; 0 for no fixed limit (RFC 1870)")
FIELD(CAPABILITY_AUTH_MECHANISM, CAPABILITY, "Mechanism", "esmtp.capability.auth_mechanism", FT_STRING, BASE_NONE, NULL,
      "A SASL mechanism that the server offers (RFC 4954)")
FIELD(CAPABILITY_DELIVERBY_MIN, CAPABILITY, "Least deliver-by time", "esmtp.capability.deliverby_min",
      FT_UINT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds,
      "The least time that DELIVERBY may ask for, seconds (RFC 2852)")
FIELD(CAPABILITY_FUTURE_RELEASE_INTERVAL, CAPABILITY, "Longest hold", "esmtp.capability.future_release_interval",
      FT_UINT32, BASE_DEC|BASE_UNIT_STRING, &units_second_seconds,
      "The longest time that a mail is held, seconds (RFC 4865)")
FIELD(CAPABILITY_FUTURE_RELEASE_UNTIL, CAPABILITY, "Latest release", "esmtp.capability.future_release_until",
      FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL,
      "The latest time that a mail is held until (RFC 4865)")
FIELD(CAPABILITY_MT_PRIORITY_PROFILE, CAPABILITY, "Priority profile", "esmtp.capability.mt_priority_profile",
      FT_STRING, BASE_NONE, NULL,
      "The meaning of priorities (RFC 6710)")
FIELD(CAPABILITY_LIMIT_MAILMAX, CAPABILITY, "Mails per connection", "esmtp.capability.limit_mailmax",
      FT_UINT32, BASE_DEC, NULL,
      "Limit of mail transactions in a connection (RFC 9422)")
FIELD(CAPABILITY_LIMIT_RCPTMAX, CAPABILITY, "Recipients per mail", "esmtp.capability.limit_rcptmax",
      FT_UINT32, BASE_DEC, NULL,
      "Limit of recipients in a transaction (RFC 9422)")
FIELD(CAPABILITY_LIMIT_RCPTDOMAINMAX, CAPABILITY, "Recipient domains per connection", "esmtp.capability.limit_rcptdomainmax",
      FT_UINT32, BASE_DEC, NULL,
      "Limit of different recipient domains in a connection (RFC 9422)")
FIELD(TLS, LAYER, "Under TLS", "esmtp.tls", FT_BOOLEAN, BASE_NONE, NULL,
      "These octets came under TLS")
FIELD(STARTTLS_FRAME, LAYER, "TLS granted in frame", "esmtp.starttls.frame", FT_FRAMENUM, BASE_NONE, NULL,
      "The packet with the reply that granted STARTTLS")
FIELD(MESSAGE, MESSAGE, "Message", "esmtp.message", FT_NONE, BASE_NONE, NULL,
      "Message content, complete in this packet; if its end was not captured, known to be over")
FIELD(MESSAGE_CONTENT, MESSAGE, "Message content", "esmtp.message.content", FT_NONE, BASE_NONE, NULL,
      "Octets of message content")
FIELD(MESSAGE_SIZE, MESSAGE, "Size", "esmtp.message.size", FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets of content on the wire, without the line of the lone dot")
FIELD(MESSAGE_UNSTUFFED_SIZE, MESSAGE, "Size without dot-stuffing", "esmtp.message.unstuffed_size",
      FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets of content without stuffed dots (RFC 5321, 4.5.2)")
FIELD(MESSAGE_MISSING, MESSAGE, "Octets not captured", "esmtp.message.missing",
      FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets of the content that are not in the capture, one after the other; BDAT lines may be among them, or the end of the "
      "data")
FIELD(MESSAGE_REPLY_FRAME, MESSAGE, "Reply in frame", "esmtp.message.reply_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),
      "The packet in which the reply to this content is complete")
FIELD(MESSAGE_FRAGMENT, MESSAGE, "Content in frame", "esmtp.message.fragment", FT_FRAMENUM, BASE_NONE, NULL,
      "A packet that has octets of this content")
FIELD(MESSAGE_REASSEMBLED_IN, MESSAGE, "Complete in frame", "esmtp.message.reassembled_in", FT_FRAMENUM, BASE_NONE, NULL,
      "The packet in which this content is complete")
FIELD(MESSAGE_REASSEMBLED_LENGTH, MESSAGE, "Reassembled length", "esmtp.message.reassembled_length",
      FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets of the content put together")
FIELD(MESSAGE_END_OF_DATA, END_OF_DATA, "End of data", "esmtp.message.end_of_data", FT_NONE, BASE_NONE, NULL,
      "The line with the lone dot (RFC 5321, 4.1.1.4)")
FIELD(TRANSACTION, TRANSACTION, "Mail transaction", "esmtp.transaction", FT_NONE, BASE_NONE, NULL,
      "What became of a mail, on the packet whose reply ends its transaction (RFC 5321, 3.3)")
FIELD(TRANSACTION_FRAME, TRANSACTION, "Mail transaction in frame", "esmtp.transaction_frame",
      FT_FRAMENUM, BASE_NONE, NULL,
      "On the packets of a mail: the packet that ends its transaction, which shows what became of it; from the second visit on")
FIELD(TRANSACTION_INDEX, TRANSACTION, "Number", "esmtp.transaction.index", FT_UINT32, BASE_DEC, NULL,
      "Of the transaction within its connection, from 1")
FIELD(TRANSACTION_OUTCOME, TRANSACTION, "Outcome", "esmtp.transaction.outcome", FT_STRING, BASE_NONE, NULL,
      "accepted, deferred, rejected, partial, aborted, open (under way where the capture ends) or unknown")
FIELD(TRANSACTION_ENDED_BY, TRANSACTION, "Ended by", "esmtp.transaction.ended_by", FT_STRING, BASE_NONE, NULL,
      "What ended it: END-OF-DATA, a verb, CLOSE for the connection's end, or CAPTURE-END")
FIELD(TRANSACTION_CLIENT_ADDR, TRANSACTION, "Client address", "esmtp.transaction.client_addr", FT_STRING, BASE_NONE, NULL,
      "Of who connected; inside a tunnel, that of the connection inside")
FIELD(TRANSACTION_CLIENT_PORT, TRANSACTION, "Client port", "esmtp.transaction.client_port", FT_UINT16, BASE_DEC, NULL,
      "Of who connected")
FIELD(TRANSACTION_SERVER_ADDR, TRANSACTION, "Server address", "esmtp.transaction.server_addr", FT_STRING, BASE_NONE, NULL,
      "Of who was connected to; inside a tunnel, that of the connection inside")
FIELD(TRANSACTION_SERVER_PORT, TRANSACTION, "Server port", "esmtp.transaction.server_port", FT_UINT16, BASE_DEC, NULL,
      "Of who was connected to")
FIELD(TRANSACTION_HELO, TRANSACTION, "Client name", "esmtp.transaction.helo", FT_STRING, BASE_NONE, NULL,
      "The client's name in EHLO, HELO or LHLO")
FIELD(TRANSACTION_MAIL_FROM, TRANSACTION, "Sender", "esmtp.transaction.mail_from", FT_STRING, BASE_NONE, NULL,
      "The reverse-path")
FIELD(TRANSACTION_AUTH_USERNAME, TRANSACTION, "User name", "esmtp.transaction.auth_username", FT_STRING, BASE_NONE, NULL,
      "Who had authenticated")
FIELD(TRANSACTION_NULL_SENDER, TRANSACTION, "Null sender", "esmtp.transaction.null_sender", FT_BOOLEAN, BASE_NONE, NULL,
      "The reverse-path is <>, as in bounces (RFC 5321, 4.5.5)")
FIELD(TRANSACTION_RCPT_TO, TRANSACTION, "Recipient", "esmtp.transaction.rcpt_to", FT_STRING, BASE_NONE, NULL,
      "A forward-path")
FIELD(TRANSACTION_RCPT_CODE, TRANSACTION, "Recipient's code", "esmtp.transaction.rcpt_code", FT_UINT16, BASE_DEC, NULL,
      "The code of the reply that decided for the recipient")
FIELD(TRANSACTION_RCPT_STATUS, TRANSACTION, "Recipient's status", "esmtp.transaction.rcpt_status",
      FT_STRING, BASE_NONE, NULL,
      "The enhanced status of the reply that decided for the recipient")
FIELD(TRANSACTION_RCPT_TEXT, TRANSACTION, "Recipient's text", "esmtp.transaction.rcpt_text", FT_STRING, BASE_NONE, NULL,
      "The first line's text of the reply that decided for the recipient")
FIELD(TRANSACTION_RCPT_FRAME, TRANSACTION, "RCPT in frame", "esmtp.transaction.rcpt_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST),
      "The packet of the RCPT command that named the recipient")
FIELD(TRANSACTION_RCPT_REPLY_FRAME, TRANSACTION, "Reply in frame", "esmtp.transaction.rcpt_reply_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),
      "The packet in which the reply is complete that decided for the recipient")
FIELD(TRANSACTION_RCPT_TIME, TRANSACTION, "Recipient's time to reply", "esmtp.transaction.rcpt_time",
      FT_RELATIVE_TIME, BASE_NONE, NULL,
      "From RCPT to the reply that decided for the recipient; from the end of the content where the reply is to that")
FIELD(TRANSACTION_RCPT_ACCEPTED, TRANSACTION, "Accepted recipient", "esmtp.transaction.rcpt_accepted",
      FT_STRING, BASE_NONE, NULL,
      "A recipient for whom the server took responsibility, or would have")
FIELD(TRANSACTION_RCPT_DEFERRED, TRANSACTION, "Deferred recipient", "esmtp.transaction.rcpt_deferred",
      FT_STRING, BASE_NONE, NULL,
      "A recipient refused for now (4yz)")
FIELD(TRANSACTION_RCPT_REJECTED, TRANSACTION, "Rejected recipient", "esmtp.transaction.rcpt_rejected",
      FT_STRING, BASE_NONE, NULL,
      "A recipient refused for good (5yz)")
FIELD(TRANSACTION_RCPT_COUNT, TRANSACTION, "Recipients", "esmtp.transaction.rcpt_count", FT_UINT32, BASE_DEC, NULL,
      "How many recipients the client named")
FIELD(TRANSACTION_METHOD, TRANSACTION, "Content by", "esmtp.transaction.method", FT_STRING, BASE_NONE, NULL,
      "How the content came: DATA, BDAT or BURL")
FIELD(TRANSACTION_SIZE, TRANSACTION, "Size", "esmtp.transaction.size",
      FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets of the content without dot-stuffing")
FIELD(TRANSACTION_MISSING, TRANSACTION, "Octets not captured", "esmtp.transaction.missing",
      FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets of the content that are not in the capture")
FIELD(TRANSACTION_DECLARED_SIZE, TRANSACTION, "Declared size", "esmtp.transaction.declared_size",
      FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets that SIZE= announced (RFC 1870)")
FIELD(TRANSACTION_CODE, TRANSACTION, "Deciding code", "esmtp.transaction.code", FT_UINT16, BASE_DEC, NULL,
      "The code of the reply that the outcome rests on")
FIELD(TRANSACTION_ENHANCED_STATUS, TRANSACTION, "Deciding status", "esmtp.transaction.enhanced_status",
      FT_STRING, BASE_NONE, NULL,
      "The enhanced status of the reply that the outcome rests on")
FIELD(TRANSACTION_TEXT, TRANSACTION, "Deciding text", "esmtp.transaction.text", FT_STRING, BASE_NONE, NULL,
      "The first line's text of the reply that the outcome rests on")
FIELD(TRANSACTION_QUEUE_ID, TRANSACTION, "Queue identifier", "esmtp.transaction.queue_id", FT_STRING, BASE_NONE, NULL,
      "The server's name for the mail")
FIELD(TRANSACTION_REPLY_FRAME, TRANSACTION, "Deciding reply in frame", "esmtp.transaction.reply_frame",
      FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),
      "The packet in which the reply is complete that the outcome rests on")
FIELD(TRANSACTION_DURATION, TRANSACTION, "Duration", "esmtp.transaction.duration", FT_RELATIVE_TIME, BASE_NONE, NULL,
      "From MAIL to the deciding reply")
FIELD(TRANSACTION_CONTENT_TIME, TRANSACTION, "Content took", "esmtp.transaction.content_time",
      FT_RELATIVE_TIME, BASE_NONE, NULL,
      "From the 354, or the first chunk, to the end of the content")
FIELD(TRANSACTION_REPLY_TIME, TRANSACTION, "Reply to the content took", "esmtp.transaction.reply_time",
      FT_RELATIVE_TIME, BASE_NONE, NULL,
      "From the end of the content to its reply")
FIELD(TRANSACTION_TLS, TRANSACTION, "Under TLS", "esmtp.transaction.tls", FT_BOOLEAN, BASE_NONE, NULL,
      "The transaction was under TLS")
FIELD(TRANSACTION_SMUGGLED, TRANSACTION, "Smuggled", "esmtp.transaction.smuggled", FT_BOOLEAN, BASE_NONE, NULL,
      "It was begun by what the server took for the end of the mail before it")
FIELD(TRANSACTION_FIRST_FRAME, TRANSACTION, "Begins in frame", "esmtp.transaction.first_frame", FT_FRAMENUM, BASE_NONE, NULL,
      "The packet of the MAIL command")
FIELD(TRANSACTION_SUBJECT, TRANSACTION, "Subject", "esmtp.transaction.subject", FT_STRING, BASE_NONE, NULL,
      "The Subject field of the content's header, decoded")
FIELD(TRANSACTION_MESSAGE_ID, TRANSACTION, "Message-ID", "esmtp.transaction.message_id", FT_STRING, BASE_NONE, NULL,
      "The Message-ID field of the content's header")
FIELD(TRANSACTION_HEADER_FROM, TRANSACTION, "From", "esmtp.transaction.header_from", FT_STRING, BASE_NONE, NULL,
      "The From field of the content's header, decoded")
FIELD(TRANSACTION_HEADER_TO, TRANSACTION, "To", "esmtp.transaction.header_to", FT_STRING, BASE_NONE, NULL,
      "The To field of the content's header, decoded")
FIELD(TRANSACTION_HEADER_CC, TRANSACTION, "Cc", "esmtp.transaction.header_cc", FT_STRING, BASE_NONE, NULL,
      "The Cc field of the content's header, decoded")
FIELD(TRANSACTION_REPLY_TO, TRANSACTION, "Reply-To", "esmtp.transaction.reply_to", FT_STRING, BASE_NONE, NULL,
      "The Reply-To field of the content's header, decoded")
FIELD(TRANSACTION_IN_REPLY_TO, TRANSACTION, "In-Reply-To", "esmtp.transaction.in_reply_to", FT_STRING, BASE_NONE, NULL,
      "The In-Reply-To field of the content's header")
FIELD(TRANSACTION_USER_AGENT, TRANSACTION, "User agent", "esmtp.transaction.user_agent", FT_STRING, BASE_NONE, NULL,
      "The User-Agent or X-Mailer field of the content's header, decoded")
FIELD(TRANSACTION_X_ORIGINATING_IP, TRANSACTION, "Originating address", "esmtp.transaction.x_originating_ip",
      FT_STRING, BASE_NONE, NULL,
      "The X-Originating-IP field of the content's header")
FIELD(TRANSACTION_RECEIVED, TRANSACTION, "Received", "esmtp.transaction.received", FT_STRING, BASE_NONE, NULL,
      "A Received field of the content's header, the newest first")
FIELD(TRANSACTION_DATE, TRANSACTION, "Date", "esmtp.transaction.date", FT_STRING, BASE_NONE, NULL,
      "The Date field of the content's header")
FIELD(CONNECTION, CONNECTION, "Connection", "esmtp.connection", FT_NONE, BASE_NONE, NULL,
      "What became of the connection, on its last packet that carried SMTP, from the second visit of the packet on")
FIELD(CONNECTION_SERVER_NAME, CONNECTION, "Server name", "esmtp.connection.server_name", FT_STRING, BASE_NONE, NULL,
      "The server's name in its greeting, or in its reply to EHLO")
FIELD(CONNECTION_SERVER_SOFTWARE, CONNECTION, "Server software", "esmtp.connection.server_software", FT_STRING, BASE_NONE, NULL,
      "As the greeting names it")
FIELD(CONNECTION_CLIENT_NAME, CONNECTION, "Client name", "esmtp.connection.client_name", FT_STRING, BASE_NONE, NULL,
      "The client's name in EHLO, HELO or LHLO")
FIELD(CONNECTION_MAILS, CONNECTION, "Mails", "esmtp.connection.mails", FT_UINT32, BASE_DEC, NULL,
      "How many mail transactions there were")
FIELD(CONNECTION_QUIT, CONNECTION, "QUIT answered", "esmtp.connection.quit", FT_BOOLEAN, BASE_NONE, NULL,
      "QUIT was answered with 221")
FIELD(CONNECTION_CLOSED_BY, CONNECTION, "Closed by", "esmtp.connection.closed_by", FT_STRING, BASE_NONE, NULL,
      "client, server, open (the capture ends before) or unknown")
FIELD(CONNECTION_CLOSE, CONNECTION, "Closed with", "esmtp.connection.close", FT_STRING, BASE_NONE, NULL,
      "FIN or RST: the first one")
FIELD(CONNECTION_PHASE, CONNECTION, "Under way", "esmtp.connection.phase", FT_STRING, BASE_NONE, NULL,
      "CONNECT (no greeting), a verb that was not answered, CONTENT, END-OF-DATA, TLS (its handshake), or IDLE")
FIELD(CONNECTION_SILENCE, CONNECTION, "Silence before the end", "esmtp.connection.silence", FT_RELATIVE_TIME, BASE_NONE, NULL,
      "From the last octet of SMTP or TLS to the end")
FIELD(CONNECTION_TLS, CONNECTION, "TLS", "esmtp.connection.tls", FT_STRING, BASE_NONE, NULL,
      "none, offered, refused, established, failed or implicit; with unread, where nothing could be decrypted")
FIELD(CONNECTION_CODE, CONNECTION, "Closing code", "esmtp.connection.code", FT_UINT16, BASE_DEC, NULL,
      "The code of the reply that refused or closed the connection")
FIELD(CONNECTION_TEXT, CONNECTION, "Closing text", "esmtp.connection.text", FT_STRING, BASE_NONE, NULL,
      "The first line's text of the reply that refused or closed the connection")
FIELD(PROXY, PROXY, "PROXY protocol header", "esmtp.proxy", FT_NONE, BASE_NONE, NULL,
      "What a proxy tells of the connection that it passes on")
FIELD(PART, PART, "Part of a line", "esmtp.part", FT_NONE, BASE_NONE, NULL,
      "Octets of a line or reply that goes on in a later packet")
FIELD(UNKNOWN, UNKNOWN, "Octets of unknown meaning", "esmtp.unknown", FT_NONE, BASE_NONE, NULL,
      "Octets that came while the state of the session was not known")
FIELD(OPAQUE, OPAQUE, "Unreadable octets", "esmtp.opaque", FT_NONE, BASE_NONE, NULL,
      "Octets that cannot be read, such as those behind a SASL security layer")
FIELD(RETRANSMITTED, RETRANSMITTED, "Octets seen before", "esmtp.retransmitted", FT_NONE, BASE_NONE, NULL,
      "Octets that an earlier packet brought already")
FIELD(HELD, HELD, "Octets held", "esmtp.held", FT_NONE, BASE_NONE, NULL,
      "Octets that cannot be read yet, because others before them are missing")
FIELD(READ_FRAME, HELD, "Readable in frame", "esmtp.held.read_frame", FT_FRAMENUM, BASE_NONE, NULL,
      "The packet with which the octets held became readable")
FIELD(LATE, HELD, "Octets too late", "esmtp.late", FT_NONE, BASE_NONE, NULL,
      "Octets that came when they had been given up for lost")
FIELD(ASIDE, HELD, "Octets put aside", "esmtp.aside", FT_NONE, BASE_NONE, NULL,
      "Octets of a packet whose numbers cannot be of this connection")
FIELD(EXPERT, LAYER, "Expert infos", "esmtp.expert", FT_NONE, BASE_NONE, NULL,
      "On every packet that has an expert info of this plugin")
FIELD(GAP, GAP, "Octets not captured", "esmtp.gap", FT_UINT64, BASE_CUSTOM, CF_FUNC(octets_label),
      "Octets before or behind these that were not captured")
/* clang-format on */
