/* state.h — the inside of a session, shared by the files of this folder alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_STATE_H
#define ESMTP_SESSION_STATE_H

#include "session/findings.h"
#include "session/kept.h"
#include "session/session.h"
#include "session/transaction.h"
#include "wire/capability.h"

/* The longest command line or reply line, its ending counted (RFC 5321, 4.5.3.1.4 and 4.5.3.1.5), and the longest that
 * carries a message of AUTH (RFC 4954, 4). */
#define COMMAND_LINE_LIMIT 512u
#define AUTH_LINE_LIMIT 12288u
/* In reply to a content: a reply for each recipient follows, and one for the whole (PRDR, draft-hall-prdr). */
#define PRDR_BEGINS 353u
/* In reply to a content: its lines hold the lines of a reply for each recipient (EXDATA, draft-varshavchik-exdata-smtpext).
 */
#define EXDATA_RESULTS 558u

/* What the client's next octets are. */
typedef enum client_state {
    CLIENT_COMMANDS,
    CLIENT_AFTER_DATA, /* DATA was sent and not answered: the next line shows whether content or commands follow */
    CLIENT_CONTENT,    /* content up to the lone dot */
    CLIENT_DOUBTED,    /* the same, or commands: octets are missing that may hold its end */
    CLIENT_CHUNK,      /* `raw_left` octets of a BDAT chunk */
    CLIENT_RAW,        /* `raw_left` octets that are no content (XEXCH50) */
    CLIENT_UNKNOWN,    /* anything, until a line that can only be a command */
    CLIENT_OPAQUE,     /* octets that nobody can read, behind a SASL security layer */
} client_state;

/* What comes behind a chunk is a command, or the chunk is longer than its BDAT said (RFC 3030, 2). */
typedef enum chunk_excess {
    EXCESS_NONE,     /* a command is behind the last chunk, or there is no chunk */
    EXCESS_POSSIBLE, /* a chunk has ended, and nothing is behind it yet */
    EXCESS_LATE,     /* the same, and the server has replied to it: the client may have waited */
    EXCESS_FOUND,    /* lines that are no commands are behind it */
} chunk_excess;

/* One direction of one layer. A *unit* is what becomes one finding: a command line, or all the lines of a reply. */
typedef struct stream {
    bool begun;             /* an octet of it has been seen, so `next` has a meaning */
    uint64_t next;          /* the position of the octet that has to come next */
    uint8_t *held;          /* the octets of a unit that is not complete */
    size_t held_length;     /* how many these are */
    size_t held_capacity;   /* how many there is room for */
    uint64_t unit_position; /* the position of held[0] */
    bool skipping;          /* the stream is inside a line that grew over UNIT_LIMIT */
    wmem_tree_t *withheld;  /* held_octets, by the low half of their position; NULL for none, or packets visited once */
    kept_segments *kept;    /* what each call brought; NULL for nothing, and where packets are visited once */
} stream;

/* Owner: session.c. Where the session keeps things. */
typedef struct memory {
    pools *pools;              /* the memory of all sessions of the capture */
    wmem_allocator_t *lasting; /* for what lives as long as the session */
    wmem_allocator_t *passing; /* for what is found; NULL while nothing is under way and packets are visited once */
    pool_block block;          /* of `passing` */
    finding_list *found;       /* what the call under way has found */
    segment latest;            /* what the last call brought or found */
} memory;

/* Owner: session.c. Which sender is the client, and how far TLS has come. */
typedef struct connection_part {
    bool roles_swapped;      /* the sender that opened the connection is the server */
    bool roles_known;        /* a first line has shown which side is the client */
    bool spoken[2];          /* by role: it has sent something since the session began */
    bool spoken_plain;       /* somebody has sent something in the clear */
    bool closed;             /* its end was seen */
    bool lossy;              /* there were gaps or a late start, which explain a reply without a command */
    bool client_lossy;       /* the same of the client's side alone: it may have sent what was not captured */
    layer last_layer;        /* the layer of the last octets */
    tls_state tls;           /* how far the upgrade to TLS has come */
    uint32_t starttls_frame; /* the packet with the reply that granted TLS; 0: none */
    bool plaintext_reported; /* the first line in the clear behind the grant has got its note */
    uint32_t last_frame;     /* of the last call */
    uint32_t last_tag;       /* of the last call */
} connection_part;

