/* client.c — reading what the client sends: commands, message content, AUTH responses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/foreign.h"
#include "wire/header.h"
#include "wire/proxy.h"
#include "wire/sasl.h"

#ifdef ESMTP_TRACE
#define WS_LOG_DOMAIN "esmtp"
#include <wsutil/wslog.h>
#endif

/* After so many lines in a row that are no command of SMTP, what comes is taken for something else. */
#define UNRECOGNIZED_LIMIT 32u

/* --- the state --------------------------------------------------------------------------------------------------------- */

/* Debug builds show every change: tshark --log-domains=esmtp --log-level=debug. */
#ifdef ESMTP_TRACE
static void trace(const session *s, client_state state)
{
    static const char *const names[] = {
        [CLIENT_COMMANDS] = "commands", [CLIENT_AFTER_DATA] = "after DATA",
        [CLIENT_CONTENT] = "content",   [CLIENT_CHUNK] = "chunk",
        [CLIENT_RAW] = "raw octets",    [CLIENT_UNKNOWN] = "unknown",
        [CLIENT_OPAQUE] = "opaque",     [CLIENT_DOUBTED] = "content or commands",
    };

    if (s->client.state != state)
        ws_debug("behind frame %u the client's octets are: %s -> %s", s->connection.last_frame, names[s->client.state],
                 names[state]);
}
#else
static void trace(const session *s, client_state state)
{
    (void)s;
    (void)state;
}
#endif

void client_enter(session *s, client_state state)
{
    trace(s, state);
    s->client.state = state;
    s->client.line_cut = state == CLIENT_UNKNOWN;
    s->client.amid_text = false;
}

void client_enter_raw(session *s, client_state state, uint64_t octets)
{
    s->client.raw_left = octets;
    client_enter(s, state);
}

uint64_t client_unread_position(session *s, layer which)
{
    const stream *st = stream_of_role(s, which, SIDE_CLIENT);

    return st->held_length ? st->unit_position : st->next;
}

void client_drop_line(session *s, layer which)
{
    stream *st = stream_of_role(s, which, SIDE_CLIENT);

    stream_drop(st);
    st->skipping = false;
}

bool client_is_inside_line(const session *s)
{
    side sender = s->connection.roles_swapped ? SIDE_SERVER : SIDE_CLIENT;

    return s->streams[s->connection.last_layer][sender].held_length > 0;
}

bool client_may_begin_content(const session *s)
{
    return s->client.state == CLIENT_AFTER_DATA || s->client.state == CLIENT_COMMANDS || s->client.state == CLIENT_UNKNOWN;
}

/* --- what is noteworthy about a command -------------------------------------------------------------------------------- */

/* A firewall that "fixes" SMTP writes X over verbs that it does not know. */
static bool is_masked_verb(span verb)
{
    size_t x = 0;

    while (x < verb.length && verb.octets[x] == 'X')
        x++;
    return x == verb.length && x >= 4;
}

static bool is_header_field(span text)
{
    header_field field;

    return header_field_next(&text, &field);
}

/* Does the line belong to the chunk before it, whose size was too small? A client that has waited for the reply, or whose
 * replies were not captured, may mean a verb that nobody knows. */
static bool is_excess(const session *s, const client_line *in)
{
    const command *parsed = &in->parsed.command;
    bool text;

    if (s->client.excess == EXCESS_NONE || (in->is_command && (parsed->row || is_masked_verb(parsed->verb))))
        return false;
    text = !in->is_command || is_header_field(in->line.text);
    switch (s->client.excess) {
    case EXCESS_POSSIBLE:
        return text || session_server_known(s);
    case EXCESS_FOUND:
        return text || s->queue.oldest;
    case EXCESS_LATE:
        return text;
    case EXCESS_NONE:
        break;
    }
    return false;
}

/* The first of them gets the note. What follows from it gets none. */
static note_set excess_notes(session *s)
{
    bool first = s->client.excess != EXCESS_FOUND;

    s->client.excess = EXCESS_FOUND;
    return note_if(first, NOTE_BDAT_EXCESS);
}

