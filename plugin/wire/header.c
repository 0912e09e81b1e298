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
    return in.text.length == 0 && in.ending != LINE_ENDING_NONE;
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

bool header_complete(span content, size_t *length_r)
{
    span rest = content;

    while (rest.length > 0) {
        line next = line_first(rest);
        rest = span_from(rest, next.length);
        if (is_end(next)) {
            *length_r = content.length - rest.length;
            return true;
        }
    }
    *length_r = content.length;
    return false;
}

bool header_find(span content, const char *name, span *body_r)
{
    header_field field;

    while (header_field_next(&content, &field)) {
        if (span_equal_nocase(field.name, name)) {
            *body_r = field.body;
            return true;
        }
    }
    *body_r = (span){NULL, 0};
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

/* Length of the comment at the start, 0 when it does not end.
 *     comment  = "(" *( [FWS] ccontent ) [FWS] ")"
 *     ccontent = ctext / quoted-pair / comment */
static size_t comment_length(span in)
{
    size_t depth = 0;

    for (size_t i = 0; i < in.length; i++) {
        if (in.octets[i] == '\\') {
            i++;
        } else if (in.octets[i] == '(') {
            depth++;
        } else if (in.octets[i] == ')') {
            depth--;
            if (depth == 0)
                return i + 1;
        }
    }
    return 0;
}

static span skip_cfws(span in)
{
    size_t comment;

    do {
        in = span_trim_left(in);
        comment = in.length > 0 && in.octets[0] == '(' ? comment_length(in) : 0;
        in = span_from(in, comment);
    } while (comment > 0);
    return in;
}

span header_message_id(span unfolded)
{
    span rest = skip_cfws(unfolded);
    size_t open = span_find(rest, '<');

    if (open == rest.length)
        return span_next_word(&rest);
    rest = span_from(rest, open);
    size_t close = span_find(rest, '>');
    return close < rest.length ? span_first(rest, close + 1) : span_trim(rest);
}