/* Owner: connection.c. What the connection's record holds (connection.h), and is not known elsewhere. */
typedef struct record_part {
    span server_name;              /* of the greeting or the reply to EHLO */
    span server_software;          /* of the greeting */
    span client_name;              /* of EHLO, HELO or LHLO */
    uint32_t commands, replies;    /* how many were read */
    uint32_t refused;              /* how many replies were 4yz or 5yz */
    uint64_t found[FINDING_KINDS]; /* octets, by what was found in them */
    moment longest_wait;           /* for a reply */
    char longest_wait_verb[16];    /* the verb that it answers; "": there was no wait */
    uint16_t code;                 /* of the reply that refused or closed the connection; 0: none, or the session went on */
    span text;                     /* of that reply's first line */
    bool quit;                     /* QUIT was answered with 221 */
    bool starttls_offered;         /* a reply to EHLO offered STARTTLS */
    bool starttls_refused;         /* STARTTLS was refused */
} record_part;

/* Owner: client.c. The reader of what the client sends. */
typedef struct client_part {
    client_state state;         /* set by client_enter() alone */
    unsigned unrecognized;      /* lines in a row that are no known command */
    uint64_t raw_left;          /* CHUNK, RAW: octets still to come */
    chunk_excess excess;        /* behind the last chunk */
    bool quit_sent;             /* QUIT was sent, and not refused */
    bool proxy_possible;        /* the client has sent nothing yet: a PROXY header may come */
    bool foreign;               /* it has spoken another protocol, and no SMTP since */
    bool unconfirmed;           /* its lines were found to be commands by their looks alone, behind missing octets */
    bool line_cut;              /* UNKNOWN: the beginning of the next line may be missing */
    uint32_t gaps;              /* how often octets were lost */
    uint32_t losses_heard;      /* queue.losses when its last octets came ... */
    uint32_t losses_before_gap; /* ... and when the last ones before the last gap came */
    uint64_t lost_octets;       /* how many were lost, or not understood, since the last command */
    reply_bounds lost;          /* COMMANDS: replies that come to what is missing before the next command */
    bool amid_text;             /* UNKNOWN: lines have come that are no commands: a content or a chunk is under way */
} client_part;

/* Owner: server.c. The reply under way. */
typedef struct server_part {
    size_t line_start;    /* where in what is held the line under way begins */
    uint32_t line_count;  /* how many complete lines there are */
    uint16_t first_code;  /* of the reply's first line */
    bool codes_differ;    /* a line has another code */
    bool bad_line;        /* a line is no reply line */
    bool line_cut;        /* the beginning of the line under way may not have been captured */
    bool greeted;         /* a 220 has greeted */
    bool refused;         /* a 4yz or 5yz has, in its place */
    bool no_greeting;     /* the reply under way answers a command, and no greeting came before */
    bool lost_before;     /* octets were lost, and none have come since */
    uint64_t lost_octets; /* how many, without those of a reply that was taken for complete */
    bool rest_is_cut;     /* what is lost next is the rest of a reply that was taken for complete */
} server_part;

/* A content that comes again on the second of two visits, whose octets were given back after the first. What is under way
 * where the capture ends stays as the first visit has left it. */
typedef struct content_again {
    message *message; /* NULL: none */
    content_reader reader;
    uint8_t *octets;   /* what has come */
    size_t length;     /* how many these are */
    uint64_t position; /* where the next ones are to begin; 0: none have come */
    size_t room;       /* how many there is room for */
} content_again;

/* Owner: message.c. The content under way. */
typedef struct content_part {
    content_reader reader;  /* of the content, or of the chunks gathered so far */
    unsigned held_oddities; /* content_oddity: of octets that were held, and that no finding shows yet */
    message *message;       /* the content under way, or the chunks gathered so far */
    bool answered;          /* the reply to the last one came before its end, which may come still */
    bool reply_lost;        /* octets of the server are missing that may be the reply to it */
    bool resumes;           /* octets are missing before those that come next */
    exchange *data;         /* the DATA that CLIENT_AFTER_DATA and CLIENT_CONTENT are about */
    bool data_bare_lf;      /* ... whose line ended in a bare LF */
    exchange *bdat;         /* CHUNK: the BDAT whose octets come */
    message *shown;         /* the messages whose octets are given back before the next packet */
    message *cut_off;       /* those that the call under way has found to be over, though their end was not captured ... */
    message *last_cut_off;  /* ... in their order */
    content_again again;    /* of the second of two visits */
} content_part;

