/* heuristic.c — SMTP and LMTP on ports of other protocols: known by an opening that can be nothing else.
 *
 * The side that connected says EHLO, LHLO or HELO first of all, before or after the greeting; or the other greets with 220
 * and names the protocol (FTP greets with 220, too, but does not: such a greeting is kept until what follows tells). What
 * comes later in a connection may be a text about mail.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/dissectors/packet-tcp.h>

#include "dissector/esmtp.h"
#include "dissector/register.h"
#include "dissector/watch.h"
#include "dissector/wireshark_compat.h"
#include "wire/line.h"

/* More than the longest opening line: 512 octets by RFC 5321, 4.5.3.1.5. */
#define OPENING_LIMIT 1024
/* So many words behind the host's name of a greeting may name the protocol: "Microsoft ESMTP MAIL Service", "Kerio
 * Connect 9.4 ESMTP ready". */
#define PROTOCOL_NAME_WITHIN 4

static bool is_hello(span text)
{
    command parsed;

    if (!command_parse(text, &parsed) || !command_unmistakable(&parsed))
        return false;
    switch (verb_id_of(verb_of(&parsed))) {
    case VERB_EHLO:
    case VERB_HELO:
    case VERB_LHLO:
        return true;
    default:
        return false;
    }
}

static bool is_protocol_name(span word)
{
    return span_equal_nocase(word, "ESMTP") || span_equal_nocase(word, "SMTP") || span_equal_nocase(word, "LMTP") ||
           span_equal_nocase(word, "ESMTPS");
}

/* FTP servers greet with 220 as well, and some say how to write to their postmaster. */
static bool names_ftp(span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (span_starts_nocase(span_from(text, i), "FTP"))
            return true;
    return false;
}

/* "220 mx.example.org ESMTP ...": the name of the protocol follows a host's name, and not the beginning of a sentence.
 * Behind a host's name without a dot, such as "localhost", it has to follow at once. */
static bool is_greeting(span text)
{
    reply_line parsed;
    span host;
    unsigned words;

    if (!reply_line_parse(text, false, &parsed) || parsed.code != 220 || names_ftp(parsed.text))
        return false;
    host = span_next_word(&parsed.text);
    words = span_find(host, '.') < host.length ? PROTOCOL_NAME_WITHIN : 1;
    while (words-- > 0)
        if (is_protocol_name(span_next_word(&parsed.text)))
            return true;
    return false;
}

static span first_line(tvbuff_t *tvb)
{
    int length = (int)tvb_captured_length(tvb);
    span octets = {NULL, (size_t)(length < OPENING_LIMIT ? length : OPENING_LIMIT)};
    line found;

    if (!octets.length)
        return octets;
    octets.octets = tvb_get_ptr(tvb, 0, (int)octets.length);
    found = line_first(octets);
    return found.ending == LINE_ENDING_NONE ? span_first(octets, 0) : found.text;
}

typedef enum opening { OPENING_NONE, OPENING_HELLO, OPENING_GREETING } opening;

/* Are these the first octets that the side sent? Where the connection's beginning was not captured, those of its first
 * packet that was; TCP does not say so while its preference to analyze sequence numbers is off. */
static bool is_first(const struct tcp_analysis *tcp, const struct tcpinfo *info)
{
    return !tcp || !info || !tcp->fwd->base_seq || octets_before(tcp, info->seq) == 0;
}

static opening opening_of(tvbuff_t *tvb, const packet_info *pinfo, const struct tcp_analysis *tcp,
                          const struct tcpinfo *info)
{
    bool known = tcp && tcp->server_port;
    bool from_server = known && pinfo->srcport == tcp->server_port;
    span text = first_line(tvb);

    if (text.length < 5 || !is_first(tcp, info)) /* the shortest: "EHLO" and what has to follow it */
        return OPENING_NONE;
    if (is_hello(text))
        return from_server ? OPENING_NONE : OPENING_HELLO;
    return (!known || from_server) && is_greeting(text) ? OPENING_GREETING : OPENING_NONE;
}

/* A greeting with 220 that does not name the protocol: what the other side says next may tell. */
static void keep_what_may_be_a_greeting(tvbuff_t *tvb, packet_info *pinfo, conversation_t *conversation,
                                        const struct tcp_analysis *tcp, const struct tcpinfo *info)
{
    bool begins = tvb_captured_length(tvb) >= 4 && tvb_strneql(tvb, 0, "220", 3) == 0 && is_first(tcp, info);

    if (tcp && tcp->server_port && pinfo->srcport == tcp->server_port)
        watch_keep(pinfo, conversation, begins);
}

/* Plain text where TLS was granted, which TLS has refused: a capture from behind a decrypting proxy. */
static bool is_ours_in_the_clear(const conversation_t *conversation)
{
    const connection *c = (const connection *)conversation_get_proto_data(conversation, proto_esmtp);

    return c && session_tls(c->session) == TLS_GRANTED;
}

static heuristic_result dissect_heuristic(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    conversation_t *conversation;
    const struct tcpinfo *info = (const struct tcpinfo *)data;
    const struct tcp_analysis *tcp;
    opening found;

    /* What was taken on the first visit is the conversation's from then on; a copy inside an ICMP message is no part of one.
     */
    if (pinfo->fd->visited || pinfo->flags.in_error_pkt)
        return false;
    conversation = find_or_create_conversation(pinfo);
    if (is_ours_in_the_clear(conversation))
        return dissect_esmtp(tvb, pinfo, tree, data) > 0;
    tcp = get_tcp_conversation_data(conversation, pinfo);
    found = opening_of(tvb, pinfo, tcp, info);
    if (found == OPENING_NONE) {
        keep_what_may_be_a_greeting(tvb, pinfo, conversation, tcp, info);
        return false;
    }
    conversation_set_dissector_from_frame_number(conversation, pinfo->num, dissector_handle());
    if (!watch_adopt(pinfo, found == OPENING_HELLO) && found == OPENING_HELLO)
        connection_begin_late(pinfo);
    return dissect_esmtp(tvb, pinfo, tree, data) > 0;
}

void heuristic_register_handoff(void)
{
    heur_dissector_add("tcp", dissect_heuristic, "SMTP and LMTP on any TCP port", "esmtp_tcp", proto_esmtp,
                       HEURISTIC_ENABLE);
}
