/* draw_parameter.c — parameters of MAIL and RCPT, typed where their extension types them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire/parameter.h"

#include "dissector/esmtp.h"
#include "wire/names.h"
#include "wire/xtext.h"

/* A parameter that is being drawn. */
typedef struct parameter_drawing {
    drawing *d;
    const place *at;
    proto_tree *tree;
    proto_item *item;
    const parameter *in;
    bool *noted; /* what is wrong with its value has been said */
} parameter_drawing;

static void note_number(const parameter_drawing *p, number_result result)
{
    if (result != NUMBER_OVERFLOW)
        return;
    draw_expert_format(p->d, p->item, NOTE_NUMBER_OVERFLOW, "Number too large");
    *p->noted = true;
}

static void draw_size(const parameter_drawing *p, field which)
{
    uint64_t octets;
    number_result result = parameter_size(p->in->value, &octets);

    if (result == NUMBER_OK)
        draw_number(p->tree, which, p->at, p->in->value, octets);
    note_number(p, result);
}

static void draw_as_text(const parameter_drawing *p, field which)
{
    draw_text(p->tree, p->d->pinfo, which, p->at, p->in->value);
}

static void draw_flag(const parameter_drawing *p, field which)
{
    draw_true(p->tree, which, p->at, p->in->whole);
}

static void note_xtext(const parameter_drawing *p, xtext_result result)
{
    static const struct {
        note which;
        const char *text;
    } rows[] = {
        [XTEXT_LOWER_CASE] = {NOTE_LENIENT_SYNTAX, "xtext: an escape has lower-case digits (RFC 3461, 4)"},
        [XTEXT_STRAY] = {NOTE_LENIENT_SYNTAX, "xtext: an octet stands for itself that has to be escaped (RFC 3461, 4)"},
        [XTEXT_BAD_ESCAPE] = {NOTE_SYNTAX, "xtext: expected two hexadecimal digits behind \"+\" (RFC 3461, 4); the value is "
                                           "not decoded"},
    };

    if (result == XTEXT_OK)
        return;
    draw_expert(p->d, p->item, rows[result].which, rows[result].text);
    *p->noted = true;
}

static void draw_decoded(const parameter_drawing *p, field which, span value, bool utf8)
{
    uint8_t *decoded = (uint8_t *)wmem_alloc(p->d->pinfo->pool, value.length + 1);
    size_t length;
    xtext_result result = (utf8 ? xtext_decode_utf8 : xtext_decode)(value, decoded, &length);
    span shown = result == XTEXT_BAD_ESCAPE ? value : (span){decoded, length};

    draw_value(p->tree, which, p->at, value, text_of(p->d->pinfo, shown));
    if (shown.length != value.length) /* something was encoded; what was not is looked at in any parameter */
        draw_injection(p->d, p->item, shown, "The value");
    note_xtext(p, result);
}

static void draw_xtext(const parameter_drawing *p, field which)
{
    draw_decoded(p, which, p->in->value, false);
}

static void draw_orcpt(const parameter_drawing *p, field which)
{
    original_recipient orcpt;

    if (!parameter_orcpt(p->in->value, &orcpt))
        return;
    draw_text(p->tree, p->d->pinfo, FIELD_RCPT_ORCPT_TYPE, p->at, orcpt.type);
    draw_decoded(p, which, orcpt.address, orcpt.utf8);
}

static void draw_notify(const parameter_drawing *p, field which)
{
    span rest = p->in->value, word;

    while (parameter_notify_next(&rest, &word))
        draw_text(p->tree, p->d->pinfo, which, p->at, word);
}

static void draw_signed(const parameter_drawing *p, field which, span part, int32_t value)
{
    if (field_is_wanted(which))
        proto_tree_add_int(p->tree, hf[which], p->at->tvb, offset_in(p->at, part), (int)part.length, value);
}

static void draw_by(const parameter_drawing *p, field which)
{
    deliver_by by;
    number_result result = parameter_by(p->in->value, &by);
    span seconds = span_first(p->in->value, span_find(p->in->value, ';'));

    note_number(p, result);
    if (result != NUMBER_OK)
        return;
    draw_signed(p, which, seconds, by.seconds);
    draw_text(p->tree, p->d->pinfo, FIELD_MAIL_BY_MODE, p->at, by.mode);
    if (by.trace)
        draw_true(p->tree, FIELD_MAIL_BY_TRACE, p->at, p->in->value);
}

