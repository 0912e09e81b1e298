/* mail_header.c — the header fields of a message content that a mail log shows (RFC 5322, 3.6).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/header.h"

/* What comes behind this many octets of a content is not looked for its header: Postfix takes 102,400 at most. */
#define HEADER_LIMIT 102400u

static const char *const names[HEADER_COUNT] = {
    [HEADER_SUBJECT] = "Subject", [HEADER_MESSAGE_ID] = "Message-ID", [HEADER_FROM] = "From",
    [HEADER_TO] = "To",           [HEADER_DATE] = "Date",
};

static void keep_field(session *s, mail_header *header, const header_field *in)
{
    for (unsigned i = 0; i < HEADER_COUNT; i++) {
        if (header->fields[i].octets || !span_equal_nocase(in->name, names[i]))
            continue;
        uint8_t *unfolded = (uint8_t *)wmem_alloc(s->scope, in->body.length + 1);
        header->fields[i] = (span){unfolded, header_unfold(in->body, unfolded)};
    }
}

void mail_header_learn(session *s, message *m, span content)
{
    mail_header *header;
    header_field next;
    span rest = span_first(content, HEADER_LIMIT);

    if (m->header || !content.length)
        return;
    header = wmem_new0(s->scope, mail_header);
    while (header_field_next(&rest, &next))
        keep_field(s, header, &next);
    m->header = header;
}
