/* export.c — mails as files, octet for octet what the client's mail software handed over.
 *
 * The session keeps no content larger than a limit, so it is gathered here from the packets as they pass, one content a
 * connection at a time. A mail is on the list as soon as it is complete, for its reply may never come; when its transaction
 * ends with a queue id, the entry is renamed. What has holes is no mail and is not exported.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/export_object.h>

#include "dissector/tap.h"
#include "taps/file_name.h"
#include "taps/register.h"

/* The name of the tap that register_export_object() makes. */
#define EXPORT_TAP_NAME "esmtp_eo"
#define EXTENSION "eml"
#define CONTENT_TYPE "message/rfc822"
/* The name of a mail that has neither queue id nor subject. */
#define NAMELESS "mail"

/* Octets on their way: g_malloc's, for that is what the list of objects frees. */
typedef struct store {
    uint8_t *octets;
    size_t length;
    size_t capacity;
} store;

/* What a connection's client is sending. */
typedef struct gathering {
    const message *of; /* NULL: no content, or one that need not be gathered */
    content_reader reader;
    store content; /* unstuffed */
    store line;    /* pieces of a line that is not whole yet: after an unanswered DATA it may be content */
} gathering;

/* An entry that may get a better name. */
typedef struct unnamed {
    export_object_entry_t *entry;
    char *stem;
} unnamed;

/* A list of objects under way. */
typedef struct exporting {
    GHashTable *gatherings; /* const connection * -> gathering * */
    GHashTable *unnamed;    /* const message * -> unnamed *, while its transaction is open */
    file_names *names;
} exporting;

/* export_object_list_t * -> exporting * */
static GHashTable *lists;

/* --- octets ------------------------------------------------------------------------------------------------------------ */

/* Room for `more` octets. `expected`: how many there will be in all, as far as is known. */
static uint8_t *store_room(store *s, size_t more, uint64_t expected)
{
    size_t needed = s->length + more;

    if (needed > s->capacity) {
        s->capacity = needed + needed / 2;
        if (needed <= expected && expected <= SIZE_MAX)
            s->capacity = (size_t)expected;
        s->octets = (uint8_t *)g_realloc(s->octets, s->capacity);
    }
    return s->octets + s->length;
}

static void store_append(store *s, span octets)
{
    if (!octets.length)
        return;
    memcpy(store_room(s, octets.length, 0), octets.octets, octets.length);
    s->length += octets.length;
}

static void store_clear(store *s)
{
    g_free(s->octets);
    *s = (store){0};
}

/* The octets themselves, and nothing behind them: the caller's from now on. */
static uint8_t *store_take(store *s)
{
    uint8_t *octets = (uint8_t *)g_realloc(s->octets, s->length ? s->length : 1);

    *s = (store){0};
    return octets;
}

/* --- lists ------------------------------------------------------------------------------------------------------------- */

static void gathering_free(void *which)
{
    gathering *g = (gathering *)which;

    store_clear(&g->content);
    store_clear(&g->line);
    g_free(g);
}

static void unnamed_free(void *which)
{
    unnamed *u = (unnamed *)which;

    g_free(u->stem);
    g_free(u);
}

static void exporting_free(void *which)
{
    exporting *x = (exporting *)which;

    g_hash_table_destroy(x->gatherings);
    g_hash_table_destroy(x->unnamed);
    file_names_free(x->names);
    g_free(x);
}

/* Several lists may be open, each with entries of its own. */
static exporting *exporting_of(const void *list)
{
    exporting *x = (exporting *)g_hash_table_lookup(lists, list);

    if (!x) {
        x = g_new0(exporting, 1);
        x->gatherings = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, gathering_free);
        x->unnamed = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, unnamed_free);
        x->names = file_names_new();
        g_hash_table_insert(lists, (void *)list, x);
    }
    return x;
}

static void forget_all(void)
{
    g_hash_table_remove_all(lists);
}

static gathering *gathering_of(exporting *x, const connection *c)
{
    gathering *g = (gathering *)g_hash_table_lookup(x->gatherings, c);

    if (!g) {
        g = g_new0(gathering, 1);
        g_hash_table_insert(x->gatherings, (void *)c, g);
    }
    return g;
}

/* --- content ----------------------------------------------------------------------------------------------------------- */

/* The session has it as a whole, or never will. */
static bool need_not_gather(const message *m)
{
    return m->has_holes || (m->complete && m->octets);
}

static void gather(gathering *g, span octets)
{
    const message *m = g->of;
    uint64_t expected = m->complete ? m->size + CONTENT_CARRY : 0;

    if (!octets.length)
        return;
    if (m->chunked)
        memcpy(store_room(&g->content, octets.length, expected), octets.octets, octets.length);
    if (m->chunked)
        g->content.length += octets.length;
    else
        g->content.length +=
            content_read(&g->reader, octets, store_room(&g->content, octets.length + CONTENT_CARRY, expected)).unstuffed;
}

/* The content begins before the first octets of it that are called so: its first line came in pieces. */
static void gather_line(gathering *g, const finding *f)
{
    uint64_t missing = f->position > g->of->position ? f->position - g->of->position : 0;
    span line = {g->line.octets, g->line.length};

    if (!g->of->chunked && missing && missing <= line.length)
        gather(g, span_from(line, line.length - (size_t)missing));
}

