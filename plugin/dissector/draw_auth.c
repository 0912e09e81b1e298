/* draw_auth.c — the messages of an AUTH exchange (RFC 4954, RFC 4422).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/esmtp.h"
#include "wire/base64.h"
#include "wire/line.h"
#include "wire/sasl.h"

static const field field_of_kind[] = {
    [SASL_USERNAME] = FIELD_AUTH_USERNAME, [SASL_AUTHZID] = FIELD_AUTH_AUTHZID, [SASL_PASSWORD] = FIELD_AUTH_PASSWORD,
    [SASL_TOKEN] = FIELD_AUTH_TOKEN,       [SASL_REALM] = FIELD_AUTH_REALM,     [SASL_NONCE] = FIELD_AUTH_NONCE,
    [SASL_DIGEST] = FIELD_AUTH_DIGEST,     [SASL_SCOPE] = FIELD_AUTH_SCOPE,     [SASL_ERROR] = FIELD_AUTH_ERROR,
    [SASL_PROMPT] = FIELD_AUTH_PROMPT,     [SASL_TRACE] = FIELD_AUTH_TRACE,
};

/* Dissectors of tokens that have one of their own. */
static const char *const token_dissectors[] =
    {[SASL_HANDOFF_NONE] = NULL, [SASL_HANDOFF_NTLMSSP] = "ntlmssp", [SASL_HANDOFF_GSSAPI] = "gssapi"};

void draw_mechanism(proto_tree *tree, packet_info *pinfo, field which, const place *at, span name)
{
    const sasl_mechanism_row *row = sasl_mechanism_find(name);
    proto_item *item = draw_value(tree, which, at, name, upper_case_of(pinfo, name));

    if (row)
        draw_meaning(item, row->meaning, row->source);
    else
        draw_meaning(item, "no mechanism that is registered or that a known server offers", NULL);
}

/* What base64 stands for, as a data source of its own. */
static place decoded_place(drawing *d, const place *at, span decoded)
{
    tvbuff_t *tvb;

    if (!decoded.length)
        return (place){at->tvb, at->offset, decoded};
    tvb = tvb_new_child_real_data(at->tvb, decoded.octets, (unsigned)decoded.length, (int)decoded.length);
    add_new_data_source(d->pinfo, tvb, "Decoded AUTH message");
    return (place){tvb, 0, decoded};
}

static void draw_token(drawing *d, proto_tree *tree, const place *decoded, sasl_handoff handoff)
{
    dissector_handle_t handle = token_dissectors[handoff] ? find_dissector(token_dissectors[handoff]) : NULL;
    bool writable;

    if (!handle || !decoded->octets.length)
        return;
    /* What the token tells of a user is not for the packet list. */
    writable = col_get_writable(d->pinfo->cinfo, -1);
    col_set_writable(d->pinfo->cinfo, -1, false);
    call_guarded(d, tree, decoded->tvb, handle, NULL);
    col_set_writable(d->pinfo->cinfo, -1, writable);
}

const char *auth_user_text(drawing *d, const auth_exchange *auth)
{
    if (!auth->username.length || !esmtp_preferences.decode_auth)
        return "";
    return wmem_strdup_printf(d->pinfo->pool, " of %s", text_of(d->pinfo, auth->username));
}

static void draw_sasl_fields(drawing *d, proto_tree *tree, const place *decoded, const sasl_message *in)
{
    for (size_t i = 0; i < in->count; i++) {
        const sasl_field *f = &in->fields[i];
        uint8_t *value = (uint8_t *)wmem_alloc(d->pinfo->pool, sasl_field_room(f) + 1);
        size_t length = sasl_field_value(f, value);

        draw_value(tree, field_of_kind[f->kind], decoded, f->value, text_of(d->pinfo, (span){value, length}));
    }
}

/* Returns whether what it stands for cannot be told. */
static bool note_base64(drawing *d, proto_tree *tree, const place *at, span base64, const base64_result *result)
{
    static const struct {
        note which;
        const char *text;
    } rows[] = {
        [BASE64_UNPADDED] = {NOTE_LENIENT_SYNTAX, "base64: expected \"=\" to fill the last group (RFC 4648, 4)"},
        [BASE64_TRAILING_BITS] = {NOTE_LENIENT_SYNTAX, "base64: the last group's spare bits are not zero (RFC 4648, 3.5)"},
        [BASE64_CUT] = {NOTE_SYNTAX, "base64: the last group is cut off (RFC 4648, 4)"},
        [BASE64_BAD_PADDING] = {NOTE_SYNTAX, "base64: expected \"=\" at the end alone (RFC 4648, 4)"},
        [BASE64_BAD_OCTET] = {NOTE_SYNTAX, "base64: expected letters, digits, \"+\" and \"/\" (RFC 4648, 4)"},
    };
    span wrong = span_first(span_from(base64, result->offset), 1);

    if (result->status == BASE64_OK)
        return false;
    draw_expert_at(d, tree, at, wrong, rows[result->status].which, rows[result->status].text);
    return rows[result->status].which == NOTE_SYNTAX;
}

