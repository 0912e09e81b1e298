/* fuzz_segments.c — segments with any numbers, in any order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <wsutil/wmem/wmem.h>

#include "fuzz.h"
#include "session/segments.h"

#define HELD_BOUND 2000u

/* Where each direction stands, as far as the events told. */
typedef struct places {
    bool begun[2];
    uint64_t next[2];
    uint64_t end[2]; /* of the FIN that was told of last */
    uint32_t touched;
} places;

static void check_event(places *p, const segments_event *e)
{
    unsigned who = e->direction;

    g_assert_cmpuint(who, <, 2);
    if (e->kind != SEGMENTS_RETRANSMITTED && e->kind != SEGMENTS_LATE && e->cause != SEGMENTS_CAUSE_RESET && p->begun[who] &&
        e->position == p->end[who] && p->next[who] == e->position + 1)
        p->next[who] = e->position; /* that FIN was forged: octets are in its place, or another FIN */
    for (uint64_t i = 0; e->octets && i < e->length; i++)
        p->touched += e->octets[i];
    switch ((segments_event_kind)e->kind) {
    case SEGMENTS_RESTART:
        p->begun[0] = p->begun[1] = false;
        break;
    case SEGMENTS_ENDED:
        if (e->cause == SEGMENTS_CAUSE_RESET)
            break;
        g_assert_true(!p->begun[who] || e->position == p->next[who]);
        p->begun[who] = true;
        p->end[who] = e->position;
        p->next[who] = e->position + 1;
        break;
    case SEGMENTS_READ:
    case SEGMENTS_LOST:
        g_assert_cmpuint(e->length, >, 0);
        g_assert_true(!p->begun[who] || e->position == p->next[who]);
        g_assert_true(e->kind == SEGMENTS_LOST || e->octets);
        p->begun[who] = true;
        p->next[who] = e->position + e->length;
        break;
    case SEGMENTS_HELD:
        g_assert_true(!p->begun[who] || e->position >= p->next[who]);
        g_assert_cmpuint(e->length, >, 0);
        break;
    case SEGMENTS_RETRANSMITTED:
        g_assert_cmpuint(e->differing, <=, e->length);
        break;
    case SEGMENTS_LATE:
    case SEGMENTS_ASIDE:
        break;
    }
}

static uint16_t take_two(span *in)
{
    uint16_t high = take_octet(in);

    return (uint16_t)(high << 8 | take_octet(in));
}

/* A segment near one of a few numbers, by four to nine octets of the input. The payload is as long as told. */
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
