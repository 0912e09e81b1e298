/* report_text.c — the report as plain text for a person.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/record_log.h"
#include "taps/report.h"

#define DOT "\xc2\xb7"
#define TIMES "\xc3\x97"
#define DASH "\xe2\x80\x94"

/* Recipients that are named in a line, refused recipients that have a line each, mails of a connection that went through and
 * have a line each. */
#define NAMED_LIMIT 3u
#define REFUSED_LIMIT 10u
#define DELIVERED_LIMIT 10u
/* Mails that a fault names. */
#define FAULT_MAILS 5u
/* A line that goes on with what a label began. */
#define CONTINUATION "             "

typedef struct writer {
    GString *out;
    wmem_allocator_t *scope; /* of what need not last longer than a connection */
    const report *r;
} writer;

/* --- words ------------------------------------------------------------------------------------------------------------- */

/* Octets off the network, with what a terminal would obey escaped. */
static void put_value(const writer *w, value v)
{
    size_t begin = w->out->len;

    append_value(w->out, &v);
    escape_marks(w->out, begin);
}

static void put_octets(const writer *w, span of)
{
    put_value(w, value_octets_or_empty(w->scope, of));
}

static void put_text(const writer *w, const char *of)
{
    put_value(w, value_text(of ? of : "?"));
}

static void put(const writer *w, const char *words)
{
    g_string_append(w->out, words);
}

/* "0.025 s", "5 min 2 s" */
static void put_duration(const writer *w, const moment *of)
{
    int64_t seconds = of->seconds;

    if (seconds >= 3600)
        g_string_append_printf(w->out, "%" G_GINT64_FORMAT " h %d min", seconds / 3600, (int)(seconds / 60 % 60));
    else if (seconds >= 60)
        g_string_append_printf(w->out, "%d min %d s", (int)(seconds / 60), (int)(seconds % 60));
    else
        g_string_append_printf(w->out, "%d.%03d s", (int)seconds, of->nanoseconds / 1000000);
}

/* "14:33:40.944" */
static void put_time(const writer *w, const moment *of)
{
    GString *whole = g_string_new(NULL);
    const char *behind_date;

    append_time_for_people(whole, value_time(of));
    behind_date = strchr(whole->str, ' ');
    put(w, behind_date ? behind_date + 1 : whole->str);
    g_string_free(whole, TRUE);
}

static const char *plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

/* What people call a step. */
static const char *step_name(const char *verb)
{
    if (strcmp(verb, "CONNECT") == 0)
        return "greeting";
    return strcmp(verb, "END-OF-DATA") == 0 ? "end of data" : verb;
}

/* "550 5.1.1"; a code of 0 was not sent. */
static void put_code(const writer *w, uint16_t code, span status)
{
    if (code)
        g_string_append_printf(w->out, "%03u", code);
    if (status.length) {
        put(w, code ? " " : "");
        put_octets(w, status);
    }
}

static void put_reason(const writer *w, refusal why)
{
    g_string_append_printf(w->out, " " DASH " %s%s", why.reason->text, why.guess ? " (a guess)" : "");
}

static void put_label(const writer *w, const char *label)
{
    g_string_append_printf(w->out, "    %-9s", label);
}

/* --- totals, why, odd -------------------------------------------------------------------------------------------------- */

static const char *outcome_word(outcome of)
{
    return of == OUTCOME_ACCEPTED ? "delivered" : outcome_text(of);
}

static void put_counts(const writer *w, const unsigned *counts, unsigned not_to_all)
{
    static const outcome order[] = {OUTCOME_ACCEPTED, OUTCOME_PARTIAL, OUTCOME_DEFERRED, OUTCOME_REJECTED,
                                    OUTCOME_ABORTED,  OUTCOME_OPEN,    OUTCOME_UNKNOWN};
    const char *before = ": ";

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (!counts[order[i]])
            continue;
        g_string_append_printf(w->out, "%s%u %s", before, counts[order[i]], outcome_word(order[i]));
        if (order[i] == OUTCOME_ACCEPTED && not_to_all)
            g_string_append_printf(w->out, " (%u of them not to all)", not_to_all);
        before = ", ";
    }
}

