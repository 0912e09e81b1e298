/* client.c — reading what the client sends: commands, message content, AUTH responses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/line.h"
#include "wire/number.h"

/* After so many lines in a row that are no command of SMTP, what comes is taken for something else. */
#define UNRECOGNIZED_LIMIT 32u

/* A line on its way from the octets to a finding. */
typedef struct client_line {
    span whole;          /* with its ending */
    line line;
    const uint8_t *copy; /* set when it came in several calls */
    size_t here;         /* octets of it that came in this call: the last ones */
    uint64_t position;
    command command;
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

/* One token of the base64 alphabet: what a password looks like on its way (RFC 4648, 4). */
static bool looks_like_base64(span text)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t octet = text.octets[i];
        if (!octet_is_letter(octet) && !octet_is_digit(octet) && octet != '+' && octet != '/' && octet != '=')
            return false;
    }
    return text.length >= 4 && text.length % 4 == 0;
}

/* --- what a command does to the session --------------------------------------------------------------------------------- */

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

    if (bdat_parse(in->command.argument, &bdat) != BDAT_OK)
        return; /* no octets follow an invalid one */
    s->raw_left = bdat.size;
    s->chunk_last = bdat.last;
    s->chunk_exchange = e;
    e->last_chunk = bdat.last;
    message_begin_chunk(s, r->position + r->at);
    e->message = s->message;
    s->client = CLIENT_CHUNK;
    if (!bdat.size)
        message_read_chunk(r);
}

static const char *upper_case(session *s, span text)
{
    char *copy = (char *)wmem_alloc(s->scope, text.length + 1);

    for (size_t i = 0; i < text.length; i++) {
        uint8_t octet = text.octets[i];
        copy[i] = (char)(octet >= 'a' && octet <= 'z' ? octet - 'a' + 'A' : octet);
    }
    copy[text.length] = '\0';
    return copy;
}

static void sent_auth(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;
    span rest = in->command.argument;
    span mechanism = span_next_word(&rest);

    e->auth = wmem_new0(s->scope, auth_exchange);
    e->auth->mechanism = upper_case(s, mechanism);
    rest = span_trim(rest);
    e->auth->client_steps = rest.length ? 1 : 0;
    e->secret = rest.length > 0;
    s->auth = e;
    s->auth_tried = true;
}

/* XEXCH50 <octets> <version>: a 354 asks for that many octets ([MS-XOEXT], 2.2.4). */
static void sent_xexch50(reading *r, exchange *e, const client_line *in)
{
    span rest = in->command.argument;

    (void)r;
    if (number_parse(span_next_word(&rest), UINT32_MAX, &e->raw_octets) != NUMBER_OK)
        e->raw_octets = 0;
}

