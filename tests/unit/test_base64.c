/* test_base64.c — decoding base64.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/base64.h"

static void test_decode(void)
{
    static const struct {
        const char *in;
        base64_status status;
        const char *out;
        size_t offset;
    } cases[] = {
        {"", BASE64_OK, "", 0},
        {"Zg==", BASE64_OK, "f", 4},
        {"Zm8=", BASE64_OK, "fo", 4},
        {"Zm9v", BASE64_OK, "foo", 4},
        {"Zm9vYg==", BASE64_OK, "foob", 8},
        {"Zm9vYmE=", BASE64_OK, "fooba", 8},
        {"Zm9vYmFy", BASE64_OK, "foobar", 8},
        {"VXNlcm5hbWU6", BASE64_OK, "Username:", 12},
        {"UGFzc3dvcmQ6", BASE64_OK, "Password:", 12},
        {"++//", BASE64_OK, "\xfb\xef\xff", 4},
        {"Zg", BASE64_UNPADDED, "f", 2},
        {"Zm8", BASE64_UNPADDED, "fo", 3},
        {"Zm9vZ", BASE64_CUT, "foo", 5},
        {"Z", BASE64_CUT, "", 1},
        {"Z===", BASE64_CUT, "", 4},
        {"Zh==", BASE64_TRAILING_BITS, "f", 4},
        {"Zm9=", BASE64_TRAILING_BITS, "fo", 4},
        {"=", BASE64_BAD_PADDING, "", 0},
        {"Zg=", BASE64_BAD_PADDING, "f", 3},
        {"Zg===", BASE64_BAD_PADDING, "f", 4},
        {"Zm9v=", BASE64_BAD_PADDING, "foo", 4},
        {"Zg==Zg==", BASE64_BAD_PADDING, "f", 4},
        {"Zm9v*Zm9v", BASE64_BAD_OCTET, "foo", 4},
        {"*", BASE64_BAD_OCTET, "", 0},
        {"Zm9v ", BASE64_BAD_OCTET, "foo", 4},
        {"Zm-_", BASE64_BAD_OCTET, "f", 2},
        {"Zg==\r", BASE64_BAD_OCTET, "f", 4},
        {"ntlm supported", BASE64_BAD_OCTET, "\x9e\xd9\x66", 4},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].in);
        uint8_t *copy = g_memdup2(cases[i].in, length);
        uint8_t *out = g_malloc(base64_room(length));
        g_test_message("%s", cases[i].in);
        base64_result result = base64_decode((span){copy, length}, out);
        g_assert_cmpint(result.status, ==, cases[i].status);
        g_assert_cmpmem(out, result.length, cases[i].out, strlen(cases[i].out));
        g_assert_cmpuint(result.offset, ==, cases[i].offset);
        g_free(out);
        g_free(copy);
    }
}

/* What GLib encodes is decoded, for every length of rest and every octet. */
static void test_round_trip(void)
{
    uint8_t octets[256];

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 7);
    for (size_t length = 0; length <= sizeof octets; length++) {
        char *text = g_base64_encode(octets, length);
        uint8_t *out = g_malloc(base64_room(strlen(text)));
        base64_result result = base64_decode(span_of(text), out);
        g_assert_cmpint(result.status, ==, BASE64_OK);
        g_assert_cmpmem(out, result.length, octets, length);
        g_free(out);
        g_free(text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base64/decode", test_decode);
    g_test_add_func("/base64/round_trip", test_round_trip);
    return g_test_run();
}
