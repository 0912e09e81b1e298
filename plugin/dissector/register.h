/* register.h — the two calls that register the protocol with Wireshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_REGISTER_H
#define ESMTP_DISSECTOR_REGISTER_H

#include <epan/packet.h>

/* Registers the protocol, its fields and preferences. To be called once, when all protocols register. */
void dissector_register(void);

/* Takes the ports. To be called once, when all protocols are registered. */
void dissector_register_handoff(void);

/* The handle of our dissector. */
dissector_handle_t dissector_handle(void);
/* Is this that handle, or the one for LMTP? */
bool dissector_is_ours(dissector_handle_t handle);

#endif
