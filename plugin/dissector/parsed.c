/* parsed.c — what a finding holds, parsed: on the first visit as the session has parsed it, later anew.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/esmtp.h"
#include "session/parsed.h"

/* The session's own, of the call that is being drawn. */
static parsed_finding first_visit(const drawing *d, const finding *f)
{
    return session_parsed(d->connection->session, (uint32_t)(f - d->segment->findings));
}

const parsed_command *command_of(drawing *d, const finding *f)
{
    parsed_command *parsed;

    if (!d->pinfo->fd->visited && d->parsed)
        return first_visit(d, f).command;
    parsed = wmem_new(d->pinfo->pool, parsed_command);
    return parsed_command_read(line_of(octets_of(d, f)).text, parsed) ? parsed : NULL;
}

const parsed_reply_line *reply_lines_of(drawing *d, const finding *f, unsigned *count_r)
{
    wmem_array_t *lines;
    parsed_finding first;
    span whole;

    if (!d->pinfo->fd->visited && d->parsed) {
        first = first_visit(d, f);
        *count_r = first.line_count;
        return first.lines;
    }
    lines = wmem_array_new(d->pinfo->pool, sizeof(parsed_reply_line));
    whole = octets_of(d, f);
    for (size_t at = 0; at < whole.length;) {
        parsed_reply_line next =
            parsed_reply_line_read(line_first(span_from(whole, at)), at == 0, !(f->flags & FLAG_HELLO_REPLY));
        if (at && f->flags & FLAG_EHLO_REPLY)
            parsed_reply_line_take_offer(&next);
        wmem_array_append_one(lines, next);
        at += next.line.length;
    }
    *count_r = wmem_array_get_count(lines);
    return (const parsed_reply_line *)wmem_array_get_raw(lines);
}
