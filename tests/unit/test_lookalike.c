/* test_lookalike.c — every form of what is like an end of data, its name and its place, and what is near to one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/content.h"

#define OCTETS(text) text, sizeof(text) - 1

typedef struct form_case {
    const char *in;
    size_t length;
    const char *names; /* of those met, each with the octets before its line and those without stuffed dots */
    bool bare_lf_ends;
    bool chunked;
} form_case;

static const form_case forms[] = {
    /* Each line end in front, and each behind. */
    {OCTETS("a\n.\nb"), "LF.LF@2/2 ", false, false},
    {OCTETS("a\n.\r\nb"), "LF.CRLF@2/2 ", false, false},
    {OCTETS("a\n.\rb"), "LF.CR@2/2 ", false, false},
    {OCTETS("a\n.\r\r\nb"), "LF.CRCRLF@2/2 ", false, false},
    {OCTETS("a\r.\nb"), "CR.LF@2/2 ", false, false},
    {OCTETS("a\r.\r\nb"), "CR.CRLF@2/2 ", false, false},
    {OCTETS("a\r.\rb"), "CR.CR@2/2 ", false, false},
    {OCTETS("a\r.\r\r\nb"), "CR.CRCRLF@2/2 ", false, false},
    {OCTETS("a\r\n.\nb"), "CRLF.LF@3/3 ", false, false},
    {OCTETS("a\r\n.\rb"), "CRLF.CR@3/3 ", false, false},
    {OCTETS("a\r\n.\r\r\nb"), "CRLF.CRCRLF@3/3 ", false, false},
    {OCTETS("a\r\r\n.\nb"), "CRCRLF.LF@4/4 ", false, false},
    {OCTETS("a\r\r\n.\rb"), "CRCRLF.CR@4/4 ", false, false},
    {OCTETS("a\r\r\n.\r\r\nb"), "CRCRLF.CRCRLF@4/4 ", false, false},
    {OCTETS(".\nb"), "CRLF.LF@0/0 ", false, false},
    /* NULs beside the dot. */
    {OCTETS("a\r\n.\0\r\nb"), "CRLF.NUL CRLF@3/3 ", false, false},
    {OCTETS("a\r\n\0.\r\nb"), "CRLF NUL.CRLF@3/3 ", false, false},
    {OCTETS("a\r\n\0.\0\r\nb"), "CRLF NUL.NUL CRLF@3/3 ", false, false},
    {OCTETS("a\r\r\n\0.\r\r\nb"), "CRCRLF NUL.CRCRLF@4/4 ", false, false},
    {OCTETS("a\0\n.\nb"), "LF.LF@3/3 ", false, false},
    {OCTETS("a\r\n\0\0\0\0\0\0\0\0.\0\0\0\0\0\0\0\0\nb"), "CRLF NUL.NUL LF@3/3 ", false, false},
    {OCTETS("a\r\n\0\0\0\0\0\0\0\0\0.\nb"), "", false, false},
    /* Two dots. */
    {OCTETS("a\n..\nb"), "LF..LF@2/2 ", false, false},
    {OCTETS("a\r..\rb"), "CR..CR@2/2 ", false, false},
    {OCTETS("a\r\n..\nb"), "CRLF..LF@3/3 ", false, false},
    {OCTETS("a\n..\nb"), "", true, false},
    {OCTETS("a\n..\nb"), "", false, true},
    /* Several, and such as share a line end. */
    {OCTETS("a\n.\n.\nb"), "LF.LF@2/2 LF.LF@4/4 ", false, false},
    {OCTETS("a\r\n.\r.\rb"), "CRLF.CR.@3/3 CR.CR@5/4 ", false, false},
    {OCTETS("..\r\n\n.\r\n\r.\r"), "LF.CRLF@5/4 CR.CR@9/8 ", false, false},
    /* In chunks no dot is stuffed, and CRLF.CRLF ends nothing. */
    {OCTETS("a\r\n.\nb"), "CRLF.LF@3/3 ", false, true},
    {OCTETS("a\r\n.\r\nb\n.\r\n"), "LF.CRLF@8/8 ", false, true},
    {OCTETS("a\r\n.\rb"), "CRLF.CR@3/3 ", false, true},
    /* None. */
    {OCTETS("a\r\n..\r\nb"), "", false, false},
    {OCTETS("a\r\n..\rb"), "", false, false},
    {OCTETS("a\n...\nb"), "", false, false},
    {OCTETS("a\n.b\nb"), "", false, false},
    {OCTETS("a.\nb"), "", false, false},
    {OCTETS("a\n .\nb"), "", false, false},
    {OCTETS("a\n. \nb"), "", false, false},
    {OCTETS("a\n.\0.\nb"), "", false, false},
    {OCTETS("a\n\0\nb"), "", false, false},
    {OCTETS("a\n."), "", false, false},
    {OCTETS("a\r\n.\r\n"), "", false, false},
    {OCTETS("a\r\r\n.\r\n"), "", false, false},
    {OCTETS("a\n.\n"), "", true, false},
};

