/* lookalike.h — what is like the end of data, and is not CRLF.CRLF (RFC 5321, 4.1.1.4).
 *
 * A line with nothing but a dot, with NULs beside it perhaps, between line ends of any kind: CR, LF, CRLF or CR CR LF.
 * Servers that take one of these for the end read what follows as commands. Two dots between line ends that are not both
 * CRLF are reported as well: where dots are unstuffed first, the second one is such a line. CRLF.CRLF is none, nor is
 * CRLF..CRLF, which is how a line with a dot alone has to be sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_LOOKALIKE_H
#define ESMTP_WIRE_LOOKALIKE_H

#include "span.h"

/* With more NULs than these at one side of the dot it is none. */
#define LOOKALIKE_NULS_MAX 8u

typedef enum lookalike_line_end { LINE_END_CRLF, LINE_END_LF, LINE_END_CR, LINE_END_CRCRLF } lookalike_line_end;

/* What it is made of, but for the line end behind it. */
typedef struct lookalike_form {
    uint8_t before; /* lookalike_line_end */
    uint8_t nuls_before;
    uint8_t dots; /* 1, or 2 */
    uint8_t nuls_behind;
} lookalike_form;

typedef struct lookalike {
    lookalike_form form;
    uint8_t line;   /* octets from the beginning of its line up to where it was recognised */
    uint8_t behind; /* the last ones of these are behind its dot and NULs: so many */
} lookalike;

/* Where the reader of one content stands. Zeroed at its beginning. */
typedef struct lookalike_reader {
    uint8_t state;         /* private to lookalike.c */
    uint8_t crs;           /* CRs right before, 2 for more */
    uint8_t line;          /* octets since the line began, while it may be a lookalike */
    lookalike_form so_far; /* of the line under way */
} lookalike_reader;

/* Takes the next octet. True: it shows that a lookalike was met. */
bool lookalike_read(lookalike_reader *reader, uint8_t octet, lookalike *met);

/* Takes a run of text, or text that ends with CRLF: the first octet is one that lookalike_is_possible() denies. */
void lookalike_pass(lookalike_reader *reader, bool ends_with_crlf);

/* May the line under way be a lookalike if this octet comes next? Its line end alone makes it none. */
bool lookalike_is_possible(const lookalike_reader *reader, uint8_t next);

/* Octets of the line end with which `behind` begins, 0 for none. */
size_t lookalike_line_end_length(span behind);

#define LOOKALIKE_NAME_ROOM 64u
/* Its name, such as "LF.CRLF" or "CRLF.NUL CRLF". `behind`: what follows its dot and NULs. */
void lookalike_name(const lookalike_form *form, span behind, char name[LOOKALIKE_NAME_ROOM]);

#endif
