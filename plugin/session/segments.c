/* segments.c — decides which segments belong to a connection, and where another one begins; see segments.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "half.h"

/* So many segments are kept aside. A new connection shows in the second or third of its segments. */
#define ASIDE_LIMIT 8u
/* Segments that bring nothing after both FINs, until holes that nobody has acknowledged count as lost. */
#define UNACKNOWLEDGED_END_PATIENCE 4u
/* Room for more events than this is given back. */
#define EVENTS_KEPT 256u

const segments_limits segments_default_limits = {.held = 4u << 20,
                                                 .held_unacknowledged = 64u << 10,
                                                 .patience = 2,
                                                 .start_patience = 0,
                                                 .end_patience = 1};

static void enter(segments *s, const tcp_segment *in, bool kept);

segments *segments_new(wmem_allocator_t *scope, const segments_limits *limits)
{
    segments *s = wmem_new0(scope, segments);

    s->scope = scope;
    s->limits = limits ? *limits : segments_default_limits;
    s->window = MAX(s->limits.held, segments_default_limits.held);
    if (s->limits.patience > SEGMENTS_PATIENCE_MAX)
        s->limits.patience = SEGMENTS_PATIENCE_MAX;
    for (unsigned d = 0; d < 2; d++)
        s->halves[d].aged = wmem_alloc0_array(scope, uint64_t, s->limits.patience + 1);
    s->awaits_start = s->limits.start_patience > 0;
    s->epoch = 1; /* so that there are positions before the first one seen */
    return s;
}

/* --- where a segment lies ---------------------------------------------------------------------------------------------- */

static bool has_payload(const placed_segment *a)
{
    return a->end > a->position;
}

/* One octet of zero, sent again in the place of the last one, asks whether the peer is still there. */
static bool keeps_alive(const placed_segment *a)
{
    const half *h = a->from;
    const tcp_segment *in = a->in;
    uint64_t behind = a->position + 1;

    if (in->payload.length != 1 || in->missing || in->payload.octets[0] || in->syn || in->fin)
        return false;
    if (!h->begun)
        return true;
    return behind == (h->top > h->next ? h->top : h->next) ||
           (h->acknowledged && behind == h->claimed && a->position != h->next);
}

static placed_segment placed_segment_of(segments *s, const tcp_segment *in, bool kept)
{
    unsigned d = in->direction & 1;
    placed_segment a = {.in = in, .kept = kept, .from = &s->halves[d], .to = &s->halves[!d]};

    a.position = half_position(s, a.from, in->sequence + in->syn);
    a.captured_end = a.end = a.position;
    if (in->rst)
        return a;
    if (keeps_alive(&a)) {
        a.position = a.captured_end = a.end = a.position + 1;
        return a;
    }
    a.captured_end += in->payload.length;
    a.end = a.captured_end + in->missing;
    return a;
}

static bool acknowledges_plausibly(const segments *s, const placed_segment *a)
{
    return !a->in->has_acknowledgement || !a->to->begun ||
           half_may_acknowledge(s, a->to, half_position(s, a->to, a->in->acknowledgement));
}

static bool segment_belongs(const segments *s, const placed_segment *a)
{
    const half *h = a->from;

    if (!h->begun)
        return acknowledges_plausibly(s, a);
    if (a->position > half_reach(h) + s->window || a->end + s->window < h->next)
        return false;
    if (h->fin_read && has_payload(a) && a->position > h->fin.position)
        return false;
    if (h->has_syn && a->position + (has_payload(a) ? 0 : 1) < h->start)
        return false;
    return a->position == h->next || acknowledges_plausibly(s, a);
}

/* The SYN of this connection, seen for the first time or again? */
static bool syn_belongs(const segments *s, const placed_segment *a)
{
    const half *h = a->from;
    bool same = a->position == h->start || a->position == h->start + 1; /* the latter when it is not counted */

    if (!acknowledges_plausibly(s, a))
        return false;
    if (!h->begun || same)
        return true;
    return !h->has_syn && a->position < h->start && h->start - a->position <= s->limits.held_unacknowledged;
}

static bool is_over(const segments *s)
{
    const half *a = &s->halves[0], *b = &s->halves[1];

    return a->reset_read || b->reset_read || (a->fin.known && b->fin.known);
}

static bool is_untouched(const segments *s)
{
    const half *a = &s->halves[0], *b = &s->halves[1];

    return !a->consumed && !b->consumed && !held_first(&a->held) && !held_first(&b->held);
}

/* --- segments put aside ------------------------------------------------------------------------------------------------ */

