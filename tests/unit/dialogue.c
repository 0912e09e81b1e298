/* dialogue.c — feeding dialogues to a session, and writing down what it found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dialogue.h"

/* Both begin close to the end of TCP's sequence numbers, so that every dialogue of some length passes it. */
#define CLIENT_FIRST_SEQUENCE 0xffffffc0u
#define SERVER_FIRST_SEQUENCE 0xffffffe0u
#define DEFAULT_GATHER_LIMIT (UINT64_C(1) << 20)

/* All octets of one stream, those that were not captured among them. */
typedef struct record_stream {
    uint64_t base; /* position of the first */
    GByteArray *octets;
    bool begun; /* some were captured */
} record_stream;

/* One call, to be looked up again at the end. */
typedef struct call {
    layer layer;
    side sender;
    uint32_t tag;
    segment *returned; /* with findings of its own: those of the session are gone at the next call */
} call;

static void call_clear(void *which)
{
    call *made = (call *)which;

    g_free((void *)made->returned->findings);
    g_free(made->returned);
}

/* A finding put together from the pieces of several calls. */
typedef struct entry {
    record_stream *stream;
    layer layer;
    side side;
    finding found; /* the last piece: its exchange, message, flags ... */
    uint64_t begin, end;
    note_set notes;
    unsigned flags;
} entry;

struct recorder {
    pools *memory;
    session *session;
    bool late, roles_wrong;
    uint32_t frame, tag;
    record_stream streams[2][2]; /* layer, sender */
    GArray *calls;
    GArray *entries;
    GString *text;
};

/* --- feeding ----------------------------------------------------------------------------------------------------------- */

recorder *recorder_new(bool late, bool roles_wrong, uint64_t gather_limit)
{
    recorder *rec = g_new0(recorder, 1);
    moment syn = {.seconds = 1};

    rec->memory = pools_new(VISITS_MANY);
    rec->session = session_new(rec->memory, !late, gather_limit ? gather_limit : DEFAULT_GATHER_LIMIT, late ? NULL : &syn);
    rec->late = late;
    rec->roles_wrong = roles_wrong;
    for (int l = LAYER_PLAIN; l <= LAYER_TLS; l++) {
        for (int sender = SIDE_CLIENT; sender <= SIDE_SERVER; sender++)
            rec->streams[l][sender].octets = g_byte_array_new();
    }
    rec->streams[LAYER_PLAIN][SIDE_CLIENT].base = (UINT64_C(1) << 32) + CLIENT_FIRST_SEQUENCE;
    rec->streams[LAYER_PLAIN][SIDE_SERVER].base = (UINT64_C(1) << 32) + SERVER_FIRST_SEQUENCE;
    rec->calls = g_array_new(FALSE, FALSE, sizeof(call));
    g_array_set_clear_func(rec->calls, call_clear);
    rec->entries = g_array_new(FALSE, FALSE, sizeof(entry));
    return rec;
}

void recorder_free(recorder *rec)
{
    for (int l = LAYER_PLAIN; l <= LAYER_TLS; l++) {
        for (int sender = SIDE_CLIENT; sender <= SIDE_SERVER; sender++)
            g_byte_array_unref(rec->streams[l][sender].octets);
    }
    g_array_unref(rec->calls);
    g_array_unref(rec->entries);
    pools_free(rec->memory);
    g_free(rec);
}

session *recorder_session(const recorder *rec)
{
    return rec->session;
}

static side sender_of(turn_kind kind)
{
    return kind == S || kind == ST || kind == S_LOST ? SIDE_SERVER : SIDE_CLIENT;
}

static layer layer_of(turn_kind kind)
{
    return kind == CT || kind == ST ? LAYER_TLS : LAYER_PLAIN;
}

static bool is_unit(const finding *f)
{
    return f->kind == FINDING_COMMAND || f->kind == FINDING_AUTH_RESPONSE || f->kind == FINDING_REPLY ||
           f->kind == FINDING_END_OF_DATA || f->kind == FINDING_PROXY;
}

/* The octets of a unit are where the finding says: in the call, or copied because some came earlier. */
static void check_octets(const record_stream *stream, const finding *f, uint64_t begin, uint64_t end)
{
    const uint8_t *sent = stream->octets->data + (f->position - stream->base);

    g_assert_cmpuint(f->position + f->length, <=, end);
    if (f->octets)
        g_assert_cmpmem(f->octets, f->length, sent, f->length);
    else
        g_assert_cmpuint(f->position, >=, begin);
}

