/* before_draw.h — something to be called in tshark when all packets have been read, before what listened to them is written:
 * what the end of the capture shows belongs into it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_BEFORE_DRAW_H
#define ESMTP_TAPS_BEFORE_DRAW_H

#include <epan/packet.h>

#include <epan/tap.h>

/* Has function(data) called then, once. `data` tells the calls apart: a further one with the same has no effect. Listeners
 * that were registered before are written afterwards. Not in programs with windows, which read all packets again for what
 * they show, and draw it as often as they like. */
void before_draw(void (*function)(void *data), void *data);

/* For a listener that wants packets dissected, or only its draw function called. */
tap_packet_status ignore_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued, tap_flags_t flags);

#endif
