/* held.h — octets of one direction that wait for others, in the order of their positions.
 *
 * Pieces never overlap: the caller has cut a new one to what is not held yet. They are taken from the front alone. The order
 * is kept in a skip list, so that a piece finds its place in logarithmic time wherever it belongs; the levels come from a
 * fixed sequence, so that the same pieces make the same list.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_HELD_H
#define ESMTP_SESSION_HELD_H

#include "session/session.h"

/* One in four pieces reaches the next level: enough for more pieces than the bound on held octets lets in. */
#define HELD_LEVELS 10u

typedef struct held_piece held_piece;

struct held_piece {
    uint64_t position;
    size_t length;
    const uint8_t *octets; /* NULL: the capture has none of them, the packet was cut by a snap length */
    uint64_t needs;        /* to be read only when the other direction has been read up to here */
    uint32_t frame;        /* that carried them, and when */
    moment time;
    unsigned levels;
    held_piece *following[]; /* by level */
};

typedef struct held_pieces {
    held_piece *first[HELD_LEVELS]; /* by level */
    size_t cost;                    /* memory that the pieces take, in octets */
    uint32_t chance;
} held_pieces;

/* Puts in a copy of `octets`; NULL: `length` octets that the capture does not have. None of these octets may be held
 * already. */
void held_add(held_pieces *held, wmem_allocator_t *scope, const held_piece *like, const uint8_t *octets);
/* The last piece that begins at or before `position`; NULL when there is none. */
const held_piece *held_at_or_before(const held_pieces *held, uint64_t position);
/* Takes the first piece out, which stays as it is until held_free(). There has to be one. */
held_piece *held_take_first(held_pieces *held);
/* Gives back the memory of a piece that was taken out. */
void held_free(wmem_allocator_t *scope, held_piece *piece);

static inline const held_piece *held_first(const held_pieces *held)
{
    return held->first[0];
}

static inline uint64_t held_end(const held_piece *piece)
{
    return piece->position + piece->length;
}

#endif
