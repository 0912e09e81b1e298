/* test_enhanced_status.c — status codes and their registry.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/enhanced_status.h"

static void test_parse(void)
{
    static const struct {
        const char *in;
        size_t length;
        enhanced_status status;
        bool glued;
    } cases[] = {
        {"2.1.5 Ok", 5, {2, 1, 5}, false},
        {"2.0.0", 5, {2, 0, 0}, false},
        {"2.0.0 ", 5, {2, 0, 0}, false},
        {"2.0.0\tOk", 5, {2, 0, 0}, false},
        {"4.7.28 Gmail has detected", 6, {4, 7, 28}, false},
        {"5.7.509 Access denied", 7, {5, 7, 509}, false},
        {"5.999.999 x", 9, {5, 999, 999}, false},
        {"5.1.1<a@example.org>: unknown", 5, {5, 1, 1}, true},
        {"5.7.1: refused", 5, {5, 7, 1}, true},
        {"5.7.1. refused", 5, {5, 7, 1}, true},
        {"", 0, {0}, false},
        {"2", 0, {0}, false},
        {"2.", 0, {0}, false},
        {"2.1", 0, {0}, false},
        {"2.1.", 0, {0}, false},
        {"2..1", 0, {0}, false},
        {"2.1.x", 0, {0}, false},
        {"3.1.5 x", 0, {0}, false},
        {"1.1.5 x", 0, {0}, false},
        {"6.1.5 x", 0, {0}, false},
        {"22.1.5 x", 0, {0}, false},
        {"2.1000.5 x", 0, {0}, false},
        {"2.1.5000 x", 0, {0}, false},
        {"4.2.2.1 is an address", 0, {0}, false},
        {" 2.1.5 Ok", 0, {0}, false},
        {"Ok 2.1.5", 0, {0}, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].in);
        uint8_t *copy = g_memdup2(cases[i].in, length);
        enhanced_status status = {0};
        bool glued = false;
        g_assert_cmpuint(enhanced_status_parse((span){copy, length}, &status, &glued), ==, cases[i].length);
        g_assert_cmpuint(status.status_class, ==, cases[i].status.status_class);
        g_assert_cmpuint(status.subject, ==, cases[i].status.subject);
        g_assert_cmpuint(status.detail, ==, cases[i].status.detail);
        g_assert_cmpint(glued, ==, cases[i].glued);
        g_free(copy);
    }
}

/* Every code of the registry, as servers send it. */
static const char *const examples[] = {
    "4.0.0 Undefined failure",
    "5.1.0 Sender denied",
    "5.1.1 <nobody@example.org>: Recipient address rejected: User unknown",
    "4.1.2 bob@nowhere.example... Name server: host not found",
    "5.1.3 Bad recipient address syntax",
    "5.1.4 Recipient address is ambiguous",
    "2.1.5 Ok",
    "5.1.6 bob@example.org has moved",
    "5.1.7 Bad sender address syntax",
    "4.1.8 Domain of sender address ann@nowhere.example does not resolve",
    "5.1.9 Message relayed to a system that does not speak DSN",
    "5.1.10 Recipient address has null MX",
    "5.2.0 Mailbox unavailable",
    "5.2.1 The email account that you tried to reach is disabled",
    "4.2.2 The email account that you tried to reach is over quota",
    "5.2.3 Message size exceeds the mailbox's limit",
    "5.2.4 Mailing list expansion problem",
    "4.3.0 Temporary lookup failure",
    "4.3.1 Insufficient system storage",
    "4.3.2 Service shutting down",
    "5.3.3 Unrecognized parameter",
    "5.3.4 Message size exceeds fixed limit",
    "4.3.5 Server configuration error",
    "2.3.6 Requested priority was changed to 3",
    "4.4.0 DNS error",
    "4.4.1 Connection timed out",
    "4.4.2 mx.example.org Error: timeout exceeded",
    "4.4.3 Temporary server error",
    "5.4.4 Host or domain name not found",
    "4.4.5 Insufficient disk space; try again later",
    "5.4.6 Hop count exceeded - possible mail loop",
    "4.4.7 Message expired",
    "5.5.0 Protocol error",
    "5.5.1 Error: nested MAIL command",
    "5.5.2 Error: bad syntax",
    "4.5.3 Error: too many recipients",
    "5.5.4 Unsupported option: FOO=bar",
    "5.5.5 Wrong protocol version",
    "5.5.6 Authentication exchange line is too long",
    "5.6.0 Lone CR or LF in body",
    "5.6.1 8-bit content is not supported by the next hop",
    "5.6.2 Conversion is needed, and prohibited",
    "5.6.3 Conversion is needed, and not supported",
    "2.6.4 Converted with loss",
    "5.6.5 Conversion failed",
    "5.6.6 Message content not available",
    "5.6.7 Must use SMTPUTF8 for an address that is not ASCII",
    "5.6.8 Reply needs UTF-8",
    "5.6.9 Header in UTF-8 cannot be passed on",
    "5.6.10 Reply needs UTF-8",
    "2.7.0 Authentication successful",
    "5.7.1 <bob@example.net>: Relay access denied",
    "5.7.2 You may not post to this list",
    "5.7.3 Security conversion is not possible",
    "5.7.4 Security features not supported",
    "5.7.5 Cryptographic failure",
    "5.7.6 Cryptographic algorithm not supported",
    "5.7.7 Message integrity failure",
    "5.7.8 Error: authentication failed",
    "5.7.9 Application-specific password required",
    "5.7.10 Encryption needed",
    "5.7.11 Encryption required for requested authentication mechanism",
    "4.7.12 A password transition is needed",
    "5.7.13 User account disabled",
    "5.7.14 Please log in via your web browser",
    "5.7.15 Priority level is too low",
    "5.7.16 Message is too big for its priority",
    "5.7.17 Mailbox owner has changed",
    "5.7.18 Domain owner has changed",
    "5.7.19 RRVS test cannot be completed",
    "5.7.20 No passing DKIM signature found",
    "5.7.21 No acceptable DKIM signature found",
    "5.7.22 No valid author-matched DKIM signature found",
    "5.7.23 The message was rejected because of Sender Policy Framework violation",
    "4.7.24 The SPF record of the sending domain has suspicious entries",
    "5.7.25 The sending IP address does not have a PTR record",
    "5.7.26 This mail has been blocked because the sender is unauthenticated",
    "5.7.27 Sender address has null MX",
    "4.7.28 Gmail has detected an unusual rate of mail",
    "5.7.29 ARC validation failure",
    "5.7.30 REQUIRETLS support required",
};

