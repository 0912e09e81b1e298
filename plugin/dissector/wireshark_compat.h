/* wireshark_compat.h — what differs between the Wireshark releases this source is built against: 4.0, 4.2, 4.4 and 4.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_WIRESHARK_COMPAT_H
#define ESMTP_DISSECTOR_WIRESHARK_COMPAT_H

#include <stdlib.h>

#include <gmodule.h>

#include <epan/packet.h>

#include <epan/addr_resolv.h>
#include <epan/conversation_filter.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/follow.h>
#include <epan/stat_tap_ui.h>
#include <epan/strutil.h>
#include <wsutil/str_util.h>

#include "dissector/wireshark_structs.h"

/* The kinds of plugin that this one is, for the list of plugins. 4.0 finds them out by itself. */
#if WIRESHARK_AT_LEAST(4, 4)
#include <wsutil/plugins.h>
#define PLUGIN_KINDS (WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_TAP_LISTENER)
#else
#define PLUGIN_KINDS 0
#endif

/* Does a column show the item in words? 4.6 has such columns. */
static inline bool field_is_printed(const field_info *item)
{
#if WIRESHARK_AT_LEAST(4, 6)
    return item && item->hfinfo->ref_type == HF_REF_TYPE_PRINT;
#else
    (void)item;
    return false;
#endif
}

static inline fvalue_t *field_value(field_info *item)
{
#if WIRESHARK_AT_LEAST(4, 2)
    return item->value;
#else
    return &item->value;
#endif
}

/* The type of a yes-or-no preference. */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool preference_bool;
#else
typedef gboolean preference_bool;
#endif

/* What a heuristic dissector returns. */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool heuristic_result;
#else
typedef gboolean heuristic_result;
#endif

/* What the function of a button returns, in a window with text. */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool button_result;
#else
typedef gboolean button_result;
#endif

/* What the functions of a conversation filter take and return. From 4.2 on they take a pointer of their own as well. */
#if WIRESHARK_AT_LEAST(4, 2)
#define FILTER_OF_PACKET(pinfo) packet_info *pinfo, void *own G_GNUC_UNUSED
#else
#define FILTER_OF_PACKET(pinfo) packet_info *pinfo
#endif
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool filter_validity;
#else
typedef gboolean filter_validity;
#endif

/* Registers a filter of Conversation Filter and Colorize Conversation. */
#if WIRESHARK_AT_LEAST(4, 2)
#define conversation_filter_register(protocol, name, is_valid, build)                                                       \
    register_conversation_filter(protocol, name, is_valid, build, NULL)
#else
#define conversation_filter_register register_conversation_filter
#endif

/* What a function returns that is called before memory is freed. */
#if WIRESHARK_AT_LEAST(4, 2)
typedef bool wmem_callback_result;
#else
typedef gboolean wmem_callback_result;
#endif

/* Octets as a line of printable text, as epan escapes it; lives with `scope`. */
static inline char *octets_format(wmem_allocator_t *scope, const uint8_t *octets, size_t length)
{
#if WIRESHARK_AT_LEAST(4, 2)
    return format_text(scope, (const char *)octets, length);
#else
    return format_text(scope, octets, length);
#endif
}

/* A statistic of the command line, for -z. */
typedef struct command_line_statistic {
    const char *name;                    /* "esmtp,mails": what the argument of -z begins with */
    bool (*start)(const char *argument); /* takes that argument; false: it cannot, and has said why */
} command_line_statistic;

/* Before 4.6 Wireshark leaves it to the statistic to end the program. */
#if WIRESHARK_AT_LEAST(4, 6)
static inline bool statistic_start(const char *argument, void *which)
{
    return ((const command_line_statistic *)which)->start(argument);
}
#else
static inline void statistic_start(const char *argument, void *which)
{
    if (!((const command_line_statistic *)which)->start(argument))
        exit(EXIT_FAILURE);
}
#endif

/* `which` has to stay where it is. */
static inline void statistic_register(command_line_statistic *which)
{
    stat_tap_ui ui = {.group = REGISTER_STAT_GROUP_GENERIC, .cli_string = which->name, .tap_init_cb = statistic_start};

    register_stat_tap_ui(&ui, which);
}

/* Does Wireshark's menu Follow take nothing from plugins? */
#if WIRESHARK_AT_LEAST(4, 2)
#define FOLLOW_MENU_IS_FIXED 0
#else
#define FOLLOW_MENU_IS_FIXED 1
#endif

/* Registers what Follow Stream and `-z follow` do with TCP connections. From 4.2 on they ask as well how many there are. */
static inline void follow_register_tcp(int protocol, const char *tap, follow_conv_filter_func of_packet,
                                       follow_index_filter_func of_stream, follow_address_filter_func of_addresses,
                                       tap_packet_cb add)
{
#if WIRESHARK_AT_LEAST(4, 2)
    register_follow_stream(protocol, tap, of_packet, of_stream, of_addresses, tcp_port_to_display, add, get_tcp_stream_count,
                           NULL);
#else
    register_follow_stream(protocol, tap, of_packet, of_stream, of_addresses, tcp_port_to_display, add);
#endif
}

/* How many Lua scripts are loaded. A Wireshark that was built without Lua lacks the function, and no package has its header.
 */
static inline int lua_scripts_loaded(void)
{
    GModule *program = g_module_open(NULL, G_MODULE_BIND_LAZY);
    void *count = NULL;

    if (!program)
        return 0;
    if (!g_module_symbol(program, "wslua_count_plugins", &count))
        count = NULL;
    g_module_close(program);
    return count ? ((int (*)(void))count)() : 0;
}

/* Bits of conversation_completeness in struct tcp_analysis, which no header names. */
#define SYN_SEEN 0x01u
#define FIN_SEEN 0x10u
#define RST_SEEN 0x20u

#define CREDENTIALS_TAP_NAME "credentials" /* its record is a credentials_record */

/* The flow graph: epan/sequence_analysis.h, which is in no development package. */
WS_DLL_PUBLIC void register_seq_analysis(const char *name, const char *title, const int protocol, const char *tap,
                                         unsigned tap_flags, tap_packet_cb add);
/* An arrow of the packet's time, from and to its addresses; NULL when it has none. */
WS_DLL_PUBLIC flow_arrow *sequence_analysis_create_sai_with_addresses(packet_info *pinfo, flow_graph *graph);
WS_DLL_PUBLIC void sequence_analysis_use_color_filter(packet_info *pinfo, flow_arrow *arrow);

/* The TLS dissector's entry points for protocols that turn to TLS midway. Their header wants the headers of libgcrypt and
 * GnuTLS, which nothing else here needs. */
WS_DLL_PUBLIC uint32_t ssl_starttls_ack(dissector_handle_t tls_handle, packet_info *pinfo, dissector_handle_t app_handle);
WS_DLL_PUBLIC uint32_t ssl_starttls_post_ack(dissector_handle_t tls_handle, packet_info *pinfo,
                                             dissector_handle_t app_handle);

#endif
