/* objects_shown.c — a plugin for tests: -z objects_shown,PROTOCOL prints what Wireshark's list of objects to export shows, a
 * line an entry: host, content type and name, with tabs between.
 *
 * tshark writes the objects, and shows no list of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>

#include <ws_version.h>

#include <epan/packet.h>

#include <epan/export_object.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <gmodule.h>

G_MODULE_EXPORT const char plugin_version[] = "0";
G_MODULE_EXPORT const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
G_MODULE_EXPORT const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
G_MODULE_EXPORT void plugin_register(void);
G_MODULE_EXPORT uint32_t plugin_describe(void);

static GPtrArray *entries;

static void entry_add(void *data, export_object_entry_t *entry)
{
    (void)data;
    g_ptr_array_add(entries, entry);
}

static export_object_entry_t *entry_get(void *data, int row)
{
    (void)data;
    return (export_object_entry_t *)g_ptr_array_index(entries, row);
}

static void print(void *data)
{
    (void)data;
    for (unsigned i = 0; i < entries->len; i++) {
        const export_object_entry_t *entry = (const export_object_entry_t *)g_ptr_array_index(entries, i);
        printf("%s\t%s\t%s\n", entry->hostname, entry->content_type, entry->filename);
    }
}

static void listen(const char *argument)
{
    static export_object_list_t list = {entry_add, entry_get, NULL};
    register_eo_t *which = get_eo_by_name(strchr(argument, ',') + 1);
    GString *error;

    entries = g_ptr_array_new();
    error =
        register_tap_listener(get_eo_tap_listener_name(which), &list, NULL, 0, NULL, get_eo_packet_func(which), print, NULL);
    if (error)
        fprintf(stderr, "%s\n", error->str);
}

#if WIRESHARK_VERSION_MAJOR > 4 || WIRESHARK_VERSION_MINOR >= 6
static bool start(const char *argument, void *data)
{
    (void)data;
    listen(argument);
    return true;
}
#else
static void start(const char *argument, void *data)
{
    (void)data;
    listen(argument);
}
#endif

static void protocol_register(void)
{
    static stat_tap_ui ui = {.group = REGISTER_STAT_GROUP_GENERIC, .cli_string = "objects_shown", .tap_init_cb = start};

    register_stat_tap_ui(&ui, NULL);
}

/* From 4.4 on Wireshark asks what a plugin has: a dissector. */
uint32_t plugin_describe(void)
{
    return 1;
}

void plugin_register(void)
{
    static proto_plugin plugin = {.register_protoinfo = protocol_register};

    proto_register_plugin(&plugin);
}
