/* report_find.c — what text and JSON of the report both need.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/report.h"

/* Those that a person should look at have so many: */
#define MANY_CONNECTIONS 20u
#define MANY_AUTH_FAILED 5u
#define MANY_NO_SUCH_USER 5u

bool mail_has_trouble(const transaction *t)
{
    if (t->outcome != OUTCOME_ACCEPTED)
        return true;
    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++)
        if (recipient_is_refused(t, (const recipient *)wmem_array_index(t->recipients, i)))
            return true;
    return t->smuggled;
}

static void count_mail(report_totals *to, const transaction *t)
{
    unsigned count = wmem_array_get_count(t->recipients);

    to->all_mails++;
    to->mails[t->outcome]++;
    to->not_to_all += t->outcome == OUTCOME_ACCEPTED && mail_has_trouble(t) && !t->smuggled;
    to->all_recipients += count;
    for (unsigned i = 0; i < count; i++)
        to->recipients[recipient_outcome(t, (const recipient *)wmem_array_index(t->recipients, i))]++;
}

report_totals report_count(const report *r)
{
    report_totals out = {0};

    for (unsigned i = 0; i < wmem_array_get_count(r->connections); i++) {
        wmem_array_t *mails = report_connection_at(r, i)->mails;
        for (unsigned n = 0; n < wmem_array_get_count(mails); n++)
            count_mail(&out, report_mail_at(mails, n)->record.of);
    }
    return out;
}

bool report_mail_concerns(const report_mail *of)
{
    const report_mail *hop = of;

    if ((of->earlier && of->earlier->connection->chosen) || (of->about && of->about->connection->chosen))
        return true;
    for (unsigned i = 0; hop && i < REPORT_HOPS; i++, hop = hop->from)
        if (hop->connection->chosen)
            return true;
    return false;
}

bool report_is_slow(const report_connection *of)
{
    const connection_record *record = &of->record.connection;

    return record->has_wait && record->longest_wait.seconds >= REPORT_SLOW;
}

bool report_connection_is_listed(const report_connection *of)
{
    if (of->refused || of->notes || of->record.connection.lost || report_is_slow(of) || report_connection_fault(of) ||
        report_tls_faults(of))
        return true;
    for (unsigned i = 0; i < wmem_array_get_count(of->mails); i++) {
        const report_mail *mail = report_mail_at(of->mails, i);
        if (mail_has_trouble(mail->record.of) || mail->link || mail->about)
            return true;
    }
    return false;
}

bool report_host_is_listed(const report_host *of)
{
    return of->chosen && (of->connections >= MANY_CONNECTIONS || of->auth_failed >= MANY_AUTH_FAILED ||
                          of->no_such_user >= MANY_NO_SUCH_USER);
}

span report_server(const report_connection *of)
{
    const char *address = of->record.peers->server_addr;

    if (of->record.connection.server_name.length)
        return of->record.connection.server_name;
    return span_of(address ? address : "?");
}

/* --- faults that no reply names ---------------------------------------------------------------------------------------- */

static const report_fault never_answered = {"never answered", "the network, a firewall or the server's address",
                                            "Check that the server runs and that nothing on the way drops packets to this "
                                            "port."};
static const report_fault refused_connection = {"connection refused", "the receiving server",
                                                "Check that a mail server listens on this port, and that no firewall "
                                                "resets."};
static const report_fault no_greeting = {"no greeting", "the receiving server",
                                         "Look at the server's load, and at look-ups that it makes before it greets."};
static const report_fault not_captured = {"the greeting was not captured", "the capture",
                                          "Capture whole packets (tcpdump -s 0), on both ways."};
static const report_fault tls_failed = {"the TLS handshake failed", "the TLS settings of one side",
                                        "Look at the alert, at certificate and versions of both sides, and at their logs."};
static const report_fault lost_by_client = {"the connection was lost", "the client, or the network",
                                            "Look for a time limit of the client that is too short, or for a crash."};
static const report_fault lost_by_server = {"the connection was lost", "the receiving server, or the network",
                                            "Look into the server's log; a firewall that drops idle connections resets, "
                                            "too."};
static const report_fault slow = {"slow", "the receiving server",
                                  "Look for what the server waits for: DNS, a filter, a tarpit."};

