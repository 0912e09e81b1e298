/* fuzz_segments.c — segments with any numbers, in any order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <wsutil/wmem/wmem.h>

#include "found.h"

#define HELD_BOUND 2000u

static uint16_t take_two(span *in)
{
    uint16_t high = take_octet(in);

    return (uint16_t)(high << 8 | take_octet(in));
}

/* A segment near one of a few numbers, by four to nine octets of the input. The input gives the length of the payload. */
static tcp_segment make_segment(span *in, uint32_t frame, uint8_t *payload)
{
    static const uint32_t bases[] = {0, 0xffffff00, 0x40000000, 0x80000000};
    uint8_t flags = take_octet(in), more = take_octet(in);
    tcp_segment out = {.frame = frame,
                       .direction = flags & 1,
                       .has_acknowledgement = flags & 2,
                       .syn = flags & 4,
                       .fin = flags & 8,
                       .rst = flags & 16};
    uint32_t length = flags & 32 ? take_two(in) % 1000 : more >> 4;

    out.sequence = bases[more & 3] + (flags & 64 ? take_two(in) : take_octet(in));
    if (out.has_acknowledgement)
        out.acknowledgement = bases[more >> 2 & 3] + (flags & 64 ? take_two(in) : take_octet(in));
    if (flags & 128)
        out.missing = take_octet(in);
    for (uint32_t i = 0; i < length; i++)
        payload[i] = (uint8_t)(out.sequence + i + (flags & 128));
    out.payload = (span){payload, length};
    return out;
}

static void check_rest(const segments *s, wmem_allocator_t *scope, places p)
{
    size_t count;
    const segments_event *events = segments_rest(s, scope, &count);

    for (size_t i = 0; i < count; i++) {
        g_assert_cmpint(events[i].kind, !=, SEGMENTS_HELD);
        check_event(&p, &events[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    uint8_t options = take_octet(&in);
    segments_limits limits = {HELD_BOUND, HELD_BOUND / 4, options & 7, options >> 3 & 3, options >> 5 & 3};
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    segments *s = segments_new(scope, options & 128 ? NULL : &limits);
    places p = {0};

    for (uint32_t frame = 1; in.length; frame++) {
        uint8_t *payload = room_of(1000);
        tcp_segment next = make_segment(&in, frame, payload);
        size_t count;
        const segments_event *events = segments_put(s, &next, &count);
        for (size_t i = 0; i < count; i++)
            check_event(&p, &events[i]);
        if (!(options & 128))
            g_assert_cmpuint(segments_held(s), <=, 2 * HELD_BOUND);
        if (frame % 8 == 0)
            check_rest(s, scope, p);
        g_free(payload);
    }
    check_rest(s, scope, p);
    wmem_destroy_allocator(scope);
    return 0;
}
