/* fuzz_line.c — where lines end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/line.h"

/* Of the ending that the line's octets show. */
static size_t ending_length(const line *in)
{
    size_t length = in->ending == LINE_ENDING_NONE ? 0 : 1;

    while (length && length < in->length && in->text.octets[in->length - length - 1] == '\r')
        length++;
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};

    while (in.length) {
        line next = line_first(in), again = line_of(span_first(in, next.length));
        g_assert_cmpuint(next.length, >, 0);
        g_assert_cmpuint(next.length, ==, next.text.length + ending_length(&next));
        g_assert_true(next.ending != LINE_ENDING_NONE || next.length == in.length);
        g_assert_true(next.ending != LINE_ENDING_CRLF || next.length == next.text.length + 2);
        g_assert_true(next.ending != LINE_ENDING_LF || next.length == next.text.length + 1);
        g_assert_cmpuint(span_find(next.text, '\n'), ==, next.text.length);
        g_assert_true(again.ending == next.ending && again.text.length == next.text.length);
        check_within(next.text, in);
        in = span_from(in, next.length);
    }
    return 0;
}
