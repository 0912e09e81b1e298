/* windows.c — the logs of mails and of connections as tables in Wireshark: Statistics > SMTP Mails, SMTP Connections, and
 * -z esmtp,window,mails[,FILTER], -z esmtp,window,connections[,FILTER].
 *
 * A row has the columns of the table for people, and the packet that it is about. Rows come while packets are read: that of
 * a mail with the packet that ends it, that of a connection with its first packet that carries SMTP; it is brought up to
 * date with each later one. epan does not tell such a table that all has been read: mails that the end of the capture cuts
 * off, and connections without an octet of SMTP, are in the logs alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

#include "dissector/tap.h"
#include "taps/connection_record.h"
#include "taps/mail_record.h"
#include "taps/record_log.h"
#include "taps/register.h"

typedef struct window {
    stat_tap_table_ui ui;
    record_kind kind;
    GHashTable *rows;        /* row_key * -> number of the row + 1 */
    wmem_allocator_t *scope; /* of what a row needs until it is filled */
} window;

/* What a row is about. */
typedef struct row_key {
    const carrier *connection;
    unsigned mail; /* its number on the connection; 0: the connection itself */
} row_key;

static window mails, connections;

#define PACKET_COLUMN 0u
#define COLUMNS_BEFORE 1u /* those of the record come behind */

/* --- rows -------------------------------------------------------------------------------------------------------------- */

static unsigned key_hash(gconstpointer key)
{
    const row_key *of = (const row_key *)key;

    return g_direct_hash(of->connection) ^ of->mail * 2654435761u;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const row_key *l = (const row_key *)a, *r = (const row_key *)b;

    return l->connection == r->connection && l->mail == r->mail;
}

/* A column of numbers sorts as such. */
static bool has_numbers(const table_column *of)
{
    return of->right && !of->write;
}

static stat_tap_table_item_type cell_of(window *w, const table_column *of, const void *record)
{
    stat_tap_table_item_type cell = {.type = TABLE_ITEM_NONE};
    GString *text;

    if (has_numbers(of)) {
        value v = w->kind.value(w->scope, record, of->column);
        if (v.kind == VALUE_NUMBER) {
            cell.type = TABLE_ITEM_UINT;
            cell.value.uint_value = (unsigned)MIN(v.number, UINT_MAX);
        }
        return cell;
    }
    text = g_string_new(NULL);
    record_cell_append(&w->kind, of, w->scope, text, record);
    cell.type = TABLE_ITEM_STRING;
    cell.value.string_value = g_string_free(text, FALSE);
    return cell;
}

static void cell_free(stat_tap_table *table, unsigned row, unsigned at, stat_tap_table_item_type *cell)
{
    (void)table;
    (void)row;
    (void)at;
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)(uintptr_t)cell->value.string_value);
    cell->type = TABLE_ITEM_NONE;
}

static void row_free_cells(stat_tap_table *table, unsigned row)
{
    for (unsigned at = 0; at < table->num_fields; at++)
        cell_free(table, row, at, stat_tap_get_field_data(table, row, at));
}

/* Writes the row of what the key tells; a new one behind the others. `packet` is noted for a new one alone. */
static void row_write(window *w, stat_tap_table *table, row_key key, unsigned packet, const void *record)
{
    unsigned row = GPOINTER_TO_UINT(g_hash_table_lookup(w->rows, &key));
    stat_tap_table_item_type *cells = g_new0(stat_tap_table_item_type, table->num_fields);

    cells[PACKET_COLUMN].type = TABLE_ITEM_UINT;
    cells[PACKET_COLUMN].value.uint_value =
        row ? stat_tap_get_field_data(table, row - 1, PACKET_COLUMN)->value.uint_value : packet;
    for (unsigned at = 0; at < w->kind.table_columns; at++)
        cells[COLUMNS_BEFORE + at] = cell_of(w, &w->kind.table[at], record);
    if (row) {
        row_free_cells(table, row - 1);
    } else {
        row = table->num_elements + 1;
        g_hash_table_insert(w->rows, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(row));
    }
    stat_tap_init_table_row(table, row - 1, table->num_fields, cells);
    g_free(cells);
    wmem_free_all(w->scope);
}

