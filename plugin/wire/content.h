/* content.h — message content on its way through DATA: where it ends, and what it is without dot-stuffing (RFC 5321, 4.1.1.4
 * and 4.5.2).
 *
 * The content ends at CRLF "." CRLF, whose first CRLF is part of it; "." CRLF as the very first line is an empty content.
 * When the DATA line itself ended in a bare LF, LF "." LF ends it too. Nothing else does: LF "." CRLF and the like
 * are content, and are reported as lookalikes, since servers that disagree on them can be made to smuggle mails.
 * The chunks of BDAT are read in the same way, but for their end, which their size gives, and for dots, which are not
 * stuffed there (RFC 3030).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_CONTENT_H
#define ESMTP_WIRE_CONTENT_H

#include "lookalike.h"
#include "span.h"

/* A text line's limit, octets with its CRLF and without a stuffed dot (RFC 5321, 4.5.3.1.6). */
#define CONTENT_LINE_LIMIT 1000u

/* What was met in a content that RFC 5321 does not allow or that readers should know of. */
typedef enum content_oddity {
    CONTENT_BARE_LF = 1 << 0,
    CONTENT_BARE_CR = 1 << 1,
    CONTENT_NUL = 1 << 2,
    CONTENT_LINE_TOO_LONG = 1 << 3,
    CONTENT_EIGHT_BIT = 1 << 5, /* an octet outside ASCII */
    CONTENT_LOOKALIKE = 1 << 4, /* something like an end of data that is none */
} content_oddity;

/* Where the reader of one content stands between two pieces of it. */
typedef struct content_reader {
    uint8_t state;              /* private to content.c */
    bool bare_lf_ends;          /* the DATA line ended in a bare LF */
    bool chunked;               /* by BDAT */
    bool stops_at_lookalikes;   /* to be set by who wants to know where they are */
    uint32_t line_length;       /* of the line under way */
    uint32_t line_unstuffed;    /* octets without stuffed dots since a line end of any kind */
    lookalike_reader lookalike; /* on its way */
} content_reader;

typedef struct content_piece {
    size_t consumed;   /* octets of the input that belong to the content or to its end mark */
    size_t unstuffed;  /* octets that these are without stuffed dots and end mark: what was written to `out` */
    size_t end_mark;   /* when ended: octets of the dot and its line ending, the first perhaps of an earlier piece */
    bool ended;        /* the end of data was met */
    bool stuffed;      /* a dot of this piece, or at the end of the last, was stuffed: `out` is not as the input */
    unsigned oddities; /* content_oddity bits met in this piece */
    bool stopped;      /* at a lookalike: what is left of the input is to be read by another call */
    lookalike met;     /* ... this one; its line has `line_unstuffed` octets without stuffed dots */
    uint32_t line_unstuffed;
} content_piece;

/* Begins a content of DATA, or one of BDAT. */
void content_begin(content_reader *reader, bool bare_lf_ends);
void content_begin_chunks(content_reader *reader);
/* Octets are missing: what comes next goes on inside a line, or begins one. */
void content_pass_gap(content_reader *reader, bool line_begins);

/* Reads the next piece. Stops behind the end of data, and behind a lookalike if `stops_at_lookalikes`; else takes all of
 * `in`. out: NULL, or room for in.length + CONTENT_CARRY octets, for the content without stuffed dots. Octets that may yet
 * turn out to be the end mark are held back, and come with the next piece. */
#define CONTENT_CARRY 2u
content_piece content_read(content_reader *reader, span in, uint8_t *out);

#endif
