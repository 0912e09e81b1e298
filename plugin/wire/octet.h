/* octet.h — what one octet is in ASCII: a letter, a digit, a character of base64.
 *
 * C's <ctype.h> answers as the user's locale has it, and a protocol has none. Octets above 127 are no letters here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_OCTET_H
#define ESMTP_WIRE_OCTET_H

#include <stdbool.h>
#include <stdint.h>

/* DIGIT of RFC 5234, B.1 */
static inline bool octet_is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static inline bool octet_is_upper(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z';
}

static inline bool octet_is_lower(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z';
}

/* ALPHA of RFC 5234, B.1 */
static inline bool octet_is_letter(uint8_t octet)
{
    return octet_is_upper(octet) || octet_is_lower(octet);
}

/* Let-dig of RFC 5321, 4.1.2 */
static inline bool octet_is_alphanumeric(uint8_t octet)
{
    return octet_is_letter(octet) || octet_is_digit(octet);
}

/* A letter in lower case or in upper case; any other octet as it is. */
static inline uint8_t octet_to_lower(uint8_t octet)
{
    return octet_is_upper(octet) ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

static inline uint8_t octet_to_upper(uint8_t octet)
{
    return octet_is_lower(octet) ? (uint8_t)(octet - ('a' - 'A')) : octet;
}

/* The number that `count` octets are in network order; at most four. */
static inline uint32_t octets_to_number(const uint8_t *octets, unsigned count)
{
    uint32_t number = 0;

    for (unsigned i = 0; i < count; i++)
        number = number << 8 | octets[i];
    return number;
}

/* The value of a hexadecimal digit of either case; -1 for any other octet. */
static inline int octet_hex_value(uint8_t octet)
{
    uint8_t upper = octet_to_upper(octet);

    if (octet_is_digit(octet))
        return octet - '0';
    return upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : -1;
}

/* The six bits that a character of base64's alphabet stands for (RFC 4648, 4); -1 for any other octet, "=" among them. */
static inline int octet_base64_value(uint8_t octet)
{
    if (octet_is_upper(octet))
        return octet - 'A';
    if (octet_is_lower(octet))
        return octet - 'a' + 26;
    if (octet_is_digit(octet))
        return octet - '0' + 52;
    if (octet == '+')
        return 62;
    return octet == '/' ? 63 : -1;
}

#endif
