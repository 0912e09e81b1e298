/* client.c — reading what the client sends: commands, message content, AUTH responses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "session/transaction.h"
#include "wire/base64.h"
#include "wire/line.h"
#include "wire/number.h"
#include "wire/parameter.h"
#include "wire/proxy.h"
#include "wire/sasl.h"

/* After so many lines in a row that are no command of SMTP, what comes is taken for something else. */
#define UNRECOGNIZED_LIMIT 32u

/* A line on its way from the octets to a finding. */
typedef struct client_line {
    span whole;          /* with its ending */
    line line;
    const uint8_t *copy; /* set when it came in several calls */
    size_t here;         /* octets of it that came in this call: the last ones */
    uint64_t position;
    parsed_command said;
    bool is_command;     /* it has the form of one */
} client_line;

static finding *emit_line(reading *r, finding_kind kind, const client_line *in)
{
    finding *f = stream_emit(r, kind, in->position, in->whole.length);

    f->octets = in->copy;
    if (in->line.ending == LINE_ENDING_LF)
        f->notes |= NOTE_BARE_LF;
    if (span_find(in->line.text, 0) < in->line.text.length)
        f->notes |= NOTE_NUL;
    return f;
}

/* One word of the base64 alphabet: what a password looks like on its way (RFC 4648, 4), with or without its padding. */
static bool looks_like_base64(span text)
{
    text = span_trim(text);
    for (size_t i = 0; i < text.length; i++) {
        uint8_t octet = text.octets[i];
        if (octet_base64_value(octet) < 0 && octet != '=')
            return false;
    }
    return text.length >= 4;
}

/* AUTH as no grammar has it, such as "AUTH=PLAIN AGEAYg==". */
static bool begins_like_auth(span text)
{
    text = span_trim_left(text);
    return span_starts_nocase(text, "AUTH") || span_starts_nocase(text, "X-EXPS") || span_starts_nocase(text, "XEXPS");
}

/* So long at least is the base64 of a name and a password, and longer than most words. */
#define CARRIED_OCTETS 8u

/* AUTH mistyped, or behind octets that are none of the line (a telnet's), to a server that offers it: what it carries comes last. */
static bool ends_like_auth(const session *s, span text)
{
    span last = {NULL, 0}, next;

    if (!s->offers_known || !session_offers(s, "AUTH"))
        return false;
    span_next_word(&text);
    while ((next = span_next_word(&text)).length)
        last = next;
    return last.length >= CARRIED_OCTETS && looks_like_base64(last);
}

/* May a line that is no known command, or the beginning of one, hold a secret? Once AUTH was tried, or when it may have
 * been, a response may come when none is due. */
static bool may_be_secret(const session *s, span text)
{
    return begins_like_auth(text) || ends_like_auth(s, text) || ((s->auth_tried || s->lossy) && looks_like_base64(text));
}

/* --- what a command does to the session -------------------------------------------------------------------------------- */

static void sent_data(reading *r, exchange *e, const client_line *in)
{
    r->s->data = e;
    r->s->data_bare_lf = in->line.ending == LINE_ENDING_LF;
    r->s->client = CLIENT_AFTER_DATA;
}

static void sent_bdat(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;
    bdat_argument bdat;

    if (bdat_parse(in->said.command.argument, &bdat) != BDAT_OK)
        return; /* no octets follow an invalid one */
    s->raw_left = bdat.size;
    s->chunk = e;
    e->last_chunk = bdat.last;
    message_begin_chunk(s, r->position + r->at);
    e->message = s->message;
    s->client = CLIENT_CHUNK;
    if (!bdat.size)
        message_read_chunk(r);
}

/* burl-cmd = "BURL" SP absolute-URI [SP end-marker] (RFC 4468, 3.2): the server fetches what no octets here follow. */
static void sent_burl(reading *r, exchange *e, const client_line *in)
{
    span rest = in->said.command.argument;
    span url = span_next_word(&rest);

    e->last_chunk = url.length && span_equal_nocase(span_trim(rest), "LAST");
    if (e->last_chunk)
        message_abandon(r->s); /* chunks before it are only part of the mail */
}