/* A line that is no command that anybody knows. What follows a line of another protocol belongs to that. */
static note_set verb_notes(const session *s, const client_line *in, const verb_rule *row)
{
    const command *parsed = &in->parsed.command;

    if (in->is_command && parsed->row)
        return note_if(row->illegal, NOTE_ILLEGAL_COMMAND);
    if (s->client.foreign)
        return 0;
    if (foreign_protocol_of(in->line.text))
        return note_bit(NOTE_FOREIGN_PROTOCOL);
    if (!in->is_command)
        return note_bit(is_header_field(in->line.text) ? NOTE_UNKNOWN_COMMAND : NOTE_SYNTAX);
    return note_bit(is_masked_verb(parsed->verb) ? NOTE_MASKED : NOTE_UNKNOWN_COMMAND);
}

/* Extensions add to the line's limit what their parameters have, and nothing else. */
static bool is_too_long(const client_line *in, const verb_rule *row)
{
    size_t limit = row->line_limit ? row->line_limit : COMMAND_LINE_LIMIT;
    bool envelope = row->id == VERB_MAIL || row->id == VERB_RCPT;

    return in->whole.length > limit || (envelope && in->whole.length - in->parsed.parameters.length > COMMAND_LINE_LIMIT);
}

static note_set exposure_notes(const session *s, const client_line *in)
{
    span rest = in->parsed.command.argument;
    span mechanism = span_next_word(&rest);

    if (session_is_protected(s) || !mechanism.length)
        return 0;
    if (!sasl_is_mechanism(mechanism)) /* what stands in its place may be a password */
        return note_bit(NOTE_AUTH_WITHOUT_TLS);
    switch (sasl_exposure_of(mechanism)) {
    case SASL_SHOWS_PASSWORD:
        return note_bit(NOTE_AUTH_WITHOUT_TLS);
    case SASL_SHOWS_PROOF:
        return note_bit(NOTE_AUTH_PROOF_WITHOUT_TLS);
    case SASL_SHOWS_NOTHING:
        break;
    }
    return 0;
}

/* The position behind the line. */
static uint64_t line_end_position(const client_line *in)
{
    return in->position + in->whole.length;
}

static note_set command_notes(session *s, const client_line *in, const verb_rule *row, order_mistake mistake)
{
    note_set notes;

    if (is_excess(s, in))
        return excess_notes(s);
    s->client.excess = EXCESS_NONE;
    notes = verb_notes(s, in, row) | order_notes(s, line_end_position(in), mistake);

    if (in->is_command)
        notes |= offers_notes(s, in, row);
    if (row->id == VERB_AUTH)
        notes |= exposure_notes(s, in);
    if (row->on_sent == reset_sent)
        notes |= message_give_up(s, s->content.message);
    return notes | note_if(is_too_long(in, row), NOTE_LINE_TOO_LONG);
}

/* --- lines ------------------------------------------------------------------------------------------------------------- */

note_set line_notes(const line *in)
{
    bool cr = in->ending == LINE_ENDING_CRS_LF || span_find(in->text, '\r') < in->text.length;

    return note_if(in->ending == LINE_ENDING_LF, NOTE_BARE_LF) | note_if(cr, NOTE_BARE_CR) |
           note_if(span_find(in->text, '\0') < in->text.length, NOTE_NUL);
}

finding *client_emit_line(reading *r, finding_kind kind, const client_line *in)
{
    finding *f = stream_emit(r, kind, in->position, in->whole.length);

    f->octets = in->copy;
    f->notes |= line_notes(&in->line);
    return f;
}

static const char *verb_name(session *s, const client_line *in)
{
    const command *parsed = &in->parsed.command;

    if (!in->is_command)
        return "";
    return parsed->row ? parsed->row->name : session_upper_case(s, parsed->verb);
}

