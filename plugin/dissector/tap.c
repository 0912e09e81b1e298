/* tap.c — queues what a call found for the taps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/tap.h"

#include "dissector/connections.h"
#include "dissector/route.h"

#include <epan/packet.h>

#include <epan/proto_data.h>
#include <epan/tap.h>

/* A tap of Wireshark's that gets a record of each call of ours. */
typedef struct outlet {
    int tap;
    tap_reporter report;
} outlet;

#define OUTLETS_LIMIT 8u

/* Conversations and routes have other keys. */
#define PACKET_RECORD_KEY (UINT32_C(1) << 30)

static outlet outlets[OUTLETS_LIMIT];
static size_t outlets_count;

void tap_outlet_add(const char *name, tap_reporter report)
{
    DISSECTOR_ASSERT(outlets_count < OUTLETS_LIMIT);
    outlets[outlets_count++] = (outlet){register_tap(name), report};
}

void tap_report_record(int tap, packet_info *pinfo, const tap_record *record)
{
    tap_queue_packet(tap, pinfo, record);
}

void tap_register(void)
{
    tap_outlet_add(ESMTP_TAP_NAME, tap_report_record);
}

span octets_in_record(const tap_record *record, const finding *f)
{
    if (f->octets)
        return (span){f->octets, f->length};
    return span_first(span_from(record->octets, (size_t)(f->position - record->segment.position)), f->length);
}

static tap_record *record_make(drawing *d, uint32_t stream)
{
    tap_record *record = wmem_new0(d->pinfo->pool, tap_record);

    record->connection = d->connection;
    record->session = d->connection->session;
    record->segment = *d->segment;
    /* Taps hear of it when the packet is dissected; the session may use the list again before, for the packet's next call.
     */
    if (d->segment->count)
        record->segment.findings =
            (const finding *)wmem_memdup(d->pinfo->pool, d->segment->findings, d->segment->count * sizeof(finding));
    record->layer = d->layer;
    record->later = d->pinfo->fd->visited;
    record->of_peer = d->of_peer;
    record->time = (moment){(int64_t)d->pinfo->abs_ts.secs, d->pinfo->abs_ts.nsecs};
    record->first = d->segment->frame == d->connection->first_frame && d->segment->tag == d->connection->first_tag;
    record->stream = stream;
    record->octets.length = tvb_captured_length(d->tvb);
    record->octets.octets = record->octets.length ? tvb_get_ptr(d->tvb, 0, (int)record->octets.length) : NULL;
    return record;
}

/* --- what is held at the end ------------------------------------------------------------------------------------------- */

/* Who is given the records of a connection's rest. */
typedef struct rest_visit {
    void (*see)(void *data, const tap_record *record);
    void *data;
    tap_record record; /* what all of them have in common */
} rest_visit;

static void see_piece(void *data, const rest_piece *piece)
{
    const rest_visit *v = (const rest_visit *)data;
    tap_record record = v->record;

    record.session = piece->session;
    record.ends = piece->at_end != NULL;
    if (piece->found) {
        record.segment = *piece->found;
        record.octets = (span){piece->found->octets, piece->found->octets ? piece->found->length : 0};
        record.time = piece->time;
    }
    v->see(v->data, &record);
}

void tap_visit_rest(void (*see)(void *data, const tap_record *record), void *data)
{
    for (const carrier *c = carriers_of_file(); c; c = c->next) {
        rest_visit v = {see, data, {.connection = c->carried, .stream = c->stream}};
        if (c->carried && !route_read_rest(c->carried, see_piece, &v))
            see_piece(&v, &(rest_piece){.session = c->carried->session, .at_end = c});
    }
}

const tap_record *tap_record_of_packet(packet_info *pinfo)
{
    return (const tap_record *)p_get_proto_data(pinfo->pool, pinfo, proto_esmtp, PACKET_RECORD_KEY);
}

static bool is_of_mail(const segment *of)
{
    for (uint32_t i = 0; i < of->count; i++)
        if (finding_transaction(&of->findings[i]))
            return true;
    return false;
}

void tap_queue(drawing *d, uint32_t stream, bool keep)
{
    bool kept = keep && is_of_mail(d->segment) && !tap_record_of_packet(d->pinfo);
    tap_record *record = kept ? record_make(d, stream) : NULL;

    for (size_t i = 0; i < outlets_count; i++) {
        if (!have_tap_listener(outlets[i].tap))
            continue;
        if (!record)
            record = record_make(d, stream);
        outlets[i].report(outlets[i].tap, d->pinfo, record);
    }
    if (kept)
        p_add_proto_data(d->pinfo->pool, d->pinfo, proto_esmtp, PACKET_RECORD_KEY, record);
}
