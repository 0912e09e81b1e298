/* server.c — reading what the server sends: replies.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/foreign.h"
#include "wire/queue_id.h"

/* A firewall that "fixes" SMTP writes asterisks over the greeting. */
#define ASTERISKS_TELLING 8u

static bool is_masked_greeting(span text)
{
    size_t asterisks = 0;

    for (size_t i = 0; i < text.length; i++)
        asterisks += text.octets[i] == '*';
    return asterisks >= ASTERISKS_TELLING && 2 * asterisks > text.length;
}

void connect_answered(reading *r, const server_reply *reply, finding *f)
{
    const parsed_reply_line *first = &reply->lines[0];

    r->s->server.greeted |= reply->code == 220;
    r->s->server.refused = reply_severity(reply->code) >= 4;
    f->flags |= FLAG_GREETING;
    if (reply->code != 220 || !(first->valid || first->odd))
        return;
    connection_greeted(r->s, first->parsed.text);
    f->notes |= note_if(is_masked_greeting(first->parsed.text), NOTE_MASKED);
}

/* With which code a reply ends, as far as it can be read. */
typedef struct reply_end {
    uint16_t code; /* 0: it has none */
    bool inferred; /* from an enhanced status: no code was sent */
} reply_end;

/* --- complete replies -------------------------------------------------------------------------------------------------- */

/* A 421 closes the connection (RFC 5321, 3.8), and so does a refusal that answers nothing: a time limit, a shutdown. When
 * the server answers another command, the session goes on. */
static void notice_closing(reading *r, const server_reply *reply)
{
    const exchange *e = reply->exchange;

    if (reply->code == 421 || (!e && !reply->answers_lost && reply_severity(reply->code) >= 4))
        transaction_closing(r, reply);
    else if (e && !exchange_is(e, VERB_QUIT))
        r->s->transactions.closing = NULL;
}

/* The DATA that a 354 answers was not captured: its content follows. Where a command waits, the 354 is a mistake. */
static bool shows_content(const session *s)
{
    if (s->client.state == CLIENT_COMMANDS)
        return !s->queue.oldest;
    if (message_under_way(s))
        return message_has_holes(s->content.message);
    return s->client.state == CLIENT_UNKNOWN || s->client.state == CLIENT_AFTER_DATA;
}

static void unanswering(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;
    bool explained = f->notes & (note_bit(NOTE_CLOSING_REPLY) | note_bit(NOTE_STARTTLS_PLAINTEXT));
    bool expected = reply->code < 200 || reply->code == 421 || s->connection.lossy || !s->connection.spoken[SIDE_CLIENT] ||
                    client_is_inside_line(s);

    if (reply->hello)
        offers_learn_unasked(s, reply, f);
    else if (reply->code == 334)
        f->flags |= FLAG_CHALLENGE | FLAG_SECRET;
    else
        f->notes |= note_if(!expected && !explained, NOTE_REPLY_UNEXPECTED);
    if (reply->code == 354 && shows_content(s))
        message_unasked(r);
}

static void answering(reading *r, const server_reply *reply, finding *f)
{
    const exchange *e = reply->exchange;

    r->s->client.unconfirmed = false;
    f->notes |= offers_clear_mail_notes(r->s, reply);
    transaction_reply(r, reply);
    if (auth_may_be_repeated(reply))
        f->flags |= FLAG_SECRET;
    if (e->verb->on_reply)
        e->verb->on_reply(r, reply, f);
}

/* Its text cannot be read. The command that it answers counts as answered, without a code. */
static void answering_unreadably(reading *r, const server_reply *reply, finding *f)
{
    exchange *e = reply->exchange;

    if (auth_may_be_repeated(reply))
        f->flags |= FLAG_SECRET;
    if (exchange_is(e, VERB_CONNECT))
        connect_answered(r, reply, f);
    if (r->s->auth.under_way == e)
        r->s->auth.under_way = NULL;
    if (!e->waits)
        transaction_unanswered(r->s, e);
}

static bool has_long_line(const server_reply *reply)
{
    size_t limit = reply->code == 334 ? AUTH_LINE_LIMIT : COMMAND_LINE_LIMIT;

    for (unsigned i = 0; i < reply->line_count; i++)
        if (reply->lines[i].line.length > limit)
            return true;
    return false;
}

/* One that the ABNF does not allow: 999. */
static bool has_odd_code(const server_reply *reply)
{
    for (unsigned i = 0; i < reply->line_count; i++)
        if (reply->lines[i].valid && !reply->lines[i].parsed.code_valid)
            return true;
    return false;
}

