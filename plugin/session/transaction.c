/* transaction.c — which mails a session carries, and what became of them.
 *
 * What belongs together is decided when the client sends it, for that is the order in which the server will see it; what it came
 * to is decided by the replies. So a command of a transaction carries a pointer to it, and its reply finds it there, however
 * much was pipelined in between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/transaction.h"

#include "session/state.h"
#include "wire/line.h"
#include "wire/parameter.h"
#include "wire/path.h"
#include "wire/queue_id.h"

/* Recipients of one transaction that are kept; RFC 5321 (4.5.3.1.8) asks servers for 100. */
#define RECIPIENTS_LIMIT 100000u

const char *outcome_text(outcome of)
{
    static const char *const texts[] = {
        [OUTCOME_UNKNOWN] = "unknown",   [OUTCOME_ACCEPTED] = "accepted", [OUTCOME_DEFERRED] = "deferred",
        [OUTCOME_REJECTED] = "rejected", [OUTCOME_PARTIAL] = "partial",   [OUTCOME_ABORTED] = "aborted",
    };

    return texts[of];
}

transaction *transaction_resolved(transaction *t)
{
    while (t && t->merged_into)
        t = t->merged_into;
    return t;
}

/* --- what the client sends --------------------------------------------------------------------------------------------- */

static void learn_parameters(transaction *t, span parameters)
{
    parameter next;

    while (parameter_next(&parameters, PARAMETER_OF_MAIL, &next)) {
        t->smtputf8 |= next.row && next.row->id == PARAMETER_SMTPUTF8;
        if (next.row && next.row->id == PARAMETER_SIZE && parameter_size(next.value, &t->declared_size) == NUMBER_OK)
            t->has_declared_size = true;
    }
}

static void mail_sent(reading *r, exchange *e, const parsed_command *said)
{
    session *s = r->s;
    transaction *t = (transaction *)session_alloc(s, sizeof *t);

    t->first_frame = r->segment_input->frame;
    t->begin = t->end = r->segment_input->time;
    t->helo = s->helo;
    t->auth_username = s->auth_username;
    t->tls = r->segment_input->layer == LAYER_TLS;
    t->null_sender = said->path.null_path;
    t->mail_from = session_keep(s, said->path.address);
    t->recipients = session_array(s, sizeof(recipient));
    t->previous = transaction_resolved(s->current_transaction);
    learn_parameters(t, said->parameters);
    wmem_list_append(s->open, t);
    t->open = wmem_list_tail(s->open);
    s->current_transaction = t;
    e->transaction = t;
    t->unanswered++;
}

static void rcpt_sent(reading *r, exchange *e, const parsed_command *said)
{
    transaction *t = r->s->current_transaction;
    recipient added = {0};

    if (!t || wmem_array_get_count(t->recipients) >= RECIPIENTS_LIMIT)
        return;
    added.address = session_keep(r->s, said->path.address);
    e->transaction = t;
    e->recipient = wmem_array_get_count(t->recipients);
    wmem_array_append(t->recipients, &added, 1);
    t->unanswered++;
}

/* DATA, BDAT, BURL. */
static void content_sent(reading *r, exchange *e, const parsed_command *said)
{
    transaction *t = r->s->current_transaction;

    if (!t)
        return;
    t->method = said->command.row->name;
    t->by_url |= e->id == VERB_BURL;
    e->transaction = t;
    t->unanswered++;
    if (!e->last_chunk)
        return;
    transaction_content_ends(r, e, e->message);
    t->content_sent = !e->message || e->message->complete; /* the octets of a chunk follow, unless it has none */
}

void transaction_chunk_through(const exchange *e)
{
    transaction *t = transaction_resolved(e->transaction);

    if (t && !t->ended_by)
        t->content_sent = true;
}

void transaction_content_ends(reading *r, exchange *e, const message *m)
{
    transaction *t = r->s->current_transaction;

    if (!t)
        return;
    if (e->transaction != t)
        t->unanswered++;
    e->transaction = t;
    e->ends_content = true;
    t->content_sent = true;
    t->message = m;
    r->s->current_transaction = NULL; /* what comes next is another's */
}

/* RSET, QUIT, EHLO, HELO, STARTTLS: end it if they are granted. */
static void ender_sent(reading *r, exchange *e, const parsed_command *said)
{
    transaction *t = transaction_resolved(r->s->current_transaction);

    (void)said;
    if (!t)
        return;
    e->transaction = t;
    e->terminates = true;
    t->ender = e;
    t->unanswered++;
    if (e->id == VERB_RSET)
        r->s->current_transaction = NULL;
}

