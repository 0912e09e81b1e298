/* transaction.c — which mails a session carries, and what became of them.
 *
 * What belongs together is decided when the client sends it, for that is the order in which the server will see it; what it
 * came to is decided by the replies. So a command of a transaction carries a pointer to it, and its reply finds it there,
 * however much was pipelined in between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/transaction.h"

#include "session/state.h"
#include "wire/parameter.h"
#include "wire/queue_id.h"

/* Recipients of one transaction that are kept; RFC 5321 (4.5.3.1.8) asks servers for 100. */
#define RECIPIENTS_LIMIT 100000u

/* What ended those that the capture cut off. */
#define CAPTURE_END "CAPTURE-END"

transaction *transaction_resolved(transaction *t)
{
    while (t && t->merged_into)
        t = t->merged_into;
    return t;
}

/* --- which are open, and which have ended
 * ---------------------------------------------------------------------------------- */

static void open_append(session *s, transaction *t)
{
    t->before = s->transactions.newest_open;
    if (t->before)
        t->before->next = t;
    else
        s->transactions.oldest_open = t;
    s->transactions.newest_open = t;
}

static void open_remove(session *s, transaction *t)
{
    if (t->before)
        t->before->next = t->next;
    else
        s->transactions.oldest_open = t->next;
    if (t->next)
        t->next->before = t->before;
    else
        s->transactions.newest_open = t->before;
    t->next = t->before = NULL;
}

static void ended_append(session *s, transaction *t)
{
    if (s->transactions.last_ended)
        s->transactions.last_ended->next = t;
    else
        s->transactions.first_ended = t;
    s->transactions.last_ended = t;
}

transaction *transaction_take_ended(session *s)
{
    transaction *t = s->transactions.first_ended;

    if (!t)
        return NULL;
    s->transactions.first_ended = t->next;
    if (!t->next)
        s->transactions.last_ended = NULL;
    t->next = NULL;
    return t;
}

/* --- what is known of one ---------------------------------------------------------------------------------------------- */

/* The refusal that decides when no content does: the first of the class that gives the outcome. NULL: there was none. */
static const timed_verdict *deciding_refusal(const transaction *t)
{
    return t->deferral ? t->deferral : t->rejection;
}

static outcome_evidence evidence_of(const transaction *t)
{
    return (outcome_evidence){
        .mail_code = t->mail_code,
        .refusal_code = deciding_refusal(t) ? deciding_refusal(t)->verdict.code : 0,
        .content_code = t->verdict.code,
        .any_deferred = t->any_deferred,
        .content_sent = t->content_sent,
        .content_decided = t->content_answered || t->content_refused,
        .recipients = wmem_array_get_count(t->recipients),
        .recipients_answered = t->recipients_answered,
        .recipients_taken = t->recipients_taken,
        .recipients_hidden = t->envelope_hidden,
        .result_per_recipient = t->recipient_results > 0,
    };
}

static bool for_nobody(const transaction *t)
{
    outcome_evidence seen = evidence_of(t);

    return outcome_is_for_nobody(&seen);
}

const transaction *message_transaction(const message *m)
{
    return transaction_resolved(m->of);
}

const transaction *finding_transaction(const finding *f)
{
    switch ((finding_kind)f->kind) {
    case FINDING_TRANSACTION:
        return f->transaction;
    case FINDING_CONTENT:
    case FINDING_END_OF_DATA:
        return f->message ? transaction_resolved(f->message->of) : NULL;
    default:
        return f->exchange ? transaction_resolved(f->exchange->transaction) : NULL;
    }
}

/* --- what the client sends --------------------------------------------------------------------------------------------- */

static void learn_parameters(transaction *t, span parameters)
{
    parameter next;

    while (parameter_next(&parameters, PARAMETER_OF_MAIL, &next)) {
        t->binary |= next.row && next.row->id == PARAMETER_BODY && span_equal_nocase(next.value, "BINARYMIME");
        t->smtputf8 |= next.row && next.row->id == PARAMETER_SMTPUTF8;
        if (next.row && next.row->id == PARAMETER_SIZE && parameter_size(next.value, &t->declared_size) == NUMBER_OK)
            t->has_declared_size = true;
    }
}

/* `e` waits for its reply. */
static void command_waits(transaction *t, exchange *e)
{
    e->transaction = t;
    t->unanswered++;
    if (!exchange_is(e, VERB_MAIL) && !exchange_is(e, VERB_RCPT))
        return;
    t->envelope_unanswered++;
    t->envelope_frame = e->command_frame;
}

/* It does no longer. */
static void command_over(transaction *t, const exchange *e)
{
    bool envelope = exchange_is(e, VERB_MAIL) || exchange_is(e, VERB_RCPT);

    t->unanswered -= t->unanswered > 0;
    t->envelope_unanswered -= envelope && t->envelope_unanswered > 0;
}

