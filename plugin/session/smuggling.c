/* smuggling.c — what a server may have taken for the end of the data, and whether it did (RFC 5321, 4.1.1.4).
 *
 * Only CRLF.CRLF ends a content. Where a content has something like it, what follows is kept. The server has taken it for
 * the end if a reply comes that nothing else explains: one before CRLF.CRLF, or one more when all is answered. Then the
 * content ends there, and what follows is read again as what the server read: commands, and further contents. That is
 * smuggling, if octets behind it were sent before that reply; a client that waits for the reply has ended its own mail so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* So many lookalikes of one content are looked at, and the last one. */
#define CANDIDATES_LIMIT 64u
/* Octets are read again at most so often, since smuggled octets may hold lookalikes too. */
#define DEPTH_LIMIT 16u
/* What is smuggled reaches to a CRLF.CRLF that has not come. */
#define UNTIL_CRLF UINT64_MAX

/* What may have been taken for the end. */
typedef struct candidate {
    lookalike_form form;
    uint64_t behind;    /* position of what follows its dot and NULs */
    uint64_t size;      /* of the content before its line ... */
    uint64_t unstuffed; /* ... without stuffed dots */
    uint32_t frame;
    moment time;
} candidate;

void smuggling_forget(session *s)
{
    smuggling_part *x = &s->smuggling;

    again_forget(s, &x->behind);
    *x = (smuggling_part){.until = x->until};
}

void smuggling_copy(session *to, exchange_copier exchange_in, const void *data)
{
    smuggling_part *x = &to->smuggling;

    if (!x->content)
        return;
    x->end = exchange_in(data, x->end);
    x->candidates = session_array_copy(to, x->candidates, sizeof(candidate));
    again_copy(to, &x->behind, exchange_in, data);
}

static candidate *candidate_at(const smuggling_part *x, unsigned i)
{
    return (candidate *)wmem_array_index(x->candidates, i);
}

/* --- what the client sends --------------------------------------------------------------------------------------------- */

void smuggling_met(reading *r, message *m, const content_piece *upto, uint64_t begin, uint64_t end)
{
    session *s = r->s;
    smuggling_part *x = &s->smuggling;
    candidate met = {.form = upto->met.form,
                     .behind = MAX(end - upto->met.behind, begin), /* a CR of it may have come in an earlier call */
                     .size = m->size + upto->consumed - upto->met.line,
                     .unstuffed = m->unstuffed_size + upto->unstuffed - upto->line_unstuffed,
                     .frame = r->input->frame,
                     .time = r->input->time};

    if (s->again.depth >= DEPTH_LIMIT || (x->content && x->content != m))
        return; /* the replies to an earlier content are due first */
    if (message_has_holes(m))
        return; /* its end may be in them, which explains more replies */
    if (!x->content) {
        x->content = m;
        x->depth = s->again.depth;
        x->candidates = session_array(s, sizeof(candidate));
        again_begin(s, &x->behind, met.behind);
        m->may_be_cut = true;
    }
    if (wmem_array_get_count(x->candidates) < CANDIDATES_LIMIT)
        wmem_array_append_one(x->candidates, met);
    else
        *candidate_at(x, CANDIDATES_LIMIT - 1) = met;
}

void smuggling_keep(reading *r, span octets, uint64_t position)
{
    smuggling_part *x = &r->s->smuggling;

    if (x->content && !again_keep(r, &x->behind, octets, position))
        smuggling_forget(r->s);
}

void smuggling_note(session *s, uint64_t position, exchange *e)
{
    if (s->smuggling.content)
        again_note(&s->smuggling.behind, position, e);
}

void smuggling_content_ends(session *s, message *m, exchange *end, uint64_t position)
{
    smuggling_part *x = &s->smuggling;

    if (x->until == UNTIL_CRLF || position >= x->until)
        x->until = 0;
    if (x->content != m)
        return;
    x->end = end;
    x->end_position = position;
}

bool smuggling_is_under_way(const session *s)
{
    return s->smuggling.content != NULL;
}

bool smuggling_covers(const session *s, uint64_t position)
{
    return position <= s->smuggling.until;
}

/* --- what the server answers ------------------------------------------------------------------------------------------- */

/* What follows its dot and NULs: the end of its line comes first. */
static span from_line_end(const smuggling_part *x, const candidate *c)
{
    return span_from(again_octets(&x->behind), (size_t)(c->behind - x->behind.position));
}

/* What the server would have read behind it. */
static span behind(const smuggling_part *x, const candidate *c)
{
    span octets = from_line_end(x, c);

    return span_from(octets, lookalike_line_end_length(octets));
}

static bool is_followed_by_command(const smuggling_part *x, const candidate *c)
{
    parsed_command first;

    return parsed_command_read(line_first(behind(x, c)).text, &first) && first.command.row;
}

