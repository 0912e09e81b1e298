/* route.c — see route.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/route.h"

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>

#include "dissector/connections.h"
#include "session/tls_records.h"

#define ADDRESS_OCTETS 16 /* IPv6; IPv4 has fewer */

#define KIB ((size_t)1 << 10)
#define HELD_LIMIT_MAX (1u << 20) /* KiB */

/* The two ends in a fixed order: the first is the lower one. What is hashed stands at the start, so that short addresses
 * take less time. */
typedef struct route_key {
    uint16_t ports[2];
    uint8_t addresses[2 * ADDRESS_OCTETS]; /* one behind the other */
    uint8_t address_length;
} route_key;

struct route {
    route_key key;
    segments *order;
    uint32_t number;     /* of the routes of the file, from 0 */
    connection *newest;  /* of its connections */
    connection *current; /* the same; NULL: none has begun since the last one was over */
    carrier *carrier;    /* of the connection under way, whether or not octets came; NULL: nothing of it did */
    bool late;
    bool awaits_tls;      /* on such a port: what is not TLS is not read */
    bool syn_seen[2];     /* by direction: without or with ACK, since the last connection was over */
    bool syn_answers[2];  /* it had the flag ACK */
    moment syn_time;      /* of the one without ACK */
    uint32_t syn_frame;   /* of the last one */
    tls_records tls[2];   /* by direction */
    bool tls_from_start;  /* TLS began with the first octets ... */
    uint32_t tls_frame;   /* ... of this packet */
    uint64_t tls_from[2]; /* positions from which on all is TLS's, where `tls` is active */
    uint64_t waiting[2];  /* octets that wait for missing ones */
    wmem_tree_t *behind;  /* route_tls_behind(), by frame; NULL: none */
};

/* --- which route ------------------------------------------------------------------------------------------------------- */

static wmem_map_t *routes; /* of the file that is open */
static route *last_found;  /* of these */

static unsigned route_key_hash(const void *data)
{
    const route_key *key = (const route_key *)data;

    return wmem_strong_hash((const uint8_t *)data, offsetof(route_key, addresses) + 2u * key->address_length);
}

static gboolean route_key_equal(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(route_key)) == 0;
}

static bool is_internet_address(const address *a)
{
    return (a->type == AT_IPv4 || a->type == AT_IPv6) && a->len > 0 && a->len <= ADDRESS_OCTETS;
}

/* false: these are no addresses of the Internet. */
static bool route_key_read(route_key *key, const packet_info *pinfo, unsigned *direction_r)
{
    const address *from = &pinfo->src, *to = &pinfo->dst;
    size_t length = (size_t)from->len;
    int order;

    if (!is_internet_address(from) || to->type != from->type || to->len != from->len)
        return false;
    order = memcmp(from->data, to->data, length);
    *direction_r = order > 0 || (order == 0 && pinfo->srcport > pinfo->destport);
    memset(key, 0, sizeof *key); /* all of it is compared */
    key->ports[*direction_r] = (uint16_t)pinfo->srcport;
    key->ports[!*direction_r] = (uint16_t)pinfo->destport;
    memcpy(key->addresses + *direction_r * length, from->data, length);
    memcpy(key->addresses + !*direction_r * length, to->data, length);
    key->address_length = (uint8_t)length;
    return true;
}

static segments *order_new(void)
{
    segments_limits limits = segments_default_limits;

    limits.held = MIN(esmtp_preferences.held_limit, HELD_LIMIT_MAX) * KIB;
    return segments_new(wmem_file_scope(), &limits);
}

static route *route_look_up(const packet_info *pinfo, unsigned *direction_r, bool make)
{
    route_key key;
    route *r;

    if (!routes)
        routes = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), route_key_hash, route_key_equal);
    if (!route_key_read(&key, pinfo, direction_r))
        return NULL;
    /* Packets of one connection mostly stand together, and a hash takes as long as all else here. */
    if (last_found && route_key_equal(&key, &last_found->key))
        return last_found;
    r = (route *)wmem_map_lookup(routes, &key);
    if (r)
        last_found = r;
    if (r || !make)
        return r;
    r = wmem_new0(wmem_file_scope(), route);
    r->key = key;
    r->order = order_new();
    r->number = wmem_map_size(routes);
    wmem_map_insert(routes, &r->key, r);
    return r;
}

