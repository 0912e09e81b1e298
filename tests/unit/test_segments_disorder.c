/* test_segments_disorder.c — dialogues of two random streams, disordered by chance in every way that a capture can be,
 * and what must come out whatever the disorder is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>
#include <string.h>

#include <wsutil/wmem/wmem.h>

#include "session/segments.h"

#define ROUNDS 3000u

/* A segment as it was sent: octets from..to of a stream, numbered from 0, when so many of the other one had been
 * received. */
typedef struct sent {
    unsigned direction;
    uint32_t from, to, received;
    bool syn, fin;
    bool kept;   /* in the capture */
    double when; /* its place in it */
} sent;

typedef struct dialogue_sent {
    GRand *chance;
    uint8_t *streams[2];
    uint32_t lengths[2];
    uint32_t *received[2]; /* of each octet: so many of the other stream when it was sent */
    bool *captured[2];     /* of each octet */
    uint32_t first[2];     /* sequence number of octet 0 */
    GArray *wire;          /* sent */
    segments_limits limits;
} dialogue_sent;

static uint32_t below(GRand *chance, uint32_t n)
{
    return n ? (uint32_t)g_rand_int_range(chance, 0, (gint32)n) : 0;
}

static void send_segment(dialogue_sent *d, sent what)
{
    what.kept = true;
    what.when = d->wire->len;
    g_array_append_val(d->wire, what);
}

/* Each side says something in turn, in one or more segments. */
static void play(dialogue_sent *d, bool opened)
{
    uint32_t at[2] = {0, 0};
    unsigned turns = 2 + below(d->chance, 12);

    if (opened) {
        send_segment(d, (sent){.direction = 0, .syn = true});
        send_segment(d, (sent){.direction = 1, .syn = true});
        send_segment(d, (sent){.direction = 0});
    }
    for (unsigned turn = 0; turn < turns; turn++) {
        unsigned who = (turn + 1) % 2, count = 1 + (below(d->chance, 4) ? 0 : below(d->chance, 12));
        for (unsigned i = 0; i < count; i++) {
            uint32_t length = 1 + below(d->chance, 40);
            for (uint32_t octet = at[who]; octet < at[who] + length; octet++)
                d->received[who][octet] = at[!who];
            send_segment(d, (sent){.direction = who, .from = at[who], .to = at[who] + length, .received = at[!who]});
            at[who] += length;
            if (below(d->chance, 3) == 0)
                send_segment(d, (sent){.direction = !who, .from = at[!who], .to = at[!who], .received = at[who]});
        }
    }
    send_segment(d, (sent){.direction = 0, .from = at[0], .to = at[0], .received = at[1], .fin = true});
    send_segment(d, (sent){.direction = 1, .from = at[1], .to = at[1], .received = at[0] + 1, .fin = true});
    send_segment(d, (sent){.direction = 0, .from = at[0] + 1, .to = at[0] + 1, .received = at[1] + 1});
    d->lengths[0] = at[0];
    d->lengths[1] = at[1];
}

static dialogue_sent *dialogue_new(uint32_t seed, bool opened)
{
    dialogue_sent *d = g_new0(dialogue_sent, 1);

    d->chance = g_rand_new_with_seed(seed);
    d->wire = g_array_new(FALSE, TRUE, sizeof(sent));
    for (unsigned i = 0; i < 2; i++) {
        enum { MOST = 14 * 13 * 41 };
        d->streams[i] = g_new(uint8_t, MOST);
        d->received[i] = g_new0(uint32_t, MOST);
        d->captured[i] = g_new0(bool, MOST);
        for (unsigned octet = 0; octet < MOST; octet++)
            d->streams[i][octet] = (uint8_t)(1 + below(d->chance, 255));
        d->first[i] = below(d->chance, 2) ? (uint32_t) - (int32_t)below(d->chance, 300) : g_rand_int(d->chance);
    }
    d->limits = segments_default_limits;
    play(d, opened);
    return d;
}

static void dialogue_free(dialogue_sent *d)
{
    for (unsigned i = 0; i < 2; i++) {
        g_free(d->streams[i]);
        g_free(d->received[i]);
        g_free(d->captured[i]);
    }
    g_array_free(d->wire, TRUE);
    g_rand_free(d->chance);
    g_free(d);
}

/* --- what may happen to it --------------------------------------------------------------------------------------------- */

/* Some segments are cut in two, or come again, whole or from the middle of one to the middle of the next one of their
 * turn. */
