/* connection.h — what became of a connection, from its first segment to its FIN or RST, with or without a mail.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_CONNECTION_H
#define ESMTP_SESSION_CONNECTION_H

#include "session/session.h"
#include "session/tls_records.h"

/* What is known of it from TCP and TLS. In pairs: what the client sent, and what the server sent. */
typedef struct transport {
    moment begin;     /* of its first segment */
    moment last;      /* of its last octet */
    moment end;       /* of the first FIN or RST */
    bool ended;       /* there was one */
    bool reset;       /* ... a RST */
    bool ender_known; /* ... of the side: */
    side ender;
    bool has_octets; /* `last` is known */
    bool seen[2];    /* segments of it were captured */
    bool tls_first;  /* TLS began with the first octets */
    tls_facts tls[2];
    uint64_t octets[2]; /* captured, TLS's among them */
} transport;

typedef struct connection_record {
    moment begin;
    span server_name, server_software, client_name; /* empty: not known */
    uint32_t mails, commands, replies;
    uint32_t refused; /* replies that were 4yz or 5yz */
    uint64_t octets[2];
    uint64_t missing; /* octets that were not captured */
    uint64_t unread;  /* octets that were, and whose meaning nobody knows */
    bool has_wait;
    moment longest_wait; /* for a reply */
    const char *longest_wait_verb;
    bool quit;             /* QUIT was answered with 221 */
    const char *closed_by; /* "client", "server", "open", "unknown" */
    const char *close;     /* "FIN", "RST"; NULL: neither */
    const char *phase;     /* "CONNECT", a verb, "CONTENT", "END-OF-DATA", "TLS", "IDLE" */
    bool has_silence;
    moment silence; /* before the end */
    const char *tls;
    bool tls_unread;    /* ... which was established, and nothing was decrypted */
    bool has_tls_alert; /* the handshake was ended by an alert: */
    uint8_t tls_alert;
    side tls_alert_by;
    uint16_t code;       /* of the reply that refused or closed the connection; 0: none did */
    span text;           /* ... of its first line */
    bool answered;       /* a segment of the server's was captured */
    bool lost;           /* it ended in the middle of something */
    uint64_t chunk_left; /* ... inside a chunk that was not refused: so many octets had still to come; else 0 */
} connection_record;

/* What is known so far. `s` is NULL where no octet of SMTP was read. What it points to is valid until more is read. */
connection_record connection_record_of(const session *s, const transport *t);

#endif
