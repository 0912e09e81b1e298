/* report_json.c — the report as data: one JSON object, with what the text has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/record_json.h"
#include "taps/record_log.h"
#include "taps/report.h"

typedef struct writer {
    json_writer json;
    wmem_allocator_t *scope; /* of what need not last longer than a connection */
    const report *r;
    record_kind mails, connections;
} writer;

static void member(writer *w, const char *name, value v)
{
    json_member(&w->json, name, v);
}

static void begin_object(writer *w, const char *name)
{
    if (name)
        json_dumper_set_member_name(&w->json.dumper, name);
    json_dumper_begin_object(&w->json.dumper);
}

static void end_object(writer *w)
{
    json_dumper_end_object(&w->json.dumper);
}

static void begin_array(writer *w, const char *name)
{
    json_dumper_set_member_name(&w->json.dumper, name);
    json_dumper_begin_array(&w->json.dumper);
}

static void end_array(writer *w)
{
    json_dumper_end_array(&w->json.dumper);
}

static value text_or_absent(const char *text)
{
    return text && text[0] ? value_text(text) : value_absent;
}

/* --- totals, why, odd -------------------------------------------------------------------------------------------------- */

static void write_outcomes(writer *w, const char *name, const unsigned *counts)
{
    begin_object(w, name);
    for (unsigned of = 0; of < OUTCOME_COUNT; of++)
        member(w, outcome_text((outcome)of), value_number(counts[of]));
    end_object(w);
}

static void write_totals(writer *w)
{
    report_totals all = report_count(w->r);

    begin_object(w, "totals");
    member(w, "connections", value_number(wmem_array_get_count(w->r->connections)));
    member(w, "connections_not_chosen", value_number(w->r->not_chosen));
    member(w, "mails", value_number(all.all_mails));
    member(w, "recipients", value_number(all.all_recipients));
    member(w, "not_to_all", value_number(all.not_to_all));
    member(w, "octets_missing", value_number(w->r->unread.missing));
    member(w, "octets_unread", value_number(w->r->unread.octets));
    member(w, "connections_under_tls_unread", value_number(w->r->unread.tls));
    write_outcomes(w, "mail_outcomes", all.mails);
    write_outcomes(w, "recipient_outcomes", all.recipients);
    end_object(w);
}

/* Why, whose fault, what to do. */
static void write_reason_members(writer *w, const refusal_reason *reason)
{
    member(w, "reason", value_text(reason->text));
    member(w, "fault", text_or_absent(refusal_fault_text(reason->fault)));
    member(w, "next", value_text(reason->next));
}

static void write_refusal_members(writer *w, const report_refusal *of)
{
    write_reason_members(w, of->why.reason);
    member(w, "guess", value_boolean(of->why.guess));
    member(w, "code", of->code ? value_number(of->code) : value_absent);
    member(w, "enhanced_status", text_or_absent(of->status));
    member(w, "text", text_or_absent(of->text));
    member(w, "verb", text_or_absent(of->verb));
    member(w, "frame", value_number(of->frame));
}

static void write_why(writer *w)
{
    begin_array(w, "why");
    for (unsigned i = 0; i < wmem_array_get_count(w->r->reasons); i++) {
        const report_reason *of = *(report_reason *const *)wmem_array_index(w->r->reasons, i);
        begin_object(w, NULL);
        member(w, "count", value_number(of->count));
        member(w, "connections", value_number(of->connections));
        member(w, "permanent", value_boolean(of->first.permanent));
        member(w, "server", value_octets(w->scope, report_server(of->connection)));
        member(w, "server_addr", value_text(of->connection->record.peers->server_addr));
        write_refusal_members(w, &of->first);
        begin_array(w, "addresses");
        for (unsigned n = 0; n < MIN(of->address_count, REPORT_ADDRESSES); n++)
            json_value(&w->json, value_text(of->addresses[n]));
        end_array(w);
        end_object(w);
    }
    end_array(w);
}

static void write_odd(writer *w)
{
    note order[NOTE_COUNT];
    unsigned count = report_odd_notes(w->r, order);

    begin_array(w, "odd");
    for (unsigned i = 0; i < count; i++) {
        const report_note *of = &w->r->notes[order[i]];
        const report_note_row *row = report_note_find(order[i]);
        begin_object(w, NULL);
        member(w, "name", value_text(row->name));
        member(w, "severity", value_text(row->severity));
        member(w, "summary", value_text(row->summary));
        member(w, "next", text_or_absent(row->remedy));
        member(w, "count", value_number(of->count));
        member(w, "connections", value_number(of->connections));
        member(w, "first_frame", value_number(of->frame));
        end_object(w);
    }
    end_array(w);
}

/* --- connections ------------------------------------------------------------------------------------------------------- */

