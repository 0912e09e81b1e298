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

/* Passes one record's header and octets, as far as they are there. */
static size_t pass_record(tls_records *t, span octets)
{
    size_t at = 0;

    while (t->header_length < TLS_RECORD_HEADER && at < octets.length)
        t->header[t->header_length++] = octets.octets[at++];
    if (t->header_length < TLS_RECORD_HEADER)
        return at;
    if (!t->left)
        t->left = (uint16_t)(t->header[3] << 8 | t->header[4]);
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
