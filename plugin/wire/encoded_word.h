/* encoded_word.h — words of a header field that are not ASCII (RFC 2047; RFC 2231, 5).
 *
 *     encoded-word  = "=?" charset [ "*" language ] "?" encoding "?" encoded-text "?="
 *     encoding      = "B" / "Q"                                   ; without case
 *     encoded-text  = 1*<any printable ASCII octet but "?" and SPACE>
 *
 * A text is read as pieces: encoded words, and the literal text between them. White space between two encoded words stands
 * for nothing and is in no piece (RFC 2047, 6.2); all other white space is literal. What is not as above is literal text as
 * well, octets that are not ASCII among it: a header in raw UTF-8 comes through unchanged.
 *
 * What the RFC forbids but mailers write and readers take is an encoded word all the same: more than 75 octets, no
 * encoded text, no white space round it, inside of quotation marks.
 *
 * Some mailers cut a character of several octets in two between adjacent words. So that it comes out whole, convert the
 * octets of a run of words at once, a run being as encoded_word_joins() has it:
 *
 *     while (encoded_word_next(&rest, &piece)) {
 *         if (!encoded_word_joins(&before, &piece))
 *             -- convert the octets collected from the charset of `before`, and begin anew
 *         -- collect the octets that encoded_word_decode() gives
 *         before = piece;
 *     }
 *     -- convert what is left
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_ENCODED_WORD_H
#define ESMTP_WIRE_ENCODED_WORD_H

#include "span.h"

typedef struct encoded_piece {
    char encoding; /* 'B' or 'Q' in an encoded word, '\0' in literal text */
    span charset;  /* as sent, without the language; empty in literal text */
    span text;     /* the encoded text, or the literal text, which is never empty */
} encoded_piece;

/* Takes the next piece off the front of *rest, which begins as an unfolded header text. False when nothing is left. */
bool encoded_word_next(span *rest, encoded_piece *piece_r);

/* Is `next`, the piece right behind `before`, of one run with it: two encoded words of the same charset, compared without
 * case, or two literal texts? A piece of all zeros, before the first, is a literal text. */
bool encoded_word_joins(const encoded_piece *before, const encoded_piece *next);

/* The octets of a piece, in its charset; those of literal text are as they were. `out` has room for text.length octets.
 * Returns the octets written.
 *
 * B: octets that are none of base64's are passed over, and "=" ends a group wherever it stands; an incomplete group gives
 * the octets it has. Q: "_" is SPACE, "=" with two hexadecimal digits of either case is an octet; any other octet is
 * itself. */
size_t encoded_word_decode(const encoded_piece *piece, uint8_t *out);

#endif