/* Owner: exchange.c. The commands that wait for a reply, oldest first. */
typedef struct queue_part {
    exchange connect; /* the first: in the session itself, so that a connection that says nothing needs no pool */
    exchange *oldest; /* the next reply answers it; NULL: none waits */
    exchange *newest;
    unsigned waiting[VERB_COUNT]; /* how many there are of each */
    reply_bounds behind;          /* from the reply to the oldest one to that to the newest: how many */
    uint64_t shortest_command;    /* octets of the shortest MAIL or RCPT; 0: there was none */
    uint64_t shortest_reply;      /* likewise of any reply */
    uint32_t gaps;                /* client.gaps when the last command was read */
    uint32_t lost_answered;       /* replies that have come since then, and can only be for what is missing of the client */
    uint32_t losses;              /* how often octets of the server were lost */
    uint32_t lost_frame;          /* before this packet, octets of the server were lost: replies to what was sent before */
    uint32_t nameless_frame;      /* the last reply that cannot be for the content that waits: see is_for_no_content() */
} queue_part;

/* Octets of the client that may have to be read again as something else (again.c). */
typedef struct octets_again {
    uint64_t position; /* of the first of them */
    uint8_t *octets;   /* octets[start ... length) */
    size_t start, length;
    size_t capacity;        /* how many there is room for */
    wmem_array_t *calls;    /* again_call: the calls that brought them ... */
    unsigned first_call;    /* ... from this one on */
    wmem_array_t *commands; /* again_command: what was read from them */
} octets_again;

/* Owner: again.c. What is being read again. */
typedef struct again_part {
    bool under_way;         /* octets are being read again */
    bool sent_as_content;   /* the client meant it for content: not each line has a reply */
    unsigned depth;         /* how often it has been read again */
    wmem_array_t *commands; /* again_command: what was read from it before ... */
    unsigned next_command;  /* ... which of them comes next */
} again_part;

/* Owner: undecided.c. What the client sent behind a DATA whose reply will show what it is. */
typedef struct undecided_part {
    exchange *data; /* that DATA; NULL: nothing is kept */
    octets_again behind;
} undecided_part;

/* Owner: smuggling.c. What is like the end of data in a content whose replies will show what the server took it for. */
typedef struct smuggling_part {
    message *content;         /* NULL: none */
    exchange *end;            /* its CRLF.CRLF; NULL: not sent yet */
    uint64_t end_position;    /* ... behind it */
    wmem_array_t *candidates; /* candidate */
    octets_again behind;      /* what follows the first of them */
    unsigned depth;           /* how often the content was read again */
    uint64_t until;           /* what the client sends up to here is smuggled; 0: nothing */
} smuggling_part;

/* Owner: auth.c. */
typedef struct auth_part {
    exchange *under_way; /* the AUTH that has not ended */
    bool tried;          /* there was an AUTH */
    bool layer_possible; /* a mechanism that may add a security layer has succeeded */
    bool opaque;         /* it has added one */
    bool failed;         /* the last AUTH did */
    span username;       /* who authenticated, after a 235 */
} auth_part;

/* Owner: offers.c. What the two sides are called, and what the server offers. */
typedef struct offers_part {
    bool lmtp;                         /* the last LHLO was not refused */
    bool hello_seen;                   /* there was an EHLO, HELO or LHLO */
    bool known;                        /* one of them was answered 250 */
    bool hello_refused;                /* the last was refused */
    bool starttls_refused;             /* STARTTLS was */
    bool clear_mail_reported;          /* a mail in the clear got the note that TLS was possible */
    bool offered[CAPABILITY_ROWS_MAX]; /* in that reply, by capability_rows() */
    uint64_t size_limit;               /* of SIZE in that reply; 0: no limit is known */
    span server_name;                  /* in the greeting */
    span helo;                         /* the argument of the last EHLO, HELO or LHLO that was not refused */
    const exchange *last_hello;        /* the last of them */
    known_server *server;              /* what other sessions have learnt of it; NULL: nobody has told which it is */
} offers_part;

/* Owner: transaction.c. */
typedef struct transactions_part {
    transaction *current;     /* the transaction that the client's next commands belong to */
    transaction *oldest_open; /* those that have not ended, oldest first */
    transaction *newest_open;
    transaction *first_ended; /* those that ended in the call under way, in their order */
    transaction *last_ended;
    const timed_verdict
        *closing; /* the reply that closed the connection: a 421, or a refusal that answers nothing; NULL: none */
    bool mail_may_be_missing;     /* octets of the client are missing, and no MAIL has come since */
    bool mail_refused;            /* the last MAIL was: what was sent for it is in vain */
    bool named;                   /* the server has named a mail in reply to a content: it names each that it takes */
    bool just_answered;           /* the last reply was one to a content: LMTP has more of them behind it */
    uint32_t numbered;            /* how many have got their number */
    unsigned recipients_accepted; /* by RCPT, since the last MAIL that was granted */
} transactions_part;

