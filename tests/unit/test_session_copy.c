/* test_session_copy.c — a copy of a session goes on, and the session stays where it was.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "session/session.h"
#include "session/transaction.h"

typedef struct said {
    side by;
    const char *text;
} said;

static const said dialogue[] = {
    {SIDE_SERVER, "220 mx\r\n"},
    {SIDE_CLIENT, "EHLO a\r\n"},
    {SIDE_SERVER, "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n"},
    {SIDE_CLIENT, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n"},
    {SIDE_SERVER, "250 ok\r\n250 ok\r\n550 "},
    {SIDE_SERVER, "no\r\n354 go\r\n"},
    {SIDE_CLIENT, "Subject: x\r\n"},
    {SIDE_CLIENT, "\r\ntext\r\n"},
    {SIDE_CLIENT, ".\r\nMAIL FROM:<g@h>\r\nRCPT TO:<i@j>\r\nBDAT 3\r\na"},
    {SIDE_CLIENT, "bcBDAT 2 LAST\r\nd"},
    {SIDE_SERVER, "250 queued as 4XyZ01\r\n250 ok\r\n250 ok\r\n250 3\r\n"},
    {SIDE_CLIENT, "eAUTH LOGIN\r\n"},
    {SIDE_SERVER, "250 queued as 4XyZ02\r\n334 VXNlcm5hbWU6\r\n"},
    {SIDE_CLIENT, "YQ=="},
    {SIDE_CLIENT, "\r\nMAIL FROM:<k@l>\r\n"},
    {SIDE_SERVER, "535 no\r\n450 later\r\n"},
    /* A content that looks like a command before the 354, and has what the server takes for its end. */
    {SIDE_CLIENT, "RSET\r\nMAIL FROM:<m@n>\r\nRCPT TO:<o@p>\r\nDATA\r\nRCPT TO:<x@y>\r\n"},
    {SIDE_SERVER, "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
    {SIDE_CLIENT, "a\n.\r\nMAIL FROM:<q@r>\r\nRCPT TO:<s@t>\r\n"},
    {SIDE_CLIENT, "DATA\r\nb\r\n.\r\n"},
    {SIDE_SERVER, "250 queued as 4XyZ03\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued as 4XyZ04\r\n"},
    {SIDE_CLIENT, "QUIT\r\n"},
    {SIDE_SERVER, "221 bye\r\n"},
};

/* Feeds dialogue[from ... to), and appends what became of the mails that ended. */
static void feed(session *s, unsigned from, unsigned to, GString *ended)
{
    for (unsigned i = from; i < to; i++) {
        segment_input in = {.frame = i + 1, .sender = dialogue[i].by, .layer = LAYER_PLAIN};
        const segment *found = session_read(s, &in, span_of(dialogue[i].text));
        for (uint32_t n = 0; n < found->count; n++) {
            const transaction *t = found->findings[n].transaction;
            if (found->findings[n].kind == FINDING_TRANSACTION)
                g_string_append_printf(ended, "%u %s %u %u %.*s; ", t->index, outcome_text(t->outcome),
                                       wmem_array_get_count(t->recipients), (unsigned)t->size,
                                       (int)t->verdict.queue_id.length, (const char *)t->verdict.queue_id.octets);
        }
    }
}

/* Copied at each place of the dialogue: the copy and then the session itself come to the same end. */
static void test_copy(void)
{
    for (unsigned at = 0; at <= G_N_ELEMENTS(dialogue); at++) {
        pools *memory = pools_new(at % 2 ? VISITS_MANY : VISITS_ONCE), *of_copy = pools_new(VISITS_ONCE);
        session *s = session_new(memory, true, 1u << 20, NULL);
        GString *first = g_string_new(NULL), *second = g_string_new(NULL);

        feed(s, 0, at, first);
        g_string_append(second, first->str);
        feed(session_copy(s, of_copy), at, G_N_ELEMENTS(dialogue), first);
        pools_free(of_copy);
        feed(s, at, G_N_ELEMENTS(dialogue), second);
        g_assert_cmpstr(first->str, ==,
                        "1 accepted 2 20 4XyZ01; 2 accepted 1 5 4XyZ02; 3 deferred 0 0 ; 4 accepted 1 17 4XyZ03; "
                        "5 accepted 1 3 4XyZ04; ");
        g_assert_cmpstr(second->str, ==, first->str);
        pools_free(memory);
        g_string_free(first, TRUE);
        g_string_free(second, TRUE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/copy", test_copy);
    return g_test_run();
}