static void set_aside(segments *s, const placed_segment *a)
{
    const tcp_segment *in = a->in;
    aside_segment *kept = (aside_segment *)wmem_alloc(s->scope, sizeof(aside_segment) + in->payload.length);
    aside_segment **link = &s->aside;

    half_event(s, SEGMENTS_ASIDE, a->from, 0, in->payload.length)->octets = in->payload.octets;
    kept->next = NULL;
    kept->segment = *in;
    if (in->payload.length)
        memcpy(kept->octets, in->payload.octets, in->payload.length);
    kept->segment.payload.octets = kept->octets;
    while (*link)
        link = &(*link)->next;
    *link = kept;
    if (++s->aside_count > ASIDE_LIMIT) {
        aside_segment *oldest = s->aside;
        s->aside = oldest->next;
        s->aside_count--;
        wmem_free(s->scope, oldest);
    }
}

static uint32_t end_of(const tcp_segment *in)
{
    return in->sequence + (uint32_t)in->payload.length + in->missing + in->syn + in->fin;
}

/* Does `b` go on where `a` of the same sender ended? */
static bool follows(const tcp_segment *a, const tcp_segment *b)
{
    if (a->syn && !b->syn && b->payload.length && b->sequence == a->sequence)
        return true; /* a SYN that is not counted */
    return b->sequence == end_of(a) && end_of(a) != a->sequence;
}

/* Is `b` what the peer sends when it has got `a`? */
static bool answers(const tcp_segment *a, const tcp_segment *b)
{
    return b->has_acknowledgement && (b->acknowledgement == end_of(a) || (a->syn && b->acknowledgement == a->sequence)) &&
           (!a->has_acknowledgement || a->acknowledgement == b->sequence);
}

static bool agree(const tcp_segment *a, const tcp_segment *b)
{
    return a->direction == b->direction ? follows(a, b) : answers(a, b);
}

/* Do two segments with impossible numbers agree with each other? Where those of the second are possible here as well the
 * first has to be a SYN, and the second no segment that was to be expected. */
static bool confirms(const segments *s, const placed_segment *a, bool belongs)
{
    if (belongs && (a->position == a->from->next || a->position == a->from->top || a->in->syn))
        return false;
    for (const aside_segment *i = s->aside; i; i = i->next) {
        if ((!belongs || i->segment.syn) && agree(&i->segment, a->in))
            return true;
    }
    return false;
}

/* --- a new connection -------------------------------------------------------------------------------------------------- */

static bool within(uint32_t a, uint32_t b, size_t distance)
{
    uint32_t apart = a - b;

    return apart <= distance || 0u - apart <= distance;
}

/* May the two be of the same connection? */
static bool near(const segments *s, const tcp_segment *a, const tcp_segment *b)
{
    if (a->direction == b->direction)
        return within(a->sequence, b->sequence, s->window);
    return (a->has_acknowledgement && within(a->acknowledgement, b->sequence, s->window)) ||
           (b->has_acknowledgement && within(b->acknowledgement, a->sequence, s->window));
}

static void forget_half(segments *s, half *h)
{
    wmem_free(s->scope, h->lost);
    memset(h->aged, 0, s->limits.patience * sizeof *h->aged);
    *h = (half){.held.chance = h->held.chance, .aged = h->aged};
}

/* `in` begins a new connection, or goes on with one that began in the segments that were put aside. */
static void restart(segments *s, const tcp_segment *in)
{
    uint64_t reach[2] = {half_reach(&s->halves[0]), half_reach(&s->halves[1])};
    aside_segment *aside = s->aside, *next;

    half_flush(s, SEGMENTS_CAUSE_RESTART);
    half_event(s, SEGMENTS_RESTART, &s->halves[in->direction & 1], 0, 0);
    s->epoch = ((reach[0] > reach[1] ? reach[0] : reach[1]) >> 32) + 2;
    forget_half(s, &s->halves[0]);
    forget_half(s, &s->halves[1]);
    s->payloads = 0;
    s->idle = 0;
    s->awaits_start = s->limits.start_patience > 0;
    s->aside = NULL;
    s->aside_count = 0;
    for (; aside; aside = next) {
        next = aside->next;
        if (near(s, &aside->segment, in))
            enter(s, &aside->segment, true);
        aside->next = s->spent_aside;
        s->spent_aside = aside;
    }
}

static bool begins_anew(const segments *s, const placed_segment *a, bool belongs)
{
    bool syn_only = a->in->syn && !a->in->has_acknowledgement;

    if (a->in->syn && is_over(s) && (syn_only || !belongs))
        return true;
    if (!belongs && syn_only && is_untouched(s))
        return true;
    return s->aside && confirms(s, a, belongs);
}

/* --- a SYN that is not counted ----------------------------------------------------------------------------------------- */

static void begin_with_syn_number(half *h)
{
    if (h->top == h->start)
        h->top--;
    h->next = --h->start;
}

/* Payload with the number of the SYN: the sender does not count it, and neither has the peer. When the peer has counted
 * it this needs confirmation: octets that follow it, or an acknowledgement of all of it. */
