/* message.c — message content on its way (RFC 5321, 4.1.1.4; RFC 3030).
 *
 * Content that comes whole in one call stays where it is. What comes in several is gathered in a buffer that grows by doubling,
 * so that the cost is linear in its octets, up to a limit; larger content is measured but not kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

static message *message_new(session *s, uint64_t position, bool chunked)
{
    message *m = (message *)session_alloc(s, sizeof *m);

    m->position = position;
    m->chunked = chunked;
    s->message = m;
    return m;
}

void message_begin(session *s, uint64_t position)
{
    message_abandon(s);
    message_new(s, position, false)->bare_lf = s->data_bare_lf;
    content_begin(&s->content, s->data_bare_lf);
    s->held_oddities = 0;
    s->client = CLIENT_CONTENT;
}

void message_begin_chunk(session *s, uint64_t position)
{
    transaction *of = transaction_resolved(s->current_transaction);

    if (s->message && s->message->chunked && transaction_resolved(s->chunks_of) == of)
        return;
    message_abandon(s);
    message_new(s, position, true);
    s->chunks_of = of;
}

/* What was gathered is of no use any more, but for its header. */
static void gathered_free(session *s, message *m)
{
    if (m->octets)
        mail_header_learn(s, m, (span){m->octets, (size_t)m->unstuffed_size});
    session_free(s, m->octets);
    m->octets = NULL;
    m->capacity = 0;
}

void message_abandon(session *s)
{
    if (s->message && !s->message->complete)
        gathered_free(s, s->message);
    s->message = NULL;
}

void message_drop_chunks(session *s, const message *gathered)
{
    if (gathered && s->message == gathered && s->client != CLIENT_CHUNK)
        message_abandon(s);
}

static void note_frame(session *s, message *m, uint32_t frame)
{
    if (m->frames_count == MESSAGE_FRAMES_LIMIT || (m->frames_count && m->frames[m->frames_count - 1] == frame))
        return;
    /* Room doubles at each power of two. */
    if ((m->frames_count & (m->frames_count - 1)) == 0)
        m->frames = (uint32_t *)session_realloc(s, m->frames, sizeof(uint32_t) * (m->frames_count ? 2u * m->frames_count : 1u));
    m->frames[m->frames_count++] = frame;
}

/* Room for `more` octets behind what is gathered; NULL when the content is not kept. */
static uint8_t *room_for(session *s, message *m, size_t more)
{
    size_t needed = (size_t)m->unstuffed_size + more;

    if (m->too_large || m->has_holes)
        return NULL;
    if (needed > m->capacity) {
        m->capacity = needed * 2 > 8192 ? needed * 2 : 8192;
        m->octets = (uint8_t *)session_realloc(s, m->octets, m->capacity);
    }
    return m->octets + m->unstuffed_size;
}

/* The first octets of a content: copied only if it goes on in a later call. */
static content_piece first_piece(reading *r, message *m, span in)
{
    session *s = r->s;
    content_reader before = s->content;
    content_piece piece = content_read(&s->content, in, NULL);
    uint8_t *room;

    m->position = r->position + r->at;
    if (piece.ended)
        mail_header_learn(s, m, span_first(in, piece.consumed - piece.end_mark));
    if (piece.ended || !(room = room_for(s, m, in.length + CONTENT_CARRY)))
        return piece;
    if (!piece.stuffed) {
        memcpy(room, in.octets, piece.unstuffed);
        return piece;
    }
    s->content = before;
    return content_read(&s->content, in, room);
}

static content_piece next_piece(session *s, message *m, span in)
{
    return content_read(&s->content, in, room_for(s, m, in.length + CONTENT_CARRY));
}

static const struct {
    unsigned oddity;
    uint32_t note;
} oddity_notes[] = {
    {CONTENT_BARE_LF, NOTE_BARE_LF},
    {CONTENT_BARE_CR, NOTE_BARE_CR},
    {CONTENT_NUL, NOTE_NUL},
    {CONTENT_LINE_TOO_LONG, NOTE_LINE_TOO_LONG},
    {CONTENT_LOOKALIKE, NOTE_LOOKALIKE},
};

/* A content's oddities are told once each, and every lookalike, for that is where servers differ. */
static uint32_t notes_of(message *m, unsigned oddities)
{
    unsigned fresh = oddities & ~m->oddities;
    uint32_t notes = 0;

    fresh |= oddities & CONTENT_LOOKALIKE;
    if (m->bare_lf)
        fresh &= ~(unsigned)CONTENT_BARE_LF;
    m->oddities |= oddities;
    for (size_t i = 0; i < sizeof oddity_notes / sizeof oddity_notes[0]; i++)
        if (fresh & oddity_notes[i].oddity)
            notes |= oddity_notes[i].note;
    return notes;
}

static void message_account(reading *r, message *m, const content_piece *piece)
{
    m->size += piece->consumed;
    m->unstuffed_size += piece->unstuffed;
    m->stuffed |= piece->stuffed;
    if (piece->consumed > piece->end_mark) /* a packet with the lone dot alone has nothing of the content */
        note_frame(r->s, m, r->segment_input->frame);
    if (m->unstuffed_size > r->s->gather_limit && !m->too_large) {
        m->too_large = true;
        gathered_free(r->s, m);
    }
}

