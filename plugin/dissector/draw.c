/* draw.c — small helpers that all drawing is done with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include <epan/packet.h>

#include <epan/charsets.h>

#include "dissector/esmtp.h"

int offset_in(const place *at, span part)
{
    return part.octets ? at->offset + (int)(part.octets - at->octets.octets) : at->offset;
}

proto_item *draw_item(proto_tree *tree, field which, const place *at, span part)
{
    if (!field_is_wanted(which))
        return NULL;
    return proto_tree_add_item(tree, hf[which], at->tvb, offset_in(at, part), (int)part.length, ENC_UTF_8);
}

proto_tree *draw_below(proto_tree *tree, proto_item *item, subtree which)
{
    return item ? proto_item_add_subtree(item, ett[which]) : tree;
}

char *text_in(wmem_allocator_t *scope, span octets)
{
    wmem_strbuf_t *text;
    size_t nul = span_find(octets, 0);

    if (nul == octets.length)
        return (char *)get_utf_8_string(scope, octets.octets, (int)octets.length);
    text = wmem_strbuf_new(scope, NULL);
    for (;;) {
        nul = span_find(octets, 0);
        wmem_strbuf_append(text, (char *)get_utf_8_string(scope, octets.octets, (int)nul));
        if (nul == octets.length)
            return wmem_strbuf_finalize(text);
        wmem_strbuf_append(text, "\xe2\x90\x80"); /* U+2400, the symbol for NUL: a NUL would end the string */
        octets = span_from(octets, nul + 1);
    }
}

char *text_of(packet_info *pinfo, span octets)
{
    return text_in(pinfo->pool, octets);
}

char *upper_case_of(packet_info *pinfo, span octets)
{
    char *text = text_of(pinfo, octets);

    for (char *at = text; *at; at++)
        *at = g_ascii_toupper(*at);
    return text;
}

proto_item *draw_text(proto_tree *tree, packet_info *pinfo, field which, const place *at, span part)
{
    if (!field_is_wanted(which))
        return NULL;
    if (span_find(part, 0) == part.length)
        return draw_item(tree, which, at, part);
    return draw_value(tree, which, at, part, text_of(pinfo, part));
}

proto_item *draw_value(proto_tree *tree, field which, const place *at, span part, const char *value)
{
    if (!field_is_wanted(which))
        return NULL;
    return proto_tree_add_string(tree, hf[which], at->tvb, offset_in(at, part), (int)part.length, value);
}

proto_item *draw_true(proto_tree *tree, field which, const place *at, span part)
{
    if (!field_is_wanted(which))
        return NULL;
    return proto_tree_add_boolean(tree, hf[which], at->tvb, offset_in(at, part), (int)part.length, 1);
}

proto_item *draw_number(proto_tree *tree, field which, const place *at, span part, uint64_t value)
{
    int offset = offset_in(at, part);

    if (!field_is_wanted(which))
        return NULL;
    if (proto_registrar_get_nth((unsigned)hf[which])->type == FT_UINT64)
        return proto_tree_add_uint64(tree, hf[which], at->tvb, offset, (int)part.length, value);
    return proto_tree_add_uint(tree, hf[which], at->tvb, offset, (int)part.length, (uint32_t)value);
}

proto_item *draw_time(proto_tree *tree, field which, const place *at, span part, const date_time *time)
{
    nstime_t value = {.secs = (time_t)time->seconds, .nsecs = (int)time->nanoseconds};

    if (!field_is_wanted(which))
        return NULL;
    return proto_tree_add_time(tree, hf[which], at->tvb, offset_in(at, part), (int)part.length, &value);
}

void draw_address(proto_tree *tree, field ipv4, field ipv6, const place *at, span part, const ip_address *found)
{
    int offset = offset_in(at, part), length = (int)part.length;
    ws_in4_addr number;
    ws_in6_addr octets;

    if (found->kind == ADDRESS_IPV4 && field_is_wanted(ipv4)) {
        memcpy(&number, found->ipv4, sizeof number);
        proto_tree_add_ipv4(tree, hf[ipv4], at->tvb, offset, length, number);
    } else if (found->kind == ADDRESS_IPV6 && field_is_wanted(ipv6)) {
        memcpy(&octets, found->ipv6, sizeof octets);
        proto_tree_add_ipv6(tree, hf[ipv6], at->tvb, offset, length, &octets);
    }
}

