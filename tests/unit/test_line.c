/* test_line.c — cutting lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/line.h"

static const struct {
    const char *in;
    size_t in_length;
    size_t text_length;
    line_ending ending;
    size_t length;
} cases[] = {
    {"", 0, 0, LINE_ENDING_NONE, 0},           {"QUIT", 4, 4, LINE_ENDING_NONE, 4},
    {"QUIT\r", 5, 5, LINE_ENDING_NONE, 5},     {"QUIT\r\n", 6, 4, LINE_ENDING_CRLF, 6},
    {"QUIT\n", 5, 4, LINE_ENDING_LF, 5},       {"\r\n", 2, 0, LINE_ENDING_CRLF, 2},
    {"\n", 1, 0, LINE_ENDING_LF, 1},           {"\n\r\n", 3, 0, LINE_ENDING_LF, 1},
    {"a\r\nb\r\n", 6, 1, LINE_ENDING_CRLF, 3}, {"a\nb\r\n", 5, 1, LINE_ENDING_LF, 2},
    {"a\rb\r\n", 5, 3, LINE_ENDING_CRLF, 5},   {"a\r\r\n", 4, 1, LINE_ENDING_CRS_LF, 4},
    {"\r\r\r\n", 4, 0, LINE_ENDING_CRS_LF, 4}, {"a\r\r", 3, 3, LINE_ENDING_NONE, 3},
    {"a\0b\r\n", 5, 3, LINE_ENDING_CRLF, 5},
};

static void test_first(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *copy = g_memdup2(cases[i].in, cases[i].in_length);
        line out = line_first((span){copy, cases[i].in_length});
        g_assert_cmpuint(out.text.length, ==, cases[i].text_length);
        g_assert_true(out.text.length == 0 || out.text.octets == copy);
        g_assert_cmpint(out.ending, ==, cases[i].ending);
        g_assert_cmpuint(out.length, ==, cases[i].length);
        g_free(copy);
    }
}

/* What line_first() found, split alone, gives the same. */
static void test_of(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *copy = g_memdup2(cases[i].in, cases[i].length);
        line out = line_of((span){copy, cases[i].length});
        g_assert_cmpuint(out.text.length, ==, cases[i].text_length);
        g_assert_cmpint(out.ending, ==, cases[i].ending);
        g_assert_cmpuint(out.length, ==, cases[i].length);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/line/first", test_first);
    g_test_add_func("/line/of", test_of);
    return g_test_run();
}
