/* mail_record.c — reads a mail's values, with a row of the table for each column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_record.h"

#include "dissector/esmtp.h"

/* --- the transaction itself -------------------------------------------------------------------------------------------- */

static value index_of(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_number(t->index);
}

static value outcome_of(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_text(outcome_text(t->outcome));
}

static value ended_by(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_text(t->ended_by);
}

static value begin_of(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_time(&t->begin);
}

static value first_frame(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_number(t->first_frame);
}

static value tls(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_boolean(t->tls);
}

static value smuggled(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_boolean(t->smuggled);
}

/* --- the envelope ------------------------------------------------------------------------------------------------------ */

static value helo(wmem_allocator_t *scope, const transaction *t)
{
    return value_octets(scope, t->helo);
}

static value mail_from(wmem_allocator_t *scope, const transaction *t)
{
    return t->null_sender ? value_text("") : value_octets(scope, t->mail_from);
}

static value null_sender(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_boolean(t->null_sender);
}

static value auth_username(wmem_allocator_t *scope, const transaction *t)
{
    return value_octets(scope, t->auth_username);
}

static value recipient_address(wmem_allocator_t *scope, const recipient *to)
{
    return value_octets_or_empty(scope, to->address);
}

/* Absent, and still in its place, where no reply was seen, or one without a code. */
static value recipient_code(wmem_allocator_t *scope, const recipient *to)
{
    (void)scope;
    return to->code && !to->inferred ? value_number(to->code) : value_absent;
}

static value recipient_status(wmem_allocator_t *scope, const recipient *to)
{
    return value_octets(scope, to->status);
}

static value recipient_text(wmem_allocator_t *scope, const recipient *to)
{
    return value_octets(scope, to->text);
}

static value recipient_time(wmem_allocator_t *scope, const recipient *to)
{
    (void)scope;
    return to->has_wait ? value_seconds(&to->wait) : value_absent;
}

#define ANY_SEVERITY 0

/* A value of each recipient whose code has the severity. */
static value list_recipients(wmem_allocator_t *scope, const transaction *t, unsigned severity,
                             value (*get)(wmem_allocator_t *, const recipient *))
{
    unsigned count = wmem_array_get_count(t->recipients), listed = 0;
    value *items = (value *)wmem_alloc(scope, count * sizeof *items);

    for (unsigned i = 0; i < count; i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        if (severity == ANY_SEVERITY || reply_severity(to->code) == severity)
            items[listed++] = get(scope, to);
    }
    return (value){.kind = VALUE_LIST, .list = {items, listed}};
}

static value rcpt_to(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, ANY_SEVERITY, recipient_address);
}

static value rcpt_code(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, ANY_SEVERITY, recipient_code);
}

static value rcpt_status(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, ANY_SEVERITY, recipient_status);
}

static value rcpt_text(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, ANY_SEVERITY, recipient_text);
}

static value rcpt_time(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, ANY_SEVERITY, recipient_time);
}

static value rcpt_accepted(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, 2, recipient_address);
}

static value rcpt_deferred(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, 4, recipient_address);
}

static value rcpt_rejected(wmem_allocator_t *scope, const transaction *t)
{
    return list_recipients(scope, t, 5, recipient_address);
}

static value rcpt_count(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_number(wmem_array_get_count(t->recipients));
}

/* --- the content ------------------------------------------------------------------------------------------------------- */

static value method(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return value_text(t->method);
}

static value size(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->has_size ? value_number(t->size) : value_absent;
}

static value missing(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->has_size ? value_number(t->missing) : value_absent;
}

static value declared_size(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->has_declared_size ? value_number(t->declared_size) : value_absent;
}

static value header_field(wmem_allocator_t *scope, const transaction *t, header_kind which)
{
    return value_header(scope, mail_header_find(t->header, which));
}

static value subject(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_SUBJECT);
}

static value message_id(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_MESSAGE_ID);
}

static value header_from(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_FROM);
}

static value header_to(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_TO);
}

static value header_cc(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_CC);
}

static value reply_to(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_REPLY_TO);
}

static value in_reply_to(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_IN_REPLY_TO);
}

static value user_agent(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_USER_AGENT);
}

static value x_originating_ip(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_X_ORIGINATING_IP);
}

