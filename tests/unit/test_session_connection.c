/* test_session_connection.c — the record of a connection: what it says behind a dialogue, and how the connection ended.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/connection.h"

#include "dialogue.h"

#define TURNS 16

/* A session, and its record as describe() tells it when the server has sent a FIN behind it. */
typedef struct script {
    const char *name;
    turn turns[TURNS];
    const char *record;
    bool one_side; /* the server was not captured */
} script;

/* clang-format off */
#define GREETING {S, "220 mx.example.net ESMTP Postfix\r\n"}
#define HELLO GREETING, {C, "EHLO a\r\n"}, {S, "250 mx\r\n"}
#define ENVELOPE {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"}, {S, "250 ok\r\n250 ok\r\n"}
#define DATA {C, "DATA\r\n"}, {S, "354 go\r\n"}
#define QUIT {C, "QUIT\r\n"}, {S, "221 bye\r\n"}
/* clang-format on */

static const script scripts[] = {
    {.name = "nothing was said", .record = "CONNECT, 0 mails, 0/0/0, none, lost"},
    {.name = "names", .turns = {HELLO}, .record = "IDLE, 0 mails, 1/2/0, none, of mx.example.net, Postfix, to a"},
    {.name = "the reply to EHLO names the server",
     .turns = {{S, "220 hello\r\n"}, {C, "EHLO a\r\n"}, {S, "250-mx.example.org\r\n250 STARTTLS\r\n"}},
     .record = "IDLE, 0 mails, 1/2/0, offered, of mx.example.org, to a"},
    {.name = "quit", .turns = {GREETING, QUIT}, .record = "IDLE, 0 mails, 1/2/0, none, quit, of mx.example.net, Postfix"},
    {.name = "a verb of no registry waits",
     .turns = {GREETING, {C, "VERYLONGNAMEOFAVERB\r\n"}},
     .record = "VERYLONGNAMEOFAVERB, 0 mails, 1/1/0, none, of mx.example.net, Postfix, lost"},
    {.name = "a mail begun",
     .turns = {HELLO, ENVELOPE},
     .record = "IDLE, 1 mails, 3/4/0, none, of mx.example.net, Postfix, to a, lost"},
    {.name = "a refused mail",
     .turns = {HELLO, {C, "MAIL FROM:<a@b>\r\n"}, {S, "550 no\r\n"}},
     .record = "IDLE, 1 mails, 2/3/1, none, of mx.example.net, Postfix, to a"},
    {.name = "in the content",
     .turns = {HELLO, ENVELOPE, DATA, {C, "x\r\n"}},
     .record = "CONTENT, 1 mails, 4/5/0, none, of mx.example.net, Postfix, to a, lost"},
    {.name = "content behind a DATA that was not answered",
     .turns = {HELLO, ENVELOPE, {C, "DATA\r\nx\r\n"}},
     .record = "DATA, 1 mails, 4/4/0, none, of mx.example.net, Postfix, to a, lost"},
    {.name = "before the final reply",
     .turns = {HELLO, ENVELOPE, DATA, {C, "x\r\n.\r\nQUIT\r\n"}},
     .record = "END-OF-DATA, 1 mails, 5/5/0, none, of mx.example.net, Postfix, to a, lost"},
    {.name = "a chunk",
     .turns = {HELLO, ENVELOPE, {C, "BDAT 9 LAST\r\nx"}},
     .record = "CONTENT, 1 mails, 4/4/0, none, of mx.example.net, Postfix, to a, lost, 8 of a chunk"},
    {.name = "a chunk that is whole",
     .turns = {HELLO, ENVELOPE, {C, "BDAT 1\r\nx"}, {S, "250 ok\r\n"}},
     .record = "IDLE, 1 mails, 4/5/0, none, of mx.example.net, Postfix, to a, lost"},
    {.name = "a chunk of which octets are lost",
     .turns = {HELLO, ENVELOPE, {C, "BDAT 9 LAST\r\nx"}, {C_LOST, "12345678"}, {C, "QUIT\r\n"}},
     .record = "BDAT, 1 mails, 5/4/0, none, of mx.example.net, Postfix, to a, lost"},
    {.name = "a chunk that was refused",
     .turns = {HELLO, ENVELOPE, {C, "BDAT 9 LAST\r\nx"}, {S, "552 no\r\n"}},
     .record = "CONTENT, 1 mails, 4/5/1, none, of mx.example.net, Postfix, to a, lost"},
    {.name = "421 inside a chunk",
     .turns = {HELLO, ENVELOPE, {C, "BDAT 9 LAST\r\nx"}, {S, "421 slow\r\n"}},
     .record = "CONTENT, 1 mails, 4/5/1, none, 421 slow, of mx.example.net, Postfix, to a"},
    {.name = "a chunk, and the server was not captured",
     .turns = {{C, "EHLO a\r\n"}, {C, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 9 LAST\r\nx"}},
     .one_side = true,
     .record = "CONTENT, 1 mails, 4/0/0, none, to a"},
    {.name = "refused at the greeting, and asked all the same",
     .turns = {{S, "554 5.3.2 not here\r\n"}, {C, "EHLO a\r\n"}, {S, "503 no\r\n"}},
     .record = "IDLE, 0 mails, 1/2/2, none, 554 not here"},
    {.name = "421 inside a mail",
     .turns = {HELLO, ENVELOPE, {S, "421 4.4.2 slow\r\n"}},
     .record = "IDLE, 1 mails, 3/5/1, none, 421 slow, of mx.example.net, Postfix, to a"},
    {.name = "a 421 that was not the end",
     .turns = {HELLO, {S, "421 4.4.2 slow\r\n"}, {C, "NOOP\r\n"}, {S, "250 ok\r\n"}},
     .record = "IDLE, 0 mails, 2/4/1, none, of mx.example.net, Postfix, to a"},
    {.name = "STARTTLS refused",
     .turns = {HELLO, {C, "STARTTLS\r\n"}, {S, "454 no\r\n"}},
     .record = "IDLE, 0 mails, 2/3/1, refused, of mx.example.net, Postfix, to a"},
    {.name = "STARTTLS granted",
     .turns = {HELLO, {C, "STARTTLS\r\n"}, {S, "220 go\r\n"}},
     .record = "TLS, 0 mails, 2/3/0, failed, of mx.example.net, Postfix, to a, lost"},
    {.name = "TLS read",
     .turns = {HELLO, {C, "STARTTLS\r\n"}, {S, "220 go\r\n"}, {CT, "EHLO b\r\n"}, {ST, "250 mx\r\n"}},
     .record = "IDLE, 0 mails, 3/4/0, established, of mx.example.net, Postfix, to b"},
    {.name = "TLS from the start",
     .turns = {{ST, "220 mx.example.net\r\n"}, {CT, "EHLO b\r\n"}, {ST, "250 mx\r\n"}},
     .record = "IDLE, 0 mails, 1/2/0, implicit, of mx.example.net, to b"},
    {.name = "the server was not captured",
     .turns = {{C, "EHLO a\r\n"}, {C, "MAIL FROM:<a@b>\r\n"}},
     .one_side = true,
     .record = "CONNECT, 1 mails, 2/0/0, none, to a"},
};

static void append_span(GString *out, const char *before, span what)
{
    if (what.length)
        g_string_append_printf(out, ", %s%.*s", before, (int)what.length, (const char *)what.octets);
}

/* "phase, mails, commands/replies/refused, TLS, quit, code and text, names, lost, octets of a chunk still to come" */
static char *describe(const connection_record *of)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s, %u mails, %u/%u/%u, %s%s", of->phase, of->mails, of->commands, of->replies, of->refused,
                           of->tls, of->quit ? ", quit" : "");
    if (of->code)
        g_string_append_printf(out, ", %u %.*s", of->code, (int)of->text.length, (const char *)of->text.octets);
    append_span(out, "of ", of->server_name);
    append_span(out, "", of->server_software);
    append_span(out, "to ", of->client_name);
    if (of->lost)
        g_string_append(out, ", lost");
    if (of->chunk_left)
        g_string_append_printf(out, ", %" G_GUINT64_FORMAT " of a chunk", of->chunk_left);
    return g_string_free(out, FALSE);
}

