/* test_names.c — tables that are looked up by a name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/names.h"

typedef struct row {
    const char *name;
    int number;
} row;

/* Sorted as strcmp() sorts: a prefix before what it begins, "-" before digits, digits before letters, "_" behind them. */
static const row rows[] = {
    {"8BITMIME", 0}, {"A", 1},     {"AB", 2},     {"ABC", 3},   {"ABD", 4}, {"AUTH", 5}, {"AUTH-X", 6},
    {"AUTH0", 7},    {"AUTHX", 8}, {"AUTH_X", 9}, {"BDAT", 10}, {"Z", 11},  {"[X", 12},  {"\xc3\xbc", 13},
};

static const row *find(const char *name, size_t count)
{
    span in = exact(name);
    const row *found = (const row *)names_find(in, rows, count, sizeof rows[0]);

    release(in);
    return found;
}

static void test_each(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *lower = g_ascii_strdown(rows[i].name, -1);
        char *longer = g_strconcat(rows[i].name, "!", NULL);
        if (i > 0)
            g_assert_cmpint(strcmp(rows[i - 1].name, rows[i].name), <, 0);
        g_assert_true(find(rows[i].name, G_N_ELEMENTS(rows)) == &rows[i]);
        g_assert_true(find(lower, G_N_ELEMENTS(rows)) == &rows[i]);
        g_assert_null(find(longer, G_N_ELEMENTS(rows)));
        g_free(lower);
        g_free(longer);
    }
}

/* In a table of any size: the rows that it has, and none behind its end. */
static void test_sizes(void)
{
    for (size_t count = 0; count <= G_N_ELEMENTS(rows); count++) {
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
            g_assert_true(find(rows[i].name, count) == (i < count ? &rows[i] : NULL));
    }
}

static void test_none(void)
{
    static const char *const names[] = {
        "", "8", "AU", "AUT", "AUTHENTICATE", "AUTH ", " AUTH", "B", "ZZ", "\xc3", "\xc3\x9c", "{X", "@", "\x01",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_null(find(names[i], G_N_ELEMENTS(rows)));
    g_assert_null(names_find((span){NULL, 0}, rows, G_N_ELEMENTS(rows), sizeof rows[0]));
}

/* A NUL ends no span: what stands before it is not the name. */
static void test_nul(void)
{
    static const span names[] = {{(const uint8_t *)"A\0", 2}, {(const uint8_t *)"\0", 1}, {(const uint8_t *)"AB\0C", 4}};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_null(names_find(names[i], rows, G_N_ELEMENTS(rows), sizeof rows[0]));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/names/each", test_each);
    g_test_add_func("/names/sizes", test_sizes);
    g_test_add_func("/names/none", test_none);
    g_test_add_func("/names/nul", test_nul);
    return g_test_run();
}
