/* plugin.c — what Wireshark calls to load the plugin (doc/README.plugins of its source).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <ws_version.h>

#include <epan/packet.h>

#include <epan/proto.h>
#include <epan/tap.h>
#include <gmodule.h>

#include "dissector/register.h"
#include "dissector/wireshark_compat.h"
#include "taps/register.h"

G_MODULE_EXPORT const char plugin_version[] = ESMTP_VERSION;
G_MODULE_EXPORT const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
G_MODULE_EXPORT const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
G_MODULE_EXPORT void plugin_register(void);
G_MODULE_EXPORT uint32_t plugin_describe(void);

uint32_t plugin_describe(void)
{
    return PLUGIN_KINDS;
}

/* Wireshark's window reads its menus and the tables of statistics before it asks plugins for their taps. */
static void register_handoff(void)
{
    dissector_register_handoff();
    windows_register();
    report_window_register();
    follow_window_register();
}

void plugin_register(void)
{
    static proto_plugin esmtp = {.register_protoinfo = dissector_register, .register_handoff = register_handoff};
    static tap_plugin esmtp_taps = {.register_tap_listener = taps_register};

    proto_register_plugin(&esmtp);
    tap_register_plugin(&esmtp_taps);
}
