/* columns.c — the packet list, which reads as it does with the built-in dissector: "C: EHLO mx.example.org | ...". What
 * became of a mail stands behind what ended it; a content is told of by its size and two fields of its header.
 *
 * No secret ever stands there: neither what AUTH carries in base64 nor what that stands for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include <epan/column-utils.h>

#include "dissector/esmtp.h"
#include "session/parsed.h"
#include "session/transaction.h"

/* Wireshark cuts the column's text at some thousand octets; ten thousand commands in a packet need not be put together. */
#define INFO_LIMIT 2048u

static bool info_has_room(const drawing *d)
{
    return d->info && wmem_strbuf_get_len(d->info) < INFO_LIMIT;
}

static void info_add(drawing *d, const char *text)
{
    if (!wmem_strbuf_get_len(d->info))
        wmem_strbuf_append(d->info, d->segment->side == SIDE_CLIENT ? "C: " : "S: ");
    else
        wmem_strbuf_append(d->info, " | ");
    wmem_strbuf_append(d->info, text);
    d->info_content = 0;
}

static void info_add_octets(drawing *d, span octets)
{
    octets = span_first(octets, INFO_LIMIT);
    info_add(d, octets_format(d->pinfo->pool, octets.octets, octets.length));
}

/* "AUTH PLAIN ..." without what comes behind the mechanism; anything else secret without its text. */
static void info_secret_command(drawing *d, const finding *f, span text)
{
    span rest = text;
    span verb = span_next_word(&rest);
    span mechanism = span_next_word(&rest);

    if (f->exchange && exchange_auth(f->exchange)) {
        /* Without a mechanism, what stands in its place may be the secret. */
        bool named = exchange_auth(f->exchange)->mechanism[0] != '\0';
        size_t shown = named ? (size_t)(mechanism.octets - verb.octets) + mechanism.length : verb.length;
        info_add(d,
                 wmem_strdup_printf(d->pinfo->pool, "%s \xe2\x80\xa6", octets_format(d->pinfo->pool, verb.octets, shown)));
    } else {
        info_add(d, "\xe2\x80\xa6");
    }
}

static void info_command(drawing *d, const finding *f)
{
    span text = line_of(octets_of(d, f)).text;

    if (f->flags & FLAG_SECRET)
        info_secret_command(d, f, text);
    else
        info_add_octets(d, text);
}

#define NO_CODE UINT16_MAX

/* A line of a reply, without its code where that is the one `shown` of an earlier line in this packet. */
static void info_reply_line(drawing *d, span text, const reply_line *parsed, uint16_t *shown)
{
    bool repeated = parsed && parsed->code == *shown;

    info_add_octets(d, repeated ? span_from(text, parsed->has_separator ? 4 : 3) : text);
    if (parsed && *shown == NO_CODE)
        *shown = parsed->code;
}

/* The lines that end in this packet. */
static void info_reply_lines(drawing *d, const finding *f)
{
    size_t earlier = f->position < d->segment->position ? (size_t)(d->segment->position - f->position) : 0, end = 0;
    unsigned count;
    const parsed_reply_line *lines = reply_lines_of(d, f, &count);
    uint16_t shown = NO_CODE;

    for (unsigned i = 0; i < count && info_has_room(d); i++) {
        end += lines[i].line.length;
        if (end > earlier)
            info_reply_line(d, lines[i].line.text, lines[i].valid ? &lines[i].parsed : NULL, &shown);
    }
}

static void info_reply(drawing *d, const finding *f)
{
    if (f->flags & FLAG_CHALLENGE)
        info_add(d, "334 AUTH challenge");
    else if (f->flags & FLAG_SECRET)
        info_add(d,
                 wmem_strdup_printf(d->pinfo->pool, "%s \xe2\x80\xa6", text_of(d->pinfo, span_first(octets_of(d, f), 3))));
    else
        info_reply_lines(d, f);
}

/* The lines of a reply that goes on in a later packet, as far as they are here. */
static void info_reply_part(drawing *d, span octets)
{
    reply_line parsed;
    uint16_t shown = NO_CODE;

    for (size_t begin = 0; begin < octets.length && info_has_room(d);) {
        line at = line_first(span_from(octets, begin));
        info_reply_line(d, at.text, reply_line_parse(at.text, false, &parsed) ? &parsed : NULL, &shown);
        begin += at.length;
    }
}

static void info_part(drawing *d, const finding *f)
{
    span octets = octets_of(d, f);
    line first = line_first(octets);

    if (d->segment->side == SIDE_SERVER && first.ending != LINE_ENDING_NONE && !(f->flags & FLAG_SECRET))
        info_reply_part(d, octets);
    else
        info_add(d, wmem_strdup_printf(d->pinfo->pool, "[part of a line, %s]", octets_text(d->pinfo, f->length)));
}

