/* state.h — the inside of a session, shared by the files of this folder alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_STATE_H
#define ESMTP_SESSION_STATE_H

#include "session/session.h"
#include "wire/capability.h"
#include "wire/path.h"

/* The longest command line or reply line, its ending counted (RFC 5321, 4.5.3.1.4 and 4.5.3.1.5), and the longest that
 * carries a message of AUTH (RFC 4954, 4). */
#define COMMAND_LINE_LIMIT 512u
#define AUTH_LINE_LIMIT 12288u
/* In reply to a content: a reply for each recipient follows, and one for the whole (PRDR, draft-hall-prdr). */
#define PRDR_BEGINS 353u
/* In reply to a content: its lines hold the lines of a reply for each recipient (EXDATA, draft-varshavchik-exdata-smtpext). */
#define EXDATA_RESULTS 558u

/* What the client's next octets are. */
typedef enum client_state {
    CLIENT_COMMANDS,
    CLIENT_AFTER_DATA, /* DATA was sent and not answered: the next line tells whether content or commands follow */
    CLIENT_CONTENT,    /* content up to the lone dot */
    CLIENT_CHUNK,      /* `raw_left` octets of a BDAT chunk */
    CLIENT_RAW,        /* `raw_left` octets that are no content (XEXCH50) */
    CLIENT_UNKNOWN,    /* anything, until a line that can only be a command */
    CLIENT_OPAQUE,     /* behind a SASL security layer */
} client_state;

/* One direction of one layer. A *unit* is what becomes one finding: a command line, or all the lines of a reply. */
typedef struct stream {
    bool begun;
    uint64_t next;           /* position of the octet that has to come next */
    uint8_t *held;           /* octets of a unit that is not complete */
    size_t held_length;
    size_t held_capacity;
    uint64_t unit_position;  /* of held[0] */
    bool skipping;           /* inside a line that grew over UNIT_LIMIT */
    size_t line_start;       /* server: where in the unit the line under way begins */
    uint32_t lines;          /* server: complete lines in the unit */
    uint16_t first_code;     /* server: of the unit's first line */
    bool codes_differ;
    bool bad_line;           /* server: a line of the unit is no reply line */
    wmem_array_t *segments;
} stream;

typedef struct kept kept;
typedef struct kept_array kept_array;
typedef struct kept_block kept_block;

struct session {
    wmem_allocator_t *scope;
    bool visited_once;       /* no packet is visited again */
    kept *kept;              /* then: what is to be given back */
    kept_array *kept_arrays;
    kept_block *kept_blocks;
    segment latest;            /* ... and what the last call brought */
    uint64_t gather_limit;
    stream streams[2][2]; /* layer, sender */
    bool roles_swapped;   /* the sender that opened the connection is the server */
    bool roles_known;   /* a first line has told who is who */
    bool spoken[2];       /* by role: has it sent anything since the session began */
    bool lossy;           /* gaps or a late start: a missing partner for a reply is no wonder */

    client_state client;
    unsigned unrecognized;    /* client lines in a row that are no known command */
    uint64_t raw_left;        /* CHUNK, RAW */
    exchange *chunk;          /* CHUNK: the BDAT that it belongs to */
    content_reader content;
    unsigned held_oddities;   /* content_oddity: of octets that were held, not told of yet */
    message *message;         /* content under way, or chunks gathered so far */
    transaction *chunks_of;   /* what these chunks belong to, NULL for none */
    exchange *data;           /* the DATA that CLIENT_AFTER_DATA and CLIENT_CONTENT are about */
    bool data_bare_lf;

    wmem_list_t *waiting;     /* exchange *: oldest first */
    unsigned waiting_verbs[VERB_COUNT]; /* commands among them, by verb */
    exchange *auth;           /* the AUTH under way */
    bool auth_tried;
    bool layer_possible;      /* a mechanism that may add a security layer has succeeded */
    bool opaque;

