/* test_address.c — IP addresses in text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/address.h"

static const struct {
    const char *in;
    address_kind kind;
    const char *octets; /* in hexadecimal */
} cases[] = {
    {"192.0.2.1", ADDRESS_IPV4, "c0000201"},
    {"[192.0.2.1]", ADDRESS_IPV4, "c0000201"},
    {"0.0.0.0", ADDRESS_IPV4, "00000000"},
    {"255.255.255.255", ADDRESS_IPV4, "ffffffff"},
    {"[010.001.000.255]", ADDRESS_IPV4, "0a0100ff"},
    {"::", ADDRESS_IPV6, "00000000000000000000000000000000"},
    {"::1", ADDRESS_IPV6, "00000000000000000000000000000001"},
    {"1::", ADDRESS_IPV6, "00010000000000000000000000000000"},
    {"2001:db8::1", ADDRESS_IPV6, "20010db8000000000000000000000001"},
    {"[IPv6:2001:DB8::1]", ADDRESS_IPV6, "20010db8000000000000000000000001"},
    {"[ipv6:2001:db8::1]", ADDRESS_IPV6, "20010db8000000000000000000000001"},
    {"IPv6:2001:db8::1", ADDRESS_IPV6, "20010db8000000000000000000000001"},
    {"[2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d]", ADDRESS_IPV6, "24001a00b1e0d184b15eb9c3ca7b5a7d"},
    {"0:9:a:f:A:F:789a:BCDE", ADDRESS_IPV6, "00000009000a000f000a000f789abcde"},
    {"1:2:3:4:5:6:7:8", ADDRESS_IPV6, "00010002000300040005000600070008"},
    {"1:2:3::6:7:8", ADDRESS_IPV6, "00010002000300000000000600070008"},
    {"1:2:3::7:192.0.2.1", ADDRESS_IPV6, "000100020003000000000007c0000201"},
    {"1:2:3:4:5:6:7::", ADDRESS_IPV6, "00010002000300040005000600070000"},
    {"::2:3:4:5:6:7:8", ADDRESS_IPV6, "00000002000300040005000600070008"},
    {"::ffff:192.0.2.1", ADDRESS_IPV6, "00000000000000000000ffffc0000201"},
    {"1:2:3:4:5:6:192.0.2.1", ADDRESS_IPV6, "000100020003000400050006c0000201"},
    {"[tag:x]", ADDRESS_GENERAL, ""},
    {"[t:x]", ADDRESS_GENERAL, ""},
    {"[A-z0-9:!Z^~]", ADDRESS_GENERAL, ""},
    {"[-tag:x]", ADDRESS_GENERAL, ""},
    {"", ADDRESS_NONE, ""},
    {"[]", ADDRESS_NONE, ""},
    {"[", ADDRESS_NONE, ""},
    {"192.0.2", ADDRESS_NONE, ""},
    {"192.0.2.", ADDRESS_NONE, ""},
    {"192.0.2.1.", ADDRESS_NONE, ""},
    {"192.0.2.1.1", ADDRESS_NONE, ""},
    {"192.0..1", ADDRESS_NONE, ""},
    {"192.0.2.256", ADDRESS_NONE, ""},
    {"192.0.2.0001", ADDRESS_NONE, ""},
    {"[192.0.2.1", ADDRESS_NONE, ""},
    {":", ADDRESS_NONE, ""},
    {":::", ADDRESS_NONE, ""},
    {"1", ADDRESS_NONE, ""},
    {"1:2:3:4:5:6:7", ADDRESS_NONE, ""},
    {"1::2:3:4:5:6:7:8", ADDRESS_NONE, ""},
    {"1:2:3::4:5:6:192.0.2.1", ADDRESS_NONE, ""},
    {"1:2:3:4:5:192.0.2.1", ADDRESS_NONE, ""},
    {"1:2:3:4:5:6:7:192.0.2.256", ADDRESS_NONE, ""},
    {"192.0.2.1::", ADDRESS_NONE, ""},
    {"1:2:3:4:5:6:7:", ADDRESS_NONE, ""},
    {"1:2:3:4:5:6:7:8:9", ADDRESS_NONE, ""},
    {"1:2:3:4:5:6:7:8::", ADDRESS_NONE, ""},
    {":1:2:3:4:5:6:7", ADDRESS_NONE, ""},
    {"1::2::3", ADDRESS_NONE, ""},
    {"1::2:", ADDRESS_NONE, ""},
    {"1::2x3", ADDRESS_NONE, ""},
    {"::2:3::", ADDRESS_NONE, ""},
    {"12345::", ADDRESS_NONE, ""},
    {"g::", ADDRESS_NONE, ""},
    {"G::", ADDRESS_NONE, ""},
    {"`::", ADDRESS_NONE, ""},
    {"@::", ADDRESS_NONE, ""},
    {"/::", ADDRESS_NONE, ""},
    {"1:2:3:4:5:6:7:192.0.2.1", ADDRESS_NONE, ""},
    {"::192.0.2.1:1", ADDRESS_NONE, ""},
    {"::1%eth0", ADDRESS_NONE, ""},
    {"[IPv6:192.0.2]", ADDRESS_NONE, ""},
    {"[tag:]", ADDRESS_NONE, ""},
    {"[:x]", ADDRESS_NONE, ""},
    {"[t_g:x]", ADDRESS_NONE, ""},
    {"[_g:x]", ADDRESS_NONE, ""},
    {"[tag:a\\b]", ADDRESS_NONE, ""},
    {"[tag-:x]", ADDRESS_NONE, ""},
    {"[tag:[]", ADDRESS_NONE, ""},
    {"[tag:]]", ADDRESS_NONE, ""},
    {"[tag:a b]", ADDRESS_NONE, ""},
    {"[tag:\x7f]", ADDRESS_NONE, ""},
    {"[IPv6:tag:x]", ADDRESS_NONE, ""},
    {"tag:x", ADDRESS_NONE, ""},
    {"mx.example.org", ADDRESS_NONE, ""},
};

