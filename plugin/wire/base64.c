/* base64.c — decoding base64.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base64.h"

/* What the end of the input says: the characters, the "=" behind them, and the bits that made no octet. */
static base64_status status_at_end(size_t characters, span padding, uint32_t spare_bits)
{
    for (size_t i = 0; i < padding.length; i++) {
        if (padding.octets[i] != '=')
            return octet_base64_value(padding.octets[i]) < 0 ? BASE64_BAD_OCTET : BASE64_BAD_PADDING;
    }
    if (characters % 4 == 1)
        return BASE64_CUT;
    size_t wanted = (4 - characters % 4) % 4;
    if (padding.length == 0 && wanted > 0)
        return BASE64_UNPADDED;
    if (padding.length != wanted)
        return BASE64_BAD_PADDING;
    return spare_bits ? BASE64_TRAILING_BITS : BASE64_OK;
}

base64_result base64_decode(span in, uint8_t *out)
{
    base64_result result = {BASE64_OK, 0, 0};
    uint32_t bits = 0; /* the lowest `bit_count` are yet to be written */
    unsigned bit_count = 0;
    size_t at = 0;

    for (; at < in.length; at++) {
        int value = octet_base64_value(in.octets[at]);
        if (value < 0)
            break;
        bits = bits << 6 | (uint32_t)value;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            out[result.length++] = (uint8_t)(bits >> bit_count);
        }
        bits &= (1u << bit_count) - 1;
    }
    result.status = status_at_end(at, span_from(in, at), bits);
    bool mistake = result.status == BASE64_BAD_OCTET || result.status == BASE64_BAD_PADDING;
    result.offset = mistake ? at : in.length;
    return result;
}
