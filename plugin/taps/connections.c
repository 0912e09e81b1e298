/* connections.c — the log of connections of a capture: -z esmtp,connections[,FORMAT[:COLUMN+COLUMN...]]
 *
 * Every TCP connection to our ports is in it, those that were never answered too, and every other one that carried SMTP. It
 * is written when all has been read; earlier, what Wireshark drops (tshark -M) is copied.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "dissector/route.h"
#include "dissector/tap.h"
#include "taps/before_draw.h"
#include "taps/connection_record.h"
#include "taps/log_options.h"
#include "taps/register.h"

#define STATISTIC "esmtp,connections"

typedef struct connection_log {
    const record_format *format;
    record_kind kind; /* with the columns that are written */
    wmem_allocator_t *scope;
    wmem_array_t *dropped; /* logged_connection: of files that Wireshark has dropped */
    unsigned restarts;     /* how often it did */
} connection_log;

/* Where the records of connections go. */
typedef struct destination {
    wmem_allocator_t *scope;
    wmem_array_t *records; /* logged_connection */
    unsigned restarts;
} destination;

static void log_carrier(void *data, const carrier *kept, const carrier *at_end)
{
    const destination *to = (const destination *)data;
    logged_connection made = logged_connection_make(to->scope, at_end, to->restarts);

    (void)kept;
    wmem_array_append_one(to->records, made);
}

static void gather(wmem_allocator_t *scope, wmem_array_t *records, unsigned restarts)
{
    destination to = {scope, records, restarts};

    route_visit_ends(log_carrier, &to);
}

static void before_free(void *data)
{
    connection_log *log = (connection_log *)data;

    gather(log->scope, log->dropped, log->restarts);
    log->restarts++;
}

static void connections_draw(void *data)
{
    const connection_log *log = (const connection_log *)data;
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    wmem_array_t *all = wmem_array_new(scope, sizeof(logged_connection));

    wmem_array_append(all, wmem_array_get_raw(log->dropped), wmem_array_get_count(log->dropped));
    gather(scope, all, log->restarts);
    log->format->write(stdout, &log->kind, wmem_array_get_raw(all), wmem_array_get_count(all));
    output_check(STATISTIC);
    wmem_destroy_allocator(scope);
}

/* The listener stays for as long as the program runs. */
static bool connections_start(const char *argument)
{
    connection_log *log;
    log_options options;
    GString *error;

    if (!log_options_parse(STATISTIC, argument, &connection_record_kind, &options))
        return false;
    if (!record_format_is_of(options.format, &connection_record_kind)) {
        report_failure("-z " STATISTIC " has no such format: Zeek's log of connections is another");
        return false;
    }
    if (options.filter) {
        report_failure("-z " STATISTIC " takes no filter");
        return false;
    }
    log = g_new0(connection_log, 1);
    log->format = options.format;
    log->kind = options.kind;
    log->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    log->dropped = wmem_array_new(log->scope, sizeof(logged_connection));
    carriers_watch(before_free, log);
    error =
        register_tap_listener(ESMTP_TAP_NAME, log, NULL, TL_REQUIRES_NOTHING, NULL, ignore_packet, connections_draw, NULL);
    if (error)
        report_failure("-z " STATISTIC ": %s", error->str);
    return !error;
}

void connections_register(void)
{
    static command_line_statistic connections = {STATISTIC, connections_start};

    statistic_register(&connections);
}
