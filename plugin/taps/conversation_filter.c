/* conversation_filter.c — the packets of the mail that the chosen packet is of: Analyze, Conversation Filter, SMTP mail, and
 * View, Colorize Conversation.
 *
 * They are those of the connection from MAIL to the packet with which the mail ended. When several mails are in one packet,
 * it is the first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/tap.h"
#include "dissector/wireshark_compat.h"
#include "session/transaction.h"
#include "taps/register.h"

static const transaction *mail_of(const tap_record *record)
{
    const transaction *t = NULL;

    for (uint32_t i = 0; record && i < record->segment.count && !t; i++)
        t = finding_transaction(&record->segment.findings[i]);
    return t;
}

static filter_validity is_of_mail(FILTER_OF_PACKET(pinfo))
{
    return mail_of(tap_record_of_packet(pinfo)) != NULL;
}

/* The caller frees it. Without its MAIL, or without its end, the mail has all packets to that side. */
static char *filter_of_mail(FILTER_OF_PACKET(pinfo))
{
    const tap_record *record = tap_record_of_packet(pinfo);
    const transaction *t = mail_of(record);
    GString *filter;

    if (!t)
        return NULL;
    filter = g_string_new(NULL);
    g_string_printf(filter, "tcp.stream eq %u", record->stream);
    if (t->first_frame)
        g_string_append_printf(filter, " and frame.number ge %u", t->first_frame);
    if (t->last_frame)
        g_string_append_printf(filter, " and frame.number le %u", t->last_frame);
    return g_string_free(filter, FALSE);
}

void conversation_filter_of_mail_register(void)
{
    conversation_filter_register("esmtp", "SMTP mail", is_of_mail, filter_of_mail);
}