static void assert_octets(const uint8_t *octets, size_t length, const char *wanted)
{
    GString *found = g_string_new(NULL);

    for (size_t i = 0; i < length; i++)
        g_string_append_printf(found, "%02x", octets[i]);
    g_assert_cmpstr(found->str, ==, wanted);
    g_string_free(found, TRUE);
}

static void test_address(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        g_test_message("%s", cases[i].in);
        ip_address out = address_of(in);
        g_assert_cmpint(out.kind, ==, cases[i].kind);
        if (out.kind == ADDRESS_IPV4)
            assert_octets(out.ipv4, sizeof out.ipv4, cases[i].octets);
        if (out.kind == ADDRESS_IPV6)
            assert_octets(out.ipv6, sizeof out.ipv6, cases[i].octets);
        release(in);
    }
}

/* Neither takes brackets, a tag, or the other's form. */
static void test_bare(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        uint8_t ipv4[4] = {9, 9, 9, 9}, ipv6[16] = {9, 9, 9, 9};
        bool bare = !strchr("[I", cases[i].in[0]);
        g_test_message("%s", cases[i].in);
        g_assert_cmpint(ipv4_parse(in, ipv4), ==, bare && cases[i].kind == ADDRESS_IPV4);
        g_assert_cmpint(ipv6_parse(in, ipv6), ==, bare && cases[i].kind == ADDRESS_IPV6);
        if (!bare || cases[i].kind != ADDRESS_IPV4)
            assert_octets(ipv4, sizeof ipv4, "09090909");
        if (!bare || cases[i].kind != ADDRESS_IPV6)
            assert_octets(ipv6, sizeof ipv6, "09090909000000000000000000000000");
        release(in);
    }
}

