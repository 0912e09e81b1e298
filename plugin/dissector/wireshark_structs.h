/* wireshark_structs.h — the release that this is built against, and those of its structs that no development package
 * declares.
 *
 * What is declared here was compared with the headers of each release up to the one below. The build in Wireshark's own
 * source tree, which has the headers, compares them each time: in_tree/structs_check.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_WIRESHARK_STRUCTS_H
#define ESMTP_DISSECTOR_WIRESHARK_STRUCTS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <ws_version.h>

#include <epan/address.h>

#define WIRESHARK_AT_LEAST(major, minor)                                                                                    \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

#if !defined ESMTP_IN_TREE && WIRESHARK_AT_LEAST(4, 7)
#error "These structs were compared with Wireshark's up to 4.6: compare them with this newer release, then raise the number."
#endif

/* A record of the tap "credentials": tap_credential_t of ui/tap-credentials.h, the same in all of these releases. */
typedef struct credentials_record {
    unsigned frame;
    unsigned username_frame;
    unsigned password_field; /* the field that shows the password */
    char *username;
    const char *protocol;
    char *info;
} credentials_record;

/* The flow graph: seq_analysis_item_t and seq_analysis_info_t of epan/sequence_analysis.h. epan makes them, so only their
 * beginnings are declared, as far as we fill them in. */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool flow_bool;
#else
typedef gboolean flow_bool;
#endif

typedef struct flow_arrow {
    uint32_t frame;
    address source;
    uint16_t source_port;
    address destination;
    uint16_t destination_port;
    char *label; /* on the arrow; freed by epan, as are the others */
    char *time;
    char *comment; /* beside it */
    uint16_t conversation;
    unsigned foreground;
    unsigned background;
    flow_bool has_colours;
    flow_bool displayed;
    unsigned source_node;
    unsigned destination_node;
    uint16_t line_width; /* pixels */
} flow_arrow;

typedef struct flow_graph {
    const char *name;
    flow_bool any_address;
    int conversations;
    GQueue *arrows;
} flow_graph;

#endif