static void cut_and_repeat(dialogue_sent *d, unsigned window)
{
    unsigned count = d->wire->len;

    for (unsigned i = 0; i < count; i++) {
        sent whole = g_array_index(d->wire, sent, i), next = i + 1 < count ? g_array_index(d->wire, sent, i + 1) : whole;
        sent part = whole;
        if (whole.to == whole.from || below(d->chance, 3))
            continue;
        part.when += below(d->chance, window + 1);
        if (below(d->chance, 2)) {
            part.from += below(d->chance, part.to - part.from);
            if (next.direction == part.direction && next.received == part.received && next.from == part.to)
                part.to += below(d->chance, next.to - next.from);
        } else if (below(d->chance, 2)) {
            part.from += below(d->chance, part.to - part.from);
            g_array_index(d->wire, sent, i).to = part.from;
        }
        g_array_append_val(d->wire, part);
    }
}

static int by_time(gconstpointer a, gconstpointer b)
{
    double x = ((const sent *)a)->when, y = ((const sent *)b)->when;

    return x < y ? -1 : x > y;
}

static void shuffle(dialogue_sent *d, unsigned window)
{
    for (unsigned i = 0; i < d->wire->len; i++)
        g_array_index(d->wire, sent, i).when += g_rand_double_range(d->chance, 0, window + 0.001);
    g_array_sort(d->wire, by_time);
}

static void swap_neighbours(dialogue_sent *d)
{
    for (unsigned i = 0; i + 1 < d->wire->len; i += 2) {
        sent first = g_array_index(d->wire, sent, i);
        if (below(d->chance, 2))
            continue;
        g_array_index(d->wire, sent, i) = g_array_index(d->wire, sent, i + 1);
        g_array_index(d->wire, sent, i + 1) = first;
    }
}

static void drop(dialogue_sent *d, unsigned one_in)
{
    for (unsigned i = 0; i < d->wire->len; i++) {
        sent *what = &g_array_index(d->wire, sent, i);
        what->kept = what->syn || below(d->chance, one_in);
    }
}

static void be_patient(dialogue_sent *d, unsigned window)
{
    d->limits.patience = 2 * window + 4;
    d->limits.start_patience = 2 * window + 4;
    d->limits.end_patience = 1000;
}

/* --- what must come of it ---------------------------------------------------------------------------------------------- */

typedef struct outcome {
    dialogue_sent *d;
    uint64_t first[2]; /* position of octet 0 */
    uint32_t next[2];
    uint32_t lost[2];
    unsigned ended[2];
    uint64_t digest; /* of all events */
} outcome;

static void mix(outcome *out, uint64_t value)
{
    out->digest = (out->digest ^ value) * UINT64_C(1099511628211);
}

static void check_event(outcome *out, const segments_event *e)
{
    dialogue_sent *d = out->d;
    unsigned who = e->direction;
    uint32_t from = (uint32_t)e->position - d->first[who], length = (uint32_t)e->length;

    mix(out, e->kind);
    mix(out, e->position);
    mix(out, e->length);
    g_assert_cmpint(e->kind, !=, SEGMENTS_RESTART);
    g_assert_cmpint(e->kind, !=, SEGMENTS_ASIDE);
    if (e->kind == SEGMENTS_ENDED) {
        g_assert_cmpuint(from, ==, d->lengths[who]);
        g_assert_cmpuint(out->ended[who]++, ==, 0);
        out->next[who]++;
    }
    if (e->kind == SEGMENTS_RETRANSMITTED)
        g_assert_cmpuint(e->differing, ==, 0);
    if (e->kind != SEGMENTS_READ && e->kind != SEGMENTS_LOST)
        return;
    if (out->next[who] == 0)
        out->first[who] = e->position;
    g_assert_cmpuint(from, ==, out->next[who]);
    g_assert_cmpuint(e->position - out->first[who], ==, out->next[who]);
    out->next[who] += length;
    if (e->kind == SEGMENTS_READ) {
        g_assert_cmpuint(out->next[who], <=, d->lengths[who]);
        g_assert_cmpmem(e->octets, length, d->streams[who] + from, length);
        /* What the sender had received when it sent the last of them has been read. */
        g_assert_cmpuint(d->received[who][from + length - 1], <=, out->next[!who]);
        return;
    }
    g_assert_cmpuint(out->next[who], <=, d->lengths[who] + 1); /* a FIN that was lost counts one */
    out->lost[who] += length;
    for (uint32_t octet = from; octet < from + length && octet < d->lengths[who]; octet++)
        g_assert_false(d->captured[who][octet]);
}

static tcp_segment segment_of(dialogue_sent *d, const sent *what, unsigned frame)
{
    unsigned who = what->direction;

    return (tcp_segment){.frame = frame,
                         .direction = who,
                         .sequence = d->first[who] + what->from - what->syn,
                         .acknowledgement = d->first[!who] + what->received,
                         .has_acknowledgement = !(what->syn && who == 0),
                         .syn = what->syn,
                         .fin = what->fin,
                         .payload = {d->streams[who] + what->from, what->to - what->from}};
}

