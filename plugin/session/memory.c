/* memory.c — what a session keeps of the exchanges and mails that went through it.
 *
 * Most programs visit a packet again: then all of it stays until the file is closed. Where every packet is visited once, it is
 * given back whenever nothing is under way, so that a capture of any length costs the memory of the mails that are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* What is given back as a whole is cut from blocks. Where an address sanitizer watches, each piece is a block of its own, so that
 * it sees where one ends and that it is gone. */
#ifdef __SANITIZE_ADDRESS__ /* GCC's way to tell */
#define BLOCK_SIZE 0u
#elif defined(__has_feature) /* clang's */
#define BLOCK_SIZE (__has_feature(address_sanitizer) ? 0u : 1024u)
#else
#define BLOCK_SIZE 1024u
#endif

/* In front of a block's octets. */
struct kept_block {
    struct kept_block *previous;
    size_t used;
    size_t size;
};

/* In front of what grows, and is given back by itself. */
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

static kept *header_of(void *octets)
{
    return (kept *)octets - 1;
}

void *session_realloc(session *s, void *octets, size_t length)
{
    kept *grown;

    if (!s->visited_once)
        return wmem_realloc(s->scope, octets, length);
    if (octets)
        strike_off(s, header_of(octets));
    grown = (kept *)wmem_realloc(s->scope, octets ? header_of(octets) : NULL, sizeof(kept) + length);
    enlist(s, grown);
    return grown + 1;
}

void session_free(session *s, void *octets)
{
    if (octets && s->visited_once)
        strike_off(s, header_of(octets));
    wmem_free(s->scope, octets && s->visited_once ? header_of(octets) : octets);
}

static kept_block *block_with_room(session *s, size_t length)
{
    kept_block *block = s->kept_blocks;
    size_t size = length > BLOCK_SIZE ? length : BLOCK_SIZE;

    if (block && block->size - block->used >= length)
        return block;
    block = (kept_block *)wmem_alloc(s->scope, sizeof *block + size);
    *block = (kept_block){s->kept_blocks, 0, size};
    s->kept_blocks = block;
    return block;
}

void *session_alloc(session *s, size_t length)
{
    size_t aligned = (length + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
    kept_block *block;
    uint8_t *octets;

    if (!s->visited_once)
        return wmem_alloc0(s->scope, length);
    block = block_with_room(s, aligned);
    octets = (uint8_t *)(block + 1) + block->used;
    block->used += aligned;
    return memset(octets, 0, length);
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
    return wmem_list_head(s->waiting) || wmem_list_head(s->open) || wmem_list_head(s->ended) || s->message || s->current_transaction ||
           s->auth || s->client != CLIENT_COMMANDS;
}

void session_free_finished(session *s)
{
    if (!s->visited_once || something_under_way(s))
        return;
    for (; s->kept_arrays; s->kept_arrays = s->kept_arrays->next)
        wmem_destroy_array(s->kept_arrays->array);
    while (s->kept)
        session_free(s, s->kept + 1);
    while (s->kept_blocks) {
        kept_block *previous = s->kept_blocks->previous;
        wmem_free(s->scope, s->kept_blocks);
        s->kept_blocks = previous;
    }
    wmem_free(s->scope, s->found);
    s->found = NULL;
    s->found_count = s->found_capacity = 0;
    s->chunk = s->data = NULL;
    s->chunks_of = NULL;
    s->last_hello = NULL;
}
