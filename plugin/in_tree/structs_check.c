/* structs_check.c — compares the structs of wireshark_structs.h with Wireshark's own. It is built in Wireshark's source tree
 * alone, where the headers are, and holds no code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stddef.h>

#include <glib.h>

#include <epan/sequence_analysis.h>
#include <ui/tap-credentials.h>

#include "dissector/wireshark_structs.h"

#define SIZE_OF_MEMBER(type, member) sizeof(((type *)0)->member)

#define SAME_MEMBER(type, member, theirs, their_member)                                                                     \
    _Static_assert(offsetof(type, member) == offsetof(theirs, their_member) &&                                              \
                       SIZE_OF_MEMBER(type, member) == SIZE_OF_MEMBER(theirs, their_member),                                \
                   #type "." #member " is not where " #theirs "." #their_member " is")

/* The tap's listeners get one that we make: all of it has to be there. */
_Static_assert(sizeof(credentials_record) == sizeof(tap_credential_t), "credentials_record is not as large as "
                                                                       "tap_credential_t");
SAME_MEMBER(credentials_record, frame, tap_credential_t, num);
SAME_MEMBER(credentials_record, username_frame, tap_credential_t, username_num);
SAME_MEMBER(credentials_record, password_field, tap_credential_t, password_hf_id);
SAME_MEMBER(credentials_record, username, tap_credential_t, username);
SAME_MEMBER(credentials_record, protocol, tap_credential_t, proto);
SAME_MEMBER(credentials_record, info, tap_credential_t, info);

SAME_MEMBER(flow_arrow, frame, seq_analysis_item_t, frame_number);
SAME_MEMBER(flow_arrow, source, seq_analysis_item_t, src_addr);
SAME_MEMBER(flow_arrow, source_port, seq_analysis_item_t, port_src);
SAME_MEMBER(flow_arrow, destination, seq_analysis_item_t, dst_addr);
SAME_MEMBER(flow_arrow, destination_port, seq_analysis_item_t, port_dst);
SAME_MEMBER(flow_arrow, label, seq_analysis_item_t, frame_label);
SAME_MEMBER(flow_arrow, time, seq_analysis_item_t, time_str);
SAME_MEMBER(flow_arrow, comment, seq_analysis_item_t, comment);
SAME_MEMBER(flow_arrow, conversation, seq_analysis_item_t, conv_num);
SAME_MEMBER(flow_arrow, foreground, seq_analysis_item_t, fg_color);
SAME_MEMBER(flow_arrow, background, seq_analysis_item_t, bg_color);
SAME_MEMBER(flow_arrow, has_colours, seq_analysis_item_t, has_color_filter);
SAME_MEMBER(flow_arrow, displayed, seq_analysis_item_t, display);
SAME_MEMBER(flow_arrow, source_node, seq_analysis_item_t, src_node);
SAME_MEMBER(flow_arrow, destination_node, seq_analysis_item_t, dst_node);
SAME_MEMBER(flow_arrow, line_width, seq_analysis_item_t, line_style);

SAME_MEMBER(flow_graph, name, seq_analysis_info_t, name);
SAME_MEMBER(flow_graph, any_address, seq_analysis_info_t, any_addr);
SAME_MEMBER(flow_graph, conversations, seq_analysis_info_t, nconv);
SAME_MEMBER(flow_graph, arrows, seq_analysis_info_t, items);
