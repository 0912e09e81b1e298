/* address.h — IP addresses in text, as SMTP writes them (RFC 5321, 4.1.3).
 *
 *     address-literal          = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
 *     IPv4-address-literal     = Snum 3("."  Snum)
 *     IPv6-address-literal     = "IPv6:" IPv6-addr
 *     General-address-literal  = Standardized-tag ":" 1*dcontent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_ADDRESS_H
#define ESMTP_WIRE_ADDRESS_H

#include "span.h"

typedef enum address_kind {
    ADDRESS_NONE, /* no address: a domain name, or a literal that cannot be read */
    ADDRESS_IPV4,
    ADDRESS_IPV6,
    ADDRESS_GENERAL /* a literal with another tag */
} address_kind;

typedef struct ip_address {
    address_kind kind;
    uint8_t ipv4[4]; /* network order, as ipv6 */
    uint8_t ipv6[16];
} ip_address;

/* Four decimal numbers up to 255 with dots between them, and nothing else in `in`. ipv4_r is set on true alone. */
bool ipv4_parse(span in, uint8_t ipv4_r[4]);

/* An IPv6 address of RFC 4291, 2.2, in any of its three forms, and nothing else in `in`. ipv6_r is set on true alone. */
bool ipv6_parse(span in, uint8_t ipv6_r[16]);

/* What address `in` is as a whole: a literal in brackets, with the tag "IPv6:" or (no RFC allows it, many send it) without,
 * or an address without brackets. */
ip_address address_of(span in);

/* Does the name of a certificate stand for the host? ASCII letters are compared without case; a wildcard "*" stands for the
 * whole first label (RFC 9525, 6.3). */
bool address_host_matches(span name, span host);

/* A name with a domain: letters, digits and hyphens, and U-labels (RFC 6531), with single dots between them. */
bool address_is_host_name(span in);

#endif
