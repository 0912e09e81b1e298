/* unread.c — see unread.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/unread.h"

#include <inttypes.h>

#include "dissector/connections.h"
#include "dissector/route.h"

static void add_octets(unread *to, const connection_record *of)
{
    to->missing += of->missing;
    to->octets += of->unread;
}

/* The last call has the session that has read all that was held. */
static void add_rest(void *data, session *s, const segment *found, const carrier *at_end)
{
    connection_record of;

    (void)s;
    (void)found;
    if (!at_end)
        return;
    of = carrier_record(at_end);
    add_octets((unread *)data, &of);
}

void unread_add_file(unread *to)
{
    for (const carrier *c = carriers_of_file(); c; c = c->next) {
        connection_record of = carrier_record(c);
        to->tls += of.tls_unread;
        if (!c->carried || !route_read_rest(c->carried, add_rest, to))
            add_octets(to, &of);
    }
}

static void append(GString *text, uint64_t count, const char *one, const char *many)
{
    if (count)
        g_string_append_printf(text, "; %" PRIu64 " %s", count, count == 1 ? one : many);
}

void unread_append(GString *text, const unread *of)
{
    append(text, of->missing, "octet was missing", "octets were missing");
    append(text, of->octets, "octet could not be read", "octets could not be read");
    append(text, of->tls, "connection went on under TLS and could not be read",
           "connections went on under TLS and could not be read");
}
