/* test_session_cost.c — ten times as much costs ten times as many steps.
 *
 * The sources of wire/ and session/ are compiled for this test so that they call a function at each step, a stretch of
 * code without a branch, and count the octets that memcpy() and its kin go over. So the figures are the same on every run
 * and every machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dialogue.h"

#include <string.h>

#include <wsutil/wmem/wmem.h>

/* Linear is ten times, quadratic a hundred. */
#define TIMES 10
#define AT_MOST 12
/* No content here is larger: all of its octets are kept. */
#define GATHER_LIMIT (UINT64_C(16) << 20)

static uint64_t steps, block_octets;

/* --- what the sources call --------------------------------------------------------------------------------------------- */

void __sanitizer_cov_trace_pc(void);
void *counted_memchr(const void *in, int octet, size_t length);
int counted_memcmp(const void *a, const void *b, size_t length);
void *counted_memcpy(void *to, const void *from, size_t length);
void *counted_memmove(void *to, const void *from, size_t length);
void *counted_wmem_realloc(wmem_allocator_t *scope, void *old, size_t length);

void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

void *counted_memchr(const void *in, int octet, size_t length)
{
    const uint8_t *found = (const uint8_t *)memchr(in, octet, length);

    block_octets += found ? (size_t)(found - (const uint8_t *)in) : length;
    return (void *)found;
}

int counted_memcmp(const void *a, const void *b, size_t length)
{
    block_octets += length;
    return memcmp(a, b, length);
}

void *counted_memcpy(void *to, const void *from, size_t length)
{
    block_octets += length;
    return memcpy(to, from, length);
}

void *counted_memmove(void *to, const void *from, size_t length)
{
    block_octets += length;
    return memmove(to, from, length);
}

void *counted_wmem_realloc(wmem_allocator_t *scope, void *old, size_t length)
{
    block_octets += length;
    return wmem_realloc(scope, old, length);
}

/* --- sessions of any length ----------------------------------------------------------------------------------------------
 */

#define ENVELOPE "MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.net>\r\n"
#define CHUNK "Subject: Hello\r\n\r\ntext\r\n"
#define BDAT "BDAT 24 LAST\r\n" CHUNK
#define CONTENT "Subject: Hello\r\n\r\n..text\r\n.\r\n"
#define BDAT_REPLIES "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok: queued as 4XyZ00\r\n"

static void fed(recorder *rec, turn_kind kind, const char *text)
{
    recorder_feed(rec, kind, text, strlen(text), 0, 0, false);
}

static void fed_in_pieces(recorder *rec, turn_kind kind, const char *text, size_t size)
{
    size_t length = strlen(text);

    for (size_t at = 0; at < length; at += size)
        recorder_feed(rec, kind, text + at, MIN(size, length - at), 0, 0, false);
}

static char *repeated(const char *text, unsigned times)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < times; i++)
        g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static void content_by_data(recorder *rec)
{
    fed(rec, C, "DATA\r\n");
    fed(rec, S, "354 Go ahead\r\n");
    fed(rec, C, CONTENT);
    fed(rec, S, "250 2.0.0 Ok: queued as 4XyZ00\r\n");
}

static void command_by_command(recorder *rec, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        fed(rec, C, "MAIL FROM:<ann@example.org>\r\n");
        fed(rec, S, "250 2.1.0 Ok\r\n");
        fed(rec, C, "RCPT TO:<bob@example.net>\r\n");
        fed(rec, S, "250 2.1.5 Ok\r\n");
        content_by_data(rec);
    }
}

static void all_in_one_packet(recorder *rec, unsigned count)
{
    char *commands = repeated(ENVELOPE BDAT, count), *replies = repeated(BDAT_REPLIES, count);

    fed(rec, C, commands);
    fed(rec, S, replies);
    g_free(commands);
    g_free(replies);
}

static void in_small_pieces(recorder *rec, unsigned count)
{
    char *commands = repeated(ENVELOPE BDAT, count), *replies = repeated(BDAT_REPLIES, count);

    fed_in_pieces(rec, C, commands, 7);
    fed_in_pieces(rec, S, replies, 7);
    g_free(commands);
    g_free(replies);
}

static void never_answered(recorder *rec, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        fed(rec, C, ENVELOPE "DATA\r\n" CONTENT);
}