/* The newest first, as they stand in the content. */
static value received(wmem_allocator_t *scope, const transaction *t)
{
    unsigned count = t->header ? t->header->count : 0, listed = 0;
    value *items = (value *)wmem_alloc(scope, count * sizeof *items);

    for (unsigned i = 0; i < count; i++)
        if (t->header->values[i].kind == HEADER_RECEIVED)
            items[listed++] = value_header(scope, header_value_text(&t->header->values[i]));
    return (value){.kind = VALUE_LIST, .list = {items, listed}};
}

static value date(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_DATE);
}

/* --- the deciding reply ------------------------------------------------------------------------------------------------ */

static value code(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->verdict.code && !t->verdict.inferred ? value_number(t->verdict.code) : value_absent;
}

static value enhanced_status_of(wmem_allocator_t *scope, const transaction *t)
{
    return value_octets(scope, t->verdict.status);
}

static value text_of_reply(wmem_allocator_t *scope, const transaction *t)
{
    return value_octets(scope, t->verdict.text);
}

static value queue_id(wmem_allocator_t *scope, const transaction *t)
{
    return value_octets(scope, t->verdict.queue_id);
}

static value reply_frame(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->verdict.code ? value_number(t->verdict.frame) : value_absent;
}

/* --- how long it took -------------------------------------------------------------------------------------------------- */

static value duration(wmem_allocator_t *scope, const transaction *t)
{
    value out = {.kind = VALUE_SECONDS};
    nstime_t begin = value_time(&t->begin).time, end = value_time(&t->end).time;

    (void)scope;
    if (!t->verdict.code)
        return value_absent;
    nstime_delta(&out.time, &end, &begin);
    return out;
}

static value content_time(wmem_allocator_t *scope, const transaction *t)
{
    moment time;

    (void)scope;
    return transaction_content_time(t, &time) ? value_seconds(&time) : value_absent;
}

static value reply_time(wmem_allocator_t *scope, const transaction *t)
{
    moment time;

    (void)scope;
    return transaction_reply_time(t, &time) ? value_seconds(&time) : value_absent;
}

/* --- the content ------------------------------------------------------------------------------------------------------- */

static value attachments(const carried *of)
{
    return of->attachments;
}

static value urls(const carried *of)
{
    return of->urls;
}

