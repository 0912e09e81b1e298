/* register.h — registers what is made of many packets: statistics, follow, export, credentials.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_REGISTER_H
#define ESMTP_TAPS_REGISTER_H

/* To be called once, when Wireshark asks plugins for their tap listeners: all protocols are registered then, and its own
 * tables of statistics have not been read yet. */
void taps_register(void);

/* mails.c — the mail log: -z esmtp,mails */
void mails_register(void);

/* parts.c — the log of what mails carry: -z esmtp,parts */
void parts_register(void);

/* connections.c — the log of connections: -z esmtp,connections */
void connections_register(void);
void logins_register(void);

/* report.c — the report of a capture as a window: Tools, SMTP Report. To be called as windows_register(). */
void report_window_register(void);

/* report.c — the report of a capture: -z esmtp,report */
void report_register(void);

/* windows.c — the two logs as windows: Statistics, SMTP Mails and SMTP Connections. To be called earlier than
 * taps_register(): when the protocol's tables are there, and once. */
void windows_register(void);

/* tree.c — what was said, counted: -z esmtp,tree */
void tree_register(void);

/* srt.c — time to reply: -z esmtp,srt */
void srt_register(void);

/* follow.c — a connection as readable text in a window of 4.0, whose menu Follow takes nothing from plugins: Tools, SMTP
 * Conversation. To be called as windows_register(). */
void follow_window_register(void);

/* follow.c — a connection as readable text: -z follow,esmtp,ascii,N and Analyze, Follow */
void follow_register(void);

/* conversation_filter.c — the packets of a mail: Analyze, Conversation Filter, SMTP mail */
void conversation_filter_of_mail_register(void);

/* export.c — mails as files: --export-objects esmtp,FOLDER and File, Export Objects */
void export_register(void);

/* export_parts.c — their parts: --export-objects esmtp-parts,FOLDER and File, Export Objects */
void export_parts_register(void);

/* credentials.c — who authenticated: -z credentials and Tools, Credentials */
void credentials_register(void);

/* flow.c — an arrow a command or reply: -z flow,esmtp,standard and Statistics, Flow Graph */
void flow_register(void);

#endif
