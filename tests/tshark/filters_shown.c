/* filters_shown.c — a plugin for tests: each packet gets the fields filters_shown.NAME, the names of the filters that a
 * protocol offers for it under Conversation Filter, and filters_shown.FILTER.
 *
 * Only Wireshark's window asks for these filters, and shows them in menus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <ws_version.h>

#include <epan/packet.h>

#include <epan/conversation_filter.h>
#include <epan/proto.h>
#include <gmodule.h>

#if WIRESHARK_VERSION_MAJOR > 4 || WIRESHARK_VERSION_MINOR >= 2
#define ASKED_FOR(which, pinfo) pinfo, (which)->user_data
#else
#define ASKED_FOR(which, pinfo) pinfo
#endif

G_MODULE_EXPORT const char plugin_version[] = "0";
G_MODULE_EXPORT const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
G_MODULE_EXPORT const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
G_MODULE_EXPORT void plugin_register(void);
G_MODULE_EXPORT uint32_t plugin_describe(void);

static int proto = -1, hf_name = -1, hf_filter = -1;

static int show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    for (GList *at = packet_conv_filter_list; at; at = at->next) {
        const conversation_filter_t *which = (const conversation_filter_t *)at->data;
        char *filter;
        if (strcmp(which->proto_name, "esmtp") != 0 || !which->is_filter_valid(ASKED_FOR(which, pinfo)))
            continue;
        filter = which->build_filter_string(ASKED_FOR(which, pinfo));
        proto_tree_add_string(tree, hf_name, tvb, 0, 0, which->display_name);
        proto_tree_add_string(tree, hf_filter, tvb, 0, 0, filter);
        g_free(filter);
    }
    return 0;
}

static void protocol_register(void)
{
    static hf_register_info fields[] = {
        {&hf_name, {"Name", "filters_shown.name", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_filter, {"Filter", "filters_shown.filter", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    };

    proto = proto_register_protocol("Filters shown", "Filters shown", "filters_shown");
    proto_register_field_array(proto, fields, G_N_ELEMENTS(fields));
    register_postdissector(create_dissector_handle(show, proto));
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
