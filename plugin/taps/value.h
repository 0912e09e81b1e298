/* value.h — the values of a record: what stands in one column of a log.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_VALUE_H
#define ESMTP_TAPS_VALUE_H

#include <wsutil/nstime.h>
#include <wsutil/wmem/wmem.h>

#include "session/session.h"

typedef enum value_kind {
    VALUE_ABSENT, /* not known, or does not apply */
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_BOOLEAN,
    VALUE_TIME,    /* since 1970-01-01 UTC */
    VALUE_SECONDS, /* how long */
    VALUE_LIST,
    VALUE_OBJECT, /* several values, each with a name: an item of a list */
} value_kind;

typedef struct value value;

typedef struct value_list {
    const value *items;
    unsigned count;
} value_list;

/* Its members are no lists. */
typedef struct value_object {
    const char *const *names;
    const value *members;
    unsigned count;
} value_object;

struct value {
    value_kind kind;
    union {
        span text;       /* UTF-8, may hold control characters, but no NUL */
        uint64_t number; /* also of BOOLEAN */
        nstime_t time;   /* also of SECONDS */
        value_list list;
        value_object object;
    };
};

extern const value value_absent;

/* NULL: absent. */
value value_text(const char *of);
value value_number(uint64_t of);
value value_boolean(bool of);
value value_time(const moment *of);
value value_seconds(const moment *of);
/* Octets as UTF-8, in `scope` where they have to be changed for that. Of none: an empty text, or absent. */
value value_octets_or_empty(wmem_allocator_t *scope, span of);
value value_octets(wmem_allocator_t *scope, span of);
/* A header field's value, its encoded words decoded; its octets NULL: absent. */
value value_header(wmem_allocator_t *scope, span unfolded);

#endif