/* The names of what is met when the input is read in pieces of so many octets. */
static char *names_of(const form_case *c, size_t piece_length)
{
    GString *names = g_string_new(NULL);
    uint8_t *room = (uint8_t *)g_malloc(c->length + CONTENT_CARRY);
    content_reader reader;
    size_t at = 0, unstuffed = 0;
    content_piece piece = {0};

    if (c->chunked)
        content_begin_chunks(&reader);
    else
        content_begin(&reader, c->bare_lf_ends);
    reader.stops_at_lookalikes = true;
    for (size_t end = piece_length; at < c->length && !piece.ended; end = at < end ? end : end + piece_length) {
        size_t upto = MIN(end, c->length);
        piece = content_read(&reader, (span){(const uint8_t *)c->in + at, upto - at}, room);
        at += piece.consumed;
        unstuffed += piece.unstuffed;
        g_assert_true(piece.stopped || piece.ended || at == upto);
        if (piece.stopped) {
            char name[LOOKALIKE_NAME_ROOM];
            size_t behind = at - piece.met.behind;
            lookalike_name(&piece.met.form, (span){(const uint8_t *)c->in + behind, c->length - behind}, name);
            /* "CRLF.CR." shows that the octet behind the CR was read with it. */
            g_string_append_printf(names, "%s%s@%zu/%zu ", name, piece.met.behind > 1 && c->in[behind + 1] == '.' ? "." : "",
                                   at - piece.met.line, unstuffed - piece.line_unstuffed);
        }
    }
    g_free(room);
    return g_string_free(names, FALSE);
}

static void test_forms(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        for (size_t length = 1; length <= forms[i].length; length++) {
            char *names = names_of(&forms[i], length);
            g_test_message("form %zu in pieces of %zu", i, length);
            g_assert_cmpstr(names, ==, forms[i].names);
            g_free(names);
        }
    }
}

static void test_line_ends(void)
{
    static const struct {
        const char *behind;
        size_t length;
    } ends[] = {{"\r\nx", 2}, {"\nx", 1}, {"\rx", 1}, {"\r\r\nx", 3}, {"\r\rx", 1}, {"\r", 1}, {"x", 0}, {"", 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        g_assert_cmpuint(lookalike_line_end_length(span_of(ends[i].behind)), ==, ends[i].length);
}

/* What is behind a lookalike may not be there yet; then it is a CR, or the lookalike would not be known. */
static void test_name(void)
{
    static const struct {
        const char *behind, *name;
    } names[] = {{"", "LF.CR"}, {"\n", "LF.LF"}, {"\r\n", "LF.CRLF"}, {"\r\r\n", "LF.CRCRLF"}, {"\rx", "LF.CR"}};
    lookalike_form form = {.before = LINE_END_LF, .dots = 1};
    char name[LOOKALIKE_NAME_ROOM];

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        lookalike_name(&form, span_of(names[i].behind), name);
        g_assert_cmpstr(name, ==, names[i].name);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lookalike/forms", test_forms);
    g_test_add_func("/lookalike/name", test_name);
    g_test_add_func("/lookalike/line_ends", test_line_ends);
    return g_test_run();
}
