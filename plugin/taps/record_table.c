/* record_table.c — a log for people: a line a record, in aligned columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/record_log.h"

#define GAP "  " /* between columns */
#define ELLIPSIS "\xe2\x80\xa6"

void append_time_for_people(GString *text, value time)
{
    size_t begin = text->len;
    char *letter, *point;

    append_value(text, &time);
    letter = strchr(text->str + begin, 'T');
    point = strchr(text->str + begin, '.');
    if (letter)
        *letter = ' ';
    g_string_truncate(text, (size_t)(point - text->str) + 4);
}

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

static bool is_mark(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

void escape_marks(GString *text, size_t begin)
{
    char *all;
    size_t at = begin;

    while (at < text->len && (uint8_t)text->str[at] < 0x80)
        at++;
    if (at == text->len)
        return;
    all = g_strdup(text->str + at);
    g_string_truncate(text, at);
    for (const char *here = all; *here; here = g_utf8_next_char(here)) {
        gunichar c = g_utf8_get_char(here);
        if (is_mark(c))
            g_string_append_printf(text, "\\u{%x}", c);
        else
            g_string_append_unichar(text, c);
    }
    g_free(all);
}

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

void record_cell_append(const record_kind *kind, const table_column *column, wmem_allocator_t *scope, GString *text,
                        const void *record)
{
    size_t begin = text->len;

    if (column->write) {
        column->write(scope, text, record);
    } else {
        value v = kind->value(scope, record, column->column);
        append_value(text, &v);
    }
    escape_marks(text, begin);
}

/* The cells of a record, or the titles. `widths`: of the widest cell in each column so far. */
static void line_fill(const record_kind *kind, wmem_allocator_t *scope, GString *text, const void *record, cell *cells,
                      unsigned *widths)
{
    for (unsigned at = 0; at < kind->table_columns; at++) {
        size_t begin = text->len;
        if (record)
            record_cell_append(kind, &kind->table[at], scope, text, record);
        else
            g_string_append(text, kind->table[at].title);
        cells[at] = cell_end(text, begin, kind->table[at].limit);
        widths[at] = MAX(widths[at], cells[at].width);
    }
}

static void append_spaces(GString *line, unsigned count)
{
    for (; count; count--)
        g_string_append_c(line, ' ');
}

/* Nothing stands behind the last cell that is not empty. */
static void append_line(const record_kind *kind, GString *line, const GString *text, const cell *cells,
                        const unsigned *widths)
{
    const table_column *table = kind->table;
    unsigned count = kind->table_columns;

    while (count && !cells[count - 1].length)
        count--;
    for (unsigned at = 0; at < count; at++) {
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

void record_table_write(FILE *out, const record_kind *kind, const void *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    GString *text = g_string_new(NULL), *line = g_string_new(NULL);
    cell *cells = g_new(cell, (count + 1) * kind->table_columns);
    unsigned *widths = g_new0(unsigned, kind->table_columns);

    for (unsigned i = 0; i <= count; i++) {
        line_fill(kind, scope, text, i ? record_at(kind, records, i - 1) : NULL, cells + i * kind->table_columns, widths);
        wmem_free_all(scope);
    }
    for (unsigned i = 0; count && i <= count; i++) {
        append_line(kind, line, text, cells + i * kind->table_columns, widths);
        text_flush(line, out, false);
    }
    kind->append_count(line, records, count);
    if (kind->remark)
        g_string_append(line, kind->remark);
    g_string_append_c(line, '\n');
    text_flush(line, out, true);
    g_free(cells);
    g_free(widths);
    g_string_free(line, TRUE);
    g_string_free(text, TRUE);
    wmem_destroy_allocator(scope);
}
