/* follow.c — a connection as readable text, both sides in one window: what came before STARTTLS and, decrypted, what came
 * after.
 *
 * Wireshark's own listener takes whoever speaks first for the client. SMTP servers speak first, so the sides are taken from
 * the session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/dissectors/packet-tcp.h>
#include <epan/follow.h>
#include <epan/funnel.h>
#include <epan/tap.h>
#include <epan/to_str.h>
#include <unistd.h>
#include <wsutil/report_message.h>

#include "dissector/tap.h"
#include "taps/before_draw.h"
#include "taps/register.h"
#include "wire/line.h"

/* --- what tshark was asked for ----------------------------------------------------------------------------------------- */

/* The exit status where a connection that was asked for is not there. */
#define NOT_FOUND_STATUS 2

/* tshark writes "Node 0: :0" and nothing else for a connection that is not there, and is content with that. */
typedef struct asked {
    char *filter; /* of Wireshark's listener */
    bool found;
} asked;

static GArray *all_asked; /* asked; NULL: none */

static void note_found(const char *filter)
{
    for (unsigned i = 0; all_asked && i < all_asked->len; i++) {
        asked *a = &g_array_index(all_asked, asked, i);
        a->found |= g_strcmp0(a->filter, filter) == 0;
    }
}

/* tshark asks nobody for its exit status, and the other statistics are still to be written. */
static void end_with_failure(void)
{
    fflush(NULL);
    _exit(NOT_FOUND_STATUS);
}

static void report_not_found(void *data)
{
    bool failed = false;

    (void)data;
    for (unsigned i = 0; i < all_asked->len; i++) {
        const asked *a = &g_array_index(all_asked, asked, i);
        if (a->found)
            continue;
        report_failure("-z follow,esmtp: no SMTP that could be read is in \"%s\"", a->filter);
        failed = true;
    }
    if (failed)
        atexit(end_with_failure);
}

static void remember_asked(const char *filter)
{
    asked made = {.filter = g_strdup(filter)};

    if (!command_line_is_tshark())
        return;
    if (!all_asked)
        all_asked = g_array_new(FALSE, FALSE, sizeof(asked));
    g_array_append_val(all_asked, made);
    before_draw(report_not_found, all_asked);
}

/* --- which packets belong to it ---------------------------------------------------------------------------------------- */

static char *filter_of_stream(unsigned stream, unsigned unused)
{
    char *filter = g_strdup_printf("tcp.stream eq %u", stream);

    (void)unused;
    remember_asked(filter);
    return filter;
}

static char *filter_of_packet(epan_dissect_t *edt, packet_info *pinfo, unsigned *stream_r, unsigned *unused_r)
{
    conversation_t *conversation = find_conversation_pinfo(pinfo, 0);
    const struct tcp_analysis *tcp;

    (void)edt;
    (void)unused_r;
    if (!conversation || !conversation_get_proto_data(conversation, proto_esmtp))
        return NULL;
    tcp = get_tcp_conversation_data(conversation, pinfo);
    if (!tcp)
        return NULL;
    *stream_r = tcp->stream;
    return filter_of_stream(tcp->stream, 0);
}

static char *filter_of_direction(const address *from, int from_port, const address *to, int to_port)
{
    const char *ip = from->type == AT_IPv6 ? "ipv6" : "ip";
    char *from_text = address_to_str(NULL, from);
    char *to_text = address_to_str(NULL, to);
    char *filter = g_strdup_printf("(%s.src eq %s and tcp.srcport eq %d and %s.dst eq %s and tcp.dstport eq %d)", ip,
                                   from_text, from_port, ip, to_text, to_port);

    wmem_free(NULL, from_text);
    wmem_free(NULL, to_text);
    return filter;
}

static char *filter_of_addresses(address *one, address *other, int one_port, int other_port)
{
    char *there = filter_of_direction(one, one_port, other, other_port);
    char *back = filter_of_direction(other, other_port, one, one_port);
    char *filter = g_strconcat(there, " or ", back, NULL);

    g_free(there);
    g_free(back);
    remember_asked(filter);
    return filter;
}

/* --- who is who -------------------------------------------------------------------------------------------------------- */

static bool sent_by_client(const follow_info_t *info, const packet_info *pinfo)
{
    return info->client_port == pinfo->srcport && addresses_equal(&info->client_ip, &pinfo->src);
}

