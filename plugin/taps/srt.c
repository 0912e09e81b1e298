/* srt.c — in the making.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/register.h"

void srt_register(void)
{
}
