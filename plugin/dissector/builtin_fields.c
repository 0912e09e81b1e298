/* builtin_fields.c — the fields of the built-in SMTP dissector, for the filters, columns, colouring rules and scripts that
 * name them.
 *
 * They are looked up by name and added hidden, when something asks for them and not otherwise: they cost nothing else, and
 * do not show in a tree. Where the built-in dissector is wrong (a verb is always four characters to it) they say what is
 * right.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/prefs.h>

#include "dissector/esmtp.h"
#include "session/parsed.h"
#include "wire/base64.h"
#include "wire/sasl.h"

typedef enum builtin_field {
    BUILTIN_PROTOCOL,
    BUILTIN_REQ,
    BUILTIN_RSP,
    BUILTIN_COMMAND_LINE,
    BUILTIN_REQ_COMMAND,
    BUILTIN_REQ_PARAMETER,
    BUILTIN_RESPONSE,
    BUILTIN_RESPONSE_CODE,
    BUILTIN_RSP_PARAMETER,
    BUILTIN_AUTH_USERNAME,
    BUILTIN_AUTH_PASSWORD,
    BUILTIN_AUTH_USERNAME_PASSWORD,
    BUILTIN_MESSAGE,
    BUILTIN_EOM,
    BUILTIN_DATA_FRAGMENTS,
    BUILTIN_DATA_FRAGMENT,
    BUILTIN_DATA_FRAGMENT_COUNT,
    BUILTIN_DATA_REASSEMBLED_IN,
    BUILTIN_DATA_REASSEMBLED_LENGTH,
    BUILTIN_COUNT
} builtin_field;

/* What each is called, and the type of the values that are added here. */
static const struct {
    const char *name;
    ftenum_t type;
} rows[BUILTIN_COUNT] = {
    [BUILTIN_PROTOCOL] = {"smtp", FT_PROTOCOL},
    [BUILTIN_REQ] = {"smtp.req", FT_BOOLEAN},
    [BUILTIN_RSP] = {"smtp.rsp", FT_BOOLEAN},
    [BUILTIN_COMMAND_LINE] = {"smtp.command_line", FT_STRING},
    [BUILTIN_REQ_COMMAND] = {"smtp.req.command", FT_STRING},
    [BUILTIN_REQ_PARAMETER] = {"smtp.req.parameter", FT_STRING},
    [BUILTIN_RESPONSE] = {"smtp.response", FT_STRING},
    [BUILTIN_RESPONSE_CODE] = {"smtp.response.code", FT_UINT32},
    [BUILTIN_RSP_PARAMETER] = {"smtp.rsp.parameter", FT_STRING},
    [BUILTIN_AUTH_USERNAME] = {"smtp.auth.username", FT_STRING},
    [BUILTIN_AUTH_PASSWORD] = {"smtp.auth.password", FT_STRING},
    [BUILTIN_AUTH_USERNAME_PASSWORD] = {"smtp.auth.username_password", FT_STRING},
    [BUILTIN_MESSAGE] = {"smtp.message", FT_STRING},
    [BUILTIN_EOM] = {"smtp.eom", FT_NONE},
    [BUILTIN_DATA_FRAGMENTS] = {"smtp.data.fragments", FT_NONE},
    [BUILTIN_DATA_FRAGMENT] = {"smtp.data.fragment", FT_FRAMENUM},
    [BUILTIN_DATA_FRAGMENT_COUNT] = {"smtp.data.fragment.count", FT_UINT32},
    [BUILTIN_DATA_REASSEMBLED_IN] = {"smtp.data.reassembled.in", FT_FRAMENUM},
    [BUILTIN_DATA_REASSEMBLED_LENGTH] = {"smtp.data.reassembled.length", FT_UINT32},
};

/* 0 for a field that this release does not have, or has with values of another type. */
static int ids[BUILTIN_COUNT];

/* Two preferences of the built-in dissector decide what its fields hold: "decryption" whether it decodes the messages of
 * AUTH; "desegment_data" whether it reassembles content, or shows the lines of each packet. */
static bool decodes_auth, gathers_content;

/* Preferences can change at any time, but are not changed while packets are dissected. */
static void read_preferences(void)
{
    decodes_auth = preference_is_true("smtp", "decryption");
    gathers_content = preference_is_true("smtp", "desegment_data");
}

/* The fields that the command line names. */
static bool in_command[BUILTIN_COUNT];
static bool any_in_command;

static int id_of(const char *name, ftenum_t type)
{
    const header_field_info *info = proto_registrar_get_byname(name);

    return info && info->type == type ? info->id : 0;
}

void builtin_fields_register_handoff(void)
{
    for (int i = 0; i < BUILTIN_COUNT; i++) {
        ids[i] = id_of(rows[i].name, rows[i].type);
        in_command[i] = ids[i] && command_line_names(rows[i].name, rows[BUILTIN_PROTOCOL].name);
        any_in_command |= in_command[i];
    }
    register_init_routine(read_preferences);
}