static const char *upper_case(session *s, span text)
{
    char *copy = (char *)session_alloc(s, text.length + 1);

    for (size_t i = 0; i < text.length; i++)
        copy[i] = (char)octet_to_upper(text.octets[i]);
    copy[text.length] = '\0';
    return copy;
}

/* Who authenticates: the session's mails are theirs. EXTERNAL names but the one to act for. */
static void learn_username(session *s, auth_exchange *auth, span base64, unsigned step)
{
    uint8_t *decoded = (uint8_t *)wmem_alloc(s->scope, base64_room(base64.length));
    base64_result result = base64_decode(base64, decoded);
    sasl_message read;

    sasl_message_parse(sasl_mechanism_find(span_of(auth->mechanism)), SASL_CLIENT, step, (span){decoded, result.length}, &read);
    for (size_t i = 0; i < read.count; i++) {
        const sasl_field *named = &read.fields[i];
        if (named->kind == SASL_USERNAME || (named->kind == SASL_AUTHZID && !auth->username.length)) {
            uint8_t *value = (uint8_t *)session_alloc(s, sasl_field_room(named) + 1);
            auth->username = (span){value, sasl_field_value(named, value)};
        }
    }
    wmem_free(s->scope, decoded);
}

/* So many octets of a message tell it from any other text. */
#define TELLING_OCTETS 64u

/* What the client sent is kept, so that a reply that repeats it is known for a secret. */
static void keep_sent(session *s, exchange *e, span base64)
{
    e->secret = true;
    e->auth->sent[1] = e->auth->sent[0];
    e->auth->sent[0] = session_keep(s, span_first(base64, TELLING_OCTETS));
}

static void sent_auth(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;
    span rest = in->said.command.argument;
    span mechanism = span_next_word(&rest);

    if (!sasl_is_mechanism(mechanism)) { /* forgotten: this is the message */
        rest = in->said.command.argument;
        mechanism = (span){NULL, 0};
    }
    e->auth = (auth_exchange *)session_alloc(s, sizeof *e->auth);
    e->auth->mechanism = upper_case(s, mechanism);
    rest = span_trim(rest);
    e->auth->client_steps = rest.length ? 1 : 0;
    if (rest.length) {
        keep_sent(s, e, rest);
        learn_username(s, e->auth, rest, 0);
    }
    s->auth = e;
    s->auth_tried = true;
}

/* XEXCH50 <octets> <version>: a 354 asks for that many octets ([MS-XOEXT], 2.2.4). */
static void sent_xexch50(reading *r, exchange *e, const client_line *in)
{
    span rest = in->said.command.argument;

    (void)r;
    if (number_parse(span_next_word(&rest), UINT32_MAX, &e->raw_octets) != NUMBER_OK)
        e->raw_octets = 0;
}

/* Chunks gathered so far are of no use if this is granted; refused, it changes nothing (RFC 5321, 4.1.4). */
static void sent_mail(reading *r, exchange *e, const client_line *in)
{
    (void)in;
    if (r->s->message && r->s->message->chunked)
        e->superseded_content = r->s->message;
}

/* What is pipelined behind it is by this name already. */
static void sent_hello(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;

    s->hello_seen = true;
    s->last_hello = e;
    e->helo_before = s->helo;
    s->helo = session_keep_for_good(s, span_trim(in->said.command.argument));
    sent_mail(r, e, in);
}

static void sent_lhlo(reading *r, exchange *e, const client_line *in)
{
    r->s->lmtp = true;
    sent_hello(r, e, in);
}

/* Chunks gathered so far are of no use any more (RFC 3030, 2). */
static void sent_reset(reading *r, exchange *e, const client_line *in)
{
    (void)e;
    (void)in;
    message_abandon(r->s);
}