static void write_steps(writer *w, const report_connection *c)
{
    begin_array(w, "steps");
    for (unsigned i = 0; i < c->step_count; i++) {
        const report_step *step = &c->steps[i];
        begin_object(w, NULL);
        member(w, "verb", value_octets(w->scope, span_of(step->verb)));
        member(w, "count", value_number(step->count));
        member(w, "longest", value_seconds(&step->longest));
        member(w, "frame", value_number(step->frame));
        end_object(w);
    }
    end_array(w);
    member(w, "slow", value_boolean(report_is_slow(c)));
    member(w, "tarpit", value_boolean(c->tarpit));
    member(w, "longest_pause", c->pause_verb[0] ? value_seconds(&c->pause) : value_absent);
    member(w, "longest_pause_verb", c->pause_verb[0] ? value_octets(w->scope, span_of(c->pause_verb)) : value_absent);
}

/* The place of a mail: a connection's number, and its own in that. */
static void write_place(writer *w, const char *name, const report_mail *of)
{
    if (!of) {
        member(w, name, value_absent);
        return;
    }
    begin_object(w, name);
    member(w, "connection", value_number(of->connection->number));
    member(w, "index", value_number(of->record.of->index));
    end_object(w);
}

static void write_reason_or_null(writer *w, const char *name, bool refused, refusal (*why)(const void *), const void *of)
{
    refusal found;

    if (!refused) {
        member(w, name, value_absent);
        return;
    }
    found = why(of);
    begin_object(w, name);
    write_reason_members(w, found.reason);
    member(w, "guess", value_boolean(found.guess));
    end_object(w);
}

static refusal why_mail(const void *of)
{
    return mail_refusal((const transaction *)of);
}

static refusal why_recipient(const void *of)
{
    return recipient_refusal((const recipient *)of);
}

static void write_recipients(writer *w, const transaction *t)
{
    begin_array(w, "recipients");
    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        begin_object(w, NULL);
        member(w, "address", value_octets_or_empty(w->scope, to->address));
        member(w, "outcome", value_text(outcome_text(recipient_outcome(t, to))));
        write_reason_or_null(w, "why", recipient_is_refused(t, to), why_recipient, to);
        end_object(w);
    }
    end_array(w);
}

static void write_mail(writer *w, const report_mail *mail)
{
    const transaction *t = mail->record.of;

    begin_object(w, NULL);
    json_members(&w->json, &w->mails, w->scope, &mail->record);
    member(w, "decided_at", text_or_absent(mail_decided_at(t)));
    write_reason_or_null(w, "why", mail_is_refused(t), why_mail, t);
    write_recipients(w, t);
    member(w, "consequences", value_number(mail->followed.count));
    member(w, "link", value_text(report_link_text(mail)));
    member(w, "try", value_number(mail->tries));
    write_place(w, "earlier_try", mail->earlier);
    write_place(w, "hop_before", mail->from);
    write_place(w, "bounce_of", mail->about);
    member(w, "bounce_is_guess", value_boolean(mail->about_is_guess));
    end_object(w);
}

static void write_refusals(writer *w, const report_connection *c)
{
    begin_array(w, "refusals");
    for (unsigned i = 0; i < MIN(c->refusal_count, REPORT_REFUSALS); i++) {
        begin_object(w, NULL);
        write_refusal_members(w, &c->refusals[i]);
        end_object(w);
    }
    end_array(w);
}

static void write_notes(writer *w, const report_connection *c)
{
    begin_array(w, "odd");
    for (unsigned which = 0; which < NOTE_COUNT; which++)
        if (c->notes & ~REPORT_REFUSAL_NOTES & note_bit((note)which))
            json_value(&w->json, value_text(report_note_find((note)which)->name));
    end_array(w);
}

static void write_faults(writer *w, const report_connection *c)
{
    const report_fault *at_end = report_connection_fault(c);

    begin_array(w, "faults");
    for (unsigned id = 0; id < REFUSAL_IDS; id++) {
        if (!report_has_reason(c->reasons, id))
            continue;
        begin_object(w, NULL);
        write_reason_members(w, refusal_reason_of((refusal_id)id));
        end_object(w);
    }
    if (at_end) {
        begin_object(w, NULL);
        member(w, "reason", value_text(at_end->what));
        member(w, "fault", value_text(at_end->fault));
        member(w, "next", value_text(at_end->next));
        end_object(w);
    }
    end_array(w);
}

static void write_tls_faults(writer *w, const report_connection *c)
{
    unsigned faults = report_tls_faults(c);

    begin_array(w, "tls_faults");
    for (unsigned bit = 0; bit < REPORT_TLS_FAULTS; bit++)
        if (faults >> bit & 1)
            json_value(&w->json, value_text(report_tls_fault_text(bit)));
    end_array(w);
}

