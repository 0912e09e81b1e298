/* header.c — header fields: cutting, finding, unfolding.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "header.h"

#include "line.h"

static bool is_wsp(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

static bool is_ftext(uint8_t octet)
{
    return octet >= 33 && octet <= 126 && octet != ':';
}

/* The empty line that ends a header. One that is cut off before its LF is none yet. */
static bool is_end(line in)
{
    return in.text.length == 0 && (in.ending == LINE_ENDING_CRLF || in.ending == LINE_ENDING_LF);
}

/* Where the text of a line ends, octets from `start`. A CR at the end of the content is half a line ending. */
static size_t text_end(span start, line in)
{
    size_t end = (size_t)(in.text.octets - start.octets) + in.text.length;
    bool cut = in.ending == LINE_ENDING_NONE && in.text.length > 0 && in.text.octets[in.text.length - 1] == '\r';

    return cut ? end - 1 : end;
}

/* Takes a line, which there has to be, with the folded lines behind it off the front of *rest. Returns it without the last
 * line ending. */
static span take_folded(span *rest)
{
    span start = *rest;
    line last = line_first(start);

    *rest = span_from(*rest, last.length);
    while (rest->length > 0 && is_wsp(rest->octets[0])) {
        last = line_first(*rest);
        *rest = span_from(*rest, last.length);
    }
    return span_first(start, text_end(start, last));
}

/* field-name *WSP ":" body */
static bool split(span in, header_field *field_r)
{
    size_t name = 0;
    span colon;

    while (name < in.length && is_ftext(in.octets[name]))
        name++;
    colon = span_trim_left(span_from(in, name));
    if (name == 0 || colon.length == 0 || colon.octets[0] != ':')
        return false;
    *field_r = (header_field){span_first(in, name), span_from(colon, 1)};
    return true;
}

bool header_field_next(span *rest, header_field *field_r)
{
    while (rest->length > 0 && !is_end(line_first(*rest))) {
        if (split(take_folded(rest), field_r))
            return true;
    }
    return false;
}

size_t header_unfold(span body, uint8_t *out)
{
    size_t length = 0;

    while (body.length > 0) {
        line next = line_first(body);
        span text = length == 0 ? span_trim_left(next.text) : next.text;
        if (text.length > 0)
            memcpy(out + length, text.octets, text.length);
        length += text.length;
        body = span_from(body, next.length);
    }
    while (length > 0 && is_wsp(out[length - 1]))
        length--;
    return length;
}
