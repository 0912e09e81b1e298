/* fuzz_proxy.c — headers of the PROXY protocol: with more octets there is more to tell, and nothing to take back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    proxy_result before = PROXY_MORE;
    size_t header_before = 0;

    for (size_t have = 1; have <= length && have <= PROXY_HEADER_TELLING + 1; have++) {
        size_t header = 0;
        proxy_result found = proxy_header_find(span_first(in, have), &header);
        g_assert_true(before == PROXY_MORE || found == before);
        g_assert_true(before != PROXY_HEADER || header == header_before);
        g_assert_true(found != PROXY_MORE || have < PROXY_HEADER_TELLING);
        before = found;
        header_before = header;
    }
    return 0;
}
