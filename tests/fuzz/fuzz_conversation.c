/* fuzz_conversation.c — both sides of a connection as TCP segments: what a network and a capture do to them, the order in
 * which they are put, and what the session makes of that.
 *
 * The first octet tells how the capture begins. What follows is divided by octets that no text has:
 *
 *     FE k text    the side k, C or S, sends the text in a segment
 *     FD b         what becomes of the segment sent last: bits of `fate`
 *
 * Checked is that each octet is read or lost once and in order, that a call's findings cover each of its octets once, that
 * later visits find what the first one found, that what is read ahead at the end changes nothing, and that the memory is
 * bounded by the octets captured.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "found.h"

#include "session/transaction.h"

enum { SEGMENT = 0xfe, FATE = 0xfd };

/* Options of the first octet. */
enum { LATE = 1 << 0, VISITED_ONCE = 1 << 1, ROLES_WRONG = 1 << 2, NUMBERS_WRAP = 1 << 3, HOLDS_LITTLE = 1 << 4 };

/* What becomes of a segment. The first three exclude each other. */
enum fate {
    HOW = 3 << 0,
    LOST = 1,
    SWAPPED = 2, /* with the one captured before */
    TWICE = 3,
    JOINED = 1 << 2, /* sent again, together with what the same side sent before */
    WITH_FIN = 1 << 3,
    WITH_RST = 1 << 4,
    WITH_SYN = 1 << 5,
    FAR = 1 << 6, /* a number that cannot be */
    NO_ACK = 1 << 7,
};

#define FAR_BY 0x80000000u
#define HELD_LITTLE 2000u

/* Far more than a session and held octets take. */
#define MEMORY_AN_OCTET 16384u
#define MEMORY_AT_LEAST (1u << 20)

/* --- what is captured -------------------------------------------------------------------------------------------------- */

/* What both sides send, and what the capture has of it. */
typedef struct wire {
    uint32_t next[2];  /* sequence numbers */
    span said[2];      /* the text sent last */
    GArray *captured;  /* tcp_segment; the payload lies in the input, or in `joined` */
    GPtrArray *joined; /* payloads of their own */
} wire;

static void capture(wire *w, const tcp_segment *in)
{
    g_array_append_vals(w->captured, in, 1);
}

static tcp_segment send(wire *w, unsigned direction, span text)
{
    tcp_segment out = {.direction = direction,
                       .sequence = w->next[direction],
                       .acknowledgement = w->next[!direction],
                       .has_acknowledgement = true,
                       .payload = text};

    w->next[direction] += (uint32_t)text.length;
    return out;
}

static void join(wire *w, tcp_segment last, span before)
{
    size_t length = before.length + last.payload.length;
    uint8_t *octets = room_of(length);

    if (before.length)
        memcpy(octets, before.octets, before.length);
    if (last.payload.length)
        memcpy(octets + before.length, last.payload.octets, last.payload.length);
    g_ptr_array_add(w->joined, octets);
    last.sequence -= (uint32_t)before.length;
    last.payload = (span){octets, length};
    capture(w, &last);
}

static void befall(wire *w, tcp_segment in, uint8_t fate, span before)
{
    guint count = w->captured->len;

    in.fin = fate & WITH_FIN;
    in.rst = fate & WITH_RST;
    in.syn = fate & WITH_SYN;
    in.sequence += fate & FAR ? FAR_BY : 0;
    in.has_acknowledgement = !(fate & NO_ACK);
    if ((fate & HOW) == SWAPPED && count) {
        tcp_segment moved = g_array_index(w->captured, tcp_segment, count - 1);
        g_array_index(w->captured, tcp_segment, count - 1) = in;
        in = moved;
    }
    if ((fate & HOW) != LOST)
        capture(w, &in);
    if ((fate & HOW) == TWICE)
        capture(w, &in);
    if (fate & JOINED)
        join(w, in, before);
    w->next[in.direction] += in.fin || in.syn;
}

