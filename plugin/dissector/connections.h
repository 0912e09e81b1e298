/* connections.h — every TCP connection on our ports, and every other one that carries SMTP: what its segments showed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_CONNECTIONS_H
#define ESMTP_DISSECTOR_CONNECTIONS_H

#include "dissector/esmtp.h"
#include "session/connection.h"
#include "session/segments.h"

/* A connection, whether or not an octet of SMTP came. In pairs: of the two directions. */
struct carrier {
    carrier *next;       /* among those of the file, in the order of their first segments */
    connection *carried; /* NULL: no octet of SMTP came */
    address ends[2];     /* who sends in the direction */
    uint16_t ports[2];   /* likewise */
    unsigned server;     /* the direction in which the server sends, by SYN and ports */
    uint32_t first_frame;
    uint32_t stream; /* tcp.stream */
    bool stream_known;
    bool handed;         /* its segments are not seen: octets come from another dissector */
    transport transport; /* its `ender` is a direction */
};

/* Begins one with the packet at hand, which is sent in `direction`. */
carrier *carrier_new(const packet_info *pinfo, unsigned direction, unsigned server);

/* A segment was captured; so many octets were read, which a packet of that time carried; the connection ended with a FIN
 * or a RST. */
void carrier_segment(carrier *c, unsigned direction);
void carrier_octets(carrier *c, unsigned direction, uint64_t octets, const moment *time);
void carrier_ended(carrier *c, unsigned direction, bool reset, const moment *time);
/* The number that TCP has given it. */
void carrier_learn_stream(carrier *c, packet_info *pinfo);
void carrier_is_stream(carrier *c, uint32_t stream);

/* What became of it, as far as is known. */
connection_record carrier_record(const carrier *c);
/* Who the client is or the server. */
peer carrier_peer(const carrier *c, side which);

/* From now on `before_free` is called with `data` whenever those of a file are about to be freed. */
void carriers_watch(void (*before_free)(void *data), void *data);

/* Those of the file that is open, the oldest first; NULL: none. */
const carrier *carriers_of_file(void);

#endif
