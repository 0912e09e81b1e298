/* verb_number.h — a number for each verb that is known, for tables with a row a verb. What is answered without a command,
 * and verbs that nobody knows, have numbers too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_VERB_NUMBER_H
#define ESMTP_SESSION_VERB_NUMBER_H

#include "session/session.h"

/* Numbers are below this. */
unsigned verb_number_count(void);
/* "EHLO", "CONNECT", "END-OF-DATA", "other". */
const char *verb_number_name(unsigned number);
/* The number of the verb that an exchange is of. */
unsigned verb_number(const exchange *e);

#endif
