/* notes.h — everything noteworthy that the plugin tells of, in one table.
 *
 * A row is a note of the session and at the same time the expert information that shows it, so neither can be without the
 * other. The session knows the names alone. The dissector makes its expert infos of the rest: the field esmtp.expert.FIELD,
 * Wireshark's group PI_GROUP and severity PI_SEVERITY, and a sentence for a person.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_NOTES_H
#define ESMTP_SESSION_NOTES_H

#include <stdint.h>

/* ROW(NAME, FIELD, GROUP, SEVERITY, summary) */
#define NOTE_ROWS(ROW)                                                                                                      \
    ROW(SYNTAX, syntax, PROTOCOL, WARN, "Cannot be parsed")                                                                 \
    ROW(LENIENT_SYNTAX, lenient_syntax, PROTOCOL, NOTE, "Not as the grammar has it, but servers accept it")                 \
    ROW(REPLY_SYNTAX, reply_syntax, PROTOCOL, NOTE, "A reply line that no RFC allows")                                      \
    ROW(GAP, gap, SEQUENCE, NOTE, "Octets of this stream were not captured")                                                \
    ROW(WITHHELD, withheld, SEQUENCE, NOTE, "Octets that are in the capture could not be put in order")                     \
    ROW(REPLY_UNEXPECTED, reply_unexpected, SEQUENCE, NOTE, "No command waits for this reply")                              \
    ROW(REPLY_CODES_DIFFER, reply_codes_differ, PROTOCOL, WARN,                                                             \
        "The lines of a reply have different codes (RFC 5321, 4.2.1)")                                                      \
    ROW(STATUS_CLASS_MISMATCH, status_class_mismatch, PROTOCOL, WARN,                                                       \
        "The enhanced status has another class than the reply code (RFC 2034, 4)")                                          \
    ROW(REFUSED, refused, RESPONSE_CODE, WARN, "The server refuses for good")                                               \
    ROW(DEFERRED, deferred, RESPONSE_CODE, NOTE, "The server refuses for now")                                              \
    ROW(AUTH_FAILED, auth_failed, RESPONSE_CODE, WARN, "Authentication failed")                                             \
    ROW(CLOSING_REPLY, closing_reply, RESPONSE_CODE, NOTE, "The server ends the session (RFC 5321, 3.8)")                   \
    ROW(COMMAND_SEQUENCE, command_sequence, SEQUENCE, NOTE, "Command out of its order (RFC 5321, 4.1.4)")                   \
    ROW(UNKNOWN_COMMAND, unknown_command, PROTOCOL, NOTE, "No verb that an RFC or a known server defines")                  \
    ROW(ILLEGAL_COMMAND, illegal_command, SECURITY, WARN, "A verb by which old servers were broken into")                   \
    ROW(FOREIGN_PROTOCOL, foreign_protocol, PROTOCOL, WARN, "Another protocol where SMTP belongs")                          \
    ROW(NUMBER_OVERFLOW, number_overflow, PROTOCOL, WARN, "Number too large")                                               \
    ROW(STARTTLS_PLAINTEXT, starttls_plaintext, SECURITY, WARN, "Plain text where TLS has to begin (RFC 3207, 4)")          \
    ROW(STARTTLS_READABLE, starttls_plaintext, SECURITY, NOTE,                                                              \
        "TLS was granted, and the session goes on in the clear: recorded behind a decrypting proxy")                        \
    ROW(STARTTLS_REFUSED, starttls_refused, SECURITY, WARN, "STARTTLS was refused, and a mail goes on in the clear")        \
    ROW(STARTTLS_UNUSED, starttls_unused, SECURITY, NOTE, "STARTTLS is offered, and a mail goes in the clear")              \
    ROW(STARTTLS_STRIPPED, starttls_stripped, SECURITY, WARN,                                                               \
        "STARTTLS was masked on its way: TLS is kept from being used")                                                      \
    ROW(AUTH_WITHOUT_TLS, auth_without_tls, SECURITY, WARN, "Authentication without TLS (RFC 4954, 4)")                     \
    ROW(AUTH_PROOF_WITHOUT_TLS, auth_without_tls, SECURITY, NOTE,                                                           \
        "Authentication without TLS, by a mechanism that does not show the password (RFC 4954, 4)")                         \
    ROW(MASKED, masked, SECURITY, NOTE, "Something on the way has written over this")                                       \
    ROW(HELO_NAME, helo_name, PROTOCOL, NOTE, "The client's name is no name of a host (RFC 5321, 4.1.1.1)")                 \
    ROW(REQUIRETLS_WITHOUT_TLS, requiretls_without_tls, SECURITY, WARN, "REQUIRETLS outside TLS (RFC 8689, 2)")             \
    ROW(BARE_LF, bare_lf, PROTOCOL, NOTE, "LF without CR (RFC 5321, 2.3.8)")                                                \
    ROW(BARE_CR, bare_cr, PROTOCOL, NOTE, "CR without LF (RFC 5321, 2.3.8)")                                                \
    ROW(NUL, nul, PROTOCOL, NOTE, "NUL octet (RFC 5321, 4.5.2 forbids it in text)")                                         \
    ROW(LOOKALIKE, end_of_data_lookalike, SECURITY, WARN,                                                                   \
        "Like an end of data, but not CRLF.CRLF: servers that differ here can be made to smuggle mails")                    \
    ROW(SMUGGLING, smuggling, SECURITY, ERROR,                                                                              \
        "The server took something else than CRLF.CRLF for the end of the data, and what follows for commands")             \
    ROW(LINE_TOO_LONG, line_too_long, PROTOCOL, NOTE, "Line too long (RFC 5321, 4.5.3.1)")                                  \
    ROW(BDAT_EXCESS, bdat_excess, PROTOCOL, WARN, "What is behind a chunk is no command: the size in BDAT was too small")   \
    ROW(BDAT_MISSING_LAST, bdat_missing_last, SEQUENCE, NOTE, "A mail is given up, and no BDAT had LAST (RFC 3030, 2)")     \
    ROW(BDAT_INCOMPLETE, bdat_incomplete, SEQUENCE, NOTE, "The connection ended inside a chunk (RFC 3030, 2)")              \
    ROW(CONNECTION_LOST, connection_lost, SEQUENCE, NOTE, "The connection ended in the middle of something")                \
    ROW(EARLY_TALKER, early_talker, SEQUENCE, NOTE, "The client does not wait for the greeting (RFC 5321, 3.1)")            \
    ROW(GREETING_MISSING, greeting_missing, SEQUENCE, NOTE,                                                                 \
        "The server answers a command, and has not greeted (RFC 5321, 3.1)")                                                \
    ROW(PIPELINING_GROUP, pipelining_group, SEQUENCE, NOTE,                                                                 \
        "Behind a command that has to be the last of its group (RFC 2920, 3.1)")                                            \
    ROW(PIPELINING_UNADVERTISED, pipelining_unadvertised, SEQUENCE, NOTE,                                                   \
        "Command before the reply to the one before, though the server does not offer PIPELINING")                          \
    ROW(EXTENSION_UNADVERTISED, extension_unadvertised, PROTOCOL, NOTE, "The server does not offer this extension")         \
    ROW(EIGHTBIT_UNADVERTISED, eightbit_unadvertised, PROTOCOL, NOTE,                                                       \
        "Octets outside ASCII in the content, and the server does not offer 8BITMIME (RFC 6152)")                           \
    ROW(SIZE_EXCEEDED, size_exceeded, PROTOCOL, NOTE, "The declared size is over what the server takes (RFC 1870)")         \
    ROW(SMTPUTF8_MISSING, smtputf8_missing, PROTOCOL, NOTE, "Address outside ASCII without SMTPUTF8 (RFC 6531, 3.4)")       \
    ROW(HEADER_INJECTION, header_injection, SECURITY, WARN,                                                                 \
        "A CR, LF or NUL in an address or parameter: it may end up as a line of a header")

#define NOTE_NAME(name, ...) NOTE_##name,
typedef enum note { NOTE_ROWS(NOTE_NAME) NOTE_COUNT } note;
#undef NOTE_NAME

/* Several notes: a bit for each. */
typedef uint64_t note_set;
_Static_assert(NOTE_COUNT <= 64, "a note_set has a bit for each note");

static inline note_set note_bit(note which)
{
    return UINT64_C(1) << which;
}

/* note_bit(which), or nothing. */
static inline note_set note_if(int condition, note which)
{
    return condition ? note_bit(which) : 0;
}

#endif
