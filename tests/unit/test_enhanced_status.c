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

/* Every row of the registry: sorted, with text and source, found by its numbers, and read off a line that holds it. */
static void test_rows(void)
{
    size_t count;
    const enhanced_status_row *rows = enhanced_status_rows(&count);

    g_assert_cmpuint(count, ==, 81);
    for (size_t i = 0; i < count; i++) {
        g_assert_true(i == 0 || rows[i - 1].subject < rows[i].subject ||
                      (rows[i - 1].subject == rows[i].subject && rows[i - 1].detail < rows[i].detail));
        g_assert_cmpuint(strlen(rows[i].text), >, 0);
        g_assert_cmpuint(strlen(rows[i].rfc), >, 0);
        g_assert_true(enhanced_status_find(rows[i].subject, rows[i].detail) == &rows[i]);

        char *text = g_strdup_printf("5.%u.%u %s", rows[i].subject, rows[i].detail, rows[i].text);
        enhanced_status status = {0};
        bool glued = true;
        g_assert_cmpuint(enhanced_status_parse(span_of(text), &status, &glued), >=, 5);
        g_assert_cmpuint(status.subject, ==, rows[i].subject);
        g_assert_cmpuint(status.detail, ==, rows[i].detail);
        g_assert_false(glued);
        g_free(text);
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