bool item_is_read(proto_item *item)
{
    return item && (fields_all_wanted() || field_is_printed(PITEM_FINFO(item)));
}

void draw_meaning(proto_item *item, const char *meaning, const char *source)
{
    if (!item_is_read(item))
        return;
    if (source)
        proto_item_append_text(item, " \xe2\x80\x94 %s (%s)", meaning, source);
    else
        proto_item_append_text(item, " \xe2\x80\x94 %s", meaning);
}

proto_item *draw_generated_number(proto_tree *tree, field which, tvbuff_t *tvb, uint64_t value)
{
    const place nowhere = {tvb, 0, {NULL, 0}};
    proto_item *item = draw_number(tree, which, &nowhere, nowhere.octets, value);

    proto_item_set_generated(item);
    return item;
}

/* The largest number has 20 digits, and 6 commas. */
#define GROUPED_ROOM 27u

static void group_digits(uint64_t number, char grouped_r[GROUPED_ROOM])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, number);

    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *grouped_r++ = ',';
        *grouped_r++ = digits[i];
    }
    *grouped_r = '\0';
}

const char *grouped(packet_info *pinfo, uint64_t number)
{
    char *text = (char *)wmem_alloc(pinfo->pool, GROUPED_ROOM);

    group_digits(number, text);
    return text;
}

void octets_label(char *label, uint64_t octets)
{
    char digits[GROUPED_ROOM];

    group_digits(octets, digits);
    snprintf(label, ITEM_LABEL_LENGTH, "%s octet%s", digits, octets == 1 ? "" : "s");
}

const char *octets_text(packet_info *pinfo, uint64_t octets)
{
    return wmem_strdup_printf(pinfo->pool, "%s octet%s", grouped(pinfo, octets), octets == 1 ? "" : "s");
}

void draw_expert(drawing *d, proto_item *item, note which, const char *text)
{
    d->experts++;
    if (text)
        expert_add_info_format(d->pinfo, item, &ei[which], "%s", text);
    else
        expert_add_info(d->pinfo, item, &ei[which]);
}

void draw_expert_format(drawing *d, proto_item *item, note which, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    draw_expert(d, item, which, wmem_strdup_vprintf(d->pinfo->pool, format, values));
    va_end(values);
}

void draw_expert_at(drawing *d, proto_tree *tree, const place *at, span wrong, note which, const char *text)
{
    d->experts++;
    proto_tree_add_expert_format(tree, d->pinfo, &ei[which], at->tvb, offset_in(at, wrong), (int)wrong.length, "%s", text);
}

/* The octets that end a line or a text in a place that the value may be copied to. */
const char *injected_octet(span value)
{
    static const struct {
        uint8_t octet;
        const char *name;
    } octets[] = {{'\r', "CR"}, {'\n', "LF"}, {'\0', "NUL"}};

    for (size_t i = 0; i < sizeof octets / sizeof octets[0]; i++)
        if (span_find(value, octets[i].octet) < value.length)
            return octets[i].name;
    return NULL;
}

void draw_injection(drawing *d, proto_item *item, span value, const char *what)
{
    const char *name = injected_octet(value);

    if (name)
        draw_expert_format(d, item, NOTE_HEADER_INJECTION, "%s holds a %s, which may begin a line of a header", what, name);
}

/* Later visits do not show what later packets have shown to follow from something else. */
static note_set notes_left(const finding *f)
{
    bool no_greeting = f->kind == FINDING_COMMAND && f->exchange && f->exchange->without_greeting;

    return f->notes & ~note_if(no_greeting, NOTE_EARLY_TALKER);
}

void draw_notes(drawing *d, proto_item *item, const finding *f)
{
    note_set notes = notes_left(f);

    for (int i = 0; i < NOTE_COUNT && notes >> i; i++)
        if (notes & note_bit((note)i))
            draw_expert(d, item, (note)i, note_text(d, f, (note)i));
}

void draw_experts_counted(const drawing *d)
{
    proto_item *item;

    if (!d->experts || !field_is_wanted(FIELD_EXPERT))
        return;
    item = proto_tree_add_none_format(d->tree, hf[FIELD_EXPERT], d->tvb, 0, 0, "Expert infos: %u", d->experts);
    proto_item_set_generated(item);
}
