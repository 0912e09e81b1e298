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

/* An NTLM authenticate message up to its domain, and from its workstation to its flags. */
#define NTLM_BEGIN "NTLMSSP\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NTLM_BEHIND "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

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
    {"CRAM-SHA1", SASL_CLIENT, 0, OCTETS("ann b913a6"), false, false, {{SASL_USERNAME, "ann"}, {SASL_DIGEST, "b913a6"}}},
    {"CRAM-SHA256", SASL_CLIENT, 0, OCTETS("ann b913a6"), false, false, {{SASL_USERNAME, "ann"}, {SASL_DIGEST, "b913a6"}}},
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
    {"DIGEST-MD5", SASL_CLIENT, 0, OCTETS("username=\"\",realm="), false, false, {{SASL_USERNAME, ""}, {SASL_REALM, ""}}},
    {"DIGEST-MD5", SASL_CLIENT, 0, OCTETS("realm=\"a\\\\b\\"), false, false, {{SASL_REALM, "a\\b\\"}}},

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
    {"SCRAM-SHA-1", SASL_CLIENT, 0, OCTETS("n"), false, true, {{0}}},
    {"SCRAM-SHA-1", SASL_CLIENT, 0, OCTETS("n,"), false, true, {{0}}},
    {"SCRAM-SHA-1", SASL_CLIENT, 0, OCTETS("n,,"), false, false, {{0}}},
    {"SCRAM-SHA-1", SASL_CLIENT, 0, OCTETS("n,,n="), false, false, {{SASL_USERNAME, ""}}},

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
    {"XOAUTH2", SASL_SERVER, 0, OCTETS("{\"a\":1,\"status\" \"x\",\"status\":\"4\"}"), false, false, {{SASL_ERROR, "4"}}},
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
    {"OAUTHBEARER", SASL_CLIENT, 0, OCTETS("n,,x\1auth=Bearer vF9d\1\1"), true, true, {{SASL_TOKEN, "vF9d"}}},
    {"OAUTHBEARER", SASL_CLIENT, 0, OCTETS("n,,auth=Bearer vF9d\1\1"), false, true, {{0}}},
    {"OAUTHBEARER",
     SASL_SERVER,
     0,
     OCTETS("{\"status\":\"invalid_token\",\"scope\":\"example_scope\"}"),
     false,
     false,
     {{SASL_ERROR, "invalid_token"}, {SASL_SCOPE, "example_scope"}}},
    {"OAUTHBEARER", SASL_CLIENT, 1, OCTETS("\1"), false, false, {{0}}},

    {"NTLM",
     SASL_CLIENT,
     1,
     OCTETS(NTLM_BEGIN "\4\0\4\0\x40\0\0\0"
                       "\6\0\6\0\xff\0\0\0" NTLM_BEHIND "\1\0\0\0"
                       "D\0M\0"
                       "a\0n\0n\0"),
     false,
     true,
     {{SASL_REALM, "DM"}}},
    {"NTLM", SASL_CLIENT, 0, OCTETS("NTLMSSP\0\1\0\0"), false, true, {{0}}},
    {"NTLM",
     SASL_CLIENT,
     1,
     OCTETS(NTLM_BEGIN "\4\0\4\0\x40\0\0\0"
                       "\4\0\4\0\x44\0\0\0" NTLM_BEHIND "\1\0\0\0"
                       "D\0M\0"
                       "\x3d\xd8\x00\xde"),
     false,
     false,
     {{SASL_USERNAME, "\xf0\x9f\x98\x80"}, {SASL_REALM, "DM"}}},
    {"GSS-SPNEGO",
     SASL_CLIENT,
     1,
     OCTETS(NTLM_BEGIN "\0\0\0\0\0\0\0\0"
                       "\3\0\3\0\x40\0\0\0" NTLM_BEHIND "\2\0\0\0"
                       "ann"),
     false,
     false,
     {{SASL_USERNAME, "ann"}}},
    {"NTLM",
     SASL_CLIENT,
     0,
     OCTETS("NTLMSSP\0\1\0\0\0"
            "\1\0\0\0"),
     false,
     false,
     {{0}}},
    {"NTLM", SASL_SERVER, 0, OCTETS("NTLMSSP\0\2\0\0\0"), false, false, {{0}}},

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
        uint8_t *value = g_malloc(sasl_field_room(field));
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