static void begin(follow_info_t *info, const packet_info *pinfo, bool from_server)
{
    copy_address(&info->client_ip, from_server ? &pinfo->dst : &pinfo->src);
    copy_address(&info->server_ip, from_server ? &pinfo->src : &pinfo->dst);
    info->client_port = from_server ? pinfo->destport : pinfo->srcport;
    info->server_port = from_server ? pinfo->srcport : pinfo->destport;
}

static void swap_sides(follow_info_t *info)
{
    address client_ip = info->client_ip;
    unsigned client_port = info->client_port, from_client = info->bytes_written[FROM_CLIENT];

    info->client_ip = info->server_ip;
    info->client_port = info->server_port;
    info->bytes_written[FROM_CLIENT] = info->bytes_written[FROM_SERVER];
    info->server_ip = client_ip;
    info->server_port = client_port;
    info->bytes_written[FROM_SERVER] = from_client;
    for (GList *at = info->payload; at; at = at->next) {
        follow_record_t *record = (follow_record_t *)at->data;
        record->is_server = !record->is_server;
    }
}

static bool shows_sides(const segment *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->findings[i].kind == FINDING_COMMAND || c->findings[i].kind == FINDING_REPLY)
            return true;
    return false;
}

/* The first command or reply shows for sure who is the server. Pieces of a line that came before it may have been taken for
 * the other side's. After it the sides stay, even when ATRN or TURN makes the SMTP client the server. `seq`, which only
 * TCP's own listener uses, is set once the sides are known. */
static void determine_sides(follow_info_t *info, const packet_info *pinfo, const tap_record *said)
{
    const segment *c = &said->segment;
    bool from_server = (c->side == SIDE_SERVER) != said->of_peer; /* the packet is */

    if (!info->client_port)
        begin(info, pinfo, from_server);
    if (info->seq[0])
        return;
    if (sent_by_client(info, pinfo) == from_server)
        swap_sides(info);
    info->seq[0] = shows_sides(c);
}

/* --- what was said ----------------------------------------------------------------------------------------------------- */

static void add(follow_info_t *info, const packet_info *pinfo, bool of_peer, const void *octets, size_t length)
{
    follow_record_t *record;
    bool from_server = sent_by_client(info, pinfo) == of_peer;

    if (!length)
        return;
    record = g_new0(follow_record_t, 1);
    record->is_server = from_server;
    record->packet_num = pinfo->num;
    record->abs_ts = pinfo->abs_ts;
    record->data = g_byte_array_append(g_byte_array_sized_new((unsigned)length), (const uint8_t *)octets, (unsigned)length);
    info->bytes_written[from_server ? FROM_SERVER : FROM_CLIENT] += (unsigned)length;
    info->payload = g_list_prepend(info->payload, record);
}

/* In the words of TCP's own listener, for scripts that know them. */
static void add_gap(follow_info_t *info, const packet_info *pinfo, bool of_peer, uint32_t octets)
{
    char *text = g_strdup_printf("[%u bytes missing in capture file]", octets);

    add(info, pinfo, of_peer, text, strlen(text));
    g_free(text);
}

/* Octets that were seen before, or that are not read, or not yet. */
static bool is_passed_over(const finding *f)
{
    return f->kind == FINDING_RETRANSMISSION || f->kind == FINDING_HELD || f->kind == FINDING_LATE ||
           f->kind == FINDING_ASIDE;
}

/* The octets of the call but for those that are passed over, and in their places what was not captured. */
static void add_octets(follow_info_t *info, const packet_info *pinfo, const tap_record *record)
{
    const segment *c = &record->segment;
    size_t at = 0;

    for (uint32_t i = 0; i < c->count; i++) {
        const finding *f = &c->findings[i];
        size_t begin = f->position > c->position ? (size_t)(f->position - c->position) : 0;
        if (f->kind != FINDING_GAP && !is_passed_over(f))
            continue;
        if (begin > at) {
            span before = span_first(span_from(record->octets, at), begin - at);
            add(info, pinfo, record->of_peer, before.octets, before.length);
            at = begin;
        }
        if (f->kind == FINDING_GAP)
            add_gap(info, pinfo, record->of_peer, f->length);
        else
            at = begin + f->length;
    }
    if (record->octets.length > at)
        add(info, pinfo, record->of_peer, record->octets.octets + at, record->octets.length - at);
}

