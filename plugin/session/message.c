/* message.c — message content while it comes (RFC 5321, 4.1.1.4; RFC 3030).
 *
 * Content that comes whole in one call stays where it is. What comes in several is gathered in a buffer that grows by
 * doubling, so that the cost is linear in its octets, up to a limit; larger content is measured but not kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

static message *message_new(session *s, uint64_t position, bool chunked)
{
    message *m = (message *)session_alloc(s, sizeof *m);

    m->number = ++s->contents;
    s->content.answered = s->content.reply_lost = s->content.resumes = false;
    m->position = position;
    m->chunked = chunked;
    m->of = transaction_resolved(s->transactions.current);
    m->in_line = s->again.under_way; /* its octets are not in the packet that shows it */
    s->content.message = m;
    return m;
}

void message_begin(session *s, uint64_t position)
{
    message_abandon(s);
    message_new(s, position, false)->bare_lf = s->content.data_bare_lf;
    transaction_content_begins(s, s->content.message);
    content_begin(&s->content.reader, s->content.data_bare_lf);
    s->content.reader.stops_at_lookalikes = true;
    s->content.held_oddities = 0;
    client_enter(s, CLIENT_CONTENT);
}

void message_begin_again(session *s, uint64_t position)
{
    message_begin(s, position);
    s->content.message->in_line = true;
}

bool message_is_of_chunks(const message *m, const transaction *of)
{
    return m && m->chunked && transaction_resolved(m->of) == of;
}

static void begin_chunk(reading *r)
{
    session *s = r->s;
    transaction *of = transaction_sent_for(r);

    if (message_is_of_chunks(s->content.message, of))
        return;
    message_cut_off(r);
    message_emit_cut_off(r); /* before this one begins */
    message_abandon(s);
    message_new(s, r->position + r->at, true);
    content_begin_chunks(&s->content.reader);
    transaction_content_begins(s, s->content.message);
}

/* What is gathered so far. */
static span gathered(const message *m)
{
    return (span){m->octets, m->octets ? (size_t)message_captured(m) : 0};
}

/* What was gathered is of no use any more, but for its header. */
static void gathered_free(session *s, message *m)
{
    mail_header_learn(s, m, gathered(m));
    session_free(s, m->octets);
    m->octets = NULL;
    m->capacity = 0;
}

void message_learn_header(session *s, message *m)
{
    if (m)
        mail_header_ends(s, m, gathered(m));
}

const mail_header *message_header_so_far(session *s, message *m)
{
    return m ? mail_header_so_far(s, m, gathered(m)) : NULL;
}

void message_abandon(session *s)
{
    if (s->smuggling.content == s->content.message && s->content.message)
        smuggling_forget(s);
    if (s->content.message && !s->content.message->complete)
        gathered_free(s, s->content.message);
    s->content.message = NULL;
}

note_set message_give_up(session *s, message *m)
{
    bool chunks = m && m->chunked && !m->complete && !m->given_up;

    if (!chunks)
        return 0;
    m->given_up = true;
    return note_if(session_server_known(s) && !transaction_was_refused(m->of), NOTE_BDAT_MISSING_LAST);
}

/* The next mail's chunks may have come before the reply. */
void message_drop_chunks(session *s, message *gathered, finding *f)
{
    bool is_last = s->content.message == gathered;

    if (is_last && s->client.state == CLIENT_CHUNK)
        return;
    f->notes |= message_give_up(s, gathered);
    if (gathered && is_last)
        message_abandon(s);
}

static void note_frame(session *s, message *m, uint32_t frame)
{
    if (m->frames_count == MESSAGE_FRAMES_LIMIT || (m->frames_count && m->frames[m->frames_count - 1] == frame))
        return;
    /* Room doubles at each power of two. */
    if ((m->frames_count & (m->frames_count - 1)) == 0)
        m->frames =
            (uint32_t *)session_realloc(s, m->frames, sizeof(uint32_t) * (m->frames_count ? 2u * m->frames_count : 1u));
    m->frames[m->frames_count++] = frame;
}

