/* note_text.c — what an expert information says of the finding that it is about: the thing, the place and the number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/esmtp.h"
#include "session/parsed.h"
#include "session/transaction.h"
#include "wire/foreign.h"
#include "wire/line.h"

/* --- replies ----------------------------------------------------------------------------------------------------------- */

/* What is wrong with a line; NULL for one that the RFC allows. */
static const char *wrong_with(const parsed_reply_line *in)
{
    if (!in->line.text.length)
        return "an empty line";
    if (!in->valid)
        return "expected three digits, and \"-\", a space or nothing behind them";
    return in->parsed.code_valid ? NULL : "expected a code of the digits 2 to 5, 0 to 5, and 0 to 9";
}

static const char *reply_syntax_text(drawing *d, const finding *f)
{
    unsigned count;
    const parsed_reply_line *lines = reply_lines_of(d, f, &count);

    for (unsigned i = 0; i < count; i++) {
        const char *wrong = wrong_with(&lines[i]);
        if (wrong)
            return wmem_strdup_printf(d->pinfo->pool, "Line %u of the reply: %s (RFC 5321, 4.2)", i + 1, wrong);
    }
    return NULL;
}

/* "550 5.1.1" */
static const char *code_and_status(drawing *d, const finding *f, const reply_line *in)
{
    bool status = in->has_status && !(f->flags & FLAG_HELLO_REPLY);

    if (!in->code && status)
        return text_of(d->pinfo, in->status_text);
    return wmem_strdup_printf(d->pinfo->pool, "%03u%s%s", in->code, status ? " " : "",
                              status ? text_of(d->pinfo, in->status_text) : "");
}

static const char *user_of(drawing *d, const finding *f)
{
    const auth_exchange *auth = f->exchange ? exchange_auth(f->exchange) : NULL;

    return auth ? auth_user_text(d, auth) : "";
}

/* "550 5.1.1 to RCPT TO:<x@y>: user unknown" */
static const char *refusal_text(drawing *d, const finding *f)
{
    unsigned count;
    const parsed_reply_line *lines = reply_lines_of(d, f, &count);
    const reply_line *in = count && (lines[0].valid || lines[0].odd) ? &lines[0].parsed : NULL;

    if (!in)
        return NULL;
    return wmem_strdup_printf(d->pinfo->pool, "%s%s%s%s: %s", code_and_status(d, f, in), f->exchange ? " to " : "",
                              f->exchange ? exchange_command_text(d, f->exchange) : " with nothing to answer", user_of(d, f),
                              f->flags & FLAG_SECRET ? "\xe2\x80\xa6" : text_of(d->pinfo, in->text));
}

/* --- commands ---------------------------------------------------------------------------------------------------------- */

static const char *command_syntax_text(drawing *d, const finding *f)
{
    (void)d;
    (void)f;
    return "Expected a command: a verb of letters (RFC 5321, 4.1.1)";
}

static const char *sequence_text(drawing *d, const finding *f)
{
    static const char *const mistakes[ORDER_MISTAKES] = {
        [ORDER_NO_HELLO] = "before EHLO or HELO (RFC 5321, 4.1.4)",
        [ORDER_NO_MAIL] = "without MAIL (RFC 5321, 4.1.4)",
        [ORDER_NESTED_MAIL] = "inside a mail, without RSET (RFC 5321, 4.1.4)",
        [ORDER_NO_RECIPIENT] = "without a recipient (RFC 5321, 4.1.4)",
        [ORDER_DATA_TWICE] = "while another one waits for its reply (RFC 5321, 4.1.4)",
        [ORDER_DATA_BEHIND_CHUNK] = "behind a chunk of the same mail (RFC 3030, 2)",
        [ORDER_AFTER_QUIT] = "behind QUIT (RFC 5321, 4.1.4)",
    };

    if (!f->exchange || !f->exchange->mistake)
        return NULL;
    return wmem_strdup_printf(d->pinfo->pool, "%s %s", f->exchange->name[0] ? f->exchange->name : "A line",
                              mistakes[f->exchange->mistake]);
}

static const char *unknown_command_text(drawing *d, const finding *f)
{
    span rest = octets_of(d, f), verb = span_next_word(&rest);

    if (f->flags & FLAG_SECRET || !verb.length)
        return NULL;
    if (verb.octets[verb.length - 1] == ':')
        return wmem_strdup_printf(d->pinfo->pool, "%s is a field of a mail's header, where a command belongs",
                                  text_of(d->pinfo, verb));
    return wmem_strdup_printf(d->pinfo->pool, "%s is no verb that an RFC or a known server defines",
                              text_of(d->pinfo, line_of(verb).text));
}