static tap_packet_status follow_record_add(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                           tap_flags_t flags)
{
    follow_info_t *info = (follow_info_t *)data;
    const tap_record *record = (const tap_record *)queued;

    (void)edt;
    (void)flags;
    note_found(info->filter_out_filter);
    determine_sides(info, pinfo, record);
    add_octets(info, pinfo, record);
    return TAP_PACKET_DONT_REDRAW;
}

void follow_register(void)
{
    follow_register_tcp(proto_esmtp, ESMTP_TAP_NAME, filter_of_packet, filter_of_stream, filter_of_addresses,
                        follow_record_add);
}

/* --- the window of 4.0 ------------------------------------------------------------------------------------------------- */

#if FOLLOW_MENU_IS_FIXED
static void record_free(void *data)
{
    follow_record_t *record = (follow_record_t *)data;

    g_byte_array_free(record->data, TRUE);
    g_free(record);
}

/* Each line with its sender in front. What cannot be printed is escaped. `open`: whose line goes on in a later record; '\0':
 * nobody's. */
static void append_record(GString *text, const follow_record_t *record, char *open)
{
    const span octets = {record->data->data, record->data->len};
    char sender = record->is_server ? 'S' : 'C';

    if (*open && *open != sender)
        g_string_append_c(text, '\n');
    for (size_t at = 0; at < octets.length;) {
        line next = line_first(span_from(octets, at));
        char *shown = octets_format(NULL, next.text.octets, next.text.length);
        bool goes_on = at == 0 && *open == sender;
        g_string_append_printf(text, "%.*s%s%s", goes_on ? 0 : 3, sender == 'S' ? "S: " : "C: ", shown,
                               next.ending == LINE_ENDING_NONE ? "" : "\n");
        *open = next.ending == LINE_ENDING_NONE ? sender : '\0';
        wmem_free(NULL, shown);
        at += next.length;
    }
}

/* Has the packets of the stream read again by the taps. Returns NULL, or why it cannot. */
static char *read_stream(follow_info_t *info, const char *stream)
{
    const funnel_ops_t *window = funnel_get_funnel_ops();
    char *filter = g_strdup_printf("tcp.stream eq %s", stream);
    GString *error =
        register_tap_listener(ESMTP_TAP_NAME, info, filter, TL_REQUIRES_NOTHING, NULL, follow_record_add, NULL, NULL);

    g_free(filter);
    if (error)
        return g_string_free(error, FALSE);
    window->retap_packets(window->ops_id);
    remove_tap_listener(info);
    return NULL;
}

static char *stream_as_text(const char *stream)
{
    follow_info_t info = {0};
    char *error = read_stream(&info, stream);
    GString *text;
    char open = '\0';

    if (error)
        return error;
    text = g_string_new(info.payload ? "" : "This stream has no octet of SMTP that could be read.\n");
    for (const GList *at = g_list_last(info.payload); at; at = at->prev)
        append_record(text, (const follow_record_t *)at->data, &open);
    g_list_free_full(info.payload, record_free);
    free_address(&info.client_ip);
    free_address(&info.server_ip);
    return g_string_free(text, FALSE);
}

/* What a person wrote into the dialog is freed here. */
static void stream_asked_for(char **words, void *data)
{
    const funnel_ops_t *window = funnel_get_funnel_ops();
    char *title = g_strdup_printf("SMTP Conversation, stream %s", words[0]);
    char *text = stream_as_text(words[0]);

    (void)data;
    window->set_text(window->new_text_window(window->ops_id, title), text);
    g_free(text);
    g_free(title);
    g_strfreev(words);
}

static void ask_for_stream(void *data)
{
    static const char *names[] = {"TCP stream", NULL}, *values[] = {"0", NULL};
    const funnel_ops_t *window = funnel_get_funnel_ops();

    (void)data;
    window->new_dialog(window->ops_id, "SMTP Conversation", names, values, stream_asked_for, NULL, NULL);
}

void follow_window_register(void)
{
    funnel_register_menu("SMTP Conversation", REGISTER_TOOLS_GROUP_UNSORTED, ask_for_stream, NULL, NULL, false);
}
#else
void follow_window_register(void)
{
    /* The menu Follow has it. */
}
#endif
