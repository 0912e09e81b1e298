/* exchange.c — which command a reply answers (RFC 5321, 4.2; RFC 2920; RFC 3030).
 *
 * Replies come in the order of the commands. A few codes can only be meant for one verb; when such a reply comes, commands
 * before that verb have lost theirs, and the pairing is right again instead of shifted for good.
 *
 * Where commands or replies were lost, their octets tell how many these can be. So each command knows how many replies come
 * before its own, at least and at most (`ahead`). Where the two differ, a reply that may be for either of two commands is
 * for none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

static bool is_for_content(const exchange *e)
{
    return exchange_is(e, VERB_END_OF_DATA) || e->last_chunk;
}

static void exchange_begin(session *s, exchange *e, const verb_rule *row, const char *name)
{
    e->verb = row;
    e->name = name;
    e->replies_expected = row->replies ? row->replies : 1;
    e->waits = true;
    s->queue.waiting[row->id]++;
}

static void bounds_add(reply_bounds *to, reply_bounds more)
{
    to->least += more.least;
    to->most += more.most;
}

/* `e` comes behind the oldest one. */
static void behind_add(session *s, const exchange *e)
{
    bounds_add(&s->queue.behind, (reply_bounds){1 + e->ahead.least, 1 + e->ahead.most});
}

/* It is the oldest one now. */
static void behind_remove(session *s, const exchange *e)
{
    bounds_add(&s->queue.behind, (reply_bounds){-1 - e->ahead.least, -1 - e->ahead.most});
}

static void append(session *s, exchange *e)
{
    if (s->queue.newest) {
        s->queue.newest->next = e;
        behind_add(s, e);
    } else {
        s->queue.oldest = e;
    }
    s->queue.newest = e;
}

void exchange_behind_lost(session *s, exchange *e, reply_bounds lost)
{
    bounds_add(&e->ahead, lost);
    if (e != s->queue.oldest)
        bounds_add(&s->queue.behind, lost);
}

exchange *exchange_wait(session *s, const verb_rule *row, const char *name)
{
    exchange *e = (exchange *)session_alloc(s, sizeof *e);

    exchange_begin(s, e, row, name);
    append(s, e);
    return e;
}

void exchange_wait_greeting(session *s, const moment *syn_time)
{
    exchange *e = &s->queue.connect;

    if (e->verb) /* findings point to the first greeting's */
        e = (exchange *)session_alloc(s, sizeof *e);
    exchange_begin(s, e, &verb_connect, verb_connect.name);
    if (syn_time) {
        e->command_time = *syn_time;
        e->has_command = true;
    }
    append(s, e);
}

exchange *exchange_wait_again(reading *r, exchange *e, const verb_rule *row, const char *name)
{
    *e = (exchange){.has_command = true,
                    .gaps = r->s->client.gaps,
                    .losses = r->s->queue.losses,
                    .command_frame = r->input->frame,
                    .command_time = r->input->time};
    exchange_begin(r->s, e, row, name);
    append(r->s, e);
    return e;
}

/* A client that goes on, when all replies that it waits for may have come, has got them. */
static void settle(const reading *r)
{
    session *s = r->s;
    const exchange *newest = s->queue.newest;

    if (newest && newest->command_frame != r->input->frame && s->queue.oldest->ahead.least + s->queue.behind.least < 0)
        exchange_all_unanswered(s);
}

exchange *exchange_wait_from(reading *r, const verb_rule *row, const char *name)
{
    exchange *e;

    settle(r);
    e = exchange_wait(r->s, row, name);
    e->no_command = r->s->again.sent_as_content;
    e->unconfirmed = r->s->client.unconfirmed;
    exchange_behind_lost(r->s, e, r->s->client.lost);
    r->s->client.lost = (reply_bounds){0, 0};
    r->s->client.lost_octets = 0;
    r->s->queue.gaps = r->s->client.gaps;
    r->s->queue.lost_answered = 0;
    e->gaps = r->s->client.gaps;
    e->losses = r->s->queue.losses;
    e->has_command = true;
    e->command_frame = r->input->frame;
    e->command_time = r->input->time;
    return e;
}

bool exchange_waits(const session *s, verb_id id)
{
    return s->queue.waiting[id] > 0;
}