static void (*const senders[VERB_COUNT])(reading *, exchange *, const parsed_command *) = {
    [VERB_MAIL] = mail_sent,    [VERB_RCPT] = rcpt_sent,  [VERB_DATA] = content_sent, [VERB_BDAT] = content_sent,
    [VERB_BURL] = content_sent, [VERB_RSET] = ender_sent, [VERB_QUIT] = ender_sent,   [VERB_EHLO] = ender_sent,
    [VERB_HELO] = ender_sent,   [VERB_LHLO] = ender_sent, [VERB_STARTTLS] = ender_sent, [VERB_XCLIENT] = ender_sent,
};

void transaction_command(reading *r, exchange *e, const parsed_command *said)
{
    if (senders[e->id])
        senders[e->id](r, e, said);
}

/* --- how it ends ------------------------------------------------------------------------------------------------------- */

static outcome outcome_of_code(uint16_t code)
{
    static const outcome outcomes[] = {[2] = OUTCOME_ACCEPTED, [4] = OUTCOME_DEFERRED, [5] = OUTCOME_REJECTED};
    unsigned severity = reply_severity(code);

    return severity < sizeof outcomes / sizeof outcomes[0] ? outcomes[severity] : OUTCOME_UNKNOWN;
}

/* LMTP, PRDR, EXDATA: each recipient has a result of its own (RFC 2033, 4.2). Those that are missing may be anything. */
static outcome outcome_of_recipients(const transaction *t)
{
    unsigned taken = 0, refused = 0, missing = 0;

    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        if (to->taken_by_rcpt)
            (!to->code ? &missing : reply_severity(to->code) == 2 ? &taken : &refused)[0]++;
    }
    if (taken && refused)
        return OUTCOME_PARTIAL;
    if (missing)
        return OUTCOME_UNKNOWN;
    if (taken)
        return OUTCOME_ACCEPTED;
    return t->any_deferred ? OUTCOME_DEFERRED : OUTCOME_REJECTED;
}

/* MAIL was refused, or all recipients were: one whose reply was lost may have been taken. */
static bool for_nobody(const transaction *t)
{
    bool all_answered = t->recipients_answered == wmem_array_get_count(t->recipients);

    return reply_severity(t->mail.code) >= 4 || (t->worst.code && !t->recipients_taken && all_answered);
}

static void decide(transaction *t)
{
    bool decided = t->content_answered || t->content_refused;

    if (decided && (!for_nobody(t) || reply_severity(t->verdict.code) == 2)) {
        t->outcome = t->recipient_results && t->recipients_taken ? outcome_of_recipients(t) : outcome_of_code(t->verdict.code);
    } else if (for_nobody(t)) {
        t->outcome = t->any_deferred ? OUTCOME_DEFERRED : OUTCOME_REJECTED;
        t->verdict = t->worst;
        t->end = t->worst_time;
    } else {
        t->outcome = t->content_sent ? OUTCOME_UNKNOWN : OUTCOME_ABORTED;
    }
    if (t->outcome == OUTCOME_UNKNOWN) {
        t->verdict = (verdict){0};
        t->end = t->begin;
    }
}

/* The few words that `ended_by` knows. HELO and LHLO do what EHLO does, and so does XCLIENT, after whose 220 the session
 * starts anew; ATRN and TURN end what the client had to say, as if it had closed the connection. */
static const char *ending_of(const exchange *by)
{
    switch (by->id) {
    case VERB_HELO:
    case VERB_EHLO:
    case VERB_LHLO:
    case VERB_XCLIENT:
        return "EHLO";
    case VERB_STARTTLS:
        return "STARTTLS";
    case VERB_ATRN:
    case VERB_TURN:
        return "CLOSE";
    default: /* RSET, QUIT */
        return by->verb;
    }
}

/* What is told of the content is what was known of it then: octets of a chunk may follow its refusal. */
static void freeze_content(transaction *t)
{
    t->has_size = t->message && t->content_sent && !t->by_url;
    t->size = t->has_size ? t->message->unstuffed_size : 0;
    t->header = t->message ? t->message->header : NULL;
}

static void transaction_end(session *s, transaction *t, const char *by)
{
    if (t->ended_by)
        return;
    t->ended_by = by;
    decide(t);
    freeze_content(t);
    if (!t->index)
        t->index = ++s->transactions;
    wmem_list_remove_frame(s->open, t->open);
    t->open = NULL;
    if (s->current_transaction == t)
        s->current_transaction = NULL;
    wmem_list_append(s->ended, t);
}

/* --- what the server answers ------------------------------------------------------------------------------------------- */