/* Does a filter, a column or the command line name this very field? */
static bool is_wanted(builtin_field which)
{
    return ids[which] && (in_command[which] || proto_registrar_get_nth((unsigned)ids[which])->ref_type != HF_REF_TYPE_NONE);
}

/* ... or any field of the built-in protocol? A filter's fields mark their protocol as well. */
static bool any_wanted(void)
{
    return ids[BUILTIN_PROTOCOL] && (any_in_command || is_wanted(BUILTIN_PROTOCOL));
}

/* A field that is being added, and where its octets are. */
typedef struct builtin_drawing {
    drawing *d;
    proto_tree *tree;
    const finding *finding;
    place at;
} builtin_drawing;

/* value: the octets of the part, or what they decode to. */
static void add_value(const builtin_drawing *b, builtin_field which, span part, span value)
{
    if (is_wanted(which))
        proto_item_set_hidden(proto_tree_add_string(b->tree, ids[which], b->at.tvb, offset_in(&b->at, part),
                                                    (int)part.length, text_of(b->d->pinfo, value)));
}

static void add_text(const builtin_drawing *b, builtin_field which, span part)
{
    add_value(b, which, part, part);
}

static void add_number(const builtin_drawing *b, builtin_field which, uint32_t value)
{
    if (is_wanted(which))
        proto_item_set_hidden(proto_tree_add_uint(b->tree, ids[which], b->at.tvb, b->at.offset, 0, value));
}

static void add_true(const builtin_drawing *b, builtin_field which)
{
    if (is_wanted(which))
        proto_item_set_hidden(proto_tree_add_boolean(b->tree, ids[which], b->at.tvb, b->at.offset, 0, 1));
}

static void add_none(const builtin_drawing *b, builtin_field which)
{
    if (is_wanted(which))
        proto_item_set_hidden(proto_tree_add_item(b->tree, ids[which], b->at.tvb, b->at.offset, 0, ENC_NA));
}

/* Empty when it is not base64. */
static span base64_value(const builtin_drawing *b, span base64)
{
    uint8_t *decoded = (uint8_t *)wmem_alloc(b->d->pinfo->pool, base64_room(base64.length));
    base64_result result = base64_decode(base64, decoded);
    bool readable = result.status == BASE64_OK || result.status == BASE64_UNPADDED || result.status == BASE64_TRAILING_BITS;

    return (span){decoded, readable ? result.length : 0};
}

/* A message of AUTH as the built-in dissector shows it. One that is not base64, such as the "*" that cancels, stays as it
 * is. */
static span shown_base64(const builtin_drawing *b, span base64)
{
    span value = decodes_auth ? base64_value(b, base64) : base64;

    return value.length ? value : base64;
}

/* A message of LOGIN: the user name, then the password. */
static void add_login(const builtin_drawing *b, span base64, unsigned step)
{
    add_value(b, step == 0 ? BUILTIN_AUTH_USERNAME : BUILTIN_AUTH_PASSWORD, base64, shown_base64(b, base64));
}

/* The message of PLAIN, which has both. */
static void add_plain(const builtin_drawing *b, span base64)
{
    span value = decodes_auth ? base64_value(b, base64) : span_first(base64, 0);
    sasl_message read;

    if (!value.length && decodes_auth && b->finding->flags & FLAG_CANCEL)
        return; /* "*" stands for nothing */
    if (!value.length) {
        add_text(b, BUILTIN_AUTH_USERNAME_PASSWORD, base64);
        return;
    }
    sasl_message_parse(sasl_mechanism_find(span_of("PLAIN")), SASL_CLIENT, 0, value, &read);
    for (size_t i = 0; i < read.count; i++) {
        if (read.fields[i].kind == SASL_USERNAME)
            add_value(b, BUILTIN_AUTH_USERNAME, base64, read.fields[i].value);
        else if (read.fields[i].kind == SASL_PASSWORD)
            add_value(b, BUILTIN_AUTH_PASSWORD, base64, read.fields[i].value);
    }
}

/* The built-in dissector has fields for PLAIN and LOGIN alone. */
static void add_auth(const builtin_drawing *b, const char *mechanism, span base64, unsigned step)
{
    if (strcmp(mechanism, "LOGIN") == 0)
        add_login(b, base64, step);
    else if (strcmp(mechanism, "PLAIN") == 0)
        add_plain(b, base64);
}

/* The AUTH line itself may carry the first message. */
static void add_initial_response(const builtin_drawing *b, span argument)
{
    span rest = argument;
    span response;

    span_next_word(&rest);
    response = span_trim(rest);
    if (response.length)
        add_auth(b, exchange_auth(b->finding->exchange)->mechanism, response, 0);
}

