/* refusal.c — which refusals are noted (RFC 5321, 4.2.1): those that say something new, and not those that follow from an
 * earlier refusal, or from a note of the command.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* The command is unknown, none that a server should know, or out of its order: then the codes of syntax and sequence say
 * nothing new. A server that refuses nothing for good says 402 instead of 502. */
static bool tells_of_command(const exchange *e, uint16_t code)
{
    return (e->unrecognized || e->verb->illegal || e->mistake != ORDER_OK) && reply_severity(code) >= 4 && code % 100 <= 4;
}

/* What belongs to a mail whose MAIL was refused, or a chunk before; or a content for which every recipient was. */
static bool follows_in_mail(const exchange *e)
{
    const transaction *t = transaction_resolved(e->transaction);

    if (!t || exchange_is(e, VERB_MAIL) || e->terminates)
        return false;
    if (reply_severity(t->mail_code) >= 4 || t->chunk_refused)
        return true;
    return !exchange_is(e, VERB_RCPT) && t->recipients_answered && !t->recipients_taken;
}

/* The connection or the greeting of the client was refused, or what 530 asks for was tried and refused. */
static bool follows_in_session(const session *s, const exchange *e, uint16_t code)
{
    if (s->server.refused && !exchange_is(e, VERB_CONNECT))
        return true;
    if (code == 530)
        return s->auth.failed || s->offers.starttls_refused;
    return code == 503 && (s->offers.hello_refused || s->transactions.mail_refused);
}

/* Credentials were sent and refused; a 4yz says nothing of them. A client that cancels the exchange gets a refusal too. */
static note_set auth_notes(const exchange *e, uint16_t code)
{
    if (e->auth->cancelled && !e->auth->error_challenge)
        return 0;
    if (reply_severity(code) == 4)
        return note_bit(NOTE_DEFERRED);
    return note_bit(code == 535 || e->secret ? NOTE_AUTH_FAILED : NOTE_REFUSED);
}

note_set refusal_notes(const session *s, const server_reply *reply)
{
    const exchange *e = reply->exchange;
    uint16_t code = reply->code;
    bool heard = s->connection.spoken[SIDE_CLIENT] && !s->connection.lossy && !client_is_inside_line(s);

    if (code == 421)
        return note_bit(NOTE_CLOSING_REPLY);
    if (reply_severity(code) != 4 && reply_severity(code) != 5)
        return 0;
    if (!e)
        return note_if(heard, NOTE_CLOSING_REPLY);
    if (exchange_auth(e))
        return auth_notes(e, code);
    if (tells_of_command(e, code) || follows_in_mail(e) || follows_in_session(s, e, code))
        return 0;
    return note_bit(reply_severity(code) == 4 ? NOTE_DEFERRED : NOTE_REFUSED);
}
