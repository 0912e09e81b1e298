/* logins.c — the log of authentications: -z esmtp,logins[,FORMAT[:COLUMN+COLUMN...][,FILTER]]
 *
 * A row for each AUTH that was answered for good, with its outcome (RFC 4954, 4 and 6). No secret is in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "dissector/route.h"
#include "dissector/tap.h"
#include "taps/before_draw.h"
#include "taps/log_options.h"
#include "taps/peers.h"
#include "taps/record_log.h"
#include "taps/register.h"

#define STATISTIC "esmtp,logins"

typedef struct login {
    moment time; /* of the reply */
    uint32_t frame;
    const char *mechanism;
    span username;
    const char *outcome; /* "succeeded", "failed", "cancelled" */
    uint16_t code;
    bool tls;
    const peers *peers;
} login;

typedef struct login_log {
    const record_format *format;
    record_kind kind; /* with the columns that are written */
    wmem_allocator_t *scope;
    wmem_array_t *records; /* login */
    unsigned restarts;     /* how often Wireshark has dropped what it knew of the file */
} login_log;

/* --- columns ----------------------------------------------------------------------------------------------------------- */

static value time_of(wmem_allocator_t *scope, const login *of)
{
    (void)scope;
    return value_time(&of->time);
}

static value frame(wmem_allocator_t *scope, const login *of)
{
    (void)scope;
    return value_number(of->frame);
}

static value mechanism(wmem_allocator_t *scope, const login *of)
{
    return value_octets(scope, span_of(of->mechanism));
}

static value username(wmem_allocator_t *scope, const login *of)
{
    return value_octets(scope, of->username);
}

static value outcome_of_login(wmem_allocator_t *scope, const login *of)
{
    (void)scope;
    return value_text(of->outcome);
}

static value code(wmem_allocator_t *scope, const login *of)
{
    (void)scope;
    return of->code ? value_number(of->code) : value_absent;
}

static value tls(wmem_allocator_t *scope, const login *of)
{
    (void)scope;
    return value_boolean(of->tls);
}

static const struct {
    const char *name;
    value (*get)(wmem_allocator_t *scope, const login *of);
    value (*of_peers)(const peers *of); /* in its place */
} columns[] = {
    {"stream", .of_peers = peers_stream},
    {"time", .get = time_of},
    {"frame", .get = frame},
    {"client_addr", .of_peers = peers_client_addr},
    {"client_port", .of_peers = peers_client_port},
    {"server_addr", .of_peers = peers_server_addr},
    {"server_port", .of_peers = peers_server_port},
    {"mechanism", .get = mechanism},
    {"username", .get = username},
    {"outcome", .get = outcome_of_login},
    {"code", .get = code},
    {"tls", .get = tls},
};

static const char *column_name(unsigned at)
{
    return columns[at].name;
}

static value value_of_record(wmem_allocator_t *scope, const void *record, unsigned at)
{
    const login *of = (const login *)record;

    return columns[at].of_peers ? columns[at].of_peers(of->peers) : columns[at].get(scope, of);
}

static void time_cell(wmem_allocator_t *scope, GString *out, const void *record)
{
    append_time_for_people(out, time_of(scope, (const login *)record));
}

static void peers_cell(wmem_allocator_t *scope, GString *out, const void *record)
{
    (void)scope;
    peers_append_route(out, ((const login *)record)->peers);
}

static void tls_cell(wmem_allocator_t *scope, GString *out, const void *record)
{
    (void)scope;
    g_string_append(out, ((const login *)record)->tls ? "yes" : "no");
}

static const table_column table[] = {
    {"time", "Time (UTC)", .write = time_cell, .limit = 24},
    {"stream", "Stream", .right = true, .limit = 10},
    {"frame", "Packet", .right = true, .limit = 10},
    {"route", "Client " ARROW " server", .write = peers_cell, .limit = 90},
    {"mechanism", "Mechanism", .limit = 20},
    {"username", "User", .limit = 60},
    {"outcome", "Outcome", .limit = 10},
    {"code", "Code", .right = true, .limit = 4},
    {"tls", "TLS", .write = tls_cell, .limit = 4},
};

