/* fuzz_xtext.c — xtext, and the addresses of RFC 6533.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/xtext.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    uint8_t *out = room_of(length);
    size_t written;
    xtext_result result = xtext_decode(in, out, &written);

    g_assert_cmpuint(written, <=, length);
    g_assert_true(result != XTEXT_BAD_ESCAPE || written == 0);
    result = xtext_decode_utf8(in, out, &written);
    g_assert_cmpuint(written, <=, length);
    g_assert_true(result != XTEXT_BAD_ESCAPE || written == 0);
    g_free(out);
    return 0;
}
