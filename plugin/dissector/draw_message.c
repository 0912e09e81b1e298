/* draw_message.c — message content: its octets in each packet, and the message where it is complete.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include "dissector/esmtp.h"

/* The message's own line tells the sizes. */
static void draw_size(drawing *d, proto_tree *tree, field which, uint64_t octets)
{
    proto_item_set_hidden(draw_generated_number(tree, which, d->tvb, octets));
}

static void draw_fragments(drawing *d, proto_tree *tree, const message *m)
{
    if (m->frames_count < 2)
        return;
    for (uint32_t i = 0; i < m->frames_count; i++)
        draw_generated_number(tree, FIELD_MESSAGE_FRAGMENT, d->tvb, m->frames[i]);
    draw_size(d, tree, FIELD_MESSAGE_REASSEMBLED_LENGTH, message_captured(m));
}

/* Nobody knows how many octets of the last hole are content where the end is among them. */
static bool has_end(const message *m, const content_hole *hole)
{
    return m->no_end && hole->offset + hole->octets == m->unstuffed_size;
}

static void draw_hole(drawing *d, proto_tree *tree, const message *m, const content_hole *hole)
{
    proto_item *item =
        proto_tree_add_uint64_format(tree, hf[FIELD_MESSAGE_MISSING], d->tvb, 0, 0, hole->octets,
                                     "[%s%s octet%s at offset %s %s not captured%s]", m->uncounted ? "up to " : "",
                                     grouped(d->pinfo, hole->octets), hole->octets == 1 ? "" : "s",
                                     grouped(d->pinfo, hole->offset), hole->octets == 1 ? "was" : "were",
                                     has_end(m, hole) ? ", the end of the data among them" : "");

    proto_item_set_generated(item);
}

static void draw_holes(drawing *d, proto_tree *tree, const message *m)
{
    for (uint32_t i = 0; i < m->holes_count && field_is_wanted(FIELD_MESSAGE_MISSING); i++)
        draw_hole(d, tree, m, &m->holes[i]);
}

static const char *why_not_shown(const message *m)
{
    if (m->no_begin)
        return ", not shown: its beginning was not captured";
    if (m->too_large)
        return ", not shown: larger than the limit in the preferences";
    if (!m->unstuffed_size)
        return ", empty";
    return message_captured(m) ? "" : ", none of them captured";
}

static const char *missing_of(const drawing *d, const message *m)
{
    if (m->no_end)
        return ", without its end";
    if (!m->missing)
        return "";
    return wmem_strdup_printf(d->pinfo->pool, m->uncounted ? ", up to %s more not captured" : ", %s of them not captured",
                              grouped(d->pinfo, m->missing));
}

/* Dots that the client stuffed are no content. */
static const char *sent_size(const drawing *d, const message *m)
{
    if (!message_size_known(m) || m->size == m->unstuffed_size)
        return "";
    return wmem_strdup_printf(d->pinfo->pool, ", %s with stuffed dots", grouped(d->pinfo, m->size));
}

/* The octets of a mail that is shown are those that its own dissector gets. */
static place message_place(drawing *d, const finding *f, const place *at)
{
    tvbuff_t *tvb;

    if (!mail_is_shown(f->message))
        return (place){at->tvb, at->offset, {NULL, f->length}};
    tvb = mail_tvb(d, f->message);
    return (place){tvb, 0, {NULL, tvb_captured_length(tvb)}};
}

static proto_item *draw_message_item(drawing *d, const finding *f, const place *at)
{
    const message *m = f->message;
    place whole;
    proto_item *item;

    if (!field_is_wanted(FIELD_MESSAGE))
        return NULL;
    whole = message_place(d, f, at);
    item = proto_tree_add_none_format(d->tree, hf[FIELD_MESSAGE], whole.tvb, whole.offset, (int)whole.octets.length,
                                      "Message: %s by %s%s%s%s", octets_text(d->pinfo, message_octets_known(m)),
                                      m->chunked ? "BDAT" : "DATA", missing_of(d, m), sent_size(d, m), why_not_shown(m));
    if (m->ended_like)
        proto_item_append_text(item, ", ended by %s in frame %u", m->ended_like->name, m->ended_like->frame);
    return item;
}

static proto_item *draw_message(drawing *d, const finding *f, const place *at)
{
    const message *m = f->message;
    proto_item *item = draw_message_item(d, f, at);
    proto_tree *tree = draw_below(d->tree, item, SUBTREE_MESSAGE);

    if (message_size_known(m)) {
        draw_size(d, tree, FIELD_MESSAGE_SIZE, m->size);
        draw_size(d, tree, FIELD_MESSAGE_UNSTUFFED_SIZE, m->unstuffed_size);
    }
    if (message_end(m))
        draw_reply_link(d, tree, FIELD_MESSAGE_REPLY_FRAME, message_end(m));
    draw_holes(d, tree, m);
    draw_fragments(d, tree, m);
    return item;
}

/* Nothing of the content is in the packet: its octets came earlier, were not captured, or there are none, as with BDAT 0
 * LAST. */
static bool shows_none(const finding *f)
{
    return !f->length;
}

/* A message that is wholly here has a line of its own. */
static proto_item *draw_content_item(drawing *d, const finding *f, const place *at)
{
    proto_item *item =
        proto_tree_add_none_format(d->tree, hf[FIELD_MESSAGE_CONTENT], at->tvb, at->offset, (int)f->length, "%s: %s",
                                   f->message->chunked ? "BDAT chunk" : "Message content", octets_text(d->pinfo, f->length));

    if (f->flags & FLAG_MESSAGE_END && f->length == f->message->size)
        proto_item_set_hidden(item);
    return item;
}

void draw_content(drawing *d, const finding *f)
{
    place at = shows_none(f) ? (place){.tvb = d->tvb} : octets_placed(d, f);
    const message *m = f->message;
    proto_item *item = NULL, *whole = NULL;

    if (field_is_wanted(FIELD_MESSAGE_CONTENT) && !shows_none(f))
        item = draw_content_item(d, f, &at);
    if (f->flags & FLAG_MESSAGE_END)
        whole = draw_message(d, f, &at);
    else if (m->complete && m->complete_frame != d->pinfo->num)
        draw_generated_number(d->tree, FIELD_MESSAGE_REASSEMBLED_IN, d->tvb, m->complete_frame);
    draw_notes(d, whole ? whole : item ? item : d->item, f);
    if (f->flags & FLAG_MESSAGE_END)
        draw_part_defects(d, whole ? whole : d->item, m);
}

void draw_end_of_data(drawing *d, const finding *f)
{
    place at = place_of(d, f, "End of data");

    proto_tree_add_none_format(d->tree, hf[FIELD_MESSAGE_END_OF_DATA], at.tvb, at.offset, (int)f->length,
                               "End of data: a lone dot (RFC 5321, 4.1.1.4)");
}