static void test_script(gconstpointer data)
{
    const script *in = (const script *)data;
    recorder *rec = recorder_new(false, false, 0);
    transport t = {.begin = {1, 0},
                   .last = {2, 900000000},
                   .end = {5, 100000000},
                   .ended = true,
                   .ender_known = true,
                   .ender = SIDE_SERVER,
                   .has_octets = true,
                   .seen = {true, !in->one_side}};
    connection_record record;
    char *found;

    for (size_t i = 0; in->turns[i].kind != DIALOGUE_END; i++)
        recorder_feed(rec, in->turns[i].kind, in->turns[i].text, strlen(in->turns[i].text), 0, 0, false);
    session_closed(recorder_session(rec));
    record = connection_record_of(recorder_session(rec), &t);
    found = describe(&record);
    g_assert_cmpstr(found, ==, in->record);
    g_assert_cmpstr(record.closed_by, ==, "server");
    g_assert_cmpstr(record.close, ==, "FIN");
    g_assert_cmpint(record.silence.seconds, ==, 2);
    g_assert_cmpint(record.silence.nanoseconds, ==, 200000000);
    g_free(found);
    recorder_free(rec);
}

/* No session: not an octet of SMTP was read. */
static void test_without_session(void)
{
    transport t = {.begin = {7, 0}};
    connection_record record = connection_record_of(NULL, &t);

    g_assert_cmpstr(record.closed_by, ==, "open");
    g_assert_null(record.close);
    g_assert_cmpstr(record.phase, ==, "CONNECT");
    g_assert_cmpstr(record.tls, ==, "none");
    g_assert_false(record.has_silence);
    g_assert_false(record.lost);
    t.ended = t.tls_first = true;
    record = connection_record_of(NULL, &t);
    g_assert_cmpstr(record.closed_by, ==, "unknown");
    g_assert_cmpstr(record.tls, ==, "failed");
    g_assert_cmpstr(record.phase, ==, "TLS");
    t.tls[SIDE_CLIENT] = t.tls[SIDE_SERVER] = (tls_facts){.seen = true, .finished = true};
    record = connection_record_of(NULL, &t);
    g_assert_cmpstr(record.tls, ==, "implicit unread");
    g_assert_true(record.tls_unread);
    g_assert_cmpstr(record.phase, ==, "IDLE");
}