static void gathering_begin(gathering *g, const finding *f)
{
    g->of = f->message;
    store_clear(&g->content);
    content_begin(&g->reader, f->message->bare_lf);
    gather_line(g, f);
}

/* The whole content, to be freed with g_free; NULL when it is not whole. */
static uint8_t *content_take(gathering *g, const message *m)
{
    uint8_t *copy;

    if (!m->complete || m->has_holes)
        return NULL;
    if (g->of == m && g->content.length == m->unstuffed_size)
        return store_take(&g->content);
    if (!m->octets)
        return NULL;
    copy = (uint8_t *)g_malloc((size_t)m->unstuffed_size + 1);
    memcpy(copy, m->octets, (size_t)m->unstuffed_size);
    return copy;
}

/* --- entries ----------------------------------------------------------------------------------------------------------- */

static span header_of(const message *m, header_kind kind)
{
    return m->header ? m->header->fields[kind] : (span){NULL, 0};
}

static void entry_add(export_object_list_t *list, exporting *x, packet_info *pinfo, const message *m, uint8_t *content)
{
    export_object_entry_t *entry = g_new0(export_object_entry_t, 1);
    unnamed *u = g_new0(unnamed, 1);

    u->entry = entry;
    u->stem = file_stem(header_text(pinfo->pool, header_of(m, HEADER_SUBJECT)), NAMELESS);
    entry->pkt_num = pinfo->num;
    entry->hostname = g_strdup(header_text(pinfo->pool, header_of(m, HEADER_FROM)));
    entry->content_type = g_strdup(CONTENT_TYPE);
    entry->filename = file_name_take(x->names, u->stem, EXTENSION);
    entry->payload_len = (size_t)m->unstuffed_size;
    entry->payload_data = content;
    g_hash_table_insert(x->unnamed, (void *)m, u);
    list->add_entry(list->gui_data, entry);
}

static void entry_rename(exporting *x, const unnamed *u, span queue_id)
{
    char *text = g_strndup((const char *)queue_id.octets, queue_id.length);
    char *stem = file_stem(text, NAMELESS);

    file_name_release(x->names, u->stem, u->entry->filename);
    g_free(u->entry->filename);
    u->entry->filename = file_name_take(x->names, stem, EXTENSION);
    g_free(stem);
    g_free(text);
}

/* --- records ----------------------------------------------------------------------------------------------------------- */

/* What a finding is handed on with. */
typedef struct export_call {
    export_object_list_t *list;
    exporting *exporting;
    gathering *gathering;
    packet_info *pinfo;
    const tap_record *record;
    bool added;
} export_call;

static void export_part(export_call *call, const finding *f)
{
    if (call->record->segment.side == SIDE_CLIENT)
        store_append(&call->gathering->line, octets_in_record(call->record, f));
}

static void export_content(export_call *call, const finding *f)
{
    gathering *g = call->gathering;
    uint8_t *content;

    if (g->of != f->message && !need_not_gather(f->message))
        gathering_begin(g, f);
    if (g->of == f->message)
        gather(g, octets_in_record(call->record, f));
    if (!(f->flags & FLAG_MESSAGE_END))
        return;
    content = content_take(g, f->message);
    g->of = NULL;
    store_clear(&g->content);
    if (!content)
        return;
    entry_add(call->list, call->exporting, call->pinfo, f->message, content);
    call->added = true;
}

static void export_transaction(export_call *call, const finding *f)
{
    const message *m = f->transaction->message;
    const unnamed *u = m ? (const unnamed *)g_hash_table_lookup(call->exporting->unnamed, m) : NULL;

    if (!u)
        return;
    if (f->transaction->verdict.queue_id.length)
        entry_rename(call->exporting, u, f->transaction->verdict.queue_id);
    g_hash_table_remove(call->exporting->unnamed, m);
}

static void (*const exporters[FINDING_KINDS])(export_call *, const finding *) = {
    [FINDING_PART] = export_part,
    [FINDING_CONTENT] = export_content,
    [FINDING_TRANSACTION] = export_transaction,
};

/* A line that was in pieces is whole, or lost. */
static void line_forget(const export_call *call, const finding *f)
{
    if (call->record->segment.side == SIDE_CLIENT && f->kind != FINDING_PART && f->kind != FINDING_RETRANSMISSION)
        store_clear(&call->gathering->line);
}

static tap_packet_status export_record(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *told,
                                       tap_flags_t flags)
{
    const tap_record *record = (const tap_record *)told;
    export_call call = {.list = (export_object_list_t *)data, .pinfo = pinfo, .record = record};

    (void)edt;
    (void)flags;
    call.exporting = exporting_of(data);
    call.gathering = gathering_of(call.exporting, record->connection);
    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        if (exporters[f->kind])
            exporters[f->kind](&call, f);
        line_forget(&call, f);
    }
    return call.added ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

void export_register(void)
{
    lists = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, exporting_free);
    register_export_object(proto_esmtp, export_record, forget_all);
    tap_outlet_add(EXPORT_TAP_NAME, tap_report_record);
    register_cleanup_routine(forget_all);
}
