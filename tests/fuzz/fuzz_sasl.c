/* fuzz_sasl.c — messages of SASL exchanges: a mechanism's name up to the first LF, an octet for the side and the number of
 * the message, then the message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/sasl.h"

static void check_field(const sasl_field *field, span message)
{
    uint8_t *value = room_of(sasl_field_room(field));

    check_within(field->value, message);
    g_assert_cmpuint(sasl_field_value(field, value), <=, sasl_field_room(field));
    g_free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    span name = span_first(in, span_find(in, '\n'));
    sasl_message found;
    uint8_t options;

    in = span_from(in, name.length + 1);
    options = take_octet(&in);
    sasl_message_parse(sasl_mechanism_find(name), options & 1 ? SASL_SERVER : SASL_CLIENT, options >> 1 & 3, in, &found);
    g_assert_cmpuint(found.count, <=, SASL_FIELDS_MAX);
    for (size_t i = 0; i < found.count; i++)
        check_field(&found.fields[i], in);
    return 0;
}
