/* draw_transaction.c — a mail transaction, on the packet whose reply ended it. All of it is generated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/dissectors/packet-tcp.h>

#include "dissector/esmtp.h"
#include "session/transaction.h"

static void draw_string(drawing *d, proto_tree *tree, field which, const char *value)
{
    if (value && field_is_wanted(which))
        proto_item_set_generated(proto_tree_add_string(tree, hf[which], d->tvb, 0, 0, value));
}

static void draw_span(drawing *d, proto_tree *tree, field which, span value)
{
    if (value.length && field_is_wanted(which))
        draw_string(d, tree, which, text_of(d->pinfo, value));
}

static void draw_uint(drawing *d, proto_tree *tree, field which, uint64_t value)
{
    draw_generated_number(tree, which, d->tvb, value);
}

static void draw_boolean(drawing *d, proto_tree *tree, field which, bool value)
{
    if (field_is_wanted(which))
        proto_item_set_generated(proto_tree_add_boolean(tree, hf[which], d->tvb, 0, 0, value));
}

static const recipient *recipient_at(const transaction *t, unsigned i)
{
    return (const recipient *)wmem_array_index(t->recipients, i);
}

/* By result: a recipient whose reply was not seen is in none of them. */
static void draw_recipients_by_result(drawing *d, proto_tree *tree, const transaction *t)
{
    static const field by_severity[] = {
        [2] = FIELD_TRANSACTION_RCPT_ACCEPTED, [4] = FIELD_TRANSACTION_RCPT_DEFERRED, [5] = FIELD_TRANSACTION_RCPT_REJECTED};

    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++) {
        const recipient *to = recipient_at(t, i);
        unsigned severity = reply_severity(to->code);
        if (severity < sizeof by_severity / sizeof by_severity[0] && by_severity[severity])
            draw_span(d, tree, by_severity[severity], to->address);
    }
}

static void draw_recipients(drawing *d, proto_tree *tree, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients);

    for (unsigned i = 0; i < count; i++)
        draw_span(d, tree, FIELD_TRANSACTION_RCPT_TO, recipient_at(t, i)->address);
    for (unsigned i = 0; i < count; i++)
        if (recipient_at(t, i)->code && !recipient_at(t, i)->inferred)
            draw_uint(d, tree, FIELD_TRANSACTION_RCPT_CODE, recipient_at(t, i)->code);
    draw_recipients_by_result(d, tree, t);
    draw_uint(d, tree, FIELD_TRANSACTION_RCPT_COUNT, count);
}

static void draw_verdict(drawing *d, proto_tree *tree, const transaction *t)
{
    if (!t->verdict.code)
        return;
    if (!t->verdict.inferred)
        draw_uint(d, tree, FIELD_TRANSACTION_CODE, t->verdict.code);
    draw_span(d, tree, FIELD_TRANSACTION_ENHANCED_STATUS, t->verdict.status);
    draw_span(d, tree, FIELD_TRANSACTION_TEXT, t->verdict.text);
    draw_span(d, tree, FIELD_TRANSACTION_QUEUE_ID, t->verdict.queue_id);
}

static void draw_duration(drawing *d, proto_tree *tree, const transaction *t)
{
    nstime_t begin = {.secs = (time_t)t->begin.seconds, .nsecs = t->begin.nanoseconds};
    nstime_t end = {.secs = (time_t)t->end.seconds, .nsecs = t->end.nanoseconds}, duration;

    if (!t->verdict.code || !field_is_wanted(FIELD_TRANSACTION_DURATION))
        return;
    nstime_delta(&duration, &end, &begin);
    proto_item_set_generated(proto_tree_add_time(tree, hf[FIELD_TRANSACTION_DURATION], d->tvb, 0, 0, &duration));
}

static void draw_envelope(drawing *d, proto_tree *tree, const transaction *t)
{
    draw_span(d, tree, FIELD_TRANSACTION_HELO, t->helo);
    if (t->mail_from.length || t->null_sender)
        draw_string(d, tree, FIELD_TRANSACTION_MAIL_FROM, text_of(d->pinfo, t->mail_from));
    if (t->null_sender)
        draw_boolean(d, tree, FIELD_TRANSACTION_NULL_SENDER, true);
    draw_span(d, tree, FIELD_TRANSACTION_AUTH_USERNAME, t->auth_username);
    draw_recipients(d, tree, t);
}

