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
        verb_id id;
        bool known, unmistakable;
    } cases[] = {
        {"EHLO mx.example.org", true, "EHLO", "mx.example.org", VERB_EHLO, true, true},
        {"ehlo mx.example.org", true, "ehlo", "mx.example.org", VERB_EHLO, true, true},
        {"EHLO", true, "EHLO", "", VERB_EHLO, true, false},
        {"EHLO mx.example.org and more", true, "EHLO", "mx.example.org and more", VERB_EHLO, true, false},
        {"HELO client.thm", true, "HELO", "client.thm", VERB_HELO, true, true},
        {"LHLO mx", true, "LHLO", "mx", VERB_LHLO, true, true},
        {"MAIL FROM:<user@client.thm>", true, "MAIL", "FROM:<user@client.thm>", VERB_MAIL, true, true},
        {"mail  from : <a@b> SIZE=1 ", true, "mail", "from : <a@b> SIZE=1 ", VERB_MAIL, true, true},
        {"MAIL FROM", true, "MAIL", "FROM", VERB_MAIL, true, false},
        {"Mail from home", true, "Mail", "from home", VERB_MAIL, true, false},
        {"MAIL TO:<a@b>", true, "MAIL", "TO:<a@b>", VERB_MAIL, true, false},
        {"SEND FROM:<a@b>", true, "SEND", "FROM:<a@b>", VERB_MAIL, true, true},
        {"SOML FROM:<a@b>", true, "SOML", "FROM:<a@b>", VERB_MAIL, true, true},
        {"SAML FROM:<a@b>", true, "SAML", "FROM:<a@b>", VERB_MAIL, true, true},
        {"RCPT TO:<a@b>", true, "RCPT", "TO:<a@b>", VERB_RCPT, true, true},
        {"RCPT FROM:<a@b>", true, "RCPT", "FROM:<a@b>", VERB_RCPT, true, false},
        {"DATA", true, "DATA", "", VERB_DATA, true, true},
        {"DATA ", true, "DATA", "", VERB_DATA, true, true},
        {"Data follows", true, "Data", "follows", VERB_DATA, true, false},
        {"BDAT 86 LAST", true, "BDAT", "86 LAST", VERB_BDAT, true, true},
        {"BDAT 0", true, "BDAT", "0", VERB_BDAT, true, true},
        {"BDAT", true, "BDAT", "", VERB_BDAT, true, false},
        {"BDAT x", true, "BDAT", "x", VERB_BDAT, true, false},
        {"BURL imap://h/x;uid=1 LAST", true, "BURL", "imap://h/x;uid=1 LAST", VERB_BURL, true, false},
        {"RSET", true, "RSET", "", VERB_RSET, true, true},
        {"QUIT", true, "QUIT", "", VERB_QUIT, true, true},
        {"Quit smoking", true, "Quit", "smoking", VERB_QUIT, true, false},
        {"STARTTLS", true, "STARTTLS", "", VERB_STARTTLS, true, true},
        {"X-ANONYMOUSTLS", true, "X-ANONYMOUSTLS", "", VERB_STARTTLS, true, true},
        {"AUTH LOGIN", true, "AUTH", "LOGIN", VERB_AUTH, true, true},
        {"auth plain AGEAYg==", true, "auth", "plain AGEAYg==", VERB_AUTH, true, true},
        {"AUTH X-OWN_2", true, "AUTH", "X-OWN_2", VERB_AUTH, true, true},
        {"AUTH failed again", true, "AUTH", "failed again", VERB_AUTH, true, false},
        {"AUTH PLAIN a b", true, "AUTH", "PLAIN a b", VERB_AUTH, true, false},
        {"AUTH ABCDEFGHIJKLMNOPQRSTU", true, "AUTH", "ABCDEFGHIJKLMNOPQRSTU", VERB_AUTH, true, false},
        {"AUTH", true, "AUTH", "", VERB_AUTH, true, false},
        {"X-EXPS GSSAPI", true, "X-EXPS", "GSSAPI", VERB_AUTH, true, true},
        {"NOOP", true, "NOOP", "", VERB_NOOP, true, true},
        {"HELP", true, "HELP", "", VERB_OTHER, true, false},
        {"VRFY smith", true, "VRFY", "smith", VERB_OTHER, true, true},
        {"XCLIENT NAME=a ADDR=192.0.2.1", true, "XCLIENT", "NAME=a ADDR=192.0.2.1", VERB_XCLIENT, true, false},
        {"  QUIT", true, "QUIT", "", VERB_QUIT, true, true},
        {"FROBNICATE now", true, "FROBNICATE", "now", VERB_OTHER, false, false},
        {"STAR", true, "STAR", "", VERB_OTHER, false, false},
        {"EHLOX a", true, "EHLOX", "a", VERB_OTHER, false, false},
        {"", false, "", "", VERB_OTHER, false, false},
        {" \t", false, "", "", VERB_OTHER, false, false},
        {"From: user@client.thm", false, "", "", VERB_OTHER, false, false},
        {".", false, "", "", VERB_OTHER, false, false},
        {"\x16\x03\x01", false, "", "", VERB_OTHER, false, false},
        {"QU\xc3\x8fT", false, "", "", VERB_OTHER, false, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = strlen(cases[i].in);
        uint8_t *copy = g_memdup2(cases[i].in, length);
        command out = {0};
        g_assert_cmpint(command_parse((span){copy, length}, &out), ==, cases[i].ok);
        g_assert_true(span_equal(out.verb, span_of(cases[i].verb)));
        g_assert_true(span_equal(out.argument, span_of(cases[i].argument)));
        g_assert_cmpint(out.row != NULL, ==, cases[i].known);
        g_assert_cmpint(command_verb(&out), ==, cases[i].id);
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
    {"LHLO mda.example.org", true},
    {"MAIL FROM:<ann@example.org> SIZE=8405 BODY=8BITMIME", true},
    {"NOOP", true},
    {"ONEX", true},
    {"QUIT", true},
    {"RCPT TO:<bob@example.net> NOTIFY=NEVER", true},
    {"RSET", true},
    {"SAML FROM:<ann@example.org>", true},
    {"SEND FROM:<ann@example.org>", true},
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
