/* session.c — one connection: which octets are whose, and what was found in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/segments.h"
#include "session/state.h"
#include "wire/number.h"

/* The longest first line that shows the roles: a command line's limit (RFC 5321, 4.5.3.1.4). */
#define ROLE_LINE_LIMIT COMMAND_LINE_LIMIT

session *session_new(pools *all, bool from_start, uint64_t gather_limit, const moment *syn_time)
{
    wmem_allocator_t *lasting = pools_lasting(all);
    session *s = wmem_new0(lasting, session);

    s->memory = (memory){.pools = all, .lasting = lasting, .found = pools_findings(all)};
    s->gather_limit = gather_limit;
    s->client.proxy_possible = from_start;
    s->connection.lossy = s->connection.client_lossy = s->transactions.mail_may_be_missing = !from_start;
    if (from_start)
        exchange_wait_greeting(s, syn_time);
    else
        client_enter(s, CLIENT_UNKNOWN);
    return s;
}

/* --- memory
 * ---------------------------------------------------------------------------------------------------------------- */

/* What can grow or be freed comes from here. */
static wmem_allocator_t *passing(session *s)
{
    if (!s->memory.passing)
        s->memory.passing = pools_visited_once(s->memory.pools) ? pools_take(s->memory.pools) : s->memory.lasting;
    return s->memory.passing;
}

static void *alloc(session *s, size_t length)
{
    if (!pools_visited_once(s->memory.pools))
        return pools_alloc(s->memory.pools, length);
    return pools_alloc_passing(passing(s), &s->memory.block, length);
}

void *session_alloc(session *s, size_t length)
{
    return memset(alloc(s, length), 0, length);
}

void *session_realloc(session *s, void *octets, size_t length)
{
    return wmem_realloc(passing(s), octets, length);
}

void session_free(session *s, void *octets)
{
    if (octets)
        wmem_free(passing(s), octets);
}

wmem_array_t *session_array(session *s, size_t element)
{
    return wmem_array_sized_new(passing(s), element, 1);
}

wmem_array_t *session_array_copy(session *s, wmem_array_t *array, size_t element)
{
    wmem_array_t *copy = session_array(s, element);
    unsigned count = wmem_array_get_count(array);

    if (count)
        wmem_array_append(copy, wmem_array_get_raw(array), count);
    return copy;
}

static void *copy_of(session *s, const void *octets, size_t length)
{
    return memcpy(alloc(s, length), octets, length);
}

span session_keep(session *s, span octets)
{
    if (!octets.length)
        return (span){NULL, 0};
    return (span){(const uint8_t *)copy_of(s, octets.octets, octets.length), octets.length};
}

span session_keep_for_good(session *s, span octets)
{
    if (!octets.length)
        return (span){NULL, 0};
    return (span){(const uint8_t *)wmem_memdup(s->memory.lasting, octets.octets, octets.length), octets.length};
}

const char *session_upper_case(session *s, span text)
{
    char *copy = (char *)session_alloc(s, text.length + 1);

    for (size_t i = 0; i < text.length; i++)
        copy[i] = (char)octet_to_upper(text.octets[i]);
    copy[text.length] = '\0';
    return copy;
}

/* Does anything point to an exchange, a transaction or a message, or may it still? */
static bool something_under_way(const session *s)
{
    return s->queue.oldest || !transaction_none(s) || s->content.message || s->auth.under_way ||
           s->client.state != CLIENT_COMMANDS || smuggling_is_under_way(s);
}

void session_free_finished(session *s)
{
    message_free_shown(s);
    if (!s->memory.passing || !pools_visited_once(s->memory.pools) || something_under_way(s))
        return;
    pools_give_back(s->memory.pools, s->memory.passing);
    s->memory.passing = NULL;
    s->memory.block = (pool_block){0};
    s->content = (content_part){0};
    s->undecided = (undecided_part){0};
    s->smuggling = (smuggling_part){.until = s->smuggling.until};
    s->offers.last_hello = NULL;
    s->transactions.closing = NULL;
}

