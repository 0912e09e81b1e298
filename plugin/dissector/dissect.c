/* dissect.c — one packet: the first visit reads it into the session, every visit draws what was found in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/column-utils.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>

#include "dissector/esmtp.h"
#include "dissector/wireshark_compat.h"

#define MIB (UINT64_C(1) << 20)
#define MESSAGE_LIMIT_MAX 1024u /* MiB; a tvbuff's length is an int */

/* The protocol that called this dissector: TCP, TLS, or one that tunnels TCP. */
static int protocol_below(const packet_info *pinfo)
{
    wmem_list_frame_t *at = wmem_list_tail(pinfo->layers);

    /* A call by the name "lmtp" adds no layer: then the last one is the caller's already. */
    if (at && GPOINTER_TO_INT(wmem_list_frame_data(at)) == proto_esmtp)
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

#define SYN_SEEN 0x01u /* struct tcp_analysis, conversation_completeness */

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

static pools *pools_of_file(void)
{
    if (!file_pools) {
        file_pools = pools_new(command_line_visits());
        wmem_register_callback(wmem_file_scope(), file_closed, NULL);
    }
    return file_pools;
}

static session *connection_session(const struct tcp_analysis *tcp, bool late)
{
    uint64_t limit = MIN(esmtp_preferences.message_limit, MESSAGE_LIMIT_MAX) * MIB;
    moment syn;

    if (late || !tcp || !(tcp->conversation_completeness & SYN_SEEN))
        return session_new(pools_of_file(), !late && tcp && tcp->server_port, limit, NULL);
    syn = (moment){tcp->ts_first.secs, tcp->ts_first.nsecs};
    return session_new(pools_of_file(), true, limit, &syn);
}

static connection *connection_begin(packet_info *pinfo, conversation_t *conversation, const struct tcp_analysis *tcp,
                                    bool late)
{
    connection *c = wmem_new0(wmem_file_scope(), connection);
    bool from_server = sender_is_server(pinfo, tcp);

    c->conversation = conversation;
    c->tcp = tcp;
    copy_address_wmem(wmem_file_scope(), &c->server_address, from_server ? &pinfo->src : &pinfo->dst);
    c->server_port = from_server ? pinfo->srcport : pinfo->destport;
    c->late = late;
    c->session = connection_session(tcp, late);
    conversation_add_proto_data(conversation, proto_esmtp, c);
    return c;
}

void connection_begin_late(packet_info *pinfo)
{
    conversation_t *conversation = find_or_create_conversation(pinfo);

    if (!conversation_get_proto_data(conversation, proto_esmtp))
        connection_begin(pinfo, conversation, get_tcp_conversation_data(conversation, pinfo), true);
}

static connection *connection_of(packet_info *pinfo, struct tcp_analysis **tcp_r)
{
    conversation_t *conversation = find_or_create_conversation(pinfo);
    connection *c = (connection *)conversation_get_proto_data(conversation, proto_esmtp);

    *tcp_r = get_tcp_conversation_data(conversation, pinfo);
    return c ? c : connection_begin(pinfo, conversation, *tcp_r, false);
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
    proto_item *item = proto_tree_add_none_format(d->tree, hf[which], at.tvb, at.offset, (int)f->length, "%s: %u octet%s",
                                                  what, f->length, f->length == 1 ? "" : "s");
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

static void draw_gap(drawing *d, const finding *f)
{
    proto_item *item = proto_tree_add_uint64(d->tree, hf[FIELD_GAP], d->tvb, 0, 0, f->length);

    proto_item_set_generated(item);
    expert_add_info_format(d->pinfo, item, &ei[NOTE_GAP], "%u octets %s", f->length,
                           f->flags & FLAG_SNAPLEN ? "of this packet were cut off by the capture's snap length"
                                                   : "before this packet were not captured");
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
    [FINDING_OPAQUE] = {draw_opaque, GROUP_OPAQUE},
    [FINDING_TRANSACTION] = {draw_transaction, GROUP_TRANSACTION},
    [FINDING_PROXY] = {draw_proxy, GROUP_PROXY},
};

/* Mails that are complete in this packet are handed on last, because the dissector that gets them may throw. */
static void collect_mails(drawing *d)
{
    for (uint32_t i = 0; i < d->segment->count; i++) {
        const finding *f = &d->segment->findings[i];
        if (!(f->flags & FLAG_MESSAGE_END) || !mail_is_shown(f->message))
            continue;
        if (!d->mails)
            d->mails = wmem_array_new(d->pinfo->pool, sizeof(const message *));
        wmem_array_append_one(d->mails, f->message);
    }
}

static void draw_columns(drawing *d)
{
    columns_begin(d);
    for (uint32_t i = 0; i < d->segment->count; i++) {
        const finding *f = &d->segment->findings[i];
        columns_finding(d, f);
    }
    columns_end(d);
}

/* Two kinds of findings are drawn even when nobody wants their fields: those that hand octets to another dissector, because
 * somebody may want its fields; and those with expert information, because Wireshark keeps the highest severity of a file.
 */
static bool is_drawn_always(const finding *f)
{
    return f->notes || f->kind == FINDING_AUTH_RESPONSE || f->kind == FINDING_PROXY || f->flags & FLAG_CHALLENGE ||
           (f->exchange && exchange_auth(f->exchange));
}

static void draw_findings(drawing *d)
{
    for (uint32_t i = 0; i < d->segment->count; i++) {
        const finding *f = &d->segment->findings[i];
        if (groups_are_wanted(drawers[f->kind].groups) || is_drawn_always(f))
            drawers[f->kind].draw(d, f);
    }
}

static void draw_layer(drawing *d)
{
    uint32_t granted = session_starttls_frame(d->connection->session);

    if (field_is_wanted(FIELD_TLS))
        proto_item_set_generated(proto_tree_add_boolean(d->tree, hf[FIELD_TLS], d->tvb, 0, 0, d->layer == LAYER_TLS));
    if (granted && session_tls(d->connection->session) == TLS_RUNNING && d->layer == LAYER_TLS)
        draw_generated_number(d->tree, FIELD_STARTTLS_FRAME, d->tvb, granted);
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
    d->item = proto_tree_add_item(d->top, proto_esmtp, d->tvb, 0, -1, ENC_NA);
    if (d->info && wmem_strbuf_get_len(d->info))
        proto_item_append_text(d->item, ", %s", wmem_strbuf_get_str(d->info));
    d->tree = proto_item_add_subtree(d->item, ett[SUBTREE_ESMTP]);
    draw_findings(d);
    draw_cut_off_transactions(d);
    draw_layer(d);
}

/* The sessions that were read in the last frame: its tree may point into them until the next packet comes. A tunnel has
 * several in one frame. */
static GPtrArray *read_last;
static uint32_t read_last_frame;

static void free_finished_of_last(const drawing *d)
{
    if (!read_last)
        read_last = g_ptr_array_new();
    if (read_last_frame != d->pinfo->num) {
        for (unsigned i = 0; i < read_last->len; i++)
            session_free_finished((session *)g_ptr_array_index(read_last, i));
        g_ptr_array_set_size(read_last, 0);
    }
    g_ptr_array_add(read_last, d->connection->session);
    read_last_frame = d->pinfo->num;
}

void dissect_reset(void)
{
    if (read_last)
        g_ptr_array_set_size(read_last, 0); /* they were freed with their file */
}

static const segment *find_again(session *s, const segment_input *a, span octets)
{
    const segment *found = session_find(s, a->layer, a->sender, a->frame, a->tag);

    if (found)
        session_read_again(s, found, octets);
    return found;
}

static const segment *read_or_find(drawing *d, const segment_input *a)
{
    session *s = d->connection->session;
    tls_state before = session_tls(s);
    span octets = {NULL, tvb_captured_length(d->tvb)};

    octets.octets = octets.length ? tvb_get_ptr(d->tvb, 0, (int)octets.length) : NULL;
    if (d->pinfo->fd->visited)
        return find_again(s, a, octets);
    if (!session_begun(s)) {
        d->connection->first_frame = a->frame;
        d->connection->first_tag = a->tag;
    }
    d->segment = session_read(s, a, octets);
    tls_follow_session(d, before);
    return d->segment;
}

int dissect_esmtp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    drawing d = {.tvb = tvb, .pinfo = pinfo, .top = tree};
    struct tcp_analysis *tcp;
    segment_input a;
    bool all;

    if (pinfo->flags.in_error_pkt)
        return 0; /* a copy inside an ICMP message is not part of the stream */
    look_up_layers();
    d.connection = connection_of(pinfo, &tcp);
    free_finished_of_last(&d);
    a = segment_input_of(&d, tcp, data);
    d.layer = a.layer;
    if (a.layer == LAYER_PLAIN && tls_take_over(d.connection, tvb, pinfo))
        return 0;
    d.segment = read_or_find(&d, &a);
    if (!d.segment)
        return 0;
    collect_mails(&d);
    all = fields_ask(tree, pinfo);
    if (all || col_get_writable(pinfo->cinfo, COL_INFO))
        draw_columns(&d);
    /* Before other dissectors are called, which may throw. */
    tap_queue(&d, tcp ? tcp->stream : 0);
    draw_tree(&d, all);
    mails_hand_over(&d);
    return (int)tvb_reported_length(tvb); /* also when no octet was captured: the gap is shown */
}
