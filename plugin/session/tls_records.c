/* tls_records.c — see tls_records.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/tls_records.h"

/* RFC 8446, 5.1; RFC 6520, 3 */
#define FIRST_TYPE 20
#define LAST_TYPE 24

bool tls_records_begin_with(span octets)
{
    return octets.length && octets.octets[0] >= FIRST_TYPE && octets.octets[0] <= LAST_TYPE;
}

/* RFC 8446, 5.1 */
enum record_type { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION_DATA = 23 };

#define ALERT_LENGTH 2u /* level, description */
/* In TLS 1.3 an alert looks like data: two octets, one for the type, and 16 of a tag; what ends a handshake has 32 or more
 * before the tag. */
#define DATA_OF_ALERT_MAX 24u

/* A ClientHello or ServerHello in the clear, as it may follow ChangeCipherSpec in TLS 1.3 (RFC 8446, D.4). */
static bool is_hello(const tls_records *t, span rest)
{
    uint32_t length;

    if (rest.length < 4 || !rest.octets[0] || rest.octets[0] > 2)
        return false;
    length = octets_to_number(rest.octets + 1, 3);
    return length + 4 == t->left;
}

/* A record begins; `rest` is what came of it behind its header. */
static void learn_record(tls_records *t, span rest)
{
    tls_facts *facts = &t->facts;

    facts->seen = true;
    switch (t->header[0]) {
    case CHANGE_CIPHER_SPEC:
        facts->ciphered = true;
        break;
    case ALERT:
        if (facts->ciphered || t->left != ALERT_LENGTH || rest.length < ALERT_LENGTH)
            break;
        facts->alerted = true;
        facts->alert = rest.octets[1];
        break;
    case HANDSHAKE:
        facts->finished |= facts->ciphered && !is_hello(t, rest);
        break;
    case APPLICATION_DATA:
        facts->finished |= t->left > DATA_OF_ALERT_MAX;
        break;
    default:
        break;
    }
}

/* Passes one record's header and octets, as far as they are there. */
static size_t pass_record(tls_records *t, span octets)
{
    size_t at = 0;

    while (t->header_length < TLS_RECORD_HEADER && at < octets.length)
        t->header[t->header_length++] = octets.octets[at++];
    if (t->header_length < TLS_RECORD_HEADER)
        return at;
    if (!t->left) {
        t->left = (uint16_t)octets_to_number(t->header + 3, 2);
        learn_record(t, span_from(octets, at));
    }
    if (octets.length - at < t->left) {
        t->left = (uint16_t)(t->left - (octets.length - at));
        return octets.length;
    }
    at += t->left;
    t->left = 0;
    t->header_length = 0;
    return at;
}

size_t tls_records_pass(tls_records *t, span octets)
{
    size_t at = 0;

    if (t->lost)
        return octets.length;
    while (at < octets.length && t->active) {
        span rest = span_from(octets, at);
        if (!t->header_length && !tls_records_begin_with(rest))
            t->active = false;
        else
            at += pass_record(t, rest);
    }
    return at;
}

void tls_records_lose(tls_records *t, uint64_t octets)
{
    if (t->header_length < TLS_RECORD_HEADER || octets > t->left) {
        t->lost = true;
        return;
    }
    t->left = (uint16_t)(t->left - octets);
    if (!t->left)
        t->header_length = 0;
}
