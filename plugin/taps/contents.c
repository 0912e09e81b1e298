/* contents.c — gathers the contents of mails from the packets that bring them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/contents.h"

#include <inttypes.h>

/* The most octets that are gathered: GByteArray counts in 32 bits, and doubles what it has. */
#define GATHER_LIMIT ((size_t)G_MAXINT)

/* A content that is complete, and undecided. */
typedef struct undecided {
    const message *of;
    uint8_t *octets;
} undecided;

/* What a connection's client is sending. */
typedef struct gathering {
    const message *of; /* NULL: no content, or one that need not be gathered */
    uint32_t number;   /* ... and its number: a message that is over leaves its address to a later one */
    GHashTable
        *to_cut; /* numbers of contents that were reported: the server may have taken something in them for their end */
    content_reader reader;
    GByteArray *content; /* unstuffed; NULL when nothing is gathered, or when the content is larger than the limit */
    uint64_t next;       /* the position where its octets go on, if none are missing */
    GByteArray *line;    /* pieces of a line that is not whole yet: after an unanswered DATA it may be content; NULL: none */
    GArray *undecided;   /* undecided, in their order; NULL: none */
} gathering;

struct contents {
    const contents_user *user;
    GHashTable *gatherings; /* const connection * -> gathering * */
};

static void undecided_clear(void *which)
{
    g_free(((undecided *)which)->octets);
}

static void gathering_free(void *which)
{
    gathering *g = (gathering *)which;

    g_clear_pointer(&g->undecided, g_array_unref);
    g_hash_table_destroy(g->to_cut);
    g_clear_pointer(&g->content, g_byte_array_unref);
    g_clear_pointer(&g->line, g_byte_array_unref);
    g_free(g);
}

contents *contents_new(const contents_user *user)
{
    contents *c = g_new0(contents, 1);

    c->user = user;
    c->gatherings = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, gathering_free);
    return c;
}

void contents_free(contents *c)
{
    g_hash_table_destroy(c->gatherings);
    g_free(c);
}

static gathering *gathering_of(contents *c, const connection *of)
{
    gathering *g = (gathering *)g_hash_table_lookup(c->gatherings, of);

    if (!g) {
        g = g_new0(gathering, 1);
        g->to_cut = g_hash_table_new(g_direct_hash, g_direct_equal);
        g_hash_table_insert(c->gatherings, (void *)of, g);
    }
    return g;
}

/* --- content ----------------------------------------------------------------------------------------------------------- */

static bool is_gathered(const gathering *g, const message *m)
{
    return g->of && g->number == m->number;
}

/* The session has it as a whole, or never will. */
static bool need_not_gather(const message *m)
{
    return m->complete && m->octets;
}

/* Appends the octets without their stuffed dots. */
static void gather_unstuffed(gathering *g, span octets)
{
    guint before = g->content->len;
    size_t unstuffed;

    g_byte_array_set_size(g->content, before + (guint)(octets.length + CONTENT_CARRY));
    unstuffed = content_read(&g->reader, octets, g->content->data + before).unstuffed;
    g_byte_array_set_size(g->content, before + (guint)unstuffed);
}

static void gather(gathering *g, span octets)
{
    if (!octets.length || !g->content)
        return;
    if (g->content->len + octets.length + CONTENT_CARRY > GATHER_LIMIT)
        g_clear_pointer(&g->content, g_byte_array_unref);
    else if (g->of->chunked)
        g_byte_array_append(g->content, octets.octets, (guint)octets.length);
    else
        gather_unstuffed(g, octets);
}

/* The content begins before the first octets of it that are called so: its first line came in pieces. */
static void gather_line(gathering *g, const finding *f)
{
    uint64_t missing = f->position > g->of->position ? f->position - g->of->position : 0;

    if (!g->of->chunked && missing && g->line && missing <= g->line->len)
        gather(g, span_from((span){g->line->data, g->line->len}, g->line->len - (size_t)missing));
}