static note_set wrong_lines(const server_part *server, const server_reply *reply)
{
    if (server->bad_line && foreign_protocol_of(reply->lines[0].line.text))
        return note_bit(NOTE_FOREIGN_PROTOCOL);
    return note_if(server->bad_line || has_odd_code(reply), NOTE_REPLY_SYNTAX);
}

static note_set reply_notes(const server_part *server, const server_reply *reply)
{
    note_set notes = wrong_lines(server, reply) | note_if(server->codes_differ, NOTE_REPLY_CODES_DIFFER) |
                     note_if(has_long_line(reply), NOTE_LINE_TOO_LONG);

    for (unsigned i = 0; i < reply->line_count; i++)
        notes |= line_notes(&reply->lines[i].line);
    return notes;
}

parsed_reply_line parsed_reply_line_read(line in, bool first, bool with_status)
{
    parsed_reply_line parsed = {.line = in};

    /* A snap length may leave the CR of the line's ending alone. */
    if (in.ending == LINE_ENDING_NONE && in.text.length && in.text.octets[in.text.length - 1] == '\r')
        parsed.line.text.length = --in.text.length;
    parsed.valid = reply_line_parse(in.text, with_status, &parsed.parsed);
    parsed.odd = !parsed.valid && first && reply_line_parse_odd(in.text, &parsed.parsed);
    return parsed;
}

void parsed_reply_line_take_offer(parsed_reply_line *in)
{
    in->offers = in->valid && capability_parse(in->parsed.text, &in->offer);
}

/* A line of the reply under way. */
static parsed_reply_line line_parsed(const server_part *server, line in)
{
    return parsed_reply_line_read(in, server->line_count == 0, false);
}

/* Parses the lines of a reply of which the beginning was held: its octets have moved since. */
static void parse_again(GArray *lines, span whole)
{
    g_array_set_size(lines, 0);
    for (size_t at = 0; at < whole.length;) {
        parsed_reply_line parsed = parsed_reply_line_read(line_first(span_from(whole, at)), at == 0, false);
        at += parsed.line.length;
        g_array_append_val(lines, parsed);
    }
}

static void server_drop_reply(reading *r)
{
    stream_drop(r->stream);
    r->s->server =
        (server_part){.greeted = r->s->server.greeted, .refused = r->s->server.refused, .line_cut = r->s->server.line_cut};
    g_array_set_size(r->s->memory.found->pending, 0);
}

/* The unit from octets[from) to r->at, with its lines. */
static server_reply reply_taken(reading *r, size_t from, reply_end end)
{
    GArray *lines = r->s->memory.found->pending;
    server_reply reply = {.position = stream_unit_position(r, from), .code = end.code, .inferred = end.inferred};

    reply.whole = stream_unit(r, from, r->at, &reply.copy);
    if (reply.copy)
        parse_again(lines, reply.whole);
    reply.lines = (const parsed_reply_line *)lines->data;
    reply.line_count = lines->len;
    return reply;
}

/* An enhanced status stands in any reply but the 250 to HELO, EHLO and LHLO, whose text begins with a name (RFC 2034, 3). */
static void take_statuses(GArray *lines)
{
    for (unsigned i = 0; i < lines->len; i++) {
        parsed_reply_line *in = &g_array_index(lines, parsed_reply_line, i);
        if (in->valid)
            reply_line_take_status(&in->parsed);
    }
}

static void take_offers(GArray *lines)
{
    for (unsigned i = 1; i < lines->len; i++)
        parsed_reply_line_take_offer(&g_array_index(lines, parsed_reply_line, i));
}

/* Where octets are missing, a reply that names the mail it takes shows that a content was sent, seen or not. A greeting and
 * the replies to AUTH, VRFY and QUIT may have the identifier of a session; their codes are others. */
static bool names_mail(const session *s, const server_reply *reply)
{
    bool octets_missing = s->connection.lossy || !s->connection.spoken[SIDE_CLIENT];

    return octets_missing && reply->code == 250 && !exchange_waits(s, VERB_CONNECT) && queue_id_tells_content(reply->whole);
}

/* The command that the reply answers. A line without a code is an answer only where one command alone waits, and not if
 * it is only the end of a line. */
static exchange *answered_by(reading *r, server_reply *reply)
{
    if (reply->code && !reply->inferred)
        return exchange_answer(r, reply);
    return r->s->server.line_cut ? NULL : exchange_answer_unreadable(r, reply->code);
}

