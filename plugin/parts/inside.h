/* inside.h — what the files of this folder share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_PARTS_INSIDE_H
#define ESMTP_PARTS_INSIDE_H

#include "parts/parts.h"

typedef enum part_encoding {
    ENCODING_NONE, /* 7bit, 8bit, binary, and where none is declared */
    ENCODING_BASE64,
    ENCODING_QUOTED_PRINTABLE,
    ENCODING_UUENCODE,
    ENCODING_YENC,
    ENCODING_UNKNOWN, /* read as none */
} part_encoding;

/* By its name in lower case; NULL for none declared. */
part_encoding encoding_find(const char *name);

/* defects.c — what is wrong with octets as they were sent, with lines of a header, and with a file's name. */
defect_set defects_of_body(span sent, part_encoding encoding);
/* `value` is a header field's, with its folding. */
defect_set defects_of_header(const char *name, const char *value);
defect_set defects_of_name(const char *name);
/* Does the file begin as a program does? */
bool is_executable(span decoded);

/* Limits that the RFCs set, or that mail software and file systems keep. */
#define BOUNDARY_LIMIT 70u      /* RFC 2046, 5.1.1 */
#define LINE_LIMIT 998u         /* RFC 5322, 2.1.1 */
#define ENCODED_LINE_LIMIT 76u  /* RFC 2045, 6.7 and 6.8 */
#define HEADER_LIMIT 8192u      /* a field, with its folding */
#define FIELD_READ_LIMIT 65536u /* a Content- field; with a longer one a mail is not divided into parts */
#define PARAMETER_LIMIT 1000u   /* of a Content-Type or Content-Disposition */
#define FILE_NAME_LIMIT 255u    /* octets of UTF-8 */

/* type.c, or no_type.c where the build has no libmagic — "application/pdf", to be freed with g_free; NULL: not known. */
char *type_by_content(span decoded);
/* As many octets at the front of a part tell its type. */
#define TYPE_OCTETS 65536u

/* urls.c — adds the addresses of web pages and files in a text, each once: at most URLS_LIMIT. */
#define URLS_LIMIT 1000u
#define URL_TEXT_LIMIT (1u << 20) /* octets of a text in which they are looked for */
void urls_find(GPtrArray *urls, span text, const char *charset, bool html);

#endif