static span take_text(span *in)
{
    size_t length = 0;
    span text;

    while (length < in->length && in->octets[length] < FATE)
        length++;
    text = span_first(*in, length);
    *in = span_from(*in, length);
    return text;
}

static void shake_hands(wire *w)
{
    tcp_segment syn = {.syn = true, .sequence = w->next[0]++},
                answer = {.direction = 1, .syn = true, .sequence = w->next[1]++};

    answer.has_acknowledgement = true;
    answer.acknowledgement = w->next[0];
    capture(w, &syn);
    capture(w, &answer);
}

static void send_all(wire *w, span in)
{
    while (in.length) {
        unsigned direction;
        tcp_segment sent;
        span before;
        uint8_t fate = 0;

        if (in.octets[0] >= FATE)
            take_octet(&in);
        direction = take_octet(&in) == 'S';
        sent = send(w, direction, take_text(&in));
        if (in.length && in.octets[0] == FATE) {
            take_octet(&in);
            fate = take_octet(&in);
        }
        before = w->said[direction];
        w->said[direction] = sent.payload;
        befall(w, sent, fate, before);
    }
}

/* --- reading it -------------------------------------------------------------------------------------------------------- */

/* One call, to be looked up again at the end. */
typedef struct call {
    session *session;
    side sender;
    uint32_t tag;
    segment returned; /* with findings of its own, where packets are visited again; else with none */
} call;

typedef struct reader {
    pools *memory;
    session *session;
    uint8_t options;
    uint32_t tag;
    unsigned sum; /* of what was found */
    places places;
    GArray *calls; /* NULL: none is looked up again */
} reader;

static session *begin_session(const reader *to)
{
    moment syn = {.seconds = 0};
    bool late = to->options & LATE;

    return session_new(to->memory, !late, 1u << 20, late ? NULL : &syn);
}

/* The findings cover each octet of the call once, in order. A unit may have begun before, and is then kept. */
static void check_cover(const segment *made)
{
    uint64_t at = made->position;

    for (unsigned i = 0; i < made->count; i++) {
        const finding *f = &made->findings[i];
        if (f->kind == FINDING_TRANSACTION || f->kind == FINDING_GAP || f->flags & FLAG_READ_AGAIN)
            continue;
        g_assert_true(f->octets ? f->position <= at : f->position == at);
        g_assert_cmpuint(f->position + f->length, >=, at);
        at = f->position + f->length;
    }
    g_assert_cmpuint(at, ==, made->position + made->length);
}

static void keep_call(reader *to, call made)
{
    if (!to->calls)
        return;
    made.returned.findings = (const finding *)g_memdup2(made.returned.findings, made.returned.count * sizeof(finding));
    g_array_append_val(to->calls, made);
}

static void read_event(reader *to, const segments_event *e, uint32_t frame)
{
    bool has_octets = e->kind != SEGMENTS_LOST && e->octets;
    span octets = {has_octets ? e->octets : NULL, has_octets ? (size_t)e->length : 0};
    side sender = e->direction == !(to->options & ROLES_WRONG) ? SIDE_SERVER : SIDE_CLIENT;
    segment_input input = {.frame = frame, .tag = to->tag++, .time = e->time, .layer = LAYER_PLAIN, .sender = sender};
    call made = {.session = to->session, .sender = sender, .tag = input.tag};

    made.returned = *session_read_ordered(to->session, &input, e, 1, octets, 0, e->kind == SEGMENTS_READ && e->held);
    g_assert_cmpuint(made.returned.length, ==, octets.length);
    check_cover(&made.returned);
    to->sum += read_segment(&made.returned);
    keep_call(to, made);
}

static void take_event(reader *to, const segments_event *e, uint32_t frame)
{
    check_event(&to->places, e);
    if (e->kind == SEGMENTS_ENDED || e->kind == SEGMENTS_RESTART)
        session_closed(to->session);
    else
        read_event(to, e, frame);
    if (e->kind == SEGMENTS_RESTART)
        to->session = begin_session(to);
}