/* What the reply means: nothing, when neither a code nor a status can be read, or when it may answer one of several. */
static void reply_takes_effect(reading *r, const server_reply *reply, finding *f)
{
    if (reply->inferred && !reply->exchange && r->s->queue.oldest)
        return;
    if (reply->code)
        f->notes |= refusal_notes(r->s, reply);
    f->notes |= note_if(r->s->server.no_greeting, NOTE_GREETING_MISSING);
    if (reply->code)
        notice_closing(r, reply);
    connection_reply(r, reply);
    if (reply->exchange && reply->code)
        answering(r, reply, f);
    else if (reply->exchange)
        answering_unreadably(r, reply, f);
    else if (reply->code)
        unanswering(r, reply, f);
}

/* Registered subjects and details are below these, by far (RFC 5248); others are not kept. */
#define SUBJECTS_LIMIT 16u
#define DETAILS_LIMIT 512u

/* The status of the reply's first line, for the packet of the command. */
static void learn_status(exchange *e, const server_reply *reply)
{
    const reply_line *first = &reply->lines[0].parsed;
    const enhanced_status *status = &first->status;
    bool has = first->has_status && !reply->hello && status->subject < SUBJECTS_LIMIT && status->detail < DETAILS_LIMIT;

    e->status_class = has ? status->status_class & 7u : 0;
    e->status_subject = has ? status->subject & (SUBJECTS_LIMIT - 1) : 0;
    e->status_detail = has ? status->detail & (DETAILS_LIMIT - 1) : 0;
}

/* The unit from octets[from] to r->at is complete, or `cut`: the rest of it was not captured. */
static void reply_complete(reading *r, size_t from, reply_end end, bool cut)
{
    session *s = r->s;
    server_reply reply = reply_taken(r, from, end);
    finding *f;

    s->client.amid_text = false; /* what it was of is over */
    smuggling_reply(r, end.inferred ? 0 : end.code);
    f = stream_emit(r, FINDING_REPLY, reply.position, reply.whole.length);
    f->octets = reply.copy;
    f->notes = reply_notes(&s->server, &reply) | session_plaintext_note(s, r->input->layer, SIDE_SERVER);
    f->flags |= cut ? FLAG_SNAPLEN : 0;
    reply.cut = cut;
    reply.names_mail = names_mail(s, &reply);
    f->exchange = reply.exchange = answered_by(r, &reply);
    if (reply.exchange && reply.exchange->transaction && !cut)
        exchange_learn_shortest(&s->queue.shortest_reply, reply.whole.length);
    reply.hello = offers_is_hello_reply(&reply);
    if (reply.hello)
        take_offers(s->memory.found->pending);
    else
        take_statuses(s->memory.found->pending);
    if (reply.exchange && reply.line_count)
        learn_status(reply.exchange, &reply);
    findings_keep_lines(s->memory.found, reply.lines, reply.line_count);
    reply_takes_effect(r, &reply, f);
    server_drop_reply(r);
}

/* --- lines ------------------------------------------------------------------------------------------------------------- */

/* The code with which a reply ends. With a status alone the general code of its class stands for it, though none was sent.
 */
static reply_end end_of_line(const parsed_reply_line *in)
{
    uint16_t code = in->valid || in->odd ? in->parsed.code : 0;

    if (code || !in->odd)
        return (reply_end){.code = code};
    return (reply_end){.code = (uint16_t)(in->parsed.status.status_class * 100u + 50u), .inferred = true};
}

/* Takes note of one line: true when it ends its unit. */
static bool line_ends_unit(server_part *server, const parsed_reply_line *in)
{
    if (!in->valid) {
        server->bad_line = true;
        return server->line_count == 0; /* inside a reply it is taken for one more of its lines */
    }
    if (!server->line_count)
        server->first_code = in->parsed.code;
    else if (server->first_code != in->parsed.code)
        server->codes_differ = true;
    return in->parsed.last;
}

/* The line from octets[from) to octets[end), of which the beginning may be held. */
static line line_here(reading *r, size_t from, size_t end, bool continues, uint8_t *scratch)
{
    const stream *st = r->stream;
    span here = span_first(span_from(r->octets, from), end - from);
    size_t before = continues ? st->held_length - r->s->server.line_start : 0;

    if (!before)
        return line_of(here);
    /* Only what shows where a reply ends is looked at here: code, separator and the beginning of the text. */
    before = before < 8 ? before : 8;
    here = span_first(here, 8);
    memcpy(scratch, st->held + r->s->server.line_start, before);
    memcpy(scratch + before, here.octets, here.length);
    return line_of((span){scratch, before + here.length});
}