/* The one that the server took for the end. The reply shows that it took one, not which: most likely the first with a
 * command behind it; else the last, if nothing is behind that; else the first. */
static const candidate *taken_for_end(const smuggling_part *x)
{
    unsigned count = wmem_array_get_count(x->candidates);

    for (unsigned i = 0; i < count; i++)
        if (is_followed_by_command(x, candidate_at(x, i)))
            return candidate_at(x, i);
    return candidate_at(x, behind(x, candidate_at(x, count - 1)).length ? 0 : count - 1);
}

/* Is the reply one to the content, though its end has not come? A refusal may come at any time. */
static bool is_early(const session *s, uint16_t code)
{
    return !s->smuggling.content->complete && reply_severity(code) == 2;
}

/* Does a server say so when nothing waits for a reply, before it closes the connection? */
static bool may_be_farewell(uint16_t code)
{
    return code == 521 || code == 554 || reply_severity(code) == 4;
}

/* Is it one more than there are contents and commands? A text line is refused; QUIT, which may have been sent meanwhile, is
 * answered by 221 alone. */
static bool is_surplus(const session *s, const candidate *c, uint16_t code)
{
    const exchange *e = s->queue.oldest;
    unsigned severity = reply_severity(code);

    if (!s->smuggling.content->complete || may_be_farewell(code))
        return false;
    if (e && (!exchange_is(e, VERB_QUIT) || e->next || code == 221))
        return false;
    if (severity == 5)
        return !e;
    return (severity == 2 || severity == 3) && is_followed_by_command(&s->smuggling, c);
}

static const lookalike_end *end_at(session *s, const smuggling_part *x, const candidate *c)
{
    lookalike_end *end = (lookalike_end *)session_alloc(s, sizeof *end);

    lookalike_name(&c->form, from_line_end(x, c), end->name);
    end->frame = c->frame;
    end->octets_behind = behind(x, c).length;
    return end;
}

/* The content ends before the line of the lookalike: one that came whole has been shown, and another is shown in its place.
 */
static message *content_cut(reading *r, const candidate *c)
{
    session *s = r->s;
    message *whole = s->smuggling.content;
    message *m = whole->complete ? message_copy(s, whole) : whole;

    message_cut(r, m, c->size, c->unstuffed, c->frame);
    m->ended_like = end_at(s, &s->smuggling, c);
    return m;
}

/* The finding that shows it, with the reply. */
static void emit_content(reading *r, message *m)
{
    finding *f = stream_emit(r, FINDING_CONTENT, r->position + r->at, 0);

    f->message = m;
    f->flags |= FLAG_MESSAGE_END | FLAG_READ_AGAIN;
    f->notes |= note_if(m->ended_like->octets_behind > 0, NOTE_SMUGGLING);
}

/* Its end is where the lookalike was, and waits for the reply, or has got it. */
static void move_end(reading *r, const candidate *c, message *m)
{
    session *s = r->s;
    exchange *end = s->smuggling.end;

    if (!end)
        end = exchange_wait(s, &verb_end_of_data, verb_end_of_data.name);
    transaction_content_cut(r, end, m, &c->time);
    end->content = m;
    if (!end->reply_frame || end->reply_frame == r->input->frame) { /* else it has been shown */
        end->has_command = true;
        end->command_frame = c->frame;
        end->command_time = c->time;
    }
}

static void take_for_end(reading *r, const candidate *c)
{
    session *s = r->s;
    smuggling_part *x = &s->smuggling;
    message *m = content_cut(r, c);
    octets_again kept = x->behind;
    unsigned depth = x->depth + 1;
    uint64_t position = c->behind + lookalike_line_end_length(from_line_end(x, c));

    emit_content(r, m);
    exchange_all_unsent(s);
    undecided_forget(s);
    client_drop_line(s, s->connection.last_layer);
    message_abandon(s);
    s->content.data = NULL;
    move_end(r, c, m);
    *x = (smuggling_part){.until = m->ended_like->octets_behind ? x->end ? x->end_position : UNTIL_CRLF : 0};
    client_enter(s, CLIENT_COMMANDS);
    again_drop(&kept, position);
    again_read(r, &kept, (again_part){.depth = depth});
}

void smuggling_answered(session *s, const exchange *e)
{
    const smuggling_part *x = &s->smuggling;

    if (x->content && x->content->complete && e != x->end && !x->end->waits)
        smuggling_forget(s);
}

void smuggling_reply(reading *r, uint16_t code)
{
    session *s = r->s;
    smuggling_part *x = &s->smuggling;
    const candidate *c;

    if (!x->content || code < 200)
        return;
    if (x->content->complete ? x->end->waits : s->queue.oldest != NULL)
        return; /* it is for that, or for a command before the content */
    c = taken_for_end(x);
    if (is_early(s, code) || is_surplus(s, c, code))
        take_for_end(r, c);
    else
        smuggling_forget(s);
}
