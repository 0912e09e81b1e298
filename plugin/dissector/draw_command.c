/* draw_command.c — a command line: verb, argument and what the argument holds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/esmtp.h"
#include "session/parsed.h"
#include "wire/address.h"
#include "wire/line.h"
#include "wire/names.h"
#include "wire/parameter.h"
#include "wire/xtext.h"

/* A command that is being drawn. */
typedef struct command_drawing {
    drawing *d;
    const finding *finding;
    const place *at;
    proto_tree *tree;
    proto_item *item;
    const parsed_command *parsed;
} command_drawing;

static void draw_helo(const command_drawing *c)
{
    span name = span_trim(c->parsed->command.argument);
    ip_address found = address_of(name);

    if (!name.length) {
        draw_expert_format(c->d, c->item, NOTE_SYNTAX, "Expected the client's name (RFC 5321, 4.1.1.1)");
        return;
    }
    draw_text(c->tree, c->d->pinfo, FIELD_HELO_DOMAIN, c->at, name);
    draw_address(c->tree, FIELD_HELO_IPV4, FIELD_HELO_IPV6, c->at, name, &found);
}

/* The fields of a path: MAIL's are laid out as RCPT's are. */
typedef struct path_fields {
    field address, local_part, domain, source_route, ipv4, ipv6;
} path_fields;

static const path_fields mail_fields = {FIELD_MAIL_FROM,        FIELD_MAIL_FROM_LOCAL_PART,
                                        FIELD_MAIL_FROM_DOMAIN, FIELD_MAIL_FROM_SOURCE_ROUTE,
                                        FIELD_MAIL_FROM_IPV4,   FIELD_MAIL_FROM_IPV6};
static const path_fields rcpt_fields = {FIELD_RCPT_TO,        FIELD_RCPT_TO_LOCAL_PART,
                                        FIELD_RCPT_TO_DOMAIN, FIELD_RCPT_TO_SOURCE_ROUTE,
                                        FIELD_RCPT_TO_IPV4,   FIELD_RCPT_TO_IPV6};

static void draw_local_part(const command_drawing *c, proto_tree *tree, const path_fields *fields, const path *in)
{
    uint8_t *value;
    size_t length;

    if (!in->quoted) {
        draw_text(tree, c->d->pinfo, fields->local_part, c->at, in->local_part);
        return;
    }
    value = (uint8_t *)wmem_alloc(c->d->pinfo->pool, in->local_part.length + 1);
    length = path_unquote(in->local_part, value);
    draw_value(tree, fields->local_part, c->at, in->local_part, text_of(c->d->pinfo, (span){value, length}));
}

static void draw_path_parts(const command_drawing *c, proto_tree *tree, const path_fields *fields, const path *in)
{
    if (in->local_part.length)
        draw_local_part(c, tree, fields, in);
    if (in->has_domain)
        draw_text(tree, c->d->pinfo, fields->domain, c->at, in->domain);
    if (in->source_route.length)
        draw_text(tree, c->d->pinfo, fields->source_route, c->at, in->source_route);
    draw_address(tree, fields->ipv4, fields->ipv6, c->at, in->domain, &in->literal);
}

/* `argument` is the command's; the path was read from what stands behind the prefix. The wrong octet may stand outside of
 * the address, so its item is in the command's tree: PDML misplaces an item that begins before its parent. An octet that has
 * a note of its own is no other mistake. */
static void note_path(const command_drawing *c, span argument, const path_prefix *prefix, const path *found)
{
    span wrong = span_first(span_from(argument, prefix->length + found->expected_offset), 1);

    if (found->expected && !injected_octet(wrong))
        draw_expert_at(c->d, c->tree, c->at, wrong, found->lenient ? NOTE_LENIENT_SYNTAX : NOTE_SYNTAX,
                       wmem_strdup_printf(c->d->pinfo->pool, "Path: %s (RFC 5321, 4.1.2)", found->expected));
    else if (prefix->spaced)
        draw_expert_at(c->d, c->tree, c->at, span_first(span_from(argument, prefix->length - 2), 1), NOTE_LENIENT_SYNTAX,
                       "Expected the colon straight behind the word (RFC 5321, 4.1.1.2)");
}

