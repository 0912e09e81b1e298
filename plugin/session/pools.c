/* pools.c — see pools.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/pools.h"

#include <glib.h>

#include "session/findings.h"

/* Pieces are cut from blocks. Where an address sanitizer watches, each piece is a block of its own, so that it sees where
 * one ends. */
#ifdef __SANITIZE_ADDRESS__ /* GCC's way to say so */
#define CUTS false
#elif defined(__has_feature) /* clang's */
#define CUTS (!__has_feature(address_sanitizer))
#else
#define CUTS true
#endif
#define ALIGNMENT sizeof(uint64_t)
/* Octets of a block: of what lasts, and of the pool of one session. The C library has what it gave for one of the latter at
 * hand again when it was freed; larger ones it has to join and to cut anew. */
#define LASTING_BLOCK ((size_t)65536)
#define PASSING_BLOCK ((size_t)1000)

struct pools {
    visits expected;
    finding_list *found;
    wmem_allocator_t *lasting; /* of the kind that takes whole blocks */
    pool_block lasting_block;  /* of `lasting` */
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

/* A piece of the block, which is a new one of `pool` when it has too little left. */
static void *cut(pool_block *from, wmem_allocator_t *pool, size_t size, size_t length)
{
    size_t aligned = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *piece;

    if (!CUTS || aligned > size / 4)
        return wmem_alloc(pool, length);
    if (aligned > from->length)
        *from = (pool_block){(uint8_t *)wmem_alloc(pool, size), size};
    piece = from->octets;
    from->octets += aligned;
    from->length -= aligned;
    return piece;
}

void *pools_alloc(pools *p, size_t length)
{
    return cut(&p->lasting_block, p->lasting, LASTING_BLOCK, length);
}

void *pools_alloc_passing(wmem_allocator_t *pool, pool_block *of_pool, size_t length)
{
    return cut(of_pool, pool, PASSING_BLOCK, length);
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
