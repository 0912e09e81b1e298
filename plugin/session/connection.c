/* connection.c — the record of a connection: what the session learns for it on its way, and what that comes to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/connection.h"

#include "session/state.h"
#include "wire/greeting.h"

/* --- what is learnt ---------------------------------------------------------------------------------------------------- */

void connection_command(session *s)
{
    s->record.commands++;
}

/* NULL when it cannot be read. */
static const reply_line *first_line(const server_reply *reply)
{
    return reply->lines[0].valid || reply->lines[0].odd ? &reply->lines[0].parsed : NULL;
}

void connection_greeted(session *s, span text)
{
    greeting found;

    greeting_parse(text, &found);
    s->record.server_name = s->offers.server_name = session_keep_for_good(s, found.domain);
    s->record.server_software = session_keep_for_good(s, found.software);
}

static void learn_names(session *s, const server_reply *reply)
{
    const reply_line *first = first_line(reply);
    ehlo_reply names;

    if (!reply->hello)
        return;
    if (s->offers.helo.length)
        s->record.client_name = s->offers.helo;
    if (!first || s->record.server_name.length)
        return;
    ehlo_reply_parse(first->text, &names);
    s->record.server_name = session_keep_for_good(s, names.domain);
}

/* Does the reply refuse the whole connection, or close it? A 421 does, a greeting that is none, a refused EHLO, and what
 * answers nothing. */
static bool refuses_connection(const server_reply *reply)
{
    const exchange *e = reply->exchange;

    if (reply_severity(reply->code) < 4)
        return false;
    return reply->code == 421 || !e || exchange_is(e, VERB_CONNECT) || e->verb->on_reply == hello_answered;
}

static void learn_closing(session *s, const server_reply *reply)
{
    const reply_line *first = first_line(reply);
    const exchange *e = reply->exchange;

    if (refuses_connection(reply)) {
        if (s->record.code)
            return;
        s->record.code = reply->code;
        s->record.text = session_keep_for_good(s, first ? first->text : (span){NULL, 0});
    } else if (e && !exchange_is(e, VERB_QUIT) && reply_severity(reply->code) < 4) {
        s->record.code = 0; /* the session goes on */
    }
}

static void learn_wait(reading *r, const exchange *e)
{
    record_part *record = &r->s->record;
    moment waited;

    if (!e->has_command || !moment_between(&e->command_time, &r->input->time, &waited))
        return;
    if (record->longest_wait_verb[0] &&
        (waited.seconds < record->longest_wait.seconds ||
         (waited.seconds == record->longest_wait.seconds && waited.nanoseconds <= record->longest_wait.nanoseconds)))
        return;
    record->longest_wait = waited;
    g_strlcpy(record->longest_wait_verb, e->name, sizeof record->longest_wait_verb);
}

/* By the replies before this one. */
static bool offers_starttls(const session *s)
{
    return s->offers.known && offers_extension(s, "STARTTLS");
}

void connection_reply(reading *r, const server_reply *reply)
{
    session *s = r->s;
    const exchange *e = reply->exchange;

    s->record.replies++;
    s->record.refused += reply_severity(reply->code) >= 4;
    if (e)
        learn_wait(r, e);
    if (!reply->code || reply->inferred)
        return;
    learn_names(s, reply);
    learn_closing(s, reply);
    s->record.starttls_offered = s->record.starttls_offered || offers_starttls(s);
    if (!e)
        return;
    s->record.quit |= exchange_is(e, VERB_QUIT) && reply->code == 221;
    s->record.starttls_refused |= exchange_is(e, VERB_STARTTLS) && reply_severity(reply->code) >= 4;
}

/* --- what became of TLS ------------------------------------------------------------------------------------------------ */

/* Both sides have finished the handshake, as far as they were captured. */
static bool handshake_complete(const transport *t)
{
    const tls_facts *client = &t->tls[SIDE_CLIENT], *server = &t->tls[SIDE_SERVER];

    return (client->finished || server->finished) && (client->finished || !client->seen) &&
           (server->finished || !server->seen);
}

static bool was_decrypted(const session *s)
{
    return s && s->connection.tls == TLS_RUNNING;
}

static bool tls_begun_and_not_decrypted(const session *s, const transport *t)
{
    bool granted = s && s->connection.tls == TLS_GRANTED;

    return (granted || t->tls_first) && !was_decrypted(s);
}

/* TLS was begun, and nobody has seen it come into being. */
static bool in_handshake(const session *s, const transport *t)
{
    return tls_begun_and_not_decrypted(s, t) && !handshake_complete(t);
}

/* Was it established, and nothing decrypted? */
static bool tls_is_unread(const session *s, const transport *t)
{
    return tls_begun_and_not_decrypted(s, t) && handshake_complete(t);
}