/* The finding of a command with all that is known when it is sent, but for what its verb does. */
static finding *emit_command(reading *r, const client_line *in, exchange *e, note_set notes)
{
    session *s = r->s;
    bool known = in->is_command && in->parsed.command.row;
    finding *f = client_emit_line(r, FINDING_COMMAND, in);

    if (in->is_command)
        findings_keep_command(s->memory.found, &in->parsed);
    f->exchange = e;
    s->client.unrecognized = known ? 0 : s->client.unrecognized + 1;
    s->client.foreign = !known && (s->client.foreign || (notes & note_bit(NOTE_FOREIGN_PROTOCOL)));
    f->notes = s->client.foreign ? notes : f->notes | notes; /* another protocol has other line ends */
    if (known)
        s->auth.under_way = NULL; /* an AUTH whose end was not captured is over */
    e->unrecognized = !known;
    e->secret = !known && auth_may_be_secret(s, in->line.text);
    return f;
}

static void command_line(reading *r, const client_line *in)
{
    static const command none;
    session *s = r->s;
    const verb_rule *row = verb_of(in->is_command ? &in->parsed.command : &none);
    order_mistake mistake = order_mistake_of(s, row);
    note_set notes = command_notes(s, in, row, mistake) | session_plaintext_note(s, r->input->layer, SIDE_CLIENT);
    exchange *before = again_noted(s, in->position);
    exchange *e =
        before ? exchange_wait_again(r, before, row, verb_name(s, in)) : exchange_wait_from(r, row, verb_name(s, in));
    uint32_t at = s->memory.found->list->len;
    finding *f;

    if (!before)
        connection_command(s);
    if (row->id == VERB_MAIL || row->id == VERB_RCPT)
        exchange_learn_shortest(&s->queue.shortest_command, in->whole.length);
    undecided_note(s, in->position, e);
    e->mistake = mistake;
    smuggling_note(s, in->position, e);
    emit_command(r, in, e, notes);
    client_enter(s, s->client.unrecognized > UNRECOGNIZED_LIMIT ? CLIENT_UNKNOWN : CLIENT_COMMANDS);
    if (row->on_sent)
        row->on_sent(r, e, in);
    if (row->transaction_on_sent)
        row->transaction_on_sent(r, e, &in->parsed);
    f = &g_array_index(s->memory.found->list, finding, at); /* what the verb does may have added findings */
    f->auth = exchange_auth(e);
    if (e->secret)
        f->flags |= FLAG_SECRET;
}

static void content_line(reading *r, const client_line *in)
{
    session *s = r->s;
    note_set notes = order_notes(s, line_end_position(in), ORDER_OK);
    uint32_t at = s->memory.found->list->len;

    /* The line is the content's first one: it is read again as content, beginning with what came in earlier calls. */
    s->content.data->content_follows = true;
    message_begin(s, in->position);
    message_read_earlier(r, span_first(in->whole, in->whole.length - in->here), in->position);
    r->at -= in->here;
    message_read_content(r);
    g_array_index(s->memory.found->list, finding, at).notes |= notes;
}

static bool is_unmistakable(const client_line *in)
{
    return in->is_command && command_unmistakable(&in->parsed.command);
}

/* Reads the line that ends at octets[end). */
static void known_line(reading *r, const client_line *in)
{
    exchange *auth = auth_for(r->s, in);

    if (r->s->client.state == CLIENT_AFTER_DATA && !is_unmistakable(in))
        content_line(r, in);
    else if (auth)
        auth_response(r, in, auth);
    else
        command_line(r, in);
}

/* What the argument of MAIL and RCPT holds. */
static void envelope_read(parsed_command *parsed, const char *word)
{
    span in;

    parsed->prefix = path_prefix_find(parsed->command.argument, word);
    in = span_from(parsed->command.argument, parsed->prefix.length);
    path_parse(in, &parsed->path);
    parsed->parameters = span_from(in, parsed->path.consumed);
}

bool parsed_command_read(span text, parsed_command *parsed_r)
{
    verb_id id;

    if (!command_parse(text, &parsed_r->command))
        return false;
    id = verb_of(&parsed_r->command)->id;
    if (id == VERB_MAIL || id == VERB_RCPT)
        envelope_read(parsed_r, id == VERB_MAIL ? "FROM" : "TO");
    return true;
}