static void put_totals(const writer *w)
{
    report_totals all = report_count(w->r);
    unsigned connections = wmem_array_get_count(w->r->connections), read = connections + w->r->not_chosen;

    g_string_append_printf(w->out, "%u ", connections);
    if (w->r->not_chosen)
        g_string_append_printf(w->out, "of %u ", read);
    g_string_append_printf(w->out, "connection%s, %u mail%s", plural(read), all.all_mails, plural(all.all_mails));
    put_counts(w, all.mails, all.not_to_all);
    if (all.all_recipients) {
        g_string_append_printf(w->out, "; %u recipient%s", all.all_recipients, plural(all.all_recipients));
        put_counts(w, all.recipients, 0);
    }
    unread_append(w->out, &w->r->unread);
    put(w, ".\n");
}

static void put_addresses(const writer *w, const report_reason *of)
{
    unsigned named = MIN(of->address_count, REPORT_ADDRESSES);

    for (unsigned i = 0; i < named; i++) {
        put(w, i ? ", " : "  ");
        put_text(w, of->addresses[i]);
    }
    if (of->address_count > named)
        g_string_append_printf(w->out, " (+%u)", of->address_count - named);
}

/* Where the reason is not certain, the server's own words may tell more. */
static void put_words_of_server(const writer *w, const report_refusal *of)
{
    if (!of->text || (of->why.id != REFUSAL_UNKNOWN && !of->why.guess))
        return;
    put(w, "  \"");
    put_text(w, of->text);
    put(w, "\"");
}

static void put_why(const writer *w)
{
    unsigned count = wmem_array_get_count(w->r->reasons);

    if (count)
        put(w, "\nWhy\n");
    for (unsigned i = 0; i < count; i++) {
        const report_reason *of = *(report_reason *const *)wmem_array_index(w->r->reasons, i);
        const refusal_reason *reason = of->first.why.reason;
        const char *fault = refusal_fault_text(reason->fault);
        g_string_append_printf(w->out, "    %u " TIMES " %s%s (", of->count, reason->text,
                               of->first.why.guess ? ", a guess" : "");
        put_code(w, of->first.code, span_of(of->first.status ? of->first.status : ""));
        put(w, of->first.permanent ? ", for good)  " : ", try again)  ");
        put_octets(w, report_server(of->connection));
        put_addresses(w, of);
        put_words_of_server(w, &of->first);
        g_string_append_printf(w->out, "\n        Fault: %s. %s\n", fault[0] ? fault : "not known", reason->next);
    }
}

static void put_odd(const writer *w)
{
    note order[NOTE_COUNT];
    unsigned count = report_odd_notes(w->r, order);

    for (unsigned i = 0; i < count; i++) {
        const report_note *of = &w->r->notes[order[i]];
        const report_note_row *row = report_note_find(order[i]);
        g_string_append_printf(w->out, "%s    %u " TIMES " %s: %s (%s, in %u connection%s, first in frame %u)\n",
                               i ? "" : "\nOdd\n", of->count, row->name, row->summary, row->severity, of->connections,
                               plural(of->connections), of->frame);
        if (row->remedy)
            g_string_append_printf(w->out, "        %s\n", row->remedy);
    }
}

/* --- a mail ------------------------------------------------------------------------------------------------------------ */

static void put_sender(const writer *w, const transaction *t)
{
    if (t->null_sender)
        put(w, "<>");
    else if (t->mail_from.length)
        put_octets(w, t->mail_from);
    else
        put(w, "?");
}

/* "a@x → b@y, c@z (+2)" */
static void put_route(const writer *w, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients), named = MIN(count, NAMED_LIMIT);

    put_sender(w, t);
    put(w, count ? " " ARROW " " : "");
    for (unsigned i = 0; i < named; i++) {
        put(w, i ? ", " : "");
        put_octets(w, ((const recipient *)wmem_array_index(t->recipients, i))->address);
    }
    if (count > named)
        g_string_append_printf(w->out, " (+%u)", count - named);
}