/* Its text is kept if the reply may decide: of one that grants MAIL, RCPT or DATA the code alone counts. */
static verdict verdict_of(session *s, span whole, uint16_t code, bool may_decide)
{
    verdict out = {.code = code};
    reply_line parsed;

    if (may_decide && reply_line_parse(line_first(whole).text, true, &parsed)) {
        out.status = session_keep(s, parsed.has_status ? parsed.status_text : (span){NULL, 0});
        out.text = session_keep(s, parsed.text);
    }
    return out;
}

/* A refusal counts if it is worse than those before it: 5yz over 4yz. */
static void refusal(reading *r, transaction *t, const verdict *said)
{
    unsigned severity = reply_severity(said->code);

    if (severity < 4)
        return;
    t->any_deferred |= severity == 4;
    if (severity <= reply_severity(t->worst.code))
        return;
    t->worst = *said;
    t->worst_time = r->segment_input->time;
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
    previous->recipients_taken += t->recipients_taken;
    previous->recipients_answered += t->recipients_answered;
    wmem_list_remove_frame(s->open, t->open);
    t->open = NULL;
    if (s->current_transaction == t)
        s->current_transaction = previous;
}

static void mail_answered(reading *r, transaction *t, const verdict *said)
{
    session *s = r->s;
    transaction *previous = transaction_resolved(t->previous);
    bool previous_open = previous && !previous->ended_by;

    if (said->code == 503 && previous_open) {
        merge_into_previous(s, t);
        return;
    }
    if (reply_severity(said->code) == 2 && previous_open)
        transaction_end(s, previous, "MAIL");
    t->mail = *said;
    t->index = ++s->transactions;
    refusal(r, t, said);
}

