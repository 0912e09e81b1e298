/* dissect.c — one packet: the first visit reads it into the session, every visit draws what was found in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include <epan/packet.h>

#include <epan/column-utils.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>

#include "dissector/connections.h"
#include "dissector/esmtp.h"
#include "dissector/register.h"
#include "dissector/watch.h"
#include "dissector/wireshark_compat.h"

#define MIB (UINT64_C(1) << 20)
#define SERVER_ADDRESS_ROOM ((size_t)16) /* octets: an IPv6 address */
#define MESSAGE_LIMIT_MAX 1024u          /* MiB; a tvbuff's length is an int */

/* The protocol that called this dissector: TCP, TLS, or one that tunnels TCP. */
static int protocol_below(const packet_info *pinfo)
{
    wmem_list_frame_t *at = wmem_list_tail(pinfo->layers);

    /* A call by the name "lmtp" adds no layer: then the last one is the caller's already. Each call before for the same
     * packet, a call for each TLS record, has added one. */
    while (at && GPOINTER_TO_INT(wmem_list_frame_data(at)) == proto_esmtp)
        at = wmem_list_frame_prev(at);
    return at ? GPOINTER_TO_INT(wmem_list_frame_data(at)) : -1;
}

/* The protocol numbers of TCP and TLS, looked up once. */
static int proto_tcp, proto_tls;

static void look_up_layers(void)
{
    if (proto_tcp)
        return;
    proto_tcp = proto_get_id_by_filter_name("tcp");
    proto_tls = proto_get_id_by_filter_name("tls");
}

/* The server is the receiver of the SYN; else the side whose port is known for SMTP; else the side with the lower port. */
static bool sender_is_server(const packet_info *pinfo, const struct tcp_analysis *tcp)
{
    if (tcp && tcp->server_port)
        return pinfo->srcport == tcp->server_port && pinfo->destport != tcp->server_port;
    if (pinfo->match_uint == pinfo->srcport || pinfo->match_uint == pinfo->destport)
        return pinfo->match_uint == pinfo->srcport && pinfo->match_uint != pinfo->destport;
    return pinfo->srcport < pinfo->destport;
}

/* The memory of all sessions of the file that is open. */
static pools *file_pools;

static wmem_callback_result file_closed(wmem_allocator_t *file, wmem_cb_event_t event, void *data)
{
    (void)file;
    (void)event;
    (void)data;
    pools_free(file_pools);
    file_pools = NULL;
    return false; /* not to be called again */
}

pools *pools_of_file(void)
{
    if (!file_pools) {
        file_pools = pools_new(command_line_visits());
        wmem_register_callback(wmem_file_scope(), file_closed, NULL);
    }
    return file_pools;
}

connection *connection_new(bool from_start, const moment *syn)
{
    connection *c = wmem_new0(wmem_file_scope(), connection);
    uint64_t limit = MIN(esmtp_preferences.message_limit, MESSAGE_LIMIT_MAX) * MIB;

    c->session = session_new(pools_of_file(), from_start, limit, syn);
    return c;
}

void connection_is_with(connection *c, const address *server, uint16_t port)
{
    uint8_t name[SERVER_ADDRESS_ROOM + sizeof port];
    size_t length = MIN((size_t)server->len, SERVER_ADDRESS_ROOM);

    copy_address_wmem(wmem_file_scope(), &c->server_address, server);
    c->server_port = port;
    if (length)
        memcpy(name, server->data, length);
    memcpy(name + length, &port, sizeof port);
    session_is_with(c->session, (span){name, length + sizeof port});
}

/* Octets that a tunnel carries, or TLS alone, come without their segments; those of a route have a carrier already. */
static carrier *carrier_for(const packet_info *pinfo, bool from_server)
{
    const watched *w = watch_current(pinfo);
    carrier *c = w && w->segment.route ? route_carrier(w->segment.route) : NULL;

    if (c && !c->carried)
        return c;
    c = carrier_new(pinfo, from_server ? SIDE_SERVER : SIDE_CLIENT, SIDE_SERVER);
    c->handed = true;
    return c;
}