/* --- time -------------------------------------------------------------------------------------------------------------- */

#define NANOSECONDS 1000000000 /* of a second */

bool moment_between(const moment *from, const moment *to, moment *time_r)
{
    bool borrow = to->nanoseconds < from->nanoseconds;

    time_r->seconds = to->seconds - from->seconds - borrow;
    time_r->nanoseconds = to->nanoseconds - from->nanoseconds + (borrow ? NANOSECONDS : 0);
    return time_r->seconds >= 0;
}

int moment_compare(const moment *a, const moment *b)
{
    if (a->seconds != b->seconds)
        return a->seconds < b->seconds ? -1 : 1;
    return a->nanoseconds == b->nanoseconds ? 0 : a->nanoseconds < b->nanoseconds ? -1 : 1;
}

/* --- a session begins anew --------------------------------------------------------------------------------------------- */

/* The session starts anew (RFC 3207, 4.2; XCLIENT): all that was learnt of the peer is dropped. `by`: the command that made
 * it, NULL for a STARTTLS that was not captured. */
static void session_restart(session *s, const exchange *by)
{
    undecided_forget(s);
    smuggling_forget(s);
    exchange_all_unanswered(s);
    transaction_restart(s, by);
    message_abandon(s);
    client_enter(s, CLIENT_COMMANDS);
    s->auth.under_way = NULL;
    s->auth.layer_possible = false;
    s->auth.username = (span){NULL, 0};
    s->content.data = NULL;
    s->offers =
        (offers_part){.lmtp = s->offers.lmtp, .last_hello = s->offers.last_hello, .server_name = s->offers.server_name};
    s->auth.failed = false;
    s->transactions.recipients_accepted = 0;
    s->transactions.mail_refused = false;
    s->transactions.closing = NULL;
    s->client.unrecognized = 0;
    s->client.quit_sent = false;
    s->client.excess = EXCESS_NONE;
    s->client.foreign = false;
    s->client.proxy_possible = false;
}

/* --- who is who, and under which layer --------------------------------------------------------------------------------- */

static side role_of(const session *s, side sender)
{
    return s->connection.roles_swapped ? (side)!sender : sender;
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
    command parsed;

    if (role == SIDE_CLIENT)
        return span_starts_nocase(text, "220 ") || span_starts_nocase(text, "220-");
    return command_parse(text, &parsed) && command_unmistakable(&parsed);
}

/* Pieces of the first line that came before its end were shown as those of the other side. */
static void swap_roles(session *s)
{
    bool client_spoke = s->connection.spoken[SIDE_CLIENT];

    s->connection.roles_swapped = !s->connection.roles_swapped;
    s->connection.spoken[SIDE_CLIENT] = s->connection.spoken[SIDE_SERVER];
    s->connection.spoken[SIDE_SERVER] = client_spoke;
    for (int i = 0; i < 4; i++)
        if (s->streams[i / 2][i % 2].kept)
            kept_swap_sides(s->streams[i / 2][i % 2].kept);
}

/* Who opened the connection may be a guess. The first line that a side says makes it certain. */
static void determine_roles(reading *r)
{
    session *s = r->s;
    uint8_t scratch[ROLE_LINE_LIMIT];
    line first = line_under_way(r, scratch);

    if (first.ending == LINE_ENDING_NONE && first.length < ROLE_LINE_LIMIT)
        return;
    s->connection.roles_known = true;
    if (is_of_other_side(r->role, first.text))
        swap_roles(s);
}

/* Has there been a conversation before TLS? A proxy's header is none. */
static bool was_plain(const session *s)
{
    return s->connection.spoken[SIDE_SERVER] || s->client.state != CLIENT_COMMANDS || exchange_waits(s, VERB_STARTTLS);
}

static bool was_heard(const session *s, side role)
{
    return s->connection.spoken[role] && !s->connection.lossy;
}

bool session_is_protected(const session *s)
{
    return s->connection.last_layer == LAYER_TLS || s->connection.tls == TLS_READABLE;
}

