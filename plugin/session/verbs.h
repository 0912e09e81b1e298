/* verbs.h — what the session has to know of each verb: one row a verb.
 *
 * The grammar's row (wire/command.c) says how a command looks and what it means to a person; the row here says what it does
 * to a session. Several verbs may do the same, and then share an identifier.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_VERBS_H
#define ESMTP_SESSION_VERBS_H

#include "wire/command.h"

typedef enum verb_id {
    VERB_OTHER, /* changes nothing in a session, or is unknown */
    VERB_HELO,
    VERB_EHLO,
    VERB_LHLO,
    VERB_MAIL, /* and SEND, SOML, SAML, which begin a transaction as MAIL does (RFC 821, 3.4) */
    VERB_RCPT,
    VERB_DATA,
    VERB_BDAT,
    VERB_BURL,
    VERB_RSET,
    VERB_QUIT,
    VERB_STARTTLS, /* and X-ANONYMOUSTLS */
    VERB_AUTH,     /* and X-EXPS, XEXPS */
    VERB_TURN,     /* and ATRN */
    VERB_XCLIENT,
    VERB_XEXCH50,
    VERB_CONNECT,     /* no verb: the connection itself, which the greeting answers */
    VERB_END_OF_DATA, /* no verb: the end of a DATA content, which gets a reply of its own */
    VERB_COUNT
} verb_id;

typedef struct verb_rule verb_rule;

/* The row of a command's verb; the row of VERB_OTHER for one that has none of its own. Never NULL. */
const verb_rule *verb_of(const command *in);
verb_id verb_id_of(const verb_rule *row);

#endif
