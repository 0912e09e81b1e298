/* auth.c — authentication (RFC 4954), and what may be a secret.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/base64.h"
#include "wire/sasl.h"

/* --- what may be a secret ------------------------------------------------------------------------------------------------
 */

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

/* AUTH in a form that no grammar allows, such as "AUTH=PLAIN AGEAYg==". */
static bool begins_like_auth(span text)
{
    text = span_trim_left(text);
    return span_starts_nocase(text, "AUTH") || span_starts_nocase(text, "X-EXPS") || span_starts_nocase(text, "XEXPS");
}

/* The base64 of a name and a password is at least this long, and longer than most words. */
#define CARRIED_OCTETS 8u

/* A mistyped AUTH, or one behind octets that do not belong to the line (a telnet client's), to a server that offers AUTH:
 * its message is the last word. */
static bool ends_like_auth(const session *s, span text)
{
    span last = {NULL, 0}, next;

    if (!s->offers.known || !offers_extension(s, "AUTH"))
        return false;
    span_next_word(&text);
    while ((next = span_next_word(&text)).length)
        last = next;
    return last.length >= CARRIED_OCTETS && looks_like_base64(last);
}

/* Once AUTH was tried, or when it may have been, a response may come when none is due. */
bool auth_may_be_secret(const session *s, span text)
{
    return begins_like_auth(text) || ends_like_auth(s, text) ||
           ((s->auth.tried || s->connection.lossy) && looks_like_base64(text));
}

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
bool auth_may_be_repeated(const server_reply *reply)
{
    const exchange *e = reply->exchange;
    const auth_exchange *auth = exchange_auth(e);

    if (!e->secret || !auth)
        return e->secret;
    if (reply_severity(reply->code) >= 4 && reply->code != 535)
        return true;
    return contains(reply->whole, auth->sent[0]) || contains(reply->whole, auth->sent[1]);
}

/* --- what the client sends --------------------------------------------------------------------------------------------- */

static void learn_field(session *s, auth_exchange *auth, const sasl_field *named, uint32_t frame)
{
    bool secret = named->kind == SASL_PASSWORD || named->kind == SASL_TOKEN || named->kind == SASL_DIGEST;
    bool name = named->kind == SASL_USERNAME || named->kind == SASL_AUTHZID;

    if (secret)
        auth->secret_frame = frame;
    if (name)
        auth->username_frame = frame;
    /* EXTERNAL names but the one to act for. */
    if (named->kind == SASL_USERNAME || (named->kind == SASL_AUTHZID && !auth->username.length)) {
        uint8_t *value = (uint8_t *)session_alloc(s, sasl_field_room(named) + 1);
        auth->username = (span){value, sasl_field_value(named, value)};
    }
}

/* Who authenticates: the session's mails are theirs. */
static void learn_message(reading *r, auth_exchange *auth, span base64, unsigned step)
{
    uint8_t *decoded = (uint8_t *)g_malloc(base64_room(base64.length));
    base64_result result = base64_decode(base64, decoded);
    sasl_message read;

    sasl_message_parse(sasl_mechanism_find(span_of(auth->mechanism)), SASL_CLIENT, step, (span){decoded, result.length},
                       &read);
    for (size_t i = 0; i < read.count; i++)
        learn_field(r->s, auth, &read.fields[i], r->input->frame);
    g_free(decoded);
}

/* A message of so many octets is not taken for any other text. */
#define TELLING_OCTETS 64u

/* What the client sent is kept, so that a reply that repeats it is known for a secret. */
static void keep_sent(session *s, exchange *e, span base64)
{
    e->secret = true;
    e->auth->sent[1] = e->auth->sent[0];
    e->auth->sent[0] = session_keep(s, span_first(base64, TELLING_OCTETS));
}

void auth_sent(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;
    span rest = in->parsed.command.argument;
    span mechanism = span_next_word(&rest);

    if (!sasl_is_mechanism(mechanism)) { /* it is missing: this is the message */
        rest = in->parsed.command.argument;
        mechanism = (span){NULL, 0};
    }
    e->auth = (auth_exchange *)session_alloc(s, sizeof *e->auth);
    e->auth->mechanism = session_upper_case(s, mechanism);
    rest = span_trim(rest);
    e->auth->client_steps = rest.length ? 1 : 0;
    if (rest.length) {
        keep_sent(s, e, rest);
        learn_message(r, e->auth, rest, 0);
    }
    s->auth.under_way = e;
    s->auth.tried = true;
}

