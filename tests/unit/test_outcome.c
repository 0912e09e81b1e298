/* test_outcome.c — what became of a mail, rule by rule, with no session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "session/outcome.h"

/* A mail to two recipients that RCPT accepted, with its content sent. */
#define SENT .mail_code = 250, .recipients = 2, .recipients_answered = 2, .recipients_taken = 2, .content_sent = true
#define ANSWERED(code) .content_decided = true, .content_code = (code)

static const struct {
    const char *what;
    outcome_evidence seen;
    outcome outcome;
    deciding_reply by;
} cases[] = {
    {"taken", {SENT, ANSWERED(250)}, OUTCOME_ACCEPTED, DECIDED_BY_CONTENT},
    {"deferred", {SENT, ANSWERED(451)}, OUTCOME_DEFERRED, DECIDED_BY_CONTENT},
    {"rejected", {SENT, ANSWERED(554)}, OUTCOME_REJECTED, DECIDED_BY_CONTENT},
    {"answered with a code of no final kind", {SENT, ANSWERED(354)}, OUTCOME_UNKNOWN, DECIDED_BY_NONE},
    {"answered with a code of no kind at all", {SENT, ANSWERED(999)}, OUTCOME_UNKNOWN, DECIDED_BY_NONE},
    {"no reply to the content", {SENT}, OUTCOME_UNKNOWN, DECIDED_BY_NONE},
    {"no content",
     {.mail_code = 250, .recipients = 1, .recipients_answered = 1, .recipients_taken = 1},
     OUTCOME_ABORTED,
     DECIDED_BY_NONE},
    {"no content, and something was not captured",
     {.mail_code = 250, .recipients = 1, .recipients_answered = 1, .recipients_taken = 1, .hidden = true},
     OUTCOME_UNKNOWN,
     DECIDED_BY_NONE},
    {"no content, and the capture ends",
     {.mail_code = 250, .recipients = 1, .recipients_answered = 1, .recipients_taken = 1, .capture_ends = true},
     OUTCOME_OPEN,
     DECIDED_BY_NONE},
    {"no reply to the content, and the capture ends", {SENT, .capture_ends = true}, OUTCOME_OPEN, DECIDED_BY_NONE},
    {"every recipient refused, and the capture ends",
     {.mail_code = 250,
      .refusal_code = 550,
      .recipients = 1,
      .recipients_answered = 1,
      .hidden = true,
      .capture_ends = true},
     OUTCOME_REJECTED,
     DECIDED_BY_REFUSAL},
    {"the server closes, and the capture ends",
     {.mail_code = 250, .closing_code = 421, .capture_ends = true},
     OUTCOME_DEFERRED,
     DECIDED_BY_CLOSING},
    {"nothing but MAIL", {.mail_code = 250}, OUTCOME_ABORTED, DECIDED_BY_NONE},
    {"MAIL refused", {.mail_code = 550, .refusal_code = 550}, OUTCOME_REJECTED, DECIDED_BY_REFUSAL},
    {"MAIL deferred", {.mail_code = 451, .refusal_code = 451, .any_deferred = true}, OUTCOME_DEFERRED, DECIDED_BY_REFUSAL},
    {"MAIL refused, and what was pipelined behind it",
     {.mail_code = 550, .refusal_code = 550, .recipients = 1, .recipients_answered = 1, ANSWERED(503)},
     OUTCOME_REJECTED,
     DECIDED_BY_REFUSAL},
    {"every recipient refused",
     {.mail_code = 250, .refusal_code = 550, .recipients = 2, .recipients_answered = 2},
     OUTCOME_REJECTED,
     DECIDED_BY_REFUSAL},
    {"one refused, one deferred",
     {.mail_code = 250, .refusal_code = 550, .any_deferred = true, .recipients = 2, .recipients_answered = 2},
     OUTCOME_DEFERRED,
     DECIDED_BY_REFUSAL},
    {"one refused, the other's reply lost",
     {.mail_code = 250, .refusal_code = 550, .recipients = 2, .recipients_answered = 1},
     OUTCOME_ABORTED,
     DECIDED_BY_NONE},
    {"one refused, one taken, and the content",
     {.mail_code = 250,
      .refusal_code = 550,
      .recipients = 2,
      .recipients_answered = 2,
      .recipients_taken = 1,
      ANSWERED(250)},
     OUTCOME_ACCEPTED,
     DECIDED_BY_CONTENT},
    {"every recipient refused, and the content taken all the same",
     {.mail_code = 250, .refusal_code = 550, .recipients = 1, .recipients_answered = 1, ANSWERED(250)},
     OUTCOME_ACCEPTED,
     DECIDED_BY_CONTENT},
    {"recipients taken, and the server closes",
     {.mail_code = 250, .closing_code = 421, .recipients = 1, .recipients_answered = 1, .recipients_taken = 1},
     OUTCOME_DEFERRED,
     DECIDED_BY_CLOSING},
    {"the server closes for good", {.mail_code = 250, .closing_code = 554}, OUTCOME_REJECTED, DECIDED_BY_CLOSING},
    {"every recipient refused before the server closes",
     {.mail_code = 250, .refusal_code = 550, .closing_code = 421, .recipients = 1, .recipients_answered = 1},
     OUTCOME_REJECTED,
     DECIDED_BY_REFUSAL},
    {"the server closes behind the content", {SENT, .closing_code = 421}, OUTCOME_UNKNOWN, DECIDED_BY_NONE},
    {"LMTP: all got it",
     {SENT, ANSWERED(250), .result_per_recipient = true, .results_taken = 2},
     OUTCOME_ACCEPTED,
     DECIDED_BY_CONTENT},
    {"LMTP: some got it",
     {SENT, ANSWERED(550), .result_per_recipient = true, .results_taken = 1, .results_refused = 1},
     OUTCOME_PARTIAL,
     DECIDED_BY_CONTENT},
    {"LMTP: nobody got it",
     {SENT, ANSWERED(550), .result_per_recipient = true, .results_refused = 2},
     OUTCOME_REJECTED,
     DECIDED_BY_CONTENT},
    {"LMTP: nobody got it yet",
     {SENT, ANSWERED(550), .any_deferred = true, .result_per_recipient = true, .results_refused = 2},
     OUTCOME_DEFERRED,
     DECIDED_BY_CONTENT},
    {"LMTP: a result is missing",
     {SENT, ANSWERED(250), .result_per_recipient = true, .results_taken = 1, .results_missing = 1},
     OUTCOME_UNKNOWN,
     DECIDED_BY_NONE},
    {"LMTP: one got it, one did not, one is missing",
     {SENT, ANSWERED(550), .result_per_recipient = true, .results_taken = 1, .results_refused = 1, .results_missing = 1},
     OUTCOME_PARTIAL,
     DECIDED_BY_CONTENT},
};

static void test_decide(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        deciding_reply by;
        outcome got = outcome_decide(&cases[i].seen, &by);
        if (got != cases[i].outcome || by != cases[i].by)
            g_error("%s: %s by %d, expected %s by %d", cases[i].what, outcome_text(got), (int)by,
                    outcome_text(cases[i].outcome), (int)cases[i].by);
    }
}

static void test_for_nobody(void)
{
    outcome_evidence refused = {.mail_code = 250, .refusal_code = 550, .recipients = 2, .recipients_answered = 2};
    outcome_evidence unanswered = {.mail_code = 250, .refusal_code = 550, .recipients = 2, .recipients_answered = 1};
    outcome_evidence taken = {SENT};

    g_assert_true(outcome_is_for_nobody(&refused));
    g_assert_false(outcome_is_for_nobody(&unanswered));
    g_assert_false(outcome_is_for_nobody(&taken));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outcome/decide", test_decide);
    g_test_add_func("/outcome/for nobody", test_for_nobody);
    return g_test_run();
}