static client_line line_taken(reading *r, size_t end)
{
    client_line in = {.position = stream_unit_position(r, r->at)};

    in.whole = stream_unit(r, r->at, end, &in.copy);
    in.here = end - r->at;
    in.line = line_of(in.whole);
    in.is_command = parsed_command_read(in.line.text, &in.parsed);
    r->at = end;
    return in;
}

/* The end of the line at r->at in what the call brought, behind its LF; 0 when it goes on in a later call. */
static size_t line_end(const reading *r)
{
    size_t lf = span_find(span_from(r->octets, r->at), '\n');

    return r->at + lf < r->octets.length ? r->at + lf + 1 : 0;
}

/* A line longer than any command follows DATA: it is content. */
static bool long_line_is_content(reading *r, size_t end)
{
    session *s = r->s;

    if (s->client.state != CLIENT_AFTER_DATA || r->stream->held_length + (end - r->at) <= CONTENT_LINE_LIMIT)
        return false;
    s->content.data->content_follows = true;
    message_begin(s, stream_unit_position(r, r->at));
    return true;
}

/* Another protocol may have no lines at all: the beginning of one is enough. */
static note_set beginning_notes(session *s, span beginning)
{
    bool foreign =
        s->client.state == CLIENT_COMMANDS && !s->client.foreign && !s->auth.under_way && foreign_protocol_of(beginning);

    s->client.foreign = s->client.foreign || foreign;
    return note_if(foreign, NOTE_FOREIGN_PROTOCOL);
}

static void hold_line(reading *r)
{
    finding *f = stream_emit(r, FINDING_PART, r->position + r->at, r->octets.length - r->at);
    session *s = r->s;

    if (!r->stream->held_length) {
        f->flags |= FLAG_FIRST_PART;
        f->notes |= beginning_notes(s, span_from(r->octets, r->at));
    }
    f->notes |= note_if(exchange_waits(s, VERB_STARTTLS), NOTE_STARTTLS_PLAINTEXT);
    stream_hold(r, r->at);
    /* What is held may be the beginning of an AUTH command or response. */
    if (s->auth.under_way || auth_may_be_secret(s, (span){r->stream->held, r->stream->held_length}))
        f->flags |= FLAG_SECRET;
    r->at = r->octets.length;
}

static void read_line(reading *r)
{
    size_t end = line_end(r);
    size_t upto = end ? end : r->octets.length;

    if (long_line_is_content(r, upto))
        return;
    if (stream_too_long(r, upto)) {
        stream_skip(r, upto, end != 0);
    } else if (end) {
        client_line in = line_taken(r, end);
        known_line(r, &in);
    } else {
        hold_line(r);
    }
}

/* --- octets of unknown meaning ----------------------------------------------------------------------------------------- */

/* So many lines that look like commands show that the client sent a group of them. */
#define GROUP_SHOWN 16u

static bool is_lone_dot(const client_line *in)
{
    return in->line.text.length == 1 && in->line.text.octets[0] == '.' && in->line.ending == LINE_ENDING_CRLF;
}

/* A line whose end is not there may begin with any part of a verb. */
static bool may_be_verb(span begin)
{
    size_t count;
    const verb_row *rows = verb_rows(&count);

    for (size_t i = 0; i < count; i++)
        if (begin.length <= strlen(rows[i].name) &&
            g_ascii_strncasecmp(rows[i].name, (const char *)begin.octets, begin.length) == 0)
            return true;
    return false;
}

/* Does the line, or the beginning of one, look like a command of a group? The octets of a chunk that it announces go to
 * *chunk_r. */
static bool is_of_group(line in, uint64_t *chunk_r)
{
    command parsed;
    bdat_argument bdat;
    bool whole = in.ending != LINE_ENDING_NONE;

    *chunk_r = 0;
    if (!whole && may_be_verb(in.text))
        return true;
    if (!command_parse(in.text, &parsed) || !parsed.row || (whole && !command_unmistakable(&parsed)))
        return false;
    if (verb_of(&parsed)->id == VERB_BDAT && bdat_parse(parsed.argument, &bdat) == BDAT_OK)
        *chunk_r = bdat.size;
    return verb_of(&parsed)->id != VERB_DATA || in.length == 0 || whole;
}

