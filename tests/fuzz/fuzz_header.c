/* fuzz_header.c — header fields of a content.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/header.h"

static void check_body(span body)
{
    uint8_t *line = room_of(body.length);
    span unfolded = {line, header_unfold(body, line)};

    g_assert_cmpuint(unfolded.length, <=, body.length);
    g_free(line);
}

static void check_fields(span content)
{
    span rest = content;
    header_field field;
    size_t before = rest.length + 1;

    while (header_field_next(&rest, &field)) {
        g_assert_cmpuint(field.name.length, >, 0);
        check_within(field.name, content);
        check_within(field.body, content);
        g_assert_cmpuint(rest.length, <, before);
        before = rest.length;
        check_body(field.body);
    }
    check_within(rest, content);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};

    check_fields(in);
    return 0;
}
