/* mail_read.c — a plugin for tests: a part of the type multipart/x-observed is written about on standard error, whenever a
 * dissector gets it.
 *
 * So a test sees whether Wireshark's mail dissector was called where nothing that tshark prints tells it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>

#include <ws_version.h>

#include <epan/packet.h>

#include <epan/proto.h>
#include <gmodule.h>

G_MODULE_EXPORT const char plugin_version[] = "0";
G_MODULE_EXPORT const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
G_MODULE_EXPORT const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
G_MODULE_EXPORT void plugin_register(void);
G_MODULE_EXPORT uint32_t plugin_describe(void);

static int proto = -1, hf_length = -1;

static int observe(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)pinfo;
    (void)data;
    fprintf(stderr, "mail read\n");
    proto_tree_add_uint(tree, hf_length, tvb, 0, 0, tvb_captured_length(tvb));
    return (int)tvb_captured_length(tvb);
}

static void protocol_register(void)
{
    static hf_register_info fields[] = {
        {&hf_length, {"Length", "mail_read.length", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
    };

    proto = proto_register_protocol("Mail read", "Mail read", "mail_read");
    proto_register_field_array(proto, fields, G_N_ELEMENTS(fields));
}

static void handoff_register(void)
{
    dissector_add_string("media_type", "multipart/x-observed", create_dissector_handle(observe, proto));
}

/* From 4.4 on Wireshark asks what a plugin has: a dissector. */
uint32_t plugin_describe(void)
{
    return 1;
}

void plugin_register(void)
{
    static proto_plugin plugin = {.register_protoinfo = protocol_register, .register_handoff = handoff_register};

    proto_register_plugin(&plugin);
}
