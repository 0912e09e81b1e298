/* test_sasl.c — mechanisms and their messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/sasl.h"

typedef struct wanted_field {
    sasl_field_kind kind;
    const char *value; /* without escapes; NULL ends the list */
} wanted_field;

typedef struct sasl_case {
    const char *mechanism;
    sasl_side side;
    unsigned number;
    const char *in;
    size_t in_length;
    bool secret, malformed;
    wanted_field fields[SASL_FIELDS_MAX + 1];
} sasl_case;

/* A literal and its length, NUL octets counted. */
#define OCTETS(text) text, sizeof(text) - 1

static const sasl_case cases[] = {
    {"PLAIN", SASL_CLIENT, 0, OCTETS("\0ann\0secret"), true, false, {{SASL_USERNAME, "ann"}, {SASL_PASSWORD, "secret"}}},
    {"PLAIN",
     SASL_CLIENT,
     0,
     OCTETS("bob\0ann\0secret"),
     true,
     false,
     {{SASL_AUTHZID, "bob"}, {SASL_USERNAME, "ann"}, {SASL_PASSWORD, "secret"}}},
    {"PLAIN", SASL_CLIENT, 0, OCTETS("\0ann\0"), true, false, {{SASL_USERNAME, "ann"}, {SASL_PASSWORD, ""}}},
    {"PLAIN", SASL_CLIENT, 0, OCTETS("\0ann"), false, true, {{SASL_USERNAME, "ann"}}},
    {"PLAIN", SASL_CLIENT, 0, OCTETS("ann"), false, true, {{0}}},
    {"PLAIN", SASL_CLIENT, 0, OCTETS(""), false, true, {{0}}},
    {"PLAIN", SASL_CLIENT, 0, OCTETS("\0ann\0se\0cret"), true, true, {{SASL_USERNAME, "ann"}, {SASL_PASSWORD, "se"}}},
    {"PLAIN", SASL_SERVER, 0, OCTETS(""), false, false, {{0}}},
    {"plain", SASL_CLIENT, 0, OCTETS("\0ann\0secret"), true, false, {{SASL_USERNAME, "ann"}, {SASL_PASSWORD, "secret"}}},
    {"OTP", SASL_CLIENT, 0, OCTETS("\0tim"), false, false, {{SASL_USERNAME, "tim"}}},
    {"SECURID",
     SASL_CLIENT,
     0,
     OCTETS("\0magnus\0"
            "0123456\0"),
     true,
     false,
     {{SASL_USERNAME, "magnus"}, {SASL_PASSWORD, "0123456"}}},

    {"LOGIN", SASL_SERVER, 0, OCTETS("Username:"), false, false, {{SASL_PROMPT, "Username:"}}},
    {"LOGIN", SASL_CLIENT, 0, OCTETS("ann@example.org"), false, false, {{SASL_USERNAME, "ann@example.org"}}},
    {"LOGIN", SASL_SERVER, 1, OCTETS("Password:"), false, false, {{SASL_PROMPT, "Password:"}}},
    {"LOGIN", SASL_CLIENT, 1, OCTETS("secret"), true, false, {{SASL_PASSWORD, "secret"}}},
    {"LOGIN", SASL_CLIENT, 2, OCTETS("more"), false, true, {{0}}},

    {"CRAM-MD5",
     SASL_SERVER,
     0,
     OCTETS("<1896.697170952@postoffice.example>"),
     false,
     false,
     {{SASL_NONCE, "<1896.697170952@postoffice.example>"}}},
    {"CRAM-MD5",
     SASL_CLIENT,
     0,
     OCTETS("tim b913a602c7eda7a495b4e6e7334d3890"),
     false,
     false,
     {{SASL_USERNAME, "tim"}, {SASL_DIGEST, "b913a602c7eda7a495b4e6e7334d3890"}}},
    {"CRAM-MD5",
     SASL_CLIENT,
     0,
     OCTETS("tim tam b913a602"),
     false,
     false,
     {{SASL_USERNAME, "tim tam"}, {SASL_DIGEST, "b913a602"}}},
    {"CRAM-MD5", SASL_CLIENT, 0, OCTETS("tim"), false, true, {{0}}},
    {"CRAM-MD5", SASL_CLIENT, 0, OCTETS(" b913"), false, true, {{SASL_USERNAME, ""}, {SASL_DIGEST, "b913"}}},

    {"DIGEST-MD5",
     SASL_SERVER,
     0,
     OCTETS("realm=\"example.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\",algorithm=md5-sess,charset=utf-8"),
     false,
     false,
     {{SASL_REALM, "example.com"}, {SASL_NONCE, "OA6MG9tEQGm2hh"}}},
    {"DIGEST-MD5",
     SASL_CLIENT,
     0,
     OCTETS("charset=utf-8,username=\"chr\\\"is\",realm=\"ex,am\\\\ple\",nonce=\"OA6\",nc=00000001,cnonce=\"OA9\","
            "digest-uri=\"smtp/mx.example\",response=d388dad90d4bbd760a152321f2143af7,qop=auth, authzid=\"bob\""),
     false,
     false,
     {{SASL_USERNAME, "chr\"is"},
      {SASL_REALM, "ex,am\\ple"},
      {SASL_NONCE, "OA6"},
      {SASL_NONCE, "OA9"},
      {SASL_DIGEST, "d388dad90d4bbd760a152321f2143af7"},
      {SASL_AUTHZID, "bob"}}},
    {"DIGEST-MD5", SASL_SERVER, 1, OCTETS("rspauth=ea40f60335c427b5"), false, false, {{SASL_DIGEST, "ea40f60335c427b5"}}},
    {"DIGEST-MD5", SASL_CLIENT, 1, OCTETS(""), false, false, {{0}}},
    {"DIGEST-MD5",
     SASL_CLIENT,
     0,
     OCTETS(" , username = \"a\" ,, realm=b ,"),
     false,
     false,
     {{SASL_USERNAME, "a"}, {SASL_REALM, "b"}}},
    {"DIGEST-MD5", SASL_CLIENT, 0, OCTETS("username=\"a"), false, false, {{SASL_USERNAME, "a"}}},
    {"DIGEST-MD5", SASL_CLIENT, 0, OCTETS("username=\""), false, false, {{SASL_USERNAME, ""}}},
    {"DIGEST-MD5", SASL_CLIENT, 0, OCTETS("username"), false, true, {{0}}},

    {"SCRAM-SHA-1",
     SASL_CLIENT,
     0,
     OCTETS("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"),
     false,
     false,
     {{SASL_USERNAME, "user"}, {SASL_NONCE, "fyko+d2lbbFgONRv9qkxdawL"}}},
    {"SCRAM-SHA-256-PLUS",
     SASL_CLIENT,
     0,
     OCTETS("p=tls-unique,a=bo=2Cb,n=us=3Der=2c,r=fyko"),
     false,
     false,
     {{SASL_AUTHZID, "bo,b"}, {SASL_USERNAME, "us=er,"}, {SASL_NONCE, "fyko"}}},
    {"SCRAM-SHA-1",
     SASL_SERVER,
     0,
     OCTETS("r=fyko3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"),
     false,
     false,
     {{SASL_NONCE, "fyko3rfcNHYJY1ZVvWVs7j"}}},
    {"SCRAM-SHA-1",
     SASL_CLIENT,
     1,
     OCTETS("c=biws,r=fyko3rfc,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="),
     false,
     false,
     {{SASL_NONCE, "fyko3rfc"}, {SASL_DIGEST, "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="}}},
    {"SCRAM-SHA-1",
     SASL_SERVER,
     1,
     OCTETS("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="),
     false,
     false,
     {{SASL_DIGEST, "rmF9pqV8S7suAoZWja4dJRkFsKQ="}}},
    {"SCRAM-SHA-1", SASL_SERVER, 1, OCTETS("e=invalid-proof"), false, false, {{SASL_ERROR, "invalid-proof"}}},
    {"SCRAM-SHA-1", SASL_CLIENT, 2, OCTETS(""), false, false, {{0}}},
    {"SCRAM-SHA-1",
     SASL_CLIENT,
     0,
     OCTETS("F,y,,n=user,r=fyko"),
     false,
     false,
     {{SASL_USERNAME, "user"}, {SASL_NONCE, "fyko"}}},
    {"SCRAM-SHA-1", SASL_CLIENT, 0, OCTETS("n=user,r=fyko"), false, true, {{0}}},
    {"SCRAM-SHA-1",
     SASL_CLIENT,
     0,
     OCTETS("x,,n=user,r=fyko"),
     false,
     true,
     {{SASL_USERNAME, "user"}, {SASL_NONCE, "fyko"}}},
    {"SCRAM-SHA-1",
     SASL_CLIENT,
     0,
     OCTETS("n,b,n=user,r=fyko"),
     false,
     true,
     {{SASL_USERNAME, "user"}, {SASL_NONCE, "fyko"}}},
    {"SCRAM-SHA-1", SASL_CLIENT, 1, OCTETS("c=biws,,nonsense"), false, true, {{0}}},
    {"SCRAM-SHA-1", SASL_CLIENT, 0, OCTETS(""), false, true, {{0}}},

    {"XOAUTH2",
     SASL_CLIENT,
     0,
     OCTETS("user=ann@example.org\1auth=Bearer ya29.vF9dft4q\1\1"),
     true,
     false,
     {{SASL_USERNAME, "ann@example.org"}, {SASL_TOKEN, "ya29.vF9dft4q"}}},
    {"XOAUTH2",
     SASL_CLIENT,
     0,
     OCTETS("user=ann@example.org\1auth=bearer ya29\1"),
     true,
     true,
     {{SASL_USERNAME, "ann@example.org"}, {SASL_TOKEN, "ya29"}}},
    {"XOAUTH2", SASL_CLIENT, 0, OCTETS("user=ann@example.org\1\1"), false, true, {{SASL_USERNAME, "ann@example.org"}}},
    {"XOAUTH2", SASL_CLIENT, 0, OCTETS("nonsense"), false, true, {{0}}},
    {"XOAUTH2",
     SASL_SERVER,
     0,
     OCTETS("{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"https://mail.google.com/\"}"),
     false,
     false,
     {{SASL_ERROR, "401"}, {SASL_SCOPE, "https://mail.google.com/"}}},
    {"XOAUTH2",
     SASL_SERVER,
     0,
     OCTETS("{ \"scope\" : \"https:\\/\\/mail\", \"x\":[\"status\"], \"Status\": 400 }"),
     false,
     false,
     {{SASL_ERROR, "400"}, {SASL_SCOPE, "https://mail"}}},
    {"XOAUTH2", SASL_SERVER, 0, OCTETS("{\"status\":\""), false, false, {{SASL_ERROR, ""}}},
    {"XOAUTH2", SASL_SERVER, 0, OCTETS("{\"status\":"), false, true, {{0}}},
    {"XOAUTH2", SASL_SERVER, 0, OCTETS("{\""), false, true, {{0}}},
    {"XOAUTH2", SASL_SERVER, 0, OCTETS(""), false, false, {{0}}},
    {"XOAUTH2", SASL_CLIENT, 1, OCTETS(""), false, false, {{0}}},

    {"OAUTHBEARER",
     SASL_CLIENT,
     0,
     OCTETS("n,a=user@example.com,\1host=server.example.com\1port=587\1auth=Bearer vF9dft4qm\1\1"),
     true,
     false,
     {{SASL_USERNAME, "user@example.com"}, {SASL_AUTHZID, "user@example.com"}, {SASL_TOKEN, "vF9dft4qm"}}},
    {"OAUTHBEARER", SASL_CLIENT, 0, OCTETS("n,,\1auth=Bearer vF9d\1\1"), true, false, {{SASL_TOKEN, "vF9d"}}},
    {"OAUTHBEARER", SASL_CLIENT, 0, OCTETS("n,,auth=Bearer vF9d\1\1"), false, true, {{0}}},
    {"OAUTHBEARER",
     SASL_SERVER,
     0,
     OCTETS("{\"status\":\"invalid_token\",\"scope\":\"example_scope\"}"),
     false,
     false,
     {{SASL_ERROR, "invalid_token"}, {SASL_SCOPE, "example_scope"}}},
    {"OAUTHBEARER", SASL_CLIENT, 1, OCTETS("\1"), false, false, {{0}}},

    {"EXTERNAL", SASL_CLIENT, 0, OCTETS("fred@example.com"), false, false, {{SASL_AUTHZID, "fred@example.com"}}},
    {"EXTERNAL", SASL_CLIENT, 0, OCTETS(""), false, false, {{0}}},
    {"ANONYMOUS", SASL_CLIENT, 0, OCTETS("sirhc"), false, false, {{SASL_TRACE, "sirhc"}}},
    {"GS2-KRB5", SASL_CLIENT, 0, OCTETS("n,,x"), false, false, {{0}}},
    {"NO-SUCH", SASL_CLIENT, 0, OCTETS("\0ann\0secret"), false, false, {{0}}},
};

static void check(const sasl_case *c, const sasl_message *out)
{
    size_t count = 0;

    g_assert_cmpint(out->secret, ==, c->secret);
    g_assert_cmpint(out->malformed, ==, c->malformed);
    for (; c->fields[count].value; count++) {
        g_assert_cmpuint(out->count, >, count);
        const sasl_field *field = &out->fields[count];
        uint8_t *value = g_malloc(field->value.length);
        size_t length = sasl_field_value(field, value);
        g_assert_cmpint(field->kind, ==, c->fields[count].kind);
        g_assert_cmpmem(value, length, c->fields[count].value, strlen(c->fields[count].value));
        g_free(value);
    }
    g_assert_cmpuint(out->count, ==, count);
}

static void test_messages(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const sasl_case *c = &cases[i];
        uint8_t *copy = g_memdup2(c->in, c->in_length);
        sasl_message out;
        g_test_message("%s %s", c->mechanism, c->in);
        sasl_message_parse(sasl_mechanism_find(span_of(c->mechanism)), c->side, c->number, (span){copy, c->in_length}, &out);
        check(c, &out);
        g_free(copy);
    }
}