static void (*const effects[VERB_COUNT])(reading *, exchange *, const client_line *) = {
    [VERB_HELO] = sent_hello, [VERB_EHLO] = sent_hello, [VERB_LHLO] = sent_lhlo, [VERB_MAIL] = sent_mail,
    [VERB_DATA] = sent_data,  [VERB_BDAT] = sent_bdat,  [VERB_BURL] = sent_burl, [VERB_RSET] = sent_reset,
    [VERB_AUTH] = sent_auth,  [VERB_QUIT] = sent_reset, [VERB_XEXCH50] = sent_xexch50,
};

/* --- what is noteworthy about a command -------------------------------------------------------------------------------- */

/* Was the server heard, so that a missing reply or offer means something? */
static bool server_known(const session *s)
{
    return !s->lossy && s->spoken[SIDE_SERVER];
}

/* What the server has to offer for a verb, NULL when nothing: that of the verb's name, for most. The others with a
 * keyword of theirs, such as VRFY, are of RFC 5321 or RFC 821. */
static const char *extension_of_verb(const verb_row *verb)
{
    switch (verb->id) {
    case VERB_BDAT:
        return "CHUNKING"; /* RFC 3030 */
    case VERB_ATRN:
    case VERB_AUTH:
    case VERB_BURL:
    case VERB_STARTTLS:
    case VERB_XCLIENT:
    case VERB_XEXCH50:
        return verb->name;
    default:
        return verb->name[0] == 'X' || strcmp(verb->name, "ETRN") == 0 ? verb->name : NULL;
    }
}

static bool parameter_offered(const session *s, const parameter *in)
{
    if (!in->row || !in->row->extension)
        return true;
    if (in->row->id == PARAMETER_BODY && span_equal_nocase(in->value, "BINARYMIME"))
        return session_offers(s, "BINARYMIME"); /* RFC 3030, 3 */
    return session_offers(s, in->row->extension);
}

static uint32_t parameter_notes(const session *s, const client_line *in, verb_id id)
{
    const transaction *current_transaction = transaction_resolved(s->current_transaction);
    bool mail = id == VERB_MAIL, utf8_declared = !mail && (!current_transaction || current_transaction->smtputf8);
    span rest = in->said.parameters;
    uint32_t notes = 0;
    parameter next;
    uint64_t size;

    while (parameter_next(&rest, mail ? PARAMETER_OF_MAIL : PARAMETER_OF_RCPT, &next)) {
        parameter_id is = next.row ? next.row->id : PARAMETER_OTHER;
        if (s->offers_known && !parameter_offered(s, &next))
            notes |= NOTE_EXTENSION_UNADVERTISED;
        if (is == PARAMETER_SIZE && s->size_offered && parameter_size(next.value, &size) == NUMBER_OK &&
            size > s->size_offered)
            notes |= NOTE_SIZE_EXCEEDED;
        if (is == PARAMETER_REQUIRETLS && s->last_layer == LAYER_PLAIN)
            notes |= NOTE_REQUIRETLS_WITHOUT_TLS;
        utf8_declared |= is == PARAMETER_SMTPUTF8;
    }
    /* RFC 6531, 3.4: addresses outside ASCII need it, those of recipients too. */
    return in->said.path.utf8 && !utf8_declared ? notes | NOTE_SMTPUTF8_MISSING : notes;
}

static uint32_t offer_notes(const session *s, const client_line *in, verb_id id)
{
    const char *extension = in->is_command && in->said.command.row ? extension_of_verb(in->said.command.row) : NULL;

    if (!server_known(s))
        return 0;
    if (extension && s->offers_known && !session_offers(s, extension))
        return NOTE_EXTENSION_UNADVERTISED;
    return id == VERB_MAIL || id == VERB_RCPT ? parameter_notes(s, in, id) : 0;
}

/* The longest command line that a server has to take, its ending counted: RFC 5321, 4.5.3.1.4. Extensions add to that of
 * MAIL and RCPT: SIZE (RFC 1870) 26 octets, 8BITMIME (RFC 6152) 17, AUTH (RFC 4954) 500, DSN (RFC 3461) some hundred, and
 * so on; the sum of all is less than is given here. Messages of SASL have 12,288 (RFC 4954, 4). URLs, and what servers
 * tell each other in verbs of their own, have no limit that is known. */
