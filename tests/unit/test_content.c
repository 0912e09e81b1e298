/* test_content.c — end of data, dot-stuffing and what must not be in a content, wherever the stream is cut.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/content.h"

typedef struct content_case {
    const char *name;
    const char *in;
    size_t in_length;
    bool bare_lf_ends;
    bool ended;
    size_t consumed;
    size_t end_mark;
    const char *content; /* without stuffed dots and end mark */
    size_t content_length;
    unsigned oddities;
    bool stuffed;
} content_case;

/* A literal and its length, NUL octets counted. */
#define OCTETS(text) text, sizeof(text) - 1

static const content_case cases[] = {
    {"plain", OCTETS("a\r\nb\r\n.\r\nQUIT\r\n"), false, true, 9, 3, OCTETS("a\r\nb\r\n"), 0, false},
    {"empty", OCTETS(".\r\n"), false, true, 3, 3, OCTETS(""), 0, false},
    {"one empty line", OCTETS("\r\n.\r\n"), false, true, 5, 3, OCTETS("\r\n"), 0, false},
    {"not yet", OCTETS("a\r\n"), false, false, 3, 0, OCTETS("a\r\n"), 0, false},
    {"stuffed", OCTETS("..\r\n.\r\n"), false, true, 7, 3, OCTETS(".\r\n"), 0, true},
    {"stuffed text", OCTETS("a\r\n.b\r\n..c\r\n.\r\n"), false, true, 15, 3, OCTETS("a\r\nb\r\n.c\r\n"), 0, true},
    {"dot in a line", OCTETS("a.\r\n.\r\n"), false, true, 7, 3, OCTETS("a.\r\n"), 0, false},
    {"CRLF.CR and text", OCTETS("a\r\n.\rX\r\n.\r\n"), false, true, 11, 3, OCTETS("a\r\n\rX\r\n"),
     CONTENT_BARE_CR | CONTENT_LOOKALIKE, true},
    {"CRLF.CR CRLF", OCTETS("\r\n.\r\r\n.\r\n"), false, true, 9, 3, OCTETS("\r\n\r\r\n"),
     CONTENT_BARE_CR | CONTENT_LOOKALIKE, true},
    {"LF.LF", OCTETS("a\n.\nb\r\n.\r\n"), false, true, 10, 3, OCTETS("a\n.\nb\r\n"), CONTENT_BARE_LF | CONTENT_LOOKALIKE,
     false},
    {"LF.LF ends", OCTETS("a\n.\nQUIT\n"), true, true, 4, 2, OCTETS("a\n"), CONTENT_BARE_LF, false},
    {"LF alone, empty", OCTETS(".\n"), true, true, 2, 2, OCTETS(""), CONTENT_BARE_LF, false},
    {"LF alone, empty, strict", OCTETS(".\n"), false, false, 2, 0, OCTETS("\n"), CONTENT_BARE_LF | CONTENT_LOOKALIKE, true},
    {"LF, stuffed", OCTETS("..a\n..\n.\n"), true, true, 9, 2, OCTETS(".a\n.\n"), CONTENT_BARE_LF, true},
    {"LF, not unstuffed in strict mode", OCTETS("a\n..b\r\n.\r\n"), false, true, 10, 3, OCTETS("a\n..b\r\n"),
     CONTENT_BARE_LF, false},
    {"CRLF.CRLF ends here too", OCTETS("a\r\n.\r\n"), true, true, 6, 3, OCTETS("a\r\n"), 0, false},
    {"CRLF.LF ends here too", OCTETS("a\r\n.\n"), true, true, 5, 2, OCTETS("a\r\n"), CONTENT_BARE_LF, false},
    {"LF.CRLF lookalike", OCTETS("a\n.\r\nb\r\n.\r\n"), false, true, 11, 3, OCTETS("a\n.\r\nb\r\n"),
     CONTENT_BARE_LF | CONTENT_LOOKALIKE, false},
    {"LF.CRLF lookalike after LF", OCTETS("a\n.\r\nb\n.\n"), true, true, 9, 2, OCTETS("a\n\r\nb\n"),
     CONTENT_BARE_LF | CONTENT_LOOKALIKE, true},
    {"CRLF.LF lookalike", OCTETS("a\r\n.\nb\r\n.\r\n"), false, true, 11, 3, OCTETS("a\r\n\nb\r\n"),
     CONTENT_BARE_LF | CONTENT_LOOKALIKE, true},
    {"CR.CR lookalike", OCTETS("a\r.\rb\r\n.\r\n"), false, true, 10, 3, OCTETS("a\r.\rb\r\n"),
     CONTENT_BARE_CR | CONTENT_LOOKALIKE, false},
    {"CR.CRLF lookalike", OCTETS("a\r.\r\nb\r\n.\r\n"), false, true, 11, 3, OCTETS("a\r.\r\nb\r\n"),
     CONTENT_BARE_CR | CONTENT_LOOKALIKE, false},
    {"NUL", OCTETS("a\0b\0\r\n.\r\n"), false, true, 9, 3, OCTETS("a\0b\0\r\n"), CONTENT_NUL, false},
    {"bare CR", OCTETS("a\rb\r\n.\r\n"), false, true, 8, 3, OCTETS("a\rb\r\n"), CONTENT_BARE_CR, false},
    {"CR CR LF", OCTETS("a\r\r\n.\r\n"), false, true, 7, 3, OCTETS("a\r\r\n"), CONTENT_BARE_CR, false},
    {"LF before CRLF", OCTETS("\n\r\n.\r\n"), false, true, 6, 3, OCTETS("\n\r\n"), CONTENT_BARE_LF, false},
    {"held back dot", OCTETS("a\r\n."), false, false, 4, 0, OCTETS("a\r\n"), 0, false},
    {"held back dot and CR", OCTETS("a\r\n.\r"), false, false, 5, 0, OCTETS("a\r\n"), 0, false},
    {"nothing", OCTETS(""), false, false, 0, 0, OCTETS(""), 0, false},
};