static void put_header(const writer *w, const transaction *t)
{
    span subject = mail_header_find(t->header, HEADER_SUBJECT), id = mail_header_find(t->header, HEADER_MESSAGE_ID);

    if (subject.length) {
        put(w, "  \"");
        put_value(w, value_header(w->scope, subject));
        put(w, "\"");
    }
    if (id.length) {
        put(w, "  ");
        put_value(w, value_header(w->scope, id));
    }
}

static const char *outcome_shout(outcome of)
{
    static const char *const words[OUTCOME_COUNT] =
        {[OUTCOME_UNKNOWN] = "UNKNOWN",   [OUTCOME_ACCEPTED] = "DELIVERED", [OUTCOME_DEFERRED] = "DEFERRED",
         [OUTCOME_REJECTED] = "REJECTED", [OUTCOME_PARTIAL] = "DELIVERED",  [OUTCOME_ABORTED] = "ABORTED",
         [OUTCOME_OPEN] = "OPEN"};

    return words[of];
}

/* " to b@y" where others did not get it. */
static void put_takers(const writer *w, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients), named = 0;

    for (unsigned i = 0; i < count && mail_has_trouble(t); i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        if (recipient_outcome(t, to) != OUTCOME_ACCEPTED)
            continue;
        put(w, named ? ", " : " to ");
        if (named++ == NAMED_LIMIT) {
            put(w, "\xe2\x80\xa6");
            break;
        }
        put_octets(w, to->address);
    }
}

static void put_delivered(const writer *w, const transaction *t)
{
    moment took;

    put_takers(w, t);
    if (t->verdict.queue_id.length) {
        put(w, ", queued as ");
        put_octets(w, t->verdict.queue_id);
    }
    put(w, " (");
    if (reply_severity(t->verdict.code) == 2 && !t->verdict.inferred) { /* of a partial one it is another's */
        put_code(w, t->verdict.code, t->verdict.status);
        put(w, ", ");
    }
    if (t->has_size)
        g_string_append_printf(w->out, "%" G_GUINT64_FORMAT " octets", t->size);
    if (moment_between(&t->begin, &t->end, &took)) {
        put(w, t->has_size ? ", " : "");
        put_duration(w, &took);
    }
    put(w, ")");
}

static void put_follows(const writer *w, const report_mail *mail)
{
    if (mail->followed.count == 1)
        g_string_append_printf(w->out, " (the %u to %s follows from that)", mail->followed.code, mail->followed.to);
    else if (mail->followed.count)
        g_string_append_printf(w->out, " (the %us follow from that)", mail->followed.code);
}

static void put_refused(const writer *w, const report_mail *mail)
{
    const transaction *t = mail->record.of;
    const char *at = mail_decided_at(t);

    g_string_append_printf(w->out, "%s%s: ", at[0] ? " at " : " by the end of the session", at[0] ? step_name(at) : "");
    put_code(w, t->verdict.inferred ? 0 : t->verdict.code, t->verdict.status);
    put(w, " \"");
    put_octets(w, t->verdict.text);
    put(w, "\"");
    put_reason(w, mail_refusal(t));
    put_follows(w, mail);
}

static void put_unfinished(const writer *w, const transaction *t)
{
    static const char *const whys[OUTCOME_COUNT] = {[OUTCOME_UNKNOWN] = "the final reply, or a part of the mail, is not in "
                                                                        "the capture",
                                                    [OUTCOME_ABORTED] = "given up before its content was sent wholly",
                                                    [OUTCOME_OPEN] = "under way where the capture ends"};

    g_string_append_printf(w->out, ": %s%s%s", whys[t->outcome] ? whys[t->outcome] : "", t->ended_by ? ", ended by " : "",
                           t->ended_by ? t->ended_by : "");
    if (t->outcome == OUTCOME_UNKNOWN && t->content_sent)
        put(w, "; the content was sent wholly: the server may have taken it");
}

static void put_refused_recipients(const writer *w, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients), listed = 0, left = 0;

    for (unsigned i = 0; i < count; i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        if (!recipient_is_refused(t, to) || (count == 1 && mail_is_refused(t)))
            continue;
        if (listed == REFUSED_LIMIT) {
            left++;
            continue;
        }
        listed++;
        put(w, CONTINUATION "REFUSED ");
        put_octets(w, to->address);
        put(w, ": ");
        put_code(w, to->inferred ? 0 : to->code, to->status);
        put(w, " \"");
        put_octets(w, to->text);
        put(w, "\"");
        put_reason(w, recipient_refusal(to));
        put(w, "\n");
    }
    if (left)
        g_string_append_printf(w->out, CONTINUATION "REFUSED %u more\n", left);
}