static void draw_transaction_content(drawing *d, proto_tree *tree, const transaction *t)
{
    draw_string(d, tree, FIELD_TRANSACTION_METHOD, t->method);
    if (t->has_size)
        draw_uint(d, tree, FIELD_TRANSACTION_SIZE, t->size);
    if (t->has_declared_size)
        draw_uint(d, tree, FIELD_TRANSACTION_DECLARED_SIZE, t->declared_size);
}

static void draw_header_fields(drawing *d, proto_tree *tree, const transaction *t)
{
    static const field fields[HEADER_COUNT] = {
        [HEADER_SUBJECT] = FIELD_TRANSACTION_SUBJECT,  [HEADER_MESSAGE_ID] = FIELD_TRANSACTION_MESSAGE_ID,
        [HEADER_FROM] = FIELD_TRANSACTION_HEADER_FROM, [HEADER_TO] = FIELD_TRANSACTION_HEADER_TO,
        [HEADER_DATE] = FIELD_TRANSACTION_DATE,
    };
    const mail_header *header = t->header;

    for (unsigned i = 0; header && i < HEADER_COUNT; i++)
        if (header->fields[i].octets && field_is_wanted(fields[i]))
            draw_string(d, tree, fields[i], header_text(d->pinfo->pool, header->fields[i]));
}

static proto_item *draw_transaction_item(drawing *d, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients);
    proto_item *item;

    if (!field_is_wanted(FIELD_TRANSACTION))
        return NULL;
    item =
        proto_tree_add_none_format(d->tree, hf[FIELD_TRANSACTION], d->tvb, 0, 0,
                                   "Mail transaction %u: <%s> to %u recipient%s, %s", t->index,
                                   text_of(d->pinfo, t->mail_from), count, count == 1 ? "" : "s", outcome_text(t->outcome));
    proto_item_set_generated(item);
    return item;
}

static void draw_ended_transaction(drawing *d, const transaction *t)
{
    proto_tree *tree = draw_below(d->tree, draw_transaction_item(d, t), SUBTREE_TRANSACTION);

    draw_uint(d, tree, FIELD_TRANSACTION_INDEX, t->index);
    draw_string(d, tree, FIELD_TRANSACTION_OUTCOME, outcome_text(t->outcome));
    draw_string(d, tree, FIELD_TRANSACTION_ENDED_BY, t->ended_by);
    draw_envelope(d, tree, t);
    draw_transaction_content(d, tree, t);
    draw_verdict(d, tree, t);
    draw_duration(d, tree, t);
    draw_boolean(d, tree, FIELD_TRANSACTION_TLS, t->tls);
    draw_uint(d, tree, FIELD_TRANSACTION_FIRST_FRAME, t->first_frame);
    draw_header_fields(d, tree, t);
}

void draw_transaction(drawing *d, const finding *f)
{
    draw_ended_transaction(d, f->transaction);
}

/* A FIN or a RST alone calls no dissector. */
void connection_notice_end(const connection *c)
{
    if (c->tcp && c->tcp->conversation_completeness & (FIN_SEEN | RST_SEEN))
        session_closed(c->session);
}

static void visit_cut_off(session *s, const transaction *open, cut_off_visitor visit, void *data)
{
    transaction ended;

    if (transaction_cut_off(s, open, &ended))
        visit(data, &ended);
}

/* The open transaction that this command would have ended, had it been answered; NULL for none. */
static const transaction *left_open_by(const finding *f)
{
    const exchange *e = f->kind == FINDING_COMMAND ? f->exchange : NULL;
    const transaction *t = e && e->terminates ? e->transaction : NULL;

    while (t && t->merged_into)
        t = t->merged_into;
    return t && !t->ended_by && t->terminator == e ? t : NULL;
}

void transactions_cut_off_here(const connection *c, const segment *where, cut_off_visitor visit, void *data)
{
    session *s = c->session;

    connection_notice_end(c);
    for (uint32_t i = 0; i < where->count; i++)
        if (left_open_by(&where->findings[i]))
            visit_cut_off(s, left_open_by(&where->findings[i]), visit, data);
    if (!session_is_last(s, where))
        return;
    for (const transaction *open = session_open_transactions(s); open; open = open->next)
        if (!open->terminator)
            visit_cut_off(s, open, visit, data);
}

static void draw_visited(void *data, const transaction *ended)
{
    draw_ended_transaction((drawing *)data, ended);
}

void draw_cut_off_transactions(drawing *d)
{
    if (d->pinfo->fd->visited && groups_are_wanted(GROUP_TRANSACTION)) /* else the capture may tell more of them */
        transactions_cut_off_here(d->connection, d->segment, draw_visited, d);
}
