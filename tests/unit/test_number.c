/* test_number.c — decimal numbers and their limits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/number.h"

static void test_parse(void)
{
    static const struct {
        const char *in;
        uint64_t max;
        number_result result;
        uint64_t value;
    } cases[] = {
        {"", UINT64_MAX, NUMBER_BAD, 0},
        {"0", 0, NUMBER_OK, 0},
        {"1", 0, NUMBER_OVERFLOW, 0},
        {"00000000000000000000000000000000012", 12, NUMBER_OK, 12},
        {"35882577", UINT64_MAX, NUMBER_OK, 35882577},
        {"255", 255, NUMBER_OK, 255},
        {"256", 255, NUMBER_OVERFLOW, 0},
        {"1000", 255, NUMBER_OVERFLOW, 0},
        {"9", 5, NUMBER_OVERFLOW, 0},
        {"4294967295", UINT32_MAX, NUMBER_OK, UINT32_MAX},
        {"4294967296", UINT32_MAX, NUMBER_OVERFLOW, 0},
        {"18446744073709551615", UINT64_MAX, NUMBER_OK, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, NUMBER_OVERFLOW, 0},
        {"99999999999999999999999999", UINT64_MAX, NUMBER_OVERFLOW, 0},
        {"99999999999999999999999999x", UINT64_MAX, NUMBER_BAD, 0},
        {"-1", UINT64_MAX, NUMBER_BAD, 0},
        {"+1", UINT64_MAX, NUMBER_BAD, 0},
        {" 1", UINT64_MAX, NUMBER_BAD, 0},
        {"1 ", UINT64_MAX, NUMBER_BAD, 0},
        {"0x10", UINT64_MAX, NUMBER_BAD, 0},
        {"1.5", UINT64_MAX, NUMBER_BAD, 0},
        {"\xd9\xa1", UINT64_MAX, NUMBER_BAD, 0}, /* a digit of another alphabet */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].in);
        uint8_t *copy = g_memdup2(cases[i].in, length);
        uint64_t value = 77;
        g_assert_cmpint(number_parse((span){copy, length}, cases[i].max, &value), ==, cases[i].result);
        g_assert_cmpuint(value, ==, cases[i].result == NUMBER_OK ? cases[i].value : 77);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/number/parse", test_parse);
    return g_test_run();
}