/* Room for `more` octets behind what is gathered; NULL when the content is not kept. */
static uint8_t *room_for(session *s, message *m, size_t more)
{
    size_t before = (size_t)message_captured(m), needed = before + more;

    if (m->too_large)
        return NULL;
    if (needed > m->capacity) {
        m->capacity = needed * 2 > 8192 ? needed * 2 : 8192;
        m->octets = (uint8_t *)session_realloc(s, m->octets, m->capacity);
    }
    return m->octets + before;
}

/* Reads all octets at `position`, up to the end of data. `first_time`: lookalikes in them are new. */
static content_piece read_through(reading *r, span in, uint64_t position, uint8_t *room, bool first_time)
{
    session *s = r->s;
    content_piece sum = {0}, piece;

    do {
        piece = content_read(&s->content.reader, span_from(in, sum.consumed), room ? room + sum.unstuffed : NULL);
        sum.stuffed |= piece.stuffed;
        sum.oddities |= piece.oddities;
        sum.consumed += piece.consumed;
        sum.unstuffed += piece.unstuffed;
        sum.met = piece.met;
        sum.line_unstuffed = piece.line_unstuffed;
        if (piece.stopped && first_time)
            smuggling_met(r, s->content.message, &sum, position, position + sum.consumed);
    } while (piece.stopped);
    sum.ended = piece.ended;
    sum.end_mark = piece.end_mark;
    return sum;
}

/* The first octets of a content: copied only if it goes on in a later call. */
static content_piece first_piece(reading *r, message *m, span in, uint64_t position)
{
    session *s = r->s;
    content_reader before = s->content.reader;
    content_piece piece = read_through(r, in, position, NULL, true);
    uint8_t *room;

    m->position = position;
    if (piece.ended)
        mail_header_learn(s, m, span_first(in, piece.consumed - piece.end_mark));
    if (piece.ended || !(room = room_for(s, m, in.length + CONTENT_CARRY)))
        return piece;
    if (!piece.stuffed) {
        memcpy(room, in.octets, piece.unstuffed);
        return piece;
    }
    s->content.reader = before;
    return read_through(r, in, position, room, false);
}

static content_piece next_piece(reading *r, message *m, span in, uint64_t position)
{
    return read_through(r, in, position, room_for(r->s, m, in.length + CONTENT_CARRY), true);
}

static const struct {
    unsigned oddity;
    note note;
} oddity_notes[] = {
    {CONTENT_BARE_LF, NOTE_BARE_LF},
    {CONTENT_BARE_CR, NOTE_BARE_CR},
    {CONTENT_NUL, NOTE_NUL},
    {CONTENT_LINE_TOO_LONG, NOTE_LINE_TOO_LONG},
    {CONTENT_EIGHT_BIT, NOTE_EIGHTBIT_UNADVERTISED},
    {CONTENT_LOOKALIKE, NOTE_LOOKALIKE},
};

/* The oddities that this content may have: BINARYMIME has no rules for lines, and 8-bit octets are right where the server
 * takes them. */
static unsigned oddities_allowed(const session *s, const message *m)
{
    const transaction *of = transaction_resolved(m->of);
    bool eight_bit = !session_server_known(s) || !s->offers.known || offers_extension(s, "8BITMIME");
    unsigned allowed = (m->bare_lf ? CONTENT_BARE_LF : 0u) | (eight_bit ? CONTENT_EIGHT_BIT : 0u);

    if (m->chunked && of && of->binary)
        allowed |= CONTENT_BARE_LF | CONTENT_BARE_CR | CONTENT_NUL | CONTENT_LINE_TOO_LONG | CONTENT_EIGHT_BIT;
    return allowed;
}

/* Each oddity of a content is noted once. Every lookalike is noted, for servers differ there. */
static note_set notes_of(const session *s, message *m, unsigned oddities)
{
    unsigned fresh = oddities & ~m->oddities & ~oddities_allowed(s, m);
    note_set notes = 0;

    fresh |= oddities & CONTENT_LOOKALIKE;
    m->oddities |= oddities;
    for (size_t i = 0; i < sizeof oddity_notes / sizeof oddity_notes[0]; i++)
        notes |= note_if((fresh & oddity_notes[i].oddity) != 0, oddity_notes[i].note);
    return notes;
}

