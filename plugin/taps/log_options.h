/* log_options.h — the command line of a log: -z NAME[,FORMAT[:COLUMN+COLUMN...][,FILTER]]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_LOG_OPTIONS_H
#define ESMTP_TAPS_LOG_OPTIONS_H

#include "taps/record_log.h"

typedef struct log_options {
    const record_format *format;
    record_kind kind; /* with the columns that are chosen */
    bool columns_named;
    const char *filter; /* NULL: none */
} log_options;

/* `name` is the statistic's, with which `argument` begins. Has the TLS dissector's fields gathered when a column needs them.
 * False: it was said what is wrong. */
bool log_options_parse(const char *name, const char *argument, const record_kind *kind, log_options *options_r);

#endif
