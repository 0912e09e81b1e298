/* mails.c — the mail log of a capture: -z esmtp,mails[,FORMAT[,FILTER]]
 *
 * Needs no tree and no filter: each mail is recorded when its transaction ends. The mails that the end of the capture cut
 * off are recorded when the log is written, or earlier, when Wireshark drops what it knows of the file (tshark -M).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "taps/last_mails.h"
#include "taps/mail_log.h"
#include "taps/register.h"

#define STATISTIC "esmtp,mails"

typedef struct mail_log {
    const mail_log_format *format;
    wmem_allocator_t *scope; /* of the records */
    wmem_array_t *records;   /* mail_record: of transactions that have ended */
    last_mails *last;
    unsigned restarts; /* how often Wireshark dropped what it knew, without the log being reset */
} mail_log;

/* Where records go. */
typedef struct destination {
    unsigned restarts;
    wmem_allocator_t *scope;
    wmem_array_t *records;
} destination;

static void record_mail(void *data, const transaction *ended, uint32_t stream)
{
    const destination *to = (const destination *)data;
    mail_record record = {transaction_copy(to->scope, ended), to->restarts, stream};

    wmem_array_append_one(to->records, record);
}

static destination destination_of(const mail_log *log)
{
    return (destination){log->restarts, log->scope, log->records};
}

/* The mails that were cut off are known when all has been read. */
static void mails_before_free(void *data)
{
    mail_log *log = (mail_log *)data;
    destination to = destination_of(log);

    last_mails_visit(log->last, record_mail, &to);
    log->restarts++;
}

/* --- the listener ------------------------------------------------------------------------------------------------------ */

static tap_packet_status mails_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                      tap_flags_t flags)
{
    mail_log *log = (mail_log *)data;
    const tap_record *record = (const tap_record *)queued;
    destination to = destination_of(log);

    (void)pinfo;
    (void)edt;
    (void)flags;
    last_mails_see(log->last, record);
    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        if (f->kind == FINDING_TRANSACTION)
            record_mail(&to, f->transaction, record->stream);
    }
    return TAP_PACKET_DONT_REDRAW; /* written once, at the end */
}

static void mails_reset(void *data)
{
    mail_log *log = (mail_log *)data;

    wmem_free_all(log->scope);
    log->records = wmem_array_new(log->scope, sizeof(mail_record));
    log->restarts = 0;
    last_mails_forget(log->last);
}

static void mails_draw(void *data)
{
    const mail_log *log = (const mail_log *)data;
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    wmem_array_t *all = wmem_array_new(scope, sizeof(mail_record));
    destination to = {log->restarts, scope, all};

    wmem_array_append(all, wmem_array_get_raw(log->records), wmem_array_get_count(log->records));
    last_mails_visit(log->last, record_mail, &to);
    wmem_array_sort(all, mail_record_compare);
    log->format->write(stdout, (const mail_record *)wmem_array_get_raw(all), wmem_array_get_count(all));
    wmem_destroy_allocator(scope);
}

/* --- the command line -------------------------------------------------------------------------------------------------- */

/* Where the part of the argument ends: at a comma, or at the end. */
static const char *part_end(const char *part)
{
    return part + strcspn(part, ",");
}

/* ",FORMAT", ",FORMAT,FILTER", ",,FILTER" or nothing. */
static const mail_log_format *format_of(const char *options, const char **filter_r)
{
    const mail_log_format *format;
    const char *end;

    *filter_r = NULL;
    if (!options[0])
        return mail_log_format_default();
    end = part_end(++options);
    format = end == options ? mail_log_format_default() : mail_log_format_find(options, (size_t)(end - options));
    if (!format)
        report_failure("-z " STATISTIC ": no format is called \"%.*s\". There are: %s", (int)(end - options), options,
                       mail_log_format_names());
    if (end[0] && end[1])
        *filter_r = end + 1;
    return format;
}

/* The listener stays for as long as the program runs. */
static mail_log *mail_log_new(const mail_log_format *format)
{
    mail_log *log = g_new0(mail_log, 1);

    log->format = format;
    log->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    log->records = wmem_array_new(log->scope, sizeof(mail_record));
    log->last = last_mails_new(mails_before_free, log);
    return log;
}

static bool mails_start(const char *argument)
{
    const char *options = argument + strlen(STATISTIC), *filter;
    const mail_log_format *format;
    GString *error;

    if (options[0] && options[0] != ',') {
        report_failure("-z %s: there is no such statistic; there is " STATISTIC, argument);
        return false;
    }
    format = format_of(options, &filter);
    if (!format)
        return false;
    error = register_tap_listener(ESMTP_TAP_NAME, mail_log_new(format), filter, TL_REQUIRES_NOTHING, mails_reset,
                                  mails_packet, mails_draw, NULL);
    if (error)
        report_failure("-z " STATISTIC ": %s", error->str);
    return !error;
}

void mails_register(void)
{
    static command_line_statistic mails = {STATISTIC, mails_start};

    statistic_register(&mails);
}
