/* test_capability.c — lines of the EHLO reply.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/capability.h"

static void test_parse(void)
{
    static const struct {
        const char *in;
        bool ok;
        const char *keyword, *parameters;
        capability_id id;
        bool known;
    } cases[] = {
        {"SIZE 35882577", true, "SIZE", "35882577", CAPABILITY_SIZE, true},
        {"SIZE", true, "SIZE", "", CAPABILITY_SIZE, true},
        {"8BITMIME", true, "8BITMIME", "", CAPABILITY_8BITMIME, true},
        {"starttls ", true, "starttls", "", CAPABILITY_STARTTLS, true},
        {"AUTH LOGIN PLAIN XOAUTH2", true, "AUTH", "LOGIN PLAIN XOAUTH2", CAPABILITY_AUTH, true},
        {"AUTH=LOGIN PLAIN", true, "AUTH", "LOGIN PLAIN", CAPABILITY_AUTH, true},
        {"AUTH=LOGIN", true, "AUTH", "LOGIN", CAPABILITY_AUTH, true},
        {"AUTH=", true, "AUTH", "", CAPABILITY_AUTH, true},
        {"AUTH= LOGIN", true, "AUTH", "LOGIN", CAPABILITY_AUTH, true},
        {"AUTH =LOGIN", true, "AUTH", "=LOGIN", CAPABILITY_AUTH, true},
        {"LIMITS RCPTMAX=100 MAILMAX=5", true, "LIMITS", "RCPTMAX=100 MAILMAX=5", CAPABILITY_LIMITS, true},
        {"X-EXPS GSSAPI NTLM", true, "X-EXPS", "GSSAPI NTLM", CAPABILITY_X_EXPS, true},
        {"XFORWARD NAME ADDR", true, "XFORWARD", "NAME ADDR", CAPABILITY_XFORWARD, true},
        {"DELIVERBY", true, "DELIVERBY", "", CAPABILITY_DELIVERBY, true},
        {"FROBNICATE\t1", true, "FROBNICATE", "1", CAPABILITY_OTHER, false},
        {" HELP", true, "HELP", "", CAPABILITY_OTHER, true},
        {"", false, "", "", CAPABILITY_OTHER, false},
        {"  ", false, "", "", CAPABILITY_OTHER, false},
        {"=LOGIN", false, "", "", CAPABILITY_OTHER, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        capability out = {0};
        g_test_message("%s", cases[i].in);
        g_assert_cmpint(capability_parse(in, &out), ==, cases[i].ok);
        assert_span(out.keyword, cases[i].keyword);
        assert_span(out.parameters, cases[i].parameters);
        g_assert_cmpint(out.row != NULL, ==, cases[i].known);
        g_assert_cmpint(out.row ? out.row->id : CAPABILITY_OTHER, ==, cases[i].id);
        release(in);
    }
}

/* A line of every keyword in the table, as servers send it, and the first of its parameters. */
static const struct {
    const char *line, *first;
} examples[] = {
    {"8BITMIME", ""},
    {"ATRN", ""},
    {"AUTH LOGIN PLAIN XOAUTH2", "LOGIN"},
    {"BINARYMIME", ""},
    {"BURL imap imap://imap.example.org", "imap"},
    {"CHECKPOINT", ""},
    {"CHUNKING", ""},
    {"CLIENTID", ""},
    {"CONNEG", ""},
    {"CONPERM", ""},
    {"DELIVERBY 240", "240"},
    {"DSN", ""},
    {"EHLO", ""},
    {"ENHANCEDSTATUSCODES", ""},
    {"ETRN", ""},
    {"EXPN", ""},
    {"FUTURERELEASE 2592000 2030-01-31T12:00:00Z", "2592000"},
    {"HELP", ""},
    {"IGNOREQUOTA", ""},
    {"LIMITS MAILMAX=1000 RCPTMAX=50000", "MAILMAX=1000"},
    {"LOGIN", ""},
    {"MT-PRIORITY STANAG4406", "STANAG4406"},
    {"MTRK", ""},
    {"NO-SOLICITING net.example:ADV", "net.example:ADV"},
    {"Ok", ""},
    {"ONEX", ""},
    {"PIPECONNECT", ""},
    {"PIPELINING", ""},
    {"PIPE_CONNECT", ""},
    {"PRDR", ""},
    {"REQUIRETLS", ""},
    {"RRVS", ""},
    {"RSET", ""},
    {"SAML", ""},
    {"SEND", ""},
    {"SIZE 35882577", "35882577"},
    {"SMTPUTF8", ""},
    {"SOML", ""},
    {"STARTTLS", ""},
    {"SUBMITTER", ""},
    {"TLS", ""},
    {"TURN", ""},
    {"UTF8SMTP", ""},
    {"VERB", ""},
    {"VERP", ""},
    {"VRFY", ""},
    {"WELLKNOWN", ""},
    {"X-ANONYMOUSTLS", ""},
    {"X-EXPS GSSAPI NTLM", "GSSAPI"},
    {"X-LINK2STATE", ""},
    {"X-MESSAGECONTEXT ADRC-2.1.0.0 EPROP-1.2.0.0", "ADRC-2.1.0.0"},
    {"X-RCPTLIMIT 100", "100"},
    {"XADR", ""},
    {"XATTR", ""},
    {"XCIR", ""},
    {"XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT", "NAME"},
    {"XDSN", ""},
    {"XEXCH50", ""},
    {"XEXDATA", ""},
    {"XEXPS GSSAPI", "GSSAPI"},
    {"XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT", "NAME"},
    {"XGEN", ""},
    {"XLOOP 2E1D8F0C5B3A", "2E1D8F0C5B3A"},
    {"XMESSAGEVALUE", ""},
    {"XOORG", ""},
    {"XORIGFROM", ""},
    {"XPROXY", ""},
    {"XPROXYFROM", ""},
    {"XPROXYTO", ""},
    {"XQDISCARD", ""},
    {"XRCPTFORWARD", ""},
    {"XRCPTLIMIT 100", "100"},
    {"XRDST", ""},
    {"XREMOTEQUEUE", ""},
    {"XRSETPROXYTO", ""},
    {"XSECURITY=NONE,STARTTLS", "NONE,STARTTLS"},
    {"XSESSIONPARAMS", ""},
    {"XSHADOW", ""},
    {"XSHADOWREQUEST", ""},
    {"XSTA", ""},
    {"XSYSPROBE", ""},
    {"XUSR", ""},
    {"XVERB", ""},
    {"XVERP", ""},
    {"X_PIPE_CONNECT", ""},
};