static void test_rows(void)
{
    size_t count;
    const enhanced_status_row *rows = enhanced_status_rows(&count);

    g_assert_cmpuint(count, ==, G_N_ELEMENTS(examples));
    for (size_t i = 0; i < count; i++) {
        enhanced_status status = {0};
        bool glued = true;
        g_test_message("%s", examples[i]);
        g_assert_true(i == 0 || rows[i - 1].subject < rows[i].subject ||
                      (rows[i - 1].subject == rows[i].subject && rows[i - 1].detail < rows[i].detail));
        g_assert_cmpuint(strlen(rows[i].text), >, 0);
        g_assert_cmpuint(strlen(rows[i].rfc), >, 0);
        g_assert_cmpuint(enhanced_status_parse(span_of(examples[i]), &status, &glued), ==, strcspn(examples[i], " "));
        g_assert_false(glued);
        g_assert_true(enhanced_status_find(status.subject, status.detail) == &rows[i]);
    }
    g_assert_null(enhanced_status_find(1, 11));
    g_assert_null(enhanced_status_find(8, 0));
    g_assert_cmpstr(enhanced_status_find(1, 1)->text, ==, "Bad destination mailbox address");
    g_assert_cmpstr(enhanced_status_find(7, 30)->rfc, ==, "RFC 8689");
}

static void test_words(void)
{
    static const struct {
        uint16_t number;
        const char *text;
    } subjects[] = {
        {0, "Other or undefined"},
        {1, "Addressing"},
        {2, "Mailbox"},
        {3, "Mail system"},
        {4, "Network and routing"},
        {5, "Mail delivery protocol"},
        {6, "Message content or media"},
        {7, "Security or policy"},
    };
    const number_text *at = enhanced_status_subjects();

    for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++, at++) {
        g_assert_cmpuint(at->number, ==, subjects[i].number);
        g_assert_cmpstr(at->text, ==, subjects[i].text);
    }
    g_assert_null(at->text);

    at = enhanced_status_classes();
    g_assert_cmpuint(at[0].number, ==, 2);
    g_assert_cmpstr(at[0].text, ==, "Success");
    g_assert_cmpstr(at[1].text, ==, "Persistent transient failure");
    g_assert_cmpstr(at[2].text, ==, "Permanent failure");
    g_assert_null(at[3].text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/enhanced_status/parse", test_parse);
    g_test_add_func("/enhanced_status/rows", test_rows);
    g_test_add_func("/enhanced_status/words", test_words);
    return g_test_run();
}
