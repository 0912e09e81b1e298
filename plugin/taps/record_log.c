/* record_log.c — a log for programs: tab-separated values, JSON, and JSON in lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/record_log.h"

#include <errno.h>
#include <stdlib.h>

#include <wsutil/report_message.h>

#include "dissector/esmtp.h"
#include "taps/record_json.h"

/* Octets that are gathered before they are written. */
#define FLUSH_AT 65536u

void text_flush(GString *text, FILE *out, bool last)
{
    if (text->len < FLUSH_AT && !last)
        return;
    fwrite(text->str, 1, text->len, out);
    g_string_truncate(text, 0);
}

#define WRITE_ERROR_STATUS 2

void output_check(const char *statistic)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    report_failure("-z %s: cannot write to the standard output: %s", statistic, g_strerror(errno));
    if (command_line_is_tshark())
        exit(WRITE_ERROR_STATUS);
}

static void append_string(GString *text, const char *string)
{
    g_string_append_len(text, string, (gssize)strlen(string));
}

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

/* The octets at the front that need no look at their characters: control characters are ASCII or begin with C2. `special` is
 * a character that is escaped beside the backslash, or 0. */
static size_t plain_octets(span text, uint8_t special)
{
    size_t length = 0;

    for (; length < text.length; length++) {
        uint8_t c = text.octets[length];
        if (c < 0x20 || c == 0x7f || c == 0xc2 || c == '\\' || c == special)
            break;
    }
    return length;
}

/* What is escaped beside the backslash in an item of a list. */
#define SPECIAL_IN_LIST ','

static void append_character(GString *text, gunichar c)
{
    char letter = escape_letter(c);

    if (letter) {
        g_string_append_c(text, '\\');
        g_string_append_c(text, letter);
    } else if (g_unichar_iscntrl(c)) {
        g_string_append_printf(text, "\\x%02x", c);
    } else {
        g_string_append_unichar(text, c);
    }
}

static void append_escaped(GString *text, span in, uint8_t special)
{
    for (;;) {
        size_t plain = plain_octets(in, special);
        g_string_append_len(text, (const char *)in.octets, (gssize)plain);
        in = span_from(in, plain);
        if (!in.length)
            return;
        append_character(text, g_utf8_get_char((const char *)in.octets));
        in = span_from(in, (size_t)(g_utf8_next_char((const char *)in.octets) - (const char *)in.octets));
    }
}

/* In decimal, with zeros in front up to so many digits. */
static void append_number(GString *text, uint64_t number, unsigned least)
{
    char digits[20];
    unsigned count = 0;

    for (; number || count < least; number /= 10)
        digits[sizeof digits - ++count] = (char)('0' + number % 10);
    g_string_append_len(text, digits + sizeof digits - count, (gssize)count);
}

static void append_fraction(GString *text, int nanoseconds)
{
    g_string_append_c(text, '.');
    append_number(text, (uint64_t)abs(nanoseconds), 9);
}

static void append_seconds_since(GString *text, int64_t seconds)
{
    if (seconds < 0)
        g_string_append_c(text, '-');
    append_number(text, seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds, 1);
}

/* ISO 8601 in UTC. Seconds whose year has not four digits are written as they are. */
static void append_time(GString *text, const nstime_t *time)
{
    GDateTime *second = g_date_time_new_from_unix_utc(time->secs);
    char *date;

    if (!second) {
        append_seconds_since(text, time->secs);
        append_fraction(text, time->nsecs);
        return;
    }
    date = g_date_time_format(second, "%C%y-%m-%dT%H:%M:%S"); /* GLib pads no %Y */
    append_string(text, date);
    append_fraction(text, time->nsecs);
    g_string_append_c(text, 'Z');
    g_free(date);
    g_date_time_unref(second);
}

/* The two parts of a time that is below zero both have the sign. */
static void append_duration(GString *text, const nstime_t *time)
{
    if (time->secs >= 0 && time->nsecs < 0)
        g_string_append_c(text, '-');
    append_seconds_since(text, time->secs);
    append_fraction(text, time->nsecs);
}

static void append_item(GString *text, const value *v, uint8_t special)
{
    switch (v->kind) {
    case VALUE_TEXT:
        append_escaped(text, v->text, special);
        break;
    case VALUE_NUMBER:
    case VALUE_BOOLEAN:
        append_number(text, v->number, 1);
        break;
    case VALUE_TIME:
        append_time(text, &v->time);
        break;
    case VALUE_SECONDS:
        append_duration(text, &v->time);
        break;
    case VALUE_OBJECT:
        for (unsigned i = 0; i < v->object.count; i++) {
            g_string_append(text, i ? " " : "");
            append_item(text, &v->object.members[i], special);
        }
        break;
    case VALUE_LIST: /* lists hold no lists */
    case VALUE_ABSENT:
        break;
    }
}