static void test_rows(void)
{
    size_t count;
    const capability_row *rows = capability_rows(&count);

    g_assert_cmpuint(count, ==, G_N_ELEMENTS(examples));
    for (size_t i = 0; i < count; i++) {
        char *lower = g_ascii_strdown(examples[i].line, -1);
        capability out;
        g_test_message("%s", examples[i].line);
        g_assert_true(i == 0 || strcmp(rows[i - 1].keyword, rows[i].keyword) < 0);
        g_assert_cmpuint(strlen(rows[i].meaning), >, 0);
        g_assert_cmpuint(strlen(rows[i].source), >, 0);
        g_assert_true(capability_parse(span_of(lower), &out));
        g_assert_true(out.row == &rows[i]);
        g_assert_true(capability_parse(span_of(examples[i].line), &out));
        g_assert_true(out.row == &rows[i]);
        g_assert_true(span_equal_nocase(out.keyword, rows[i].keyword));
        assert_span(span_next_word(&out.parameters), examples[i].first);
        g_free(lower);
    }
    g_assert_null(capability_find(span_of("")));
    g_assert_null(capability_find(span_of("SIZES")));
}

/* What IANA registers is all there. */
static void test_registry(void)
{
    static const char *const registered[] = {
        "SEND",          "SOML",          "SAML",       "EXPN",      "HELP",     "TURN",
        "8BITMIME",      "SIZE",          "VERB",       "ONEX",      "CHUNKING", "BINARYMIME",
        "CHECKPOINT",    "DELIVERBY",     "PIPELINING", "DSN",       "ETRN",     "ENHANCEDSTATUSCODES",
        "STARTTLS",      "NO-SOLICITING", "MTRK",       "SUBMITTER", "ATRN",     "AUTH",
        "FUTURERELEASE", "CONPERM",       "CONNEG",     "BURL",      "UTF8SMTP", "SMTPUTF8",
        "MT-PRIORITY",   "RRVS",          "REQUIRETLS", "LIMITS",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(registered); i++)
        g_assert_nonnull(capability_find(span_of(registered[i])));
}

