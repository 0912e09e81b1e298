/* outcome.h — what became of a mail, by the replies that were seen (RFC 5321, 4.2.5 and 6.1).
 *
 * Works on the evidence alone, so that every rule can be tried without a session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_OUTCOME_H
#define ESMTP_SESSION_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

typedef enum outcome {
    OUTCOME_UNKNOWN, /* no final reply was seen */
    OUTCOME_ACCEPTED,
    OUTCOME_DEFERRED,
    OUTCOME_REJECTED,
    OUTCOME_PARTIAL, /* LMTP, PRDR, EXDATA: some recipients got it */
    OUTCOME_ABORTED,
    OUTCOME_OPEN, /* still under way where the capture ends */
    OUTCOME_COUNT
} outcome;

/* What was seen of one transaction. A code is 0 where no such reply was seen. */
typedef struct outcome_evidence {
    uint16_t mail_code;           /* of the reply to MAIL */
    uint16_t refusal_code;        /* of the refusal that decides when no content does */
    uint16_t closing_code;        /* of the reply with which the server closed the connection (RFC 5321, 3.8) */
    uint16_t content_code;        /* of the reply to the content, or of the refusal of DATA or a chunk */
    bool any_deferred;            /* a refusal was a 4yz */
    bool hidden;                  /* something that was sent for it was not captured: it may have been more than was seen */
    bool capture_ends;            /* it is under way where the capture ends */
    bool content_sent;            /* the content was sent wholly */
    bool content_decided;         /* the content was answered, or DATA or a chunk was refused */
    unsigned recipients;          /* RCPT commands */
    unsigned recipients_answered; /* ... whose reply was seen */
    unsigned recipients_taken;    /* ... that were accepted */
    bool recipients_hidden;       /* ... and there may be more of them, which were not captured */
    bool result_per_recipient;    /* the content was answered for each recipient that was accepted (RFC 2033, 4.2) ... */
    unsigned results_taken;       /* ... so often with a 2yz */
    unsigned results_refused;
    unsigned results_missing;
} outcome_evidence;

/* Which reply the outcome rests on. */
typedef enum deciding_reply {
    DECIDED_BY_NONE,    /* aborted, or unknown */
    DECIDED_BY_CONTENT, /* that of `content_code` */
    DECIDED_BY_REFUSAL, /* that of `refusal_code` */
    DECIDED_BY_CLOSING, /* that of `closing_code` */
} deciding_reply;

/* The outcome, and the reply that it rests on. */
outcome outcome_decide(const outcome_evidence *seen, deciding_reply *by_r);

/* Was MAIL refused, or every recipient? A recipient whose reply was not seen may have been accepted. */
bool outcome_is_for_nobody(const outcome_evidence *seen);

/* In words: "accepted", "deferred" ... */
const char *outcome_text(outcome of);

#endif
