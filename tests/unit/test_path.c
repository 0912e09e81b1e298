/* test_path.c — paths.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/path.h"

typedef struct path_case {
    const char *in;
    size_t consumed;
    const char *address, *local_part, *unquoted, *domain, *source_route;
    address_kind literal;
    size_t expected_offset; /* when `expected` */
    const char *expected;   /* NULL: correct by the RFC */
} path_case;

#define NO_DOMAIN NULL

static const path_case cases[] = {
    {"<ann@example.org>", 17, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 0, NULL},
    {"<ann@example.org> SIZE=8405 BODY=8BITMIME", 17, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 0,
     NULL},
    {"<a.b+c=d@x-y.example>", 21, "a.b+c=d@x-y.example", "a.b+c=d", "a.b+c=d", "x-y.example", "", ADDRESS_NONE, 0, NULL},
    {"<!#$%&'*+-/=?^_`{|}~@a>", 23, "!#$%&'*+-/=?^_`{|}~@a", "!#$%&'*+-/=?^_`{|}~", "!#$%&'*+-/=?^_`{|}~", "a", "",
     ADDRESS_NONE, 0, NULL},
    {"<>", 2, "", "", "", NO_DOMAIN, "", ADDRESS_NONE, 0, NULL},
    {"<> SIZE=1", 2, "", "", "", NO_DOMAIN, "", ADDRESS_NONE, 0, NULL},
    {"<postmaster>", 12, "postmaster", "postmaster", "postmaster", NO_DOMAIN, "", ADDRESS_NONE, 0, NULL},
    {"<Postmaster>", 12, "Postmaster", "Postmaster", "Postmaster", NO_DOMAIN, "", ADDRESS_NONE, 0, NULL},
    {"<\"ann b\"@example.org>", 21, "\"ann b\"@example.org", "\"ann b\"", "ann b", "example.org", "", ADDRESS_NONE, 0, NULL},
    {"<\"a>b@c\\\"d\\\\\"@e> NOTIFY=NEVER", 16, "\"a>b@c\\\"d\\\\\"@e", "\"a>b@c\\\"d\\\\\"", "a>b@c\"d\\", "e", "",
     ADDRESS_NONE, 0, NULL},
    {"<\"\"@a>", 6, "\"\"@a", "\"\"", "", "a", "", ADDRESS_NONE, 0, NULL},
    {"<\xc3\xbc@b\xc3\xbc.example>", 16, "\xc3\xbc@b\xc3\xbc.example", "\xc3\xbc", "\xc3\xbc", "b\xc3\xbc.example", "",
     ADDRESS_NONE, 0, NULL},
    {"<a@[192.0.2.1]>", 15, "a@[192.0.2.1]", "a", "a", "[192.0.2.1]", "", ADDRESS_IPV4, 0, NULL},
    {"<a@[IPv6:2001:db8::1]>", 22, "a@[IPv6:2001:db8::1]", "a", "a", "[IPv6:2001:db8::1]", "", ADDRESS_IPV6, 0, NULL},
    {"<a@[x-tag:some.where]>", 22, "a@[x-tag:some.where]", "a", "a", "[x-tag:some.where]", "", ADDRESS_GENERAL, 0, NULL},
    {"<a@192.0.2.1>", 13, "a@192.0.2.1", "a", "a", "192.0.2.1", "", ADDRESS_IPV4, 0, NULL},
    {"<@a.example,@b.example:ann@c.example>", 37, "ann@c.example", "ann", "ann", "c.example", "@a.example,@b.example",
     ADDRESS_NONE, 0, NULL},
    {"<@[IPv6:::1]:ann@c>", 19, "ann@c", "ann", "ann", "c", "@[IPv6:::1]", ADDRESS_NONE, 0, NULL},

    /* what clients send all the same */
    {" <ann@example.org>", 18, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 0,
     "expected no white space"},
    {"ann@example.org SIZE=1", 15, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 0, "expected \"<\""},
    {" ann@example.org", 16, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 0, "expected no white space"},
    {"<ann@example.org", 16, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 16, "expected \">\""},
    {"<ann@example.org SIZE=1", 16, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 16, "expected \">\""},
    {"<ann@example.org>SIZE=1", 17, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 17,
     "expected a space"},
    {"< ann@example.org >", 19, "ann@example.org", "ann", "ann", "example.org", "", ADDRESS_NONE, 1,
     "expected no white space"},
    {"< >", 3, "", "", "", NO_DOMAIN, "", ADDRESS_NONE, 1, "expected no white space"},
    {"<ann>", 5, "ann", "ann", "ann", NO_DOMAIN, "", ADDRESS_NONE, 4, "expected \"@\""},
    {"<ann@>", 6, "ann@", "ann", "ann", "", "", ADDRESS_NONE, 5, "expected a domain"},
    {"<@example.org>", 14, "@example.org", "", "", "example.org", "", ADDRESS_NONE, 1, "expected a local part"},
    {"<@a,@b:>", 8, "", "", "", NO_DOMAIN, "@a,@b", ADDRESS_NONE, 7, "expected a local part"},
    {"<a..b@example.org>", 18, "a..b@example.org", "a..b", "a..b", "example.org", "", ADDRESS_NONE, 3,
     "expected a local part of"},
    {"<.a@example.org>", 16, ".a@example.org", ".a", ".a", "example.org", "", ADDRESS_NONE, 1, "expected a local part of"},
    {"<a.@example.org>", 16, "a.@example.org", "a.", "a.", "example.org", "", ADDRESS_NONE, 2, "expected a local part of"},
    {"<a b@example.org>", 17, "a b@example.org", "a b", "a b", "example.org", "", ADDRESS_NONE, 2,
     "expected a local part of"},
    {"<a@b@example.org>", 17, "a@b@example.org", "a@b", "a@b", "example.org", "", ADDRESS_NONE, 2,
     "expected a local part of"},
    {"<\"a@example.org>", 16, "\"a@example.org", "\"a", "a", "example.org", "", ADDRESS_NONE, 3, "expected the closing"},
    {"<\"a\"b@example.org>", 18, "\"a\"b@example.org", "\"a\"b", "a\"b", "example.org", "", ADDRESS_NONE, 5,
     "expected the closing"},
    {"<\"a\x01\"@b>", 8, "\"a\x01\"@b", "\"a\x01\"", "a\x01", "b", "", ADDRESS_NONE, 3, "expected no control"},
    {"<a@b..example>", 14, "a@b..example", "a", "a", "b..example", "", ADDRESS_NONE, 5, "expected a domain"},
    {"<a@b_c.example>", 15, "a@b_c.example", "a", "a", "b_c.example", "", ADDRESS_NONE, 4, "expected a domain"},
    {"<a@b.example.>", 14, "a@b.example.", "a", "a", "b.example.", "", ADDRESS_NONE, 12, "expected a domain"},
    {"<a@[192.0.2.256]>", 17, "a@[192.0.2.256]", "a", "a", "[192.0.2.256]", "", ADDRESS_NONE, 3,
     "expected an address literal"},
    {"<a@[IPv6:12345::]>", 18, "a@[IPv6:12345::]", "a", "a", "[IPv6:12345::]", "", ADDRESS_NONE, 3,
     "expected an address literal"},
    {"<a@[2001:db8::1]>", 17, "a@[2001:db8::1]", "a", "a", "[2001:db8::1]", "", ADDRESS_IPV6, 0, NULL},
    {"<", 1, "", "", "", NO_DOMAIN, "", ADDRESS_NONE, 1, "expected \">\""},
    {"", 0, "", "", "", NO_DOMAIN, "", ADDRESS_NONE, 0, "expected \"<\" and"},
    {"  ", 2, "", "", "", NO_DOMAIN, "", ADDRESS_NONE, 2, "expected \"<\" and"},
};