/* The place behind so many octets; a BDAT may announce more than anybody can count. */
static uint64_t place_behind(uint64_t at, uint64_t octets)
{
    return octets > UINT64_MAX - at ? UINT64_MAX : at + octets;
}

/* A client sends a group of commands and waits (RFC 2920, 3.1): is octets[at ...) nothing but commands? Lines of a
 * content that look like commands have other lines behind them. */
static bool only_commands(span octets, uint64_t at)
{
    uint64_t chunk;

    for (unsigned i = 0; at < octets.length && i < GROUP_SHOWN; i++) {
        line next = line_first(span_from(octets, (size_t)at));
        if (!is_of_group(next, &chunk))
            return false;
        at = place_behind(at + next.length, chunk);
    }
    return true;
}

bool client_heard_amid_gap(const session *s)
{
    return s->queue.losses != s->client.losses_before_gap;
}

/* Does something wait whose reply is not among the server's octets that were lost? */
static bool latest_wait(const session *s)
{
    return s->queue.newest && s->queue.newest->losses == s->queue.losses;
}

/* Is it a command of a mail that MAIL has begun before? */
static bool is_behind_mail(const command *in)
{
    const verb_rule *row = verb_of(in);

    return row->transaction_on_sent == transaction_rcpt_sent || row->transaction_on_sent == transaction_content_sent;
}

/* May replies to what is missing before this command come before its own? A client that has got replies amid what is missing
 * waits for each; so does one that sends a command alone where the capture begins. */
static bool is_behind_lost(const reading *r, const command *first)
{
    const session *s = r->s;
    bool waits = s->client.gaps ? client_heard_amid_gap(s) : r->at == r->octets.length;

    return latest_wait(s) || (!waits && is_behind_mail(first));
}

/* `first`: behind what is missing. */
static void commands_go_on(reading *r, const command *first)
{
    session *s = r->s;

    s->client.unrecognized = 0;
    s->client.unconfirmed = latest_wait(s) || !(s->queue.lost_answered || client_heard_amid_gap(s));
    if (is_behind_lost(r, first))
        s->client.lost = exchange_lost_before(s, s->client.lost_octets, latest_wait(s));
    s->content.answered = false;
    client_enter(s, CLIENT_COMMANDS);
}

/* What comes looks like commands: it is behind the content under way. */
static void commands_found(reading *r, const command *first)
{
    message_cut_off(r);
    message_emit_cut_off(r); /* before the next content begins */
    message_abandon(r->s);
    commands_go_on(r, first);
}

static void line_ends_unknown(reading *r, const client_line *in)
{
    if (is_lone_dot(in)) {
        message_end_unseen(r, in);
        return;
    }
    if (message_chunks_doubted(r->s) && verb_of(&in->parsed.command)->id == VERB_BDAT)
        commands_go_on(r, &in->parsed.command); /* with the next chunk */
    else
        commands_found(r, &in->parsed.command);
    command_line(r, in);
}

/* Is the line, up to r->at, the first of a group of commands? */
static bool begins_group(const reading *r, const client_line *in)
{
    uint64_t chunk;

    return is_unmistakable(in) && is_of_group(in->line, &chunk) && only_commands(r->octets, place_behind(r->at, chunk));
}

/* A client sends what is behind a content when it has got the reply to that. Without its server one sees only that commands
 * begin a packet. */
static bool may_be_behind_text(const reading *r, const client_line *in)
{
    bool begins_packet = !in->copy && r->at == in->here;

    return !r->s->client.amid_text || (begins_packet && !r->s->connection.spoken[SIDE_SERVER]);
}

/* Does the line show where the client is? The end of a content does unless its reply has come already; a chunk may hold any
 * line. */