static void gathering_begin(gathering *g, const finding *f)
{
    uint64_t expected = f->message->complete ? f->message->size + CONTENT_CARRY : 0;

    g->of = f->message;
    g->number = f->message->number;
    g->next = f->position;
    g_clear_pointer(&g->content, g_byte_array_unref);
    g->content = g_byte_array_sized_new(expected <= GATHER_LIMIT ? (guint)expected : 0);
    content_begin(&g->reader, f->message->bare_lf);
    gather_line(g, f);
}

/* The octets of a finding, before which some may be missing. */
static void gather_next(gathering *g, const finding *f, span octets)
{
    if (f->position > g->next)
        content_pass_gap(&g->reader, false);
    g->next = f->position + f->length;
    gather(g, octets);
}

/* What was gathered, in a block no larger than it need be. */
static uint8_t *gathered_take(gathering *g)
{
    guint length = g->content->len;
    uint8_t *octets = g_byte_array_free(g->content, FALSE);

    g->content = NULL;
    return (uint8_t *)g_realloc(octets, MAX(length, 1));
}

/* The content, to be freed with g_free, as the list of objects does; NULL when there is none of it. */
static uint8_t *content_take(gathering *g, const message *m)
{
    uint8_t *copy;

    if (message_has_holes(m) && !message_captured(m))
        return NULL;
    if (is_gathered(g, m) && g->content && m->ended_like && g->content->len > message_captured(m))
        g_byte_array_set_size(g->content, (guint)message_captured(m)); /* what follows was read before the reply came */
    if (is_gathered(g, m) && g->content && g->content->len == message_captured(m))
        return gathered_take(g);
    if (!m->octets)
        return NULL;
    copy = (uint8_t *)g_malloc((size_t)message_captured(m) + 1);
    memcpy(copy, m->octets, (size_t)message_captured(m));
    return copy;
}

/* What a finding is read with. */
typedef struct reading {
    const contents_user *user;
    void *data;
    gathering *gathering;
    const tap_record *record;
} reading;

/* --- findings ---------------------------------------------------------------------------------------------------------- */

static void report_complete(const reading *r, const message *m, uint8_t *octets)
{
    if (m->may_be_cut)
        g_hash_table_add(r->gathering->to_cut, GUINT_TO_POINTER(m->number));
    r->user->complete(r->data, r->record->connection, m, octets);
}

/* On later visits, and when nothing more comes, all that can be known is. */
static bool is_undecided(const tap_record *record, const message *m)
{
    return !record->later && !record->ends && session_content_is_undecided(record->session, m);
}

static void complete(const reading *r, const message *m, uint8_t *octets)
{
    gathering *g = r->gathering;
    undecided added = {m, octets};

    if (session_content_was_none(m)) {
        g_free(octets);
    } else if (!is_undecided(r->record, m)) {
        report_complete(r, m, octets);
    } else {
        if (!g->undecided) {
            g->undecided = g_array_new(FALSE, FALSE, sizeof(undecided));
            g_array_set_clear_func(g->undecided, undecided_clear);
        }
        g_array_append_val(g->undecided, added);
    }
}

/* The server has replied to the DATA that they were sent behind, or to some of these. */
static void complete_decided(const reading *r)
{
    GArray *waiting = r->gathering->undecided;

    r->gathering->undecided = NULL;
    for (unsigned i = 0; waiting && i < waiting->len; i++) {
        undecided *u = &g_array_index(waiting, undecided, i);
        complete(r, u->of, u->octets);
        u->octets = NULL;
    }
    g_clear_pointer(&waiting, g_array_unref);
}

