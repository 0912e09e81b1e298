/* fuzz_ntlm.c — the names in an NTLM message, and their UTF-16.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"
#include "wire/ntlm.h"
#include "wire/utf8.h"

static void check_name(span name, span message)
{
    uint8_t *out = room_of(utf8_room(name.length));
    size_t length = utf8_from_utf16le(name, out);

    check_within(name, message);
    g_assert_cmpuint(length, <=, utf8_room(name.length));
    g_assert_true(g_utf8_validate_len((const char *)out, length, NULL) || memchr(out, 0, length));
    g_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    span in = {octets, length};
    ntlm_names found;
    bool ok = ntlm_parse(in, &found);

    g_assert_true(ntlm_is_message(in) || !ok);
    check_name(found.domain, in);
    check_name(found.user, in);
    check_name(in, in);
    return 0;
}
