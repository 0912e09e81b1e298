/* test_session_free.c — where packets are visited once or twice, what is over is given back, and nothing else is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>
#include <malloc.h>

#include "session/session.h"
#include "session/transaction.h"

#define MANY 2000u
#define FEW 20u
/* What may come and go with the allocator's own affairs; a mail that stayed would be more each time. */
#define SLACK 4096u

/* Of the address sanitizer, whose malloc mallinfo2() knows nothing of; absent in builds without it. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated(void)
{
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : mallinfo2().uordblks;
}

/* One connection on its way. */
typedef struct talk {
    pools *memory;
    session *session;
    uint32_t frame;
    uint32_t next[2];
    unsigned accepted; /* mails */
} talk;

static talk talk_begin(visits expected)
{
    talk t = {.memory = pools_new(expected), .next = {1, 1}};

    t.session = session_new(t.memory, true, 1u << 20, NULL);
    return t;
}

static void say(talk *t, side sender, const char *text)
{
    segment_input packet = {.frame = ++t->frame,
                            .tag = t->next[sender],
                            .sender = sender,
                            .has_sequence = true,
                            .starts_stream = true,
                            .first_sequence = 1};
    const segment *found = session_read(t->session, &packet, span_of(text));

    g_assert_cmpuint(found->count, >, 0);
    for (unsigned i = 0; i < found->count; i++) {
        const finding *f = &found->findings[i];
        if (f->kind != FINDING_TRANSACTION)
            continue;
        g_assert_cmpint(f->transaction->outcome, ==, OUTCOME_ACCEPTED);
        g_assert_cmpuint(f->transaction->size, ==, 20);
        g_assert_cmpmem(f->transaction->verdict.queue_id.octets, f->transaction->verdict.queue_id.length, "4XyZ12", 6);
        t->accepted++;
    }
    t->next[sender] += (uint32_t)strlen(text);
    session_free_finished(t->session);
}

static void greet(talk *t)
{
    say(t, SIDE_SERVER, "220 mx ESMTP\r\n");
    say(t, SIDE_CLIENT, "EHLO a\r\n");
    say(t, SIDE_SERVER, "250-mx\r\n250 PIPELINING\r\n");
}

