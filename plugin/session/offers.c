/* offers.c — EHLO, HELO and LHLO: what the client is called, and what the server offers (RFC 5321, 4.1.1.1; RFC 2033, 4.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"
#include "wire/address.h"
#include "wire/parameter.h"

/* No name of a host is longer (RFC 1035, 2.3.4). */
#define HOST_NAME_ROOM 256u

bool offers_extension(const session *s, const char *keyword)
{
    const capability_row *row = capability_find(span_of(keyword));
    size_t count;

    return !row || s->offers.offered[row - capability_rows(&count)];
}

/* --- what the client is called
 * --------------------------------------------------------------------------------------------- */

/* What is pipelined behind it is by this name already. */
void hello_sent(reading *r, exchange *e, const client_line *in)
{
    session *s = r->s;

    if (exchange_is(e, VERB_LHLO))
        s->offers.lmtp = true;
    s->offers.hello_seen = true;
    s->offers.last_hello = e;
    e->hello = (hello *)session_alloc(s, sizeof *e->hello);
    e->hello->name_before = s->offers.helo;
    s->offers.helo = session_keep_for_good(s, span_trim(in->parsed.command.argument));
    if (s->content.message && s->content.message->chunked)
        e->hello->superseded_content = s->content.message;
}

/* The session is as it was (RFC 5321, 4.1.4), unless the client has tried another greeting since. */
static void hello_refused(session *s, const exchange *e)
{
    if (e != s->offers.last_hello)
        return;
    s->offers.helo = e->hello->name_before;
    if (exchange_is(e, VERB_LHLO))
        s->offers.lmtp = false;
}

/* --- what the server offers -------------------------------------------------------------------------------------------- */

/* A firewall that "fixes" SMTP writes X over the letters of keywords: over all of them, or over all but the last. */
static bool is_masked(span keyword)
{
    size_t x = 0;

    while (x < keyword.length && keyword.octets[x] == 'X')
        x++;
    return keyword.length >= 4 && x + 1 >= keyword.length;
}

/* STARTTLS has eight letters and no parameter. */
static note_set masked_notes(const capability *offered)
{
    bool starttls = offered->keyword.length == strlen("STARTTLS") && !span_trim(offered->parameters).length;

    if (offered->row || !is_masked(offered->keyword))
        return 0;
    return note_bit(NOTE_MASKED) | note_if(starttls, NOTE_STARTTLS_STRIPPED);
}

static note_set learn_offer(offers_part *offers, const capability *offered)
{
    size_t count;

    if (offered->row)
        offers->offered[offered->row - capability_rows(&count)] = true;
    if (offered->row && offered->row->id == CAPABILITY_SIZE)
        capability_size(offered, &offers->size_limit);
    return masked_notes(offered);
}

static bool offers_any_pipeconnect(const session *s)
{
    return offers_extension(s, "PIPECONNECT") || offers_extension(s, "PIPE_CONNECT") ||
           offers_extension(s, "X_PIPE_CONNECT");
}

void session_is_with(session *s, span name)
{
    s->offers.server = pools_server(s->memory.pools, name);
}

bool offered_pipeconnect_before(const session *s)
{
    return s->offers.server && s->offers.server->pipeconnect;
}

/* HELO has no extensions (RFC 5321, 2.2.1). */
static void forget_offers(offers_part *offers)
{
    offers->known = true;
    memset(offers->offered, 0, sizeof offers->offered);
    offers->size_limit = 0;
}

/* Every line of the reply but the first names an extension (RFC 5321, 4.1.1.1). */
static note_set learn_offers(session *s, const server_reply *reply)
{
    note_set notes = 0;

    forget_offers(&s->offers);
    for (unsigned i = 1; i < reply->line_count; i++)
        if (reply->lines[i].offers)
            notes |= learn_offer(&s->offers, &reply->lines[i].offer);
    if (s->offers.server && !session_roles_swapped(s))
        s->offers.server->pipeconnect |= offers_any_pipeconnect(s);
    if (offers_extension(s, "STARTTLS") || s->connection.last_layer == LAYER_TLS)
        notes &= ~note_bit(NOTE_STARTTLS_STRIPPED);
    return notes;
}

void hello_answered(reading *r, const server_reply *reply, finding *f)
{
    const exchange *e = reply->exchange;

    r->s->offers.hello_refused = reply_severity(reply->code) >= 4;
    if (reply->code != 250) {
        hello_refused(r->s, e);
        return;
    }
    message_drop_chunks(r->s, e->hello->superseded_content, f);
    r->s->offers.lmtp = exchange_is(e, VERB_LHLO);
    f->flags |= FLAG_HELLO_REPLY;
    if (exchange_is(e, VERB_HELO)) {
        forget_offers(&r->s->offers);
        return;
    }
    f->flags |= FLAG_EHLO_REPLY;
    f->notes |= learn_offers(r->s, reply);
}

