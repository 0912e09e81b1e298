/* mails.c — the mail log of a capture: -z esmtp,mails[,FORMAT[:COLUMN+COLUMN...][,FILTER]]
 *
 * Needs no tree and no filter: each mail is recorded when its transaction ends. The mails that the end of the capture cut
 * off are recorded when the log is written, or earlier, when Wireshark drops what it knows of the file (tshark -M). A format
 * that streams writes each record when it becomes known, and keeps none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "taps/last_mails.h"
#include "taps/log_options.h"
#include "taps/mail_record.h"
#include "taps/register.h"
#include "taps/unread.h"

#define STATISTIC "esmtp,mails"

/* Of the header: what the table shows, and what the other formats do. */
#define TABLE_HEADER HEADER_BIT(HEADER_SUBJECT)
#define WHOLE_HEADER (~0u)

typedef struct mail_log {
    const record_format *format;
    record_kind kind;        /* with the columns that are written */
    unsigned header_kinds;   /* HEADER_BIT: of these the values are kept */
    wmem_allocator_t *scope; /* of the records */
    wmem_array_t *records;   /* mail_record: of transactions that have ended */
    last_mails *last;
    carried_mails *carried; /* NULL: not asked for */
    unread dropped;         /* of files that Wireshark has dropped */
} mail_log;

/* Where records go. */
typedef struct destination {
    const mail_log *log;
    wmem_allocator_t *scope;
    wmem_array_t *records;
} destination;

/* What the mail carries is kept no longer than it takes to write it. */
static void write_record(const mail_log *log, mail_record record)
{
    wmem_allocator_t *scope = log->carried ? wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE) : NULL;

    if (log->carried)
        record.carried = carried_find(scope, log->carried, record.of, record.peers);
    log->format->write(stdout, &log->kind, &record, 1);
    output_check(STATISTIC);
    if (scope)
        wmem_destroy_allocator(scope);
}

static void record_mail(void *data, const transaction *ended, const peers *of)
{
    const destination *to = (const destination *)data;
    mail_record record = {ended, of, NULL};

    if (to->log->format->streams) {
        write_record(to->log, record);
        return;
    }
    record.carried = carried_find(to->scope, to->log->carried, ended, of);
    record.of = transaction_copy(to->scope, ended, to->log->header_kinds);
    wmem_array_append_one(to->records, record);
}

/* It was recorded before: what is known of it now counts. What is written at once stays as it is. */
static void record_again(const destination *to, const transaction *ended, const peers *of)
{
    for (unsigned i = wmem_array_get_count(to->records); i-- > 0;) {
        mail_record *record = (mail_record *)wmem_array_index(to->records, i);
        if (record->peers != of || record->of->index != ended->index)
            continue;
        record->of = transaction_copy(to->scope, ended, to->log->header_kinds);
        record->carried = carried_find(to->scope, to->log->carried, ended, of);
        return;
    }
}

static destination destination_of(const mail_log *log)
{
    return (destination){log, log->scope, log->records};
}

/* The mails that were cut off are known when all has been read. */
static void mails_before_free(void *data)
{
    const mail_log *log = (const mail_log *)data;
    destination to = destination_of(log);

    carried_see_rest(log->carried);
    last_mails_visit(log->last, record_mail, &to);
    carried_forget_all(log->carried);
}

static void unread_before_free(void *data)
{
    mail_log *log = (mail_log *)data;

    unread_add_file(&log->dropped);
}

/* --- the listener ------------------------------------------------------------------------------------------------------ */

static tap_packet_status mails_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                      tap_flags_t flags)
{
    mail_log *log = (mail_log *)data;
    const tap_record *record = (const tap_record *)queued;
    destination to = destination_of(log);
    const peers *of = last_mails_see(log->last, record);

    (void)pinfo;
    (void)edt;
    (void)flags;
    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        if (f->kind != FINDING_TRANSACTION)
            continue;
        if (f->flags & FLAG_READ_AGAIN)
            record_again(&to, f->transaction, of);
        else
            record_mail(&to, f->transaction, of);
        carried_forget(log->carried, f->transaction, of);
    }
    return TAP_PACKET_DONT_REDRAW; /* written once, at the end */
}

static void mails_reset(void *data)
{
    mail_log *log = (mail_log *)data;

    wmem_free_all(log->scope);
    log->records = wmem_array_new(log->scope, sizeof(mail_record));
    last_mails_reset(log->last);
    carried_forget_all(log->carried);
    log->dropped = (unread){0};
}

/* The last line of a table has what no mail shows. */
static void write_records(const mail_log *log, wmem_array_t *all)
{
    GString *remark = g_string_new(NULL);
    record_kind kind = log->kind;
    unread of = log->dropped;

    unread_add_file(&of);
    unread_append(remark, &of);
    kind.remark = remark->str;
    log->format->write(stdout, &kind, wmem_array_get_raw(all), wmem_array_get_count(all));
    g_string_free(remark, TRUE);
}

static void mails_draw(void *data)
{
    const mail_log *log = (const mail_log *)data;
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    wmem_array_t *all = wmem_array_new(scope, sizeof(mail_record));
    destination to = {log, scope, all};

    wmem_array_append(all, wmem_array_get_raw(log->records), wmem_array_get_count(log->records));
    carried_see_rest(log->carried);
    last_mails_visit(log->last, record_mail, &to);
    wmem_array_sort(all, mail_record_compare);
    if (!log->format->streams) {
        write_records(log, all);
        output_check(STATISTIC);
    }
    wmem_destroy_allocator(scope);
}

/* --- the command line -------------------------------------------------------------------------------------------------- */

/* The listener stays for as long as the program runs. */
static mail_log *mail_log_new(const log_options *options)
{
    mail_log *log = g_new0(mail_log, 1);

    log->format = options->format;
    log->kind = options->kind;
    log->header_kinds = record_format_is_table(options->format) && !options->columns_named ? TABLE_HEADER : WHOLE_HEADER;
    log->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    log->records = wmem_array_new(log->scope, sizeof(mail_record));
    log->last = last_mails_new(log->scope, mails_before_free, log);
    carriers_watch(unread_before_free, log);
    return log;
}

static bool mails_start(const char *argument)
{
    log_options options;
    mail_log *log;
    GString *error;

    if (!log_options_parse(STATISTIC, argument, &mail_record_kind, &options))
        return false;
    log = mail_log_new(&options);
    error = register_tap_listener(ESMTP_TAP_NAME, log, options.filter, TL_REQUIRES_NOTHING, mails_reset, mails_packet,
                                  mails_draw, NULL);
    if (error)
        report_failure("-z " STATISTIC ": %s", error->str);
    else if (record_columns_need(&log->kind, SOURCE_PARTS))
        return (log->carried = carried_mails_new(STATISTIC)) != NULL;
    return !error;
}

void mails_register(void)
{
    static command_line_statistic mails = {STATISTIC, mails_start};

    statistic_register(&mails);
}