/* Feeds it all; where `look` is set the rest is asked for every now and then, which must not change anything. */
static outcome feed(dialogue_sent *d, bool look)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    segments *s = segments_new(scope, &d->limits);
    outcome out = {.d = d};
    const segments_event *events;
    size_t count;

    for (unsigned i = 0; i < d->wire->len; i++) {
        const sent *what = &g_array_index(d->wire, sent, i);
        tcp_segment next = segment_of(d, what, i + 1);
        if (!what->kept)
            continue;
        events = segments_put(s, &next, &count);
        for (size_t e = 0; e < count; e++)
            check_event(&out, &events[e]);
        if (look && i % 3 == 0)
            segments_rest(s, scope, &count);
    }
    events = segments_rest(s, scope, &count);
    for (size_t e = 0; e < count; e++)
        check_event(&out, &events[e]);
    wmem_destroy_allocator(scope);
    return out;
}

static void check(dialogue_sent *d, bool lossless)
{
    outcome out, again;

    for (unsigned i = 0; i < d->wire->len; i++) {
        const sent *what = &g_array_index(d->wire, sent, i);
        for (uint32_t octet = what->from; what->kept && octet < what->to; octet++)
            d->captured[what->direction][octet] = true;
    }
    out = feed(d, false);
    again = feed(d, true);
    g_assert_cmpuint(out.digest, ==, again.digest);
    for (unsigned who = 0; who < 2; who++) {
        for (uint32_t octet = out.next[who]; octet < d->lengths[who]; octet++)
            g_assert_false(d->captured[who][octet]);
        if (lossless) {
            g_assert_cmpuint(out.lost[who], ==, 0);
            g_assert_cmpuint(out.ended[who], ==, 1);
            g_assert_cmpuint(out.next[who], ==, d->lengths[who] + 1);
        }
    }
}

/* --- the disorders ----------------------------------------------------------------------------------------------------- */

static void test_in_order(void)
{
    for (uint32_t seed = 0; seed < ROUNDS; seed++) {
        dialogue_sent *d = dialogue_new(seed, seed % 2 == 0);
        check(d, true);
        dialogue_free(d);
    }
}

/* By the default limits, where the handshake was captured. */
static void test_neighbours_swapped(void)
{
    for (uint32_t seed = 0; seed < ROUNDS; seed++) {
        dialogue_sent *d = dialogue_new(seed, true);
        swap_neighbours(d);
        check(d, true);
        dialogue_free(d);
    }
}

static void test_cut_and_repeated(void)
{
    for (uint32_t seed = 0; seed < ROUNDS; seed++) {
        dialogue_sent *d = dialogue_new(seed, true);
        cut_and_repeat(d, 0);
        shuffle(d, 0);
        check(d, true);
        dialogue_free(d);
    }
}

static void test_everything_but_loss(void)
{
    for (uint32_t seed = 0; seed < ROUNDS; seed++) {
        dialogue_sent *d = dialogue_new(seed, seed % 2 == 0);
        unsigned window = 1 + below(d->chance, 8);
        be_patient(d, 2 * window);
        cut_and_repeat(d, window);
        shuffle(d, window);
        check(d, true);
        dialogue_free(d);
    }
}

static void test_loss(void)
{
    for (uint32_t seed = 0; seed < ROUNDS; seed++) {
        dialogue_sent *d = dialogue_new(seed, true);
        drop(d, 2 + below(d->chance, 20));
        check(d, false);
        dialogue_free(d);
    }
}

static void test_loss_and_disorder(void)
{
    for (uint32_t seed = 0; seed < ROUNDS; seed++) {
        dialogue_sent *d = dialogue_new(seed, true);
        unsigned window = 1 + below(d->chance, 6);
        be_patient(d, 2 * window);
        cut_and_repeat(d, window);
        drop(d, 2 + below(d->chance, 20));
        shuffle(d, window);
        check(d, false);
        dialogue_free(d);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/segments/disorder/none", test_in_order);
    g_test_add_func("/segments/disorder/neighbours-swapped", test_neighbours_swapped);
    g_test_add_func("/segments/disorder/cut-and-repeated", test_cut_and_repeated);
    g_test_add_func("/segments/disorder/everything-but-loss", test_everything_but_loss);
    g_test_add_func("/segments/disorder/loss", test_loss);
    g_test_add_func("/segments/disorder/loss-and-disorder", test_loss_and_disorder);
    return g_test_run();
}