static transaction *transaction_begin(reading *r)
{
    session *s = r->s;
    transaction *t = (transaction *)session_alloc(s, sizeof *t);

    t->first_frame = r->input->frame;
    t->begin = t->end = r->input->time;
    t->helo = s->offers.helo;
    t->auth_username = s->auth.username;
    t->tls = r->input->layer == LAYER_TLS;
    t->smuggled = smuggling_covers(s, r->position + r->at);
    t->recipients = session_array(s, sizeof(recipient));
    t->previous = transaction_resolved(s->transactions.current);
    open_append(s, t);
    s->transactions.current = t;
    return t;
}

void transaction_mail_sent(reading *r, exchange *e, const parsed_command *parsed)
{
    transaction *t = transaction_begin(r);

    r->s->transactions.mail_refused = r->s->transactions.mail_may_be_missing = false;
    t->null_sender = parsed->path.null_path;
    t->mail_from = session_keep(r->s, parsed->path.address);
    t->unconfirmed = r->s->client.unconfirmed;
    learn_parameters(t, parsed->parameters);
    command_waits(t, e);
}

/* One whose MAIL was not captured. */
static transaction *begin_without_mail(reading *r)
{
    transaction *t = transaction_begin(r);

    t->without_mail = t->hidden = t->envelope_hidden = true;
    return t;
}

/* Where octets of the client are missing, MAIL may be among them: when none is open, or when the content of the one that is
 * has begun already. */
transaction *transaction_sent_for(reading *r)
{
    transaction *t = transaction_resolved(r->s->transactions.current);

    if (!r->s->transactions.mail_may_be_missing || (t && !t->content_granted))
        return t;
    return begin_without_mail(r);
}

void transaction_rcpt_sent(reading *r, exchange *e, const parsed_command *parsed)
{
    transaction *t = transaction_sent_for(r);
    recipient added = {0};

    if (!t || wmem_array_get_count(t->recipients) >= RECIPIENTS_LIMIT)
        return;
    added.address = session_keep(r->s, parsed->path.address);
    added.command_frame = r->input->frame;
    e->recipient = wmem_array_get_count(t->recipients);
    wmem_array_append(t->recipients, &added, 1);
    command_waits(t, e);
}

static void content_begins(reading *r, transaction *t)
{
    t->content_begin = r->input->time;
    t->content_begin_known = true;
}

static void content_ends(reading *r, transaction *t)
{
    t->content_end = r->input->time;
    t->content_end_known = true;
}

/* DATA, BDAT, BURL. */
void transaction_content_sent(reading *r, exchange *e, const parsed_command *parsed)
{
    transaction *t = transaction_sent_for(r);
    message *content;

    if (!t)
        return;
    t->method = parsed->command.row->name;
    t->by_url |= exchange_is(e, VERB_BURL);
    if (exchange_is(e, VERB_BDAT) && !t->content_begin_known)
        content_begins(r, t);
    command_waits(t, e);
    if (!e->last_chunk)
        return;
    content = exchange_content(e);
    transaction_content_ends(r, e, content);
    t->content_sent = !content || content->complete; /* the octets of a chunk follow, unless it has none */
}

void transaction_content_begins(session *s, message *m)
{
    transaction *t = transaction_resolved(s->transactions.current);

    if (t)
        t->message = m;
}

void transaction_content_refused(exchange *e)
{
    transaction *t = transaction_resolved(e->transaction);

    if (t && !t->ended_by && !t->content_sent)
        t->message = NULL;
}

void transaction_chunk_through(reading *r, const exchange *e)
{
    transaction *t = transaction_resolved(e->transaction);

    if (!t || t->ended_by)
        return;
    t->content_sent = true;
    content_ends(r, t);
}

void transaction_content_ends(reading *r, exchange *e, message *m)
{
    transaction *t = r->s->transactions.current;

    if (!t)
        return;
    if (e->transaction != t)
        command_waits(t, e);
    e->ends_content = true;
    t->content_sent = true;
    if (e->has_command) /* else nobody has seen its end */
        content_ends(r, t);
    t->message = m;
    r->s->transactions.current = NULL; /* what comes next is another's */
}

/* A reply to its content may still come: that was sent, or what was sent for it was not all captured. */
static bool may_be_answered(const transaction *t)
{
    bool doubtful = (t->without_mail || t->unconfirmed) && !t->witnessed;

    return t->content_sent ||
           ((t->hidden || t->method) && !t->reply_lost && !t->content_refused && !doubtful && !for_nobody(t));
}

/* Does its MAIL or a RCPT of it still wait for a reply that has not been lost? The reply to its content comes later. */
static bool envelope_waits(const session *s, const transaction *t)
{
    bool certain = !s->queue.oldest || s->queue.oldest->ahead.least >= 0;

    return certain && t->envelope_unanswered && t->envelope_frame > s->queue.lost_frame;
}

/* What is open behind one whose envelope waits was sent later, and is answered later. */
transaction *transaction_oldest_for_content(const session *s)
{
    transaction *t = s->transactions.oldest_open;

    while (t && !may_be_answered(t) && !envelope_waits(s, t))
        t = t->next;
    return t && !envelope_waits(s, t) ? t : NULL;
}

transaction *transaction_known_by_reply(reading *r)
{
    session *s = r->s;
    transaction *current = s->transactions.current, *t;

    s->transactions.current = NULL; /* it was sent later */
    t = begin_without_mail(r);
    s->transactions.current = current;
    return t;
}

