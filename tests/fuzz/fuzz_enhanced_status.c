/* fuzz_enhanced_status.c — status codes at the start of a text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/enhanced_status.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    enhanced_status found;
    bool glued;
    size_t taken = enhanced_status_parse((span){octets, length}, &found, &glued);

    if (!taken)
        return 0;
    g_assert_cmpuint(taken, <=, length);
    g_assert_cmpuint(taken, >=, sizeof "2.0.0" - 1);
    g_assert_true(found.status_class == 2 || found.status_class == 4 || found.status_class == 5);
    g_assert_true(found.subject <= 999 && found.detail <= 999);
    g_assert_true(!glued || taken < length);
    enhanced_status_find(found.subject, found.detail);
    return 0;
}
