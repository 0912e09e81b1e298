/* fuzz_line.c — where lines end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/line.h"

static size_t ending_length(line_ending ending)
{
    return ending == LINE_ENDING_CRLF ? 2 : ending == LINE_ENDING_LF ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};

    while (in.length) {
        line next = line_first(in), again = line_of(span_first(in, next.length));
        g_assert_cmpuint(next.length, >, 0);
        g_assert_cmpuint(next.length, ==, next.text.length + ending_length(next.ending));
        g_assert_true(next.ending != LINE_ENDING_NONE || next.length == in.length);
        g_assert_cmpuint(span_find(next.text, '\n'), ==, next.text.length);
        g_assert_true(again.ending == next.ending && again.text.length == next.text.length);
        check_within(next.text, in);
        in = span_from(in, next.length);
    }
    return 0;
}
