/* pools.c — see pools.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/pools.h"

#include <glib.h>

#include "session/findings.h"

/* Pieces are cut from blocks of this size. Where an address sanitizer watches, each piece is a block of its own, so that it
 * sees where one ends. */
#ifdef __SANITIZE_ADDRESS__ /* GCC's way to say so */
#define BLOCK_SIZE 0u
#elif defined(__has_feature) /* clang's */
#define BLOCK_SIZE (__has_feature(address_sanitizer) ? 0u : 65536u)
#else
#define BLOCK_SIZE 65536u
#endif
#define ALIGNMENT sizeof(uint64_t)

struct pools {
    visits expected;
    finding_list *found;
    wmem_allocator_t *lasting; /* of the kind that takes whole blocks */
    uint8_t *block;            /* what is left of the block that pieces are cut from */
    size_t block_left;         /* ... and how many octets that is */
    GPtrArray *all;            /* wmem_allocator_t *: those of single sessions */
    GPtrArray *empty;          /* ... and which of them no session has */
    GHashTable *servers;       /* GBytes * -> known_server * */
};

pools *pools_new(visits expected)
{
    pools *p = g_new0(pools, 1);

    p->expected = expected;
    p->found = findings_new();
    p->lasting = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    p->all = g_ptr_array_new_with_free_func((GDestroyNotify)wmem_destroy_allocator);
    p->empty = g_ptr_array_new();
    p->servers = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
    return p;
}

void pools_free(pools *p)
{
    findings_free(p->found);
    g_hash_table_destroy(p->servers);
    g_ptr_array_free(p->empty, TRUE);
    g_ptr_array_free(p->all, TRUE);
    wmem_destroy_allocator(p->lasting);
    g_free(p);
}

bool pools_visited_once(const pools *p)
{
    return p->expected == VISITS_ONCE;
}

bool pools_visited_twice(const pools *p)
{
    return p->expected == VISITS_TWICE;
}

known_server *pools_server(pools *p, span name)
{
    GBytes *key = g_bytes_new(name.octets, name.length);
    known_server *found = (known_server *)g_hash_table_lookup(p->servers, key);

    if (!found) {
        found = g_new0(known_server, 1);
        g_hash_table_insert(p->servers, g_bytes_ref(key), found);
    }
    g_bytes_unref(key);
    return found;
}

finding_list *pools_findings(pools *p)
{
    return p->found;
}

wmem_allocator_t *pools_lasting(pools *p)
{
    return p->lasting;
}

void *pools_alloc(pools *p, size_t length)
{
    size_t aligned = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *piece;

    if (aligned > BLOCK_SIZE / 8)
        return wmem_alloc(p->lasting, length);
    if (aligned > p->block_left) {
        p->block = (uint8_t *)wmem_alloc(p->lasting, BLOCK_SIZE);
        p->block_left = BLOCK_SIZE;
    }
    piece = p->block;
    p->block += aligned;
    p->block_left -= aligned;
    return piece;
}

wmem_allocator_t *pools_take(pools *p)
{
    wmem_allocator_t *pool;

    if (p->empty->len)
        return (wmem_allocator_t *)g_ptr_array_remove_index_fast(p->empty, p->empty->len - 1);
    pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    g_ptr_array_add(p->all, pool);
    return pool;
}

void pools_give_back(pools *p, wmem_allocator_t *pool)
{
    wmem_free_all(pool);
    g_ptr_array_add(p->empty, pool);
}
