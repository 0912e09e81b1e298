/* last_mails.h — the mails that the end of the capture cut off, for statistics that are written after one pass.
 *
 * Such a mail is known only when the whole capture has been read. So the connections are remembered, and visited at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_LAST_MAILS_H
#define ESMTP_TAPS_LAST_MAILS_H

#include "dissector/tap.h"
#include "taps/peers.h"

/* The connections that one statistic has seen. */
typedef struct last_mails last_mails;

/* Called for each mail, with its state at the end of the capture. `ended` is valid during the call only. */
typedef void (*last_mail_visitor)(void *data, const transaction *ended, const peers *of);

/* Lives as long as the program. `before_free` is called with `data` when Wireshark is about to drop what it knows of the
 * file; behind it the connections are forgotten. Peers are of `scope`; NULL: nobody asks for
 * them. */
last_mails *last_mails_new(wmem_allocator_t *scope, void (*before_free)(void *data), void *data);

/* Remembers the connection of a record, and returns its peers, or NULL. Its open mails are visited if the connection's last
 * packet was seen: a filter may have excluded that packet. */
const peers *last_mails_see(last_mails *m, const tap_record *record);

/* The peers of a connection that was seen; NULL for others. */
const peers *last_mails_peers(const last_mails *m, const connection *of);

void last_mails_visit(const last_mails *m, last_mail_visitor visit, void *data);
/* As if nothing had been seen. To be called when the peers are freed. */
void last_mails_reset(last_mails *m);

#endif
