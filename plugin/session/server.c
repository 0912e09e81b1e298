/* server.c — reading what the server sends: replies, and what they do to the session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/line.h"
#include "wire/sasl.h"

/* A reply, complete, on its way to a finding. */
typedef struct server_reply {
    span whole;          /* all its lines with their endings */
    const uint8_t *copy; /* set when it came in several calls */
    uint64_t position;
    uint16_t code;       /* of the last line */
    bool valid;          /* its last line is a reply line */
    exchange *exchange;  /* what it answers, NULL for nothing */
} server_reply;

/* --- what a reply does to the session ---------------------------------------------------------------------------------- */

bool session_offers(const session *s, const char *keyword)
{
    const capability_row *row = capability_find(span_of(keyword));
    size_t count;

    return !row || s->offered[row - capability_rows(&count)];
}

/* Firewalls that "fix" SMTP write X over the letters of STARTTLS, of which they leave none or the last. */
static bool is_masked(span keyword)
{
    size_t x = 0;

    while (x < keyword.length && keyword.octets[x] == 'X')
        x++;
    return keyword.length == 8 && x >= 7;
}

static uint32_t learn_offer(session *s, span text)
{
    capability offered;
    size_t count;

    if (!capability_parse(text, &offered))
        return 0;
    if (offered.row)
        s->offered[offered.row - capability_rows(&count)] = true;
    if (offered.row && offered.row->id == CAPABILITY_SIZE)
        capability_size(&offered, &s->size_offered);
    return is_masked(offered.keyword) ? NOTE_STARTTLS_STRIPPED : 0;
}

/* Every line of the reply but the first names an extension (RFC 5321, 4.1.1.1). */
static uint32_t learn_offers(session *s, span whole)
{
    uint32_t notes = 0;
    reply_line parsed;

    s->offers_known = true;
    memset(s->offered, 0, sizeof s->offered);
    s->size_offered = 0;
    for (size_t at = line_first(whole).length; at < whole.length;) {
        line next = line_first(span_from(whole, at));
        if (reply_line_parse(next.text, false, &parsed))
            notes |= learn_offer(s, parsed.text);
        at += next.length;
    }
    return notes;
}

static void answered_connect(reading *r, const server_reply *reply, finding *f)
{
    r->s->greeted |= reply->code == 220;
    f->flags |= FLAG_GREETING;
}

/* The session is as it was (RFC 5321, 4.1.4), unless the client has tried another greeting since. */
static void refused_hello(session *s, const exchange *e)
{
    if (e != s->last_hello)
        return;
    s->helo = e->helo_before;
    if (e->id == VERB_LHLO)
        s->lmtp = false;
}

static void answered_hello(reading *r, const server_reply *reply, finding *f)
{
    if (reply->code != 250) {
        refused_hello(r->s, reply->exchange);
        return;
    }
    message_drop_chunks(r->s, reply->exchange->superseded_content);
    r->s->lmtp = reply->exchange->id == VERB_LHLO;
    f->flags |= FLAG_HELLO_REPLY;
    if (reply->exchange->id == VERB_HELO)
        return;
    f->flags |= FLAG_EHLO_REPLY;
    f->notes |= learn_offers(r->s, reply->whole);
}

static void answered_mail(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply_severity(reply->code) != 2)
        return;
    message_drop_chunks(r->s, reply->exchange->superseded_content);
    r->s->recipients_accepted = 0;
}

static void answered_rcpt(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply_severity(reply->code) == 2)
        r->s->recipients_accepted++;
}

/* May content begin with the client's next octets? Not inside a content or a chunk that is under way. */
static bool awaits_content(const session *s)
{
    return s->client == CLIENT_AFTER_DATA || s->client == CLIENT_COMMANDS || s->client == CLIENT_UNKNOWN;
}

static void answered_data(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;
    stream *client = stream_of_role(s, r->segment_input->layer, SIDE_CLIENT);

    (void)f;
    if (reply->code != 354)
        exchange_content_unanswered(s);
    if (s->data != reply->exchange)
        return;
    if (reply->code == 354 && awaits_content(s)) {
        message_begin(s, client->held_length ? client->unit_position : client->next);
    } else if (reply->code != 354 && (s->client == CLIENT_AFTER_DATA || s->client == CLIENT_CONTENT)) {
        /* Refused: what follows are commands, even if it was sent behind the DATA. */
        message_abandon(s);
        s->client = CLIENT_COMMANDS;
    }
}

