/* mail_table.c — the mail log for people: a line a mail, in aligned columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_log.h"

#define GAP "  " /* between columns */
#define ELLIPSIS "\xe2\x80\xa6"
#define ARROW "\xe2\x86\x92"

static char *cell_of(wmem_allocator_t *scope, const mail_record *record, column which)
{
    return value_to_word(scope, &record->values[which]);
}

/* To the millisecond: 2023-11-14 22:13:20.005 */
static char *time_cell(wmem_allocator_t *scope, const mail_record *record)
{
    char *time = cell_of(scope, record, COLUMN_TIME);
    char *letter = strchr(time, 'T'), *point = strchr(time, '.');

    if (letter)
        *letter = ' ';
    if (point && strlen(point) > 4)
        point[4] = '\0';
    return time;
}

static char *stream_cell(wmem_allocator_t *scope, const mail_record *record)
{
    return cell_of(scope, record, COLUMN_STREAM);
}

/* The sender, the first recipient, and how many there are beside: "ann@example.org → bob@example.net (+2)". */
static char *route_cell(wmem_allocator_t *scope, const mail_record *record)
{
    const value *from = &record->values[COLUMN_MAIL_FROM];
    const value_list *to = &record->values[COLUMN_RCPT_TO].list;
    wmem_strbuf_t *cell = wmem_strbuf_new(scope, NULL);

    if (record->values[COLUMN_NULL_SENDER].number)
        wmem_strbuf_append(cell, "<>");
    else
        wmem_strbuf_append(cell, from->kind == VALUE_ABSENT ? "?" : value_to_word(scope, from));
    if (to->count)
        wmem_strbuf_append_printf(cell, " " ARROW " %s", value_to_word(scope, &to->items[0]));
    if (to->count > 1)
        wmem_strbuf_append_printf(cell, " (+%u)", to->count - 1);
    return wmem_strbuf_finalize(cell);
}

static char *size_cell(wmem_allocator_t *scope, const mail_record *record)
{
    return cell_of(scope, record, COLUMN_SIZE);
}

static char *outcome_cell(wmem_allocator_t *scope, const mail_record *record)
{
    return cell_of(scope, record, COLUMN_OUTCOME);
}

static char *code_cell(wmem_allocator_t *scope, const mail_record *record)
{
    return cell_of(scope, record, COLUMN_CODE);
}

static char *status_cell(wmem_allocator_t *scope, const mail_record *record)
{
    return cell_of(scope, record, COLUMN_ENHANCED_STATUS);
}

static char *queue_id_cell(wmem_allocator_t *scope, const mail_record *record)
{
    return cell_of(scope, record, COLUMN_QUEUE_ID);
}

static char *subject_cell(wmem_allocator_t *scope, const mail_record *record)
{
    return cell_of(scope, record, COLUMN_SUBJECT);
}

static const struct {
    const char *title;
    char *(*cell)(wmem_allocator_t *scope, const mail_record *record);
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

static unsigned width_of(const char *text)
{
    unsigned width = 0;

    for (; *text; text = g_utf8_next_char(text))
        width += width_of_character(g_utf8_get_char(text));
    return width;
}

/* Cut to so many columns of the terminal, the last of which tells that something is missing. */
static char *shortened(wmem_allocator_t *scope, char *text, unsigned limit)
{
    unsigned width = 0;
    char *at = text;

    if (width_of(text) <= limit)
        return text;
    for (;;) {
        width += width_of_character(g_utf8_get_char(at));
        if (width >= limit)
            break;
        at = g_utf8_next_char(at);
    }
    return wmem_strdup_printf(scope, "%.*s" ELLIPSIS, (int)(at - text), text);
}

/* Nothing stands behind the last cell that is not empty. */
static void write_line(FILE *out, char *const *cells, const unsigned *widths)
{
    size_t count = TABLE_COLUMNS;

    while (count && !cells[count - 1][0])
        count--;
    for (size_t at = 0; at < count; at++) {
        int padding = (int)(widths[at] - width_of(cells[at]));
        bool last = at + 1 == count;
        fprintf(out, "%*s%s%*s%s", table[at].right ? padding : 0, "", cells[at], table[at].right || last ? 0 : padding, "",
                last ? "\n" : GAP);
    }
}

/* "3 mails: 2 accepted, 1 rejected" */
static void write_count(FILE *out, mail_record *const *records, unsigned count)
{
    unsigned counts[OUTCOME_ABORTED + 1] = {0};
    const char *before = ": ";

    for (unsigned i = 0; i < count; i++)
        for (unsigned of = 0; of <= OUTCOME_ABORTED; of++)
            counts[of] += !strcmp(records[i]->values[COLUMN_OUTCOME].text, outcome_text((outcome)of));
    fprintf(out, "%u mail%s", count, count == 1 ? "" : "s");
    for (unsigned of = 0; of <= OUTCOME_ABORTED; of++) {
        if (!counts[of])
            continue;
        fprintf(out, "%s%u %s", before, counts[of], outcome_text((outcome)of));
        before = ", ";
    }
    fputs("\n", out);
}

static void fill_line(wmem_allocator_t *scope, const mail_record *record, char **cells, unsigned *widths)
{
    for (size_t at = 0; at < TABLE_COLUMNS; at++) {
        cells[at] = shortened(scope, record ? table[at].cell(scope, record) : (char *)table[at].title, table[at].limit);
        if (width_of(cells[at]) > widths[at])
            widths[at] = width_of(cells[at]);
    }
}

void mail_table_write(FILE *out, mail_record *const *records, unsigned count)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    char **cells = wmem_alloc_array(scope, char *, (count + 1) * TABLE_COLUMNS);
    unsigned widths[TABLE_COLUMNS] = {0};

    for (unsigned i = 0; i <= count; i++)
        fill_line(scope, i ? records[i - 1] : NULL, cells + i * TABLE_COLUMNS, widths);
    for (unsigned i = 0; count && i <= count; i++)
        write_line(out, cells + i * TABLE_COLUMNS, widths);
    write_count(out, records, count);
    wmem_destroy_allocator(scope);
}
