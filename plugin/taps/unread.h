/* unread.h — what a log cannot report: octets that are not in the capture, or that nobody can read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_UNREAD_H
#define ESMTP_TAPS_UNREAD_H

#include <glib.h>
#include <stdint.h>

#include "dissector/connections.h"

/* Of all connections. */
typedef struct unread {
    uint64_t missing; /* octets that were not captured */
    uint64_t octets;  /* octets that were, and whose meaning nobody knows */
    unsigned tls;     /* connections that went on under TLS, which nothing decrypted */
} unread;

/* Adds those of a connection: as it was read, and as it would be if the capture ended here. */
void unread_add_connection(unread *to, const carrier *kept, const carrier *at_end);

/* Adds those of the file that is open. What is held to the end counts as it is read for the log. */
void unread_add_file(unread *to);

/* Appends "; 720 octets were missing; 2 connections went on under TLS and could not be read", or nothing. */
void unread_append(GString *text, const unread *of);

#endif
