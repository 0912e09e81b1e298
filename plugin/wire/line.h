/* line.h — cutting a stream into lines (RFC 5321, 2.3.8).
 *
 * A line ends in CRLF. Many peers send a bare LF, and servers take it, so a LF alone ends a line here as well; which of the
 * two it was is reported. A CR inside the line is part of the text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_LINE_H
#define ESMTP_WIRE_LINE_H

#include "span.h"

typedef enum line_ending {
    LINE_ENDING_NONE, /* the line is not complete */
    LINE_ENDING_CRLF,
    LINE_ENDING_LF,
    LINE_ENDING_CRS_LF, /* more than one CR before the LF: none of them is part of the text */
} line_ending;

typedef struct line {
    span text; /* without its ending */
    line_ending ending;
    size_t length; /* octets, with the ending */
} line;

/* The first line of `in`; without a LF in it, all of `in` with LINE_ENDING_NONE. */
line line_first(span in);

/* Splits one line, given with its ending if it has one, into text and ending: the LF can only be the last octet. */
line line_of(span whole);

#endif
