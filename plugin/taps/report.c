/* report.c — the report of a capture: -z esmtp,report[,json][,FILTER]
 *
 * Who sent what to whom, what did not go through and why, whose fault that is and what to do. It reads the capture once and
 * needs no tree. It is written when all has been read; what Wireshark drops earlier (tshark -M) is kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/report.h"

#include <epan/packet.h>

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "taps/last_mails.h"
#include "taps/record_log.h"
#include "taps/register.h"

#define STATISTIC "esmtp,report"

/* A report that is asked for. */
typedef struct asked_report {
    report *of;
    void (*write)(FILE *out, const report *r);
    bool filtered;          /* only connections of packets that passed a filter are reported */
    GHashTable *by_carrier; /* const carrier * -> report_connection *, of the file that is open */
    GHashTable *by_peers;   /* const peers * -> report_connection * */
    last_mails *last;
    bool written;
} asked_report;

static report_connection *connection_of(asked_report *a, const carrier *of)
{
    report_connection *c = (report_connection *)g_hash_table_lookup(a->by_carrier, of);

    if (!c) {
        c = report_connection_new(a->of, of);
        g_hash_table_insert(a->by_carrier, (void *)(uintptr_t)of, c);
    }
    return c;
}

static tap_packet_status report_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                       tap_flags_t flags)
{
    asked_report *a = (asked_report *)data;
    const tap_record *record = (const tap_record *)queued;
    const peers *by = last_mails_see(a->last, record);
    report_connection *c = connection_of(a, record->connection->carrier);
    moment now = {pinfo->abs_ts.secs, pinfo->abs_ts.nsecs};

    (void)edt;
    (void)flags;
    g_hash_table_insert(a->by_peers, (void *)(uintptr_t)by, c);
    report_add_call(a->of, c, by, record, &now);
    return TAP_PACKET_DONT_REDRAW;
}

static void add_cut_off(void *data, const transaction *ended, const peers *by)
{
    asked_report *a = (asked_report *)data;
    report_connection *c = (report_connection *)g_hash_table_lookup(a->by_peers, by);

    if (c)
        report_add_mail(a->of, c, ended, by, false);
}

/* The mails that were cut off are known when all has been read. */
static void mails_end(void *data)
{
    asked_report *a = (asked_report *)data;

    last_mails_visit(a->last, add_cut_off, a);
}

/* What became of the connections is known when all has been read. */
static void connections_end(void *data)
{
    asked_report *a = (asked_report *)data;

    for (const carrier *of = a->written ? NULL : carriers_of_file(); of; of = of->next) {
        report_connection *c;
        if (a->filtered && !g_hash_table_contains(a->by_carrier, of))
            continue;
        c = connection_of(a, of);
        c->record = logged_connection_make(a->of->scope, of, a->of->restarts);
        c->recorded = true;
        c->carrier = NULL;
    }
    if (!a->written && !a->filtered)
        unread_add_file(&a->of->unread);
    g_hash_table_remove_all(a->by_carrier);
    g_hash_table_remove_all(a->by_peers);
    a->of->restarts++;
}

static void report_draw(void *data)
{
    asked_report *a = (asked_report *)data;

    if (a->written)
        return;
    mails_end(a);
    connections_end(a);
    a->written = true;
    report_link_all(a->of);
    a->write(stdout, a->of);
    output_check(STATISTIC);
}

/* --- the command line -------------------------------------------------------------------------------------------------- */

/* ",json", ",json,FILTER", ",text,FILTER", ",FILTER" or nothing. Returns the filter, or NULL. */
static const char *options_read(asked_report *a, const char *options)
{
    static const struct {
        const char *name;
        void (*write)(FILE *out, const report *r);
    } formats[] = {{"text", report_write_text}, {"json", report_write_json}};
    const char *word = options[0] ? options + 1 : options;
    size_t length = strcspn(word, ",");

    a->write = report_write_text;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strlen(formats[i].name) != length || memcmp(formats[i].name, word, length))
            continue;
        a->write = formats[i].write;
        word += length + (word[length] == ',');
        break;
    }
    return word[0] ? word : NULL;
}

/* The listener stays for as long as the program runs. */
static bool report_start(const char *argument)
{
    const char *options = argument + strlen(STATISTIC), *filter;
    asked_report *a;
    GString *error;

    if (options[0] && options[0] != ',') {
        report_failure("-z %s: there is no such statistic; there is " STATISTIC, argument);
        return false;
    }
    if (column_source_is_asked_for(SOURCE_TLS))
        tls_facts_watch();
    a = g_new0(asked_report, 1);
    a->of = report_new();
    filter = options_read(a, options);
    a->filtered = filter != NULL;
    a->by_carrier = g_hash_table_new(g_direct_hash, g_direct_equal);
    a->by_peers = g_hash_table_new(g_direct_hash, g_direct_equal);
    a->last = last_mails_new(a->of->scope, mails_end, a);
    carriers_watch(connections_end, a);
    error = register_tap_listener(ESMTP_TAP_NAME, a, filter, TL_REQUIRES_NOTHING, NULL, report_packet, report_draw, NULL);
    if (error)
        report_failure("-z " STATISTIC ": %s", error->str);
    return !error;
}

void report_register(void)
{
    static command_line_statistic report_statistic = {STATISTIC, report_start};

    statistic_register(&report_statistic);
}
