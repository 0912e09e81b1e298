/* fuzz_greeting.c — what a greeting and the first line of the reply to EHLO tell.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/greeting.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    greeting greeting_found;
    ehlo_reply reply;

    greeting_parse(in, &greeting_found);
    check_within(greeting_found.domain, in);
    check_within(greeting_found.software, in);
    g_assert_true((greeting_found.software.length > 0) == (greeting_found.row != NULL));
    ehlo_reply_parse(in, &reply);
    check_within(reply.domain, in);
    check_within(reply.client_name, in);
    check_within(reply.client_text, in);
    g_assert_true(reply.client_text.length || reply.client.kind == ADDRESS_NONE);
    return 0;
}
