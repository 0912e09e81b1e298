/* encoded_word.c — finding and decoding encoded words.
 *
 * An attempt to read a word begins at "=?" and ends, well or not, at the fourth "?" at the latest. So no octet is looked at
 * in more than a few attempts, and a text takes linear time whatever is in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "encoded_word.h"

#include "base64.h"

#define GROUP 4u /* base64 characters that make three octets (RFC 4648, 4) */

static bool is_printable(uint8_t octet)
{
    return octet > ' ' && octet < 127;
}

/* Octets in front of `in` that may be in a charset. A token in the RFC; IANA has names with ":" and "." too. */
static size_t charset_length(span in)
{
    size_t i = 0;

    while (i < in.length && is_printable(in.octets[i]) && in.octets[i] != '?' && in.octets[i] != '=')
        i++;
    return i;
}

static size_t encoded_text_length(span in)
{
    size_t i = 0;

    while (i < in.length && is_printable(in.octets[i]) && in.octets[i] != '?')
        i++;
    return i;
}

/* 'B' or 'Q' when `in` begins with either, in any case, between question marks; else '\0'. */
static char encoding_of(span in)
{
    if (span_starts_nocase(in, "?B?"))
        return 'B';
    return span_starts_nocase(in, "?Q?") ? 'Q' : '\0';
}

/* The encoded word at the start of `in`. Returns its length, 0 when there is none. */
static size_t word_at(span in, encoded_piece *word_r)
{
    if (!span_starts_nocase(in, "=?"))
        return 0;
    span rest = span_from(in, 2);
    span charset = span_first(rest, charset_length(rest));
    rest = span_from(rest, charset.length);
    size_t star = span_find(charset, '*');
    char encoding = encoding_of(rest);
    if (star == 0 || encoding == '\0')
        return 0;
    rest = span_from(rest, 3);
    span text = span_first(rest, encoded_text_length(rest));
    rest = span_from(rest, text.length);
    if (!span_starts_nocase(rest, "?="))
        return 0;
    *word_r = (encoded_piece){encoding, span_first(charset, star), text};
    return in.length - rest.length + 2;
}

/* Octets before the first encoded word, in.length when there is none. */
static size_t literal_length(span in)
{
    encoded_piece word;
    size_t at = span_find(in, '=');

    while (at < in.length && word_at(span_from(in, at), &word) == 0)
        at += 1 + span_find(span_from(in, at + 1), '=');
    return at;
}

bool encoded_word_next(span *rest, encoded_piece *piece_r)
{
    encoded_piece following;
    size_t length = word_at(*rest, piece_r);

    if (rest->length == 0)
        return false;
    if (length == 0) {
        length = literal_length(*rest);
        *piece_r = (encoded_piece){.text = span_first(*rest, length)};
        *rest = span_from(*rest, length);
        return true;
    }
    *rest = span_from(*rest, length);
    span behind_space = span_trim_left(*rest);
    if (word_at(behind_space, &following) > 0)
        *rest = behind_space;
    return true;
}

bool encoded_word_joins(const encoded_piece *before, const encoded_piece *next)
{
    span a = before->charset, b = next->charset;

    if ((before->encoding == '\0') != (next->encoding == '\0') || a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++) {
        if (octet_to_upper(a.octets[i]) != octet_to_upper(b.octets[i]))
            return false;
    }
    return true;
}

/* RFC 2047, 4.2 */
static size_t decode_q(span in, uint8_t *out)
{
    size_t length = 0;

    for (size_t i = 0; i < in.length; i++) {
        bool escape = in.octets[i] == '=' && in.length - i > 2;
        int high = escape ? octet_hex_value(in.octets[i + 1]) : -1;
        int low = escape ? octet_hex_value(in.octets[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            out[length++] = (uint8_t)(high << 4 | low);
            i += 2;
        } else {
            out[length++] = in.octets[i] == '_' ? ' ' : in.octets[i];
        }
    }
    return length;
}

/* Decodes a group of at most four characters. Returns the octets written to `out` behind its first `length`. */
static size_t append_group(span group, uint8_t *out, size_t length)
{
    uint8_t octets[GROUP / 4 * 3 + 3]; /* base64_room(GROUP) */
    base64_result result = base64_decode(group, octets);

    if (result.length > 0)
        memcpy(out + length, octets, result.length);
    return result.length;
}

/* RFC 2047, 4.1 */
static size_t decode_b(span in, uint8_t *out)
{
    uint8_t group[GROUP];
    size_t filled = 0;
    size_t length = 0;

    for (size_t i = 0; i < in.length; i++) {
        if (octet_base64_value(in.octets[i]) >= 0)
            group[filled++] = in.octets[i];
        if (filled == GROUP || in.octets[i] == '=') {
            length += append_group((span){group, filled}, out, length);
            filled = 0;
        }
    }
    return length + append_group((span){group, filled}, out, length);
}

size_t encoded_word_decode(const encoded_piece *piece, uint8_t *out)
{
    if (piece->encoding == 'B')
        return decode_b(piece->text, out);
    if (piece->encoding == 'Q')
        return decode_q(piece->text, out);
    if (piece->text.length > 0)
        memcpy(out, piece->text.octets, piece->text.length);
    return piece->text.length;
}