void routes_reset(void)
{
    last_found = NULL; /* it was freed with its file */
}

route *route_find(const packet_info *pinfo, unsigned *direction_r)
{
    return route_look_up(pinfo, direction_r, false);
}

route *route_find_or_make(const packet_info *pinfo, unsigned *direction_r)
{
    return route_look_up(pinfo, direction_r, true);
}

void route_begin_late(route *r)
{
    r->late = true;
}

void route_await_tls(route *r)
{
    r->awaits_tls = r->awaits_tls || (!r->carrier && !r->newest);
}

bool route_awaits_tls(const route *r)
{
    return r->awaits_tls;
}

void route_read_plain(route *r)
{
    r->awaits_tls = false;
    r->order = order_new();
    if (r->carrier)
        memset(r->carrier->transport.octets, 0, sizeof r->carrier->transport.octets);
}

/* --- its connections --------------------------------------------------------------------------------------------------- */

static unsigned server_by_port(const route *r)
{
    uint16_t first = r->key.ports[0], second = r->key.ports[1];

    if (port_is_ours(first) != port_is_ours(second))
        return port_is_ours(first) ? 0 : 1;
    return first < second ? 0 : 1;
}

/* The direction of the octets that the server sends: the server is the receiver of the SYN. */
static unsigned server_direction(const route *r)
{
    for (unsigned d = 0; d < 2; d++)
        if (r->syn_seen[d])
            return r->syn_answers[d] ? d : !d;
    return server_by_port(r);
}

static carrier *carrier_of(route *r, const packet_info *pinfo, unsigned direction)
{
    if (!r->carrier)
        r->carrier = carrier_new(pinfo, direction, server_direction(r));
    return r->carrier;
}

carrier *route_carrier(const route *r)
{
    return r->carrier;
}

static connection *route_begin_connection(route *r, const packet_info *pinfo, const tcp_segment *in)
{
    bool syn_seen = r->syn_seen[0] || r->syn_seen[1];
    bool asked = (r->syn_seen[0] && !r->syn_answers[0]) || (r->syn_seen[1] && !r->syn_answers[1]);

    r->current = connection_new(syn_seen && !r->late, asked && !r->late ? &r->syn_time : NULL);
    r->current->server_direction = server_direction(r);
    connection_is_with(r->current, r->current->server_direction == in->direction ? &pinfo->src : &pinfo->dst,
                       r->key.ports[r->current->server_direction]);
    r->current->route = r;
    r->current->carrier = carrier_of(r, pinfo, in->direction);
    r->current->carrier->carried = r->current;
    r->current->carrier->server = r->current->server_direction;
    r->current->late = r->late;
    r->current->first_frame = pinfo->num;
    r->current->earlier = r->newest;
    if (r->newest)
        r->newest->later = r->current;
    r->newest = r->current;
    return r->current;
}

void route_learn_opening(route *r, unsigned direction, const packet_info *pinfo)
{
    conversation_t *conversation = find_conversation_pinfo((packet_info *)(uintptr_t)pinfo, 0);
    const struct tcp_analysis *tcp =
        conversation
            ? (const struct tcp_analysis *)conversation_get_proto_data(conversation, proto_get_id_by_filter_name("tcp"))
            : NULL;
    unsigned server;

    if (!tcp || !tcp->server_port || pinfo->srcport == pinfo->destport)
        return;
    server = tcp->server_port == pinfo->srcport ? direction : !direction;
    r->syn_seen[server] = r->syn_answers[server] = true;
    if (!(tcp->conversation_completeness & SYN_SEEN))
        return;
    r->syn_seen[!server] = true;
    r->syn_time = (moment){tcp->ts_first.secs, tcp->ts_first.nsecs};
}

static void note_syn(route *r, const tcp_segment *in)
{
    unsigned d = in->direction & 1;

    if (!in->syn)
        return;
    r->syn_seen[d] = true;
    r->syn_answers[d] = in->has_acknowledgement;
    r->syn_frame = in->frame;
    if (!in->has_acknowledgement)
        r->syn_time = in->time;
}

