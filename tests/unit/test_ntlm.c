/* test_ntlm.c — the names in an NTLM authenticate message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/ntlm.h"

/* A literal and its length, NUL octets counted. */
#define OCTETS(text) text, sizeof(text) - 1

#define UNICODE "\1\0\0\0"
#define OEM "\2\0\0\0"
#define NOTHING "\0\0\0\0\0\0\0\0"

/* LM response, NT response: 24 octets each in real messages, none here. */
#define BEGIN "NTLMSSP\0\3\0\0\0" NOTHING NOTHING
/* Workstation, session key. */
#define BEHIND NOTHING NOTHING

typedef struct ntlm_case {
    const char *what;
    const char *in;
    size_t in_length;
    bool ok, unicode;
    const char *domain;
    size_t domain_length;
    const char *user;
    size_t user_length;
} ntlm_case;

/* clang-format off */
static const ntlm_case cases[] = {
    {"nothing", OCTETS(""), false, false, OCTETS(""), OCTETS("")},
    {"no signature", OCTETS("NTLMSSQ\0\3\0\0\0"), false, false, OCTETS(""), OCTETS("")},
    {"no signature, with a type", OCTETS("NTLMSSQ\0\1\0\0\0"), false, false, OCTETS(""), OCTETS("")},
    {"the signature alone", OCTETS("NTLMSSP\0"), false, false, OCTETS(""), OCTETS("")},
    {"type cut off", OCTETS("NTLMSSP\0\3\0\0"), false, false, OCTETS(""), OCTETS("")},
    {"unknown type", OCTETS("NTLMSSP\0\4\0\0\0"), false, false, OCTETS(""), OCTETS("")},
    {"type with its high octet first", OCTETS("NTLMSSP\0\0\0\0\3" NOTHING NOTHING NOTHING NOTHING NOTHING), false, false,
     OCTETS(""), OCTETS("")},
    {"no room for the fields", OCTETS(BEGIN NOTHING NOTHING "\0\0\0\0\0\0\0"), false, false, OCTETS(""), OCTETS("")},
    {"user behind the end", OCTETS(BEGIN "\4\0\4\0\x40\0\0\0" "\6\0\6\0\x44\0\0\0" BEHIND UNICODE "D\0M\0" "a\0n\0n"), false,
     true, OCTETS("D\0M\0"), OCTETS("")},
    {"domain behind the end", OCTETS(BEGIN "\4\0\4\0\xff\xff\xff\xff" "\6\0\6\0\x40\0\0\0" BEHIND UNICODE "a\0n\0n\0"), false,
     true, OCTETS(""), OCTETS("a\0n\0n\0")},
    {"longest length", OCTETS(BEGIN "\xff\xff\xff\xff\x40\0\0\0" NOTHING BEHIND UNICODE), false, true, OCTETS(""), OCTETS("")},
    {"inside of the fields", OCTETS(BEGIN NOTHING "\6\0\6\0\x0c\0\0\0" BEHIND UNICODE "a\0n\0n\0"), false, false, OCTETS(""),
     OCTETS("")},
    {"half a character", OCTETS(BEGIN NOTHING "\5\0\5\0\x40\0\0\0" BEHIND UNICODE "a\0n\0n\0"), false, true, OCTETS(""),
     OCTETS("a\0n\0n")},
    {"nothing but the type", OCTETS("NTLMSSP\0\1\0\0\0"), true, false, OCTETS(""), OCTETS("")},
    {"nothing but the names' places", OCTETS(BEGIN NOTHING NOTHING NOTHING), true, false, OCTETS(""), OCTETS("")},
    {"negotiate", OCTETS("NTLMSSP\0\1\0\0\0" UNICODE NOTHING NOTHING), true, false, OCTETS(""), OCTETS("")},
    {"challenge", OCTETS("NTLMSSP\0\2\0\0\0" "\4\0\4\0\x38\0\0\0" UNICODE), true, false, OCTETS(""), OCTETS("")},
    {"in UTF-16", OCTETS(BEGIN "\4\0\4\0\x40\0\0\0" "\6\0\6\0\x44\0\0\0" BEHIND UNICODE "D\0M\0" "a\0n\0n\0"), true, true,
     OCTETS("D\0M\0"), OCTETS("a\0n\0n\0")},
    {"in UTF-16, where both are offered", OCTETS(BEGIN NOTHING "\2\0\2\0\x40\0\0\0" BEHIND "\3\0\0\0" "a\0"), true, true,
     OCTETS(""), OCTETS("a\0")},
    {"in a code page", OCTETS(BEGIN "\2\0\2\0\x40\0\0\0" "\3\0\3\0\x42\0\0\0" BEHIND OEM "DMann"), true, false, OCTETS("DM"),
     OCTETS("ann")},
    {"without flags", OCTETS(BEGIN "\2\0\2\0\x34\0\0\0" "\3\0\3\0\x36\0\0\0" NOTHING "DMann and more behind"), true, false,
     OCTETS("DM"), OCTETS("ann")},
    {"without flags, and short", OCTETS(BEGIN NOTHING "\1\0\1\0\x34\0\0\0" NOTHING "a"), true, false, OCTETS(""), OCTETS("a")},
    {"anonymous", OCTETS(BEGIN NOTHING NOTHING BEHIND UNICODE), true, true, OCTETS(""), OCTETS("")},
    {"anonymous, with offsets that point nowhere",
     OCTETS(BEGIN "\0\0\0\0\xff\xff\xff\xff" "\0\0\0\0\0\0\0\0" BEHIND UNICODE), true, true, OCTETS(""), OCTETS("")},
};
/* clang-format on */

static void test_parse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ntlm_case *c = &cases[i];
        uint8_t *copy = g_memdup2(c->in, c->in_length);
        ntlm_names out;
        g_test_message("%s", c->what);
        g_assert_cmpint(ntlm_parse((span){copy, c->in_length}, &out), ==, c->ok);
        g_assert_cmpint(out.unicode, ==, c->unicode);
        g_assert_cmpmem(out.domain.octets, out.domain.length, c->domain, c->domain_length);
        g_assert_cmpmem(out.user.octets, out.user.length, c->user, c->user_length);
        g_free(copy);
    }
}

/* Cut off anywhere, nothing behind the end is looked at, and no name is invented. */
static void test_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t length = 0; length < cases[i].in_length; length++) {
            uint8_t *copy = g_memdup2(cases[i].in, length);
            ntlm_names out;
            ntlm_parse((span){copy, length}, &out);
            g_assert_cmpuint(out.user.length, <=, length);
            g_assert_true(out.user.length == 0 ||
                          (out.user.octets >= copy && out.user.octets + out.user.length <= copy + length));
            g_free(copy);
        }
    }
}

static void test_begin(void)
{
    g_assert_true(ntlm_is_message((span){(const uint8_t *)"NTLMSSP", 8}));
    g_assert_false(ntlm_is_message((span){(const uint8_t *)"NTLMSSP", 7}));
    g_assert_false(ntlm_is_message((span){NULL, 0}));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ntlm/parse", test_parse);
    g_test_add_func("/ntlm/cut", test_cut);
    g_test_add_func("/ntlm/begin", test_begin);
    return g_test_run();
}
