/* test_header.c — header fields: cutting, unfolding.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/header.h"

#define FIELDS_MAX 3

typedef struct header_case {
    const char *in;
    struct {
        const char *name, *body; /* NULL: no more fields */
    } fields[FIELDS_MAX + 1];
    const char *rest; /* where the fields end */
} header_case;

static const header_case cases[] = {
    {"", {{NULL, NULL}}, ""},
    {"\r\n", {{NULL, NULL}}, "\r\n"},
    {"\n", {{NULL, NULL}}, "\n"},
    {"\r\nSubject: of the body\r\n", {{NULL, NULL}}, "\r\nSubject: of the body\r\n"},
    {"Subject: hello\r\n\r\nTo: body\r\n", {{"Subject", " hello"}}, "\r\nTo: body\r\n"},
    {"Subject: hello\nTo: a@b\n\nbody\n", {{"Subject", " hello"}, {"To", " a@b"}}, "\nbody\n"},
    {"A:1\r\nB:2\nC:3\r\n\n", {{"A", "1"}, {"B", "2"}, {"C", "3"}}, "\n"},
    {"Subject:\r\n\r\n", {{"Subject", ""}}, "\r\n"},
    {"Subject: a:b: c\r\n\r\n", {{"Subject", " a:b: c"}}, "\r\n"},
    {"Subject \t: old\r\n\r\n", {{"Subject", " old"}}, "\r\n"},
    {"!x/~: 1\r\n\r\n", {{"!x/~", " 1"}}, "\r\n"},
    {"Subject: \xc3\xbc\xff\r\n\r\n", {{"Subject", " \xc3\xbc\xff"}}, "\r\n"},

    /* folds */
    {"Subject: a\r\n b\r\n\tc\r\nTo: d\r\n\r\n", {{"Subject", " a\r\n b\r\n\tc"}, {"To", " d"}}, "\r\n"},
    {"Subject: a\n b\n\n", {{"Subject", " a\n b"}}, "\n"},
    {"Subject:\r\n hello\r\n\r\n", {{"Subject", "\r\n hello"}}, "\r\n"},
    {"Subject: a\r\n \r\nTo: b\r\n\r\n", {{"Subject", " a\r\n "}, {"To", " b"}}, "\r\n"},
    {"Subject: a\r\n no: field\r\n\r\n", {{"Subject", " a\r\n no: field"}}, "\r\n"},
    {"Subject: a\rTo: b\r\r\n\r\n", {{"Subject", " a\rTo: b"}}, "\r\n"},

    /* cut off */
    {"Subject: hel", {{"Subject", " hel"}}, ""},
    {"Subject: hello\r", {{"Subject", " hello"}}, ""},
    {"Subject: hello\r\n", {{"Subject", " hello"}}, ""},
    {"Subject: hello\r\n\r", {{"Subject", " hello"}}, ""},
    {"Subject: hello\r\n ", {{"Subject", " hello\r\n "}}, ""},
    {"Subject: hello\r\n \r", {{"Subject", " hello\r\n "}}, ""},
    {"Subject: hello\r\nTo", {{"Subject", " hello"}}, ""},
    {"Subject:", {{"Subject", ""}}, ""},
    {"Subject:\r", {{"Subject", ""}}, ""},
    {"Subject", {{NULL, NULL}}, ""},
    {"Subject ", {{NULL, NULL}}, ""},
    {"\r", {{NULL, NULL}}, ""},

    /* what is no field */
    {"From ann@example.org Mon Jan  1 00:00:00 2024\r\nTo: a\r\n\r\n", {{"To", " a"}}, "\r\n"},
    {">From ann Mon Jan  1 00:00:00 2024\nTo: a\n\n", {{"To", " a"}}, "\n"},
    {"From ann\r\n folded: too\r\nTo: a\r\n\r\n", {{"To", " a"}}, "\r\n"},
    {" folded: first\r\nTo: a\r\n\r\n", {{"To", " a"}}, "\r\n"},
    {": no name\r\nTo: a\r\n\r\n", {{"To", " a"}}, "\r\n"},
    {"To: a\r\ngarbage\r\nCc: b\r\n\r\n", {{"To", " a"}, {"Cc", " b"}}, "\r\n"},
    {"S\xc3\xbcject: a\r\nTo: a\r\n\r\n", {{"To", " a"}}, "\r\n"},
    {"Sub\x7fject: a\r\nTo: a\r\n\r\n", {{"To", " a"}}, "\r\n"},
    {"Sub\rject: a\r\nTo: a\r\n\r\n", {{"To", " a"}}, "\r\n"},
    {"garbage\r\n\r\nTo: a\r\n", {{NULL, NULL}}, "\r\nTo: a\r\n"},
};

static void test_next(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const header_case *c = &cases[i];
        size_t length = strlen(c->in);
        uint8_t *copy = g_memdup2(c->in, length);
        span rest = {copy, length};
        header_field field;
        g_test_message("%s", c->in);
        for (size_t f = 0; c->fields[f].name; f++) {
            g_assert_true(header_field_next(&rest, &field));
            assert_span(field.name, c->fields[f].name);
            assert_span(field.body, c->fields[f].body);
        }
        g_assert_false(header_field_next(&rest, &field));
        assert_span(rest, c->rest);
        g_assert_false(header_field_next(&rest, &field));
        assert_span(rest, c->rest);
        g_free(copy);
    }
}

/* NUL octets are text in a body and garbage in a name. */
static void test_nul(void)
{
    static const char in[] = "S\0b: x\r\nTo: a\0b\r\n";
    uint8_t *copy = g_memdup2(in, sizeof in - 1);
    span rest = {copy, sizeof in - 1};
    header_field field;

    g_assert_true(header_field_next(&rest, &field));
    assert_span(field.name, "To");
    g_assert_cmpmem(field.body.octets, field.body.length, " a\0b", 4);
    g_assert_false(header_field_next(&rest, &field));
    g_free(copy);
}

static void test_unfold(void)
{
    static const struct {
        const char *in, *out;
    } unfold_cases[] = {
        {"", ""},
        {" ", ""},
        {" hello", "hello"},
        {"hello \t ", "hello"},
        {" a\r\n b", "a b"},
        {" a\n\tb", "a\tb"},
        {" a  \r\n  b", "a    b"},
        {"\r\n hello", "hello"},
        {" \r\n\t\n hello\r\n \r\n\t", "hello"},
        {" a\r\n \r\n b\r\n", "a  b"},
        {" a\rb", "a\rb"},
        {" a\r\r\n b", "a b"},
        {" \xc3\xbc\r\n \xff", "\xc3\xbc \xff"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(unfold_cases); i++) {
        size_t length = strlen(unfold_cases[i].in);
        uint8_t *copy = g_memdup2(unfold_cases[i].in, length);
        uint8_t *out = g_malloc(length);
        g_test_message("%s", unfold_cases[i].in);
        assert_span((span){out, header_unfold((span){copy, length}, out)}, unfold_cases[i].out);
        g_free(out);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/header/next", test_next);
    g_test_add_func("/header/nul", test_nul);
    g_test_add_func("/header/unfold", test_unfold);
    return g_test_run();
}
