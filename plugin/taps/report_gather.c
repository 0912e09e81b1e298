/* report_gather.c — what the report keeps of each call of the dissector: waits, refusals, mails, notes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/report.h"

#include "dissector/tap.h"
#include "session/parsed.h"

/* Of the header: what distinguishes a mail from another, and its way. */
#define HEADER_KINDS_KEPT (~0u)
/* A wait that grows by so much with an error is meant so. */
#define TARPIT_STEP 0.5

report *report_new(void)
{
    report *r = g_new0(report, 1);

    r->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    r->connections = wmem_array_new(r->scope, sizeof(report_connection *));
    return r;
}

void report_free(report *r)
{
    wmem_destroy_allocator(r->scope);
    g_free(r);
}

report_connection *report_connection_new(report *r, const carrier *of)
{
    report_connection *made = wmem_new0(r->scope, report_connection);

    made->carrier = of;
    made->mails = wmem_array_new(r->scope, sizeof(report_mail *));
    made->by_index = wmem_map_new(r->scope, g_direct_hash, g_direct_equal);
    made->given = wmem_array_new(r->scope, sizeof(report_reason));
    made->found = wmem_array_new(r->scope, sizeof(report_note));
    wmem_array_append_one(r->connections, made);
    return made;
}

static double seconds_of(const moment *of)
{
    return (double)of->seconds + of->nanoseconds / 1e9;
}

/* --- waits ------------------------------------------------------------------------------------------------------------- */

static report_step *step_of(report_connection *c, const char *verb)
{
    for (unsigned i = 0; i < c->step_count; i++)
        if (strncmp(c->steps[i].verb, verb, REPORT_VERB_ROOM - 1) == 0)
            return &c->steps[i];
    if (c->step_count == REPORT_STEPS)
        return NULL;
    g_strlcpy(c->steps[c->step_count].verb, verb, REPORT_VERB_ROOM);
    return &c->steps[c->step_count++];
}

static void add_wait(report_connection *c, const exchange *e, const moment *waited, uint32_t frame)
{
    report_step *step = e->name[0] ? step_of(c, e->name) : NULL;

    if (!step)
        return;
    if (!step->count || moment_compare(waited, &step->longest) > 0) {
        step->longest = *waited;
        step->frame = frame;
    }
    step->count++;
}

/* Does the server take longer with each error? */
static void add_error_wait(report_connection *c, const moment *waited)
{
    double before = seconds_of(&c->error_wait);

    c->tarpit |= before > TARPIT_STEP && seconds_of(waited) > before + TARPIT_STEP;
    c->error_wait = *waited;
}

static void add_pause(report_connection *c, const exchange *e)
{
    moment pause;

    if (!c->has_reply || !e || !e->has_command || !moment_between(&c->reply_time, &e->command_time, &pause))
        return;
    if (c->pause_verb[0] && moment_compare(&pause, &c->pause) <= 0)
        return;
    c->pause = pause;
    g_strlcpy(c->pause_verb, e->name, REPORT_VERB_ROOM);
}

/* --- refusals ---------------------------------------------------------------------------------------------------------- */

static const char *text_kept(report *r, span octets)
{
    return octets.length ? text_in(r->scope, octets) : NULL;
}

/* The texts of all lines of a reply, with spaces between; of the first one also code and status. */
static span reply_read(wmem_allocator_t *scope, span octets, bool with_status, parsed_reply_line *first_r)
{
    uint8_t *text = (uint8_t *)wmem_alloc(scope, octets.length + 1);
    size_t length = 0;
    bool first = true;

    for (line next; octets.length; octets = span_from(octets, next.length), first = false) {
        parsed_reply_line read;
        span words;
        next = line_first(octets);
        read = parsed_reply_line_read(next, first, with_status);
        words = read.valid || read.odd ? read.parsed.text : read.line.text;
        if (first)
            *first_r = read;
        else
            text[length++] = ' ';
        if (words.length)
            memcpy(text + length, words.octets, words.length);
        length += words.length;
    }
    return (span){text, length};
}

/* A reply's own code refuses, or that of its last line, or its status where no code was sent. */
static uint16_t refusing_code(const finding *f, const reply_line *first)
{
    if (first && reply_severity(first->code) >= 4)
        return first->code;
    if (f->exchange && f->exchange->reply_code)
        return f->exchange->reply_code;
    return first && first->has_status ? (uint16_t)(first->status.status_class * 100u) : 0;
}

static report_refusal refusal_read(report *r, const tap_record *record, const finding *f)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    parsed_reply_line first = {0};
    span text = reply_read(scope, octets_in_record(record, f), !(f->flags & FLAG_HELLO_REPLY), &first);
    const reply_line *in = first.valid || first.odd ? &first.parsed : NULL;
    report_refusal out = {.code = in ? in->code : 0, .frame = record->segment.frame};
    uint16_t code = refusing_code(f, in);

    if (f->exchange)
        g_strlcpy(out.verb, f->exchange->name, REPORT_VERB_ROOM);
    out.permanent = reply_severity(code) != 4;
    out.why = refusal_of(code, in && in->has_status ? &in->status : NULL, text, out.verb);
    if (in && !(f->flags & FLAG_SECRET)) {
        out.status = in->has_status ? text_kept(r, in->status_text) : NULL;
        out.text = text_kept(r, in->text);
    }
    out.address = f->exchange ? text_kept(r, exchange_address(f->exchange)) : NULL;
    wmem_destroy_allocator(scope);
    return out;
}

