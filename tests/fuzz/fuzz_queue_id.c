/* fuzz_queue_id.c — a server's name for the mail it took.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/queue_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    span found = queue_id_find(in);

    check_within(found, in);
    g_assert_cmpuint(span_find(found, ' '), ==, found.length);
    return 0;
}
