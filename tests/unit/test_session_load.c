/* test_session_load.c — much of everything: many commands, large contents, very long lines, and octets that mean nothing.
 * What it costs is test_session_cost's matter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dialogue.h"

#define MEBIBYTE (1u << 20)

static void fed(recorder *rec, turn_kind kind, const char *text)
{
    recorder_feed(rec, kind, text, strlen(text), 0, 0, false);
}

/* `text` so many times. */
static GString *repeated(const char *text, unsigned times)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < times; i++)
        g_string_append(out, text);
    return out;
}

static unsigned count_kind(const segment *in, finding_kind kind)
{
    unsigned count = 0;

    for (unsigned i = 0; i < in->count; i++)
        count += in->findings[i].kind == kind;
    return count;
}

/* Commands in one call, and as many replies: each reply answers its command. */
static void test_many_commands(void)
{
    enum { MANY = 10000 };
    recorder *rec = recorder_new(false, false, 0);
    GString *commands = repeated("NOOP\r\n", MANY), *replies = repeated("250 ok\r\n", MANY);
    const segment *sent, *answered;

    fed(rec, S, "220 mx\r\n");
    sent = recorder_feed(rec, C, commands->str, commands->len, 0, 0, false);
    answered = recorder_feed(rec, S, replies->str, replies->len, 0, 0, false);
    g_assert_cmpuint(count_kind(sent, FINDING_COMMAND), ==, MANY);
    g_assert_cmpuint(count_kind(answered, FINDING_REPLY), ==, MANY);
    for (unsigned i = 0; i < MANY; i++)
        g_assert_true(sent->findings[i].exchange == answered->findings[i].exchange);
    g_string_free(commands, TRUE);
    g_string_free(replies, TRUE);
    recorder_free(rec);
}

/* Nobody ever answers, as when only one direction was captured: the queue grows. */
static void test_never_answered(void)
{
    recorder *rec = recorder_new(true, false, 0);
    GString *mails = repeated("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nSTARTTLS\r\n", 2000);

    for (unsigned i = 0; i < 20; i++)
        recorder_feed(rec, C, mails->str, mails->len, 0, 0, false);
    g_string_free(mails, TRUE);
    recorder_free(rec);
}

/* A content in segments; *kept_r: are its octets kept? */
static void large_content(unsigned mebibytes, uint64_t limit, bool *kept_r)
{
    recorder *rec = recorder_new(false, false, limit);
    GString *line = repeated("0123456789", 139);
    const segment *last;
    size_t segments = (size_t)mebibytes * MEBIBYTE / 1400;
    const message *m;

    g_string_append(line, "012345\r\n.."); /* 1400 octets: the dots begin the next line */
    g_assert_cmpuint(line->len, ==, 1400);
    fed(rec, S, "220 mx\r\n");
    fed(rec, C, "DATA\r\n");
    fed(rec, S, "354 go\r\n");
    for (size_t i = 0; i < segments; i++)
        recorder_feed(rec, C, line->str, line->len, 0, 0, false);
    last = recorder_feed(rec, C, "\r\n.\r\n", 5, 0, 0, false);
    g_assert_cmpuint(last->findings[1].kind, ==, FINDING_END_OF_DATA);
    m = last->findings[1].message;
    g_assert_true(m->complete);
    g_assert_cmpuint(m->size, ==, segments * 1400 + 2);
    g_assert_cmpuint(m->unstuffed_size, ==, segments * 1399 + 2);
    g_assert_cmpuint(m->frames_count, ==, MESSAGE_FRAMES_LIMIT);
    g_assert_cmpuint(m->capacity, <=, limit);
    *kept_r = m->octets != NULL;
    g_string_free(line, TRUE);
    recorder_free(rec);
}

static void test_large_content(void)
{
    bool kept;

    large_content(50, 64 * MEBIBYTE, &kept);
    g_assert_true(kept);
    large_content(50, 32 * MEBIBYTE, &kept);
    g_assert_false(kept);
}

/* A chunk of 50 MiB likewise. */
static void test_large_chunk(void)
{
    recorder *rec = recorder_new(false, false, 64 * MEBIBYTE);
    GString *octets = repeated("0123456789", 140);
    const segment *last = NULL;
    const message *m;

    fed(rec, S, "220 mx\r\n");
    fed(rec, C, "BDAT 50400000 LAST\r\n");
    for (unsigned i = 0; i < 36000; i++)
        last = recorder_feed(rec, C, octets->str, octets->len, 0, 0, false);
    g_assert_cmpuint(last->findings[0].flags & FLAG_MESSAGE_END, !=, 0);
    m = last->findings[0].message;
    g_assert_cmpuint(m->size, ==, 50400000);
    g_assert_nonnull(m->octets);
    g_assert_cmpmem(m->octets + m->size - 10, 10, "0123456789", 10);
    g_string_free(octets, TRUE);
    recorder_free(rec);
}

