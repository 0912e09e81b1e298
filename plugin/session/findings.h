/* findings.h — what one call finds, and what it parsed of it on the way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_FINDINGS_H
#define ESMTP_SESSION_FINDINGS_H

#include <glib.h>

#include "session/parsed.h"

struct finding_list {
    GArray *list;        /* finding */
    GArray *parsed;      /* parsed_place, one a finding */
    GArray *commands;    /* parsed_command */
    GArray *lines;       /* parsed_reply_line, of all replies */
    GArray *pending;     /* parsed_reply_line, of the reply that is not complete */
    GByteArray *written; /* room for kept.c, which writes findings one behind the other */
};

/* Where the arrays above have what was parsed of a finding. Places, since the arrays move when they grow. */
typedef struct parsed_place {
    bool has_command;
    uint32_t command;
    uint32_t lines_begin;
    uint32_t lines_count;
} parsed_place;

finding_list *findings_new(void);
void findings_free(finding_list *found);
/* Empties the lists for the next call. */
void findings_clear(finding_list *found);

/* Adds a finding and returns it, to be filled in further before the next one is added. */
finding *findings_add(finding_list *found, finding_kind kind, uint64_t position, uint64_t length);
/* Says what was parsed of the last finding added. */
void findings_keep_command(finding_list *found, const parsed_command *parsed);
void findings_keep_lines(finding_list *found, const parsed_reply_line *lines, unsigned count);

parsed_finding findings_parsed(const finding_list *found, uint32_t place);

#endif
