/* mail_record.c — reads a mail's values, with a row of the table for each column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_record.h"

#include "dissector/esmtp.h"

static const value absent = {.kind = VALUE_ABSENT};

static value text(const char *of)
{
    return of ? (value){.kind = VALUE_TEXT, .text = span_of(of)} : absent;
}

static value number(uint64_t of)
{
    return (value){.kind = VALUE_NUMBER, .number = of};
}

static value boolean(bool of)
{
    return (value){.kind = VALUE_BOOLEAN, .number = of};
}

/* Are the octets UTF-8 as they stand, with no look at what characters they are? */
static bool is_ascii(span of)
{
    uint8_t all = 0;

    for (size_t i = 0; i < of.length; i++)
        all |= of.octets[i];
    return all < 0x80 && span_find(of, 0) == of.length;
}

static value octets_as_text(wmem_allocator_t *scope, span of)
{
    return is_ascii(of) ? (value){.kind = VALUE_TEXT, .text = of} : text(text_in(scope, of));
}

static value octets(wmem_allocator_t *scope, span of)
{
    return of.length ? octets_as_text(scope, of) : absent;
}

/* --- the transaction itself -------------------------------------------------------------------------------------------- */

static value index_of(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return number(t->index);
}

static value outcome_of(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return text(outcome_text(t->outcome));
}

static value ended_by(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return text(t->ended_by);
}

static nstime_t as_nstime(const moment *of)
{
    return (nstime_t){.secs = (time_t)of->seconds, .nsecs = of->nanoseconds};
}

static value begin_of(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return (value){.kind = VALUE_TIME, .time = as_nstime(&t->begin)};
}

static value first_frame(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return number(t->first_frame);
}

static value tls(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return boolean(t->tls);
}

/* --- the envelope ------------------------------------------------------------------------------------------------------ */

static value helo(wmem_allocator_t *scope, const transaction *t)
{
    return octets(scope, t->helo);
}

static value mail_from(wmem_allocator_t *scope, const transaction *t)
{
    return t->null_sender ? text("") : octets(scope, t->mail_from);
}

static value null_sender(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return boolean(t->null_sender);
}

static value auth_username(wmem_allocator_t *scope, const transaction *t)
{
    return octets(scope, t->auth_username);
}

static value recipient_address(wmem_allocator_t *scope, const recipient *to)
{
    return octets_as_text(scope, to->address);
}

/* Absent, and still in its place, where no reply was seen, or one without a code. */
static value recipient_code(wmem_allocator_t *scope, const recipient *to)
{
    (void)scope;
    return to->code && !to->inferred ? number(to->code) : absent;
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
    return number(wmem_array_get_count(t->recipients));
}

/* --- the content ------------------------------------------------------------------------------------------------------- */

static value method(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return text(t->method);
}

static value size(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->has_size ? number(t->size) : absent;
}

static value declared_size(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->has_declared_size ? number(t->declared_size) : absent;
}

/* Has the text no encoded word, so that it stands for itself? */
static bool is_literal(span unfolded)
{
    for (span rest = unfolded; (rest = span_from(rest, span_find(rest, '='))).length > 1; rest = span_from(rest, 1))
        if (rest.octets[1] == '?')
            return false;
    return is_ascii(unfolded);
}