void append_value(GString *text, const value *v)
{
    if (v->kind != VALUE_LIST) {
        append_item(text, v, 0);
        return;
    }
    for (unsigned i = 0; i < v->list.count; i++) {
        if (i)
            g_string_append_c(text, ',');
        append_item(text, &v->list.items[i], SPECIAL_IN_LIST);
    }
}

/* --- tab-separated values
 * -------------------------------------------------------------------------------------------------- */

static char end_of_column(const record_kind *kind, unsigned at)
{
    return at + 1 < kind->chosen_count ? '\t' : '\n';
}

static void tsv_header(const record_kind *kind, GString *text)
{
    for (unsigned at = 0; at < kind->chosen_count; at++) {
        append_string(text, kind->column_name(kind->chosen[at]));
        g_string_append_c(text, end_of_column(kind, at));
    }
}

static void tsv_record(const record_kind *kind, wmem_allocator_t *scope, GString *text, const void *record)
{
    for (unsigned at = 0; at < kind->chosen_count; at++) {
        value v = kind->value(scope, record, kind->chosen[at]);
        append_value(text, &v);
        g_string_append_c(text, end_of_column(kind, at));
    }
}

static void tsv_write(FILE *out, const record_kind *kind, const void *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    GString *text = g_string_new(NULL);

    tsv_header(kind, text);
    for (unsigned i = 0; i < count; i++) {
        tsv_record(kind, scope, text, record_at(kind, records, i));
        text_flush(text, out, false);
        wmem_free_all(scope);
    }
    text_flush(text, out, true);
    g_string_free(text, TRUE);
    wmem_destroy_allocator(scope);
}

/* --- JSON ---------------------------------------------------------------------------------------------------------------
 */

static void json_record(json_writer *json, const record_kind *kind, wmem_allocator_t *scope, const void *record)
{
    json_dumper_begin_object(&json->dumper);
    json_members(json, kind, scope, record);
    json_dumper_end_object(&json->dumper);
}

static void json_write(FILE *out, const record_kind *kind, const void *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    json_writer json = json_begin(JSON_DUMPER_FLAGS_PRETTY_PRINT);

    json_dumper_begin_array(&json.dumper);
    for (unsigned i = 0; i < count; i++) {
        json_record(&json, kind, scope, record_at(kind, records, i));
        json_take(&json);
        text_flush(json.text, out, false);
        wmem_free_all(scope);
    }
    json_dumper_end_array(&json.dumper);
    json_dumper_finish(&json.dumper);
    json_end(&json, out);
    wmem_destroy_allocator(scope);
}

/* An object a line. */
static void ndjson_write(FILE *out, const record_kind *kind, const void *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    json_writer json = json_begin(0);

    for (unsigned i = 0; i < count; i++) {
        json.dumper = (json_dumper){.output_string = json.dumped};
        json_record(&json, kind, scope, record_at(kind, records, i));
        json_dumper_finish(&json.dumper);
        json_take(&json);
        text_flush(json.text, out, false);
        wmem_free_all(scope);
    }
    json_end(&json, out);
    wmem_destroy_allocator(scope);
}

static void zeek_write(FILE *out, const record_kind *kind, const void *records, unsigned count)
{
    kind->write_zeek(out, records, count);
}

/* --- formats ----------------------------------------------------------------------------------------------------------- */

static const record_format formats[] = {
    {"text", .write = record_table_write},
    {"tsv", .write = tsv_write},
    {"json", .write = json_write},
    {"ndjson", .write = ndjson_write, .streams = true},
    {"zeek", .write = zeek_write, .own_columns = true},
};

const record_format *record_format_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strlen(formats[i].name) == length && !memcmp(formats[i].name, name, length))
            return &formats[i];
    return NULL;
}

const record_format *record_format_default(void)
{
    return &formats[0];
}

bool record_format_is_table(const record_format *format)
{
    return format->write == record_table_write;
}

bool record_format_is_of(const record_format *format, const record_kind *kind)
{
    return format->write != zeek_write || kind->write_zeek;
}

const char *record_format_names(void)
{
    return "text, tsv, json, ndjson, zeek";
}
