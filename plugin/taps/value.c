/* value.c — see value.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/value.h"

#include "dissector/esmtp.h"

const value value_absent = {.kind = VALUE_ABSENT};

value value_text(const char *of)
{
    return of ? (value){.kind = VALUE_TEXT, .text = span_of(of)} : value_absent;
}

value value_number(uint64_t of)
{
    return (value){.kind = VALUE_NUMBER, .number = of};
}

value value_boolean(bool of)
{
    return (value){.kind = VALUE_BOOLEAN, .number = of};
}

static value value_of_moment(value_kind kind, const moment *of)
{
    return (value){.kind = kind, .time = {.secs = (time_t)of->seconds, .nsecs = of->nanoseconds}};
}

value value_time(const moment *of)
{
    return value_of_moment(VALUE_TIME, of);
}

value value_seconds(const moment *of)
{
    return value_of_moment(VALUE_SECONDS, of);
}

/* Are the octets UTF-8 as they stand, with no look at what characters they are? */
static bool is_ascii(span of)
{
    uint8_t all = 0;

    for (size_t i = 0; i < of.length; i++)
        all |= of.octets[i];
    return all < 0x80 && span_find(of, 0) == of.length;
}

value value_octets_or_empty(wmem_allocator_t *scope, span of)
{
    return is_ascii(of) ? (value){.kind = VALUE_TEXT, .text = of} : value_text(text_in(scope, of));
}

value value_octets(wmem_allocator_t *scope, span of)
{
    return of.length ? value_octets_or_empty(scope, of) : value_absent;
}

/* Has the text no encoded word, so that it stands for itself? */
static bool is_literal(span unfolded)
{
    for (span rest = unfolded; (rest = span_from(rest, span_find(rest, '='))).length > 1; rest = span_from(rest, 1))
        if (rest.octets[1] == '?')
            return false;
    return is_ascii(unfolded);
}

value value_header(wmem_allocator_t *scope, span unfolded)
{
    if (!unfolded.octets)
        return value_absent;
    return is_literal(unfolded) ? (value){.kind = VALUE_TEXT, .text = unfolded} : value_text(header_text(scope, unfolded));
}
