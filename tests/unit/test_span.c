/* test_span.c — comparing and cutting spans.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/span.h"

/* A copy that ends where its block ends, so that a read behind it is seen. */
static void test_compare(void)
{
    static const struct {
        const char *a, *b;
        bool equal, equal_nocase, starts_nocase;
    } cases[] = {
        {"", "", true, true, true},
        {"a", "", false, false, true},
        {"", "a", false, false, false},
        {"EHLO", "EHLO", true, true, true},
        {"ehlo", "EHLO", false, true, true},
        {"EHLO x", "ehlo", false, false, true},
        {"EHL", "EHLO", false, false, false},
        {"[", "{", false, false, false}, /* 0x20 apart, but no letters */
        {"@", "`", false, false, false},
        {"\xc3\xa9", "\xc3\x89", false, false, false}, /* letters of another alphabet keep their case */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span a = exact(cases[i].a);
        span b = exact(cases[i].b);
        g_assert_cmpint(span_equal(a, b), ==, cases[i].equal);
        g_assert_cmpint(span_equal_nocase(a, cases[i].b), ==, cases[i].equal_nocase);
        g_assert_cmpint(span_starts_nocase(a, cases[i].b), ==, cases[i].starts_nocase);
        release(a);
        release(b);
    }
    g_assert_true(span_equal((span){NULL, 0}, (span){NULL, 0}));
    /* A NUL octet is an octet as any other. */
    g_assert_false(span_equal_nocase((span){(const uint8_t *)"a\0b", 3}, "a"));
}

static void test_cut(void)
{
    span in = exact("abc\tdef");

    g_assert_cmpuint(span_from(in, 4).length, ==, 3);
    g_assert_cmpuint(span_from(in, 7).length, ==, 0);
    g_assert_cmpuint(span_from(in, 8).length, ==, 0);
    g_assert_true(span_from(in, 8).octets == in.octets + 7);
    g_assert_cmpuint(span_from((span){NULL, 0}, 8).length, ==, 0);
    g_assert_cmpuint(span_first(in, 3).length, ==, 3);
    g_assert_cmpuint(span_first(in, 30).length, ==, 7);
    g_assert_cmpuint(span_find(in, '\t'), ==, 3);
    g_assert_cmpuint(span_find(in, 'x'), ==, 7);
    g_assert_cmpuint(span_find((span){NULL, 0}, 'x'), ==, 0);
    release(in);
}

static void test_trim(void)
{
    static const struct {
        const char *in, *left, *both;
    } cases[] = {
        {"", "", ""},      {" \t ", "", ""},      {"a", "a", "a"}, {" a b\t", "a b\t", "a b"},
        {"\ta", "a", "a"}, {"a\r", "a\r", "a\r"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        g_assert_true(span_equal(span_trim_left(in), span_of(cases[i].left)));
        g_assert_true(span_equal(span_trim(in), span_of(cases[i].both)));
        release(in);
    }
}

static void test_words(void)
{
    static const struct {
        const char *in;
        const char *words[4];
    } cases[] = {
        {"", {NULL}},
        {"  \t", {NULL}},
        {"one", {"one"}},
        {" one\ttwo  three ", {"one", "two", "three"}},
        {"SIZE=1 BODY=7BIT", {"SIZE=1", "BODY=7BIT"}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        span rest = in;
        size_t n = 0;
        for (span word = span_next_word(&rest); word.length > 0; word = span_next_word(&rest)) {
            g_assert_nonnull(cases[i].words[n]);
            g_assert_true(span_equal(word, span_of(cases[i].words[n])));
            n++;
        }
        g_assert_null(cases[i].words[n]);
        release(in);
    }
}

static void test_quoted(void)
{
    static const struct {
        const char *in;
        size_t length;
    } cases[] = {
        {"", 0},     {"\"", 0},        {"\"a", 0},         {"\"a\\\"", 0},  {"\"a\\", 0},
        {"\"\"", 2}, {"\"a\" b\"", 3}, {"\"a\\\"b\"@", 6}, {"\"\\\\\"", 4},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        g_assert_cmpuint(span_quoted(in), ==, cases[i].length);
        release(in);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/span/compare", test_compare);
    g_test_add_func("/span/cut", test_cut);
    g_test_add_func("/span/trim", test_trim);
    g_test_add_func("/span/words", test_words);
    g_test_add_func("/span/quoted", test_quoted);
    return g_test_run();
}