/* "[3] mail 1" */
static void put_place(const writer *w, const report_mail *mail)
{
    g_string_append_printf(w->out, "[%u] mail %u", mail->connection->number, mail->record.of->index);
}

static void put_tries(const writer *w, const report_mail *mail)
{
    if (mail->earlier) {
        moment wait;
        g_string_append_printf(w->out, CONTINUATION "try %u of ", mail->tries);
        put_place(w, mail->earlier);
        if (report_wait(mail, &wait)) {
            put(w, ", after ");
            put_duration(w, &wait);
        }
        g_string_append_printf(w->out, " (%s)\n", report_link_text(mail));
    }
    if (!mail->tried_again && mail->record.of->outcome == OUTCOME_DEFERRED)
        put(w, CONTINUATION "no other try in this capture\n");
}

static void put_mail(const writer *w, const report_mail *mail)
{
    const transaction *t = mail->record.of;

    g_string_append_printf(w->out, "    Mail %-4u", t->index);
    put_time(w, &t->begin);
    put(w, "  ");
    put_route(w, t);
    put_header(w, t);
    g_string_append_printf(w->out, "\n             %s", outcome_shout(t->outcome));
    if (t->outcome == OUTCOME_ACCEPTED || t->outcome == OUTCOME_PARTIAL)
        put_delivered(w, t);
    else if (mail_is_refused(t))
        put_refused(w, mail);
    else
        put_unfinished(w, t);
    put(w, t->smuggled ? "; SMUGGLED\n" : "\n");
    put_refused_recipients(w, t);
    put_tries(w, mail);
}

static void put_mails(const writer *w, const report_connection *c)
{
    unsigned count = wmem_array_get_count(c->mails), through = 0;

    for (unsigned i = 0; i < count; i++) {
        const report_mail *mail = report_mail_at(c->mails, i);
        if (!mail_has_trouble(mail->record.of) && !mail->link && ++through > DELIVERED_LIMIT)
            continue;
        put_mail(w, mail);
    }
    if (through > DELIVERED_LIMIT)
        g_string_append_printf(w->out, "    %u more mails were delivered.\n", through - DELIVERED_LIMIT);
}

/* --- a connection ------------------------------------------------------------------------------------------------------ */

static void put_title(const writer *w, const report_connection *c)
{
    const connection_record *record = &c->record.connection;
    const peers *ends = c->record.peers;

    g_string_append_printf(w->out, "\n[%u] stream %u  ", c->number, ends->stream);
    append_time_for_people(w->out, value_time(&record->begin));
    g_string_append_printf(w->out, "  %s", ends->client_addr ? ends->client_addr : "?");
    if (record->client_name.length) {
        put(w, " (");
        put_octets(w, record->client_name);
        put(w, ")");
    }
    g_string_append_printf(w->out, " " ARROW " %s:%u  ", ends->server_addr ? ends->server_addr : "?", ends->server_port);
    put_octets(w, record->server_name);
    if (record->server_software.length) {
        put(w, " (");
        put_octets(w, record->server_software);
        put(w, ")");
    }
    put(w, "\n");
}

static void put_steps(const writer *w, const report_connection *c)
{
    const char *before = "";

    if (!c->step_count)
        return;
    put_label(w, "Steps");
    for (unsigned i = 0; i < c->step_count; i++) {
        const report_step *step = &c->steps[i];
        put(w, before);
        put_text(w, step_name(step->verb));
        put(w, " ");
        put_duration(w, &step->longest);
        if (step->count > 1)
            g_string_append_printf(w->out, " (longest of %u)", step->count);
        before = " " DOT " ";
    }
    put(w, c->tarpit ? "      slow: longer with each error (tarpit)\n" : report_is_slow(c) ? "      slow\n" : "\n");
    if (c->pause_verb[0] && c->pause.seconds >= REPORT_SLOW) {
        put(w, CONTINUATION "the client waited ");
        put_duration(w, &c->pause);
        put(w, " before ");
        put_text(w, step_name(c->pause_verb));
        put(w, "\n");
    }
}