static connection *connection_begin(packet_info *pinfo, conversation_t *conversation, const struct tcp_analysis *tcp,
                                    bool late)
{
    bool from_server = sender_is_server(pinfo, tcp), syn_seen = tcp && tcp->conversation_completeness & SYN_SEEN;
    moment syn = syn_seen ? (moment){tcp->ts_first.secs, tcp->ts_first.nsecs} : (moment){0, 0};
    connection *c = connection_new(!late && tcp && (syn_seen || tcp->server_port), syn_seen && !late ? &syn : NULL);

    c->conversation = conversation;
    c->tcp = tcp;
    connection_is_with(c, from_server ? &pinfo->src : &pinfo->dst,
                       (uint16_t)(from_server ? pinfo->srcport : pinfo->destport));
    c->carrier = carrier_for(pinfo, from_server);
    c->carrier->carried = c;
    if (syn_seen && c->carrier->handed)
        c->carrier->transport.begin = syn;
    c->late = late;
    conversation_add_proto_data(conversation, proto_esmtp, c);
    return c;
}

void connection_begin_late(packet_info *pinfo)
{
    conversation_t *conversation = find_or_create_conversation(pinfo);

    if (!conversation_get_proto_data(conversation, proto_esmtp))
        connection_begin(pinfo, conversation, get_tcp_conversation_data(conversation, pinfo), true);
}

static connection *connection_of(packet_info *pinfo, conversation_t *conversation, const struct tcp_analysis *tcp)
{
    const watched *w = watch_current(pinfo);
    connection *c = w && w->segment.route ? route_connection(w->segment.route, pinfo->num) : NULL;

    if (!c)
        c = (connection *)conversation_get_proto_data(conversation, proto_esmtp);
    return c ? c : connection_begin(pinfo, conversation, tcp, false);
}

packet_state *packet_state_of(drawing *d)
{
    packet_info *pinfo = d->pinfo;
    uint32_t key = d->connection->conversation->conv_index;

    if (!d->packet)
        d->packet = (packet_state *)p_get_proto_data(pinfo->pool, pinfo, proto_esmtp, key);
    if (!d->packet) {
        d->packet = wmem_new0(pinfo->pool, packet_state);
        d->packet->info = wmem_strbuf_new(pinfo->pool, NULL);
        p_add_proto_data(pinfo->pool, pinfo, proto_esmtp, key, d->packet);
    }
    return d->packet;
}

/* TCP counts from the SYN's number or from 0: its preferences decide. Of the two possible first octets, the nearer one is
 * taken. */
uint32_t octets_before(const struct tcp_analysis *tcp, uint32_t sequence)
{
    uint32_t from_absolute = sequence - (tcp->fwd->base_seq + 1), from_relative = sequence - 1;

    return from_relative < from_absolute ? from_relative : from_absolute;
}

static segment_input segment_input_of(drawing *d, const struct tcp_analysis *tcp, void *data)
{
    const packet_info *pinfo = d->pinfo;
    const connection *c = d->connection;
    bool from_server = pinfo->srcport == c->server_port && addresses_equal(&pinfo->src, &c->server_address);
    int below = protocol_below(pinfo);
    const struct tcpinfo *info = below == proto_tcp ? (const struct tcpinfo *)data : NULL;
    segment_input a = {.frame = pinfo->num,
                       .time = {pinfo->abs_ts.secs, pinfo->abs_ts.nsecs},
                       .layer = below == proto_tls ? LAYER_TLS : LAYER_PLAIN,
                       .sender = from_server ? SIDE_SERVER : SIDE_CLIENT,
                       .missing = tvb_reported_length(d->tvb) - tvb_captured_length(d->tvb)};

    if (!info) {
        /* Each call of a packet gets a number, by which later visits find its segment. */
        a.tag = packet_state_of(d)->calls++;
        return a;
    }
    a.has_sequence = true;
    a.tag = info->seq;
    a.starts_stream = tcp && tcp->server_port && !c->late;
    if (a.starts_stream)
        a.first_sequence = info->seq - octets_before(tcp, info->seq);
    return a;
}