static size_t line_limit(verb_id id, const client_line *in)
{
    if (id == VERB_MAIL || id == VERB_RCPT)
        return 4096;
    if (id == VERB_AUTH)
        return AUTH_LINE_LIMIT;
    if (id == VERB_BURL || (in->is_command && in->said.command.row && in->said.command.row->name[0] == 'X'))
        return UNIT_LIMIT;
    return COMMAND_LINE_LIMIT;
}

static uint32_t command_notes(const session *s, const client_line *in, verb_id id)
{
    wmem_list_frame_t *tail = wmem_list_tail(s->waiting);
    const exchange *last = tail ? (const exchange *)wmem_list_frame_data(tail) : NULL;
    uint32_t notes = offer_notes(s, in, id);

    if (!in->is_command)
        notes |= NOTE_SYNTAX;
    if (in->whole.length > line_limit(id, in))
        notes |= NOTE_LINE_TOO_LONG;
    if (id == VERB_AUTH && s->last_layer == LAYER_PLAIN && s->tls != TLS_READABLE)
        notes |= NOTE_AUTH_WITHOUT_TLS;
    if (!last)
        return notes;
    if (last->kind == EXCHANGE_CONNECT)
        notes |= s->spoken[SIDE_SERVER] || s->lossy ? 0 : NOTE_EARLY_TALKER;
    else if (exchange_waits(s, VERB_STARTTLS))
        notes |= NOTE_STARTTLS_PLAINTEXT;
    else if (server_known(s) && s->hello_seen && !session_offers(s, "PIPELINING"))
        notes |= NOTE_PIPELINING_UNADVERTISED;
    return notes;
}

/* --- lines ------------------------------------------------------------------------------------------------------------- */

static const char *verb_name(session *s, const command *in)
{
    return in->row ? in->row->name : upper_case(s, in->verb);
}

static void command_line(reading *r, const client_line *in)
{
    session *s = r->s;
    verb_id id = in->is_command ? command_verb(&in->said.command) : VERB_OTHER;
    bool known = in->is_command && in->said.command.row;
    uint32_t notes = command_notes(s, in, id) | session_plaintext_note(s, r->segment_input->layer);
    exchange *e = exchange_wait_from(r, EXCHANGE_COMMAND, id, in->is_command ? verb_name(s, &in->said.command) : "");
    finding *f = emit_line(r, FINDING_COMMAND, in);

    f->exchange = e;
    f->notes |= notes;
    s->unrecognized = known ? 0 : s->unrecognized + 1;
    if (known)
        s->auth = NULL; /* an AUTH whose end was not captured is over */
    e->secret = !known && may_be_secret(s, in->line.text);
    s->client = s->unrecognized > UNRECOGNIZED_LIMIT ? CLIENT_UNKNOWN : CLIENT_COMMANDS;
    if (effects[id]) {
        unsigned at = s->found_count - 1;
        effects[id](r, e, in);
        f = &s->found[at]; /* the effect may have added findings */
    }
    if (in->is_command)
        transaction_command(r, e, &in->said);
    f->auth = e->auth;
    if (e->secret)
        f->flags |= FLAG_SECRET;
}

static void auth_response(reading *r, const client_line *in, exchange *e)
{
    finding *f = emit_line(r, FINDING_AUTH_RESPONSE, in);

    f->flags |= FLAG_SECRET;
    if (in->whole.length > AUTH_LINE_LIMIT)
        f->notes |= NOTE_LINE_TOO_LONG;
    f->auth = e->auth;
    f->step = e->auth->client_steps++;
    f->exchange = e;
    e->auth->responses++;
    e->auth->awaits_response = false;
    if (in->line.text.length == 1 && in->line.text.octets[0] == '*') {
        e->auth->cancelled = true;
        f->flags |= FLAG_CANCEL;
        return;
    }
    keep_sent(r->s, e, span_trim(in->line.text));
    learn_username(r->s, e->auth, in->line.text, f->step);
}