static void put_tls_value(const writer *w, const tls_facts *of, const char *before, tls_column which)
{
    value v = tls_facts_value(of, which);
    size_t begin;

    if (v.kind == VALUE_ABSENT || (v.kind == VALUE_LIST && !v.list.count))
        return;
    put(w, before);
    begin = w->out->len;
    if (v.kind == VALUE_TIME)
        append_time_for_people(w->out, v);
    else
        append_value(w->out, &v);
    escape_marks(w->out, begin);
}

/* What the TLS dissector has found, when it was asked. */
static void put_tls_facts(const writer *w, const tls_facts *of)
{
    if (tls_facts_value(of, TLS_FACT_VERSION).kind == VALUE_ABSENT)
        return;
    put_tls_value(w, of, CONTINUATION, TLS_FACT_VERSION);
    put_tls_value(w, of, ", ", TLS_FACT_CIPHER_SUITE);
    put_tls_value(w, of, ", server name asked for: ", TLS_FACT_SERVER_NAME);
    put(w, "\n");
    if (tls_facts_value(of, TLS_FACT_CERT_NAMES).kind == VALUE_ABSENT)
        return;
    put_tls_value(w, of, CONTINUATION "certificate for ", TLS_FACT_CERT_NAMES);
    put_tls_value(w, of, ", by ", TLS_FACT_CERT_ISSUER);
    put_tls_value(w, of, ", from ", TLS_FACT_CERT_NOT_BEFORE);
    put_tls_value(w, of, " to ", TLS_FACT_CERT_NOT_AFTER);
    put(w, "\n");
}

static void put_tls_faults(const writer *w, unsigned faults)
{
    for (unsigned bit = 0; bit < REPORT_TLS_FAULTS; bit++)
        if (faults >> bit & 1)
            g_string_append_printf(w->out, CONTINUATION "odd: %s\n", report_tls_fault_text(bit));
}

static void put_tls(const writer *w, const report_connection *c)
{
    static const struct {
        const char *state, *words;
    } rows[] = {
        {"none", "none: not offered"},
        {"offered", "STARTTLS offered, not used"},
        {"refused", "STARTTLS asked for and refused"},
        {"established", "by STARTTLS"},
        {"established unread", "by STARTTLS; what was said inside could not be decrypted"},
        {"implicit", "from the first octet"},
        {"implicit unread", "from the first octet; what was said inside could not be decrypted"},
        {"failed", "the handshake failed"},
    };
    const connection_record *record = &c->record.connection;

    if (strcmp(record->phase, "CONNECT") == 0)
        return;
    put_label(w, "TLS");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].state, record->tls) == 0)
            put(w, rows[i].words);
    if (record->has_tls_alert)
        g_string_append_printf(w->out, ": alert %u of the %s, %s", record->tls_alert,
                               record->tls_alert_by == SIDE_CLIENT ? "client" : "server",
                               report_alert_text(record->tls_alert));
    put(w, "\n");
    put_tls_facts(w, c->record.peers->tls);
    put_tls_faults(w, report_tls_faults(c));
}

static void put_refusals(const writer *w, const report_connection *c)
{
    for (unsigned i = 0; i < MIN(c->refusal_count, REPORT_REFUSALS); i++) {
        const report_refusal *of = &c->refusals[i];
        put_label(w, "Refused");
        put_text(w, of->verb[0] ? step_name(of->verb) : "session");
        put(w, ": ");
        put_code(w, of->code, span_of(of->status ? of->status : ""));
        put(w, " \"");
        put_text(w, of->text ? of->text : "");
        put(w, "\"");
        put_reason(w, of->why);
        g_string_append_printf(w->out, " (frame %u)\n", of->frame);
    }
    if (c->refusal_count > REPORT_REFUSALS)
        g_string_append_printf(w->out, CONTINUATION "and %u more\n", c->refusal_count - REPORT_REFUSALS);
}