static void message_account(reading *r, message *m, const content_piece *piece)
{
    m->size += piece->consumed;
    m->unstuffed_size += piece->unstuffed;
    m->stuffed |= piece->stuffed;
    if (piece->consumed > piece->end_mark) /* a packet with the lone dot alone has nothing of the content */
        note_frame(r->s, m, r->input->frame);
    if (message_captured(m) > r->s->gather_limit && !m->too_large) {
        m->too_large = true;
        gathered_free(r->s, m);
    }
}

/* Where packets are visited twice, the second visit brings the content again, so it is not kept until then. */
static void give_back_later(session *s, message *m)
{
    m->given_back = true;
    m->next = s->content.shown;
    s->content.shown = m;
}

void message_free_shown(session *s)
{
    for (message *m = s->content.shown; m; m = m->next) {
        session_free(s, m->octets);
        m->octets = NULL;
    }
    s->content.shown = NULL;
}

/* Nothing more of the message comes. */
static void message_over(reading *r, message *m)
{
    mail_header_learn(r->s, m, gathered(m));
    m->complete = true;
    m->complete_frame = r->input->frame;
    r->s->content.message = NULL;
}

/* Gives back the room that it did not need. */
static void message_fit(session *s, message *m)
{
    if (m->octets && !m->in_line && pools_visited_twice(s->memory.pools)) {
        give_back_later(s, m);
    } else if (m->octets && message_captured(m) < m->capacity) {
        m->capacity = message_captured(m) ? (size_t)message_captured(m) : 1;
        m->octets = (uint8_t *)session_realloc(s, m->octets, m->capacity);
    }
}

static void message_finish(reading *r, message *m)
{
    message_over(r, m);
    message_fit(r->s, m);
}

void message_cut_off(reading *r)
{
    content_part *c = &r->s->content;
    message *m = c->message;

    if (!m || (m->chunked && !m->uncounted))
        return;
    if (!message_captured(m)) {
        message_abandon(r->s);
        return;
    }
    if (r->s->smuggling.content == m)
        smuggling_forget(r->s);
    m->no_end = true;
    message_over(r, m);
    if (c->cut_off)
        c->last_cut_off->next = m;
    else
        c->cut_off = m;
    c->last_cut_off = m;
}

void message_emit_cut_off(reading *r)
{
    content_part *c = &r->s->content;

    while (c->cut_off) {
        message *m = c->cut_off;
        finding *f = stream_emit(r, FINDING_CONTENT, r->stream->next, 0);
        f->message = m;
        f->flags |= FLAG_MESSAGE_END | FLAG_READ_AGAIN;
        c->cut_off = m->next;
        m->next = NULL;
        message_fit(r->s, m);
    }
}

/* The notes of a content that is complete. */
static note_set whole_notes(const session *s, const message *m)
{
    const transaction *of = transaction_resolved(m->of);
    uint64_t limit = s->offers.size_limit;
    bool over = (limit && m->unstuffed_size > limit) ||
                (of && of->has_declared_size && of->declared_size && m->unstuffed_size > of->declared_size);

    if (m->no_begin || m->uncounted)
        return 0;
    return note_if(over, NOTE_SIZE_EXCEEDED) | note_if(of && m->utf8_header && !of->smtputf8, NOTE_SMTPUTF8_MISSING);
}

message *message_copy(session *s, const message *whole)
{
    message *m = (message *)session_alloc(s, sizeof *m);

    *m = *whole;
    m->next = NULL;
    m->given_back = false;
    m->in_line = true;
    if (whole->octets) {
        m->octets = (uint8_t *)session_realloc(s, NULL, m->capacity);
        memcpy(m->octets, whole->octets, (size_t)message_captured(whole));
    }
    return m;
}

void message_cut(reading *r, message *m, uint64_t size, uint64_t unstuffed_size, uint32_t frame)
{
    m->size = size;
    m->unstuffed_size = unstuffed_size;
    m->stuffed = size != unstuffed_size;
    m->complete_frame = r->input->frame;
    while (m->frames_count && m->frames[m->frames_count - 1] > frame)
        m->frames_count--;
    if (m->complete)
        return;
    m->in_line = true; /* packets that brought it brought more */
    message_finish(r, m);
}

