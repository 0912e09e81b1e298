/* exchange.c — which command a reply answers (RFC 5321, 4.2; RFC 2920; RFC 3030).
 *
 * Replies come in the order of the commands. A few codes can only be meant for one verb; when such a reply comes, commands
 * before that verb have lost theirs, and the pairing is right again instead of shifted for good.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* Codes that tell which verb they answer, wherever it stands in the queue. */
static const struct {
    uint16_t code;
    verb_id id;
} code_verbs[] = {
    {354, VERB_DATA},     /* RFC 5321, 4.2.2 */
    {354, VERB_XEXCH50},  /* [MS-XOEXT], 2.2.4 */
    {334, VERB_AUTH},     /* RFC 4954, 4 */
    {235, VERB_AUTH},     /* RFC 4954, 6 */
    {221, VERB_QUIT},     /* RFC 5321, 4.1.1.10 */
    {220, VERB_STARTTLS}, /* RFC 3207, 4 */
    {220, VERB_XCLIENT},  /* Postfix's XCLIENT_README */
};

static exchange *exchange_new(session *s, exchange_kind kind, verb_id id, const char *verb)
{
    exchange *e = (exchange *)session_alloc(s, sizeof *e);

    e->kind = kind;
    e->id = id;
    e->verb = verb;
    e->replies_expected = 1;
    e->waits = true;
    if (kind == EXCHANGE_COMMAND)
        s->waiting_verbs[id]++;
    return e;
}

exchange *exchange_wait(session *s, exchange_kind kind, verb_id id, const char *verb)
{
    exchange *e = exchange_new(s, kind, id, verb);

    wmem_list_append(s->waiting, e);
    return e;
}

exchange *exchange_wait_from(reading *r, exchange_kind kind, verb_id id, const char *verb)
{
    exchange *e = exchange_wait(r->s, kind, id, verb);

    e->has_command = true;
    e->command_frame = r->segment_input->frame;
    e->command_time = r->segment_input->time;
    return e;
}

bool exchange_waits(const session *s, verb_id id)
{
    return s->waiting_verbs[id] > 0;
}

static exchange *oldest(const session *s)
{
    wmem_list_frame_t *head = wmem_list_head(s->waiting);

    return head ? (exchange *)wmem_list_frame_data(head) : NULL;
}

bool exchange_secret_waits(const session *s)
{
    const exchange *head = oldest(s);

    return head && head->secret;
}

static void take_oldest(session *s)
{
    exchange *e = oldest(s);

    e->waits = false;
    if (e->kind == EXCHANGE_COMMAND)
        s->waiting_verbs[e->id]--;
    wmem_list_remove_frame(s->waiting, wmem_list_head(s->waiting));
}

/* Its reply was not seen and will not come. */
static void oldest_unanswered(session *s)
{
    exchange *e = oldest(s);

    take_oldest(s);
    transaction_unanswered(s, e);
}

/* Takes all that waits before `e` out of the queue: their replies are lost. */
static void before_unanswered(session *s, const exchange *e)
{
    while (oldest(s) != e)
        oldest_unanswered(s);
}

void exchange_all_unanswered(session *s)
{
    while (oldest(s))
        oldest_unanswered(s);
}

void exchange_through_unanswered(session *s, const exchange *e)
{
    if (!e || !e->waits)
        return;
    before_unanswered(s, e);
    oldest_unanswered(s);
}

void exchange_older_unanswered(session *s)
{
    wmem_list_frame_t *tail = wmem_list_tail(s->waiting);
    uint32_t frame;

    if (!tail)
        return;
    frame = ((exchange *)wmem_list_frame_data(tail))->command_frame;
    while (oldest(s)->command_frame != frame)
        oldest_unanswered(s);
}

void exchange_content_unanswered(session *s)
{
    if (oldest(s) && oldest(s)->kind == EXCHANGE_END_OF_DATA)
        oldest_unanswered(s);
}

static bool is_meant(const exchange *e, uint16_t code)
{
    for (size_t i = 0; i < sizeof code_verbs / sizeof code_verbs[0]; i++) {
        if (code_verbs[i].code == code && code_verbs[i].id == e->id)
            return e->kind == EXCHANGE_COMMAND;
    }
    return false;
}

/* Is the queue worth a search for one that only this code can be meant for? Without one it would be walked in vain. */
static bool any_meant(const session *s, uint16_t code)
{
    for (size_t i = 0; i < sizeof code_verbs / sizeof code_verbs[0]; i++) {
        if (code_verbs[i].code == code && exchange_waits(s, code_verbs[i].id))
            return true;
    }
    return false;
}