/* The findings of a call cover each of its octets once, in order. `begin`: of its first octet, `cut`: octets missing at its
 * end. */
static void check_cover(const record_stream *stream, const segment *made, uint32_t cut)
{
    uint64_t at = made->position, end = made->position + made->length;

    for (unsigned i = 0; i < made->count; i++) {
        const finding *f = &made->findings[i];
        if (f->kind == FINDING_TRANSACTION) {
            g_assert_cmpuint(f->length, ==, 0);
            continue;
        }
        if (f->flags & FLAG_READ_AGAIN)
            continue; /* of the other stream */
        if (f->kind == FINDING_GAP) {
            g_assert_true(f->position + f->length == made->position || (cut && f->position == at && at == end));
            continue;
        }
        if (!is_unit(f))
            g_assert_cmpuint(f->position, ==, at);
        g_assert_cmpuint(f->position, <=, at);
        check_octets(stream, f, made->position, end);
        g_assert_cmpuint(f->position + f->length, >=, at);
        at = f->position + f->length;
    }
    g_assert_cmpuint(at, ==, end);
}

/* An exchange knows the frames of its command and of its reply. */
static void check_frames(const segment *made)
{
    for (unsigned i = 0; i < made->count; i++) {
        const finding *f = &made->findings[i];
        if (f->kind == FINDING_COMMAND) {
            g_assert_nonnull(f->exchange);
            g_assert_cmpuint(f->exchange->command_frame, ==, made->frame);
            g_assert_cmpint(f->exchange->command_time.seconds, ==, 1000 + made->frame);
        } else if (f->kind == FINDING_REPLY && f->exchange) {
            g_assert_cmpuint(f->exchange->reply_frame, ==, made->frame);
        }
        if (f->kind == FINDING_REPLY)
            g_assert_cmpint((f->flags & FLAG_GREETING) != 0, ==, f->exchange && exchange_is(f->exchange, VERB_CONNECT));
    }
}

static segment *segment_copy(const segment *of)
{
    segment *copy = g_new(segment, 1);

    *copy = *of;
    copy->findings = (const finding *)g_memdup2(of->findings, of->count * sizeof(finding));
    return copy;
}

static const segment *find_call(const recorder *rec, const call *made)
{
    const segment *returned = made->returned;
    const segment *found = session_find(rec->session, made->layer, made->sender, returned->frame, made->tag);

    g_assert_nonnull(found);
    g_assert_cmpuint(found->tag, ==, returned->tag);
    g_assert_cmpuint(found->length, ==, returned->length);
    g_assert_cmpuint(found->position, ==, returned->position);
    g_assert_cmpmem(found->findings, found->count * sizeof(finding), returned->findings, returned->count * sizeof(finding));
    return found;
}

const segment *recorder_feed(recorder *rec, turn_kind kind, const void *octets, size_t length, uint32_t again, uint32_t cut,
                             bool same_frame)
{
    call made = {.layer = layer_of(kind), .sender = (side)(sender_of(kind) ^ rec->roles_wrong)};
    record_stream *stream = &rec->streams[made.layer][made.sender];
    uint64_t begin = stream->base + stream->octets->len - again;
    segment_input packet = {.layer = made.layer, .sender = made.sender, .missing = cut};
    uint8_t *copy;

    if ((kind == C_LOST || kind == S_LOST) && rec->late && !stream->begun)
        return NULL; /* the capture began later still */
    g_byte_array_append(stream->octets, (const uint8_t *)octets + again, (guint)(length - again));
    if (kind == C_LOST || kind == S_LOST)
        return NULL;
    stream->begun = true;
    rec->frame += !same_frame || !rec->frame;
    packet.frame = rec->frame;
    packet.time.seconds = 1000 + rec->frame;
    packet.has_sequence = made.layer == LAYER_PLAIN;
    made.tag = packet.tag = packet.has_sequence ? (uint32_t)begin : rec->tag++;
    packet.starts_stream = packet.has_sequence && !rec->late;
    packet.first_sequence = (uint32_t)stream->base;
    /* An own copy, gone when the call returns, shows reads beyond it and findings that hold on to it. */
    copy = (uint8_t *)g_malloc(length - cut + 1);
    memcpy(copy + 1, octets, length - cut);
    made.returned = segment_copy(session_read(rec->session, &packet, (span){copy + 1, length - cut}));
    g_free(copy);
    g_assert_cmpuint(made.returned->frame, ==, packet.frame);
    g_assert_cmpuint(made.returned->position, ==, begin);
    g_assert_cmpuint(made.returned->length, ==, length - cut);
    check_cover(stream, made.returned, cut);
    check_frames(made.returned);
    g_array_append_val(rec->calls, made);
    find_call(rec, &made);
    return made.returned;
}

