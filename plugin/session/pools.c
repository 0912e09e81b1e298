/* pools.c — see pools.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/pools.h"

#include <glib.h>

#include "session/findings.h"

struct pools {
    bool visited_once;
    finding_list *found;
    wmem_allocator_t *lasting; /* of the kind that takes whole blocks: nothing in it is freed by itself */
    GPtrArray *all;            /* wmem_allocator_t *: those of single sessions */
    GPtrArray *empty;          /* ... and which of them no session has */
};

pools *pools_new(bool visited_once)
{
    pools *p = g_new0(pools, 1);

    p->visited_once = visited_once;
    p->found = findings_new();
    p->lasting = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    p->all = g_ptr_array_new_with_free_func((GDestroyNotify)wmem_destroy_allocator);
    p->empty = g_ptr_array_new();
    return p;
}

void pools_free(pools *p)
{
    findings_free(p->found);
    g_ptr_array_free(p->empty, TRUE);
    g_ptr_array_free(p->all, TRUE);
    wmem_destroy_allocator(p->lasting);
    g_free(p);
}

bool pools_visited_once(const pools *p)
{
    return p->visited_once;
}

finding_list *pools_findings(pools *p)
{
    return p->found;
}

wmem_allocator_t *pools_lasting(pools *p)
{
    return p->lasting;
}

wmem_allocator_t *pools_take(pools *p)
{
    wmem_allocator_t *pool;

    if (!p->visited_once)
        return p->lasting;
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