/* --- packets ----------------------------------------------------------------------------------------------------------- */

static stat_tap_table *table_in(const void *data)
{
    return g_array_index(((const stat_data_t *)data)->stat_tap_data->tables, stat_tap_table *, 0);
}

static tap_packet_status mails_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                      tap_flags_t flags)
{
    const tap_record *found = (const tap_record *)queued;
    const carrier *by = found->connection->carrier;
    tap_packet_status status = TAP_PACKET_DONT_REDRAW;

    (void)edt;
    (void)flags;
    for (uint32_t i = 0; i < found->segment.count; i++) {
        const transaction *ended = found->segment.findings[i].transaction;
        mail_record record;
        if (found->segment.findings[i].kind != FINDING_TRANSACTION)
            continue;
        record = (mail_record){.of = ended, .peers = peers_new(mails.scope, by, 0)};
        row_write(&mails, table_in(data), (row_key){by, ended->index}, pinfo->num, &record);
        status = TAP_PACKET_REDRAW;
    }
    return status;
}

static tap_packet_status connections_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                            tap_flags_t flags)
{
    const carrier *by = ((const tap_record *)queued)->connection->carrier;
    logged_connection record = logged_connection_make(connections.scope, by, 0);

    (void)edt;
    (void)flags;
    row_write(&connections, table_in(data), (row_key){by, 0}, pinfo->num, &record);
    return TAP_PACKET_REDRAW;
}

/* --- tables ------------------------------------------------------------------------------------------------------------ */

static window *window_of(const char *title)
{
    return strcmp(title, mails.ui.title) == 0 ? &mails : &connections;
}

static void table_reset(stat_tap_table *table)
{
    for (unsigned row = 0; row < table->num_elements; row++) {
        row_free_cells(table, row);
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
    g_hash_table_remove_all(window_of(table->title)->rows);
}

static void window_init(stat_tap_table_ui *ui)
{
    stat_tap_table *table = stat_tap_find_table(ui, ui->title);

    if (table)
        table_reset(table);
    else
        stat_tap_add_table(ui, stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL));
}

static stat_tap_table_item *fields_of(const record_kind *kind)
{
    stat_tap_table_item *fields = g_new0(stat_tap_table_item, COLUMNS_BEFORE + kind->table_columns);

    fields[PACKET_COLUMN] = (stat_tap_table_item){TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Packet", "%6u"};
    for (unsigned at = 0; at < kind->table_columns; at++) {
        const table_column *of = &kind->table[at];
        fields[COLUMNS_BEFORE + at] = (stat_tap_table_item){has_numbers(of) ? TABLE_ITEM_UINT : TABLE_ITEM_STRING,
                                                            of->right ? TAP_ALIGN_RIGHT : TAP_ALIGN_LEFT, of->title,
                                                            has_numbers(of) ? "%8u" : "%-16s"};
    }
    return fields;
}

static void window_register(window *w, const record_kind *kind, const char *title, const char *argument,
                            tap_packet_cb packet)
{
    w->kind = *kind;
    record_columns_choose(&w->kind, NULL, true);
    w->rows = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
    w->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    w->ui = (stat_tap_table_ui){.group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
                                .title = title,
                                .tap_name = ESMTP_TAP_NAME,
                                .cli_string = argument,
                                .stat_tap_init_cb = window_init,
                                .packet_func = packet,
                                .stat_tap_reset_table_cb = table_reset,
                                .stat_tap_free_table_item_cb = cell_free,
                                .nfields = COLUMNS_BEFORE + w->kind.table_columns,
                                .fields = fields_of(&w->kind)};
    register_stat_tap_table_ui(&w->ui);
}

void windows_register(void)
{
    window_register(&mails, &mail_record_kind, "SMTP Mails", "esmtp,window,mails", mails_packet);
    window_register(&connections, &connection_record_kind, "SMTP Connections", "esmtp,window,connections",
                    connections_packet);
}