void transaction_content_ends_unseen(session *s, exchange *e, transaction *t)
{
    command_waits(t, e);
    t->content_sent = true;
    e->ends_content = true;
    if (e->content)
        t->message = e->content;
    e->content = t->message;
    if (s->transactions.current == t)
        s->transactions.current = NULL;
}

void transaction_reply_lost(session *s)
{
    s->transactions.just_answered = false;
    for (transaction *t = s->transactions.oldest_open; t; t = t->next) {
        t->reply_lost |= t->method && !t->unanswered;
        t->result_lost |= t->content_sent;
    }
}

void transaction_content_cut(reading *r, exchange *end, message *m, const moment *when)
{
    session *s = r->s;
    transaction *t;

    if (!end->transaction)
        transaction_content_ends(r, end, m);
    s->transactions.current = NULL;
    t = transaction_resolved(end->transaction);
    if (!t)
        return;
    t->message = m;
    t->content_end = *when;
    t->content_end_known = true;
    if (!t->ended_by)
        return;
    t->size = m->unstuffed_size;
    if (t->reported)
        ended_append(s, t);
}

/* RSET, QUIT, EHLO, HELO, STARTTLS: end it if they are granted. */
void transaction_terminator_sent(reading *r, exchange *e, const parsed_command *parsed)
{
    transaction *t = transaction_resolved(r->s->transactions.current);

    (void)parsed;
    if (!t)
        return;
    command_waits(t, e);
    e->terminates = true;
    t->terminator = e;
    if (exchange_is(e, VERB_RSET))
        r->s->transactions.current = NULL;
}

/* --- how it ends ------------------------------------------------------------------------------------------------------- */

/* Did the content stop before its end, with nothing of it lost? The server has taken it for nobody who got no result. */
static bool is_cut_off(const transaction *t)
{
    return t->message && !t->content_end_known && !message_has_holes(t->message);
}

static void count_results(const transaction *t, outcome_evidence *seen)
{
    bool cut_off = is_cut_off(t);

    seen->results_taken = t->results_taken_by_some;
    seen->results_refused = t->results_refused_to_some;
    for (unsigned i = 0; seen->result_per_recipient && i < wmem_array_get_count(t->recipients); i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        if (!to->taken_by_rcpt)
            continue;
        if (!to->code)
            seen->results_missing += !cut_off;
        else if (reply_severity(to->code) == 2)
            seen->results_taken++;
        else
            seen->results_refused++;
    }
}

/* Is it still under way, with nothing that ended it but the capture? With one direction alone nobody knows. */
static bool is_open_at_end(const session *s, const transaction *t)
{
    return s->connection.spoken[SIDE_SERVER] && strcmp(t->ended_by, CAPTURE_END) == 0;
}

static void decide(const session *s, transaction *t)
{
    static const timed_verdict none;
    outcome_evidence seen = evidence_of(t);
    const timed_verdict *closing = s->transactions.closing, *decided = &none;
    deciding_reply by;

    count_results(t, &seen);
    seen.closing_code = closing ? closing->verdict.code : 0;
    seen.hidden = t->hidden || !s->connection.spoken[SIDE_SERVER] || s->server.lost_before;
    seen.capture_ends = is_open_at_end(s, t);
    t->outcome = outcome_decide(&seen, &by);
    if (by == DECIDED_BY_CONTENT)
        return;
    if (by == DECIDED_BY_REFUSAL)
        decided = deciding_refusal(t);
    else if (by == DECIDED_BY_CLOSING)
        decided = closing;
    t->verdict = decided->verdict;
    t->end = by == DECIDED_BY_NONE ? t->begin : decided->time;
}

/* The transaction shows what is known of the content now: octets of a chunk may follow its refusal. */
static void freeze_content(transaction *t)
{
    t->has_size = t->message && message_size_known(t->message) && t->content_sent && !t->by_url;
    t->size = t->has_size ? t->message->unstuffed_size : 0;
    t->missing = t->has_size ? t->message->missing : 0;
    t->header = t->message ? t->message->header : NULL;
}

/* A line that only looks like a command makes no mail: where the server was heard, it has to have agreed. */
static bool is_mail(const session *s, const transaction *t)
{
    return !t->without_mail || t->witnessed || !s->connection.spoken[SIDE_SERVER];
}

/* The same for a transaction that has ended: the server would have agreed by now. */
static bool was_mail(const session *s, const transaction *t)
{
    return is_mail(s, t) && (!t->unconfirmed || t->witnessed || !s->connection.spoken[SIDE_SERVER]);
}

/* It was no mail: its commands belong to nothing. */
static void transaction_drop(session *s, transaction *t)
{
    t->ended_by = "";
    open_remove(s, t);
    if (s->transactions.current == t)
        s->transactions.current = NULL;
}

