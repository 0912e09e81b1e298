/* fields.c — makes Wireshark's fields and expert infos of the tables, and finds out which of them somebody wants.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/fields.h"

#include <epan/column-info.h>
#include <epan/tap.h>
#include <epan/unit_strings.h>

#include "dissector/esmtp.h"
#include "session/verb_number.h"
#include "wire/reply.h"

int proto_esmtp = -1;
int proto_esmtp_parts = -1;
int hf[FIELD_COUNT];
int ett[SUBTREE_COUNT];
expert_field ei[NOTE_COUNT];

/* The meanings are copied from the tables in wire/ at registration. */
#define CODES_MAX 128
static value_string code_strings[CODES_MAX];
#define VERBS_MAX 160
static value_string verb_strings[VERBS_MAX];
static value_string severity_strings[8];
static value_string category_strings[8];
static value_string class_strings[8];
static value_string subject_strings[16];

/* A field, and the group that it is asked for with. */
typedef struct field_row {
    field_group group;
    hf_register_info info;
} field_row;

#define FIELD(name, group, title, filter, type, display, strings, description)                                              \
    [FIELD_##name] = {GROUP_##group, {&hf[FIELD_##name], {title, filter, type, display, strings, 0, description, HFILL}}},
static field_row field_rows[FIELD_COUNT] = {
#include "dissector/field_rows.h"
};
#undef FIELD

static void experts_register(void)
{
#define NOTE_ROW(note, field, group, severity, summary, meaning, cause, remedy)                                             \
    {&ei[NOTE_##note], {"esmtp.expert." #field, PI_##group, PI_##severity, summary, EXPFILL}},
    static ei_register_info rows[] = {
#include "session/note_rows.h"
    };
#undef NOTE_ROW

    expert_register_field_array(expert_register_protocol(proto_esmtp), rows, NOTE_COUNT);
}

/* --- what is asked for ------------------------------------------------------------------------------------------------ */

static enum { ASKED_NOTHING, ASKED_NAMED, ASKED_ALL } asked;
static bool in_command[FIELD_COUNT]; /* by the command line */
static bool all_in_command;

/* The fields sorted by their group, and where in that list the fields of each group begin. */
static field by_group[FIELD_COUNT];
static unsigned group_begins[GROUP_COUNT + 1];

/* Groups with a field that the command line names. */
static unsigned groups_in_command;
/* Groups that the call at hand has looked at, and those of them with a field that something names. */
static unsigned groups_asked, groups_named;

static bool is_referenced(int id)
{
    return proto_registrar_get_nth((unsigned)id)->ref_type != HF_REF_TYPE_NONE;
}

/* An expert information needs the item that it is about. */
static bool experts_asked(const packet_info *pinfo)
{
    static int expert_protocol = -1, expert_tap; /* looked up once: these are walks through lists */

    if (expert_protocol < 0) {
        expert_protocol = proto_get_id_by_filter_name("_ws.expert");
        expert_tap = find_tap_id("expert");
    }
    return is_referenced(expert_protocol) || have_tap_listener(expert_tap) ||
           (pinfo->cinfo && pinfo->cinfo->col_first[COL_EXPERT] >= 0);
}

/* epan notes in the field's own row whether a filter, a column or a statistic refers to it. */
static bool is_named(field which)
{
    return in_command[which] || field_rows[which].info.hfinfo.ref_type != HF_REF_TYPE_NONE;
}

/* An expert information that a filter or a column names is below another field, which has to be drawn for it. */
static bool any_expert_named(void)
{
    static const header_field_info *infos[NOTE_COUNT]; /* looked up once, for this is asked for each packet */

    for (int i = 0; i < NOTE_COUNT; i++) {
        if (!infos[i])
            infos[i] = proto_registrar_get_nth((unsigned)ei[i].hf);
        if (infos[i]->ref_type != HF_REF_TYPE_NONE)
            return true;
    }
    return is_named(FIELD_EXPERT);
}

/* Something reads trees and does not say which fields: a Lua script, or a post-dissector, which is called after the others.
 */
static bool reader_loaded;

/* To be called when another file is begun: scripts are loaded after we register, and can be loaded anew. */
static void look_for_readers(void)
{
    reader_loaded = lua_scripts_loaded() > 0 || postdissectors_want_hfids();
}

bool fields_have_readers(void)
{
    return reader_loaded;
}

/* Does anybody read the whole tree, though -e names some fields? */
static bool is_read(const proto_tree *top)
{
    return PTREE_DATA(top)->visible &&
           (!command_line_wants_fields_alone() || reader_loaded || union_of_tap_listener_flags() & TL_REQUIRES_PROTO_TREE);
}

static void ask(const proto_tree *top, const packet_info *pinfo)
{
    bool shown = top && is_read(top);

    asked = ASKED_NOTHING;
    groups_asked = groups_named = groups_in_command;
    if (shown || (top && all_in_command) || experts_asked(pinfo))
        asked = ASKED_ALL;
    else if (top && (groups_in_command || is_referenced(proto_esmtp)))
        asked = any_expert_named() ? ASKED_ALL : ASKED_NAMED;
}

/* Where packets are visited once, all that asks is there before the first of them. So the answer for the first tree, and
 * what is found of the groups, hold for the others. */
bool fields_ask(const proto_tree *top, const packet_info *pinfo)
{
    static bool answered;

    if (!answered || !top)
        ask(top, pinfo);
    answered = top && command_line_visits() == VISITS_ONCE;
    return asked == ASKED_ALL;
}

bool field_is_wanted(field which)
{
    return asked == ASKED_ALL || (asked == ASKED_NAMED && is_named(which));
}

bool protocol_item_is_wanted(void)
{
    return asked != ASKED_NAMED || !command_line_wants_fields_alone() || command_line_visits() != VISITS_ONCE ||
           reader_loaded || union_of_tap_listener_flags() & TL_REQUIRES_PROTO_TREE ||
           proto_registrar_get_nth((unsigned)proto_esmtp)->ref_type == HF_REF_TYPE_DIRECT;
}

bool fields_all_wanted(void)
{
    return asked == ASKED_ALL;
}

static void look_for_named(int group)
{
    groups_asked |= 1u << group;
    for (unsigned i = group_begins[group]; i < group_begins[group + 1]; i++) {
        if (!is_named(by_group[i]))
            continue;
        groups_named |= 1u << group;
        return;
    }
}

bool groups_are_wanted(unsigned groups)
{
    if (asked != ASKED_NAMED)
        return asked == ASKED_ALL;
    for (unsigned left = groups & ~groups_asked; left && !(groups & groups_named); left &= left - 1)
        look_for_named(g_bit_nth_lsf(left, -1));
    return groups & groups_named;
}

static void sort_by_group(void)
{
    unsigned count = 0;

    for (int group = 0; group < GROUP_COUNT; group++) {
        group_begins[group] = count;
        for (int i = 0; i < FIELD_COUNT; i++)
            if ((unsigned)field_rows[i].group == 1u << group)
                by_group[count++] = (field)i;
    }
    group_begins[GROUP_COUNT] = count;
    DISSECTOR_ASSERT(count == FIELD_COUNT); /* each field has a group, and one alone */
}

static void read_command(void)
{
    command_line_read();
    for (int i = 0; i < FIELD_COUNT; i++) {
        in_command[i] = command_line_names(field_rows[i].info.hfinfo.abbrev, "esmtp");
        groups_in_command |= in_command[i] ? (unsigned)field_rows[i].group : 0;
    }
    all_in_command =
        command_line_names("esmtp", "esmtp") || command_line_mentions("_ws.expert") || command_line_mentions("esmtp.expert");
}

/* --- registration ----------------------------------------------------------------------------------------------------- */

static void strings_from(value_string *to, const number_text *from)
{
    for (; from->text; from++)
        *to++ = (value_string){from->number, from->text};
}

static void strings_fill(void)
{
    size_t count;
    const reply_code_row *codes = reply_code_rows(&count);

    /* A column shows the text alone: the number is part of it. */
    for (size_t i = 0; i < count && i < CODES_MAX - 1; i++)
        code_strings[i] =
            (value_string){codes[i].code, wmem_strdup_printf(wmem_epan_scope(), "%03u %s", codes[i].code, codes[i].text)};
    for (unsigned i = 0; i < verb_number_count() && i < VERBS_MAX - 1; i++)
        verb_strings[i] = (value_string){i, verb_number_name(i)};
    strings_from(severity_strings, reply_severities());
    strings_from(category_strings, reply_categories());
    strings_from(class_strings, enhanced_status_classes());
    strings_from(subject_strings, enhanced_status_subjects());
}

void fields_register(void)
{
    static int *subtrees[SUBTREE_COUNT];

    strings_fill();
    sort_by_group();
    read_command();
    for (int i = 0; i < FIELD_COUNT; i++)
        hf[i] = -1;
    for (int i = 0; i < SUBTREE_COUNT; i++) {
        ett[i] = -1;
        subtrees[i] = &ett[i];
    }
    for (int i = 0; i < FIELD_COUNT; i++)
        proto_register_field_array(proto_esmtp, &field_rows[i].info, 1);
    proto_register_subtree_array(subtrees, SUBTREE_COUNT);
    experts_register();
    register_init_routine(look_for_readers);
}