/* What several pieces come to. */
typedef struct content_sum {
    GByteArray *out;
    content_piece piece; /* as if it had been one */
} content_sum;

/* Reads `in` in pieces that end at the offsets given, in ascending order. Each piece is a copy of its exact size, and so is
 * the room for what comes out. */
static content_sum read_pieces(const char *in, size_t length, bool bare_lf_ends, const size_t *cuts, size_t cut_count)
{
    content_sum sum = {g_byte_array_new(), {0}};
    content_reader reader;
    size_t at = 0;

    content_begin(&reader, bare_lf_ends);
    for (size_t i = 0; i <= cut_count && !sum.piece.ended; i++) {
        size_t end = i < cut_count ? cuts[i] : length;
        uint8_t *copy = g_memdup2(in + at, end - at);
        uint8_t *out = g_malloc(end - at + CONTENT_CARRY);
        content_piece piece = content_read(&reader, (span){copy, end - at}, out);
        g_assert_cmpuint(piece.unstuffed, <=, end - at + CONTENT_CARRY);
        g_assert_true(piece.ended || piece.consumed == end - at);
        g_byte_array_append(sum.out, out, (unsigned)piece.unstuffed);
        sum.piece.oddities |= piece.oddities;
        sum.piece.stuffed |= piece.stuffed;
        sum.piece.ended = piece.ended;
        sum.piece.end_mark = piece.end_mark;
        sum.piece.consumed += piece.consumed;
        sum.piece.unstuffed += piece.unstuffed;
        g_free(copy);
        g_free(out);
        at = end;
    }
    return sum;
}