static void end_of_data(reading *r, message *m, size_t end_mark)
{
    session *s = r->s;
    exchange *e;
    finding *f = stream_emit(r, FINDING_END_OF_DATA, r->position + r->at - end_mark, end_mark);

    f->message = m;
    if (end_mark > r->at) /* it began in an earlier packet */
        f->octets = (const uint8_t *)(end_mark == 3 ? ".\r\n" : ".\n");
    if (s->connection.lossy) /* else its reply is only late: the content was sent without waiting for it */
        exchange_through_unanswered(s, s->content.data);
    e = exchange_wait_from(r, &verb_end_of_data, verb_end_of_data.name);
    e->content = m;
    m->end = e;
    transaction_content_ends(r, e, m);
    smuggling_content_ends(s, m, e, r->position + r->at);
    s->content.data = NULL;
    client_enter(s, CLIENT_COMMANDS);
}

/* A lone dot behind missing octets may be the end of a line, too. It ends the content if nothing is behind it, or what the
 * client says next. */
static bool begins_with_end(const message *m, span octets)
{
    line first = line_first(octets), behind = line_first(span_from(octets, first.length));
    command parsed;

    if (first.text.length != 1 || first.text.octets[0] != '.')
        return false;
    if (first.ending != LINE_ENDING_CRLF && !(m->bare_lf && first.ending == LINE_ENDING_LF))
        return false;
    return !behind.length || (command_parse(behind.text, &parsed) && command_unmistakable(&parsed));
}

static content_piece piece_read(reading *r, message *m, span in, uint64_t position)
{
    content_part *c = &r->s->content;

    if (c->resumes)
        content_pass_gap(&c->reader, begins_with_end(m, in));
    c->resumes = false;
    return m->size || m->in_line ? next_piece(r, m, in, position) : first_piece(r, m, in, position);
}

void message_read_content(reading *r)
{
    session *s = r->s;
    message *m = s->content.message;
    uint64_t position = r->position + r->at;
    content_piece piece = piece_read(r, m, span_from(r->octets, r->at), position);
    size_t of_content = piece.consumed > piece.end_mark ? piece.consumed - piece.end_mark : 0;
    finding *f = stream_emit(r, FINDING_CONTENT, position, piece.ended ? of_content : piece.consumed);

    f->message = m;
    f->notes = notes_of(s, m, piece.oddities | s->content.held_oddities);
    s->content.held_oddities = 0;
    message_account(r, m, &piece);
    r->at += piece.consumed;
    if (!piece.ended)
        return;
    m->size -= piece.end_mark;
    f->flags |= FLAG_MESSAGE_END;
    message_finish(r, m);
    f->notes |= whole_notes(s, m);
    end_of_data(r, m, piece.end_mark);
}

void message_read_earlier(reading *r, span octets, uint64_t position)
{
    message *m = r->s->content.message;
    content_piece piece;

    if (!octets.length)
        return;
    piece = next_piece(r, m, octets, position);
    smuggling_keep(r, octets, position);
    m->in_line = true;
    r->s->content.held_oddities |= piece.oddities;
    message_account(r, m, &piece);
}

/* All octets of the chunk have been read, the last of them with `f`. */
static void chunk_complete(reading *r, finding *f)
{
    session *s = r->s;

    client_enter(s, CLIENT_COMMANDS);
    s->client.excess = EXCESS_POSSIBLE;
    if (!s->content.bdat->last_chunk)
        return;
    f->flags |= FLAG_MESSAGE_END;
    f->notes |= whole_notes(s, s->content.message);
    s->content.message->end = s->content.bdat;
    message_finish(r, s->content.message);
    transaction_chunk_through(r, s->content.bdat);
}

void message_read_chunk(reading *r)
{
    session *s = r->s;
    message *m = s->content.message;
    span rest = span_from(r->octets, r->at);
    size_t take = rest.length < s->client.raw_left ? rest.length : (size_t)s->client.raw_left;
    bool whole = !m->size && !m->in_line && s->content.bdat->last_chunk && take == s->client.raw_left;
    finding *f = stream_emit(r, FINDING_CONTENT, r->position + r->at, take);
    uint8_t *room = whole || !take ? NULL : room_for(s, m, take + CONTENT_CARRY);
    content_piece piece = content_read(&s->content.reader, span_first(rest, take), room);

    f->message = m;
    f->notes = notes_of(s, m, piece.oddities);
    if (whole) {
        m->position = r->position + r->at;
        mail_header_learn(s, m, span_first(rest, take));
    }
    message_account(r, m, &piece);
    s->client.raw_left -= take;
    r->at += take;
    if (!s->client.raw_left)
        chunk_complete(r, f);
}