static void transaction_end(session *s, transaction *t, const char *by)
{
    transaction *before = transaction_resolved(t->previous);

    if (t->ended_by)
        return;
    if (before && before->superseded)
        transaction_end(s, before, before->superseded);
    if (!was_mail(s, t)) {
        transaction_drop(s, t);
        return;
    }
    t->ended_by = by;
    message_learn_header(s, t->message);
    decide(s, t);
    freeze_content(t);
    if (!t->index)
        t->index = ++s->transactions.numbered;
    open_remove(s, t);
    if (s->transactions.current == t)
        s->transactions.current = NULL;
    ended_append(s, t);
}

/* --- what the server answers ------------------------------------------------------------------------------------------- */

/* Octets of a refusal's further lines that are kept: servers give the reason there when the first line has no room for it.
 */
#define FURTHER_LIMIT 1024u

/* The texts of the lines behind the first. */
static span further_text(session *s, const server_reply *reply)
{
    uint8_t room[FURTHER_LIMIT];
    size_t length = 0;

    for (unsigned i = 1; i < reply->line_count && length < sizeof room; i++) {
        span text = span_first(reply->lines[i].valid ? reply->lines[i].parsed.text : reply->lines[i].line.text,
                               sizeof room - length - 1);
        if (length)
            room[length++] = ' ';
        if (text.length)
            memcpy(room + length, text.octets, text.length);
        length += text.length;
    }
    return session_keep(s, (span){room, length});
}

/* `with_text`: status and text of the line are kept too. Of one that grants MAIL or DATA only the code is needed. */
static verdict verdict_of(reading *r, const reply_line *in, uint16_t code, bool with_text)
{
    verdict out = {.code = code, .frame = r->input->frame};

    if (!with_text || !in)
        return out;
    out.status = session_keep(r->s, in->has_status ? in->status_text : (span){NULL, 0});
    out.text = session_keep(r->s, in->text);
    return out;
}

static const timed_verdict *timed(reading *r, const verdict *given)
{
    timed_verdict *kept = (timed_verdict *)session_alloc(r->s, sizeof *kept);

    *kept = (timed_verdict){*given, r->input->time};
    return kept;
}

/* A 503 behind a reply that was not captured says that the command before was refused: nobody knows with which code. */
static bool follows_from_unseen(const transaction *t, uint16_t code)
{
    return code == 503 && t->hidden && !t->recipients_taken;
}

/* A refusal of MAIL or of a recipient. What is refused behind a refused MAIL follows from that. */
static void refusal(reading *r, transaction *t, const verdict *given)
{
    unsigned severity = reply_severity(given->code);

    if (severity < 4 || (!t->mail_code && follows_from_unseen(t, given->code)) ||
        (reply_severity(t->mail_code) >= 4 && (t->deferral || t->rejection)))
        return;
    t->any_deferred |= severity == 4;
    if (severity == 4 && !t->deferral)
        t->deferral = timed(r, given);
    else if (severity > 4 && !t->rejection)
        t->rejection = timed(r, given);
}

/* MAIL was refused because a transaction is open already: it goes on, with what was sent since. */
static void merge_into_previous(session *s, transaction *t)
{
    transaction *previous = transaction_resolved(t->previous);

    t->merged_into = previous;
    t->merged_at = wmem_array_get_count(previous->recipients);
    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++)
        wmem_array_append(previous->recipients, wmem_array_index(t->recipients, i), 1);
    if (t->method)
        previous->method = t->method;
    previous->unanswered += t->unanswered;
    previous->envelope_unanswered += t->envelope_unanswered;
    previous->envelope_frame = t->envelope_frame;
    previous->recipients_taken += t->recipients_taken;
    previous->recipients_answered += t->recipients_answered;
    open_remove(s, t);
    if (s->transactions.current == t)
        s->transactions.current = previous;
}

/* The mail `before` is over, by a reply that seems to be for `t`. Where that was sent in a group behind missing octets, the
 * reply may be for what these held, and the reply to the content of `before` may still come. */
static void supersede(session *s, transaction *before, const transaction *t, const char *by)
{
    transaction *earlier = transaction_resolved(before->previous);

    before->hidden |= strcmp(by, "END-OF-DATA") == 0;
    if (!t->unconfirmed || !t->unanswered || before->content_sent || !may_be_answered(before)) {
        transaction_end(s, before, by);
        return;
    }
    if (earlier && earlier->superseded) /* one is enough to wait for */
        transaction_end(s, earlier, earlier->superseded);
    if (!before->superseded)
        before->superseded = by;
}

void transaction_mail_answered(reading *r, exchange *e, transaction *t, const verdict *given)
{
    session *s = r->s;
    transaction *previous = transaction_resolved(t->previous);
    bool previous_open = previous && !previous->ended_by;

    (void)e;
    if (given->code == 503 && previous_open) {
        merge_into_previous(s, t);
        return;
    }
    if (reply_severity(given->code) == 2 && previous_open)
        supersede(s, previous, t, "MAIL");
    s->transactions.mail_refused = reply_severity(given->code) >= 4;
    t->mail_code = given->code;
    t->index = ++s->transactions.numbered;
    refusal(r, t, given);
}

/* `asked`: when the server was; NULL: nobody knows. */
static void recipient_answered(recipient *to, const verdict *given, const moment *asked, const moment *now)
{
    to->has_wait = asked && moment_between(asked, now, &to->wait);
    to->code = given->code;
    to->reply_frame = given->frame;
    to->inferred = given->inferred;
    to->status = given->status;
    to->text = given->text;
    to->further = given->further;
}

