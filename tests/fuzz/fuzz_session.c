/* fuzz_session.c — a connection made up: calls of both sides, in both layers, with losses, repetitions, overlaps and cuts.
 *
 * The first octet tells how the capture begins. What follows is divided by octets that no text has:
 *
 *     FE k text    the text comes in a new packet; k tells the side: one of "CScsKR" for client and server, the two inside
 *                  TLS, and the two lost on their way to the capture
 *     FD text      the packet goes on: another call of the same frame
 *     FC text      a new packet that repeats the one before it, and goes on with the text
 *     FF text      a new packet of the same side
 *     FB text      the packet goes on, but a snap length cut it off here
 *
 * Checked is that a call's findings cover each of its octets once and in order, that they are found again, that all they
 * point to can be read at the end, and that the memory is bounded by the octets read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "found.h"
#include "session/transaction.h"

enum { NEW_PACKET = 0xfe, SAME_FRAME = 0xfd, REPEAT = 0xfc, SNAP_LENGTH = 0xfb };

/* Options of the first octet. */
enum { LATE = 1 << 0, ROLES_WRONG = 1 << 1, GATHER_LITTLE = 1 << 2, VISITED_ONCE = 1 << 3 };

/* Both sides' sequence numbers pass their end soon. */
#define FIRST_SEQUENCE 0xffffffc0u

/* Far more than a session takes for any octet, and for being there: what grows beyond is not bounded by the octets. */
#define MEMORY_AN_OCTET 8192u
#define MEMORY_AT_LEAST (1u << 20)

/* --- calls ------------------------------------------------------------------------------------------------------------- */

/* One call, to be looked up again at the end. */
typedef struct call {
    layer layer;
    side sender;
    uint32_t tag;
    segment returned; /* with findings of its own, where packets are visited again; else with none */
} call;

/* Where the octets of one sender in one layer have got to. */
typedef struct flow {
    bool begun;         /* some of it was captured */
    uint64_t next;      /* position of the next octet */
    GByteArray *before; /* what the last packet brought */
} flow;

typedef struct feeder {
    pools *memory;
    session *session;
    bool late, roles_wrong, visited_once;
    unsigned sum; /* of what was found */
    uint32_t frame;
    layer layer;
    side sender;
    bool lost;        /* the text is not captured */
    flow flows[2][2]; /* layer, sender */
    GArray *calls;
} feeder;

static bool is_unit(const finding *f)
{
    return f->kind == FINDING_COMMAND || f->kind == FINDING_AUTH_RESPONSE || f->kind == FINDING_REPLY ||
           f->kind == FINDING_END_OF_DATA || f->kind == FINDING_PROXY;
}

/* A gap stands before the call's octets, or behind them where a snap length cut them off. */
static void check_gap(const segment *made, const finding *f, uint64_t at, bool cut)
{
    uint64_t end = made->position + made->length;

    g_assert_true(f->position + f->length == made->position || (cut && f->position == at && at == end));
}

/* The findings cover each octet of the call once, in order. A unit may have begun before, and is then kept. */
static void check_cover(const segment *made, bool cut)
{
    uint64_t at = made->position, end = made->position + made->length;

    for (unsigned i = 0; i < made->count; i++) {
        const finding *f = &made->findings[i];
        if (f->flags & FLAG_READ_AGAIN && f->kind != FINDING_TRANSACTION) {
            continue; /* of the client's earlier packets */
        } else if (f->kind == FINDING_TRANSACTION) {
            g_assert_cmpuint(f->length, ==, 0);
        } else if (f->kind == FINDING_GAP) {
            check_gap(made, f, at, cut);
        } else {
            g_assert_true(is_unit(f) ? f->position <= at : f->position == at);
            g_assert_true(f->octets || f->position >= made->position);
            g_assert_cmpuint(f->position + f->length, >=, at);
            at = f->position + f->length;
        }
    }
    g_assert_cmpuint(at, ==, end);
}

/* Feeds octets of which `again` were sent before, and `cut` more that were not captured follow. */
static void feed_call(feeder *to, bool same_frame, span octets, uint32_t again, uint32_t cut)
{
    call made = {.layer = to->layer, .sender = to->sender};
    flow *from = &to->flows[to->layer][to->sender];
    bool in_tcp = to->layer == LAYER_PLAIN;
    segment_input packet = {.layer = to->layer, .sender = to->sender, .missing = cut, .has_sequence = in_tcp};

    to->frame += !same_frame || !to->frame;
    made.tag = packet.tag = in_tcp ? (uint32_t)(from->next - again) : to->calls->len;
    packet.frame = to->frame;
    packet.time.seconds = to->frame;
    packet.starts_stream = in_tcp && !to->late;
    packet.first_sequence = FIRST_SEQUENCE;
    made.returned = *session_read(to->session, &packet, octets);
    g_assert_cmpuint(made.returned.position, ==, from->next - again);
    g_assert_cmpuint(made.returned.length, ==, octets.length);
    check_cover(&made.returned, cut > 0);
    to->sum += read_segment(&made.returned);
    made.returned.findings =
        to->visited_once ? NULL : (const finding *)g_memdup2(made.returned.findings, made.returned.count * sizeof(finding));
    if (to->visited_once)
        session_free_finished(to->session);
    g_array_append_val(to->calls, made);
    from->next += octets.length - again + cut;
    from->begun = true;
}

/* --- the input's notation ---------------------------------------------------------------------------------------------- */