static void draw_path(const command_drawing *c, const path_fields *fields, const char *word)
{
    const path_prefix *prefix = &c->parsed->prefix;
    const path *found = &c->parsed->path;
    proto_item *item;

    if (!prefix->length) {
        draw_expert_format(c->d, c->item, NOTE_SYNTAX, "Expected %s: and a path (RFC 5321, 4.1.1)", word);
        return;
    }
    item = draw_text(c->tree, c->d->pinfo, fields->address, c->at, found->address);
    note_path(c, c->parsed->command.argument, prefix, found);
    draw_injection(c->d, item, found->address, "The address");
    draw_path_parts(c, draw_below(c->tree, item, SUBTREE_PATH), fields, found);
    if (found->null_path && fields == &mail_fields)
        draw_true(c->tree, FIELD_MAIL_NULL_SENDER, c->at,
                  span_first(span_from(c->parsed->command.argument, prefix->length), found->consumed));
}

/* What stands behind the path; nothing where there is none. */
static void draw_envelope_parameters(const command_drawing *c, unsigned of)
{
    if (c->parsed->prefix.length)
        draw_parameters(c->d, c->tree, c->at, c->parsed->parameters, of);
}

static void draw_mail(const command_drawing *c)
{
    draw_path(c, &mail_fields, "FROM");
    draw_envelope_parameters(c, PARAMETER_OF_MAIL);
}

static void draw_rcpt(const command_drawing *c)
{
    draw_path(c, &rcpt_fields, "TO");
    draw_envelope_parameters(c, PARAMETER_OF_RCPT);
}

static void draw_bdat(const command_drawing *c)
{
    span argument = c->parsed->command.argument, rest = argument;
    span size = span_next_word(&rest);
    bdat_argument bdat;

    switch (bdat_parse(argument, &bdat)) {
    case BDAT_OK:
        draw_number(c->tree, FIELD_BDAT_SIZE, c->at, size, bdat.size);
        if (bdat.last)
            draw_true(c->tree, FIELD_BDAT_LAST, c->at, span_trim(rest));
        break;
    case BDAT_OVERFLOW:
        draw_expert_format(c->d, c->item, NOTE_NUMBER_OVERFLOW, "Chunk size too large: no octets are taken for it");
        break;
    case BDAT_BAD:
        draw_expert_format(c->d, c->item, NOTE_SYNTAX,
                           "Expected a number of octets, and LAST or nothing behind it (RFC 3030, 2)");
        break;
    }
}

static void draw_burl(const command_drawing *c)
{
    span rest = c->parsed->command.argument;
    span url = span_next_word(&rest);
    span last = span_trim(rest);

    draw_text(c->tree, c->d->pinfo, FIELD_BURL_URL, c->at, url);
    if (span_equal_nocase(last, "LAST"))
        draw_true(c->tree, FIELD_BURL_LAST, c->at, last);
}

static void draw_auth(const command_drawing *c)
{
    span rest = c->parsed->command.argument;
    span mechanism = span_next_word(&rest);
    span response = span_trim(rest);

    if (!mechanism.length) {
        draw_expert_format(c->d, c->item, NOTE_SYNTAX, "Expected a SASL mechanism (RFC 4954, 4)");
        return;
    }
    if (c->finding->auth && !c->finding->auth->mechanism[0]) {
        draw_expert_format(c->d, c->item, NOTE_SYNTAX, "Expected a SASL mechanism before the response (RFC 4954, 4)");
        draw_auth_message(c->d, c->tree, c->at, mechanism, c->finding, SIDE_CLIENT, 0);
        return;
    }
    draw_mechanism(c->tree, c->d->pinfo, FIELD_AUTH_MECHANISM, c->at, mechanism);
    if (response.length)
        draw_auth_message(c->d, c->tree, c->at, response, c->finding, SIDE_CLIENT, 0);
}