static value header_field(wmem_allocator_t *scope, const transaction *t, header_kind which)
{
    span unfolded = t->header ? t->header->fields[which] : (span){NULL, 0};

    if (!unfolded.octets)
        return absent;
    return is_literal(unfolded) ? (value){.kind = VALUE_TEXT, .text = unfolded} : text(header_text(scope, unfolded));
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

static value date(wmem_allocator_t *scope, const transaction *t)
{
    return header_field(scope, t, HEADER_DATE);
}

/* --- the deciding reply ------------------------------------------------------------------------------------------------ */

static value code(wmem_allocator_t *scope, const transaction *t)
{
    (void)scope;
    return t->verdict.code && !t->verdict.inferred ? number(t->verdict.code) : absent;
}

static value enhanced_status_of(wmem_allocator_t *scope, const transaction *t)
{
    return octets(scope, t->verdict.status);
}

static value text_of_reply(wmem_allocator_t *scope, const transaction *t)
{
    return octets(scope, t->verdict.text);
}

static value queue_id(wmem_allocator_t *scope, const transaction *t)
{
    return octets(scope, t->verdict.queue_id);
}

static value duration(wmem_allocator_t *scope, const transaction *t)
{
    value out = {.kind = VALUE_SECONDS};
    nstime_t begin = as_nstime(&t->begin), end = as_nstime(&t->end);

    (void)scope;
    if (!t->verdict.code)
        return absent;
    nstime_delta(&out.time, &end, &begin);
    return out;
}

/* ----------------------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    value (*get)(wmem_allocator_t *scope, const transaction *t); /* NULL: the stream, which no transaction knows */
} columns[COLUMN_COUNT] = {
    [COLUMN_STREAM] = {"stream", NULL},
    [COLUMN_TIME] = {"time", begin_of},
    [COLUMN_INDEX] = {"index", index_of},
    [COLUMN_OUTCOME] = {"outcome", outcome_of},
    [COLUMN_ENDED_BY] = {"ended_by", ended_by},
    [COLUMN_HELO] = {"helo", helo},
    [COLUMN_MAIL_FROM] = {"mail_from", mail_from},
    [COLUMN_NULL_SENDER] = {"null_sender", null_sender},
    [COLUMN_AUTH_USERNAME] = {"auth_username", auth_username},
    [COLUMN_RCPT_TO] = {"rcpt_to", rcpt_to},
    [COLUMN_RCPT_CODE] = {"rcpt_code", rcpt_code},
    [COLUMN_RCPT_ACCEPTED] = {"rcpt_accepted", rcpt_accepted},
    [COLUMN_RCPT_DEFERRED] = {"rcpt_deferred", rcpt_deferred},
    [COLUMN_RCPT_REJECTED] = {"rcpt_rejected", rcpt_rejected},
    [COLUMN_RCPT_COUNT] = {"rcpt_count", rcpt_count},
    [COLUMN_METHOD] = {"method", method},
    [COLUMN_SIZE] = {"size", size},
    [COLUMN_DECLARED_SIZE] = {"declared_size", declared_size},
    [COLUMN_CODE] = {"code", code},
    [COLUMN_ENHANCED_STATUS] = {"enhanced_status", enhanced_status_of},
    [COLUMN_TEXT] = {"text", text_of_reply},
    [COLUMN_QUEUE_ID] = {"queue_id", queue_id},
    [COLUMN_DURATION] = {"duration", duration},
    [COLUMN_TLS] = {"tls", tls},
    [COLUMN_FIRST_FRAME] = {"first_frame", first_frame},
    [COLUMN_SUBJECT] = {"subject", subject},
    [COLUMN_MESSAGE_ID] = {"message_id", message_id},
    [COLUMN_HEADER_FROM] = {"header_from", header_from},
    [COLUMN_HEADER_TO] = {"header_to", header_to},
    [COLUMN_DATE] = {"date", date},
};

const char *column_name(column which)
{
    return columns[which].name;
}

value mail_record_value(wmem_allocator_t *scope, const mail_record *record, column which)
{
    return columns[which].get ? columns[which].get(scope, record->of) : number(record->stream);
}

int mail_record_compare(const void *a, const void *b)
{
    const mail_record *l = (const mail_record *)a, *r = (const mail_record *)b;

    if (l->restarts != r->restarts)
        return l->restarts < r->restarts ? -1 : 1;
    if (l->of->first_frame != r->of->first_frame)
        return l->of->first_frame < r->of->first_frame ? -1 : 1;
    if (l->stream != r->stream)
        return l->stream < r->stream ? -1 : 1;
    return l->of->index == r->of->index ? 0 : l->of->index < r->of->index ? -1 : 1;
}
