/* copy.c — a copy of a session that reads on from the same place, and changes nothing in the session it was made from.
 *
 * What reading may change is copied: the commands that wait, the open transactions, the content and the lines under way.
 * What is over is shared.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

typedef struct copying {
    const session *from;
    session *to;
    GHashTable *exchanges;    /* of `from` -> of `to` */
    GHashTable *transactions; /* open ones: likewise */
} copying;

static void *octets_copied(session *to, const void *octets, size_t length, size_t room)
{
    void *copy = length ? session_realloc(to, NULL, room) : NULL;

    return copy ? memcpy(copy, octets, length) : NULL;
}

/* The content under way. A message that is not under way is complete or of no use: it is shared. */
static void message_copied(const copying *c)
{
    const message *m = c->from->content.message;
    session *to = c->to;
    message *copy;
    size_t frames, holes;

    if (!m)
        return;
    frames = m->frames_count * sizeof *m->frames;
    holes = m->holes_count * sizeof *m->holes;
    copy = (message *)session_alloc(to, sizeof *copy);
    *copy = *m;
    copy->capacity = m->octets ? (size_t)message_captured(m) : 0;
    copy->octets = (uint8_t *)octets_copied(to, m->octets, copy->capacity, copy->capacity);
    copy->frames = (uint32_t *)octets_copied(to, m->frames, frames, 2 * frames);
    copy->holes = (content_hole *)octets_copied(to, m->holes, holes, 2 * holes);
    to->content.message = copy;
}

static message *message_of(const copying *c, message *m)
{
    return m && m == c->from->content.message ? c->to->content.message : m;
}

/* One that has been merged into another is that one. */
static transaction *transaction_of(const copying *c, transaction *t)
{
    transaction *resolved = transaction_resolved(t);
    transaction *copy = (transaction *)g_hash_table_lookup(c->transactions, resolved);

    return copy ? copy : resolved;
}

static hello *hello_copied(const copying *c, const hello *in)
{
    hello *copy = (hello *)session_alloc(c->to, sizeof *copy);

    *copy = *in;
    copy->superseded_content = message_of(c, in->superseded_content);
    return copy;
}

static void links_copied(const copying *c, exchange *copy)
{
    auth_exchange *auth;

    if (copy->transaction && copy->transaction->merged_into)
        copy->recipient += copy->transaction->merged_at;
    copy->transaction = transaction_of(c, copy->transaction);
    if (exchange_is(copy, VERB_BDAT) || exchange_is(copy, VERB_END_OF_DATA) || exchange_is(copy, VERB_MAIL)) {
        copy->content = message_of(c, copy->content);
    } else if (copy->verb->on_sent == hello_sent) {
        copy->hello = hello_copied(c, copy->hello);
    } else if (exchange_auth(copy)) {
        auth = (auth_exchange *)session_alloc(c->to, sizeof *auth);
        *auth = *copy->auth;
        copy->auth = auth;
    }
}

static exchange *exchange_of(const void *data, const exchange *e)
{
    const copying *c = (const copying *)data;
    exchange *copy = (exchange *)g_hash_table_lookup(c->exchanges, e);

    if (!e || copy)
        return copy;
    copy = e == &c->from->queue.connect ? &c->to->queue.connect : (exchange *)session_alloc(c->to, sizeof *copy);
    *copy = *e;
    copy->next = NULL;
    g_hash_table_insert(c->exchanges, (void *)(uintptr_t)e, copy);
    links_copied(c, copy);
    return copy;
}

static void queue_copied(const copying *c)
{
    queue_part *queue = &c->to->queue;

    queue->oldest = queue->newest = NULL;
    for (const exchange *e = c->from->queue.oldest; e; e = e->next) {
        exchange *copy = exchange_of(c, e);
        if (queue->newest)
            queue->newest->next = copy;
        else
            queue->oldest = copy;
        queue->newest = copy;
    }
}

static void recipients_copied(session *to, transaction *copy)
{
    copy->recipients = session_array_copy(to, copy->recipients, sizeof(recipient));
}

/* What they point to of each other follows when all are copied. */
static void transactions_copied(const copying *c)
{
    transactions_part *to = &c->to->transactions;

    to->oldest_open = to->newest_open = NULL;
    for (transaction *t = c->from->transactions.oldest_open; t; t = t->next) {
        transaction *copy = (transaction *)session_alloc(c->to, sizeof *copy);
        *copy = *t;
        copy->next = NULL;
        copy->before = to->newest_open;
        if (copy->before)
            copy->before->next = copy;
        else
            to->oldest_open = copy;
        to->newest_open = copy;
        recipients_copied(c->to, copy);
        g_hash_table_insert(c->transactions, t, copy);
    }
}

static void transactions_linked(const copying *c)
{
    const message *under_way = c->from->content.message;

    for (transaction *t = c->to->transactions.oldest_open; t; t = t->next) {
        t->previous = transaction_of(c, t->previous);
        t->terminator = exchange_of(c, t->terminator);
        if (t->message && t->message == under_way)
            t->message = c->to->content.message;
    }
    c->to->transactions.current = transaction_of(c, c->from->transactions.current);
}

static void streams_copied(session *to)
{
    for (unsigned i = 0; i < 4; i++) {
        stream *st = &to->streams[i / 2][i % 2];
        st->kept = NULL;
        st->withheld = NULL;
        st->held_capacity = st->held_length;
        st->held = st->held_length ? (uint8_t *)wmem_memdup(to->memory.lasting, st->held, st->held_length) : NULL;
    }
}

static void rest_copied(const copying *c)
{
    session *to = c->to;
    const content_part *content = &c->from->content;

    to->undecided.data = exchange_of(c, c->from->undecided.data);
    again_copy(to, &to->undecided.behind, exchange_of, c);
    to->smuggling.content = message_of(c, c->from->smuggling.content);
    smuggling_copy(to, exchange_of, c);
    to->content.shown = NULL;
    to->content.again = (content_again){0};
    to->content.data = exchange_of(c, content->data);
    to->content.bdat = exchange_of(c, content->bdat);
    if (to->content.message)
        to->content.message->of = transaction_of(c, to->content.message->of);
    to->auth.under_way = exchange_of(c, c->from->auth.under_way);
    if (to->offers.server)
        to->offers.server = (known_server *)wmem_memdup(to->memory.lasting, to->offers.server, sizeof *to->offers.server);
    to->offers.last_hello = exchange_of(c, c->from->offers.last_hello);
}

session *session_copy(const session *from, pools *all)
{
    wmem_allocator_t *lasting = pools_lasting(all);
    copying c = {from, wmem_new(lasting, session), g_hash_table_new(g_direct_hash, g_direct_equal),
                 g_hash_table_new(g_direct_hash, g_direct_equal)};

    *c.to = *from;
    c.to->memory = (struct memory){.pools = all, .lasting = lasting, .found = pools_findings(all)};
    streams_copied(c.to);
    message_copied(&c);
    transactions_copied(&c);
    queue_copied(&c);
    transactions_linked(&c);
    rest_copied(&c);
    g_hash_table_destroy(c.exchanges);
    g_hash_table_destroy(c.transactions);
    return c.to;
}
