/* test_octet.c — what each of the 256 octets is, against GLib and the alphabet as RFC 4648 lists it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "wire/octet.h"

static void test_classes(void)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        g_test_message("octet %02x", octet);
        g_assert_cmpint(octet_is_digit((uint8_t)octet), ==, g_ascii_isdigit(octet));
        g_assert_cmpint(octet_is_upper((uint8_t)octet), ==, g_ascii_isupper(octet));
        g_assert_cmpint(octet_is_lower((uint8_t)octet), ==, g_ascii_islower(octet));
        g_assert_cmpint(octet_is_letter((uint8_t)octet), ==, g_ascii_isalpha(octet));
        g_assert_cmpint(octet_is_alphanumeric((uint8_t)octet), ==, g_ascii_isalnum(octet));
    }
}

static void test_case(void)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        g_test_message("octet %02x", octet);
        g_assert_cmpuint(octet_to_lower((uint8_t)octet), ==, (uint8_t)g_ascii_tolower((gchar)octet));
        g_assert_cmpuint(octet_to_upper((uint8_t)octet), ==, (uint8_t)g_ascii_toupper((gchar)octet));
    }
}

static void test_values(void)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (unsigned octet = 0; octet < 256; octet++) {
        const char *in_alphabet = memchr(alphabet, (int)octet, sizeof alphabet - 1);
        g_test_message("octet %02x", octet);
        g_assert_cmpint(octet_hex_value((uint8_t)octet), ==, g_ascii_xdigit_value((gchar)octet));
        g_assert_cmpint(octet_base64_value((uint8_t)octet), ==, in_alphabet ? (int)(in_alphabet - alphabet) : -1);
    }
}

static void test_network_order(void)
{
    static const uint8_t octets[] = {0xfe, 0x01, 0x80, 0xff};

    g_assert_cmpuint(octets_to_number(octets, 4), ==, 0xfe0180ffu);
    g_assert_cmpuint(octets_to_number(octets, 3), ==, 0xfe0180u);
    g_assert_cmpuint(octets_to_number(octets + 1, 2), ==, 0x0180u);
    g_assert_cmpuint(octets_to_number(octets, 0), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/octet/classes", test_classes);
    g_test_add_func("/octet/case", test_case);
    g_test_add_func("/octet/values", test_values);
    g_test_add_func("/octet/network-order", test_network_order);
    return g_test_run();
}
