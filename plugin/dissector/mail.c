/* mail.c — hands mails to the dissector for internet messages (RFC 5322).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/esmtp.h"
#include "wire/line.h"

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

/* Octets of the header, with the empty line behind it. */
static size_t header_length(span content)
{
    for (size_t at = 0; at < content.length;) {
        line next = line_first(span_from(content, at));
        at += next.length;
        if (!next.text.length)
            return at;
    }
    return content.length;
}

/* LFs without a CR before them. */
static size_t count_bare_lf(span in)
{
    size_t count = 0;

    for (size_t i = 0; i < in.length; i++)
        count += in.octets[i] == '\n' && !(i && in.octets[i - 1] == '\r');
    return count;
}

/* The mail's own dissector finds no field behind a line that ends in LF alone: in the header such lines get a CR. */
static span with_line_ends(drawing *d, span content)
{
    size_t header = header_length(content), added = count_bare_lf(span_first(content, header)), length = 0;
    uint8_t *out = (uint8_t *)wmem_alloc(d->pinfo->pool, content.length + added);

    for (size_t i = 0; i < header; i++) {
        if (content.octets[i] == '\n' && !(i && content.octets[i - 1] == '\r'))
            out[length++] = '\r';
        out[length++] = content.octets[i];
    }
    memcpy(out + length, content.octets + header, content.length - header);
    return (span){out, content.length + added};
}

static bool needs_line_ends(const message *m, span content)
{
    return m->oddities & CONTENT_BARE_LF && count_bare_lf(span_first(content, header_length(content)));
}

static tvbuff_t *mail_tvb_new(drawing *d, const message *m)
{
    const char *name = m->missing ? "Message content, less what was not captured" : "Message content";
    span octets = mail_octets(d, m);
    tvbuff_t *tvb;

    if (needs_line_ends(m, octets)) {
        octets = with_line_ends(d, octets);
        name = "Message content, with CR before each LF of the header";
    } else if (!m->octets && !m->stuffed) {
        return tvb_new_subset_length(d->tvb, offset_of(d, m), (int)m->size);
    }
    tvb = tvb_new_child_real_data(d->tvb, octets.octets, (unsigned)octets.length, (int)octets.length);
    add_new_data_source(d->pinfo, tvb, name);
    return tvb;
}

void mails_collect(drawing *d)
{
    for (uint32_t i = 0; i < d->segment->count; i++) {
        const finding *f = &d->segment->findings[i];
        mail_handed handed = {.message = f->message};
        if (!(f->flags & FLAG_MESSAGE_END) || !mail_is_shown(f->message))
            continue;
        if (!d->mails)
            d->mails = wmem_array_new(d->pinfo->pool, sizeof handed);
        wmem_array_append_one(d->mails, handed);
    }
}

static tvbuff_t *tvb_of(drawing *d, mail_handed *mail)
{
    if (!mail->tvb)
        mail->tvb = mail_tvb_new(d, mail->message);
    return mail->tvb;
}

tvbuff_t *mail_tvb(drawing *d, const message *m)
{
    mail_handed *mails = (mail_handed *)wmem_array_get_raw(d->mails);

    while (mails->message != m)
        mails++;
    return tvb_of(d, mails);
}

void mails_hand_over(drawing *d)
{
    unsigned count = d->mails ? wmem_array_get_count(d->mails) : 0;
    column_info *columns = d->pinfo->cinfo;
    dissector_handle_t imf;
    bool protocol, info;

    if (!count || !mails_are_read(d->pinfo))
        return;
    imf = find_dissector("imf");
    protocol = col_get_writable(columns, COL_PROTOCOL);
    info = col_get_writable(columns, COL_INFO);
    /* The body of a mail may read like a command. */
    col_set_writable(columns, COL_INFO, false);
    for (unsigned i = 0; imf && i < count; i++) {
        call_guarded(d, d->top, tvb_of(d, (mail_handed *)wmem_array_index(d->mails, i)), imf, NULL);
        /* "SMTP/IMF", however many mails there are. */
        col_set_writable(columns, COL_PROTOCOL, false);
    }
    col_set_writable(columns, COL_PROTOCOL, protocol);
    col_set_writable(columns, COL_INFO, info);
}
