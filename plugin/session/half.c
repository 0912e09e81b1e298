/* half.c — reads the two halves of a connection in order; see segments.h for the rules.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "half.h"

#define NOWHERE UINT64_MAX

static uint64_t lower(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t higher(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static half *peer_of(segments *s, const half *h)
{
    return &s->halves[h == &s->halves[0]];
}

segments_event *half_event(segments *s, segments_event_kind kind, const half *h, uint64_t position, uint64_t length)
{
    segments_event *e;

    if (s->events_count == s->events_capacity) {
        s->events_capacity = s->events_capacity ? 2 * s->events_capacity : 4;
        s->events = (segments_event *)wmem_realloc(s->scope, s->events, s->events_capacity * sizeof(segments_event));
    }
    e = &s->events[s->events_count++];
    *e = (segments_event){.kind = (uint8_t)kind,
                          .direction = h == &s->halves[1],
                          .frame = s->frame,
                          .time = s->time,
                          .position = position,
                          .length = length};
    return e;
}

/* --- positions --------------------------------------------------------------------------------------------------------- */

uint64_t half_position(const segments *s, const half *h, uint32_t sequence)
{
    if (!h->begun)
        return (s->epoch << 32) + sequence;
    return h->next + (uint64_t)(int64_t)(int32_t)(sequence - (uint32_t)h->next);
}

void half_begin(half *h, uint64_t position)
{
    h->begun = true;
    h->start = h->next = h->top = position;
}

uint64_t half_reach(const half *h)
{
    return higher(higher(h->next, h->top), higher(h->claimed_again, h->fin.known ? h->fin.position + 1 : 0));
}

/* The position of the first held octet behind `next`, or of the FIN: a hole ends there. */
static uint64_t hole_end(const half *h)
{
    const held_piece *first = held_first(&h->held);

    return lower(first ? first->position : NOWHERE, h->fin.known && !h->fin_read ? h->fin.position : NOWHERE);
}

/* --- acknowledgements -------------------------------------------------------------------------------------------------- */

bool half_may_acknowledge(const segments *s, const half *h, uint64_t position)
{
    /* One less than the start: a SYN that is not counted, and an octet that keeps the connection alive. */
    return position + 1 + (h->has_syn ? 0 : s->window) >= h->start && position <= half_reach(h) + s->window;
}

/* What was claimed is no longer believed beyond `position`. */
static void withdraw(const segments *s, half *h, uint64_t position, uint64_t sent_at)
{
    h->claimed = h->claimed_again = position;
    h->claim_sent_at = sent_at;
    for (unsigned i = 0; i < s->limits.patience; i++)
        h->aged[i] = lower(h->aged[i], position);
}

static void claim(const segments *s, half *h, const placed_segment *a, uint64_t position)
{
    bool sent_later = a->position >= h->claim_sent_at && a->end > a->position;

    if (!h->acknowledged || position > h->claimed) {
        h->claimed_again = h->acknowledged ? h->claimed : h->start;
        h->claimed = position;
        h->claim_sent_at = a->end;
        h->acknowledged = true;
    } else if (position < h->claimed && sent_later) {
        withdraw(s, h, position, a->end);
    } else {
        h->claimed_again = higher(h->claimed_again, position);
    }
    if (h->fin.known && !h->fin_read && h->claimed_again > h->fin.position + 1)
        h->fin.known = false; /* the peer has octets behind it */
}

void half_acknowledge(segments *s, placed_segment *a)
{
    half *h = a->to;
    uint64_t position;

    a->needs = 0;
    if (!a->in->has_acknowledgement)
        return;
    position = half_position(s, h, a->in->acknowledgement);
    if (!h->begun)
        half_begin(h, position);
    else if (!half_may_acknowledge(s, h, position))
        return;
    claim(s, h, a, position);
    a->needs = position;
}

void half_age(segments *s)
{
    for (unsigned d = 0; d < 2; d++) {
        half *h = &s->halves[d];
        for (unsigned i = s->limits.patience; i-- > 1;)
            h->aged[i] = h->aged[i - 1];
        h->aged[0] = h->acknowledged ? h->claimed : 0;
    }
    s->payloads++;
}

/* A hole of `h` is being filled: whatever is missing may come as well. */
static void rejuvenate(const segments *s, half *h)
{
    for (unsigned i = 0; i < s->limits.patience; i++)
        h->aged[i] = lower(h->aged[i], h->next);
}

