/* log_options.c — see log_options.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/log_options.h"

#include <wsutil/report_message.h>

#include "taps/tls_facts.h"

/* The words of ",FORMAT[:COLUMNS]", ",FORMAT[:COLUMNS],FILTER" or ",,FILTER"; NULL where there is none. */
typedef struct words {
    char *format, *columns;
    const char *filter;
} words;

static words words_split(const char *options)
{
    words of = {NULL, NULL, NULL};
    size_t length, format_length;

    if (!options[0])
        return of;
    length = strcspn(++options, ",");
    format_length = strcspn(options, ":,");
    if (length)
        of.format = g_strndup(options, format_length);
    if (format_length < length)
        of.columns = g_strndup(options + format_length + 1, length - format_length - 1);
    if (options[length] && options[length + 1])
        of.filter = options + length + 1;
    return of;
}

static bool choose_format(const char *name, const words *of, log_options *options)
{
    options->format = of->format ? record_format_find(of->format, strlen(of->format)) : record_format_default();
    if (!options->format)
        report_failure("-z %s: no format is called \"%s\". There are: %s. A filter stands behind it: -z %s,text,FILTER",
                       name, of->format, record_format_names(), name);
    return options->format != NULL;
}

static bool choose_columns(const char *name, const words *of, log_options *options)
{
    char *complaint;

    if (of->columns && options->format->own_columns) {
        report_failure("-z %s: the columns of %s cannot be chosen", name, options->format->name);
        return false;
    }
    complaint = record_columns_choose(&options->kind, of->columns, record_format_is_table(options->format));
    if (complaint)
        report_failure("-z %s: %s", name, complaint);
    g_free(complaint);
    return !complaint;
}

bool log_options_parse(const char *name, const char *argument, const record_kind *kind, log_options *options_r)
{
    const char *options = argument + strlen(name);
    words of;
    bool is_right;

    if (options[0] && options[0] != ',') {
        report_failure("-z %s: there is no such statistic; there is %s", argument, name);
        return false;
    }
    of = words_split(options);
    *options_r = (log_options){.kind = *kind, .columns_named = of.columns != NULL, .filter = of.filter};
    is_right = choose_format(name, &of, options_r) && choose_columns(name, &of, options_r);
    if (is_right && record_columns_need(&options_r->kind, SOURCE_TLS))
        tls_facts_watch();
    g_free(of.format);
    g_free(of.columns);
    return is_right;
}
