/* connection_record.c — reads a connection's values, with a row of the table for each column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/connection_record.h"

#include "taps/record_log.h"

static span copy_of(wmem_allocator_t *scope, span in)
{
    return in.length ? (span){(const uint8_t *)wmem_memdup(scope, in.octets, in.length), in.length} : (span){NULL, 0};
}

logged_connection logged_connection_make(wmem_allocator_t *scope, const carrier *of, unsigned restarts)
{
    logged_connection made = {carrier_record(of), peers_new(scope, of, restarts)};
    connection_record *record = &made.connection;

    record->server_name = copy_of(scope, record->server_name);
    record->server_software = copy_of(scope, record->server_software);
    record->client_name = copy_of(scope, record->client_name);
    record->text = copy_of(scope, record->text);
    record->phase = wmem_strdup(scope, record->phase);
    if (record->longest_wait_verb) /* else there was no wait, and wmem would write that in words */
        record->longest_wait_verb = wmem_strdup(scope, record->longest_wait_verb);
    return made;
}

/* --- columns for programs ---------------------------------------------------------------------------------------------- */

typedef value getter(wmem_allocator_t *scope, const logged_connection *of);

static value time_of(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_time(&of->connection.begin);
}

static value server_name(wmem_allocator_t *scope, const logged_connection *of)
{
    return value_octets(scope, of->connection.server_name);
}

static value server_software(wmem_allocator_t *scope, const logged_connection *of)
{
    return value_octets(scope, of->connection.server_software);
}

static value client_name(wmem_allocator_t *scope, const logged_connection *of)
{
    return value_octets(scope, of->connection.client_name);
}

static value mails(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.mails);
}

static value commands(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.commands);
}

static value replies(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.replies);
}

static value refused(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.refused);
}

static value longest_wait(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return of->connection.has_wait ? value_seconds(&of->connection.longest_wait) : value_absent;
}

static value longest_wait_verb(wmem_allocator_t *scope, const logged_connection *of)
{
    return of->connection.longest_wait_verb ? value_octets(scope, span_of(of->connection.longest_wait_verb)) : value_absent;
}

static value client_octets(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.octets[SIDE_CLIENT]);
}

static value server_octets(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.octets[SIDE_SERVER]);
}

static value missing(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.missing);
}

static value unread(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_number(of->connection.unread);
}

static value quit(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_boolean(of->connection.quit);
}

static value closed_by(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_text(of->connection.closed_by);
}

static value closed_with(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_text(of->connection.close);
}

static value phase(wmem_allocator_t *scope, const logged_connection *of)
{
    return value_octets(scope, span_of(of->connection.phase));
}

static value silence(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return of->connection.has_silence ? value_seconds(&of->connection.silence) : value_absent;
}

static value tls(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return value_text(of->connection.tls);
}

static value tls_alert(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return of->connection.has_tls_alert ? value_number(of->connection.tls_alert) : value_absent;
}

static value code(wmem_allocator_t *scope, const logged_connection *of)
{
    (void)scope;
    return of->connection.code ? value_number(of->connection.code) : value_absent;
}

static value text(wmem_allocator_t *scope, const logged_connection *of)
{
    return value_octets(scope, of->connection.text);
}

/* In the order in which they are written; named as the fields esmtp.connection.* where there is one. */
static const struct {
    const char *name;
    getter *get;
    /* In its place: who talks to whom, and what the TLS dissector has found. */
    value (*of_peers)(const peers *of);
    tls_column tls;
} columns[] = {
    {"stream", .of_peers = peers_stream},
    {"time", .get = time_of},
    {"client_addr", .of_peers = peers_client_addr},
    {"client_port", .of_peers = peers_client_port},
    {"server_addr", .of_peers = peers_server_addr},
    {"server_port", .of_peers = peers_server_port},
    {"server_name", .get = server_name},
    {"server_software", .get = server_software},
    {"client_name", .get = client_name},
    {"mails", .get = mails},
    {"commands", .get = commands},
    {"replies", .get = replies},
    {"refused", .get = refused},
    {"longest_wait", .get = longest_wait},
    {"longest_wait_verb", .get = longest_wait_verb},
    {"client_octets", .get = client_octets},
    {"server_octets", .get = server_octets},
    {"missing", .get = missing},
    {"unread", .get = unread},
    {"quit", .get = quit},
    {"closed_by", .get = closed_by},
    {"close", .get = closed_with},
    {"phase", .get = phase},
    {"silence", .get = silence},
    {"tls", .get = tls},
    {"tls_alert", .get = tls_alert},
    {"code", .get = code},
    {"text", .get = text},
    TLS_COLUMN_ROWS,
};

static const char *column_name(unsigned at)
{
    return columns[at].name;
}

static column_source source_of_column(unsigned at)
{
    return columns[at].tls ? SOURCE_TLS : SOURCE_SESSION;
}

static value value_of_record(wmem_allocator_t *scope, const void *record, unsigned at)
{
    const logged_connection *of = (const logged_connection *)record;

    if (columns[at].tls)
        return tls_facts_value(of->peers->tls, columns[at].tls);
    return columns[at].of_peers ? columns[at].of_peers(of->peers) : columns[at].get(scope, of);
}

/* --- the table for people ---------------------------------------------------------------------------------------------- */

static void append(GString *out, value v)
{
    append_value(out, &v);
}

static void time_cell(wmem_allocator_t *scope, GString *out, const void *record)
{
    append_time_for_people(out, time_of(scope, (const logged_connection *)record));
}

static void peers_cell(wmem_allocator_t *scope, GString *out, const void *record)
{
    (void)scope;
    peers_append_route(out, ((const logged_connection *)record)->peers);
}

/* "server RST, CONTENT" */
static void end_cell(wmem_allocator_t *scope, GString *out, const void *record)
{
    const logged_connection *of = (const logged_connection *)record;

    append(out, closed_by(scope, of));
    if (of->connection.close)
        g_string_append_printf(out, " %s", of->connection.close);
    if (strcmp(of->connection.phase, "IDLE") != 0) {
        g_string_append(out, ", ");
        append(out, phase(scope, of));
    }
}

static void silence_cell(wmem_allocator_t *scope, GString *out, const void *record)
{
    const connection_record *c = &((const logged_connection *)record)->connection;

    (void)scope;
    if (c->has_silence)
        g_string_append_printf(out, "%" G_GINT64_FORMAT ".%03d", c->silence.seconds, c->silence.nanoseconds / 1000000);
}

static const table_column table[] = {
    {"time", "Time (UTC)", .write = time_cell, .limit = 24},
    {"stream", "Stream", .right = true, .limit = 10},
    {"route", "Client " ARROW " server", .write = peers_cell, .limit = 90},
    {"server_name", "Server", .limit = 40},
    {"client_name", "Client", .limit = 40},
    {"mails", "Mails", .right = true, .limit = 10},
    {"tls", "TLS", .limit = 20},
    {"ended_by", "Ended by", .write = end_cell, .limit = 30},
    {"silence", "Silence", .write = silence_cell, .right = true, .limit = 14},
    {"code", "Code", .right = true, .limit = 4},
    {"text", "Text", .limit = 60},
};

static void append_count(GString *line, const void *records, unsigned count)
{
    (void)records;
    g_string_append_printf(line, "%u connection%s", count, count == 1 ? "" : "s");
}

const record_kind connection_record_kind = {
    .size = sizeof(logged_connection),
    .columns = sizeof columns / sizeof columns[0],
    .column_name = column_name,
    .column_source = source_of_column,
    .value = value_of_record,
    .table = table,
    .table_columns = sizeof table / sizeof table[0],
    .append_count = append_count,
};