span octets_of(const drawing *d, const finding *f)
{
    int offset = (int)(f->position - d->segment->position);

    if (f->octets)
        return (span){f->octets, f->length};
    return (span){f->length ? tvb_get_ptr(d->tvb, offset, (int)f->length) : NULL, f->length};
}

place place_of(drawing *d, const finding *f, const char *name)
{
    tvbuff_t *whole;

    if (!f->octets)
        return (place){d->tvb, (int)(f->position - d->segment->position), octets_of(d, f)};
    whole = tvb_new_child_real_data(d->tvb, f->octets, f->length, (int)f->length);
    add_new_data_source(d->pinfo, whole, name);
    return (place){whole, 0, {f->octets, f->length}};
}

place octets_placed(drawing *d, const finding *f)
{
    tvbuff_t *tvb = f->octets ? tvb_new_child_real_data(d->tvb, f->octets, f->length, (int)f->length) : d->tvb;

    return (place){tvb, f->octets ? 0 : (int)(f->position - d->segment->position), octets_of(d, f)};
}

static void draw_octets(drawing *d, const finding *f, field which, const char *what)
{
    place at = place_of(d, f, what);
    proto_item *item = proto_tree_add_none_format(d->tree, hf[which], at.tvb, at.offset, (int)f->length, "%s: %s", what,
                                                  octets_text(d->pinfo, f->length));

    draw_notes(d, item, f);
}

static void draw_part(drawing *d, const finding *f)
{
    draw_octets(d, f, FIELD_PART, f->flags & FLAG_FIRST_PART ? "Beginning of a line that goes on" : "Part of a line");
}

static void draw_unknown(drawing *d, const finding *f)
{
    draw_octets(d, f, FIELD_UNKNOWN, "State of the session unknown, waiting for a line that can only be a command");
}

static void draw_opaque(drawing *d, const finding *f)
{
    draw_octets(d, f, FIELD_OPAQUE, "Not readable here");
}

static void draw_retransmission(drawing *d, const finding *f)
{
    draw_octets(d, f, FIELD_RETRANSMITTED, "Seen before");
}

static void draw_late(drawing *d, const finding *f)
{
    draw_octets(d, f, FIELD_LATE, "Came when it counted as lost, not used");
}

static void draw_aside(drawing *d, const finding *f)
{
    draw_octets(d, f, FIELD_ASIDE, "Sequence or acknowledgment number that cannot be of this connection, not used");
}

static void draw_gap(drawing *d, const finding *f)
{
    proto_item *item = proto_tree_add_uint64(d->tree, hf[FIELD_GAP], d->tvb, 0, 0, f->length);

    proto_item_set_generated(item);
    draw_expert_format(d, item, NOTE_GAP, "%s %s", octets_text(d->pinfo, f->length),
                       f->flags & FLAG_SNAPLEN ? "of this packet cut off by the capture's snap length"
                                               : "before this packet not captured");
}

static void draw_held_item(drawing *d, const finding *f)
{
    place at = place_of(d, f, "Held");
    proto_item *item = proto_tree_add_none_format(d->tree, hf[FIELD_HELD], at.tvb, at.offset, (int)f->length, "%s held",
                                                  octets_text(d->pinfo, f->length));

    if (f->held->missing)
        proto_item_append_text(item, ", %s missing before %s", grouped(d->pinfo, f->held->missing),
                               f->length == 1 ? "it" : "them");
    else
        proto_item_append_text(item, ": %s captured before what it answers", f->length == 1 ? "it was" : "they were");
    if (!f->held->read_frame && d->pinfo->fd->visited)
        draw_expert_format(d, item, NOTE_WITHHELD, "%s could not be put in order", octets_text(d->pinfo, f->length));
}