/* Octets of a content that goes on in a later packet, or of one that is not shown. */
static const char *content_text(drawing *d, uint64_t octets)
{
    return wmem_strdup_printf(d->pinfo->pool, "%s, %s", d->info_chunked ? "BDAT chunk" : "DATA fragment",
                              octets_text(d->pinfo, octets));
}

/* Of a field of a header, of an address: so many octets in UTF-8. */
#define VALUE_LIMIT 120u

static const char *shortened(drawing *d, const char *text)
{
    size_t length = strlen(text), end = VALUE_LIMIT;

    if (length > VALUE_LIMIT) {
        while (end && ((uint8_t)text[end] & 0xc0) == 0x80) /* inside a character */
            end--;
        length = end;
    }
    return wmem_strdup_printf(d->pinfo->pool, "%s%s", octets_format(d->pinfo->pool, (const uint8_t *)text, length),
                              text[length] ? "\xe2\x80\xa6" : "");
}

static void add_header_field(drawing *d, wmem_strbuf_t *text, const message *m, header_kind kind, const char *title)
{
    span found = m->header ? mail_header_find(m->header, kind) : (span){NULL, 0};

    if (found.length)
        wmem_strbuf_append_printf(text, ", %s %s", title, shortened(d, header_text(d->pinfo->pool, found)));
}

/* What is not captured of it comes before what is known. */
static void info_message(drawing *d, const message *m)
{
    wmem_strbuf_t *text = wmem_strbuf_new(d->pinfo->pool, "message");

    if (m->no_begin || m->no_end)
        wmem_strbuf_append_printf(text, " without its %s", m->no_begin ? "beginning" : "end");
    wmem_strbuf_append_printf(text, ", %s", octets_text(d->pinfo, message_octets_known(m)));
    if (m->missing && !m->no_end)
        wmem_strbuf_append_printf(text, ", %s%s not captured", m->uncounted ? "up to " : "", grouped(d->pinfo, m->missing));
    add_header_field(d, text, m, HEADER_FROM, "from");
    add_header_field(d, text, m, HEADER_SUBJECT, "subject");
    info_add(d, wmem_strbuf_get_str(text));
}

/* A content is told as a message where it ends; its lone dot tells no more. */
static void info_content(drawing *d, const finding *f)
{
    bool alone = wmem_strbuf_get_len(d->info) == 0;

    if (f->flags & FLAG_MESSAGE_END && message_captured(f->message)) {
        info_message(d, f->message);
        return;
    }
    if (!f->length)
        return;
    d->info_chunked = f->message->chunked;
    info_add(d, content_text(d, f->length));
    if (alone)
        d->info_content = f->length;
}

static void info_end_of_data(drawing *d, const finding *f)
{
    if (!message_captured(f->message))
        info_add(d, ".");
}

static void info_auth_response(drawing *d, const finding *f)
{
    info_add(d, f->flags & FLAG_CANCEL ? "*" : "AUTH response");
}

/* Kinds that are shown by a word and the number of their octets alone. */
static const char *const words[FINDING_KINDS] = {
    [FINDING_UNKNOWN] = "session state unknown", [FINDING_OPAQUE] = "not readable", [FINDING_PROXY] = "PROXY header",
    [FINDING_RETRANSMISSION] = "seen before",    [FINDING_HELD] = "held",           [FINDING_LATE] = "too late",
    [FINDING_ASIDE] = "not of this connection",
};

static void info_octets(drawing *d, const finding *f)
{
    info_add(d, wmem_strdup_printf(d->pinfo->pool, "[%s, %s]", words[f->kind], octets_text(d->pinfo, f->length)));
}

static void (*const writers[FINDING_KINDS])(drawing *, const finding *) = {
    [FINDING_COMMAND] = info_command,       [FINDING_AUTH_RESPONSE] = info_auth_response,
    [FINDING_REPLY] = info_reply,           [FINDING_PART] = info_part,
    [FINDING_CONTENT] = info_content,       [FINDING_END_OF_DATA] = info_end_of_data,
    [FINDING_UNKNOWN] = info_octets,        [FINDING_GAP] = NULL,
    [FINDING_RETRANSMISSION] = info_octets, [FINDING_OPAQUE] = info_octets,
    [FINDING_TRANSACTION] = NULL,           [FINDING_PROXY] = info_octets,
    [FINDING_HELD] = info_octets,           [FINDING_LATE] = info_octets,
    [FINDING_ASIDE] = info_octets,
};

/* Content that a reply made of octets of earlier packets (FLAG_READ_AGAIN) is no text of this packet, unless the mail is
 * shown here. */
static bool is_told_elsewhere(const finding *f)
{
    return f->flags & FLAG_READ_AGAIN && !(f->flags & FLAG_MESSAGE_END && mail_is_shown(f->message));
}

