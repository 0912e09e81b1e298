/* refusal.h — why a server refused or deferred: its reply's reason in words, whose fault that most likely is, and what
 * helps.
 *
 * SMTP has no grammar for it. A reply says it by its enhanced status (RFC 3463, RFC 5248's registry) where that is precise,
 * by wordings of well-known servers and providers where it is not, and else by its code alone, which makes the reason a
 * guess.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_REFUSAL_H
#define ESMTP_WIRE_REFUSAL_H

#include "enhanced_status.h"
#include "span.h"

/* Octets of a reply's text that are looked at, since wordings are looked for one by one: four times a reply line's limit
 * (RFC 5321, 4.5.3.1.5). */
#define REFUSAL_TEXT_LIMIT 2048u

/* Where the cause is to be looked for. */
typedef enum refusal_fault {
    REFUSAL_FAULT_UNKNOWN,
    REFUSAL_FAULT_RECIPIENT_ADDRESS,
    REFUSAL_FAULT_RECIPIENT_SERVER,
    REFUSAL_FAULT_RECIPIENT_DOMAIN,
    REFUSAL_FAULT_SENDER_ADDRESS,
    REFUSAL_FAULT_SENDER_DOMAIN,
    REFUSAL_FAULT_SENDING_HOST, /* its address, name or reputation */
    REFUSAL_FAULT_CLIENT,       /* its configuration, or the program */
    REFUSAL_FAULT_CREDENTIALS,
    REFUSAL_FAULT_CONTENT,
    REFUSAL_FAULT_NOBODY, /* it belongs to how the server works, and passes */
    REFUSAL_FAULT_COUNT
} refusal_fault;

typedef enum refusal_id {
    REFUSAL_UNKNOWN,
    REFUSAL_NO_SUCH_USER,
    REFUSAL_MAILBOX_FULL,
    REFUSAL_MAILBOX_DISABLED,
    REFUSAL_MAILBOX_BUSY,
    REFUSAL_RECIPIENT_RESTRICTED,
    REFUSAL_RECIPIENT_DOMAIN,
    REFUSAL_NO_MAIL_ACCEPTED,
    REFUSAL_RELAY,
    REFUSAL_GREYLISTED,
    REFUSAL_RATE,
    REFUSAL_SENDER_QUOTA,
    REFUSAL_SENDER_SUSPENDED,
    REFUSAL_BLOCKLISTED,
    REFUSAL_DOMAIN_BLOCKLISTED,
    REFUSAL_REPUTATION,
    REFUSAL_HOST_NOT_ADMITTED,
    REFUSAL_REVERSE_DNS,
    REFUSAL_HELO,
    REFUSAL_SPF,
    REFUSAL_DKIM,
    REFUSAL_DMARC,
    REFUSAL_SENDER_DOMAIN,
    REFUSAL_SENDER_ADDRESS,
    REFUSAL_SENDER_NOT_OWNED,
    REFUSAL_SPAM,
    REFUSAL_VIRUS,
    REFUSAL_CONTENT,
    REFUSAL_TOO_LARGE,
    REFUSAL_TOO_MANY_RECIPIENTS,
    REFUSAL_TLS_WANTED,
    REFUSAL_TLS_UNAVAILABLE,
    REFUSAL_TLS_POLICY,
    REFUSAL_REQUIRETLS,
    REFUSAL_AUTH_WANTED,
    REFUSAL_AUTH_FAILED,
    REFUSAL_AUTH_UNAVAILABLE,
    REFUSAL_DNS_TEMPORARY,
    REFUSAL_NEXT_HOP,
    REFUSAL_LOOP,
    REFUSAL_STORAGE,
    REFUSAL_BUSY,
    REFUSAL_SHUTDOWN,
    REFUSAL_TIMEOUT,
    REFUSAL_TOO_MANY_ERRORS,
    REFUSAL_LOCAL_ERROR,
    REFUSAL_POLICY,
    REFUSAL_ADDRESS_SYNTAX,
    REFUSAL_SYNTAX,
    REFUSAL_NOT_IMPLEMENTED,
    REFUSAL_SEQUENCE,
    REFUSAL_IDS
} refusal_id;

typedef struct refusal_reason {
    const char *text; /* "no such user" */
    refusal_fault fault;
    const char *next; /* "Check the address with the recipient." */
} refusal_reason;

typedef struct refusal {
    refusal_id id;
    const refusal_reason *reason; /* never NULL */
    bool guess;                   /* it rests on the code, or on a vague status, alone */
} refusal;

/* The reason of a 4yz or 5yz reply. `status` is NULL when the reply has no enhanced status; `text` is that of all its lines,
 * of which REFUSAL_TEXT_LIMIT octets are looked at; `verb` is what it answers, upper case, "CONNECT" and "END-OF-DATA"
 * among them, or "" (RFC 5321, 4.2.3; RFC 3463; RFC 5248). */
refusal refusal_of(uint16_t code, const enhanced_status *status, span text, const char *verb);

const refusal_reason *refusal_reason_of(refusal_id id);
/* "the recipient's address"; "" for REFUSAL_FAULT_UNKNOWN. */
const char *refusal_fault_text(refusal_fault fault);

#endif
