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
    g_test_add_func("/refusal/statuses", test_statuses);
    g_test_add_func("/refusal/guesses", test_guesses);
    g_test_add_func("/refusal/long_text", test_long_text);
    g_test_add_func("/refusal/tables", test_tables);
    return g_test_run();
}