struct session {
    memory memory;
    uint64_t gather_limit; /* octets of one content that are gathered at most */
    uint32_t contents;     /* how many contents have begun */
    stream streams[2][2];  /* by layer and sender; owner: stream.c */
    connection_part connection;
    record_part record;
    client_part client;
    server_part server;
    content_part content;
    queue_part queue;
    again_part again;
    undecided_part undecided;
    smuggling_part smuggling;
    auth_part auth;
    offers_part offers;
    transactions_part transactions;
};

/* One call of session_read. */
typedef struct reading {
    session *s;
    stream *stream;
    const segment_input *input;
    side role;         /* of the sender */
    span octets;       /* what is new in the call */
    uint64_t position; /* of its first octet */
    size_t at;         /* octets read so far */
} reading;

/* A line of the client. */
typedef struct client_line {
    span whole; /* with its ending */
    line line;
    const uint8_t *copy; /* set when it came in several calls */
    size_t here;         /* octets of it that came in this call: the last ones */
    uint64_t position;
    bool is_command;       /* it has the form of one ... */
    parsed_command parsed; /* ... this one */
} client_line;

/* A complete reply. */
typedef struct server_reply {
    span whole; /* all its lines with their endings */
    const parsed_reply_line *lines;
    unsigned line_count;
    const uint8_t *copy; /* set when it came in several calls */
    uint64_t position;
    uint16_t code;      /* of the last line; 0: it cannot be read */
    bool inferred;      /* ... the general code of its status' class, for none was sent */
    bool cut;           /* its end was not captured */
    bool answers_lost;  /* it answers a command that was not captured */
    bool names_mail;    /* where octets are missing: it names the mail it takes, as replies to contents alone do */
    bool hello;         /* it is the 250 to HELO, EHLO or LHLO, or looks like one to an EHLO that was not captured */
    exchange *exchange; /* what it answers, NULL for nothing */
} server_reply;

/* A verb's row. */
struct verb_rule {
    const char *name; /* upper case; NULL for the rows that many verbs share */
    verb_id id;
    const char *extension; /* the keyword that a server offers it with; NULL: RFC 5321 or RFC 821 has it */
    bool offered_by_name;  /* the keyword is the verb's own name */
    uint32_t line_limit;   /* octets of the longest command line, its ending counted; 0: COMMAND_LINE_LIMIT */
    uint16_t codes[2];     /* a reply with one of these codes answers no other verb; 0: none */
    uint8_t replies;       /* how many replies answer it; 0: one */
    bool illegal;          /* it served to break into old servers, and no client has a use for it */
    bool ends_group;       /* nothing may be sent behind it before its reply (RFC 2920, 3.1) */
    const char *ended_by;  /* what `ended_by` says of a transaction that it ends */
    /* What it does to the session when it is sent, and when it is answered; and to the mail transaction it belongs to. */
    void (*on_sent)(reading *r, exchange *e, const client_line *in);
    void (*on_reply)(reading *r, const server_reply *reply, finding *f);
    void (*transaction_on_sent)(reading *r, exchange *e, const parsed_command *parsed);
    void (*transaction_on_reply)(reading *r, exchange *e, transaction *t, const verdict *given);
};

/* verbs.c */
extern const verb_rule verb_connect, verb_end_of_data;
/* Does the code answer this verb alone? */
bool verb_is_meant_by(const verb_rule *row, uint16_t code);
/* Is there any such verb? */
bool verb_code_identifies(uint16_t code);

/* session.c — memory. What is found lives as long as it can be looked at; what is kept for good as long as the session. */

/* Zeroed. */
void *session_alloc(session *s, size_t length);
/* A new block for NULL; its octets are not zeroed. */
void *session_realloc(session *s, void *octets, size_t length);
void session_free(session *s, void *octets);
wmem_array_t *session_array(session *s, size_t element);
wmem_array_t *session_array_copy(session *s, wmem_array_t *array, size_t element);
/* A copy of octets that lives as long as what session_alloc() gives; and one that lives with the session. */
span session_keep(session *s, span octets);
span session_keep_for_good(session *s, span octets);
/* A string of its own, in upper case. */
const char *session_upper_case(session *s, span text);

/* stream.c — positions, and units that come in pieces. */

/* The call's place in its stream: sets r->octets and r->position to what is new; adds RETRANSMISSION and GAP. Returns the
 * octets that are missing before it. */
uint64_t stream_place(reading *r, span octets, uint64_t *segment_position_r);
/* Adds a finding to the call's list. */
finding *stream_emit(reading *r, finding_kind kind, uint64_t position, uint64_t length);
/* The unit that ends at octets[end): what was held and what the call brought of it from `from` on. *copy_r is set when it is
 * a copy that lives with the session, else NULL. */