static void put_closed(const writer *w, const report_connection *c)
{
    const connection_record *record = &c->record.connection;

    put_label(w, "Closed");
    if (strcmp(record->closed_by, "open") == 0)
        put(w, "not in this capture");
    else
        g_string_append_printf(w->out, "%s%s (%s)",
                               strcmp(record->closed_by, "unknown") ? "by the " : "nobody knows by whom",
                               strcmp(record->closed_by, "unknown") ? record->closed_by : "",
                               record->close ? record->close : "?");
    if (strcmp(record->phase, "IDLE") != 0) {
        put(w, ", during ");
        put_text(w, step_name(record->phase));
    }
    if (record->has_silence) {
        put(w, ", after ");
        put_duration(w, &record->silence);
        put(w, " of silence");
    }
    put(w, record->quit ? "\n" : ", without QUIT\n");
}

static void put_odd_here(const writer *w, const report_connection *c)
{
    const char *before = "";

    for (unsigned which = 0; which < NOTE_COUNT; which++) {
        if (!(c->notes & ~REPORT_REFUSAL_NOTES & note_bit((note)which)))
            continue;
        if (!before[0])
            put_label(w, "Odd");
        g_string_append_printf(w->out, "%s%s", before, report_note_find((note)which)->name);
        before = ", ";
    }
    put(w, before[0] ? "\n" : "");
}

/* " (mails 1, 3)" */
static void put_mails_of_reason(const writer *w, const report_connection *c, unsigned reason)
{
    unsigned count = wmem_array_get_count(c->mails), named[FAULT_MAILS], found = 0;

    for (unsigned i = 0; i < count && count > 1; i++) {
        const report_mail *mail = report_mail_at(c->mails, i);
        if (report_has_reason(mail->reasons, reason) && found++ < FAULT_MAILS)
            named[found - 1] = mail->record.of->index;
    }
    for (unsigned i = 0; i < MIN(found, FAULT_MAILS); i++)
        g_string_append_printf(w->out, "%s%u", i ? ", " : found > 1 ? " (mails " : " (mail ", named[i]);
    if (found)
        put(w, found > FAULT_MAILS ? ", \xe2\x80\xa6)" : ")");
}

static void put_fault_line(const writer *w, const char *fault, const char *what)
{
    put_label(w, "Fault");
    g_string_append_printf(w->out, "%s: %s", fault[0] ? fault : "not known", what);
}

static void put_faults(const writer *w, const report_connection *c)
{
    const report_fault *at_end = report_connection_fault(c);

    for (unsigned id = 0; id < REFUSAL_IDS; id++) {
        const refusal_reason *reason = refusal_reason_of((refusal_id)id);
        if (!report_has_reason(c->reasons, id))
            continue;
        put_fault_line(w, refusal_fault_text(reason->fault), reason->text);
        put_mails_of_reason(w, c, id);
        g_string_append_printf(w->out, "\n    Next     %s\n", reason->next);
    }
    if (at_end) {
        put_fault_line(w, at_end->fault, at_end->what);
        g_string_append_printf(w->out, "\n    Next     %s\n", at_end->next);
    }
}

static void put_connection(const writer *w, const report_connection *c)
{
    put_title(w, c);
    put_steps(w, c);
    put_tls(w, c);
    put_refusals(w, c);
    put_mails(w, c);
    put_closed(w, c);
    put_odd_here(w, c);
    put_faults(w, c);
}

/* --- across connections ------------------------------------------------------------------------------------------------ */

static void put_heading(const writer *w, bool *begun)
{
    if (!*begun)
        put(w, "\nAcross connections\n");
    *begun = true;
}

static void put_link(const writer *w, const report_mail *mail)
{
    moment wait;

    g_string_append_printf(w->out, "    %-12s ", report_link_text(mail));
    put_route(w, mail->record.of);
    put(w, ": ");
    put_place(w, mail->earlier);
    g_string_append_printf(w->out, " %s, ", outcome_word(mail->earlier->record.of->outcome));
    put_place(w, mail);
    g_string_append_printf(w->out, " %s", outcome_word(mail->record.of->outcome));
    if (report_wait(mail, &wait)) {
        put(w, " after ");
        put_duration(w, &wait);
    }
    put(w, mail->link == LINK_DUPLICATE && mail->earlier->record.of->outcome == OUTCOME_UNKNOWN ? " (the reply to the first "
                                                                                                  "was lost: there may be "
                                                                                                  "two of it)\n"
                                                                                                : "\n");
}

