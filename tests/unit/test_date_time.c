/* test_date_time.c — RFC 3339 date-times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/date_time.h"

static void test_date_time(void)
{
    static const struct {
        const char *in;
        bool ok;
        int64_t seconds;
        uint32_t nanoseconds;
    } cases[] = {
        {"1970-01-01T00:00:00Z", true, 0, 0},
        {"1969-12-31T23:59:59Z", true, -1, 0},
        {"2000-02-29T12:00:00Z", true, 951825600, 0},
        {"2000-03-01T00:00:00z", true, 951868800, 0},
        {"2014-04-03t23:01:00Z", true, 1396566060, 0},
        {"2023-11-14T22:13:20Z", true, 1700000000, 0},
        {"2038-01-19T03:14:08Z", true, 2147483648, 0},
        {"9999-12-31T23:59:59Z", true, 253402300799, 0},
        {"0001-01-01T00:00:00Z", true, -62135596800, 0},
        {"1985-04-12T23:20:50.52Z", true, 482196050, 520000000},
        {"1985-04-12T23:20:50.123456789987Z", true, 482196050, 123456789},
        {"1996-12-19T16:39:57-08:00", true, 851042397, 0},
        {"1990-12-31T23:59:60Z", true, 662688000, 0},
        {"1937-01-01T12:00:27.87+00:20", true, -1041337173, 870000000},
        {"2023-11-14T22:13:20.0Z", true, 1700000000, 0},
        {"2023-11-14T22:13:20.000000001Z", true, 1700000000, 1},
        {"2023-11-14T22:13:20.9999999999999999999999Z", true, 1700000000, 999999999},
        {"2023-11-14T22:13:20+00:00", true, 1700000000, 0},
        {"2023-11-14T22:13:20-00:00", true, 1700000000, 0},
        {"2023-11-15T22:12:20+23:59", true, 1700000000, 0},
        {"2023-11-13T22:14:20-23:59", true, 1700000000, 0},
        {"2023-12-31T23:59:59Z", true, 1704067199, 0},
        {"2024-12-31T00:00:00Z", true, 1735603200, 0},
        {"", false, 0, 0},
        {"2014", false, 0, 0},
        {"2014-04-03", false, 0, 0},
        {"2014-04-03T23:01:00", false, 0, 0},
        {"2014-04-03 23:01:00Z", false, 0, 0},
        {"2014-04-03T23:01Z", false, 0, 0},
        {"2014-04-03T23:01:00ZZ", false, 0, 0},
        {"2014-04-03T23:01:00.Z", false, 0, 0},
        {"2014-04-03T23:01:00+0100", false, 0, 0},
        {"2014-04-03T23:01:00+24:00", false, 0, 0},
        {"2014-04-03T23:01:00+01:60", false, 0, 0},
        {"2014-04-03T23:01:00.5", false, 0, 0},
        {"2014-04-03T23:01:00,5Z", false, 0, 0},
        {"2014-04-03T23:01:00+-1:00", false, 0, 0},
        {"2014-04-03T23:01:00-+1:00", false, 0, 0},
        {"2014-04-03T23:01:00-24:00", false, 0, 0},
        {"2014-04-03T23:01:00 01:00", false, 0, 0},
        {"2014-04-03T23:01:00+01.00", false, 0, 0},
        {"2014/04-03T23:01:00Z", false, 0, 0},
        {"2014-04/03T23:01:00Z", false, 0, 0},
        {"2014-04-03T23.01:00Z", false, 0, 0},
        {"2014-04-03T23:01.00Z", false, 0, 0},
        {"2014-04-32T23:01:00Z", false, 0, 0},
        {"2014-13-03T23:01:00Z", false, 0, 0},
        {"2014-00-03T23:01:00Z", false, 0, 0},
        {"2014-04-31T23:01:00Z", false, 0, 0},
        {"2014-02-29T23:01:00Z", false, 0, 0},
        {"1900-02-29T23:01:00Z", false, 0, 0},
        {"2014-04-00T23:01:00Z", false, 0, 0},
        {"2014-04-03T24:01:00Z", false, 0, 0},
        {"2014-04-03T23:60:00Z", false, 0, 0},
        {"2014-04-03T23:01:61Z", false, 0, 0},
        {"0000-04-03T23:01:00Z", false, 0, 0},
        {" 2014-04-03T23:01:00Z", false, 0, 0},
        {"2014-04-03T23:01:00Z ", false, 0, 0},
        {"+014-04-03T23:01:00Z", false, 0, 0},
        {"2O14-04-03T23:01:00Z", false, 0, 0},
        {"14-04-03T23:01:00Z", false, 0, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        date_time out = {0, 0}; /* which a refusal leaves as it is */
        g_test_message("%s", cases[i].in);
        g_assert_cmpint(date_time_parse(in, &out), ==, cases[i].ok);
        g_assert_cmpint(out.seconds, ==, cases[i].seconds);
        g_assert_cmpuint(out.nanoseconds, ==, cases[i].nanoseconds);
        /* Cut off anywhere it is none. */
        for (size_t length = 0; cases[i].ok && length < in.length; length++) {
            uint8_t *cut = g_memdup2(in.octets, length);
            g_assert_false(date_time_parse((span){cut, length}, &out));
            g_free(cut);
        }
        release(in);
    }
}