static void hold_rest(reading *r, size_t from, size_t line_begin, bool continues)
{
    size_t held_before = r->stream->held_length;
    finding *f = stream_emit(r, FINDING_PART, r->position + from, r->octets.length - from);

    if (!held_before)
        f->flags |= FLAG_FIRST_PART;
    if (exchange_waits(r->s, VERB_AUTH) || exchange_secret_waits(r->s))
        f->flags |= FLAG_SECRET;
    f->notes |= session_residue_note(r->s, r->input->layer);
    stream_hold(r, from);
    if (!continues)
        r->s->server.line_start = held_before + (line_begin - from);
    r->at = r->octets.length;
}

/* A snap length cut off the end of the reply under way, which will not come. Its code is known all the same when its
 * three digits are there. */
static bool take_cut_reply(reading *r, size_t from, size_t line_begin, bool continues)
{
    uint8_t scratch[16];
    parsed_reply_line rest = line_parsed(&r->s->server, line_here(r, line_begin, r->octets.length, continues, scratch));
    uint16_t code = r->s->server.line_count ? r->s->server.first_code : rest.parsed.code;

    if (!r->input->missing || !(r->s->server.line_count || rest.valid))
        return false;
    if (rest.line.length)
        g_array_append_val(r->s->memory.found->pending, rest);
    r->at = r->octets.length;
    reply_complete(r, from, (reply_end){.code = code}, true);
    r->s->server.rest_is_cut = true;
    return true;
}

/* Where the reply under way and its last line begin in what the call brought. */
typedef struct reply_place {
    size_t unit;
    size_t line;
    bool continues; /* the line began in an earlier call */
} reply_place;

/* The line of the reply under way that ends at octets[end). */
static void read_line(reading *r, reply_place *place, size_t end)
{
    uint8_t scratch[16];
    parsed_reply_line in = line_parsed(&r->s->server, line_here(r, place->line, end, place->continues, scratch));

    g_array_append_val(r->s->memory.found->pending, in);
    if (line_ends_unit(&r->s->server, &in)) {
        r->at = end;
        reply_complete(r, place->unit, end_of_line(&in), false);
        place->unit = end;
    } else {
        r->s->server.line_count++;
    }
    r->s->server.line_cut = false;
    place->line = end;
    place->continues = false;
}

static void read_replies(reading *r)
{
    reply_place place = {.unit = r->at, .line = r->at, .continues = r->stream->held_length > 0};

    while (place.line < r->octets.length && !r->s->auth.opaque) {
        size_t lf = span_find(span_from(r->octets, place.line), '\n');
        bool ends = place.line + lf < r->octets.length;
        size_t end = ends ? place.line + lf + 1 : r->octets.length;

        r->at = place.unit;
        if (stream_too_long(r, end)) {
            stream_skip(r, end, ends);
            server_drop_reply(r);
            place = (reply_place){.unit = r->at, .line = r->at};
        } else if (ends) {
            read_line(r, &place, end);
        } else {
            break;
        }
    }
    r->at = place.unit;
    if (place.unit < r->octets.length && !r->s->auth.opaque && !take_cut_reply(r, place.unit, place.line, place.continues))
        hold_rest(r, place.unit, place.line, place.continues);
}

/* What begins the call may be the end of a line, of which the rest is lost. */
static uint64_t octets_of_lost_replies(const reading *r)
{
    line first = line_first(r->octets);
    reply_line parsed;
    bool is_rest = !reply_line_parse(first.text, true, &parsed);

    return r->s->server.lost_octets ? r->s->server.lost_octets + (is_rest ? first.length : 0) : 0;
}

void server_read(reading *r)
{
    if (r->s->server.lost_before && r->octets.length) {
        exchange_older_unanswered(r->s, octets_of_lost_replies(r));
        r->s->server.lost_before = false;
        r->s->server.lost_octets = 0;
    }
    if (!r->s->auth.opaque)
        read_replies(r);
    if (r->at < r->octets.length)
        stream_emit(r, FINDING_OPAQUE, r->position + r->at, r->octets.length - r->at);
    r->at = r->octets.length;
}

void server_gap(reading *r, uint64_t octets)
{
    bool rest = r->s->server.rest_is_cut;
    uint64_t lost = r->s->server.lost_octets + (rest ? 0 : octets + r->stream->held_length);

    r->s->client.amid_text = false;
    server_drop_reply(r);
    smuggling_forget(r->s);
    r->stream->skipping = false;
    r->s->server.line_cut = true;
    r->s->connection.lossy = true;
    /* The next octets show what the lost ones answered: the client may have sent more until then. */
    r->s->server.lost_before = true;
    r->s->server.lost_octets = lost;
    r->s->queue.losses += !r->input->has_sequence; /* else nobody knows which of it the client had got when it sent more */
    r->s->queue.lost_frame = r->input->frame;
    if (rest)
        return;
    message_reply_lost(r->s);
    transaction_reply_lost(r->s);
}