    bool proxy_possible;      /* the client has sent nothing yet: a PROXY header may come */
    bool greeted;
    bool lmtp;
    bool hello_seen;
    bool offers_known;        /* EHLO or LHLO was answered 250 */
    bool offered[CAPABILITY_ROWS_MAX]; /* in that reply, by capability_rows() */
    uint64_t size_offered;    /* 0: no limit told */
    unsigned recipients_accepted;

    span helo;                /* argument of the last EHLO, HELO or LHLO that was not refused */
    const exchange *last_hello;
    span auth_username;       /* after a 235 */
    transaction *current_transaction;     /* the transaction that the client's next commands belong to */
    wmem_list_t *open;        /* transaction *: not ended, oldest first */
    wmem_list_t *ended;       /* transaction *: ended in the call under way */
    unsigned transactions;    /* numbered so far */
    uint32_t last_frame;      /* of the last call */
    uint32_t last_tag;

    layer last_layer;
    tls_state tls;
    uint32_t starttls_frame;
    bool plaintext_reported;      /* the first line in the clear behind the grant has got its note */

    finding *found;           /* findings of the call under way; the room is used again by the next */
    unsigned found_count;
    unsigned found_capacity;
};

/* A command as it was sent. */
typedef struct parsed_command {
    command command;
    path path;       /* MAIL, RCPT */
    span parameters; /* what follows it */
} parsed_command;

/* One call of session_read on its way. */
typedef struct reading {
    session *s;
    stream *stream;
    const segment_input *segment_input;
    side role;         /* of the sender */
    span octets;       /* what is new in the call */
    uint64_t position; /* of its first octet */
    size_t at;         /* octets read so far */
} reading;

/* memory.c — what is kept until the session is over, or, where every packet is visited once, until nothing is under way. */

/* Zeroed. */
void *session_alloc(session *s, size_t length);
/* A new block for NULL; its octets are not zeroed. */
void *session_realloc(session *s, void *octets, size_t length);
void session_free(session *s, void *octets);
wmem_array_t *session_array(session *s, size_t element);

/* stream.c — positions, and units that come in pieces. */

/* The call's place in its stream: sets r->octets and r->position to what is new; emits OLD and GAP. Returns the octets
 * that are missing before it. */
uint64_t stream_place(reading *r, span octets, uint64_t *segment_position_r);
/* Puts the finding into the call's list and returns it, to be filled in further before the next one. */
finding *stream_emit(reading *r, finding_kind kind, uint64_t position, uint64_t length);
/* The unit that ends at octets[end): what was held and what the call brought of it from `from` on. *copy_r is set when it is a
 * copy that lives with the session, else NULL. */
span stream_unit(reading *r, size_t from, size_t end, const uint8_t **copy_r);
/* Keeps octets[from ...] for the next call. */
void stream_hold(reading *r, size_t from);
/* Is the unit that reaches from r->at to octets[end), with what is held of it, longer than any can be? */
bool stream_too_long(const reading *r, size_t end);
/* Passes over such a unit up to octets[end); more of its line follows in the next call unless `line_ends`. */
void stream_skip(reading *r, size_t end, bool line_ends);
/* Position of the unit's first octet, when what the call brought of it begins at `from`. */
uint64_t stream_unit_position(const reading *r, size_t from);
/* Forgets what is held. */
void stream_drop(stream *st);
/* The sender's stream in the other direction of the same layer. */
stream *stream_of_role(session *s, layer which, side role);

/* exchange.c — commands waiting for their replies. */