/* --- very long lines --------------------------------------------------------------------------------------------------- */

/* Feeds text in pieces of `step` octets. */
static void fed_in_steps(recorder *rec, turn_kind kind, const GString *text, size_t step)
{
    for (size_t at = 0; at < text->len; at += step)
        recorder_feed(rec, kind, text->str + at, MIN(step, text->len - at), 0, 0, false);
}

static const size_t line_steps[] = {1, 1000, 1460, UNIT_LIMIT - 1, UNIT_LIMIT, UNIT_LIMIT + 1, 10 * UNIT_LIMIT};

/* A line of `length` octets from one side, then commands and replies as usual. */
static char *around_long_line(turn_kind kind, const char *begin, size_t length, const char *ending, size_t step)
{
    recorder *rec = recorder_new(false, false, 0);
    GString *line = g_string_new(begin);
    char *findings;

    while (line->len < length)
        g_string_append_c(line, 'x');
    g_string_append(line, ending);
    fed(rec, S, "220 mx\r\n");
    if (kind == S)
        fed(rec, C, "NOOP\r\n");
    fed_in_steps(rec, kind, line, step);
    if (kind == C)
        fed(rec, C, "QUIT\r\n");
    findings = recorder_findings(rec);
    g_string_free(line, TRUE);
    recorder_free(rec);
    return findings;
}

static const struct {
    turn_kind kind;
    const char *begin;
    size_t length;
    const char *ending;
    const char *expected;
} long_lines[] = {
    {C, "NOOP ", UNIT_LIMIT - 2, "\r\n",
     "S reply 220 to CONNECT\n"
     "C command NOOP xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx [line too long]\nC command QUIT\n"},
    {C, "NOOP ", UNIT_LIMIT - 1, "\r\n", "S reply 220 to CONNECT\nC unknown 65537 [line too long]\nC command QUIT\n"},
    {C, "NOOP ", 5 * UNIT_LIMIT, "\r\n", "S reply 220 to CONNECT\nC unknown 327682 [line too long]\nC command QUIT\n"},
    {C, "NOOP ", 5 * UNIT_LIMIT, "", "S reply 220 to CONNECT\nC unknown 327686 [line too long]\n"},
    {S, "250 ", UNIT_LIMIT - 2, "\r\n", "S reply 220 to CONNECT\nC command NOOP\nS reply 250 to NOOP [line too long]\n"},
    {S, "250-", UNIT_LIMIT, "\r\n250 ok\r\n",
     "S reply 220 to CONNECT\nC command NOOP\nS unknown 65538 [line too long]\nS reply 250 to NOOP\n"},
    {S, "250-a\r\n250-", UNIT_LIMIT, "\r\n250 ok\r\n",
     "S reply 220 to CONNECT\nC command NOOP\nS unknown 65538 [line too long]\nS reply 250 to NOOP\n"},
    {S, "250-", 5 * UNIT_LIMIT, "", "S reply 220 to CONNECT\nC command NOOP\nS unknown 327680 [line too long]\n"},
};

static void test_long_lines(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(long_lines); i++) {
        for (size_t n = 0; n < G_N_ELEMENTS(line_steps); n++) {
            char *findings = around_long_line(long_lines[i].kind, long_lines[i].begin, long_lines[i].length,
                                              long_lines[i].ending, line_steps[n]);
            g_assert_cmpstr(findings, ==, long_lines[i].expected);
            g_free(findings);
        }
    }
}

/* --- octets that mean nothing ------------------------------------------------------------------------------------------ */

/* Random octets get nowhere in a session; scraps of SMTP in random order do. */
static const char *const scraps[] = {
    "\r\n",
    "\n",
    "\r",
    ".",
    ".\r\n",
    "\r\n.\r\n",
    "..",
    "EHLO a\r\n",
    "HELO a\r\n",
    "LHLO a\r\n",
    "MAIL FROM:<a@b>",
    " SIZE=5",
    "RCPT TO:<c@d>\r\n",
    "DATA\r\n",
    "DATA\n",
    "BDAT 5\r\n",
    "BDAT 7 LAST\r\n",
    "BDAT 0 LAST\r\n",
    "RSET\r\n",
    "QUIT\r\n",
    "STARTTLS\r\n",
    "AUTH LOGIN\r\n",
    "AUTH PLAIN AGEAYg==\r\n",
    "AUTH GSSAPI\r\n",
    "AUTH XOAUTH2 YQ==\r\n",
    "*\r\n",
    "YQ==\r\n",
    "XCLIENT NAME=a\r\n",
    "XEXCH50 9 2\r\n",
    "TURN\r\n",
    "ATRN a\r\n",
    "BURL imap://a LAST\r\n",
    "220 mx\r\n",
    "220-mx\r\n",
    "250 ok\r\n",
    "250-SIZE 5\r\n",
    "250-",
    "250 ",
    "354 go\r\n",
    "334 \r\n",
    "235 ok\r\n",
    "501 no\r\n",
    "503 no\r\n",
    "421 no\r\n",
    "150 wait\r\n",
    "221 bye\r\n",
    "454 no\r\n",
    "550 5.1.1 no\r\n",
};

