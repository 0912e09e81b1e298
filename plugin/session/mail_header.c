/* mail_header.c — the header fields of a message content that a mail log shows (RFC 5322, 3.6).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/header.h"
#include "wire/names.h"

/* What comes behind this many octets of a content is not looked for its header: Postfix takes 102,400 at most. */
#define HEADER_LIMIT 102400u

/* Sorted by name. */
static const struct shown_field {
    const char *name; /* upper case */
    header_kind kind;
} shown[HEADER_COUNT] = {
    {"DATE", HEADER_DATE},       {"FROM", HEADER_FROM}, {"MESSAGE-ID", HEADER_MESSAGE_ID},
    {"SUBJECT", HEADER_SUBJECT}, {"TO", HEADER_TO},
};

/* Of several with the same name, the first. */
static void keep_field(session *s, mail_header *header, const header_field *in)
{
    const struct shown_field *row = (const struct shown_field *)names_find(in->name, shown, HEADER_COUNT, sizeof shown[0]);
    uint8_t *unfolded;

    if (!row || header->fields[row->kind].octets)
        return;
    unfolded = (uint8_t *)session_alloc(s, in->body.length + 1);
    header->fields[row->kind] = (span){unfolded, header_unfold(in->body, unfolded)};
}

void mail_header_learn(session *s, message *m, span content)
{
    mail_header *header;
    header_field next;
    span rest = span_first(content, HEADER_LIMIT);

    if (m->header || !content.length)
        return;
    header = (mail_header *)session_alloc(s, sizeof *header);
    while (header_field_next(&rest, &next))
        keep_field(s, header, &next);
    m->header = header;
}
