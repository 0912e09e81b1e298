/* header_text.c — the text of a header field, as a person reads it (RFC 2047).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/esmtp.h"
#include "wire/encoded_word.h"

static void append_utf8(wmem_allocator_t *scope, wmem_strbuf_t *text, span octets)
{
    wmem_strbuf_append(text, text_in(scope, octets));
}

/* A charset that nobody knows is shown as if it were UTF-8. */
static void append_converted(wmem_allocator_t *scope, wmem_strbuf_t *text, span octets, span charset)
{
    char *name = wmem_strndup(scope, (const char *)charset.octets, charset.length);
    gsize length = 0;
    char *utf8 = g_convert((const char *)octets.octets, (gssize)octets.length, "UTF-8", name, NULL, &length, NULL);

    if (utf8)
        append_utf8(scope, text, (span){(const uint8_t *)utf8, length});
    else
        append_utf8(scope, text, octets);
    g_free(utf8);
}

/* Characters may be split over words of the same charset: a run of these is put together before it is converted. */
typedef struct word_run {
    uint8_t *octets;
    size_t length;
    encoded_piece last;
} word_run;

static void run_flush(wmem_allocator_t *scope, wmem_strbuf_t *text, word_run *run)
{
    if (run->length)
        append_converted(scope, text, (span){run->octets, run->length}, run->last.charset);
    run->length = 0;
}

char *header_text(wmem_allocator_t *scope, span unfolded)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, NULL);
    word_run run = {(uint8_t *)wmem_alloc(scope, unfolded.length + 3), 0, {0}};
    encoded_piece piece;

    while (encoded_word_next(&unfolded, &piece)) {
        if (run.length && !encoded_word_joins(&run.last, &piece))
            run_flush(scope, text, &run);
        if (!piece.encoding) {
            append_utf8(scope, text, piece.text);
            continue;
        }
        run.length += encoded_word_decode(&piece, run.octets + run.length);
        run.last = piece;
    }
    run_flush(scope, text, &run);
    return wmem_strbuf_finalize(text);
}
