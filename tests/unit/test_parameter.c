/* test_parameter.c — parameters of MAIL and RCPT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/parameter.h"

static void test_next(void)
{
    static const struct {
        const char *whole, *keyword, *value;
        bool has_value;
        const char *row; /* NULL when unknown */
    } wanted[] = {
        {"SIZE=8405", "SIZE", "8405", true, "SIZE"},
        {"body=8BITMIME", "body", "8BITMIME", true, "BODY"},
        {"SMTPUTF8", "SMTPUTF8", "", false, "SMTPUTF8"},
        {"RET=", "RET", "", true, "RET"},
        {"NOTIFY=NEVER", "NOTIFY", "NEVER", true, NULL}, /* RCPT's */
        {"X=a=b", "X", "a=b", true, NULL},
        {"=", "", "", true, NULL},
    };
    span in = exact(" SIZE=8405  body=8BITMIME\tSMTPUTF8 RET= NOTIFY=NEVER X=a=b = ");
    span rest = in;
    parameter out;

    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_assert_true(parameter_next(&rest, PARAMETER_OF_MAIL, &out));
        assert_span(out.whole, wanted[i].whole);
        assert_span(out.keyword, wanted[i].keyword);
        assert_span(out.value, wanted[i].value);
        g_assert_cmpint(out.has_value, ==, wanted[i].has_value);
        g_assert_cmpstr(out.row ? out.row->keyword : NULL, ==, wanted[i].row);
    }
    g_assert_false(parameter_next(&rest, PARAMETER_OF_MAIL, &out));
    release(in);
}

/* XCLIENT's attributes are in no table. */
static void test_attributes(void)
{
    span rest = span_of("NAME=spike.example.org ADDR=192.0.2.1 REVERSE_NAME=a");
    parameter out;

    while (parameter_next(&rest, 0, &out)) {
        g_assert_null(out.row);
        g_assert_null(parameter_expected(&out));
    }
}

