/* address.c — IP addresses in text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "address.h"
#include "number.h"

#define IPV6_GROUPS 8u

bool ipv4_parse(span in, uint8_t ipv4_r[4])
{
    uint8_t numbers[4];
    span rest = in;

    for (size_t i = 0; i < 4; i++) {
        size_t end = i < 3 ? span_find(rest, '.') : rest.length;
        uint64_t number;
        if (end > 3 || number_parse(span_first(rest, end), UINT8_MAX, &number) != NUMBER_OK)
            return false;
        numbers[i] = (uint8_t)number;
        /* Without a dot this steps behind the end, and the next number is empty. */
        rest = span_from(rest, end + 1);
    }
    memcpy(ipv4_r, numbers, sizeof numbers);
    return true;
}

/* 1*4HEXDIG at the start. Returns the octets taken, 0 when there is none. */
static size_t hex_group(span in, uint16_t *group_r)
{
    unsigned value = 0;
    size_t length = 0;

    for (; length < in.length; length++) {
        int digit = octet_hex_value(in.octets[length]);
        if (digit < 0)
            break;
        if (length == 4)
            return 0;
        value = value << 4 | (unsigned)digit;
    }
    *group_r = (uint16_t)value;
    return length;
}

/* The groups of an address under way. */
typedef struct ipv6_groups {
    uint16_t group[IPV6_GROUPS];
    size_t count;
    size_t gap; /* how many stand before "::"; IPV6_GROUPS + 1 when there is no "::" */
} ipv6_groups;

/* The dotted quad that may be the last 32 bits. */
static bool ipv4_tail(ipv6_groups *groups, span in)
{
    uint8_t ipv4[4];

    if (groups->count > IPV6_GROUPS - 2 || !ipv4_parse(in, ipv4))
        return false;
    groups->group[groups->count++] = (uint16_t)(ipv4[0] << 8 | ipv4[1]);
    groups->group[groups->count++] = (uint16_t)(ipv4[2] << 8 | ipv4[3]);
    return true;
}

static bool read_groups(span in, ipv6_groups *groups)
{
    span rest = in;

    if (span_starts_nocase(rest, "::")) {
        groups->gap = 0;
        rest = span_from(rest, 2);
    }
    while (rest.length > 0) {
        uint16_t group;
        size_t length = hex_group(rest, &group);
        if (length == 0 || groups->count == IPV6_GROUPS)
            return false;
        if (length < rest.length && rest.octets[length] == '.')
            return ipv4_tail(groups, rest);
        groups->group[groups->count++] = group;
        rest = span_from(rest, length);
        if (rest.length == 0)
            return true;
        if (span_starts_nocase(rest, "::") && groups->gap > IPV6_GROUPS) {
            groups->gap = groups->count;
            rest = span_from(rest, 2);
        } else if (rest.length > 1 && rest.octets[0] == ':') {
            rest = span_from(rest, 1);
        } else {
            return false;
        }
    }
    return groups->gap <= IPV6_GROUPS;
}

bool ipv6_parse(span in, uint8_t ipv6_r[16])
{
    ipv6_groups groups = {{0}, 0, IPV6_GROUPS + 1};

    if (!read_groups(in, &groups))
        return false;
    bool has_gap = groups.gap <= IPV6_GROUPS;
    if (has_gap ? groups.count == IPV6_GROUPS : groups.count < IPV6_GROUPS)
        return false;

    memset(ipv6_r, 0, 16);
    for (size_t i = 0; i < groups.count; i++) {
        size_t at = i < groups.gap ? i : i + (IPV6_GROUPS - groups.count);
        ipv6_r[2 * at] = (uint8_t)(groups.group[i] >> 8);
        ipv6_r[2 * at + 1] = (uint8_t)groups.group[i];
    }
    return true;
}

/* Standardized-tag ":" 1*dcontent, where the tag is an Ldh-str and dcontent printable ASCII but "[", "\" and "]" */
static bool is_general(span in)
{
    size_t colon = span_find(in, ':');

    if (colon == 0 || colon + 1 >= in.length)
        return false;
    for (size_t i = 0; i < in.length; i++) {
        uint8_t octet = in.octets[i];
        if (i < colon && !octet_is_alphanumeric(octet) && octet != '-')
            return false;
        if (octet < 33 || octet > 126 || (octet >= '[' && octet <= ']'))
            return false;
    }
    return in.octets[colon - 1] != '-';
}

ip_address address_of(span in)
{
    ip_address out = {.kind = ADDRESS_NONE};
    span inner = in;
    bool literal = in.length >= 2 && in.octets[0] == '[' && in.octets[in.length - 1] == ']';

    if (literal)
        inner = span_first(span_from(in, 1), in.length - 2);
    bool tagged = span_starts_nocase(inner, "IPv6:");
    if (ipv6_parse(tagged ? span_from(inner, 5) : inner, out.ipv6))
        out.kind = ADDRESS_IPV6;
    else if (ipv4_parse(inner, out.ipv4))
        out.kind = ADDRESS_IPV4;
    else if (literal && !tagged && is_general(inner))
        out.kind = ADDRESS_GENERAL;
    return out;
}

bool address_is_host_name(span in)
{
    bool word = false, dots = false;

    for (size_t i = 0; i < in.length; i++) {
        uint8_t octet = in.octets[i];
        bool dot = octet == '.';
        if (dot ? !word : !octet_is_alphanumeric(octet) && octet != '-' && octet < 0x80)
            return false;
        dots |= dot && i + 1 < in.length;
        word = !dot;
    }
    return dots;
}

static bool equal_nocase(span a, span b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (octet_to_lower(a.octets[i]) != octet_to_lower(b.octets[i]))
            return false;
    return true;
}

bool address_host_matches(span name, span host)
{
    if (span_starts_nocase(name, "*.")) {
        name = span_from(name, 1);
        host = span_from(host, span_find(host, '.'));
    }
    return host.length > 0 && equal_nocase(name, host);
}
