/* tree.c — in the making.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/register.h"

void tree_register(void)
{
}