static void test_expected(void)
{
    static const struct {
        const char *in;
        unsigned commands;
        bool ok;
    } cases[] = {
        {"SIZE=0", PARAMETER_OF_MAIL, true},
        {"SIZE=18446744073709551615", PARAMETER_OF_MAIL, true},
        {"SIZE=18446744073709551616", PARAMETER_OF_MAIL, false},
        {"SIZE=", PARAMETER_OF_MAIL, false},
        {"SIZE", PARAMETER_OF_MAIL, false},
        {"SIZE=1k", PARAMETER_OF_MAIL, false},
        {"BODY=7BIT", PARAMETER_OF_MAIL, true},
        {"BODY=8bitmime", PARAMETER_OF_MAIL, true},
        {"BODY=BINARYMIME", PARAMETER_OF_MAIL, true},
        {"BODY=9BIT", PARAMETER_OF_MAIL, false},
        {"RET=FULL", PARAMETER_OF_MAIL, true},
        {"RET=hdrs", PARAMETER_OF_MAIL, true},
        {"RET=BODY", PARAMETER_OF_MAIL, false},
        {"ENVID=QQ314159", PARAMETER_OF_MAIL, true},
        {"ENVID=a+2Bb", PARAMETER_OF_MAIL, true},
        {"ENVID=a+2bb", PARAMETER_OF_MAIL, false},
        {"ENVID=a+", PARAMETER_OF_MAIL, false},
        {"ENVID=a=b", PARAMETER_OF_MAIL, false},
        {"AUTH=<>", PARAMETER_OF_MAIL, true},
        {"AUTH=e+3Dmc2@example.com", PARAMETER_OF_MAIL, true},
        {"AUTH=", PARAMETER_OF_MAIL, false},
        {"SMTPUTF8", PARAMETER_OF_MAIL, true},
        {"SMTPUTF8=1", PARAMETER_OF_MAIL, false},
        {"REQUIRETLS", PARAMETER_OF_MAIL, true},
        {"BY=120;N", PARAMETER_OF_MAIL, true},
        {"BY=-120;NT", PARAMETER_OF_MAIL, true},
        {"BY=+5;RT", PARAMETER_OF_MAIL, true},
        {"BY=120", PARAMETER_OF_MAIL, false},
        {"BY=120;X", PARAMETER_OF_MAIL, false},
        {"HOLDFOR=86400", PARAMETER_OF_MAIL, true},
        {"HOLDFOR=1234567890", PARAMETER_OF_MAIL, false},
        {"HOLDFOR=-1", PARAMETER_OF_MAIL, false},
        {"HOLDUNTIL=2030-01-31T12:00:00Z", PARAMETER_OF_MAIL, true},
        {"HOLDUNTIL=tomorrow", PARAMETER_OF_MAIL, false},
        {"MT-PRIORITY=-9", PARAMETER_OF_MAIL, true},
        {"MT-PRIORITY=10", PARAMETER_OF_MAIL, false},
        {"NOTIFY=NEVER", PARAMETER_OF_RCPT, true},
        {"NOTIFY=success,FAILURE,DELAY", PARAMETER_OF_RCPT, true},
        {"NOTIFY=NEVER,DELAY", PARAMETER_OF_RCPT, false},
        {"NOTIFY=", PARAMETER_OF_RCPT, false},
        {"NOTIFY=DELAY,", PARAMETER_OF_RCPT, false},
        {"NOTIFY=,DELAY", PARAMETER_OF_RCPT, false},
        {"ORCPT=rfc822;ann+2Bx@example.org", PARAMETER_OF_RCPT, true},
        {"ORCPT=rfc822;a", PARAMETER_OF_RCPT, true},
        {"ORCPT=x;a", PARAMETER_OF_RCPT, true},
        {"ORCPT=utf-8;\\x{FC}@example.org", PARAMETER_OF_RCPT, true},
        {"ORCPT=rfc822;ann+x@example.org", PARAMETER_OF_RCPT, false},
        {"ORCPT=ann@example.org", PARAMETER_OF_RCPT, false},
        {"ORCPT=;ann@example.org", PARAMETER_OF_RCPT, false},
        {"ORCPT=rfc822;", PARAMETER_OF_RCPT, false},
        {"RRVS=2014-04-03T23:01:00Z;C", PARAMETER_OF_RCPT, true},
        {"RRVS=2014-04-03T23:01:00Z;X", PARAMETER_OF_RCPT, false},
        {"XVERP", PARAMETER_OF_MAIL, true},
        {"XVERP=-+", PARAMETER_OF_MAIL, true},
        {"XVERP=", PARAMETER_OF_MAIL, false},
        {"XOORG=example.org", PARAMETER_OF_MAIL, true},
        {"XOORG", PARAMETER_OF_MAIL, false},
        {"X-UNKNOWN", PARAMETER_OF_MAIL, true},
        {"X-UNKNOWN=1", PARAMETER_OF_MAIL, true},
        {"X-UNKNOWN=", PARAMETER_OF_MAIL, false},
        {"X-UNKNOWN=a=b", PARAMETER_OF_MAIL, false},
        {"X-UNKNOWN=\xc3\xbc", PARAMETER_OF_MAIL, true},
        {"X-UNKNOWN=\x01", PARAMETER_OF_MAIL, false},
        {"-X=1", PARAMETER_OF_MAIL, false},
        {"X.Y=1", PARAMETER_OF_MAIL, false},
        {"=1", PARAMETER_OF_MAIL, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        span rest = in;
        parameter out;
        g_test_message("%s", cases[i].in);
        g_assert_true(parameter_next(&rest, cases[i].commands, &out));
        const char *expected = parameter_expected(&out);
        g_assert_cmpint(expected == NULL, ==, cases[i].ok);
        g_assert_true(!expected || g_str_has_prefix(expected, "expected "));
        release(in);
    }
}

/* Every parameter in the table, as clients send it. */
static const char *const examples[] = {
    "ALT-ADDRESS=joerg@example.org",
    "AUTH=e+3Dmc2@example.com",
    "BODY=8BITMIME",
    "BY=-120;NT",
    "CONNEG",
    "CONPERM",
    "ENVID=QQ314159",
    "EXDATA",
    "HOLDFOR=86400",
    "HOLDUNTIL=2030-01-31T12:00:00Z",
    "IGNOREQUOTA",
    "MT-PRIORITY=-3",
    "MTRK=zWBVFM9zGtVfpGmQsHc4vUgIA1A:86400",
    "NOTIFY=SUCCESS,DELAY",
    "ORCPT=rfc822;Bob+2Bx@Example.NET",
    "PRDR",
    "REQUIRETLS",
    "RET=HDRS",
    "RRVS=2014-04-03T23:01:00Z;C",
    "SECURITY=STARTTLS",
    "SIZE=8405",
    "SMTPUTF8",
    "SOLICIT=org.example:ADV:ADLT",
    "SUBMITTER=bob+2Bx@mobile.example",
    "TRANSID=<12345@example.org>",
    "VERP",
    "XATTRDIRECT=Originating",
    "XATTRORGID=xorgid:9f3c2a10-7d2e-4d0b-8a7e-3f1a52b7c1de",
    "XMESSAGECONTEXT=ADRC-2.1.0.0,EPROP-1.2.0.0",
    "XMESSAGEVALUE=MediumHigh",
    "XOORG=example.org",
    "XORIGFROM=ann@example.org",
    "XRCPTFORWARD=cHJveHlfdHRsPTU",
    "XRDST=mdb:b2d4c6e8-0a1b-4c3d-9e5f-112233445566",
    "XSHADOW=08D1A2B3C4D5E6F7-1",
    "XSYSPROBEID=7c0ff3ee-1234-4d0b-8a7e-3f1a52b7c1de",
    "XVERP=-+",
};

static void test_rows(void)
{
    size_t count;
    const parameter_row *rows = parameter_rows(&count);

    g_assert_cmpuint(count, ==, G_N_ELEMENTS(examples));
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(examples[i], "=");
        g_assert_true(i == 0 || strcmp(rows[i - 1].keyword, rows[i].keyword) < 0);
        g_assert_cmpuint(strlen(rows[i].meaning), >, 0);
        g_assert_cmpuint(strlen(rows[i].source), >, 0);
        g_assert_cmpmem(rows[i].keyword, strlen(rows[i].keyword), examples[i], length);
        for (unsigned command = PARAMETER_OF_MAIL; command <= PARAMETER_OF_RCPT; command <<= 1) {
            span rest = span_of(examples[i]);
            parameter out;
            g_test_message("%s", examples[i]);
            g_assert_true(parameter_next(&rest, command, &out));
            g_assert_true(out.row == (rows[i].commands & command ? &rows[i] : NULL));
            g_assert_cmpint(out.has_value, ==, examples[i][length] == '=');
            g_assert_null(parameter_expected(&out));
            g_assert_false(parameter_next(&rest, command, &out));
        }
    }
}

