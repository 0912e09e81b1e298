/* fuzz_capability.c — lines of the reply to EHLO.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/capability.h"

static void check_limits(span parameters)
{
    capability_limit limit;
    span word;

    while ((word = span_next_word(&parameters)).length) {
        if (!capability_limit_parse(word, &limit))
            continue;
        check_within(limit.name, word);
        check_within(limit.text, word);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    capability found;
    uint64_t size;
    uint32_t seconds;

    if (!capability_parse(in, &found))
        return 0;
    g_assert_cmpuint(found.keyword.length, >, 0);
    check_within(found.keyword, in);
    check_within(found.parameters, in);
    g_assert_true(found.row == capability_find(found.keyword));
    capability_size(&found, &size);
    capability_deliverby(&found, &seconds);
    capability_future_release(&found);
    check_limits(found.parameters);
    return 0;
}