/* The message is whole: gives back the room it did not need. */
static void message_finish(reading *r, message *m)
{
    session *s = r->s;

    if (m->octets)
        mail_header_learn(s, m, (span){m->octets, (size_t)m->unstuffed_size});
    m->complete = true;
    m->complete_frame = r->segment_input->frame;
    if (m->octets && m->unstuffed_size < m->capacity) {
        m->capacity = m->unstuffed_size ? (size_t)m->unstuffed_size : 1;
        m->octets = (uint8_t *)session_realloc(s, m->octets, m->capacity);
    }
    s->message = NULL;
}

static void end_of_data(reading *r, message *m, size_t end_mark)
{
    session *s = r->s;
    exchange *e;
    finding *f = stream_emit(r, FINDING_END_OF_DATA, r->position + r->at - end_mark, end_mark);

    f->message = m;
    if (end_mark > r->at) /* it began in an earlier packet */
        f->octets = (const uint8_t *)(end_mark == 3 ? ".\r\n" : ".\n");
    if (s->lossy) /* else its reply is but late: the content was sent without waiting for it */
        exchange_through_unanswered(s, s->data);
    e = exchange_wait_from(r, EXCHANGE_END_OF_DATA, VERB_OTHER, "END-OF-DATA");
    e->message = m;
    transaction_content_ends(r, e, m);
    s->data = NULL;
    s->client = CLIENT_COMMANDS;
}

void message_read_content(reading *r)
{
    session *s = r->s;
    message *m = s->message;
    span rest = span_from(r->octets, r->at);
    content_piece piece = m->size ? next_piece(s, m, rest) : first_piece(r, m, rest);
    size_t of_content = piece.consumed > piece.end_mark ? piece.consumed - piece.end_mark : 0;
    finding *f = stream_emit(r, FINDING_CONTENT, r->position + r->at, piece.ended ? of_content : piece.consumed);

    f->message = m;
    f->notes = notes_of(m, piece.oddities | s->held_oddities);
    s->held_oddities = 0;
    message_account(r, m, &piece);
    r->at += piece.consumed;
    if (!piece.ended)
        return;
    m->size -= piece.end_mark;
    f->flags |= FLAG_MESSAGE_END;
    message_finish(r, m);
    end_of_data(r, m, piece.end_mark);
}

void message_read_earlier(reading *r, span octets)
{
    message *m = r->s->message;
    content_piece piece;

    if (!octets.length)
        return;
    piece = next_piece(r->s, m, octets);
    r->s->held_oddities |= piece.oddities;
    message_account(r, m, &piece);
}

void message_read_lossy(reading *r, size_t from, size_t end)
{
    message *m = r->s->message;
    content_piece piece = {.consumed = end - from, .unstuffed = end - from};

    stream_emit(r, FINDING_CONTENT, r->position + from, end - from)->message = m;
    message_account(r, m, &piece);
}

void message_take_back(session *s, size_t octets)
{
    s->message->size -= octets;
    s->message->unstuffed_size -= octets;
}

void message_end_lossy(reading *r, size_t here, size_t earlier)
{
    message *m = r->s->message;
    finding *f = stream_emit(r, FINDING_CONTENT, r->position + r->at - here, 0);

    f->message = m;
    f->flags |= FLAG_MESSAGE_END;
    note_frame(r->s, m, r->segment_input->frame);
    message_finish(r, m);
    end_of_data(r, m, here + earlier);
}

/* All octets of the chunk have passed, the last of them with `f`. */
static void chunk_complete(reading *r, finding *f)
{
    session *s = r->s;

    s->client = CLIENT_COMMANDS;
    if (!s->chunk->last_chunk)
        return;
    f->flags |= FLAG_MESSAGE_END;
    message_finish(r, s->message);
    transaction_chunk_through(s->chunk);
}

void message_read_chunk(reading *r)
{
    session *s = r->s;
    message *m = s->message;
    span rest = span_from(r->octets, r->at);
    size_t take = rest.length < s->raw_left ? rest.length : (size_t)s->raw_left;
    bool whole = !m->size && s->chunk->last_chunk && take == s->raw_left;
    finding *f = stream_emit(r, FINDING_CONTENT, r->position + r->at, take);
    content_piece piece = {.consumed = take, .unstuffed = take};
    uint8_t *room;

    f->message = m;
    if (whole) {
        m->position = r->position + r->at;
        mail_header_learn(s, m, span_first(rest, take));
    } else if (take && (room = room_for(s, m, take))) {
        memcpy(room, rest.octets, take);
    }
    message_account(r, m, &piece);
    s->raw_left -= take;
    r->at += take;
    if (!s->raw_left)
        chunk_complete(r, f);
}

void message_chunk_gap(reading *r, uint64_t octets)
{
    session *s = r->s;
    finding *f;

    message_gap(s, octets);
    if (s->raw_left)
        return;
    f = stream_emit(r, FINDING_CONTENT, r->position + r->at, 0);
    f->message = s->message;
    note_frame(s, s->message, r->segment_input->frame);
    chunk_complete(r, f);
}

void message_gap(session *s, uint64_t octets)
{
    if (!s->message)
        return;
    gathered_free(s, s->message);
    s->message->has_holes = true;
    s->message->size += octets;
    s->message->unstuffed_size += octets;
}