span stream_unit(reading *r, size_t from, size_t end, const uint8_t **copy_r);
/* Keeps octets[from ...] for the next call. */
void stream_hold(reading *r, size_t from);
/* Is the unit that reaches from r->at to octets[end), with what is held of it, longer than any can be? */
bool stream_too_long(const reading *r, size_t end);
/* Passes over such a unit up to octets[end); more of its line follows in the next call unless `line_ends`. */
void stream_skip(reading *r, size_t end, bool line_ends);
/* Position of the unit's first octet, when what the call brought of it begins at `from`. */
uint64_t stream_unit_position(const reading *r, size_t from);
/* Drops what is held. */
void stream_drop(stream *st);
/* The sender's stream in the other direction of the same layer. */
stream *stream_of_role(session *s, layer which, side role);

/* exchange.c — commands waiting for their replies. */

/* Puts an exchange at the end of the queue. */
exchange *exchange_wait(session *s, const verb_rule *row, const char *name);
/* The connection itself, which the greeting answers; `syn_time` NULL: it is not known when it was opened. */
void exchange_wait_greeting(session *s, const moment *syn_time);
/* The same as exchange_wait() for one whose command is known from its frame. */
exchange *exchange_wait_from(reading *r, const verb_rule *row, const char *name);
/* The same for one that was sent already, and undone. */
exchange *exchange_wait_again(reading *r, exchange *e, const verb_rule *row, const char *name);
/* The exchange that a reply answers, NULL when it answers none. The exchange stays in the queue if more replies are due. */
exchange *exchange_answer(reading *r, server_reply *reply);
/* The same for a line that has no code, or one that was `inferred` (0: not even that): the exchange that waits, if it is
 * the only one. */
exchange *exchange_answer_unreadable(reading *r, uint16_t inferred);
/* Takes all that wait out of the queue, and undoes what they did: they were no commands. */
void exchange_all_unsent(session *s);
/* The oldest DATA that waits, NULL for none. */
exchange *exchange_oldest_data(const session *s);
/* Does a command with this verb wait? */
bool exchange_waits(const session *s, verb_id id);
/* Is the next reply most likely one to a line that may hold a secret? */
bool exchange_secret_waits(const session *s);
/* The content of a refused DATA gets no reply of its own. */
void exchange_content_unanswered(session *s);
void exchange_all_unanswered(session *s);
/* The reply of `e` was not captured, nor were the replies to what was sent before it. */
void exchange_through_unanswered(session *s, exchange *e);
/* Did the client get octets of the server that are lost between what it sent before the last gap and what is behind that? */
bool client_heard_amid_gap(const session *s);
/* After a loss on the server's side: what a client has sent that had got the lost octets may still be answered, and what it
 * sent together. `octets`: of the replies that these have lost, 0 for none. */
void exchange_older_unanswered(session *s, uint64_t octets);
/* A command, or a reply, has so many octets. */
void exchange_learn_shortest(uint64_t *shortest, uint64_t octets);
/* How many replies are still to come to what was lost before the next command: so many octets, or, where the capture begins,
 * nobody knows how many. `in_group`: something waits that was sent before. */
reply_bounds exchange_lost_before(const session *s, uint64_t octets, bool in_group);
/* These come before the reply to `e`. */
void exchange_behind_lost(session *s, exchange *e, reply_bounds lost);

/* again.c — what is read once more. */

void again_begin(session *s, octets_again *kept, uint64_t position);
void again_forget(session *s, octets_again *kept);
/* The octets are those of another session, and `exchange_in` gives the copies of its exchanges: makes them those of `to`. */
typedef exchange *(*exchange_copier)(const void *data, const exchange *e);
void again_copy(session *to, octets_again *kept, exchange_copier exchange_in, const void *data);
/* Keeps octets of the call at `position`, without those before kept->position. False: these are too many. */
bool again_keep(reading *r, octets_again *kept, span octets, uint64_t position);
/* What is before `position` is decided. */
void again_drop(octets_again *kept, uint64_t position);
span again_octets(const octets_again *kept);
/* A command was read from them. */
void again_note(octets_again *kept, uint64_t position, exchange *e);
/* While octets are read again: the exchange of the command that was read there; NULL for none. */
exchange *again_noted(session *s, uint64_t position);
/* Reads them again, in the client's state as it is now, in the call of a reply; and forgets them. */
void again_read(reading *r, octets_again *kept, again_part how);

/* smuggling.c — what a server may take for the end of the data. */

/* A lookalike was met in the content of a DATA. `upto`: what has been read of the call's octets, which begin at `begin`, up
 * to there, at `end`; the message does not count it yet. */