void transaction_rcpt_answered(reading *r, exchange *e, transaction *t, const verdict *given)
{
    unsigned at = e->recipient + (e->transaction->merged_into ? e->transaction->merged_at : 0);
    recipient *to = (recipient *)wmem_array_index(t->recipients, at);

    recipient_answered(to, given, e->has_command ? &e->command_time : NULL, &r->input->time);
    to->taken_by_rcpt = reply_severity(given->code) == 2;
    t->recipients_taken += to->taken_by_rcpt;
    t->recipients_answered++;
    refusal(r, t, given);
}

/* The next recipient that RCPT accepted, from t->result_next on; NULL when there is none. */
static recipient *recipient_next(transaction *t)
{
    while (t->result_next < wmem_array_get_count(t->recipients)) {
        recipient *to = (recipient *)wmem_array_index(t->recipients, t->result_next++);
        if (to->taken_by_rcpt)
            return to;
    }
    return NULL;
}

/* So many recipients are looked through for the one that a result names. */
#define NAMED_LIMIT 1000u

/* The recipient without a result that the text names, as "<bob@example.net>"; NULL: none. Results come in the order of the
 * recipients, so it is looked for behind the last one that was named. */
static recipient *recipient_named(transaction *t, span text)
{
    size_t begin = span_find(text, '<'), length;
    span name = begin < text.length ? span_from(text, begin + 1) : (span){NULL, 0};
    unsigned count = wmem_array_get_count(t->recipients);

    length = name.length ? span_find(name, '>') : 0;
    for (unsigned i = 0; length && i < count && i < NAMED_LIMIT; i++) {
        unsigned at = (t->result_next + i) % count;
        recipient *to = (recipient *)wmem_array_index(t->recipients, at);
        if (!to->taken_by_rcpt || to->code || !span_equal(to->address, span_first(name, length)))
            continue;
        t->result_next = at + 1;
        return to;
    }
    return NULL;
}

/* Is it the last one that RCPT accepted? */
static bool is_last_taken(const transaction *t, const recipient *to)
{
    unsigned count = wmem_array_get_count(t->recipients);

    for (unsigned i = 1; i <= count && i <= NAMED_LIMIT; i++) {
        const recipient *last = (const recipient *)wmem_array_index(t->recipients, count - i);
        if (last->taken_by_rcpt)
            return last == to;
    }
    return false;
}

static void result_is_for(const reading *r, const transaction *t, recipient *to, const verdict *given)
{
    recipient_answered(to, given, t->content_end_known ? &t->content_end : NULL, &r->input->time);
}

/* Behind one that was not captured nobody knows whose a result is, unless it says so. */
static void result_out_of_order(const reading *r, transaction *t, const verdict *given)
{
    recipient *to = recipient_named(t, given->text);

    t->any_deferred |= reply_severity(given->code) == 4;
    t->last_result_seen |= to && is_last_taken(t, to);
    if (to)
        result_is_for(r, t, to, given);
    else if (reply_severity(given->code) == 2)
        t->results_taken_by_some++;
    else
        t->results_refused_to_some++;
}

/* The n-th result after an LMTP, PRDR or EXDATA content is for the n-th recipient that RCPT accepted (RFC 2033, 4.2); a 421
 * is for all that are left, since the session ends with it. False: no recipient is left. */
static bool recipient_result(const reading *r, transaction *t, const verdict *given)
{
    static const verdict none;
    recipient *to;
    bool found = false;

    if (!t->recipient_results++) {
        while ((to = recipient_next(t)) != NULL)
            recipient_answered(to, &none, NULL, NULL); /* RCPT's reply is not the result */
        t->result_next = 0;
        t->any_deferred = t->any_deferred && !t->recipients_taken;
    }
    if (t->result_lost) {
        result_out_of_order(r, t, given);
        return true;
    }
    while ((to = recipient_next(t)) != NULL) {
        result_is_for(r, t, to, given);
        found = true;
        if (given->code != 421)
            break;
    }
    t->any_deferred |= found && reply_severity(given->code) == 4;
    return found;
}

/* Of several answers the worst decides, of equals the first. */
static bool outweighs(const verdict *given, const transaction *t)
{
    return !t->verdict.code || reply_severity(given->code) > reply_severity(t->verdict.code);
}

static void weigh(reading *r, transaction *t, const verdict *given)
{
    span queue_id = t->verdict.queue_id;

    if (!outweighs(given, t))
        return;
    t->verdict = *given;
    t->verdict.queue_id = queue_id;
    t->end = r->input->time;
}

/* An earlier refusal was not the last word. */
static void forget_refusal(transaction *t)
{
    t->content_refused = t->chunk_refused = false;
    t->verdict = (verdict){0};
}

/* PRDR: behind the recipients' results. If the whole is refused they count for nothing; if it is taken, only the refusals
 * among them say more than this reply does. */