static void auth_close(session *s, const server_reply *reply)
{
    auth_exchange *auth = reply->exchange->auth;
    const sasl_mechanism_row *mechanism = sasl_mechanism_find(span_of(auth->mechanism));

    if (reply->code == 235) {
        auth->outcome = "succeeded";
        s->auth_username = session_keep_for_good(s, auth->username);
    } else {
        auth->outcome = auth->cancelled && !auth->error_challenge ? "cancelled" : "failed";
    }
    s->layer_possible = reply->code == 235 && mechanism && mechanism->adds_layer;
    if (s->auth == reply->exchange)
        s->auth = NULL;
}

static void answered_auth(reading *r, const server_reply *reply, finding *f)
{
    auth_exchange *auth = reply->exchange->auth;
    static const char *const error_mechanisms[] = {"XOAUTH2", "OAUTHBEARER"};

    f->auth = auth;
    if (reply->code != 334) {
        f->flags |= FLAG_AUTH_FINAL;
        auth_close(r->s, reply);
        return;
    }
    f->flags |= FLAG_CHALLENGE | FLAG_SECRET;
    f->step = auth->server_steps++;
    /* The response may have been sent before it was asked for, and commands behind it. */
    auth->awaits_response = r->s->lossy || auth->server_steps > auth->responses;
    if (auth->awaits_response)
        r->s->auth = reply->exchange;
    if (r->s->client == CLIENT_UNKNOWN) {
        stream_drop(stream_of_role(r->s, r->segment_input->layer, SIDE_CLIENT));
        r->s->client = CLIENT_COMMANDS;
    }
    /* These mechanisms challenge only to tell an error, once the token was sent (RFC 7628, 3.2.2). */
    for (size_t i = 0; i < sizeof error_mechanisms / sizeof error_mechanisms[0]; i++)
        if (auth->client_steps && strcmp(auth->mechanism, error_mechanisms[i]) == 0)
            auth->error_challenge = true;
}

static void answered_starttls(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;

    if (reply->code != 220)
        return;
    f->flags |= FLAG_GRANTS_TLS;
    s->tls = TLS_GRANTED;
    s->plaintext_reported = false;
    s->starttls_frame = r->segment_input->frame;
    session_restart(s, reply->exchange);
}

static void answered_xclient(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply->code == 220)
        session_restart(r->s, reply->exchange);
}

static void answered_xexch50(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply->code != 354 || !reply->exchange->raw_octets || !awaits_content(r->s))
        return;
    stream_drop(stream_of_role(r->s, r->segment_input->layer, SIDE_CLIENT));
    r->s->raw_left = reply->exchange->raw_octets;
    r->s->client = CLIENT_RAW;
}

/* The one that was the client answers from now on (RFC 2645, 4.1). */
static void answered_turn(reading *r, const server_reply *reply, finding *f)
{
    (void)f;
    if (reply->code != 250)
        return;
    session_restart(r->s, reply->exchange);
    r->s->roles_swapped = !r->s->roles_swapped;
    r->s->greeted = false;
    r->s->spoken[SIDE_CLIENT] = r->s->spoken[SIDE_SERVER] = false;
    exchange_wait(r->s, EXCHANGE_CONNECT, VERB_OTHER, "CONNECT");
}

static void (*const effects[VERB_COUNT])(reading *, const server_reply *, finding *) = {
    [VERB_HELO] = answered_hello,         [VERB_EHLO] = answered_hello,   [VERB_LHLO] = answered_hello,
    [VERB_MAIL] = answered_mail,          [VERB_RCPT] = answered_rcpt,    [VERB_DATA] = answered_data,
    [VERB_AUTH] = answered_auth,          [VERB_XCLIENT] = answered_xclient, [VERB_STARTTLS] = answered_starttls,
    [VERB_XEXCH50] = answered_xexch50,    [VERB_ATRN] = answered_turn,    [VERB_TURN] = answered_turn,
};

/* Is `part` somewhere in `whole`? One or two octets are everywhere. */
static bool contains(span whole, span part)
{
    for (size_t i = 0; part.length > 2 && i + part.length <= whole.length; i++)
        if (span_equal(span_first(span_from(whole, i), part.length), part))
            return true;
    return false;
}

/* Servers repeat a line that they do not know or cannot decode, whole or in part. A 535 says that the credentials are wrong
 * (RFC 4954, 6), mostly without naming them: it is read if it does not. */