static void read_part(const reading *r, const finding *f)
{
    gathering *g = r->gathering;
    span octets = octets_in_record(r->record, f);

    if (r->record->segment.side != SIDE_CLIENT || !octets.length)
        return;
    if (g->line && g->line->len + octets.length > GATHER_LIMIT)
        g_clear_pointer(&g->line, g_byte_array_unref);
    if (!g->line)
        g->line = g_byte_array_new();
    g_byte_array_append(g->line, octets.octets, (guint)octets.length);
}

/* A content that was reported as a whole ended earlier. */
static bool is_cut(const reading *r, const message *m)
{
    if (!m->ended_like || !g_hash_table_remove(r->gathering->to_cut, GUINT_TO_POINTER(m->number)))
        return false;
    r->user->cut(r->data, r->record->connection, m);
    return true;
}

static void read_content(const reading *r, const finding *f)
{
    gathering *g = r->gathering;
    uint8_t *octets;

    if (is_cut(r, f->message))
        return;
    if (!is_gathered(g, f->message) && !need_not_gather(f->message))
        gathering_begin(g, f);
    if (is_gathered(g, f->message))
        gather_next(g, f, octets_in_record(r->record, f));
    if (!(f->flags & FLAG_MESSAGE_END))
        return;
    octets = content_take(g, f->message);
    g->of = NULL;
    g_clear_pointer(&g->content, g_byte_array_unref);
    if (octets)
        complete(r, f->message, octets);
}

static void read_transaction(const reading *r, const finding *f)
{
    r->user->ended(r->data, r->record->connection, f);
}

static void (*const readers[FINDING_KINDS])(const reading *, const finding *) = {
    [FINDING_PART] = read_part,
    [FINDING_CONTENT] = read_content,
    [FINDING_TRANSACTION] = read_transaction,
};

/* A line that was in pieces is whole, or lost. */
static void line_forget(const reading *r, const finding *f)
{
    if (r->record->segment.side == SIDE_CLIENT && f->kind != FINDING_PART && f->kind != FINDING_RETRANSMISSION)
        g_clear_pointer(&r->gathering->line, g_byte_array_unref);
}

void contents_see(contents *c, const tap_record *record, void *data)
{
    reading r = {c->user, data, gathering_of(c, record->connection), record};

    complete_decided(&r);
    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        if (readers[f->kind])
            readers[f->kind](&r, f);
        line_forget(&r, f);
    }
    if (record->ends)
        g_hash_table_remove(c->gatherings, record->connection); /* the content under way may be gone with the record */
}

char *content_missing_text(const message *m)
{
    GString *words = g_string_new(m->no_begin ? "-beginning-missing" : NULL);

    if (m->missing)
        g_string_append_printf(words, "%s-%" PRIu64 "-octets-missing", m->uncounted ? "-up-to" : "", m->missing);
    if (m->no_end)
        g_string_append(words, "-end-missing");
    return g_string_free(words, FALSE);
}

/* --- what is kept of contents ------------------------------------------------------------------------------------------ */

typedef struct content_key {
    const void *connection;
    uint32_t number;
} content_key;

static guint key_hash(const void *which)
{
    const content_key *key = (const content_key *)which;

    return g_direct_hash(key->connection) * 31 + key->number;
}

static gboolean key_equal(const void *a, const void *b)
{
    const content_key *l = (const content_key *)a, *r = (const content_key *)b;

    return l->connection == r->connection && l->number == r->number;
}

GHashTable *content_table_new(GDestroyNotify value_free)
{
    return g_hash_table_new_full(key_hash, key_equal, g_free, value_free);
}

void content_table_put(GHashTable *table, const void *of, const message *m, void *value)
{
    content_key *key = g_new(content_key, 1);

    *key = (content_key){of, m->number};
    g_hash_table_replace(table, key, value);
}

void *content_table_find(GHashTable *table, const void *of, const message *m)
{
    return m ? g_hash_table_lookup(table, &(content_key){of, m->number}) : NULL;
}

void content_table_remove(GHashTable *table, const void *of, const message *m)
{
    g_hash_table_remove(table, &(content_key){of, m->number});
}