/* Once TLS runs, all is inside of it; what is lost there stops TLS, and never reaches us. */
static void turn_to(feeder *to, uint8_t octet)
{
    static const char letters[] = "CScsKR";
    const char *at = octet ? strchr(letters, octet) : NULL;
    char letter = at ? *at : letters[octet % (sizeof letters - 1)];

    if (letter == 'c' || letter == 's')
        to->layer = LAYER_TLS;
    to->sender = (letter == 'S' || letter == 's' || letter == 'R') != to->roles_wrong ? SIDE_SERVER : SIDE_CLIENT;
    to->lost = (letter == 'K' || letter == 'R') && to->layer == LAYER_PLAIN;
}

/* The text up to the next octet that divides, which it is taken up to. */
static span take_text(span *in)
{
    size_t length = 0;
    span text;

    while (length < in->length && in->octets[length] < SNAP_LENGTH)
        length++;
    text = span_first(*in, length);
    *in = span_from(*in, length);
    return text;
}

/* Text behind SNAP_LENGTH is sent, and not captured. */
static span take_cut(span *in)
{
    if (!in->length || in->octets[0] != SNAP_LENGTH)
        return (span){NULL, 0};
    *in = span_from(*in, 1);
    return take_text(in);
}

static void lose(feeder *to, span text)
{
    flow *from = &to->flows[to->layer][to->sender];

    if (to->late && !from->begun)
        return; /* the capture began later still */
    from->next += text.length;
    g_byte_array_set_size(from->before, 0); /* what was lost cannot be sent again by the next packet */
}

/* A copy of its exact size, gone when the call returns, shows reads beyond it and findings that hold on to it. */
static void send_text(feeder *to, uint8_t how, span text, span cut)
{
    flow *from = &to->flows[to->layer][to->sender];
    guint again = how == REPEAT && to->layer == LAYER_PLAIN ? from->before->len : 0;
    size_t length = again + text.length;
    uint8_t *copy;

    if (!length)
        return;
    copy = room_of(length);
    if (again)
        memcpy(copy, from->before->data, again);
    if (text.length)
        memcpy(copy + again, text.octets, text.length);
    feed_call(to, how == SAME_FRAME, (span){copy, length}, again, (uint32_t)cut.length);
    g_byte_array_set_size(from->before, 0);
    if (!cut.length)
        g_byte_array_append(from->before, copy, (guint)length);
    g_free(copy);
}

static void feed_calls(feeder *to, span in)
{
    while (in.length) {
        uint8_t how = in.octets[0] >= SNAP_LENGTH ? take_octet(&in) : NEW_PACKET;
        span text, cut;

        if (how == NEW_PACKET)
            turn_to(to, take_octet(&in));
        text = take_text(&in);
        cut = take_cut(&in);
        if (to->lost)
            lose(to, text);
        else
            send_text(to, how, text, cut);
    }
}

/* --- reading what was found ------------------------------------------------------------------------------------------- */

/* Every call's findings are found again, where packets may be visited again. */
static unsigned read_calls(const feeder *of)
{
    unsigned sum = 0;

    for (guint i = 0; !of->visited_once && i < of->calls->len; i++) {
        const call *made = &g_array_index(of->calls, call, i);
        const segment *found = session_find(of->session, made->layer, made->sender, made->returned.frame, made->tag);
        g_assert_nonnull(found);
        g_assert_cmpuint(found->length, ==, made->returned.length);
        g_assert_cmpuint(found->position, ==, made->returned.position);
        g_assert_cmpmem(found->findings, found->count * sizeof(finding), made->returned.findings,
                        made->returned.count * sizeof(finding));
        sum += read_segment(found);
    }
    return sum;
}

/* Transactions that the capture's end cuts off. */
static unsigned read_open(session *s)
{
    unsigned sum = 0;

    for (const transaction *open = session_open_transactions(s); open; open = open->next) {
        transaction ended;
        if (transaction_cut_off(s, open, &ended))
            sum += read_transaction(&ended);
    }
    return sum;
}

/* --- the target -------------------------------------------------------------------------------------------------------- */

static feeder feeder_new(uint8_t options)
{
    feeder f = {.memory = pools_new(options & VISITED_ONCE ? VISITS_ONCE : VISITS_MANY),
                .late = options & LATE,
                .roles_wrong = options & ROLES_WRONG,
                .visited_once = options & VISITED_ONCE};
    moment syn = {.seconds = 0};

    f.session = session_new(f.memory, !f.late, options & GATHER_LITTLE ? 100 : 1u << 20, f.late ? NULL : &syn);
    f.calls = g_array_new(FALSE, FALSE, sizeof(call));
    for (int i = 0; i < 4; i++)
        f.flows[i / 2][i % 2].before = g_byte_array_new();
    for (int sender = SIDE_CLIENT; sender <= SIDE_SERVER; sender++)
        f.flows[LAYER_PLAIN][sender].next = (UINT64_C(1) << 32) + FIRST_SEQUENCE;
    return f;
}

static void feeder_free(feeder *f)
{
    for (int i = 0; i < 4; i++)
        g_byte_array_unref(f->flows[i / 2][i % 2].before);
    for (guint i = 0; i < f->calls->len; i++)
        g_free((void *)g_array_index(f->calls, call, i).returned.findings);
    g_array_unref(f->calls);
    pools_free(f->memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    size_t before = allocated_octets();
    feeder to = feeder_new(take_octet(&in));
    volatile unsigned sum;

    feed_calls(&to, in);
    sum = to.sum + read_calls(&to) + read_open(to.session);
    (void)sum;
    g_assert_cmpuint(allocated_octets(), <=, before + MEMORY_AT_LEAST + MEMORY_AN_OCTET * length);
    feeder_free(&to);
    return 0;
}
