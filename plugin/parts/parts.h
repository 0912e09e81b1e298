/* parts.h — what a mail carries: its parts (RFC 2045, RFC 2046), each with its name, its decoded octets, their hashes, and
 * what is wrong with it. GMime does the reading; this room asks it, and knows neither epan nor sessions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_PARTS_PARTS_H
#define ESMTP_PARTS_PARTS_H

#include <glib.h>

#include "wire/span.h"

/* What is wrong with a part, or noteworthy about it. Each has a row in defects.c. */
typedef enum part_defect {
    DEFECT_NO_BOUNDARY,
    DEFECT_WRONG_BOUNDARY,
    DEFECT_LONG_BOUNDARY,
    DEFECT_NO_CLOSING_BOUNDARY,
    DEFECT_NESTED_TOO_DEEP,
    DEFECT_TOO_MANY_PARTS,
    DEFECT_TOO_LARGE,
    DEFECT_NO_CONTENT,
    DEFECT_UNKNOWN_ENCODING,
    DEFECT_ILLEGAL_BASE64,
    DEFECT_ILLEGAL_QUOTED_PRINTABLE,
    DEFECT_ILLEGAL_UUENCODE,
    DEFECT_LONG_LINE,
    DEFECT_LONG_ENCODED_LINE,
    DEFECT_LONG_HEADER_LINE,
    DEFECT_LONG_HEADER,
    DEFECT_LONG_PARAMETER,
    DEFECT_LONG_FILE_NAME,
    DEFECT_INVALID_HEADER,
    DEFECT_WHITE_SPACE_FIRST,
    DEFECT_NO_EMPTY_LINE,
    DEFECT_CONFLICTING_HEADER,
    DEFECT_MALFORMED_TYPE,
    DEFECT_MALFORMED_PARAMETER,
    DEFECT_DOUBLE_EXTENSION,
    DEFECT_EXECUTABLE,
    DEFECT_BEGINNING_MISSING,
    DEFECT_OCTETS_MISSING,
    DEFECT_END_MISSING,
    DEFECT_COUNT
} part_defect;

/* Several: a bit for each. */
typedef uint64_t defect_set;
_Static_assert(DEFECT_COUNT <= 64, "a defect_set has a bit for each defect");

static inline defect_set defect_bit(part_defect which)
{
    return UINT64_C(1) << which;
}

/* "no_closing_boundary", and a sentence without its full stop. */
const char *part_defect_name(part_defect which);
const char *part_defect_meaning(part_defect which);

/* The octets of hashes as hexadecimal digits, with the NUL. */
#define MD5_DIGITS 33
#define SHA256_DIGITS 65

/* A leaf of the tree that a mail is: no multipart, unless that has no part that could be read; a message within the mail is
 * a leaf, and its own parts follow it. Texts are UTF-8, NULL where there is none. */
typedef struct part {
    char *number;          /* "2.1", as in RFC 3501, 6.4.5 */
    char *type;            /* "text/plain" where none is declared, in lower case */
    char *type_by_content; /* by libmagic */
    char *disposition;     /* "attachment", in lower case */
    char *name;            /* of the file */
    char *encoding;        /* as declared, in lower case */
    bool decoded;          /* its octets are known: what follows counts */
    uint64_t size;         /* of the decoded octets */
    char md5[MD5_DIGITS];
    char sha256[SHA256_DIGITS];
    GByteArray *octets; /* decoded; NULL when nobody asked for them */
    GPtrArray *urls;    /* char *: of a text; NULL when nobody asked for them */
    defect_set defects;
} part;

/* The content of a mail. */
typedef struct part_source {
    span octets;
    /* Where octets are missing that were not captured: so many of those that there are stand before each hole. In order. */
    const size_t *holes;
    unsigned holes_count;
    bool no_begin, no_end; /* nor was its beginning, or its end */
} part_source;

/* What is asked, and what is looked at of a mail at most. */
typedef struct part_question {
    bool octets, urls, types;
    unsigned parts_limit; /* of a mail */
    unsigned depth_limit; /* multiparts and messages within one another */
    size_t octets_limit;  /* of a part, as it was sent */
    size_t total_limit;   /* of all parts of a mail, as they were sent */
} part_question;

/* Is there a library that reads parts? Without it parts_read() gives none. */
bool parts_are_read(void);

/* The parts of a mail, in order: part *, to be freed with g_ptr_array_unref(). At least one. */
GPtrArray *parts_read(const part_source *source, const part_question *question);

#endif