note_set session_residue_note(const session *s, layer which)
{
    bool granted = s->connection.tls == TLS_GRANTED && which == LAYER_PLAIN;

    return note_if(granted && was_heard(s, SIDE_CLIENT), NOTE_STARTTLS_PLAINTEXT);
}

/* A client that has seen the grant and goes on in the clear was recorded behind a decrypting proxy. Before that, nobody
 * asked for what the server sends. */
note_set session_plaintext_note(session *s, layer which, side role)
{
    bool injected = role == SIDE_SERVER && was_heard(s, SIDE_CLIENT);
    bool granted = s->connection.tls == TLS_GRANTED || s->connection.tls == TLS_READABLE;

    if (which != LAYER_PLAIN || !granted || s->connection.plaintext_reported)
        return 0;
    s->connection.tls = TLS_READABLE;
    s->connection.plaintext_reported = true;
    return note_bit(injected ? NOTE_STARTTLS_PLAINTEXT : NOTE_STARTTLS_READABLE);
}

/* Octets came in this layer: TLS is running, or it was granted and is not. */
static void notice_layer(session *s, layer which)
{
    if (which != s->connection.last_layer)
        s->server = (server_part){.greeted = s->server.greeted,
                                  .refused = s->server.refused}; /* a reply cannot go on in the other layer */
    s->connection.last_layer = which;
    if (which == LAYER_TLS && s->connection.tls != TLS_RUNNING && was_plain(s))
        session_restart(s, NULL); /* if that was not done at its grant, the grant was not captured */
    if (which == LAYER_TLS)
        s->connection.tls = TLS_RUNNING;
    else if (s->connection.tls == TLS_GRANTED)
        s->connection.tls = TLS_READABLE;
}

static const segment *keep_segment(session *s, const reading *r, segment made)
{
    const GArray *list = s->memory.found->list;
    stream *st = r->stream;

    made.frame = r->input->frame;
    made.tag = r->input->tag;
    made.side = (uint8_t)r->role;
    made.count = list->len;
    made.findings = (const finding *)list->data;
    s->connection.last_frame = made.frame;
    s->connection.last_tag = made.tag;
    s->memory.latest = made;
    if (pools_visited_once(s->memory.pools))
        return &s->memory.latest;
    if (!st->kept)
        st->kept = kept_new(s->memory.pools);
    kept_add(st->kept, s->memory.pools, &made);
    return &s->memory.latest;
}

static void lost(reading *r, uint64_t octets)
{
    if (r->role == SIDE_CLIENT)
        client_gap(r, octets);
    else
        server_gap(r, octets);
}

/* The end of the packet, behind `end`, was not captured: as if the octets were lost, but for those that came before. */
static void read_missing(reading *r, uint64_t end)
{
    uint64_t next = r->stream->next;
    uint64_t missing = end + r->input->missing > next ? end + r->input->missing - next : 0;

    if (!r->input->missing || !missing)
        return;
    stream_emit(r, FINDING_GAP, next, missing)->flags |= FLAG_SNAPLEN;
    r->stream->next += missing;
    lost(r, missing);
}

/* The transactions that ended in this call are found in it. */
static void emit_ended(reading *r)
{
    transaction *ended;
    finding *f;

    while ((ended = transaction_take_ended(r->s)) != NULL) {
        f = stream_emit(r, FINDING_TRANSACTION, r->stream->next, 0);
        f->transaction = ended;
        f->flags |= ended->reported ? FLAG_READ_AGAIN : 0;
        ended->reported = true;
        ended->last_frame = r->input->frame;
    }
}

/* Reads r->octets, before which so many octets are missing. */
static void read_octets(reading *r, uint64_t missing)
{
    session *s = r->s;

    if (!s->connection.roles_known && r->octets.length)
        determine_roles(r);
    r->role = role_of(s, r->input->sender);
    if (r->octets.length)
        notice_layer(s, r->input->layer);
    if (missing)
        lost(r, missing);
    if (r->role == SIDE_CLIENT)
        client_read(r);
    else
        server_read(r);
    if (r->octets.length) {
        s->connection.spoken[r->role] = true;
        s->connection.spoken_plain |= r->input->layer == LAYER_PLAIN;
    }
}

