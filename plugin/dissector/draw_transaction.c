/* draw_transaction.c — a mail transaction, on the packet whose reply ended it. All of it is generated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/dissectors/packet-tcp.h>
#include <epan/to_str.h>

#include "dissector/connections.h"
#include "session/mail_result.h"
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

/* Shown only if true; filters and exports find it all the same. */
static void draw_boolean(drawing *d, proto_tree *tree, field which, bool value)
{
    proto_item *item;

    if (!field_is_wanted(which))
        return;
    item = proto_tree_add_boolean(tree, hf[which], d->tvb, 0, 0, value);
    proto_item_set_generated(item);
    if (!value)
        proto_item_set_hidden(item);
}

static const recipient *recipient_at(const transaction *t, unsigned i)
{
    return (const recipient *)wmem_array_index(t->recipients, i);
}

/* By the severity of the reply: a recipient without one has none of these. */
static const struct result {
    field field;
    const char *text;
    outcome outcome;
} results[] = {
    [2] = {FIELD_TRANSACTION_RCPT_ACCEPTED, "accepted", OUTCOME_ACCEPTED},
    [4] = {FIELD_TRANSACTION_RCPT_DEFERRED, "deferred", OUTCOME_DEFERRED},
    [5] = {FIELD_TRANSACTION_RCPT_REJECTED, "rejected", OUTCOME_REJECTED},
};

static const struct result *result_of(const recipient *to)
{
    unsigned severity = reply_severity(to->code);

    return severity < sizeof results / sizeof results[0] && results[severity].text ? &results[severity] : NULL;
}

/* "nobody@example.org — 550 5.1.1, rejected". A mail may be refused for one whose RCPT was accepted. */
static void name_recipient(drawing *d, proto_item *item, const transaction *t, const recipient *to)
{
    const struct result *result = result_of(to);
    outcome of_mail = recipient_outcome(t, to);

    proto_item_append_text(item, " \xe2\x80\x94");
    if (to->code && !to->inferred)
        proto_item_append_text(item, " %03u", to->code);
    if (to->status.length)
        proto_item_append_text(item, " %s", text_of(d->pinfo, to->status));
    if (!result)
        proto_item_append_text(item, " no reply, the mail %s", outcome_text(of_mail));
    else if (of_mail == result->outcome)
        proto_item_append_text(item, ", %s", result->text);
    else
        proto_item_append_text(item, ", %s, but the mail %s", result->text, outcome_text(of_mail));
}

static proto_item *draw_recipient_item(drawing *d, proto_tree *tree, const transaction *t, const recipient *to)
{
    proto_item *item;

    if (!to->address.length || !field_is_wanted(FIELD_TRANSACTION_RCPT_TO))
        return NULL;
    item = proto_tree_add_string(tree, hf[FIELD_TRANSACTION_RCPT_TO], d->tvb, 0, 0, text_of(d->pinfo, to->address));
    proto_item_set_generated(item);
    if (item_is_read(item))
        name_recipient(d, item, t, to);
    return item;
}

static void draw_relative_time(drawing *d, proto_tree *tree, field which, const nstime_t *time)
{
    proto_item_set_generated(proto_tree_add_time(tree, hf[which], d->tvb, 0, 0, time));
}

static nstime_t as_nstime(const moment *of)
{
    return (nstime_t){.secs = (time_t)of->seconds, .nsecs = of->nanoseconds};
}

static void draw_recipient_time(drawing *d, proto_tree *tree, const recipient *to)
{
    nstime_t wait = as_nstime(&to->wait);

    if (to->has_wait && field_is_wanted(FIELD_TRANSACTION_RCPT_TIME))
        draw_relative_time(d, tree, FIELD_TRANSACTION_RCPT_TIME, &wait);
}

static void draw_recipient(drawing *d, proto_tree *parent, const transaction *t, const recipient *to)
{
    proto_tree *tree = draw_below(parent, draw_recipient_item(d, parent, t, to), SUBTREE_RECIPIENT);
    const struct result *result = result_of(to);

    if (to->code && !to->inferred)
        draw_uint(d, tree, FIELD_TRANSACTION_RCPT_CODE, to->code);
    draw_span(d, tree, FIELD_TRANSACTION_RCPT_STATUS, to->status);
    draw_span(d, tree, FIELD_TRANSACTION_RCPT_TEXT, to->text);
    if (result)
        draw_span(d, tree, result->field, to->address);
    draw_uint(d, tree, FIELD_TRANSACTION_RCPT_FRAME, to->command_frame);
    if (to->reply_frame)
        draw_uint(d, tree, FIELD_TRANSACTION_RCPT_REPLY_FRAME, to->reply_frame);
    draw_recipient_time(d, tree, to);
}

static void draw_recipients(drawing *d, proto_tree *tree, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients);

    for (unsigned i = 0; i < count; i++)
        draw_recipient(d, tree, t, recipient_at(t, i));
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
    proto_item *missing;

    draw_string(d, tree, FIELD_TRANSACTION_METHOD, t->method);
    if (t->has_size) {
        draw_uint(d, tree, FIELD_TRANSACTION_SIZE, t->size);
        missing = draw_generated_number(tree, FIELD_TRANSACTION_MISSING, d->tvb, t->missing);
        if (!t->missing)
            proto_item_set_hidden(missing);
    }
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

static const char *transaction_text(drawing *d, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients);

    return wmem_strdup_printf(d->pinfo->pool, "Mail transaction %u: <%s> to %u recipient%s, %s%s", t->index,
                              text_of(d->pinfo, t->mail_from), count, count == 1 ? "" : "s", outcome_text(t->outcome),
                              t->smuggled ? ", smuggled" : "");
}

static proto_item *draw_transaction_item(drawing *d, const transaction *t)
{
    proto_item *item;

    if (!field_is_wanted(FIELD_TRANSACTION))
        return NULL;
    item = proto_tree_add_none_format(d->tree, hf[FIELD_TRANSACTION], d->tvb, 0, 0, "%s", transaction_text(d, t));
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

/* From a packet of a mail to the one that tells what became of it. */
static void draw_transaction_link(drawing *d, const transaction *t)
{
    proto_item *item = draw_generated_number(d->tree, FIELD_TRANSACTION_FRAME, d->tvb, t->last_frame);

    if (item_is_read(item))
        proto_item_set_text(item, "%s in frame %u", transaction_text(d, t), t->last_frame);
}

/* What is found of a mail in a packet mostly stands together: each mail is linked once. */
static void draw_transaction_links(drawing *d)
{
    const transaction *linked = NULL;

    for (uint32_t i = 0; i < d->segment->count; i++) {
        const transaction *t = finding_transaction(&d->segment->findings[i]);
        if (!t || t == linked || !t->last_frame || t->last_frame == d->pinfo->num)
            continue;
        draw_transaction_link(d, t);
        linked = t;
    }
}

/* What the first visit cannot know, since later packets tell it, is shown from the second one on. */
void draw_transactions(drawing *d)
{
    if (!groups_are_wanted(GROUP_TRANSACTION))
        return;
    for (uint32_t i = 0; i < d->segment->count; i++) {
        const finding *f = &d->segment->findings[i];
        if (f->kind == FINDING_TRANSACTION && !(f->flags & FLAG_READ_AGAIN)) /* else an earlier packet has shown it */
            draw_ended_transaction(d, f->transaction);
    }
    if (!d->pinfo->fd->visited)
        return;
    transactions_cut_off_here(d->connection, d->segment, draw_visited, d);
    if (field_is_wanted(FIELD_TRANSACTION_FRAME))
        draw_transaction_links(d);
}
