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
    chunk chunk;     /* side, and the findings of this call */
    layer layer;     /* under TLS or not */
    uint32_t stream; /* number of the TCP stream, as tcp.stream tells it */
    span octets;     /* the call's octets: a finding's are octets_in_record() */
} tap_record;

/* The octets of a finding of the record. */
span octets_in_record(const tap_record *record, const finding *f);

#endif