static void draw_held(drawing *d, const finding *f)
{
    draw_held_item(d, f);
    if (f->held->read_frame && d->pinfo->fd->visited)
        draw_generated_number(d->tree, FIELD_READ_FRAME, d->tvb, f->held->read_frame);
}

/* How a kind of finding is drawn, and the groups of the fields that this draws. It is passed over when nobody wants one of
 * them. */
static const struct {
    void (*draw)(drawing *, const finding *);
    unsigned groups;
} drawers[FINDING_KINDS] = {
    [FINDING_COMMAND] = {draw_command, GROUP_COMMAND | GROUP_ARGUMENT | GROUP_AUTH},
    [FINDING_AUTH_RESPONSE] = {draw_auth_response, GROUP_AUTH},
    [FINDING_REPLY] = {draw_reply, GROUP_REPLY | GROUP_STATUS | GROUP_GREETING | GROUP_CAPABILITY | GROUP_AUTH},
    [FINDING_PART] = {draw_part, GROUP_PART},
    [FINDING_CONTENT] = {draw_content, GROUP_MESSAGE},
    [FINDING_END_OF_DATA] = {draw_end_of_data, GROUP_END_OF_DATA},
    [FINDING_UNKNOWN] = {draw_unknown, GROUP_UNKNOWN},
    [FINDING_GAP] = {draw_gap, GROUP_GAP},
    [FINDING_RETRANSMISSION] = {draw_retransmission, GROUP_RETRANSMITTED},
    [FINDING_HELD] = {draw_held, GROUP_HELD},
    [FINDING_LATE] = {draw_late, GROUP_HELD},
    [FINDING_ASIDE] = {draw_aside, GROUP_HELD},
    [FINDING_OPAQUE] = {draw_opaque, GROUP_OPAQUE},
    [FINDING_PROXY] = {draw_proxy, GROUP_PROXY},
};

/* Two kinds of findings are drawn even when nobody wants their fields: those that hand octets to another dissector, because
 * somebody may want its fields; and those with expert information, because Wireshark keeps the highest severity of a file.
 */
static bool is_drawn_always(const finding *f)
{
    return f->notes || f->kind == FINDING_HELD || f->kind == FINDING_AUTH_RESPONSE || f->kind == FINDING_PROXY ||
           f->flags & FLAG_CHALLENGE || (f->exchange && exchange_auth(f->exchange));
}

static void draw_findings(drawing *d)
{
    for (uint32_t i = 0; i < d->segment->count; i++) {
        const finding *f = &d->segment->findings[i];
        if (f->kind != FINDING_TRANSACTION && (groups_are_wanted(drawers[f->kind].groups) || is_drawn_always(f)))
            drawers[f->kind].draw(d, f);
    }
}

static void draw_layer(drawing *d)
{
    const session *s = d->connection->session;
    bool tls = d->layer == LAYER_TLS, by_starttls = tls && session_tls(s) == TLS_RUNNING && session_starttls_frame(s);
    proto_item *item;

    if (field_is_wanted(FIELD_TLS)) {
        item = proto_tree_add_boolean_format(d->tree, hf[FIELD_TLS], d->tvb, 0, 0, tls, "Under TLS%s", tls ? "" : ": no");
        proto_item_set_generated(item);
        if (by_starttls || !tls) /* the next line tells it, or there is nothing to tell */
            proto_item_set_hidden(item);
    }
    if (!by_starttls)
        return;
    item = draw_generated_number(d->tree, FIELD_STARTTLS_FRAME, d->tvb, session_starttls_frame(s));
    if (item_is_read(item))
        proto_item_set_text(item, "Under TLS, granted in frame %u", session_starttls_frame(s));
}

