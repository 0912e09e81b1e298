/* fuzz_encoded_word.c — encoded words of header fields.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/encoded_word.h"

static void check_piece(const encoded_piece *piece, span whole)
{
    uint8_t *out = room_of(piece->text.length);

    check_within(piece->charset, whole);
    check_within(piece->text, whole);
    g_assert_true(piece->encoding || piece->text.length);
    g_assert_cmpuint(encoded_word_decode(piece, out), <=, piece->text.length);
    g_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    span rest = in;
    encoded_piece before = {0}, piece;

    while (encoded_word_next(&rest, &piece)) {
        check_within(rest, in);
        check_piece(&piece, in);
        encoded_word_joins(&before, &piece);
        before = piece;
    }
    g_assert_cmpuint(rest.length, ==, 0);
    return 0;
}