static bool may_repeat_secret(const server_reply *reply)
{
    const exchange *e = reply->exchange;

    if (!e->secret || !e->auth)
        return e->secret;
    if (reply_severity(reply->code) >= 4 && reply->code != 535)
        return true;
    return contains(reply->whole, e->auth->sent[0]) || contains(reply->whole, e->auth->sent[1]);
}

static void take_effect(reading *r, const server_reply *reply, finding *f)
{
    const exchange *e = reply->exchange;

    if (may_repeat_secret(reply))
        f->flags |= FLAG_SECRET;
    if (e->kind == EXCHANGE_CONNECT)
        answered_connect(r, reply, f);
    else if (e->kind == EXCHANGE_COMMAND && effects[e->id])
        effects[e->id](r, reply, f);
}

/* --- replies that nothing waits for ------------------------------------------------------------------------------------ */

/* A 250 of several lines whose second begins with an extension's keyword answers an EHLO that was not captured. */
static bool looks_like_ehlo_reply(const server_reply *reply)
{
    line first = line_first(reply->whole);
    line second = line_first(span_from(reply->whole, first.length));
    reply_line parsed;
    capability offered;

    if (reply->code != 250 || !second.length || !reply_line_parse(second.text, false, &parsed) ||
        !capability_parse(parsed.text, &offered) || !offered.row)
        return false;
    /* Others, such as "OK", are words that begin any text. */
    return offered.row->id != CAPABILITY_OTHER || span_equal_nocase(offered.keyword, "HELP");
}

/* The DATA that a 354 answers was not captured. */
static void unasked_content(reading *r)
{
    session *s = r->s;
    stream *client = stream_of_role(s, r->segment_input->layer, SIDE_CLIENT);

    if (s->client == CLIENT_UNKNOWN) {
        stream_drop(client);
        client->skipping = false;
        s->data_bare_lf = false;
    }
    message_begin(s, client->held_length ? client->unit_position : client->next);
}

static void unanswering(reading *r, const server_reply *reply, finding *f)
{
    session *s = r->s;

    if (looks_like_ehlo_reply(reply)) {
        f->flags |= FLAG_HELLO_REPLY | FLAG_EHLO_REPLY;
        f->notes |= learn_offers(s, reply->whole);
    } else if (reply->code == 334) {
        f->flags |= FLAG_CHALLENGE | FLAG_SECRET;
    } else if (reply->code >= 200 && reply->code != 421 && !s->lossy && s->spoken[SIDE_CLIENT]) {
        f->notes |= NOTE_REPLY_UNEXPECTED;
    }
    if (reply->code == 354 && (s->client == CLIENT_UNKNOWN || s->client == CLIENT_AFTER_DATA))
        unasked_content(r);
}

/* --- lines ------------------------------------------------------------------------------------------------------------- */

static bool has_long_line(const server_reply *reply)
{
    size_t limit = reply->code == 334 ? AUTH_LINE_LIMIT : COMMAND_LINE_LIMIT;
    line next;

    for (size_t at = 0; at < reply->whole.length; at += next.length) {
        next = line_first(span_from(reply->whole, at));
        if (next.length > limit)
            return true;
    }
    return false;
}

static uint32_t reply_notes(const stream *st, const server_reply *reply)
{
    uint32_t notes = 0;

    if (!reply->valid || st->bad_line)
        notes |= NOTE_SYNTAX;
    if (st->codes_differ)
        notes |= NOTE_REPLY_CODES_DIFFER;
    if (has_long_line(reply))
        notes |= NOTE_LINE_TOO_LONG;
    if (span_find(reply->whole, 0) < reply->whole.length)
        notes |= NOTE_NUL;
    if (line_first(reply->whole).ending == LINE_ENDING_LF)
        notes |= NOTE_BARE_LF;
    return notes;
}

/* The unit from octets[from) to r->at is complete, or `cut`: the rest of it was not captured. */
static void reply_complete(reading *r, size_t from, uint16_t code, bool valid, bool cut)
{
    server_reply reply = {.position = stream_unit_position(r, from), .code = code, .valid = valid};
    stream *st = r->stream;
    stream notes_from = *st;
    finding *f;

    reply.whole = stream_unit(r, from, r->at, &reply.copy);
    stream_drop(st);
    f = stream_emit(r, FINDING_REPLY, reply.position, reply.whole.length);
    f->octets = reply.copy;
    f->notes = reply_notes(&notes_from, &reply) | (cut ? NOTE_REPLY_CUT : 0);
    f->notes |= session_plaintext_note(r->s, r->segment_input->layer);
    if (!valid)
        return;
    reply.exchange = exchange_answer(r, code);
    f->exchange = reply.exchange;
    if (!reply.exchange) {
        unanswering(r, &reply, f);
        return;
    }
    transaction_reply(r, reply.exchange, reply.whole, code);
    take_effect(r, &reply, f);
}