/* An item of ours in a packet whose octets are TLS's, with what there is to say of them. */
static void draw_at_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, note which, const char *text)
{
    drawing d = {.tvb = tvb, .pinfo = pinfo, .top = tree};

    fields_ask(tree, pinfo);
    d.item = proto_tree_add_item(tree, proto_esmtp, tvb, 0, -1, ENC_NA);
    d.tree = proto_item_add_subtree(d.item, ett[SUBTREE_ESMTP]);
    draw_expert(&d, d.item, which, text);
    draw_experts_counted(&d);
}

void draw_tls_unasked(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    if (!tls_port_begins_with_tls(pinfo->srcport) && !tls_port_begins_with_tls(pinfo->destport))
        draw_at_tls(tvb, pinfo, tree, NOTE_FOREIGN_PROTOCOL, "TLS begins with the connection, on a port where SMTP does");
}

/* Where TCP puts segments in order, TLS gets these too. */
void draw_tls_kept_back(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, uint32_t octets)
{
    const char *text;

    if (preference_is_true("tcp", "reassemble_out_of_order"))
        return;
    text = wmem_strdup_printf(pinfo->pool,
                              "%s under TLS came behind later ones: Wireshark's TCP keeps them from TLS, which cannot "
                              "decrypt "
                              "what follows. The preference tcp.reassemble_out_of_order helps; with it, a segment that "
                              "never "
                              "comes costs the rest of its direction",
                              octets_text(pinfo, octets));
    draw_at_tls(tvb, pinfo, tree, NOTE_WITHHELD, text);
}

static bool is_first_call(const drawing *d)
{
    return d->segment->frame == d->connection->first_frame && d->segment->tag == d->connection->first_tag;
}

/* Told once a connection. */
static void draw_clear_submissions(drawing *d)
{
    if (d->layer == LAYER_PLAIN && is_first_call(d) && tls_port_is_submissions(d->connection->server_port))
        draw_expert(d, d->item, NOTE_FOREIGN_PROTOCOL,
                    "SMTP in the clear on port 465, where TLS has to begin (RFC 8314, 3.3)");
}

static void draw_protocol(drawing *d)
{
    d->tree = d->top;
    if (!protocol_item_is_wanted())
        return;
    d->item = proto_tree_add_item(d->top, proto_esmtp, d->tvb, 0, -1, ENC_NA);
    if (d->info && wmem_strbuf_get_len(d->info))
        proto_item_append_text(d->item, ", %s", wmem_strbuf_get_str(d->info));
    d->tree = proto_item_add_subtree(d->item, ett[SUBTREE_ESMTP]);
}

static void draw_tree(drawing *d, bool all)
{
    /* Without a tree, the list of expert infos still needs them. And the dissectors of tokens keep, on the first visit, what
     * they need on later ones. */
    if (!d->top && !all) {
        if (!d->pinfo->fd->visited)
            draw_findings(d);
        return;
    }
    builtin_fields_draw(d);
    draw_protocol(d);
    draw_transactions(d);
    draw_findings(d);
    draw_connection(d);
    draw_layer(d);
    draw_clear_submissions(d);
    draw_experts_counted(d);
}

/* The sessions that were read in the last frame: its tree may point into them until the next packet comes. A tunnel has
 * several in one frame. */
static GPtrArray *read_last;
static uint32_t read_last_frame;

void sessions_frame_begins(uint32_t frame)
{
    if (!read_last)
        read_last = g_ptr_array_new();
    if (read_last_frame == frame)
        return;
    for (unsigned i = 0; i < read_last->len; i++)
        session_free_finished((session *)g_ptr_array_index(read_last, i));
    if (read_last->len)
        g_ptr_array_set_size(read_last, 0);
    read_last_frame = frame;
}

void session_was_read(session *s, uint32_t frame)
{
    sessions_frame_begins(frame);
    g_ptr_array_add(read_last, s);
}

