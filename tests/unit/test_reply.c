/* test_reply.c — reply lines and reply codes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/reply.h"

typedef struct reply_case {
    const char *in;
    bool with_status;
    bool ok;
    uint16_t code;
    bool last, has_separator, code_valid;
    const char *status; /* "" when there is none */
    const char *text;
} reply_case;

static const reply_case cases[] = {
    {"220 ip-10-201-52-114.ec2.internal ESMTP Exim 4.95 Ubuntu", true, true, 220, true, true, true, "",
     "ip-10-201-52-114.ec2.internal ESMTP Exim 4.95 Ubuntu"},
    {"250-SIZE 35882577", false, true, 250, false, true, true, "", "SIZE 35882577"},
    {"250", true, true, 250, true, false, true, "", ""},
    {"250 ", true, true, 250, true, true, true, "", ""},
    {"250-", true, true, 250, false, true, true, "", ""},
    {"250\tOk", true, true, 250, true, true, true, "", "Ok"},
    {"250  two spaces", true, true, 250, true, true, true, "", " two spaces"},
    {"220 2.0.0 Ready to start TLS", true, true, 220, true, true, true, "2.0.0", "Ready to start TLS"},
    {"214-2.0.0 ", true, true, 214, false, true, true, "2.0.0", ""},
    {"214-2.0.0 You really should RTFM", true, true, 214, false, true, true, "2.0.0", "You really should RTFM"},
    {"214 2.0.0 End of HELP info", true, true, 214, true, true, true, "2.0.0", "End of HELP info"},
    {"250 2.1.0", true, true, 250, true, true, true, "2.1.0", ""},
    {"550 5.1.1 <nobody@example.net>: unknown", true, true, 550, true, true, true, "5.1.1", "<nobody@example.net>: unknown"},
    {"550 5.1.1<nobody@example.net>: unknown", true, true, 550, true, true, true, "5.1.1", "<nobody@example.net>: unknown"},
    {"250 2.0.0  OK", true, true, 250, true, true, true, "2.0.0", " OK"},
    {"250 4.2.2.1 Hello", true, true, 250, true, true, true, "", "4.2.2.1 Hello"},
    {"250 2.0.0 Ok", false, true, 250, true, true, true, "", "2.0.0 Ok"},
    {"354 2.0.0 go ahead", true, true, 354, true, true, true, "", "2.0.0 go ahead"},
    {"334 VXNlcm5hbWU6", true, true, 334, true, true, true, "", "VXNlcm5hbWU6"},
    {"421 4.3.2 closing", true, true, 421, true, true, true, "4.3.2", "closing"},
    {"599 x", true, true, 599, true, true, false, "", "x"},
    {"199 x", true, true, 199, true, true, false, "", "x"},
    {"260 x", true, true, 260, true, true, false, "", "x"},
    {"000 x", true, true, 0, true, true, false, "", "x"},
    {"999-x", true, true, 999, false, true, false, "", "x"},
    {"250 \xe2\x9c\x93", true, true, 250, true, true, true, "", "\xe2\x9c\x93"},
    {"", true, false, 0, false, false, false, "", ""},
    {"2", true, false, 0, false, false, false, "", ""},
    {"25", true, false, 0, false, false, false, "", ""},
    {"25x Ok", true, false, 0, false, false, false, "", ""},
    {"2500 Ok", true, false, 0, false, false, false, "", ""},
    {"250Ok", true, false, 0, false, false, false, "", ""},
    {"250_Ok", true, false, 0, false, false, false, "", ""},
    {" 250 Ok", true, false, 0, false, false, false, "", ""},
    {"EHLO a", true, false, 0, false, false, false, "", ""},
};

static void test_parse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const reply_case *c = &cases[i];
        size_t length = strlen(c->in);
        uint8_t *copy = g_memdup2(c->in, length);
        reply_line reply = {0};
        g_assert_cmpint(reply_line_parse((span){copy, length}, c->with_status, &reply), ==, c->ok);
        g_assert_cmpuint(reply.code, ==, c->code);
        g_assert_cmpint(reply.last, ==, c->last);
        g_assert_cmpint(reply.has_separator, ==, c->has_separator);
        g_assert_cmpint(reply.code_valid, ==, c->code_valid);
        g_assert_cmpint(reply.has_status, ==, c->status[0] != '\0');
        g_assert_true(span_equal(reply.status_text, span_of(c->status)));
        g_assert_true(span_equal(reply.text, span_of(c->text)));
        g_free(copy);
    }
}