/* The AUTH that a line may be a response to: one that was challenged, or one whose challenge was not captured. */
static exchange *auth_for(const session *s, const client_line *in)
{
    exchange *e = s->auth;

    if (!e || e->auth->outcome)
        return NULL;
    if (e->auth->awaits_response)
        return e;
    return in->is_command && in->said.command.row ? NULL : e;
}

static void content_line(reading *r, const client_line *in)
{
    session *s = r->s;

    /* The line is the content's first: it is read again as such, what came in earlier calls before the rest. */
    message_begin(s, in->position);
    message_read_earlier(r, span_first(in->whole, in->whole.length - in->here));
    r->at -= in->here;
    message_read_content(r);
}

/* Reads the line that ends at octets[end). */
static void known_line(reading *r, const client_line *in)
{
    exchange *auth = auth_for(r->s, in);

    if (r->s->client == CLIENT_AFTER_DATA && !(in->is_command && command_unmistakable(&in->said.command))) {
        content_line(r, in);
        return;
    }
    if (auth)
        auth_response(r, in, auth);
    else
        command_line(r, in);
}

/* MAIL and RCPT: what their argument holds. */
static void read_envelope(parsed_command *said)
{
    verb_id id = command_verb(&said->command);
    path_prefix prefix;
    span in;

    if (id != VERB_MAIL && id != VERB_RCPT)
        return;
    prefix = path_prefix_find(said->command.argument, id == VERB_MAIL ? "FROM" : "TO");
    in = span_from(said->command.argument, prefix.length);
    path_parse(in, &said->path);
    said->parameters = span_from(in, said->path.consumed);
}

static client_line line_taken(reading *r, size_t end)
{
    client_line in = {.position = stream_unit_position(r, r->at)};

    in.whole = stream_unit(r, r->at, end, &in.copy);
    in.here = end - r->at;
    in.line = line_of(in.whole);
    in.is_command = command_parse(in.line.text, &in.said.command);
    if (in.is_command)
        read_envelope(&in.said);
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

    if (s->client != CLIENT_AFTER_DATA || r->stream->held_length + (end - r->at) <= CONTENT_LINE_LIMIT)
        return false;
    message_begin(s, stream_unit_position(r, r->at));
    return true;
}

/* May what is held be the beginning of an AUTH command or response? */
static bool part_is_secret(const session *s, const stream *st)
{
    return s->auth || may_be_secret(s, (span){st->held, st->held_length});
}

