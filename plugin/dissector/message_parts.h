/* message_parts.h — the parts of a message, as far as the preferences let them be read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_MESSAGE_PARTS_H
#define ESMTP_DISSECTOR_MESSAGE_PARTS_H

#include "parts/parts.h"
#include "session/session.h"

/* What is asked about each part beside its hashes. */
typedef struct part_interest {
    bool octets, urls, types;
} part_interest;

/* part *, to be freed with g_ptr_array_unref(). `octets` are those of the message that were captured. */
GPtrArray *message_parts(const message *m, span octets, part_interest in);

#endif
