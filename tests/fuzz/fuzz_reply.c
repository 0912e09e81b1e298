/* fuzz_reply.c — lines of replies, and their enhanced status. The first octet tells whether to look for one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/line.h"
#include "wire/reply.h"

static void check_line(span text, bool with_status)
{
    reply_line found;

    if (!reply_line_parse(text, with_status, &found))
        return;
    g_assert_cmpuint(found.code, <=, 999);
    check_within(found.text, text);
    g_assert_true(with_status || !found.has_status);
    if (!found.has_status)
        return;
    check_within(found.status_text, text);
    g_assert_true(found.status.status_class >= 2 && found.status.status_class <= 5);
    g_assert_true(found.status.subject <= 999 && found.status.detail <= 999);
    enhanced_status_find(found.status.subject, found.status.detail);
    reply_code_find(found.code);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    bool with_status = take_octet(&in) & 1;

    while (in.length) {
        line next = line_first(in);
        g_assert_cmpuint(next.length, >, 0);
        check_within(next.text, in);
        check_line(next.text, with_status);
        in = span_from(in, next.length);
    }
    return 0;
}