void message_chunk_gap(reading *r, uint64_t octets)
{
    session *s = r->s;
    finding *f;

    message_gap(s, octets);
    content_pass_gap(&s->content.reader, false);
    if (s->client.raw_left)
        return;
    f = stream_emit(r, FINDING_CONTENT, r->position + r->at, 0);
    f->message = s->content.message;
    chunk_complete(r, f);
}

void message_chunks_doubt(session *s)
{
    message *m = s->content.message;

    if (!m || !m->chunked)
        return;
    m->uncounted = true;
    content_pass_gap(&s->content.reader, false);
}

bool message_chunks_doubted(const session *s)
{
    return s->content.message && s->content.message->uncounted;
}

static void hole_add(session *s, message *m, uint64_t octets)
{
    content_hole *last = m->holes_count ? &m->holes[m->holes_count - 1] : NULL;

    if (last && last->offset + last->octets == m->unstuffed_size) {
        last->octets += octets;
        return;
    }
    if (m->holes_count == MESSAGE_HOLES_LIMIT)
        return;
    /* Room doubles at each power of two. */
    if ((m->holes_count & (m->holes_count - 1)) == 0)
        m->holes =
            (content_hole *)session_realloc(s, m->holes, sizeof(content_hole) * (m->holes_count ? 2u * m->holes_count : 1u));
    m->holes[m->holes_count++] = (content_hole){m->unstuffed_size, octets};
}

void message_gap(session *s, uint64_t octets)
{
    message *m = s->content.message;

    if (!m || !octets)
        return;
    mail_header_ends(s, m, gathered(m));
    s->content.resumes = true;
    m->no_begin |= !m->chunked && !m->size && !s->content.data; /* the DATA line, too, is among what is lost */
    if (m->no_begin && !m->size)
        return; /* nobody knows how many of them are content */
    hole_add(s, m, octets);
    m->size += octets;
    m->unstuffed_size += octets;
    m->missing += octets;
}

bool message_under_way(const session *s)
{
    return s->content.message && !s->content.message->chunked;
}

void message_doubt(session *s)
{
    bool silent = s->content.reply_lost || !s->connection.spoken[SIDE_SERVER];

    if (message_under_way(s) && message_has_holes(s->content.message) && silent)
        client_enter(s, CLIENT_DOUBTED);
}

/* What is lost before the 354 is something else. */
void message_reply_lost(session *s)
{
    if (message_under_way(s) && !(s->content.data && s->content.data->waits))
        s->content.reply_lost = true;
    message_doubt(s);
}

/* --- the second visit -------------------------------------------------------------------------------------------------- */

/* Room for all octets that findings call content. The beginning of the end mark is among them when it came in a packet
 * before the mark's last octet. */
static void begin_again(session *s, message *m)
{
    content_again *a = &s->content.again;

    a->message = m;
    a->length = 0;
    a->position = 0;
    a->room = (size_t)(m->size - m->missing) + 2 * CONTENT_CARRY;
    a->octets = (uint8_t *)session_realloc(s, a->octets, a->room);
    content_begin(&a->reader, m->bare_lf);
}

static void end_again(session *s, message *m)
{
    content_again *a = &s->content.again;

    if (a->length == message_captured(m)) {
        m->octets = a->octets;
        a->octets = NULL;
        give_back_later(s, m);
    }
    a->message = NULL;
}

void message_read_again(session *s, const finding *f, span octets)
{
    content_again *a = &s->content.again;
    message *m = f->message;

    if (!m->given_back)
        return;
    if (a->message != m)
        begin_again(s, m);
    if (octets.length + CONTENT_CARRY > a->room - a->length)
        return; /* not in the order of the first visit: it will not be whole */
    if (a->position && f->position > a->position)
        content_pass_gap(&a->reader, false);
    a->position = f->position + f->length;
    if (!m->chunked)
        a->length += content_read(&a->reader, octets, a->octets + a->length).unstuffed;
    else if (octets.length) {
        memcpy(a->octets + a->length, octets.octets, octets.length);
        a->length += octets.length;
    }
    if (f->flags & FLAG_MESSAGE_END)
        end_again(s, m);
}

