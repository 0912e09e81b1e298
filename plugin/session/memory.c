/* memory.c — what a session keeps of the exchanges and mails that went through it.
 *
 * Most programs visit a packet again: then all of it stays until the file is closed. Where every packet is visited once, it is
 * given back whenever nothing is under way, so that a capture of any length costs the memory of the mails that are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* In front of what is given back. */
struct kept {
    struct kept *previous;
    struct kept *next;
};

/* An array of wmem's, which owns more than one block. */
struct kept_array {
    wmem_array_t *array;
    struct kept_array *next;
};

static void enlist(session *s, kept *block)
{
    block->previous = NULL;
    block->next = s->kept;
    if (s->kept)
        s->kept->previous = block;
    s->kept = block;
}

static void strike_off(session *s, const kept *block)
{
    if (block->previous)
        block->previous->next = block->next;
    else
        s->kept = block->next;
    if (block->next)
        block->next->previous = block->previous;
}

static kept *block_of(void *octets)
{
    return (kept *)octets - 1;
}

void *session_realloc(session *s, void *octets, size_t length)
{
    kept *block;

    if (!s->visited_once)
        return wmem_realloc(s->scope, octets, length);
    if (octets)
        strike_off(s, block_of(octets));
    block = (kept *)wmem_realloc(s->scope, octets ? block_of(octets) : NULL, sizeof(kept) + length);
    enlist(s, block);
    return block + 1;
}

void *session_alloc(session *s, size_t length)
{
    void *octets = session_realloc(s, NULL, length);

    memset(octets, 0, length);
    return octets;
}

void session_free(session *s, void *octets)
{
    if (octets && s->visited_once)
        strike_off(s, block_of(octets));
    wmem_free(s->scope, octets && s->visited_once ? block_of(octets) : octets);
}

wmem_array_t *session_array(session *s, size_t element)
{
    wmem_array_t *array = wmem_array_new(s->scope, element);
    kept_array *row;

    if (!s->visited_once)
        return array;
    row = (kept_array *)session_alloc(s, sizeof *row);
    *row = (kept_array){array, s->kept_arrays};
    s->kept_arrays = row;
    return array;
}

/* Does anything point to an exchange, a transaction or a message, or may it still? */
static bool something_under_way(const session *s)
{
    return wmem_list_head(s->waiting) || wmem_list_head(s->open) || wmem_list_head(s->ended) || s->message || s->sending ||
           s->auth || s->client != CLIENT_COMMANDS;
}

void session_settle(session *s)
{
    if (!s->visited_once || something_under_way(s))
        return;
    for (; s->kept_arrays; s->kept_arrays = s->kept_arrays->next)
        wmem_destroy_array(s->kept_arrays->array);
    while (s->kept) {
        kept *next = s->kept->next;
        wmem_free(s->scope, s->kept);
        s->kept = next;
    }
    wmem_free(s->scope, s->found);
    s->found = NULL;
    s->found_count = s->found_capacity = 0;
    s->chunk = s->data = NULL;
    s->chunks_of = NULL;
    s->last_hello = NULL;
}
