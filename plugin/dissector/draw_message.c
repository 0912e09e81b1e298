/* draw_message.c — message content: its octets in each packet, and the message where it is complete.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include "dissector/esmtp.h"

static void draw_fragments(drawing *d, proto_tree *tree, const message *m)
{
    if (m->frames_count < 2)
        return;
    for (uint32_t i = 0; i < m->frames_count; i++)
        draw_generated_number(tree, FIELD_MESSAGE_FRAGMENT, d->tvb, m->frames[i]);
    draw_generated_number(tree, FIELD_MESSAGE_REASSEMBLED_LENGTH, d->tvb, message_captured(m));
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

static proto_item *draw_message_item(drawing *d, const message *m, const place *at, int length)
{
    proto_item *item;

    if (!field_is_wanted(FIELD_MESSAGE))
        return NULL;
    item = proto_tree_add_none_format(d->tree, hf[FIELD_MESSAGE], at->tvb, at->offset, length,
                                      "Message: %s octets by %s%s%s", grouped(d->pinfo, message_octets_known(m)),
                                      m->chunked ? "BDAT" : "DATA", missing_of(d, m), why_not_shown(m));
    if (m->ended_like)
        proto_item_append_text(item, ", ended by %s in frame %u", m->ended_like->name, m->ended_like->frame);
    return item;
}

static proto_item *draw_message(drawing *d, const finding *f, const place *at)
{
    const message *m = f->message;
    proto_item *item = draw_message_item(d, m, at, (int)f->length);
    proto_tree *tree = draw_below(d->tree, item, SUBTREE_MESSAGE);

    if (message_size_known(m)) {
        draw_generated_number(tree, FIELD_MESSAGE_SIZE, d->tvb, m->size);
        draw_generated_number(tree, FIELD_MESSAGE_UNSTUFFED_SIZE, d->tvb, m->unstuffed_size);
    }
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

void draw_content(drawing *d, const finding *f)
{
    place at = shows_none(f) ? (place){.tvb = d->tvb} : octets_placed(d, f);
    const message *m = f->message;
    proto_item *item = NULL, *whole = NULL;

    if (field_is_wanted(FIELD_MESSAGE_CONTENT) && !shows_none(f))
        item = proto_tree_add_none_format(d->tree, hf[FIELD_MESSAGE_CONTENT], at.tvb, at.offset, (int)f->length,
                                          "Message content: %u octet%s", f->length, f->length == 1 ? "" : "s");
    if (f->flags & FLAG_MESSAGE_END)
        whole = draw_message(d, f, &at);
    else if (m->complete && m->complete_frame != d->pinfo->num)
        draw_generated_number(d->tree, FIELD_MESSAGE_REASSEMBLED_IN, d->tvb, m->complete_frame);
    draw_notes(d, item ? item : whole ? whole : d->item, f);
    if (f->flags & FLAG_MESSAGE_END)
        draw_part_defects(d, whole ? whole : d->item, m);
}

void draw_end_of_data(drawing *d, const finding *f)
{
    place at = place_of(d, f, "End of data");

    proto_tree_add_none_format(d->tree, hf[FIELD_MESSAGE_END_OF_DATA], at.tvb, at.offset, (int)f->length,
                               "End of data: a lone dot (RFC 5321, 4.1.1.4)");
}