void smuggling_met(reading *r, message *m, const content_piece *upto, uint64_t begin, uint64_t end);
/* Keeps what the call brought, if a lookalike is before it: when it was read. */
void smuggling_keep(reading *r, span octets, uint64_t position);
/* A command was read at this position. */
void smuggling_note(session *s, uint64_t position, exchange *e);
/* The content has ended with CRLF.CRLF, of which `position` is the end; `end` waits for the reply. */
void smuggling_content_ends(session *s, message *m, exchange *end, uint64_t position);
/* A reply with this code comes: is it for a content that ended with a lookalike, or for what follows it? */
void smuggling_reply(reading *r, uint16_t code);
/* One of them, or another command, is answered. */
void smuggling_answered(session *s, const exchange *e);
/* Can replies to come still show what the server took for the end? */
bool smuggling_is_under_way(const session *s);
/* Has the client sent as content what ends at this position, and the server read it as commands? */
bool smuggling_covers(const session *s, uint64_t position);
/* Octets were lost, or the session begins anew. */
void smuggling_forget(session *s);
/* As again_copy(), for all that smuggling.c keeps. */
void smuggling_copy(session *to, exchange_copier exchange_in, const void *data);

/* undecided.c — what is sent behind a DATA before its reply. */

/* What follows the line of `data`, from r->at on, is undecided. */
void undecided_begin(reading *r, exchange *data);
/* Keeps what the call brought, if it is undecided: when it was read. */
void undecided_add(reading *r);
/* A command was read at this position. */
void undecided_note(session *s, uint64_t position, exchange *e);
/* DATA is answered: what follows is content, or commands. True: it had been taken for the other, and was read again. */
bool undecided_answered(reading *r, exchange *data, bool content);
/* DATA's reply will not come: what was read stays as it is. */
void undecided_unanswered(session *s, const exchange *data);
/* Octets were lost, or the session begins anew: nothing is read again. */
void undecided_forget(session *s);

/* connection.c — what the record of the connection holds. */

/* A command was read. */
void connection_command(session *s);
/* The server has greeted with 220 and this text. */
void connection_greeted(session *s, span text);
/* A reply was read, and has not taken effect yet. */
void connection_reply(reading *r, const server_reply *reply);

/* message.c — content. */

/* Begins the content of a DATA at a position of the client's stream. */
void message_begin(session *s, uint64_t position);
/* The same for octets that are read again: all are copied. */
void message_begin_again(session *s, uint64_t position);
/* Are these chunks, gathered so far, of this mail? */
bool message_is_of_chunks(const message *m, const transaction *of);
/* The client gives up a mail of which it has sent these chunks, NULL for none: the note of that, once, if the last chunk has
 * not come, and the server has not refused the mail. */
note_set message_give_up(session *s, message *m);
/* Drops the chunks gathered so far, if they are `gathered`: the command that supersedes them is granted by the reply `f`. */
void message_drop_chunks(session *s, message *gathered, finding *f);
/* Reads DATA's content from r->at on, up to the end of data if that comes. */
void message_read_content(reading *r);
/* The same for octets of earlier calls, which were held as the beginning of a line: there is no LF in them, so the content
 * cannot end there. Their packets showed them as a part of a line. */
void message_read_earlier(reading *r, span octets, uint64_t position);
/* Reads the octets of a BDAT chunk. */
void message_read_chunk(reading *r);
/* So many octets of the content were not captured. */
void message_gap(session *s, uint64_t octets);
/* Is a content by DATA under way? */
bool message_under_way(const session *s);
/* The end of the content under way may be among what is missing of it, unless the server shows otherwise: the client's
 * octets are in doubt. Nothing where no content is under way, or nothing of it is missing. */
void message_doubt(session *s);
/* Octets of the server were lost: the reply to the content may be among them. */
void message_reply_lost(session *s);
/* `octets` of the chunk under way were not captured: raw_left is what is left of it behind them. */
void message_chunk_gap(reading *r, uint64_t octets);
/* Octets behind a chunk were lost: BDAT lines and chunks, or the end of the content and what follows. */
void message_chunks_doubt(session *s);
/* Is the content under way such a one? */
bool message_chunks_doubted(const session *s);
/* Gives back the octets of the messages that the last packet completed, where its second visit brings them again. */
void message_free_shown(session *s);
/* The second visit brings these octets of a content. */
void message_read_again(session *s, const finding *f, span octets);
/* A copy of a content that has come whole, to be cut: its packets have shown it. */
message *message_copy(session *s, const message *whole);
/* The content ends before an octet of it that came in this frame, and is complete. */
void message_cut(reading *r, message *m, uint64_t size, uint64_t unstuffed_size, uint32_t frame);
/* Whatever of a message is under way will not be completed. */
void message_abandon(session *s);
/* The content under way, if there is one, is over, and its end was not captured: what came of it is a message. Not for
 * chunks of which all was captured. */
