/* undecided.c — octets that the client sent behind a DATA before its reply: a 354 makes them content, a refusal commands.
 *
 * They are read at once as what they look like, so that their packets show them. They are kept as well: when the reply says
 * otherwise, what they did is undone, and they are read again as what they are. What is content after all is then found in
 * the call of the reply; the packets that brought it have been shown.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* So many octets are kept at most: behind more, the first reading stays. */
#define UNDECIDED_LIMIT (1u << 20)

/* What a call brought of them. */
typedef struct undecided_piece {
    uint64_t position;
    size_t length;
    segment_input input;
} undecided_piece;

/* A command that was read from them, so that its finding has the reply all the same. */
typedef struct undecided_command {
    uint64_t position;
    exchange *exchange;
} undecided_command;

void undecided_forget(session *s)
{
    session_free(s, s->undecided.octets);
    s->undecided = (undecided_part){.again = s->undecided.again, .again_at = s->undecided.again_at};
}

/* Octets that are decided go when they are half of the room. */
static void keep(session *s, undecided_part *u, span octets)
{
    if (u->start > u->length / 2) {
        memmove(u->octets, u->octets + u->start, u->length - u->start);
        u->length -= u->start;
        u->start = 0;
    }
    if (u->length + octets.length > u->capacity) {
        u->capacity = 2 * (u->length + octets.length);
        u->octets = (uint8_t *)session_realloc(s, u->octets, u->capacity);
    }
    memcpy(u->octets + u->length, octets.octets, octets.length);
    u->length += octets.length;
}

void undecided_add(reading *r)
{
    undecided_part *u = &r->s->undecided;
    undecided_piece piece = {.position = r->position, .input = *r->input};
    span octets = r->octets;

    if (!u->data)
        return;
    if (u->position > piece.position) { /* the DATA line ends in this call */
        octets = span_from(octets, (size_t)(u->position - piece.position));
        piece.position = u->position;
    }
    piece.length = octets.length;
    if (u->length - u->start + piece.length > UNDECIDED_LIMIT) {
        undecided_forget(r->s);
    } else if (piece.length) {
        keep(r->s, u, octets);
        wmem_array_append_one(u->pieces, piece);
    }
}

void undecided_begin(reading *r, exchange *data)
{
    undecided_part *u = &r->s->undecided;

    data->behind_data = r->position + r->at;
    if (u->data)
        return;
    u->data = data;
    u->position = data->behind_data;
    u->pieces = session_array(r->s, sizeof(undecided_piece));
    u->commands = session_array(r->s, sizeof(undecided_command));
}

void undecided_note(session *s, uint64_t position, exchange *e)
{
    undecided_command noted = {position, e};

    if (s->undecided.data)
        wmem_array_append_one(s->undecided.commands, noted);
}

exchange *undecided_noted(session *s, uint64_t position)
{
    undecided_part *u = &s->undecided;

    for (; u->again && u->again_at < wmem_array_get_count(u->again); u->again_at++) {
        undecided_command *noted = (undecided_command *)wmem_array_index(u->again, u->again_at);
        if (noted->position >= position)
            return noted->position == position ? noted->exchange : NULL;
    }
    return NULL;
}

/* Has anything been read as what the reply says it is not? */
static bool is_misread(const session *s, const exchange *data, bool content)
{
    if (s->undecided.data != data || s->undecided.start == s->undecided.length)
        return false;
    if (!content)
        return data->content_follows;
    return !data->content_follows && !(s->content.data == data && s->client.state == CLIENT_AFTER_DATA);
}

/* The findings from `first` on belong to packets that have been shown: but for content they go. */
static void keep_content_findings(reading *r, unsigned first)
{
    finding_list *found = r->s->memory.found;

    for (unsigned i = first; i < found->list->len;) {
        finding *f = &g_array_index(found->list, finding, i);
        if (f->kind != FINDING_CONTENT && f->kind != FINDING_END_OF_DATA) {
            g_array_remove_index(found->list, i);
            g_array_remove_index(found->parsed, i);
            continue;
        }
        f->flags |= FLAG_READ_AGAIN;
        if (f->message->complete)
            f->message->complete_frame = r->input->frame;
        i++;
    }
}

/* The findings of a call get octets of their own. */
static void own_octets(const reading *of, unsigned first)
{
    GArray *list = of->s->memory.found->list;

    for (unsigned i = first; i < list->len; i++) {
        finding *f = &g_array_index(list, finding, i);
        if (!f->octets && f->length && f->position >= of->position)
            f->octets =
                session_keep(of->s, span_first(span_from(of->octets, (size_t)(f->position - of->position)), f->length))
                    .octets;
    }
}

static void read_pieces(session *s, const undecided_part *kept)
{
    span rest = span_from((span){kept->octets, kept->length}, kept->start);

    for (unsigned i = kept->first_piece; i < wmem_array_get_count(kept->pieces); i++) {
        const undecided_piece *piece = (const undecided_piece *)wmem_array_index(kept->pieces, i);
        uint64_t begin = piece->position > kept->position ? piece->position : kept->position;
        unsigned first = s->memory.found->list->len;
        reading r = {.s = s,
                     .stream = stream_of_role(s, piece->input.layer, SIDE_CLIENT),
                     .input = &piece->input,
                     .role = SIDE_CLIENT,
                     .octets = span_first(rest, (size_t)(piece->position + piece->length - begin)),
                     .position = begin};
        client_read(&r);
        own_octets(&r, first);
        rest = span_from(rest, r.octets.length);
    }
}

static void read_again(reading *r, exchange *data, bool content)
{
    session *s = r->s;
    undecided_part kept = s->undecided;
    unsigned first = s->memory.found->list->len;

    s->undecided = (undecided_part){.again = kept.commands};
    exchange_all_unsent(s);
    transaction_data_reopen(s, data);
    message_abandon(s);
    client_drop_line(s, s->connection.last_layer);
    s->content.data = content ? data : NULL;
    if (content)
        message_begin_again(s, kept.position);
    else
        client_enter(s, CLIENT_COMMANDS);
    read_pieces(s, &kept);
    keep_content_findings(r, first);
    s->undecided.again = NULL;
    session_free(s, kept.octets);
}

/* The next DATA that waits, if any, is the one whose octets are kept. */
static void undecided_next(session *s)
{
    undecided_part *u = &s->undecided;
    exchange *data = exchange_oldest_data(s);
    const undecided_piece *piece;

    if (!data || data->behind_data < u->position) {
        undecided_forget(s);
        return;
    }
    u->start += (size_t)(data->behind_data - u->position);
    if (u->start > u->length) /* it came in the call that is being read */
        u->start = u->length;
    u->data = data;
    u->position = data->behind_data;
    for (; u->first_piece < wmem_array_get_count(u->pieces); u->first_piece++) {
        piece = (const undecided_piece *)wmem_array_index(u->pieces, u->first_piece);
        if (piece->position + piece->length > u->position)
            return;
    }
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

void undecided_unanswered(session *s, const exchange *data)
{
    if (s->undecided.data == data)
        undecided_next(s);
}
