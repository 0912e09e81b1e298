/* findings.c — see findings.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/findings.h"

finding_list *findings_new(void)
{
    finding_list *found = g_new(finding_list, 1);

    found->list = g_array_new(FALSE, FALSE, sizeof(finding));
    found->parsed = g_array_new(FALSE, FALSE, sizeof(parsed_place));
    found->commands = g_array_new(FALSE, FALSE, sizeof(parsed_command));
    found->lines = g_array_new(FALSE, FALSE, sizeof(parsed_reply_line));
    found->pending = g_array_new(FALSE, FALSE, sizeof(parsed_reply_line));
    found->written = g_byte_array_new();
    return found;
}

void findings_free(finding_list *found)
{
    g_array_free(found->list, TRUE);
    g_array_free(found->parsed, TRUE);
    g_array_free(found->commands, TRUE);
    g_array_free(found->lines, TRUE);
    g_array_free(found->pending, TRUE);
    g_byte_array_free(found->written, TRUE);
    g_free(found);
}

/* By its field, since this is done for each segment and a call takes longer: there is no element to free, none to zero. */
static void clear(GArray *array)
{
    array->len = 0;
}

void findings_clear(finding_list *found)
{
    clear(found->list);
    clear(found->parsed);
    clear(found->commands);
    clear(found->lines);
    clear(found->pending);
}

finding *findings_add(finding_list *found, finding_kind kind, uint64_t position, uint64_t length)
{
    finding added = {.kind = (unsigned)kind & 15u,
                     .position = position,
                     .length = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length};
    parsed_place nowhere = {0};

    g_array_append_val(found->list, added);
    g_array_append_val(found->parsed, nowhere);
    return &g_array_index(found->list, finding, found->list->len - 1);
}

static parsed_place *last_place(finding_list *found)
{
    return &g_array_index(found->parsed, parsed_place, found->parsed->len - 1);
}

void findings_keep_command(finding_list *found, const parsed_command *parsed)
{
    parsed_place *place = last_place(found);

    place->has_command = true;
    place->command = found->commands->len;
    g_array_append_vals(found->commands, parsed, 1);
}

void findings_keep_lines(finding_list *found, const parsed_reply_line *lines, unsigned count)
{
    parsed_place *place = last_place(found);

    place->lines_begin = found->lines->len;
    place->lines_count = count;
    g_array_append_vals(found->lines, lines, count);
}

parsed_finding findings_parsed(const finding_list *found, uint32_t place)
{
    const parsed_place *at = &g_array_index(found->parsed, parsed_place, place);
    parsed_finding parsed = {0};

    if (at->has_command)
        parsed.command = &g_array_index(found->commands, parsed_command, at->command);
    if (at->lines_count)
        parsed.lines = &g_array_index(found->lines, parsed_reply_line, at->lines_begin);
    parsed.line_count = at->lines_count;
    return parsed;
}
