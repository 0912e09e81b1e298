/* test_xtext.c — xtext and its UTF-8 relatives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/xtext.h"

typedef struct xtext_case {
    const char *in;
    xtext_result result;
    const char *out;
} xtext_case;

static void check(const xtext_case *c, xtext_result (*decode)(span, uint8_t *, size_t *))
{
    size_t length = strlen(c->in);
    uint8_t *copy = g_memdup2(c->in, length);
    uint8_t *out = g_malloc(length);
    size_t out_length = 77;

    g_test_message("%s", c->in);
    g_assert_cmpint(decode((span){copy, length}, out, &out_length), ==, c->result);
    g_assert_cmpmem(out, out_length, c->out, strlen(c->out));
    g_free(out);
    g_free(copy);
}

static void test_xtext(void)
{
    static const xtext_case cases[] = {
        {"", XTEXT_OK, ""},
        {"QQ314159", XTEXT_OK, "QQ314159"},
        {"ann+2Bnews+3Dx@example.org", XTEXT_OK, "ann+news=x@example.org"},
        {"a+20b", XTEXT_OK, "a b"},
        {"+2B+3D", XTEXT_OK, "+="},
        {"a+2bb", XTEXT_LOWER_CASE, "a+b"},
        {"a=b", XTEXT_STRAY, "a=b"},
        {"\xc3\xbc", XTEXT_STRAY, "\xc3\xbc"},
        {"a+2b=", XTEXT_STRAY, "a+="},
        {"\\x{FC}", XTEXT_OK, "\\x{FC}"},
        {"+", XTEXT_BAD_ESCAPE, ""},
        {"a+", XTEXT_BAD_ESCAPE, ""},
        {"a+2", XTEXT_BAD_ESCAPE, ""},
        {"a+2G", XTEXT_BAD_ESCAPE, ""},
        {"a+G2", XTEXT_BAD_ESCAPE, ""},
        {"++2B", XTEXT_BAD_ESCAPE, ""},
        {"ann+news@example.org", XTEXT_BAD_ESCAPE, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check(&cases[i], xtext_decode);
}

static void test_utf8(void)
{
    static const xtext_case cases[] = {
        {"ann@example.org", XTEXT_OK, "ann@example.org"},
        {"\\x{FC}@example.org", XTEXT_OK, "\xc3\xbc@example.org"},
        {"\\x{5C}\\x{2B}\\x{3D}", XTEXT_OK, "\\+="},
        {"\\x{20AC}\\x{1F4E7}\\x{10FFFF}", XTEXT_OK, "\xe2\x82\xac\xf0\x9f\x93\xa7\xf4\x8f\xbf\xbf"},
        {"\\x{7F}\\x{80}\\x{7FF}\\x{800}\\x{FFFF}\\x{10000}", XTEXT_OK,
         "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80"},
        {"\xc3\xbc@b\xc3\xbc.example", XTEXT_OK, "\xc3\xbc@b\xc3\xbc.example"},
        {"+C3+BC@example.org", XTEXT_OK, "\xc3\xbc@example.org"},
        {"\\x{fc}", XTEXT_LOWER_CASE, "\xc3\xbc"},
        {"a b", XTEXT_STRAY, "a b"},
        {"\\", XTEXT_BAD_ESCAPE, ""},
        {"\\x", XTEXT_BAD_ESCAPE, ""},
        {"\\x{", XTEXT_BAD_ESCAPE, ""},
        {"\\x{}", XTEXT_BAD_ESCAPE, ""},
        {"\\x{FC", XTEXT_BAD_ESCAPE, ""},
        {"\\x{110000}", XTEXT_BAD_ESCAPE, ""},
        {"\\x{0000FC1}", XTEXT_BAD_ESCAPE, ""},
        {"\\x{D800}", XTEXT_BAD_ESCAPE, ""},
        {"\\x{XY}", XTEXT_BAD_ESCAPE, ""},
        {"a\\b", XTEXT_BAD_ESCAPE, ""},
        {"a+2", XTEXT_BAD_ESCAPE, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check(&cases[i], xtext_decode_utf8);
}

/* Every octet, escaped, comes back. */
static void test_every_octet(void)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        char *in = g_strdup_printf("+%02X", octet);
        uint8_t out[3];
        size_t length;
        g_assert_cmpint(xtext_decode(span_of(in), out, &length), ==, XTEXT_OK);
        g_assert_cmpuint(length, ==, 1);
        g_assert_cmpuint(out[0], ==, octet);
        g_free(in);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xtext/xtext", test_xtext);
    g_test_add_func("/xtext/utf8", test_utf8);
    g_test_add_func("/xtext/every_octet", test_every_octet);
    return g_test_run();
}
