/* report.c — the report of a capture: -z esmtp,report[,json][,FILTER], and Tools > SMTP Report
 *
 * Who sent what to whom, what did not go through and why, whose fault that is and what to do. It reads the capture once and
 * needs no tree. It is written when all has been read; what Wireshark drops earlier (tshark -M) is kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/report.h"

#include <epan/packet.h>

#include <epan/dissectors/packet-tcp.h>
#include <epan/funnel.h>
#include <epan/stat_groups.h>
#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "dissector/route.h"
#include "dissector/wireshark_compat.h"
#include "taps/last_mails.h"
#include "taps/record_log.h"
#include "taps/register.h"

#define STATISTIC "esmtp,report"

/* A report that is asked for. */
typedef struct asked_report {
    report *of;
    void (*write)(FILE *out, const report *r);
    wmem_allocator_t *peers; /* what the mails' records point to */
    GHashTable *passed;      /* numbers of the TCP streams of which a packet passed the filter; NULL: there is none */
    GHashTable *by_carrier;  /* const carrier * -> report_connection *, of the file that is open */
    GHashTable *by_peers;    /* const peers * -> report_connection * */
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

static void see_rest(void *data, const tap_record *record)
{
    asked_report *a = (asked_report *)data;
    const peers *by = last_mails_peers(a->last, record->connection);
    report_connection *c = by ? (report_connection *)g_hash_table_lookup(a->by_peers, by) : NULL;

    if (c)
        report_add_call(a->of, c, by, record, &record->time);
}

/* Those that ended in what waited for missing octets have been added. */
static void add_cut_off(void *data, const transaction *ended, const peers *by)
{
    asked_report *a = (asked_report *)data;
    report_connection *c = (report_connection *)g_hash_table_lookup(a->by_peers, by);

    if (c)
        report_add_mail(a->of, c, ended, by, true);
}

/* The mails that were cut off are known when all has been read. */
static void mails_end(void *data)
{
    asked_report *a = (asked_report *)data;

    tap_visit_rest(see_rest, a);
    last_mails_visit(a->last, add_cut_off, a);
}

static bool is_chosen(const asked_report *a, const carrier *of)
{
    return !a->passed || (of->stream_known && g_hash_table_contains(a->passed, GUINT_TO_POINTER(of->stream)));
}

static void connection_ends(void *data, const carrier *kept, const carrier *at_end)
{
    asked_report *a = (asked_report *)data;
    report_connection *c;

    c = connection_of(a, kept);
    c->record = logged_connection_make(a->of->scope, at_end, a->of->restarts);
    c->recorded = true;
    c->chosen = is_chosen(a, kept);
    c->carrier = NULL;
    if (c->chosen)
        unread_add_connection(&a->of->unread, kept, at_end);
}

/* What became of the connections is known when all has been read. */
static void connections_end(void *data)
{
    asked_report *a = (asked_report *)data;

    if (!a->written)
        route_visit_ends(connection_ends, a);
    if (a->passed)
        g_hash_table_remove_all(a->passed);
    g_hash_table_remove_all(a->by_carrier);
    g_hash_table_remove_all(a->by_peers);
    a->of->restarts++;
}

/* All has been read. */
static void report_end(asked_report *a)
{
    mails_end(a);
    connections_end(a);
    a->written = true;
    report_link_all(a->of);
    report_merge(a->of);
}

static void report_draw(void *data)
{
    asked_report *a = (asked_report *)data;

    if (a->written)
        return;
    report_end(a);
    a->write(stdout, a->of);
    output_check(STATISTIC);
}

/* A segment of TCP passed the filter: its connection is reported, as a whole. */
static tap_packet_status passed_segment(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                        tap_flags_t flags)
{
    const struct tcpheader *header = (const struct tcpheader *)queued;

    (void)pinfo;
    (void)edt;
    (void)flags;
    g_hash_table_add((GHashTable *)data, GUINT_TO_POINTER(header->th_stream));
    return TAP_PACKET_DONT_REDRAW;
}

/* Lives as long as the program. */
static asked_report *asked_report_new(void)
{
    asked_report *a = g_new0(asked_report, 1);

    a->of = report_new();
    a->peers = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    a->by_carrier = g_hash_table_new(g_direct_hash, g_direct_equal);
    a->by_peers = g_hash_table_new(g_direct_hash, g_direct_equal);
    a->last = last_mails_new(a->peers, mails_end, a);
    return a;
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
    a = asked_report_new();
    filter = options_read(a, options);
    carriers_watch(connections_end, a);
    error = register_tap_listener(ESMTP_TAP_NAME, a, NULL, TL_REQUIRES_NOTHING, NULL, report_packet, report_draw, NULL);
    if (!error && filter) {
        a->passed = g_hash_table_new(g_direct_hash, g_direct_equal);
        error = register_tap_listener("tcp", a->passed, filter, TL_REQUIRES_NOTHING, NULL, passed_segment, NULL, NULL);
    }
    if (error)
        report_failure("-z " STATISTIC ": %s", error->str);
    return !error;
}

/* --- the window -------------------------------------------------------------------------------------------------------- */

static void apply_filter(const char *filter)
{
    const funnel_ops_t *window = funnel_get_funnel_ops();

    window->set_filter(window->ops_id, filter);
    window->apply_filter(window->ops_id);
}

static button_result filter_clicked(funnel_text_window_t *in, void *filter)
{
    (void)in;
    apply_filter((const char *)filter);
    return true;
}

/* What a person wrote into the dialog, to be freed here. A word that is no number makes a filter that Wireshark marks as
 * wrong. */
static void mail_asked_for(char **words, void *data)
{
    char *filter = words[1] && words[1][0]
                       ? g_strdup_printf("tcp.stream == %s && esmtp.transaction.index == %s", words[0], words[1])
                       : g_strdup_printf("tcp.stream == %s", words[0]);

    (void)data;
    apply_filter(filter);
    g_free(filter);
    g_strfreev(words);
}

static button_result mail_clicked(funnel_text_window_t *in, void *data)
{
    static const char *names[] = {"Stream", "Mail (empty: the whole connection)", NULL};
    static const char *values[] = {"0", "", NULL};
    const funnel_ops_t *window = funnel_get_funnel_ops();

    (void)in;
    (void)data;
    window->new_dialog(window->ops_id, "Filter a mail", names, values, mail_asked_for, NULL, NULL);
    return true;
}

static void add_button(const funnel_ops_t *window, funnel_text_window_t *to, const char *label, funnel_bt_cb_t clicked,
                       const char *filter)
{
    funnel_bt_t *button = g_new0(funnel_bt_t, 1);

    *button = (funnel_bt_t){.tw = to, .func = clicked, .data = (void *)(uintptr_t)filter, .free_fcn = g_free};
    window->add_button(to, button, label);
}

static void show(const funnel_ops_t *window, const report *of)
{
    funnel_text_window_t *shown = window->new_text_window(window->ops_id, "SMTP Report");
    char *text = report_text(of);

    window->set_text(shown, text);
    add_button(window, shown, "Filter refused mails", filter_clicked,
               "esmtp.transaction.outcome == \"rejected\" || esmtp.transaction.outcome == \"deferred\"");
    add_button(window, shown, "Filter what is odd", filter_clicked, "esmtp.expert");
    add_button(window, shown, "Filter a mail...", mail_clicked, NULL);
    g_free(text);
}

/* What was found for the last window is given back. */
static void asked_report_reset(asked_report *a)
{
    report_free(a->of);
    a->of = report_new();
    a->written = false;
    last_mails_reset(a->last);
    wmem_free_all(a->peers);
}

/* Has all packets read again by the taps, as they are known by now. */
static void report_window(void *data)
{
    static asked_report *a;
    const funnel_ops_t *window = funnel_get_funnel_ops();
    GString *error;

    (void)data;
    if (!a)
        a = asked_report_new();
    else
        asked_report_reset(a);
    error = register_tap_listener(ESMTP_TAP_NAME, a, NULL, TL_REQUIRES_NOTHING, NULL, report_packet, NULL, NULL);
    if (error) {
        report_failure("SMTP Report: %s", error->str);
        g_string_free(error, TRUE);
        return;
    }
    window->retap_packets(window->ops_id);
    remove_tap_listener(a);
    report_end(a);
    show(window, a->of);
}

void report_window_register(void)
{
    funnel_register_menu("SMTP Report", REGISTER_TOOLS_GROUP_UNSORTED, report_window, NULL, NULL, false);
}

void report_register(void)
{
    static command_line_statistic report_statistic = {STATISTIC, report_start};

    statistic_register(&report_statistic);
}