static void add_command(const builtin_drawing *b)
{
    const parsed_command *parsed = command_of(b->d, b->finding);

    add_true(b, BUILTIN_REQ);
    add_text(b, BUILTIN_COMMAND_LINE, b->at.octets);
    if (!parsed)
        return;
    add_text(b, BUILTIN_REQ_COMMAND, parsed->command.verb);
    if (parsed->command.argument.length)
        add_text(b, BUILTIN_REQ_PARAMETER, parsed->command.argument);
    if (b->finding->exchange && exchange_auth(b->finding->exchange))
        add_initial_response(b, parsed->command.argument);
}

static void add_auth_response(const builtin_drawing *b)
{
    add_true(b, BUILTIN_REQ);
    add_auth(b, b->finding->auth->mechanism, line_of(b->at.octets).text, b->finding->step);
}

static void add_reply_line(const builtin_drawing *b, const parsed_reply_line *in, bool first)
{
    span text = in->line.text, parameter;

    if (!in->valid)
        return;
    if (first)
        add_text(b, BUILTIN_RESPONSE, (span){text.octets, in->line.length});
    if (first)
        add_number(b, BUILTIN_RESPONSE_CODE, in->parsed.code);
    parameter = span_from(text, 4);
    if (in->parsed.has_separator) /* a 334 carries a message of AUTH (RFC 4954, 4) */
        add_value(b, BUILTIN_RSP_PARAMETER, parameter, in->parsed.code == 334 ? shown_base64(b, parameter) : parameter);
}

static void add_reply(const builtin_drawing *b)
{
    unsigned count;
    const parsed_reply_line *lines = reply_lines_of(b->d, b->finding, &count);

    for (unsigned i = 0; i < count; i++)
        add_reply_line(b, &lines[i], i == 0);
}

/* Each line of the content, as far as it is in this packet, with its ending. */
static void add_content_lines(const builtin_drawing *b)
{
    if (!is_wanted(BUILTIN_MESSAGE))
        return;
    for (size_t at = 0; at < b->at.octets.length;) {
        line next = line_first(span_from(b->at.octets, at));
        add_text(b, BUILTIN_MESSAGE, (span){next.text.octets, next.length});
        at += next.length;
    }
}

static void add_content(const builtin_drawing *b)
{
    const message *m = b->finding->message;

    if (!gathers_content) {
        add_content_lines(b);
        return;
    }
    if (!m->complete || !m->frames_count)
        return;
    if (!(b->finding->flags & FLAG_MESSAGE_END)) {
        if (m->complete_frame != b->d->pinfo->num)
            add_number(b, BUILTIN_DATA_REASSEMBLED_IN, m->complete_frame);
        return;
    }
    add_none(b, BUILTIN_DATA_FRAGMENTS);
    for (uint32_t i = 0; i < m->frames_count; i++)
        add_number(b, BUILTIN_DATA_FRAGMENT, m->frames[i]);
    add_number(b, BUILTIN_DATA_FRAGMENT_COUNT, m->frames_count);
    add_number(b, BUILTIN_DATA_REASSEMBLED_LENGTH, (uint32_t)message_captured(m));
}

static void add_end_of_data(const builtin_drawing *b)
{
    add_none(b, BUILTIN_EOM);
}

static void (*const adders[FINDING_KINDS])(const builtin_drawing *) = {
    [FINDING_COMMAND] = add_command, [FINDING_AUTH_RESPONSE] = add_auth_response, [FINDING_REPLY] = add_reply,
    [FINDING_CONTENT] = add_content, [FINDING_END_OF_DATA] = add_end_of_data,
};

static bool has_reply(const drawing *d)
{
    for (uint32_t i = 0; i < d->segment->count; i++)
        if (d->segment->findings[i].kind == FINDING_REPLY)
            return true;
    return false;
}

void builtin_fields_draw(drawing *d)
{
    builtin_drawing b = {.d = d};
    proto_item *item;

    if (!esmtp_preferences.builtin_fields || !d->top || !any_wanted())
        return;
    item = proto_tree_add_item(d->top, ids[BUILTIN_PROTOCOL], d->tvb, 0, -1, ENC_NA);
    proto_item_set_hidden(item);
    b.tree = proto_item_add_subtree(item, ett[SUBTREE_ESMTP]);
    for (uint32_t i = 0; i < d->segment->count; i++) {
        b.finding = &d->segment->findings[i];
        if (!adders[b.finding->kind])
            continue;
        b.at = octets_placed(d, b.finding);
        adders[b.finding->kind](&b);
    }
    /* Unlike its counterpart, once a packet. */
    b.at = (place){d->tvb, 0, {NULL, 0}};
    if (has_reply(d))
        add_true(&b, BUILTIN_RSP);
}
