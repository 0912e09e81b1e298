/* esmtp.h — what the files of this folder share: the connection, and one call of the dissector on its way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_DISSECTOR_ESMTP_H
#define ESMTP_DISSECTOR_ESMTP_H

#include <epan/packet.h>

#include <epan/conversation.h>

#include "dissector/fields.h"
#include "dissector/wireshark_compat.h"
#include "session/session.h"
#include "wire/address.h"
#include "wire/capability.h"
#include "wire/date_time.h"

typedef struct preferences {
    preference_bool log_tls;         /* logs and reports tell what the TLS dissector has found */
    preference_bool decode_auth;     /* show what AUTH's base64 stands for */
    preference_bool replace_builtin; /* take the built-in dissector's ports */
    preference_bool builtin_fields;  /* add the built-in dissector's fields where they are named */
    preference_bool all_segments;    /* read TCP's segments as captured, those that TCP keeps back included */
    unsigned message_limit;          /* MiB of one message's content that are put together at most */
    unsigned held_limit;             /* KiB of one direction that wait for missing octets at most */
    preference_bool mime_expert;     /* an expert info for what is wrong with parts of a mail */
    preference_bool log_parts;       /* the mail log has attachments and addresses */
    unsigned parts_limit;            /* parts that are read of a mail at most ... */
    unsigned parts_depth_limit;      /* ... and multiparts and messages within one another */
    unsigned part_octets_limit;      /* MiB of a part that are decoded at most, as they were sent ... */
    unsigned parts_octets_limit;     /* ... and of all parts of a mail */
} preferences;

extern preferences esmtp_preferences;

/* register.c — a yes-or-no preference of another protocol. */
bool preference_is_true(const char *protocol, const char *name);

typedef struct carrier carrier; /* connections.h */

/* What is kept of a TCP connection, as conversation data. */
typedef struct connection {
    session *session;
    conversation_t *conversation;
    const struct tcp_analysis *tcp; /* what TCP knows of it; NULL: nothing */
    carrier *carrier;               /* what is known of it from TCP's segments */
    address server_address;         /* who was connected to, by the packets so far */
    uint16_t server_port;
    uint32_t first_frame; /* and tag: of the first call that was for it */
    uint32_t first_tag;
    bool late;          /* its first packets were not ours, though they were captured */
    tls_state followed; /* the state that the TLS dissector knows */

    /* Where TCP's segments are put in order (route.h). */
    const struct route *route;          /* NULL: nowhere */
    struct connection *earlier, *later; /* of the same addresses and ports */
    unsigned server_direction;          /* the route's direction in which the server sends */
    uint32_t last_read_frame;           /* of the last packet that something was read with */
} connection;

/* What the calls that one packet makes for a connection (a call for each TLS record) have in common. */
typedef struct packet_state {
    uint32_t calls;
    wmem_strbuf_t *info; /* the Info column so far */
    size_t content_at;   /* where in it the text about content begins that it ends with */
    uint64_t content;    /* octets of that content; 0: it ends with something else */
    uint8_t side;        /* whose words it ends with */
} packet_state;

/* One call of the dissector. */
typedef struct drawing {
    tvbuff_t *tvb;
    packet_info *pinfo;
    proto_tree *top;  /* the packet's tree */
    proto_tree *tree; /* our part of it; NULL when no tree is wanted */
    proto_item *item; /* its root */
    connection *connection;
    const segment *segment;
    bool parsed;  /* what the session parsed of it can still be asked for */
    bool of_peer; /* the octets were sent by the packet's receiver, and became readable with it */
    layer layer;
    unsigned experts;       /* expert infos that were added */
    packet_state *packet;   /* by packet_state_of() */
    wmem_strbuf_t *info;    /* this call's text for the Info column */
    uint64_t info_content;  /* octets of content, when the text says nothing else; else 0 */
    bool info_chunked;      /* ... these came by BDAT */
    unsigned info_outcomes; /* mails that the text tells the outcome of */
    wmem_array_t *mails;    /* mail_handed: complete in this call, to be handed on when all else is drawn; NULL for none */
} drawing;

