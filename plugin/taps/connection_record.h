/* connection_record.h — one record of the log of connections: what became of one, column by column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_CONNECTION_RECORD_H
#define ESMTP_TAPS_CONNECTION_RECORD_H

#include "taps/peers.h"
#include "taps/record.h"

typedef struct logged_connection {
    connection_record connection;
    const peers *peers;
} logged_connection;

/* A copy that outlives the connection. */
logged_connection logged_connection_make(wmem_allocator_t *scope, const carrier *of, unsigned restarts);

extern const record_kind connection_record_kind;

#endif
