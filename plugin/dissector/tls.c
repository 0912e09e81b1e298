/* tls.c — the hand-offs to and from the TLS dissector (RFC 3207, RFC 8314).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/dissectors/packet-tls.h>

#include "dissector/esmtp.h"
#include "dissector/wireshark_compat.h"

#define SUBMISSIONS_PORT 465 /* RFC 8314, 7.3 */

static dissector_handle_t tls_handle;
static dissector_handle_t esmtp_handle;

void tls_register_handoff(dissector_handle_t own)
{
    esmtp_handle = own;
    tls_handle = find_dissector_add_dependency("tls", proto_esmtp);
    ssl_dissector_add(SUBMISSIONS_PORT, own);
}

void tls_follow_session(connection *c, packet_info *pinfo)
{
    tls_state now = session_tls(c->session);

    if (now == c->followed || !c->conversation)
        return;
    c->followed = now;
    if (now == TLS_GRANTED) {
        ssl_starttls_ack(tls_handle, pinfo, esmtp_handle);
        /* Where a heuristic or a PROXY header made the connection ours from some packet on, TLS has to be named for later
         * ones. */
        conversation_set_dissector_from_frame_number(c->conversation, pinfo->num + 1, tls_handle);
    } else if (now == TLS_READABLE)
        conversation_set_dissector_from_frame_number(c->conversation, pinfo->num, esmtp_handle);
}

/* A TLS record with a ClientHello, of any version so far (RFC 8446, 5.1 and 4). */
static bool begins_tls(tvbuff_t *tvb)
{
    const uint8_t *octets = tvb_captured_length(tvb) < 6 ? NULL : tvb_get_ptr(tvb, 0, 6);

    return octets && octets[0] == 0x16 && octets[1] == 0x03 && octets[2] <= 0x04 && octets[5] == 0x01;
}

bool tls_take_over(tvbuff_t *tvb, packet_info *pinfo)
{
    if (pinfo->fd->visited || !tls_handle || !begins_tls(tvb))
        return false;
    ssl_starttls_post_ack(tls_handle, pinfo, esmtp_handle);
    return true;
}

bool tls_is_handle(dissector_handle_t handle)
{
    return handle == tls_handle;
}

bool tls_port_begins_with_tls(uint16_t port)
{
    return dissector_get_uint_handle(find_dissector_table("tls.port"), port) != NULL;
}

bool tls_port_is_submissions(uint32_t port)
{
    return port == SUBMISSIONS_PORT;
}
