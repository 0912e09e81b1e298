/* test_encoded_word.c — encoded words of header fields.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/encoded_word.h"

#define PIECES_MAX 4

typedef struct wanted_piece {
    char encoding; /* '\0': literal text */
    const char *charset;
    const char *text; /* NULL: no more pieces */
} wanted_piece;

#define LITERAL '\0', ""

typedef struct text_case {
    const char *in;
    wanted_piece pieces[PIECES_MAX + 1];
} text_case;

static const text_case cases[] = {
    {"", {{LITERAL, NULL}}},
    {"plain text", {{LITERAL, "plain text"}}},
    {" ", {{LITERAL, " "}}},
    {"raw \xc3\xbc \xff = ?= =", {{LITERAL, "raw \xc3\xbc \xff = ?= ="}}},
    {"=?utf-8?B?w7w=?=", {{'B', "utf-8", "w7w="}}},
    {"=?ISO-8859-1?q?=FC?=", {{'Q', "ISO-8859-1", "=FC"}}},
    {"=?utf-8?b?w7w=?=", {{'B', "utf-8", "w7w="}}},
    {"=?ISO_8859-1:1987?Q?a?=", {{'Q', "ISO_8859-1:1987", "a"}}},
    {"=?us-ascii*en?Q?a?=", {{'Q', "us-ascii", "a"}}},
    {"=?us-ascii*en-GB*x?Q?a?=", {{'Q', "us-ascii", "a"}}},
    {"=?us-ascii*?Q?a?=", {{'Q', "us-ascii", "a"}}},
    {"=?utf-8?Q?\?=", {{'Q', "utf-8", ""}}},
    {"=?utf-8?Q?=?=", {{'Q', "utf-8", "="}}},
    {"=?utf-8?Q?=41?=", {{'Q', "utf-8", "=41"}}},

    /* the examples of RFC 2047, 8 */
    {"(=?ISO-8859-1?Q?a?=)", {{LITERAL, "("}, {'Q', "ISO-8859-1", "a"}, {LITERAL, ")"}}},
    {"(=?ISO-8859-1?Q?a?= b)", {{LITERAL, "("}, {'Q', "ISO-8859-1", "a"}, {LITERAL, " b)"}}},
    {"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", {{'Q', "ISO-8859-1", "a"}, {'Q', "ISO-8859-1", "b"}}},
    {"=?ISO-8859-1?Q?a?= \t  =?ISO-8859-2?Q?_b?=", {{'Q', "ISO-8859-1", "a"}, {'Q', "ISO-8859-2", "_b"}}},

    /* white space */
    {"Re: =?utf-8?Q?a?= and", {{LITERAL, "Re: "}, {'Q', "utf-8", "a"}, {LITERAL, " and"}}},
    {" =?utf-8?Q?a?= ", {{LITERAL, " "}, {'Q', "utf-8", "a"}, {LITERAL, " "}}},
    {"=?u?Q?a?= x =?u?Q?b?=", {{'Q', "u", "a"}, {LITERAL, " x "}, {'Q', "u", "b"}}},
    {"=?u?Q?a?= =?u?Q?b", {{'Q', "u", "a"}, {LITERAL, " =?u?Q?b"}}},
    {"=?u?Q?a?= =?u?Q?b c?= =?u?Q?d?=", {{'Q', "u", "a"}, {LITERAL, " =?u?Q?b c?= "}, {'Q', "u", "d"}}},

    /* what mailers write all the same */
    {"=?u?Q?a?==?u?Q?b?=", {{'Q', "u", "a"}, {'Q', "u", "b"}}},
    {"a=?u?Q?b?=c", {{LITERAL, "a"}, {'Q', "u", "b"}, {LITERAL, "c"}}},
    {"\"=?u?Q?a?=\" <a@b>", {{LITERAL, "\""}, {'Q', "u", "a"}, {LITERAL, "\" <a@b>"}}},

    /* malformed */
    {"=", {{LITERAL, "="}}},
    {"=?", {{LITERAL, "=?"}}},
    {"=?utf-8", {{LITERAL, "=?utf-8"}}},
    {"=?utf-8?", {{LITERAL, "=?utf-8?"}}},
    {"=?utf-8?Q", {{LITERAL, "=?utf-8?Q"}}},
    {"=?utf-8?Q?", {{LITERAL, "=?utf-8?Q?"}}},
    {"=?utf-8?Q?a", {{LITERAL, "=?utf-8?Q?a"}}},
    {"=?utf-8?Q?a?", {{LITERAL, "=?utf-8?Q?a?"}}},
    {"=?utf-8?Q?=", {{LITERAL, "=?utf-8?Q?="}}},
    {"=?utf-8?X?a?=", {{LITERAL, "=?utf-8?X?a?="}}},
    {"=?utf-8?QB?a?=", {{LITERAL, "=?utf-8?QB?a?="}}},
    {"=?utf-8?\?a?=", {{LITERAL, "=?utf-8?\?a?="}}},
    {"=?\?Q?a?=", {{LITERAL, "=?\?Q?a?="}}},
    {"=?*en?Q?a?=", {{LITERAL, "=?*en?Q?a?="}}},
    {"=?u\x7f?Q?a?=", {{LITERAL, "=?u\x7f?Q?a?="}}},
    {"=?utf 8?Q?a?=", {{LITERAL, "=?utf 8?Q?a?="}}},
    {"=?utf-8?Q?a b?=", {{LITERAL, "=?utf-8?Q?a b?="}}},
    {"=?utf-8?Q?a?b?=", {{LITERAL, "=?utf-8?Q?a?b?="}}},
    {"=?utf-8?Q?\xc3\xbc?=", {{LITERAL, "=?utf-8?Q?\xc3\xbc?="}}},
    {"=?=?u?Q?a?=", {{LITERAL, "=?"}, {'Q', "u", "a"}}},
    {"=?u?Q?=?u?Q?a?=", {{LITERAL, "=?u?Q?"}, {'Q', "u", "a"}}},
    {"=?v?Q?a=?u?Q?b?=", {{LITERAL, "=?v?Q?a"}, {'Q', "u", "b"}}},
};