static reading reading_begin(session *s, const segment_input *a)
{
    findings_clear(s->memory.found);
    return (reading){.s = s, .input = a, .stream = &s->streams[a->layer][a->sender], .role = role_of(s, a->sender)};
}

const segment *session_read(session *s, const segment_input *a, span octets)
{
    reading r = reading_begin(s, a);
    uint64_t position, missing = stream_place(&r, octets, &position);

    read_octets(&r, missing);
    read_missing(&r, position + octets.length);
    message_emit_cut_off(&r);
    emit_ended(&r);
    return keep_segment(s, &r, (segment){.position = position, .length = (uint32_t)octets.length});
}

/* --- octets that were put in order --------------------------------------------------------------------------------------
 */

/* The packet that carried the octets shows where they became readable. */
static void link_held(const reading *r, const segments_event *e)
{
    wmem_tree_t *withheld = r->stream->withheld;
    held_octets *held = withheld ? (held_octets *)wmem_tree_lookup32(withheld, (uint32_t)e->position) : NULL;

    if (held)
        held->read_frame = r->input->frame;
}

/* Where packets are visited once, nobody will ask where the octets became readable. */
static held_octets *hold(reading *r, const segments_event *e)
{
    held_octets *held = (held_octets *)session_alloc(r->s, sizeof(held_octets));

    held->missing = e->missing;
    if (pools_visited_once(r->s->memory.pools))
        return held;
    if (!r->stream->withheld)
        r->stream->withheld = wmem_tree_new(r->s->memory.lasting);
    wmem_tree_insert32(r->stream->withheld, (uint32_t)e->position, held);
    return held;
}

static void pass_unread(reading *r, const segments_event *e)
{
    static const finding_kind kinds[] = {[SEGMENTS_RETRANSMITTED] = FINDING_RETRANSMISSION,
                                         [SEGMENTS_HELD] = FINDING_HELD,
                                         [SEGMENTS_LATE] = FINDING_LATE,
                                         [SEGMENTS_ASIDE] = FINDING_ASIDE};
    finding *f;

    if (!e->octets || !e->length)
        return; /* none of them is in the capture */
    f = stream_emit(r, kinds[e->kind], e->position, e->length);
    if (f->kind == FINDING_HELD)
        f->held = hold(r, e);
}

static void take_event(reading *r, const segments_event *e, span octets)
{
    stream *st = r->stream;

    if (e->kind != SEGMENTS_READ && e->kind != SEGMENTS_LOST) {
        pass_unread(r, e);
        return;
    }
    if (e->kind == SEGMENTS_LOST)
        stream_emit(r, FINDING_GAP, e->position, e->length)->flags |= e->cause == SEGMENTS_CAUSE_SNAPPED ? FLAG_SNAPLEN : 0;
    else if (e->held)
        link_held(r, e);
    st->begun = true;
    st->next = e->position + e->length;
    r->octets = octets;
    r->position = st->next - octets.length;
    r->at = 0;
    if (e->kind == SEGMENTS_LOST)
        lost(r, e->length);
    else
        read_octets(r, 0);
}

/* Octets behind those of this event that a snap length cut off the packet. */
static uint32_t snapped_behind(const segments_event *e, const segments_event *end)
{
    return e + 1 < end && e[1].kind == SEGMENTS_LOST && e[1].cause == SEGMENTS_CAUSE_SNAPPED ? (uint32_t)e[1].length : 0;
}