bool exchange_secret_waits(const session *s)
{
    return s->queue.oldest && s->queue.oldest->secret;
}

static void take_oldest(session *s)
{
    exchange *e = s->queue.oldest;

    e->waits = false;
    s->queue.waiting[e->verb->id]--;
    s->queue.oldest = e->next;
    if (e->next)
        behind_remove(s, e->next);
    else
        s->queue.newest = NULL;
    e->next = NULL;
}

void exchange_all_unsent(session *s)
{
    GPtrArray *sent = g_ptr_array_new();

    while (s->queue.oldest) {
        g_ptr_array_add(sent, s->queue.oldest);
        take_oldest(s);
    }
    for (unsigned i = sent->len; i-- > 0;) {
        exchange *e = (exchange *)g_ptr_array_index(sent, i);
        transaction_unsent(s, e);
        if (e == s->offers.last_hello)
            s->offers.helo = e->hello->name_before;
        if (e == s->auth.under_way)
            s->auth.under_way = NULL;
    }
    g_ptr_array_free(sent, TRUE);
}

exchange *exchange_oldest_data(const session *s)
{
    exchange *e = exchange_waits(s, VERB_DATA) ? s->queue.oldest : NULL;

    while (e && !exchange_is(e, VERB_DATA))
        e = e->next;
    return e;
}

/* Its reply was not seen and will not come. */
static void oldest_unanswered(session *s)
{
    exchange *e = s->queue.oldest;

    take_oldest(s);
    undecided_unanswered(s, e);
    transaction_unanswered(s, e);
}

/* Takes all that waits before `e` out of the queue: their replies are lost. */
static void before_unanswered(session *s, exchange *e)
{
    while (s->queue.oldest != e)
        oldest_unanswered(s);
    if (e)
        e->ahead = (reply_bounds){0, 0};
}

void exchange_all_unanswered(session *s)
{
    before_unanswered(s, NULL);
}

void exchange_through_unanswered(session *s, exchange *e)
{
    if (!e || !e->waits)
        return;
    before_unanswered(s, e);
    oldest_unanswered(s);
}

/* Were the two sent without waiting for a reply? Where octets are not put in order, only what one packet brought was. */
static bool sent_together(const session *s, const exchange *a, const exchange *b)
{
    return s->queue.losses ? a->losses == b->losses : a->command_frame == b->command_frame;
}

/* --- which of several replies it is where others were lost ------------------------------------------------------------- */

/* The shortest line of a group behind MAIL and RCPT, as RSET; what is taken for the shortest MAIL or RCPT, and for the
 * shortest reply, before there was one ("250 Ok"). */
#define SHORTEST_COMMAND 6u
#define SHORTEST_ENVELOPE 25u
#define SHORTEST_REPLY 8u
/* More are not counted. */
#define LOST_LIMIT 100000

void exchange_learn_shortest(uint64_t *shortest, uint64_t octets)
{
    if (!*shortest || octets < *shortest)
        *shortest = octets;
}

static reply_bounds lost_commands(const session *s, uint64_t octets)
{
    uint64_t shortest = s->queue.shortest_command ? s->queue.shortest_command : SHORTEST_ENVELOPE;
    uint64_t most = octets > SHORTEST_COMMAND ? 1 + (octets - SHORTEST_COMMAND) / shortest : 1;

    return (reply_bounds){1, most < LOST_LIMIT ? (int64_t)most : LOST_LIMIT};
}

reply_bounds exchange_lost_before(const session *s, uint64_t octets, bool in_group)
{
    reply_bounds lost = {0, LOST_LIMIT}; /* where the capture begins behind it */
    int64_t answered = in_group ? 0 : s->queue.lost_answered;

    if (s->client.gaps)
        lost = lost_commands(s, octets);
    lost.least = lost.least > answered ? lost.least - answered : 0;
    lost.most = lost.most > answered ? lost.most - answered : 0;
    return lost;
}

static int64_t most_lost_replies(const session *s, uint64_t octets)
{
    uint64_t most = octets / (s->queue.shortest_reply ? s->queue.shortest_reply : SHORTEST_REPLY);

    return most < 1 ? 1 : most < LOST_LIMIT ? (int64_t)most : LOST_LIMIT;
}

