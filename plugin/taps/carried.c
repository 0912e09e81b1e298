/* carried.c — keeps the parts of mails until their transactions end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/carried.h"

#include <epan/packet.h>

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "taps/mail_parts.h"

struct carried_mails {
    mail_parts *reader;
    GHashTable *parts; /* by content -> GPtrArray * */
};

/* What a record is read with. */
typedef struct carried_call {
    carried_mails *mails;
    uint32_t stream;
} carried_call;

/* Stands for the connection in the table: the peers of a record have it too. */
static const void *key_of(uint32_t stream)
{
    return GUINT_TO_POINTER(stream);
}

static void parts_are_known(void *data, const message *m, GPtrArray *parts)
{
    const carried_call *call = (const carried_call *)data;

    content_table_put(call->mails->parts, key_of(call->stream), m, g_ptr_array_ref(parts));
}

static const mail_parts_user user = {.read = parts_are_known};

static void parts_free(void *which)
{
    g_ptr_array_unref((GPtrArray *)which);
}

static void mails_begin(carried_mails *c)
{
    c->reader = mail_parts_new(&user, (part_interest){.urls = true});
    c->parts = content_table_new(parts_free);
}

void carried_forget_all(carried_mails *c)
{
    if (!c)
        return;
    mail_parts_free(c->reader);
    g_hash_table_destroy(c->parts);
    mails_begin(c);
}

static void see(void *data, const tap_record *record)
{
    carried_call call = {(carried_mails *)data, record->stream};

    mail_parts_see(call.mails->reader, record, &call);
}

void carried_see_rest(carried_mails *c)
{
    if (c)
        tap_visit_rest(see, c);
}

static tap_packet_status carried_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                        tap_flags_t flags)
{
    (void)pinfo;
    (void)edt;
    (void)flags;
    see(data, (const tap_record *)queued);
    return TAP_PACKET_DONT_REDRAW;
}

carried_mails *carried_mails_new(const char *statistic)
{
    carried_mails *c;
    GString *error;

    if (!parts_are_read()) {
        report_failure("-z %s: this plugin was built without GMime, which reads attachments and urls", statistic);
        return NULL;
    }
    c = g_new0(carried_mails, 1);
    mails_begin(c);
    error = register_tap_listener(ESMTP_TAP_NAME, c, NULL, TL_REQUIRES_NOTHING, NULL, carried_packet, NULL, NULL);
    if (error)
        report_failure("-z %s: %s", statistic, error->str);
    return error ? NULL : c;
}

/* --- values ------------------------------------------------------------------------------------------------------------ */

/* A text that nobody gave a name is what the mail says. */
static bool is_attachment(const part *p)
{
    return p->name || !g_str_has_prefix(p->type, "text/") || (p->disposition && strcmp(p->disposition, "attachment") == 0);
}

static value text_copy(wmem_allocator_t *scope, const char *text)
{
    return value_text(wmem_strdup(scope, text));
}

/* The name stands last: where the members are words of a line, it may have spaces. */
static value attachment_of(wmem_allocator_t *scope, const part *p)
{
    static const char *const names[] = {"sha256", "size", "type", "name"};
    value *members = wmem_alloc_array(scope, value, sizeof names / sizeof names[0]);

    members[0] = p->decoded ? text_copy(scope, p->sha256) : value_absent;
    members[1] = p->decoded ? value_number(p->size) : value_absent;
    members[2] = text_copy(scope, p->type);
    members[3] = p->name ? text_copy(scope, p->name) : value_absent;
    return (value){.kind = VALUE_OBJECT, .object = {names, members, sizeof names / sizeof names[0]}};
}

static value list_of(wmem_array_t *items)
{
    return (value){.kind = VALUE_LIST, .list = {(const value *)wmem_array_get_raw(items), wmem_array_get_count(items)}};
}

static void urls_add(wmem_allocator_t *scope, wmem_array_t *urls, GHashTable *known, const part *p)
{
    for (guint i = 0; p->urls && i < p->urls->len; i++) {
        const char *url = (const char *)g_ptr_array_index(p->urls, i);
        value v = text_copy(scope, url);
        if (g_hash_table_add(known, (void *)url))
            wmem_array_append_one(urls, v);
    }
}

const carried *carried_find(wmem_allocator_t *scope, const carried_mails *c, const transaction *t, const peers *of)
{
    const GPtrArray *parts = c ? (const GPtrArray *)content_table_find(c->parts, key_of(of->stream), t->message) : NULL;
    wmem_array_t *attachments, *urls;
    GHashTable *known;
    carried *made;

    if (!parts)
        return NULL;
    attachments = wmem_array_new(scope, sizeof(value));
    urls = wmem_array_new(scope, sizeof(value));
    known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < parts->len; i++) {
        const part *p = (const part *)g_ptr_array_index(parts, i);
        value attachment = is_attachment(p) ? attachment_of(scope, p) : value_absent;
        if (attachment.kind != VALUE_ABSENT)
            wmem_array_append_one(attachments, attachment);
        urls_add(scope, urls, known, p);
    }
    g_hash_table_destroy(known);
    made = wmem_new(scope, carried);
    *made = (carried){list_of(attachments), list_of(urls)};
    return made;
}

void carried_forget(carried_mails *c, const transaction *t, const peers *of)
{
    if (c && t->message && !t->message->may_be_cut)
        content_table_remove(c->parts, key_of(of->stream), t->message);
}
