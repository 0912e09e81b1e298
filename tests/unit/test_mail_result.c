/* test_mail_result.c — which step of a mail was refused and why, and what each recipient got.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "session/mail_result.h"

static void add_recipient(transaction *t, uint16_t code, bool taken_by_rcpt, const char *text)
{
    recipient to = {.code = code, .taken_by_rcpt = taken_by_rcpt, .text = span_of(text)};

    wmem_array_append_one(t->recipients, to);
    t->recipients_answered++;
    t->recipients_taken += taken_by_rcpt;
}

static transaction mail_of(wmem_allocator_t *scope, outcome became, uint16_t mail_code)
{
    return (transaction){.outcome = became, .mail_code = mail_code, .recipients = wmem_array_new(scope, sizeof(recipient))};
}

static const recipient *recipient_at(const transaction *t, unsigned n)
{
    return (const recipient *)wmem_array_index(t->recipients, n);
}

static void test_steps(void)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    transaction at_mail = mail_of(scope, OUTCOME_DEFERRED, 451), at_rcpt = mail_of(scope, OUTCOME_REJECTED, 250),
                at_data = mail_of(scope, OUTCOME_DEFERRED, 250), at_end = at_data, closed = at_data;

    g_assert_cmpstr(mail_decided_at(&at_rcpt), ==, "");
    g_assert_false(mail_is_refused(&at_rcpt));
    at_mail.verdict.code = 451;
    g_assert_cmpstr(mail_decided_at(&at_mail), ==, "MAIL");
    at_rcpt.verdict.code = 550;
    add_recipient(&at_rcpt, 550, false, "no");
    g_assert_cmpstr(mail_decided_at(&at_rcpt), ==, "RCPT");
    add_recipient(&at_data, 250, true, "ok");
    at_data.verdict.code = at_end.verdict.code = closed.verdict.code = 421;
    at_end.recipients_answered = at_end.recipients_taken = 1;
    at_data.method = "DATA";
    at_data.content_refused = at_end.content_answered = true;
    g_assert_cmpstr(mail_decided_at(&at_data), ==, "DATA");
    g_assert_cmpstr(mail_decided_at(&at_end), ==, "END-OF-DATA");
    g_assert_cmpstr(mail_decided_at(&closed), ==, "");
    g_assert_true(mail_is_refused(&closed));
    wmem_destroy_allocator(scope);
}

/* The reason stands in a line behind the first. */
static void test_further_lines(void)
{
    transaction t = {.mail_code = 250, .content_answered = true};

    t.verdict = (verdict){.code = 550,
                          .status = span_of("5.7.1"),
                          .text = span_of("Our system has detected that this is"),
                          .further = span_of("likely unsolicited mail")};
    g_assert_cmpint(mail_refusal(&t).id, ==, REFUSAL_SPAM);
    t.verdict.further = (span){NULL, 0};
    g_assert_cmpint(mail_refusal(&t).id, ==, REFUSAL_CONTENT);
    g_assert_true(mail_refusal(&t).guess);
}

static void test_recipients(void)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    transaction t = mail_of(scope, OUTCOME_ACCEPTED, 250), refused = mail_of(scope, OUTCOME_DEFERRED, 451);

    add_recipient(&t, 250, true, "ok");
    add_recipient(&t, 450, false, "greylisted");
    add_recipient(&t, 550, false, "no such user");
    add_recipient(&t, 0, false, "");
    g_assert_cmpint(recipient_outcome(&t, recipient_at(&t, 0)), ==, OUTCOME_ACCEPTED);
    g_assert_cmpint(recipient_outcome(&t, recipient_at(&t, 1)), ==, OUTCOME_DEFERRED);
    g_assert_cmpint(recipient_outcome(&t, recipient_at(&t, 2)), ==, OUTCOME_REJECTED);
    g_assert_cmpint(recipient_outcome(&t, recipient_at(&t, 3)), ==, OUTCOME_UNKNOWN);
    g_assert_cmpint(recipient_refusal(recipient_at(&t, 1)).id, ==, REFUSAL_GREYLISTED);
    t.outcome = OUTCOME_REJECTED; /* at the end of the content */
    g_assert_cmpint(recipient_outcome(&t, recipient_at(&t, 0)), ==, OUTCOME_REJECTED);
    t.outcome = OUTCOME_PARTIAL;
    g_assert_cmpint(recipient_outcome(&t, recipient_at(&t, 0)), ==, OUTCOME_ACCEPTED);
    add_recipient(&refused, 503, false, "need MAIL"); /* follows from the refused MAIL */
    g_assert_false(recipient_is_refused(&refused, recipient_at(&refused, 0)));
    g_assert_cmpint(recipient_outcome(&refused, recipient_at(&refused, 0)), ==, OUTCOME_DEFERRED);
    wmem_destroy_allocator(scope);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail_result/steps", test_steps);
    g_test_add_func("/mail_result/further_lines", test_further_lines);
    g_test_add_func("/mail_result/recipients", test_recipients);
    return g_test_run();
}