static const char *tls_of(const session *s, const transport *t)
{
    bool from_start = t->tls_first || (was_decrypted(s) && !s->connection.spoken_plain);

    if (in_handshake(s, t))
        return t->ended ? "failed" : from_start ? "implicit" : "offered";
    if (from_start)
        return was_decrypted(s) ? "implicit" : "implicit unread";
    if (was_decrypted(s) || (s && s->connection.tls == TLS_READABLE))
        return "established";
    if (s && s->connection.tls == TLS_GRANTED)
        return "established unread";
    if (s && s->record.starttls_refused)
        return "refused";
    return s && (s->record.starttls_offered || offers_starttls(s)) ? "offered" : "none";
}

/* --- what was under way ------------------------------------------------------------------------------------------------ */

static bool in_content(const session *s)
{
    return s->client.state == CLIENT_CHUNK || (s->client.state == CLIENT_CONTENT && !exchange_oldest_data(s));
}

static const char *phase_of(const session *s, const transport *t)
{
    if (in_handshake(s, t))
        return "TLS";
    if (!s || !session_begun(s))
        return t->tls_first ? "IDLE" : verb_connect.name;
    if (in_content(s))
        return "CONTENT";
    return s->queue.oldest && s->queue.oldest->name[0] ? s->queue.oldest->name : "IDLE";
}

/* A mail was begun, and nothing was refused that would be the reason to give it up. */
static bool mail_is_cut_off(session *s)
{
    transaction ended;

    for (const transaction *open = session_open_transactions(s); open; open = open->next)
        if (transaction_cut_off(s, open, &ended) && ended.outcome == OUTCOME_ABORTED)
            return true;
    return false;
}

/* With one side alone nobody knows what was answered. After a 221, nobody answers any more. */
static bool is_lost(const session *s, const transport *t, const connection_record *record)
{
    if (!t->ended || !s || !t->seen[SIDE_SERVER] || record->code || record->quit || s->client.state == CLIENT_UNKNOWN ||
        s->client.state == CLIENT_OPAQUE || strcmp(record->phase, "QUIT") == 0)
        return false;
    return strcmp(record->phase, "IDLE") != 0 || mail_is_cut_off((session *)(uintptr_t)s);
}

/* Nobody misses the rest of a chunk that was refused. */
static uint64_t chunk_left(const session *s)
{
    bool refused = s->client.state == CLIENT_CHUNK && reply_severity(s->content.bdat->reply_code) >= 4;

    return s->client.state == CLIENT_CHUNK && !refused ? s->client.raw_left : 0;
}

/* --- the record -------------------------------------------------------------------------------------------------------- */

static void record_session(const session *s, connection_record *to)
{
    const record_part *learnt = &s->record;

    to->server_name = learnt->server_name;
    to->server_software = learnt->server_software;
    to->client_name = learnt->client_name.length ? learnt->client_name : s->offers.helo;
    to->mails = transaction_count(s);
    to->commands = learnt->commands;
    to->replies = learnt->replies;
    to->refused = learnt->refused;
    to->missing = learnt->found[FINDING_GAP];
    to->unread = learnt->found[FINDING_UNKNOWN] + learnt->found[FINDING_OPAQUE] + learnt->found[FINDING_ASIDE];
    to->has_wait = learnt->longest_wait_verb[0];
    to->longest_wait = learnt->longest_wait;
    to->longest_wait_verb = to->has_wait ? learnt->longest_wait_verb : NULL;
    to->quit = learnt->quit;
    to->code = learnt->code;
    to->text = learnt->code ? learnt->text : (span){NULL, 0};
}

static void record_end(const transport *t, connection_record *to)
{
    const moment *from = t->has_octets ? &t->last : &t->begin;

    to->closed_by = !t->ended ? "open" : !t->ender_known ? "unknown" : t->ender == SIDE_CLIENT ? "client" : "server";
    to->close = !t->ended ? NULL : t->reset ? "RST" : "FIN";
    to->has_silence = t->ended && t->ender_known && moment_between(from, &t->end, &to->silence);
}

/* The first side's that sent one: the other may answer it. */
static void record_alert(const session *s, const transport *t, connection_record *to)
{
    for (unsigned i = SIDE_CLIENT; i <= SIDE_SERVER && in_handshake(s, t) && !to->has_tls_alert; i++) {
        to->has_tls_alert = t->tls[i].alerted;
        to->tls_alert = t->tls[i].alert;
        to->tls_alert_by = (side)i;
    }
}

connection_record connection_record_of(const session *s, const transport *t)
{
    connection_record out = {.begin = t->begin, .octets = {t->octets[SIDE_CLIENT], t->octets[SIDE_SERVER]}};

    if (s)
        record_session(s, &out);
    record_end(t, &out);
    out.tls = tls_of(s, t);
    out.tls_unread = tls_is_unread(s, t);
    record_alert(s, t, &out);
    out.answered = t->seen[SIDE_SERVER];
    out.phase = phase_of(s, t);
    out.lost = is_lost(s, t, &out);
    out.chunk_left = out.lost ? chunk_left(s) : 0;
    return out;
}
