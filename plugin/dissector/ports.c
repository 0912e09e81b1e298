/* ports.c — which ports are ours: those of our own preference, and every port that points to the built-in SMTP dissector.
 *
 * The built-in's preference and Decode As are applied after our hand-off routine has run, and can change at any time, so the tables
 * are looked through whenever packets are about to be dissected anew: when a file is opened, and at every redissection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/prefs.h>

#include "dissector/esmtp.h"
#include "dissector/wireshark_compat.h"

static dissector_handle_t esmtp_handle;
static dissector_handle_t builtin_handle;

/* The entries of one table that are to go from one dissector to the other. */
typedef struct port_move {
    dissector_handle_t from;
    dissector_table_t table;
    wmem_array_t *ports; /* uint32_t */
} port_move;

static void collect_port(const char *table, ftenum_t type, void *key, void *value, void *user_data)
{
    port_move *move = (port_move *)user_data;
    uint32_t port = GPOINTER_TO_UINT(key);

    (void)table;
    (void)type;
    if (dtbl_entry_get_handle((dtbl_entry_t *)value) == move->from)
        wmem_array_append_one(move->ports, port);
}

/* An entry that the user changed stays one that the user changed; a default stays a default, or it would be saved as a choice. */
static void point_port(const char *table_name, dissector_table_t table, uint32_t port, dissector_handle_t to)
{
    if (dissector_is_uint_changed(table, port))
        dissector_change_uint(table_name, port, to);
    else
        dissector_add_uint(table_name, port, to);
}

/* Points all entries of a table that have one of the two dissectors to the other. The table may not change while it is walked. */
static void move_ports(const char *table_name, dissector_handle_t from, dissector_handle_t to)
{
    port_move move = {from, find_dissector_table(table_name), wmem_array_new(NULL, sizeof(uint32_t))};

    dissector_table_foreach(table_name, collect_port, &move);
    for (unsigned i = 0; i < wmem_array_get_count(move.ports); i++)
        point_port(table_name, move.table, *(uint32_t *)wmem_array_index(move.ports, i), to);
    wmem_destroy_array(move.ports);
}

/* Our own ports may have been taken back by the built-in's preference, or deleted with it. */
static void claim_port(uint32_t port, void *user_data)
{
    dissector_table_t table = (dissector_table_t)user_data;
    dissector_handle_t now = dissector_get_uint_handle(table, port);

    if (!now && !dissector_is_uint_changed(table, port))
        dissector_add_uint("tcp.port", port, esmtp_handle);
}

static bool is_active(void)
{
    return esmtp_preferences.replace_builtin && proto_is_protocol_enabled(find_protocol_by_id(proto_esmtp));
}

static void follow_ports(void)
{
    static const char *const tables[] = {"tcp.port", "tls.port"};
    bool active = is_active();
    range_t *own = prefs_get_range_value("esmtp", "tcp.port");

    if (!builtin_handle)
        return;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        move_ports(tables[i], active ? builtin_handle : esmtp_handle, active ? esmtp_handle : builtin_handle);
    if (active && own)
        range_foreach(own, claim_port, find_dissector_table("tcp.port"));
}

void ports_register_handoff(dissector_handle_t own)
{
    esmtp_handle = own;
    builtin_handle = find_dissector("smtp");
    register_init_routine(follow_ports);
}
