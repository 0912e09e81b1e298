/* mail_header.c — the header fields of a message content that a mail log shows (RFC 5322, 3.6).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/header.h"
#include "wire/names.h"
#include "wire/utf8.h"

/* The header is read in so many octets of a content: Postfix takes 102,400 at most. */
#define HEADER_LIMIT 102400u
/* So many values are kept: by RFC 5321 (6.3) a mail with more than 100 Received fields may count as one in a loop. */
#define VALUES_LIMIT (100u + HEADER_KINDS)

/* Sorted by name. */
static const struct shown_field {
    const char *name; /* upper case */
    header_kind kind;
} shown[] = {
    {"CC", HEADER_CC},
    {"DATE", HEADER_DATE},
    {"FROM", HEADER_FROM},
    {"IN-REPLY-TO", HEADER_IN_REPLY_TO},
    {"MESSAGE-ID", HEADER_MESSAGE_ID},
    {"RECEIVED", HEADER_RECEIVED},
    {"REPLY-TO", HEADER_REPLY_TO},
    {"SUBJECT", HEADER_SUBJECT},
    {"TO", HEADER_TO},
    {"USER-AGENT", HEADER_USER_AGENT},
    {"X-MAILER", HEADER_USER_AGENT},
    {"X-ORIGINATING-IP", HEADER_X_ORIGINATING_IP},
};

/* The values on their way. */
typedef struct gathered {
    unsigned seen; /* HEADER_BIT */
    unsigned count;
    header_value values[VALUES_LIMIT];
} gathered;

/* Of several of a kind, the first; but all of Received. */
static void keep_field(session *s, gathered *to, const header_field *in)
{
    const struct shown_field *row =
        (const struct shown_field *)names_find(in->name, shown, sizeof shown / sizeof shown[0], sizeof shown[0]);
    uint8_t *unfolded;

    if (!row || to->count == VALUES_LIMIT || (to->seen & HEADER_BIT(row->kind) && row->kind != HEADER_RECEIVED))
        return;
    to->seen |= HEADER_BIT(row->kind);
    unfolded = (uint8_t *)session_alloc(s, in->body.length + 1);
    to->values[to->count++] = (header_value){unfolded, (uint32_t)header_unfold(in->body, unfolded), row->kind};
}

/* The fields that *rest begins with; what is behind them is left in it. */
static const mail_header *read_header(session *s, span *rest)
{
    gathered found;
    mail_header *header;
    header_field next;

    found.seen = found.count = 0;
    while (header_field_next(rest, &next))
        keep_field(s, &found, &next);
    header = (mail_header *)session_alloc(s, sizeof *header + found.count * sizeof found.values[0]);
    header->count = found.count;
    memcpy(header->values, found.values, found.count * sizeof found.values[0]);
    return header;
}

/* The header up to its last line ending, without its last field, which may go on. */
static span without_last_field(span content)
{
    span rest = content;
    header_field next;
    size_t known = 0;

    while (header_field_next(&rest, &next)) {
        if (!rest.length)
            return span_first(content, known);
        known = content.length - rest.length;
    }
    return span_first(content, known);
}

void mail_header_ends(session *s, message *m, span content)
{
    if (m->header)
        return;
    mail_header_learn(s, m, without_last_field(span_first(content, HEADER_LIMIT)));
    if (!m->header)
        m->header = (const mail_header *)session_alloc(s, sizeof(mail_header));
}

const mail_header *mail_header_so_far(session *s, message *m, span content)
{
    if (m->header)
        return m->header;
    content = without_last_field(span_first(content, HEADER_LIMIT));
    if (!m->header_so_far || m->header_so_far_length != content.length) {
        m->header_so_far_length = content.length;
        m->header_so_far = read_header(s, &content);
    }
    return m->header_so_far;
}

void mail_header_learn(session *s, message *m, span content)
{
    span rest = content = span_first(content, HEADER_LIMIT);

    if (m->header || !content.length)
        return;
    m->header = read_header(s, &rest);
    m->utf8_header = utf8_is_used(span_first(content, content.length - rest.length));
}

span mail_header_find(const mail_header *header, header_kind kind)
{
    for (unsigned i = 0; header && i < header->count; i++)
        if (header->values[i].kind == kind)
            return header_value_text(&header->values[i]);
    return (span){NULL, 0};
}
