/* fuzz_parts.c — the parts of a mail, with GMime beneath.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "parts_begin.h"

/* All that is told is UTF-8, and says no more than was sent. */
static void check_text(const char *text)
{
    if (text)
        g_assert_true(g_utf8_validate(text, -1, NULL));
}

static void check_part(const part *p, size_t sent)
{
    g_assert_nonnull(p->number);
    g_assert_nonnull(p->type);
    check_text(p->type);
    check_text(p->disposition);
    check_text(p->name);
    check_text(p->encoding);
    for (guint i = 0; p->urls && i < p->urls->len; i++)
        check_text((const char *)g_ptr_array_index(p->urls, i));
    g_assert_cmpuint(p->defects >> DEFECT_COUNT, ==, 0);
    if (!p->decoded)
        return;
    g_assert_cmpuint(p->size, <=, sent);
    g_assert_cmpuint(strlen(p->sha256), ==, SHA256_DIGITS - 1);
    if (p->octets)
        g_assert_cmpuint(p->octets->len, ==, p->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    static bool begun;
    span in = {octets, length};
    uint8_t options = take_octet(&in);
    size_t hole = in.length / 2;
    part_source source = {.octets = in, .holes = &hole, .holes_count = options & 1, .no_begin = (options & 14) == 14};
    part_question question = {.octets = options & 16,
                              .urls = options & 32,
                              .parts_limit = options & 64 ? 3 : 1000,
                              .depth_limit = options & 128 ? 2 : 30,
                              .octets_limit = SIZE_MAX,
                              .total_limit = SIZE_MAX};
    GPtrArray *parts;

    if (!begun)
        parts_begin();
    begun = true;
    parts = parts_read(&source, &question);
    g_assert_cmpuint(parts->len, >=, 1);
    g_assert_cmpuint(parts->len, <=, question.parts_limit);
    for (guint i = 0; i < parts->len; i++)
        check_part((const part *)g_ptr_array_index(parts, i), in.length);
    g_ptr_array_unref(parts);
    return 0;
}
