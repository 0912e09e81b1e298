/* session.h — what an SMTP connection means: octets of both directions go in, in stream order, findings come out.
 *
 * A session is read once, on the first visit of its packets. What was found is kept for as long as the capture is open, so
 * that later visits, in whatever order they come, only look it up. A finding is known by its place in its byte stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_SESSION_H
#define ESMTP_SESSION_SESSION_H

#include <wsutil/wmem/wmem.h>

#include "session/notes.h"
#include "session/pools.h"
#include "session/verbs.h"
#include "wire/content.h"
#include "wire/reply.h"
#include "wire/span.h"

/* The longest line or reply that is put together from several segments. RFC 4954 (4.) asks for 12,288 octets, GSSAPI tokens
 * with large authorization data reach some tens of thousands; beyond this it is no line of SMTP. */
#define UNIT_LIMIT 65536u
/* So many of the frames that a message's content came in are remembered. */
#define MESSAGE_FRAMES_LIMIT 1000u
/* So many of its holes are listed one by one. */
#define MESSAGE_HOLES_LIMIT 1000u

typedef enum side { SIDE_CLIENT, SIDE_SERVER } side;

/* The two byte streams a connection may have in each direction: the one of TCP, and the one inside TLS. */
typedef enum layer { LAYER_PLAIN, LAYER_TLS } layer;

typedef struct moment {
    int64_t seconds; /* since 1970-01-01 UTC */
    int32_t nanoseconds;
} moment;

/* The time from one moment to another. False: the second one is before the first. */
bool moment_between(const moment *from, const moment *to, moment *time_r);
/* Of two moments, or of two times: -1 when the first is earlier or shorter, 0 when they are equal, else 1. */
int moment_compare(const moment *a, const moment *b);

typedef struct auth_exchange {
    const char *mechanism;   /* upper case; "" when the command names none: what stands in its place may be a secret */
    const char *outcome;     /* "succeeded", "failed", "cancelled"; NULL while it is not known */
    uint16_t client_steps;   /* messages the client has sent, the initial response among them */
    uint16_t server_steps;   /* challenges the server has sent */
    uint16_t responses;      /* lines the client has sent, maybe before they were asked for */
    bool awaits_response;    /* a 334 was sent and not yet responded to */
    bool cancelled;          /* the client sent "*" */
    span username;           /* who authenticates, by the messages so far */
    uint32_t username_frame; /* the packet with the message that named the user; 0: none did */
    uint32_t secret_frame;   /* the packet with the message that held a password, a token or a digest; 0: none did */
    bool error_challenge;    /* a mechanism that reports errors in a challenge did so, as XOAUTH2 does */
    span sent[2];            /* how the client's last messages begin, the newest first: servers repeat them */
} auth_exchange;

typedef struct message message;
typedef struct transaction transaction;

/* What EHLO, HELO and LHLO have besides. */
typedef struct hello {
    span name_before;            /* the name given before, which is valid again if this one is refused */
    message *superseded_content; /* the chunks gathered so far, of no use if this one is granted */
} hello;

/* What is wrong with a command's place in the session. */
typedef enum order_mistake {
    ORDER_OK,
    ORDER_NO_HELLO,          /* MAIL before EHLO or HELO */
    ORDER_NO_MAIL,           /* RCPT or a content without MAIL */
    ORDER_NESTED_MAIL,       /* MAIL inside a mail */
    ORDER_NO_RECIPIENT,      /* a content without RCPT */
    ORDER_DATA_TWICE,        /* DATA while another one waits for its reply */
    ORDER_DATA_BEHIND_CHUNK, /* DATA in a mail that comes by BDAT */
    ORDER_AFTER_QUIT,
    ORDER_MISTAKES
} order_mistake;

/* How many replies there are, where some may have been lost. */
typedef struct reply_bounds {
    int64_t least, most;
} reply_bounds;

