/* wireshark_compat.h — what differs between the Wireshark releases this source is built against: 4.0, 4.4 and 4.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_WIRESHARK_COMPAT_H
#define ESMTP_DISSECTOR_WIRESHARK_COMPAT_H

#include <stdlib.h>

#include <ws_version.h>

#include <epan/packet.h>

#include <epan/stat_tap_ui.h>
#include <epan/strutil.h>
#include <wsutil/str_util.h>

#define WIRESHARK_AT_LEAST(major, minor)                                                                                     \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* What a yes-or-no preference is kept in. */
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

/* What a function returns that is called before memory is freed. */
#if WIRESHARK_AT_LEAST(4, 4)
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

/* The TLS dissector's entry points for protocols that turn to TLS midway. Their header wants the headers of libgcrypt and GnuTLS,
 * which nothing else here needs. */
WS_DLL_PUBLIC uint32_t ssl_starttls_ack(dissector_handle_t tls_handle, packet_info *pinfo, dissector_handle_t app_handle);
WS_DLL_PUBLIC uint32_t ssl_starttls_post_ack(dissector_handle_t tls_handle, packet_info *pinfo, dissector_handle_t app_handle);

#endif