static void sent_hello(reading *r, exchange *e, const client_line *in)
{
    (void)e;
    (void)in;
    r->s->hello_seen = true;
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

static void (*const effects[])(reading *, exchange *, const client_line *) = {
    [VERB_HELO] = sent_hello, [VERB_EHLO] = sent_hello, [VERB_LHLO] = sent_lhlo,       [VERB_MAIL] = sent_reset,
    [VERB_DATA] = sent_data,  [VERB_BDAT] = sent_bdat,  [VERB_RSET] = sent_reset,      [VERB_AUTH] = sent_auth,
    [VERB_QUIT] = sent_reset, [VERB_NOOP] = NULL,       [VERB_XEXCH50] = sent_xexch50,
};

/* --- what is noteworthy about a command ----------------------------------------------------------------------------------- */

/* The extension that a verb belongs to; without its offer the server need not know the verb. */
static const struct {
    verb_id id;
    unsigned offer;
} verb_offers[] = {
    {VERB_BDAT, OFFER_CHUNKING},     /* RFC 3030 */
    {VERB_STARTTLS, OFFER_STARTTLS}, /* RFC 3207 */
    {VERB_AUTH, OFFER_AUTH},         /* RFC 4954 */
};

/* Parameters of MAIL and RCPT and the extension each belongs to. */
static const struct {
    const char *keyword;
    unsigned offer;
} parameter_offers[] = {
    {"SIZE=", OFFER_SIZE},         {"BODY=8BITMIME", OFFER_8BITMIME}, {"BODY=BINARYMIME", OFFER_BINARYMIME},
    {"SMTPUTF8", OFFER_SMTPUTF8},  {"RET=", OFFER_DSN},               {"ENVID=", OFFER_DSN},
    {"NOTIFY=", OFFER_DSN},        {"ORCPT=", OFFER_DSN},             {"REQUIRETLS", OFFER_REQUIRETLS},
    {"AUTH=", OFFER_AUTH},
};

/* The words behind the path: none of them holds the ">" that ends it. */
static span parameters_of(span argument)
{
    size_t end = argument.length;

    while (end > 0 && argument.octets[end - 1] != '>')
        end--;
    return span_from(argument, end);
}

static uint32_t parameter_notes(const session *s, const client_line *in)
{
    span rest = parameters_of(in->command.argument);
    bool utf8_declared = false;
    uint32_t notes = 0;
    uint64_t size;
    span word;

    while ((word = span_next_word(&rest)).length) {
        for (size_t i = 0; i < sizeof parameter_offers / sizeof parameter_offers[0]; i++)
            if (span_starts_nocase(word, parameter_offers[i].keyword) && !(s->offers & parameter_offers[i].offer))
                notes |= NOTE_EXTENSION_UNADVERTISED;
        if (s->size_offered && span_starts_nocase(word, "SIZE=") &&
            number_parse(span_from(word, 5), UINT64_MAX, &size) == NUMBER_OK && size > s->size_offered)
            notes |= NOTE_SIZE_EXCEEDED;
        if (span_equal_nocase(word, "REQUIRETLS") && s->last_layer == LAYER_PLAIN)
            notes |= NOTE_REQUIRETLS_WITHOUT_TLS;
        utf8_declared |= span_equal_nocase(word, "SMTPUTF8");
    }
    for (size_t i = 0; i < in->command.argument.length && !utf8_declared; i++)
        if (in->command.argument.octets[i] >= 0x80 && command_verb(&in->command) == VERB_MAIL)
            return notes | NOTE_SMTPUTF8_MISSING;
    return notes;
}

/* Was the server heard, so that a missing reply or offer means something? */
static bool server_known(const session *s)
{
    return !s->lossy && s->spoken[SIDE_SERVER];
}

static uint32_t offer_notes(const session *s, const client_line *in, verb_id id)
{
    if (!server_known(s) || !s->offers)
        return 0;
    for (size_t i = 0; i < sizeof verb_offers / sizeof verb_offers[0]; i++)
        if (verb_offers[i].id == id && !(s->offers & verb_offers[i].offer))
            return NOTE_EXTENSION_UNADVERTISED;
    return id == VERB_MAIL || id == VERB_RCPT ? parameter_notes(s, in) : 0;
}

static uint32_t command_notes(const session *s, const client_line *in, verb_id id)
{
    wmem_list_frame_t *tail = wmem_list_tail(s->waiting);
    const exchange *last = tail ? (const exchange *)wmem_list_frame_data(tail) : NULL;
    uint32_t notes = offer_notes(s, in, id);

    if (!in->is_command)
        notes |= NOTE_SYNTAX;
    if (id == VERB_AUTH && s->last_layer == LAYER_PLAIN && s->tls != TLS_READABLE)
        notes |= NOTE_AUTH_WITHOUT_TLS;
    if (!last)
        return notes;
    if (last->kind == EXCHANGE_CONNECT)
        notes |= s->spoken[SIDE_SERVER] || s->lossy ? 0 : NOTE_EARLY_TALKER;
    else if (exchange_waiting(s, VERB_STARTTLS))
        notes |= NOTE_STARTTLS_PLAINTEXT;
    else if (server_known(s) && s->hello_seen && !(s->offers & OFFER_PIPELINING))
        notes |= NOTE_PIPELINING_UNADVERTISED;
    return notes;
}

/* --- lines ---------------------------------------------------------------------------------------------------------------- */

static const char *verb_name(session *s, const command *in)
{
    return in->row ? in->row->name : upper_case(s, in->verb);
}

static void command_line(reading *r, const client_line *in)
{
    session *s = r->s;
    verb_id id = in->is_command ? command_verb(&in->command) : VERB_OTHER;
    bool known = in->is_command && in->command.row;
    uint32_t notes = command_notes(s, in, id);
    exchange *e = exchange_wait_from(r, EXCHANGE_COMMAND, id, in->is_command ? verb_name(s, &in->command) : "");
    finding *f = emit_line(r, FINDING_COMMAND, in);

    f->exchange = e;
    f->notes |= notes;
    s->unrecognized = known ? 0 : s->unrecognized + 1;
    e->secret = !known && (s->auth_tried || s->lossy) && looks_like_base64(in->line.text);
    s->client = s->unrecognized > UNRECOGNIZED_LIMIT ? CLIENT_UNKNOWN : CLIENT_COMMANDS;
    if (id < sizeof effects / sizeof effects[0] && effects[id]) {
        unsigned at = s->found_count - 1;
        effects[id](r, e, in);
        f = &s->found[at]; /* the effect may have added findings */
    }
    f->auth = e->auth;
    if (e->secret)
        f->flags |= FLAG_SECRET;
}

static void auth_response(reading *r, const client_line *in, exchange *e)
{
    finding *f = emit_line(r, FINDING_AUTH_RESPONSE, in);

    f->flags |= FLAG_SECRET;
    f->auth = e->auth;
    f->step = e->auth->client_steps++;
    f->exchange = e;
    e->auth->awaits_response = false;
    if (in->line.text.length == 1 && in->line.text.octets[0] == '*') {
        e->auth->cancelled = true;
        f->flags |= FLAG_CANCEL;
    }
}

/* The AUTH that a line may be a response to: one that was challenged, or one whose challenge was not captured. */
static exchange *auth_for(const session *s, const client_line *in)
{
    exchange *e = s->auth;

    if (!e || e->auth->outcome)
        return NULL;
    if (e->auth->awaits_response)
        return e;
    return in->is_command && in->command.row ? NULL : e;
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

    if (r->s->client == CLIENT_AFTER_DATA && !(in->is_command && command_unmistakable(&in->command))) {
        content_line(r, in);
        return;
    }
    if (auth)
        auth_response(r, in, auth);
    else
        command_line(r, in);
}

static client_line line_taken(reading *r, size_t end)
{
    client_line in = {.position = stream_unit_position(r, r->at)};

    in.whole = stream_unit(r, r->at, end, &in.copy);
    in.here = end - r->at;
    in.line = line_of(in.whole);
    in.is_command = command_parse(in.line.text, &in.command);
    r->at = end;
    return in;
}

/* A line that is too long to be one: its octets are passed over up to its end. */
static void skip_long_line(reading *r, size_t end)
{
    finding *f = stream_emit(r, FINDING_UNKNOWN, r->position + r->at, end - r->at);

    if (!r->stream->skipping)
        f->notes |= NOTE_LINE_TOO_LONG;
    r->at = end;
}

/* The end of the line at r->at in what the call brought, behind its LF; 0 when it goes on in a later call. */
static size_t line_end(const reading *r)
{
    size_t lf = span_find(span_from(r->octets, r->at), '\n');

    return r->at + lf < r->octets.length ? r->at + lf + 1 : 0;
}

static bool too_long(const reading *r, size_t end)
{
    return r->stream->skipping || r->stream->held_length + (end - r->at) > UNIT_LIMIT;
}

/* A line longer than any command follows DATA, and its end is not in sight: it is content. */
static bool long_line_is_content(reading *r)
{
    session *s = r->s;

    if (s->client != CLIENT_AFTER_DATA || r->stream->held_length + (r->octets.length - r->at) <= CONTENT_LINE_LIMIT)
        return false;
    message_begin(s, stream_unit_position(r, r->at));
    return true;
}

static void read_line(reading *r)
{
    size_t end = line_end(r);
    size_t upto = end ? end : r->octets.length;
    finding *f;

    if (long_line_is_content(r))
        return;
    if (too_long(r, upto)) {
        stream_drop(r->stream);
        skip_long_line(r, upto);
        r->stream->skipping = !end;
        return;
    }
    if (end) {
        client_line in = line_taken(r, end);
        known_line(r, &in);
        return;
    }
    f = stream_emit(r, FINDING_PART, r->position + r->at, upto - r->at);
    if (!r->stream->held_length)
        f->flags |= FLAG_FIRST_PART;
    if (r->s->auth && !r->s->auth->auth->outcome)
        f->flags |= FLAG_SECRET;
    stream_hold(r, r->at);
    r->at = upto;
}

/* --- octets of unknown meaning ---------------------------------------------------------------------------------------------- */

static void emit_unknown(reading *r, size_t from, size_t end)
{
    if (end > from)
        stream_emit(r, FINDING_UNKNOWN, r->position + from, end - from);
}

/* The lone dot of a content that lost some of its octets. */
static bool ends_lossy_content(const session *s, const client_line *in)
{
    return s->message && !s->message->chunked && in->line.text.length == 1 && in->line.text.octets[0] == '.';
}

static void end_lossy_content(reading *r, const client_line *in)
{
    session *s = r->s;
    message *m = s->message;
    finding *f = emit_line(r, FINDING_END_OF_DATA, in);
    exchange *e;

    f->message = m;
    message_abandon(s);
    e = exchange_wait_from(r, EXCHANGE_END_OF_DATA, VERB_OTHER, "END-OF-DATA");
    e->message = m;
    s->client = CLIENT_COMMANDS;
}

/* Looks for a line that can only be a command; all before it is shown as one run. */
static void read_unknown(reading *r)
{
    size_t from = r->at, begin, end;
    client_line in;

    while ((end = line_end(r)) != 0) {
        begin = r->at;
        if (too_long(r, end)) {
            stream_drop(r->stream);
            r->stream->skipping = false;
            r->at = end;
            continue;
        }
        in = line_taken(r, end);
        if (!(in.is_command && command_unmistakable(&in.command)) && !ends_lossy_content(r->s, &in))
            continue;
        emit_unknown(r, from, begin);
        if (ends_lossy_content(r->s, &in)) {
            end_lossy_content(r, &in);
        } else {
            message_abandon(r->s);
            r->s->client = CLIENT_COMMANDS;
            r->s->unrecognized = 0;
            command_line(r, &in);
        }
        return;
    }
    emit_unknown(r, from, r->octets.length);
    if (!r->stream->skipping)
        r->stream->skipping = !stream_hold(r, r->at);
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

/* A SASL security layer frames its octets with a length of four octets, of which the first is 0: no line begins so (RFC 4422,
 * 3.7). */
static void notice_security_layer(reading *r)
{
    session *s = r->s;

    if (s->layer_possible && r->octets.length && r->octets.octets[0] == 0) {
        s->client = CLIENT_OPAQUE;
        s->opaque = true;
    }
    s->layer_possible = false;
}

void client_read(reading *r)
{
    if (r->s->layer_possible)
        notice_security_layer(r);
    while (r->at < r->octets.length)
        readers[r->s->client](r);
}

/* Octets of a chunk that were not captured are counted all the same. */
static bool gap_in_chunk(session *s, uint64_t octets)
{
    if (s->client != CLIENT_CHUNK && s->client != CLIENT_RAW)
        return false;
    if (octets >= s->raw_left)
        return false;
    s->raw_left -= octets;
    if (s->client == CLIENT_CHUNK) {
        message_gap(s);
        s->message->size += octets;
        s->message->unstuffed_size += octets;
    }
    return true;
}

void client_gap(reading *r, uint64_t octets)
{
    session *s = r->s;

    if (s->client == CLIENT_OPAQUE || gap_in_chunk(s, octets))
        return;
    stream_drop(r->stream);
    r->stream->skipping = false;
    s->lossy = true;
    message_gap(s);
    if (s->client == CLIENT_CHUNK)
        message_abandon(s);
    s->client = CLIENT_UNKNOWN;
}
