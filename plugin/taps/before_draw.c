/* before_draw.c — see before_draw.h. Wireshark draws the listener first that came last.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/before_draw.h"

#include <wsutil/report_message.h>

#include "dissector/tap.h"

typedef struct awaited {
    void (*function)(void *data);
    void *data;
    bool called;
} awaited;

static GHashTable *by_data; /* data -> awaited * */

tap_packet_status ignore_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued, tap_flags_t flags)
{
    (void)data;
    (void)pinfo;
    (void)edt;
    (void)queued;
    (void)flags;
    return TAP_PACKET_DONT_REDRAW;
}

static void draw(void *data)
{
    awaited *a = (awaited *)data;

    if (!a->called)
        a->function(a->data);
    a->called = true;
}

/* The listeners stay for as long as the program runs. */
void before_draw(void (*function)(void *data), void *data)
{
    awaited *a;
    GString *error;

    if (!by_data)
        by_data = g_hash_table_new(g_direct_hash, g_direct_equal);
    if (!command_line_is_tshark() || g_hash_table_contains(by_data, data))
        return;
    a = g_new0(awaited, 1);
    *a = (awaited){.function = function, .data = data};
    g_hash_table_insert(by_data, data, a);
    error = register_tap_listener(ESMTP_TAP_NAME, a, NULL, TL_REQUIRES_NOTHING, NULL, ignore_packet, draw, NULL);
    if (error)
        report_failure("What the end of the capture shows is left out: %s", error->str);
}
