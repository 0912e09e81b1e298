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

exchange *exchange_wait(session *s, exchange_kind kind, verb_id id, const char *verb)
{
    exchange *e = wmem_new0(s->scope, exchange);

    e->kind = kind;
    e->id = id;
    e->verb = verb;
    e->replies_expected = 1;
    wmem_list_append(s->waiting, e);
    return e;
}

exchange *exchange_wait_from(reading *r, exchange_kind kind, verb_id id, const char *verb)
{
    exchange *e = exchange_wait(r->s, kind, id, verb);

    e->has_command = true;
    e->command_frame = r->arrival->frame;
    e->command_time = r->arrival->time;
    return e;
}

exchange *exchange_waiting(const session *s, verb_id id)
{
    for (wmem_list_frame_t *at = wmem_list_head(s->waiting); at; at = wmem_list_frame_next(at)) {
        exchange *e = (exchange *)wmem_list_frame_data(at);
        if (e->kind == EXCHANGE_COMMAND && e->id == id)
            return e;
    }
    return NULL;
}

static exchange *oldest(const session *s)
{
    wmem_list_frame_t *head = wmem_list_head(s->waiting);

    return head ? (exchange *)wmem_list_frame_data(head) : NULL;
}

/* Takes all that waits before `e` out of the queue: their replies are lost. */
static void forget_before(session *s, const exchange *e)
{
    while (oldest(s) != e)
        wmem_list_remove_frame(s->waiting, wmem_list_head(s->waiting));
}

void exchange_forget_all(session *s)
{
    while (oldest(s))
        wmem_list_remove_frame(s->waiting, wmem_list_head(s->waiting));
}

void exchange_forget_through(session *s, const exchange *e)
{
    if (!e || !wmem_list_find(s->waiting, e))
        return;
    forget_before(s, e);
    wmem_list_remove_frame(s->waiting, wmem_list_head(s->waiting));
}

void exchange_forget_older(session *s)
{
    wmem_list_frame_t *tail = wmem_list_tail(s->waiting);
    uint32_t frame;

    if (!tail)
        return;
    frame = ((exchange *)wmem_list_frame_data(tail))->command_frame;
    while (oldest(s)->command_frame != frame)
        wmem_list_remove_frame(s->waiting, wmem_list_head(s->waiting));
}

/* The waiting exchange that only this code can be meant for. */
static exchange *meant_by_code(const session *s, uint16_t code)
{
    exchange *head = oldest(s);

    if (!head || head->kind == EXCHANGE_CONNECT)
        return NULL;
    for (size_t i = 0; i < sizeof code_verbs / sizeof code_verbs[0]; i++) {
        exchange *e = code_verbs[i].code == code ? exchange_waiting(s, code_verbs[i].id) : NULL;
        if (e)
            return e;
    }
    return NULL;
}

/* Is a DATA's content on its way whose DATA has been answered, or can no longer be? */
static bool content_under_way(const session *s)
{
    return s->message && !s->message->chunked && (s->client == CLIENT_CONTENT || s->client == CLIENT_UNKNOWN) &&
           !(s->data && s->data->reply_frame == 0 && oldest(s) == s->data);
}

/* The final reply came before the end of the content did. */
static exchange *end_of_data_early(session *s)
{
    exchange *e = exchange_wait(s, EXCHANGE_END_OF_DATA, VERB_OTHER, "END-OF-DATA");

    e->message = s->message;
    message_abandon(s);
    s->client = CLIENT_UNKNOWN;
    return e;
}

/* A 220 that no one asked for is a greeting when nothing else can have caused it. */
static exchange *late_greeting(session *s, uint16_t code)
{
    return code == 220 && !s->greeted ? exchange_wait(s, EXCHANGE_CONNECT, VERB_OTHER, "CONNECT") : NULL;
}

/* DATA is answered by 354 or refused (RFC 5321, 4.3.2): a 2yz says that its 354 was lost. */
static void forget_data_never_answered(session *s, uint16_t code)
{
    exchange *head = oldest(s);

    if (head && head->kind == EXCHANGE_COMMAND && head->id == VERB_DATA && reply_severity(code) == 2)
        wmem_list_remove_frame(s->waiting, wmem_list_head(s->waiting));
}

exchange *exchange_answer(reading *r, uint16_t code)
{
    session *s = r->s;
    exchange *e, *meant;

    if (code < 200)
        return NULL;
    forget_data_never_answered(s, code);
    e = oldest(s);
    meant = meant_by_code(s, code);
    if (meant) {
        forget_before(s, meant);
        e = meant;
    } else if (!e && content_under_way(s)) {
        e = end_of_data_early(s);
    } else if (!e) {
        e = late_greeting(s, code);
    } else if (code == 354) {
        return NULL; /* no DATA waits for it */
    }
    if (!e)
        return NULL;
    e->reply_frame = r->arrival->frame;
    e->reply_code = code;
    if (code != 334 && --e->replies_expected == 0)
        wmem_list_remove_frame(s->waiting, wmem_list_head(s->waiting));
    return e;
}