void report_add_address(report_reason *to, const char *address)
{
    if (!address)
        return;
    for (unsigned i = 0; i < MIN(to->address_count, REPORT_ADDRESSES); i++)
        if (strcmp(to->addresses[i], address) == 0)
            return;
    if (to->address_count < REPORT_ADDRESSES)
        to->addresses[to->address_count] = address;
    to->address_count++;
}

static bool is_same_reason(const report_reason *of, const report_refusal *given, const char *server)
{
    return of->first.why.id == given->why.id && of->first.permanent == given->permanent &&
           of->first.why.guess == given->why.guess && strcmp(of->server, server) == 0;
}

/* Those of a connection are as few as there are reasons: ATRN alone changes its server. */
static report_reason *reason_of(report_connection *c, const report_refusal *given, const char *server)
{
    report_reason made = {.first = *given, .server = server, .connection = c, .connections = 1};

    for (unsigned i = 0; i < wmem_array_get_count(c->given); i++) {
        report_reason *of = (report_reason *)wmem_array_index(c->given, i);
        if (is_same_reason(of, given, server))
            return of;
    }
    wmem_array_append_one(c->given, made);
    return (report_reason *)wmem_array_index(c->given, wmem_array_get_count(c->given) - 1);
}

static void add_reason(report_connection *c, const peers *by, const report_refusal *given)
{
    report_reason *to = reason_of(c, given, by->server_addr ? by->server_addr : "");

    to->count++;
    report_add_address(to, given->address);
}

static void add_refusal(report *r, report_connection *c, const peers *by, const tap_record *record, const finding *f)
{
    report_refusal given = refusal_read(r, record, f);

    c->reasons |= UINT64_C(1) << given.why.id;
    c->refused++;
    c->auth_failed += (f->notes & note_bit(NOTE_AUTH_FAILED)) != 0;
    c->no_such_user += given.why.id == REFUSAL_NO_SUCH_USER;
    add_reason(c, by, &given);
    if (f->exchange && f->exchange->transaction && !f->exchange->terminates)
        return;
    if (c->refusal_count < REPORT_REFUSALS)
        c->refusals[c->refusal_count] = given;
    c->refusal_count++;
}

/* A refusal that says nothing new belongs to the mail that was refused before, or is under way. */
static void add_consequence(report *r, report_connection *c, const exchange *e)
{
    uint32_t index = e->transaction->index;
    report_mail *mail = (report_mail *)wmem_map_lookup(c->by_index, GUINT_TO_POINTER(index));
    report_followed *to = mail ? &mail->followed : &c->followed;

    if (!index)
        return;
    if (!mail && to->index != index)
        *to = (report_followed){.index = index};
    if (to->count++)
        return;
    to->code = e->reply_code;
    to->to = e->name[0] ? wmem_strdup(r->scope, e->name) : "a line";
}

static void add_reply(report *r, report_connection *c, const peers *by, const tap_record *record, const finding *f,
                      const moment *now)
{
    const exchange *e = f->exchange;
    moment waited;
    bool refused = e && reply_severity(e->reply_code) >= 4;

    c->has_reply = true;
    c->reply_time = *now;
    if (e && !e->waits && e->has_command && !(f->flags & FLAG_CHALLENGE) && moment_between(&e->command_time, now, &waited)) {
        add_wait(c, e, &waited, record->segment.frame);
        if (refused)
            add_error_wait(c, &waited);
    }
    if (f->notes & REPORT_REFUSAL_NOTES)
        add_refusal(r, c, by, record, f);
    else if (refused && e->transaction)
        add_consequence(r, c, e);
}

/* --- mails and notes --------------------------------------------------------------------------------------------------- */

void report_add_mail(report *r, report_connection *of, const transaction *t, const peers *by, bool again)
{
    void *index = GUINT_TO_POINTER(t->index);
    report_mail *mail = again ? (report_mail *)wmem_map_lookup(of->by_index, index) : NULL;

    if (!mail) {
        mail = wmem_new0(r->scope, report_mail);
        wmem_array_append_one(of->mails, mail);
        wmem_map_insert(of->by_index, index, mail);
    }
    mail->record = (mail_record){transaction_copy(r->scope, t, HEADER_KINDS_KEPT), by, NULL};
    mail->connection = of;
    if (of->followed.index == t->index) {
        mail->followed = of->followed;
        of->followed = (report_followed){0};
    }
}

static report_note *note_of(report_connection *c, note which, uint32_t frame)
{
    report_note made = {.which = which, .connections = 1, .frame = frame};

    for (unsigned i = 0; i < wmem_array_get_count(c->found); i++) {
        report_note *of = (report_note *)wmem_array_index(c->found, i);
        if (of->which == which)
            return of;
    }
    wmem_array_append_one(c->found, made);
    return (report_note *)wmem_array_index(c->found, wmem_array_get_count(c->found) - 1);
}

static void add_notes(report_connection *c, note_set notes, uint32_t frame)
{
    c->notes |= notes;
    for (unsigned which = 0; notes && which < NOTE_COUNT; which++) {
        if (notes & note_bit((note)which))
            note_of(c, (note)which, frame)->count++;
        notes &= ~note_bit((note)which);
    }
}

void report_add_call(report *r, report_connection *of, const peers *by, const struct tap_record *record, const moment *now)
{
    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        add_notes(of, f->notes, record->segment.frame);
        if (f->kind == FINDING_COMMAND)
            add_pause(of, f->exchange);
        else if (f->kind == FINDING_REPLY)
            add_reply(r, of, by, record, f, now);
        else if (f->kind == FINDING_TRANSACTION)
            report_add_mail(r, of, f->transaction, by, f->flags & FLAG_READ_AGAIN);
    }
}
