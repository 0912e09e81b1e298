/* xtext.c — decoding xtext and its UTF-8 relatives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "xtext.h"
#include "utf8.h"

#define POINT_DIGITS_MAX 6u

static xtext_result worse(xtext_result a, xtext_result b)
{
    return a > b ? a : b;
}

/* "+" and two digits at *at, which is moved behind them. */
static xtext_result take_hexchar(span in, size_t *at, uint8_t *octet_r)
{
    if (in.length - *at < 3)
        return XTEXT_BAD_ESCAPE;
    const uint8_t *digits = in.octets + *at + 1;
    int high = octet_hex_value(digits[0]), low = octet_hex_value(digits[1]);
    if (high < 0 || low < 0)
        return XTEXT_BAD_ESCAPE;
    *octet_r = (uint8_t)(high << 4 | low);
    *at += 3;
    return octet_is_lower(digits[0]) || octet_is_lower(digits[1]) ? XTEXT_LOWER_CASE : XTEXT_OK;
}

/* "\x{" HEXPOINT "}" at *at, which is moved behind it. */
static xtext_result take_point(span in, size_t *at, uint8_t *out, size_t *length)
{
    span rest = span_from(in, *at);
    uint32_t point = 0;
    bool any_lower = false;
    size_t i = 3;

    if (!span_starts_nocase(rest, "\\x{"))
        return XTEXT_BAD_ESCAPE;
    for (; i < rest.length && rest.octets[i] != '}'; i++) {
        int digit = octet_hex_value(rest.octets[i]);
        if (i == 3 + POINT_DIGITS_MAX || digit < 0)
            return XTEXT_BAD_ESCAPE;
        point = point << 4 | (uint32_t)digit;
        any_lower = any_lower || octet_is_lower(rest.octets[i]);
    }
    if (i == 3 || i == rest.length || point > UTF8_POINT_MAX || utf8_is_surrogate(point))
        return XTEXT_BAD_ESCAPE;
    *length += utf8_put(point, out + *length); /* never more octets than the escape took */
    *at += i + 1;
    return any_lower ? XTEXT_LOWER_CASE : XTEXT_OK;
}

static xtext_result decode(span in, bool utf8, uint8_t *out, size_t *length_r)
{
    xtext_result result = XTEXT_OK;
    size_t length = 0;
    size_t at = 0;

    *length_r = 0;
    while (at < in.length && result != XTEXT_BAD_ESCAPE) {
        uint8_t octet = in.octets[at];
        if (octet == '+') {
            result = worse(result, take_hexchar(in, &at, &out[length++]));
        } else if (octet == '\\' && utf8) {
            result = worse(result, take_point(in, &at, out, &length));
        } else {
            bool plain = (octet >= '!' && octet <= '~' && octet != '=') || (utf8 && octet >= 0x80);
            result = worse(result, plain ? XTEXT_OK : XTEXT_STRAY);
            out[length++] = octet;
            at++;
        }
    }
    if (result != XTEXT_BAD_ESCAPE)
        *length_r = length;
    return result;
}

xtext_result xtext_decode(span in, uint8_t *out, size_t *length_r)
{
    return decode(in, false, out, length_r);
}

xtext_result xtext_decode_utf8(span in, uint8_t *out, size_t *length_r)
{
    return decode(in, true, out, length_r);
}