/* A mail that is complete in a call. */
typedef struct mail_handed {
    const message *message;
    tvbuff_t *tvb; /* by mail_tvb() */
} mail_handed;

/* Octets that are drawn: where they are in a tvbuff, and where the parsers find them. */
typedef struct place {
    tvbuff_t *tvb;
    int offset;  /* in the tvbuff */
    span octets; /* the same octets in memory */
} place;

/* An end of a connection. */
typedef struct peer {
    const address *address;
    uint16_t port;
} peer;

/* dissect.c */
int dissect_esmtp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
/* To be called when another file is begun. */
void dissect_reset(void);
/* Octets that the packet's sender sent before the one with this sequence number, by TCP's analysis. */
struct tcp_analysis;
uint32_t octets_before(const struct tcp_analysis *tcp, uint32_t sequence);
/* Begins a connection whose first packets were not dissected: nothing is said of what they held. */
void connection_begin_late(packet_info *pinfo);
/* The memory of all sessions of the file that is open. */
pools *pools_of_file(void);
/* A connection with a session, without addresses. `from_start`: its beginning was captured; `syn` NULL: not its SYN. */
connection *connection_new(bool from_start, const moment *syn);
/* Notes who was connected to. */
void connection_is_with(connection *c, const address *server, uint16_t port);
/* To be called before and after something is read in a frame. Frees what was over when the last frame ended. */
void sessions_frame_begins(uint32_t frame);
void session_was_read(session *s, uint32_t frame);
/* What the packet's calls have in common: made when it is first asked for, which most packets never do. */
packet_state *packet_state_of(drawing *d);
/* TLS begins in the packet with the connection's first octets. */
void draw_tls_unasked(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);
/* So many octets of TLS came in the packet when others behind them had come before. */
void draw_tls_kept_back(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, uint32_t octets);
/* The octets of a finding, in memory. */
span octets_of(const drawing *d, const finding *f);
/* The same in a tvbuff: this packet's, or one gathered from several packets, which gets a tab of its own called `name`. */
place place_of(drawing *d, const finding *f, const char *name);

/* parsed.c — what a COMMAND or a REPLY holds: on the first visit as the session has parsed it. The command is NULL for a
 * line that does not have the form of one. */
typedef struct parsed_command parsed_command;
typedef struct parsed_reply_line parsed_reply_line;
const parsed_command *command_of(drawing *d, const finding *f);
const parsed_reply_line *reply_lines_of(drawing *d, const finding *f, unsigned *count_r);

/* As place_of(), but what was gathered from several packets gets no tab of its own. */
place octets_placed(drawing *d, const finding *f);

/* command_line.c */
void command_line_read(void);
/* Is the program tshark? What it prints at the end is all that it prints of a statistic. */
bool command_line_is_tshark(void);
/* Does -e, -j or -J name the field, or -j or -J its protocol? */
bool command_line_names(const char *name, const char *protocol);
/* Is the text part of what they name? */
bool command_line_mentions(const char *text);
/* How often packets are visited, by the command line. */
visits command_line_visits(void);
/* Is the tree made for the fields alone that -e names? */
bool command_line_wants_fields_alone(void);
/* Does anybody read more of a packet than the fields that -e and filters name, and what our own taps get? True also if that
 * is not known. */
bool command_line_reads_more(void);
/* Does it hold for each name that -e gives? */
bool command_line_all_fields(bool (*holds)(const char *name));
/* Does -d say what dissects this port of the table? */
bool command_line_decodes(const char *table, uint32_t port);

/* draw.c — small helpers for all drawing. The span has to be part of the place. A field that nobody asked for is
 * not drawn: then there is no item, NULL, and what would be below it stands in its parent's tree. */