/* The line that ends at octets[end): true when it ends its unit, with its code. */
static bool line_ends_unit(reading *r, span text, uint16_t *code_r, bool *valid_r)
{
    stream *st = r->stream;
    reply_line parsed;

    *valid_r = reply_line_parse(text, false, &parsed);
    if (!*valid_r) {
        st->bad_line = true;
        *code_r = 0;
        return st->lines == 0; /* inside a reply it is taken for one more of its lines */
    }
    if (!st->lines)
        st->first_code = parsed.code;
    else if (st->first_code != parsed.code)
        st->codes_differ = true;
    *code_r = parsed.code;
    return parsed.last;
}

/* The text of the line from octets[from) to octets[end), of which the beginning may be held. */
static span line_text(reading *r, size_t from, size_t end, bool continues, uint8_t *scratch)
{
    const stream *st = r->stream;
    span here = span_first(span_from(r->octets, from), end - from);
    size_t before = continues ? st->held_length - st->line_start : 0;

    if (!before)
        return line_of(here).text;
    /* Only what tells where a reply ends is looked at here: code, separator and the beginning of the text. */
    before = before < 8 ? before : 8;
    here = span_first(here, 8);
    memcpy(scratch, st->held + st->line_start, before);
    memcpy(scratch + before, here.octets, here.length);
    return line_of((span){scratch, before + here.length}).text;
}

static void hold_rest(reading *r, size_t from, size_t line_begin, bool continues)
{
    stream *st = r->stream;
    size_t held_before = st->held_length;
    finding *f = stream_emit(r, FINDING_PART, r->position + from, r->octets.length - from);

    if (!held_before)
        f->flags |= FLAG_FIRST_PART;
    if (exchange_waits(r->s, VERB_AUTH) || exchange_secret_waits(r->s))
        f->flags |= FLAG_SECRET;
    stream_hold(r, from);
    if (!continues)
        st->line_start = held_before + (line_begin - from);
    r->at = r->octets.length;
}

/* A snap length cut off the end of the reply under way, which is not going to come: its code is known all the same, once
 * three digits of it are. */
static bool take_cut_reply(reading *r, size_t from, size_t line_begin, bool continues)
{
    uint8_t scratch[16];
    reply_line parsed = {.code = r->stream->first_code};
    bool known = r->stream->lines > 0 ||
                 reply_line_parse(line_text(r, line_begin, r->octets.length, continues, scratch), false, &parsed);

    if (!r->segment_input->missing || !known)
        return false;
    r->at = r->octets.length;
    reply_complete(r, from, parsed.code, true, true);
    return true;
}

static void read_replies(reading *r)
{
    stream *st = r->stream;
    size_t unit = r->at, begin = r->at;
    bool continues = st->held_length > 0; /* the line under way began in an earlier call */
    uint8_t scratch[16];
    uint16_t code;
    bool valid;

    while (begin < r->octets.length && !r->s->opaque) {
        size_t lf = span_find(span_from(r->octets, begin), '\n');
        size_t end = begin + lf + 1;
        bool ends = end <= r->octets.length;

        r->at = unit;
        if (stream_too_long(r, ends ? end : r->octets.length)) {
            stream_skip(r, ends ? end : r->octets.length, ends);
            unit = begin = r->at;
            continues = false;
            continue;
        }
        if (!ends)
            break;
        if (line_ends_unit(r, line_text(r, begin, end, continues, scratch), &code, &valid)) {
            r->at = end;
            reply_complete(r, unit, code, valid, false);
            unit = end;
        } else {
            st->lines++;
        }
        begin = end;
        continues = false;
    }
    r->at = unit;
    if (unit < r->octets.length && !r->s->opaque && !take_cut_reply(r, unit, begin, continues))
        hold_rest(r, unit, begin, continues);
}

void server_read(reading *r)
{
    if (!r->s->opaque)
        read_replies(r);
    if (r->at < r->octets.length)
        stream_emit(r, FINDING_OPAQUE, r->position + r->at, r->octets.length - r->at);
    r->at = r->octets.length;
}

void server_gap(reading *r)
{
    stream_drop(r->stream);
    r->stream->skipping = false;
    r->s->lossy = true;
    exchange_older_unanswered(r->s);
}
