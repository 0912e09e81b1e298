/* base64.c — decoding base64.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base64.h"

/* Sets status and offset. `at` characters of the alphabet stand in front; `spare_bits` are those of them that made no octet.
 */
static void judge_end(span in, size_t at, uint32_t spare_bits, base64_result *result)
{
    size_t wanted = (4 - at % 4) % 4, end = at;

    while (end < in.length && in.octets[end] == '=')
        end++;
    result->offset = end;
    if (end < in.length)
        result->status = octet_base64_value(in.octets[end]) < 0 ? BASE64_BAD_OCTET : BASE64_BAD_PADDING;
    else if (at % 4 == 1)
        result->status = BASE64_CUT;
    else if (end == at && wanted > 0)
        result->status = BASE64_UNPADDED;
    else if (end - at != wanted)
        result->status = BASE64_BAD_PADDING;
    else
        result->status = spare_bits ? BASE64_TRAILING_BITS : BASE64_OK;
    if (result->status == BASE64_BAD_PADDING && end - at > wanted && end == in.length)
        result->offset = at + wanted;
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
    judge_end(in, at, bits, &result);
    return result;
}
