/* draw_capability.c — an extension that the server offers (RFC 5321, 4.1.1.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wire/capability.h"

#include "dissector/esmtp.h"
#include "wire/names.h"

/* A capability that is being drawn. */
typedef struct capability_drawing {
    drawing *d;
    const place *at;
    proto_tree *tree;
    proto_item *item;
    const capability *in;
} capability_drawing;

static void draw_size(const capability_drawing *c)
{
    uint64_t octets;

    switch (capability_size(c->in, &octets)) {
    case NUMBER_OK:
        draw_number(c->tree, FIELD_CAPABILITY_SIZE, c->at, span_trim(c->in->parameters), octets);
        break;
    case NUMBER_OVERFLOW:
        draw_expert_format(c->d, c->item, NOTE_NUMBER_OVERFLOW, "Size too large for a number of octets");
        break;
    case NUMBER_BAD:
        if (span_trim(c->in->parameters).length)
            draw_expert_format(c->d, c->item, NOTE_SYNTAX, "Expected a number of octets (RFC 1870, 3)");
        break;
    }
}

static void draw_mechanisms(const capability_drawing *c)
{
    span rest = c->in->parameters, mechanism;

    while ((mechanism = span_next_word(&rest)).length)
        draw_mechanism(c->tree, c->d->pinfo, FIELD_CAPABILITY_AUTH_MECHANISM, c->at, mechanism);
}

static void draw_deliverby(const capability_drawing *c)
{
    uint32_t seconds;

    if (capability_deliverby(c->in, &seconds) == NUMBER_OK)
        draw_number(c->tree, FIELD_CAPABILITY_DELIVERBY_MIN, c->at, span_trim(c->in->parameters), seconds);
}

static void draw_future_release(const capability_drawing *c)
{
    future_release offer = capability_future_release(c->in);
    span rest = c->in->parameters;
    span interval = span_next_word(&rest);
    span until = span_next_word(&rest);

    if (offer.interval_result == NUMBER_OK)
        draw_number(c->tree, FIELD_CAPABILITY_FUTURE_RELEASE_INTERVAL, c->at, interval, offer.interval);
    if (offer.has_until)
        draw_time(c->tree, FIELD_CAPABILITY_FUTURE_RELEASE_UNTIL, c->at, until, &offer.until);
}

static void draw_priority_profile(const capability_drawing *c)
{
    span rest = c->in->parameters;
    span profile = span_next_word(&rest);

    if (profile.length)
        draw_text(c->tree, c->d->pinfo, FIELD_CAPABILITY_MT_PRIORITY_PROFILE, c->at, profile);
}

static const struct {
    const char *name;
    field field;
} limits[] = {
    {"MAILMAX", FIELD_CAPABILITY_LIMIT_MAILMAX},
    {"RCPTMAX", FIELD_CAPABILITY_LIMIT_RCPTMAX},
    {"RCPTDOMAINMAX", FIELD_CAPABILITY_LIMIT_RCPTDOMAINMAX},
};

static void draw_limit(const capability_drawing *c, const capability_limit *limit)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (!span_equal_nocase(limit->name, limits[i].name))
            continue;
        if (limit->result == NUMBER_OK)
            draw_number(c->tree, limits[i].field, c->at, limit->text, limit->value);
        else
            draw_expert(c->d, c->item, limit->result == NUMBER_OVERFLOW ? NOTE_NUMBER_OVERFLOW : NOTE_SYNTAX,
                        "Expected a number of at most 32 bits (RFC 9422)");
    }
}

static void draw_limits(const capability_drawing *c)
{
    span rest = c->in->parameters, word;
    capability_limit limit;

    while ((word = span_next_word(&rest)).length)
        if (capability_limit_parse(word, &limit))
            draw_limit(c, &limit);
}

/* Sorted by keyword. */
static const struct typed_row {
    const char *keyword;
    void (*draw)(const capability_drawing *);
} typed[] = {
    {"AUTH", draw_mechanisms},
    {"DELIVERBY", draw_deliverby},
    {"FUTURERELEASE", draw_future_release},
    {"LIMITS", draw_limits},
    {"MT-PRIORITY", draw_priority_profile},
    {"SIZE", draw_size},
    {"X-EXPS", draw_mechanisms},
    {"XEXPS", draw_mechanisms},
};

static void draw_typed(const capability_drawing *c)
{
    const struct typed_row *row =
        (const struct typed_row *)names_find(c->in->keyword, typed, sizeof typed / sizeof typed[0], sizeof typed[0]);

    if (row)
        row->draw(c);
}

/* What the extension means for this server. */
static const char *meaning_of(drawing *d, const capability *in)
{
    uint64_t octets;

    if (in->row->id != CAPABILITY_SIZE)
        return in->row->meaning;
    if (capability_size(in, &octets) != NUMBER_OK)
        return "the client may declare a message's size; no limit given";
    if (!octets)
        return "messages of any size";
    return wmem_strdup_printf(d->pinfo->pool, "messages of up to %s octets", grouped(d->pinfo, octets));
}

void draw_capability(drawing *d, proto_tree *tree, const place *at, span text, const capability *offer)
{
    proto_item *item = draw_text(tree, d->pinfo, FIELD_CAPABILITY, at, span_trim(text));
    capability_drawing c = {d, at, draw_below(tree, item, SUBTREE_CAPABILITY), item, offer};
    span rest, parameter;

    if (offer->row)
        draw_meaning(item, meaning_of(d, offer), offer->row->source);
    else
        draw_meaning(item, "no extension that is registered or that a known server offers", NULL);
    draw_value(c.tree, FIELD_CAPABILITY_KEYWORD, at, offer->keyword, upper_case_of(d->pinfo, offer->keyword));
    for (rest = offer->parameters; (parameter = span_next_word(&rest)).length;)
        draw_text(c.tree, d->pinfo, FIELD_CAPABILITY_PARAMETER, at, parameter);
    draw_typed(&c);
}