/* XCLIENT and XFORWARD: NAME=value, the value in xtext. */
static void draw_xclient(const command_drawing *c)
{
    span rest = c->parsed->command.argument;
    parameter attribute;

    while (parameter_next(&rest, 0, &attribute)) {
        uint8_t *value = (uint8_t *)wmem_alloc(c->d->pinfo->pool, attribute.value.length + 1);
        size_t length;

        draw_value(c->tree, FIELD_XCLIENT_ATTRIBUTE, c->at, attribute.keyword,
                   upper_case_of(c->d->pinfo, attribute.keyword));
        if (xtext_decode(attribute.value, value, &length) == XTEXT_BAD_ESCAPE)
            draw_text(c->tree, c->d->pinfo, FIELD_XCLIENT_VALUE, c->at, attribute.value);
        else
            draw_value(c->tree, FIELD_XCLIENT_VALUE, c->at, attribute.value, text_of(c->d->pinfo, (span){value, length}));
    }
}

/* Sorted by verb. */
static const struct argument_drawer {
    const char *verb;
    void (*draw)(const command_drawing *);
} argument_drawers[] = {
    {"AUTH", draw_auth}, {"BDAT", draw_bdat},   {"BURL", draw_burl},       {"EHLO", draw_helo},  {"HELO", draw_helo},
    {"LHLO", draw_helo}, {"MAIL", draw_mail},   {"RCPT", draw_rcpt},       {"SAML", draw_mail},  {"SEND", draw_mail},
    {"SOML", draw_mail}, {"X-EXPS", draw_auth}, {"XCLIENT", draw_xclient}, {"XEXPS", draw_auth}, {"XFORWARD", draw_xclient},
};
#define ARGUMENT_DRAWERS (sizeof argument_drawers / sizeof argument_drawers[0])

/* AUTH is always drawn, because its message may go to another dissector. */
static void draw_argument(const command_drawing *c)
{
    const struct argument_drawer *row;

    if (!c->finding->auth && !groups_are_wanted(GROUP_ARGUMENT | GROUP_AUTH))
        return;
    row =
        (const struct argument_drawer *)names_find(c->parsed->command.verb, argument_drawers, ARGUMENT_DRAWERS, sizeof *row);
    if (row)
        row->draw(c);
}

static void draw_verb(const command_drawing *c)
{
    const verb_row *row = c->parsed->command.row;
    proto_item *item = draw_value(c->tree, FIELD_COMMAND_VERB, c->at, c->parsed->command.verb,
                                  upper_case_of(c->d->pinfo, c->parsed->command.verb));

    if (row)
        draw_meaning(item, row->meaning, row->source);
    else
        draw_meaning(item, "no verb that an RFC or a known server defines", NULL);
}

static void draw_command_parts(const command_drawing *c)
{
    draw_verb(c);
    if (c->parsed->command.argument.length)
        draw_text(c->tree, c->d->pinfo, FIELD_COMMAND_ARGUMENT, c->at, c->parsed->command.argument);
    draw_argument(c);
}

/* White space at the line's end, which RFC 5321 (4.1.1) wants receivers to tolerate. */
static void note_blanks(const command_drawing *c, span text)
{
    size_t end = text.length;

    while (end && (text.octets[end - 1] == ' ' || text.octets[end - 1] == '\t'))
        end--;
    if (end && end < text.length)
        draw_expert_at(c->d, c->tree, c->at, span_from(text, end), NOTE_LENIENT_SYNTAX,
                       wmem_strdup_printf(c->d->pinfo->pool, "%u blank%s at the end of the command (RFC 5321, 4.1.1)",
                                          (unsigned)(text.length - end), text.length - end == 1 ? "" : "s"));
}

void draw_command(drawing *d, const finding *f)
{
    place at = place_of(d, f, "Reassembled line");
    span text = line_of(at.octets).text;
    command_drawing c = {.d = d, .finding = f, .at = &at};

    c.parsed = command_of(d, f);
    c.item = draw_text(d->tree, d->pinfo, FIELD_COMMAND, &at, text);
    c.tree = draw_below(d->tree, c.item, SUBTREE_COMMAND);
    draw_notes(d, c.item, f);
    note_blanks(&c, text);
    if (c.parsed)
        draw_command_parts(&c);
    if (f->exchange)
        draw_reply_link(d, c.tree, FIELD_COMMAND_REPLY_FRAME, f->exchange);
}