static void test_numbers(void)
{
    static const struct {
        const char *in;
        number_result size, deliverby;
        uint64_t value;
    } cases[] = {
        {"X 35882577", NUMBER_OK, NUMBER_OK, 35882577},
        {"X 0", NUMBER_OK, NUMBER_OK, 0},
        {"X 4294967296", NUMBER_OK, NUMBER_OVERFLOW, 4294967296},
        {"X 18446744073709551616", NUMBER_OVERFLOW, NUMBER_OVERFLOW, 0},
        {"X", NUMBER_BAD, NUMBER_BAD, 0},
        {"X lots", NUMBER_BAD, NUMBER_BAD, 0},
        {"X 10 20", NUMBER_OK, NUMBER_OK, 10},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        capability out;
        uint64_t octets = 0;
        uint32_t seconds = 0;
        g_assert_true(capability_parse(in, &out));
        g_assert_cmpint(capability_size(&out, &octets), ==, cases[i].size);
        g_assert_cmpint(capability_deliverby(&out, &seconds), ==, cases[i].deliverby);
        g_assert_cmpuint(octets, ==, cases[i].value);
        g_assert_cmpuint(seconds, ==, cases[i].deliverby == NUMBER_OK ? cases[i].value : 0);
        release(in);
    }
}

static void test_future_release(void)
{
    static const struct {
        const char *in;
        number_result interval_result;
        uint32_t interval;
        bool has_until;
    } cases[] = {
        {"FUTURERELEASE 86400 2023-11-14T22:13:20Z", NUMBER_OK, 86400, true},
        {"FUTURERELEASE 86400", NUMBER_OK, 86400, false},
        {"FUTURERELEASE 99999999999 2023-11-14T22:13:20Z", NUMBER_OVERFLOW, 0, true},
        {"FUTURERELEASE x y", NUMBER_BAD, 0, false},
        {"FUTURERELEASE", NUMBER_BAD, 0, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        capability out;
        g_assert_true(capability_parse(in, &out));
        future_release release_r = capability_future_release(&out);
        g_assert_cmpint(release_r.interval_result, ==, cases[i].interval_result);
        g_assert_cmpuint(release_r.interval, ==, cases[i].interval);
        g_assert_cmpint(release_r.has_until, ==, cases[i].has_until);
        g_assert_cmpint(release_r.until.seconds, ==, cases[i].has_until ? 1700000000 : 0);
        release(in);
    }
}

static void test_limits(void)
{
    static const struct {
        const char *in;
        bool ok;
        const char *name, *text;
        number_result result;
        uint32_t value;
    } cases[] = {
        {"RCPTMAX=100", true, "RCPTMAX", "100", NUMBER_OK, 100},
        {"mailmax=1", true, "mailmax", "1", NUMBER_OK, 1},
        {"RCPTDOMAINMAX=4294967296", true, "RCPTDOMAINMAX", "4294967296", NUMBER_OVERFLOW, 0},
        {"OTHER=a=b", true, "OTHER", "a=b", NUMBER_BAD, 0},
        {"RCPTMAX=", true, "RCPTMAX", "", NUMBER_BAD, 0},
        {"RCPTMAX", false, "", "", NUMBER_OK, 0},
        {"=100", false, "", "", NUMBER_OK, 0},
        {"", false, "", "", NUMBER_OK, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        capability_limit out = {0};
        g_assert_cmpint(capability_limit_parse(in, &out), ==, cases[i].ok);
        assert_span(out.name, cases[i].name);
        assert_span(out.text, cases[i].text);
        g_assert_cmpint(out.result, ==, cases[i].result);
        g_assert_cmpuint(out.value, ==, cases[i].value);
        release(in);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/capability/parse", test_parse);
    g_test_add_func("/capability/rows", test_rows);
    g_test_add_func("/capability/registry", test_registry);
    g_test_add_func("/capability/numbers", test_numbers);
    g_test_add_func("/capability/future_release", test_future_release);
    g_test_add_func("/capability/limits", test_limits);
    return g_test_run();
}
