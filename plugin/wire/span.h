/* span.h — a run of octets that somebody else owns.
 *
 * Every parser of this folder takes a span and never a NUL-terminated string: what arrives on a wire may hold NUL octets,
 * and nothing promises an end mark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_SPAN_H
#define ESMTP_WIRE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "octet.h"

typedef struct span {
    const uint8_t *octets; /* may be NULL when length is 0 */
    size_t length;         /* octets */
} span;

/* The octets of a C string, without its NUL. */
static inline span span_of(const char *text)
{
    return (span){(const uint8_t *)text, strlen(text)};
}

/* From `offset` to the end; an offset behind the end gives an empty span. */
static inline span span_from(span in, size_t offset)
{
    if (offset >= in.length)
        return (span){in.octets ? in.octets + in.length : NULL, 0};
    return (span){in.octets + offset, in.length - offset};
}

/* The first `length` octets, or all when there are fewer. */
static inline span span_first(span in, size_t length)
{
    return (span){in.octets, length < in.length ? length : in.length};
}

/* Position of the first `octet`, or in.length when there is none. */
static inline size_t span_find(span in, uint8_t octet)
{
    const uint8_t *at = in.length ? memchr(in.octets, octet, in.length) : NULL;
    return at ? (size_t)(at - in.octets) : in.length;
}

/* Same octets? */
bool span_equal(span a, span b);
/* Same octets, ASCII letters compared without case? */
bool span_equal_nocase(span a, const char *text);
/* Does `in` begin with `text`, ASCII letters compared without case? */
bool span_starts_nocase(span in, const char *text);
/* Length of the quoted string at the start, its quotation marks counted; a backslash there quotes what follows it. 0 when it
 * does not end. `in` begins with its quotation mark. */
size_t span_quoted(span in);
/* Without SP and HT at the front, and at both ends. */
span span_trim_left(span in);
span span_trim(span in);
/* The next run of octets that are neither SP nor HT; *in is moved behind it. An empty span when nothing is left. */
span span_next_word(span *in);

#endif