static void write_connection(writer *w, const report_connection *c)
{
    begin_object(w, NULL);
    member(w, "number", value_number(c->number));
    begin_object(w, "record");
    json_members(&w->json, &w->connections, w->scope, &c->record);
    end_object(w);
    write_steps(w, c);
    write_refusals(w, c);
    begin_array(w, "log");
    for (unsigned i = 0; i < wmem_array_get_count(c->mails); i++)
        write_mail(w, report_mail_at(c->mails, i));
    end_array(w);
    write_notes(w, c);
    write_faults(w, c);
    write_tls_faults(w, c);
    end_object(w);
}

/* --- across connections ------------------------------------------------------------------------------------------------ */

static void write_hosts(writer *w)
{
    begin_array(w, "clients");
    for (unsigned i = 0; i < wmem_array_get_count(w->r->hosts); i++) {
        const report_host *of = *(report_host *const *)wmem_array_index(w->r->hosts, i);
        if (!report_host_is_listed(of))
            continue;
        begin_object(w, NULL);
        member(w, "client_addr", value_text(of->address));
        member(w, "connections", value_number(of->connections));
        member(w, "mails", value_number(of->mails));
        member(w, "refused", value_number(of->refused));
        member(w, "auth_failed", value_number(of->auth_failed));
        member(w, "no_such_user", value_number(of->no_such_user));
        end_object(w);
    }
    end_array(w);
}

static void write_link(writer *w, const report_mail *mail)
{
    moment wait;

    begin_object(w, NULL);
    member(w, "kind", value_text(report_link_text(mail)));
    write_place(w, "earlier", mail->earlier);
    member(w, "earlier_outcome", value_text(outcome_text(mail->earlier->record.of->outcome)));
    write_place(w, "mail", mail);
    member(w, "outcome", value_text(outcome_text(mail->record.of->outcome)));
    member(w, "try", value_number(mail->tries));
    member(w, "wait", report_wait(mail, &wait) ? value_seconds(&wait) : value_absent);
    end_object(w);
}

static void write_hop(writer *w, const report_mail *mail)
{
    begin_object(w, NULL);
    write_place(w, "from", mail->from);
    write_place(w, "mail", mail);
    member(w, "guess", value_boolean(mail->from_is_guess));
    end_object(w);
}

static void write_bounce(writer *w, const report_mail *mail)
{
    begin_object(w, NULL);
    write_place(w, "mail", mail);
    write_place(w, "about", mail->about);
    member(w, "guess", value_boolean(mail->about_is_guess));
    end_object(w);
}

/* An array of the mails that `has` says yes to. */
static void write_mails_with(writer *w, const char *name, bool (*has)(const report_mail *),
                             void (*write)(writer *, const report_mail *))
{
    begin_array(w, name);
    for (unsigned i = 0; i < wmem_array_get_count(w->r->mails); i++)
        if (has(report_mail_at(w->r->mails, i)) && report_mail_concerns(report_mail_at(w->r->mails, i)))
            write(w, report_mail_at(w->r->mails, i));
    end_array(w);
}

static bool has_link(const report_mail *mail)
{
    return mail->link != LINK_NONE;
}

static bool has_hop_before(const report_mail *mail)
{
    return mail->from != NULL;
}

static bool is_bounce(const report_mail *mail)
{
    return mail->about != NULL;
}

static void write_across(writer *w)
{
    begin_object(w, "across");
    write_mails_with(w, "tries", has_link, write_link);
    write_mails_with(w, "hops", has_hop_before, write_hop);
    write_mails_with(w, "bounces", is_bounce, write_bounce);
    write_hosts(w);
    end_object(w);
}

void report_write_json(FILE *out, const report *r)
{
    writer w = {json_begin(JSON_DUMPER_FLAGS_PRETTY_PRINT), wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST), r,
                mail_record_kind, connection_record_kind};

    record_columns_choose(&w.mails, NULL, false);
    record_columns_choose(&w.connections, NULL, false);
    json_dumper_begin_object(&w.json.dumper);
    write_totals(&w);
    write_why(&w);
    write_odd(&w);
    begin_array(&w, "connections");
    for (unsigned i = 0; i < wmem_array_get_count(r->connections); i++) {
        if (report_connection_is_listed(report_connection_at(r, i)))
            write_connection(&w, report_connection_at(r, i));
        json_take(&w.json);
        text_flush(w.json.text, out, false);
        wmem_free_all(w.scope);
    }
    end_array(&w);
    write_across(&w);
    json_dumper_end_object(&w.json.dumper);
    json_dumper_finish(&w.json.dumper);
    json_end(&w.json, out);
    wmem_destroy_allocator(w.scope);
}
