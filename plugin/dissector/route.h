/* route.h — the TCP segments between two addresses and ports: put in order, and read into the sessions they belong to.
 *
 * Wireshark's TCP hands a dissector the segments that it takes for orderly ones, and keeps back the others. A route gets all
 * of them as they were captured, before TCP does. What became readable with a segment is drawn in that segment's packet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_ROUTE_H
#define ESMTP_DISSECTOR_ROUTE_H

#include "dissector/esmtp.h"
#include "session/segments.h"

/* Two addresses, two ports, maybe several connections one after the other. */
typedef struct route route;

/* A TCP segment on its way through this frame. */
typedef struct route_segment {
    route *route;
    tcp_segment in; /* the direction is that of the route */
    uint32_t nth;   /* of the route's segments in this frame, from 0 */
} route_segment;

/* What was read with a segment: of which connection, and what. */
typedef struct route_record {
    connection *connection;
    const segment *segment;
    bool parsed;  /* what the session parsed of it can still be asked for */
    bool of_peer; /* octets of the other direction than the packet's: they waited for these */
} route_record;

/* The route of the packet's addresses and ports, whose direction of the packet goes to *direction_r. NULL: there is none, or
 * the addresses are none of the Internet's. */
route *route_find(const packet_info *pinfo, unsigned *direction_r);
/* The same, which is made when there is none. */
route *route_find_or_make(const packet_info *pinfo, unsigned *direction_r);

/* The route was made for a connection under way, whose SYN TCP may have seen: learns of TCP who opened it and when.
 * `direction` is the packet's. */
void route_learn_opening(route *r, unsigned direction, const packet_info *pinfo);

/* The first packets of the next connection were not dissected, though they were captured: nothing is said of what they held.
 */
void route_begin_late(route *r);

/* TLS is to begin with the connection, if nothing was read of it yet: the carrier notes it, and nothing else is read.
 */
void route_await_tls(route *r);
bool route_awaits_tls(const route *r);
/* It is SMTP in the clear: reads it from the segment at hand on. */
void route_read_plain(route *r);

/* Another file begins. */
void routes_reset(void);

/* Reads a segment, on the first visit of its packet. The records, route_record, live with the packet; NULL: none. */
wmem_array_t *route_read(const route_segment *in, packet_info *pinfo);
/* To be called when another segment is read before these records were drawn: the session uses its lists again. */
void route_keep_record(wmem_array_t *records, packet_info *pinfo);
/* What route_read() gave, on a later visit. */
wmem_array_t *route_records(const route_segment *in, packet_info *pinfo);

/* What would be read of a connection if the capture ended here. */
typedef struct rest_piece {
    session *session;      /* a copy, which has read so far */
    const segment *found;  /* NULL: all has been read */
    moment time;           /* of the packet that carried it */
    const carrier *at_end; /* what is known of the connection when all has been read; else NULL */
} rest_piece;

/* `read` gets each piece of what waits for missing octets, and at last one without octets. Nothing of it is remembered.
 * False: nothing waits. */
typedef void (*rest_reader)(void *data, const rest_piece *piece);
bool route_read_rest(const connection *c, rest_reader read, void *data);

/* Visits each connection of the file: `kept` is the connection as it was read, `at_end` as it would be if the capture ended
 * here. */
typedef void (*end_visitor)(void *data, const carrier *kept, const carrier *at_end);
void route_visit_ends(end_visitor visit, void *data);

/* Tells the routes of a file apart: from 0. */
uint32_t route_number(const route *r);

/* What is known of the connection under way from its segments; NULL: there is none. */
carrier *route_carrier(const route *r);
/* The connection that octets under TLS in this packet belong to; NULL: none. */
connection *route_connection(const route *r, uint32_t frame);
/* Has TLS begun with the connection's first octets? */
bool route_is_tls(const route *r);
/* ... with those of this packet? */
bool route_begins_tls(const route *r, uint32_t frame);
/* Octets of TLS that came with this packet when others behind them had come before, where it matters: TLS is decrypted, or
 * its handshake is under way. */
uint32_t route_tls_behind(const route *r, uint32_t frame);
/* May octets of this segment be TLS's? */
bool route_has_tls(const route_segment *in);

#endif
