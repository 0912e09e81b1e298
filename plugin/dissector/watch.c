/* watch.c — sees every TCP segment before TCP does.
 *
 * TCP hands on no segment that it flags as out of order or sent again. So a handle of ours stands in TCP's place among the
 * protocols of IP, and calls TCP. It adds no layer of its own. Before, the segment is read, if it is one of a connection
 * that is known as SMTP; afterwards what it brought is drawn, if TCP has not handed it on.
 *
 * All of TCP's traffic passes here, so all but a look at two small tables is done for connections of ours alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/watch.h"

#include <epan/exceptions.h>
#include <epan/ipproto.h>
#include <epan/proto_data.h>

#include "dissector/connections.h"
#include "dissector/register.h"

/* RFC 9293, 3.1 */
#define HEADER_LENGTH_MIN 20
#define PORTS_LENGTH 4 /* octets, at its start */
#define FLAG_FIN 0x01u
#define FLAG_SYN 0x02u
#define FLAG_RST 0x04u
#define FLAG_ACK 0x10u

static dissector_handle_t watch_handle; /* ours in TCP's place */
static dissector_handle_t tcp_handle;   /* whom it calls: TCP, or another that stood there */
static const char own_call;             /* its address marks calls of our own */
static watched current;

/* --- which segments are looked at -------------------------------------------------------------------------------------- */

/* A bit for each sum of two ports that a connection of ours has, where neither is a port of ours. */
#define SUMS 65536u
static uint8_t our_pairs[SUMS / 8];

static void note_pair(uint16_t source, uint16_t target)
{
    uint16_t sum = (uint16_t)(source + target);

    our_pairs[sum / 8] |= (uint8_t)(1u << sum % 8);
}

static bool is_our_pair(uint16_t source, uint16_t target)
{
    uint16_t sum = (uint16_t)(source + target);

    return our_pairs[sum / 8] >> sum % 8 & 1;
}

static bool may_be_ours(uint16_t source, uint16_t target)
{
    return port_is_ours(source) || port_is_ours(target) || port_is_ours_under_tls(source) ||
           port_is_ours_under_tls(target) || is_our_pair(source, target);
}

/* --- one segment ------------------------------------------------------------------------------------------------------- */

/* False: its header cannot be. */
static bool segment_parse(watched *w, const packet_info *pinfo)
{
    int captured = (int)tvb_captured_length(w->tvb), reported = (int)tvb_reported_length(w->tvb), header, payload;
    tcp_segment *in = &w->segment.in;
    const uint8_t *fixed;
    uint8_t flags;

    if (captured < HEADER_LENGTH_MIN)
        return false;
    fixed = tvb_get_ptr(w->tvb, 0, HEADER_LENGTH_MIN);
    header = (fixed[12] >> 4) * 4;
    if (header < HEADER_LENGTH_MIN || header > reported)
        return false;
    payload = captured > header ? captured - header : 0;
    flags = fixed[13];
    in->frame = pinfo->num;
    in->time = (moment){pinfo->abs_ts.secs, pinfo->abs_ts.nsecs};
    in->sequence = octets_to_number(fixed + 4, 4);
    in->acknowledgement = octets_to_number(fixed + 8, 4);
    in->has_acknowledgement = flags & FLAG_ACK;
    in->syn = flags & FLAG_SYN;
    in->fin = flags & FLAG_FIN;
    in->rst = flags & FLAG_RST;
    in->payload = (span){payload ? tvb_get_ptr(w->tvb, header, payload) : NULL, (size_t)payload};
    in->missing = (uint32_t)(reported - header - payload);
    w->payload_begin = MIN(header, captured);
    return true;
}

tvbuff_t *watched_payload(const watched *w)
{
    const tcp_segment *in = &w->segment.in;

    if (!w->yield->payload)
        w->yield->payload = tvb_new_subset_length_caplen(w->tvb, w->payload_begin, (int)in->payload.length,
                                                         (int)(in->payload.length + in->missing));
    return w->yield->payload;
}