/* Cut off anywhere: nothing behind the end is looked at, and a literal without its bracket is none. */
static void test_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t length = 0; length < strlen(cases[i].in); length++) {
            uint8_t *copy = g_memdup2(cases[i].in, length);
            ip_address out = address_of((span){copy, length});
            if (cases[i].in[0] == '[')
                g_assert_cmpint(out.kind, ==, ADDRESS_NONE);
            g_free(copy);
        }
    }
}

/* Every IPv4 number, and every group, in each of its places. */
static void test_numbers(void)
{
    for (unsigned n = 0; n <= 300; n++) {
        for (unsigned place = 0; place < 4; place++) {
            char *text = g_strdup_printf("%s%u%s", &"1.1.1."[6 - 2 * place], n, &".1.1.1"[2 * place]);
            uint8_t ipv4[4];
            g_assert_cmpint(ipv4_parse(span_of(text), ipv4), ==, n <= 255);
            for (unsigned i = 0; n <= 255 && i < 4; i++)
                g_assert_cmpuint(ipv4[i], ==, i == place ? n : 1);
            g_free(text);
        }
    }
    for (unsigned n = 0; n <= 0xffff; n++) {
        unsigned place = n % 8;
        const char *before = &"1:1:1:1:1:1:1:"[14 - 2 * place], *behind = &":1:1:1:1:1:1:1"[2 * place];
        char *text = g_strdup_printf(n % 2 ? "%s%x%s" : "%s%X%s", before, n, behind);
        uint8_t ipv6[16];
        g_assert_true(ipv6_parse(span_of(text), ipv6));
        for (unsigned i = 0; i < 8; i++)
            g_assert_cmphex((unsigned)ipv6[2 * i] << 8 | ipv6[2 * i + 1], ==, i == place ? n : 1);
        g_free(text);
    }
}

static void test_host_name(void)
{
    static const struct {
        const char *in;
        bool ok;
    } names[] = {
        {"mx.example.org", true},
        {"a.b", true},
        {"mx-1.example.org", true},
        {"1.2", true},
        {"b\xc3\xbc.example", true},
        {"\x80.x", true},
        {"a.b.", true},
        {"localhost", false},
        {"localhost.", false},
        {"", false},
        {".", false},
        {".a", false},
        {"a..b", false},
        {"a.b..", false},
        {"a_b.example", false},
        {"a b.example", false},
        {"a.b\x7f", false},
        {"[192.0.2.1]", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        span in = exact(names[i].in);
        g_test_message("%s", names[i].in);
        g_assert_cmpint(address_is_host_name(in), ==, names[i].ok);
        release(in);
    }
}

static void test_host_matches(void)
{
    static const struct {
        const char *name, *host;
        bool matches;
    } pairs[] = {
        {"mx.example.org", "mx.example.org", true},
        {"mx.example.org", "MX.Example.Org", true},
        {"mx.example.org", "mx.example.net", false},
        {"mx.example.org", "mx.example.or", false},
        {"example.org", "mx.example.org", false},
        {"*.example.org", "mx.example.org", true},
        {"*.EXAMPLE.org", "mx.example.org", true},
        {"*.example.org", "a.mx.example.org", false},
        {"*.example.org", "example.org", false},
        {"m*.example.org", "mx.example.org", false},
        {"*", "mx", false},
        {"*.", "mx", false},
        {"", "", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        span name = exact(pairs[i].name), host = exact(pairs[i].host);
        g_test_message("%s for %s", pairs[i].name, pairs[i].host);
        g_assert_cmpint(address_host_matches(name, host), ==, pairs[i].matches);
        release(name);
        release(host);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/address", test_address);
    g_test_add_func("/address/bare", test_bare);
    g_test_add_func("/address/cut", test_cut);
    g_test_add_func("/address/host_name", test_host_name);
    g_test_add_func("/address/host_matches", test_host_matches);
    g_test_add_func("/address/numbers", test_numbers);
    return g_test_run();
}
