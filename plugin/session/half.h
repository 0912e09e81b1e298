/* half.h — the inside of segments.h: the two halves of a connection, and what is read of them in which order.
 *
 * half.c knows octets, acknowledgements and holes; segments.c decides which segments it is given.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_HALF_H
#define ESMTP_SESSION_HALF_H

#include "session/held.h"
#include "session/segments.h"

/* A FIN or RST that waits for its turn. */
typedef struct half_end {
    bool known;
    uint64_t position; /* FIN: its own number; RST: the next octet's */
    uint64_t needs;
    uint32_t frame;
    moment time;
} half_end;

typedef struct lost_range {
    uint64_t from, to;
} lost_range;

/* What one side sends. */
typedef struct half {
    bool begun;      /* positions have a meaning */
    bool seen;       /* a segment of it was */
    bool has_octets; /* a segment of it had payload */
    bool consumed;   /* something was read or lost: there is no way back */
    bool has_syn;    /* `start` is that of the SYN */
    uint64_t start;  /* position of the first octet, as far as is known */
    uint64_t next;   /* all before is read or lost */
    uint64_t top;    /* end of the octets that were seen */
    uint32_t latest; /* frame of its last segment that was no RST */

    /* What the peer says that it has. */
    bool acknowledged;
    uint64_t claimed;       /* the highest acknowledgement */
    uint64_t claimed_again; /* the highest that a second segment confirms */
    /* Position in the peer's half behind the segment that claims most: what the peer sends from there on was sent later. */
    uint64_t claim_sent_at;
    /* `claimed` before the last segment with payload, the one before it, ...: as many as there is patience. */
    uint64_t *aged;

    half_end fin, reset;
    bool fin_read, reset_read;
    held_pieces held;
    lost_range *lost; /* ascending */
    unsigned lost_count, lost_capacity;
} half;

/* A segment whose numbers could not be, in case that another one confirms it. */
typedef struct aside_segment aside_segment;

struct aside_segment {
    aside_segment *next;
    tcp_segment segment;
    uint8_t octets[]; /* its payload */
};

struct segments {
    wmem_allocator_t *scope;
    segments_limits limits;
    size_t window; /* octets: numbers that are farther from the others are not believed */
    half halves[2];
    uint64_t epoch;       /* of positions: their high 32 bits where a half begins */
    uint64_t payloads;    /* segments with payload */
    bool awaits_start;    /* begun without a SYN: an earlier segment may come yet */
    bool flushing;        /* nothing is waited for */
    bool brought;         /* the segment under way has new octets */
    unsigned idle;        /* segments that brought nothing since both sides have sent a FIN */
    aside_segment *aside; /* oldest first */
    unsigned aside_count;

    /* Of the call under way. */
    uint32_t frame;
    moment time;
    segments_event *events;
    size_t events_count, events_capacity;
    held_piece *spent;          /* events point to their octets; linked by following[0] */
    aside_segment *spent_aside; /* likewise */
    bool is_copy;               /* segments_rest(): pieces and ranges are another's */
};

/* A segment, as it lies in the connection. */
typedef struct placed_segment {
    const tcp_segment *in;
    bool kept; /* its payload is a copy: it was put aside before */
    half *from, *to;
    uint64_t position;     /* of the first octet of payload */
    uint64_t captured_end; /* of what the capture has of it */
    uint64_t end;
    uint64_t needs; /* in `to`; 0: nothing */
} placed_segment;

segments_event *half_event(segments *s, segments_event_kind kind, const half *h, uint64_t position, uint64_t length);

/* The position nearest to what comes next of `h`; where that is not known, one of the epoch. */
uint64_t half_position(const segments *s, const half *h, uint32_t sequence);
/* The first octet is, as far as is known, at `position`. */
void half_begin(half *h, uint64_t position);
/* Behind all that was seen, read or confirmed. */
uint64_t half_reach(const half *h);
/* Can the peer have acknowledged this? */
bool half_may_acknowledge(const segments *s, const half *h, uint64_t position);
/* Counts a segment with payload against the holes that are acknowledged. Before half_acknowledge() of the same segment. */
void half_age(segments *s);
/* The acknowledgement of a segment; sets a->needs. */
void half_acknowledge(segments *s, placed_segment *a);
/* Reads or holds the payload. */
void half_take(segments *s, placed_segment *a);
/* Reads whatever can be read, and gives up what is overdue or over the bound. */
void half_advance(segments *s);
/* Reads all that is held; holes are lost. */
void half_flush(segments *s, segments_cause cause);
/* Reads a RST whose turn had not come: what is missing before it is lost. Behind half_flush(). */
void half_flush_resets(segments *s, segments_cause cause);
/* Has the peer acknowledged octets behind all that was seen, read or lost? */
bool half_lacks_tail(const half *h);

#endif