static bool is_known_again(const reading *r, const client_line *in)
{
    if (is_lone_dot(in))
        return !r->s->content.answered && !message_chunks_doubted(r->s);
    return may_be_behind_text(r, in) && begins_group(r, in);
}

/* Is it a line of a text? A response of AUTH has no blank; of a line whose beginning is missing one cannot tell. */
static bool is_text(const client_part *client, const client_line *in)
{
    bool words = span_find(in->line.text, ' ') < in->line.text.length;

    return words && !client->line_cut && !(in->is_command && in->parsed.command.row);
}

/* The line shows nothing but that a text is under way, or over. */
static void note_text(client_part *client, const client_line *in)
{
    client->amid_text = !is_lone_dot(in) && (client->amid_text || is_text(client, in));
    client->line_cut = false;
}

static void emit_unknown(reading *r, size_t from, size_t end)
{
    if (end > from)
        stream_emit(r, FINDING_UNKNOWN, r->position + from, end - from);
}

/* Looks for a line that can only be a command, or for the end of a content; all before it is shown as one run. */
static void read_unknown(reading *r)
{
    size_t from = r->at, begin, end;
    client_line in;

    while ((end = line_end(r)) != 0) {
        begin = r->at;
        if (stream_too_long(r, end)) {
            stream_drop(r->stream);
            r->stream->skipping = false;
            r->at = end;
            continue;
        }
        in = line_taken(r, end);
        if (!is_known_again(r, &in)) {
            note_text(&r->s->client, &in);
            r->s->client.lost_octets += in.whole.length;
            continue;
        }
        emit_unknown(r, from, begin);
        line_ends_unknown(r, &in);
        return;
    }
    emit_unknown(r, from, r->octets.length);
    if (stream_too_long(r, r->octets.length)) {
        stream_drop(r->stream);
        r->stream->skipping = true;
    } else {
        stream_hold(r, r->at);
    }
    r->at = r->octets.length;
}

/* Does the packet begin with a group of commands? The first of them goes to *first_r. */
static bool begins_with_commands(const reading *r, command *first_r)
{
    line first = line_first(span_from(r->octets, r->at));

    return first.ending != LINE_ENDING_NONE && command_parse(first.text, first_r) && command_unmistakable(first_r) &&
           only_commands(r->octets, r->at);
}

/* Content up to the lone dot, or to commands. */
static void read_doubted(reading *r)
{
    command first;

    if (r->at == 0 && begins_with_commands(r, &first))
        commands_found(r, &first);
    else
        message_read_content(r);
}

static void read_content(reading *r)
{
    message_read_earlier(r, (span){r->stream->held, r->stream->held_length}, r->stream->unit_position);
    stream_drop(r->stream);
    message_read_content(r);
}

static void read_raw(reading *r)
{
    session *s = r->s;
    size_t rest = r->octets.length - r->at;
    size_t take = rest < s->client.raw_left ? rest : (size_t)s->client.raw_left;

    stream_emit(r, FINDING_OPAQUE, r->position + r->at, take);
    r->at += take;
    s->client.raw_left -= take;
    if (!s->client.raw_left)
        client_enter(s, CLIENT_COMMANDS);
}

static void read_opaque(reading *r)
{
    stream_emit(r, FINDING_OPAQUE, r->position + r->at, r->octets.length - r->at);
    r->at = r->octets.length;
}

static void (*const readers[])(reading *) = {
    [CLIENT_COMMANDS] = read_line,       [CLIENT_AFTER_DATA] = read_line, [CLIENT_CONTENT] = read_content,
    [CLIENT_CHUNK] = message_read_chunk, [CLIENT_RAW] = read_raw,         [CLIENT_UNKNOWN] = read_unknown,
    [CLIENT_OPAQUE] = read_opaque,       [CLIENT_DOUBTED] = read_doubted,
};

/* A SASL security layer puts a length of four octets before what it protects (RFC 4422, 3.7). The first octet of every
 * length that is agreed on is 0, and no line begins with it; a length of 0 protects nothing. Looks at as many of the four
 * as have come. */
