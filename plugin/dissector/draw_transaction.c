/* draw_transaction.c — a mail transaction, on the packet whose reply ended it. All of it is generated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/dissectors/packet-tcp.h>
#include <epan/to_str.h>

#include "dissector/connections.h"
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
    for (unsigned i = 0; i < count; i++)
        draw_span(d, tree, FIELD_TRANSACTION_RCPT_STATUS, recipient_at(t, i)->status);
    for (unsigned i = 0; i < count; i++)
        draw_span(d, tree, FIELD_TRANSACTION_RCPT_TEXT, recipient_at(t, i)->text);
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
    draw_uint(d, tree, FIELD_TRANSACTION_REPLY_FRAME, t->verdict.frame);
}

static void draw_relative_time(drawing *d, proto_tree *tree, field which, const nstime_t *time)
{
    proto_item_set_generated(proto_tree_add_time(tree, hf[which], d->tvb, 0, 0, time));
}

static nstime_t as_nstime(const moment *of)
{
    return (nstime_t){.secs = (time_t)of->seconds, .nsecs = of->nanoseconds};
}

static void draw_duration(drawing *d, proto_tree *tree, const transaction *t)
{
    nstime_t begin = as_nstime(&t->begin), end = as_nstime(&t->end), duration;

    if (!t->verdict.code || !field_is_wanted(FIELD_TRANSACTION_DURATION))
        return;
    nstime_delta(&duration, &end, &begin);
    draw_relative_time(d, tree, FIELD_TRANSACTION_DURATION, &duration);
}

static void draw_how_long(drawing *d, proto_tree *tree, const transaction *t, field which,
                          bool (*time_of)(const transaction *t, moment *time_r))
{
    moment time;

    if (field_is_wanted(which) && time_of(t, &time)) {
        nstime_t taken = as_nstime(&time);
        draw_relative_time(d, tree, which, &taken);
    }
}

static void draw_times(drawing *d, proto_tree *tree, const transaction *t)
{
    draw_duration(d, tree, t);
    draw_how_long(d, tree, t, FIELD_TRANSACTION_CONTENT_TIME, transaction_content_time);
    draw_how_long(d, tree, t, FIELD_TRANSACTION_REPLY_TIME, transaction_reply_time);
}

static void draw_peer(drawing *d, proto_tree *tree, side which, field address_field, field port_field)
{
    peer of = carrier_peer(d->connection->carrier, which);

    if (of.address->type != AT_NONE && field_is_wanted(address_field))
        draw_string(d, tree, address_field, address_to_str(d->pinfo->pool, of.address));
    draw_uint(d, tree, port_field, of.port);
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
    if (t->has_size)
        draw_uint(d, tree, FIELD_TRANSACTION_MISSING, t->missing);
    if (t->has_declared_size)
        draw_uint(d, tree, FIELD_TRANSACTION_DECLARED_SIZE, t->declared_size);
}

static void draw_header_fields(drawing *d, proto_tree *tree, const transaction *t)
{
    static const field fields[HEADER_KINDS] = {
        [HEADER_SUBJECT] = FIELD_TRANSACTION_SUBJECT,
        [HEADER_MESSAGE_ID] = FIELD_TRANSACTION_MESSAGE_ID,
        [HEADER_FROM] = FIELD_TRANSACTION_HEADER_FROM,
        [HEADER_TO] = FIELD_TRANSACTION_HEADER_TO,
        [HEADER_CC] = FIELD_TRANSACTION_HEADER_CC,
        [HEADER_REPLY_TO] = FIELD_TRANSACTION_REPLY_TO,
        [HEADER_IN_REPLY_TO] = FIELD_TRANSACTION_IN_REPLY_TO,
        [HEADER_USER_AGENT] = FIELD_TRANSACTION_USER_AGENT,
        [HEADER_X_ORIGINATING_IP] = FIELD_TRANSACTION_X_ORIGINATING_IP,
        [HEADER_RECEIVED] = FIELD_TRANSACTION_RECEIVED,
        [HEADER_DATE] = FIELD_TRANSACTION_DATE,
    };

    for (unsigned i = 0; t->header && i < t->header->count; i++) {
        const header_value *in = &t->header->values[i];
        if (field_is_wanted(fields[in->kind]))
            draw_string(d, tree, fields[in->kind], header_text(d->pinfo->pool, header_value_text(in)));
    }
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
    if (t->smuggled)
        proto_item_append_text(item, ", smuggled");
    proto_item_set_generated(item);
    return item;
}

static void draw_ended_transaction(drawing *d, const transaction *t)
{
    proto_tree *tree = draw_below(d->tree, draw_transaction_item(d, t), SUBTREE_TRANSACTION);

    draw_uint(d, tree, FIELD_TRANSACTION_INDEX, t->index);
    draw_string(d, tree, FIELD_TRANSACTION_OUTCOME, outcome_text(t->outcome));
    draw_string(d, tree, FIELD_TRANSACTION_ENDED_BY, t->ended_by);
    draw_peer(d, tree, SIDE_CLIENT, FIELD_TRANSACTION_CLIENT_ADDR, FIELD_TRANSACTION_CLIENT_PORT);
    draw_peer(d, tree, SIDE_SERVER, FIELD_TRANSACTION_SERVER_ADDR, FIELD_TRANSACTION_SERVER_PORT);
    draw_envelope(d, tree, t);
    draw_transaction_content(d, tree, t);
    draw_verdict(d, tree, t);
    draw_times(d, tree, t);
    draw_boolean(d, tree, FIELD_TRANSACTION_TLS, t->tls);
    if (t->smuggled)
        draw_boolean(d, tree, FIELD_TRANSACTION_SMUGGLED, true);
    draw_uint(d, tree, FIELD_TRANSACTION_FIRST_FRAME, t->first_frame);
    draw_header_fields(d, tree, t);
}

void draw_transaction(drawing *d, const finding *f)
{
    if (!(f->flags & FLAG_READ_AGAIN)) /* else an earlier packet has shown it */
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
    if (d->pinfo->fd->visited && groups_are_wanted(GROUP_TRANSACTION)) /* else more of them may come */
        transactions_cut_off_here(d->connection, d->segment, draw_visited, d);
}