/* What is held is read ahead, by a copy. */
static void read_rest(const reader *from, const segments *order, wmem_allocator_t *scope)
{
    reader copy = *from;
    size_t count;
    const segments_event *events = segments_rest(order, scope, &count);

    copy.memory = pools_new(VISITS_ONCE);
    copy.session = session_copy(from->session, copy.memory);
    copy.calls = NULL;
    for (size_t i = 0; i < count; i++)
        take_event(&copy, &events[i], events[i].frame);
    pools_free(copy.memory);
}

/* A copy of its exact size, gone when the call returns, shows reads beyond it and findings that hold on to it. */
static void read_captured(reader *to, segments *order, const tcp_segment *captured, uint32_t frame)
{
    tcp_segment in = *captured;
    uint8_t *copy = room_of(in.payload.length);
    const segments_event *events;
    size_t count;

    if (in.payload.length)
        memcpy(copy, in.payload.octets, in.payload.length);
    in.payload.octets = copy;
    in.frame = frame;
    in.time.seconds = frame;
    events = segments_put(order, &in, &count);
    for (size_t i = 0; i < count; i++)
        take_event(to, &events[i], frame);
    g_free(copy);
    if (to->options & VISITED_ONCE)
        session_free_finished(to->session);
}

/* Every call's findings are found again. */
static void find_again(reader *of)
{
    for (guint i = 0; i < of->calls->len; i++) {
        const call *made = &g_array_index(of->calls, call, i);
        const segment *found = session_find(made->session, LAYER_PLAIN, made->sender, made->returned.frame, made->tag);
        g_assert_nonnull(found);
        g_assert_cmpuint(found->length, ==, made->returned.length);
        g_assert_cmpuint(found->position, ==, made->returned.position);
        g_assert_cmpmem(found->findings, found->count * sizeof(finding), made->returned.findings,
                        made->returned.count * sizeof(finding));
        of->sum += read_segment(found);
    }
}

static void read_all(const wire *w, uint8_t options, size_t before, size_t length)
{
    bool once = options & VISITED_ONCE;
    segments_limits limits = segments_default_limits;
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    reader to = {.memory = pools_new(once ? VISITS_ONCE : VISITS_MANY), .options = options};
    segments *order;
    volatile unsigned sum;

    limits.held = options & HOLDS_LITTLE ? HELD_LITTLE : limits.held;
    order = segments_new(scope, &limits);
    to.session = begin_session(&to);
    to.calls = once ? NULL : g_array_new(FALSE, FALSE, sizeof(call));
    for (guint i = 0; i < w->captured->len; i++)
        read_captured(&to, order, &g_array_index(w->captured, tcp_segment, i), i + 1);
    read_rest(&to, order, scope);
    if (!once)
        find_again(&to);
    g_assert_cmpuint(allocated_octets(), <=, before + MEMORY_AT_LEAST + MEMORY_AN_OCTET * length);
    sum = to.sum;
    (void)sum;
    for (guint i = 0; !once && i < to.calls->len; i++)
        g_free((void *)(uintptr_t)g_array_index(to.calls, call, i).returned.findings);
    if (!once)
        g_array_unref(to.calls);
    pools_free(to.memory);
    wmem_destroy_allocator(scope);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    size_t before = allocated_octets();
    uint8_t options = take_octet(&in);
    uint32_t first = options & NUMBERS_WRAP ? 0xffffffc0u : 1000;
    wire w = {.next = {first, first + 5000}, .captured = g_array_new(FALSE, FALSE, sizeof(tcp_segment))};

    w.joined = g_ptr_array_new_with_free_func(g_free);
    if (!(options & LATE))
        shake_hands(&w);
    send_all(&w, in);
    read_all(&w, options, before, length);
    g_ptr_array_unref(w.joined);
    g_array_unref(w.captured);
    return 0;
}