/* The oldest waiting exchange that only this code can be meant for. */
static exchange *meant_by_code(const session *s, uint16_t code)
{
    exchange *head = oldest(s);

    if (!head || head->kind == EXCHANGE_CONNECT || !any_meant(s, code))
        return NULL;
    for (wmem_list_frame_t *at = wmem_list_head(s->waiting); at; at = wmem_list_frame_next(at)) {
        exchange *e = (exchange *)wmem_list_frame_data(at);
        if (is_meant(e, code))
            return e;
    }
    return NULL;
}

/* Is a DATA's content on its way whose DATA has been answered, or can no longer be? */
static bool content_under_way(const session *s)
{
    return s->message && !s->message->chunked && (s->client == CLIENT_CONTENT || s->client == CLIENT_UNKNOWN);
}

/* The final reply came before the end of the content did. */
static exchange *end_of_data_early(reading *r)
{
    session *s = r->s;
    exchange *e = exchange_wait(s, EXCHANGE_END_OF_DATA, VERB_OTHER, "END-OF-DATA");

    e->message = s->message;
    transaction_content_ends(r, e, s->message);
    message_abandon(s);
    s->client = CLIENT_UNKNOWN;
    return e;
}

/* A greeting that the session did not wait for: commands may have been sent before it. */
static exchange *late_greeting(session *s)
{
    exchange *e = exchange_new(s, EXCHANGE_CONNECT, VERB_OTHER, "CONNECT");

    wmem_list_prepend(s->waiting, e);
    return e;
}

/* DATA is answered by 354 or refused (RFC 5321, 4.3.2): a 2yz says that its 354 was lost. */
static void data_unanswered(session *s, uint16_t code)
{
    exchange *head = oldest(s);

    if (head && head->kind == EXCHANGE_COMMAND && head->id == VERB_DATA && reply_severity(code) == 2)
        oldest_unanswered(s);
}

/* The head of the queue that this code answers; what it cannot answer has been taken out before it. */
static exchange *head_for(reading *r, uint16_t code)
{
    session *s = r->s;
    exchange *e = meant_by_code(s, code);

    if (e) {
        before_unanswered(s, e);
        return e;
    }
    data_unanswered(s, code);
    e = oldest(s);
    if (code == 354 || code == 334)
        return NULL; /* no DATA, no AUTH waits for it */
    if (!e && content_under_way(s))
        return end_of_data_early(r);
    if (code == 220 && !s->greeted && !(e && e->kind == EXCHANGE_CONNECT))
        return late_greeting(s);
    return e;
}

/* LMTP replies to the content once for each recipient that was accepted (RFC 2033, 4.2); so does PRDR, behind a 353 and
 * before a reply for the whole. How many these are is known only now: the content may have been sent before the replies
 * to its RCPTs. */
static void expect_replies(session *s, exchange *e, uint16_t code)
{
    bool of_content = e->kind == EXCHANGE_END_OF_DATA || (e->kind == EXCHANGE_COMMAND && e->last_chunk);
    bool prdr = code == PRDR_BEGINS;
    unsigned accepted = s->recipients_accepted < UINT16_MAX - 2u ? s->recipients_accepted : UINT16_MAX - 2u;

    if (!of_content || e->reply_frame || !(s->lmtp || prdr))
        return;
    if (prdr)
        e->replies_expected = (uint16_t)(accepted + 2);
    else if (accepted > 1)
        e->replies_expected = (uint16_t)accepted;
    s->recipients_accepted = 0;
}

/* Does this code ask for something that gets a reply of its own: a SASL message, XEXCH50's octets? */
static bool is_intermediate(const exchange *e, uint16_t code)
{
    return code == 334 || (code == 354 && e->kind == EXCHANGE_COMMAND && e->id == VERB_XEXCH50);
}

exchange *exchange_answer(reading *r, uint16_t code)
{
    session *s = r->s;
    exchange *e = code < 200 ? NULL : head_for(r, code);

    if (!e)
        return NULL;
    expect_replies(s, e, code);
    if (code == 421) /* the server closes the connection: nothing more follows (RFC 5321, 3.8) */
        e->replies_expected = 1;
    e->reply_frame = r->segment_input->frame;
    e->reply_code = code;
    if (!is_intermediate(e, code) && --e->replies_expected == 0)
        take_oldest(s);
    return e;
}