/* A new connection begins, with this segment or with one that was put aside. */
static void route_restart(route *r)
{
    uint32_t last = r->current ? r->current->last_read_frame : 0;

    if (r->syn_frame < last)
        r->syn_seen[0] = r->syn_seen[1] = false;
    r->current = NULL;
    r->carrier = NULL;
    r->late = r->tls_from_start = false;
    memset(r->tls, 0, sizeof r->tls);
    memset(r->tls_from, 0, sizeof r->tls_from);
    memset(r->waiting, 0, sizeof r->waiting);
}

connection *route_connection(const route *r, uint32_t frame)
{
    connection *found = r->newest;

    while (found && found->earlier && found->first_frame > frame)
        found = found->earlier;
    return found;
}

uint32_t route_number(const route *r)
{
    return r->number;
}

bool route_is_tls(const route *r)
{
    return r->tls_from_start;
}

bool route_begins_tls(const route *r, uint32_t frame)
{
    return r->tls_from_start && r->tls_frame == frame;
}

uint32_t route_tls_behind(const route *r, uint32_t frame)
{
    return r->behind ? GPOINTER_TO_UINT(wmem_tree_lookup32(r->behind, frame)) : 0;
}

bool route_has_tls(const route_segment *in)
{
    uint64_t from = in->route->tls_from[in->in.direction & 1];
    uint32_t end = in->in.sequence + in->in.syn + (uint32_t)in->in.payload.length + in->in.missing;

    return from && (int32_t)(end - (uint32_t)from) > 0;
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

/* A segment being read: events of one direction whose octets lie one behind the other are read at once. */
typedef struct feed {
    route *route;
    const route_segment *segment;
    packet_info *pinfo;
    wmem_array_t *records; /* route_record */
    segments_event *events;
    unsigned count;
    GByteArray *copied; /* octets that earlier packets carried; NULL: none did */
    bool is_copied;
    bool has_octets;
    uint64_t begin, end; /* positions of the octets */
} feed;

void route_keep_record(wmem_array_t *records, packet_info *pinfo)
{
    unsigned count = wmem_array_get_count(records);
    route_record *last = count ? (route_record *)wmem_array_index(records, count - 1) : NULL;
    segment *kept;

    if (!last || !last->parsed)
        return;
    kept = (segment *)wmem_memdup(pinfo->pool, last->segment, sizeof(segment));
    if (kept->count)
        kept->findings = (const finding *)wmem_memdup(pinfo->pool, kept->findings, kept->count * sizeof(finding));
    last->segment = kept;
    last->parsed = false;
}

/* Mostly the sequence number: several packets have the same frame number where tshark's -R leaves some out. */
static uint32_t tag_of(const route_segment *in, unsigned record)
{
    return in->in.sequence ^ (in->nth << 16 | MIN(record, 0xffffu)) * UINT32_C(0x9e3779b1);
}

static connection *connection_for(const feed *f)
{
    route *r = f->route;

    return r->current ? r->current : route_begin_connection(r, f->pinfo, &f->segment->in);
}

/* The octets of the events; where they stand in the packet goes to *offset_r. */
static span octets_to_read(const feed *f, uint32_t *offset_r)
{
    const tcp_segment *in = &f->segment->in;

    *offset_r = 0;
    if (!f->has_octets)
        return (span){NULL, 0};
    if (f->is_copied)
        return (span){f->copied->data, f->copied->len};
    *offset_r = (uint32_t)f->begin - (in->sequence + in->syn);
    return span_first(span_from(in->payload, *offset_r), (size_t)(f->end - f->begin));
}

static void note_read(connection *c, uint32_t frame, uint32_t tag)
{
    if (!c->last_read_frame) {
        c->first_frame = frame;
        c->first_tag = tag;
    }
    c->last_read_frame = frame;
    session_was_read(c->session, frame);
}

static void flush(feed *f)
{
    const tcp_segment *in = &f->segment->in;
    segment_input input = {.frame = in->frame, .layer = LAYER_PLAIN};
    route_record record = {.parsed = true};
    uint32_t offset;
    span octets;

    if (!f->count)
        return;
    route_keep_record(f->records, f->pinfo);
    octets = octets_to_read(f, &offset);
    record.connection = connection_for(f);
    record.of_peer = f->events[0].direction != (in->direction & 1);
    input.tag = tag_of(f->segment, wmem_array_get_count(f->records));
    input.sender = f->events[0].direction == record.connection->server_direction ? SIDE_SERVER : SIDE_CLIENT;
    record.segment =
        session_read_ordered(record.connection->session, &input, f->events, f->count, octets, offset, f->is_copied);
    wmem_array_append_one(f->records, record);
    note_read(record.connection, input.frame, input.tag);
    f->count = 0;
    f->has_octets = f->is_copied = false;
    if (f->copied)
        g_byte_array_set_size(f->copied, 0);
}

/* Do these octets go on with those that are to be read at once? */
static bool continues(const feed *f, const segments_event *e, bool copied)
{
    if (!f->has_octets)
        return true;
    return f->is_copied == copied && (copied ? e->position == f->end : e->kind != SEGMENTS_ASIDE && e->position >= f->begin);
}

static void add(feed *f, const segments_event *e)
{
    bool has_octets = e->kind != SEGMENTS_LOST && e->octets && e->length;
    bool copied = e->kind == SEGMENTS_READ && e->held;

    if (f->count && (f->events[0].direction != e->direction || (has_octets && !continues(f, e, copied))))
        flush(f);
    f->events[f->count++] = *e;
    if (!has_octets)
        return;
    if (!f->has_octets)
        f->begin = e->position;
    f->has_octets = true;
    f->is_copied = copied;
    f->end = e->position + e->length;
    if (!copied)
        return;
    if (!f->copied)
        f->copied = g_byte_array_new();
    g_byte_array_append(f->copied, e->octets, (unsigned)e->length);
}

/* --- TLS --------------------------------------------------------------------------------------------------------------- */

/* Does TLS begin with these octets? After a grant, and with the connection's first. */
static bool begins_tls(feed *f, const segments_event *e)
{
    route *r = f->route;
    tls_state state = r->current ? session_tls(r->current->session) : TLS_NONE;
    bool first = !r->current || !session_begun(r->current->session);

    if (!tls_records_begin_with((span){e->octets, (size_t)e->length}))
        return false;
    if (first && !r->tls_from_start)
        r->tls_frame = f->segment->in.frame;
    r->tls_from_start |= first;
    carrier_of(r, f->pinfo, f->segment->in.direction)->transport.tls_first |= first;
    return first || r->tls_from_start || state == TLS_GRANTED || state == TLS_RUNNING;
}

/* Counts the octets that wait for missing ones: those that came, less those that became readable. */
static void note_waiting(route *r, const segments_event *e)
{
    uint64_t *waiting = &r->waiting[e->direction];
    bool was_held =
        (e->kind == SEGMENTS_READ && e->held) || (e->kind == SEGMENTS_LOST && e->cause == SEGMENTS_CAUSE_SNAPPED);

    if (e->kind == SEGMENTS_HELD && e->missing)
        *waiting += e->length;
    else if (was_held)
        *waiting -= MIN(*waiting, e->length);
}

/* Can TLS still decrypt what comes, by its records so far? */
static bool tls_may_be_decrypted(const route *r)
{
    return (r->current && session_tls(r->current->session) == TLS_RUNNING) || !r->tls[0].facts.finished ||
           !r->tls[1].facts.finished;
}

/* TCP takes such a segment for one out of order or sent again, and keeps it from TLS. */
static void note_behind(const feed *f, const segments_event *e)
{
    route *r = f->route;
    uint32_t frame;

    if (e->kind != SEGMENTS_READ || e->held || !e->length || !r->waiting[e->direction] || !tls_may_be_decrypted(r))
        return;
    frame = f->segment->in.frame;
    if (!r->behind)
        r->behind = wmem_tree_new(wmem_file_scope());
    wmem_tree_insert32(r->behind, frame, GUINT_TO_POINTER(route_tls_behind(r, frame) + (uint32_t)e->length));
}

/* Octets of TLS are the TLS dissector's. Returns those that are left to read, in *e; false: none. */
static bool pass_tls(feed *f, segments_event *e)
{
    tls_records *t = &f->route->tls[e->direction];
    size_t passed;

    if (e->kind == SEGMENTS_READ && !t->active) {
        if (f->count && f->events[0].direction != e->direction)
            flush(f); /* the other side may have granted TLS */
        t->active = begins_tls(f, e);
        if (t->active)
            f->route->tls_from[e->direction] = e->position;
    }
    if (!t->active)
        return true;
    note_behind(f, e);
    if (e->kind == SEGMENTS_LOST)
        tls_records_lose(t, e->length);
    if (e->kind != SEGMENTS_READ)
        return e->kind == SEGMENTS_RETRANSMITTED && e->position < f->route->tls_from[e->direction];
    passed = tls_records_pass(t, (span){e->octets, (size_t)e->length});
    f->route->carrier->transport.tls[e->direction] = t->facts;
    e->position += passed;
    e->octets += passed;
    e->length -= passed;
    return e->length > 0;
}

/* --- a segment --------------------------------------------------------------------------------------------------------- */

/* A FIN or RST is the end of the session's dialogue even if the other side goes on. */
static void end_current(const route *r)
{
    if (r->current)
        session_closed(r->current->session);
}

static void carrier_event(const feed *f, const segments_event *e)
{
    carrier *c = f->route->carrier;

    if (!c)
        return;
    if (e->kind == SEGMENTS_READ)
        carrier_octets(c, e->direction, e->length, &e->time);
    else
        carrier_ended(c, e->direction, e->cause == SEGMENTS_CAUSE_RESET, &e->time);
}

static void take_event(feed *f, segments_event e)
{
    if (e.kind == SEGMENTS_READ)
        carrier_of(f->route, f->pinfo, f->segment->in.direction & 1);
    if (e.kind == SEGMENTS_READ || e.kind == SEGMENTS_ENDED)
        carrier_event(f, &e);
    note_waiting(f->route, &e);
    switch ((segments_event_kind)e.kind) {
    case SEGMENTS_RESTART:
        flush(f);
        end_current(f->route);
        route_restart(f->route);
        break;
    case SEGMENTS_ENDED:
        flush(f);
        end_current(f->route);
        break;
    default:
        if (e.kind == SEGMENTS_ASIDE) /* it has no position in the stream, but octets in the packet */
            e.position = (uint32_t)(f->segment->in.sequence + f->segment->in.syn);
        if (pass_tls(f, &e) && !f->route->awaits_tls)
            add(f, &e);
    }
}

/* A connection begins with a SYN or with octets: what else comes without one is left over from an earlier one. */
static void note_segment(feed *f)
{
    const tcp_segment *in = &f->segment->in;

    if (in->syn || in->payload.length)
        carrier_of(f->route, f->pinfo, in->direction & 1);
    if (f->route->carrier)
        carrier_segment(f->route->carrier, in->direction & 1);
}

#define FEW_EVENTS 4u /* more than most segments have */

wmem_array_t *route_read(const route_segment *in, packet_info *pinfo)
{
    size_t count;
    feed f = {.route = in->route, .segment = in, .pinfo = pinfo};
    const segments_event *events;
    segments_event few[FEW_EVENTS];

    note_syn(f.route, &in->in);
    events = segments_put(f.route->order, &in->in, &count);
    if (!count) {
        note_segment(&f);
        return NULL;
    }
    f.records = wmem_array_new(pinfo->pool, sizeof(route_record));
    f.events = count <= FEW_EVENTS ? few : wmem_alloc_array(pinfo->pool, segments_event, count);
    for (size_t i = 0; i < count; i++)
        take_event(&f, events[i]);
    flush(&f);
    note_segment(&f);
    if (f.copied)
        g_byte_array_free(f.copied, true);
    return f.records;
}

/* --- what is held at the end ------------------------------------------------------------------------------------------- */

static const segment *read_rest_event(const connection *c, const segments_event *e, uint32_t tag)
{
    segment_input input = {.frame = e->frame, .tag = tag, .layer = LAYER_PLAIN};
    span octets = {e->kind == SEGMENTS_READ ? e->octets : NULL, e->kind == SEGMENTS_READ ? (size_t)e->length : 0};

    input.sender = e->direction == c->server_direction ? SIDE_SERVER : SIDE_CLIENT;
    return session_read_ordered(c->session, &input, e, 1, octets, 0, true);
}

bool route_read_rest(const connection *c, rest_reader read, void *data)
{
    route rest = {0};
    connection copy = *c;
    carrier at_end;
    route_segment none = {.route = &rest}; /* no packet is at hand */
    feed f = {.route = &rest, .segment = &none};
    wmem_allocator_t *scope;
    pools *memory;
    const segments_event *events;
    size_t count;

    if (!c->route || c->route->current != c || !segments_have_rest(c->route->order))
        return false;
    scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    memory = pools_new(VISITS_ONCE);
    copy.session = session_copy(c->session, memory);
    rest = *c->route;
    rest.current = &copy;
    at_end = *c->carrier;
    at_end.carried = &copy;
    rest.carrier = &at_end;
    events = segments_rest(rest.order, scope, &count);
    for (size_t i = 0; i < count; i++) {
        segments_event e = events[i];
        if (e.kind == SEGMENTS_READ || e.kind == SEGMENTS_ENDED)
            carrier_event(&f, &e);
        if (e.kind == SEGMENTS_ENDED)
            session_closed(copy.session);
        else if (pass_tls(&f, &e))
            read(data, &(rest_piece){copy.session, read_rest_event(&copy, &e, (uint32_t)i), e.time, NULL});
    }
    read(data, &(rest_piece){.session = copy.session, .at_end = &at_end});
    pools_free(memory);
    wmem_destroy_allocator(scope);
    return true;
}

typedef struct end_visit {
    end_visitor visit;
    void *data;
    const carrier *kept;
} end_visit;

static void visit_end(void *data, const rest_piece *piece)
{
    const end_visit *v = (const end_visit *)data;

    if (piece->at_end)
        v->visit(v->data, v->kept, piece->at_end);
}

void route_visit_ends(end_visitor visit, void *data)
{
    for (const carrier *c = carriers_of_file(); c; c = c->next) {
        end_visit v = {visit, data, c};
        if (!c->carried || !route_read_rest(c->carried, visit_end, &v))
            visit(data, c, c);
    }
}

/* --- later visits ------------------------------------------------------------------------------------------------------ */

/* The direction of its octets goes to *direction_r. */
static const segment *record_find(const connection *c, uint32_t frame, uint32_t tag, unsigned *direction_r)
{
    const segment *found = session_find(c->session, LAYER_PLAIN, SIDE_CLIENT, frame, tag);

    *direction_r = found ? !c->server_direction : c->server_direction;
    return found ? found : session_find(c->session, LAYER_PLAIN, SIDE_SERVER, frame, tag);
}

static void read_again(const connection *c, const segment *found, const route_segment *in)
{
    span octets = found->octets ? (span){found->octets, found->length}
                                : span_first(span_from(in->in.payload, found->offset), found->length);

    session_read_again(c->session, found, octets);
    session_was_read(c->session, in->in.frame);
}

/* Records are numbered through, whichever connection they are of. */
wmem_array_t *route_records(const route_segment *in, packet_info *pinfo)
{
    wmem_array_t *records = wmem_array_new(pinfo->pool, sizeof(route_record));
    uint32_t frame = in->in.frame;
    connection *c = in->route->newest;

    while (c && c->earlier && c->first_frame >= frame)
        c = c->earlier;
    for (; c && c->first_frame <= frame; c = c->later) {
        route_record found = {.connection = c};
        unsigned direction;
        while ((found.segment = record_find(c, frame, tag_of(in, wmem_array_get_count(records)), &direction)) != NULL) {
            found.of_peer = direction != (in->in.direction & 1);
            read_again(c, found.segment, in);
            found.parsed = true; /* in the session's list, which the next search uses again */
            wmem_array_append_one(records, found);
            route_keep_record(records, pinfo);
        }
    }
    return records;
}