void dissect_reset(void)
{
    if (read_last)
        g_ptr_array_set_size(read_last, 0); /* they were freed with their file */
}

/* --- one segment ------------------------------------------------------------------------------------------------------- */

/* The number of the TCP connection. Inside a tunnel it is that of the tunnel: TCP's own fields have no other. */
static uint32_t stream_number(packet_info *pinfo, const struct tcp_analysis *tcp)
{
    const watched *w = watch_current(pinfo);
    conversation_t *outer =
        w ? find_conversation(pinfo->num, &w->source, &w->target, CONVERSATION_TCP, w->source_port, w->target_port, 0)
          : NULL;
    const struct tcp_analysis *of_outer =
        outer ? (const struct tcp_analysis *)conversation_get_proto_data(outer, proto_tcp) : NULL;

    if (of_outer)
        return of_outer->stream;
    return tcp ? tcp->stream : 0;
}

static void draw_segment(drawing *d, uint32_t stream)
{
    bool all;

    mails_collect(d);
    all = fields_ask(d->top, d->pinfo);
    if (all || col_get_writable(d->pinfo->cinfo, COL_INFO))
        columns_draw(d);
    /* Before other dissectors are called, which may throw. */
    tap_queue(d, stream, all);
    draw_tree(d, all);
    mails_hand_over(d); /* last, because the dissector that gets them may throw */
}

/* --- what the watch has read ------------------------------------------------------------------------------------------- */

/* Where the octets of a record are: in the packet, or gathered from earlier ones. */
static tvbuff_t *record_tvb(const watched *w, packet_info *pinfo, const segment *of)
{
    tvbuff_t *tvb;

    if (!of->octets)
        return of->offset || of->length != tvb_captured_length(watched_payload(w))
                   ? tvb_new_subset_length(watched_payload(w), (int)of->offset, (int)of->length)
                   : watched_payload(w);
    tvb = tvb_new_child_real_data(watched_payload(w), of->octets, of->length, (int)of->length);
    add_new_data_source(pinfo, tvb, "Octets held until this packet");
    return tvb;
}

static void draw_record(const watched *w, packet_info *pinfo, proto_tree *tree, const route_record *record, uint32_t stream)
{
    drawing d = {.tvb = record_tvb(w, pinfo, record->segment),
                 .pinfo = pinfo,
                 .top = tree,
                 .connection = record->connection,
                 .segment = record->segment,
                 .parsed = record->parsed,
                 .of_peer = record->of_peer,
                 .layer = LAYER_PLAIN};

    draw_segment(&d, stream);
}

/* Wireshark's conversation and ours are not begun by the same segments, if the capture is in disorder. */
static void connection_meets(connection *c, conversation_t *conversation)
{
    c->conversation = conversation;
    if (conversation_get_proto_data(conversation, proto_esmtp) != c)
        conversation_add_proto_data(conversation, proto_esmtp, c);
}

/* Does another dissector have the conversation, by a heuristic or a choice? */
static bool belongs_to_another(conversation_t *conversation, uint32_t frame)
{
    dissector_handle_t has = conversation_get_dissector(conversation, frame);

    return has && !dissector_is_ours(has) && !tls_is_handle(has);
}

/* Wireshark's conversation of the segment. To search for it takes as long as to read a command: mostly it is the one that
 * the connection has met before, unless another with the same ends has begun since. */
static conversation_t *conversation_at(const watched *w, packet_info *pinfo)
{
    const route_record *first = watched_record_count(w) ? (const route_record *)wmem_array_index(w->records, 0) : NULL;
    conversation_t *met = first ? first->connection->conversation : NULL;

    return met && !met->next && met->setup_frame <= pinfo->num ? met : find_or_create_conversation(pinfo);
}

