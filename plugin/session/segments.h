/* segments.h — the TCP segments of one connection, put in order.
 *
 * In go the segments of both directions as they were on the wire: late, twice, with other boundaries, or not at all. Out
 * come, in order, the octets that have become readable, and an event for what becomes of the others. The rules:
 *
 *  - Octets have positions, the first copy of an octet wins, and each position is read or lost once, in ascending order.
 *  - A segment that acknowledges octets of the peer is read only when these have been read, or lost: a reply never
 *    overtakes its command.
 *  - A hole is lost when the peer has acknowledged octets behind it and `patience` further segments with payload came
 *    that did not fill it; at once at a RST, at a new connection on the same ports, and over the bound on held octets;
 *    and once both sides have sent a FIN, when more segments come that bring nothing.
 *  - A segment without payload and flags is recorded and makes nothing readable, but for that last case.
 *  - Numbers that cannot be are not believed: an acknowledgement far ahead, or one that the same sender contradicts; a
 *    segment far from the others. Such a segment is put aside, and if a second one goes on where it ended, or answers it,
 *    a new connection has begun whose SYN was not captured.
 *
 * The same segments in the same order give the same events. Cost: constant for a segment in order, whose octets are not
 * copied; logarithmic for each piece that is held.
 *
 * Of the content of a BDAT chunk, whose end is known whatever is missing, no octet is read ahead of its turn either: a
 * reader that takes octets out of order would need a second way to gather content, and gains only that they are shown
 * earlier.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_SEGMENTS_H
#define ESMTP_SESSION_SEGMENTS_H

#include "session/session.h"

/* More patience than this is none the better. */
#define SEGMENTS_PATIENCE_MAX 64u

typedef struct segments_limits {
    /* Memory for octets held, for each direction; over it the first hole is lost. More than the default also lets numbers be
     * as far from the others. */
    size_t held;
    size_t held_unacknowledged; /* the same while the peer has acknowledged nothing: it was not captured */
    unsigned patience;          /* segments with payload that may fill an acknowledged hole */
    /* Segments with payload that are awaited where a capture begins without a SYN, lest an earlier one comes late; 0: what
     * comes first is read at once. */
    unsigned start_patience;
    unsigned end_patience; /* segments that bring nothing new, after both FINs */
} segments_limits;

/* 4 MiB, 64 KiB, 2, 0, 1 */
extern const segments_limits segments_default_limits;

/* One TCP segment as captured. */
typedef struct tcp_segment {
    uint32_t frame;
    moment time;
    unsigned direction;       /* 0 or 1: who sent it */
    uint32_t sequence;        /* absolute, of the first octet or flag */
    uint32_t acknowledgement; /* absolute, with has_acknowledgement */
    bool has_acknowledgement; /* the flag ACK */
    bool syn;
    bool fin;
    bool rst; /* what it carries is no data */
    span payload;
    uint32_t missing; /* octets of the payload's end that a snap length cut off */
} tcp_segment;

typedef enum segments_event_kind {
    SEGMENTS_READ,          /* octets whose turn it is */
    SEGMENTS_LOST,          /* octets that nobody will read */
    SEGMENTS_RETRANSMITTED, /* octets of this segment that were read or are held already */
    SEGMENTS_HELD,          /* octets of this segment that cannot be read yet */
    SEGMENTS_LATE,          /* octets of this segment that were lost before: not used */
    SEGMENTS_ASIDE,         /* this segment's numbers cannot be: not used, unless it turns out to begin a new connection */
    SEGMENTS_ENDED,         /* one direction, by a FIN whose turn it is or by a RST. More may come if that was forged. */
    SEGMENTS_RESTART,       /* what follows belongs to a new connection on the same ports; positions go on higher */
} segments_event_kind;

typedef enum segments_cause {
    SEGMENTS_CAUSE_NONE,
    SEGMENTS_CAUSE_ACKNOWLEDGED, /* LOST: the peer has them, the capture has not */
    SEGMENTS_CAUSE_ONE_SIDED,    /* LOST: this direction was not captured, or not what its peer acknowledged */
    SEGMENTS_CAUSE_BOUND,        /* LOST: too much is held that waits for them */
    SEGMENTS_CAUSE_SNAPPED,      /* LOST: cut off by a snap length */
    SEGMENTS_CAUSE_RESET,        /* LOST: a RST came; ENDED: by it */
    SEGMENTS_CAUSE_CLOSED,       /* LOST: both sides have sent a FIN; ENDED: by a FIN */
    SEGMENTS_CAUSE_RESTART,      /* LOST: a new connection began */
    SEGMENTS_CAUSE_CAPTURE_END,  /* LOST, of segments_rest() alone */
} segments_cause;

typedef struct segments_event {
    uint8_t kind; /* segments_event_kind */
    uint8_t direction;
    uint8_t cause;     /* segments_cause */
    bool held;         /* READ: `octets` is a copy that was held, and not the payload of this very segment */
    uint32_t frame;    /* READ, ENDED: that carried it first; LOST by a snap length: that of the cut packet; else this one */
    moment time;       /* of that frame */
    uint64_t position; /* of the first octet. Its low 32 bits are the absolute sequence number; it does not wrap. ASIDE: 0 */
    uint64_t length;   /* octets */
    const uint8_t *octets; /* READ, RETRANSMITTED, LATE, HELD: `length` of them; NULL for those that a snap length cut off */
    uint64_t missing; /* HELD: octets of the first hole of this direction; 0 when these wait for the other direction alone */
    uint64_t differing; /* RETRANSMITTED: octets that are not those of the first copy, as far as that is still held */
} segments_event;

typedef struct segments segments;

/* `scope` owns all that is kept. `limits` NULL: the default ones. */
segments *segments_new(wmem_allocator_t *scope, const segments_limits *limits);

/* The next segment, in the order of the capture. The events, *count_r of them, and the octets they point to are valid
 * until the next call; the payload has to stay as long. */
const segments_event *segments_put(segments *s, const tcp_segment *in, size_t *count_r);

/* What would be read if the capture ended here: all that is held, holes as LOST, the ends that were seen as ENDED.
 * Nothing of it is remembered: segments_put() goes on as if this had not been called. The array is of `scope`, the octets
 * are valid until the next segments_put(). */
const segments_event *segments_rest(const segments *s, wmem_allocator_t *scope, size_t *count_r);

/* Would segments_rest() tell of anything? */
bool segments_have_rest(const segments *s);

/* Memory that held octets take, of both directions. */
size_t segments_held(const segments *s);

#endif