/* --- putting pieces together ------------------------------------------------------------------------------------------- */

static entry *entry_at(recorder *rec, guint i)
{
    return &g_array_index(rec->entries, entry, i);
}

/* What was shown before as part of a line, or as unknown, has turned out to be something else from `begin` on. */
static void take_back(recorder *rec, const record_stream *stream, uint64_t begin)
{
    for (guint i = rec->entries->len; i-- > 0;) {
        entry *e = entry_at(rec, i);
        if (e->stream != stream)
            continue;
        if (e->end <= begin)
            return;
        if (e->found.kind == FINDING_GAP || e->found.kind == FINDING_RETRANSMISSION)
            continue;
        if (e->found.kind == FINDING_CONTENT)
            continue; /* an end mark's dot was taken for content at first, which the message's size tells */
        g_assert_true(e->found.kind == FINDING_PART || e->found.kind == FINDING_UNKNOWN);
        e->end = begin;
        if (e->begin >= begin)
            g_array_remove_index(rec->entries, i);
    }
}

/* The newest entry of the stream, NULL when it has none. */
static entry *newest(recorder *rec, const record_stream *stream)
{
    for (guint i = rec->entries->len; i-- > 0;) {
        if (entry_at(rec, i)->stream == stream)
            return entry_at(rec, i);
    }
    return NULL;
}

/* Does the finding go on where the entry ends? */
static bool goes_on(const entry *e, const finding *f)
{
    if (!e || e->end != f->position || is_unit(f) || f->kind == FINDING_GAP)
        return false;
    if (f->kind == FINDING_CONTENT)
        return e->found.kind == FINDING_CONTENT && e->found.message == f->message && !(e->flags & FLAG_MESSAGE_END);
    if (f->kind == FINDING_UNKNOWN && e->found.kind == FINDING_PART)
        return true;
    return e->found.kind == f->kind;
}

static void record_finding(recorder *rec, record_stream *stream, const call *made, const segment *in, const finding *f)
{
    entry fresh = {.stream = stream,
                   .layer = made->layer,
                   .side = (side)in->side,
                   .found = *f,
                   .begin = f->position,
                   .end = f->position + f->length,
                   .notes = f->notes,
                   .flags = f->flags};
    entry *before;

    if (f->kind == FINDING_CONTENT && !f->message->chunked && f->message->position < f->position &&
        !message_has_holes(f->message) && f->message->frames[0] == in->frame &&
        (!(before = newest(rec, stream)) || before->found.message != f->message))
        fresh.begin = f->message->position; /* the first line began in an earlier call */
    if (is_unit(f) || f->kind == FINDING_CONTENT)
        take_back(rec, stream, fresh.begin);
    before = newest(rec, stream);
    if (goes_on(before, f)) {
        before->end += f->length;
        before->notes |= f->notes;
        before->flags |= f->flags;
        before->found.kind = f->kind;
    } else {
        g_array_append_val(rec->entries, fresh);
    }
}

void recorder_check_calls(const recorder *rec)
{
    for (guint i = 0; i < rec->calls->len; i++)
        find_call(rec, &g_array_index(rec->calls, call, i));
}

static void record_calls(recorder *rec)
{
    for (guint i = 0; i < rec->calls->len; i++) {
        const call *made = &g_array_index(rec->calls, call, i);
        const segment *found = find_call(rec, made);
        for (unsigned n = 0; n < found->count; n++) {
            if (found->findings[n].kind != FINDING_TRANSACTION)
                record_finding(rec, &rec->streams[made->layer][made->sender], made, found, &found->findings[n]);
        }
    }
}

/* --- messages ---------------------------------------------------------------------------------------------------------- */

