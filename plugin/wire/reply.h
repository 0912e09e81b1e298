/* reply.h — one line of a server's reply (RFC 5321, 4.2).
 *
 *     Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP [ textstring ] ] CRLF
 *     Reply-code = %x32-35 %x30-35 %x30-39
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_REPLY_H
#define ESMTP_WIRE_REPLY_H

#include "enhanced_status.h"
#include "span.h"

typedef struct reply_line {
    uint16_t code;          /* 0 to 999: three digits, whatever they are */
    bool last;              /* no "-" behind the code: the reply ends with this line */
    bool has_separator;     /* SP, HT or "-" stands behind the code */
    bool code_valid;        /* the code is one that the ABNF allows */
    bool has_status;        /* an enhanced status stands before the text */
    bool status_glued;      /* ... and the text follows it without a space */
    enhanced_status status; /* when has_status */
    span status_text;       /* "2.1.5" */
    span text;              /* without code, separator and status */
} reply_line;

/* A reply code and its meaning. */
typedef struct reply_code_row {
    uint16_t code;
    const char *text; /* "Mailbox unavailable" */
    const char *rfc;  /* where it is defined: "RFC 5321, 4.2.3", or the registry's entry */
} reply_code_row;

/* Reads one line, given without its ending. `with_status`: look for an enhanced status in the text of 2yz, 4yz and 5yz
 * (never to be done for the 250 to HELO, EHLO and LHLO, whose text begins with a name).
 * Malformed, with false returned: the line does not begin with three digits, or what follows them is neither SP, HT, "-"
 * nor the end of the line. */
bool reply_line_parse(span text, bool with_status, reply_line *reply_r);

/* The first line of a reply as no RFC allows it, but servers send it: a code with the text glued to it ("250Ok"), or an
 * enhanced status without a code ("5.1.1 no such user"; `code` is 0 then, and `code_valid` false). False, with nothing
 * known, for any other line. */
bool reply_line_parse_odd(span text, reply_line *reply_r);

/* Takes the enhanced status off the front of a line's text, where one stands in a 2yz, 4yz or 5yz, for a line that was read
 * without. */
void reply_line_take_status(reply_line *reply);

/* The row of a code, NULL when no RFC defines it. */
const reply_code_row *reply_code_find(uint16_t code);
const reply_code_row *reply_code_rows(size_t *count_r); /* sorted by code */
/* First and second digit in words (RFC 5321, 4.2.1). */
const number_text *reply_severities(void);
const number_text *reply_categories(void);

static inline unsigned reply_severity(uint16_t code)
{
    return code / 100u;
}

static inline unsigned reply_category(uint16_t code)
{
    return code / 10u % 10u;
}

#endif
