/* export.c — mails as files, octet for octet what the client's mail software handed over.
 *
 * A mail is on the list as soon as it is complete, for its reply may never come; when its transaction ends with a queue id,
 * the entry is renamed. Of a mail with holes the file has what was captured, and its name says so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/export_object.h>

#include "taps/before_draw.h"
#include "taps/contents.h"
#include "taps/file_name.h"
#include "taps/register.h"

/* The name of the tap that register_export_object() makes. */
#define EXPORT_TAP_NAME "esmtp_eo"
#define EXTENSION "eml"
#define CONTENT_TYPE "message/rfc822"
/* The name of a mail that has neither queue id nor subject. */
#define NAMELESS "mail"

/* An entry that may get a better name. */
typedef struct unnamed {
    export_object_entry_t *entry;
    char *stem;
    char *missing; /* the end of the stem, which names holes */
} unnamed;

/* A list of objects under way. */
typedef struct exporting {
    contents *contents;
    GHashTable *unnamed; /* by content -> unnamed *, while its transaction is open */
    GHashTable *to_cut;  /* by content -> its entry: the server may have taken something in it for its end */
    file_names *names;
} exporting;

/* export_object_list_t * -> exporting * */
static GHashTable *lists;

/* What a record is read with. */
typedef struct export_call {
    export_object_list_t *list;
    exporting *exporting;
    wmem_allocator_t *scope; /* for passing texts */
    bool added;
} export_call;

/* --- entries ----------------------------------------------------------------------------------------------------------- */

static char *stem_of(const char *name, const char *missing)
{
    char *safe = file_stem(name, NAMELESS), *stem = g_strconcat(safe, missing, NULL);

    g_free(safe);
    return stem;
}

static const char *text_of_header(wmem_allocator_t *scope, const message *m, header_kind kind)
{
    return header_text(scope, mail_header_find(m->header, kind));
}

/* "ann@example.org → bob@example.net +1: Hello". Wireshark's list has no columns for these, and the host is every mail's. */
static char *who_and_what(wmem_allocator_t *scope, const message *m)
{
    const transaction *of = message_transaction(m);
    unsigned count = of ? wmem_array_get_count(of->recipients) : 0;
    GString *text = g_string_new(text_of_header(scope, m, HEADER_FROM));
    const char *subject = text_of_header(scope, m, HEADER_SUBJECT);

    if (count)
        g_string_append_printf(text, "%s\xe2\x86\x92 %s", text->len ? " " : "",
                               text_in(scope, ((const recipient *)wmem_array_index(of->recipients, 0))->address));
    if (count > 1)
        g_string_append_printf(text, " +%u", count - 1);
    if (subject[0])
        g_string_append_printf(text, ": %s", subject);
    return g_string_free(text, FALSE);
}

static void entry_add(void *data, const connection *of, const message *m, uint8_t *content)
{
    export_call *call = (export_call *)data;
    exporting *x = call->exporting;
    export_object_entry_t *entry = g_new0(export_object_entry_t, 1);
    unnamed *u = g_new0(unnamed, 1);

    u->entry = entry;
    u->missing = content_missing_text(m);
    u->stem = stem_of(header_text(call->scope, mail_header_find(m->header, HEADER_SUBJECT)), u->missing);
    entry->pkt_num = m->complete_frame;
    entry->hostname = who_and_what(call->scope, m);
    entry->content_type = g_strdup(CONTENT_TYPE);
    entry->filename = file_name_take(x->names, u->stem, EXTENSION);
    entry->payload_len = (size_t)message_captured(m);
    entry->payload_data = content;
    content_table_put(x->unnamed, of, m, u);
    if (m->may_be_cut)
        content_table_put(x->to_cut, of, m, entry);
    call->list->add_entry(call->list->gui_data, entry);
    call->added = true;
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

/* The mail that is on the list as a whole ended earlier. */
static void entry_cut(void *data, const connection *of, const message *m)
{
    export_call *call = (export_call *)data;
    export_object_entry_t *entry = (export_object_entry_t *)content_table_find(call->exporting->to_cut, of, m);

    entry->payload_len = (size_t)m->unstuffed_size;
    content_table_remove(call->exporting->to_cut, of, m);
    call->added = true;
}

/* The entry of a mail is called by its queue id. */
static void entry_name(void *data, const connection *of, const finding *f)
{
    exporting *x = ((export_call *)data)->exporting;
    const transaction *t = f->transaction;
    const unnamed *u = (const unnamed *)content_table_find(x->unnamed, of, t->message);

    if (!u)
        return;
    if (t->verdict.queue_id.length)
        entry_rename(x, u, t->verdict.queue_id);
    content_table_remove(x->unnamed, of, t->message);
}

static const contents_user user = {.complete = entry_add, .cut = entry_cut, .ended = entry_name};

/* --- lists ------------------------------------------------------------------------------------------------------------- */

static void unnamed_free(void *which)
{
    unnamed *u = (unnamed *)which;

    g_free(u->stem);
    g_free(u->missing);
    g_free(u);
}

static void exporting_free(void *which)
{
    exporting *x = (exporting *)which;

    contents_free(x->contents);
    g_hash_table_destroy(x->unnamed);
    g_hash_table_destroy(x->to_cut);
    file_names_free(x->names);
    g_free(x);
}

/* Several lists may be open, each with entries of its own. */
static exporting *exporting_of(const void *list)
{
    exporting *x = (exporting *)g_hash_table_lookup(lists, list);

    if (!x) {
        x = g_new0(exporting, 1);
        x->contents = contents_new(&user);
        x->unnamed = content_table_new(unnamed_free);
        x->to_cut = content_table_new(NULL);
        x->names = file_names_new();
        g_hash_table_insert(lists, (void *)list, x);
    }
    return x;
}

static void forget_all(void)
{
    g_hash_table_remove_all(lists);
}

/* --- what no packet shows ---------------------------------------------------------------------------------------------- */

static void see_rest(void *data, const tap_record *record)
{
    const export_call *call = (const export_call *)data;

    contents_see(call->exporting->contents, record, data);
}

static void see_rest_of_list(void *list)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    export_call call = {(export_object_list_t *)list, exporting_of(list), scope, false};

    tap_visit_rest(see_rest, &call);
    wmem_destroy_allocator(scope);
}

static tap_packet_status export_record(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                       tap_flags_t flags)
{
    export_call call = {(export_object_list_t *)data, exporting_of(data), pinfo->pool, false};

    (void)edt;
    (void)flags;
    before_draw(see_rest_of_list, data);
    contents_see(call.exporting->contents, (const tap_record *)queued, &call);
    return call.added ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

void export_register(void)
{
    lists = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, exporting_free);
    register_export_object(proto_esmtp, export_record, forget_all);
    tap_outlet_add(EXPORT_TAP_NAME, tap_report_record);
    register_cleanup_routine(forget_all);
}
