/* test_utf8.c — code points and UTF-16 into UTF-8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/utf8.h"

/* A literal and its length, NUL octets counted. */
#define OCTETS(text) text, sizeof(text) - 1

static void test_utf16(void)
{
    static const struct {
        const char *in;
        size_t in_length;
        const char *out;
        size_t out_length;
    } cases[] = {
        {OCTETS("a"), OCTETS("\xef\xbf\xbd")},
        {OCTETS("a\0b"), OCTETS("a\xef\xbf\xbd")},
        {OCTETS("\x3d\xd8"), OCTETS("\xef\xbf\xbd")},
        {OCTETS("\x3d\xd8\x00"), OCTETS("\xef\xbf\xbd\xef\xbf\xbd")},
        {OCTETS("\x3d\xd8\x3d\xd8\x00\xde"), OCTETS("\xef\xbf\xbd\xf0\x9f\x98\x80")},
        {OCTETS("\x3d\xd8"
                "a\0"),
         OCTETS("\xef\xbf\xbd"
                "a")},
        {OCTETS("\x00\xde\x3d\xd8"), OCTETS("\xef\xbf\xbd\xef\xbf\xbd")},
        {OCTETS(""), OCTETS("")},
        {OCTETS("a\0n\0n\0"), OCTETS("ann")},
        {OCTETS("\0\0"
                "a\0"),
         OCTETS("\0a")},
        {OCTETS("\xf6\0"), OCTETS("\xc3\xb6")},
        {OCTETS("\xac\x20"), OCTETS("\xe2\x82\xac")},
        {OCTETS("\xff\xff"), OCTETS("\xef\xbf\xbf")},
        {OCTETS("\x3d\xd8\x00\xde"), OCTETS("\xf0\x9f\x98\x80")},
        {OCTETS("\xff\xdb\xff\xdf"), OCTETS("\xf4\x8f\xbf\xbf")},
        {OCTETS("\x00\xd8\x00\xdc"), OCTETS("\xf0\x90\x80\x80")},
        {OCTETS("a\0"
                "\x00\xdc"),
         OCTETS("a\xef\xbf\xbd")},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *copy = g_memdup2(cases[i].in, cases[i].in_length);
        uint8_t *out = g_malloc(utf8_room(cases[i].in_length));
        size_t length = utf8_from_utf16le((span){copy, cases[i].in_length}, out);
        g_assert_cmpmem(out, length, cases[i].out, cases[i].out_length);
        g_free(out);
        g_free(copy);
    }
}

/* Text of ASCII, and text that is not well-formed, do not use UTF-8; for the latter GLib is asked. */
static void check_is_used(const uint8_t *octets, size_t length)
{
    uint8_t *copy = g_memdup2(octets, length); /* of this very length, so that nothing behind it is read */
    bool ascii = true;

    for (size_t i = 0; i < length; i++)
        ascii = ascii && octets[i] < 0x80;
    g_assert_cmpint(utf8_is_used((span){copy, length}), ==,
                    !ascii && g_utf8_validate((const char *)copy, (gssize)length, NULL));
    g_free(copy);
}

/* Every first and second octet, with what makes them whole, and with what may follow. */
static void test_is_used(void)
{
    static const uint8_t thirds[] = {0x7f, 0x80, 0xbf, 0xc0};

    check_is_used((const uint8_t *)"", 0);
    for (unsigned first = 1; first <= UINT8_MAX; first++) {
        check_is_used((const uint8_t[]){(uint8_t)first}, 1);
        for (unsigned second = 1; second <= UINT8_MAX; second++) {
            check_is_used((const uint8_t[]){(uint8_t)first, (uint8_t)second}, 2);
            for (size_t i = 0; i < G_N_ELEMENTS(thirds); i++) {
                uint8_t octets[] = {(uint8_t)first, (uint8_t)second, thirds[i], 0x80, 'a'};
                for (size_t length = 3; length <= sizeof octets; length++)
                    check_is_used(octets, length);
            }
        }
    }
}

/* Every code point, against GLib. */
static void test_every_point(void)
{
    for (uint32_t point = 0; point <= UTF8_POINT_MAX; point++) {
        uint8_t out[UTF8_OCTETS_MAX];
        char wanted[6];
        if (utf8_is_surrogate(point))
            continue;
        size_t length = utf8_put(point, out);
        g_assert_cmpmem(out, length, wanted, (size_t)g_unichar_to_utf8(point, wanted));
    }
    g_assert_true(utf8_is_surrogate(0xd800) && utf8_is_surrogate(0xdfff));
    g_assert_false(utf8_is_surrogate(0xd7ff) || utf8_is_surrogate(0xe000));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/utf8/utf16", test_utf16);
    g_test_add_func("/utf8/is_used", test_is_used);
    g_test_add_func("/utf8/every_point", test_every_point);
    return g_test_run();
}