/* The replies to the oldest ones have come, or are lost. */
static void answered_unseen(session *s)
{
    exchange *e;

    while ((e = s->queue.oldest) != NULL && e->ahead.most < 0) {
        reply_bounds over = {e->ahead.least + 1, e->ahead.most + 1};
        oldest_unanswered(s);
        if (s->queue.oldest)
            bounds_add(&s->queue.oldest->ahead, over);
    }
}

/* A reply comes, so something waits for it: the newest one, if nothing behind that was lost. */
static void something_waits(session *s)
{
    exchange *head = s->queue.oldest;

    if (head->ahead.least < -s->queue.behind.most && s->queue.newest->gaps == s->client.gaps)
        head->ahead.least = -s->queue.behind.most;
}

void exchange_older_unanswered(session *s, uint64_t octets)
{
    const exchange *newest = s->queue.newest;

    while (newest && !sent_together(s, s->queue.oldest, newest))
        oldest_unanswered(s);
    if (!newest || newest->losses == s->queue.losses || !octets)
        return;
    if (newest->gaps != s->client.gaps && client_heard_amid_gap(s)) {
        exchange_all_unanswered(s); /* the client went on, with what is missing */
        return;
    }
    if (s->queue.oldest == newest)
        return;
    if (s->offers.lmtp && is_for_content(s->queue.oldest)) /* that gets more than one */
        return;
    bounds_add(&s->queue.oldest->ahead, (reply_bounds){-most_lost_replies(s, octets), -1});
    something_waits(s);
    answered_unseen(s);
}

void exchange_content_unanswered(session *s)
{
    if (s->queue.oldest && exchange_is(s->queue.oldest, VERB_END_OF_DATA))
        oldest_unanswered(s);
}

/* Is the queue worth a search for one that only this code can be meant for? Without one it would be walked in vain. */
static bool any_meant(const session *s, uint16_t code)
{
    return s->queue.oldest && !exchange_is(s->queue.oldest, VERB_CONNECT) && verb_code_identifies(code);
}

/* The oldest waiting exchange that only this code can be meant for. */
static exchange *meant_by_code(const session *s, uint16_t code)
{
    if (!any_meant(s, code))
        return NULL;
    for (exchange *e = s->queue.oldest; e; e = e->next)
        if (verb_is_meant_by(e->verb, code))
            return e;
    return NULL;
}

/* Is a content under way whose DATA has been answered, or can no longer be answered? */
static bool content_under_way(const session *s)
{
    return message_under_way(s) && (s->client.state == CLIENT_CONTENT || s->client.state == CLIENT_DOUBTED);
}

/* Is the reply for what was sent behind the content under way? The end of that content and what followed it may be among
 * what is missing. */
static bool is_of_later_command(const session *s, uint16_t code)
{
    return s->client.state == CLIENT_DOUBTED || (message_has_holes(s->content.message) && verb_code_identifies(code));
}

/* The final reply came before the end of the content did: the end was not captured, or the server refused what it had seen
 * so far. */
static exchange *end_of_data_early(reading *r, uint16_t code)
{
    session *s = r->s;
    exchange *e = exchange_wait(s, &verb_end_of_data, verb_end_of_data.name);

    e->content = s->content.message;
    e->content->end = e;
    transaction_content_ends(r, e, s->content.message);
    if (message_has_holes(s->content.message) || reply_severity(code) == 2)
        message_cut_off(r);
    else
        message_abandon(s);
    s->content.answered = true;
    client_enter(s, CLIENT_UNKNOWN);
    return e;
}

/* Its end is missing, and so is the reply to it: this one is for what was sent behind. */
static void end_of_data_unseen(reading *r)
{
    message_cut_off(r);
    transaction_content_lost(r->s);
    client_enter(r->s, CLIENT_UNKNOWN);
}

/* One that the session did not wait for is answered: commands that wait were sent behind it. */
static exchange *exchange_unasked(session *s, const verb_rule *row)
{
    exchange *e = (exchange *)session_alloc(s, sizeof *e);

    exchange_begin(s, e, row, row->name);
    e->next = s->queue.oldest;
    s->queue.oldest = e;
    if (e->next)
        behind_add(s, e->next);
    else
        s->queue.newest = e;
    return e;
}

