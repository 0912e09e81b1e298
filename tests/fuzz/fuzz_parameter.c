/* fuzz_parameter.c — ESMTP parameters, and all that is read from their values. The first octet tells whose they are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/parameter.h"

static void check_notify(span value)
{
    span rest = value, word;
    size_t words = 0;

    while (parameter_notify_next(&rest, &word)) {
        check_within(word, value);
        g_assert_cmpuint(++words, <=, value.length + 1);
    }
}

/* Any of them may be asked for any value. */
static void check_values(span value)
{
    original_recipient orcpt;
    deliver_by by;
    rrvs time;
    uint64_t octets;
    uint32_t seconds;
    int8_t priority;

    parameter_size(value, &octets);
    parameter_interval(value, &seconds);
    if (parameter_priority(value, &priority))
        g_assert_true(priority >= -9 && priority <= 9);
    if (parameter_by(value, &by) == NUMBER_OK)
        check_within(by.mode, value);
    if (parameter_rrvs(value, &time))
        check_within(time.action, value);
    if (parameter_orcpt(value, &orcpt)) {
        check_within(orcpt.type, value);
        check_within(orcpt.address, value);
        g_assert_cmpuint(orcpt.type.length, >, 0);
    }
    check_notify(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    static const unsigned commands[] = {PARAMETER_OF_MAIL, PARAMETER_OF_RCPT, 0};
    span in = {octets, length};
    unsigned of = commands[take_octet(&in) % G_N_ELEMENTS(commands)];
    span rest = in;
    parameter next;

    while (parameter_next(&rest, of, &next)) {
        check_within(next.whole, in);
        check_within(next.keyword, next.whole);
        check_within(next.value, next.whole);
        g_assert_cmpuint(next.whole.length, >, 0);
        g_assert_true(!next.row || (next.row->commands & of));
        parameter_expected(&next);
        check_values(next.value);
    }
    return 0;
}
