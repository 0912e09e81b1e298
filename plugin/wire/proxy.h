/* proxy.h — the header that a proxy puts before the connection it passes on (the PROXY protocol of HAProxy, versions 1 and
 * 2).
 *
 *     version 1:  "PROXY" SP ( "TCP4" / "TCP6" / "UNKNOWN" ) ... CRLF, 107 octets at most
 *     version 2:  12 octets of signature, 2 of version and family, 2 of length, and as many octets more
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_PROXY_H
#define ESMTP_WIRE_PROXY_H

#include "span.h"

/* So many octets show whether a header begins, and how long it is. */
#define PROXY_HEADER_TELLING 107u

typedef enum proxy_result {
    PROXY_NONE, /* no such header begins here */
    PROXY_MORE, /* it may be one: more octets are needed */
    PROXY_HEADER,
} proxy_result;

/* Looks for a header at the start of a connection's octets. *length_r: octets of the header, on PROXY_HEADER alone; they may
 * be more than `in` has. */
proxy_result proxy_header_find(span in, size_t *length_r);

#endif