static void test_next(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].in);
        uint8_t *copy = g_memdup2(cases[i].in, length);
        span rest = {copy, length};
        encoded_piece piece;
        g_test_message("%s", cases[i].in);
        for (const wanted_piece *wanted = cases[i].pieces; wanted->text; wanted++) {
            g_assert_true(encoded_word_next(&rest, &piece));
            g_assert_cmpint(piece.encoding, ==, wanted->encoding);
            assert_span(piece.charset, wanted->charset);
            assert_span(piece.text, wanted->text);
        }
        g_assert_false(encoded_word_next(&rest, &piece));
        g_assert_cmpuint(rest.length, ==, 0);
        g_free(copy);
    }
}

/* A word cut off anywhere is literal text, and nothing behind the cut is looked at. */
static void test_cut(void)
{
    static const char in[] = "=?utf-8*de?Q?a=C3=BC?=";

    for (size_t length = 1; length < sizeof in - 1; length++) {
        uint8_t *copy = g_memdup2(in, length);
        span rest = {copy, length};
        encoded_piece piece;
        g_assert_true(encoded_word_next(&rest, &piece));
        g_assert_cmpint(piece.encoding, ==, '\0');
        g_assert_cmpuint(piece.text.length, ==, length);
        g_free(copy);
    }
}

