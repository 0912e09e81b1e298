/* register.h — the call by which Wireshark is told of what is made of many packets: statistics, follow, export, credentials.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_REGISTER_H
#define ESMTP_TAPS_REGISTER_H

/* To be called once, when Wireshark asks plugins for their tap listeners: all protocols are registered then, and its own tables of
 * statistics have not been read yet. */
void taps_register(void);

/* mails.c — the mail log: -z esmtp,mails */
void mails_register(void);

/* tree.c — what was said, counted: -z esmtp,tree */
void tree_register(void);

/* srt.c — time to reply: -z esmtp,srt */
void srt_register(void);

#endif