static void draw_interval(const parameter_drawing *p, field which)
{
    uint32_t seconds;
    number_result result = parameter_interval(p->in->value, &seconds);

    if (result == NUMBER_OK)
        draw_number(p->tree, which, p->at, p->in->value, seconds);
    note_number(p, result);
}

static void draw_until(const parameter_drawing *p, field which)
{
    date_time until;

    if (date_time_parse(p->in->value, &until))
        draw_time(p->tree, which, p->at, p->in->value, &until);
}

static void draw_priority(const parameter_drawing *p, field which)
{
    int8_t priority;

    if (parameter_priority(p->in->value, &priority))
        draw_signed(p, which, p->in->value, priority);
}

static void draw_rrvs(const parameter_drawing *p, field which)
{
    rrvs valid_since;

    if (!parameter_rrvs(p->in->value, &valid_since))
        return;
    draw_time(p->tree, which, p->at, p->in->value, &valid_since.time);
    if (valid_since.action.length)
        draw_text(p->tree, p->d->pinfo, FIELD_RCPT_RRVS_ACTION, p->at, valid_since.action);
}

/* Sorted by keyword. */
static const struct typed_row {
    const char *keyword;
    void (*draw)(const parameter_drawing *, field);
    field field;
} typed[] = {
    {"AUTH", draw_xtext, FIELD_MAIL_AUTH},
    {"BODY", draw_as_text, FIELD_MAIL_BODY},
    {"BY", draw_by, FIELD_MAIL_BY_TIME},
    {"ENVID", draw_xtext, FIELD_MAIL_ENVID},
    {"HOLDFOR", draw_interval, FIELD_MAIL_HOLDFOR},
    {"HOLDUNTIL", draw_until, FIELD_MAIL_HOLDUNTIL},
    {"MT-PRIORITY", draw_priority, FIELD_MAIL_MT_PRIORITY},
    {"NOTIFY", draw_notify, FIELD_RCPT_NOTIFY},
    {"ORCPT", draw_orcpt, FIELD_RCPT_ORCPT},
    {"REQUIRETLS", draw_flag, FIELD_MAIL_REQUIRETLS},
    {"RET", draw_as_text, FIELD_MAIL_RET},
    {"RRVS", draw_rrvs, FIELD_RCPT_RRVS},
    {"SIZE", draw_size, FIELD_MAIL_SIZE},
    {"SMTPUTF8", draw_flag, FIELD_MAIL_SMTPUTF8},
    {"SUBMITTER", draw_xtext, FIELD_MAIL_SUBMITTER},
};

static void draw_typed(const parameter_drawing *p)
{
    const struct typed_row *row =
        (const struct typed_row *)names_find(p->in->keyword, typed, sizeof typed / sizeof typed[0], sizeof typed[0]);

    if (row)
        row->draw(p, row->field);
}

static void draw_parameter(drawing *d, proto_tree *tree, const place *at, const parameter *in)
{
    proto_item *item = draw_text(tree, d->pinfo, FIELD_PARAMETER, at, in->whole);
    bool noted = false;
    parameter_drawing p = {d, at, draw_below(tree, item, SUBTREE_PARAMETER), item, in, &noted};
    const char *expected = parameter_expected(in);

    if (in->row)
        draw_meaning(item, in->row->meaning, in->row->source);
    else
        draw_meaning(item, "no parameter of this command that is registered or that a known server takes", NULL);
    draw_value(p.tree, FIELD_PARAMETER_KEYWORD, at, in->keyword, upper_case_of(d->pinfo, in->keyword));
    if (in->has_value)
        draw_text(p.tree, d->pinfo, FIELD_PARAMETER_VALUE, at, in->value);
    draw_injection(d, item, in->whole, "The parameter");
    if (in->row)
        draw_typed(&p);
    if (expected && !noted)
        draw_expert(d, item, NOTE_SYNTAX, expected);
}

void draw_parameters(drawing *d, proto_tree *tree, const place *at, span rest, unsigned verb)
{
    parameter next;

    while (parameter_next(&rest, verb, &next))
        draw_parameter(d, tree, at, &next);
}