/* ----------------------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    value (*get)(wmem_allocator_t *scope, const transaction *t);
    /* In its place: what no transaction knows. */
    value (*of_connection)(const peers *of);
    tls_column tls;
    value (*of_content)(const carried *of);
} columns[COLUMN_COUNT] = {
    [COLUMN_STREAM] = {"stream", NULL, peers_stream},
    [COLUMN_TIME] = {"time", begin_of},
    [COLUMN_INDEX] = {"index", index_of},
    [COLUMN_OUTCOME] = {"outcome", outcome_of},
    [COLUMN_ENDED_BY] = {"ended_by", ended_by},
    [COLUMN_CLIENT_ADDR] = {"client_addr", NULL, peers_client_addr},
    [COLUMN_CLIENT_PORT] = {"client_port", NULL, peers_client_port},
    [COLUMN_SERVER_ADDR] = {"server_addr", NULL, peers_server_addr},
    [COLUMN_SERVER_PORT] = {"server_port", NULL, peers_server_port},
    [COLUMN_HELO] = {"helo", helo},
    [COLUMN_MAIL_FROM] = {"mail_from", mail_from},
    [COLUMN_NULL_SENDER] = {"null_sender", null_sender},
    [COLUMN_AUTH_USERNAME] = {"auth_username", auth_username},
    [COLUMN_RCPT_TO] = {"rcpt_to", rcpt_to},
    [COLUMN_RCPT_CODE] = {"rcpt_code", rcpt_code},
    [COLUMN_RCPT_STATUS] = {"rcpt_status", rcpt_status},
    [COLUMN_RCPT_TEXT] = {"rcpt_text", rcpt_text},
    [COLUMN_RCPT_TIME] = {"rcpt_time", rcpt_time},
    [COLUMN_RCPT_ACCEPTED] = {"rcpt_accepted", rcpt_accepted},
    [COLUMN_RCPT_DEFERRED] = {"rcpt_deferred", rcpt_deferred},
    [COLUMN_RCPT_REJECTED] = {"rcpt_rejected", rcpt_rejected},
    [COLUMN_RCPT_COUNT] = {"rcpt_count", rcpt_count},
    [COLUMN_METHOD] = {"method", method},
    [COLUMN_SIZE] = {"size", size},
    [COLUMN_MISSING] = {"missing", missing},
    [COLUMN_DECLARED_SIZE] = {"declared_size", declared_size},
    [COLUMN_CODE] = {"code", code},
    [COLUMN_ENHANCED_STATUS] = {"enhanced_status", enhanced_status_of},
    [COLUMN_TEXT] = {"text", text_of_reply},
    [COLUMN_QUEUE_ID] = {"queue_id", queue_id},
    [COLUMN_REPLY_FRAME] = {"reply_frame", reply_frame},
    [COLUMN_DURATION] = {"duration", duration},
    [COLUMN_CONTENT_TIME] = {"content_time", content_time},
    [COLUMN_REPLY_TIME] = {"reply_time", reply_time},
    [COLUMN_TLS] = {"tls", tls},
    [COLUMN_SMUGGLED] = {"smuggled", smuggled},
    [COLUMN_FIRST_FRAME] = {"first_frame", first_frame},
    [COLUMN_SUBJECT] = {"subject", subject},
    [COLUMN_MESSAGE_ID] = {"message_id", message_id},
    [COLUMN_HEADER_FROM] = {"header_from", header_from},
    [COLUMN_HEADER_TO] = {"header_to", header_to},
    [COLUMN_HEADER_CC] = {"header_cc", header_cc},
    [COLUMN_REPLY_TO] = {"reply_to", reply_to},
    [COLUMN_IN_REPLY_TO] = {"in_reply_to", in_reply_to},
    [COLUMN_USER_AGENT] = {"user_agent", user_agent},
    [COLUMN_X_ORIGINATING_IP] = {"x_originating_ip", x_originating_ip},
    [COLUMN_RECEIVED] = {"received", received},
    [COLUMN_DATE] = {"date", date},
    [COLUMN_TLS_FIRST] = TLS_COLUMN_ROWS,
    [COLUMN_ATTACHMENTS] = {.name = "attachments", .of_content = attachments},
    [COLUMN_URLS] = {.name = "urls", .of_content = urls},
};

static const char *column_name(unsigned at)
{
    return columns[at].name;
}

static column_source source_of_column(unsigned at)
{
    if (columns[at].of_content)
        return SOURCE_PARTS;
    return columns[at].tls ? SOURCE_TLS : SOURCE_SESSION;
}

value mail_record_value(wmem_allocator_t *scope, const mail_record *record, column which)
{
    if (columns[which].tls)
        return tls_facts_value(record->peers->tls, columns[which].tls);
    if (columns[which].of_content)
        return record->carried ? columns[which].of_content(record->carried) : value_absent;
    if (columns[which].of_connection)
        return columns[which].of_connection(record->peers);
    return columns[which].get(scope, record->of);
}

static value value_of_record(wmem_allocator_t *scope, const void *record, unsigned at)
{
    return mail_record_value(scope, (const mail_record *)record, (column)at);
}

int mail_record_compare(const void *a, const void *b)
{
    const mail_record *l = (const mail_record *)a, *r = (const mail_record *)b;

    if (l->peers->restarts != r->peers->restarts)
        return l->peers->restarts < r->peers->restarts ? -1 : 1;
    if (l->of->first_frame != r->of->first_frame)
        return l->of->first_frame < r->of->first_frame ? -1 : 1;
    if (l->peers->stream != r->peers->stream)
        return l->peers->stream < r->peers->stream ? -1 : 1;
    return l->of->index == r->of->index ? 0 : l->of->index < r->of->index ? -1 : 1;
}

const record_kind mail_record_kind = {
    .size = sizeof(mail_record),
    .columns = COLUMN_COUNT,
    .column_name = column_name,
    .column_source = source_of_column,
    .value = value_of_record,
    .table = mail_table,
    .table_columns = MAIL_TABLE_COLUMNS,
    .append_count = mail_table_count,
    .write_zeek = mail_zeek_write,
};
