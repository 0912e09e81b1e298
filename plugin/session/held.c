/* held.c — see held.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "held.h"

static size_t cost_of(unsigned levels, size_t stored)
{
    return sizeof(held_piece) + levels * sizeof(held_piece *) + stored;
}

static size_t stored_octets(const held_piece *piece)
{
    return piece->octets ? piece->length : 0;
}

/* Marsaglia's xorshift; two bits decide on one level. */
static unsigned next_levels(held_pieces *held)
{
    uint32_t x = held->chance ? held->chance : 1;
    unsigned levels = 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    held->chance = x;
    for (; levels < HELD_LEVELS && (x & 3) == 0; x >>= 2)
        levels++;
    return levels;
}

/* At each level the link that leads over `position`: to the first piece behind it. */
static void find_links(held_pieces *held, uint64_t position, held_piece **links[HELD_LEVELS])
{
    held_piece **row = held->first;

    for (unsigned level = HELD_LEVELS; level-- > 0;) {
        while (row[level] && row[level]->position <= position)
            row = row[level]->following;
        links[level] = &row[level];
    }
}

void held_add(held_pieces *held, wmem_allocator_t *scope, const held_piece *like, const uint8_t *octets)
{
    held_piece **links[HELD_LEVELS];
    unsigned levels = next_levels(held);
    size_t cost = cost_of(levels, octets ? like->length : 0);
    held_piece *piece = (held_piece *)wmem_alloc(scope, cost);

    *piece = *like;
    piece->levels = levels;
    piece->octets = NULL;
    if (octets)
        piece->octets = (const uint8_t *)memcpy(&piece->following[levels], octets, like->length);
    find_links(held, like->position, links);
    for (unsigned level = 0; level < levels; level++) {
        piece->following[level] = *links[level];
        *links[level] = piece;
    }
    held->cost += cost;
}

const held_piece *held_at_or_before(const held_pieces *held, uint64_t position)
{
    held_piece *const *row = held->first;
    const held_piece *found = NULL;

    for (unsigned level = HELD_LEVELS; level-- > 0;) {
        while (row[level] && row[level]->position <= position) {
            found = row[level];
            row = found->following;
        }
    }
    return found;
}

held_piece *held_take_first(held_pieces *held)
{
    held_piece *piece = held->first[0];

    for (unsigned level = 0; level < piece->levels; level++)
        held->first[level] = piece->following[level];
    held->cost -= cost_of(piece->levels, stored_octets(piece));
    return piece;
}

void held_free(wmem_allocator_t *scope, held_piece *piece)
{
    wmem_free(scope, piece);
}
