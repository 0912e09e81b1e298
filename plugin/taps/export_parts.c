/* export_parts.c — the parts of mails as files, decoded: attachments, texts, messages within mails.
 *
 * A file is called "3-2.1-invoice.pdf": part 2.1 of the third mail, by the number that the log of parts (-z esmtp,parts)
 * gives it. Of a mail with holes the parts are there as far as they were captured.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/export_object.h>

#include "taps/before_draw.h"
#include "taps/file_name.h"
#include "taps/mail_parts.h"
#include "taps/register.h"

/* The name of the tap that register_export_object() makes. */
#define EXPORT_TAP_NAME "esmtp-parts_eo"
/* Letters and digits behind the last dot of a name are its extension, if they are no more. */
#define EXTENSION_LIMIT 10u

/* A list of objects under way. */
typedef struct exporting {
    mail_parts *reader;
    GHashTable *listed; /* by content: it is on the list */
    file_names *names;
    uint32_t mails;
} exporting;

/* What a record is read with. */
typedef struct export_call {
    export_object_list_t *list;
    exporting *exporting;
    wmem_allocator_t *scope; /* for passing texts */
    const tap_record *record;
    bool added;
} export_call;

/* export_object_list_t * -> exporting * */
static GHashTable *lists;

/* --- names ------------------------------------------------------------------------------------------------------------- */

/* For parts without a name. */
static const struct {
    const char *type, *extension;
} extensions[] = {
    {"text/plain", "txt"},          {"text/html", "html"},      {"text/calendar", "ics"},   {"message/rfc822", "eml"},
    {"message/global", "eml"},      {"message/news", "eml"},    {"image/png", "png"},       {"image/jpeg", "jpg"},
    {"image/gif", "gif"},           {"application/pdf", "pdf"}, {"application/zip", "zip"}, {"application/json", "json"},
    {"application/ms-tnef", "dat"}, {"text/csv", "csv"},
};

static const char *extension_of_type(const char *type)
{
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (strcmp(extensions[i].type, type) == 0)
            return extensions[i].extension;
    return g_str_has_prefix(type, "message/") || g_str_has_prefix(type, "text/") ? "txt" : "bin";
}

/* The extension that the name ends with, NULL for none. */
static const char *extension_of_name(const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    size_t length = dot ? strlen(dot + 1) : 0;

    if (!dot || dot == name || !length || length > EXTENSION_LIMIT)
        return NULL;
    for (const char *at = dot + 1; *at; at++)
        if (!g_ascii_isalnum(*at))
            return NULL;
    return dot + 1;
}

static char *stem_of(uint32_t mail, const part *p, const char *extension)
{
    char *name = p->name && extension ? g_strndup(p->name, (size_t)(extension - 1 - p->name)) : g_strdup(p->name);
    char *text = name ? g_strdup_printf("%u-%s-%s", mail, p->number, name) : g_strdup_printf("%u-%s", mail, p->number);
    char *stem = file_stem(text, "part");

    g_free(text);
    g_free(name);
    return stem;
}

static char *file_of(exporting *x, const part *p)
{
    const char *extension = extension_of_name(p->name);
    char *stem = stem_of(x->mails, p, extension);
    char *name = file_name_take(x->names, stem, extension ? extension : extension_of_type(p->type));

    g_free(stem);
    return name;
}

/* --- entries ----------------------------------------------------------------------------------------------------------- */

/* The octets of a part, for the list to free. */
static uint8_t *octets_take(part *p)
{
    uint8_t *octets = g_byte_array_free(p->octets, FALSE);

    p->octets = NULL;
    return octets;
}

static void entry_add(export_call *call, const message *m, part *p)
{
    export_object_entry_t *entry;

    if (!p->octets)
        return;
    entry = g_new0(export_object_entry_t, 1);
    entry->pkt_num = call->record->ends ? m->complete_frame : call->record->segment.frame;
    entry->hostname = g_strdup(header_text(call->scope, mail_header_find(m->header, HEADER_FROM)));
    entry->content_type = g_strdup(p->type);
    entry->filename = file_of(call->exporting, p);
    entry->payload_len = p->octets->len;
    entry->payload_data = octets_take(p);
    call->list->add_entry(call->list->gui_data, entry);
    call->added = true;
}

/* A mail that turned out to end earlier stays on the list as it is: nothing can be taken off it. */
static void parts_are_known(void *data, const message *m, GPtrArray *parts)
{
    export_call *call = (export_call *)data;

    if (content_table_find(call->exporting->listed, call->record->connection, m))
        return;
    if (m->may_be_cut)
        content_table_put(call->exporting->listed, call->record->connection, m, call->exporting);
    call->exporting->mails++;
    for (guint i = 0; i < parts->len; i++)
        entry_add(call, m, (part *)g_ptr_array_index(parts, i));
}

static const mail_parts_user user = {.read = parts_are_known};

/* --- lists ------------------------------------------------------------------------------------------------------------- */

static void exporting_free(void *which)
{
    exporting *x = (exporting *)which;

    mail_parts_free(x->reader);
    g_hash_table_destroy(x->listed);
    file_names_free(x->names);
    g_free(x);
}

/* Several lists may be open, each with entries of its own. */
static exporting *exporting_of(const void *list)
{
    exporting *x = (exporting *)g_hash_table_lookup(lists, list);

    if (!x) {
        x = g_new0(exporting, 1);
        x->reader = mail_parts_new(&user, (part_interest){.octets = true});
        x->listed = content_table_new(NULL);
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
    export_call *call = (export_call *)data;

    call->record = record;
    mail_parts_see(call->exporting->reader, record, call);
}

static void see_rest_of_list(void *list)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    export_call call = {(export_object_list_t *)list, exporting_of(list), scope, NULL, false};

    tap_visit_rest(see_rest, &call);
    wmem_destroy_allocator(scope);
}

static tap_packet_status export_record(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                       tap_flags_t flags)
{
    export_call call = {(export_object_list_t *)data, exporting_of(data), pinfo->pool, (const tap_record *)queued, false};

    (void)edt;
    (void)flags;
    before_draw(see_rest_of_list, data);
    mail_parts_see(call.exporting->reader, call.record, &call);
    return call.added ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

/* A list of objects that could only stay empty is not offered. */
void export_parts_register(void)
{
    if (!parts_are_read())
        return;
    lists = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, exporting_free);
    register_export_object(proto_esmtp_parts, export_record, forget_all);
    tap_outlet_add(EXPORT_TAP_NAME, tap_report_record);
    register_cleanup_routine(forget_all);
}
