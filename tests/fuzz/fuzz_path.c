/* fuzz_path.c — paths of MAIL and RCPT, with "FROM:" or "TO:" before them or not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/path.h"

static void check_path(span in)
{
    path found;
    bool good = path_parse(in, &found);
    uint8_t *value;

    g_assert_true(good == !found.expected);
    g_assert_cmpuint(found.consumed, <=, in.length);
    g_assert_true(good || found.expected_offset <= in.length);
    check_within(found.address, span_first(in, found.consumed));
    check_within(found.local_part, found.address);
    check_within(found.domain, found.address);
    check_within(found.source_route, in);
    g_assert_true(!found.null_path || !found.address.length);
    value = room_of(found.local_part.length);
    g_assert_cmpuint(path_unquote(found.local_part, value), <=, found.local_part.length);
    g_free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    path_prefix from = path_prefix_find(in, "FROM"), to = path_prefix_find(in, "TO");

    g_assert_true(!from.length || !to.length);
    g_assert_cmpuint(from.length + to.length, <=, length);
    check_path(in);
    check_path(span_from(in, from.length + to.length));
    return 0;
}
