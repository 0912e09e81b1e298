/* peers.c — see peers.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/peers.h"

#include <epan/to_str.h>

#include "taps/record_log.h"

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

value peers_stream(const peers *of)
{
    return value_number(of->stream);
}

value peers_client_addr(const peers *of)
{
    return value_text(of->client_addr);
}

value peers_client_port(const peers *of)
{
    return value_number(of->client_port);
}

value peers_server_addr(const peers *of)
{
    return value_text(of->server_addr);
}

value peers_server_port(const peers *of)
{
    return value_number(of->server_port);
}

void peers_append_route(GString *out, const peers *of)
{
    value client = peers_client_addr(of), server = peers_server_addr(of);

    append_value(out, &client);
    g_string_append(out, " " ARROW " ");
    append_value(out, &server);
    g_string_append_printf(out, ":%u", of->server_port);
}