static bool is_uncounted(const placed_segment *a)
{
    const half *h = a->from;

    return h->has_syn && !h->consumed && has_payload(a) && a->position + 1 == h->start && !a->in->syn;
}

static bool confirms_uncounted(const half *h, const placed_segment *a, const tcp_segment *aside)
{
    if (!h->has_syn || h->consumed || aside->syn || aside->sequence != (uint32_t)(h->start - 1))
        return false;
    if (h == a->from)
        return a->in->sequence == end_of(aside) && has_payload(a);
    return a->in->has_acknowledgement && a->in->acknowledgement == end_of(aside);
}

static void adopt_uncounted(segments *s, const placed_segment *a)
{
    for (aside_segment **link = &s->aside; *link; link = &(*link)->next) {
        aside_segment *found = *link;
        half *h = &s->halves[found->segment.direction & 1];
        if (!confirms_uncounted(h, a, &found->segment))
            continue;
        *link = found->next;
        s->aside_count--;
        found->next = s->spent_aside;
        s->spent_aside = found;
        begin_with_syn_number(h);
        enter(s, &found->segment, true);
        return;
    }
}

/* --- what the flags say ------------------------------------------------------------------------------------------------ */

static half_end end_at(const placed_segment *a, uint64_t position)
{
    return (half_end){.known = true, .position = position, .needs = a->needs, .frame = a->in->frame, .time = a->in->time};
}

static void take_syn(segments *s, const placed_segment *a)
{
    half *h = a->from;

    s->awaits_start = s->awaits_start && !a->to->has_syn;
    if (!h->begun)
        half_begin(h, a->position);
    if (h->has_syn)
        return;
    h->has_syn = true;
    if (a->position < h->start || (h->top == h->start && !h->fin.known)) {
        h->start = a->position;
        if (!h->consumed)
            h->next = h->start;
    }
}

static void take_fin(placed_segment *a)
{
    half *h = a->from;

    if (h->fin_read || a->end < h->next || (h->fin.known && h->fin.position <= a->end))
        return;
    h->fin = end_at(a, a->end);
}

/* Has the RST the number that its sender has reached? One that answers a SYN has any number, but acknowledges the SYN. */
static bool reset_fits(const segments *s, const placed_segment *a)
{
    const half *h = a->from;
    uint64_t reach = half_reach(h);

    if (!h->begun || (!h->seen && a->in->has_acknowledgement))
        return !a->to->begun || (a->in->has_acknowledgement && acknowledges_plausibly(s, a));
    if (h->acknowledged && h->claimed > reach)
        reach = h->claimed;
    return a->position <= reach && a->position + 1 >= h->start && a->position + s->limits.held_unacknowledged >= h->next;
}

static void take_reset(segments *s, placed_segment *a)
{
    half *h = a->from;

    if (h->reset_read)
        return;
    if (reset_fits(s, a)) {
        half_acknowledge(s, a);
        h->reset.known = false;
        half_flush(s, SEGMENTS_CAUSE_RESET);
        h->reset_read = true;
        half_event(s, SEGMENTS_ENDED, h, a->position, 0)->cause = SEGMENTS_CAUSE_RESET;
    } else if (h->begun && a->position > h->next && a->position <= half_reach(h) + s->window) {
        h->reset = end_at(a, a->position); /* octets before it are missing, or it is forged */
    } else {
        half_event(s, SEGMENTS_ASIDE, h, 0, 0);
    }
}

/* Octets in the place of an end: it was none. */
static void take_back_ends(const placed_segment *a)
{
    half *h = a->from;

    if (h->fin_read && h->next == h->fin.position + 1 && a->end > h->fin.position && a->position <= h->fin.position) {
        h->next = h->fin.position;
        h->fin.known = h->fin_read = false;
    }
    if (h->reset.known && a->end > h->reset.position)
        h->reset.known = false;
}

/* --- a segment that belongs -------------------------------------------------------------------------------------------- */

/* The first segment of a half that is known from its peer's acknowledgements alone. */
static void take_first_seen(const placed_segment *a)
{
    half *h = a->from;

    if (!h->begun || (!h->consumed && !h->has_syn && !a->to->has_syn))
        half_begin(h, a->position);
    h->seen = true;
}

static void report_held_rest(segments *s, const placed_segment *a)
{
    const half *h = a->from;
    const held_piece *first = held_first(&h->held), *piece;

    if (!first || !has_payload(a))
        return;
    piece = held_at_or_before(&h->held, a->position);
    for (piece = piece ? piece : first; piece && piece->position < a->end; piece = piece->following[0]) {
        segments_event *e;
        if (piece->frame != a->in->frame || piece->position < a->position)
            continue;
        e = half_event(s, SEGMENTS_HELD, h, piece->position, piece->length);
        e->octets = piece->octets;
        e->missing = first->position - h->next;
    }
}

