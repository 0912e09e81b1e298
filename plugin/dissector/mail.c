/* mail.c — hands mails to the dissector for internet messages (RFC 5322).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/esmtp.h"

bool mail_is_shown(const message *m)
{
    bool in_packet = !m->given_back && !m->ended_like;

    return m->complete && !m->no_begin && !m->too_large && message_captured(m) > 0 && (m->octets || in_packet);
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
    int offset = (int)(m->position - d->segment->position);
    tvbuff_t *tvb;

    if (!m->octets && !m->stuffed)
        return tvb_new_subset_length(d->tvb, offset, (int)m->size);
    if (m->octets)
        tvb = tvb_new_child_real_data(d->tvb, m->octets, (unsigned)message_captured(m), (int)message_captured(m));
    else
        tvb = unstuffed_tvb(d, m, offset);
    add_new_data_source(d->pinfo, tvb, m->missing ? "Message content, less what was not captured" : "Message content");
    return tvb;
}

void mails_hand_over(drawing *d)
{
    unsigned count = d->mails ? wmem_array_get_count(d->mails) : 0;
    dissector_handle_t imf;
    bool writable;

    if (!count)
        return;
    imf = find_dissector("imf");
    writable = col_get_writable(d->pinfo->cinfo, COL_PROTOCOL);
    for (unsigned i = 0; imf && i < count; i++) {
        call_guarded(d, d->top, mail_tvb(d, *(const message **)wmem_array_index(d->mails, i)), imf, NULL);
        /* "SMTP/IMF", however many mails there are. */
        col_set_writable(d->pinfo->cinfo, COL_PROTOCOL, false);
    }
    col_set_writable(d->pinfo->cinfo, COL_PROTOCOL, writable);
}