/* A command and the reply that answers it; the greeting and the reply to the content have one as well. */
typedef struct exchange {
    const verb_rule *verb;
    const char *name;         /* of the verb, upper case; "CONNECT" and "END-OF-DATA"; "" for a line without a verb */
    struct exchange *next;    /* in the queue of those that wait for a reply */
    transaction *transaction; /* what it belongs to, NULL for none */
    moment command_time;      /* END-OF-DATA: of the end of the content; CONNECT: of the SYN */
    uint32_t command_frame;
    uint32_t reply_frame;        /* 0: not answered yet */
    uint16_t reply_code;         /* of the last reply that answered it */
    uint16_t replies_expected;   /* still to come: LMTP's and PRDR's content has one for each recipient */
    reply_bounds ahead;          /* replies before its own: of those that come, if it is the oldest that waits (below 0: its
                                  * own has come); else of those to what was lost between it and the exchange before it */
    uint32_t recipient;          /* RCPT: which of the transaction's */
    uint32_t gaps;               /* how often octets of the client had been lost before it */
    uint32_t losses;             /* how often octets of the server had been lost that the client has got before */
    bool has_command : 1;        /* command_frame and command_time are known */
    bool secret : 1;             /* the command line, or a response to its challenges, may hold a secret */
    bool waits : 1;              /* for a reply: it is in the session's queue */
    bool last_chunk : 1;         /* BDAT ... LAST, BURL ... LAST */
    bool terminates : 1;         /* granted, it ends the transaction: RSET, QUIT, EHLO ... */
    bool content_follows : 1;    /* DATA: what follows was read as content before the reply */
    bool no_command : 1;         /* a line of what was taken for content, until its DATA was refused */
    bool ends_content : 1;       /* its reply is that to the content */
    bool unrecognized : 1;       /* its verb is none that is known */
    bool answered_last : 1;      /* when its last reply came, nothing sent behind it waited */
    bool unconfirmed : 1;        /* it was sent behind missing octets, before any reply to what is behind them */
    unsigned mistake : 4;        /* order_mistake: it may not come where it came */
    bool without_greeting : 1;   /* it was answered, and there was no greeting before */
    unsigned status_class : 3;   /* enhanced status of the first line of its last reply; 0: none ... */
    unsigned status_subject : 4; /* ... or one with numbers that no registry has */
    unsigned status_detail : 9;
    union {                          /* by verb; what follows gives each, or NULL */
        auth_exchange *auth;         /* AUTH */
        message *content;            /* END-OF-DATA and BDAT: what it ends or carries */
        message *superseded_content; /* MAIL: the chunks gathered so far, of no use if it is granted; RSET, QUIT: given up */
        hello *hello;                /* EHLO, HELO, LHLO */
        uint64_t raw_octets;         /* XEXCH50: octets that follow a 354 */
        uint64_t behind_data;        /* DATA: position of the first octet behind its line */
    };
} exchange;

static inline bool exchange_is(const exchange *e, verb_id id)
{
    return verb_id_of(e->verb) == id;
}

static inline auth_exchange *exchange_auth(const exchange *e)
{
    return exchange_is(e, VERB_AUTH) ? e->auth : NULL;
}

static inline message *exchange_content(const exchange *e)
{
    return exchange_is(e, VERB_END_OF_DATA) || exchange_is(e, VERB_BDAT) ? e->content : NULL;
}

/* The chunks that were gathered when it was sent: EHLO, HELO, LHLO, MAIL, RSET and QUIT. */
static inline message *exchange_superseded_content(const exchange *e)
{
    bool is_hello = exchange_is(e, VERB_EHLO) || exchange_is(e, VERB_HELO) || exchange_is(e, VERB_LHLO);
    bool has = exchange_is(e, VERB_MAIL) || exchange_is(e, VERB_RSET) || exchange_is(e, VERB_QUIT);

    return is_hello ? e->hello->superseded_content : has ? e->superseded_content : NULL;
}

/* The fields of a content's header that a mail log shows: unfolded, their encoded words not decoded (RFC 5322, 3.6; RFC
 * 2047). */
typedef enum header_kind {
    HEADER_SUBJECT,
    HEADER_MESSAGE_ID,
    HEADER_FROM,
    HEADER_TO,
    HEADER_CC,
    HEADER_REPLY_TO,
    HEADER_IN_REPLY_TO,
    HEADER_USER_AGENT, /* or X-Mailer */
    HEADER_X_ORIGINATING_IP,
    HEADER_RECEIVED, /* the only one of which there are several */
    HEADER_DATE,
    HEADER_KINDS
} header_kind;