static void recipients(recorder *rec, unsigned count)
{
    fed(rec, C, "MAIL FROM:<ann@example.org>\r\n");
    fed(rec, S, "250 2.1.0 Ok\r\n");
    for (unsigned i = 0; i < count; i++) {
        fed(rec, C, "RCPT TO:<bob@example.net>\r\n");
        fed(rec, S, "250 2.1.5 Ok\r\n");
    }
    content_by_data(rec);
}

/* MAIL is refused again and again, for a transaction is open. */
static void nested(recorder *rec, unsigned count)
{
    fed(rec, C, "MAIL FROM:<ann@example.org>\r\n");
    fed(rec, S, "250 2.1.0 Ok\r\n");
    for (unsigned i = 0; i < count; i++) {
        fed(rec, C, ENVELOPE);
        fed(rec, S, "503 5.5.1 Nested MAIL\r\n250 2.1.5 Ok\r\n");
    }
}

static void content(recorder *rec, const char *line, unsigned count, size_t size)
{
    char *octets = repeated(line, count);

    fed(rec, C, ENVELOPE "DATA\r\n");
    fed(rec, S, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go ahead\r\n");
    fed_in_pieces(rec, C, octets, size);
    fed(rec, C, ".\r\n");
    fed(rec, S, "250 2.0.0 Ok: queued as 4XyZ00\r\n");
    g_free(octets);
}

static void long_content(recorder *rec, unsigned count)
{
    content(rec, "..and so on, and so forth, and so on, and so forth, and so on\r\n", count, 1460);
}

static void content_of_one_line(recorder *rec, unsigned count)
{
    content(rec, "and so on, and so forth, and so on, and so forth, and so on, ", count, 1460);
}

static void content_in_small_pieces(recorder *rec, unsigned count)
{
    content(rec, "\r\n..\r\n.a\r\n", count, 3);
}

static void header_that_never_ends(recorder *rec, unsigned count)
{
    content(rec, "X-Header: and so on, and so forth, and so on\r\n", count, 100);
}

static void reply_of_many_lines(recorder *rec, unsigned count)
{
    char *lines = repeated("250-SIZE 1000000\r\n", count);

    fed(rec, C, "EHLO client.example.org\r\n");
    fed_in_pieces(rec, S, lines, 100);
    fed(rec, S, "250 HELP\r\n");
    g_free(lines);
}

/* The commands in one call, the replies in another. */
static void many_commands(recorder *rec, unsigned count)
{
    char *commands = repeated("NOOP\r\n", count), *replies = repeated("250 ok\r\n", count);

    fed(rec, C, commands);
    fed(rec, S, replies);
    g_free(commands);
    g_free(replies);
}

/* Only the client's direction was captured: nothing is answered, and all is in one call. */
static void one_direction(recorder *rec, unsigned count)
{
    char *mails = repeated(ENVELOPE "DATA\r\n" CONTENT "STARTTLS\r\n", count);

    fed(rec, C, mails);
    g_free(mails);
}

/* Mails of many recipients each: a MAIL counts or not by the replies to all that came before it. */
static void recipients_never_answered(recorder *rec, unsigned count)
{
    char *to = repeated("RCPT TO:<bob@example.net>\r\n", count);

    for (unsigned i = 0; i < 4; i++) {
        fed(rec, C, "MAIL FROM:<ann@example.org>\r\n");
        fed(rec, C, to);
    }
    g_free(to);
}

/* LMTP gives a result for each recipient. */
static void results(recorder *rec, unsigned count)
{
    char *to = repeated("RCPT TO:<bob@example.net>\r\n", count), *ok = repeated("250 ok\r\n", count);

    fed(rec, C, "LHLO client.example.org\r\nMAIL FROM:<ann@example.org>\r\n");
    fed(rec, S, "250 mx.example.net\r\n250 ok\r\n");
    fed(rec, C, to);
    fed(rec, S, ok);
    fed(rec, C, "DATA\r\n" CONTENT);
    fed(rec, S, "354 go\r\n");
    fed(rec, S, ok);
    g_free(to);
    g_free(ok);
}

/* The server refuses all recipients, and as many chunks after them. */
static void refusals(recorder *rec, unsigned count)
{
    char *to = repeated("RCPT TO:<bob@example.net>\r\n", count), *no = repeated("550 no\r\n", count);
    char *chunks = repeated("BDAT 0\r\n", count);

    fed(rec, C, "MAIL FROM:<ann@example.org>\r\n");
    fed(rec, S, "250 ok\r\n");
    fed(rec, C, to);
    fed(rec, S, no);
    fed(rec, C, chunks);
    fed(rec, S, no);
    g_free(to);
    g_free(no);
    g_free(chunks);
}

/* Results of LMTP that name their recipient, behind one that was lost. */
static void named_results(recorder *rec, unsigned count)
{
    GString *to = g_string_new(NULL), *named = g_string_new(NULL);

    for (unsigned i = 0; i < count; i++) {
        g_string_append_printf(to, "RCPT TO:<bob%06u@example.net>\r\n", i);
        g_string_append_printf(named, "250 <bob%06u@example.net> ok\r\n", i);
    }
    fed(rec, C, "LHLO client.example.org\r\nMAIL FROM:<ann@example.org>\r\n");
    fed(rec, S, "250 mx.example.net\r\n250 ok\r\n");
    fed(rec, C, to->str);
    fed(rec, S, named->str);
    fed(rec, C, "DATA\r\n" CONTENT);
    fed(rec, S, "354 go\r\n");
    fed(rec, S_LOST, "250 <bob000000@example.net> ok\r\n");
    fed(rec, S, named->str + strlen("250 <bob000000@example.net> ok\r\n"));
    g_string_free(to, TRUE);
    g_string_free(named, TRUE);
}

/* Replies that name the mails they take, which were lost, and commands that wait all the while. */
static void named_mails(recorder *rec, unsigned count)
{
    char *noop = repeated("NOOP\r\n", count), *named = repeated("250 Ok: queued as 4XyZ01\r\n", count);

    fed(rec, C, "EHLO client.example.org\r\n");
    fed(rec, S, "250 mx.example.net\r\n");
    fed(rec, C_LOST, "NOOP\r\n");
    fed(rec, C, noop);
    fed(rec, S, named);
    g_free(noop);
    g_free(named);
}

static void large_chunk(recorder *rec, unsigned count)
{
    char *octets = repeated("and so on, and so forth, and so on, and so forth, and so on\r\n", count);
    char *bdat = g_strdup_printf("BDAT %zu LAST\r\n", strlen(octets));

    fed(rec, C, ENVELOPE);
    fed(rec, C, bdat);
    fed_in_pieces(rec, C, octets, 1460);
    fed(rec, S, "250 ok\r\n250 ok\r\n250 ok\r\n");
    g_free(octets);
    g_free(bdat);
}

static const struct load {
    const char *name;
    void (*feed)(recorder *rec, unsigned count);
    unsigned count;
    bool late; /* the capture starts in the middle */
} loads[] = {
    {"command by command", command_by_command, 200, false},
    {"all in one packet", all_in_one_packet, 200, false},
    {"in small pieces", in_small_pieces, 100, false},
    {"never answered", never_answered, 200, false},
    {"recipients", recipients, 500, false},
    {"nested", nested, 200, false},
    {"long content", long_content, 2000, false},
    {"content of one line", content_of_one_line, 2000, false},
    {"content in small pieces", content_in_small_pieces, 1000, false},
    {"header that never ends", header_that_never_ends, 1000, false},
    {"reply of many lines", reply_of_many_lines, 40, false},
    {"many commands", many_commands, 400, false},
    {"one direction", one_direction, 200, true},
    {"recipients never answered", recipients_never_answered, 200, false},
    {"results", results, 400, false},
    {"refusals", refusals, 400, false},
    {"named results", named_results, 100, false},
    {"named mails", named_mails, 200, false},
    {"large chunk", large_chunk, 2000, false},
};

/* --- the test ---------------------------------------------------------------------------------------------------------- */

/* Steps and octets. */
static uint64_t cost_of(const struct load *of, unsigned count)
{
    recorder *rec = recorder_new(of->late, false, GATHER_LIMIT);

    if (!of->late)
        fed(rec, S, "220 mx.example.net ESMTP\r\n");
    steps = block_octets = 0;
    of->feed(rec, count);
    recorder_free(rec);
    g_assert_cmpuint(steps, >, count); /* else the compiler left the calls out */
    return steps + block_octets;
}

static void test_cost(gconstpointer data)
{
    const struct load *of = (const struct load *)data;
    uint64_t some = cost_of(of, of->count), many = cost_of(of, TIMES * of->count);

    g_test_message("%" G_GUINT64_FORMAT ", then %" G_GUINT64_FORMAT, some, many);
    g_assert_cmpuint(many, <, AT_MOST * some);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wmem_init();
    for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
        char *path = g_strdup_printf("/session/cost/%s", loads[i].name);
        g_test_add_data_func(path, &loads[i], test_cost);
        g_free(path);
    }
    return g_test_run();
}