static void assert_same(const content_sum *a, const content_sum *b)
{
    g_assert_cmpmem(a->out->data, a->out->len, b->out->data, b->out->len);
    g_assert_cmpint(a->piece.ended, ==, b->piece.ended);
    g_assert_cmpuint(a->piece.consumed, ==, b->piece.consumed);
    g_assert_cmpuint(a->piece.unstuffed, ==, b->piece.unstuffed);
    g_assert_cmpuint(a->piece.end_mark, ==, b->piece.end_mark);
    g_assert_cmphex(a->piece.oddities, ==, b->piece.oddities);
    g_assert_cmpint(a->piece.stuffed, ==, b->piece.stuffed);
}

static void free_sum(content_sum *sum)
{
    g_byte_array_free(sum->out, TRUE);
}

static void test_cases(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const content_case *c = &cases[i];
        g_test_message("%s", c->name);
        content_sum sum = read_pieces(c->in, c->in_length, c->bare_lf_ends, NULL, 0);
        g_assert_cmpmem(sum.out->data, sum.out->len, c->content, c->content_length);
        g_assert_cmpint(sum.piece.ended, ==, c->ended);
        g_assert_cmpuint(sum.piece.consumed, ==, c->consumed);
        g_assert_cmpuint(sum.piece.end_mark, ==, c->end_mark);
        g_assert_cmphex(sum.piece.oddities, ==, c->oddities);
        g_assert_cmpint(sum.piece.stuffed, ==, c->stuffed);
        free_sum(&sum);
    }
}

/* Cut into two at every place, and into single octets: the same comes out as in one piece. */
static void check_cuts(const char *in, size_t length, bool bare_lf_ends)
{
    content_sum whole = read_pieces(in, length, bare_lf_ends, NULL, 0);
    size_t *each = g_new(size_t, length + 1);

    for (size_t cut = 0; cut <= length; cut++) {
        content_sum sum = read_pieces(in, length, bare_lf_ends, &cut, 1);
        assert_same(&whole, &sum);
        free_sum(&sum);
        each[cut] = cut;
    }
    content_sum sum = read_pieces(in, length, bare_lf_ends, each, length + 1);
    assert_same(&whole, &sum);
    free_sum(&sum);
    free_sum(&whole);
    g_free(each);
}

static void test_cuts(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        check_cuts(cases[i].in, cases[i].in_length, cases[i].bare_lf_ends);
        check_cuts(cases[i].in, cases[i].in_length, !cases[i].bare_lf_ends);
    }
}

/* The rules again, without any thought of speed or of pieces: where does the content end, and what is it unstuffed? */
static bool reference(const char *in, size_t length, bool bare_lf_ends, GByteArray *out, size_t *consumed)
{
    bool line_begin = true;

    for (size_t at = 0; at < length; at++) {
        bool crlf = at + 2 < length && in[at + 1] == '\r' && in[at + 2] == '\n';
        bool lf = at + 1 < length && in[at + 1] == '\n';
        bool after_crlf = at == 0 || (at >= 2 && in[at - 2] == '\r' && in[at - 1] == '\n');
        if (line_begin && in[at] == '.') {
            if ((after_crlf && crlf) || (bare_lf_ends && lf)) {
                *consumed = at + (lf ? 2 : 3);
                return true;
            }
            line_begin = false;
            continue;
        }
        g_byte_array_append(out, (const uint8_t *)&in[at], 1);
        line_begin = in[at] == '\n' && (bare_lf_ends || (at >= 1 && in[at - 1] == '\r'));
    }
    *consumed = length;
    return false;
}