/* Every case cut off anywhere is read without looking behind its end. */
static void test_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t length = 0; length < strlen(cases[i].in); length++) {
            uint8_t *copy = g_memdup2(cases[i].in, length);
            reply_line reply = {0};
            bool ok = reply_line_parse((span){copy, length}, true, &reply);
            g_assert_true(!ok || length >= 3);
            g_assert_true(!ok || reply.text.length <= length - 3);
            g_free(copy);
        }
    }
}

static void test_glued(void)
{
    reply_line reply;

    g_assert_true(reply_line_parse(span_of("550 5.1.1: unknown"), true, &reply));
    g_assert_true(reply.status_glued);
    g_assert_true(reply_line_parse(span_of("550 5.1.1 unknown"), true, &reply));
    g_assert_false(reply.status_glued);
}

/* A line of every code in the table, as servers send it, and the enhanced status in it. */
static const struct {
    const char *line, *status;
} examples[] = {
    {"211 2.0.0 Queue runner is idle", "2.0.0"},
    {"214-2.0.0 This is sendmail version 8.17.1.9", "2.0.0"},
    {"220 mx.example.org ESMTP Postfix", ""},
    {"221 2.0.0 Bye", "2.0.0"},
    {"235 2.7.0 Authentication successful", "2.7.0"},
    {"250 2.1.5 Ok", "2.1.5"},
    {"251 2.1.5 User not local; will forward to <bob@example.net>", "2.1.5"},
    {"252 2.0.0 bob@example.net", "2.0.0"},
    {"253 OK, 12 pending messages for node example.net started", ""},
    {"334 VXNlcm5hbWU6", ""},
    {"353 PRDR content analysis beginning", ""},
    {"354 End data with <CR><LF>.<CR><LF>", ""},
    {"355 6135 is the transaction offset", ""},
    {"421 4.4.2 mx.example.org Error: timeout exceeded", "4.4.2"},
    {"422 4.7.12 A password transition is needed", "4.7.12"},
    {"432 4.7.12 A password transition is needed", "4.7.12"},
    {"450 4.2.1 <dave@example.org>: Recipient address rejected: try again later", "4.2.1"},
    {"451 4.7.1 Greylisting in action, please come back later", "4.7.1"},
    {"452 4.5.3 Too many recipients", "4.5.3"},
    {"453 You have no mail", ""},
    {"454 4.7.0 TLS not available due to local problem", "4.7.0"},
    {"455 4.5.1 Server unable to accommodate parameters", "4.5.1"},
    {"458 Unable to queue messages for node example.net", ""},
    {"459 4.5.4 Node example.net not allowed: cannot start queue", "4.5.4"},
    {"500 5.5.2 Error: command not recognized", "5.5.2"},
    {"501 5.5.4 Syntax: MAIL FROM:<address>", "5.5.4"},
    {"502 5.5.1 VRFY command is disabled", "5.5.1"},
    {"503 5.5.1 Error: need MAIL command", "5.5.1"},
    {"504 5.5.4 Unrecognized authentication type", "5.5.4"},
    {"521 5.3.2 mx.example.org does not accept mail", "5.3.2"},
    {"523 5.7.10 Encryption Needed", "5.7.10"},
    {"524 5.2.4 Mailing list expansion problem: <nobody@example.org>", "5.2.4"},
    {"525 5.7.13 User Account Disabled", "5.7.13"},
    {"530 5.7.0 Must issue a STARTTLS command first", "5.7.0"},
    {"534 5.7.9 Authentication mechanism is too weak", "5.7.9"},
    {"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "5.7.8"},
    {"538 5.7.11 Encryption required for requested authentication mechanism", "5.7.11"},
    {"550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown", "5.1.1"},
    {"551 5.1.6 User not local; please try <bob@example.net>", "5.1.6"},
    {"552 5.3.4 Message size exceeds fixed limit", "5.3.4"},
    {"553 5.1.3 <bob@@example.net>... Invalid mailbox name", "5.1.3"},
    {"554 5.7.1 <bob@example.net>: Relay access denied", "5.7.1"},
    {"555 5.5.4 Unsupported option: FOO=bar", "5.5.4"},
    {"556 5.1.10 Domain example.com does not accept mail (nullMX)", "5.1.10"},
    {"558-250 Ok. 000000006B0733EB.00000073", ""},
};

static void test_odd(void)
{
    static const struct {
        const char *line;
        uint16_t code;
        const char *status, *text;
    } odd[] = {
        {"250Ok", 250, "", "Ok"},     {"550\xc3\xa4", 550, "", "\xc3\xa4"},
        {"250.1 x", 250, "", ".1 x"}, {"5.1.1 no such user", 0, "5.1.1", "no such user"},
        {"4.7.0", 0, "4.7.0", ""},    {"2.0.0Ok", 0, "2.0.0", "Ok"},
    };
    static const char *const others[] = {"",          "2",    "250",     "2501 x",    "199Ok", "999Ok",
                                         "560 x",     "25Ok", "hello",   "3.1.1 x",   "5.1 x", "192.0.2.1 x",
                                         "4.2.2.1 x", "PONG", " 250 Ok", "5.1.1111 x"};
    reply_line reply;

    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_test_message("%s", odd[i].line);
        g_assert_true(reply_line_parse_odd(span_of(odd[i].line), &reply));
        g_assert_cmpuint(reply.code, ==, odd[i].code);
        g_assert_true(span_equal(reply.status_text, span_of(odd[i].status)));
        g_assert_cmpint(reply.has_status, ==, odd[i].status[0] != '\0');
        g_assert_true(span_equal(reply.text, span_of(odd[i].text)));
        g_assert_true(reply.last);
        g_assert_false(reply.has_separator);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_test_message("%s", others[i]);
        g_assert_false(reply_line_parse_odd(span_of(others[i]), &reply));
    }
}

