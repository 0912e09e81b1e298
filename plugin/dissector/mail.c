/* mail.c — hands mails to the dissector for internet messages (RFC 5322).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/exceptions.h>
#include <epan/show_exception.h>

#include "dissector/esmtp.h"

bool mail_is_shown(const message *m)
{
    return m->complete && !m->has_holes && !m->too_large && m->unstuffed_size > 0;
}

/* Content that came whole in this packet, without its stuffed dots. */
static tvbuff_t *unstuffed_tvb(drawing *d, const message *m, int offset)
{
    span stuffed = {tvb_get_ptr(d->tvb, offset, (int)m->size), (size_t)m->size};
    uint8_t *out = (uint8_t *)wmem_alloc(d->pinfo->pool, stuffed.length + CONTENT_CARRY);
    content_reader reader;
    content_piece piece;

    content_begin(&reader, m->bare_lf);
    piece = content_read(&reader, stuffed, out);
    return tvb_new_child_real_data(d->tvb, out, (unsigned)piece.unstuffed, (int)piece.unstuffed);
}

static tvbuff_t *mail_tvb(drawing *d, const message *m)
{
    int offset = (int)(m->position - d->chunk->position);
    tvbuff_t *tvb;

    if (!m->octets && !m->stuffed)
        return tvb_new_subset_length(d->tvb, offset, (int)m->size);
    if (m->octets)
        tvb = tvb_new_child_real_data(d->tvb, m->octets, (unsigned)m->unstuffed_size, (int)m->unstuffed_size);
    else
        tvb = unstuffed_tvb(d, m, offset);
    add_new_data_source(d->pinfo, tvb, "Message content");
    return tvb;
}

/* A mail that its dissector stumbles over must not keep the packet's other mails from being shown. */
static void mail_hand_over(drawing *d, dissector_handle_t imf, const message *m)
{
    TRY
    {
        call_dissector(imf, mail_tvb(d, m), d->pinfo, d->top);
    }
    CATCH_NONFATAL_ERRORS
    {
        show_exception(d->tvb, d->pinfo, d->top, EXCEPT_CODE, GET_MESSAGE);
    }
    ENDTRY;
}

void mails_hand_over(drawing *d)
{
    unsigned count = wmem_array_get_count(d->mails);
    uint16_t can_desegment = d->pinfo->can_desegment;
    dissector_handle_t imf;

    if (!count)
        return;
    imf = find_dissector_add_dependency("imf", proto_esmtp);
    /* The content is complete: nobody below may ask TCP for more. */
    d->pinfo->can_desegment = 0;
    for (unsigned i = 0; imf && i < count; i++)
        mail_hand_over(d, imf, *(const message **)wmem_array_index(d->mails, i));
    d->pinfo->can_desegment = can_desegment;
}