static void columns_finding(drawing *d, const finding *f)
{
    if (writers[f->kind] && info_has_room(d) && !is_told_elsewhere(f))
        writers[f->kind](d, f);
}

/* --- what became of a mail --------------------------------------------------------------------------------------------- */

/* So many mails are told of in a packet. */
#define OUTCOMES_LIMIT 8u

static const char *address_text(drawing *d, span address)
{
    return shortened(d, text_of(d->pinfo, address));
}

static void add_recipients(drawing *d, wmem_strbuf_t *text, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients);

    if (count)
        wmem_strbuf_append_printf(text, " \xe2\x86\x92 %s",
                                  address_text(d, ((const recipient *)wmem_array_index(t->recipients, 0))->address));
    if (count > 1)
        wmem_strbuf_append_printf(text, " +%u", count - 1);
}

/* The reply at hand may be one to RSET, and the refusal some packets before. */
static void add_refusal(drawing *d, wmem_strbuf_t *text, const transaction *t)
{
    if (reply_severity(t->verdict.code) < 4)
        return;
    if (!t->verdict.inferred)
        wmem_strbuf_append_printf(text, " %03u", t->verdict.code);
    if (t->verdict.status.length)
        wmem_strbuf_append_printf(text, " %s", text_of(d->pinfo, t->verdict.status));
}

/* "[mail 1: ann@example.org → bob@example.net +1, rejected 550 5.1.1]" */
static void info_outcome(void *data, const transaction *t)
{
    drawing *d = (drawing *)data;
    wmem_strbuf_t *text = wmem_strbuf_new(d->pinfo->pool, NULL);

    if (d->info_outcomes++ >= OUTCOMES_LIMIT)
        return;
    wmem_strbuf_append_printf(text, "[mail %u: %s", t->index,
                              t->mail_from.length ? address_text(d, t->mail_from)
                              : t->null_sender    ? "<>"
                                                  : "?");
    add_recipients(d, text, t);
    wmem_strbuf_append_printf(text, ", %s", outcome_text(t->outcome));
    add_refusal(d, text, t);
    wmem_strbuf_append_c(text, ']');
    if (!wmem_strbuf_get_len(d->info))
        info_add(d, wmem_strbuf_get_str(text));
    else
        wmem_strbuf_append_printf(d->info, " %s", wmem_strbuf_get_str(text));
    d->info_content = 0;
}

/* Those that the end cuts off are known from the second visit on. */
static void columns_outcomes(drawing *d)
{
    for (uint32_t i = 0; i < d->segment->count; i++) {
        const finding *f = &d->segment->findings[i];
        if (f->kind == FINDING_TRANSACTION && !(f->flags & FLAG_READ_AGAIN))
            info_outcome(d, f->transaction);
    }
    if (d->pinfo->fd->visited)
        transactions_cut_off_here(d->connection, d->segment, info_outcome, d);
}

/* --- the column -------------------------------------------------------------------------------------------------------- */

/* Adds this call's text to that of the packet's calls before it: content to content, the rest behind a bar. */
static void packet_info_add(drawing *d)
{
    packet_state *packet = packet_state_of(d);

    if (!wmem_strbuf_get_len(packet->info)) {
        wmem_strbuf_append(packet->info, wmem_strbuf_get_str(d->info));
        packet->content_at = wmem_strbuf_get_len(d->info) ? 3 : 0; /* behind "C: " */
    } else if (packet->content && d->info_content) {
        wmem_strbuf_truncate(packet->info, packet->content_at);
        wmem_strbuf_append(packet->info, content_text(d, packet->content + d->info_content));
    } else if (wmem_strbuf_get_len(d->info)) {
        wmem_strbuf_append(packet->info, " | ");
        /* Who speaks is said once, as long as it is the same side. */
        packet->content_at = wmem_strbuf_get_len(packet->info) + (packet->side == d->segment->side ? 0 : 3);
        wmem_strbuf_append(packet->info, wmem_strbuf_get_str(d->info) + (packet->side == d->segment->side ? 3 : 0));
    }
    if (wmem_strbuf_get_len(d->info))
        packet->side = d->segment->side;
    packet->content = d->info_content ? packet->content + d->info_content : 0;
}

void columns_draw(drawing *d)
{
    col_set_str(d->pinfo->cinfo, COL_PROTOCOL, "SMTP");
    d->info = wmem_strbuf_new(d->pinfo->pool, NULL);
    for (uint32_t i = 0; i < d->segment->count; i++)
        columns_finding(d, &d->segment->findings[i]);
    columns_outcomes(d);
    packet_info_add(d);
    col_clear(d->pinfo->cinfo, COL_INFO);
    col_append_str(d->pinfo->cinfo, COL_INFO, wmem_strbuf_get_str(packet_state_of(d)->info));
}