static const report_fault *fault_before_greeting(const report_connection *of)
{
    const connection_record *record = &of->record.connection;

    if (!record->answered)
        return &never_answered;
    if (strcmp(record->closed_by, "server") == 0 && record->close && strcmp(record->close, "RST") == 0 &&
        !record->octets[SIDE_SERVER])
        return &refused_connection;
    return record->missing && !record->octets[SIDE_SERVER] ? &not_captured : &no_greeting;
}

const report_fault *report_connection_fault(const report_connection *of)
{
    const connection_record *record = &of->record.connection;

    if (strcmp(record->phase, "CONNECT") == 0)
        return fault_before_greeting(of);
    if (strcmp(record->tls, "failed") == 0)
        return &tls_failed;
    if (record->lost)
        return strcmp(record->closed_by, "client") == 0 ? &lost_by_client : &lost_by_server;
    return report_is_slow(of) && !of->reasons ? &slow : NULL; /* else that may be why */
}

/* --- notes ------------------------------------------------------------------------------------------------------------- */

/* What is no more than a note is left to itself. */
#define REMEDY_OF_NOTE(remedy) NULL
#define REMEDY_OF_WARN(remedy) remedy
#define REMEDY_OF_ERROR(remedy) remedy

static const report_note_row note_rows[NOTE_COUNT] = {
#define NOTE_ROW(name, field, group, severity, summary, meaning, cause, remedy)                                             \
    {#field, #severity, summary, REMEDY_OF_##severity(remedy)},
#include "session/note_rows.h"
#undef NOTE_ROW
};

const report_note_row *report_note_find(note which)
{
    return &note_rows[which];
}

unsigned report_odd_notes(const report *r, note *order)
{
    static const char *const severities[] = {"ERROR", "WARN", "NOTE", "CHAT"};
    unsigned count = 0;

    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
        for (unsigned which = 0; which < NOTE_COUNT; which++)
            if (r->notes[which].count && !(note_bit((note)which) & REPORT_REFUSAL_NOTES) &&
                strcmp(note_rows[which].severity, severities[i]) == 0)
                order[count++] = (note)which;
    return count;
}

/* --- across connections ------------------------------------------------------------------------------------------------ */

const char *report_link_text(const report_mail *of)
{
    static const char *const texts[] =
        {[LINK_NONE] = NULL, [LINK_RETRY] = "retry", [LINK_GREYLISTED] = "greylisting", [LINK_DUPLICATE] = "duplicate"};

    return texts[of->link];
}

bool report_wait(const report_mail *of, moment *wait_r)
{
    return of->earlier && moment_between(&of->earlier->record.of->end, &of->record.of->begin, wait_r);
}

/* --- TLS --------------------------------------------------------------------------------------------------------------- */

unsigned report_tls_faults(const report_connection *of)
{
    return tls_facts_faults(of->record.peers->tls, &of->record.connection.begin);
}

const char *report_tls_fault_text(unsigned bit)
{
    static const char *const texts[REPORT_TLS_FAULTS] = {"a version that is out of use (RFC 8996)",
                                                         "the certificate has expired", "the certificate is not yet valid",
                                                         "the certificate is self-signed",
                                                         "the certificate is for another name than the one asked for"};

    return texts[bit];
}

static const number_text alerts[] = {
    {0, "close notify"},
    {10, "unexpected message"},
    {20, "bad record MAC"},
    {22, "record overflow"},
    {40, "handshake failure: no common version, cipher or curve"},
    {42, "bad certificate"},
    {43, "unsupported certificate"},
    {44, "certificate revoked"},
    {45, "certificate expired"},
    {46, "certificate unknown"},
    {47, "illegal parameter"},
    {48, "unknown CA: the certificate is signed by nobody who is trusted"},
    {49, "access denied"},
    {50, "decode error"},
    {51, "decrypt error"},
    {70, "protocol version: too old or too new"},
    {71, "insufficient security"},
    {80, "internal error"},
    {86, "inappropriate fallback"},
    {90, "user canceled"},
    {109, "missing extension"},
    {110, "unsupported extension"},
    {112, "unrecognized name"},
    {113, "bad certificate status response"},
    {115, "unknown PSK identity"},
    {116, "certificate required"},
    {120, "no application protocol"},
};

const char *report_alert_text(uint8_t alert)
{
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
        if (alerts[i].number == alert)
            return alerts[i].text;
    return "not registered";
}
