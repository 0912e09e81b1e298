/* capability.h — one line of the reply to EHLO or LHLO, behind the first (RFC 5321, 4.1.1.1).
 *
 *     ehlo-line     = ehlo-keyword *( SP ehlo-param )
 *     ehlo-keyword  = ( ALPHA / DIGIT ) *( ALPHA / DIGIT / "-" )
 *     ehlo-param    = 1*( %d33-126 )
 *
 * Before RFC 2554 servers wrote AUTH=LOGIN, and many still do so beside the right form.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_CAPABILITY_H
#define ESMTP_WIRE_CAPABILITY_H

#include "date_time.h"
#include "number.h"
#include "span.h"

/* Which extension it is. OTHER: nothing in the session hangs on it, and the keyword may be a word that begins any text. */
typedef enum capability_id {
    CAPABILITY_OTHER,
    CAPABILITY_8BITMIME,
    CAPABILITY_ATRN,
    CAPABILITY_AUTH, /* parameters: mechanisms */
    CAPABILITY_BINARYMIME,
    CAPABILITY_BURL, /* parameters: URL schemes */
    CAPABILITY_CHUNKING,
    CAPABILITY_DELIVERBY, /* parameter: least by-time, seconds; none means no limit */
    CAPABILITY_DSN,
    CAPABILITY_ENHANCEDSTATUSCODES,
    CAPABILITY_ETRN,
    CAPABILITY_FUTURERELEASE, /* parameters: longest interval, seconds; latest date-time */
    CAPABILITY_LIMITS,        /* parameters: NAME=value */
    CAPABILITY_MT_PRIORITY,   /* parameter: name of the profile */
    CAPABILITY_PIPELINING,
    CAPABILITY_REQUIRETLS,
    CAPABILITY_RRVS,
    CAPABILITY_SIZE, /* parameter: largest message, octets; 0: no fixed limit; none: not given */
    CAPABILITY_SMTPUTF8,
    CAPABILITY_STARTTLS,
    CAPABILITY_SUBMITTER,
    CAPABILITY_X_EXPS,  /* parameters: mechanisms */
    CAPABILITY_XCLIENT, /* parameters: attribute names */
    CAPABILITY_XFORWARD /* parameters: attribute names */
} capability_id;

typedef struct capability_row {
    const char *keyword; /* upper case */
    capability_id id;
    const char *meaning; /* "8-bit message content" */
    const char *source;  /* "RFC 6152"; for those of no RFC who defines them: "Postfix" */
} capability_row;

typedef struct capability {
    const capability_row *row; /* NULL when the keyword is unknown */
    span keyword;              /* as typed */
    span parameters;           /* span_next_word() takes them one by one */
} capability;

/* Reads one line: the text behind the code, as reply_line_parse() gives it. False: the line has no keyword. */
bool capability_parse(span text, capability *capability_r);

/* The row of a keyword, letters compared without case, NULL when it is unknown. */
const capability_row *capability_find(span keyword);
const capability_row *capability_rows(size_t *count_r); /* sorted by keyword */
#define CAPABILITY_ROWS_MAX 128u                        /* there are fewer */

/* SIZE (RFC 1870): octets. NUMBER_BAD also when there is no parameter. */
number_result capability_size(const capability *in, uint64_t *octets_r);

/* DELIVERBY (RFC 2852, 4): seconds. NUMBER_BAD also when there is no parameter. */
number_result capability_deliverby(const capability *in, uint32_t *seconds_r);

/* FUTURERELEASE (RFC 4865):  future-release-ehlo = "FUTURERELEASE" SP max-interval SP max-date-time */
typedef struct future_release {
    number_result interval_result; /* interval is set on NUMBER_OK */
    uint32_t interval;             /* seconds */
    bool has_until;
    date_time until;
} future_release;
future_release capability_future_release(const capability *in);

/* LIMITS (RFC 9422, 3): one NAME=value of the parameters. False: there is no "=" behind a name. */
typedef struct capability_limit {
    span name;
    span text; /* the value as sent */
    number_result result;
    uint32_t value; /* on NUMBER_OK */
} capability_limit;
bool capability_limit_parse(span parameter, capability_limit *limit_r);

#endif
