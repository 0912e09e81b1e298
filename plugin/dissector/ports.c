/* ports.c — which ports are ours: those of our own preference, and every port that points to the built-in SMTP dissector.
 *
 * When the built-in dissector is not to be replaced, it gets back what was taken from it, and the ports of our preference. A
 * port that a person decodes as ESMTP stays ours.
 *
 * The built-in's preference and Decode As are applied after our hand-off routine has run, and can change at any time, so the
 * tables are looked through whenever packets are about to be dissected anew: when a file is opened, and at every
 * redissection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/prefs.h>

#include "dissector/esmtp.h"
#include "dissector/register.h"
#include "dissector/watch.h"
#include "dissector/wireshark_compat.h"

static dissector_handle_t esmtp_handle;
static dissector_handle_t builtin_handle;

/* A table, and its ports that a person's choice points to the built-in dissector and that are ours in its place. */
typedef struct port_table {
    const char *name;
    const char *preference; /* for our own ports in it; NULL for none */
    GHashTable *taken;      /* of port numbers */
} port_table;

static port_table tables[] = {{"tcp.port", "tcp.port", NULL}, {"tls.port", NULL, NULL}};
#define TABLES (sizeof tables / sizeof tables[0])

/* The entries of one table that one of the two dissectors has. */
typedef struct port_list {
    dissector_handle_t of;
    GArray *ports; /* uint32_t */
} port_list;

static void collect_port(const char *table, ftenum_t type, void *key, void *value, void *user_data)
{
    port_list *list = (port_list *)user_data;
    uint32_t port = GPOINTER_TO_UINT(key);

    (void)table;
    (void)type;
    if (dtbl_entry_get_handle((dtbl_entry_t *)value) == list->of)
        g_array_append_val(list->ports, port);
}

/* The table may not change while it is walked, so its entries are collected first. */
static GArray *ports_of(const port_table *table, dissector_handle_t handle)
{
    port_list list = {handle, g_array_new(false, false, sizeof(uint32_t))};

    dissector_table_foreach(table->name, collect_port, &list);
    return list.ports;
}

/* An entry that the user changed stays one that the user changed; a default stays a default, or it would be saved as a
 * choice. */
static void point_port(const port_table *table, uint32_t port, dissector_handle_t to)
{
    if (dissector_is_uint_changed(find_dissector_table(table->name), port))
        dissector_change_uint(table->name, port, to);
    else
        dissector_add_uint(table->name, port, to);
}

static void take_ports(port_table *table)
{
    GArray *ports = ports_of(table, builtin_handle);

    for (unsigned i = 0; i < ports->len; i++) {
        uint32_t port = g_array_index(ports, uint32_t, i);
        if (dissector_is_uint_changed(find_dissector_table(table->name), port))
            g_hash_table_add(table->taken, GUINT_TO_POINTER(port));
        point_port(table, port, esmtp_handle);
    }
    g_array_free(ports, true);
}

/* The preference for our own ports names it; its ports are in the table as if they had been chosen one by one. */
static bool is_preferred(const port_table *table, uint32_t port)
{
    range_t *own = table->preference ? prefs_get_range_value("esmtp", table->preference) : NULL;

    return own && value_is_in_range(own, port);
}

/* Did a person say that this very port is ours? The entry does not show it when the choice is the same as the default. */
static bool is_chosen(const port_table *table, uint32_t port)
{
    if (command_line_decodes(table->name, port))
        return true;
    return dissector_is_uint_changed(find_dissector_table(table->name), port) && !is_preferred(table, port) &&
           !g_hash_table_contains(table->taken, GUINT_TO_POINTER(port));
}

static void give_ports_back(port_table *table)
{
    GArray *ports = ports_of(table, esmtp_handle);

    for (unsigned i = 0; i < ports->len; i++) {
        uint32_t port = g_array_index(ports, uint32_t, i);
        if (!is_chosen(table, port))
            point_port(table, port, builtin_handle);
    }
    g_array_free(ports, true);
    g_hash_table_remove_all(table->taken);
}

static gboolean is_no_longer_ours(void *port, void *value, void *table)
{
    (void)value;
    return dissector_get_uint_handle((dissector_table_t)table, GPOINTER_TO_UINT(port)) != esmtp_handle;
}

/* A person may have chosen anew for a port that was taken. */
static void forget_lost_ports(port_table *table)
{
    g_hash_table_foreach_remove(table->taken, is_no_longer_ours, find_dissector_table(table->name));
}

/* The built-in's preference may have taken our own ports, or deleted them. */
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

static void take_or_give_back(void)
{
    bool active = is_active();
    range_t *own = prefs_get_range_value("esmtp", "tcp.port");

    for (size_t i = 0; i < TABLES; i++) {
        forget_lost_ports(&tables[i]);
        if (active)
            take_ports(&tables[i]);
        else
            give_ports_back(&tables[i]);
    }
    if (active && own)
        range_foreach(own, claim_port, find_dissector_table("tcp.port"));
}

/* A bit for each port that points to us, in the clear and under TLS: asked for with each segment. */
#define BITMAP_OCTETS ((UINT16_MAX + 1u) / 8)
static uint8_t our_ports[BITMAP_OCTETS], our_tls_ports[BITMAP_OCTETS];

static bool has_bit(const uint8_t *bitmap, uint16_t port)
{
    return bitmap[port / 8] >> port % 8 & 1;
}

bool port_is_ours(uint16_t port)
{
    return has_bit(our_ports, port);
}

bool port_is_ours_under_tls(uint16_t port)
{
    return has_bit(our_tls_ports, port);
}

static void note_port(const char *table, ftenum_t type, void *key, void *value, void *user_data)
{
    dissector_handle_t handle = dtbl_entry_get_handle((dtbl_entry_t *)value);
    uint16_t port = (uint16_t)GPOINTER_TO_UINT(key);
    uint8_t *bitmap = (uint8_t *)user_data;

    (void)table;
    (void)type;
    if (handle && dissector_is_ours(handle))
        bitmap[port / 8] |= (uint8_t)(1u << port % 8);
}

static void follow_ports(void)
{
    if (builtin_handle)
        take_or_give_back();
    memset(our_ports, 0, sizeof our_ports);
    memset(our_tls_ports, 0, sizeof our_tls_ports);
    dissector_table_foreach("tcp.port", note_port, our_ports);
    dissector_table_foreach("tls.port", note_port, our_tls_ports);
    watch_refresh();
}

void ports_register_handoff(dissector_handle_t own)
{
    esmtp_handle = own;
    builtin_handle = find_dissector("smtp");
    for (size_t i = 0; i < TABLES; i++)
        tables[i].taken = g_hash_table_new(g_direct_hash, g_direct_equal);
    register_init_routine(follow_ports);
}