void watched_meets_payload(const watched *w, tvbuff_t *handed)
{
    const tcp_segment *in = &w->segment.in;
    unsigned length = (unsigned)in->payload.length;

    if (!w->yield->payload && length && tvb_captured_length(handed) == length &&
        tvb_reported_length(handed) == length + in->missing && tvb_get_ptr(handed, 0, (int)length) == in->payload.octets)
        w->yield->payload = handed;
}

unsigned watched_record_count(const watched *w)
{
    return w->records ? wmem_array_get_count(w->records) : 0;
}

/* Which of the segments of its route in this frame it is, so that later visits find its records; where there is no later
 * visit, nothing is counted. */
static uint32_t count_segment(packet_info *pinfo, const route *r)
{
    uint32_t key = UINT32_C(1) << 31 | route_number(r); /* conversations have lower numbers */
    uint32_t *count;

    if (command_line_visits() == VISITS_ONCE)
        return 0;
    count = (uint32_t *)p_get_proto_data(pinfo->pool, pinfo, proto_esmtp, key);
    if (!count) {
        count = wmem_new0(pinfo->pool, uint32_t);
        p_add_proto_data(pinfo->pool, pinfo, proto_esmtp, key, count);
        return 0;
    }
    return ++*count;
}

static void give_back_what_is_readable(const watched *w, packet_info *pinfo)
{
    for (unsigned i = 0; i < watched_record_count(w); i++) {
        connection *c = ((const route_record *)wmem_array_index(w->records, i))->connection;
        if (session_tls(c->session) == TLS_READABLE)
            tls_follow_session(c, pinfo);
    }
}

static void read_segment(watched *w, packet_info *pinfo, route *r, unsigned direction)
{
    if (!w->segment.route)
        w->segment.nth = count_segment(pinfo, r);
    w->segment.route = r;
    w->segment.in.direction = direction;
    w->yield = wmem_new0(pinfo->pool, watched_yield);
    sessions_frame_begins(pinfo->num);
    if (pinfo->fd->visited) {
        w->records = route_records(&w->segment, pinfo);
        return;
    }
    w->records = route_read(&w->segment, pinfo);
    give_back_what_is_readable(w, pinfo);
}

/* Routes of the ports that are ours are made here, those of others when they turn out to be SMTP. */
static void look_at(watched *w, packet_info *pinfo)
{
    bool by_port = port_is_ours(w->source_port) || port_is_ours(w->target_port);
    bool by_tls_port = !by_port && (port_is_ours_under_tls(w->source_port) || port_is_ours_under_tls(w->target_port));
    bool make = (by_port || by_tls_port) && !pinfo->fd->visited;
    unsigned direction;
    route *r = make ? route_find_or_make(pinfo, &direction) : route_find(pinfo, &direction);

    if (r && make && by_tls_port)
        route_await_tls(r);
    if (r && segment_parse(w, pinfo))
        read_segment(w, pinfo, r, direction);
}

/* --- what was said before a connection turned out to be SMTP ----------------------------------------------------------- */

/* A greeting of many lines is longer, and comes in few packets. */
#define KEPT_OCTETS 4096u
#define KEPT_SEGMENTS 8u

typedef struct kept_segments {
    tcp_segment segments[KEPT_SEGMENTS];
    unsigned count;
    size_t octets;
} kept_segments;

static wmem_map_t *kept_by_conversation; /* of the file that is open */

static kept_segments *kept_of(const conversation_t *conversation)
{
    return kept_by_conversation ? (kept_segments *)wmem_map_lookup(kept_by_conversation, conversation) : NULL;
}

static kept_segments *kept_begin(conversation_t *conversation)
{
    kept_segments *kept = wmem_new0(wmem_file_scope(), kept_segments);

    if (!kept_by_conversation)
        kept_by_conversation = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_direct_hash, g_direct_equal);
    wmem_map_insert(kept_by_conversation, conversation, kept);
    return kept;
}

