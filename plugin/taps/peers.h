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

/* Columns that each log has. */
value peers_stream(const peers *of);
value peers_client_addr(const peers *of);
value peers_client_port(const peers *of);
value peers_server_addr(const peers *of);
value peers_server_port(const peers *of);

/* Appends "192.0.2.1 → 198.51.100.25:25". */
void peers_append_route(GString *out, const peers *of);

/* Lives with `scope`. */
const peers *peers_new(wmem_allocator_t *scope, const carrier *of, unsigned restarts);

#endif
