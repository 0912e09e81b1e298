/* parts.c — the log of what mails carry: -z esmtp,parts[,FORMAT[:COLUMN+COLUMN...][,FILTER]]
 *
 * The parts of a mail are read when its content is complete; which transaction it was is known when that ends. A filter is
 * asked about the packet with which the content is complete, and the packets before it are looked at whether they pass or
 * not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "taps/last_mails.h"
#include "taps/log_options.h"
#include "taps/mail_parts.h"
#include "taps/part_record.h"
#include "taps/register.h"

#define STATISTIC "esmtp,parts"

typedef struct parts_log {
    const record_format *format;
    record_kind kind;        /* with the columns that are written */
    wmem_allocator_t *scope; /* of peers and texts */
    mail_parts *reader;
    last_mails *last;
    GPtrArray *contents; /* logged_content *, in the order in which they were complete */
    GHashTable *open;    /* by content -> the same, while more may be found out about it */
    moment latest;       /* the time of the last packet */
    GHashTable *passed;  /* frames that the filter lets pass; NULL: there is no filter */
} parts_log;

/* What a record is read with. */
typedef struct log_call {
    parts_log *log;
    const tap_record *record;
    const peers *peers;
} log_call;

/* --- writing ----------------------------------------------------------------------------------------------------------- */

/* The records of the contents that are not written yet. */
static void write_contents(const parts_log *log, logged_content *const *which, guint count)
{
    GArray *records = g_array_new(FALSE, FALSE, sizeof(part_record));

    for (guint i = 0; i < count; i++)
        for (guint n = 0; !which[i]->written && n < which[i]->parts->len; n++) {
            part_record record = {which[i], (const part *)g_ptr_array_index(which[i]->parts, n)};
            g_array_append_val(records, record);
        }
    log->format->write(stdout, &log->kind, records->data, records->len);
    output_check(STATISTIC);
    g_array_unref(records);
}

/* Whether the packet passes is known when all of it was looked at. */
static bool writes_at_once(const parts_log *log)
{
    return log->format->streams && !log->passed;
}

/* --- contents ---------------------------------------------------------------------------------------------------------- */

static void content_free(void *which)
{
    logged_content *c = (logged_content *)which;

    g_ptr_array_unref(c->parts);
    g_free(c);
}

static logged_content *content_new(const log_call *call, const message *m)
{
    logged_content *c = g_new0(logged_content, 1);
    span message_id = mail_header_find(m->header, HEADER_MESSAGE_ID);

    c->peers = call->peers;
    c->number = call->log->contents->len + 1;
    c->frame = call->record->ends ? m->complete_frame : call->record->segment.frame;
    c->time = call->record->ends ? call->log->latest : call->record->time;
    c->message_id = message_id.octets ? header_text(call->log->scope, message_id) : NULL;
    return c;
}

static void parts_are_known(void *data, const message *m, GPtrArray *parts)
{
    const log_call *call = (const log_call *)data;
    parts_log *log = call->log;
    logged_content *c = (logged_content *)content_table_find(log->open, call->peers, m);

    if (c) {
        g_ptr_array_unref(c->parts);
    } else {
        c = content_new(call, m);
        g_ptr_array_add(log->contents, c);
        content_table_put(log->open, call->peers, m, c);
    }
    c->parts = g_ptr_array_ref(parts);
}

/* One that may turn out to end earlier stays open. */
static void transaction_is_known(void *data, const finding *f)
{
    const log_call *call = (const log_call *)data;
    parts_log *log = call->log;
    const message *m = f->transaction->message;
    logged_content *c = (logged_content *)content_table_find(log->open, call->peers, m);

    if (!c)
        return;
    c->index = f->transaction->index;
    if (writes_at_once(log)) {
        write_contents(log, &c, 1);
        c->written = true;
    }
    if (!m->may_be_cut)
        content_table_remove(log->open, call->peers, m);
}

static const mail_parts_user user = {.read = parts_are_known, .ended = transaction_is_known};

/* The end of the capture cut it off. */
static void transaction_cut(void *data, const transaction *ended, const peers *of)
{
    const parts_log *log = (const parts_log *)data;
    logged_content *c = (logged_content *)content_table_find(log->open, of, ended->message);

    if (c)
        c->index = ended->index;
}

