/* parameter.h — ESMTP parameters of MAIL and RCPT (RFC 5321, 4.1.2), and of XCLIENT and XFORWARD, which look the same.
 *
 *     Mail-parameters  = esmtp-param *( SP esmtp-param )
 *     esmtp-param      = esmtp-keyword [ "=" esmtp-value ]
 *     esmtp-keyword    = ( ALPHA / DIGIT ) *( ALPHA / DIGIT / "-" )
 *     esmtp-value      = 1*( %d33-60 / %d62-126 )                ; RFC 6531 adds UTF-8
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_PARAMETER_H
#define ESMTP_WIRE_PARAMETER_H

#include "date_time.h"
#include "number.h"
#include "span.h"

/* Which parameter it is, where the session asks for it. */
typedef enum parameter_id {
    PARAMETER_OTHER,
    PARAMETER_SIZE,
    PARAMETER_BODY,
    PARAMETER_SMTPUTF8,
    PARAMETER_REQUIRETLS,
} parameter_id;

/* What a value is written as. */
typedef enum parameter_form {
    PARAMETER_FORM_NONE,     /* no value */
    PARAMETER_FORM_TEXT,     /* anything an esmtp-value may be */
    PARAMETER_FORM_OPTIONAL, /* the same, or no value */
    PARAMETER_FORM_XTEXT,
    PARAMETER_FORM_AUTH,     /* xtext of a mailbox, or "<>" */
    PARAMETER_FORM_NUMBER,   /* 1*20DIGIT */
    PARAMETER_FORM_INTERVAL, /* 1*9DIGIT, seconds */
    PARAMETER_FORM_PRIORITY, /* -9 to 9 */
    PARAMETER_FORM_TIME,     /* date-time */
    PARAMETER_FORM_BY,
    PARAMETER_FORM_RRVS,
    PARAMETER_FORM_BODY, /* one of a list of words: parameter_expected() knows it */
    PARAMETER_FORM_RET,
    PARAMETER_FORM_NOTIFY,
    PARAMETER_FORM_ORCPT, /* addr-type ";" xtext */
    PARAMETER_FORM_VERP   /* the two delimiters of Postfix's VERP addresses, "=" among them, or no value */
} parameter_form;

enum { PARAMETER_FORMS = PARAMETER_FORM_VERP + 1 }; /* how many forms there are */

/* The commands a parameter belongs to; may be added up. */
enum { PARAMETER_OF_MAIL = 1 << 0, PARAMETER_OF_RCPT = 1 << 1 };

typedef struct parameter_row {
    const char *keyword; /* upper case */
    parameter_id id;
    parameter_form form;
    unsigned commands;     /* PARAMETER_OF_… */
    const char *extension; /* EHLO keyword that has to be offered for it: "DSN"; NULL when none is known */
    const char *meaning;   /* "declared size, octets" */
    const char *source;    /* "RFC 1870"; for those of no RFC who defines them */
} parameter_row;

typedef struct parameter {
    const parameter_row *row; /* NULL when the keyword is unknown, or of another command */
    span whole;               /* "SIZE=8405" */
    span keyword;             /* as typed */
    span value;
    bool has_value; /* "=" stands behind the keyword */
} parameter;

/* Takes the next parameter off the front of *rest, which is what follows the path. commands: PARAMETER_OF_MAIL or
 * PARAMETER_OF_RCPT, or 0 for a command whose attributes are in no table. Returns false when nothing is left. */
bool parameter_next(span *rest, unsigned commands, parameter *parameter_r);

/* NULL when keyword and value are as their RFC has them; else what was expected: "expected a number of octets". */
const char *parameter_expected(const parameter *in);

const parameter_row *parameter_rows(size_t *count_r); /* sorted by keyword */

/* SIZE (RFC 1870), octets; HOLDFOR (RFC 4865), seconds. */
number_result parameter_size(span value, uint64_t *octets_r);
number_result parameter_interval(span value, uint32_t *seconds_r);

/* MT-PRIORITY (RFC 6710):  priority-value = ( ["-"] NZDIGIT ) / "0" */
bool parameter_priority(span value, int8_t *priority_r);

/* BY (RFC 2852, 4):  by-value = by-time ";" by-mode [ by-trace ];  by-time = [ "-" / "+" ] 1*9DIGIT */
typedef struct deliver_by {
    int32_t seconds; /* until delivery; 0 or less is possible with mode N alone */
    span mode;       /* one octet: "N" (notify) or "R" (return), as typed */
    bool trace;
} deliver_by;
/* NUMBER_OVERFLOW: too many digits. *by_r is set on NUMBER_OK alone. */
number_result parameter_by(span value, deliver_by *by_r);

/* RRVS (RFC 7293, 3.1):  rrvs-param = date-time [ ";" ( "C" / "R" ) ] */
typedef struct rrvs {
    date_time time;
    span action; /* "C" (continue) or "R" (reject), as typed; empty when not given, which means "R" */
} rrvs;
bool parameter_rrvs(span value, rrvs *rrvs_r);

/* NOTIFY (RFC 3461, 4.1): takes the next word off the front of the comma-separated list. False when nothing is left. */
bool parameter_notify_next(span *rest, span *word_r);

/* ORCPT (RFC 3461, 4.2): the address type, and the address as sent, which xtext_decode() or, where utf8, xtext_decode_utf8()
 * decodes. False: there is no ";", or no type before it. */
typedef struct original_recipient {
    span type;
    span address;
    bool utf8; /* the type is utf-8 (RFC 6533) */
} original_recipient;
bool parameter_orcpt(span value, original_recipient *orcpt_r);

#endif
