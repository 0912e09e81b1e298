/* message_parts.c — gives messages to the reader of parts, and shows what is wrong with these.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/message_parts.h"

#include "dissector/esmtp.h"

#define MIB ((size_t)1 << 20)
/* So many parts of a mail have an expert info. */
#define EXPERTS_LIMIT 100u

static part_question question_of(part_interest in)
{
    return (part_question){.octets = in.octets,
                           .urls = in.urls,
                           .types = in.types,
                           .parts_limit = MAX(esmtp_preferences.parts_limit, 1),
                           .depth_limit = esmtp_preferences.parts_depth_limit,
                           .octets_limit = MIB * esmtp_preferences.part_octets_limit,
                           .total_limit = MIB * esmtp_preferences.parts_octets_limit};
}

/* Where holes are among the octets that there are. */
static size_t *holes_of(const message *m)
{
    size_t *holes = g_new(size_t, m->holes_count + 1);
    uint64_t missing = 0;

    for (uint32_t i = 0; i < m->holes_count; i++) {
        holes[i] = (size_t)(m->holes[i].offset - missing);
        missing += m->holes[i].octets;
    }
    return holes;
}

GPtrArray *message_parts(const message *m, span octets, part_interest in)
{
    part_question question = question_of(in);
    size_t *holes = holes_of(m);
    part_source source = {.octets = octets,
                          .holes = holes,
                          .holes_count = m->holes_count,
                          .no_begin = m->no_begin,
                          .no_end = !m->complete};
    GPtrArray *parts = parts_read(&source, &question);

    g_free(holes);
    return parts;
}

/* --- expert infos ------------------------------------------------------------------------------------------------------ */

/* "Part 2 (invoice.pdf.exe): A program, by its file name or by its first octets" */
static const char *defects_text(wmem_allocator_t *scope, const part *p)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "Part ");
    const char *before = ": ";

    wmem_strbuf_append(text, p->number);
    if (p->name)
        wmem_strbuf_append_printf(text, " (%s)", p->name);
    for (unsigned i = 0; i < DEFECT_COUNT; i++) {
        if (!(p->defects & defect_bit((part_defect)i)))
            continue;
        wmem_strbuf_append_printf(text, "%s%s", before, part_defect_meaning((part_defect)i));
        before = "; ";
    }
    return wmem_strbuf_get_str(text);
}

/* const char *: a text for each part that has defects. Adding an expert info may throw: the parts are freed before. */
static wmem_array_t *defects_texts(drawing *d, const message *m)
{
    GPtrArray *parts = message_parts(m, mail_octets(d, m), (part_interest){.octets = false});
    wmem_array_t *texts = wmem_array_new(d->pinfo->pool, sizeof(const char *));

    for (guint i = 0; i < parts->len && wmem_array_get_count(texts) < EXPERTS_LIMIT; i++) {
        const part *p = (const part *)g_ptr_array_index(parts, i);
        const char *text = p->defects ? defects_text(d->pinfo->pool, p) : NULL;
        if (text)
            wmem_array_append_one(texts, text);
    }
    g_ptr_array_unref(parts);
    return texts;
}

void draw_part_defects(drawing *d, proto_item *item, const message *m)
{
    wmem_array_t *texts;

    if (!esmtp_preferences.mime_expert || !parts_are_read() || !mail_is_shown(m) || !fields_all_wanted())
        return;
    texts = defects_texts(d, m);
    for (unsigned i = 0; i < wmem_array_get_count(texts); i++)
        draw_expert(d, item, NOTE_MIME, *(const char **)wmem_array_index(texts, i));
}
