/* mail_log.c — the mail log for programs: tab-separated values and JSON.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_log.h"

/* Octets that are gathered before they are written. */
#define FLUSH_AT 65536u

void text_flush(GString *text, FILE *out, bool last)
{
    if (text->len < FLUSH_AT && !last)
        return;
    fwrite(text->str, 1, text->len, out);
    g_string_truncate(text, 0);
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
    case '"':
        return (char)c;
    default:
        return 0;
    }
}

/* The octets at the front that need no look at their characters: control characters are ASCII or begin with C2. `special` is a
 * character that is escaped beside the backslash, or 0. */
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

/* What is to be escaped beside the backslash in an item of a list, and in JSON. */
#define SPECIAL_IN_LIST ','
#define SPECIAL_IN_JSON '"'

static void append_character(GString *text, gunichar c, uint8_t special)
{
    char letter = escape_letter(c);

    if (letter) {
        g_string_append_c(text, '\\');
        g_string_append_c(text, letter);
    } else if (g_unichar_iscntrl(c)) {
        g_string_append_printf(text, special == SPECIAL_IN_JSON ? "\\u%04x" : "\\x%02x", c);
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
        append_character(text, g_utf8_get_char((const char *)in.octets), special);
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

/* "2023-11-14" */
static void append_date(GString *text, const GDate *date)
{
    append_number(text, g_date_get_year(date), 4);
    g_string_append_c(text, '-');
    append_number(text, g_date_get_month(date), 2);
    g_string_append_c(text, '-');
    append_number(text, g_date_get_day(date), 2);
}

/* "T22:13:20" */
static void append_time_of_day(GString *text, unsigned second)
{
    g_string_append_c(text, 'T');
    append_number(text, second / 3600, 2);
    g_string_append_c(text, ':');
    append_number(text, second / 60 % 60, 2);
    g_string_append_c(text, ':');
    append_number(text, second % 60, 2);
}

static void append_seconds_since(GString *text, int64_t seconds)
{
    if (seconds < 0)
        g_string_append_c(text, '-');
    append_number(text, seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds, 1);
}

#define SECONDS_A_DAY 86400
/* The days of 1970-01-01 and 10000-01-01, as GDate counts them: 0001-01-01 is 1. */
#define DAY_OF_1970 719163
#define DAY_OF_10000 3652060

/* ISO 8601 in UTC. Seconds whose year has not four digits are written as they are. */
static void append_time(GString *text, const nstime_t *time)
{
    int64_t second = time->secs % SECONDS_A_DAY, day = time->secs / SECONDS_A_DAY + DAY_OF_1970;
    GDate date;

    if (second < 0) {
        second += SECONDS_A_DAY;
        day--;
    }
    if (day < 1 || day >= DAY_OF_10000) {
        append_seconds_since(text, time->secs);
        append_fraction(text, time->nsecs);
        return;
    }
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)day);
    append_date(text, &date);
    append_time_of_day(text, (unsigned)second);
    append_fraction(text, time->nsecs);
    g_string_append_c(text, 'Z');
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

/* --- tab-separated values -------------------------------------------------------------------------------------------------- */

static char end_of_column(unsigned at)
{
    return at + 1 < COLUMN_COUNT ? '\t' : '\n';
}

static void tsv_header(GString *text)
{
    for (unsigned at = 0; at < COLUMN_COUNT; at++) {
        append_string(text, column_name((column)at));
        g_string_append_c(text, end_of_column(at));
    }
}

static void tsv_record(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    for (unsigned at = 0; at < COLUMN_COUNT; at++) {
        value v = mail_record_value(scope, record, (column)at);
        append_value(text, &v);
        g_string_append_c(text, end_of_column(at));
    }
}

static void tsv_write(FILE *out, const mail_record *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    GString *text = g_string_new(NULL);

    tsv_header(text);
    for (unsigned i = 0; i < count; i++) {
        tsv_record(scope, text, &records[i]);
        text_flush(text, out, false);
        wmem_free_all(scope);
    }
    text_flush(text, out, true);
    g_string_free(text, TRUE);
    wmem_destroy_allocator(scope);
}

/* --- JSON (RFC 8259) --------------------------------------------------------------------------------------------------- */

static void append_quoted(GString *text, const value *v)
{
    g_string_append_c(text, '"');
    append_item(text, v, SPECIAL_IN_JSON);
    g_string_append_c(text, '"');
}

static void json_item(GString *text, const value *v)
{
    switch (v->kind) {
    case VALUE_TEXT:
    case VALUE_TIME:
        append_quoted(text, v);
        break;
    case VALUE_BOOLEAN:
        append_string(text, v->number ? "true" : "false");
        break;
    case VALUE_NUMBER:
    case VALUE_SECONDS:
        append_item(text, v, 0);
        break;
    case VALUE_LIST: /* lists hold no lists */
    case VALUE_ABSENT:
        append_string(text, "null");
        break;
    }
}

static void json_value(GString *text, const value *v)
{
    if (v->kind != VALUE_LIST) {
        json_item(text, v);
        return;
    }
    g_string_append_c(text, '[');
    for (unsigned i = 0; i < v->list.count; i++) {
        if (i)
            append_string(text, ", ");
        json_item(text, &v->list.items[i]);
    }
    g_string_append_c(text, ']');
}

/* What stands before the value of each column: made once, for it is the same in every object. */
static void json_openings(GString **openings)
{
    for (unsigned at = 0; at < COLUMN_COUNT; at++) {
        openings[at] = g_string_new(at ? ",\n    \"" : "  {\n    \"");
        append_string(openings[at], column_name((column)at));
        append_string(openings[at], "\": ");
    }
}

static void json_record(wmem_allocator_t *scope, GString *text, GString *const *openings, const mail_record *record)
{
    for (unsigned at = 0; at < COLUMN_COUNT; at++) {
        value v = mail_record_value(scope, record, (column)at);
        g_string_append_len(text, openings[at]->str, (gssize)openings[at]->len);
        json_value(text, &v);
    }
    append_string(text, "\n  }");
}

static void json_write(FILE *out, const mail_record *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    GString *text = g_string_new("[\n"), *openings[COLUMN_COUNT];

    json_openings(openings);
    for (unsigned i = 0; i < count; i++) {
        if (i)
            append_string(text, ",\n");
        json_record(scope, text, openings, &records[i]);
        text_flush(text, out, false);
        wmem_free_all(scope);
    }
    append_string(text, count ? "\n]\n" : "]\n");
    text_flush(text, out, true);
    for (unsigned at = 0; at < COLUMN_COUNT; at++)
        g_string_free(openings[at], TRUE);
    g_string_free(text, TRUE);
    wmem_destroy_allocator(scope);
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
