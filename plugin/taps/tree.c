/* tree.c — what was said, counted: -z esmtp,tree[,FILTER] and Statistics > SMTP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include <epan/stats_tree.h>

#include <epan/tap.h>

#include "taps/before_draw.h"
#include "taps/last_mails.h"
#include "taps/register.h"
#include "wire/capability.h"
#include "wire/line.h"

#define ROOT 0 /* the tree's own node */

/* The nodes below the root, in the order in which they are shown. */
#define MAILS "Mails"
#define PROTECTION "Mails by protection"
#define SIZES "Size of mails, octets"
#define CONNECTIONS "Connections"
#define STARTTLS "STARTTLS"
#define COMMANDS "Commands"
#define REPLIES "Replies"
#define CAPABILITIES "Capabilities offered"

static int count(stats_tree *tree, const char *name, int parent)
{
    return tick_stat_node(tree, name, parent, true);
}

/* A leaf below one of the nodes above. */
static void count_in(stats_tree *tree, const char *node, const char *leaf)
{
    tick_stat_node(tree, leaf, count(tree, node, ROOT), false);
}

/* --- commands ---------------------------------------------------------------------------------------------------------- */

/* Verbs that nobody knows are counted together: what a scanner sends may be no end of them. */
static void count_command(stats_tree *tree, const tap_record *record, const finding *f)
{
    command parsed;

    if (!command_parse(line_first(octets_in_record(record, f)).text, &parsed))
        count_in(tree, COMMANDS, "no command");
    else
        count_in(tree, COMMANDS, parsed.row ? parsed.row->name : "other");
}

/* --- replies ----------------------------------------------------------------------------------------------------------- */

static const char *text_of_number(const number_text *texts, unsigned number)
{
    while (texts->text && texts->number != number)
        texts++;
    return texts->text ? texts->text : "";
}

/* Returns the node of the reply's class: "2yz Positive completion". */
static int count_class(stats_tree *tree, packet_info *pinfo, uint16_t code)
{
    unsigned severity = reply_severity(code);
    const char *name = wmem_strdup_printf(pinfo->pool, "%uyz %s", severity, text_of_number(reply_severities(), severity));

    return count(tree, name, count(tree, REPLIES, ROOT));
}

/* Returns the node of the reply's code: "550 Mailbox unavailable". */
static int count_code(stats_tree *tree, packet_info *pinfo, uint16_t code)
{
    const reply_code_row *row = reply_code_find(code);
    const char *name = wmem_strdup_printf(pinfo->pool, "%03u%s%s", code, row ? " " : "", row ? row->text : "");

    return count(tree, name, count_class(tree, pinfo, code));
}

/* "5.1.1 Bad destination mailbox address" */
static void count_status(stats_tree *tree, packet_info *pinfo, const enhanced_status *status, int parent)
{
    const enhanced_status_row *row = enhanced_status_find(status->subject, status->detail);
    const char *name = wmem_strdup_printf(pinfo->pool, "%u.%u.%u%s%s", status->status_class, status->subject, status->detail,
                                          row ? " " : "", row ? row->text : "");

    tick_stat_node(tree, name, parent, false);
}

static void count_capability(stats_tree *tree, packet_info *pinfo, span text)
{
    capability offered;

    if (capability_parse(text, &offered))
        count_in(tree, CAPABILITIES, upper_case_of(pinfo, offered.keyword));
}

/* All lines but the first (RFC 5321, 4.1.1.1). */
static void count_capabilities(stats_tree *tree, packet_info *pinfo, span whole)
{
    for (size_t at = line_first(whole).length; at < whole.length;) {
        line next = line_first(span_from(whole, at));
        reply_line parsed;
        if (reply_line_parse(next.text, false, &parsed))
            count_capability(tree, pinfo, parsed.text);
        at += next.length;
    }
}

static void count_starttls(stats_tree *tree, const finding *f, uint16_t code)
{
    if (f->flags & FLAG_GRANTS_TLS)
        count_in(tree, STARTTLS, "granted");
    else if (f->exchange && exchange_is(f->exchange, VERB_STARTTLS) && reply_severity(code) >= 4)
        count_in(tree, STARTTLS, "refused");
}

/* By class, code and, below it, the enhanced status of the first line. */
static void count_reply(stats_tree *tree, packet_info *pinfo, const tap_record *record, const finding *f)
{
    span whole = octets_in_record(record, f);
    reply_line first;
    int node;

    if (!reply_line_parse(line_first(whole).text, !(f->flags & FLAG_HELLO_REPLY), &first) &&
        !(reply_line_parse_odd(line_first(whole).text, &first) && first.code)) {
        count_in(tree, REPLIES, "no reply code");
        return;
    }
    node = count_code(tree, pinfo, first.code);
    if (first.has_status)
        count_status(tree, pinfo, &first.status, node);
    if (f->flags & FLAG_EHLO_REPLY)
        count_capabilities(tree, pinfo, whole);
    count_starttls(tree, f, first.code);
}

