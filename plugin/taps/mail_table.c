/* mail_table.c — the mail log for people: a line a mail, in aligned columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_log.h"

#define GAP "  " /* between columns */
#define ELLIPSIS "\xe2\x80\xa6"
#define ARROW "\xe2\x86\x92"

/* A cell's text; `scope` is for what need not last. */
typedef void (*cell_writer)(wmem_allocator_t *scope, GString *text, const mail_record *record);

static void append_column(wmem_allocator_t *scope, GString *text, const mail_record *record, column which)
{
    value v = mail_record_value(scope, record, which);

    append_value(text, &v);
}

/* To the millisecond: 2023-11-14 22:13:20.005 */
static void time_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    size_t begin = text->len;
    char *letter, *point;

    append_column(scope, text, record, COLUMN_TIME);
    letter = strchr(text->str + begin, 'T');
    point = strchr(text->str + begin, '.');
    if (letter)
        *letter = ' ';
    g_string_truncate(text, (size_t)(point - text->str) + 4);
}

static void stream_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    append_column(scope, text, record, COLUMN_STREAM);
}

static void sender_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    value from = mail_record_value(scope, record, COLUMN_MAIL_FROM);

    if (mail_record_value(scope, record, COLUMN_NULL_SENDER).number)
        g_string_append(text, "<>");
    else if (from.kind == VALUE_ABSENT)
        g_string_append_c(text, '?');
    else
        append_value(text, &from);
}

/* The sender, the first recipient, and how many there are beside: "ann@example.org → bob@example.net (+2)". */
static void route_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    value_list to = mail_record_value(scope, record, COLUMN_RCPT_TO).list;

    sender_cell(scope, text, record);
    if (to.count) {
        g_string_append(text, " " ARROW " ");
        append_value(text, &to.items[0]);
    }
    if (to.count > 1)
        g_string_append_printf(text, " (+%u)", to.count - 1);
}

static void size_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    append_column(scope, text, record, COLUMN_SIZE);
}

static void outcome_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    append_column(scope, text, record, COLUMN_OUTCOME);
}

static void code_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    append_column(scope, text, record, COLUMN_CODE);
}

static void status_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    append_column(scope, text, record, COLUMN_ENHANCED_STATUS);
}

static void queue_id_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    append_column(scope, text, record, COLUMN_QUEUE_ID);
}

static void subject_cell(wmem_allocator_t *scope, GString *text, const mail_record *record)
{
    append_column(scope, text, record, COLUMN_SUBJECT);
}

static const struct {
    const char *title;
    cell_writer write;
    bool right;     /* aligned there, as numbers are */
    unsigned limit; /* columns of the terminal; what is longer is cut */
} table[] = {
    {"Time (UTC)", time_cell, false, 24},         {"Stream", stream_cell, true, 10},
    {"From " ARROW " to", route_cell, false, 64}, {"Octets", size_cell, true, 20},
    {"Outcome", outcome_cell, false, 10},         {"Code", code_cell, true, 4},
    {"Status", status_cell, false, 11},           {"Queue ID", queue_id_cell, false, 40},
    {"Subject", subject_cell, false, 60},
};

#define TABLE_COLUMNS (sizeof table / sizeof table[0])

#define FIRST_COMBINING 0x300u /* below, each character takes one column */

static unsigned width_of_character(gunichar c)
{
    if (c < FIRST_COMBINING)
        return 1;
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

/* A cell: where it stands in the text of all cells. */
typedef struct cell {
    size_t begin;
    unsigned length; /* octets */
    unsigned width;  /* columns of the terminal */
} cell;

/* Ends the cell that begins at `begin`. If it is wider than `limit` columns of the terminal, it is cut, and an ellipsis
 * takes the last column. */
static cell cell_end(GString *text, size_t begin, unsigned limit)
{
    const char *end = text->str + text->len, *cut = NULL;
    unsigned width = 0;

    for (const char *at = text->str + begin; at < end; at = g_utf8_next_char(at)) {
        unsigned more = width_of_character((uint8_t)*at < 0x80 ? (uint8_t)*at : g_utf8_get_char(at));
        if (!cut && width + more >= limit)
            cut = at; /* behind here only the last column is left */
        width += more;
    }
    if (width > limit) {
        g_string_truncate(text, (size_t)(cut - text->str));
        return cell_end(g_string_append(text, ELLIPSIS), begin, limit);
    }
    return (cell){begin, (unsigned)(text->len - begin), width};
}

/* The cells of a record, or the titles. `widths`: of the widest cell in each column so far. */
static void line_fill(wmem_allocator_t *scope, GString *text, const mail_record *record, cell *cells, unsigned *widths)
{
    for (size_t at = 0; at < TABLE_COLUMNS; at++) {
        size_t begin = text->len;
        if (record)
            table[at].write(scope, text, record);
        else
            g_string_append(text, table[at].title);
        cells[at] = cell_end(text, begin, table[at].limit);
        widths[at] = MAX(widths[at], cells[at].width);
    }
}

static void append_spaces(GString *line, unsigned count)
{
    for (; count; count--)
        g_string_append_c(line, ' ');
}

/* Nothing stands behind the last cell that is not empty. */
static void append_line(GString *line, const GString *text, const cell *cells, const unsigned *widths)
{
    size_t count = TABLE_COLUMNS;

    while (count && !cells[count - 1].length)
        count--;
    for (size_t at = 0; at < count; at++) {
        unsigned padding = widths[at] - cells[at].width;
        append_spaces(line, table[at].right ? padding : 0);
        g_string_append_len(line, text->str + cells[at].begin, (gssize)cells[at].length);
        if (at + 1 == count)
            break;
        append_spaces(line, table[at].right ? 0 : padding);
        g_string_append_len(line, GAP, sizeof GAP - 1);
    }
    g_string_append_c(line, '\n');
}

/* How many of them ended in that outcome. */
static unsigned count_ended(const mail_record *records, unsigned count, span in)
{
    unsigned found = 0;

    for (unsigned i = 0; i < count; i++)
        found += span_equal(mail_record_value(NULL, &records[i], COLUMN_OUTCOME).text, in);
    return found;
}

/* "3 mails: 2 accepted, 1 rejected" */
static void append_count(GString *line, const mail_record *records, unsigned count)
{
    const char *before = ": ";

    g_string_append_printf(line, "%u mail%s", count, count == 1 ? "" : "s");
    for (unsigned of = 0; of < OUTCOME_COUNT; of++) {
        unsigned found = count_ended(records, count, span_of(outcome_text((outcome)of)));
        if (!found)
            continue;
        g_string_append_printf(line, "%s%u %s", before, found, outcome_text((outcome)of));
        before = ", ";
    }
    g_string_append_c(line, '\n');
}

void mail_table_write(FILE *out, const mail_record *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    GString *text = g_string_new(NULL), *line = g_string_new(NULL);
    cell *cells = g_new(cell, (count + 1) * TABLE_COLUMNS);
    unsigned widths[TABLE_COLUMNS] = {0};

    for (unsigned i = 0; i <= count; i++) {
        line_fill(scope, text, i ? &records[i - 1] : NULL, cells + i * TABLE_COLUMNS, widths);
        wmem_free_all(scope);
    }
    for (unsigned i = 0; count && i <= count; i++) {
        append_line(line, text, cells + i * TABLE_COLUMNS, widths);
        text_flush(line, out, false);
    }
    append_count(line, records, count);
    text_flush(line, out, true);
    g_free(cells);
    g_string_free(line, TRUE);
    g_string_free(text, TRUE);
    wmem_destroy_allocator(scope);
}