static bool is_layer_length(span octets)
{
    static const uint8_t none[4] = {0};

    return octets.octets[0] == 0 && !span_equal(span_first(octets, sizeof none), (span){none, sizeof none});
}

static void notice_security_layer(reading *r)
{
    session *s = r->s;

    if (s->client.state == CLIENT_COMMANDS && !r->stream->held_length && is_layer_length(r->octets)) {
        client_enter(s, CLIENT_OPAQUE);
        s->auth.opaque = true;
    }
    s->auth.layer_possible = false;
}

/* A proxy's header before the client's first octet (not SMTP's: the proxy's own dissector reads it). */
static void read_proxy_header(reading *r)
{
    session *s = r->s;
    stream *st = r->stream;
    uint8_t copy[PROXY_HEADER_TELLING];
    size_t held = st->held_length < sizeof copy ? st->held_length : sizeof copy, length = 0;
    span begin = span_first(r->octets, sizeof copy - held);
    proxy_result result;

    if (held)
        memcpy(copy, st->held, held);
    if (begin.length)
        memcpy(copy + held, begin.octets, begin.length);
    result = proxy_header_find((span){copy, held + begin.length}, &length);
    if (result == PROXY_NONE) {
        s->client.proxy_possible = false;
    } else if (result == PROXY_MORE || length > st->held_length + r->octets.length) {
        stream_emit(r, FINDING_PART, r->position, r->octets.length)->flags = st->held_length ? 0 : FLAG_FIRST_PART;
        stream_hold(r, 0);
        r->at = r->octets.length;
    } else {
        uint64_t position = stream_unit_position(r, 0);
        const uint8_t *whole;
        finding *f;
        r->at = length - st->held_length;
        stream_unit(r, 0, r->at, &whole);
        f = stream_emit(r, FINDING_PROXY, position, length);
        f->octets = whole;
        s->client.proxy_possible = false;
    }
}

void client_read(reading *r)
{
    session *s = r->s;

    if (s->auth.layer_possible && r->octets.length)
        notice_security_layer(r);
    if (s->connection.spoken[SIDE_SERVER])
        s->client.proxy_possible = false; /* it comes before the greeting */
    if (s->client.proxy_possible && r->octets.length)
        read_proxy_header(r);
    while (r->at < r->octets.length)
        readers[s->client.state](r);
    s->client.losses_heard = s->queue.losses;
    undecided_add(r);
    smuggling_keep(r, r->octets, r->position);
}

/* Octets of a chunk that were not captured are counted all the same. Returns how many more were lost behind it. */
static uint64_t gap_in_chunk(reading *r, uint64_t octets)
{
    session *s = r->s;
    uint64_t of_chunk = octets < s->client.raw_left ? octets : s->client.raw_left;

    s->client.raw_left -= of_chunk;
    if (s->client.state == CLIENT_CHUNK)
        message_chunk_gap(r, of_chunk);
    else if (!s->client.raw_left)
        client_enter(s, CLIENT_COMMANDS);
    return octets - of_chunk;
}

void client_gap(reading *r, uint64_t octets)
{
    session *s = r->s;

    if (s->client.state == CLIENT_CHUNK || s->client.state == CLIENT_RAW)
        octets = gap_in_chunk(r, octets);
    if (s->client.state == CLIENT_OPAQUE || !octets)
        return;
    s->client.lost_octets += octets + r->stream->held_length;
    client_drop_line(s, r->input->layer);
    s->client.excess = EXCESS_NONE;
    undecided_forget(s);
    smuggling_forget(s);
    s->client.proxy_possible = false;
    s->connection.lossy = s->connection.client_lossy = true;
    s->client.gaps++;
    s->client.losses_before_gap = s->client.losses_heard;
    s->transactions.mail_may_be_missing = true;
    message_chunks_doubt(s);
    message_gap(s, octets);
    transaction_hidden(s, octets);
    if (s->auth.under_way)
        s->auth.under_way->auth->awaits_response = false;
    if (message_under_way(s))
        message_doubt(s);
    else
        client_enter(s, CLIENT_UNKNOWN);
}