/* What IANA registers is all there, and each where it belongs: "SMTP Service Extension Parameters". */
static void test_registry(void)
{
    static const struct {
        const char *keyword;
        unsigned commands;
    } registered[] = {
        {"SIZE", PARAMETER_OF_MAIL},        {"BODY", PARAMETER_OF_MAIL},       {"TRANSID", PARAMETER_OF_MAIL},
        {"BY", PARAMETER_OF_MAIL},          {"NOTIFY", PARAMETER_OF_RCPT},     {"ORCPT", PARAMETER_OF_RCPT},
        {"RET", PARAMETER_OF_MAIL},         {"ENVID", PARAMETER_OF_MAIL},      {"SOLICIT", PARAMETER_OF_MAIL},
        {"MTRK", PARAMETER_OF_MAIL},        {"SUBMITTER", PARAMETER_OF_MAIL},  {"AUTH", PARAMETER_OF_MAIL},
        {"HOLDFOR", PARAMETER_OF_MAIL},     {"HOLDUNTIL", PARAMETER_OF_MAIL},  {"SMTPUTF8", PARAMETER_OF_MAIL},
        {"CONPERM", PARAMETER_OF_MAIL},     {"CONNEG", PARAMETER_OF_RCPT},     {"RRVS", PARAMETER_OF_RCPT},
        {"MT-PRIORITY", PARAMETER_OF_MAIL}, {"REQUIRETLS", PARAMETER_OF_MAIL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(registered); i++) {
        span rest = span_of(registered[i].keyword);
        parameter out;
        g_assert_true(parameter_next(&rest, registered[i].commands, &out));
        g_assert_nonnull(out.row);
        g_assert_cmpuint(out.row->commands, ==, registered[i].commands);
    }
}

static void test_numbers(void)
{
    uint64_t octets = 0;
    uint32_t seconds = 0;

    g_assert_cmpint(parameter_size(span_of("35882577"), &octets), ==, NUMBER_OK);
    g_assert_cmpuint(octets, ==, 35882577);
    g_assert_cmpint(parameter_size(span_of("99999999999999999999"), &octets), ==, NUMBER_OVERFLOW);
    g_assert_cmpint(parameter_interval(span_of("4294967295"), &seconds), ==, NUMBER_OK);
    g_assert_cmpuint(seconds, ==, UINT32_MAX);
    g_assert_cmpint(parameter_interval(span_of("4294967296"), &seconds), ==, NUMBER_OVERFLOW);
    g_assert_cmpint(parameter_interval(span_of(""), &seconds), ==, NUMBER_BAD);
}

static void test_priority(void)
{
    static const char *const bad[] = {"", "-", "-0", "+1", "10", "-10", "a", "1 ", "--1"};
    int8_t priority;

    for (int wanted = -9; wanted <= 9; wanted++) {
        char *text = g_strdup_printf("%d", wanted);
        span in = exact(text);
        g_assert_true(parameter_priority(in, &priority));
        g_assert_cmpint(priority, ==, wanted);
        release(in);
        g_free(text);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        span in = exact(bad[i]);
        g_assert_false(parameter_priority(in, &priority));
        release(in);
    }
}

static void test_by(void)
{
    static const struct {
        const char *in;
        number_result result;
        int32_t seconds;
        const char *mode;
        bool trace;
    } cases[] = {
        {"120;N", NUMBER_OK, 120, "N", false},
        {"120;rt", NUMBER_OK, 120, "r", true},
        {"-5;NT", NUMBER_OK, -5, "N", true},
        {"+5;R", NUMBER_OK, 5, "R", false},
        {"999999999;R", NUMBER_OK, 999999999, "R", false},
        {"-999999999;N", NUMBER_OK, -999999999, "N", false},
        {"1000000000;R", NUMBER_OVERFLOW, 0, "", false},
        {"99999999999999999999;R", NUMBER_OVERFLOW, 0, "", false},
        {"", NUMBER_BAD, 0, "", false},
        {"120", NUMBER_BAD, 0, "", false},
        {"120;", NUMBER_BAD, 0, "", false},
        {";R", NUMBER_BAD, 0, "", false},
        {"-;R", NUMBER_BAD, 0, "", false},
        {"--5;R", NUMBER_BAD, 0, "", false},
        {"120;T", NUMBER_BAD, 0, "", false},
        {"120;RTT", NUMBER_BAD, 0, "", false},
        {"120;R;T", NUMBER_BAD, 0, "", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        deliver_by out = {0};
        g_assert_cmpint(parameter_by(in, &out), ==, cases[i].result);
        g_assert_cmpint(out.seconds, ==, cases[i].seconds);
        assert_span(out.mode, cases[i].mode);
        g_assert_cmpint(out.trace, ==, cases[i].trace);
        release(in);
    }
}

static void test_rrvs(void)
{
    static const struct {
        const char *in;
        bool ok;
        const char *action;
    } cases[] = {
        {"2014-04-03T23:01:00Z", true, ""},
        {"2014-04-03T23:01:00Z;C", true, "C"},
        {"2014-04-03T23:01:00Z;r", true, "r"},
        {"2014-04-03T23:01:00Z;", false, ""},
        {"2014-04-03T23:01:00Z;CR", false, ""},
        {"2014-04-03T23:01:00Z;C;", false, ""},
        {"2014-04-03T23:01:00;C", false, ""},
        {";C", false, ""},
        {"", false, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        rrvs out = {0};
        g_assert_cmpint(parameter_rrvs(in, &out), ==, cases[i].ok);
        g_assert_cmpint(out.time.seconds, ==, cases[i].ok ? 1396566060 : 0);
        assert_span(out.action, cases[i].action);
        release(in);
    }
}

static void test_notify(void)
{
    span rest = span_of("SUCCESS,,delay");
    span word;

    g_assert_true(parameter_notify_next(&rest, &word));
    assert_span(word, "SUCCESS");
    g_assert_true(parameter_notify_next(&rest, &word));
    assert_span(word, "");
    g_assert_true(parameter_notify_next(&rest, &word));
    assert_span(word, "delay");
    g_assert_false(parameter_notify_next(&rest, &word));
}

static void test_orcpt(void)
{
    static const struct {
        const char *in;
        bool ok;
        const char *type, *address;
        bool utf8;
    } cases[] = {
        {"rfc822;ann@example.org", true, "rfc822", "ann@example.org", false},
        {"UTF-8;\\x{FC}", true, "UTF-8", "\\x{FC}", true},
        {"x;a;b", true, "x", "a;b", false},
        {"rfc822;", true, "rfc822", "", false},
        {"rfc822", false, "", "", false},
        {";ann", false, "", "", false},
        {"", false, "", "", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        original_recipient out = {0};
        g_assert_cmpint(parameter_orcpt(in, &out), ==, cases[i].ok);
        assert_span(out.type, cases[i].type);
        assert_span(out.address, cases[i].address);
        g_assert_cmpint(out.utf8, ==, cases[i].utf8);
        release(in);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parameter/next", test_next);
    g_test_add_func("/parameter/attributes", test_attributes);
    g_test_add_func("/parameter/expected", test_expected);
    g_test_add_func("/parameter/rows", test_rows);
    g_test_add_func("/parameter/registry", test_registry);
    g_test_add_func("/parameter/numbers", test_numbers);
    g_test_add_func("/parameter/priority", test_priority);
    g_test_add_func("/parameter/by", test_by);
    g_test_add_func("/parameter/rrvs", test_rrvs);
    g_test_add_func("/parameter/notify", test_notify);
    g_test_add_func("/parameter/orcpt", test_orcpt);
    return g_test_run();
}
