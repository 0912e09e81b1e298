/* carried.h — what mails carry, for the records of the mail log: attachments, and the addresses in their texts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_CARRIED_H
#define ESMTP_TAPS_CARRIED_H

#include "session/transaction.h"
#include "taps/peers.h"
#include "taps/value.h"

typedef struct carried {
    value attachments; /* a list of objects: name, type, size, SHA-256 */
    value urls;        /* a list of texts, each once */
} carried;

/* The contents that one log has seen. */
typedef struct carried_mails carried_mails;

/* Listens from now on, for as long as the program runs, to all packets. NULL: it cannot, and it was said why. */
carried_mails *carried_mails_new(const char *statistic);

/* To be called when all packets have been seen; NULL: there is none. */
void carried_see_rest(carried_mails *c);
/* What the content of a transaction carries; lives with `scope`. NULL: not known, or nobody listens. */
const carried *carried_find(wmem_allocator_t *scope, const carried_mails *c, const transaction *t, const peers *of);
/* It is not asked for again, unless it may turn out to end earlier. */
void carried_forget(carried_mails *c, const transaction *t, const peers *of);
/* Nothing is asked for again; NULL: there is none. Likewise above. */
void carried_forget_all(carried_mails *c);

#endif
