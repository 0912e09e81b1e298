/* report_link.c — what mails and connections have to do with one another: tries of the same mail, its way over several
 * servers, bounces, what each client did.
 *
 * Each table is looked up once for each mail, recipient or word of a Received field, so that the time is linear.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/report.h"

/* A try after a longer time is another mail: servers give up after five days (RFC 5321, 4.5.4.1). */
#define RETRY_LIMIT (6 * 24 * 3600)

/* The tables, each of report_mail *, the latest of a key. */
typedef struct linking {
    report *r;
    GHashTable *by_envelope; /* sender and a recipient */
    GHashTable *by_message_id;
    GHashTable *by_queue_id;
    GHashTable *by_sender; /* of mails that did not get through */
    GHashTable *by_client; /* address -> report_host * */
} linking;

static const char *word_of(const linking *l, span of)
{
    char *copy = (char *)wmem_alloc(l->r->scope, of.length + 1);

    if (of.length)
        memcpy(copy, of.octets, of.length);
    copy[of.length] = '\0';
    return copy;
}

static span message_id_of(const report_mail *mail)
{
    return span_trim(mail_header_find(mail->record.of->header, HEADER_MESSAGE_ID));
}

/* Both have a Message-ID: are they the same? `unknown`: the answer where one of them does not. */
static bool same_message(const report_mail *a, const report_mail *b, bool unknown)
{
    span x = message_id_of(a), y = message_id_of(b);

    return x.length && y.length ? span_equal(x, y) : unknown;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* --- what is a hop --------------------------------------------------------------------------------------------------- */

/* Did the mail before come to the server that now sends it? */
static bool is_next_hop(const report_mail *before, const report_mail *mail)
{
    return before != mail && before->record.of->outcome == OUTCOME_ACCEPTED &&
           (same_text(before->record.peers->server_addr, mail->record.peers->client_addr) ||
            !same_text(before->record.peers->client_addr, mail->record.peers->client_addr));
}

static bool same_server(const report_mail *a, const report_mail *b)
{
    return same_text(a->record.peers->server_addr, b->record.peers->server_addr) &&
           a->record.peers->server_port == b->record.peers->server_port;
}

static void link_hop(report_mail *mail, report_mail *before)
{
    if (!before || mail->from || !is_next_hop(before, mail))
        return;
    mail->from = before;
    before->passed_on = true;
}

/* Refused before its content, a mail has no header to tell where it came from: the server that sends it now took one before
 * with the same sender and recipient. A second try came from where the first did. */
static void guess_hop(report_mail *mail, report_mail *before)
{
    bool same_client = same_text(before->record.peers->client_addr, mail->record.peers->client_addr);
    report_mail *origin = before->from && same_client ? before->from : before;
    moment wait;

    if (mail->from || mail->record.of->header || !mail_is_refused(mail->record.of) || !mail->record.of->mail_from.length ||
        !same_text(origin->record.peers->server_addr, mail->record.peers->client_addr) || same_server(origin, mail) ||
        !moment_between(&origin->record.of->end, &mail->record.of->begin, &wait) || wait.seconds > RETRY_LIMIT)
        return;
    link_hop(mail, origin);
    mail->from_is_guess = mail->from != NULL;
}

/* --- tries ------------------------------------------------------------------------------------------------------------- */

/* Its client cannot know that it was taken, or was told to try again. */
static bool is_to_be_tried_again(outcome became)
{
    return became == OUTCOME_DEFERRED || became == OUTCOME_UNKNOWN || became == OUTCOME_ABORTED;
}

static bool was_greylisted(const transaction *t)
{
    if (mail_is_refused(t) && mail_refusal(t).id == REFUSAL_GREYLISTED)
        return true;
    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        if (recipient_is_refused(t, to) && recipient_refusal(to).id == REFUSAL_GREYLISTED)
            return true;
    }
    return false;
}

