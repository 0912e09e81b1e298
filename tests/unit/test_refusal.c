/* test_refusal.c — reasons of refusals, in the words of servers and providers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/refusal.h"

/* A reply's code and text, as sent, and what it answers. */
typedef struct refusal_case {
    uint16_t code;
    const char *verb, *text;
    refusal_id id;
    bool guess;
} refusal_case;

static refusal read_refusal(const refusal_case *c)
{
    enhanced_status status;
    bool glued;
    span text = exact(c->text);
    size_t length = enhanced_status_parse(text, &status, &glued);
    refusal found = refusal_of(c->code, length ? &status : NULL, span_trim_left(span_from(text, length)), c->verb);

    release(text);
    return found;
}

static void check(const refusal_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        refusal found = read_refusal(&cases[i]);
        g_test_message("%u %s", cases[i].code, cases[i].text);
        g_assert_cmpstr(found.reason->text, ==, refusal_reason_of(cases[i].id)->text);
        g_assert_cmpint(found.guess, ==, cases[i].guess);
    }
}

static void test_wordings(void)
{
    static const refusal_case cases[] = {
        /* Postfix */
        {550, "RCPT", "5.1.1 <x@example.org>: Recipient address rejected: User unknown in local recipient table",
         REFUSAL_NO_SUCH_USER, false},
        {554, "RCPT", "5.7.1 <x@example.org>: Relay access denied", REFUSAL_RELAY, false},
        {450, "RCPT", "4.2.0 <x@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example/",
         REFUSAL_GREYLISTED, false},
        {550, "RCPT", "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
         REFUSAL_BLOCKLISTED, false},
        {450, "MAIL", "4.1.8 <a@b.example>: Sender address rejected: Domain not found", REFUSAL_SENDER_DOMAIN, false},
        {450, "RCPT", "4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", REFUSAL_REVERSE_DNS, false},
        {504, "RCPT", "5.5.2 <pc>: Helo command rejected: need fully-qualified hostname", REFUSAL_HELO, false},
        {504, "RCPT", "<pc>: Helo command rejected: need fully-qualified hostname", REFUSAL_HELO, false},
        {530, "MAIL", "5.7.0 Must issue a STARTTLS command first", REFUSAL_TLS_WANTED, false},
        {552, "MAIL", "5.3.4 Message size exceeds fixed limit", REFUSAL_TOO_LARGE, false},
        {553, "RCPT", "5.7.1 <a@b.example>: Sender address rejected: not owned by user ann", REFUSAL_SENDER_NOT_OWNED,
         false},
        {421, "RCPT", "4.7.0 mx.example.org Error: too many errors", REFUSAL_TOO_MANY_ERRORS, false},
        {421, "", "4.4.2 mx.example.org Error: timeout exceeded", REFUSAL_TIMEOUT, false},
        {454, "STARTTLS", "4.7.0 TLS not available due to local problem", REFUSAL_TLS_UNAVAILABLE, false},
        {452, "RCPT", "4.3.1 Insufficient system storage", REFUSAL_STORAGE, false},
        {554, "END-OF-DATA", "5.4.6 Error: too many hops", REFUSAL_LOOP, false},
        {450, "RCPT", "4.2.1 Mailbox busy", REFUSAL_MAILBOX_BUSY, false},
        {550, "RCPT", "5.2.1 Mailbox disabled, not accepting messages", REFUSAL_MAILBOX_DISABLED, false},
        /* Exim */
        {550, "RCPT", "Unrouteable address", REFUSAL_NO_SUCH_USER, false},
        {550, "RCPT", "relay not permitted", REFUSAL_RELAY, false},
        {550, "RCPT", "Sender verify failed", REFUSAL_SENDER_ADDRESS, false},
        {421, "CONNECT", "Too many concurrent SMTP connections; please try again later.", REFUSAL_RATE, false},
        /* Sendmail */
        {550, "RCPT", "5.7.1 <x@example.org>... Relaying denied", REFUSAL_RELAY, false},
        {553, "MAIL", "5.1.8 <a@b.example>... Domain of sender address a@b.example does not exist", REFUSAL_SENDER_DOMAIN,
         false},
        /* Gmail */
        {550, "RCPT", "5.1.1 The email account that you tried to reach does not exist.", REFUSAL_NO_SUCH_USER, false},
        {550, "END-OF-DATA", "5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy.",
         REFUSAL_DMARC, false},
        {550, "END-OF-DATA", "5.7.1 Our system has detected that this message is likely unsolicited mail.", REFUSAL_SPAM,
         false},
        {450, "RCPT", "4.2.1 The user you are trying to contact is receiving mail too quickly.", REFUSAL_RATE, false},
        {452, "RCPT", "4.2.2 The email account that you tried to reach is over quota.", REFUSAL_MAILBOX_FULL, false},
        {535, "AUTH", "5.7.8 Username and Password not accepted.", REFUSAL_AUTH_FAILED, false},
        /* Microsoft 365 and Exchange */
        {550, "RCPT", "5.4.1 Recipient address rejected: Access denied. [AM0.example]", REFUSAL_NO_SUCH_USER, false},
        {550, "END-OF-DATA", "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
         REFUSAL_NO_SUCH_USER, false},
        {550, "RCPT", "5.7.606 Access denied, banned sending IP [192.0.2.1].", REFUSAL_BLOCKLISTED, false},
        {451, "CONNECT", "4.7.500 Server busy. Please try again later", REFUSAL_BUSY, false},
        {550, "RCPT", "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", REFUSAL_RELAY, false},
        /* Yahoo, Amazon SES */
        {421, "MAIL", "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", REFUSAL_RATE,
         false},
        {450, "END-OF-DATA", "4.7.0 [IPTS04] Messages from 192.0.2.1 temporarily deferred due to user complaints",
         REFUSAL_REPUTATION, false},
        {554, "END-OF-DATA", "delivery error: dd This user doesn't have a yahoo.com account", REFUSAL_NO_SUCH_USER, false},
        {554, "END-OF-DATA", "Message rejected: Email address is not verified.", REFUSAL_SENDER_NOT_OWNED, false},
        {454, "END-OF-DATA", "Throttling failure: Maximum sending rate exceeded.", REFUSAL_RATE, false},
        /* Others */
        {472, "MAIL", "DNS A-record is empty", REFUSAL_SENDER_DOMAIN, false},
        {550, "END-OF-DATA", "5.7.1 Message contains a virus (Eicar)", REFUSAL_VIRUS, false},
        {550, "MAIL", "5.7.23 The message was rejected because of Sender Policy Framework violation", REFUSAL_SPF, false},
    };

    check(cases, G_N_ELEMENTS(cases));
}