/* The content without its stuffed dots, written anew from RFC 5321, 4.5.2: a dot that begins a line is taken out. */
static GByteArray *unstuff(const uint8_t *in, size_t length, bool bare_lf)
{
    GByteArray *out = g_byte_array_new();
    bool begin = true;

    for (size_t i = 0; i < length; i++) {
        if (!(begin && in[i] == '.'))
            g_byte_array_append(out, in + i, 1);
        begin = in[i] == '\n' && (bare_lf || (i > 0 && in[i - 1] == '\r'));
    }
    return out;
}

/* All octets of the message as they were sent, and in how many calls. */
static GByteArray *raw_octets(recorder *rec, const message *m)
{
    GByteArray *raw = g_byte_array_new();

    for (guint i = 0; i < rec->entries->len; i++) {
        const entry *e = entry_at(rec, i);
        if (e->found.kind == FINDING_CONTENT && e->found.message == m && e->end > e->begin)
            g_byte_array_append(raw, e->stream->octets->data + (e->begin - e->stream->base), (guint)(e->end - e->begin));
    }
    if (raw->len > m->size - m->missing) /* with octets of the end mark */
        g_byte_array_set_size(raw, (guint)(m->size - m->missing));
    return raw;
}

/* A message that is not kept came in one call, where `position` tells. */
static void check_in_place(const recorder *rec, const message *m)
{
    for (guint i = 0; i < rec->calls->len; i++) {
        const segment *in = g_array_index(rec->calls, call, i).returned;
        if (in->frame == m->complete_frame && in->position <= m->position &&
            m->position + m->size <= in->position + in->length)
            return;
    }
    g_error("a message of %" G_GUINT64_FORMAT " octets is neither kept nor whole in one call", m->size);
}

/* What is kept of a message with holes are the octets around them. No dots are stuffed in those of the tests. */
static void check_holes(recorder *rec, const message *m)
{
    GByteArray *raw = raw_octets(rec, m);
    uint64_t missing = 0;

    for (uint32_t i = 0; i < m->holes_count; i++) {
        g_assert_cmpuint(m->holes[i].offset + m->holes[i].octets, <=, m->unstuffed_size);
        missing += m->holes[i].octets;
    }
    g_assert_cmpuint(missing, ==, m->missing);
    if (m->complete && m->octets)
        g_assert_cmpmem(m->octets, message_captured(m), raw->data, raw->len);
    g_byte_array_unref(raw);
}

static void check_message(recorder *rec, const message *m)
{
    GByteArray *raw, *plain;

    if (m->too_large)
        g_assert_null(m->octets);
    if (message_has_holes(m))
        check_holes(rec, m);
    if (m->ended_like)
        return; /* its packets show more than it has */
    if (!m->complete || message_has_holes(m) || m->too_large)
        return;
    raw = raw_octets(rec, m);
    plain = m->chunked ? g_byte_array_ref(raw) : unstuff(raw->data, raw->len, m->bare_lf);
    g_assert_cmpuint(m->size, ==, raw->len);
    g_assert_cmpuint(m->unstuffed_size, ==, plain->len);
    g_assert_cmpint(m->stuffed, ==, raw->len != plain->len);
    if (m->octets)
        g_assert_cmpmem(m->octets, m->unstuffed_size, plain->data, plain->len);
    else if (m->size)
        check_in_place(rec, m);
    /* A packet with the lone dot alone has nothing of the content. */
    if (m->size)
        g_assert_cmpuint(m->frames_count, >, 0);
    if (m->frames_count)
        g_assert_cmpuint(m->frames[m->frames_count - 1], <=, m->complete_frame);
    g_byte_array_unref(raw);
    g_byte_array_unref(plain);
}

/* --- writing it down --------------------------------------------------------------------------------------------------- */

/* The notes that dialogues tell of. Those of order and of refusals, which many a dialogue would raise that is about
 * something else, are test_session_notes.c's. */
