/* span.c — comparing and cutting runs of octets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "span.h"

static bool is_white(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

bool span_equal(span a, span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.octets, b.octets, a.length) == 0);
}

bool span_starts_nocase(span in, const char *text)
{
    size_t i = 0;

    for (; text[i] != '\0'; i++) {
        if (i == in.length || octet_to_lower(in.octets[i]) != octet_to_lower((uint8_t)text[i]))
            return false;
    }
    return true;
}

bool span_equal_nocase(span a, const char *text)
{
    for (size_t i = 0; i < a.length; i++) {
        if (text[i] == '\0' || octet_to_lower(a.octets[i]) != octet_to_lower((uint8_t)text[i]))
            return false;
    }
    return text[a.length] == '\0';
}

size_t span_quoted(span in)
{
    for (size_t i = 1; i < in.length; i++) {
        if (in.octets[i] == '\\')
            i++;
        else if (in.octets[i] == '"')
            return i + 1;
    }
    return 0;
}

span span_trim_left(span in)
{
    size_t i = 0;

    while (i < in.length && is_white(in.octets[i]))
        i++;
    return span_from(in, i);
}

span span_trim(span in)
{
    span out = span_trim_left(in);

    while (out.length > 0 && is_white(out.octets[out.length - 1]))
        out.length--;
    return out;
}

span span_next_word(span *in)
{
    span rest = span_trim_left(*in);
    size_t length = 0;

    while (length < rest.length && !is_white(rest.octets[length]))
        length++;
    *in = span_from(rest, length);
    return span_first(rest, length);
}
