/* mail.c — hands mails to the dissector for internet messages (RFC 5322).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/esmtp.h"

bool mail_is_shown(const message *m)
{
    bool in_packet = !m->given_back && !m->ended_like && !m->no_end;

    return m->complete && !m->no_begin && !m->too_large && message_captured(m) > 0 && (m->octets || in_packet);
}

/* Content that came whole in this packet, without its stuffed dots. */
static span unstuffed(drawing *d, span stuffed, bool bare_lf)
{
    uint8_t *out = (uint8_t *)wmem_alloc(d->pinfo->pool, stuffed.length + CONTENT_CARRY);
    content_reader reader;

    content_begin(&reader, bare_lf);
    return (span){out, content_read(&reader, stuffed, out).unstuffed};
}

static int offset_of(const drawing *d, const message *m)
{
    return (int)(m->position - d->segment->position);
}

span mail_octets(drawing *d, const message *m)
{
    span in_packet;

    if (m->octets)
        return (span){m->octets, (size_t)message_captured(m)};
    in_packet = (span){tvb_get_ptr(d->tvb, offset_of(d, m), (int)m->size), (size_t)m->size};
    return m->stuffed ? unstuffed(d, in_packet, m->bare_lf) : in_packet;
}

static tvbuff_t *mail_tvb(drawing *d, const message *m)
{
    tvbuff_t *tvb;
    span octets;

    if (!m->octets && !m->stuffed)
        return tvb_new_subset_length(d->tvb, offset_of(d, m), (int)m->size);
    octets = mail_octets(d, m);
    tvb = tvb_new_child_real_data(d->tvb, octets.octets, (unsigned)octets.length, (int)octets.length);
    add_new_data_source(d->pinfo, tvb, m->missing ? "Message content, less what was not captured" : "Message content");
    return tvb;
}

void mails_hand_over(drawing *d)
{
    unsigned count = d->mails ? wmem_array_get_count(d->mails) : 0;
    column_info *columns = d->pinfo->cinfo;
    dissector_handle_t imf;
    bool protocol, info;

    if (!count)
        return;
    imf = find_dissector("imf");
    protocol = col_get_writable(columns, COL_PROTOCOL);
    info = col_get_writable(columns, COL_INFO);
    /* The body of a mail may read like a command. */
    col_set_writable(columns, COL_INFO, false);
    for (unsigned i = 0; imf && i < count; i++) {
        call_guarded(d, d->top, mail_tvb(d, *(const message **)wmem_array_index(d->mails, i)), imf, NULL);
        /* "SMTP/IMF", however many mails there are. */
        col_set_writable(columns, COL_PROTOCOL, false);
    }
    col_set_writable(columns, COL_PROTOCOL, protocol);
    col_set_writable(columns, COL_INFO, info);
}
