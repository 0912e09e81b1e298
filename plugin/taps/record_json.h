/* record_json.h — values as JSON (RFC 8259).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_RECORD_JSON_H
#define ESMTP_TAPS_RECORD_JSON_H

#include <stdio.h>

#include <wsutil/json_dumper.h>

#include "taps/record.h"

/* What is on its way to a file. */
typedef struct json_writer {
    int flags;          /* JSON_DUMPER_FLAGS_PRETTY_PRINT, or none */
    json_dumper dumper; /* writes to `dumped` */
    GString *dumped;
    GString *text; /* what is to be written to the file */
    GString *word; /* the value under way, in the form the dumper takes */
} json_writer;

json_writer json_begin(int flags);
/* Takes what the dumper wrote into `text`. */
void json_take(json_writer *json);
/* Takes and writes the rest, and frees all. */
void json_end(json_writer *json, FILE *out);

/* An item of an array, or a member of an object. A list stands in one line, so that a search for its name finds it whole. */
void json_value(json_writer *json, value v);
void json_member(json_writer *json, const char *name, value v);
/* A member for each column of a record. */
void json_members(json_writer *json, const record_kind *kind, wmem_allocator_t *scope, const void *record);

#endif