proto_item *draw_item(proto_tree *tree, field which, const place *at, span part);
/* The tree below an item of `tree`. */
proto_tree *draw_below(proto_tree *tree, proto_item *item, subtree which);
/* Where in the place's tvbuff a part of it stands. */
int offset_in(const place *at, span part);
/* A string field: the octets as UTF-8, in which NUL does not end the text. */
proto_item *draw_text(proto_tree *tree, packet_info *pinfo, field which, const place *at, span part);
/* A string field with a value that is not what stands in the packet (decoded, in upper case). */
proto_item *draw_value(proto_tree *tree, field which, const place *at, span part, const char *value);
/* Does anybody read the item in words? */
bool item_is_read(proto_item *item);
/* Says behind an item what it means, and who defines that; NULL as the source says that nobody does. */
void draw_meaning(proto_item *item, const char *meaning, const char *source);
proto_item *draw_true(proto_tree *tree, field which, const place *at, span part);
/* An unsigned field of 64 bits or fewer. */
proto_item *draw_number(proto_tree *tree, field which, const place *at, span part, uint64_t value);
proto_item *draw_time(proto_tree *tree, field which, const place *at, span part, const date_time *time);
/* The field that fits the address's kind; none for a name. */
void draw_address(proto_tree *tree, field ipv4, field ipv6, const place *at, span part, const ip_address *found);
/* A number, of a frame or of octets, that does not stand in the packet. */
proto_item *draw_generated_number(proto_tree *tree, field which, tvbuff_t *tvb, uint64_t value);
/* Octets as UTF-8, with NUL shown: a string that lives with `scope`, or with the packet. */
char *text_in(wmem_allocator_t *scope, span octets);
char *text_of(packet_info *pinfo, span octets);
char *upper_case_of(packet_info *pinfo, span octets);
/* "1,234,567" */
const char *grouped(packet_info *pinfo, uint64_t number);
/* "1 octet", "1,234,567 octets" */
const char *octets_text(packet_info *pinfo, uint64_t octets);
/* Expert information about an item: `text`, or the note's own sentence for NULL. Nothing else adds any, so that the packet's
 * are counted. */