/* --- mails ------------------------------------------------------------------------------------------------------------- */

static void count_size(stats_tree *tree, uint64_t size)
{
    count(tree, SIZES, ROOT);
    stats_tree_tick_range(tree, SIZES, ROOT, size < G_MAXINT ? (int)size : G_MAXINT);
}

static void count_mail(stats_tree *tree, const transaction *t)
{
    count_in(tree, MAILS, outcome_text(t->outcome));
    count_in(tree, PROTECTION, t->tls ? "under TLS" : "in the clear");
    if (t->has_size)
        count_size(tree, t->size);
}

static void count_cut_off_mail(void *data, const transaction *ended)
{
    count_mail((stats_tree *)data, ended);
}

/* --- mails that were cut off, after one pass --------------------------------------------------------------------------- */

/* tshark may read the packets once, and prints when it has: what the end cut off is known then, and not before. Wireshark
 * reads them again for its statistics, and draws these as often as it likes.
 *
 * stats_tree * -> last_mails *: of tshark's trees, which stay until its end. */
static GHashTable *last_of_trees;

static void count_last_mail(void *data, const transaction *ended, const peers *of)
{
    (void)of;
    count_mail((stats_tree *)data, ended);
}

static void count_last_mails(void *tree)
{
    last_mails *last = (last_mails *)g_hash_table_lookup(last_of_trees, tree);

    last_mails_visit(last, count_last_mail, tree);
    last_mails_reset(last);
}

static void last_mails_watch(stats_tree *tree)
{
    if (!command_line_is_tshark() || g_hash_table_contains(last_of_trees, tree))
        return;
    g_hash_table_insert(last_of_trees, tree, last_mails_new(NULL, count_last_mails, tree));
    before_draw(count_last_mails, tree);
}

static void last_mails_note(stats_tree *tree, const tap_record *record)
{
    last_mails *last = (last_mails *)g_hash_table_lookup(last_of_trees, tree);

    if (last)
        last_mails_see(last, record);
}

/* ----------------------------------------------------------------------------------------------------------------------- */

static void count_finding(stats_tree *tree, packet_info *pinfo, const tap_record *record, const finding *f)
{
    if (f->kind == FINDING_COMMAND)
        count_command(tree, record, f);
    else if (f->kind == FINDING_REPLY)
        count_reply(tree, pinfo, record, f);
    else if (f->kind == FINDING_TRANSACTION && !(f->flags & FLAG_READ_AGAIN))
        count_mail(tree, f->transaction);
}

static tap_packet_status tree_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                     tap_flags_t flags)
{
    const tap_record *record = (const tap_record *)queued;

    (void)edt;
    (void)flags;
    if (record->first)
        count_in(tree, CONNECTIONS, record->layer == LAYER_TLS ? "under TLS from the first octet" : "begun in the clear");
    for (uint32_t i = 0; i < record->segment.count; i++)
        count_finding(tree, pinfo, record, &record->segment.findings[i]);
    if (record->later) /* on a first visit, more packets may follow */
        transactions_cut_off_here(record->connection, &record->segment, count_cut_off_mail, tree);
    else
        last_mails_note(tree, record);
    return TAP_PACKET_REDRAW;
}

static void tree_init(stats_tree *tree)
{
    static const char *const of_mails[] = {MAILS, PROTECTION};
    static const char *const others[] = {CONNECTIONS, STARTTLS, COMMANDS, REPLIES, CAPABILITIES};

    for (size_t i = 0; i < sizeof of_mails / sizeof of_mails[0]; i++)
        stats_tree_create_node(tree, of_mails[i], ROOT, STAT_DT_INT, true);
    stats_tree_create_range_node(tree, SIZES, ROOT, "0-9999", "10000-99999", "100000-999999", "1000000-9999999", "10000000-",
                                 NULL);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        stats_tree_create_node(tree, others[i], ROOT, STAT_DT_INT, true);
    last_mails_watch(tree);
}

void tree_register(void)
{
    last_of_trees = g_hash_table_new(g_direct_hash, g_direct_equal);
    stats_tree_register_plugin(ESMTP_TAP_NAME, "esmtp", "SMTP", TL_REQUIRES_NOTHING, tree_packet, tree_init, NULL);
}