/* A set of them. */
#define HEADER_BIT(kind) (1u << (kind))

typedef struct header_value {
    const uint8_t *octets;
    uint32_t length;
    header_kind kind;
} header_value;

/* Those that a content has, in their order. */
typedef struct mail_header {
    unsigned count;
    header_value values[];
} mail_header;

static inline span header_value_text(const header_value *in)
{
    return (span){in->octets, in->length};
}

/* The first value of a kind; its octets are NULL when there is none. */
span mail_header_find(const mail_header *header, header_kind kind);

/* Octets of a content that were not captured. */
typedef struct content_hole {
    uint64_t offset; /* octets of the content before it, those of other holes counted, stuffed dots not */
    uint64_t octets;
} content_hole;

/* What a server took for the end of a content. */
typedef struct lookalike_end {
    char name[LOOKALIKE_NAME_ROOM]; /* "LF.LF" */
    uint32_t frame;
    uint64_t octets_behind; /* sent behind it before the reply: these are smuggled */
} lookalike_end;

/* A message content: DATA's, or all the chunks of BDAT. */
struct message {
    uint32_t number; /* of the contents of its session, from 1: a message that is over leaves its address to a later one */
    bool chunked;    /* by BDAT */
    bool complete;
    bool given_up;  /* its mail is over, and no chunk was the last */
    bool no_begin;  /* its beginning was not captured: nobody knows its size */
    bool no_end;    /* the same of its end */
    bool uncounted; /* in chunks: BDAT lines may be among the octets that were not captured: nobody knows its size either */
    bool stuffed;   /* dots were taken out */
    bool utf8_header;  /* there is UTF-8 in its header */
    bool bare_lf;      /* the DATA line ended in a bare LF */
    bool too_large;    /* for the gathering limit: not in `octets` */
    bool was_none;     /* it was read behind a DATA whose reply showed that it is something else */
    unsigned oddities; /* content_oddity */
    uint64_t size;     /* octets on the wire without the dot line; BDAT: of the chunks */
    uint64_t unstuffed_size;
    uint64_t missing; /* how many of these octets were not captured; of one without its beginning, behind that */
    content_hole *holes;
    uint32_t holes_count; /* up to MESSAGE_HOLES_LIMIT */
    transaction *of;      /* the transaction that it was begun for; NULL: none */
    uint32_t complete_frame;
    uint32_t frames_count; /* up to MESSAGE_FRAMES_LIMIT */
    uint32_t *frames;
    uint64_t position; /* of the first octet; whole in one call when `octets` is NULL and it is not too large */
    uint8_t *octets;   /* message_captured() octets, when the content came in several calls; holes leave no trace in them */
    size_t capacity;
    bool in_line;                     /* packets that do not show it brought some of it: `octets` has it, and keeps it */
    bool may_be_cut;                  /* it has what a server may take for its end */
    const lookalike_end *ended_like;  /* ... as this one did; NULL: it ends with CRLF.CRLF */
    const exchange *end;              /* the one whose reply is that to the content; NULL: not known. See message_end() */
    bool given_back;                  /* `octets` are given back, and gathered again on the second visit */
    struct message *next;             /* in a list: of those whose end was not captured, in the call under way; then of those
                                         whose octets are given back before the next packet */
    const mail_header *header;        /* NULL when the content's beginning was not seen */
    const mail_header *header_so_far; /* of a content under way, when it was asked for last ... */
    size_t header_so_far_length;      /* ... and how many octets it was read from */
};

/* How many octets of the content the capture has. */
static inline uint64_t message_captured(const message *m)
{
    return m->unstuffed_size - m->missing;
}

/* How many octets it has, as far as that is known: what is behind the last octet captured may be anything, and BDAT lines
 * may be among what is missing. */
static inline uint64_t message_octets_known(const message *m)
{
    return m->no_end || m->uncounted ? message_captured(m) : m->unstuffed_size;
}

/* The exchange whose reply is that to the content, NULL where none is known. What looked like the end of a content may have
 * been found to be something else since. */