static void append_scrap(GRand *random, GString *out)
{
    unsigned kind = (unsigned)g_rand_int_range(random, 0, 20);

    if (kind == 0) {
        for (int i = g_rand_int_range(random, 0, 30); i > 0; i--)
            g_string_append_c(out, (char)g_rand_int_range(random, 0, 256));
    } else if (kind == 1) {
        for (int i = g_rand_int_range(random, 0, 1500); i > 0; i--)
            g_string_append_c(out, 'x');
    } else if (kind == 2) {
        g_string_append_c(out, '\0');
    } else {
        g_string_append(out, scraps[g_rand_int_range(random, 0, G_N_ELEMENTS(scraps))]);
    }
}

/* Losses are rare, or nothing would be known for long. Once TLS runs, all is under TLS. */
static turn_kind random_kind(GRand *random, bool tls)
{
    static const turn_kind kinds[] = {C, C, C, C, S, S, S, C_LOST, S_LOST};
    turn_kind kind = kinds[g_rand_int_range(random, 0, g_rand_int_range(random, 0, 20) ? 7 : (gint32)G_N_ELEMENTS(kinds))];

    if (tls)
        return kind == S || kind == S_LOST ? ST : CT;
    return kind;
}

/* One call of a random session; what it sends may overlap what was sent before, or be cut off. */
static void feed_scraps(GRand *random, recorder *rec, GString *const *before, bool tls)
{
    turn_kind kind = random_kind(random, tls);
    GString *text = g_string_new(NULL);
    uint32_t again = 0, cut = 0;

    if (kind < CT && before[kind]->len && g_rand_int_range(random, 0, 30) == 0) {
        again = (uint32_t)before[kind]->len;
        g_string_append_len(text, before[kind]->str, (gssize)again);
    }
    for (int i = g_rand_int_range(random, 0, 6); i > 0; i--)
        append_scrap(random, text);
    if (g_rand_int_range(random, 0, 3) == 0 && text->len > again) /* cut where no line ends */
        g_string_truncate(text, again + (gsize)g_rand_int_range(random, 0, (gint32)(text->len - again)));
    if (kind < CT && text->len > again && g_rand_int_range(random, 0, 60) == 0)
        cut = (uint32_t)g_rand_int_range(random, 0, (gint32)(text->len - again));
    if (text->len == again)
        g_string_append_c(text, '\n');
    /* A frame does not hold the same octets twice. */
    recorder_feed(rec, kind, text->str, text->len, again, cut, !again && g_rand_boolean(random));
    if (kind < CT)
        g_string_assign(before[kind], "");
    if (kind < CT)
        g_string_append_len(before[kind], text->str, (gssize)text->len);
    if (kind == C_LOST || kind == S_LOST)
        g_string_truncate(before[kind == C_LOST ? C : S], 0);
    g_string_free(text, TRUE);
}

/* The findings of every call cover its octets, whatever these are: recorder_feed checks that. */
static void random_session(guint32 seed)
{
    GRand *random = g_rand_new_with_seed(seed);
    recorder *rec = recorder_new(seed % 3 == 0, seed % 5 == 0, seed % 2 ? 100 : 0);
    GString *before[S_LOST + 1] = {NULL};
    int tls_after;

    before[C] = g_string_new(NULL);
    before[S] = g_string_new(NULL);
    tls_after = g_rand_int_range(random, 0, 400);
    for (int i = g_rand_int_range(random, 1, 120); i > 0; i--)
        feed_scraps(random, rec, before, tls_after-- <= 0);
    recorder_check_calls(rec);
    g_string_free(before[C], TRUE);
    g_string_free(before[S], TRUE);
    recorder_free(rec);
    g_rand_free(random);
}

static void test_scraps(void)
{
    const char *times = g_getenv("ESMTP_RANDOM_SESSIONS");
    guint32 count = times ? (guint32)g_ascii_strtoull(times, NULL, 10) : 3000;

    for (guint32 seed = 0; seed < count; seed++)
        random_session(seed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wmem_init();
    g_test_add_func("/session/load/many commands", test_many_commands);
    g_test_add_func("/session/load/never answered", test_never_answered);
    g_test_add_func("/session/load/large content", test_large_content);
    g_test_add_func("/session/load/large chunk", test_large_chunk);
    g_test_add_func("/session/load/long lines", test_long_lines);
    g_test_add_func("/session/load/scraps", test_scraps);
    return g_test_run();
}
