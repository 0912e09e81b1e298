/* draw_proxy.c — the PROXY protocol's header goes to that protocol's own dissector.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/esmtp.h"
#include "dissector/register.h"

void draw_proxy(drawing *d, const finding *f)
{
    place at = place_of(d, f, "PROXY header");
    tvbuff_t *header = tvb_new_subset_length(at.tvb, at.offset, (int)f->length);
    heur_dtbl_entry_t *proxy = find_heur_dissector_by_unique_short_name("proxy_tcp");

    if (field_is_wanted(FIELD_PROXY))
        proto_tree_add_none_format(d->tree, hf[FIELD_PROXY], at.tvb, at.offset, (int)f->length,
                                   "PROXY protocol header: %u octets (shown as PROXY)", f->length);
    if (!proxy)
        return;
    call_guarded(d, d->top, header, NULL, proxy);
    /* From 4.4 on that dissector takes the connection for itself, on later visits too. */
    conversation_set_dissector_from_frame_number(d->connection->conversation, d->pinfo->num, dissector_handle());
}
