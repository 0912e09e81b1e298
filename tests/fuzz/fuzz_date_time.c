/* fuzz_date_time.c — points in time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/date_time.h"

/* From the first day of the year 0 to the last of 9999, with a day for the zones. */
#define FIRST_SECOND INT64_C(-62167305600)
#define LAST_SECOND INT64_C(253402387200)

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    date_time found;

    if (!date_time_parse((span){octets, length}, &found))
        return 0;
    g_assert_cmpuint(found.nanoseconds, <, 1000000000);
    g_assert_cmpint(found.seconds, >=, FIRST_SECOND);
    g_assert_cmpint(found.seconds, <=, LAST_SECOND);
    return 0;
}