const segment *session_read_ordered(session *s, const segment_input *a, const segments_event *events, unsigned count,
                                    span octets, uint32_t offset, bool copied)
{
    segment_input in = *a;
    reading r = reading_begin(s, &in);
    segment made = {.length = (uint32_t)octets.length, .offset = offset};
    bool placed = false;

    if (copied) {
        octets = session_keep(s, octets);
        made.octets = octets.octets;
    }
    for (const segments_event *e = events; e < events + count; e++) {
        bool has_octets = e->kind != SEGMENTS_LOST && e->octets;
        if (has_octets && !placed)
            made.position = e->position;
        placed |= has_octets;
        in.time = e->time;
        in.missing = snapped_behind(e, events + count);
        take_event(&r, e,
                   has_octets ? span_first(span_from(octets, (size_t)(e->position - made.position)), (size_t)e->length)
                              : (span){NULL, 0});
    }
    if (!placed)
        made.position = r.stream->next;
    message_emit_cut_off(&r);
    emit_ended(&r);
    return keep_segment(s, &r, made);
}

const segment *session_find(session *s, layer which, side sender, uint32_t frame, uint32_t tag)
{
    kept_segments *kept = s->streams[which][sender].kept;

    if (!kept || !kept_find(kept, s->memory.pools, frame, tag, &s->memory.latest))
        return NULL;
    return &s->memory.latest;
}

void session_read_again(session *s, const segment *which, span octets)
{
    for (uint32_t i = 0; pools_visited_twice(s->memory.pools) && i < which->count; i++) {
        const finding *f = &which->findings[i];
        if (f->kind == FINDING_CONTENT)
            message_read_again(s, f, span_first(span_from(octets, (size_t)(f->position - which->position)), f->length));
    }
}

void session_closed(session *s)
{
    s->connection.closed = true;
}

bool session_roles_swapped(const session *s)
{
    return s->connection.roles_swapped;
}

bool session_begun(const session *s)
{
    return s->connection.spoken[SIDE_CLIENT] || s->connection.spoken[SIDE_SERVER];
}

tls_state session_tls(const session *s)
{
    return s->connection.tls;
}

uint32_t session_starttls_frame(const session *s)
{
    return s->connection.starttls_frame;
}

bool session_is_last(const session *s, const segment *which)
{
    return which->frame == s->connection.last_frame && which->tag == s->connection.last_tag;
}

parsed_finding session_parsed(const session *s, uint32_t place)
{
    return findings_parsed(s->memory.found, place);
}

bool session_server_known(const session *s)
{
    return !s->connection.lossy && s->connection.spoken[SIDE_SERVER];
}

/* --- verbs
 * ----------------------------------------------------------------------------------------------------------------- */

void starttls_answered(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;

    s->offers.starttls_refused = reply_severity(reply->code) >= 4;
    if (reply->code != 220)
        return;
    f->flags |= FLAG_GRANTS_TLS;
    s->connection.tls = TLS_GRANTED;
    s->connection.plaintext_reported = false;
    s->connection.starttls_frame = r->input->frame;
    session_restart(s, reply->exchange);
}

void xclient_answered(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply->code == 220)
        session_restart(r->s, reply->exchange);
}

/* The one that was the client answers from now on (RFC 2645, 4.1). */
void turn_answered(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;

    (void)f;
    if (reply->code != 250)
        return;
    session_restart(s, reply->exchange);
    s->connection.roles_swapped = !s->connection.roles_swapped;
    s->server.greeted = false;
    s->connection.spoken[SIDE_CLIENT] = s->connection.spoken[SIDE_SERVER] = false;
    exchange_wait_greeting(s, NULL);
}

/* XEXCH50 <octets> <version>: a 354 asks for that many octets ([MS-XOEXT], 2.2.4). */
void xexch50_sent(reading *r, exchange *e, const client_line *in)
{
    span rest = in->parsed.command.argument;

    (void)r;
    if (number_parse(span_next_word(&rest), UINT32_MAX, &e->raw_octets) != NUMBER_OK)
        e->raw_octets = 0;
}

void xexch50_answered(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply->code != 354 || !reply->exchange->raw_octets || !client_may_begin_content(r->s))
        return;
    client_drop_line(r->s, r->input->layer);
    client_enter_raw(r->s, CLIENT_RAW, reply->exchange->raw_octets);
}
