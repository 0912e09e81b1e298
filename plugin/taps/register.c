/* register.c — what the taps register, a row each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/register.h"

#include <stddef.h>

static void (*const taps[])(void) = {
    mails_register,  parts_register,        connections_register, logins_register,
    tree_register,   srt_register,          follow_register,      conversation_filter_of_mail_register,
    export_register, export_parts_register, credentials_register, flow_register,
    report_register,
};

void taps_register(void)
{
    for (size_t i = 0; i < sizeof taps / sizeof taps[0]; i++)
        taps[i]();
}
