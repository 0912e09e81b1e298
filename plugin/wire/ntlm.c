/* ntlm.c — the names in an NTLM authenticate message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ntlm.h"

/* Where things stand in an authenticate message ([MS-NLMP], 2.2.1.3), octets from its beginning. */
enum {
    TYPE_AT = 8,
    TYPE_END = 12,
    LM_RESPONSE_AT = 12,
    NT_RESPONSE_AT = 20,
    DOMAIN_AT = 28,
    USER_AT = 36,
    WORKSTATION_AT = 44,
    WORKSTATION_END = 52,
    FLAGS_AT = 60,
    FLAGS_END = 64
};

enum { NEGOTIATE = 1, CHALLENGE = 2, AUTHENTICATE = 3 };

#define NEGOTIATE_UNICODE 0x00000001u

static const uint8_t signature[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', '\0'};

bool ntlm_is_message(span text)
{
    return span_equal(span_first(text, sizeof signature), (span){signature, sizeof signature});
}

static uint32_t number(span message, size_t at, size_t octets)
{
    uint32_t value = 0;

    while (octets-- > 0)
        value = value << 8 | message.octets[at + octets];
    return value;
}

/* Length, room and offset of what lies in the payload: 2, 2 and 4 octets. */
static size_t payload_length(span message, size_t at)
{
    return number(message, at, 2);
}

static size_t payload_offset(span message, size_t at)
{
    return number(message, at + 4, 4);
}

/* Old clients leave out the session key and the flags: their payload begins where these would be. */
static bool has_flags(span message)
{
    static const size_t fields[] = {LM_RESPONSE_AT, NT_RESPONSE_AT, DOMAIN_AT, USER_AT, WORKSTATION_AT};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (payload_length(message, fields[i]) > 0 && payload_offset(message, fields[i]) < FLAGS_END)
            return false;
    }
    return message.length >= FLAGS_END;
}

static bool read_name(span message, size_t at, bool unicode, span *name_r)
{
    size_t length = payload_length(message, at);
    size_t offset = payload_offset(message, at);

    if (length == 0)
        return true;
    if (offset < WORKSTATION_END || offset > message.length || length > message.length - offset)
        return false;
    *name_r = span_first(span_from(message, offset), length);
    return !unicode || length % 2 == 0;
}

bool ntlm_parse(span message, ntlm_names *names_r)
{
    *names_r = (ntlm_names){.unicode = false};
    if (!ntlm_is_message(message) || message.length < TYPE_END)
        return false;
    uint32_t type = number(message, TYPE_AT, 4);
    if (type != AUTHENTICATE)
        return type == NEGOTIATE || type == CHALLENGE;
    if (message.length < WORKSTATION_END)
        return false;
    names_r->unicode = has_flags(message) && (number(message, FLAGS_AT, 4) & NEGOTIATE_UNICODE);
    bool domain_ok = read_name(message, DOMAIN_AT, names_r->unicode, &names_r->domain);
    bool user_ok = read_name(message, USER_AT, names_r->unicode, &names_r->user);
    return domain_ok && user_ok;
}