/* What servers, filters and providers write today, in their own words. */
static void test_servers(void)
{
    static const refusal_case cases[] = {
        /* Postfix */
        {450, "RCPT", "4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", REFUSAL_REVERSE_DNS,
         false},
        {554, "RCPT", "5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", REFUSAL_HOST_NOT_ADMITTED, false},
        {504, "RCPT", "5.5.2 <ann>: Sender address rejected: need fully-qualified address", REFUSAL_ADDRESS_SYNTAX, false},
        {504, "RCPT", "5.5.2 <bob>: Recipient address rejected: need fully-qualified address", REFUSAL_ADDRESS_SYNTAX,
         false},
        {450, "RCPT", "4.7.1 <pc.local>: Helo command rejected: Host not found", REFUSAL_HELO, false},
        {501, "RCPT", "5.5.2 <_x>: Helo command rejected: Invalid name", REFUSAL_HELO, false},
        {550, "RCPT", "5.1.2 <bob@nowhere.example>: Recipient address rejected: Domain not found", REFUSAL_RECIPIENT_DOMAIN,
         false},
        {550, "RCPT", "5.1.0 <ann@example.org>: Sender address rejected: User unknown in virtual mailbox table",
         REFUSAL_SENDER_ADDRESS, false},
        {450, "RCPT",
         "4.1.7 <ann@example.org>: Sender address rejected: unverified address: connect to mx.example.org[192.0.2.1]:25: "
         "Connection timed out",
         REFUSAL_SENDER_ADDRESS, false},
        {450, "RCPT",
         "4.1.1 <bob@example.net>: Recipient address rejected: unverified address: Address verification in progress",
         REFUSAL_MAILBOX_BUSY, false},
        {550, "RCPT",
         "5.1.1 <bob@example.net>: Recipient address rejected: undeliverable address: host mx.example.net said: 550 no such "
         "user",
         REFUSAL_NO_SUCH_USER, false},
        {451, "RCPT", "4.3.0 <bob@example.net>: Temporary lookup failure", REFUSAL_DNS_TEMPORARY, false},
        {451, "RCPT", "4.3.5 Server configuration error", REFUSAL_LOCAL_ERROR, false},
        {451, "END-OF-DATA", "4.3.0 Error: queue file write error", REFUSAL_LOCAL_ERROR, false},
        {452, "RCPT", "4.5.3 Error: too many recipients", REFUSAL_TOO_MANY_RECIPIENTS, false},
        {421, "CONNECT", "4.7.0 mx.example.org Error: too many connections from 192.0.2.1", REFUSAL_RATE, false},
        {450, "MAIL", "4.7.1 Error: too much mail from 192.0.2.1", REFUSAL_RATE, false},
        {554, "CONNECT", "5.5.1 Protocol error", REFUSAL_SEQUENCE, false},
        {550, "CONNECT", "5.5.1 Protocol error", REFUSAL_SEQUENCE, false},
        {450, "CONNECT", "4.3.2 Service currently unavailable", REFUSAL_GREYLISTED, false},
        {550, "END-OF-DATA", "5.7.1 message content rejected", REFUSAL_CONTENT, false},
        {554, "END-OF-DATA", "5.7.0 Reject, id=12345-01 - BANNED: invoice.exe", REFUSAL_CONTENT, false},
        {550, "RCPT", "5.7.27 <ann@example.org>: Sender address rejected: Domain example.org does not accept mail (nullMX)",
         REFUSAL_SENDER_DOMAIN, false},
        {556, "RCPT",
         "5.1.10 <bob@example.net>: Recipient address rejected: Domain example.net does not accept mail (nullMX)",
         REFUSAL_NO_MAIL_ACCEPTED, false},
        {554, "RCPT", "5.7.1 Service unavailable; Sender address [ann@example.org] blocked using dbl.spamhaus.org",
         REFUSAL_DOMAIN_BLOCKLISTED, false},
        {521, "CONNECT", "5.3.2 mx.example.org does not accept mail", REFUSAL_NO_MAIL_ACCEPTED, false},
        {535, "AUTH", "5.7.8 Error: authentication failed: UGFzc3dvcmQ6", REFUSAL_AUTH_FAILED, false},
        {454, "AUTH", "4.7.0 Temporary authentication failure: Connection lost to authentication server",
         REFUSAL_AUTH_UNAVAILABLE, false},
        /* greylisting */
        {450, "RCPT",
         "4.2.0 <bob@example.net>: Recipient address rejected: Greylisted, see "
         "http://postgrey.schweikert.ch/help/example.net.html",
         REFUSAL_GREYLISTED, false},
        {451, "END-OF-DATA", "4.7.1 Try again later", REFUSAL_GREYLISTED, true},
        {451, "RCPT", "4.7.1 Greylisting in action, please come back later", REFUSAL_GREYLISTED, false},
        {451, "RCPT", "Temporary local problem - please try later", REFUSAL_LOCAL_ERROR, false},
        /* Exim */
        {550, "RCPT", "Verification failed for <ann@example.org>", REFUSAL_SENDER_ADDRESS, false},
        {451, "RCPT", "Could not complete sender verify", REFUSAL_SENDER_ADDRESS, false},
        {451, "RCPT", "Could not complete recipient verify callout", REFUSAL_NEXT_HOP, false},
        {550, "RCPT", "authentication required", REFUSAL_AUTH_WANTED, false},
        {501, "EHLO", "Syntactically invalid EHLO argument(s)", REFUSAL_HELO, false},
        {503, "DATA", "Valid RCPT command must precede DATA", REFUSAL_SEQUENCE, false},
        {554, "CONNECT", "SMTP synchronization error", REFUSAL_SEQUENCE, false},
        {421, "", "mx.example.org: SMTP command timeout - closing connection", REFUSAL_TIMEOUT, false},
        {421, "", "mx.example.org lost input connection", REFUSAL_SHUTDOWN, true},
        {552, "END-OF-DATA", "Message size exceeds maximum permitted", REFUSAL_TOO_LARGE, false},
        {550, "END-OF-DATA", "maximum allowed line length is 998 octets, got 1203", REFUSAL_CONTENT, false},
        {550, "END-OF-DATA", "This message contains malware (Eicar-Test-Signature)", REFUSAL_VIRUS, false},
        {550, "END-OF-DATA", "Too many \"Received\" headers - suspected mail loop", REFUSAL_LOOP, false},
        {550, "RCPT", "retry time not reached for any host after a long failure period", REFUSAL_NO_SUCH_USER, true},
        {550, "RCPT",
         "Host is listed in bl.spamcop.net (127.0.0.2: Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.1)",
         REFUSAL_BLOCKLISTED, false},
        /* Sendmail */
        {451, "MAIL", "4.1.8 Domain of sender address ann@example.org does not resolve", REFUSAL_SENDER_DOMAIN, false},
        {553, "RCPT", "5.3.0 <bob@example.net>... Recipient is temporarily disabled", REFUSAL_ADDRESS_SYNTAX, true},
        {554, "END-OF-DATA", "5.4.6 Too many hops 26 (25 max): from <ann@example.org> via relay, to <bob@example.net>",
         REFUSAL_LOOP, false},
        {553, "RCPT", "5.3.5 mx.example.net. config error: mail loops back to me (MX problem?)", REFUSAL_LOOP, false},
        {554, "RCPT", "5.4.6 mail for example.net loops back to myself", REFUSAL_LOOP, false},
        {452, "MAIL", "4.4.5 Insufficient disk space; try again later", REFUSAL_STORAGE, false},
        {421, "CONNECT", "4.3.2 Connection rate limit exceeded.", REFUSAL_RATE, false},
        {421, "", "4.4.1 mx.example.net Timeout waiting for input from client.example.org", REFUSAL_TIMEOUT, false},
        {550, "RCPT", "5.7.1 <bob@example.net>... Relaying denied. IP name lookup failed [192.0.2.1]", REFUSAL_RELAY, false},
        {550, "RCPT", "5.7.1 <bob@example.net>... Relaying denied. Proper authentication required.", REFUSAL_RELAY, false},
        {451, "END-OF-DATA", "4.3.2 Please try again later", REFUSAL_BUSY, false},
        {550, "MAIL", "5.0.0 Access denied", REFUSAL_POLICY, true},
        /* Gmail */
        {550, "END-OF-DATA",
         "5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to "
         "authenticate with either SPF or DKIM.",
         REFUSAL_DMARC, false},
        {421, "END-OF-DATA",
         "4.7.26 This mail has been rate limited because it is unauthenticated. Gmail requires all senders to authenticate "
         "with either SPF or DKIM.",
         REFUSAL_DMARC, false},
        {550, "END-OF-DATA",
         "5.7.25 The IP address sending this message does not have a PTR record setup, or the corresponding forward DNS "
         "entry does not match the sending IP.",
         REFUSAL_REVERSE_DNS, false},
        {421, "END-OF-DATA", "4.7.28 Gmail has detected an unusual rate of mail originating from your IP address",
         REFUSAL_RATE, false},
        {421, "END-OF-DATA",
         "4.7.0 Our system has detected an unusual rate of unsolicited mail originating from your IP address.", REFUSAL_RATE,
         false},
        {421, "RCPT", "4.7.0 TLS required for RCPT domain, closing connection.", REFUSAL_TLS_WANTED, false},
        {421, "RCPT", "4.7.0 IP not in whitelist for RCPT domain, closing connection.", REFUSAL_HOST_NOT_ADMITTED, false},
        {552, "RCPT", "5.2.2 The email account that you tried to reach is over quota and inactive.", REFUSAL_MAILBOX_FULL,
         false},
        {552, "END-OF-DATA", "5.7.0 This message was blocked because its content presents a potential security issue.",
         REFUSAL_CONTENT, false},
        {552, "END-OF-DATA", "5.2.3 Your message exceeded Google's message size limits.", REFUSAL_TOO_LARGE, false},
        {550, "END-OF-DATA",
         "5.7.1 The IP you're using to send mail is not authorized to send email directly to our servers.",
         REFUSAL_HOST_NOT_ADMITTED, false},
        {550, "END-OF-DATA", "5.7.1 This message is not RFC 5322 compliant, the issue is: duplicate From header.",
         REFUSAL_CONTENT, false},
        {550, "RCPT", "5.2.1 The email account that you tried to reach is disabled.", REFUSAL_MAILBOX_DISABLED, false},
        {550, "END-OF-DATA", "5.4.5 Daily user sending limit exceeded.", REFUSAL_SENDER_QUOTA, false},
        {530, "MAIL", "5.7.0 Authentication Required.", REFUSAL_AUTH_WANTED, false},
        {534, "AUTH", "5.7.9 Application-specific password required.", REFUSAL_AUTH_FAILED, false},
        {421, "END-OF-DATA", "4.3.0 Temporary System Problem. Try again later", REFUSAL_LOCAL_ERROR, false},
        {421, "CONNECT", "4.7.0 Try again later, closing connection.", REFUSAL_BUSY, false},
        {452, "RCPT", "4.5.3 Your message has too many recipients.", REFUSAL_TOO_MANY_RECIPIENTS, false},
        {550, "END-OF-DATA", "5.7.1 Email quota exceeded.", REFUSAL_SENDER_QUOTA, false},
        /* Microsoft */
        {550, "RCPT", "5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.", REFUSAL_REPUTATION,
         false},
        {550, "RCPT",
         "5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal, visit https://sender.office.com/",
         REFUSAL_BLOCKLISTED, false},
        {451, "CONNECT", "4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)", REFUSAL_BUSY, false},
        {451, "RCPT", "4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.",
         REFUSAL_RATE, false},
        {550, "CONNECT", "5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.", REFUSAL_BLOCKLISTED,
         false},
        {550, "MAIL",
         "5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since "
         "part of their network is on our block list (S3150).",
         REFUSAL_BLOCKLISTED, false},
        {550, "END-OF-DATA",
         "5.7.509 Access denied, sending domain example.org does not pass DMARC verification and has a DMARC policy of "
         "reject.",
         REFUSAL_DMARC, false},
        {550, "END-OF-DATA",
         "5.7.515 Access denied, sending domain example.org does not meet the required authentication level.", REFUSAL_DMARC,
         false},
        {550, "RCPT", "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bob@example.net not found by SMTP address lookup",
         REFUSAL_NO_SUCH_USER, false},
        {550, "END-OF-DATA",
         "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed "
         "because the sender was not authenticated when sending to this group",
         REFUSAL_RECIPIENT_RESTRICTED, false},
        {550, "END-OF-DATA", "5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to recipient",
         REFUSAL_RECIPIENT_RESTRICTED, false},
        {550, "RCPT", "5.7.64 TenantAttribution; Relay Access Denied", REFUSAL_RELAY, false},
        {550, "END-OF-DATA", "5.1.8 Access denied, bad outbound sender.", REFUSAL_SENDER_SUSPENDED, false},
        {550, "END-OF-DATA", "5.7.501 Access denied, spam abuse detected.", REFUSAL_SPAM, false},
        {550, "RCPT", "5.7.511 Access denied, banned sender[192.0.2.1].", REFUSAL_BLOCKLISTED, false},
        {451, "RCPT", "4.4.62 Mail sent to the wrong Office 365 region.", REFUSAL_NO_MAIL_ACCEPTED, false},
        {554, "END-OF-DATA", "5.2.2 STOREDRV.Deliver; mailbox full", REFUSAL_MAILBOX_FULL, false},
        {554, "END-OF-DATA", "5.4.14 Hop count exceeded - possible mail loop ATTR34", REFUSAL_LOOP, false},
        {554, "END-OF-DATA", "5.6.0 Corrupt message content", REFUSAL_CONTENT, false},
        {530, "MAIL", "5.7.57 Client not authenticated to send mail.", REFUSAL_AUTH_WANTED, false},
        {535, "AUTH", "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
         REFUSAL_AUTH_FAILED, false},
        {550, "END-OF-DATA", "5.7.60 SMTP; Client does not have permissions to send as this sender",
         REFUSAL_SENDER_NOT_OWNED, false},
        {451, "MAIL", "4.7.0 Temporary server error. Please try again later. PRX5", REFUSAL_LOCAL_ERROR, false},
        {452, "MAIL", "4.3.1 Insufficient system resources (UsedDiskSpace)", REFUSAL_STORAGE, false},
        {421, "", "4.4.1 Connection timed out", REFUSAL_TIMEOUT, false},
        {421, "CONNECT",
         "4.3.2 The maximum number of concurrent server connections has exceeded a limit, closing transmission channel",
         REFUSAL_RATE, false},
        {550, "END-OF-DATA", "5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 5.7.23",
         REFUSAL_SPF, false},
        {450, "RCPT", "4.7.320 Certificate validation failed", REFUSAL_TLS_POLICY, false},
        /* Yahoo, AOL, Apple, GMX, others */
        {421, "MAIL",
         "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - "
         "4.16.55.1",
         REFUSAL_RATE, false},
        {553, "MAIL", "5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list",
         REFUSAL_BLOCKLISTED, false},
        {554, "END-OF-DATA",
         "5.7.9 Message not accepted for policy reasons.  See https://postmaster.yahooinc.com/error-codes", REFUSAL_POLICY,
         false},
        {554, "END-OF-DATA", "5.7.5 (DKIM) ... permanent error evaluating DKIM", REFUSAL_DKIM, false},
        {554, "END-OF-DATA",
         "30 Sorry, your message to bob@yahoo.example cannot be delivered. This mailbox is disabled (554.30).",
         REFUSAL_MAILBOX_DISABLED, false},
        {552, "END-OF-DATA", "1 Requested mail action aborted, mailbox not found", REFUSAL_NO_SUCH_USER, false},
        {554, "CONNECT",
         "gmx.net (mxgmx101) Nemesis ESMTP Service not available No SMTP service Bad DNS PTR resource record. For "
         "explanation visit https://postmaster.gmx.net/",
         REFUSAL_REVERSE_DNS, false},
        {550, "END-OF-DATA", "Requested action not taken: mailbox unavailable", REFUSAL_CONTENT, true},
        {550, "RCPT", "5.7.1 [CS01] Message rejected due to local policy.", REFUSAL_POLICY, false},
        {550, "RCPT", "#5.1.0 Address rejected.", REFUSAL_NO_SUCH_USER, true},
        {554, "CONNECT",
         "mx.example.org Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
         REFUSAL_REPUTATION, false},
        {452, "RCPT", "Too many recipients received this hour", REFUSAL_TOO_MANY_RECIPIENTS, false},
        {421, "CONNECT", "#4.4.5 Too many connections to this listener", REFUSAL_RATE, false},
        /* Amazon SES, SendGrid, Mailgun */
        {454, "END-OF-DATA", "Throttling failure: Daily message quota exceeded.", REFUSAL_SENDER_QUOTA, false},
        {554, "END-OF-DATA", "Message rejected: Sending suspended for this account.", REFUSAL_SENDER_SUSPENDED, false},
        {550, "MAIL", "The from address does not match a verified Sender Identity.", REFUSAL_SENDER_NOT_OWNED, false},
        {451, "AUTH", "Authentication failed: Maximum credits exceeded", REFUSAL_SENDER_QUOTA, false},
        /* Mimecast, Proofpoint, Barracuda, Spamhaus … */
        {550, "RCPT", "Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550",
         REFUSAL_POLICY, false},
        {550, "RCPT", "Rejected by header based manually Blocked Senders - https://community.mimecast.com/docs/DOC-1369#550",
         REFUSAL_POLICY, false},
        {451, "RCPT", "Internal resource is temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451",
         REFUSAL_GREYLISTED, false},
        {550, "RCPT", "Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550", REFUSAL_NO_SUCH_USER, false},
        {550, "END-OF-DATA", "Local CT Signature - https://community.mimecast.com/docs/DOC-1369#550", REFUSAL_SPAM, false},
        {550, "CONNECT", "csi.mimecast.org Poor Reputation Sender. - https://community.mimecast.com/docs/DOC-1369#550",
         REFUSAL_REPUTATION, false},
        {550, "END-OF-DATA", "DMARC Sender Invalid - envelope rejected", REFUSAL_DMARC, false},
        {554, "CONNECT", "Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1", REFUSAL_BLOCKLISTED, false},
        {554, "END-OF-DATA", "5.7.1 Message blocked due to spam content in the message.", REFUSAL_SPAM, false},
        {550, "RCPT", "5.7.1 Message rejected due to recipient's Proofpoint Dynamic Reputation", REFUSAL_REPUTATION, false},
        {554, "RCPT",
         "Service unavailable; Client host [mail.example.org] blocked using Barracuda Reputation; "
         "https://www.barracudanetworks.com/reputation/?ip=192.0.2.1",
         REFUSAL_BLOCKLISTED, false},
        {550, "END-OF-DATA", "permanent failure for one or more recipients (bob@example.net:blocked)", REFUSAL_POLICY,
         false},
        {554, "END-OF-DATA", "rejected due to spam URL in content", REFUSAL_SPAM, false},
        {550, "CONNECT", "5.7.1 Your IP 192.0.2.1 is listed at RBL", REFUSAL_BLOCKLISTED, false},
        {554, "RCPT", "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using b.barracudacentral.org",
         REFUSAL_BLOCKLISTED, false},
        {550, "END-OF-DATA", "5.7.1 High probability of spam", REFUSAL_SPAM, false},
        {550, "END-OF-DATA", "SPF check failed: 192.0.2.1 is not allowed to send mail from example.org", REFUSAL_SPF, false},
        {451, "END-OF-DATA", "4.7.24 The SPF record of the sending domain has one or more suspicious entries.", REFUSAL_SPF,
         false},
        {550, "RCPT", "5.7.1 Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted using Passive Spam Block List",
         REFUSAL_BLOCKLISTED, false},
        /* TLS */
        {530, "MAIL", "5.7.10 Encryption required for requested authentication mechanism", REFUSAL_TLS_WANTED, false},
        {538, "AUTH", "5.7.11 Encryption required for requested authentication mechanism", REFUSAL_TLS_WANTED, false},
        {450, "MAIL", "4.7.1 Session encryption is required", REFUSAL_TLS_WANTED, false},
        {550, "MAIL", "5.7.30 REQUIRETLS support required", REFUSAL_REQUIRETLS, false},
        {454, "RCPT", "4.7.5 Server certificate not verified: DANE required", REFUSAL_TLS_POLICY, false},
        {451, "RCPT", "4.7.5 mta-sts-policy: TLS required", REFUSAL_TLS_POLICY, false},
        /* AUTH, submission */
        {550, "RCPT", "5.7.1 Authentication is required for relay", REFUSAL_AUTH_WANTED, false},
        {530, "MAIL", "5.5.1 Authentication Required. Learn more", REFUSAL_AUTH_WANTED, false},
        {553, "RCPT", "5.7.1 <a@b.example>: Sender address rejected: not logged in", REFUSAL_AUTH_WANTED, false},
        {503, "MAIL", "5.5.4 Error: send AUTH command first", REFUSAL_AUTH_WANTED, false},
        {535, "AUTH", "Incorrect authentication data", REFUSAL_AUTH_FAILED, false},
        {535, "AUTH", "5.7.8 Error: authentication failed: (reason unavailable)", REFUSAL_AUTH_FAILED, false},
        /* qmail, Courier, Haraka, OpenSMTPD, Exchange on site, MDaemon, Dovecot LMTP */
        {553, "RCPT", "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", REFUSAL_RELAY, false},
        {552, "RCPT", "5.2.2 <bob@example.net> Quota exceeded (mailbox for user is full)", REFUSAL_MAILBOX_FULL, false},
        {451, "RCPT", "4.2.0 <bob@example.net> Mailbox is locked", REFUSAL_MAILBOX_BUSY, false},
        {550, "RCPT", "5.1.1 <bob@example.net> User doesn't exist: bob@example.net", REFUSAL_NO_SUCH_USER, false},
        {550, "RCPT", "Invalid recipient: <bob@example.net>", REFUSAL_NO_SUCH_USER, false},
        {550, "RCPT", "I cannot deliver mail for <bob@example.net>", REFUSAL_RELAY, false},
        {550, "RCPT", "5.1.1 unknown or illegal alias: bob@example.net", REFUSAL_NO_SUCH_USER, false},
        {550, "RCPT", "User account is overquota", REFUSAL_MAILBOX_FULL, false},
        {550, "RCPT", "This account has been suspended", REFUSAL_MAILBOX_DISABLED, false},
        {550, "RCPT", "mailbox unavailable", REFUSAL_NO_SUCH_USER, true},
        {553, "MAIL", "5.1.8 sender domain must exist", REFUSAL_SENDER_DOMAIN, false},
        {451, "MAIL", "4.4.3 Unable to resolve sender domain", REFUSAL_SENDER_DOMAIN, false},
        {554, "MAIL", "5.7.1 No PTR record found for 192.0.2.1", REFUSAL_REVERSE_DNS, false},
        {550, "EHLO", "HELO name must be a fully qualified domain name (RFC2821 4.1.1.1)", REFUSAL_HELO, false},
        {550, "MAIL", "Bad HELO - Host impersonating [mx.example.net]", REFUSAL_HELO, false},
        {550, "END-OF-DATA", "5.6.0 Lone CR or LF in headers (see RFC2822 section 2.2)", REFUSAL_CONTENT, false},
        {550, "MAIL", "5.6.7 SMTPUTF8 is required, but was not offered", REFUSAL_NOT_IMPLEMENTED, false},
        {521, "", "5.5.2 mx.example.org Error: bare <LF> received", REFUSAL_SYNTAX, false},
        {421, "", "4.3.0 Message submission rate for this client has exceeded the configured limit", REFUSAL_RATE, false},
        {450, "RCPT", "4.7.1 Sender is sending too fast", REFUSAL_RATE, false},
        {550, "RCPT", "5.2.1 Mailbox inactive", REFUSAL_MAILBOX_DISABLED, false},
        {551, "RCPT", "5.7.1 User not local; please try <bob@example.com>", REFUSAL_NO_SUCH_USER, true},
        {450, "RCPT", "4.3.2 System not accepting network messages", REFUSAL_BUSY, false},
        {550, "RCPT", "5.4.7 delivery time expired", REFUSAL_NEXT_HOP, false},
    };

    check(cases, G_N_ELEMENTS(cases));
}

