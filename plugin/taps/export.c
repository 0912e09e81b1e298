/* export.c — mails as files, octet for octet what the client's mail software handed over.
 *
 * The session keeps no content larger than a limit, so it is gathered here from the packets as they pass, one content a
 * connection at a time. A mail is on the list as soon as it is complete, for its reply may never come; when its transaction
 * ends with a queue id, the entry is renamed. Of a mail with holes the file has what was captured, and its name says so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

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

/* The most octets that are gathered: GByteArray counts in 32 bits, and doubles what it has. */
#define GATHER_LIMIT ((size_t)G_MAXINT)

/* What a connection's client is sending. */
typedef struct gathering {
    const message *of;   /* NULL: no content, or one that need not be gathered */
    uint32_t number;     /* ... and its number: a message that is over leaves its address to a later one */
    GHashTable *unnamed; /* number of a content -> unnamed *, while its transaction is open */
    GHashTable *to_cut;  /* number of a content -> entry: the server may have taken something in it for its end */
    content_reader reader;
    GByteArray *content; /* unstuffed; NULL when nothing is gathered, or when the content is larger than the limit */
    uint64_t next;       /* the position where its octets go on, if none are missing */
    GByteArray *line;    /* pieces of a line that is not whole yet: after an unanswered DATA it may be content; NULL: none */
} gathering;

/* An entry that may get a better name. */
typedef struct unnamed {
    export_object_entry_t *entry;
    char *stem;
    char *missing; /* the end of the stem, which names holes */
} unnamed;

/* A list of objects under way. */
typedef struct exporting {
    GHashTable *gatherings; /* const connection * -> gathering * */
    file_names *names;
} exporting;

/* export_object_list_t * -> exporting * */
static GHashTable *lists;

/* --- lists ------------------------------------------------------------------------------------------------------------- */

static void unnamed_free(void *which)
{
    unnamed *u = (unnamed *)which;

    g_free(u->stem);
    g_free(u->missing);
    g_free(u);
}

static void gathering_free(void *which)
{
    gathering *g = (gathering *)which;

    g_hash_table_destroy(g->unnamed);
    g_hash_table_destroy(g->to_cut);
    g_clear_pointer(&g->content, g_byte_array_unref);
    g_clear_pointer(&g->line, g_byte_array_unref);
    g_free(g);
}

static void exporting_free(void *which)
{
    exporting *x = (exporting *)which;

    g_hash_table_destroy(x->gatherings);
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
        g->unnamed = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, unnamed_free);
        g->to_cut = g_hash_table_new(g_direct_hash, g_direct_equal);
        g_hash_table_insert(x->gatherings, (void *)c, g);
    }
    return g;
}

/* --- content ----------------------------------------------------------------------------------------------------------- */

