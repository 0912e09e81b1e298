/* fuzz_command.c — command lines, and BDAT's argument.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    bdat_argument bdat;
    command found;

    bdat_parse(in, &bdat);
    if (!command_parse(in, &found))
        return 0;
    g_assert_cmpuint(found.verb.length, >, 0);
    check_within(found.verb, in);
    check_within(found.argument, in);
    g_assert_true(found.row || !command_unmistakable(&found));
    bdat_parse(found.argument, &bdat);
    return 0;
}
