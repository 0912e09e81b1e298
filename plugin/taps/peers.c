/* peers.c — see peers.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/peers.h"

#include <epan/to_str.h>

static const char *address_text(wmem_allocator_t *scope, const address *of)
{
    return of->type == AT_NONE ? NULL : address_to_str(scope, of);
}

const peers *peers_new(wmem_allocator_t *scope, const carrier *of, unsigned restarts)
{
    peers *made = wmem_new(scope, peers);
    peer client = carrier_peer(of, SIDE_CLIENT), server = carrier_peer(of, SIDE_SERVER);

    *made = (peers){.client_addr = address_text(scope, client.address),
                    .server_addr = address_text(scope, server.address),
                    .client_port = client.port,
                    .server_port = server.port,
                    .stream = of->stream,
                    .restarts = restarts,
                    .tls = of->stream_known ? tls_facts_of(of->stream) : NULL};
    return made;
}
