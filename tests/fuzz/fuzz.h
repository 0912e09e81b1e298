/* fuzz.h — what the fuzz targets share.
 *
 * A target is a file fuzz_CONCEPT.c with LLVMFuzzerTestOneInput(): it calls a parser with octets that a fuzzer made up, with
 * room of just the size that the parser's comment promises is enough, and checks what holds for any input. GLib's assertions
 * end the program, which is what a fuzzer takes for a finding.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_FUZZ_FUZZ_H
#define ESMTP_FUZZ_FUZZ_H

#include <glib.h>

#include "wire/span.h"

/* libFuzzer's entry: always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

/* Takes the first octet off the front of *in: a target's options. 0 when there is none. */
static inline uint8_t take_octet(span *in)
{
    uint8_t octet = in->length ? in->octets[0] : 0;

    *in = span_from(*in, 1);
    return octet;
}

/* A part that a parser gave has to lie inside of what it was given. An empty one may lie anywhere. */
static inline void check_within(span part, span whole)
{
    if (!part.length)
        return;
    g_assert_true(part.octets >= whole.octets);
    g_assert_cmpuint((size_t)(part.octets - whole.octets), <=, whole.length);
    g_assert_cmpuint(part.length, <=, whole.length - (size_t)(part.octets - whole.octets));
}

/* Room of exactly `length` octets, to be freed: one more that is written shows. */
static inline uint8_t *room_of(size_t length)
{
    return (uint8_t *)g_malloc(length ? length : 1);
}

#endif