/* What the mail is to an earlier one with the same sender and recipient. */
static report_link link_between(const report_mail *earlier, const report_mail *mail, outcome became)
{
    const transaction *before = earlier->record.of, *now = mail->record.of;
    bool resent = same_text(earlier->record.peers->client_addr, mail->record.peers->client_addr);
    moment wait;

    if (!moment_between(&before->begin, &now->begin, &wait) || wait.seconds > RETRY_LIMIT)
        return LINK_NONE;
    if (became == OUTCOME_ACCEPTED || (became == OUTCOME_UNKNOWN && before->content_sent))
        return resent && now->outcome == OUTCOME_ACCEPTED && same_message(earlier, mail, false) ? LINK_DUPLICATE : LINK_NONE;
    if (!same_message(earlier, mail, is_to_be_tried_again(became) && before->mail_from.length))
        return LINK_NONE;
    return was_greylisted(before) ? LINK_GREYLISTED : LINK_RETRY;
}

static void link_try(report_mail *mail, report_mail *earlier, const recipient *before)
{
    report_link found = link_between(earlier, mail, recipient_outcome(earlier->record.of, before));

    if (found == LINK_NONE || (mail->earlier && mail->link >= found))
        return;
    mail->link = found;
    mail->earlier = earlier;
    mail->tries = earlier->tries + 1;
    earlier->tried_again = true;
}

/* Where the mail before had this recipient. */
typedef struct addressed {
    report_mail *mail;
    unsigned recipient;
} addressed;

static void link_tries(linking *l, report_mail *mail)
{
    const transaction *t = mail->record.of;

    mail->tries = 1;
    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        const char *from = word_of(l, t->mail_from), *address = word_of(l, to->address);
        char *key = wmem_strconcat(l->r->scope, from, "\n", address, NULL);
        addressed *before = (addressed *)g_hash_table_lookup(l->by_envelope, key);
        if (!before) {
            before = wmem_new0(l->r->scope, addressed);
            g_hash_table_insert(l->by_envelope, key, before);
        } else if (before->mail != mail) {
            guess_hop(mail, before->mail);
            link_try(mail, before->mail,
                     (const recipient *)wmem_array_index(before->mail->record.of->recipients, before->recipient));
        }
        *before = (addressed){mail, i};
    }
}

/* --- hops -------------------------------------------------------------------------------------------------------------- */

/* The words behind "id" in a Received field are names that servers before gave to the mail (RFC 5321, 4.4). */
static void link_received(linking *l, report_mail *mail, span received)
{
    bool behind_id = false;

    for (span word; (word = span_next_word(&received)).length;) {
        span name = word;
        while (name.length && (name.octets[name.length - 1] == ';' || name.octets[name.length - 1] == ')'))
            name.length--;
        if (behind_id && name.length)
            link_hop(mail, (report_mail *)g_hash_table_lookup(l->by_queue_id, word_of(l, name)));
        behind_id = span_equal_nocase(word, "id");
    }
}

static void link_hops(linking *l, report_mail *mail)
{
    const transaction *t = mail->record.of;
    span message_id = message_id_of(mail);

    for (unsigned i = 0; t->header && i < t->header->count; i++)
        if (t->header->values[i].kind == HEADER_RECEIVED)
            link_received(l, mail, header_value_text(&t->header->values[i]));
    if (message_id.length) {
        const char *key = word_of(l, message_id);
        report_mail *before = (report_mail *)g_hash_table_lookup(l->by_message_id, key);
        if (before && same_text(before->record.peers->server_addr, mail->record.peers->client_addr))
            link_hop(mail, before);
        g_hash_table_insert(l->by_message_id, (void *)(uintptr_t)key, mail);
    }
    if (t->verdict.queue_id.length)
        g_hash_table_insert(l->by_queue_id, (void *)(uintptr_t)word_of(l, t->verdict.queue_id), mail);
}

/* --- bounces ----------------------------------------------------------------------------------------------------------- */

static void link_bounce(linking *l, report_mail *mail)
{
    const transaction *t = mail->record.of;
    span answered = span_trim(mail_header_find(t->header, HEADER_IN_REPLY_TO));

    if (!t->null_sender) {
        if (mail_has_trouble(t) || mail->passed_on || mail->from)
            g_hash_table_insert(l->by_sender, (void *)(uintptr_t)word_of(l, t->mail_from), mail);
        return;
    }
    if (answered.length)
        mail->about = (const report_mail *)g_hash_table_lookup(l->by_message_id, word_of(l, answered));
    if (mail->about || !wmem_array_get_count(t->recipients))
        return;
    mail->about = (const report_mail *)
        g_hash_table_lookup(l->by_sender, word_of(l, ((const recipient *)wmem_array_index(t->recipients, 0))->address));
    mail->about_is_guess = mail->about != NULL;
}