/* Is it a MAIL or RCPT whose reply is still to come? `ahead`: at least so many replies come before. */
static bool is_envelope_to_answer(const session *s, const exchange *e, int64_t ahead)
{
    bool envelope = exchange_is(e, VERB_MAIL) || exchange_is(e, VERB_RCPT);

    return envelope && ahead >= 0 && e->command_frame > s->queue.lost_frame;
}

/* May anything wait for the reply to a content? Without it the queue would be walked in vain. */
static bool any_for_content(const session *s)
{
    return exchange_waits(s, VERB_END_OF_DATA) || exchange_waits(s, VERB_BDAT) || exchange_waits(s, VERB_BURL);
}

/* What waits for the reply to a content, before any other reply has to come; NULL: nothing. */
static exchange *oldest_for_content(const session *s)
{
    exchange *e = any_for_content(s) ? s->queue.oldest : NULL;
    int64_t ahead = e ? e->ahead.least : 0;

    while (e && !is_for_content(e) && !is_envelope_to_answer(s, e, ahead)) {
        e = e->next;
        ahead += e ? 1 + e->ahead.least : 0;
    }
    return e && is_for_content(e) ? e : NULL;
}

/* All that was sent for this transaction has lost its reply. */
static void unanswered_of(session *s, const transaction *t)
{
    exchange *last = NULL;

    for (exchange *e = s->queue.oldest; e; e = e->next)
        if (transaction_resolved(e->transaction) == t && !e->terminates)
            last = e;
    exchange_through_unanswered(s, last);
}

/* A reply has come to what was sent before the oldest one that waits. */
static void answered_before_oldest(session *s)
{
    exchange *e = s->queue.oldest;

    if (!e)
        return;
    e->ahead.least = e->ahead.least > 0 ? e->ahead.least - 1 : 0;
    e->ahead.most = e->ahead.most > 0 ? e->ahead.most - 1 : 0;
}

/* The end of a content that the reply names the mail of was not captured, or nothing of it was. */
static exchange *end_of_data_unasked(reading *r, transaction *t)
{
    session *s = r->s;
    message *m = s->content.message;
    exchange *e;

    if (t)
        unanswered_of(s, t);
    answered_before_oldest(s);
    e = exchange_unasked(s, &verb_end_of_data);
    if (t && m && transaction_resolved(m->of) == t) {
        e->content = m;
        m->end = e;
        message_cut_off(r);
        s->content.answered = true;
        client_enter(s, CLIENT_UNKNOWN);
    }
    transaction_content_ends_unseen(s, e, t ? t : transaction_known_by_reply(r));
    return e;
}

/* A server greets with 220, or refuses the connection (RFC 5321, 3.1): another 2yz with a command waiting is the answer to
 * that, and there was no greeting. */
static void connect_unanswered(session *s, uint16_t code)
{
    const exchange *head = s->queue.oldest;

    if (!head || !head->next || !exchange_is(head, VERB_CONNECT) || reply_severity(code) != 2 || code == 220)
        return;
    head->next->without_greeting = s->server.no_greeting = !s->connection.lossy;
    oldest_unanswered(s);
}

/* A server that answers lines that were meant for content refuses them: a 2yz answers what follows them. */
static void lines_unanswered(session *s, uint16_t code)
{
    while (s->queue.oldest && s->queue.oldest->no_command && exchange_is(s->queue.oldest, VERB_OTHER) &&
           s->queue.oldest->next && reply_severity(code) == 2)
        oldest_unanswered(s);
}

/* A status X.1.Z is about an address (RFC 3463, 3.2), of a recipient up to X.1.6. */
#define SUBJECT_ADDRESSING 1u
#define DETAIL_DESTINATION_FIRST 1u
#define DETAIL_DESTINATION_LAST 6u

static reply_line first_line_with_status(const server_reply *reply)
{
    reply_line first = reply->lines[0].parsed;

    if (reply->lines[0].valid)
        reply_line_take_status(&first);
    return first;
}

static bool is_about_address(const server_reply *reply)
{
    reply_line first = first_line_with_status(reply);

    return first.has_status && first.status.subject == SUBJECT_ADDRESSING;
}

