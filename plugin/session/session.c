/* session.c — one connection: which octets are whose, and what was found in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "session/transaction.h"
#include "wire/line.h"

/* The longest first line that tells the roles: a command line's limit (RFC 5321, 4.5.3.1.4). */
#define ROLE_LINE_LIMIT COMMAND_LINE_LIMIT

/* Room to begin with: a short session's. */
#define FIRST_SEGMENTS 8u

session *session_new(wmem_allocator_t *scope, bool visited_once, bool from_start, uint64_t gather_limit, const moment *syn_time)
{
    session *s = wmem_new0(scope, session);

    s->scope = scope;
    s->visited_once = visited_once;
    s->gather_limit = gather_limit;
    s->waiting = wmem_list_new(scope);
    s->open = wmem_list_new(scope);
    s->ended = wmem_list_new(scope);
    for (int l = LAYER_PLAIN; !visited_once && l <= LAYER_TLS; l++)
        for (int sender = SIDE_CLIENT; sender <= SIDE_SERVER; sender++)
            s->streams[l][sender].segments = wmem_array_sized_new(scope, sizeof(segment), l == LAYER_PLAIN ? FIRST_SEGMENTS : 1);
    s->proxy_possible = from_start;
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

span session_keep(session *s, span octets)
{
    if (!octets.length)
        return (span){NULL, 0};
    uint8_t *copy = (uint8_t *)session_alloc(s, octets.length);
    memcpy(copy, octets.octets, octets.length);
    return (span){copy, octets.length};
}

span session_keep_for_good(session *s, span octets)
{
    if (!octets.length)
        return (span){NULL, 0};
    return (span){(const uint8_t *)wmem_memdup(s->scope, octets.octets, octets.length), octets.length};
}

void session_restart(session *s, const exchange *by)
{
    exchange_all_unanswered(s);
    transaction_restart(s, by);
    message_abandon(s);
    s->client = CLIENT_COMMANDS;
    s->auth = NULL;
    s->data = NULL;
    s->offers_known = false;
    memset(s->offered, 0, sizeof s->offered);
    s->size_offered = 0;
    s->hello_seen = false;
    s->helo = s->auth_username = (span){NULL, 0};
    s->recipients_accepted = 0;
    s->unrecognized = 0;
    s->layer_possible = false;
    s->proxy_possible = false;
}

static side role_of(const session *s, side sender)
{
    return s->roles_swapped ? (side)!sender : sender;
}

/* Up to ROLE_LINE_LIMIT octets of the line under way, of which the beginning may be held. */
static line line_under_way(const reading *r, uint8_t *scratch)
{
    span held = span_first((span){r->stream->held, r->stream->held_length}, ROLE_LINE_LIMIT);
    span here = span_first(r->octets, ROLE_LINE_LIMIT - held.length);

    if (!held.length)
        return line_first(here);
    memcpy(scratch, held.octets, held.length);
    if (here.length)
        memcpy(scratch + held.length, here.octets, here.length);
    return line_first((span){scratch, held.length + here.length});
}

/* A server greets, a client does not begin with a reply code. */
static bool is_of_other_side(side role, span text)
{
    command said;

    if (role == SIDE_CLIENT)
        return span_starts_nocase(text, "220 ") || span_starts_nocase(text, "220-");
    return command_parse(text, &said) && command_unmistakable(&said);
}

/* Pieces of the first line that came before its end were shown as the other side's. */
static void swap_roles(session *s)
{
    bool client_spoke = s->spoken[SIDE_CLIENT];

    s->roles_swapped = !s->roles_swapped;
    s->spoken[SIDE_CLIENT] = s->spoken[SIDE_SERVER];
    s->spoken[SIDE_SERVER] = client_spoke;
    for (int i = 0; i < 4; i++) {
        wmem_array_t *segments = s->streams[i / 2][i % 2].segments;
        for (unsigned at = 0; segments && at < wmem_array_get_count(segments); at++) {
            segment *made = (segment *)wmem_array_index(segments, at);
            made->side = !made->side;
        }
    }
}

/* Who opened the connection may be a guess. The first line that a side says tells for sure. */
static void determine_roles(reading *r)
{
    session *s = r->s;
    uint8_t scratch[ROLE_LINE_LIMIT];
    line first = line_under_way(r, scratch);

    if (first.ending == LINE_ENDING_NONE && first.length < ROLE_LINE_LIMIT)
        return;
    s->roles_known = true;
    if (is_of_other_side(r->role, first.text))
        swap_roles(s);
}

/* Has there been a conversation before TLS? A proxy's header is none. */
static bool was_plain(const session *s)
{
    return s->spoken[SIDE_SERVER] || s->client != CLIENT_COMMANDS || exchange_waits(s, VERB_STARTTLS);
}

uint32_t session_plaintext_note(session *s, layer which)
{
    bool granted = s->tls == TLS_GRANTED || s->tls == TLS_READABLE;

    if (which != LAYER_PLAIN || !granted || s->plaintext_reported)
        return 0;
    s->tls = TLS_READABLE;
    s->plaintext_reported = true;
    return NOTE_STARTTLS_PLAINTEXT;
}

/* Octets came in this layer: TLS is running, or it was granted and is not. */
static void notice_layer(session *s, layer which)
{
    s->last_layer = which;
    if (which == LAYER_TLS && s->tls != TLS_RUNNING && was_plain(s))
        session_restart(s, NULL); /* if that was not done at its grant, the grant was not captured */
    if (which == LAYER_TLS)
        s->tls = TLS_RUNNING;
    else if (s->tls == TLS_GRANTED)
        s->tls = TLS_READABLE;
}

static const segment *keep_segment(session *s, reading *r, uint64_t position, uint32_t length)
{
    unsigned count = s->found_count;
    segment made = {.frame = r->segment_input->frame,
                  .tag = r->segment_input->tag,
                  .length = length,
                  .count = count,
                  .position = position,
                  .side = (uint8_t)r->role};
    wmem_array_t *segments = r->stream->segments;

    if (s->visited_once) {
        made.findings = s->found;
        s->latest = made;
        return &s->latest;
    }
    if (count)
        made.findings = (const finding *)wmem_memdup(s->scope, s->found, count * sizeof(finding));
    wmem_array_append(segments, &made, 1);
    return (const segment *)wmem_array_index(segments, wmem_array_get_count(segments) - 1);
}

static void lost(reading *r, uint64_t octets)
{
    if (r->role == SIDE_CLIENT)
        client_gap(r, octets);
    else
        server_gap(r);
}

/* The end of the packet, behind `end`, was not captured: as if the octets were lost, but for those that came before. */
static void read_missing(reading *r, uint64_t end)
{
    uint64_t next = r->stream->next;
    uint64_t missing = end + r->segment_input->missing > next ? end + r->segment_input->missing - next : 0;

    if (!r->segment_input->missing || !missing)
        return;
    stream_emit(r, FINDING_GAP, next, missing)->notes |= NOTE_CUT_BY_SNAPLEN;
    r->stream->next += missing;
    lost(r, missing);
}

/* The transactions that ended in this call are found in it. */
static void emit_ended(reading *r)
{
    wmem_list_frame_t *head;

    while ((head = wmem_list_head(r->s->ended)) != NULL) {
        stream_emit(r, FINDING_TRANSACTION, r->stream->next, 0)->transaction = (const transaction *)wmem_list_frame_data(head);
        wmem_list_remove_frame(r->s->ended, head);
    }
}

const segment *session_read(session *s, const segment_input *a, span octets)
{
    reading r = {.s = s, .segment_input = a, .stream = &s->streams[a->layer][a->sender]};
    uint64_t position, missing;

    s->found_count = 0;
    missing = stream_place(&r, octets, &position);
    r.role = role_of(s, a->sender);
    if (!s->roles_known && r.octets.length)
        determine_roles(&r);
    r.role = role_of(s, a->sender);
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
    read_missing(&r, position + octets.length);
    emit_ended(&r);
    s->last_frame = a->frame;
    s->last_tag = a->tag;
    return keep_segment(s, &r, position, (uint32_t)octets.length);
}

/* Chunks are kept in the order of their frames: the first one of `frame`, or what comes behind it. */
static unsigned first_of_frame(wmem_array_t *segments, uint32_t frame)
{
    unsigned low = 0, high = wmem_array_get_count(segments);

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (((const segment *)wmem_array_index(segments, middle))->frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const segment *session_find(const session *s, layer which, side sender, uint32_t frame, uint32_t tag)
{
    wmem_array_t *segments = s->streams[which][sender].segments;
    unsigned count;

    if (!segments)
        return NULL;
    count = wmem_array_get_count(segments);
    for (unsigned i = first_of_frame(segments, frame); i < count; i++) {
        const segment *at = (const segment *)wmem_array_index(segments, i);
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

bool session_is_last(const session *s, const segment *which)
{
    return which->frame == s->last_frame && which->tag == s->last_tag;
}
