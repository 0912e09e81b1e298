/* fuzz_address.c — IP addresses in text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    uint8_t ipv4[4], ipv6[16];
    ip_address found = address_of(in);
    bool bare_ipv4 = ipv4_parse(in, ipv4), bare_ipv6 = ipv6_parse(in, ipv6);

    g_assert_false(bare_ipv4 && bare_ipv6);
    if (bare_ipv4) {
        g_assert_cmpint(found.kind, ==, ADDRESS_IPV4);
        g_assert_cmpmem(found.ipv4, sizeof found.ipv4, ipv4, sizeof ipv4);
    }
    if (bare_ipv6) {
        g_assert_cmpint(found.kind, ==, ADDRESS_IPV6);
        g_assert_cmpmem(found.ipv6, sizeof found.ipv6, ipv6, sizeof ipv6);
    }
    return 0;
}
