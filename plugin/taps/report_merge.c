/* report_merge.c — the connections that are chosen, and what they have in all: reasons and notes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/report.h"

static int compare_numbers(uint64_t l, uint64_t r)
{
    return l == r ? 0 : l < r ? -1 : 1;
}

/* The place of a packet in all that was read: each restart numbers packets anew. */
static uint64_t packet_of(const report_connection *in, uint32_t frame)
{
    return (uint64_t)in->record.peers->restarts << 32 | frame;
}

static void choose_connections(report *r)
{
    wmem_array_t *chosen = wmem_array_new(r->scope, sizeof(report_connection *));

    for (unsigned i = 0; i < wmem_array_get_count(r->connections); i++) {
        const report_connection *c = report_connection_at(r, i);
        if (c->chosen)
            wmem_array_append_one(chosen, c);
    }
    r->not_chosen = wmem_array_get_count(r->connections) - wmem_array_get_count(chosen);
    r->connections = chosen;
}

/* --- reasons ----------------------------------------------------------------------------------------------------------- */

static int compare_first(const report_reason *l, const report_reason *r)
{
    return compare_numbers(packet_of(l->connection, l->first.frame), packet_of(r->connection, r->first.frame));
}

/* The most frequent first; of equals the older. */
static int compare_reasons(const void *a, const void *b)
{
    const report_reason *l = *(report_reason *const *)a, *r = *(report_reason *const *)b;
    int order = compare_numbers(r->count, l->count);

    return order ? order : compare_first(l, r);
}

static void merge_reason(report_reason *to, const report_reason *of)
{
    if (compare_first(of, to) < 0) {
        to->first = of->first;
        to->connection = of->connection;
    }
    to->count += of->count;
    to->connections += of->connections;
    for (unsigned i = 0; i < MIN(of->address_count, REPORT_ADDRESSES); i++)
        report_add_address(to, of->addresses[i]);
    if (of->address_count > REPORT_ADDRESSES)
        to->address_count += of->address_count - REPORT_ADDRESSES;
}

/* Reasons are distinguished by server, and whether they are for good. */
static void add_reason(report *r, GHashTable *by_key, const report_reason *of)
{
    char *key =
        wmem_strdup_printf(r->scope, "%d %d %d %s", of->first.why.id, of->first.permanent, of->first.why.guess, of->server);
    report_reason *to = (report_reason *)g_hash_table_lookup(by_key, key);

    if (to) {
        merge_reason(to, of);
        return;
    }
    to = (report_reason *)wmem_memdup(r->scope, of, sizeof *of);
    wmem_array_append_one(r->reasons, to);
    g_hash_table_insert(by_key, key, to);
}

static void merge_reasons(report *r)
{
    GHashTable *by_key = g_hash_table_new(g_str_hash, g_str_equal);

    r->reasons = wmem_array_new(r->scope, sizeof(report_reason *));
    for (unsigned i = 0; i < wmem_array_get_count(r->connections); i++) {
        wmem_array_t *given = report_connection_at(r, i)->given;
        for (unsigned n = 0; n < wmem_array_get_count(given); n++)
            add_reason(r, by_key, (const report_reason *)wmem_array_index(given, n));
    }
    wmem_array_sort(r->reasons, compare_reasons);
    g_hash_table_destroy(by_key);
}

/* --- notes ------------------------------------------------------------------------------------------------------------- */

static void add_note(report_note *to, const report_note *of, uint64_t packet)
{
    if (!to->count || packet < to->packet) {
        to->frame = of->frame;
        to->packet = packet;
    }
    to->count += of->count;
    to->connections += of->connections;
}

static void merge_notes(report *r)
{
    for (unsigned i = 0; i < wmem_array_get_count(r->connections); i++) {
        const report_connection *c = report_connection_at(r, i);
        for (unsigned n = 0; n < wmem_array_get_count(c->found); n++) {
            const report_note *of = (const report_note *)wmem_array_index(c->found, n);
            add_note(&r->notes[of->which], of, packet_of(c, of->frame));
        }
    }
}

void report_merge(report *r)
{
    choose_connections(r);
    merge_reasons(r);
    merge_notes(r);
}
