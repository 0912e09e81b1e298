/* order.c — whether a command may come where it comes (RFC 5321, 4.1.4; RFC 2920, 3.1).
 *
 * Where octets of the connection are missing, or the server was not captured, nothing is said: what made the command right
 * may be among them. What follows from a refusal is no mistake of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* --- the sequence of commands ------------------------------------------------------------------------------------------ */

static order_mistake mail_mistake(const session *s, const transaction *current)
{
    if (!s->offers.hello_seen)
        return ORDER_NO_HELLO;
    return current && !current->terminator && reply_severity(current->mail_code) < 4 ? ORDER_NESTED_MAIL : ORDER_OK;
}

static order_mistake content_mistake(const session *s, const verb_rule *row, const transaction *current)
{
    if (row->id == VERB_DATA && exchange_waits(s, VERB_DATA))
        return ORDER_DATA_TWICE;
    if (row->id == VERB_DATA && current && message_is_of_chunks(s->content.message, current))
        return ORDER_DATA_BEHIND_CHUNK;
    if (current && !wmem_array_get_count(current->recipients) && reply_severity(current->mail_code) < 4)
        return ORDER_NO_RECIPIENT;
    return ORDER_OK;
}

order_mistake order_mistake_of(const session *s, const verb_rule *row)
{
    const transaction *current = transaction_resolved(s->transactions.current);

    if (!session_server_known(s))
        return ORDER_OK;
    if (s->client.quit_sent)
        return ORDER_AFTER_QUIT;
    if (row->id == VERB_MAIL)
        return mail_mistake(s, current);
    if (row->id != VERB_RCPT && row->id != VERB_DATA && row->id != VERB_BDAT && row->id != VERB_BURL)
        return ORDER_OK;
    if (!current)
        return s->transactions.mail_refused ? ORDER_OK : ORDER_NO_MAIL;
    return row->id == VERB_RCPT ? ORDER_OK : content_mistake(s, row, current);
}

/* --- waiting for replies ----------------------------------------------------------------------------------------------- */

/* A client that knows the server from before may send its first group with PIPECONNECT. */
static bool may_talk_early(const session *s)
{
    return s->connection.lossy || offered_pipeconnect_before(s);
}

/* Behind a command that is still to be answered. */
static note_set pipelining_notes(const session *s, const exchange *newest)
{
    bool asked = exchange_waits(s, VERB_EHLO) || exchange_waits(s, VERB_LHLO);
    bool known = exchange_waits(s, VERB_HELO) || (s->offers.known && !asked);

    if (!session_server_known(s) || !s->offers.hello_seen || may_talk_early(s))
        return 0;
    if (known && !offers_extension(s, "PIPELINING"))
        return note_bit(NOTE_PIPELINING_UNADVERTISED);
    return note_if(newest->verb->ends_group, NOTE_PIPELINING_GROUP);
}

/* What was smuggled did not wait for replies, and is out of order for that reason alone. */
note_set order_notes(const session *s, uint64_t end, order_mistake mistake)
{
    const exchange *newest = s->queue.newest;

    if (smuggling_covers(s, end))
        return 0;
    if (newest && exchange_is(newest, VERB_CONNECT))
        return note_if(!may_talk_early(s), NOTE_EARLY_TALKER);
    if (exchange_waits(s, VERB_STARTTLS))
        return note_bit(NOTE_STARTTLS_PLAINTEXT);
    if (mistake != ORDER_OK)
        return note_bit(NOTE_COMMAND_SEQUENCE);
    return newest ? pipelining_notes(s, newest) : 0;
}