/* Every message, cut off anywhere, under every mechanism, as if it were any message of either side. */
static void test_cut(void)
{
    size_t count;
    const sasl_mechanism_row *rows = sasl_mechanism_rows(&count);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t length = 0; length <= cases[i].in_length; length++) {
            uint8_t *copy = g_memdup2(cases[i].in, length);
            for (size_t n = 0; n < count * 4; n++) {
                sasl_message out;
                sasl_message_parse(&rows[n / 4], n & 1 ? SASL_CLIENT : SASL_SERVER, n >> 1 & 1, (span){copy, length}, &out);
                g_assert_cmpuint(out.count, <=, SASL_FIELDS_MAX);
                for (size_t f = 0; f < out.count; f++)
                    g_assert_cmpuint(out.fields[f].value.length, <=, length);
            }
            g_free(copy);
        }
    }
}

static void test_handoff(void)
{
    static const struct {
        const char *mechanism;
        const char *in;
        size_t in_length;
        sasl_handoff handoff;
    } tokens[] = {
        {"NTLM", OCTETS("NTLMSSP\0\1\0\0\0"), SASL_HANDOFF_NTLMSSP},
        {"NTLM", OCTETS("NTLMSSP\0"), SASL_HANDOFF_NTLMSSP},
        {"NTLM", OCTETS("NTLMSSP"), SASL_HANDOFF_NONE},
        {"NTLM", OCTETS("\x60\x48\x06\x06"), SASL_HANDOFF_GSSAPI},
        {"NTLM", OCTETS(""), SASL_HANDOFF_NONE},
        {"GSSAPI", OCTETS("\x60\x82\x02\x01"), SASL_HANDOFF_GSSAPI},
        {"GSSAPI", OCTETS("\xa1\x81\x10"), SASL_HANDOFF_GSSAPI},
        {"GSSAPI", OCTETS("NTLMSSP\0\1\0\0\0"), SASL_HANDOFF_NTLMSSP},
        {"GSSAPI", OCTETS("\x05\x04\x05"), SASL_HANDOFF_NONE},
        {"GSS-SPNEGO", OCTETS("\xa0\x10"), SASL_HANDOFF_GSSAPI},
        {"NO-SUCH", OCTETS("NTLMSSP\0\1\0\0\0"), SASL_HANDOFF_NTLMSSP},
        {"NO-SUCH", OCTETS("\x60\x82"), SASL_HANDOFF_NONE},
        {"PLAIN", OCTETS("NTLMSSP\0a\0b"), SASL_HANDOFF_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(tokens); i++) {
        uint8_t *copy = g_memdup2(tokens[i].in, tokens[i].in_length);
        sasl_message out;
        sasl_message_parse(sasl_mechanism_find(span_of(tokens[i].mechanism)), SASL_CLIENT, 0,
                           (span){copy, tokens[i].in_length}, &out);
        g_assert_cmpint(out.handoff, ==, tokens[i].handoff);
        g_free(copy);
    }
}

static void test_rows(void)
{
    size_t count;
    const sasl_mechanism_row *rows = sasl_mechanism_rows(&count);

    for (size_t i = 0; i < count; i++) {
        g_assert_true(i == 0 || strcmp(rows[i - 1].name, rows[i].name) < 0);
        g_assert_cmpuint(strlen(rows[i].meaning), >, 0);
        g_assert_cmpuint(strlen(rows[i].source), >, 0);
        char *lower = g_ascii_strdown(rows[i].name, -1);
        g_assert_true(sasl_mechanism_find(span_of(lower)) == &rows[i]);
        g_free(lower);
    }
    g_assert_null(sasl_mechanism_find(span_of("")));
    g_assert_null(sasl_mechanism_find(span_of("PLAI")));
}

/* More fields than there is room for: the first are kept. */
static void test_many_fields(void)
{
    GString *in = g_string_new("");
    sasl_message out;

    for (int i = 0; i < 20; i++)
        g_string_append_printf(in, "realm=\"r%d\",", i);
    sasl_message_parse(sasl_mechanism_find(span_of("DIGEST-MD5")), SASL_SERVER, 0, span_of(in->str), &out);
    g_assert_cmpuint(out.count, ==, SASL_FIELDS_MAX);
    g_assert_true(span_equal(out.fields[7].value, span_of("r7")));
    g_string_free(in, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sasl/messages", test_messages);
    g_test_add_func("/sasl/cut", test_cut);
    g_test_add_func("/sasl/handoff", test_handoff);
    g_test_add_func("/sasl/rows", test_rows);
    g_test_add_func("/sasl/many_fields", test_many_fields);
    return g_test_run();
}
