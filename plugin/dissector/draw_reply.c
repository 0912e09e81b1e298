/* draw_reply.c — a reply: code, enhanced status and text of its lines, and what it answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/esmtp.h"
#include "session/parsed.h"
#include "session/verb_number.h"
#include "wire/greeting.h"
#include "wire/queue_id.h"

/* A reply that is being drawn. */
typedef struct reply_drawing {
    drawing *d;
    const finding *finding;
    const place *at;
    proto_tree *tree;
    proto_item *item;
    const parsed_reply_line *lines;
    unsigned line_count;
    uint16_t code; /* the last line's */
    uint32_t capabilities;
} reply_drawing;

/* All lines without their endings, joined as the packet list joins them. */
static const char *joined_lines(const reply_drawing *r)
{
    packet_info *pinfo = r->d->pinfo;
    wmem_strbuf_t *text;

    if (r->line_count == 1)
        return text_of(pinfo, r->lines[0].line.text);
    text = wmem_strbuf_new(pinfo->pool, NULL);
    for (unsigned i = 0; i < r->line_count; i++) {
        if (i)
            wmem_strbuf_append(text, " | ");
        wmem_strbuf_append(text, text_of(pinfo, r->lines[i].line.text));
    }
    return wmem_strbuf_get_str(text);
}

static void draw_code(const reply_drawing *r, span code_text, const reply_line *parsed)
{
    proto_item *item = draw_number(r->tree, FIELD_REPLY_CODE, r->at, code_text, parsed->code);
    proto_tree *tree = draw_below(r->tree, item, SUBTREE_REPLY_CODE);
    const reply_code_row *row = reply_code_find(parsed->code);

    if (row && item_is_read(item))
        proto_item_set_text(item, "Code: %03u %s", parsed->code, row->text);
    draw_number(tree, FIELD_REPLY_SEVERITY, r->at, span_first(code_text, 1), reply_severity(parsed->code));
    draw_number(tree, FIELD_REPLY_CATEGORY, r->at, span_first(span_from(code_text, 1), 1), reply_category(parsed->code));
}

static const char *class_text(unsigned status_class)
{
    static const char *const texts[] = {[2] = "success", [4] = "persistent transient failure", [5] = "permanent failure"};

    return status_class < sizeof texts / sizeof texts[0] && texts[status_class] ? texts[status_class] : "unknown class";
}

/* Where the numbers of "2.1.5" stand. */
static span status_number(span text, unsigned which)
{
    size_t dot;

    while (which--) {
        dot = span_find(text, '.');
        text = span_from(text, dot + 1);
    }
    return span_first(text, span_find(text, '.'));
}

static void draw_status(const reply_drawing *r, const reply_line *parsed)
{
    const enhanced_status *status = &parsed->status;
    const enhanced_status_row *row = enhanced_status_find(status->subject, status->detail);
    proto_item *item = draw_text(r->tree, r->d->pinfo, FIELD_ENHANCED_STATUS, r->at, parsed->status_text);
    proto_tree *tree = draw_below(r->tree, item, SUBTREE_ENHANCED_STATUS);
    proto_item *detail;

    proto_item_append_text(item, " \xe2\x80\x94 %s (%s)", row ? row->text : "not registered",
                           class_text(status->status_class));
    draw_number(tree, FIELD_ENHANCED_STATUS_CLASS, r->at, status_number(parsed->status_text, 0), status->status_class);
    draw_number(tree, FIELD_ENHANCED_STATUS_SUBJECT, r->at, status_number(parsed->status_text, 1), status->subject);
    detail = draw_number(tree, FIELD_ENHANCED_STATUS_DETAIL, r->at, status_number(parsed->status_text, 2), status->detail);
    if (row)
        proto_item_set_text(detail, "Detail: %s (%u), %s", row->text, status->detail, row->rfc);
    if (parsed->code && status->status_class != reply_severity(parsed->code))
        draw_expert_format(r->d, item, NOTE_STATUS_CLASS_MISMATCH, "Class %u in a reply with code %u (RFC 2034, 4)",
                           status->status_class, parsed->code);
}

