/* foreign.h — other protocols, recognized by how their first line begins or ends: what port scanners, and programs with a
 * wrong port in their configuration, send where SMTP belongs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_FOREIGN_H
#define ESMTP_WIRE_FOREIGN_H

#include "span.h"

/* The name of the protocol that the line, or its beginning, is of; NULL when it is none that is known. */
const char *foreign_protocol_of(span text);

#endif
