/* record.h — what a log has a line for, a mail or a connection: its columns for programs, and those of the table for people.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_RECORD_H
#define ESMTP_TAPS_RECORD_H

#include <stdio.h>

#include "taps/value.h"

/* A column of the table for people. It shows the value of a column for programs, unless it has a text of its own. */
typedef struct table_column {
    const char *name; /* by which it is asked for: that of the column for programs, or its own */
    const char *title;
    /* Appends the cell's text; `scope` is for what need not last. NULL: the value of the column called `name`. */
    void (*write)(wmem_allocator_t *scope, GString *text, const void *record);
    bool right;      /* aligned there, as numbers are */
    unsigned limit;  /* columns of the terminal; what is longer is cut */
    unsigned column; /* whose value it shows; record_columns_choose() fills it in */
} table_column;

/* What has to be read for a column's value. A log has the columns of the session; the others only when they are asked for.
 */
typedef enum column_source {
    SOURCE_SESSION,
    SOURCE_TLS,   /* the TLS dissector's fields: a tree for each packet */
    SOURCE_PARTS, /* the contents of mails, whose parts are read */
    SOURCE_COUNT
} column_source;

typedef struct record_kind {
    size_t size;      /* of a record, in octets */
    unsigned columns; /* that there are */
    const char *(*column_name)(unsigned column);
    column_source (*column_source)(unsigned column); /* NULL: the session, for all of them */
    /* The value of a column. It may lie in the record or in `scope`: good for as long as both are. */
    value (*value)(wmem_allocator_t *scope, const void *record, unsigned column);
    const table_column *table;
    unsigned table_columns;
    void (*append_count)(GString *line, const void *records, unsigned count); /* the table's last line, without its LF */
    /* Zeek's log of it; NULL: there is none. */
    void (*write_zeek)(FILE *out, const void *records, unsigned count);
    const char *remark; /* what that line ends with; NULL: nothing more */
    /* The columns that are written, in their order: record_columns.c. */
    const unsigned *chosen;
    unsigned chosen_count;
} record_kind;

/* record_columns.c — chooses the columns of a log, before it is written. `names`: "time+mail_from+outcome"; NULL: those that
 * the kind has by itself, and those whose source is asked for. `table`: the names are those of the table for people, and of
 * the columns for programs. What `kind` then points to lives as long as the program. Returns NULL, or what is wrong with the
 * names; to be freed with g_free(). */
char *record_columns_choose(record_kind *kind, const char *names, bool table);
/* Is one of that source among the chosen? */
bool record_columns_need(const record_kind *kind, column_source source);
/* Are columns of that source written though nobody names them? The preferences tell. */
bool column_source_is_asked_for(column_source source);

/* The n-th of an array. */
static inline const void *record_at(const record_kind *kind, const void *records, unsigned n)
{
    return (const char *)records + n * kind->size;
}

#endif
