/* mail_parts.c — gives the contents of mails to the reader of parts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_parts.h"

struct mail_parts {
    const mail_parts_user *user;
    part_interest interest;
    contents *contents;
    GHashTable *to_cut; /* by content -> GByteArray *: the server may have taken something in it for its end */
};

/* What a record is read with. */
typedef struct parts_call {
    mail_parts *mails;
    void *data;
} parts_call;

static void content_read_parts(const parts_call *call, const message *m, span octets)
{
    GPtrArray *parts = message_parts(m, octets, call->mails->interest);

    call->mails->user->read(call->data, m, parts);
    g_ptr_array_unref(parts);
}

static void content_complete(void *data, const connection *of, const message *m, uint8_t *octets)
{
    const parts_call *call = (const parts_call *)data;
    GByteArray *content = g_byte_array_new_take(octets, (gsize)message_captured(m));

    content_read_parts(call, m, (span){content->data, content->len});
    if (m->may_be_cut)
        content_table_put(call->mails->to_cut, of, m, content);
    else
        g_byte_array_unref(content);
}

static void content_cut(void *data, const connection *of, const message *m)
{
    const parts_call *call = (const parts_call *)data;
    const GByteArray *content = (const GByteArray *)content_table_find(call->mails->to_cut, of, m);

    content_read_parts(call, m, span_first((span){content->data, content->len}, (size_t)m->unstuffed_size));
    content_table_remove(call->mails->to_cut, of, m);
}

static void transaction_ended(void *data, const connection *of, const finding *f)
{
    const parts_call *call = (const parts_call *)data;

    (void)of;
    if (call->mails->user->ended)
        call->mails->user->ended(call->data, f);
}

static const contents_user user_of_contents = {.complete = content_complete, .cut = content_cut, .ended = transaction_ended};

static void content_free(void *which)
{
    g_byte_array_unref((GByteArray *)which);
}

mail_parts *mail_parts_new(const mail_parts_user *user, part_interest in)
{
    mail_parts *m = g_new0(mail_parts, 1);

    m->user = user;
    m->interest = in;
    m->contents = contents_new(&user_of_contents);
    m->to_cut = content_table_new(content_free);
    return m;
}

void mail_parts_free(mail_parts *m)
{
    contents_free(m->contents);
    g_hash_table_destroy(m->to_cut);
    g_free(m);
}

void mail_parts_see(mail_parts *m, const tap_record *record, void *data)
{
    parts_call call = {m, data};

    contents_see(m->contents, record, &call);
}