static void draw_queue_id(const reply_drawing *r, span whole)
{
    const exchange *e = r->finding->exchange;
    span name;

    if (!e || reply_severity(r->code) != 2 || !(exchange_is(e, VERB_END_OF_DATA) || e->last_chunk))
        return;
    name = queue_id_of_reply(whole, r->finding->flags & FLAG_SNAPLEN);
    if (name.length)
        draw_text(r->tree, r->d->pinfo, FIELD_REPLY_QUEUE_ID, r->at, name);
}

static void draw_greeting(const reply_drawing *r, const reply_line *parsed)
{
    greeting found;

    if (parsed->code != 220)
        return;
    greeting_parse(parsed->text, &found);
    if (found.domain.length)
        draw_text(r->tree, r->d->pinfo, FIELD_GREETING_DOMAIN, r->at, found.domain);
    if (found.software.length)
        draw_text(r->tree, r->d->pinfo, FIELD_GREETING_SOFTWARE, r->at, found.software);
}

static void draw_hello(const reply_drawing *r, const reply_line *parsed)
{
    ehlo_reply found;

    ehlo_reply_parse(parsed->text, &found);
    if (found.domain.length)
        draw_text(r->tree, r->d->pinfo, FIELD_EHLO_REPLY_DOMAIN, r->at, found.domain);
    if (found.client_name.length)
        draw_text(r->tree, r->d->pinfo, FIELD_EHLO_REPLY_CLIENT_NAME, r->at, found.client_name);
    draw_address(r->tree, FIELD_EHLO_REPLY_CLIENT_IPV4, FIELD_EHLO_REPLY_CLIENT_IPV6, r->at, found.client_text,
                 &found.client);
}

static void draw_first_line(const reply_drawing *r, const reply_line *parsed)
{
    bool names = groups_are_wanted(GROUP_GREETING);

    if (r->finding->flags & FLAG_GREETING && names)
        draw_greeting(r, parsed);
    else if (r->finding->flags & FLAG_HELLO_REPLY && names)
        draw_hello(r, parsed);
    else if (r->finding->flags & FLAG_CHALLENGE && parsed->text.length)
        draw_auth_message(r->d, r->tree, r->at, parsed->text, r->finding, SIDE_SERVER, r->finding->step);
}

/* The capability shows all of the line's text. The text is hidden: filters and exports still find it. */
static void draw_capability_line(reply_drawing *r, const parsed_reply_line *in)
{
    proto_item_set_hidden(draw_text(r->tree, r->d->pinfo, FIELD_REPLY_TEXT, r->at, in->parsed.text));
    if (in->offers && groups_are_wanted(GROUP_CAPABILITY))
        draw_capability(r->d, r->tree, r->at, in->parsed.text, &in->offer);
    r->capabilities++;
}

/* No RFC allows it: what can be read of it is shown all the same. */
static void draw_bad_line(reply_drawing *r, const parsed_reply_line *in)
{
    span text = in->odd ? in->parsed.text : in->line.text;

    if (in->odd && in->parsed.has_status && groups_are_wanted(GROUP_STATUS))
        draw_status(r, &in->parsed);
    draw_text(r->tree, r->d->pinfo, FIELD_REPLY_TEXT, r->at, text);
}

static void draw_line(reply_drawing *r, unsigned at)
{
    const parsed_reply_line *in = &r->lines[at];
    const reply_line *parsed = &in->parsed;

    if (!in->valid) {
        draw_bad_line(r, in);
        return;
    }
    if (at && r->finding->flags & FLAG_EHLO_REPLY) {
        draw_capability_line(r, in);
        return;
    }
    if (parsed->has_status && groups_are_wanted(GROUP_STATUS))
        draw_status(r, parsed);
    draw_text(r->tree, r->d->pinfo, FIELD_REPLY_TEXT, r->at, parsed->text);
    if (!at)
        draw_first_line(r, parsed);
}

/* The code that counts is the last line's (RFC 5321, 4.2.1: all have to be the same). */
static void draw_last_code(reply_drawing *r)
{
    const parsed_reply_line *last = &r->lines[r->line_count - 1];

    if (!last->valid && !(last->odd && last->parsed.code))
        return;
    r->code = last->parsed.code;
    draw_code(r, span_first(last->line.text, 3), &last->parsed);
}