static void append_count(GString *line, const void *records, unsigned count)
{
    const login *all = (const login *)records;
    unsigned succeeded = 0;

    for (unsigned i = 0; i < count; i++)
        succeeded += strcmp(all[i].outcome, "succeeded") == 0;
    g_string_append_printf(line, "%u login%s: %u succeeded, %u did not", count, count == 1 ? "" : "s", succeeded,
                           count - succeeded);
}

static const record_kind login_record_kind = {
    .size = sizeof(login),
    .columns = sizeof columns / sizeof columns[0],
    .column_name = column_name,
    .value = value_of_record,
    .table = table,
    .table_columns = sizeof table / sizeof table[0],
    .append_count = append_count,
};

/* --- the listener ------------------------------------------------------------------------------------------------------ */

static login login_made(wmem_allocator_t *scope, const login_log *log, const tap_record *record, const finding *f)
{
    span name = f->auth->username;

    return (login){
        .time = record->time,
        .frame = record->segment.frame,
        .mechanism = wmem_strdup(scope, f->auth->mechanism),
        .username = {(const uint8_t *)wmem_memdup(scope, name.octets, name.length), name.length},
        .outcome = f->auth->outcome,
        .code = f->exchange ? f->exchange->reply_code : 0,
        .tls = record->layer == LAYER_TLS,
        .peers = peers_new(scope, record->connection->carrier, log->restarts),
    };
}

static void login_write(const login_log *log, const tap_record *record, const finding *f)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    login made = login_made(scope, log, record, f);

    log->format->write(stdout, &log->kind, &made, 1);
    output_check(STATISTIC);
    wmem_destroy_allocator(scope);
}

static void login_see(void *data, const tap_record *record)
{
    login_log *log = (login_log *)data;

    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        login made;
        if (f->kind != FINDING_REPLY || !(f->flags & FLAG_AUTH_FINAL) || !f->auth || !f->auth->outcome)
            continue;
        if (log->format->streams) {
            login_write(log, record, f);
            continue;
        }
        made = login_made(log->scope, log, record, f);
        wmem_array_append_one(log->records, made);
    }
}

static tap_packet_status logins_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                       tap_flags_t flags)
{
    (void)pinfo;
    (void)edt;
    (void)flags;
    login_see(data, (const tap_record *)queued);
    return TAP_PACKET_DONT_REDRAW; /* written once, at the end */
}

static void see_rest(void *data)
{
    tap_visit_rest(login_see, data);
}

static void logins_draw(void *data)
{
    const login_log *log = (const login_log *)data;

    if (log->format->streams)
        return;
    log->format->write(stdout, &log->kind, wmem_array_get_raw(log->records), wmem_array_get_count(log->records));
    output_check(STATISTIC);
}

static void logins_reset(void *data)
{
    login_log *log = (login_log *)data;

    wmem_free_all(log->scope);
    log->records = wmem_array_new(log->scope, sizeof(login));
}

static void before_free(void *data)
{
    ((login_log *)data)->restarts++;
}

/* The listener stays for as long as the program runs. */
static bool logins_start(const char *argument)
{
    log_options options;
    login_log *log;
    GString *error;

    if (!log_options_parse(STATISTIC, argument, &login_record_kind, &options))
        return false;
    if (!record_format_is_of(options.format, &login_record_kind)) {
        report_failure("-z " STATISTIC " has no such format: Zeek has no log of logins");
        return false;
    }
    log = g_new0(login_log, 1);
    log->format = options.format;
    log->kind = options.kind;
    log->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    log->records = wmem_array_new(log->scope, sizeof(login));
    carriers_watch(before_free, log);
    error = register_tap_listener(ESMTP_TAP_NAME, log, options.filter, TL_REQUIRES_NOTHING, logins_reset, logins_packet,
                                  logins_draw, NULL);
    if (error)
        report_failure("-z " STATISTIC ": %s", error->str);
    else
        before_draw(see_rest, log);
    return !error;
}

void logins_register(void)
{
    static command_line_statistic logins = {STATISTIC, logins_start};

    statistic_register(&logins);
}