/* Every text of up to eight octets over the four that matter. */
static void test_exhaustive(void)
{
    static const char alphabet[] = {'\r', '\n', '.', 'a'};
    char in[8];

    for (unsigned length = 1; length <= sizeof in; length++) {
        for (unsigned long n = 0; n < 1ul << (2 * length); n++) {
            for (unsigned i = 0; i < length; i++)
                in[i] = alphabet[n >> (2 * i) & 3];
            for (int lenient = 0; lenient <= 1; lenient++) {
                GByteArray *expected = g_byte_array_new();
                size_t consumed;
                bool ended = reference(in, length, lenient, expected, &consumed);
                content_sum sum = read_pieces(in, length, lenient, NULL, 0);
                g_assert_cmpint(sum.piece.ended, ==, ended);
                g_assert_cmpuint(sum.piece.consumed, ==, consumed);
                /* A CR behind the last dot is held back, since the LF may come yet. */
                unsigned held = !ended && sum.out->len + 1 == expected->len;
                g_assert_true(!held || (in[length - 1] == '\r' && in[length - 2] == '.'));
                g_assert_cmpmem(sum.out->data, sum.out->len, expected->data, expected->len - held);
                free_sum(&sum);
                g_byte_array_free(expected, TRUE);
                if (length <= 6)
                    check_cuts(in, length, lenient);
            }
        }
    }
}

/* Line lengths round the limit of 1000 octets, which a stuffed dot does not count towards. */
static void test_line_length(void)
{
    static const struct {
        size_t text;
        bool dot;
        bool too_long;
    } lines[] = {{0, false, false},  {997, false, false}, {998, false, false}, {999, false, true},
                 {998, true, false}, {999, true, true},   {5000, false, true}, {99999, true, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        GString *in = g_string_new("short\r\n");
        g_string_append(in, lines[i].dot ? "." : "");
        for (size_t n = 0; n < lines[i].text; n++)
            g_string_append_c(in, 'x');
        g_string_append(in, "\r\nshort\r\n.\r\n");
        content_sum sum = read_pieces(in->str, in->len, false, NULL, 0);
        g_assert_true(sum.piece.ended);
        g_assert_cmphex(sum.piece.oddities, ==, lines[i].too_long ? CONTENT_LINE_TOO_LONG : 0);
        for (size_t cut = 0; cut < in->len; cut += 7) {
            content_sum cut_sum = read_pieces(in->str, in->len, false, &cut, 1);
            assert_same(&sum, &cut_sum);
            free_sum(&cut_sum);
        }
        free_sum(&sum);
        g_string_free(in, TRUE);
    }
}

static void test_without_output(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        content_reader reader;
        content_begin(&reader, cases[i].bare_lf_ends);
        content_piece piece = content_read(&reader, (span){(const uint8_t *)cases[i].in, cases[i].in_length}, NULL);
        g_assert_cmpuint(piece.unstuffed, ==, cases[i].content_length);
        g_assert_cmpuint(piece.consumed, ==, cases[i].consumed);
    }
}

/* Time that grows with the square of the length would keep this from ever ending: many line breaks of every kind, and
 * none at all. */
static void test_linear(void)
{
    static const char *const patterns[] = {"\r",  "\n",     ".",        "\r\n", "\n.",
                                           "\r.", "\r\n.x", "\r\n..\r", "x",    "\r\nxxxxxxxxxxxxxxxx"};
    const size_t length = 8u << 20;
    uint8_t *in = g_malloc(length);
    uint8_t *out = g_malloc(length + CONTENT_CARRY);

    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        size_t period = strlen(patterns[i]);
        for (size_t n = 0; n < length; n++)
            in[n] = (uint8_t)patterns[i][n % period];
        content_reader reader;
        content_begin(&reader, false);
        content_piece piece = content_read(&reader, (span){in, length}, out);
        g_assert_false(piece.ended);
        g_assert_cmpuint(piece.consumed, ==, length);
    }
    g_free(in);
    g_free(out);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/content/cases", test_cases);
    g_test_add_func("/content/cuts", test_cuts);
    g_test_add_func("/content/exhaustive", test_exhaustive);
    g_test_add_func("/content/line_length", test_line_length);
    g_test_add_func("/content/without_output", test_without_output);
    g_test_add_func("/content/linear", test_linear);
    return g_test_run();
}