static void test_decode(void)
{
    static const struct {
        char encoding;
        const char *in, *out;
    } decode_cases[] = {
        {'\0', "", ""},
        {'\0', "a_b=41 \xff", "a_b=41 \xff"},
        {'Q', "", ""},
        {'Q', "a_b", "a b"},
        {'Q', "=41=c3=BC=5F", "A\xc3\xbc_"},
        {'Q', "=", "="},
        {'Q', "=4", "=4"},
        {'Q', "a=4", "a=4"},
        {'Q', "=4G=G4", "=4G=G4"},
        {'Q', "=0A=40", "\n@"},
        {'Q', "==41", "=A"},
        {'Q', "=\xc1\xc1", "=\xc1\xc1"},
        {'B', "", ""},
        {'B', "Zg==", "f"},
        {'B', "Zm8=", "fo"},
        {'B', "Zm9v", "foo"},
        {'B', "QUFB", "AAA"},
        {'B', "DAw=", "\f\f"},
        {'B', "Zm9vYmFy", "foobar"},
        {'B', "w7w=", "\xc3\xbc"},
        {'B', "Zg", "f"},
        {'B', "Zm8", "fo"},
        {'B', "Zm9vZ", "foo"},
        {'B', "Z", ""},
        {'B', "Zh==", "f"},
        {'B', "Zg=", "f"},
        {'B', "Zg===", "f"},
        {'B', "Zg==Zm8=", "ffo"},
        {'B', "Z*m9-v", "foo"},
        {'B', "*", ""},
        {'B', "====", ""},
        {'B', "=Zm9v", "foo"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(decode_cases); i++) {
        size_t length = strlen(decode_cases[i].in);
        uint8_t *copy = g_memdup2(decode_cases[i].in, length);
        uint8_t *out = g_malloc(length);
        encoded_piece piece = {.encoding = decode_cases[i].encoding, .text = {copy, length}};
        g_test_message("%c %s", piece.encoding ? piece.encoding : '-', decode_cases[i].in);
        assert_span((span){out, encoded_word_decode(&piece, out)}, decode_cases[i].out);
        g_free(out);
        g_free(copy);
    }
}

static void test_joins(void)
{
    static const struct {
        const char *in;
        bool joins; /* the second piece with the first */
    } joins_cases[] = {
        {"=?utf-8?Q?a?= =?utf-8?Q?b?=", true},
        {"=?utf-8?Q?a?= =?UTF-8?B?b?=", true},
        {"=?utf-8*de?Q?a?= =?utf-8?Q?b?=", true},
        {"=?utf-8?Q?a?= =?utf-7?Q?b?=", false},
        {"=?utf-8?Q?a?= =?utf-?Q?b?=", false},
        {"=?utf-8?Q?a?= =?utf-8x?Q?b?=", false},
        {"=?utf-8?Q?a?= b", false},
        {"a =?utf-8?Q?b?=", false},
    };
    const encoded_piece none = {0};

    for (size_t i = 0; i < G_N_ELEMENTS(joins_cases); i++) {
        span rest = span_of(joins_cases[i].in);
        encoded_piece first, second;
        g_test_message("%s", joins_cases[i].in);
        g_assert_true(encoded_word_next(&rest, &first));
        g_assert_true(encoded_word_next(&rest, &second));
        g_assert_cmpint(encoded_word_joins(&first, &second), ==, joins_cases[i].joins);
        g_assert_cmpint(encoded_word_joins(&none, &first), ==, first.encoding == '\0');
    }
}

/* Converts what was collected, if anything, and appends it to the text. */
static void convert(GString *text, GByteArray *octets, const encoded_piece *piece)
{
    if (octets->len == 0)
        return;
    char *charset =
        piece->encoding ? g_strndup((const char *)piece->charset.octets, piece->charset.length) : g_strdup("UTF-8");
    char *utf8 = g_convert((const char *)octets->data, octets->len, "UTF-8", charset, NULL, NULL, NULL);
    g_assert_nonnull(utf8);
    g_string_append(text, utf8);
    g_byte_array_set_size(octets, 0);
    g_free(utf8);
    g_free(charset);
}

/* Reads a text the way the header tells callers to. */
static char *read_text(span rest)
{
    GString *text = g_string_new(NULL);
    GByteArray *octets = g_byte_array_new();
    encoded_piece before = {0}, piece;

    while (encoded_word_next(&rest, &piece)) {
        if (!encoded_word_joins(&before, &piece))
            convert(text, octets, &before);
        uint8_t *out = g_malloc(piece.text.length);
        g_byte_array_append(octets, out, (guint)encoded_word_decode(&piece, out));
        g_free(out);
        before = piece;
    }
    convert(text, octets, &before);
    g_byte_array_unref(octets);
    return g_string_free(text, FALSE);
}

static void test_text(void)
{
    static const struct {
        const char *in, *out;
    } text_cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"Re: =?iso-8859-1?Q?gr=FC=DFe?= to all", "Re: gr\xc3\xbc\xc3\x9f"
                                                  "e to all"},
        {"=?utf-8?Q?a=C3?= =?UTF-8?Q?=BCb?=", "a\xc3\xbc"
                                              "b"},
        {"=?utf-8?B?4oI=?= =?utf-8?Q?=AC?=", "\xe2\x82\xac"},
        {"=?utf-8?Q?=C3=BC?= =?iso-8859-1?Q?=FC?=", "\xc3\xbc\xc3\xbc"},
        {"=?utf-8?Q?\?= =?utf-8?Q?a?=", "a"},
        {"\xc3\xbc =?utf-8?Q?=C3=BC?= \xc3\xbc", "\xc3\xbc \xc3\xbc \xc3\xbc"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(text_cases); i++) {
        char *text = read_text(span_of(text_cases[i].in));
        g_assert_cmpstr(text, ==, text_cases[i].out);
        g_free(text);
    }
}

/* Texts made of attempts: a reader that begins anew at each would not end in a test's time. */
static void test_linear(void)
{
    static const char *const units[] = {"=",       "=?",         "=?u", "=?u?", "=?u?Q?",
                                        "=?u?Q?a", "=?u?Q?a?= ", " ",   "?=",   "=?u?B?=?= "};

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        size_t unit = strlen(units[i]);
        size_t length = unit * 1000000;
        uint8_t *in = g_malloc(length);
        for (size_t at = 0; at < length; at++)
            in[at] = (uint8_t)units[i][at % unit];
        span rest = {in, length};
        encoded_piece piece;
        size_t pieces = 0;
        while (encoded_word_next(&rest, &piece))
            pieces++;
        g_assert_cmpuint(pieces, >, 0);
        g_free(in);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/encoded_word/next", test_next);
    g_test_add_func("/encoded_word/cut", test_cut);
    g_test_add_func("/encoded_word/decode", test_decode);
    g_test_add_func("/encoded_word/joins", test_joins);
    g_test_add_func("/encoded_word/text", test_text);
    g_test_add_func("/encoded_word/linear", test_linear);
    return g_test_run();
}
