/* last_mails.c — remembers connections, for the mails that stay open on them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "taps/last_mails.h"

#include "dissector/route.h"

typedef struct followed {
    const connection *connection;
    const peers *peers[2]; /* NULL until asked for; [1]: when the sides have changed their roles */
    segment latest;        /* of those that were seen */
} followed;

struct last_mails {
    GHashTable *connections; /* const session * -> followed * */
    wmem_allocator_t *scope; /* NULL: no peers are made */
    void (*before_free)(void *data);
    void *data;
    unsigned restarts; /* how often Wireshark dropped what it knew */
    bool watching;     /* whether the file's memory is freed */
};

last_mails *last_mails_new(wmem_allocator_t *scope, void (*before_free)(void *data), void *data)
{
    last_mails *m = g_new0(last_mails, 1);

    m->connections = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    m->scope = scope;
    m->before_free = before_free;
    m->data = data;
    return m;
}

/* The sessions are about to be gone. */
static wmem_callback_result file_freed(wmem_allocator_t *file, wmem_cb_event_t event, void *data)
{
    last_mails *m = (last_mails *)data;

    (void)file;
    (void)event;
    m->before_free(m->data);
    g_hash_table_remove_all(m->connections);
    m->restarts++;
    m->watching = false;
    return false; /* not to be called again */
}

static const peers *peers_of(const last_mails *m, followed *f)
{
    const peers **of = &f->peers[session_roles_swapped(f->connection->session)];

    if (!*of && m->scope)
        *of = peers_new(m->scope, f->connection->carrier, m->restarts);
    return *of;
}

const peers *last_mails_peers(const last_mails *m, const connection *of)
{
    followed *f = (followed *)g_hash_table_lookup(m->connections, of->session);

    return f ? peers_of(m, f) : NULL;
}

const peers *last_mails_see(last_mails *m, const tap_record *record)
{
    session *s = record->connection->session;
    followed *f = (followed *)g_hash_table_lookup(m->connections, s);

    if (!m->watching)
        wmem_register_callback(wmem_file_scope(), file_freed, m);
    m->watching = true;
    if (!f) {
        f = g_new0(followed, 1);
        f->connection = record->connection;
        g_hash_table_insert(m->connections, s, f);
    }
    f->latest = record->segment;
    return peers_of(m, f);
}

/* The visitor of the mails of a connection. */
typedef struct visiting {
    const last_mails *mails;
    followed *connection;
    last_mail_visitor visit;
    void *data;
} visiting;

static void visit_mail(const visiting *v, const transaction *ended)
{
    v->visit(v->data, ended, peers_of(v->mails, v->connection));
}

static void visit_open(const visiting *v, session *s)
{
    for (const transaction *open = session_open_transactions(s); open; open = open->next) {
        transaction ended;
        if (transaction_cut_off(s, open, &ended))
            visit_mail(v, &ended);
    }
}

/* Octets that are held to the end are read for the log: the mails that they end, and those that are open then. */
static void visit_rest(void *data, const rest_piece *piece)
{
    const visiting *v = (const visiting *)data;
    const segment *found = piece->found;

    for (uint32_t i = 0; found && i < found->count; i++)
        if (found->findings[i].kind == FINDING_TRANSACTION)
            visit_mail(v, found->findings[i].transaction);
    if (!found)
        visit_open(v, piece->session);
}

static void visit_connection(const last_mails *m, followed *f, last_mail_visitor visit, void *data)
{
    session *s = f->connection->session;
    visiting v = {m, f, visit, data};

    if (!session_is_last(s, &f->latest))
        return;
    connection_notice_end(f->connection);
    if (!route_read_rest(f->connection, visit_rest, &v))
        visit_open(&v, s);
}

void last_mails_visit(const last_mails *m, last_mail_visitor visit, void *data)
{
    GHashTableIter iterator;
    void *f;

    g_hash_table_iter_init(&iterator, m->connections);
    while (g_hash_table_iter_next(&iterator, NULL, &f))
        visit_connection(m, (followed *)f, visit, data);
}

void last_mails_reset(last_mails *m)
{
    g_hash_table_remove_all(m->connections);
    m->restarts = 0;
}