static void draw_time_since(const reply_drawing *r, const exchange *e)
{
    const packet_info *pinfo = r->d->pinfo;
    nstime_t since = {.secs = (time_t)e->command_time.seconds, .nsecs = e->command_time.nanoseconds}, delta;

    nstime_delta(&delta, &pinfo->abs_ts, &since);
    if (field_is_wanted(FIELD_REPLY_TIME))
        proto_item_set_generated(proto_tree_add_time(r->tree, hf[FIELD_REPLY_TIME], r->at->tvb, 0, 0, &delta));
}

/* For filters and exports: what a person reads is the line that tells the whole command. */
static void draw_verb_answered(const reply_drawing *r, const exchange *e)
{
    const span nowhere = span_first(r->at->octets, 0);
    proto_item *item;

    if (e->name[0]) {
        item = draw_value(r->tree, FIELD_REPLY_VERB, r->at, nowhere, e->name);
        proto_item_set_generated(item);
        proto_item_set_hidden(item);
    }
    if (!field_is_wanted(FIELD_REPLY_VERB_NUMBER))
        return; /* the number is looked up in a table */
    item = draw_number(r->tree, FIELD_REPLY_VERB_NUMBER, r->at, nowhere, verb_number(e));
    proto_item_set_generated(item);
    proto_item_set_hidden(item);
}

static void draw_answered(const reply_drawing *r, const exchange *e)
{
    proto_item *item;

    draw_verb_answered(r, e);
    if (!e->has_command)
        return;
    if (!exchange_is(e, VERB_CONNECT)) {
        item = draw_generated_number(r->tree, FIELD_REPLY_COMMAND_FRAME, r->d->tvb, e->command_frame);
        if (item_is_read(item))
            proto_item_set_text(item, "Answers: %s in frame %u", exchange_command_text(r->d, e), e->command_frame);
    }
    draw_time_since(r, e);
}

static void draw_outcome(const reply_drawing *r)
{
    const finding *f = r->finding;
    proto_item *item;

    if (!(f->flags & FLAG_AUTH_FINAL) || !f->auth || !f->auth->outcome)
        return;
    item = draw_value(r->tree, FIELD_AUTH_OUTCOME, r->at, span_first(r->at->octets, 0), f->auth->outcome);
    proto_item_set_generated(item);
    if (item_is_read(item))
        proto_item_append_text(item, ", %s%s", f->auth->mechanism[0] ? f->auth->mechanism : "no mechanism named",
                               auth_user_text(r->d, f->auth));
}

static void draw_line_count(const reply_drawing *r)
{
    proto_item *item = draw_number(r->tree, FIELD_REPLY_LINES, r->at, span_first(r->at->octets, 0), r->line_count);

    proto_item_set_generated(item);
    if (r->line_count == 1)
        proto_item_set_hidden(item);
}

static void name_reply(const reply_drawing *r, span first)
{
    proto_item_set_text(r->item, "Reply: %s", text_of(r->d->pinfo, first));
    if (r->capabilities)
        proto_item_append_text(r->item, " (%u capabilit%s)", r->capabilities, r->capabilities == 1 ? "y" : "ies");
    else if (r->line_count > 1)
        proto_item_append_text(r->item, " (%u lines)", r->line_count);
    if (r->finding->flags & FLAG_SNAPLEN)
        proto_item_append_text(r->item, " (cut off by the capture's snap length)");
}

void draw_reply(drawing *d, const finding *f)
{
    place at = place_of(d, f, "Reassembled reply");
    reply_drawing r = {.d = d, .finding = f, .at = &at};

    r.lines = reply_lines_of(d, f, &r.line_count);
    if (field_is_wanted(FIELD_REPLY))
        r.item = draw_value(d->tree, FIELD_REPLY, &at, at.octets, joined_lines(&r));
    r.tree = draw_below(d->tree, r.item, SUBTREE_REPLY);
    draw_notes(d, r.item, f);
    draw_last_code(&r);
    for (unsigned i = 0; i < r.line_count; i++)
        draw_line(&r, i);
    if (r.item)
        name_reply(&r, r.lines[0].line.text);
    if (field_is_wanted(FIELD_REPLY_QUEUE_ID))
        draw_queue_id(&r, at.octets);
    draw_line_count(&r);
    if (f->exchange)
        draw_answered(&r, f->exchange);
    draw_outcome(&r);
}
