/* record_columns.c — see record.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/record.h"

#include "dissector/esmtp.h"
#include "parts/parts.h"

/* Columns of the terminal for a value that has no column in the table of its own. */
#define VALUE_LIMIT 64u

#define NAMES_SEPARATOR "+"

bool column_source_is_asked_for(column_source source)
{
    const bool asked[SOURCE_COUNT] = {[SOURCE_SESSION] = true,
                                      [SOURCE_TLS] = esmtp_preferences.log_tls,
                                      [SOURCE_PARTS] = esmtp_preferences.log_parts && parts_are_read()};

    return asked[source];
}

static column_source source_of(const record_kind *kind, unsigned column)
{
    return kind->column_source ? kind->column_source(column) : SOURCE_SESSION;
}

bool record_columns_need(const record_kind *kind, column_source source)
{
    for (unsigned at = 0; at < kind->chosen_count; at++)
        if (source_of(kind, kind->chosen[at]) == source)
            return true;
    return false;
}

static bool find_column(const record_kind *kind, const char *name, unsigned *at_r)
{
    for (unsigned at = 0; at < kind->columns; at++) {
        if (strcmp(kind->column_name(at), name) != 0)
            continue;
        *at_r = at;
        return true;
    }
    return false;
}

/* What the table shows under that name: its own column, or else a column for programs. */
static bool find_table_column(const record_kind *kind, const char *name, table_column *column_r)
{
    *column_r = (table_column){.name = name, .title = name, .limit = VALUE_LIMIT};
    for (unsigned at = 0; at < kind->table_columns; at++)
        if (strcmp(kind->table[at].name, name) == 0)
            *column_r = kind->table[at];
    return find_column(kind, name, &column_r->column) || column_r->write;
}

/* "There is no column called \"x\". There are: stream, time, …" */
static char *complaint_about(const record_kind *kind, const char *name, bool table)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "no column is called \"%s\". There are: ", name);
    for (unsigned at = 0; at < kind->columns; at++)
        g_string_append_printf(text, "%s%s", at ? ", " : "", kind->column_name(at));
    for (unsigned at = 0; table && at < kind->table_columns; at++) {
        unsigned of_programs;
        if (!find_column(kind, kind->table[at].name, &of_programs))
            g_string_append_printf(text, ", %s", kind->table[at].name);
    }
    return g_string_free(text, FALSE);
}

static void choose_default(record_kind *kind, GArray *chosen, GArray *table)
{
    for (unsigned at = 0; at < kind->columns; at++)
        if (column_source_is_asked_for(source_of(kind, at)))
            g_array_append_val(chosen, at);
    for (unsigned at = 0; at < kind->table_columns; at++) {
        table_column column;
        find_table_column(kind, kind->table[at].name, &column);
        g_array_append_val(table, column);
    }
}

/* Returns the first name that is not known, or NULL. */
static const char *choose_named(const record_kind *kind, char *const *names, bool for_table, GArray *chosen, GArray *table)
{
    for (; *names; names++) {
        table_column column;
        unsigned at;
        bool of_programs = find_column(kind, *names, &at);
        if (!of_programs && !(for_table && find_table_column(kind, *names, &column)))
            return *names;
        find_table_column(kind, *names, &column);
        g_array_append_val(table, column);
        if (of_programs)
            g_array_append_val(chosen, at);
    }
    return NULL;
}

char *record_columns_choose(record_kind *kind, const char *names, bool for_table)
{
    GArray *chosen = g_array_new(FALSE, FALSE, sizeof(unsigned)), *table = g_array_new(FALSE, FALSE, sizeof(table_column));
    char **split =
        names ? g_strsplit(names[0] ? names : NAMES_SEPARATOR, NAMES_SEPARATOR, 0) : NULL; /* the table keeps these */
    const char *unknown = NULL;

    if (split)
        unknown = choose_named(kind, split, for_table, chosen, table);
    else
        choose_default(kind, chosen, table);
    if (unknown)
        return complaint_about(kind, unknown, for_table); /* the program ends */
    kind->chosen_count = chosen->len;
    kind->chosen = (const unsigned *)(const void *)g_array_free(chosen, FALSE);
    kind->table_columns = table->len;
    kind->table = (const table_column *)(const void *)g_array_free(table, FALSE);
    return NULL;
}