/* Where the text says nothing, a precise status decides, whatever its class where it is not named; a vague one does not. */
static void test_statuses(void)
{
    static const refusal_case cases[] = {
        {550, "RCPT", "5.1.1 no", REFUSAL_NO_SUCH_USER, false},
        {450, "RCPT", "4.1.1 no", REFUSAL_NO_SUCH_USER, false},
        {550, "RCPT", "5.1.2 no", REFUSAL_RECIPIENT_DOMAIN, false},
        {550, "MAIL", "5.1.7 no", REFUSAL_SENDER_ADDRESS, false},
        {550, "RCPT", "5.1.10 no", REFUSAL_NO_MAIL_ACCEPTED, false},
        {450, "RCPT", "4.2.1 no", REFUSAL_MAILBOX_BUSY, false},
        {550, "RCPT", "5.2.1 no", REFUSAL_MAILBOX_DISABLED, false},
        {552, "RCPT", "5.2.2 no", REFUSAL_MAILBOX_FULL, false},
        {452, "MAIL", "4.3.1 no", REFUSAL_STORAGE, false},
        {554, "END-OF-DATA", "5.4.6 no", REFUSAL_LOOP, false},
        {554, "END-OF-DATA", "5.6.1 no", REFUSAL_CONTENT, false},
        {550, "RCPT", "5.7.2 no", REFUSAL_RECIPIENT_RESTRICTED, false},
        {550, "MAIL", "5.7.10 no", REFUSAL_TLS_WANTED, false},
        {550, "END-OF-DATA", "5.7.20 no", REFUSAL_DKIM, false},
        {550, "END-OF-DATA", "5.7.23 no", REFUSAL_SPF, false},
        {550, "END-OF-DATA", "5.7.25 no", REFUSAL_REVERSE_DNS, false},
        {550, "END-OF-DATA", "5.7.26 no", REFUSAL_DMARC, false},
        {450, "RCPT", "4.7.28 no", REFUSAL_RATE, false},
        {554, "RSET", "5.7.1 no", REFUSAL_UNKNOWN, false},
        {554, "RSET", "5.0.0 no", REFUSAL_UNKNOWN, false},
    };

    check(cases, G_N_ELEMENTS(cases));
}

