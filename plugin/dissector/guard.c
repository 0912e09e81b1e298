/* guard.c — calls to other dissectors.
 *
 * The octets that they get are complete. A dissector that fails on them must not hide the rest of the packet, and may not
 * ask TCP for more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/exceptions.h>
#include <epan/show_exception.h>

#include "dissector/esmtp.h"

void call_guarded(drawing *d, proto_tree *tree, tvbuff_t *tvb, dissector_handle_t handle, heur_dtbl_entry_t *heuristic)
{
    uint16_t can_desegment = d->pinfo->can_desegment;

    d->pinfo->can_desegment = 0;
    TRY
    {
        if (handle)
            call_dissector(handle, tvb, d->pinfo, tree);
        else
            call_heur_dissector_direct(heuristic, tvb, d->pinfo, tree, NULL);
    }
    CATCH_NONFATAL_ERRORS
    {
        show_exception(tvb, d->pinfo, tree, EXCEPT_CODE, GET_MESSAGE);
    }
    ENDTRY;
    d->pinfo->can_desegment = can_desegment;
}