static void hold_line(reading *r)
{
    finding *f = stream_emit(r, FINDING_PART, r->position + r->at, r->octets.length - r->at);

    if (!r->stream->held_length)
        f->flags |= FLAG_FIRST_PART;
    stream_hold(r, r->at);
    if (part_is_secret(r->s, r->stream))
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

/* Behind a gap in a content, what comes is most likely more of it. */
static bool in_lossy_content(const session *s)
{
    return s->message && !s->message->chunked;
}

static void emit_unknown(reading *r, size_t from, size_t end)
{
    if (end <= from)
        return;
    if (in_lossy_content(r->s))
        message_read_lossy(r, from, end);
    else
        stream_emit(r, FINDING_UNKNOWN, r->position + from, end - from);
}

static bool ends_lossy_content(const session *s, const client_line *in)
{
    return in_lossy_content(s) && in->line.text.length == 1 && in->line.text.octets[0] == '.' &&
           (in->line.ending == LINE_ENDING_CRLF || s->message->bare_lf);
}

static void line_ends_unknown(reading *r, const client_line *in)
{
    session *s = r->s;
    size_t earlier = in->whole.length - in->here;

    if (in_lossy_content(s))
        message_take_back(s, earlier);
    if (ends_lossy_content(s, in)) {
        message_end_lossy(r, in->here, earlier);
        return;
    }
    message_abandon(s);
    s->client = CLIENT_COMMANDS;
    s->unrecognized = 0;
    command_line(r, in);
}

/* Looks for a line that can only be a command; all before it is shown as one run. */
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
        if (!(in.is_command && command_unmistakable(&in.said.command)) && !ends_lossy_content(r->s, &in))
            continue;
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

static void read_content(reading *r)
{
    message_read_earlier(r, (span){r->stream->held, r->stream->held_length});
    stream_drop(r->stream);
    message_read_content(r);
}

static void read_raw(reading *r)
{
    session *s = r->s;
    size_t rest = r->octets.length - r->at;
    size_t take = rest < s->raw_left ? rest : (size_t)s->raw_left;

    stream_emit(r, FINDING_OPAQUE, r->position + r->at, take);
    r->at += take;
    s->raw_left -= take;
    if (!s->raw_left)
        s->client = CLIENT_COMMANDS;
}

static void read_opaque(reading *r)
{
    stream_emit(r, FINDING_OPAQUE, r->position + r->at, r->octets.length - r->at);
    r->at = r->octets.length;
}

static void (*const readers[])(reading *) = {
    [CLIENT_COMMANDS] = read_line,      [CLIENT_AFTER_DATA] = read_line, [CLIENT_CONTENT] = read_content,
    [CLIENT_CHUNK] = message_read_chunk, [CLIENT_RAW] = read_raw,         [CLIENT_UNKNOWN] = read_unknown,
    [CLIENT_OPAQUE] = read_opaque,
};

/* A SASL security layer puts a length of four octets before what it protects (RFC 4422, 3.7). Of any that is agreed on
 * the first octet is 0, with which no line begins; a length of 0 protects nothing. What came of the four is looked at. */
static bool is_layer_length(span octets)
{
    static const uint8_t none[4] = {0};

    return octets.octets[0] == 0 && !span_equal(span_first(octets, sizeof none), (span){none, sizeof none});
}

static void notice_security_layer(reading *r)
{
    session *s = r->s;

    if (s->client == CLIENT_COMMANDS && !r->stream->held_length && is_layer_length(r->octets)) {
        s->client = CLIENT_OPAQUE;
        s->opaque = true;
    }
    s->layer_possible = false;
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
        s->proxy_possible = false;
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
        s->proxy_possible = false;
    }
}

void client_read(reading *r)
{
    if (r->s->layer_possible && r->octets.length)
        notice_security_layer(r);
    if (r->s->spoken[SIDE_SERVER])
        r->s->proxy_possible = false; /* it comes before the greeting */
    if (r->s->proxy_possible && r->octets.length)
        read_proxy_header(r);
    while (r->at < r->octets.length)
        readers[r->s->client](r);
}

/* Octets of a chunk that were not captured are counted all the same. Returns how many more were lost behind it. */
static uint64_t gap_in_chunk(reading *r, uint64_t octets)
{
    session *s = r->s;
    uint64_t of_chunk = octets < s->raw_left ? octets : s->raw_left;

    s->raw_left -= of_chunk;
    if (s->client == CLIENT_CHUNK)
        message_chunk_gap(r, of_chunk);
    else if (!s->raw_left)
        s->client = CLIENT_COMMANDS;
    return octets - of_chunk;
}

void client_gap(reading *r, uint64_t octets)
{
    session *s = r->s;
    bool in_chunk = s->client == CLIENT_CHUNK || s->client == CLIENT_RAW;

    if (in_chunk)
        octets = gap_in_chunk(r, octets);
    if (s->client == CLIENT_OPAQUE || !octets)
        return;
    stream_drop(r->stream);
    r->stream->skipping = false;
    s->proxy_possible = false;
    s->lossy = true;
    if (s->message && s->message->chunked)
        message_abandon(s); /* what was lost may have ended it */
    message_gap(s, octets);
    if (s->auth)
        s->auth->auth->awaits_response = false;
    s->client = CLIENT_UNKNOWN;
}
