/* record_json.c — see record_json.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/record_json.h"

#include "taps/record_log.h"

static const char *json_word(json_writer *json, const value *v)
{
    g_string_truncate(json->word, 0);
    if (v->kind == VALUE_TEXT)
        g_string_append_len(json->word, (const char *)v->text.octets, (gssize)v->text.length);
    else
        append_value(json->word, v);
    return json->word->str;
}

static void json_item(json_writer *json, const value *v)
{
    switch (v->kind) {
    case VALUE_TEXT:
    case VALUE_TIME:
        json_dumper_value_string(&json->dumper, json_word(json, v));
        break;
    case VALUE_BOOLEAN:
        json_dumper_value_anyf(&json->dumper, "%s", v->number ? "true" : "false");
        break;
    case VALUE_NUMBER:
    case VALUE_SECONDS:
        json_dumper_value_anyf(&json->dumper, "%s", json_word(json, v));
        break;
    case VALUE_OBJECT:
        json_dumper_begin_object(&json->dumper);
        for (unsigned i = 0; i < v->object.count; i++) {
            json_dumper_set_member_name(&json->dumper, v->object.names[i]);
            json_item(json, &v->object.members[i]);
        }
        json_dumper_end_object(&json->dumper);
        break;
    case VALUE_LIST: /* lists hold no lists */
    case VALUE_ABSENT:
        json_dumper_value_anyf(&json->dumper, "null");
        break;
    }
}

static void json_list(json_writer *json, const value_list *list)
{
    json->dumper.flags &= ~JSON_DUMPER_FLAGS_PRETTY_PRINT;
    json_dumper_begin_array(&json->dumper);
    for (unsigned i = 0; i < list->count; i++)
        json_item(json, &list->items[i]);
    json_dumper_end_array(&json->dumper);
    json->dumper.flags |= json->flags;
}

void json_value(json_writer *json, value v)
{
    if (v.kind == VALUE_LIST)
        json_list(json, &v.list);
    else
        json_item(json, &v);
}

void json_member(json_writer *json, const char *name, value v)
{
    json_dumper_set_member_name(&json->dumper, name);
    json_value(json, v);
}

void json_members(json_writer *json, const record_kind *kind, wmem_allocator_t *scope, const void *record)
{
    for (unsigned at = 0; at < kind->chosen_count; at++)
        json_member(json, kind->column_name(kind->chosen[at]), kind->value(scope, record, kind->chosen[at]));
}

/* DEL, and the octet with which U+0080 to U+009F begin in UTF-8. */
#define CONTROL_BEGINS "\x7f\xc2"

/* Takes what the dumper wrote. It escapes the controls below U+0020 alone, and terminals obey those from U+007F to U+009F
 * too. All of these stand inside of strings. */
void json_take(json_writer *json)
{
    const char *at = json->dumped->str;

    for (;;) {
        size_t plain = strcspn(at, CONTROL_BEGINS);
        gunichar c = g_utf8_get_char(at + plain);
        g_string_append_len(json->text, at, (gssize)plain);
        if (!c)
            break;
        if (g_unichar_iscntrl(c))
            g_string_append_printf(json->text, "\\u%04x", c);
        else
            g_string_append_unichar(json->text, c);
        at = g_utf8_next_char(at + plain);
    }
    g_string_truncate(json->dumped, 0);
}

json_writer json_begin(int flags)
{
    json_writer json = {.flags = flags,
                        .dumped = g_string_new(NULL),
                        .text = g_string_new(NULL),
                        .word = g_string_new(NULL)};

    json.dumper = (json_dumper){.output_string = json.dumped, .flags = flags};
    return json;
}

void json_end(json_writer *json, FILE *out)
{
    json_take(json);
    text_flush(json->text, out, true);
    g_string_free(json->word, TRUE);
    g_string_free(json->text, TRUE);
    g_string_free(json->dumped, TRUE);
}
