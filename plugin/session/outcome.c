/* outcome.c — see outcome.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/outcome.h"

#include "wire/reply.h"

const char *outcome_text(outcome of)
{
    static const char *const texts[] = {
        [OUTCOME_UNKNOWN] = "unknown",   [OUTCOME_ACCEPTED] = "accepted", [OUTCOME_DEFERRED] = "deferred",
        [OUTCOME_REJECTED] = "rejected", [OUTCOME_PARTIAL] = "partial",   [OUTCOME_ABORTED] = "aborted",
        [OUTCOME_OPEN] = "open",
    };

    return texts[of];
}

static outcome outcome_of_code(uint16_t code)
{
    static const outcome by_severity[] = {[2] = OUTCOME_ACCEPTED, [4] = OUTCOME_DEFERRED, [5] = OUTCOME_REJECTED};
    unsigned severity = reply_severity(code);

    return severity < sizeof by_severity / sizeof by_severity[0] ? by_severity[severity] : OUTCOME_UNKNOWN;
}

static outcome outcome_of_refusals(const outcome_evidence *seen)
{
    return seen->any_deferred ? OUTCOME_DEFERRED : OUTCOME_REJECTED;
}

/* Each recipient has a result of its own (RFC 2033, 4.2). A result that was not seen may be anything. */
static outcome outcome_of_results(const outcome_evidence *seen)
{
    if (seen->results_taken && seen->results_refused)
        return OUTCOME_PARTIAL;
    if (seen->results_missing || (seen->recipients_hidden && !seen->results_taken))
        return OUTCOME_UNKNOWN;
    return seen->results_taken ? OUTCOME_ACCEPTED : outcome_of_refusals(seen);
}

bool outcome_is_for_nobody(const outcome_evidence *seen)
{
    bool all_answered = seen->recipients_answered == seen->recipients;

    return reply_severity(seen->mail_code) >= 4 || (seen->refusal_code && !seen->recipients_taken && all_answered);
}

/* No reply decides. */
static outcome outcome_undecided(const outcome_evidence *seen)
{
    if (seen->capture_ends)
        return OUTCOME_OPEN;
    return seen->content_sent || seen->content_decided || seen->hidden ? OUTCOME_UNKNOWN : OUTCOME_ABORTED;
}

/* All recipients that were seen are refused, and others may be taken, or deferred. */
static bool refusal_is_uncertain(const outcome_evidence *seen)
{
    bool taken = seen->content_decided && reply_severity(seen->content_code) == 2;

    return seen->recipients_hidden && !seen->recipients_taken && !taken && reply_severity(seen->mail_code) < 4;
}

outcome outcome_decide(const outcome_evidence *seen, deciding_reply *by_r)
{
    bool for_nobody = outcome_is_for_nobody(seen);
    outcome of;

    *by_r = DECIDED_BY_NONE;
    if (refusal_is_uncertain(seen) && (for_nobody || !seen->content_sent))
        return outcome_undecided(seen);
    if (seen->content_decided && (!for_nobody || reply_severity(seen->content_code) == 2)) {
        bool by_results = seen->result_per_recipient && seen->recipients_taken;
        of = by_results ? outcome_of_results(seen) : outcome_of_code(seen->content_code);
        if (of == OUTCOME_UNKNOWN)
            return outcome_undecided(seen);
        *by_r = DECIDED_BY_CONTENT;
        return of;
    }
    if (for_nobody) {
        *by_r = DECIDED_BY_REFUSAL;
        return outcome_of_refusals(seen);
    }
    if (seen->closing_code && !seen->content_sent) {
        *by_r = DECIDED_BY_CLOSING;
        return outcome_of_code(seen->closing_code);
    }
    return outcome_undecided(seen);
}
