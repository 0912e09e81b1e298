/* flow.c — the flow graph: an arrow a command or reply, and one for each mail's content.
 *
 * Secrets never stand on an arrow, as they never stand in the packet list.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include <epan/packet.h>

#include "dissector/tap.h"
#include "taps/register.h"
#include "wire/line.h"

/* A long line need not stand there whole. */
#define LABEL_LIMIT 256u

static char *label_of_line(wmem_allocator_t *scope, span text)
{
    text = span_first(text, LABEL_LIMIT);
    return octets_format(scope, text.octets, text.length);
}

static char *label_of_command(wmem_allocator_t *scope, const tap_record *record, const finding *f)
{
    if (!(f->flags & FLAG_SECRET))
        return label_of_line(scope, line_of(octets_in_record(record, f)).text);
    if (f->exchange && exchange_auth(f->exchange))
        return wmem_strdup_printf(scope, "%s %s%s\xe2\x80\xa6", f->exchange->name, exchange_auth(f->exchange)->mechanism,
                                  exchange_auth(f->exchange)->mechanism[0] ? " " : "");
    return wmem_strdup(scope, "\xe2\x80\xa6");
}

static char *label_of_response(wmem_allocator_t *scope, const tap_record *record, const finding *f)
{
    (void)record;
    return wmem_strdup(scope, f->flags & FLAG_CANCEL ? "*" : "AUTH response");
}

static unsigned lines_in(span whole)
{
    unsigned lines = 0;

    for (; whole.length; lines++)
        whole = span_from(whole, line_first(whole).length);
    return lines;
}

static char *label_of_reply(wmem_allocator_t *scope, const tap_record *record, const finding *f)
{
    span whole = octets_in_record(record, f);
    unsigned lines;
    char *first;

    if (f->flags & FLAG_CHALLENGE)
        return wmem_strdup(scope, "334 AUTH challenge");
    if (f->flags & FLAG_SECRET && f->exchange)
        return wmem_strdup_printf(scope, "%.3s \xe2\x80\xa6", label_of_line(scope, line_first(whole).text));
    first = label_of_line(scope, line_first(whole).text);
    lines = lines_in(whole);
    return lines > 1 ? wmem_strdup_printf(scope, "%s (%u lines)", first, lines) : first;
}

static char *label_of_content(wmem_allocator_t *scope, const tap_record *record, const finding *f)
{
    (void)record;
    if (!(f->flags & FLAG_MESSAGE_END))
        return NULL;
    return wmem_strdup_printf(scope, "Message, %" PRIu64 " octets", f->message->unstuffed_size);
}

static char *(*const labels[FINDING_KINDS])(wmem_allocator_t *, const tap_record *, const finding *) = {
    [FINDING_COMMAND] = label_of_command,
    [FINDING_AUTH_RESPONSE] = label_of_response,
    [FINDING_REPLY] = label_of_reply,
    [FINDING_CONTENT] = label_of_content,
};

/* The other side sent it. */
static void turn(flow_arrow *arrow)
{
    address source = arrow->source;
    uint16_t source_port = arrow->source_port;

    arrow->source = arrow->destination;
    arrow->source_port = arrow->destination_port;
    arrow->destination = source;
    arrow->destination_port = source_port;
}

static void arrow_add(flow_graph *graph, packet_info *pinfo, const tap_record *record, bool of_peer, const char *label)
{
    flow_arrow *arrow = sequence_analysis_create_sai_with_addresses(pinfo, graph);

    if (!arrow)
        return;
    arrow->frame = pinfo->num;
    arrow->source_port = (uint16_t)pinfo->srcport;
    arrow->destination_port = (uint16_t)pinfo->destport;
    if (of_peer)
        turn(arrow);
    arrow->label = g_strdup(label);
    arrow->comment = g_strdup_printf("SMTP: %s", label);
    arrow->conversation = (uint16_t)record->stream;
    arrow->displayed = true;
    arrow->line_width = 1;
    sequence_analysis_use_color_filter(pinfo, arrow);
    g_queue_push_tail(graph->arrows, arrow);
}

static tap_packet_status flow_record_add(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                         tap_flags_t flags)
{
    const tap_record *record = (const tap_record *)queued;
    flow_graph *graph = (flow_graph *)data;

    (void)edt;
    (void)flags;
    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        char *label = labels[f->kind] ? labels[f->kind](pinfo->pool, record, f) : NULL;
        bool of_client = f->kind == FINDING_CONTENT && f->flags & FLAG_READ_AGAIN; /* found with the server's reply */
        if (label)
            arrow_add(graph, pinfo, record, record->of_peer != of_client, label);
    }
    return TAP_PACKET_REDRAW;
}

void flow_register(void)
{
    register_seq_analysis("esmtp", "SMTP Flows", proto_esmtp, ESMTP_TAP_NAME, 0, flow_record_add);
}
