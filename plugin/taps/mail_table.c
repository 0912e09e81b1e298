/* mail_table.c — the mail log for people: a line a mail, in aligned columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/mail_result.h"
#include "taps/mail_record.h"
#include "taps/record_log.h"

static void time_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    append_time_for_people(text, mail_record_value(scope, (const mail_record *)record, COLUMN_TIME));
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

static unsigned refused_recipients(const transaction *t)
{
    unsigned found = 0;

    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++)
        found += recipient_is_refused(t, (const recipient *)wmem_array_index(t->recipients, i));
    return found;
}

/* The sender, the first recipient, how many there are beside, and how many of them all were refused:
 * "ann@example.org → bob@example.net (+2, 1 refused)". */
static void route_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    const mail_record *of = (const mail_record *)record;
    value_list to = mail_record_value(scope, of, COLUMN_RCPT_TO).list;

    append_sender(scope, text, of);
    if (to.count) {
        g_string_append(text, " " ARROW " ");
        append_value(text, &to.items[0]);
    }
    if (to.count > 1) {
        unsigned refused = refused_recipients(of->of);
        g_string_append_printf(text, " (+%u", to.count - 1);
        if (refused)
            g_string_append_printf(text, ", %u refused", refused);
        g_string_append_c(text, ')');
    }
}

static void append_reason(GString *text, refusal why)
{
    g_string_append(text, why.reason->text);
    if (why.guess)
        g_string_append(text, " (a guess)");
}

static void reason_cell(wmem_allocator_t *scope, GString *text, const void *record)
{
    const transaction *t = ((const mail_record *)record)->of;

    (void)scope;
    if (mail_is_refused(t))
        append_reason(text, mail_refusal(t));
}

const table_column mail_table[MAIL_TABLE_COLUMNS] = {
    {"time", "Time (UTC)", .write = time_cell, .limit = 24},
    {"stream", "Stream", .right = true, .limit = 10},
    {"route", "From " ARROW " to", .write = route_cell, .limit = 64},
    {"size", "Octets", .right = true, .limit = 20},
    {"outcome", "Outcome", .limit = 10},
    {"code", "Code", .right = true, .limit = 4},
    {"enhanced_status", "Status", .limit = 11},
    {"reason", "Reason", .write = reason_cell, .limit = 60},
    {"queue_id", "Queue ID", .limit = 40},
    {"subject", "Subject", .limit = 60},
};

/* "4 mails: 2 accepted, 1 deferred, 1 rejected" */
static void append_outcomes(GString *line, const char *what, unsigned count, const unsigned *of)
{
    const char *before = ": ";

    g_string_append_printf(line, "%u %s%s", count, what, count == 1 ? "" : "s");
    for (unsigned which = 0; which < OUTCOME_COUNT; which++) {
        if (!of[which])
            continue;
        g_string_append_printf(line, "%s%u %s", before, of[which], outcome_text((outcome)which));
        before = ", ";
    }
}

void mail_table_count(GString *line, const void *records, unsigned count)
{
    unsigned mails[OUTCOME_COUNT] = {0}, recipients[OUTCOME_COUNT] = {0}, all = 0;

    for (unsigned i = 0; i < count; i++) {
        const transaction *t = ((const mail_record *)records)[i].of;
        mails[t->outcome]++;
        for (unsigned n = 0; n < wmem_array_get_count(t->recipients); n++, all++)
            recipients[recipient_outcome(t, (const recipient *)wmem_array_index(t->recipients, n))]++;
    }
    append_outcomes(line, "mail", count, mails);
    if (all) {
        g_string_append(line, "; ");
        append_outcomes(line, "recipient", all, recipients);
    }
}
