/* mail_table.c — the mail log for people: a line a mail, in aligned columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_record.h"
#include "taps/record_log.h"

#define ARROW "\xe2\x86\x92"

static void append_column(wmem_allocator_t *scope, GString *text, const void *record, column which)
{
    value v = mail_record_value(scope, (const mail_record *)record, which);

    append_value(text, &v);
}

static void time_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_time_for_people(text, mail_record_value(scope, (const mail_record *)record, COLUMN_TIME));
}

static void stream_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_column(scope, text, record, COLUMN_STREAM);
}

static void append_sender(wmem_allocator_t *scope, GString *text, const mail_record *record)
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
static void route_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    const mail_record *of = (const mail_record *)record;
    value_list to = mail_record_value(scope, of, COLUMN_RCPT_TO).list;

    append_sender(scope, text, of);
    if (to.count) {
        g_string_append(text, " " ARROW " ");
        append_value(text, &to.items[0]);
    }
    if (to.count > 1)
        g_string_append_printf(text, " (+%u)", to.count - 1);
}

static void size_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_column(scope, text, record, COLUMN_SIZE);
}

static void outcome_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_column(scope, text, record, COLUMN_OUTCOME);
}

static void code_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_column(scope, text, record, COLUMN_CODE);
}

static void status_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_column(scope, text, record, COLUMN_ENHANCED_STATUS);
}

static void queue_id_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_column(scope, text, record, COLUMN_QUEUE_ID);
}

static void subject_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_column(scope, text, record, COLUMN_SUBJECT);
}

const table_column mail_table[MAIL_TABLE_COLUMNS] = {
    {"Time (UTC)", time_cell, false, 24},         {"Stream", stream_cell, true, 10},
    {"From " ARROW " to", route_cell, false, 64}, {"Octets", size_cell, true, 20},
    {"Outcome", outcome_cell, false, 10},         {"Code", code_cell, true, 4},
    {"Status", status_cell, false, 11},           {"Queue ID", queue_id_cell, false, 40},
    {"Subject", subject_cell, false, 60},
};

/* How many of them ended in that outcome. */
static unsigned count_ended(const mail_record *records, unsigned count, span in)
{
    unsigned found = 0;

    for (unsigned i = 0; i < count; i++)
        found += span_equal(mail_record_value(NULL, &records[i], COLUMN_OUTCOME).text, in);
    return found;
}

void mail_table_count(GString *line, const void *records, unsigned count)
{
    const char *before = ": ";

    g_string_append_printf(line, "%u mail%s", count, count == 1 ? "" : "s");
    for (unsigned of = 0; of < OUTCOME_COUNT; of++) {
        unsigned found = count_ended((const mail_record *)records, count, span_of(outcome_text((outcome)of)));
        if (!found)
            continue;
        g_string_append_printf(line, "%s%u %s", before, found, outcome_text((outcome)of));
        before = ", ";
    }
}
