/* session.c — one connection: which octets are whose, and what was found in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/line.h"

session *session_new(wmem_allocator_t *scope, bool from_start, uint64_t gather_limit, const moment *syn_time)
{
    session *s = wmem_new0(scope, session);

    s->scope = scope;
    s->gather_limit = gather_limit;
    s->waiting = wmem_list_new(scope);
    for (int l = LAYER_PLAIN; l <= LAYER_TLS; l++)
        for (int sender = SIDE_CLIENT; sender <= SIDE_SERVER; sender++)
            s->streams[l][sender].chunks = wmem_array_new(scope, sizeof(chunk));
    if (from_start) {
        exchange *connect = exchange_wait(s, EXCHANGE_CONNECT, VERB_OTHER, "CONNECT");
        if (syn_time) {
            connect->command_time = *syn_time;
            connect->has_command = true;
        }
    } else {
        s->lossy = true;
        s->client = CLIENT_UNKNOWN;
    }
    return s;
}

void session_restart(session *s)
{
    exchange_forget_all(s);
    message_abandon(s);
    s->client = CLIENT_COMMANDS;
    s->auth = NULL;
    s->data = NULL;
    s->offers = 0;
    s->size_offered = 0;
    s->hello_seen = false;
    s->recipients_accepted = 0;
    s->unrecognized = 0;
    s->layer_possible = false;
}

/* Who opened the connection may be a guess. What is said first by a side tells for sure: a server greets, a client does not
 * begin with a reply code. */
static void correct_roles(session *s, side role, span octets)
{
    line first = line_first(octets);
    command said;
    bool wrong;

    if (s->spoken[SIDE_CLIENT] || s->spoken[SIDE_SERVER] || first.ending == LINE_ENDING_NONE)
        return;
    if (role == SIDE_CLIENT)
        wrong = span_starts_nocase(first.text, "220 ") || span_starts_nocase(first.text, "220-");
    else
        wrong = command_parse(first.text, &said) && command_unmistakable(&said);
    if (wrong)
        s->roles_swapped = !s->roles_swapped;
}

static side role_of(const session *s, side sender)
{
    return s->roles_swapped ? (side)!sender : sender;
}

/* Octets came in this layer: TLS is running, or it was granted and is not. */
static void notice_layer(session *s, layer which)
{
    s->last_layer = which;
    if (which == LAYER_TLS)
        s->tls = TLS_RUNNING;
    else if (s->tls == TLS_GRANTED)
        s->tls = TLS_READABLE;
}

static const chunk *keep_chunk(session *s, reading *r, uint64_t position, uint32_t length)
{
    unsigned count = s->found_count;
    chunk made = {.frame = r->arrival->frame,
                  .tag = r->arrival->tag,
                  .length = length,
                  .count = count,
                  .position = position,
                  .side = (uint8_t)r->role};
    wmem_array_t *chunks = r->stream->chunks;

    if (count)
        made.findings = (const finding *)wmem_memdup(s->scope, s->found, count * sizeof(finding));
    wmem_array_append(chunks, &made, 1);
    return (const chunk *)wmem_array_index(chunks, wmem_array_get_count(chunks) - 1);
}

static void lost(reading *r, uint64_t octets)
{
    if (r->role == SIDE_CLIENT)
        client_gap(r, octets);
    else
        server_gap(r);
}

/* The end of the packet was not captured: as if the octets were lost. */
static void read_missing(reading *r)
{
    uint32_t missing = r->arrival->missing;

    if (!missing)
        return;
    stream_emit(r, FINDING_GAP, r->stream->next, missing)->notes |= NOTE_CUT_BY_SNAPLEN;
    r->stream->next += missing;
    lost(r, missing);
}

const chunk *session_read(session *s, const arrival *a, span octets)
{
    reading r = {.s = s, .arrival = a, .stream = &s->streams[a->layer][a->sender]};
    uint64_t position, missing;

    correct_roles(s, role_of(s, a->sender), octets);
    r.role = role_of(s, a->sender);
    s->found_count = 0;
    missing = stream_place(&r, octets, &position);
    if (r.octets.length)
        notice_layer(s, a->layer);
    if (missing)
        lost(&r, missing);
    if (r.role == SIDE_CLIENT)
        client_read(&r);
    else
        server_read(&r);
    if (r.octets.length)
        s->spoken[r.role] = true;
    read_missing(&r);
    return keep_chunk(s, &r, position, (uint32_t)octets.length);
}

/* Chunks are kept in the order of their frames: the first one of `frame`, or what comes behind it. */
static unsigned first_of_frame(wmem_array_t *chunks, uint32_t frame)
{
    unsigned low = 0, high = wmem_array_get_count(chunks);

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (((const chunk *)wmem_array_index(chunks, middle))->frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const chunk *session_find(const session *s, layer which, side sender, uint32_t frame, uint32_t tag)
{
    wmem_array_t *chunks = s->streams[which][sender].chunks;
    unsigned count = wmem_array_get_count(chunks);

    for (unsigned i = first_of_frame(chunks, frame); i < count; i++) {
        const chunk *at = (const chunk *)wmem_array_index(chunks, i);
        if (at->frame != frame)
            return NULL;
        if (at->tag == tag)
            return at;
    }
    return NULL;
}

bool session_begun(const session *s)
{
    return s->spoken[SIDE_CLIENT] || s->spoken[SIDE_SERVER];
}

tls_state session_tls(const session *s)
{
    return s->tls;
}

uint32_t session_starttls_frame(const session *s)
{
    return s->starttls_frame;
}
