/* record_log.h — a log as it is written: for people, as tab-separated values, as JSON.
 *
 * Values come off a network and go to a terminal: control characters never go out as such.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_RECORD_LOG_H
#define ESMTP_TAPS_RECORD_LOG_H

#include <stdio.h>

#include "taps/record.h"

/* Between the two ends of a way, in texts for people. */
#define ARROW "\xe2\x86\x92"

typedef struct record_format {
    const char *name; /* "tsv" */
    void (*write)(FILE *out, const record_kind *kind, const void *records, unsigned count);
    bool streams;     /* records can be written one by one, as they become known */
    bool own_columns; /* nobody chooses them */
} record_format;

/* NULL when there is none of that name. `name` need not end in NUL. */
const record_format *record_format_find(const char *name, size_t length);

/* What is written when no format is named, and the names of all: "text, tsv, json, ndjson, zeek". */
const record_format *record_format_default(void);
const char *record_format_names(void);
/* Can it be written so? */
bool record_format_is_of(const record_format *format, const record_kind *kind);
/* Is it the one for people, which shows few of the columns? */
bool record_format_is_table(const record_format *format);

/* To be called when something was written to the standard output for the statistic. An error is written to the error output,
 * and ends tshark with exit status 2, as it does when tshark's own lines cannot be written. */
void output_check(const char *statistic);

/* record_table.c — a line a record, in aligned columns, and a line that counts them. */
void record_table_write(FILE *out, const record_kind *kind, const void *records, unsigned count);

/* Appends the text of a cell of the table for people. `scope` is for what need not last. */
void record_cell_append(const record_kind *kind, const table_column *column, wmem_allocator_t *scope, GString *text,
                        const void *record);

/* Writes `text` to the file when it is long, or when it is the last, and empties it then. */
void text_flush(GString *text, FILE *out, bool last);

/* Appends a value as one word or line: a list joined with commas. What TSV has between its tabs:
 *
 *     \\ \t \n \r     backslash, tab, line feed, carriage return
 *     \,              a comma inside an item of a list
 *     a b c           the values of an object: the last one may have spaces
 *     \xHH            another control character, by its code point
 *     1, 0            yes, no; nothing at all: not known, or does not apply
 *     2023-11-14T22:13:20.000000000Z      a time; 0.023411000 is one in seconds
 */
void append_value(GString *text, const value *v);
/* Writes characters that change or hide how others are shown as \u{202e}: marks of the direction of writing, those without a
 * width, line separators. For what a person reads; `begin`: from there on in the text. */
void escape_marks(GString *text, size_t begin);
/* A time to the millisecond: 2023-11-14 22:13:20.005 */
void append_time_for_people(GString *text, value time);

#endif