static inline const exchange *message_end(const message *m)
{
    return m->end && exchange_content(m->end) == m ? m->end : NULL;
}

/* Is it complete, with its first and last octet? */
static inline bool message_size_known(const message *m)
{
    return m->complete && !m->no_begin && !m->no_end && !m->uncounted;
}

static inline bool message_has_holes(const message *m)
{
    return m->no_begin || m->no_end || m->missing > 0;
}

typedef enum finding_kind {
    FINDING_COMMAND,        /* a command line */
    FINDING_AUTH_RESPONSE,  /* the client's line of an AUTH exchange */
    FINDING_REPLY,          /* a reply, complete */
    FINDING_PART,           /* octets of a line or reply that goes on in a later packet */
    FINDING_CONTENT,        /* octets of message content */
    FINDING_END_OF_DATA,    /* the line with the lone dot */
    FINDING_UNKNOWN,        /* octets that came while the state of the session was not known */
    FINDING_GAP,            /* octets before this packet that were not captured: `length` of them */
    FINDING_RETRANSMISSION, /* octets that were read before */
    FINDING_OPAQUE,         /* octets nobody can read: a SASL security layer, raw data of XEXCH50 */
    FINDING_PROXY,          /* the header of the PROXY protocol before the client's first octet */
    FINDING_TRANSACTION,    /* no octets: a mail transaction that ended here */
    FINDING_HELD,           /* octets that cannot be read yet: others before them are missing */
    FINDING_LATE,           /* octets that came when they had been given up for lost: not used */
    FINDING_ASIDE,          /* octets of a packet whose sequence number cannot be: not used */
    FINDING_KINDS
} finding_kind;
_Static_assert(FINDING_KINDS <= 16, "a finding has four bits for its kind");

typedef enum finding_flag {
    FLAG_SECRET = 1 << 0,      /* not for the packet list */
    FLAG_EHLO_REPLY = 1 << 1,  /* its lines but the first are capabilities */
    FLAG_HELLO_REPLY = 1 << 2, /* 250 to HELO, EHLO or LHLO: no enhanced status in it */
    FLAG_GREETING = 1 << 3,    /* answers CONNECT */
    FLAG_GRANTS_TLS = 1 << 4,  /* 220 to STARTTLS */
    FLAG_MESSAGE_END = 1 << 5, /* the content is complete with these octets */
    FLAG_FIRST_PART = 1 << 6,  /* PART: the beginning of the line or reply */
    FLAG_AUTH_FINAL = 1 << 7,  /* reply that ends an AUTH exchange */
    FLAG_CHALLENGE = 1 << 8,   /* 334 */
    FLAG_CANCEL = 1 << 9,      /* AUTH_RESPONSE: the "*" that gives up */
    FLAG_READ_AGAIN = 1 << 11, /* CONTENT, END_OF_DATA: of the client's earlier packets, found with a reply or a later
                                  command; TRANSACTION: reported before, with a content that was found to end earlier */
    FLAG_SNAPLEN = 1 << 10,    /* GAP: the rest of the packet was not captured; REPLY: its last line is cut off so */
} finding_flag;

/* Octets that could not be read when their packet came. */
typedef struct held_octets {
    uint64_t missing;    /* octets of the hole before them; 0: they wait for the other direction alone */
    uint32_t read_frame; /* the packet with which they became readable; 0: none so far */
} held_octets;

typedef struct finding {
    unsigned kind : 4;   /* finding_kind */
    unsigned flags : 12; /* finding_flag */
    unsigned step : 16;  /* AUTH: number of this message within the exchange and its direction, from 0 */
    uint32_t length;     /* octets, with the line ending */
    note_set notes;
    uint64_t position;     /* of the first of them in the stream; may be before the packet */
    const uint8_t *octets; /* all of them when some came in earlier packets, else NULL: they are in this packet */
    exchange *exchange;    /* COMMAND, REPLY: may be NULL when unpaired */
    union {
        message *message;               /* CONTENT, END_OF_DATA; PART: NULL */
        auth_exchange *auth;            /* AUTH_RESPONSE; REPLY that belongs to an AUTH exchange; COMMAND AUTH */
        const transaction *transaction; /* TRANSACTION */
        const held_octets *held;        /* HELD */
    };
} finding;