exchange *auth_for(const session *s, const client_line *in)
{
    exchange *e = s->auth.under_way;

    if (!e || e->auth->outcome)
        return NULL;
    if (e->auth->awaits_response)
        return e;
    return in->is_command && in->parsed.command.row ? NULL : e;
}

void auth_response(reading *r, const client_line *in, exchange *e)
{
    finding *f = client_emit_line(r, FINDING_AUTH_RESPONSE, in);

    f->flags |= FLAG_SECRET;
    f->notes |= note_if(in->whole.length > AUTH_LINE_LIMIT, NOTE_LINE_TOO_LONG);
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
    learn_message(r, e->auth, in->line.text, f->step);
}

/* --- what the server answers ---------------------------------------------------------------------------------------------
 */

static void auth_close(session *s, const server_reply *reply)
{
    auth_exchange *auth = reply->exchange->auth;
    const sasl_mechanism_row *mechanism = sasl_mechanism_find(span_of(auth->mechanism));

    if (reply->code == 235) {
        auth->outcome = "succeeded";
        s->auth.username = session_keep_for_good(s, auth->username);
    } else {
        auth->outcome = auth->cancelled && !auth->error_challenge ? "cancelled" : "failed";
    }
    s->auth.failed = reply->code != 235;
    s->auth.layer_possible = reply->code == 235 && mechanism && mechanism->adds_layer;
    if (s->auth.under_way == reply->exchange)
        s->auth.under_way = NULL;
}

/* What the challenges of LOGIN ask for ("Username:", "User Name", "Password:"), by the step of the response. Their words are
 * no standard's. */
static const char *const login_asks[] = {"user", "pass"};

/* Some servers do not encode it. */
static bool asks_for(span challenge, const char *what)
{
    uint8_t decoded[16];
    span begin = span_first(challenge, 16); /* twelve octets */
    base64_result result = base64_decode(begin, decoded);

    return span_starts_nocase((span){decoded, result.length}, what) || span_starts_nocase(challenge, what);
}

/* Some servers ask for what was sent, or once more: the response is the same thing again, and not the next one. One that was
 * sent before it was asked for is not asked for again. */
static void notice_asked_again(auth_exchange *auth, const server_reply *reply)
{
    unsigned last = auth->client_steps - 1;

    if (strcmp(auth->mechanism, "LOGIN") != 0 || last >= sizeof login_asks / sizeof login_asks[0] ||
        auth->server_steps <= auth->responses)
        return;
    if (asks_for(reply->lines[0].parsed.text, login_asks[last]))
        auth->client_steps = last;
}

/* Some mechanisms challenge only to report an error, once the token was sent (RFC 7628, 3.2.2). */
static bool challenges_are_errors(const auth_exchange *auth)
{
    static const char *const mechanisms[] = {"XOAUTH2", "OAUTHBEARER"};

    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
        if (strcmp(auth->mechanism, mechanisms[i]) == 0)
            return true;
    return false;
}

static void auth_challenged(reading *r, exchange *e)
{
    session *s = r->s;
    auth_exchange *auth = e->auth;

    /* The response may have been sent before it was asked for, and commands behind it. */
    auth->awaits_response = s->connection.lossy || auth->server_steps > auth->responses;
    if (auth->awaits_response)
        s->auth.under_way = e;
    if (s->client.state == CLIENT_UNKNOWN) {
        client_drop_line(s, r->input->layer);
        client_enter(s, CLIENT_COMMANDS);
    }
    auth->error_challenge |= auth->client_steps && challenges_are_errors(auth);
}

void auth_answered(reading *r, const server_reply *reply, finding *f)
{
    auth_exchange *auth = reply->exchange->auth;

    f->auth = auth;
    if (reply->code != 334) {
        f->flags |= FLAG_AUTH_FINAL;
        auth_close(r->s, reply);
        return;
    }
    f->flags |= FLAG_CHALLENGE | FLAG_SECRET;
    f->step = auth->server_steps++;
    notice_asked_again(auth, reply);
    auth_challenged(r, reply->exchange);
}