/* Every day of four centuries, against GLib's calendar. */
static void test_every_day(void)
{
    GDateTime *day = g_date_time_new_utc(1800, 1, 1, 0, 0, 0);

    for (int n = 0; n < 146097; n++) {
        char *text = g_date_time_format(day, "%Y-%m-%dT00:00:00Z");
        date_time out;
        g_assert_true(date_time_parse(span_of(text), &out));
        g_assert_cmpint(out.seconds, ==, g_date_time_to_unix(day));
        g_free(text);
        GDateTime *next = g_date_time_add_days(day, 1);
        g_date_time_unref(day);
        day = next;
    }
    g_date_time_unref(day);
}

/* In each month of ordinary and leap years the day behind the last is none. */
static void test_month_ends(void)
{
    static const int years[] = {1, 1900, 2000, 2023, 2024, 2100, 2400, 9999};

    for (size_t i = 0; i < G_N_ELEMENTS(years); i++) {
        for (int month = 1; month <= 12; month++) {
            int last = g_date_get_days_in_month((GDateMonth)month, (GDateYear)years[i]);
            for (int day = 0; day <= 32; day++) {
                char *text = g_strdup_printf("%04d-%02d-%02dT00:00:00Z", years[i], month, day);
                date_time out;
                g_assert_cmpint(date_time_parse(span_of(text), &out), ==, day >= 1 && day <= last);
                g_free(text);
            }
        }
    }
}

static void test_certificate(void)
{
    static const struct {
        const char *in;
        bool ok;
        int64_t seconds;
    } cases[] = {
        {"700101000000Z", true, 0},
        {"491231235959Z", true, 2524607999},
        {"500101000000Z", true, -631152000},
        {"20500101000000Z", true, 2524608000},
        {"99991231235959Z", true, 253402300799},
        {"000229120000Z", true, 951825600},
        {"", false, 0},
        {"010229120000Z", false, 0},
        {"701301000000Z", false, 0},
        {"700101240000Z", false, 0},
        {"700101006000Z", false, 0},
        {"700101000000+", false, 0},
        {"7001010000Z", false, 0},
        {"700101000000Z0", false, 0},
        {"+70101000000Z", false, 0},
        {"70010100000 Z", false, 0},
        {"20500101000000", false, 0},
        {"20500101000000.5Z", false, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        date_time out = {0, 1};
        g_test_message("%s", cases[i].in);
        g_assert_cmpint(date_time_parse_certificate(in, &out), ==, cases[i].ok);
        g_assert_cmpint(out.seconds, ==, cases[i].seconds);
        g_assert_cmpuint(out.nanoseconds, ==, !cases[i].ok);
        release(in);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/date_time/cases", test_date_time);
    g_test_add_func("/date_time/certificate", test_certificate);
    g_test_add_func("/date_time/every_day", test_every_day);
    g_test_add_func("/date_time/month_ends", test_month_ends);
    return g_test_run();
}
