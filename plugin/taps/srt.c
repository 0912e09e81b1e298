/* srt.c — how long servers take to reply, by verb: -z esmtp,srt[,FILTER] and Statistics > Service Response Time > SMTP
 * (esmtp).
 *
 * CONNECT is the time from the SYN to the greeting, END-OF-DATA that from the end of the content to its reply. AUTH ends
 * with its final reply, and an LMTP content with the last of its replies.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/srt_table.h>

#include "dissector/tap.h"
#include "session/verb_number.h"
#include "taps/register.h"

/* Is the finding the reply with which its exchange is over? Of several in one call the last is. */
static bool ends_exchange(const segment *in, uint32_t at)
{
    const exchange *e = in->findings[at].exchange;

    if (in->findings[at].kind != FINDING_REPLY || !e || in->findings[at].flags & FLAG_CHALLENGE)
        return false;
    if (e->waits || e->reply_frame != in->frame || !e->has_command)
        return false;
    for (uint32_t next = at + 1; next < in->count; next++)
        if (in->findings[next].kind == FINDING_REPLY)
            return in->findings[next].exchange != e;
    return true;
}

static tap_packet_status srt_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                    tap_flags_t flags)
{
    srt_stat_table *table = g_array_index(((srt_data_t *)data)->srt_array, srt_stat_table *, 0);
    const segment *in = &((const tap_record *)queued)->segment;
    tap_packet_status status = TAP_PACKET_DONT_REDRAW;

    (void)edt;
    (void)flags;
    for (uint32_t i = 0; i < in->count; i++) {
        const exchange *e = in->findings[i].exchange;
        nstime_t sent;
        if (!ends_exchange(in, i))
            continue;
        sent = (nstime_t){.secs = (time_t)e->command_time.seconds, .nsecs = e->command_time.nanoseconds};
        add_srt_table_data(table, (int)verb_number(e), &sent, pinfo);
        status = TAP_PACKET_REDRAW;
    }
    return status;
}

static void srt_init(struct register_srt *srt, GArray *tables)
{
    srt_stat_table *table = init_srt_table("SMTP: time to reply by command", "SMTP", tables, (int)verb_number_count(),
                                           "Command", "esmtp.reply.verb_number", NULL);

    (void)srt;
    for (unsigned i = 0; i < verb_number_count(); i++)
        init_srt_table_row(table, (int)i, verb_number_name(i));
}

void srt_register(void)
{
    register_srt_table(proto_esmtp, ESMTP_TAP_NAME, 1, srt_packet, srt_init, NULL);
}