exchange *exchange_wait(session *s, exchange_kind kind, verb_id id, const char *verb);
/* An exchange whose command is known from its frame. */
exchange *exchange_wait_from(reading *r, exchange_kind kind, verb_id id, const char *verb);
/* The exchange that a reply answers, NULL when it answers none. The exchange stays in the queue if more replies are due. */
exchange *exchange_answer(reading *r, uint16_t code);
/* Does a command with this verb wait? */
bool exchange_waits(const session *s, verb_id id);
/* Is the next reply most likely one to a line that may hold a secret? */
bool exchange_secret_waits(const session *s);
/* The content of a refused DATA gets no reply of its own. */
void exchange_content_unanswered(session *s);
void exchange_all_unanswered(session *s);
/* Its reply was not captured, nor were those to what was sent before it. */
void exchange_through_unanswered(session *s, const exchange *e);
/* After a loss on the server's side: only what was sent last may still be answered. */
void exchange_older_unanswered(session *s);

/* message.c — content. */

/* Begins the content of a DATA at a position of the client's stream. */
void message_begin(session *s, uint64_t position);
/* The content of the first chunk, or of one more. */
void message_begin_chunk(session *s, uint64_t position);
/* The command that they would have been dropped by is granted. */
void message_drop_chunks(session *s, const message *gathered);
/* Reads DATA's content from r->at on, up to the end of data if that comes. */
void message_read_content(reading *r);
/* The same for octets of earlier calls, which were held as the beginning of a line: there is no LF in them, so the content
 * cannot end there. Their packets showed them as a part of a line. */
void message_read_earlier(reading *r, span octets);
/* Reads the octets of a BDAT chunk. */
void message_read_chunk(reading *r);
/* So many octets of the content were not captured. */
void message_gap(session *s, uint64_t octets);
/* `octets` of the chunk under way were not captured: s->raw_left is what is left of it behind them. */
void message_chunk_gap(reading *r, uint64_t octets);
/* Content behind a gap: octets[from ... end) of the call. */
void message_read_lossy(reading *r, size_t from, size_t end);
/* The last `octets` of that are no content: they began another line. */
void message_take_back(session *s, size_t octets);
/* Its end, by a lone dot: `here` octets of that line came in this call, up to r->at, and so many in earlier ones. */
void message_end_lossy(reading *r, size_t here, size_t earlier);
/* Whatever of a message is under way will not be completed. */
void message_abandon(session *s);

/* mail_header.c — keeps of a content's beginning what a mail log shows. Does nothing if that was done before. */
void mail_header_learn(session *s, message *m, span content);

/* transaction.c */

/* A command was sent; its exchange may come to belong to a transaction. */
void transaction_command(reading *r, exchange *e, const parsed_command *said);
/* The content's last octet is sent, or announced by a last chunk; `e` waits for the reply to it. */
void transaction_content_ends(reading *r, exchange *e, const message *m);
/* A reply that answers `e` has come. */
void transaction_reply(reading *r, exchange *e, span whole, uint16_t code);
/* The last chunk, that of `e`, is through. */
void transaction_chunk_through(const exchange *e);
/* The one that counts: itself, or the one it turned out to go on with; NULL for NULL. */
transaction *transaction_resolved(transaction *t);
/* No reply to `e` will come any more. */
void transaction_unanswered(session *s, exchange *e);
/* A copy of octets that lives as long as what session_alloc() gives; and one that lives with the session. */
span session_keep(session *s, span octets);
span session_keep_for_good(session *s, span octets);
/* The session starts anew: whatever is open ends. */
void transaction_restart(session *s, const exchange *by);

/* client.c, server.c — the two readers. */

/* Did the last reply to EHLO offer this extension? One that nobody knows is taken as offered. */
bool session_offers(const session *s, const char *keyword);
void client_read(reading *r);
void client_gap(reading *r, uint64_t octets);
void server_read(reading *r);
void server_gap(reading *r);

/* session.c */

/* NOTE_STARTTLS_PLAINTEXT for the first line in the clear behind the grant of TLS, else 0. */
uint32_t session_plaintext_note(session *s, layer which);

/* The session starts anew (RFC 3207, 4.2; XCLIENT): all that was learnt of the peer is forgotten. `by`: the
 * command that made it, NULL for a STARTTLS that was not captured. */
void session_restart(session *s, const exchange *by);

#endif
