/* wireshark_compat.h — what differs between the Wireshark releases this source is built against: 4.0, 4.4 and 4.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_WIRESHARK_COMPAT_H
#define ESMTP_DISSECTOR_WIRESHARK_COMPAT_H

#include <ws_version.h>

#include <epan/packet.h>

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

/* Octets as a line of printable text, as epan escapes it; lives with `scope`. */
static inline char *octets_format(wmem_allocator_t *scope, const uint8_t *octets, size_t length)
{
#if WIRESHARK_AT_LEAST(4, 2)
    return format_text(scope, (const char *)octets, length);
#else
    return format_text(scope, octets, length);
#endif
}

/* The TLS dissector's entry points for protocols that turn to TLS midway. Their header wants the headers of libgcrypt and GnuTLS,
 * which nothing else here needs. */
WS_DLL_PUBLIC uint32_t ssl_starttls_ack(dissector_handle_t tls_handle, packet_info *pinfo, dissector_handle_t app_handle);
WS_DLL_PUBLIC uint32_t ssl_starttls_post_ack(dissector_handle_t tls_handle, packet_info *pinfo, dissector_handle_t app_handle);

#endif
