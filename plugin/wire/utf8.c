/* utf8.c — code points and UTF-16 into UTF-8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "utf8.h"

#define REPLACEMENT 0xfffdu

bool utf8_is_surrogate(uint32_t point)
{
    return point >= 0xd800 && point <= 0xdfff;
}

size_t utf8_put(uint32_t point, uint8_t *out)
{
    static const uint8_t leads[] = {0x00, 0xc0, 0xe0, 0xf0};
    size_t more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;

    out[0] = (uint8_t)(leads[more] | point >> 6 * more);
    for (size_t i = 1; i <= more; i++)
        out[i] = (uint8_t)(0x80 | (point >> 6 * (more - i) & 0x3f));
    return more + 1;
}

/* The unit at the front of *rest, which is moved behind it. */
static uint32_t take_unit(span *rest)
{
    span unit = span_first(*rest, 2);

    *rest = span_from(*rest, 2);
    return unit.length < 2 ? REPLACEMENT : (uint32_t)(unit.octets[0] | unit.octets[1] << 8);
}

size_t utf8_from_utf16le(span in, uint8_t *out)
{
    span rest = in;
    size_t length = 0;

    while (rest.length > 0) {
        uint32_t point = take_unit(&rest);
        span behind = rest;
        uint32_t low = point >= 0xd800 && point <= 0xdbff && rest.length > 0 ? take_unit(&behind) : 0;
        if (low >= 0xdc00 && low <= 0xdfff) {
            point = 0x10000 + ((point & 0x3ff) << 10 | (low & 0x3ff));
            rest = behind;
        }
        length += utf8_put(utf8_is_surrogate(point) ? REPLACEMENT : point, out + length);
    }
    return length;
}

/* Three octets for a unit is the most: a pair of units has four. */
size_t utf8_room(size_t utf16_octets)
{
    return (utf16_octets / 2 + utf16_octets % 2) * 3;
}

/* Behind some first octets the second one has a narrower range: the others would make forms that are too long, surrogates,
 * and points above UTF8_POINT_MAX. */
static bool second_fits(uint8_t first, uint8_t second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second < 0xa0;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second < 0x90;
    default:
        return true;
    }
}

/* Octets of the character at the front; 0 when it is not well-formed. */
static size_t character_length(span in)
{
    uint8_t first = in.octets[0];
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

    if (length > in.length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((in.octets[i] & 0xc0) != 0x80)
            return 0;
    return length < 2 || second_fits(first, in.octets[1]) ? length : 0;
}

bool utf8_is_used(span text)
{
    bool used = false;
    size_t length;

    for (; text.length; text = span_from(text, length)) {
        length = character_length(text);
        if (!length)
            return false;
        used |= length > 1;
    }
    return used;
}
