/* log_options.c — see log_options.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/log_options.h"

#include <wsutil/report_message.h>

/* ",FORMAT", ",FORMAT,FILTER", ",,FILTER" or nothing. */
static void split(const char *options, log_options *options_r)
{
    size_t length;

    *options_r = (log_options){.format = record_format_default()};
    if (!options[0])
        return;
    length = strcspn(++options, ",");
    if (length)
        options_r->format = record_format_find(options, length);
    if (options[length] && options[length + 1])
        options_r->filter = options + length + 1;
}

bool log_options_parse(const char *name, const char *argument, log_options *options_r)
{
    const char *options = argument + strlen(name);

    if (options[0] && options[0] != ',') {
        report_failure("-z %s: there is no such statistic; there is %s", argument, name);
        return false;
    }
    split(options, options_r);
    if (!options_r->format)
        report_failure("-z %s: no format is called \"%.*s\". There are: %s", name, (int)strcspn(options + 1, ","),
                       options + 1, record_format_names());
    return options_r->format != NULL;
}