static bool is_gathered(const gathering *g, const message *m)
{
    return g->of == m && g->number == m->number;
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

/* What a finding is handed on with. */
typedef struct export_call {
    export_object_list_t *list;
    exporting *exporting;
    gathering *gathering;
    packet_info *pinfo;
    const tap_record *record;
    bool added;
} export_call;

/* --- entries ----------------------------------------------------------------------------------------------------------- */

/* What a file's name says of a content that is not whole; to be freed with g_free. */
static char *missing_of(const message *m)
{
    GString *words = g_string_new(m->no_begin ? "-beginning-missing" : NULL);

    if (m->missing)
        g_string_append_printf(words, "-%" PRIu64 "-octets-missing", m->missing);
    if (!m->complete)
        g_string_append(words, "-end-missing");
    return g_string_free(words, FALSE);
}

static char *stem_of(const char *name, const char *missing)
{
    char *safe = file_stem(name, NAMELESS), *stem = g_strconcat(safe, missing, NULL);

    g_free(safe);
    return stem;
}

static void entry_add(export_call *call, const message *m, uint8_t *content)
{
    packet_info *pinfo = call->pinfo;
    export_object_entry_t *entry = g_new0(export_object_entry_t, 1);
    unnamed *u = g_new0(unnamed, 1);

    u->entry = entry;
    u->missing = missing_of(m);
    u->stem = stem_of(header_text(pinfo->pool, mail_header_find(m->header, HEADER_SUBJECT)), u->missing);
    entry->pkt_num = pinfo->num;
    entry->hostname = g_strdup(header_text(pinfo->pool, mail_header_find(m->header, HEADER_FROM)));
    entry->content_type = g_strdup(CONTENT_TYPE);
    entry->filename = file_name_take(call->exporting->names, u->stem, EXTENSION);
    entry->payload_len = (size_t)message_captured(m);
    entry->payload_data = content;
    g_hash_table_insert(call->gathering->unnamed, GUINT_TO_POINTER(m->number), u);
    if (m->may_be_cut)
        g_hash_table_insert(call->gathering->to_cut, GUINT_TO_POINTER(m->number), entry);
    call->list->add_entry(call->list->gui_data, entry);
}

static void entry_rename(exporting *x, const unnamed *u, span queue_id)
{
    char *text = g_strndup((const char *)queue_id.octets, queue_id.length);
    char *stem = stem_of(text, u->missing);

    file_name_release(x->names, u->stem, u->entry->filename);
    g_free(u->entry->filename);
    u->entry->filename = file_name_take(x->names, stem, EXTENSION);
    g_free(stem);
    g_free(text);
}

/* --- records ----------------------------------------------------------------------------------------------------------- */

static void export_part(export_call *call, const finding *f)
{
    gathering *g = call->gathering;
    span octets = octets_in_record(call->record, f);

    if (call->record->segment.side != SIDE_CLIENT || !octets.length)
        return;
    if (g->line && g->line->len + octets.length > GATHER_LIMIT)
        g_clear_pointer(&g->line, g_byte_array_unref);
    if (!g->line)
        g->line = g_byte_array_new();
    g_byte_array_append(g->line, octets.octets, (guint)octets.length);
}

/* The mail that is on the list as a whole ended earlier. */
static bool entry_cut(export_call *call, const message *m)
{
    void *key = GUINT_TO_POINTER(m->number);
    export_object_entry_t *entry =
        m->ended_like ? (export_object_entry_t *)g_hash_table_lookup(call->gathering->to_cut, key) : NULL;

    if (!entry)
        return false;
    g_hash_table_remove(call->gathering->to_cut, key);
    entry->payload_len = (size_t)m->unstuffed_size;
    return true;
}

static void export_content(export_call *call, const finding *f)
{
    gathering *g = call->gathering;
    uint8_t *content;

    if (entry_cut(call, f->message)) {
        call->added = true;
        return;
    }
    if (!is_gathered(g, f->message) && !need_not_gather(f->message))
        gathering_begin(g, f);
    if (is_gathered(g, f->message))
        gather_next(g, f, octets_in_record(call->record, f));
    if (!(f->flags & FLAG_MESSAGE_END))
        return;
    content = content_take(g, f->message);
    g->of = NULL;
    g_clear_pointer(&g->content, g_byte_array_unref);
    if (!content)
        return;
    entry_add(call, f->message, content);
    call->added = true;
}

/* The entry of a mail is called by its queue id. */
static void export_name(export_call *call, const finding *f, const message *m)
{
    void *key = m ? GUINT_TO_POINTER(m->number) : NULL;
    const unnamed *u = m ? (const unnamed *)g_hash_table_lookup(call->gathering->unnamed, key) : NULL;

    if (!u)
        return;
    if (f->transaction->verdict.queue_id.length)
        entry_rename(call->exporting, u, f->transaction->verdict.queue_id);
    g_hash_table_remove(call->gathering->unnamed, key);
}

/* The end of the content was not captured: its reply shows that there was one. */
static void export_without_end(export_call *call, const message *m)
{
    gathering *g = call->gathering;
    uint8_t *content = m && !m->complete && is_gathered(g, m) && g->content ? content_take(g, m) : NULL;

    if (!content)
        return;
    g->of = NULL;
    entry_add(call, m, content);
    call->added = true;
}

static void export_transaction(export_call *call, const finding *f)
{
    const message *m = f->transaction->message;

    if (f->transaction->content_answered)
        export_without_end(call, m);
    export_name(call, f, m);
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
        g_clear_pointer(&call->gathering->line, g_byte_array_unref);
}

static tap_packet_status export_record(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                       tap_flags_t flags)
{
    const tap_record *record = (const tap_record *)queued;
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