void message_end_unseen(reading *r, const client_line *in)
{
    session *s = r->s;
    message *m;

    transaction_content_unasked(r);
    message_abandon(s);
    m = message_new(s, in->position, false);
    m->no_begin = true;
    transaction_content_begins(s, m);
    message_finish(r, m);
    end_of_data(r, m, in->whole.length);
}

/* --- verbs
 * ----------------------------------------------------------------------------------------------------------------- */

void data_sent(reading *r, exchange *e, const client_line *in)
{
    r->s->content.data = e;
    r->s->content.data_bare_lf = in->line.ending == LINE_ENDING_LF;
    client_enter(r->s, CLIENT_AFTER_DATA);
    undecided_begin(r, e);
}

void data_answered(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;
    bool granted = reply->code == 354;

    (void)f;
    if (undecided_answered(r, reply->exchange, granted))
        return;
    if (!granted) {
        exchange_content_unanswered(s);
        transaction_content_refused(reply->exchange);
    }
    if (s->content.data != reply->exchange)
        return;
    if (granted && client_may_begin_content(s)) {
        message_begin(s, client_unread_position(s, r->input->layer));
    } else if (!granted && (s->client.state == CLIENT_AFTER_DATA || message_under_way(s))) {
        /* Refused: what follows are commands, even if it was sent behind the DATA. Chunks before it remain. */
        if (message_under_way(s))
            message_abandon(s);
        client_enter(s, CLIENT_COMMANDS);
    }
}

void message_unasked(reading *r)
{
    session *s = r->s;

    message_cut_off(r);
    transaction_content_unasked(r);
    if (s->client.state != CLIENT_AFTER_DATA) {
        client_drop_line(s, r->input->layer);
        s->content.data = NULL; /* the last one that was captured is another mail's */
        s->content.data_bare_lf = false;
    }
    message_begin(s, client_unread_position(s, r->input->layer));
}

void bdat_sent(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;
    bdat_argument bdat;

    if (bdat_parse(in->parsed.command.argument, &bdat) != BDAT_OK)
        return; /* no octets follow an invalid one */
    s->content.bdat = e;
    e->last_chunk = bdat.last;
    begin_chunk(r);
    e->content = s->content.message;
    client_enter_raw(s, CLIENT_CHUNK, bdat.size);
    if (!bdat.size)
        message_read_chunk(r);
}

/* A client that has sent nothing behind the chunk by now may have waited for the reply. */
void bdat_answered(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;

    (void)f;
    if (reply->exchange == s->content.bdat && s->client.excess == EXCESS_POSSIBLE && !client_is_inside_line(s))
        s->client.excess = EXCESS_LATE;
}

/* burl-cmd = "BURL" SP absolute-URI [SP end-marker] (RFC 4468, 3.2). The server fetches the content: no octets follow. */
void burl_sent(reading *r, exchange *e, const client_line *in)
{
    span rest = in->parsed.command.argument;
    span url = span_next_word(&rest);

    e->last_chunk = url.length && span_equal_nocase(span_trim(rest), "LAST");
    if (e->last_chunk)
        message_abandon(r->s); /* chunks before it are only part of the mail */
}

/* RSET and QUIT: chunks gathered so far are of no use any more (RFC 3030, 2). */
void reset_sent(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;

    (void)in;
    s->client.quit_sent |= exchange_is(e, VERB_QUIT);
    e->superseded_content = s->content.message;
    message_abandon(s);
}

/* Chunks gathered so far are of no use if this is granted; refused, it changes nothing (RFC 5321, 4.1.4). */
void mail_sent(reading *r, exchange *e, const client_line *in)
{
    message *gathered = r->s->content.message;

    (void)in;
    if (gathered && gathered->chunked)
        e->superseded_content = gathered;
}

void mail_answered(reading *r, const server_reply *reply, finding *f)
{
    if (reply_severity(reply->code) != 2)
        return;
    message_drop_chunks(r->s, reply->exchange->superseded_content, f);
    r->s->transactions.recipients_accepted = 0;
}

void rcpt_answered(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply_severity(reply->code) == 2)
        r->s->transactions.recipients_accepted++;
}