void watch_keep(packet_info *pinfo, conversation_t *conversation, bool begins)
{
    kept_segments *kept = kept_of(conversation);
    tcp_segment *in;

    if (!watch_current(pinfo) || current.segment.route || (!kept && !begins) || !segment_parse(&current, pinfo))
        return;
    in = &current.segment.in;
    kept = kept ? kept : kept_begin(conversation);
    if (kept->count == KEPT_SEGMENTS || kept->octets + in->payload.length > KEPT_OCTETS)
        return;
    kept->octets += in->payload.length;
    kept->segments[kept->count] = *in;
    kept->segments[kept->count++].payload.octets =
        (uint8_t *)wmem_memdup(wmem_file_scope(), in->payload.octets, in->payload.length);
}

/* The packet that carried the segment: one of the other side's than the packet at hand. */
static packet_info packet_of(const tcp_segment *in, const packet_info *pinfo)
{
    packet_info of = *pinfo;

    of.num = in->frame;
    of.abs_ts = (nstime_t){in->time.seconds, (int)in->time.nanoseconds};
    copy_address_shallow(&of.src, &pinfo->dst);
    copy_address_shallow(&of.dst, &pinfo->src);
    of.srcport = pinfo->destport;
    of.destport = pinfo->srcport;
    return of;
}

/* Reads what was kept, which was sent in `direction`. Its packets draw it on later visits. False: nothing was kept. */
static bool read_kept(packet_info *pinfo, route *r, unsigned direction)
{
    conversation_t *conversation = find_conversation_pinfo(pinfo, 0);
    const kept_segments *kept = conversation ? kept_of(conversation) : NULL;

    if (!kept)
        return false;
    conversation_set_dissector_from_frame_number(conversation, kept->segments[0].frame, dissector_handle());
    for (unsigned i = 0; i < kept->count; i++) {
        route_segment of = {.route = r, .in = kept->segments[i]};
        packet_info packet = packet_of(&of.in, pinfo);
        of.in.direction = direction;
        sessions_frame_begins(packet.num);
        route_read(&of, &packet);
    }
    return true;
}

bool watch_adopt(packet_info *pinfo, bool late)
{
    unsigned direction;
    route *r;

    if (!watch_current(pinfo))
        return false;
    if (current.segment.route && !route_awaits_tls(current.segment.route))
        return true;
    r = route_find_or_make(pinfo, &direction);
    if (!r || !segment_parse(&current, pinfo))
        return false;
    if (route_awaits_tls(r))
        route_read_plain(r);
    note_pair(current.source_port, current.target_port);
    route_learn_opening(r, direction, pinfo);
    if (late && !read_kept(pinfo, r, !direction))
        route_begin_late(r);
    read_segment(&current, pinfo, r, direction);
    return true;
}

/* When something is thrown, `current` stays behind: of this very packet too, which may be visited again. What is called from
 * TCP has more layers below it. */
const watched *watch_current(const packet_info *pinfo)
{
    bool is_it =
        current.tvb && current.pinfo == pinfo && current.frame == pinfo->num && pinfo->curr_layer_num > current.layer;

    return is_it ? &current : NULL;
}

bool watch_is_own_call(const void *data)
{
    return data == &own_call;
}

/* What was read with a segment that TCP has kept back. */
static void draw_kept_back(const watched *w, packet_info *pinfo, proto_tree *tree)
{
    if (w->yield->drawn || !watched_record_count(w))
        return;
    col_clear(pinfo->cinfo, COL_INFO);
    call_dissector_only(dissector_handle(), watched_payload(w), pinfo, tree, (void *)(uintptr_t)&own_call);
}

/* The segment that carries the one at hand in a tunnel is the current one again; NULL: there is none. */
static void go_back_to(const watched *outer)
{
    if (outer)
        current = *outer;
    else
        current.tvb = NULL;
}

