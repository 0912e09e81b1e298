/* pools.h — the memory of all sessions of a capture.
 *
 * A session keeps what it finds in a pool, and gives a pool back as a whole. Where packets are visited again, nothing but
 * octets of contents is given back before the capture is closed, and all sessions share one pool. Where packets are visited
 * once, a session with something under way has a pool of its own, and empties it when nothing is under way any more. So a
 * capture of any length costs the memory of the mails that are under way. An empty pool goes to the next session that needs
 * one: wmem's allocators are made for few and large uses (a new one takes 64 KiB or more).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_POOLS_H
#define ESMTP_SESSION_POOLS_H

#include <stdbool.h>
#include <stddef.h>

#include <wsutil/wmem/wmem.h>

#include "wire/span.h"

typedef struct pools pools;
typedef struct finding_list finding_list;

/* What is left of a block that pieces are cut from. */
typedef struct pool_block {
    uint8_t *octets;
    size_t length;
} pool_block;

/* How often packets are visited. */
typedef enum visits {
    VISITS_ONCE,  /* no packet is visited again, and nobody keeps a pointer to what is found */
    VISITS_TWICE, /* when all have been visited, each is visited once more, in the same order */
    VISITS_MANY,  /* in any order */
} visits;

pools *pools_new(visits expected);
/* Frees the sessions, and all that they found. */
void pools_free(pools *p);

bool pools_visited_once(const pools *p);
bool pools_visited_twice(const pools *p);
/* The list that a call puts its findings into. The room is used again by the next call, of whichever session. */
finding_list *pools_findings(pools *p);
/* For what lives until the capture is closed. */
wmem_allocator_t *pools_lasting(pools *p);
/* Octets, not zeroed, that live until the capture is closed and never grow. Many small pieces are cut from one block: an
 * allocator puts a header before each. */
void *pools_alloc(pools *p, size_t length);
/* Only where packets are visited once: an empty pool for a session with something under way. */
wmem_allocator_t *pools_take(pools *p);
/* Octets, not zeroed, of a pool of pools_take(), which live as long as it and never grow. `of_pool`: what is left of the
 * last block of this pool; zero at first. */
void *pools_alloc_passing(wmem_allocator_t *pool, pool_block *of_pool, size_t length);
/* Takes back a pool of pools_take(), with all that is in it. */
void pools_give_back(pools *p, wmem_allocator_t *pool);

/* What the sessions of a capture have learnt of a server. */
typedef struct known_server {
    bool pipeconnect; /* it has offered PIPECONNECT: its clients may send their first commands before the greeting */
} known_server;

/* The server that is told from others by these octets, which is new when nobody has asked for it. */
known_server *pools_server(pools *p, span name);

#endif
