/* watch.h — sees every TCP segment before TCP does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_WATCH_H
#define ESMTP_DISSECTOR_WATCH_H

#include "dissector/route.h"

/* What has come of a segment so far. */
typedef struct watched_yield {
    tvbuff_t *payload; /* NULL: nobody has asked for it yet, see watched_payload() */
    bool drawn;        /* the records were drawn already */
} watched_yield;

/* A segment on its way through TCP. */
typedef struct watched {
    const packet_info *pinfo;
    uint32_t frame;
    unsigned layer;         /* how many layers there were below TCP's */
    tvbuff_t *tvb;          /* with TCP's header; NULL: nothing that can be read */
    address source, target; /* as TCP sees them, what tunnels make of them later on */
    uint16_t source_port, target_port;
    int payload_begin;     /* in `tvb`; from here on: if it is of a route */
    route_segment segment; /* its `route` is NULL, if not */
    wmem_array_t *records; /* route_record: what was read with it; NULL: nothing was */
    watched_yield *yield;
} watched;

/* Takes the place of TCP in `ip.proto`, or gives it back, as the preferences say. To be
 * called whenever packets are about to be dissected anew. */
void watch_refresh(void);

/* The segment that this packet is being dissected for; NULL: there is none, segments are not watched. */
const watched *watch_current(const packet_info *pinfo);
/* What TCP carries in it; and how many records there are of it. */
tvbuff_t *watched_payload(const watched *w);
unsigned watched_record_count(const watched *w);
/* TCP has handed on these octets. If they are its payload, no second tvbuff is made for that. */
void watched_meets_payload(const watched *w, tvbuff_t *handed);
/* The current segment may be of a greeting, on a connection that nothing shows to be SMTP yet: keeps it until that shows.
 * `begins`: the greeting begins with it; else it goes on, if one was kept. Does nothing if segments are not watched. */
void watch_keep(packet_info *pinfo, conversation_t *conversation, bool begins);
/* The connection of the current segment turned out to be SMTP: reads the segment. `late`: packets before it were
 * not read; those that were kept are read now.
 * False: segments are not watched. */
bool watch_adopt(packet_info *pinfo, bool late);

/* Is a call of the dissector one for what TCP has not handed on? By the call's `data`. */
bool watch_is_own_call(const void *data);

#endif
