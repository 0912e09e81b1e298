/* tls_records.h — the octets of TLS records in a stream that may go back to plain text (RFC 8446, 5.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_TLS_RECORDS_H
#define ESMTP_SESSION_TLS_RECORDS_H

#include <stdbool.h>

#include "wire/span.h"

#define TLS_RECORD_HEADER 5u /* type, version, length */

/* What the records of one direction show, though they are not decrypted. */
typedef struct tls_facts {
    bool seen;     /* there was a record */
    bool finished; /* the sender has ended its handshake: what only comes behind that was sent */
    bool ciphered; /* ChangeCipherSpec was sent */
    bool alerted;  /* an alert was sent in the clear ... */
    uint8_t alert; /* ... this one (RFC 8446, 6) */
} tls_facts;

/* One direction. All zero: no record has begun. */
typedef struct tls_records {
    bool active; /* what comes next is part of a record, or should begin one */
    bool lost;   /* where records begin is not known any more */
    uint8_t header_length;
    uint8_t header[TLS_RECORD_HEADER];
    uint16_t left; /* octets of the record under way behind its header */
    tls_facts facts;
} tls_records;

/* Is this how a record begins? One octet is enough: a line of SMTP begins with a printable one. */
bool tls_records_begin_with(span octets);
/* Passes over the octets that belong to records and returns how many these are; fewer than given when plain text follows a
 * record's end. Then `active` is false. */
size_t tls_records_pass(tls_records *t, span octets);
/* So many octets were not captured. */
void tls_records_lose(tls_records *t, uint64_t octets);

#endif
