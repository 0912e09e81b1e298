/* date_time.c — date-times of RFC 3339 and of certificates.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "date_time.h"

#define SECONDS_A_DAY 86400

/* Reads along the text; once something is missing, `ok` stays false. */
typedef struct scanner {
    span rest;
    bool ok;
} scanner;

static int digits(scanner *in, size_t count, int min, int max)
{
    int number = 0;

    for (size_t i = 0; i < count; i++) {
        if (i >= in->rest.length || !octet_is_digit(in->rest.octets[i])) {
            in->ok = false;
            return 0;
        }
        number = number * 10 + (in->rest.octets[i] - '0');
    }
    in->rest = span_from(in->rest, count);
    in->ok = in->ok && number >= min && number <= max;
    return number;
}

/* Takes an octet when it is the one given, in upper or lower case. */
static bool accept(scanner *in, const char *octet)
{
    if (!span_starts_nocase(in->rest, octet))
        return false;
    in->rest = span_from(in->rest, 1);
    return true;
}

static void expect(scanner *in, const char *octet)
{
    in->ok = accept(in, octet) && in->ok;
}

static uint32_t fraction(scanner *in)
{
    uint32_t nanoseconds = 0;
    uint32_t unit = 100000000;
    bool any = false;

    while (in->rest.length > 0 && octet_is_digit(in->rest.octets[0])) {
        nanoseconds += (uint32_t)(in->rest.octets[0] - '0') * unit;
        unit /= 10;
        any = true;
        in->rest = span_from(in->rest, 1);
    }
    in->ok = in->ok && any;
    return nanoseconds;
}

/* Seconds east of UTC. */
static int zone(scanner *in)
{
    if (accept(in, "Z"))
        return 0;
    int sign = accept(in, "-") ? -1 : 1;
    if (sign > 0)
        expect(in, "+");
    int hours = digits(in, 2, 0, 23);
    expect(in, ":");
    return sign * (hours * 3600 + digits(in, 2, 0, 59) * 60);
}

static int days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01, in the Gregorian calendar. A year is taken to begin in March, so that the leap day is its last: then
 * 153 days are every five months. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;

    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static void expect_any(scanner *in, const char *octet)
{
    if (octet)
        expect(in, octet);
}

/* What stands between the numbers; NULL: nothing. */
typedef struct separators {
    const char *date, *date_and_time, *time;
} separators;

/* Reads the rest of a date and a time behind the year. Seconds since 1970, as if in UTC. */
static int64_t rest_of_date(scanner *in, int year, separators between)
{
    expect_any(in, between.date);
    int month = digits(in, 2, 1, 12);
    expect_any(in, between.date);
    int day = digits(in, 2, 1, 31);
    expect_any(in, between.date_and_time);
    int hour = digits(in, 2, 0, 23);
    expect_any(in, between.time);
    int minute = digits(in, 2, 0, 59);
    expect_any(in, between.time);
    int second = digits(in, 2, 0, 60);
    in->ok = in->ok && day <= days_in_month(year, month);
    return in->ok ? days_since_1970(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second : 0;
}

bool date_time_parse(span in, date_time *time_r)
{
    scanner at = {in, true};
    uint32_t nanoseconds = 0;

    int year = digits(&at, 4, 1, 9999);
    int64_t seconds = rest_of_date(&at, year, (separators){"-", "T", ":"});
    if (accept(&at, "."))
        nanoseconds = fraction(&at);
    seconds -= zone(&at);
    if (!at.ok || at.rest.length > 0)
        return false;
    *time_r = (date_time){seconds, nanoseconds};
    return true;
}

#define UTC_TIME_LENGTH 13u
#define FIRST_YEAR_OF_1900 50

bool date_time_parse_certificate(span in, date_time *time_r)
{
    scanner at = {in, true};
    bool utc_time = in.length == UTC_TIME_LENGTH;

    int year = utc_time ? digits(&at, 2, 0, 99) : digits(&at, 4, 1, 9999);
    if (utc_time)
        year += year < FIRST_YEAR_OF_1900 ? 2000 : 1900;
    int64_t seconds = rest_of_date(&at, year, (separators){NULL, NULL, NULL});
    expect(&at, "Z");
    if (!at.ok || at.rest.length > 0)
        return false;
    *time_r = (date_time){seconds, 0};
    return true;
}