static bool is_about_recipient(const server_reply *reply)
{
    unsigned detail = first_line_with_status(reply).status.detail;

    return is_about_address(reply) && detail >= DETAIL_DESTINATION_FIRST && detail <= DETAIL_DESTINATION_LAST;
}

/* Can the reply answer it? DATA is answered by 354 or refused (RFC 5321, 4.3.2): a 2yz says that its 354 was lost. Where
 * replies are missing, one about a recipient answers no MAIL, and no content is taken with one about an address. */
static bool may_answer(const session *s, const exchange *e, const server_reply *reply)
{
    bool lossy = s->connection.lossy;

    if (exchange_is(e, VERB_DATA))
        return reply_severity(reply->code) != 2;
    if (exchange_is(e, VERB_MAIL))
        return !(lossy && exchange_waits(s, VERB_RCPT) && is_about_recipient(reply));
    return true;
}

/* What the reply cannot answer has been answered before, or comes later. */
static void exclude_oldest(session *s, const server_reply *reply)
{
    exchange *e;

    while ((e = s->queue.oldest) != NULL && e->ahead.least <= 0 && !may_answer(s, e, reply)) {
        if (e->ahead.most > 0) {
            e->ahead.least += e->ahead.least == 0;
            return;
        }
        e->ahead.least -= e->ahead.least == 0;
        e->ahead.most = -1;
        answered_unseen(s);
    }
}

/* One more reply has come. Is it for the oldest one that waits? Else it is for what was lost, or nobody knows. */
static bool is_for_oldest(session *s)
{
    exchange *e = s->queue.oldest;

    if (!e)
        return true;
    something_waits(s);
    if (e->ahead.least == 0 && e->ahead.most == 0)
        return true;
    bounds_add(&e->ahead, (reply_bounds){-1, -1});
    answered_unseen(s);
    return false;
}

/* A server that names the mails that it takes has not answered this content, nor has one that says something about an
 * address. What was sent in a group behind missing octets gets its replies behind those to what was lost. */
static bool is_for_no_content(const session *s, const exchange *e, const server_reply *reply)
{
    bool lacks_name = reply_severity(reply->code) == 2 && s->transactions.named;

    return is_for_content(e) && e->unconfirmed && !e->reply_frame && !s->offers.lmtp &&
           (lacks_name || is_about_address(reply));
}

/* Is it a reply to what was lost before the content that waits? When the client has gone on behind such a reply, the server
 * has given this content no name, and nothing more will answer it. */
static bool is_for_lost(reading *r, const server_reply *reply)
{
    session *s = r->s;
    const exchange *e = s->queue.oldest;
    uint32_t before = s->queue.nameless_frame;

    if (!e || !is_for_no_content(s, e, reply))
        return false;
    if (before > e->command_frame && e->next && e->next->command_frame > before) {
        oldest_unanswered(s);
        return false;
    }
    s->queue.nameless_frame = r->input->frame;
    return true;
}

/* The head of the queue that this code answers; what it cannot answer has been taken out before it. */
static exchange *head_for(reading *r, const server_reply *reply)
{
    session *s = r->s;
    uint16_t code = reply->code;
    exchange *e = meant_by_code(s, code);

    if (e) {
        before_unanswered(s, e);
        return e;
    }
    connect_unanswered(s, code);
    lines_unanswered(s, code);
    exclude_oldest(s, reply);
    if (code == 354 || code == 334 || !is_for_oldest(s) || is_for_lost(r, reply))
        return NULL; /* no DATA, no AUTH waits for it */
    e = s->queue.oldest;
    if (!e && content_under_way(s) && is_of_later_command(s, code))
        end_of_data_unseen(r);
    else if (!e && content_under_way(s))
        return end_of_data_early(r, code);
    if (code == 220 && !s->server.greeted && !(e && exchange_is(e, VERB_CONNECT)))
        return exchange_unasked(s, &verb_connect);
    return e;
}

/* May the client have sent what was not captured? */
static bool client_is_unseen(const session *s)
{
    return s->connection.client_lossy || !s->connection.spoken[SIDE_CLIENT];
}

/* Does one command alone wait, and nothing that was lost behind it? */
static bool one_waits(const session *s)
{
    return s->queue.oldest && !s->queue.oldest->next && s->queue.oldest->gaps == s->client.gaps;
}