/* Has the peer acknowledged all holes before octets that are held? */
static bool all_acknowledged(const segments *s)
{
    for (unsigned d = 0; d < 2; d++) {
        const half *h = &s->halves[d];
        const held_piece *first = held_first(&h->held);
        if (first && first->position > h->next && !(h->acknowledged && h->claimed >= first->position))
            return false;
    }
    return true;
}

static void take(segments *s, placed_segment *a)
{
    const tcp_segment *in = a->in;
    bool was_over = is_over(s);

    a->from->latest = in->frame;
    if (in->syn)
        take_syn(s, a);
    if (!a->from->seen)
        take_first_seen(a);
    if (has_payload(a))
        half_age(s);
    half_acknowledge(s, a);
    if (has_payload(a)) {
        take_back_ends(a);
        half_take(s, a);
    }
    if (in->fin)
        take_fin(a);
    s->awaits_start = s->awaits_start && s->payloads <= s->limits.start_patience;
    if (has_payload(a) || in->fin || in->syn)
        half_advance(s);
    s->idle = was_over && !s->brought ? s->idle + 1 : 0;
    if (was_over && s->idle >= (all_acknowledged(s) ? s->limits.end_patience : UNACKNOWLEDGED_END_PATIENCE))
        half_flush(s, SEGMENTS_CAUSE_CLOSED);
    report_held_rest(s, a);
}

static void enter(segments *s, const tcp_segment *in, bool kept)
{
    placed_segment a = placed_segment_of(s, in, kept);
    bool belongs;

    if (in->rst) {
        take_reset(s, &a);
        return;
    }
    if (s->aside) {
        adopt_uncounted(s, &a);
        a = placed_segment_of(s, in, kept);
    }
    if (is_uncounted(&a) && (!a.from->acknowledged || a.from->claimed < a.from->start))
        begin_with_syn_number(a.from);
    belongs = in->syn ? syn_belongs(s, &a) : segment_belongs(s, &a);
    if (begins_anew(s, &a, belongs)) {
        restart(s, in);
        a = placed_segment_of(s, in, kept);
        belongs = in->syn ? syn_belongs(s, &a) : segment_belongs(s, &a);
    }
    if (belongs)
        take(s, &a);
    else
        set_aside(s, &a);
}

/* --- calls ------------------------------------------------------------------------------------------------------------- */

static void give_back(segments *s)
{
    while (s->spent) {
        held_piece *piece = s->spent;
        s->spent = piece->following[0];
        held_free(s->scope, piece);
    }
    while (s->spent_aside) {
        aside_segment *aside = s->spent_aside;
        s->spent_aside = aside->next;
        wmem_free(s->scope, aside);
    }
    if (s->events_capacity > EVENTS_KEPT) {
        wmem_free(s->scope, s->events);
        s->events = NULL;
        s->events_capacity = 0;
    }
}

const segments_event *segments_put(segments *s, const tcp_segment *in, size_t *count_r)
{
    give_back(s);
    s->events_count = 0;
    s->brought = false;
    s->frame = in->frame;
    s->time = in->time;
    enter(s, in, false);
    *count_r = s->events_count;
    return s->events;
}

/* An end behind octets that nobody has seen was none if its sender has said more since. */
static bool waits_at_end(const half *h, const half_end *end, bool read)
{
    return end->known && !read && (end->frame >= h->latest || end->position <= h->top);
}

const segments_event *segments_rest(const segments *s, wmem_allocator_t *scope, size_t *count_r)
{
    segments copy = *s;

    copy.is_copy = true;
    copy.scope = scope;
    copy.events = NULL;
    copy.events_count = copy.events_capacity = 0;
    for (unsigned d = 0; d < 2; d++) {
        half *h = &copy.halves[d];
        h->fin.known = h->fin_read || waits_at_end(h, &h->fin, false);
        h->reset.known = h->reset_read || waits_at_end(h, &h->reset, false);
    }
    half_flush(&copy, SEGMENTS_CAUSE_CAPTURE_END);
    half_flush_resets(&copy, SEGMENTS_CAUSE_CAPTURE_END);
    *count_r = copy.events_count;
    return copy.events;
}

/* Octets or an end that wait for what is missing before them, or octets that the peer says it has. */
static bool has_rest(const half *h)
{
    return held_first(&h->held) || waits_at_end(h, &h->fin, h->fin_read) || waits_at_end(h, &h->reset, h->reset_read) ||
           half_lacks_tail(h);
}

bool segments_have_rest(const segments *s)
{
    return has_rest(&s->halves[0]) || has_rest(&s->halves[1]);
}

size_t segments_held(const segments *s)
{
    return s->halves[0].held.cost + s->halves[1].held.cost;
}