static void test_parse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const path_case *c = &cases[i];
        size_t length = strlen(c->in);
        uint8_t *copy = g_memdup2(c->in, length);
        path out;
        g_test_message("%s", c->in);
        g_assert_cmpint(path_parse((span){copy, length}, &out), ==, c->expected == NULL);
        g_assert_cmpuint(out.consumed, ==, c->consumed);
        assert_span(out.address, c->address);
        assert_span(out.local_part, c->local_part);
        g_assert_cmpint(out.has_domain, ==, c->domain != NO_DOMAIN);
        assert_span(out.domain, c->domain ? c->domain : "");
        assert_span(out.source_route, c->source_route);
        g_assert_cmpint(out.literal.kind, ==, c->literal);
        g_assert_cmpint(out.quoted, ==, c->local_part[0] == '"');
        g_assert_cmpint(out.null_path, ==, g_str_has_prefix(c->in, "<>") || strcmp(c->in, "< >") == 0);
        g_assert_cmpint(out.utf8, ==, (uint8_t)c->address[0] >= 0x80);
        g_assert_true(c->expected ? g_str_has_prefix(out.expected, c->expected) : out.expected == NULL);
        g_assert_cmpuint(out.expected_offset, ==, c->expected_offset);

        uint8_t *unquoted = g_malloc(out.local_part.length);
        size_t unquoted_length = path_unquote(out.local_part, unquoted);
        g_assert_cmpmem(unquoted, unquoted_length, c->unquoted, strlen(c->unquoted));
        g_free(unquoted);
        g_free(copy);
    }
}