/* The peer has everything before this, and so many segments have come since that none will fill the holes in it. */
static uint64_t overdue_up_to(const segments *s, const half *h)
{
    uint64_t believed = higher(h->claimed_again, lower(h->claimed, h->top));

    if (!h->acknowledged)
        return 0;
    if (h->consumed && !h->has_octets) /* lost so far: one direction only was captured */
        return h->claimed;
    return s->limits.patience ? lower(believed, h->aged[s->limits.patience - 1]) : believed;
}

/* --- what is lost ------------------------------------------------------------------------------------------------------ */

static void remember_lost(segments *s, half *h, uint64_t from, uint64_t to)
{
    if (s->is_copy)
        return;
    if (h->lost_count && h->lost[h->lost_count - 1].to == from) {
        h->lost[h->lost_count - 1].to = to;
        return;
    }
    if (h->lost_count == h->lost_capacity) {
        h->lost_capacity = h->lost_capacity ? 2 * h->lost_capacity : 4;
        h->lost = (lost_range *)wmem_realloc(s->scope, h->lost, h->lost_capacity * sizeof(lost_range));
    }
    h->lost[h->lost_count++] = (lost_range){from, to};
}

/* The first range that ends behind `position`; h->lost_count for none. */
static unsigned lost_behind(const half *h, uint64_t position)
{
    unsigned low = 0, high = h->lost_count;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (h->lost[middle].to > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* All before `position` is read or lost. A FIN before it was none. */
static void pass(half *h, uint64_t position)
{
    h->next = position;
    h->consumed = true;
    if (h->fin.known && !h->fin_read && h->fin.position < position)
        h->fin.known = false;
}

static segments_event *lose(segments *s, half *h, uint64_t to, segments_cause cause)
{
    segments_event *e = half_event(s, SEGMENTS_LOST, h, h->next, to - h->next);

    e->cause = (uint8_t)cause;
    remember_lost(s, h, h->next, to);
    pass(h, to);
    return e;
}

/* --- what is read ------------------------------------------------------------------------------------------------------ */

/* Does something that needs the peer's octets up to `needs` have to wait? What was claimed and withdrawn does not count. */
static bool must_wait(segments *s, const half *h, uint64_t needs)
{
    const half *peer = peer_of(s, h);

    return peer->begun && lower(needs, peer->claimed) > peer->next;
}

/* What comes next of a half, when it is there. */
typedef struct head {
    bool there;
    uint64_t needs;
    uint32_t frame;
} head;

static head head_of(const segments *s, const half *h)
{
    const held_piece *first = held_first(&h->held);
    bool fin = h->fin.known && !h->fin_read && h->fin.position == h->next;

    if (first && first->position == h->next)
        return (head){true, first->needs, first->frame};
    /* A FIN before octets that are held: one of the two is false, and the peer knows. */
    if (fin && (!first || s->flushing || h->claimed == h->next + 1))
        return (head){true, h->fin.needs, h->fin.frame};
    return (head){false, 0, 0};
}

static void ended(segments *s, half *h, const half_end *end, segments_cause cause)
{
    segments_event *e = half_event(s, SEGMENTS_ENDED, h, end->position, 0);

    e->cause = (uint8_t)cause;
    e->frame = end->frame;
    e->time = end->time;
}

static void read_octets(segments *s, half *h, const held_piece *piece, bool held)
{
    segments_event *e;

    if (piece->octets) {
        e = half_event(s, SEGMENTS_READ, h, piece->position, piece->length);
        e->octets = piece->octets;
        e->held = held;
        pass(h, held_end(piece));
    } else {
        e = lose(s, h, held_end(piece), SEGMENTS_CAUSE_SNAPPED);
    }
    e->frame = piece->frame;
    e->time = piece->time;
}

/* Events may point to it until the next call. */
static held_piece *take_first(segments *s, half *h)
{
    held_piece *piece = held_take_first(&h->held);

    if (!s->is_copy) {
        piece->following[0] = s->spent;
        s->spent = piece;
    }
    return piece;
}

static void read_head(segments *s, half *h)
{
    const held_piece *first = held_first(&h->held);

    if (first && first->position == h->next) {
        read_octets(s, h, take_first(s, h), true);
        return;
    }
    while (held_first(&h->held))
        take_first(s, h);
    ended(s, h, &h->fin, SEGMENTS_CAUSE_CLOSED);
    h->fin_read = h->consumed = true;
    h->next = h->fin.position + 1;
}

/* The half to go on with: the one whose next octets came first; NULL when both have to wait. Where both wait for each
 * other, the later segment is a retransmission, which acknowledges what came after the first copy was sent. */
static half *next_to_read(segments *s)
{
    head heads[2];
    bool ready[2];

    for (unsigned d = 0; d < 2; d++) {
        heads[d] = head_of(s, &s->halves[d]);
        ready[d] = heads[d].there && !must_wait(s, &s->halves[d], heads[d].needs);
    }
    if (heads[0].there && heads[1].there && ready[0] == ready[1])
        return &s->halves[(heads[1].frame < heads[0].frame) == ready[0]];
    return ready[0] ? &s->halves[0] : ready[1] ? &s->halves[1] : NULL;
}

/* A RST whose turn had not come, since octets before it were missing. */
static void read_resets(segments *s)
{
    for (unsigned d = 0; d < 2; d++) {
        half *h = &s->halves[d];
        if (h->reset.known && !h->reset_read && h->reset.position == h->next) {
            h->reset_read = true;
            ended(s, h, &h->reset, SEGMENTS_CAUSE_RESET);
        }
    }
}

static void read_ready(segments *s)
{
    half *h;

    if (s->awaits_start)
        return;
    while ((h = next_to_read(s)) != NULL)
        read_head(s, h);
    read_resets(s);
}

/* --- giving up --------------------------------------------------------------------------------------------------------- */

static bool lose_overdue(segments *s)
{
    bool lost = false;

    for (unsigned d = 0; d < 2; d++) {
        half *h = &s->halves[d];
        uint64_t to = lower(hole_end(h), overdue_up_to(s, h));
        if (h->begun && to > h->next) {
            lose(s, h, to, h->has_octets ? SEGMENTS_CAUSE_ACKNOWLEDGED : SEGMENTS_CAUSE_ONE_SIDED);
            lost = true;
        }
    }
    return lost;
}

/* Loses what the next octets of `h` wait for: the hole before them, or what the peer has to have sent before. */
static void lose_before(segments *s, half *h, segments_cause cause)
{
    half *peer = peer_of(s, h);
    head next = head_of(s, h);
    uint64_t to = hole_end(h);

    if (!next.there && to != NOWHERE && to > h->next)
        lose(s, h, to, cause);
    else if (next.there && must_wait(s, h, next.needs))
        lose(s, peer, lower(hole_end(peer), lower(next.needs, peer->claimed)), cause);
}

static void enforce_bounds(segments *s)
{
    for (unsigned d = 0; d < 2; d++) {
        half *h = &s->halves[d];
        bool one_sided = !h->acknowledged && s->limits.held_unacknowledged < s->limits.held;
        size_t bound = one_sided ? s->limits.held_unacknowledged : s->limits.held;
        s->flushing = h->held.cost > bound;
        while (h->held.cost > bound) {
            s->awaits_start = false;
            read_ready(s);
            if (h->held.cost > bound)
                lose_before(s, h, one_sided ? SEGMENTS_CAUSE_ONE_SIDED : SEGMENTS_CAUSE_BOUND);
        }
        s->flushing = false;
    }
}

void half_advance(segments *s)
{
    do
        read_ready(s);
    while (!s->awaits_start && lose_overdue(s));
    enforce_bounds(s);
}

/* The half whose oldest held octets came first; NULL when nothing waits. */
static half *oldest_waiting(segments *s)
{
    half *found = NULL;
    uint32_t frame = 0;

    for (unsigned d = 0; d < 2; d++) {
        half *h = &s->halves[d];
        const held_piece *first = held_first(&h->held);
        bool fin = h->fin.known && !h->fin_read;
        if ((first || fin) && (!found || (first ? first->frame : h->fin.frame) < frame)) {
            found = h;
            frame = first ? first->frame : h->fin.frame;
        }
    }
    return found;
}

/* A single number may be that of a FIN. */
bool half_lacks_tail(const half *h)
{
    return h->begun && h->acknowledged && h->claimed_again > h->next + 1;
}

/* What the peer has acknowledged and the capture does not have. */
static void lose_tails(segments *s, segments_cause cause)
{
    for (unsigned d = 0; d < 2; d++) {
        half *h = &s->halves[d];
        if (half_lacks_tail(h))
            lose(s, h, h->claimed_again, cause);
    }
}

void half_flush(segments *s, segments_cause cause)
{
    half *h;

    s->awaits_start = false;
    s->flushing = true;
    read_ready(s);
    while ((h = oldest_waiting(s)) != NULL) {
        lose_before(s, h, cause);
        read_ready(s);
    }
    lose_tails(s, cause);
    read_resets(s);
    s->flushing = false;
}

void half_flush_resets(segments *s, segments_cause cause)
{
    for (unsigned d = 0; d < 2; d++) {
        half *h = &s->halves[d];
        if (h->reset.known && !h->reset_read && h->reset.position > h->next + 1) /* else that of a FIN */
            lose(s, h, h->reset.position, cause);
    }
    read_resets(s);
}

/* --- taking payload ---------------------------------------------------------------------------------------------------- */

static const uint8_t *octets_at(const placed_segment *a, uint64_t position)
{
    return position < a->captured_end ? a->in->payload.octets + (position - a->position) : NULL;
}

/* Octets from..to were read or lost before. */
static void report_old(segments *s, const placed_segment *a, uint64_t from, uint64_t to)
{
    half *h = a->from;

    while (from < to) {
        unsigned i = lost_behind(h, from);
        uint64_t lost_from = from < h->start ? from : i < h->lost_count ? h->lost[i].from : NOWHERE;
        uint64_t lost_to = from < h->start ? h->start : i < h->lost_count ? h->lost[i].to : NOWHERE;
        bool late = lost_from <= from;
        uint64_t until = lower(to, late ? lost_to : lost_from);
        if (from < a->captured_end)
            until = lower(until, a->captured_end);
        half_event(s, late ? SEGMENTS_LATE : SEGMENTS_RETRANSMITTED, h, from, until - from)->octets = octets_at(a, from);
        from = until;
    }
}

/* Octets from..to are in a piece that is held. */
static void report_held(segments *s, const placed_segment *a, const held_piece *piece, uint64_t from, uint64_t to)
{
    segments_event *e = half_event(s, SEGMENTS_RETRANSMITTED, a->from, from, to - from);
    const uint8_t *again = octets_at(a, from), *first = piece->octets;

    e->octets = again;
    if (!again || !first || memcmp(again, first + (from - piece->position), (size_t)(to - from)) == 0)
        return;
    for (uint64_t i = 0; i < to - from; i++)
        e->differing += again[i] != first[from - piece->position + i];
}

/* Octets from..to are new: read at once if their turn has come and nothing older is held that would go on there. */
static void take_new(segments *s, const placed_segment *a, uint64_t from, uint64_t to)
{
    half *h = a->from;
    held_piece piece = {.position = from,
                        .length = (size_t)(to - from),
                        .octets = octets_at(a, from),
                        .needs = a->needs,
                        .frame = a->in->frame,
                        .time = a->in->time};

    s->brought = true;
    if (from == h->next && !s->awaits_start && !must_wait(s, h, a->needs))
        read_octets(s, h, &piece, a->kept);
    else
        held_add(&h->held, s->scope, &piece, piece.octets);
}

/* Before anything of a half is read an earlier segment may turn out to be its beginning. */
static void move_start(const placed_segment *a)
{
    half *h = a->from;

    if (!h->consumed && !h->has_syn && a->position < h->start)
        h->start = h->next = a->position;
}

/* Is `position` in a hole that the peer has acknowledged? */
static bool fills(const half *h, uint64_t position)
{
    return h->acknowledged && position >= h->next && position < lower(hole_end(h), h->claimed);
}

void half_take(segments *s, placed_segment *a)
{
    half *h = a->from;
    uint64_t at = a->position;
    bool filled = false;

    move_start(a);
    if (at < h->next) {
        report_old(s, a, at, lower(a->end, h->next));
        at = lower(a->end, h->next);
    }
    while (at < a->end) {
        const held_piece *piece = held_at_or_before(&h->held, at);
        uint64_t stop = at < a->captured_end ? a->captured_end : a->end;
        if (piece && held_end(piece) > at) {
            stop = lower(stop, held_end(piece));
            report_held(s, a, piece, at, stop);
        } else {
            const held_piece *behind = piece ? piece->following[0] : held_first(&h->held);
            stop = lower(stop, behind ? behind->position : NOWHERE);
            filled = filled || fills(h, at);
            take_new(s, a, at, stop);
        }
        at = stop;
    }
    h->has_octets = true;
    h->top = higher(h->top, a->end);
    if (h->fin.known && !h->fin_read && a->end > h->fin.position)
        h->fin.known = false; /* it was no end */
    if (filled)
        rejuvenate(s, h);
}
