/* fuzz_base64.c — base64: what was decoded, encoded anew, is what it was decoded from.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/base64.h"

static void check_round_trip(span in, const uint8_t *out, size_t length)
{
    gchar *again = g_base64_encode(out, length);

    g_assert_cmpmem(again, strlen(again), in.octets, in.length);
    g_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    uint8_t *out = room_of(base64_room(length));
    base64_result found = base64_decode(in, out);

    g_assert_cmpuint(found.length, <=, base64_room(length));
    g_assert_cmpuint(found.offset, <=, length);
    if (found.status == BASE64_OK)
        check_round_trip(in, out, found.length);
    g_free(out);
    return 0;
}
