/* fuzz_number.c — numbers, up to what the first octet allows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    uint64_t max = UINT64_MAX >> (take_octet(&in) & 63), value = 0;
    number_result result = number_parse(in, max, &value);
    bool digits = in.length > 0;

    for (size_t i = 0; i < in.length; i++)
        digits &= octet_is_digit(in.octets[i]);
    g_assert_true((result == NUMBER_BAD) == !digits);
    g_assert_true(result != NUMBER_OK || value <= max);
    return 0;
}
