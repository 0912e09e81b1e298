/* before_draw.h — what tshark's list of exported objects lacks: something to be called before the list is written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_BEFORE_DRAW_H
#define ESMTP_TAPS_BEFORE_DRAW_H

/* Has `function` called when all packets have been read, before what listened to them already is written. To be called with
 * each record: `key` tells the functions apart, and counts once. Not in programs with windows: they have lists that are gone
 * by then, and have read all packets before they make one. */
void before_draw(void (*function)(void), void *key);

#endif
