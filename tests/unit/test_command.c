/* test_command.c — command lines and verbs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/command.h"

static void test_parse(void)
{
    static const struct {
        const char *in;
        bool ok;
        const char *verb, *argument;
        bool known, unmistakable;
    } cases[] = {
        {"EHLO mx.example.org", true, "EHLO", "mx.example.org", true, true},
        {"ehlo mx.example.org", true, "ehlo", "mx.example.org", true, true},
        {"EHLO", true, "EHLO", "", true, false},
        {"EHLO mx.example.org and more", true, "EHLO", "mx.example.org and more", true, false},
        {"HELO client.thm", true, "HELO", "client.thm", true, true},
        {"LHLO mx", true, "LHLO", "mx", true, true},
        {"MAIL FROM:<user@client.thm>", true, "MAIL", "FROM:<user@client.thm>", true, true},
        {"mail  from : <a@b> SIZE=1 ", true, "mail", "from : <a@b> SIZE=1 ", true, true},
        {"MAIL FROM", true, "MAIL", "FROM", true, false},
        {"Mail from home", true, "Mail", "from home", true, false},
        {"MAIL TO:<a@b>", true, "MAIL", "TO:<a@b>", true, false},
        {"SEND FROM:<a@b>", true, "SEND", "FROM:<a@b>", true, true},
        {"SOML FROM:<a@b>", true, "SOML", "FROM:<a@b>", true, true},
        {"SAML FROM:<a@b>", true, "SAML", "FROM:<a@b>", true, true},
        {"RCPT TO:<a@b>", true, "RCPT", "TO:<a@b>", true, true},
        {"RCPT FROM:<a@b>", true, "RCPT", "FROM:<a@b>", true, false},
        {"DATA", true, "DATA", "", true, true},
        {"DATA ", true, "DATA", "", true, true},
        {"Data follows", true, "Data", "follows", true, false},
        {"BDAT 86 LAST", true, "BDAT", "86 LAST", true, true},
        {"BDAT 0", true, "BDAT", "0", true, true},
        {"BDAT", true, "BDAT", "", true, false},
        {"BDAT x", true, "BDAT", "x", true, false},
        {"BURL imap://h/x;uid=1 LAST", true, "BURL", "imap://h/x;uid=1 LAST", true, false},
        {"RSET", true, "RSET", "", true, true},
        {"QUIT", true, "QUIT", "", true, true},
        {"Quit smoking", true, "Quit", "smoking", true, false},
        {"STARTTLS", true, "STARTTLS", "", true, true},
        {"X-ANONYMOUSTLS", true, "X-ANONYMOUSTLS", "", true, true},
        {"AUTH LOGIN", true, "AUTH", "LOGIN", true, true},
        {"auth plain AGEAYg==", true, "auth", "plain AGEAYg==", true, true},
        {"AUTH X-OWN_2", true, "AUTH", "X-OWN_2", true, true},
        {"AUTH failed again", true, "AUTH", "failed again", true, false},
        {"AUTH PLAIN a b", true, "AUTH", "PLAIN a b", true, false},
        {"AUTH ABCDEFGHIJKLMNOPQRSTU", true, "AUTH", "ABCDEFGHIJKLMNOPQRSTU", true, false},
        {"AUTH", true, "AUTH", "", true, false},
        {"X-EXPS GSSAPI", true, "X-EXPS", "GSSAPI", true, true},
        {"NOOP", true, "NOOP", "", true, true},
        {"HELP", true, "HELP", "", true, false},
        {"VRFY smith", true, "VRFY", "smith", true, true},
        {"XCLIENT NAME=a ADDR=192.0.2.1", true, "XCLIENT", "NAME=a ADDR=192.0.2.1", true, false},
        {"  QUIT", true, "QUIT", "", true, true},
        {"FROBNICATE now", true, "FROBNICATE", "now", false, false},
        {"STAR", true, "STAR", "", false, false},
        {"EHLOX a", true, "EHLOX", "a", false, false},
        {"", false, "", "", false, false},
        {" \t", false, "", "", false, false},
        {"From: user@client.thm", false, "", "", false, false},
        {".", false, "", "", false, false},
        {"\x16\x03\x01", false, "", "", false, false},
        {"QU\xc3\x8fT", false, "", "", false, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].in);
        uint8_t *copy = g_memdup2(cases[i].in, length);
        command out = {0};
        g_assert_cmpint(command_parse((span){copy, length}, &out), ==, cases[i].ok);
        g_assert_true(span_equal(out.verb, span_of(cases[i].verb)));
        g_assert_true(span_equal(out.argument, span_of(cases[i].argument)));
        g_assert_cmpint(out.row != NULL, ==, cases[i].known);
        g_assert_cmpint(command_unmistakable(&out), ==, cases[i].unmistakable);
        g_free(copy);
    }
}

/* A line of every verb in the table, as clients send it. */
static const struct {
    const char *line;
    bool unmistakable;
} examples[] = {
    {"ATRN example.org,example.net", true},
    {"AUTH PLAIN AGFubgBzM2NyZXQ=", true},
    {"BDAT 86 LAST", true},
    {"BURL imap://ann@imap.example.org/Sent/;uid=25;urlauth=submit+ann:internal:91354a47 LAST", false},
    {"CLIENTID UUID 23bf83be-aad7-46aa-9e01-39191ccf402f", false},
    {"DATA", true},
    {"DEBUG", false},
    {"EHLO relay.example.com", true},
    {"ETRN @example.org", true},
    {"EXPN staff", true},
    {"HELO [192.0.2.10]", true},
    {"HELP MAIL", false},
    {"KILL", false},
    {"LHLO mda.example.org", true},
    {"MAIL FROM:<ann@example.org> SIZE=8405 BODY=8BITMIME", true},
    {"NOOP", true},
    {"ONEX", true},
    {"QUIT", true},
    {"RCPT TO:<bob@example.net> NOTIFY=NEVER", true},
    {"RSET", true},
    {"SAML FROM:<ann@example.org>", true},
    {"SEND FROM:<ann@example.org>", true},
    {"SHOWQ", false},
    {"SOML FROM:<ann@example.org>", true},
    {"STARTTLS", true},
    {"TURN", false},
    {"VERB ON", false},
    {"VRFY bob", true},
    {"WELLKNOWN security.txt", false},
    {"WIZ", false},
    {"X-ANONYMOUSTLS", true},
    {"X-EXPS EXCHANGEAUTH", true},
    {"X-LINK2STATE LAST CHUNK={00000010} DONE", false},
    {"X-MESSAGECONTEXT ADRC-2.1.0.0 EPROP-1.2.0.0", false},
    {"XADR bob@example.net", true},
    {"XCIR", false},
    {"XCLIENT NAME=mx.example.org ADDR=192.0.2.9", false},
    {"XEXCH50 1264 2", false},
    {"XEXPS GSSAPI", true},
    {"XFORWARD NAME=client.example.com ADDR=192.0.2.10 PROTO=ESMTP", false},
    {"XGEN", false},
    {"XPROXY SID=08D1A2B3C4D5E6F7 IP=192.0.2.10 PORT=40000 DOMAIN=client.example.com", false},
    {"XPROXYFROM SID=08D1A2B3C4D5E6F7 IP=192.0.2.10 PORT=40000 DOMAIN=client.example.com SEQNUM=1", false},
    {"XPROXYTO DESTINATIONS=mx.example.org SID=08D1A2B3C4D5E6F7", false},
    {"XQDISCARD 50", false},
    {"XRSETPROXYTO SID=08D1A2B3C4D5E6F7", false},
    {"XSESSIONPARAMS MDBGUID=b2d4c6e8-0a1b-4c3d-9e5f-112233445566", false},
    {"XSHADOW edge.example.org", false},
    {"XSHADOWREQUEST", false},
    {"XSTA", false},
};

