/* ntlm.h — who an NTLM message names ([MS-NLMP], 2.2.1).
 *
 *     message      = "NTLMSSP" %x00 type ...                   ; numbers have their low octet first
 *     type         = 1 (negotiate) / 2 (challenge) / 3 (authenticate), of 4 octets
 *     authenticate = lm-response nt-response domain user workstation [ session-key flags ... ] payload
 *     lm-response  = length length offset                      ; of 2, 2 and 4 octets, as the other five
 *
 * The whole of a message is Wireshark's NTLMSSP dissector's to show. Only who the user is is read here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_NTLM_H
#define ESMTP_WIRE_NTLM_H

#include "span.h"

typedef struct ntlm_names {
    span domain, user; /* as sent; empty when the message names none, as that of an anonymous user */
    bool unicode;      /* in UTF-16, the low octet first; else in a code page that the message does not name */
} ntlm_names;

/* Does it begin as a message of NTLM does? */
bool ntlm_is_message(span text);

/* Reads the names of an authenticate message; the other two have none. False: it is cut off, of an unknown type, or a name
 * lies outside of it or has half a character; names that could be read are there all the same. */
bool ntlm_parse(span message, ntlm_names *names_r);

#endif
