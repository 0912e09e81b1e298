/* exchange_text.c — a command and the reply to it, each named where the other one is drawn.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/esmtp.h"
#include "session/mail_result.h"

const char *exchange_command_text(drawing *d, const exchange *e)
{
    const auth_exchange *auth = exchange_auth(e);

    if (exchange_is(e, VERB_CONNECT))
        return "the connection";
    if (exchange_is(e, VERB_END_OF_DATA))
        return "the content";
    if (e->transaction && exchange_is(e, VERB_MAIL))
        return wmem_strdup_printf(d->pinfo->pool, "MAIL FROM:<%s>", text_of(d->pinfo, exchange_address(e)));
    if (e->transaction && exchange_is(e, VERB_RCPT))
        return wmem_strdup_printf(d->pinfo->pool, "RCPT TO:<%s>", text_of(d->pinfo, exchange_address(e)));
    if (auth && auth->mechanism[0])
        return wmem_strdup_printf(d->pinfo->pool, "%s %s", e->name, auth->mechanism);
    return e->name[0] ? e->name : "a line";
}

const char *exchange_reply_text(drawing *d, const exchange *e)
{
    wmem_strbuf_t *text = wmem_strbuf_new(d->pinfo->pool, NULL);

    if (e->reply_code)
        wmem_strbuf_append_printf(text, "%03u", e->reply_code);
    if (e->status_class)
        wmem_strbuf_append_printf(text, "%s%u.%u.%u", e->reply_code ? " " : "", e->status_class, e->status_subject,
                                  e->status_detail);
    return wmem_strbuf_get_len(text) ? wmem_strbuf_get_str(text) : "without a code";
}

void draw_reply_link(drawing *d, proto_tree *tree, field which, const exchange *e)
{
    proto_item *item;

    if (!e->reply_frame)
        return;
    item = draw_generated_number(tree, which, d->tvb, e->reply_frame);
    if (item_is_read(item))
        proto_item_set_text(item, "Reply: %s in frame %u", exchange_reply_text(d, e), e->reply_frame);
}
