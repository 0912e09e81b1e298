/* date_time.h — points in time: of RFC 3339, 5.6, as HOLDUNTIL (RFC 4865) and RRVS (RFC 7293) give them, and of
 * certificates.
 *
 *     date-time = full-date "T" full-time
 *     full-date = 4DIGIT "-" 2DIGIT "-" 2DIGIT
 *     full-time = 2DIGIT ":" 2DIGIT ":" 2DIGIT [ "." 1*DIGIT ] ( "Z" / ( "+" / "-" ) 2DIGIT ":" 2DIGIT )
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_DATE_TIME_H
#define ESMTP_WIRE_DATE_TIME_H

#include "span.h"

typedef struct date_time {
    int64_t seconds;      /* since 1970-01-01T00:00:00Z, leap seconds not counted */
    uint32_t nanoseconds; /* 0 to 999,999,999; digits behind the ninth are dropped */
} date_time;

/* Reads the whole of `in`. "t" and "z" may be lower case. Malformed, with false returned: another form, or a month, day,
 * hour, minute, second (60 is a leap second) or zone that does not exist. */
bool date_time_parse(span in, date_time *time_r);

/* The same of a certificate's validity (RFC 5280, 4.1.2.5), of which `in` is the whole: YYMMDDHHMMSSZ, of the years from
 * 1950 to 2049, or YYYYMMDDHHMMSSZ. */
bool date_time_parse_certificate(span in, date_time *time_r);

#endif