/* The client's first message under every mechanism in the table, and whom it names. */
static const struct {
    const char *mechanism;
    const char *in;
    size_t in_length;
    sasl_field_kind kind;
    const char *value; /* NULL: nothing is read from it */
} examples[] = {
    {"9798-M-DSA-SHA1", OCTETS("0\x0c"), SASL_USERNAME, NULL},
    {"9798-M-ECDSA-SHA1", OCTETS("0\x0c"), SASL_USERNAME, NULL},
    {"9798-M-RSA-SHA1-ENC", OCTETS("0\x0c"), SASL_USERNAME, NULL},
    {"9798-U-DSA-SHA1", OCTETS("0\x0c"), SASL_USERNAME, NULL},
    {"9798-U-ECDSA-SHA1", OCTETS("0\x0c"), SASL_USERNAME, NULL},
    {"9798-U-RSA-SHA1-ENC", OCTETS("0\x0c"), SASL_USERNAME, NULL},
    {"ANONYMOUS", OCTETS("sirhc"), SASL_TRACE, "sirhc"},
    {"ATOKEN", OCTETS("1234567 AbCdEf"), SASL_USERNAME, NULL},
    {"CRAM-MD5", OCTETS("tim b913a602c7eda7a495b4e6e7334d3890"), SASL_USERNAME, "tim"},
    {"CRAM-SHA1", OCTETS("tim b913a602c7eda7a495b4e6e7334d3890"), SASL_USERNAME, "tim"},
    {"CRAM-SHA256", OCTETS("tim b913a602c7eda7a495b4e6e7334d3890"), SASL_USERNAME, "tim"},
    {"DIGEST-MD5", OCTETS("username=\"chris\",realm=\"elwood.example\",nonce=\"OA6MG9tEQGm2hh\",nc=00000001,qop=auth"),
     SASL_USERNAME, "chris"},
    {"EAP-AES128", OCTETS("n,,\6\1"), SASL_USERNAME, NULL},
    {"EAP-AES128-PLUS", OCTETS("p=tls-unique,,\6\1"), SASL_USERNAME, NULL},
    {"ECDH-X25519-CHALLENGE", OCTETS("ann\0ann"), SASL_USERNAME, NULL},
    {"ECDSA-NIST256P-CHALLENGE", OCTETS("ann\0ann"), SASL_USERNAME, NULL},
    {"EXCHANGEAUTH", OCTETS("\x60\x82\2\1"), SASL_USERNAME, NULL},
    {"EXTERNAL", OCTETS("fred@example.com"), SASL_AUTHZID, "fred@example.com"},
    {"GS2-KRB5", OCTETS("n,,\x60\x82"), SASL_USERNAME, NULL},
    {"GS2-KRB5-PLUS", OCTETS("p=tls-unique,,\x60\x82"), SASL_USERNAME, NULL},
    {"GSS-SPNEGO", OCTETS("\x60\x28\6\6"), SASL_USERNAME, NULL},
    {"GSSAPI", OCTETS("\x60\x82\2\1"), SASL_USERNAME, NULL},
    {"KERBEROS_V4", OCTETS("\4\x0c"), SASL_USERNAME, NULL},
    {"KERBEROS_V5", OCTETS("\x60\x82"), SASL_USERNAME, NULL},
    {"LOGIN", OCTETS("ann"), SASL_USERNAME, "ann"},
    {"MSN", OCTETS("MSN\0"), SASL_USERNAME, NULL},
    {"NMAS-SAMBA-AUTH", OCTETS("\0\1"), SASL_USERNAME, NULL},
    {"NMAS_AUTHEN", OCTETS("\0\1"), SASL_USERNAME, NULL},
    {"NMAS_LOGIN", OCTETS("\0\1"), SASL_USERNAME, NULL},
    {"NTLM",
     OCTETS(NTLM_BEGIN "\0\0\0\0\0\0\0\0"
                       "\6\0\6\0\x40\0\0\0" NTLM_BEHIND "\1\0\0\0"
                       "a\0n\0n\0"),
     SASL_USERNAME, "ann"},
    {"OAUTH10A", OCTETS("n,a=user@example.com,\1host=mx.example.org\1auth=OAuth realm=\"x\"\1\1"), SASL_USERNAME, NULL},
    {"OAUTHBEARER", OCTETS("n,a=user@example.com,\1auth=Bearer vF9dft4qmTc2\1\1"), SASL_USERNAME, "user@example.com"},
    {"OPENID20", OCTETS("n,,https://openid.example/"), SASL_USERNAME, NULL},
    {"OTP", OCTETS("\0tim"), SASL_USERNAME, "tim"},
    {"PASSDSS-3DES-1",
     OCTETS("\0\0\0\0\0\0\0\3"
            "ann"),
     SASL_USERNAME, NULL},
    {"PLAIN", OCTETS("\0tim\0tanstaaftanstaaf"), SASL_USERNAME, "tim"},
    {"PLAIN-CLIENTTOKEN", OCTETS("\0ann\0secret\0token"), SASL_USERNAME, NULL},
    {"SAML20", OCTETS("n,,idp.example.org"), SASL_USERNAME, NULL},
    {"SCRAM-SHA-1", OCTETS("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-1-PLUS", OCTETS("p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-224", OCTETS("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-224-PLUS", OCTETS("p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-256", OCTETS("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-256-PLUS", OCTETS("p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-384", OCTETS("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-384-PLUS", OCTETS("p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-512", OCTETS("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA-512-PLUS", OCTETS("p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA3-512", OCTETS("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SCRAM-SHA3-512-PLUS", OCTETS("p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO"), SASL_USERNAME, "user"},
    {"SECURID",
     OCTETS("\0magnus\0"
            "0123456\0"),
     SASL_USERNAME, "magnus"},
    {"SKEY", OCTETS("ann"), SASL_USERNAME, NULL},
    {"SPNEGO", OCTETS("n,,\x60\x28"), SASL_USERNAME, NULL},
    {"SPNEGO-PLUS", OCTETS("p=tls-unique,,\x60\x28"), SASL_USERNAME, NULL},
    {"SRP",
     OCTETS("\0\0\0\x0c\0\3"
            "ann\0\0\0\0"),
     SASL_USERNAME, NULL},
    {"SXOVER-PLUS", OCTETS("\x60\x2d"), SASL_USERNAME, NULL},
    {"WSTOKEN", OCTETS("1234567 AbCdEf"), SASL_USERNAME, NULL},
    {"XAOL-UAS-MB", OCTETS("\0ann\0token"), SASL_USERNAME, NULL},
    {"XOAUTH", OCTETS("GET https://mail.example/ oauth_nonce=\"1\""), SASL_USERNAME, NULL},
    {"XOAUTH2", OCTETS("user=someuser@example.com\1auth=Bearer ya29.vF9dft4qmTc2\1\1"), SASL_USERNAME,
     "someuser@example.com"},
    {"XYMCOOKIE", OCTETS("Y=v=1&n=1"), SASL_USERNAME, NULL},
    {"XYMPKI", OCTETS("0\x0c"), SASL_USERNAME, NULL},
};

static void check_example(size_t i, const sasl_mechanism_row *row)
{
    sasl_message out;
    uint8_t value[64];
    size_t length;

    g_test_message("%s", row->name);
    g_assert_cmpstr(row->name, ==, examples[i].mechanism);
    sasl_message_parse(row, SASL_CLIENT, 0, (span){(const uint8_t *)examples[i].in, examples[i].in_length}, &out);
    g_assert_false(out.malformed);
    g_assert_cmpuint(out.count > 0, ==, examples[i].value != NULL);
    for (size_t f = 0; f < out.count; f++) {
        if (out.fields[f].kind != examples[i].kind)
            continue;
        g_assert_cmpuint(sasl_field_room(&out.fields[f]), <=, sizeof value);
        length = sasl_field_value(&out.fields[f], value);
        g_assert_cmpmem(value, length, examples[i].value, strlen(examples[i].value));
        return;
    }
    g_assert_null(examples[i].value);
}

static void test_rows(void)
{
    size_t count;
    const sasl_mechanism_row *rows = sasl_mechanism_rows(&count);

    g_assert_cmpuint(count, ==, G_N_ELEMENTS(examples));
    for (size_t i = 0; i < count; i++) {
        g_assert_true(i == 0 || strcmp(rows[i - 1].name, rows[i].name) < 0);
        g_assert_cmpuint(strlen(rows[i].meaning), >, 0);
        g_assert_cmpuint(strlen(rows[i].source), >, 0);
        char *lower = g_ascii_strdown(rows[i].name, -1);
        g_assert_true(sasl_mechanism_find(span_of(lower)) == &rows[i]);
        g_free(lower);
        check_example(i, &rows[i]);
    }
    g_assert_null(sasl_mechanism_find(span_of("")));
    g_assert_null(sasl_mechanism_find(span_of("PLAI")));
}

static void test_is_mechanism(void)
{
    static const struct {
        const char *in;
        bool ok;
    } words[] = {
        {"PLAIN", true},
        {"plain", true},
        {"A", true},
        {"X-NEW_2", true},
        {"ABCDEFGHIJKLMNOPQRST", true},
        {"ABCDEFGHIJKLMNOPQRSTU", false}, /* 21 octets */
        {"x-new", false},
        {"AGFubgBz", false},
        {"X=", false},
        {"X Y", false},
        {"", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        uint8_t *copy = g_memdup2(words[i].in, strlen(words[i].in));
        g_test_message("%s", words[i].in);
        g_assert_cmpint(sasl_is_mechanism((span){copy, strlen(words[i].in)}), ==, words[i].ok);
        g_free(copy);
    }
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
    g_test_add_func("/sasl/is_mechanism", test_is_mechanism);
    g_test_add_func("/sasl/many_fields", test_many_fields);
    return g_test_run();
}