/* The content comes in two packets, so that it has to be gathered. */
static void mail(talk *t)
{
    say(t, SIDE_CLIENT, "MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n");
    say(t, SIDE_SERVER, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go on\r\n");
    say(t, SIDE_CLIENT, "Subject: a");
    say(t, SIDE_CLIENT, "\r\n\r\nBody\r\n.\r\n");
    say(t, SIDE_SERVER, "250 2.0.0 Ok: queued as 4XyZ12\r\n");
}

/* Octets that stay behind many mails, beside those that stay behind a few. */
static int64_t growth(visits expected)
{
    talk t = talk_begin(expected);
    size_t before;
    int64_t grown;

    greet(&t);
    for (unsigned i = 0; i < FEW; i++)
        mail(&t);
    before = allocated();
    for (unsigned i = FEW; i < MANY; i++)
        mail(&t);
    grown = (int64_t)allocated() - (int64_t)before;
    g_assert_cmpuint(t.accepted, ==, MANY);
    pools_free(t.memory);
    return grown;
}

static void test_mails_that_are_over(void)
{
    g_assert_cmpint(growth(VISITS_ONCE), <=, SLACK);
    g_assert_cmpint(growth(VISITS_MANY), >, (int64_t)(MANY * 500u)); /* so that the measure is one */
}

/* What is under way stays: a mail whose reply has not come, the name that the client gave, an AUTH that goes on. */
static void test_what_is_under_way(void)
{
    talk t = talk_begin(VISITS_ONCE);

    greet(&t);
    mail(&t);
    say(&t, SIDE_CLIENT, "MAIL FROM:<ann@example.org>\r\n");
    for (unsigned i = 0; i < MANY; i++) {
        say(&t, SIDE_CLIENT, "NOOP\r\n");
        say(&t, SIDE_SERVER, i ? "250 2.0.0 Ok\r\n" : "250 2.1.0 Ok\r\n250 2.0.0 Ok\r\n");
    }
    say(&t, SIDE_CLIENT, "RCPT TO:<bob@example.net>\r\n");
    say(&t, SIDE_SERVER, "250 2.1.5 Ok\r\n");
    say(&t, SIDE_CLIENT, "DATA\r\n");
    say(&t, SIDE_SERVER, "354 go on\r\n");
    say(&t, SIDE_CLIENT, "Subject: a\r\n\r\nBody\r\n.\r\n");
    say(&t, SIDE_SERVER, "250 2.0.0 Ok: queued as 4XyZ12\r\n");
    g_assert_cmpuint(t.accepted, ==, 2);
    pools_free(t.memory);
}

/* There is nothing to be found again. */
static void test_nothing_is_found_again(void)
{
    talk t = talk_begin(VISITS_ONCE);

    greet(&t);
    g_assert_null(session_find(t.session, LAYER_PLAIN, SIDE_SERVER, 1, 1));
    pools_free(t.memory);
}

/* --- a second visit ---------------------------------------------------------------------------------------------------- */

#define PACKETS_MAX 16u

/* What was said, so that it can be visited again. */
typedef struct packet {
    side sender;
    uint32_t frame, tag;
    span octets;
} packet;

typedef struct recorded {
    talk talk;
    packet packets[PACKETS_MAX];
    unsigned count;
} recorded;

static const char stuffed_content[] = "Subject: a\r\n\r\n..one\r\n.two\r\n.\r\n";
static const char plain_content[] = "Subject: a\r\n\r\n.one\r\ntwo\r\n";

/* The message that the segment completes, NULL for none. */
static const message *completed(const segment *in)
{
    for (unsigned i = 0; i < in->count; i++)
        if (in->findings[i].flags & FLAG_MESSAGE_END)
            return in->findings[i].message;
    return NULL;
}

static const message *say_recorded(recorded *r, side sender, span octets)
{
    packet *p = &r->packets[r->count++];
    segment_input input = {.sender = sender, .has_sequence = true, .starts_stream = true, .first_sequence = 1};

    g_assert_cmpuint(r->count, <=, PACKETS_MAX);
    session_free_finished(r->talk.session);
    *p = (packet){sender, ++r->talk.frame, r->talk.next[sender], octets};
    input.frame = p->frame;
    input.tag = p->tag;
    r->talk.next[sender] += (uint32_t)octets.length;
    return completed(session_read(r->talk.session, &input, octets));
}

static const message *say_again(recorded *r, const packet *p)
{
    const segment *found;

    session_free_finished(r->talk.session);
    found = session_find(r->talk.session, LAYER_PLAIN, p->sender, p->frame, p->tag);
    g_assert_nonnull(found);
    session_read_again(r->talk.session, found, p->octets);
    return completed(found);
}

static void check_content(const message *m)
{
    g_assert_nonnull(m);
    g_assert_cmpmem(m->octets, m->unstuffed_size, plain_content, strlen(plain_content));
}

/* The client's octets come in three packets; all packets twice. Is what they hold kept in between? */
static bool kept_between_visits(const char *asked, const char *reply, span octets, size_t first, size_t second)
{
    recorded r = {.talk = talk_begin(VISITS_TWICE)};
    const message *m, *again = NULL;
    bool kept;

    say_recorded(&r, SIDE_SERVER, span_of("220 mx ESMTP\r\n"));
    say_recorded(&r, SIDE_CLIENT, span_of(asked));
    if (reply)
        say_recorded(&r, SIDE_SERVER, span_of(reply));
    say_recorded(&r, SIDE_CLIENT, span_first(octets, first));
    say_recorded(&r, SIDE_CLIENT, span_first(span_from(octets, first), second - first));
    m = say_recorded(&r, SIDE_CLIENT, span_from(octets, second));
    check_content(m);
    say_recorded(&r, SIDE_SERVER, span_of("250 2.0.0 Ok\r\n"));
    kept = m->octets != NULL;
    for (unsigned i = 0; i < r.count; i++)
        if ((again = say_again(&r, &r.packets[i])) != NULL)
            check_content(again);
    g_assert_true((m->octets != NULL) == kept);
    pools_free(r.talk.memory);
    return kept;
}

/* Wherever it is cut. */
static void test_content_comes_twice(void)
{
    span all = span_of(stuffed_content), plain = span_of(plain_content);

    for (size_t first = 1; first < all.length; first++)
        for (size_t second = first + 1; second < all.length; second++)
            g_assert_false(kept_between_visits("DATA\r\n", "354 go on\r\n", all, first, second));
    for (size_t first = 1; first < plain.length; first++)
        for (size_t second = first + 1; second < plain.length; second++)
            g_assert_false(kept_between_visits("BDAT 25 LAST\r\n", NULL, plain, first, second));
}

/* A piece of a line is called so in its packet, whatever it turns out to be. */
static void test_content_that_was_a_part_of_a_line(void)
{
    g_assert_true(kept_between_visits("DATA\r\n", NULL, span_of(stuffed_content), 3, 14));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* Each piece by itself, so that what is kept can be counted. */
    g_setenv("WIRESHARK_DEBUG_WMEM_OVERRIDE", "simple", TRUE);
    wmem_init();
    g_test_add_func("/free/over", test_mails_that_are_over);
    g_test_add_func("/free/under_way", test_what_is_under_way);
    g_test_add_func("/free/find", test_nothing_is_found_again);
    g_test_add_func("/free/twice", test_content_comes_twice);
    g_test_add_func("/free/part", test_content_that_was_a_part_of_a_line);
    return g_test_run();
}