static int dissect_watched_segment(const watched *w, packet_info *pinfo, proto_tree *tree, bool kept_back)
{
    conversation_t *conversation = conversation_at(w, pinfo);
    const struct tcp_analysis *tcp = (const struct tcp_analysis *)conversation_get_proto_data(conversation, proto_tcp);
    unsigned count = watched_record_count(w);

    if (!kept_back && route_is_tls(w->segment.route) && !count) {
        tls_take_over(watched_payload(w), pinfo);
        return 0;
    }
    if (!count || (kept_back && belongs_to_another(conversation, pinfo->num)))
        return 0;
    w->yield->drawn = true;
    for (unsigned i = 0; i < count; i++) {
        const route_record *record = (const route_record *)wmem_array_index(w->records, i);
        connection_meets(record->connection, conversation);
        if (!pinfo->fd->visited)
            tls_follow_session(record->connection, pinfo);
        draw_record(w, pinfo, tree, record, tcp ? tcp->stream : 0);
    }
    return MAX(1, (int)tvb_reported_length(watched_payload(w)));
}

/* --- what other dissectors hand to us ---------------------------------------------------------------------------------- */

static const segment *find_again(session *s, const segment_input *a, span octets)
{
    const segment *found = session_find(s, a->layer, a->sender, a->frame, a->tag);

    if (found) {
        session_read_again(s, found, octets);
        session_was_read(s, a->frame);
    }
    return found;
}

static const segment *read_or_find(drawing *d, const segment_input *a)
{
    session *s = d->connection->session;
    span octets = {NULL, tvb_captured_length(d->tvb)};

    octets.octets = octets.length ? tvb_get_ptr(d->tvb, 0, (int)octets.length) : NULL;
    if (d->pinfo->fd->visited)
        return find_again(s, a, octets);
    if (!session_begun(s)) {
        d->connection->first_frame = a->frame;
        d->connection->first_tag = a->tag;
    }
    if (d->connection->carrier->handed)
        carrier_octets(d->connection->carrier, a->sender, octets.length, &a->time);
    d->segment = session_read(s, a, octets);
    session_was_read(s, a->frame);
    tls_follow_session(d->connection, d->pinfo);
    return d->segment;
}

static int dissect_handed(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    drawing d = {.tvb = tvb, .pinfo = pinfo, .top = tree, .parsed = true};
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct tcp_analysis *tcp = get_tcp_conversation_data(conversation, pinfo);
    segment_input a;

    d.connection = connection_of(pinfo, conversation, tcp);
    d.connection->conversation = conversation;
    sessions_frame_begins(pinfo->num);
    a = segment_input_of(&d, tcp, data);
    d.layer = a.layer;
    if (a.layer == LAYER_PLAIN && !session_begun(d.connection->session) && tls_take_over(tvb, pinfo))
        return 0;
    d.segment = read_or_find(&d, &a);
    if (!d.segment)
        return 0;
    if (d.connection->carrier->handed)
        carrier_is_stream(d.connection->carrier, stream_number(pinfo, tcp));
    draw_segment(&d, stream_number(pinfo, tcp));
    return (int)tvb_reported_length(tvb); /* also when no octet was captured: the gap is shown */
}

int dissect_esmtp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const watched *w = watch_current(pinfo);

    if (pinfo->flags.in_error_pkt)
        return 0; /* a copy inside an ICMP message is not part of the stream */
    look_up_layers();
    if (w && w->segment.route && protocol_below(pinfo) == proto_tls && !pinfo->fd->visited && !route_has_tls(&w->segment))
        return 0; /* the TLS dissector hands on what was sent again of the plain text before it */
    if (!w || !w->segment.route || protocol_below(pinfo) == proto_tls)
        return dissect_handed(tvb, pinfo, tree, data);
    if (w->yield->drawn)
        return (int)tvb_reported_length(tvb);
    watched_meets_payload(w, tvb);
    return dissect_watched_segment(w, pinfo, tree, watch_is_own_call(data));
}
