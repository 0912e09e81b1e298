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

/* Every row: sorted, found, and read off a line that holds it. */
static void test_rows(void)
{
    size_t count;
    const reply_code_row *rows = reply_code_rows(&count);

    for (size_t i = 0; i < count; i++) {
        g_assert_true(i == 0 || rows[i - 1].code < rows[i].code);
        g_assert_cmpuint(strlen(rows[i].text), >, 0);
        g_assert_true(g_str_has_prefix(rows[i].rfc, "RFC "));
        g_assert_true(reply_code_find(rows[i].code) == &rows[i]);

        char *text = g_strdup_printf("%u %s", rows[i].code, rows[i].text);
        reply_line reply;
        g_assert_true(reply_line_parse(span_of(text), true, &reply));
        g_assert_true(reply.code_valid);
        g_assert_cmpuint(reply.code, ==, rows[i].code);
        g_assert_true(span_equal(reply.text, span_of(rows[i].text)));
        g_free(text);
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
    g_test_add_func("/reply/rows", test_rows);
    g_test_add_func("/reply/rfc5321", test_rfc5321);
    g_test_add_func("/reply/digits", test_digits);
    return g_test_run();
}