/* From the SYN, a second before the epoch of the dialogues, to the greeting: the longest. */
static void test_longest_wait(void)
{
    recorder *rec = recorder_new(false, false, 0);
    transport t = {.begin = {1, 0}};
    connection_record record;

    recorder_feed(rec, S, "220 mx\r\n", 8, 0, 0, false);
    recorder_feed(rec, C, "NOOP\r\n", 6, 0, 0, false);
    recorder_feed(rec, S, "250 ok\r\n", 8, 0, 0, false);
    record = connection_record_of(recorder_session(rec), &t);
    g_assert_true(record.has_wait);
    g_assert_cmpint(record.longest_wait.seconds, ==, 1000);
    g_assert_cmpstr(record.longest_wait_verb, ==, "CONNECT");
    recorder_free(rec);
}

/* A capture that begins inside a line, and whose snap length cuts another one. */
static void test_octets_not_read(void)
{
    recorder *rec = recorder_new(true, false, 0);
    transport t = {.begin = {1, 0}};
    connection_record record;

    recorder_feed(rec, C, "est\r\n", 5, 0, 0, false);
    recorder_feed(rec, C, "MAIL FROM:<a@b>\r\nRCPT", 21, 0, 4, false);
    record = connection_record_of(recorder_session(rec), &t);
    g_assert_cmpuint(record.missing, ==, 4);
    g_assert_cmpuint(record.unread, ==, 5);
    g_assert_false(record.tls_unread);
    recorder_free(rec);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wmem_init();
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        char *name = g_strdup_printf("/session/connection/%s", scripts[i].name);
        g_test_add_data_func(name, &scripts[i], test_script);
        g_free(name);
    }
    g_test_add_func("/session/connection/without session", test_without_session);
    g_test_add_func("/session/connection/longest wait", test_longest_wait);
    g_test_add_func("/session/connection/octets not read", test_octets_not_read);
    return g_test_run();
}