/* From the first hop on. */
static void put_path(const writer *w, const report_mail *last)
{
    const report_mail *hops[REPORT_HOPS], *described = last;
    unsigned count = 0;

    for (const report_mail *at = last; at && count < REPORT_HOPS; at = at->from)
        hops[count++] = at;
    for (unsigned i = 1; i < count && !described->record.of->header; i++)
        described = hops[i];
    put(w, "    path         ");
    put_route(w, described->record.of);
    put_header(w, described->record.of);
    for (unsigned i = count; i-- > 0;) {
        const report_mail *hop = hops[i];
        put(w, "\n                 ");
        put_time(w, &hop->record.of->begin);
        g_string_append_printf(w->out, "  %s " ARROW " %s  ",
                               hop->record.peers->client_addr ? hop->record.peers->client_addr : "?",
                               hop->record.peers->server_addr ? hop->record.peers->server_addr : "?");
        put_place(w, hop);
        g_string_append_printf(w->out, " %s", outcome_word(hop->record.of->outcome));
        if (hop->record.of->verdict.queue_id.length) {
            put(w, ", queued as ");
            put_octets(w, hop->record.of->verdict.queue_id);
        }
        if (hop->from_is_guess)
            put(w, " (a guess, by sender and recipient)");
    }
    put(w, "\n");
}

static void put_bounce(const writer *w, const report_mail *mail)
{
    put(w, "    bounce       ");
    put_route(w, mail->record.of);
    put(w, " in ");
    put_place(w, mail);
    put(w, ", about ");
    put_place(w, mail->about);
    put(w, mail->about_is_guess ? " (a guess, by the address)\n" : "\n");
}

static void put_hosts(const writer *w, bool *begun)
{
    for (unsigned i = 0; i < wmem_array_get_count(w->r->hosts); i++) {
        const report_host *of = *(report_host *const *)wmem_array_index(w->r->hosts, i);
        if (!report_host_is_listed(of))
            continue;
        put_heading(w, begun);
        g_string_append_printf(w->out,
                               "    client       %s: %u connection%s, %u mail%s, %u refused, %u failed AUTH, %u unknown "
                               "recipient%s\n",
                               of->address, of->connections, plural(of->connections), of->mails, plural(of->mails),
                               of->refused, of->auth_failed, of->no_such_user, plural(of->no_such_user));
    }
}

static void put_across(const writer *w)
{
    bool begun = false;

    for (unsigned i = 0; i < wmem_array_get_count(w->r->mails); i++) {
        const report_mail *mail = report_mail_at(w->r->mails, i);
        bool path_ends = mail->from && !mail->passed_on;
        if ((!mail->link && !mail->about && !path_ends) || !report_mail_concerns(mail))
            continue;
        put_heading(w, &begun);
        if (mail->link)
            put_link(w, mail);
        if (path_ends)
            put_path(w, mail);
        if (mail->about)
            put_bounce(w, mail);
    }
    put_hosts(w, &begun);
}

/* `out`: where the text goes as it grows long; NULL: nowhere, all of it is wanted. */
static GString *put_all(const report *r, FILE *out)
{
    writer w = {g_string_new(NULL), wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST), r};

    put_totals(&w);
    put_why(&w);
    put_odd(&w);
    for (unsigned i = 0; i < wmem_array_get_count(r->connections); i++) {
        if (report_connection_is_listed(report_connection_at(r, i)))
            put_connection(&w, report_connection_at(r, i));
        if (out)
            text_flush(w.out, out, false);
        wmem_free_all(w.scope);
    }
    put_across(&w);
    wmem_destroy_allocator(w.scope);
    return w.out;
}

void report_write_text(FILE *out, const report *r)
{
    GString *rest = put_all(r, out);

    text_flush(rest, out, true);
    g_string_free(rest, TRUE);
}

char *report_text(const report *r)
{
    return g_string_free(put_all(r, NULL), FALSE);
}