static void result_of_whole(transaction *t, uint16_t code)
{
    if (reply_severity(code) >= 4)
        t->recipient_results = 0;
    if (reply_severity(code) >= 4 || reply_severity(t->verdict.code) == 2)
        t->verdict.code = 0;
}

/* The result of one recipient: its lines, of which `first` is the first one. */
static void exdata_result(reading *r, transaction *t, span text, const reply_line *first)
{
    verdict given = verdict_of(r, first, first->code, true);

    if (!recipient_result(r, t, &given))
        return; /* more results than recipients */
    weigh(r, t, &given);
    if (reply_severity(first->code) == 2 && !t->verdict.queue_id.length)
        t->verdict.queue_id = session_keep(r->s, queue_id_of_reply(text, false));
}

/* EXDATA: each line's text is a line of some recipient's reply. Returns whether there was any. */
static bool exdata_answered(reading *r, transaction *t, const server_reply *reply)
{
    unsigned before = t->recipient_results;
    span text = {NULL, 0}; /* from the first line of the reply under way on */
    reply_line first, inner;

    for (unsigned i = 0; i < reply->line_count; i++) {
        const parsed_reply_line *outer = &reply->lines[i];
        if (!outer->valid || !reply_line_parse(outer->parsed.text, true, &inner))
            continue;
        if (!text.length) {
            text = outer->parsed.text;
            first = inner;
        }
        if (inner.last) {
            first.code = inner.code;
            exdata_result(r, t, text, &first);
            text = (span){NULL, 0};
        }
    }
    return t->recipient_results > before;
}

static void content_answered(reading *r, const server_reply *reply, transaction *t, const verdict *given)
{
    session *s = r->s;
    exchange *e = reply->exchange;
    bool lmtp = s->offers.lmtp;

    if (given->code == PRDR_BEGINS && !t->prdr) {
        t->prdr = true;
        return;
    }
    if (!t->content_answered && !t->recipient_results && !(t->chunk_refused && !exchange_is(e, VERB_END_OF_DATA)))
        forget_refusal(t);
    if (lmtp || (t->prdr && e->waits))
        recipient_result(r, t, given);
    else if (t->prdr)
        result_of_whole(t, given->code);
    if (lmtp || given->code != EXDATA_RESULTS || !exdata_answered(r, t, reply))
        weigh(r, t, given);
    if (reply_severity(given->code) == 2 && !t->verdict.queue_id.length)
        t->verdict.queue_id = session_keep(s, queue_id_of_reply(reply->whole, reply->cut));
    if (reply_severity(given->code) == 2 && !s->transactions.named)
        s->transactions.named = queue_id_tells_content(reply->whole);
    t->content_answered = !t->prdr || !e->waits;
    if (!e->waits)
        transaction_end(s, t, "END-OF-DATA");
    else if (lmtp && t->last_result_seen)
        exchange_through_unanswered(s, e); /* those that are still expected were lost */
}

/* Its content has begun, and the client sends another mail's: its end, and the reply to that, were not captured. */
static void content_superseded(session *s, transaction *t)
{
    t->hidden = true;
    transaction_end(s, t, "END-OF-DATA");
}

void transaction_content_lost(session *s)
{
    transaction *t = transaction_resolved(s->transactions.current);

    if (t)
        content_superseded(s, t);
}

/* The transaction that a 354 is for. */
static transaction *granted(reading *r, transaction *t)
{
    if (t && t->content_granted && r->s->connection.lossy) {
        content_superseded(r->s, t);
        t = NULL;
    }
    if (!t)
        t = begin_without_mail(r);
    t->method = "DATA";
    t->content_granted = t->witnessed = true;
    if (r->role == SIDE_SERVER) /* else its 354 was not captured */
        content_begins(r, t);
    return t;
}

void transaction_content_unasked(reading *r)
{
    granted(r, transaction_resolved(r->s->transactions.current));
}

/* The replies to what was sent before a mail come before the 354 for it. */
static void earlier_over(session *s, const transaction *t)
{
    transaction *before = transaction_resolved(t->previous);

    if (!before || before->ended_by)
        return;
    before->hidden = true;
    transaction_end(s, before, before->superseded ? before->superseded : "MAIL");
}

/* DATA, or a chunk that is not the last: refused, though there are recipients, it decides, unless DATA is granted later. The
 * refusal of a DATA out of its order is about that alone. */
void transaction_content_started(reading *r, exchange *e, transaction *t, const verdict *given)
{
    bool is_out_of_order = e->mistake == ORDER_DATA_BEHIND_CHUNK || e->mistake == ORDER_DATA_TWICE;

    if (given->code == 354) {
        e->transaction = granted(r, t);
        earlier_over(r->s, e->transaction);
        forget_refusal(e->transaction);
    }
    if (reply_severity(given->code) < 4 || is_out_of_order || for_nobody(t) || (t->hidden && !t->recipients_taken))
        return;
    t->content_refused = true;
    t->chunk_refused |= !exchange_is(e, VERB_DATA);
    weigh(r, t, given);
}

bool transaction_was_refused(transaction *t)
{
    const transaction *of = transaction_resolved(t);

    return !of || of->hidden || of->content_refused || for_nobody(of);
}