/* A 250 of several lines whose second begins with an extension's keyword answers an EHLO that was not captured. */
static bool looks_like_ehlo_reply(const server_reply *reply)
{
    capability offered;

    if (reply->line_count < 2 || !reply->lines[1].valid || !capability_parse(reply->lines[1].parsed.text, &offered) ||
        !offered.row)
        return false;
    /* Others, such as "OK", are words that begin any text. */
    return offered.row->id != CAPABILITY_OTHER || span_equal_nocase(offered.keyword, "HELP");
}

bool offers_is_hello_reply(const server_reply *reply)
{
    const exchange *e = reply->exchange;

    if (reply->code != 250)
        return false;
    return e ? e->verb->on_reply == hello_answered : looks_like_ehlo_reply(reply);
}

void offers_learn_unasked(session *s, const server_reply *reply, finding *f)
{
    f->flags |= FLAG_HELLO_REPLY | FLAG_EHLO_REPLY;
    f->notes |= learn_offers(s, reply);
}

/* --- what is asked for, though it is not offered ------------------------------------------------------------------------
 */

static bool parameter_offered(const session *s, const parameter *in)
{
    if (!in->row || !in->row->extension)
        return true;
    if (in->row->id == PARAMETER_BODY && span_equal_nocase(in->value, "BINARYMIME"))
        return offers_extension(s, "BINARYMIME"); /* RFC 3030, 3 */
    return offers_extension(s, in->row->extension);
}

static note_set parameter_note(const session *s, const parameter *in)
{
    parameter_id is = in->row ? in->row->id : PARAMETER_OTHER;
    uint64_t size, limit = s->offers.size_limit;
    note_set notes = note_if(s->offers.known && !parameter_offered(s, in), NOTE_EXTENSION_UNADVERTISED);

    if (is == PARAMETER_SIZE && limit && parameter_size(in->value, &size) == NUMBER_OK)
        notes |= note_if(size > limit, NOTE_SIZE_EXCEEDED);
    return notes | note_if(is == PARAMETER_REQUIRETLS && !session_is_protected(s), NOTE_REQUIRETLS_WITHOUT_TLS);
}

static note_set parameter_notes(const session *s, const parsed_command *in, bool mail)
{
    const transaction *current = transaction_resolved(s->transactions.current);
    bool utf8_declared = !mail && (!current || current->smtputf8);
    span rest = in->parameters;
    note_set notes = 0;
    parameter next;

    while (parameter_next(&rest, mail ? PARAMETER_OF_MAIL : PARAMETER_OF_RCPT, &next)) {
        notes |= parameter_note(s, &next);
        utf8_declared |= next.row && next.row->id == PARAMETER_SMTPUTF8;
    }
    /* RFC 6531, 3.4: a sender's or recipient's address outside ASCII needs SMTPUTF8. */
    return notes | note_if(in->path.utf8 && !utf8_declared, NOTE_SMTPUTF8_MISSING);
}

/* Is the client's name one of a host, or an address literal (RFC 5321, 4.1.1.1)? Or does it take the server's own? */
static note_set hello_note(const session *s, span name)
{
    ip_address literal = address_of(name);
    bool brackets = name.length && name.octets[0] == '[';
    bool is_host = brackets ? literal.kind != ADDRESS_NONE : literal.kind == ADDRESS_NONE && address_is_host_name(name);
    bool own = name.length && name.length == s->offers.server_name.length && name.length < HOST_NAME_ROOM;
    char server[HOST_NAME_ROOM];

    if (own) {
        memcpy(server, s->offers.server_name.octets, name.length);
        server[name.length] = '\0';
        own = span_equal_nocase(name, server);
    }
    return note_if(name.length && (own || !is_host), NOTE_HELO_NAME);
}

static const char *extension_of(const verb_rule *row, const command *in)
{
    return row->offered_by_name ? in->row->name : row->extension;
}

note_set offers_notes(const session *s, const client_line *in, const verb_rule *row)
{
    const char *extension = extension_of(row, &in->parsed.command);

    if (!session_server_known(s))
        return 0;
    if (extension && s->offers.known && !offers_extension(s, extension))
        return note_bit(NOTE_EXTENSION_UNADVERTISED);
    if (row->id == VERB_EHLO || row->id == VERB_HELO)
        return hello_note(s, span_trim(in->parsed.command.argument));
    return row->id == VERB_MAIL || row->id == VERB_RCPT ? parameter_notes(s, &in->parsed, row->id == VERB_MAIL) : 0;
}

static bool content_is_granted(const server_reply *reply)
{
    if (exchange_is(reply->exchange, VERB_BDAT))
        return reply_severity(reply->code) == 2;
    return exchange_is(reply->exchange, VERB_DATA) && reply->code == 354;
}

note_set offers_clear_mail_notes(session *s, const server_reply *reply)
{
    offers_part *offers = &s->offers;
    bool clear = s->connection.last_layer == LAYER_PLAIN && s->connection.tls == TLS_NONE;

    if (offers->clear_mail_reported || !clear || !content_is_granted(reply))
        return 0;
    if (!offers->starttls_refused && !(offers->known && offers_extension(s, "STARTTLS")))
        return 0;
    offers->clear_mail_reported = true;
    return note_bit(offers->starttls_refused ? NOTE_STARTTLS_REFUSED : NOTE_STARTTLS_UNUSED);
}
