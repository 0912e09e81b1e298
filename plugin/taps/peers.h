/* peers.h — who talked to whom, and in which TCP stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_PEERS_H
#define ESMTP_TAPS_PEERS_H

#include "dissector/connections.h"
#include "taps/tls_facts.h"

typedef struct peers {
    const char *client_addr, *server_addr; /* NULL: not known */
    uint16_t client_port, server_port;
    uint32_t stream;
    unsigned restarts;    /* of Wireshark's, before: each numbers frames and streams anew */
    const tls_facts *tls; /* NULL: nobody asks for them */
} peers;

/* Lives with `scope`. */
const peers *peers_new(wmem_allocator_t *scope, const carrier *of, unsigned restarts);

#endif
