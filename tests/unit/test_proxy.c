/* test_proxy.c — where a PROXY protocol header ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/proxy.h"

/* A literal and its length, NUL octets counted. */
#define OCTETS(text) text, sizeof(text) - 1

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define NINETY "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "

static const struct {
    const char *in;
    size_t in_length;
    proxy_result result;
    size_t length; /* of the header */
} cases[] = {
    {OCTETS(""), PROXY_NONE, 0},
    {OCTETS("EHLO a\r\n"), PROXY_NONE, 0},
    {OCTETS("proxy TCP4 192.0.2.1\r\n"), PROXY_NONE, 0},
    {OCTETS("PROXYING\r\n"), PROXY_NONE, 0},
    {OCTETS("PROXY " NINETY "12345678901"), PROXY_NONE, 0}, /* 107 octets, and no end */
    {OCTETS("\r\n\r\n\0\r\nQUIT\r\n"), PROXY_NONE, 0},
    {OCTETS("\r\n.\r\n"), PROXY_NONE, 0},
    {OCTETS("P"), PROXY_MORE, 0},
    {OCTETS("PROXY TCP4 192.0.2.1 192.0.2.2 1025"), PROXY_MORE, 0},
    {OCTETS("\r\n"), PROXY_MORE, 0},
    {OCTETS(SIGNATURE "\x21\x11\0"), PROXY_MORE, 0},
    {OCTETS("PROXY UNKNOWN\r\n"), PROXY_HEADER, 15},
    {OCTETS("PROXY TCP4 192.0.2.1 192.0.2.2 1025 25\r\nEHLO a\r\n"), PROXY_HEADER, 40},
    {OCTETS("PROXY " NINETY "123456789\r\n"), PROXY_HEADER, 107},
    {OCTETS(SIGNATURE "\x20\0\0\0"), PROXY_HEADER, 16},
    {OCTETS(SIGNATURE "\x21\x11\0\x0c"), PROXY_HEADER, 28}, /* more than there is */
    {OCTETS(SIGNATURE "\x21\x11\xff\xff"), PROXY_HEADER, 16 + 65535},
};

static void test_find(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *copy = g_memdup2(cases[i].in, cases[i].in_length);
        size_t length = 0;
        g_test_message("case %" G_GSIZE_FORMAT, i);
        g_assert_cmpint(proxy_header_find((span){copy, cases[i].in_length}, &length), ==, cases[i].result);
        g_assert_cmpuint(length, ==, cases[i].length);
        g_free(copy);
    }
}

/* What is cut off is never taken for no header. */
static void test_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t at = 1; cases[i].result == PROXY_HEADER && at < cases[i].in_length && at < cases[i].length; at++) {
            uint8_t *copy = g_memdup2(cases[i].in, at);
            size_t length = 0;
            proxy_result result = proxy_header_find((span){copy, at}, &length);
            g_assert_true(result == PROXY_MORE || (result == PROXY_HEADER && length == cases[i].length));
            g_free(copy);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proxy/find", test_find);
    g_test_add_func("/proxy/cut", test_cut);
    return g_test_run();
}
