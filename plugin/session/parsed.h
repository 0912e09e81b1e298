/* parsed.h — what the first visit parsed of a packet, so that drawing it need not parse it again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_PARSED_H
#define ESMTP_SESSION_PARSED_H

#include "session/session.h"
#include "wire/capability.h"
#include "wire/line.h"
#include "wire/path.h"

/* A command as it was sent. */
typedef struct parsed_command {
    command command;
    path_prefix prefix; /* MAIL, RCPT: "FROM:" or "TO:" */
    path path;          /* MAIL, RCPT: what stands behind it */
    span parameters;    /* MAIL, RCPT: what follows the path */
} parsed_command;

/* Reads a command line, given without its ending. False, with nothing known, when it does not have the form of a command. */
bool parsed_command_read(span text, parsed_command *parsed_r);

/* A line of a reply. */
typedef struct parsed_reply_line {
    line line;
    bool valid;        /* it is a reply line ... */
    bool odd;          /* or a reply's first line as no RFC allows it (reply_line_parse_odd) ... */
    reply_line parsed; /* ... this one; nothing is known of it else */
    bool offers;       /* it names an extension ... */
    capability offer;  /* ... this one */
} parsed_reply_line;

/* Reads a line of a reply, given with its ending; `first`: the reply's first. */
parsed_reply_line parsed_reply_line_read(line in, bool first, bool with_status);
/* Reads what the line offers. It is one of the reply to EHLO or LHLO, and not the first (RFC 5321, 4.1.1.1). */
void parsed_reply_line_take_offer(parsed_reply_line *in);

/* What the first visit parsed of a finding. Good until the next call of session_read(), for any session. */
typedef struct parsed_finding {
    const parsed_command *command;  /* COMMAND that has the form of one */
    const parsed_reply_line *lines; /* REPLY: its lines */
    unsigned line_count;
} parsed_finding;

/* What was parsed of the finding with this place among those of the last call. */
parsed_finding session_parsed(const session *s, uint32_t place);

#endif
