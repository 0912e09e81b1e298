/* line.c — cutting a stream into lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

line line_of(span whole)
{
    size_t length = whole.length;

    if (length == 0 || whole.octets[length - 1] != '\n')
        return (line){whole, LINE_ENDING_NONE, length};
    if (length < 2 || whole.octets[length - 2] != '\r')
        return (line){span_first(whole, length - 1), LINE_ENDING_LF, length};
    for (length -= 2; length > 0 && whole.octets[length - 1] == '\r'; length--)
        ;
    return (line){span_first(whole, length), length + 2 < whole.length ? LINE_ENDING_CRS_LF : LINE_ENDING_CRLF,
                  whole.length};
}

line line_first(span in)
{
    size_t lf = span_find(in, '\n');

    return line_of(span_first(in, lf < in.length ? lf + 1 : in.length));
}
