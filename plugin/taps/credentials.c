/* credentials.c — who authenticated, for Wireshark's list of credentials: the user name, and where the password stands.
 *
 * One entry an AUTH, for the packet whose message holds the secret (a password, a token, a digest), since a click on the
 * entry goes to that packet and that field. An AUTH with a user name and no secret has an entry for the packet with the
 * name, which is made when the AUTH ends. What became of the AUTH stands there where it is known: a first visit of the
 * packet comes before the reply. The list itself never holds a secret.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <epan/packet.h>

#include "dissector/tap.h"
#include "taps/register.h"
#include "wire/base64.h"
#include "wire/line.h"
#include "wire/sasl.h"

/* The fields that show a secret. */
static const struct {
    sasl_field_kind kind;
    field shown_by;
} secrets[] = {
    {SASL_PASSWORD, FIELD_AUTH_PASSWORD},
    {SASL_TOKEN, FIELD_AUTH_TOKEN},
    {SASL_DIGEST, FIELD_AUTH_DIGEST},
};

/* "AUTH LOGIN, failed, username in packet 11" */
static char *info_text(packet_info *pinfo, const auth_exchange *auth, uint32_t frame)
{
    wmem_strbuf_t *text = wmem_strbuf_new(pinfo->pool, "AUTH ");

    wmem_strbuf_append(text, auth->mechanism);
    if (auth->outcome)
        wmem_strbuf_append_printf(text, ", %s", auth->outcome);
    if (auth->username_frame && auth->username_frame != frame)
        wmem_strbuf_append_printf(text, ", username in packet %u", auth->username_frame);
    return wmem_strbuf_finalize(text);
}

static void entry_queue(int tap, packet_info *pinfo, const auth_exchange *auth, uint32_t frame, unsigned password_field)
{
    credentials_record *entry = wmem_new0(pinfo->pool, credentials_record);

    entry->frame = frame;
    entry->username_frame = auth->username_frame;
    entry->password_field = password_field;
    entry->username = octets_format(pinfo->pool, auth->username.octets, auth->username.length);
    entry->protocol = "SMTP";
    entry->info = info_text(pinfo, auth, frame);
    tap_queue_packet(tap, pinfo, entry);
}

/* Which field shows the message's secret; 0 when it has none. */
static unsigned secret_field(const sasl_message *read)
{
    for (size_t i = 0; i < read->count; i++)
        for (size_t j = 0; j < sizeof secrets / sizeof secrets[0]; j++)
            if (read->fields[i].kind == secrets[j].kind)
                return (unsigned)hf[secrets[j].shown_by];
    return 0;
}

static void client_message(int tap, packet_info *pinfo, const auth_exchange *auth, span base64, unsigned step)
{
    uint8_t *decoded = (uint8_t *)wmem_alloc(pinfo->pool, base64_room(base64.length));
    base64_result result = base64_decode(base64, decoded);
    sasl_message read;
    unsigned field_of_secret;

    sasl_message_parse(sasl_mechanism_find(span_of(auth->mechanism)), SASL_CLIENT, step, (span){decoded, result.length},
                       &read);
    field_of_secret = secret_field(&read);
    if (field_of_secret)
        entry_queue(tap, pinfo, auth, pinfo->num, field_of_secret);
}

/* AUTH, with the initial response if there is one. */
static void auth_command(int tap, packet_info *pinfo, const tap_record *record, const finding *f)
{
    command parsed;
    span response;

    if (!f->auth || !command_parse(line_of(octets_in_record(record, f)).text, &parsed))
        return;
    response = parsed.argument;
    span_next_word(&response);
    response = span_trim(response);
    if (response.length)
        client_message(tap, pinfo, f->auth, response, 0);
}

static void auth_response(int tap, packet_info *pinfo, const tap_record *record, const finding *f)
{
    if (f->auth && !(f->flags & FLAG_CANCEL))
        client_message(tap, pinfo, f->auth, line_of(octets_in_record(record, f)).text, f->step);
}

static void auth_outcome(int tap, packet_info *pinfo, const tap_record *record, const finding *f)
{
    (void)record;
    if (f->flags & FLAG_AUTH_FINAL && f->auth && f->auth->username_frame && !f->auth->secret_frame)
        entry_queue(tap, pinfo, f->auth, f->auth->username_frame, 0);
}

static void (*const reporters[FINDING_KINDS])(int, packet_info *, const tap_record *, const finding *) = {
    [FINDING_COMMAND] = auth_command,
    [FINDING_AUTH_RESPONSE] = auth_response,
    [FINDING_REPLY] = auth_outcome,
};

static void credentials_report(int tap, packet_info *pinfo, const tap_record *record)
{
    if (!esmtp_preferences.decode_auth)
        return;
    for (uint32_t i = 0; i < record->segment.count; i++) {
        const finding *f = &record->segment.findings[i];
        if (reporters[f->kind])
            reporters[f->kind](tap, pinfo, record, f);
    }
}

void credentials_register(void)
{
    tap_outlet_add(CREDENTIALS_TAP_NAME, credentials_report);
}