/* Those that the filter does not let pass are done with. */
static void contents_filter(const parts_log *log)
{
    for (guint i = 0; log->passed && i < log->contents->len; i++) {
        logged_content *c = (logged_content *)g_ptr_array_index(log->contents, i);
        c->written = c->written || !g_hash_table_contains(log->passed, GUINT_TO_POINTER(c->frame));
    }
}

/* --- listeners --------------------------------------------------------------------------------------------------------- */

static void log_begin(parts_log *log)
{
    log->reader = mail_parts_new(&user, (part_interest){.types = true});
    log->open = content_table_new(NULL);
}

static void log_end(parts_log *log)
{
    mail_parts_free(log->reader);
    g_hash_table_destroy(log->open);
}

static void see_rest(void *data, const tap_record *record)
{
    parts_log *log = (parts_log *)data;
    log_call call = {log, record, last_mails_peers(log->last, record->connection)};

    if (call.peers)
        mail_parts_see(log->reader, record, &call);
}

/* Sessions and frame numbers are about to be gone. */
static void before_free(void *data)
{
    parts_log *log = (parts_log *)data;

    tap_visit_rest(see_rest, log);
    last_mails_visit(log->last, transaction_cut, log);
    contents_filter(log);
    if (log->passed)
        g_hash_table_remove_all(log->passed);
    log_end(log);
    log_begin(log);
}

static tap_packet_status parts_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                      tap_flags_t flags)
{
    parts_log *log = (parts_log *)data;
    const tap_record *record = (const tap_record *)queued;
    log_call call = {log, record, last_mails_see(log->last, record)};

    (void)pinfo;
    (void)edt;
    (void)flags;
    log->latest = record->time;
    mail_parts_see(log->reader, record, &call);
    return TAP_PACKET_DONT_REDRAW; /* written once, at the end */
}

static tap_packet_status passed_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                       tap_flags_t flags)
{
    (void)edt;
    (void)queued;
    (void)flags;
    g_hash_table_add((GHashTable *)data, GUINT_TO_POINTER(pinfo->num));
    return TAP_PACKET_DONT_REDRAW;
}

static void parts_reset(void *data)
{
    parts_log *log = (parts_log *)data;

    log_end(log);
    g_ptr_array_set_size(log->contents, 0);
    last_mails_reset(log->last);
    wmem_free_all(log->scope);
    log_begin(log);
}

static void parts_draw(void *data)
{
    const parts_log *log = (const parts_log *)data;

    tap_visit_rest(see_rest, data);
    last_mails_visit(log->last, transaction_cut, data);
    contents_filter(log);
    write_contents(log, (logged_content *const *)log->contents->pdata, log->contents->len);
}

/* --- the command line -------------------------------------------------------------------------------------------------- */

/* The listeners stay for as long as the program runs. */
static parts_log *parts_log_new(const log_options *options)
{
    parts_log *log = g_new0(parts_log, 1);

    log->format = options->format;
    log->kind = options->kind;
    log->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    log->contents = g_ptr_array_new_with_free_func(content_free);
    log->last = last_mails_new(log->scope, before_free, log);
    if (options->filter)
        log->passed = g_hash_table_new(g_direct_hash, g_direct_equal);
    log_begin(log);
    return log;
}

static bool listen(parts_log *log, const char *filter)
{
    GString *error =
        register_tap_listener(ESMTP_TAP_NAME, log, NULL, TL_REQUIRES_NOTHING, parts_reset, parts_packet, parts_draw, NULL);

    if (!error && filter)
        error =
            register_tap_listener(ESMTP_TAP_NAME, log->passed, filter, TL_REQUIRES_NOTHING, NULL, passed_packet, NULL, NULL);
    if (error)
        report_failure("-z " STATISTIC ": %s", error->str);
    return !error;
}

static bool parts_start(const char *argument)
{
    log_options options;

    if (!log_options_parse(STATISTIC, argument, &part_record_kind, &options))
        return false;
    if (!record_format_is_of(options.format, &part_record_kind)) {
        report_failure("-z " STATISTIC " has no such format: Zeek's log of files is another");
        return false;
    }
    if (!parts_are_read()) {
        report_failure("-z " STATISTIC ": this plugin was built without GMime, which reads the parts of mails");
        return false;
    }
    return listen(parts_log_new(&options), options.filter);
}

void parts_register(void)
{
    static command_line_statistic parts = {STATISTIC, parts_start};

    statistic_register(&parts);
}
