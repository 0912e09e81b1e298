/* part_record.h — one record of the log of parts: a part of a mail, column by column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_PART_RECORD_H
#define ESMTP_TAPS_PART_RECORD_H

#include "parts/parts.h"
#include "taps/peers.h"
#include "taps/record.h"

/* A mail whose content was captured, wholly or in part. */
typedef struct logged_content {
    const peers *peers;
    uint32_t number; /* of those of the capture, from 1, in the order in which they were complete */
    uint32_t index;  /* of its transaction; 0: not known */
    uint32_t frame;  /* where it was complete, and when */
    moment time;
    const char *message_id; /* NULL: none */
    GPtrArray *parts;       /* part * */
    bool written;
} logged_content;

typedef struct part_record {
    const logged_content *of;
    const part *part;
} part_record;

extern const record_kind part_record_kind;

#endif