/* --- clients ----------------------------------------------------------------------------------------------------------- */

static void add_to_host(linking *l, const report_connection *of)
{
    const char *address = of->record.peers->client_addr;
    report_host *host = address ? (report_host *)g_hash_table_lookup(l->by_client, address) : NULL;

    if (!address)
        return;
    if (!host) {
        host = wmem_new0(l->r->scope, report_host);
        host->address = address;
        wmem_array_append_one(l->r->hosts, host);
        g_hash_table_insert(l->by_client, (void *)(uintptr_t)address, host);
    }
    host->connections++;
    host->mails += wmem_array_get_count(of->mails);
    host->auth_failed += of->auth_failed;
    host->no_such_user += of->no_such_user;
    host->refused += of->refused;
    host->chosen |= of->chosen;
}

/* --- reasons ----------------------------------------------------------------------------------------------------------- */

static uint64_t reasons_of(const transaction *t)
{
    uint64_t found = mail_is_refused(t) ? UINT64_C(1) << mail_refusal(t).id : 0;

    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++) {
        const recipient *to = (const recipient *)wmem_array_index(t->recipients, i);
        if (recipient_is_refused(t, to))
            found |= UINT64_C(1) << recipient_refusal(to).id;
    }
    return found;
}

/* --- all --------------------------------------------------------------------------------------------------------------- */

static int compare_times(const void *a, const void *b)
{
    const report_mail *l = *(report_mail *const *)a, *r = *(report_mail *const *)b;
    int order = moment_compare(&l->record.of->begin, &r->record.of->begin);

    return order ? order : mail_record_compare(&l->record, &r->record);
}

static int compare_indices(const void *a, const void *b)
{
    const report_mail *l = *(report_mail *const *)a, *r = *(report_mail *const *)b;

    return l->record.of->index == r->record.of->index ? 0 : l->record.of->index < r->record.of->index ? -1 : 1;
}

/* Those of which nothing is known are of a file that was dropped before its connections were reported. */
static void collect(linking *l)
{
    report *r = l->r;
    wmem_array_t *known = wmem_array_new(r->scope, sizeof(report_connection *));

    for (unsigned i = 0; i < wmem_array_get_count(r->connections); i++) {
        report_connection *c = *(report_connection **)wmem_array_index(r->connections, i);
        if (!c->recorded)
            continue;
        wmem_array_append_one(known, c);
        c->number = wmem_array_get_count(known);
        wmem_array_sort(c->mails, compare_indices);
        add_to_host(l, c);
        wmem_array_append(r->mails, wmem_array_get_raw(c->mails), wmem_array_get_count(c->mails));
    }
    r->connections = known;
    wmem_array_sort(r->mails, compare_times);
}

static int compare_begins(const void *a, const void *b)
{
    const report_connection *l = *(report_connection *const *)a, *r = *(report_connection *const *)b;

    return moment_compare(&l->record.connection.begin, &r->record.connection.begin);
}

void report_link_all(report *r)
{
    linking l = {r,
                 g_hash_table_new(g_str_hash, g_str_equal),
                 g_hash_table_new(g_str_hash, g_str_equal),
                 g_hash_table_new(g_str_hash, g_str_equal),
                 g_hash_table_new(g_str_hash, g_str_equal),
                 g_hash_table_new(g_str_hash, g_str_equal)};

    r->mails = wmem_array_new(r->scope, sizeof(report_mail *));
    r->hosts = wmem_array_new(r->scope, sizeof(report_host *));
    wmem_array_sort(r->connections, compare_begins);
    collect(&l);
    for (unsigned i = 0; i < wmem_array_get_count(r->mails); i++) {
        report_mail *mail = *(report_mail **)wmem_array_index(r->mails, i);
        mail->reasons = reasons_of(mail->record.of);
        mail->connection->reasons |= mail->reasons;
        link_tries(&l, mail);
        link_hops(&l, mail);
        link_bounce(&l, mail);
    }
    g_hash_table_destroy(l.by_envelope);
    g_hash_table_destroy(l.by_message_id);
    g_hash_table_destroy(l.by_queue_id);
    g_hash_table_destroy(l.by_sender);
    g_hash_table_destroy(l.by_client);
}
