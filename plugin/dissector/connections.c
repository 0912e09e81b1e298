/* connections.c — see connections.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/connections.h"

#include <epan/dissectors/packet-tcp.h>

/* Of the file that is open. */
static carrier *first, *last;

typedef struct watcher {
    void (*before_free)(void *data);
    void *data;
} watcher;

static GArray *watchers; /* watcher; NULL: none */

void carriers_watch(void (*before_free)(void *data), void *data)
{
    watcher added = {before_free, data};

    if (!watchers)
        watchers = g_array_new(false, false, sizeof(watcher));
    g_array_append_val(watchers, added);
}

static wmem_callback_result file_closed(wmem_allocator_t *file, wmem_cb_event_t event, void *data)
{
    (void)file;
    (void)event;
    (void)data;
    for (unsigned i = 0; watchers && i < watchers->len; i++) {
        const watcher *w = &g_array_index(watchers, watcher, i);
        w->before_free(w->data);
    }
    first = last = NULL;
    return false; /* not to be called again */
}

static void append(carrier *c)
{
    if (!first) {
        pools_of_file(); /* what is registered first is called last: sessions are freed behind this */
        wmem_register_callback(wmem_file_scope(), file_closed, NULL);
    }
    if (last)
        last->next = c;
    else
        first = c;
    last = c;
}

const carrier *carriers_of_file(void)
{
    return first;
}

carrier *carrier_new(const packet_info *pinfo, unsigned direction, unsigned server)
{
    carrier *c = wmem_new0(wmem_file_scope(), carrier);

    copy_address_wmem(wmem_file_scope(), &c->ends[direction], &pinfo->src);
    copy_address_wmem(wmem_file_scope(), &c->ends[!direction], &pinfo->dst);
    c->ports[direction] = (uint16_t)pinfo->srcport;
    c->ports[!direction] = (uint16_t)pinfo->destport;
    c->server = server;
    c->first_frame = pinfo->num;
    c->transport.begin = (moment){pinfo->abs_ts.secs, pinfo->abs_ts.nsecs};
    append(c);
    return c;
}

void carrier_segment(carrier *c, unsigned direction)
{
    c->transport.seen[direction] = true;
}

void carrier_octets(carrier *c, unsigned direction, uint64_t octets, const moment *time)
{
    c->transport.seen[direction] = true;
    c->transport.octets[direction] += octets;
    c->transport.last = *time;
    c->transport.has_octets = true;
}

/* What comes behind the first FIN or RST only answers it. */
void carrier_ended(carrier *c, unsigned direction, bool reset, const moment *time)
{
    transport *t = &c->transport;

    if (t->ended)
        return;
    t->ended = t->ender_known = true;
    t->reset = reset;
    t->ender = (side)direction;
    t->end = *time;
}

void carrier_learn_stream(carrier *c, packet_info *pinfo)
{
    conversation_t *conversation;
    const struct tcp_analysis *tcp;

    if (c->stream_known)
        return;
    conversation = find_conversation_pinfo(pinfo, 0);
    tcp = conversation
              ? (const struct tcp_analysis *)conversation_get_proto_data(conversation, proto_get_id_by_filter_name("tcp"))
              : NULL;
    if (!tcp)
        return;
    carrier_is_stream(c, tcp->stream);
}

void carrier_is_stream(carrier *c, uint32_t stream)
{
    c->stream = stream;
    c->stream_known = true;
}

static unsigned direction_of(const carrier *c, side which)
{
    bool swapped = c->carried && session_roles_swapped(c->carried->session);

    return (which == SIDE_SERVER) != swapped ? c->server : !c->server;
}

peer carrier_peer(const carrier *c, side which)
{
    unsigned direction = direction_of(c, which);

    return (peer){&c->ends[direction], c->ports[direction]};
}

/* A FIN or RST of a connection whose segments are not seen: nobody knows whose it is. */
static void learn_unseen_end(const carrier *c, transport *t)
{
    const struct tcp_analysis *tcp = c->carried ? c->carried->tcp : NULL;

    if (!c->handed || !tcp || !(tcp->conversation_completeness & (FIN_SEEN | RST_SEEN)))
        return;
    t->ended = true;
    t->reset = !(tcp->conversation_completeness & FIN_SEEN);
}

connection_record carrier_record(const carrier *c)
{
    transport t = c->transport;

    for (unsigned which = SIDE_CLIENT; which <= SIDE_SERVER; which++) {
        unsigned direction = direction_of(c, (side)which);
        t.octets[which] = c->transport.octets[direction];
        t.seen[which] = c->transport.seen[direction];
        t.tls[which] = c->transport.tls[direction];
    }
    t.ender = (unsigned)c->transport.ender == direction_of(c, SIDE_SERVER) ? SIDE_SERVER : SIDE_CLIENT;
    learn_unseen_end(c, &t);
    return connection_record_of(c->carried ? c->carried->session : NULL, &t);
}