/* "=" stands for a message of no octets (RFC 4954, 4). */
static span decode(drawing *d, proto_tree *tree, const place *at, span base64, bool *broken_r)
{
    uint8_t *decoded;
    base64_result result;

    *broken_r = false;
    if (base64.length == 1 && base64.octets[0] == '=')
        return span_from(base64, 1);
    decoded = (uint8_t *)wmem_alloc(d->pinfo->pool, base64_room(base64.length));
    result = base64_decode(base64, decoded);
    *broken_r = note_base64(d, tree, at, base64, &result);
    return (span){decoded, result.length};
}

/* "334 NTLM supported" ([MS-SMTPNTLM], 2.2.1.3), "334 Username:" and the like: no base64, which has no space or colon. */
static bool is_plain_text(span text)
{
    bool other = false;

    for (size_t i = 0; i < text.length; i++) {
        if (text.octets[i] < ' ' || text.octets[i] > '~')
            return false;
        other |= text.octets[i] == ' ' || text.octets[i] == ':';
    }
    return other && text.octets[0] != ' ' && text.octets[text.length - 1] != ' ';
}

void draw_auth_message(drawing *d, proto_tree *tree, const place *at, span base64, const finding *f, side sender,
                       unsigned step)
{
    proto_item *item = draw_text(tree, d->pinfo, FIELD_AUTH_MESSAGE, at, base64);
    proto_tree *below = draw_below(tree, item, SUBTREE_AUTH);
    const char *mechanism = f->auth ? f->auth->mechanism : "";
    sasl_message read;
    place decoded;
    bool broken;

    if (!esmtp_preferences.decode_auth)
        return;
    if (sender == SIDE_SERVER && is_plain_text(base64)) {
        draw_text(below, d->pinfo, FIELD_AUTH_PROMPT, at, base64);
        return;
    }
    decoded = decoded_place(d, at, decode(d, below, at, base64, &broken));
    sasl_message_parse(sasl_mechanism_find(span_of(mechanism)), sender == SIDE_CLIENT ? SASL_CLIENT : SASL_SERVER, step,
                       decoded.octets, &read);
    draw_sasl_fields(d, below, &decoded, &read);
    if (read.malformed && !broken)
        draw_expert_format(d, item, NOTE_SYNTAX, "Syntax error in a message of %s", mechanism);
    draw_token(d, below, &decoded, read.handoff);
}

/* What the response belongs to, and what became of that: later packets tell. */
static void draw_auth_links(drawing *d, const exchange *e, const auth_exchange *auth)
{
    proto_item *item = draw_generated_number(d->tree, FIELD_AUTH_COMMAND_FRAME, d->tvb, e->command_frame);

    if (item_is_read(item))
        proto_item_set_text(item, "Continues: %s in frame %u", exchange_command_text(d, e), e->command_frame);
    if (!auth->outcome || !d->pinfo->fd->visited)
        return;
    item = draw_generated_number(d->tree, FIELD_AUTH_REPLY_FRAME, d->tvb, e->reply_frame);
    if (item_is_read(item))
        proto_item_set_text(item, "Outcome: %s, %s in frame %u", auth->outcome, exchange_reply_text(d, e), e->reply_frame);
}

void draw_auth_response(drawing *d, const finding *f)
{
    place at = place_of(d, f, "Reassembled line");
    span text = line_of(at.octets).text;
    proto_item *item;

    if (f->flags & FLAG_CANCEL) {
        item = draw_text(d->tree, d->pinfo, FIELD_AUTH_MESSAGE, &at, text);
        proto_item_append_text(item, " \xe2\x80\x94 gives the exchange up (RFC 4954, 4)");
    } else {
        draw_auth_message(d, d->tree, &at, text, f, SIDE_CLIENT, f->step);
    }
    if (f->exchange && f->auth)
        draw_auth_links(d, f->exchange, f->auth);
    draw_notes(d, d->item, f);
}