/* TCP, and what lies above it, may throw: at a packet that was cut off, or at fragments that do not fit. */
static int call_tcp_and_draw(const watched *own, const watched *outer, packet_info *pinfo, proto_tree *tree, void *data)
{
    volatile int length = 0;

    TRY
    {
        length = call_dissector_only(tcp_handle, own->tvb, pinfo, tree, data);
    }
    FINALLY
    {
        current = *own;
        if (!pinfo->fd->visited && route_carrier(own->segment.route))
            carrier_learn_stream(route_carrier(own->segment.route), pinfo);
        draw_kept_back(own, pinfo, tree);
        if (route_begins_tls(own->segment.route, pinfo->num))
            draw_tls_unasked(watched_payload(own), pinfo, tree);
        if (route_tls_behind(own->segment.route, pinfo->num))
            draw_tls_kept_back(watched_payload(own), pinfo, tree, route_tls_behind(own->segment.route, pinfo->num));
        go_back_to(outer);
    }
    ENDTRY;
    return length;
}

static int watch(const watched *outer, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    watched own = {.pinfo = pinfo, .frame = pinfo->num, .layer = pinfo->curr_layer_num};
    int length;

    if (!pinfo->flags.in_error_pkt && !pinfo->fragmented && tvb_captured_length(tvb) >= PORTS_LENGTH) {
        const uint8_t *ports = tvb_get_ptr(tvb, 0, PORTS_LENGTH);
        own.tvb = tvb;
        own.source_port = (uint16_t)octets_to_number(ports, 2);
        own.target_port = (uint16_t)octets_to_number(ports + 2, 2);
        copy_address_shallow(&own.source, &pinfo->src);
        copy_address_shallow(&own.target, &pinfo->dst);
    }
    if (own.tvb && may_be_ours(own.source_port, own.target_port)) {
        /* TCP sets the ports, too; they are looked at before. */
        pinfo->srcport = own.source_port;
        pinfo->destport = own.target_port;
        if (outer && outer->records)
            route_keep_record(outer->records, pinfo);
        look_at(&own, pinfo);
    }
    current = own;
    if (own.segment.route)
        return call_tcp_and_draw(&own, outer, pinfo, tree, data);
    length = call_dissector_only(tcp_handle, tvb, pinfo, tree, data);
    go_back_to(outer);
    return length;
}

static int dissect_watched(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    watched outer;

    if (!watch_current(pinfo))
        return watch(NULL, tvb, pinfo, tree, data);
    outer = current;
    return watch(&outer, tvb, pinfo, tree, data);
}

/* --- in TCP's place ---------------------------------------------------------------------------------------------------- */

static void take_place(dissector_table_t protocols)
{
    dissector_handle_t now = dissector_get_uint_handle(protocols, IP_PROTO_TCP);

    if (!now || now == watch_handle)
        return;
    if (!watch_handle)
        watch_handle = create_dissector_handle_with_name_and_description(dissect_watched, -1, NULL,
                                                                         "TCP, each segment also looked at for SMTP");
    tcp_handle = now;
    dissector_add_uint("ip.proto", IP_PROTO_TCP, watch_handle);
}

static void give_place_back(dissector_table_t protocols)
{
    if (watch_handle && dissector_get_uint_handle(protocols, IP_PROTO_TCP) == watch_handle)
        dissector_add_uint("ip.proto", IP_PROTO_TCP, tcp_handle);
}

void watch_refresh(void)
{
    dissector_table_t protocols = find_dissector_table("ip.proto");

    memset(&current, 0, sizeof current);
    memset(our_pairs, 0, sizeof our_pairs);
    if (!protocols)
        return;
    if (esmtp_preferences.all_segments && proto_is_protocol_enabled(find_protocol_by_id(proto_esmtp)))
        take_place(protocols);
    else
        give_place_back(protocols);
}