static void rcpt_answered(reading *r, exchange *e, transaction *t, const verdict *said)
{
    unsigned at = e->recipient + (e->transaction->merged_into ? e->transaction->merged_at : 0);
    recipient *to = (recipient *)wmem_array_index(t->recipients, at);

    to->code = said->code;
    to->taken_by_rcpt = reply_severity(said->code) == 2;
    t->recipients_taken += to->taken_by_rcpt;
    t->recipients_answered++;
    refusal(r, t, said);
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

/* The n-th result after an LMTP, PRDR or EXDATA content is for the n-th recipient that RCPT accepted (RFC 2033, 4.2); a 421 is for
 * all that are left, since the session ends with it. False: no recipient is left. */
static bool recipient_result(transaction *t, uint16_t code)
{
    recipient *to;
    bool found = false;

    if (!t->recipient_results++) {
        while ((to = recipient_next(t)) != NULL)
            to->code = 0; /* RCPT's reply is not the result */
        t->result_next = 0;
    }
    while ((to = recipient_next(t)) != NULL) {
        to->code = code;
        found = true;
        if (code != 421)
            break;
    }
    t->any_deferred |= found && reply_severity(code) == 4;
    return found;
}

/* Of several answers the worst decides, of equals the first. */
static bool outweighs(const verdict *said, const transaction *t)
{
    return !t->verdict.code || reply_severity(said->code) > reply_severity(t->verdict.code);
}

static void weigh(reading *r, transaction *t, const verdict *said)
{
    span queue_id = t->verdict.queue_id;

    if (!outweighs(said, t))
        return;
    t->verdict = *said;
    t->verdict.queue_id = queue_id;
    t->end = r->segment_input->time;
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

/* The result of one recipient: the text of the reply from its first line on. */
static void exdata_result(reading *r, transaction *t, span text, uint16_t code)
{
    verdict said = verdict_of(r->s, text, code, true);

    if (!recipient_result(t, code))
        return; /* more results than recipients */
    weigh(r, t, &said);
    if (reply_severity(code) == 2 && !t->verdict.queue_id.length)
        t->verdict.queue_id = session_keep(r->s, queue_id_of_reply(text));
}

/* EXDATA: each line's text is a line of some recipient's reply. Returns whether there was any. */
static bool exdata_answered(reading *r, transaction *t, span whole)
{
    unsigned before = t->recipient_results;
    span first = {NULL, 0}; /* line of the reply under way */
    reply_line outer, inner;

    for (size_t at = 0; at < whole.length;) {
        line next = line_first(span_from(whole, at));
        at += next.length;
        if (!reply_line_parse(next.text, false, &outer) || !reply_line_parse(outer.text, false, &inner))
            continue;
        first = first.length ? first : outer.text;
        if (inner.last) {
            exdata_result(r, t, first, inner.code);
            first = (span){NULL, 0};
        }
    }
    return t->recipient_results > before;
}

static void content_answered(reading *r, exchange *e, transaction *t, const verdict *said, span whole)
{
    session *s = r->s;

    if (said->code == PRDR_BEGINS && !t->prdr) {
        t->prdr = true;
        return;
    }
    if (!t->content_answered && !t->recipient_results && !(t->chunk_refused && e->kind == EXCHANGE_COMMAND))
        forget_refusal(t);
    if (s->lmtp || (t->prdr && e->waits))
        recipient_result(t, said->code);
    else if (t->prdr)
        result_of_whole(t, said->code);
    if (s->lmtp || said->code != EXDATA_RESULTS || !exdata_answered(r, t, whole))
        weigh(r, t, said);
    if (reply_severity(said->code) == 2 && !t->verdict.queue_id.length)
        t->verdict.queue_id = session_keep(s, queue_id_of_reply(whole));
    t->content_answered = !t->prdr || !e->waits;
    if (!e->waits)
        transaction_end(s, t, "END-OF-DATA");
}

/* DATA, or a chunk that is not the last: refused, though there are recipients, it decides, unless DATA is granted later. */
static void content_started(reading *r, const exchange *e, transaction *t, const verdict *said)
{
    if (said->code == 354)
        forget_refusal(t);
    if (reply_severity(said->code) < 4 || for_nobody(t))
        return;
    t->content_refused = true;
    t->chunk_refused |= e->id != VERB_DATA;
    weigh(r, t, said);
}

/* Everything that was sent for a refused MAIL is answered: nothing more will come of it. */
static void end_if_refused(session *s, transaction *t)
{
    if (!t->ended_by && !t->unanswered && reply_severity(t->mail.code) >= 4)
        transaction_end(s, t, "MAIL");
}

static void ender_answered(reading *r, exchange *e, transaction *t, uint16_t code)
{
    bool granted = reply_severity(code) == 2 || e->id == VERB_QUIT;

    if (granted) {
        transaction_end(r->s, t, ending_of(e));
        return;
    }
    if (t->ender == e)
        t->ender = NULL;
    if (!r->s->current_transaction && !t->content_sent)
        r->s->current_transaction = t;
}

void transaction_reply(reading *r, exchange *e, span whole, uint16_t code)
{
    transaction *t = transaction_resolved(e->transaction);
    verdict said;

    if (!t || t->ended_by)
        return;
    said = verdict_of(r->s, whole, code, e->ends_content || reply_severity(code) >= 4);
    if (!e->waits && t->unanswered)
        t->unanswered--;
    if (e->terminates)
        ender_answered(r, e, t, code);
    else if (e->ends_content)
        content_answered(r, e, t, &said, whole);
    else if (e->id == VERB_MAIL)
        mail_answered(r, t, &said);
    else if (e->id == VERB_RCPT)
        rcpt_answered(r, e, t, &said);
    else
        content_started(r, e, t, &said);
    end_if_refused(r->s, transaction_resolved(t));
}

void transaction_unanswered(session *s, exchange *e)
{
    transaction *t = transaction_resolved(e->transaction);

    if (!t || t->ended_by)
        return;
    if (t->unanswered)
        t->unanswered--;
    if (e->ends_content)
        transaction_end(s, t, "END-OF-DATA");
    else if (e->terminates)
        transaction_end(s, t, ending_of(e));
}

void transaction_restart(session *s, const exchange *by)
{
    const char *ending = by ? ending_of(by) : "STARTTLS";

    while (wmem_list_head(s->open))
        transaction_end(s, (transaction *)wmem_list_frame_data(wmem_list_head(s->open)), ending);
    s->current_transaction = NULL;
}

/* Those whose MAIL went unanswered have no number yet: theirs follow, in their order. All are counted at once, and again only when
 * more has been read. */
static void number_open(const session *s)
{
    uint32_t index = s->transactions;

    for (wmem_list_frame_t *at = wmem_list_head(s->open); at; at = wmem_list_frame_next(at)) {
        transaction *open = (transaction *)wmem_list_frame_data(at);
        open->index_if_cut_off = open->index ? open->index : ++index;
        open->counted_frame = s->last_frame;
        open->counted_tag = s->last_tag;
    }
}

void transaction_cut_off(const session *s, const transaction *t, transaction *ended_r)
{
    if (t->counted_frame != s->last_frame || t->counted_tag != s->last_tag)
        number_open(s);
    *ended_r = *t;
    ended_r->index = t->index_if_cut_off;
    ended_r->ended_by = t->ender ? ending_of(t->ender) : "CLOSE";
    decide(ended_r);
    freeze_content(ended_r);
}

wmem_list_t *session_open_transactions(const session *s)
{
    return s->open;
}