/* Cut off anywhere: nothing behind the end is looked at, and every part lies inside. */
static void test_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t length = 0; length <= strlen(cases[i].in); length++) {
            uint8_t *copy = g_memdup2(cases[i].in, length);
            path out;
            path_parse((span){copy, length}, &out);
            g_assert_cmpuint(out.consumed, <=, length);
            g_assert_cmpuint(out.address.length, <=, length);
            g_assert_cmpuint(out.expected_offset, <=, length);
            g_free(copy);
        }
    }
}

static void test_prefix(void)
{
    static const struct {
        const char *in, *word;
        size_t length;
        bool spaced;
    } prefixes[] = {
        {"FROM:<a@b>", "FROM", 5, false},
        {"from:<a@b>", "FROM", 5, false},
        {"FROM : <a@b>", "FROM", 6, true},
        {"FROM:", "FROM", 5, false},
        {"TO:<a@b>", "TO", 3, false},
        {"To\t:<a@b>", "TO", 4, true},
        {"FROM", "FROM", 0, false},
        {"FROM <a@b>", "FROM", 0, false},
        {"TO:<a@b>", "FROM", 0, false},
        {"", "TO", 0, false},
        {"T", "TO", 0, false},
        {"TOO:<a@b>", "TO", 0, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        size_t length = strlen(prefixes[i].in);
        uint8_t *copy = g_memdup2(prefixes[i].in, length);
        path_prefix out = path_prefix_find((span){copy, length}, prefixes[i].word);
        g_assert_cmpuint(out.length, ==, prefixes[i].length);
        g_assert_cmpint(out.spaced, ==, prefixes[i].spaced);
        g_free(copy);
    }
}

/* Time that grows with the square of the length would keep this from ever ending. */
static void test_linear(void)
{
    static const char *const patterns[] = {"\"", "\"\\", "<", "@", "@a,", "\"\\\" ", ":", "["};
    const size_t length = 1u << 20;
    uint8_t *in = g_malloc(length);

    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        path out;
        for (size_t n = 0; n < length; n++)
            in[n] = (uint8_t)patterns[i][n % strlen(patterns[i])];
        in[0] = '<';
        path_parse((span){in, length}, &out);
        g_assert_cmpuint(out.consumed, <=, length);
    }
    g_free(in);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/path/parse", test_parse);
    g_test_add_func("/path/cut", test_cut);
    g_test_add_func("/path/prefix", test_prefix);
    g_test_add_func("/path/linear", test_linear);
    return g_test_run();
}