/* What a reply answers that names the mail it takes. It makes a mail only where the client may have sent one, and nothing
 * else is answered. */
static exchange *head_for_mail(reading *r, const server_reply *reply)
{
    session *s = r->s;
    transaction *t = client_is_unseen(s) ? transaction_oldest_for_content(s) : NULL;
    exchange *e = oldest_for_content(s);

    if (e && (!t || t->content_sent || transaction_resolved(e->transaction) == t)) {
        before_unanswered(s, e);
        return e;
    }
    if (!t && (!client_is_unseen(s) || one_waits(s)))
        return head_for(r, reply);
    if (message_under_way(s) && s->content.reply_lost)
        end_of_data_unseen(r);
    return t || !s->transactions.just_answered ? end_of_data_unasked(r, t) : NULL;
}

/* LMTP replies to the content once for each recipient that was accepted (RFC 2033, 4.2); so does PRDR, behind a 353 and
 * before a reply for the whole. How many these are is known only now: the content may have been sent before the replies
 * to its RCPTs. */
static void expect_replies(session *s, exchange *e, uint16_t code)
{
    bool of_content = exchange_is(e, VERB_END_OF_DATA) || e->last_chunk;
    bool prdr = code == PRDR_BEGINS;
    unsigned accepted = s->transactions.recipients_accepted;

    if (!of_content || e->reply_frame || !(s->offers.lmtp || prdr))
        return;
    if (accepted > UINT16_MAX - 2u)
        accepted = UINT16_MAX - 2u;
    if (prdr)
        e->replies_expected = (uint16_t)(accepted + 2);
    else if (accepted > 1)
        e->replies_expected = (uint16_t)accepted;
    s->transactions.recipients_accepted = 0;
}

/* Does this code ask for something that gets a reply of its own: a SASL message, XEXCH50's octets? */
static bool is_intermediate(const exchange *e, uint16_t code)
{
    return code == 334 || (code == 354 && exchange_is(e, VERB_XEXCH50));
}

/* The oldest one is answered with this code. */
static exchange *answer(reading *r, exchange *e, uint16_t code)
{
    session *s = r->s;

    expect_replies(s, e, code);
    if (code == 421) /* the server closes the connection: nothing more follows (RFC 5321, 3.8) */
        e->replies_expected = 1;
    e->reply_frame = r->input->frame;
    e->reply_code = code;
    e->answered_last = !e->next;
    if (!is_intermediate(e, code) && --e->replies_expected == 0)
        take_oldest(s);
    smuggling_answered(s, e);
    return e;
}

/* A result of LMTP was lost, so more are expected than come. A client that has sent something since the last one has got
 * them all. */
static void results_unanswered(session *s)
{
    const exchange *e = s->queue.oldest;
    const transaction *t = e ? transaction_resolved(e->transaction) : NULL;

    if (t && t->result_lost && is_for_content(e) && e->answered_last && e->next)
        oldest_unanswered(s);
}

static exchange *answered_by(reading *r, const server_reply *reply)
{
    if (reply->code < 200)
        return NULL;
    results_unanswered(r->s);
    return reply->names_mail ? head_for_mail(r, reply) : head_for(r, reply);
}

/* Are octets of the client missing behind the last command that is known, or before one that waits? */
static bool octets_are_missing(const session *s)
{
    return s->client.gaps != s->queue.gaps || s->queue.oldest;
}

exchange *exchange_answer(reading *r, server_reply *reply)
{
    transactions_part *t = &r->s->transactions;
    exchange *e = answered_by(r, reply);
    bool further = t->just_answered && reply_severity(reply->code) >= 4; /* the result of another recipient */

    if (!e && reply->code >= 200 && reply->code != 421) {
        reply->answers_lost = octets_are_missing(r->s);
        r->s->queue.lost_answered += !r->s->queue.oldest;
    }
    t->just_answered = e ? is_for_content(e) : reply->names_mail || further;
    return e ? answer(r, e, reply->code) : NULL;
}

exchange *exchange_answer_unreadable(reading *r, uint16_t inferred)
{
    exchange *e = r->s->queue.oldest;

    if (!e || e->next || !is_for_oldest(r->s))
        return NULL;
    answer(r, e, inferred);
    e->reply_code = 0;
    return e;
}
