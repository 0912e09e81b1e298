/* mail_result.h — what a mail's outcome comes to: which of its steps was refused and why, and what each recipient got.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_MAIL_RESULT_H
#define ESMTP_SESSION_MAIL_RESULT_H

#include "session/transaction.h"
#include "wire/refusal.h"

/* What the deciding reply answered: "MAIL", "RCPT", "DATA", "BDAT", "END-OF-DATA"; "" for one that closed the connection,
 * and when there is none. */
const char *mail_decided_at(const transaction *t);

/* Was the mail refused, for good or for now? Then why, by its deciding reply. */
bool mail_is_refused(const transaction *t);
refusal mail_refusal(const transaction *t);

/* Was this recipient refused by a reply of its own, and not for MAIL was? Then why. */
bool recipient_is_refused(const transaction *t, const recipient *to);
refusal recipient_refusal(const recipient *to);

/* The address in MAIL or RCPT; empty for another verb. */
span exchange_address(const exchange *e);

/* What became of the mail for one of its recipients: never OUTCOME_PARTIAL. */
outcome recipient_outcome(const transaction *t, const recipient *to);

#endif