void draw_expert(drawing *d, proto_item *item, note which, const char *text);
void draw_expert_format(drawing *d, proto_item *item, note which, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* The same at the octet that is `wrong`: part of the place, and empty where an octet is missing. */
void draw_expert_at(drawing *d, proto_tree *tree, const place *at, span wrong, note which, const char *text);
/* "CR", "LF" or "NUL" if the value holds one; NULL for none. */
const char *injected_octet(span value);
/* NOTE_HEADER_INJECTION if the value, which is that of `what`, holds a CR, LF or NUL. */
void draw_injection(drawing *d, proto_item *item, span value, const char *what);
/* The expert information for each note of a finding. */
void draw_notes(drawing *d, proto_item *item, const finding *f);
/* esmtp.expert, if the call has drawn any. To be called when all else is drawn. */
void draw_experts_counted(const drawing *d);

/* exchange_text.c — the two halves of an exchange in words: "RCPT TO:<bob@example.net>", "AUTH PLAIN", "the content"; and
 * "550 5.1.1" of the last reply to it. */
const char *exchange_command_text(drawing *d, const exchange *e);
const char *exchange_reply_text(drawing *d, const exchange *e);
/* A link from what is answered to the packet with the reply. */
void draw_reply_link(drawing *d, proto_tree *tree, field which, const exchange *e);

/* note_text.c — what a note says of this finding, with its place and its number; NULL: what it says of any. */
const char *note_text(drawing *d, const finding *f, note which);

/* One kind of finding each. */
void draw_command(drawing *d, const finding *f);
void draw_auth_response(drawing *d, const finding *f);
void draw_reply(drawing *d, const finding *f);
void draw_content(drawing *d, const finding *f);
void draw_end_of_data(drawing *d, const finding *f);
void draw_proxy(drawing *d, const finding *f);

/* draw_transaction.c — the transactions that end in this call, those that the end of the capture, or a command that was
 * never answered, cut off in it; and links to the end of the others that it is about. */
void draw_transactions(drawing *d);
/* Reports the connection's end to the session, if TCP has seen it. To be called before the mails that were cut off are
 * asked for. */
void connection_notice_end(const connection *c);
/* Calls `visit` for each transaction that is cut off here, with its end: that of the command that was not answered in this
 * call; the others, if it is the last call. */
typedef void (*cut_off_visitor)(void *data, const transaction *ended);
void transactions_cut_off_here(const connection *c, const segment *where, cut_off_visitor visit, void *data);

/* draw_connection.c — what became of the connection, if this is its last call. */
void draw_connection(drawing *d);

/* header_text.c — a header field's text as UTF-8: its encoded words decoded (RFC 2047). Lives with `scope`. */
char *header_text(wmem_allocator_t *scope, span unfolded);

/* draw_capability.c — what one line of the reply to EHLO offers: `text` is what stands behind the code. */
void draw_capability(drawing *d, proto_tree *tree, const place *at, span text, const capability *offer);

/* draw_parameter.c — what stands behind the path of MAIL (PARAMETER_OF_MAIL) and RCPT (PARAMETER_OF_RCPT). */
void draw_parameters(drawing *d, proto_tree *tree, const place *at, span rest, unsigned verb);

/* draw_auth.c — " of ann", where it is known who authenticates and may be shown, else "". */
const char *auth_user_text(drawing *d, const auth_exchange *auth);
/* One message of an AUTH exchange, in base64; and a SASL mechanism with its meaning. */
void draw_auth_message(drawing *d, proto_tree *tree, const place *at, span base64, const finding *f, side sender,
                       unsigned step);
void draw_mechanism(proto_tree *tree, packet_info *pinfo, field which, const place *at, span name);

/* mail.c — whether the mail's own dissector gets it: all of it was captured, and it is within the limit. */
bool mail_is_shown(const message *m);
/* The same in a tvbuff, which the mail's own dissector gets: a data source of its own where they are not in the packet as
 * they are. Only of a mail that is shown. */
tvbuff_t *mail_tvb(drawing *d, const message *m);
/* Its octets, without stuffed dots: those of the session, of the packet, or a copy that lives with that. */
span mail_octets(drawing *d, const message *m);
/* Finds the mails that are complete in this call, and hands them to the dissector for internet messages. */
void mails_collect(drawing *d);
void mails_hand_over(drawing *d);

/* mail_readers.c — can anybody see what that dissector makes of a mail? The answer is the same for all packets of a file. */
bool mails_are_read(const packet_info *pinfo);
/* Another file begins. */
void mail_readers_reset(void);

/* message_parts.c — what is wrong with the parts of a message that is complete, when the preference asks for it. */
void draw_part_defects(drawing *d, proto_item *item, const message *m);

/* tls.c — the hand-offs to the TLS dissector. */
void tls_register_handoff(dissector_handle_t own);
/* After the first visit of a packet: STARTTLS was granted in it, or what followed a grant was no TLS. */
void tls_follow_session(connection *c, packet_info *pinfo);
/* Does TLS begin with these first octets of a connection, though nobody asked for it? Then the connection is TLS's from here
 * on. */
bool tls_take_over(tvbuff_t *tvb, packet_info *pinfo);
bool tls_is_handle(dissector_handle_t handle);
/* Is TLS what begins connections to the port? And is it 465, where nothing else may (RFC 8314, 7.3)? */
bool tls_port_begins_with_tls(uint16_t port);
bool tls_port_is_submissions(uint32_t port);

/* builtin_fields.c — the built-in dissector's fields, hidden, when something names them. */
void builtin_fields_register_handoff(void);
void builtin_fields_draw(drawing *d);

/* ports.c — lets the ports of the built-in dissector follow us, and gives them back. */
void ports_register_handoff(dissector_handle_t own);
/* Does the port point to us, in the clear? And under TLS? */
bool port_is_ours(uint16_t port);
bool port_is_ours_under_tls(uint16_t port);

/* heuristic.c */
void heuristic_register_handoff(void);

/* guard.c — calls another dissector: what it throws is shown and goes no further, and it cannot ask TCP for more octets.
 * Either a handle or a heuristic is given. */
void call_guarded(drawing *d, proto_tree *tree, tvbuff_t *tvb, dissector_handle_t handle, heur_dtbl_entry_t *heuristic);

/* tap.c */
void tap_register(void);
/* Tells the taps what this call found; `keep`: keeps it for tap_record_of_packet(), too. */
void tap_queue(drawing *d, uint32_t stream, bool keep);

/* columns.c */
void columns_draw(drawing *d);

#endif