/* Is the line of this row, and is it as beyond doubt as it should be, in capitals or not? */
static void check_example(const char *line, bool unmistakable, const verb_row *row)
{
    char *lower = g_ascii_strdown(line, -1);
    command out;

    g_test_message("%s", line);
    g_assert_true(command_parse(span_of(line), &out));
    g_assert_true(out.row == row);
    g_assert_cmpint(command_unmistakable(&out), ==, unmistakable);
    g_assert_true(command_parse(span_of(lower), &out));
    g_assert_true(out.row == row);
    g_assert_cmpint(command_unmistakable(&out), ==, unmistakable);
    g_free(lower);
}

static void test_rows(void)
{
    size_t count;
    const verb_row *rows = verb_rows(&count);

    g_assert_cmpuint(count, ==, G_N_ELEMENTS(examples));
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(examples[i].line, " ");
        g_assert_true(i == 0 || strcmp(rows[i - 1].name, rows[i].name) < 0);
        g_assert_cmpuint(strlen(rows[i].meaning), >, 0);
        g_assert_cmpuint(strlen(rows[i].source), >, 0);
        g_assert_cmpmem(rows[i].name, strlen(rows[i].name), examples[i].line, length);
        check_example(examples[i].line, examples[i].unmistakable, &rows[i]);
    }
}

static void test_bdat(void)
{
    static const struct {
        const char *in;
        bdat_result result;
        uint64_t size;
        bool last;
    } cases[] = {
        {"86", BDAT_OK, 86, false},
        {"86 LAST", BDAT_OK, 86, true},
        {"86  last ", BDAT_OK, 86, true},
        {"0 LAST", BDAT_OK, 0, true},
        {"18446744073709551615", BDAT_OK, UINT64_MAX, false},
        {"18446744073709551616", BDAT_OVERFLOW, 0, false},
        {"18446744073709551616 LAST", BDAT_OVERFLOW, 0, false},
        {"", BDAT_BAD, 0, false},
        {"LAST", BDAT_BAD, 0, false},
        {"86 FIRST", BDAT_BAD, 0, false},
        {"86 LAST 1", BDAT_BAD, 0, false},
        {"86LAST", BDAT_BAD, 0, false},
        {"-1", BDAT_BAD, 0, false},
        {"0x10", BDAT_BAD, 0, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].in);
        uint8_t *copy = g_memdup2(cases[i].in, length);
        bdat_argument out = {0};
        g_assert_cmpint(bdat_parse((span){copy, length}, &out), ==, cases[i].result);
        g_assert_cmpuint(out.size, ==, cases[i].size);
        g_assert_cmpint(out.last, ==, cases[i].last);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command/parse", test_parse);
    g_test_add_func("/command/rows", test_rows);
    g_test_add_func("/command/bdat", test_bdat);
    return g_test_run();
}