static const char *const note_names[NOTE_COUNT] = {
    [NOTE_SYNTAX] = "syntax",
    [NOTE_REPLY_SYNTAX] = "reply syntax",
    [NOTE_REPLY_UNEXPECTED] = "unexpected",
    [NOTE_REPLY_CODES_DIFFER] = "codes differ",
    [NOTE_STARTTLS_PLAINTEXT] = "plaintext",
    [NOTE_STARTTLS_READABLE] = "readable",
    [NOTE_FOREIGN_PROTOCOL] = "foreign protocol",
    [NOTE_AUTH_PROOF_WITHOUT_TLS] = "proof without tls",
    [NOTE_STARTTLS_STRIPPED] = "starttls stripped",
    [NOTE_AUTH_WITHOUT_TLS] = "auth without tls",
    [NOTE_REQUIRETLS_WITHOUT_TLS] = "requiretls without tls",
    [NOTE_LOOKALIKE] = "lookalike",
    [NOTE_SMUGGLING] = "smuggling",
    [NOTE_BARE_LF] = "bare lf",
    [NOTE_BARE_CR] = "bare cr",
    [NOTE_NUL] = "nul",
    [NOTE_LINE_TOO_LONG] = "line too long",
    [NOTE_EARLY_TALKER] = "early talker",
    [NOTE_PIPELINING_UNADVERTISED] = "pipelining",
    [NOTE_EXTENSION_UNADVERTISED] = "extension",
    [NOTE_SIZE_EXCEEDED] = "size exceeded",
    [NOTE_SMTPUTF8_MISSING] = "smtputf8 missing",
};

static void append_list(GString *out, GPtrArray *words, const char *open, const char *close)
{
    for (guint i = 0; i < words->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : open, (const char *)g_ptr_array_index(words, i));
    if (words->len)
        g_string_append(out, close);
    g_ptr_array_unref(words);
}

static GPtrArray *note_words(const entry *e)
{
    GPtrArray *words = g_ptr_array_new();

    if (e->flags & FLAG_SNAPLEN)
        g_ptr_array_add(words, (gpointer)(e->found.kind == FINDING_REPLY ? "reply cut" : "snap length"));
    for (unsigned i = 0; i < NOTE_COUNT; i++) {
        if (e->notes & note_bit((note)i) && note_names[i])
            g_ptr_array_add(words, (gpointer)note_names[i]);
    }
    return words;
}

static GPtrArray *flag_words(const entry *e)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

    if (e->found.kind == FINDING_PART)
        return words; /* where parts begin and end is the cut's doing */
    if (e->flags & FLAG_SECRET)
        g_ptr_array_add(words, g_strdup("secret"));
    if (e->flags & (FLAG_EHLO_REPLY | FLAG_HELLO_REPLY))
        g_ptr_array_add(words, g_strdup(e->flags & FLAG_EHLO_REPLY ? "ehlo" : "hello"));
    if (e->flags & FLAG_GRANTS_TLS)
        g_ptr_array_add(words, g_strdup("tls"));
    if (e->flags & FLAG_CHALLENGE)
        g_ptr_array_add(words, g_strdup_printf("challenge %u", e->found.step));
    if (e->flags & FLAG_CANCEL)
        g_ptr_array_add(words, g_strdup("cancels"));
    if (e->flags & FLAG_AUTH_FINAL)
        g_ptr_array_add(words, g_strdup_printf("%s %s", e->found.auth->mechanism, e->found.auth->outcome));
    return words;
}

/* The first line of a stretch of the stream, without its ending and legible. */
static void append_line(GString *out, const record_stream *stream, uint64_t begin, uint64_t end)
{
    const char *octets = (const char *)stream->octets->data + (begin - stream->base);
    gchar *line, *legible;
    size_t length = 0;

    while (length < end - begin && octets[length] != '\n')
        length++;
    if (length && octets[length - 1] == '\r')
        length--;
    line = g_strndup(octets, length < 70 ? length : 70);
    legible = g_strescape(line, "\"\\");
    g_string_append(out, legible);
    g_free(line);
    g_free(legible);
}

/* What a reply answers. */
static void append_question(recorder *rec, const exchange *answered)
{
    if (exchange_is(answered, VERB_CONNECT)) {
        g_string_append(rec->text, " to CONNECT");
        return;
    }
    if (exchange_is(answered, VERB_END_OF_DATA)) {
        g_string_append_printf(rec->text, " to END-OF-DATA of %" G_GUINT64_FORMAT, answered->content->size);
        return;
    }
    for (guint i = 0; i < rec->entries->len; i++) {
        const entry *e = entry_at(rec, i);
        if (e->found.kind != FINDING_COMMAND || e->found.exchange != answered)
            continue;
        g_string_append(rec->text, " to ");
        append_line(rec->text, e->stream, e->begin, e->end);
        return;
    }
    g_error("a reply answers a command that was never found");
}

