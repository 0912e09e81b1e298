/* undecided.c — octets that the client sent behind a DATA before its reply: a 354 makes them content, a refusal commands.
 *
 * They are read at once as what they look like, so that their packets show them. They are kept as well: when the reply says
 * otherwise, what they did is undone, and they are read again as what they are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

void undecided_forget(session *s)
{
    again_forget(s, &s->undecided.behind);
    s->undecided.data = NULL;
}

void undecided_add(reading *r)
{
    undecided_part *u = &r->s->undecided;

    if (u->data && !again_keep(r, &u->behind, r->octets, r->position))
        undecided_forget(r->s);
}

void undecided_begin(reading *r, exchange *data)
{
    undecided_part *u = &r->s->undecided;

    data->behind_data = r->position + r->at;
    if (u->data)
        return;
    u->data = data;
    again_begin(r->s, &u->behind, data->behind_data);
}

void undecided_note(session *s, uint64_t position, exchange *e)
{
    if (s->undecided.data)
        again_note(&s->undecided.behind, position, e);
}

/* Has anything been read as what the reply says it is not? */
static bool is_misread(const session *s, const exchange *data, bool content)
{
    if (s->undecided.data != data || !again_octets(&s->undecided.behind).length)
        return false;
    if (!content)
        return data->content_follows;
    return !data->content_follows && !(s->content.data == data && s->client.state == CLIENT_AFTER_DATA);
}

static void read_again(reading *r, exchange *data, bool content)
{
    session *s = r->s;
    octets_again behind = s->undecided.behind;

    s->undecided = (undecided_part){0};
    exchange_all_unsent(s);
    transaction_data_reopen(s, data);
    message_abandon(s);
    client_drop_line(s, s->connection.last_layer);
    s->content.data = content ? data : NULL;
    if (content)
        message_begin_again(s, behind.position);
    else
        client_enter(s, CLIENT_COMMANDS);
    again_read(r, &behind, (again_part){.sent_as_content = !content});
}

/* The next DATA that waits, if any, is the one whose octets are kept. */
static void undecided_next(session *s)
{
    undecided_part *u = &s->undecided;
    exchange *data = exchange_oldest_data(s);

    if (!data || data->behind_data < u->behind.position) {
        undecided_forget(s);
        return;
    }
    u->data = data;
    again_drop(&u->behind, data->behind_data);
}

bool undecided_answered(reading *r, exchange *data, bool content)
{
    bool misread = is_misread(r->s, data, content);

    if (misread)
        read_again(r, data, content);
    else if (r->s->undecided.data == data)
        undecided_next(r->s);
    return misread;
}

/* Without its server nobody will tell. */
bool session_content_is_undecided(const session *s, const message *m)
{
    const undecided_part *u = &s->undecided;

    return u->data && s->connection.spoken[SIDE_SERVER] && m->position >= u->behind.position;
}

bool session_content_was_none(const message *m)
{
    return m->was_none;
}

void undecided_unanswered(session *s, const exchange *data)
{
    if (s->undecided.data == data)
        undecided_next(s);
}