/* Where nothing but the code says something, the reason is a guess. */
static void test_guesses(void)
{
    static const refusal_case cases[] = {
        {550, "RCPT", "no", REFUSAL_NO_SUCH_USER, true},
        {550, "END-OF-DATA", "5.0.0 no", REFUSAL_CONTENT, true},
        {550, "BDAT", "no", REFUSAL_CONTENT, true},
        {450, "END-OF-DATA", "no", REFUSAL_MAILBOX_BUSY, true},
        {451, "RCPT", "4.0.0 later", REFUSAL_LOCAL_ERROR, true},
        {554, "CONNECT", "no", REFUSAL_REPUTATION, true},
        {503, "DATA", "need RCPT", REFUSAL_SEQUENCE, false},
        {554, "RSET", "no", REFUSAL_UNKNOWN, false},
        {554, "RSET", "", REFUSAL_UNKNOWN, false},
        /* The wording has to begin a word. */
        {554, "RSET", "antispfx", REFUSAL_UNKNOWN, false},
        {554, "RSET", "an antivirus.example ruleset", REFUSAL_UNKNOWN, false},
    };

    check(cases, G_N_ELEMENTS(cases));
}

/* What lies behind two thousand octets is not looked at, and a text of any octets is borne. */
static void test_long_text(void)
{
    uint8_t text[4096];
    refusal found;

    memset(text, 0, sizeof text);
    memcpy(text + 1, "greylisted", 10);
    found = refusal_of(450, NULL, (span){text, sizeof text}, "RCPT");
    g_assert_cmpint(found.id, ==, REFUSAL_GREYLISTED);
    memset(text, 'g', sizeof text);
    memcpy(text + 3000, " greylisted", 11);
    found = refusal_of(450, NULL, (span){text, sizeof text}, "RCPT");
    g_assert_cmpint(found.id, ==, REFUSAL_MAILBOX_BUSY);
}

/* Each reason has its words, each fault as well. */
static void test_tables(void)
{
    for (int id = 0; id < REFUSAL_IDS; id++) {
        const refusal_reason *reason = refusal_reason_of((refusal_id)id);
        g_assert_nonnull(reason->text);
        g_assert_nonnull(reason->next);
        g_assert_nonnull(refusal_fault_text(reason->fault));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/refusal/wordings", test_wordings);
    g_test_add_func("/refusal/servers", test_servers);
    g_test_add_func("/refusal/statuses", test_statuses);
    g_test_add_func("/refusal/guesses", test_guesses);
    g_test_add_func("/refusal/long_text", test_long_text);
    g_test_add_func("/refusal/tables", test_tables);
    return g_test_run();
}
