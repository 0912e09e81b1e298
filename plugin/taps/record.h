/* record.h — what a log has a line for, a mail or a connection: its columns for programs, and those of the table for people.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_RECORD_H
#define ESMTP_TAPS_RECORD_H

#include <stdio.h>

#include "taps/value.h"

/* A column of the table for people. */
typedef struct table_column {
    const char *title;
    /* Appends the cell's text; `scope` is for what need not last. */
    void (*write)(wmem_allocator_t *scope, GString *text, const void *record);
    bool right;     /* aligned there, as numbers are */
    unsigned limit; /* columns of the terminal; what is longer is cut */
} table_column;

typedef struct record_kind {
    size_t size; /* of a record, in octets */
    unsigned columns;
    const char *(*column_name)(unsigned column);
    /* The value of a column. It may lie in the record or in `scope`: good for as long as both are. */
    value (*value)(wmem_allocator_t *scope, const void *record, unsigned column);
    const table_column *table;
    unsigned table_columns;
    void (*append_count)(GString *line, const void *records, unsigned count); /* the table's last line, without its LF */
    /* Zeek's log of it; NULL: there is none. */
    void (*write_zeek)(FILE *out, const void *records, unsigned count);
    const char *remark; /* what that line ends with; NULL: nothing more */
} record_kind;

/* The n-th of an array. */
static inline const void *record_at(const record_kind *kind, const void *records, unsigned n)
{
    return (const char *)records + n * kind->size;
}

#endif
