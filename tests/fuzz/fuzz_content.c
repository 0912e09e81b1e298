/* fuzz_content.c — message content, cut in pieces and whole: the same has to come of both. The first octet tells how the
 * DATA line ended, or that it is BDAT's, the second where to cut.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/content.h"

/* What a content comes to. */
typedef struct outcome {
    GByteArray *out;
    size_t consumed, end_mark;
    unsigned oddities;
    bool ended, stuffed;
} outcome;

/* Reads one piece, from a copy of its exact size into room of its exact size, and the same without room. */
static void read_piece(content_reader *reader, span in, outcome *sum)
{
    content_reader other = *reader;
    uint8_t *copy = room_of(in.length), *out = room_of(in.length + CONTENT_CARRY);
    content_piece piece, blind;

    if (in.length)
        memcpy(copy, in.octets, in.length);
    piece = content_read(reader, (span){copy, in.length}, out);
    blind = content_read(&other, in, NULL);
    g_assert_cmpuint(piece.unstuffed, <=, in.length + CONTENT_CARRY);
    g_assert_true(piece.ended ? piece.consumed <= in.length : piece.consumed == in.length);
    g_assert_true(piece.consumed == blind.consumed && piece.unstuffed == blind.unstuffed && piece.ended == blind.ended);
    g_byte_array_append(sum->out, out, (guint)piece.unstuffed);
    sum->consumed += piece.consumed;
    sum->end_mark = piece.end_mark;
    sum->oddities |= piece.oddities;
    sum->ended = piece.ended;
    sum->stuffed |= piece.stuffed;
    g_free(copy);
    g_free(out);
}

/* Reads in pieces of lengths that follow from `cuts`; 0: whole. */
static outcome read_all(span in, uint8_t kind, uint8_t cuts)
{
    outcome sum = {.out = g_byte_array_new()};
    content_reader reader;
    unsigned next = cuts;

    if (kind & 2)
        content_begin_chunks(&reader);
    else
        content_begin(&reader, kind & 1);
    do {
        size_t length = cuts ? next % 7 : in.length;
        next = next * 5 + 1;
        read_piece(&reader, span_first(in, length), &sum);
        in = span_from(in, length);
    } while (in.length && !sum.ended);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    uint8_t kind = take_octet(&in);
    uint8_t cuts = take_octet(&in) | 1;
    outcome whole = read_all(in, kind, 0), cut = read_all(in, kind, cuts);

    g_assert_cmpmem(whole.out->data, whole.out->len, cut.out->data, cut.out->len);
    g_assert_cmpuint(whole.consumed, ==, cut.consumed);
    g_assert_cmpuint(whole.end_mark, ==, cut.end_mark);
    g_assert_cmpuint(whole.oddities, ==, cut.oddities);
    g_assert_true(whole.ended == cut.ended && whole.stuffed == cut.stuffed);
    g_byte_array_unref(whole.out);
    g_byte_array_unref(cut.out);
    return 0;
}
