/* mail_log.c — the mail log for programs: tab-separated values and JSON.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_log.h"

#include <inttypes.h>

#include <wsutil/json_dumper.h>

/* --- values as words --------------------------------------------------------------------------------------------------- */

/* C's letters for some; 0 for a character that is written as it is or by its number. */
static char escape_letter(gunichar c)
{
    switch (c) {
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\\':
    case ',':
        return (char)c;
    default:
        return 0;
    }
}

/* The octets at the front that need no look at their characters: control characters are ASCII or begin with C2. */
static size_t plain_octets(const char *text, bool in_list)
{
    size_t length = 0;

    for (uint8_t c; (c = (uint8_t)text[length]) >= 0x20 && c != 0x7f && c != 0xc2 && c != '\\' && !(in_list && c == ',');)
        length++;
    return length;
}

static void append_escaped(wmem_strbuf_t *word, const char *text, bool in_list)
{
    for (;;) {
        size_t plain = plain_octets(text, in_list);
        wmem_strbuf_append_len(word, text, plain);
        text += plain;
        if (!text[0])
            return;
        gunichar c = g_utf8_get_char(text);
        char letter = escape_letter(c);
        if (letter)
            wmem_strbuf_append_printf(word, "\\%c", letter);
        else if (g_unichar_iscntrl(c))
            wmem_strbuf_append_printf(word, "\\x%02x", c);
        else
            wmem_strbuf_append_unichar(word, c);
        text = g_utf8_next_char(text);
    }
}

/* ISO 8601 in UTC. Seconds that no calendar has a day for are written as they are. */
static void append_time(wmem_strbuf_t *word, const nstime_t *time)
{
    GDateTime *second = g_date_time_new_from_unix_utc((gint64)time->secs);
    char *text = second ? g_date_time_format(second, "%Y-%m-%dT%H:%M:%S") : NULL;

    if (text)
        wmem_strbuf_append_printf(word, "%s.%09dZ", text, time->nsecs);
    else
        wmem_strbuf_append_printf(word, "%" PRId64 ".%09d", (int64_t)time->secs, time->nsecs);
    g_free(text);
    if (second)
        g_date_time_unref(second);
}

/* The two parts of a time that is below zero both have the sign. */
static void append_seconds(wmem_strbuf_t *word, const nstime_t *time)
{
    bool negative = time->secs < 0 || time->nsecs < 0;
    int64_t seconds = time->secs;

    wmem_strbuf_append_printf(word, "%s%" PRId64 ".%09d", negative ? "-" : "", seconds < 0 ? -seconds : seconds,
                              abs(time->nsecs));
}

static void append_item(wmem_strbuf_t *word, const value *v, bool in_list)
{
    switch (v->kind) {
    case VALUE_TEXT:
        append_escaped(word, v->text, in_list);
        break;
    case VALUE_NUMBER:
    case VALUE_BOOLEAN:
        wmem_strbuf_append_printf(word, "%" PRIu64, v->number);
        break;
    case VALUE_TIME:
        append_time(word, &v->time);
        break;
    case VALUE_SECONDS:
        append_seconds(word, &v->time);
        break;
    case VALUE_LIST: /* lists hold no lists */
    case VALUE_ABSENT:
        break;
    }
}

static void append_value(wmem_strbuf_t *word, const value *v)
{
    if (v->kind != VALUE_LIST) {
        append_item(word, v, false);
        return;
    }
    for (unsigned i = 0; i < v->list.count; i++) {
        if (i)
            wmem_strbuf_append_c(word, ',');
        append_item(word, &v->list.items[i], true);
    }
}

char *value_to_word(wmem_allocator_t *scope, const value *v)
{
    wmem_strbuf_t *word = wmem_strbuf_new(scope, NULL);

    append_value(word, v);
    return wmem_strbuf_finalize(word);
}

/* --- tab-separated values -------------------------------------------------------------------------------------------------- */

static char end_of_column(unsigned at)
{
    return at + 1 < COLUMN_COUNT ? '\t' : '\n';
}

static void tsv_write(FILE *out, mail_record *const *records, unsigned count)
{
    wmem_strbuf_t *row = wmem_strbuf_new(NULL, NULL);

    for (unsigned at = 0; at < COLUMN_COUNT; at++)
        fprintf(out, "%s%c", column_name((column)at), end_of_column(at));
    for (unsigned i = 0; i < count; i++) {
        wmem_strbuf_truncate(row, 0);
        for (unsigned at = 0; at < COLUMN_COUNT; at++) {
            append_value(row, &records[i]->values[at]);
            wmem_strbuf_append_c(row, end_of_column(at));
        }
        fputs(wmem_strbuf_get_str(row), out);
    }
    wmem_strbuf_destroy(row);
}

/* --- JSON -------------------------------------------------------------------------------------------------------------- */

static void json_value(json_dumper *json, const value *v);

static void json_list(json_dumper *json, const value_list *list)
{
    json_dumper_begin_array(json);
    for (unsigned i = 0; i < list->count; i++)
        json_value(json, &list->items[i]);
    json_dumper_end_array(json);
}

static void json_word(json_dumper *json, const value *v)
{
    char *word = value_to_word(NULL, v);

    if (v->kind == VALUE_TIME)
        json_dumper_value_string(json, word);
    else
        json_dumper_value_anyf(json, "%s", word);
    wmem_free(NULL, word);
}

static void json_value(json_dumper *json, const value *v)
{
    switch (v->kind) {
    case VALUE_ABSENT:
        json_dumper_value_anyf(json, "null");
        break;
    case VALUE_TEXT:
        json_dumper_value_string(json, v->text);
        break;
    case VALUE_NUMBER:
        json_dumper_value_anyf(json, "%" PRIu64, v->number);
        break;
    case VALUE_BOOLEAN:
        json_dumper_value_anyf(json, "%s", v->number ? "true" : "false");
        break;
    case VALUE_LIST:
        json_list(json, &v->list);
        break;
    case VALUE_TIME:
    case VALUE_SECONDS:
        json_word(json, v);
        break;
    }
}

static void json_record(json_dumper *json, const mail_record *record)
{
    json_dumper_begin_object(json);
    for (unsigned at = 0; at < COLUMN_COUNT; at++) {
        json_dumper_set_member_name(json, column_name((column)at));
        json_value(json, &record->values[at]);
    }
    json_dumper_end_object(json);
}

static void flush(GString *text, FILE *out)
{
    fwrite(text->str, 1, text->len, out);
    g_string_truncate(text, 0);
}

/* By way of a string, for the dumper writes to a file one octet a call. */
static void json_write(FILE *out, mail_record *const *records, unsigned count)
{
    json_dumper json = {.output_string = g_string_new(NULL), .flags = JSON_DUMPER_FLAGS_PRETTY_PRINT};

    json_dumper_begin_array(&json);
    for (unsigned i = 0; i < count; i++) {
        json_record(&json, records[i]);
        flush(json.output_string, out);
    }
    json_dumper_end_array(&json);
    json_dumper_finish(&json);
    flush(json.output_string, out);
    g_string_free(json.output_string, TRUE);
}

/* --- formats ----------------------------------------------------------------------------------------------------------- */

static const mail_log_format formats[] = {{"text", mail_table_write}, {"tsv", tsv_write}, {"json", json_write}};

const mail_log_format *mail_log_format_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strlen(formats[i].name) == length && !memcmp(formats[i].name, name, length))
            return &formats[i];
    return NULL;
}

const mail_log_format *mail_log_format_default(void)
{
    return &formats[0];
}

const char *mail_log_format_names(void)
{
    return "text, tsv, json";
}