static const char *excess_text(drawing *d, const finding *f)
{
    return wmem_strdup_printf(d->pinfo->pool,
                              "A line of %s behind a chunk is no command: the size in BDAT was too small (RFC 3030, 2)",
                              octets_text(d->pinfo, f->length));
}

static const char *missing_last_text(drawing *d, const finding *f)
{
    return wmem_strdup_printf(d->pinfo->pool, "%s gives up %s of content: no BDAT had LAST (RFC 3030, 2)", f->exchange->name,
                              octets_text(d->pinfo, exchange_superseded_content(f->exchange)->unstuffed_size));
}

/* --- either side ------------------------------------------------------------------------------------------------------- */

static const char *foreign_text(drawing *d, const finding *f)
{
    const char *name = foreign_protocol_of(line_first(octets_of(d, f)).text);

    return name ? wmem_strdup_printf(d->pinfo->pool, "%s where SMTP belongs", name) : NULL;
}

static const char *long_line_text(drawing *d, const finding *f)
{
    span rest = octets_of(d, f);
    size_t longest = 0;

    if (f->kind != FINDING_COMMAND && f->kind != FINDING_REPLY && f->kind != FINDING_AUTH_RESPONSE)
        return "A line longer than 998 octets and CRLF (RFC 5321, 4.5.3.1.6)";
    for (line next; rest.length; rest = span_from(rest, next.length)) {
        next = line_first(rest);
        longest = next.length > longest ? next.length : longest;
    }
    return wmem_strdup_printf(d->pinfo->pool, "Line of %s (RFC 5321, 4.5.3.1)", octets_text(d->pinfo, longest));
}

/* --- content ----------------------------------------------------------------------------------------------------------- */

static const char *size_text(drawing *d, const finding *f)
{
    const transaction *of;

    if (f->kind != FINDING_CONTENT)
        return NULL;
    of = f->message->of;
    if (of && of->has_declared_size)
        return wmem_strdup_printf(d->pinfo->pool, "Content of %s, where SIZE=%s was declared (RFC 1870)",
                                  octets_text(d->pinfo, f->message->unstuffed_size), grouped(d->pinfo, of->declared_size));
    return wmem_strdup_printf(d->pinfo->pool, "Content of %s, more than the server takes (RFC 1870)",
                              octets_text(d->pinfo, f->message->unstuffed_size));
}

static const char *utf8_text(drawing *d, const finding *f)
{
    (void)d;
    return f->kind == FINDING_CONTENT ? "UTF-8 in the content's header without SMTPUTF8 (RFC 6531, 3.4)" : NULL;
}

static const char *smuggling_text(drawing *d, const finding *f)
{
    const lookalike_end *end = f->message->ended_like;

    return wmem_strdup_printf(d->pinfo->pool,
                              "The server took %s in frame %u for the end of the data: %s sent behind it %s no "
                              "content to it, but commands",
                              end->name, end->frame, octets_text(d->pinfo, end->octets_behind),
                              end->octets_behind == 1 ? "was" : "were");
}

/* --- the table --------------------------------------------------------------------------------------------------------- */

static const char *(*const texts[NOTE_COUNT])(drawing *, const finding *) = {
    [NOTE_SYNTAX] = command_syntax_text,
    [NOTE_REPLY_SYNTAX] = reply_syntax_text,
    [NOTE_REFUSED] = refusal_text,
    [NOTE_DEFERRED] = refusal_text,
    [NOTE_AUTH_FAILED] = refusal_text,
    [NOTE_CLOSING_REPLY] = refusal_text,
    [NOTE_COMMAND_SEQUENCE] = sequence_text,
    [NOTE_UNKNOWN_COMMAND] = unknown_command_text,
    [NOTE_FOREIGN_PROTOCOL] = foreign_text,
    [NOTE_LINE_TOO_LONG] = long_line_text,
    [NOTE_SMUGGLING] = smuggling_text,
    [NOTE_SIZE_EXCEEDED] = size_text,
    [NOTE_SMTPUTF8_MISSING] = utf8_text,
    [NOTE_BDAT_EXCESS] = excess_text,
    [NOTE_BDAT_MISSING_LAST] = missing_last_text,
};

const char *note_text(drawing *d, const finding *f, note which)
{
    return texts[which] ? texts[which](d, f) : NULL;
}