/* Everything that was sent for a refused MAIL is answered: it is over. */
static void end_if_refused(session *s, transaction *t)
{
    if (!t->ended_by && !t->unanswered && reply_severity(t->mail_code) >= 4)
        transaction_end(s, t, "MAIL");
}

static void terminator_answered(reading *r, const exchange *e, transaction *t, uint16_t code)
{
    bool granted = reply_severity(code) == 2 || exchange_is(e, VERB_QUIT);

    if (granted) {
        transaction_end(r->s, t, e->verb->ended_by);
        return;
    }
    if (t->terminator == e)
        t->terminator = NULL;
    if (!r->s->transactions.current && !t->content_sent)
        r->s->transactions.current = t;
}

/* Does the code say that there is a mail? A server that knows of none says that the sequence or the command is wrong. */
static bool is_witness(uint16_t code)
{
    return code < 500 || code >= 550;
}

/* There is a mail: the one before it, whose content had begun, is over. */
static void witness(session *s, transaction *t)
{
    transaction *before = transaction_resolved(t->previous);

    if (!(t->without_mail || t->unconfirmed) || t->witnessed)
        return;
    t->witnessed = true;
    if (before && !before->ended_by)
        supersede(s, before, t, "END-OF-DATA");
}

/* NULL when it cannot be read. */
static const reply_line *first_line(const server_reply *reply)
{
    return reply->lines[0].valid || reply->lines[0].odd ? &reply->lines[0].parsed : NULL;
}

void transaction_reply(reading *r, const server_reply *reply)
{
    exchange *e = reply->exchange;
    transaction *t = transaction_resolved(e->transaction);
    const reply_line *first = first_line(reply);
    verdict given;

    if (!t || t->ended_by)
        return;
    given =
        verdict_of(r, first, reply->code, e->ends_content || exchange_is(e, VERB_RCPT) || reply_severity(reply->code) >= 4);
    given.inferred = reply->inferred;
    if (reply_severity(reply->code) >= 4 && reply->line_count > 1)
        given.further = further_text(r->s, reply);
    if (!e->waits)
        command_over(t, e);
    if (is_witness(reply->code))
        witness(r->s, t);
    if (e->terminates)
        terminator_answered(r, e, t, reply->code);
    else if (e->ends_content)
        content_answered(r, reply, t, &given);
    else if (e->verb->transaction_on_reply)
        e->verb->transaction_on_reply(r, e, t, &given);
    end_if_refused(r->s, transaction_resolved(t));
}

void transaction_closing(reading *r, const server_reply *reply)
{
    const reply_line *first = first_line(reply);
    verdict given = verdict_of(r, first, reply->code, true);

    given.inferred = reply->inferred;
    if (!r->s->transactions.closing)
        r->s->transactions.closing = timed(r, &given);
}

void transaction_unanswered(session *s, exchange *e)
{
    transaction *t = transaction_resolved(e->transaction);

    if (!t || t->ended_by)
        return;
    command_over(t, e);
    if (e->ends_content)
        transaction_end(s, t, "END-OF-DATA");
    else if (e->terminates)
        transaction_end(s, t, e->verb->ended_by);
    else
        t->hidden = true;
}

/* The first `count` recipients remain. */
static void recipients_cut(session *s, transaction *t, unsigned count)
{
    wmem_array_t *kept = session_array(s, sizeof(recipient));

    if (count)
        wmem_array_append(kept, wmem_array_get_raw(t->recipients), count);
    t->recipients = kept;
}

void transaction_unsent(session *s, exchange *e)
{
    transaction *t = transaction_resolved(e->transaction);
    message *content = exchange_content(e);

    if (content)
        content->was_none = true;
    e->transaction = NULL;
    if (!t || t->ended_by)
        return;
    command_over(t, e);
    if (e->ends_content || e->last_chunk) {
        t->content_sent = false;
        t->message = NULL;
    }
    if (t->terminator == e)
        t->terminator = NULL;
    if (exchange_is(e, VERB_RCPT) && e->recipient < wmem_array_get_count(t->recipients))
        recipients_cut(s, t, e->recipient);
    if (exchange_is(e, VERB_MAIL))
        transaction_drop(s, t);
}

void transaction_data_reopen(session *s, const exchange *data)
{
    transaction *t = transaction_resolved(data->transaction);

    s->transactions.current = t && !t->ended_by ? t : NULL;
    if (!s->transactions.current)
        return;
    t->method = "DATA";
    t->content_sent = false;
    t->message = NULL;
}

/* "RCPT TO:<>" and the end of the line. */
#define SHORTEST_RCPT 12u

void transaction_hidden(session *s, uint64_t octets)
{
    transaction *t = transaction_resolved(s->transactions.current);

    if (!t)
        return;
    t->hidden = true;
    t->envelope_hidden |= !t->method && octets >= SHORTEST_RCPT;
}

void transaction_restart(session *s, const exchange *by)
{
    const char *ending = by ? by->verb->ended_by : "STARTTLS";

    while (s->transactions.oldest_open)
        transaction_end(s, s->transactions.oldest_open, ending);
    s->transactions.current = NULL;
}