static void append_reply(recorder *rec, const entry *e)
{
    const exchange *answered = e->found.exchange;
    const uint8_t *octets = e->stream->octets->data + (e->begin - e->stream->base);

    g_string_append(rec->text, "reply ");
    if (octet_is_digit(octets[0]))
        g_string_append_printf(rec->text, "%.3s", (const char *)octets);
    else
        append_line(rec->text, e->stream, e->begin, e->end);
    if (answered)
        append_question(rec, answered);
}

static void append_content(GString *out, const entry *e)
{
    const message *m = e->found.message;

    if (!m->chunked)
        g_string_append_printf(out, "content %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, m->size, m->unstuffed_size);
    else
        g_string_append_printf(out, "chunk %" G_GUINT64_FORMAT, e->end - e->begin);
    if (m->chunked && (e->flags & FLAG_MESSAGE_END))
        g_string_append_printf(out, ", ends %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, m->size, m->unstuffed_size);
    if (m->complete && !m->chunked)
        g_string_append(out, m->no_end ? " without its end" : " complete");
    if (m->ended_like)
        g_string_append_printf(out, " with %s", m->ended_like->name);
    if (m->no_begin)
        g_string_append(out, " without its beginning");
    for (uint32_t i = 0; i < m->holes_count; i++)
        g_string_append_printf(out, " missing %" G_GUINT64_FORMAT "@%" G_GUINT64_FORMAT, m->holes[i].octets,
                               m->holes[i].offset);
    if (m->too_large)
        g_string_append(out, " too large");
}

static void append_entry(recorder *rec, const entry *e)
{
    static const char *const runs[] = {
        [FINDING_PART] = "part",          [FINDING_UNKNOWN] = "unknown", [FINDING_GAP] = "gap",
        [FINDING_RETRANSMISSION] = "old", [FINDING_OPAQUE] = "opaque",   [FINDING_PROXY] = "proxy header",
    };
    GString *out = rec->text;

    g_string_append_printf(out, "%c%s ", e->side == SIDE_CLIENT ? 'C' : 'S', e->layer == LAYER_TLS ? "T" : "");
    switch (e->found.kind) {
    case FINDING_COMMAND:
        g_string_append(out, "command ");
        append_line(out, e->stream, e->begin, e->end);
        break;
    case FINDING_AUTH_RESPONSE:
        g_string_append_printf(out, "response %u ", e->found.step);
        append_line(out, e->stream, e->begin, e->end);
        break;
    case FINDING_REPLY:
        append_reply(rec, e);
        break;
    case FINDING_CONTENT:
        append_content(out, e);
        break;
    case FINDING_END_OF_DATA:
        g_string_append(out, "end-of-data");
        break;
    default:
        g_string_append_printf(out, "%s %" G_GUINT64_FORMAT, runs[e->found.kind], e->end - e->begin);
    }
    append_list(out, flag_words(e), " {", "}");
    append_list(out, note_words(e), " [", "]");
    g_string_append_c(out, '\n');
}

char *recorder_findings(recorder *rec)
{
    static const char *const states[] = {NULL, "granted", "running", "readable"};

    rec->text = g_string_new(NULL);
    record_calls(rec);
    for (guint i = 0; i < rec->entries->len; i++) {
        const entry *e = entry_at(rec, i);
        if (e->found.kind == FINDING_CONTENT)
            check_message(rec, e->found.message);
        append_entry(rec, e);
    }
    if (session_tls(rec->session) != TLS_NONE)
        g_string_append_printf(rec->text, "tls: %s\n", states[session_tls(rec->session)]);
    return g_string_free(rec->text, FALSE);
}

/* --- ways to feed a dialogue ------------------------------------------------------------------------------------------- */

/* The next stretch of a dialogue that could have come in one call. */
typedef struct stretch {
    turn_kind kind;
    const char *text;
    size_t length;
    uint32_t again, cut;
} stretch;

static stretch stretch_of(const turn *t)
{
    return (stretch){t->kind, t->text, t->length ? t->length : strlen(t->text), t->again, t->cut};
}

static const segment *feed(recorder *rec, const stretch *in, size_t from, size_t to, bool same_frame)
{
    uint32_t again = in->again > from ? (uint32_t)(in->again - from) : 0;
    uint32_t cut = to == in->length ? in->cut : 0;

    if (again > to - from)
        again = (uint32_t)(to - from);
    return recorder_feed(rec, in->kind, in->text + from, to - from, again, cut, same_frame);
}

typedef struct feeding {
    const char *name;
    size_t turn, at; /* the turn to cut, and where; at 0: none */
    size_t step;     /* octets a call; 0: a turn */
    bool same_frame; /* the second part comes in the frame of the first */
    bool joined;     /* turns of one side that follow each other come in one call */
} feeding;

/* Turns that follow each other on one side, as one. */
static size_t join(const turn *turns, size_t i, GString *text, stretch *out)
{
    *out = stretch_of(&turns[i]);
    g_string_truncate(text, 0);
    g_string_append_len(text, out->text, (gssize)out->length);
    while (!turns[i].cut && turns[i].kind < C_LOST && turns[i + 1].kind == turns[i].kind && !turns[i + 1].again) {
        stretch more = stretch_of(&turns[++i]);
        g_string_append_len(text, more.text, (gssize)more.length);
        out->cut = more.cut;
    }
    out->text = text->str;
    out->length = text->len;
    return i;
}

/* Feeds `in` in pieces; octets that were sent before, or were cut off, are not divided. */
static void feed_stretch(recorder *rec, const stretch *in, const feeding *how, bool this_turn)
{
    size_t end = in->length - in->cut;
    size_t step = in->kind >= C_LOST ? 0 : how->step;
    size_t from = 0;

    if (this_turn && how->at && in->kind < C_LOST && how->at > in->again && how->at < end) {
        feed(rec, in, 0, how->at, false);
        from = how->at;
    }
    while (step && from + step + in->again < end) {
        feed(rec, in, from, from + step + in->again, false);
        from += step + in->again;
    }
    feed(rec, in, from, in->length, from && how->same_frame);
}

static char *run(const dialogue *d, const feeding *how)
{
    recorder *rec = recorder_new(d->late, d->roles_wrong, d->gather_limit);
    GString *joined = g_string_new(NULL);
    char *findings;

    for (size_t i = 0; d->turns[i].kind != DIALOGUE_END; i++) {
        size_t number = i;
        stretch next = stretch_of(&d->turns[i]);
        if (how->joined)
            i = join(d->turns, i, joined, &next);
        feed_stretch(rec, &next, how, number == how->turn);
    }
    findings = recorder_findings(rec);
    g_string_free(joined, TRUE);
    recorder_free(rec);
    return findings;
}

static bool agrees(const dialogue *d, const feeding *how, const char *expected)
{
    char *findings = run(d, how);
    bool same = strcmp(findings, expected) == 0;

    if (!same) {
        g_test_message("%s, fed %s (turn %zu at %zu)\nfound:\n%s\nexpected:\n%s", d->name, how->name, how->turn, how->at,
                       findings, expected);
        g_test_fail();
    }
    g_free(findings);
    return same;
}

static bool agrees_however_cut(const dialogue *d, const char *expected)
{
    for (size_t i = 0; d->turns[i].kind != DIALOGUE_END; i++) {
        size_t length = stretch_of(&d->turns[i]).length;
        for (size_t at = 1; at < length; at++) {
            feeding how = {.name = "cut", .turn = i, .at = at, .same_frame = at % 2};
            if (!agrees(d, &how, expected))
                return false;
        }
    }
    return true;
}

static void test_dialogue(gconstpointer data)
{
    const dialogue *d = (const dialogue *)data;
    static const feeding ways[] = {{.name = "turn by turn"},
                                   {.name = "joined", .joined = true},
                                   {.name = "octet by octet", .step = 1},
                                   {.name = "octet by octet in a frame", .step = 1, .same_frame = true},
                                   {.name = "by threes", .step = 3},
                                   {.name = "by sevens, joined", .step = 7, .joined = true}};
    GString *expected = g_string_new(NULL);
    bool good = true;

    for (size_t i = 0; i < DIALOGUE_LINES && d->expected[i]; i++)
        g_string_append_printf(expected, "%s\n", d->expected[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(ways) && good; i++)
        good = agrees(d, &ways[i], expected->str);
    if (good)
        agrees_however_cut(d, expected->str);
    g_string_free(expected, TRUE);
}

void dialogues_add(const char *path, const dialogue *dialogues, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *name = g_strdup_printf("%s/%s", path, dialogues[i].name);
        g_test_add_data_func(name, &dialogues[i], test_dialogue);
        g_free(name);
    }
}