static void test_rows(void)
{
    size_t count;
    const reply_code_row *rows = reply_code_rows(&count);

    g_assert_cmpuint(count, ==, G_N_ELEMENTS(examples));
    for (size_t i = 0; i < count; i++) {
        reply_line reply;
        g_test_message("%s", examples[i].line);
        g_assert_true(i == 0 || rows[i - 1].code < rows[i].code);
        g_assert_cmpuint(strlen(rows[i].text), >, 0);
        g_assert_true(g_str_has_prefix(rows[i].rfc, "RFC ") || g_str_has_prefix(rows[i].rfc, "IANA registry, ") ||
                      g_str_has_prefix(rows[i].rfc, "draft-"));
        g_assert_true(reply_line_parse(span_of(examples[i].line), true, &reply));
        g_assert_true(reply.code_valid);
        g_assert_true(reply_code_find(reply.code) == &rows[i]);
        g_assert_true(span_equal(reply.status_text, span_of(examples[i].status)));
        g_assert_cmpuint(reply.text.length, >, 0);
    }
    g_assert_null(reply_code_find(299));
    g_assert_cmpstr(reply_code_find(550)->text, ==, "Mailbox unavailable");
    g_assert_cmpstr(reply_code_find(250)->text, ==, "Requested mail action okay, completed");
}

/* The codes that RFC 5321, 4.2.3 lists are all there. */
static void test_rfc5321(void)
{
    static const uint16_t codes[] = {211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452,
                                     455, 500, 501, 502, 503, 504, 550, 551, 552, 553, 554, 555};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        g_assert_nonnull(reply_code_find(codes[i]));
}

static void test_digits(void)
{
    g_assert_cmpuint(reply_severity(550), ==, 5);
    g_assert_cmpuint(reply_category(550), ==, 5);
    g_assert_cmpuint(reply_category(421), ==, 2);
    for (const number_text *at = reply_severities(); at->text; at++)
        g_assert_cmpuint(at->number, <=, 5);
    g_assert_cmpstr(reply_severities()[1].text, ==, "Positive completion");
    g_assert_cmpstr(reply_categories()[5].text, ==, "Mail system");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reply/parse", test_parse);
    g_test_add_func("/reply/cut", test_cut);
    g_test_add_func("/reply/glued", test_glued);
    g_test_add_func("/reply/odd", test_odd);
    g_test_add_func("/reply/rows", test_rows);
    g_test_add_func("/reply/rfc5321", test_rfc5321);
    g_test_add_func("/reply/digits", test_digits);
    return g_test_run();
}