/* What was read at once: octets of one stream, and what was found in them. */
typedef struct segment {
    uint32_t frame;
    uint32_t tag;      /* distinguishes the segments of a frame */
    uint32_t length;   /* octets */
    uint32_t count;    /* findings */
    uint64_t position; /* of the first octet, which may have been read before */
    const finding *findings;
    const uint8_t *octets; /* those that earlier packets carried and this one made readable; NULL: the packet's own ... */
    uint32_t offset;       /* ... from here on in its payload */
    uint8_t side;          /* side: the role of the sender, corrected by what it said */
} segment;

/* One call: which packet, when, and where in its stream. */
typedef struct segment_input {
    uint32_t frame;
    uint32_t tag;
    moment time;
    layer layer;
    side sender;        /* SIDE_CLIENT: the one that opened the connection, by the packets so far */
    bool has_sequence;  /* `tag` is the TCP sequence number of the first octet; else the octets follow those before */
    bool starts_stream; /* the octet at `first_sequence` is the stream's first, by the SYN */
    uint32_t first_sequence;
    uint32_t missing; /* octets of the packet that a snap length cut off behind those given */
} segment_input;

/* How far the upgrade to TLS has come. */
typedef enum tls_state {
    TLS_NONE,
    TLS_GRANTED,  /* 220 to STARTTLS; what follows should be TLS */
    TLS_RUNNING,  /* decrypted octets have come */
    TLS_READABLE, /* granted, but plain text goes on: recorded behind a decrypting proxy */
} tls_state;

typedef struct session session;

/* Begins a session, which lives in the pools' lasting memory. `from_start`: the connection's beginning was captured, so the
 * greeting is what comes first; else the state is unknown until a line makes it known. `gather_limit`: octets of one
 * message's content that are gathered at most. `syn_time`: when the connection was opened, NULL when not captured. */
session *session_new(pools *memory, bool from_start, uint64_t gather_limit, const moment *syn_time);

/* Tells who the server is: `name` are octets, of its address and port, that tell it from the others of the capture. What it
 * offered before is known then. */
void session_is_with(session *s, span name);

/* Reads the next octets of one stream (first visit of a packet). The result is valid until the next call of this or of
 * session_find(), of any session. */
const segment *session_read(session *s, const segment_input *a, span octets);

/* The same for octets of TCP that were put in order: reads events of one direction (segments.h: READ, LOST, RETRANSMITTED,
 * HELD, LATE, ASIDE). `octets` are those of the events, from the first position on: of the packet at hand, where
 * they stand at `offset` of its payload, or `copied` ones that earlier packets carried. */
struct segments_event;
const segment *session_read_ordered(session *s, const segment_input *a, const struct segments_event *events, unsigned count,
                                    span octets, uint32_t offset, bool copied);

/* Gives back what is over: all of it if packets are visited once, contents if they are visited twice. To be called when
 * nothing of the last packet is looked at any more. */
void session_free_finished(session *s);

/* What session_read found in that call, valid as its result is; NULL when there was no such call. On the second of two
 * visits it goes to session_read_again(). */
const segment *session_find(session *s, layer which, side sender, uint32_t frame, uint32_t tag);

/* On the second of two visits: gathers the contents again that were given back. `octets` are those of the call. */
void session_read_again(session *s, const segment *which, span octets);

/* The connection's end was captured (a FIN, a RST, or another connection between the same ports): it cuts off what is open,
 * not the capture's end. */
void session_closed(session *s);

/* Has what was said shown that the one taken for the client is the server, or have they changed places? */
bool session_roles_swapped(const session *s);

/* Goes on where `from` stands, whose memory has to stay, and changes nothing there. `memory`: pools of its own, for packets
 * that are visited once. */
session *session_copy(const session *from, pools *memory);

/* Has any octet been read? */
bool session_begun(const session *s);

/* The state of TLS, and the frame of the reply that granted it (0: none). */
tls_state session_tls(const session *s);
uint32_t session_starttls_frame(const session *s);

#endif
