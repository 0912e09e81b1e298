/* unread.c — see unread.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/unread.h"

#include <inttypes.h>

#include "dissector/route.h"

void unread_add_connection(unread *to, const carrier *kept, const carrier *at_end)
{
    connection_record of = carrier_record(at_end);

    to->tls += carrier_record(kept).tls_unread;
    to->missing += of.missing;
    to->octets += of.unread;
}

static void add_connection(void *data, const carrier *kept, const carrier *at_end)
{
    unread_add_connection((unread *)data, kept, at_end);
}

void unread_add_file(unread *to)
{
    route_visit_ends(add_connection, to);
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
