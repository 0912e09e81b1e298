/* tap.c — queues what a call found for the taps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/tap.h"

#include <epan/packet.h>

#include <epan/tap.h>

static int esmtp_tap = -1;

void tap_register(void)
{
    esmtp_tap = register_tap(ESMTP_TAP_NAME);
}

span octets_in_record(const tap_record *record, const finding *f)
{
    if (f->octets)
        return (span){f->octets, f->length};
    return span_first(span_from(record->octets, (size_t)(f->position - record->chunk.position)), f->length);
}

void tap_queue(drawing *d, uint32_t stream)
{
    tap_record *record;

    if (!have_tap_listener(esmtp_tap))
        return;
    record = wmem_new0(d->pinfo->pool, tap_record);
    record->connection = d->connection;
    record->chunk = *d->chunk;
    record->layer = d->layer;
    record->stream = stream;
    record->octets.length = tvb_captured_length(d->tvb);
    record->octets.octets = record->octets.length ? tvb_get_ptr(d->tvb, 0, (int)record->octets.length) : NULL;
    tap_queue_packet(esmtp_tap, d->pinfo, record);
}
