/* tap.h — what the dissector tells its taps: one record a call, queued under the name "esmtp".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_TAP_H
#define ESMTP_DISSECTOR_TAP_H

#include "dissector/esmtp.h"
#include "session/transaction.h"

/* Wireshark's name for the records: what taps register a listener for. */
#define ESMTP_TAP_NAME "esmtp"

typedef struct tap_record {
    const connection *connection;
    const session *session; /* has read so far: the connection's, or a copy of it that lives as long as this record */
    segment segment;        /* side, and the findings of this call */
    layer layer;            /* under TLS or not */
    bool first;             /* of the connection's calls */
    bool later;             /* not the first visit of the packet */
    bool of_peer;           /* the octets were sent by the packet's receiver, and became readable with it */
    bool ends;              /* nothing more comes of the connection: the capture ends */
    moment time;            /* of the packet */
    uint32_t stream;        /* number of the TCP stream, as in tcp.stream */
    span octets;            /* the call's octets: a finding's are octets_in_record() */
} tap_record;

/* A report of a call while its packet is dissected, for a tap that is not the plugin's own "esmtp": `report` queues
 * under `tap` what listeners there understand. */
typedef void (*tap_reporter)(int tap, packet_info *pinfo, const tap_record *record);

/* Has `report` called for every record, while somebody listens to the tap of that name. To be called once a name, at start.
 */
void tap_outlet_add(const char *name, tap_reporter report);

/* Queues the record itself. */
void tap_report_record(int tap, packet_info *pinfo, const tap_record *record);

/* What no packet shows, since it waits for missing octets where the capture ends: `see` gets a record of each piece of it,
 * as if it were read now, and at last one without octets that `ends`, for each connection. What the findings of a connection
 * point to is gone behind the last one. To be called when all packets have been seen. */
void tap_visit_rest(void (*see)(void *data, const tap_record *record), void *data);

/* The record of the packet's first call that belongs to a mail, for what Wireshark asks about the packet that is chosen.
 * NULL: none belongs to a mail, or the packet's tree was not drawn. */
const tap_record *tap_record_of_packet(packet_info *pinfo);

/* The octets of a finding of the record. */
span octets_in_record(const tap_record *record, const finding *f);

#endif