void message_cut_off(reading *r);
/* The messages that were found to be over so get their findings. */
void message_emit_cut_off(reading *r);
/* Verbs. */
void data_sent(reading *r, exchange *e, const client_line *in);
void data_answered(reading *r, const server_reply *reply, finding *f);
void bdat_sent(reading *r, exchange *e, const client_line *in);
void bdat_answered(reading *r, const server_reply *reply, finding *f);
void burl_sent(reading *r, exchange *e, const client_line *in);
void reset_sent(reading *r, exchange *e, const client_line *in);
void mail_sent(reading *r, exchange *e, const client_line *in);
void mail_answered(reading *r, const server_reply *reply, finding *f);
void rcpt_answered(reading *r, const server_reply *reply, finding *f);
/* Keeps the whole fields of the header of a content that will not be complete. Does nothing for NULL. */
void message_learn_header(session *s, message *m);
/* The whole fields so far, of a content of which more may come. NULL for NULL. */
const mail_header *message_header_so_far(session *s, message *m);
/* The end of a content of which nothing else was captured: a lone dot, `in`. */
void message_end_unseen(reading *r, const client_line *in);
/* A 354 to a DATA that was not captured. */
void message_unasked(reading *r);

/* mail_header.c — keeps of a content's beginning what a mail log shows. Does nothing if that was done before, or of no
 * octets.
 */
void mail_header_learn(session *s, message *m, span content);
/* The same where octets are missing behind the `content`: nothing is known of a field that they may belong to. */
void mail_header_ends(session *s, message *m, span content);
/* The fields of a content under way that are known to be whole; more of it may be learned later. */
const mail_header *mail_header_so_far(session *s, message *m, span content);

/* transaction.c */

/* The content's last octet is sent, or announced by a last chunk; `e` waits for the reply to it. */
void transaction_content_ends(reading *r, exchange *e, message *m);
/* A reply that answers its exchange has come. */
void transaction_reply(reading *r, const server_reply *reply);
/* A reply has come that closes the connection, unless the session goes on: it decides what it cut off. */
void transaction_closing(reading *r, const server_reply *reply);
/* The one that RCPT, DATA, BDAT or BURL is sent for; NULL: none. */
transaction *transaction_sent_for(reading *r);
/* Content of the current transaction begins. */
void transaction_content_begins(session *s, message *m);
/* What was taken for its content was none: DATA was refused. */
void transaction_content_refused(exchange *e);
/* The end of the current one's content and the reply to it were not captured. */
void transaction_content_lost(session *s);
/* A content whose DATA was not captured begins, or ends. */
void transaction_content_unasked(reading *r);
/* The oldest one that a reply to a content may be for; NULL: there is none, or its reply was lost. */
transaction *transaction_oldest_for_content(const session *s);
/* Nothing but the reply to its content is known of it, which is the one at hand. */
transaction *transaction_known_by_reply(reading *r);
/* `e` waits for the reply to its content, whose end was not captured. */
void transaction_content_ends_unseen(session *s, exchange *e, transaction *t);
/* Octets of the server were lost: the replies to contents that have begun may be among them, unless others are awaited. */
void transaction_reply_lost(session *s);
/* Undoes what `e` did when it was sent. To be called for the newest exchange first. */
void transaction_unsent(session *s, exchange *e);
/* The transaction of a DATA is the current one again: what was sent behind it is undone. */
void transaction_data_reopen(session *s, const exchange *data);
/* The content that `end` waits for a reply to, or has got it, is `m`: it ended at this moment, whatever was reported before.
 */
void transaction_content_cut(reading *r, exchange *end, message *m, const moment *when);
/* Was it refused, or may it have been by a reply that was not captured? NULL: so it was. */
bool transaction_was_refused(transaction *t);
/* The last chunk, that of `e`, is through. */
void transaction_chunk_through(reading *r, const exchange *e);
/* The one that counts: itself, or the one it turned out to go on with; NULL for NULL. */
transaction *transaction_resolved(transaction *t);
/* No reply to `e` will come any more. */
void transaction_unanswered(session *s, exchange *e);
/* The session starts anew: whatever is open ends. */
void transaction_restart(session *s, const exchange *by);
/* Takes the first of those that ended in the call under way; NULL when none is left. */
transaction *transaction_take_ended(session *s);
/* So many octets of the client were lost: what they held may belong to the transaction that is open. */
void transaction_hidden(session *s, uint64_t octets);
/* How many there were, those that are open among them. */
uint32_t transaction_count(const session *s);
/* Is none under way? */
bool transaction_none(const session *s);
/* Verbs. */
void transaction_mail_sent(reading *r, exchange *e, const parsed_command *parsed);
void transaction_rcpt_sent(reading *r, exchange *e, const parsed_command *parsed);
void transaction_content_sent(reading *r, exchange *e, const parsed_command *parsed);
void transaction_terminator_sent(reading *r, exchange *e, const parsed_command *parsed);
void transaction_mail_answered(reading *r, exchange *e, transaction *t, const verdict *given);
void transaction_rcpt_answered(reading *r, exchange *e, transaction *t, const verdict *given);
void transaction_content_started(reading *r, exchange *e, transaction *t, const verdict *given);

