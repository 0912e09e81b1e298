/* mail_result.c — see mail_result.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/mail_result.h"

const char *mail_decided_at(const transaction *t)
{
    if (!t->verdict.code)
        return "";
    if (reply_severity(t->mail_code) >= 4)
        return "MAIL";
    if (t->recipients_answered && !t->recipients_taken)
        return "RCPT";
    if (t->content_refused)
        return t->method ? t->method : "";
    return t->content_answered ? "END-OF-DATA" : "";
}

bool mail_is_refused(const transaction *t)
{
    return reply_severity(t->verdict.code) >= 4;
}

static size_t append(uint8_t *room, size_t length, span text)
{
    span part = span_first(text, REFUSAL_TEXT_LIMIT - length);

    if (part.length)
        memcpy(room + length, part.octets, part.length);
    return length + part.length;
}

static refusal refusal_in_reply(uint16_t code, span status_text, span text, span further, const char *verb)
{
    uint8_t room[REFUSAL_TEXT_LIMIT];
    size_t length = append(room, 0, text);
    enhanced_status status;
    bool glued;

    length = append(room, length, span_of(" "));
    length = append(room, length, further);
    return refusal_of(code, enhanced_status_parse(status_text, &status, &glued) ? &status : NULL, (span){room, length},
                      verb);
}

refusal mail_refusal(const transaction *t)
{
    const verdict *by = &t->verdict;

    return refusal_in_reply(by->code, by->status, by->text, by->further, mail_decided_at(t));
}

bool recipient_is_refused(const transaction *t, const recipient *to)
{
    return reply_severity(to->code) >= 4 && reply_severity(t->mail_code) < 4;
}

refusal recipient_refusal(const recipient *to)
{
    return refusal_in_reply(to->code, to->status, to->text, to->further, to->taken_by_rcpt ? "END-OF-DATA" : "RCPT");
}

span exchange_address(const exchange *e)
{
    const transaction *t = e->transaction;
    unsigned at = e->recipient;

    if (t && exchange_is(e, VERB_MAIL))
        return t->mail_from;
    if (!t || !exchange_is(e, VERB_RCPT))
        return (span){NULL, 0};
    for (; t->merged_into; t = t->merged_into)
        at += t->merged_at;
    if (at >= wmem_array_get_count(t->recipients))
        return (span){NULL, 0};
    return ((const recipient *)wmem_array_index(t->recipients, at))->address;
}

outcome recipient_outcome(const transaction *t, const recipient *to)
{
    if (recipient_is_refused(t, to))
        return reply_severity(to->code) == 4 ? OUTCOME_DEFERRED : OUTCOME_REJECTED;
    if (t->outcome != OUTCOME_ACCEPTED && t->outcome != OUTCOME_PARTIAL)
        return t->outcome;
    return to->code ? OUTCOME_ACCEPTED : OUTCOME_UNKNOWN;
}
