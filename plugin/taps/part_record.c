/* part_record.c — reads a part's values, with a row of the table for each column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/part_record.h"

typedef value getter(wmem_allocator_t *scope, const part_record *of);

/* --- the mail ---------------------------------------------------------------------------------------------------------- */

static value mail(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_number(of->of->number);
}

static value stream(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_number(of->of->peers->stream);
}

static value mail_index(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return of->of->index ? value_number(of->of->index) : value_absent;
}

static value time_of(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_time(&of->of->time);
}

static value frame(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_number(of->of->frame);
}

static value message_id(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_text(of->of->message_id);
}

/* --- the part ---------------------------------------------------------------------------------------------------------- */

static value number(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_text(of->part->number);
}

static value type(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_text(of->part->type);
}

static value type_by_content_of(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_text(of->part->type_by_content);
}

static value disposition(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_text(of->part->disposition);
}

static value name(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_text(of->part->name);
}

static value encoding(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return value_text(of->part->encoding);
}

static value size(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return of->part->decoded ? value_number(of->part->size) : value_absent;
}

static value md5(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return of->part->decoded ? value_text(of->part->md5) : value_absent;
}

static value sha256(wmem_allocator_t *scope, const part_record *of)
{
    (void)scope;
    return of->part->decoded ? value_text(of->part->sha256) : value_absent;
}

static value defects(wmem_allocator_t *scope, const part_record *of)
{
    value *items = (value *)wmem_alloc(scope, DEFECT_COUNT * sizeof *items);
    unsigned count = 0;

    for (unsigned i = 0; i < DEFECT_COUNT; i++)
        if (of->part->defects & defect_bit((part_defect)i))
            items[count++] = value_text(part_defect_name((part_defect)i));
    return (value){.kind = VALUE_LIST, .list = {items, count}};
}

/* In the order in which they are written. */
static const struct {
    const char *name;
    getter *get;
} columns[] = {
    {"mail", mail},
    {"stream", stream},
    {"index", mail_index},
    {"time", time_of},
    {"frame", frame},
    {"message_id", message_id},
    {"part", number},
    {"type", type},
    {"type_by_content", type_by_content_of},
    {"disposition", disposition},
    {"name", name},
    {"encoding", encoding},
    {"size", size},
    {"md5", md5},
    {"sha256", sha256},
    {"defects", defects},
};

static const char *column_name(unsigned at)
{
    return columns[at].name;
}

static value value_of_record(wmem_allocator_t *scope, const void *record, unsigned at)
{
    return columns[at].get(scope, (const part_record *)record);
}

/* --- the table for people ---------------------------------------------------------------------------------------------- */

static const table_column table[] = {
    {"mail", "Mail", .right = true, .limit = 10},
    {"stream", "Stream", .right = true, .limit = 10},
    {"part", "Part", .limit = 20},
    {"type", "Type", .limit = 40},
    {"name", "Name", .limit = 60},
    {"size", "Octets", .right = true, .limit = 20},
    {"sha256", "SHA-256", .limit = 64},
    {"defects", "Defects", .limit = 120},
};

static void append_count(GString *line, const void *records, unsigned count)
{
    const part_record *all = (const part_record *)records;
    unsigned mails = 0;

    for (unsigned i = 0; i < count; i++)
        mails += !i || all[i].of != all[i - 1].of;
    g_string_append_printf(line, "%u part%s of %u mail%s", count, count == 1 ? "" : "s", mails, mails == 1 ? "" : "s");
}

const record_kind part_record_kind = {
    .size = sizeof(part_record),
    .columns = sizeof columns / sizeof columns[0],
    .column_name = column_name,
    .value = value_of_record,
    .table = table,
    .table_columns = sizeof table / sizeof table[0],
    .append_count = append_count,
};