bool transaction_none(const session *s)
{
    return !s->transactions.oldest_open && !s->transactions.first_ended && !s->transactions.current;
}

/* --- mails that the connection's end cut off --------------------------------------------------------------------------- */

/* Transactions whose MAIL was not answered have no number yet: theirs follow, in their order. All are counted at once,
 * and again only when more has been read. */
static void number_open(const session *s)
{
    uint32_t index = s->transactions.numbered;

    for (transaction *open = s->transactions.oldest_open; open; open = open->next) {
        open->index_if_cut_off = open->index || !is_mail(s, open) ? open->index : ++index;
        open->counted_frame = s->connection.last_frame;
        open->counted_tag = s->connection.last_tag;
    }
}

uint32_t transaction_count(const session *s)
{
    uint32_t count = s->transactions.numbered;

    for (const transaction *open = s->transactions.oldest_open; open; open = open->next)
        count += !open->index && is_mail(s, open);
    return count;
}

bool transaction_cut_off(session *s, const transaction *t, transaction *ended_r)
{
    if (!is_mail(s, t))
        return false;
    if (t->counted_frame != s->connection.last_frame || t->counted_tag != s->connection.last_tag)
        number_open(s);
    *ended_r = *t;
    ended_r->index = t->index_if_cut_off;
    ended_r->ended_by = s->connection.closed ? "CLOSE" : CAPTURE_END;
    if (t->superseded)
        ended_r->ended_by = t->superseded;
    else if (t->terminator)
        ended_r->ended_by = t->terminator->verb->ended_by;
    decide(s, ended_r);
    freeze_content(ended_r);
    ended_r->header = message_header_so_far(s, t->message);
    return true;
}

const transaction *session_open_transactions(const session *s)
{
    return s->transactions.oldest_open;
}

/* --- how long it took -------------------------------------------------------------------------------------------------- */

bool transaction_content_time(const transaction *t, moment *time_r)
{
    return t->content_begin_known && t->content_end_known && moment_between(&t->content_begin, &t->content_end, time_r);
}

bool transaction_reply_time(const transaction *t, moment *time_r)
{
    bool answered = t->content_answered && t->verdict.code;

    return answered && t->content_end_known && moment_between(&t->content_end, &t->end, time_r);
}

/* --- copies --------------------------------------------------------------------------------------------------------------
 */

static span span_copy(wmem_allocator_t *scope, span in)
{
    if (!in.length)
        return in.octets ? (span){(const uint8_t *)"", 0} : in;
    return (span){(const uint8_t *)wmem_memdup(scope, in.octets, in.length), in.length};
}

static verdict verdict_copy(wmem_allocator_t *scope, const verdict *in)
{
    verdict copy = *in;

    copy.status = span_copy(scope, in->status);
    copy.text = span_copy(scope, in->text);
    copy.further = span_copy(scope, in->further);
    copy.queue_id = span_copy(scope, in->queue_id);
    return copy;
}

static wmem_array_t *recipients_copy(wmem_allocator_t *scope, wmem_array_t *in)
{
    unsigned count = wmem_array_get_count(in);
    wmem_array_t *copy = wmem_array_sized_new(scope, sizeof(recipient), count ? count : 1);

    for (unsigned i = 0; i < count; i++) {
        recipient to = *(const recipient *)wmem_array_index(in, i);
        to.address = span_copy(scope, to.address);
        to.status = span_copy(scope, to.status);
        to.text = span_copy(scope, to.text);
        to.further = span_copy(scope, to.further);
        wmem_array_append_one(copy, to);
    }
    return copy;
}

static const mail_header *header_copy(wmem_allocator_t *scope, const mail_header *in, unsigned kinds)
{
    mail_header *copy;
    unsigned count = 0;

    for (unsigned i = 0; in && i < in->count; i++)
        count += (HEADER_BIT(in->values[i].kind) & kinds) != 0;
    if (!count)
        return NULL;
    copy = (mail_header *)wmem_alloc(scope, sizeof *copy + count * sizeof copy->values[0]);
    copy->count = 0;
    for (unsigned i = 0; i < in->count; i++) {
        header_value value = in->values[i];
        if (!(HEADER_BIT(value.kind) & kinds))
            continue;
        value.octets = span_copy(scope, header_value_text(&value)).octets;
        copy->values[copy->count++] = value;
    }
    return copy;
}

transaction *transaction_copy(wmem_allocator_t *scope, const transaction *t, unsigned header_kinds)
{
    transaction *copy = (transaction *)wmem_memdup(scope, t, sizeof *t);

    copy->helo = span_copy(scope, t->helo);
    copy->mail_from = span_copy(scope, t->mail_from);
    copy->auth_username = span_copy(scope, t->auth_username);
    copy->recipients = recipients_copy(scope, t->recipients);
    copy->header = header_copy(scope, t->header, header_kinds);
    copy->verdict = verdict_copy(scope, &t->verdict);
    copy->deferral = copy->rejection = NULL;
    copy->message = NULL;
    copy->previous = copy->merged_into = copy->next = copy->before = NULL;
    copy->terminator = NULL;
    return copy;
}