/* offers.c — EHLO and what it is answered with. */

/* Did the last reply to EHLO offer this extension? One that nobody knows is taken as offered. */
bool offers_extension(const session *s, const char *keyword);
/* What a command asks for that the server did not offer. */
note_set offers_notes(const session *s, const client_line *in, const verb_rule *row);
/* Is this the 250 to HELO, EHLO or LHLO, or does it look like one to an EHLO that was not captured? */
bool offers_is_hello_reply(const server_reply *reply);
/* Learns from the latter. */
void offers_learn_unasked(session *s, const server_reply *reply, finding *f);
/* A content begins in the clear, though the server offers TLS. */
note_set offers_clear_mail_notes(session *s, const server_reply *reply);
void hello_sent(reading *r, exchange *e, const client_line *in);
/* Has the server offered PIPECONNECT, in this session or an earlier one? */
bool offered_pipeconnect_before(const session *s);
void hello_answered(reading *r, const server_reply *reply, finding *f);

/* auth.c — authentication, and what may be a secret. */

/* The AUTH that a line may be a response to: one that was challenged, or one whose challenge was not captured. NULL: none.
 */
exchange *auth_for(const session *s, const client_line *in);
void auth_response(reading *r, const client_line *in, exchange *e);
/* May a line that is no known command, or the beginning of one, hold a secret? */
bool auth_may_be_secret(const session *s, span text);
/* May the reply repeat a secret of the client? */
bool auth_may_be_repeated(const server_reply *reply);
void auth_sent(reading *r, exchange *e, const client_line *in);
void auth_answered(reading *r, const server_reply *reply, finding *f);

/* client.c, server.c — the two readers. */

/* The only way to change the client's state. */
void client_enter(session *s, client_state state);
/* `octets` follow: a chunk's (CLIENT_CHUNK) or others (CLIENT_RAW). */
void client_enter_raw(session *s, client_state state, uint64_t octets);
/* Where the client's octets begin that are not read yet: a part of a line that is held, or what comes next. */
uint64_t client_unread_position(session *s, layer which);
/* Is a part of a line held, whose end the server may have seen, or not have waited for? */
bool client_is_inside_line(const session *s);
/* Drops the part of a line that is held: it belongs to nothing that is known. */
void client_drop_line(session *s, layer which);
/* May content begin with the client's next octets? Not inside a content or a chunk that is under way. */
bool client_may_begin_content(const session *s);
/* What a line of either side has that no line may: a bare LF or CR, a NUL. */
note_set line_notes(const line *in);
finding *client_emit_line(reading *r, finding_kind kind, const client_line *in);
void client_read(reading *r);
void client_gap(reading *r, uint64_t octets);
void server_read(reading *r);
void server_gap(reading *r, uint64_t octets);
void connect_answered(reading *r, const server_reply *reply, finding *f);

/* order.c */

/* May a command with this verb come now? And the notes of its place: of the mistake, if it is one, or of what it did not
 * wait for. `end`: the position behind its line. */
order_mistake order_mistake_of(const session *s, const verb_rule *row);
note_set order_notes(const session *s, uint64_t end, order_mistake mistake);

/* refusal.c — the notes of a 4yz or 5yz. */
note_set refusal_notes(const session *s, const server_reply *reply);

/* session.c */

/* Is it under TLS, or was it until a proxy took that off? */
bool session_is_protected(const session *s);
/* The note of the first line in the clear behind the grant of TLS; none for others. */
note_set session_plaintext_note(session *s, layer which, side role);
/* The same for a line of the server that is not complete. */
note_set session_residue_note(const session *s, layer which);
/* Was the server heard, so that a missing reply or offer means something? */
bool session_server_known(const session *s);
/* Verbs. */
void starttls_answered(reading *r, const server_reply *reply, finding *f);
void xclient_answered(reading *r, const server_reply *reply, finding *f);
void turn_answered(reading *r, const server_reply *reply, finding *f);
void xexch50_sent(reading *r, exchange *e, const client_line *in);
void xexch50_answered(reading *r, const server_reply *reply, finding *f);

#endif
