/* number.c — decimal numbers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "number.h"

number_result number_parse(span in, uint64_t max, uint64_t *value_r)
{
    uint64_t value = 0;
    bool overflow = false;

    if (in.length == 0)
        return NUMBER_BAD;
    for (size_t i = 0; i < in.length; i++) {
        if (!octet_is_digit(in.octets[i]))
            return NUMBER_BAD;
        unsigned digit = in.octets[i] - (unsigned)'0';
        /* Read on behind an overflow: a letter may come yet, and then it was no number at all. */
        overflow = overflow || digit > max || value > (max - digit) / 10;
        if (!overflow)
            value = value * 10 + digit;
    }
    if (overflow)
        return NUMBER_OVERFLOW;
    *value_r = value;
    return NUMBER_OK;
}
