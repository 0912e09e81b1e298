/* fields.h — every field, subtree and expert information of the plugin, by name. field_rows.h has the table of the fields,
 * session/note_rows.h that of the expert infos.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_FIELDS_H
#define ESMTP_DISSECTOR_FIELDS_H

#include <epan/packet.h>

#include <epan/expert.h>

#include "session/notes.h"

typedef enum field {
#define FIELD(name, ...) FIELD_##name,
#include "dissector/field_rows.h"
#undef FIELD
    FIELD_COUNT
} field;

/* Each field belongs to one group, which its row names. A drawing function asks first whether anybody wants a field of its
 * groups. */
typedef enum field_group {
    GROUP_COMMAND = 1u << 0,
    GROUP_ARGUMENT = 1u << 1, /* what a command's argument holds, but for AUTH's */
    GROUP_AUTH = 1u << 2,
    GROUP_REPLY = 1u << 3,
    GROUP_STATUS = 1u << 4,
    GROUP_GREETING = 1u << 5, /* and the first line of the reply to EHLO */
    GROUP_CAPABILITY = 1u << 6,
    GROUP_LAYER = 1u << 7, /* drawn in every call, and asked for field by field */
    GROUP_MESSAGE = 1u << 8,
    GROUP_END_OF_DATA = 1u << 9,
    GROUP_TRANSACTION = 1u << 10,
    GROUP_PROXY = 1u << 11,
    GROUP_PART = 1u << 12,
    GROUP_UNKNOWN = 1u << 13,
    GROUP_OPAQUE = 1u << 14,
    GROUP_RETRANSMITTED = 1u << 15,
    GROUP_GAP = 1u << 16,
    GROUP_HELD = 1u << 17,
    GROUP_CONNECTION = 1u << 18, /* the last */
} field_group;
#define GROUP_COUNT 19

typedef enum subtree {
    SUBTREE_ESMTP,
    SUBTREE_COMMAND,
    SUBTREE_PATH,
    SUBTREE_PARAMETER,
    SUBTREE_AUTH,
    SUBTREE_REPLY,
    SUBTREE_REPLY_CODE,
    SUBTREE_ENHANCED_STATUS,
    SUBTREE_CAPABILITY,
    SUBTREE_MESSAGE,
    SUBTREE_TRANSACTION,
    SUBTREE_RECIPIENT,
    SUBTREE_CONNECTION,
    SUBTREE_COUNT
} subtree;

extern int proto_esmtp;
extern int proto_esmtp_parts; /* a name alone, for the list of objects to export */
extern int hf[FIELD_COUNT];
extern int ett[SUBTREE_COUNT];
extern expert_field ei[NOTE_COUNT]; /* by note: the table is session/note_rows.h */

/* draw.c — "1,234 octets": how Wireshark shows a field that counts octets. `label` has room for ITEM_LABEL_LENGTH. */
void octets_label(char *label, uint64_t octets);

/* Registers all of them under proto_esmtp. */
void fields_register(void);

/* Finds out which fields a call has to draw: all when somebody reads the tree or wants to hear of expert infos, else those
 * that something names. Returns whether it is all of them. What follows is for the call at hand. */
bool fields_ask(const proto_tree *top, const packet_info *pinfo);
bool field_is_wanted(field which);
/* Does anybody look for the protocol's own item? Fields that -e names are found wherever they stand in the tree. */
bool protocol_item_is_wanted(void);
/* Is there a script or a post-dissector, which may read any field? */
bool fields_have_readers(void);
/* Then somebody may read what an item says in words. */
bool fields_all_wanted(void);
/* Does anybody want a field of these groups? */
bool groups_are_wanted(unsigned groups);

#endif
