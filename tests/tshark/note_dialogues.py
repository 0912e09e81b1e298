"""Dialogues for each row of the table of expert infos: some that raise it, and some that are near to it and must not.

A dialogue says all that has to be raised in it, so that each is a near miss of every row that it does not raise. `near` names the
rows of which it is the nearest: those of the same words, with one thing changed.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses

from packets import ACK, FIN, SERVER, lines


def C(*texts):
    """The client's lines, each with its CRLF."""
    return "C", lines(*texts)


def S(*texts):
    return "S", lines(*texts)


def hello(*offers, name="client.example.org"):
    """The greeting, EHLO, and a reply that offers these extensions."""
    rows = ["mx.example.net", *offers]
    return [S("220 mx.example.net ESMTP"), C(f"EHLO {name}"), S(*(f"250-{row}" for row in rows[:-1]), f"250 {rows[-1]}")]


def mail(content=b"Subject: x\r\n\r\nx\r\n", sender="<a@example.org>", recipient="<b@example.net>"):
    """A mail that is taken, its recipient too. The commands wait for their replies."""
    return [C(f"MAIL FROM:{sender}"), OK, C(f"RCPT TO:{recipient}"), OK, C("DATA"), GO, ("C", content + b".\r\n"), TAKEN]


def ask(command, *replies):
    return [C(command), S(*replies)]


def bdat(octets, last=True):
    return "C", b"BDAT %d%s\r\n" % (len(octets), b" LAST" if last else b"") + octets


def group(*steps):
    """MAIL, RCPT, and what the client says in these steps, all at once."""
    return "C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>") + b"".join(octets for _, octets in steps)


OK = S("250 2.1.0 Ok")
GO = S("354 Go ahead")
TAKEN = S("250 2.0.0 Ok: queued as 1A2B3C")
OFFERS = ("PIPELINING", "8BITMIME", "SIZE 1000000", "ENHANCEDSTATUSCODES")
OPEN = hello(*OFFERS)
CHUNKS = hello(*OFFERS, "CHUNKING", "BINARYMIME")
SECURE = hello(*OFFERS, "STARTTLS")
LMTP = [S("220 mx.example.net LMTP"), C("LHLO client.example.org"), S("250-mx.example.net", "250-PIPELINING", "250 CHUNKING")]
AUTH = hello(*OFFERS, "AUTH PLAIN LOGIN XOAUTH2 CRAM-MD5 EXTERNAL GSSAPI")
ENVELOPE = [*ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"), *ask("RCPT TO:<b@example.net>", "250 2.1.5 Ok")]
TWO = C("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA")
EARLY_GROUP = [C("EHLO client.example.org", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA"),
               S("220 mx.example.net ESMTP", "250-mx.example.net", "250-PIPELINING", "250 PIPECONNECT", "250 Ok", "250 Ok", "354 Go"),
               C("x", "."), TAKEN]
GROUP = C("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
QUIT = ask("QUIT", "221 2.0.0 Bye")
HELLO_IN_PROXY = [*ask("STARTTLS", "220 2.0.0 Ready"), *ask("EHLO client.example.org", "250 mx.example.net")]
SMUGGLED = b"MAIL FROM:<e@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nSubject: two\r\n\r\nx\r\n"


# --- how a connection ends ---------------------------------------------------------------------------------------------------

def closed(c):
    c.close()


def closed_by_server(c):
    c.signal(False, FIN | ACK)
    c.signal(True, FIN | ACK)


def reset(c):
    c.reset()


def reset_by_server(c):
    c.reset(from_client=False)


def goes_on(c):
    """The capture ends first."""


def client_alone(c):
    """The other direction was not captured."""
    c.close()
    c.segments = [segment for segment in c.segments if segment.from_client]


def server_alone(c):
    c.close()
    c.segments = [segment for segment in c.segments if not segment.from_client]


def swap(c):
    """The last two segments change places."""
    c.segments[-2:] = reversed(c.segments[-2:])


def drop(c):
    """The last segment but one is not in the capture."""
    del c.segments[-2]


def lost(step):
    """A step of a script that is not in the capture, but acknowledged by what follows."""
    side, data = step
    return lambda c: c.lost(side == "C", len(data))


@dataclasses.dataclass
class Dialogue:
    name: str
    script: list
    raises: str = ""  # the rows of the expert infos that have to be raised, one for each item
    near: str = ""
    at_first: str = ""  # what only the first pass shows, for it cannot know better
    end: object = closed
    server: tuple = SERVER
    handshake: bool = True


def several(name, variants, raises="", **common):
    """A dialogue for each script in {name of the variant: script}."""
    return [Dialogue(f"{name}: {variant}", script, raises, **common) for variant, script in variants.items()]


LOOKALIKES = {"LF.LF": b"\n.\n", "LF.CRLF": b"\n.\r\n", "CRLF.LF": b"\r\n.\n", "CR.CR": b"\r.\r", "CRCRLF.CRCRLF": b"\r\r\n.\r\r\n",
              "NUL behind": b"\r\n.\0\r\n", "NUL before": b"\r\n\0.\r\n"}
ODD_OF_LOOKALIKE = {"LF.LF": "bare_lf", "LF.CRLF": "bare_lf", "CRLF.LF": "bare_lf", "CR.CR": "bare_cr", "CRCRLF.CRCRLF": "bare_cr",
                    "NUL behind": "nul", "NUL before": "nul"}


def lookalike_content(form):
    return b"Subject: one\r\n\r\nx" + LOOKALIKES[form] + SMUGGLED


def lookalikes():
    """Each form, honoured and not; and with a client that waits behind it."""
    for form, end in LOOKALIKES.items():
        odd = ODD_OF_LOOKALIKE[form]
        yield Dialogue(f"a lookalike is content: {form}", OPEN + mail(lookalike_content(form)) + QUIT,
                       f"end_of_data_lookalike {odd}", near="smuggling")
        yield Dialogue(f"a lookalike is taken for the end: {form}", [
            *OPEN, *ENVELOPE, C("DATA"), GO, ("C", lookalike_content(form) + b".\r\n"),
            S("250 2.0.0 Ok: queued as 1A", "250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead", "250 2.0.0 Ok: queued as 2B"), *QUIT],
            f"end_of_data_lookalike {odd} smuggling")
        yield Dialogue(f"a client ends its own mail so: {form}", [
            *OPEN, *ENVELOPE, C("DATA"), GO, ("C", b"Subject: one\r\n\r\nx" + end), TAKEN, *QUIT],
            f"end_of_data_lookalike {odd}", near="smuggling")


DIALOGUES = [
    # --- nothing at all
    Dialogue("a mail", OPEN + mail() + QUIT),
    Dialogue("a mail in one group", [*OPEN, GROUP, S("250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead"),
                                     ("C", b"x\r\n.\r\n"), TAKEN, *QUIT], near="pipelining_unadvertised pipelining_group"),
    Dialogue("HELO alone", [S("220 mx.example.net"), *ask("HELO client.example.org", "250 mx.example.net"), *mail(), *QUIT]),
    Dialogue("EHLO is not known, HELO is", [
        S("220 mx.example.net"), *ask("EHLO client.example.org", "502 5.5.1 Unknown"),
        *ask("HELO client.example.org", "250 mx.example.net"), *mail(), *QUIT], "refused"),

    # --- what the client writes
    *several("no path", {command: [*OPEN, *ask(command, "501 5.5.4 Syntax error"), *QUIT] for command in
                         ("MAIL FROM:", "MAIL", "MAIL <a@example.org>", "EHLO")}, "syntax refused"),
    Dialogue("no mechanism", [*AUTH, *ask("AUTH", "501 5.5.4 Syntax error"), *QUIT], "syntax refused", near="auth_without_tls"),
    Dialogue("an unreadable line", [*OPEN, ("C", b"\x81\x82\x83\r\n"), S("500 5.5.2 Syntax error"), *QUIT], "syntax"),
    *several("read all the same", {
        command: [*OPEN, *ask(command, "250 2.1.0 Ok"), *QUIT] for command in
        ("MAIL FROM: <a@example.org>", "MAIL FROM:a@example.org", "NOOP ", "RSET  ", "MAIL FROM:<a@example.org> ")},
        "lenient_syntax", near="syntax"),
    *several("by the grammar", {
        command: [*OPEN, *ask(command, "250 2.1.0 Ok"), *QUIT] for command in
        ("mail from:<a@example.org>", 'MAIL FROM:<"a b"@example.org>', "MAIL FROM:<>", "NOOP a b", "VRFY bob",
         "MAIL FROM:<a@[192.0.2.1]> SIZE=100", "HELP")}, near="lenient_syntax syntax"),
    Dialogue("an escape in lower case", [*hello("DSN"), *ask("MAIL FROM:<a@example.org> ENVID=a+2b", "250 2.1.0 Ok"), *QUIT],
             "lenient_syntax"),
    Dialogue("an escape in upper case", [*hello("DSN"), *ask("MAIL FROM:<a@example.org> ENVID=a+2B", "250 2.1.0 Ok"), *QUIT],
             near="lenient_syntax header_injection"),
    *several("a number too large", {
        "SIZE=": [*OPEN, *ask("MAIL FROM:<a@example.org> SIZE=18446744073709551616", "552 5.3.4 Too large"), *QUIT],
        "BDAT": [*CHUNKS, *ENVELOPE, *ask("BDAT 18446744073709551616 LAST", "501 5.5.4 Bad size"), *QUIT]}, "number_overflow refused"),
    Dialogue("a number too large: in an offer", [*hello("SIZE 99999999999999999999999"), *QUIT], "number_overflow"),
    Dialogue("a number too large: RCPTMAX", [*hello("LIMITS RCPTMAX=4294967296"), *QUIT], "number_overflow"),
    *several("the largest numbers", {
        "SIZE=": [*hello("SIZE 0"), *ask("MAIL FROM:<a@example.org> SIZE=18446744073709551615", "250 2.1.0 Ok"), *QUIT],
        "HOLDFOR=": [*hello("FUTURERELEASE 999999999 2030-01-01T00:00:00Z"),
                     *ask("MAIL FROM:<a@example.org> HOLDFOR=999999999", "250 2.1.0 Ok"), *QUIT],
        "RCPTMAX": [*hello("LIMITS RCPTMAX=4294967295"), *QUIT]}, near="number_overflow"),
    Dialogue("an unknown verb", [*OPEN, *ask("FROBNICATE all", "500 5.5.2 Unknown"), *QUIT], "unknown_command", near="refused"),
    Dialogue("an unknown verb, not now", [*OPEN, *ask("FROBNICATE", "402 Unknown"), *QUIT], "unknown_command", near="deferred"),
    *several("a rare verb", {verb: [*OPEN, *ask(verb, "502 5.5.1 Not here"), *QUIT] for verb in ("EXPN all", "HELP me", "TURN")},
             "refused", near="unknown_command illegal_command"),
    *several("an old hole", {verb: [*OPEN, *ask(verb, "500 5.5.2 Unknown"), *QUIT] for verb in ("DEBUG", "WIZ", "KILL", "SHOWQ", "debug")},
             "illegal_command", near="unknown_command refused"),
    Dialogue("header lines without DATA", [
        *OPEN, *ask("Subject: x", "500 5.5.2 What"), *ask("To: <b@example.net>", "500 5.5.2 What"), *QUIT],
        "unknown_command unknown_command"),
    *several("another protocol", {
        "HTTP": [C("GET / HTTP/1.1", "Host: mx.example.net", ""), S("220 mx.example.net ESMTP", "500 What", "500 What", "500 What")],
        "SSH": [C("SSH-2.0-OpenSSH_9.2"), S("220 mx.example.net ESMTP", "500 What")]},
        "foreign_protocol early_talker", near="unknown_command syntax"),
    Dialogue("another protocol: SIP", [S("220 mx.example.net ESMTP"), C("OPTIONS sip:nm SIP/2.0", "Via: SIP/2.0/TCP nm", ""),
                                       S("500 What", "500 What", "500 What")], "foreign_protocol"),
    Dialogue("a word of another protocol in SMTP", [*OPEN, *ask("NOOP GET / HTTP/1.1", "250 Ok"), *QUIT], near="foreign_protocol"),
    Dialogue("a ClientHello", [S("220 mx.example.net ESMTP"), ("C", b"\x16\x03\x01\0\5\1\0\0\1\3"), S("500 What")],
             "foreign_protocol"),
    Dialogue("SMTP in the clear on 465", OPEN + mail() + QUIT, "foreign_protocol", server=(SERVER[0], 465)),
    Dialogue("SMTP in the clear on 587", OPEN + mail() + QUIT, near="foreign_protocol", server=(SERVER[0], 587)),
    *several("LF alone", {"command": [*OPEN, ("C", b"NOOP\n"), S("250 Ok"), *QUIT],
                          "reply": [*OPEN, C("NOOP"), ("S", b"250 Ok\n"), *QUIT],
                          "line of a reply": [*OPEN, C("NOOP"), ("S", b"250-Ok\n250 Ok\r\n"), *QUIT],
                          "content": [*OPEN, *mail(b"Subject: x\r\n\r\na\nb\r\n"), *QUIT],
                          "chunk": [*CHUNKS, *ENVELOPE, bdat(b"a\nb\r\n"), TAKEN, *QUIT]}, "bare_lf"),
    *several("CR alone", {"command": [*OPEN, ("C", b"NOOP\r\r\n"), S("250 Ok"), *QUIT],
                          "reply": [*OPEN, C("NOOP"), ("S", b"250 O\rk\r\n"), *QUIT],
                          "content": [*OPEN, *mail(b"Subject: x\r\n\r\na\rb\r\n"), *QUIT],
                          "chunk": [*CHUNKS, *ENVELOPE, bdat(b"a\rb\r\n"), TAKEN, *QUIT]}, "bare_cr"),
    *several("NUL", {"reply": [*OPEN, C("NOOP"), ("S", b"250 O\0k\r\n"), *QUIT],
                     "content": [*OPEN, *mail(b"Subject: x\r\n\r\na\0b\r\n"), *QUIT],
                     "chunk": [*CHUNKS, *ENVELOPE, bdat(b"a\0b\r\n"), TAKEN, *QUIT]}, "nul"),
    Dialogue("BINARYMIME has no lines", [
        *CHUNKS, *ask("MAIL FROM:<a@example.org> BODY=BINARYMIME", "250 2.1.0 Ok"), *ask("RCPT TO:<b@example.net>", "250 2.1.5 Ok"),
        bdat(b"a\nb\rc\0" + b"d" * 1200 + b"\xff\r\n"), TAKEN, *QUIT],
        near="bare_lf bare_cr nul line_too_long eightbit_unadvertised"),
    *several("too long", {"command": [*OPEN, *ask("NOOP " + "a" * 506, "250 Ok"), *QUIT],
                          "reply": [*OPEN, *ask("NOOP", "250 " + "a" * 507), *QUIT],
                          "content": [*OPEN, *mail(b"a" * 999 + b"\r\n"), *QUIT],
                          "chunk": [*CHUNKS, *ENVELOPE, bdat(b"a" * 999 + b"\r\n"), TAKEN, *QUIT]}, "line_too_long"),
    *several("as long as may be", {"command": [*OPEN, *ask("NOOP " + "a" * 505, "250 Ok"), *QUIT],
                                   "reply": [*OPEN, *ask("NOOP", "250 " + "a" * 506), *QUIT],
                                   "content": [*OPEN, *mail(b"a" * 998 + b"\r\n"), *QUIT],
                                   "chunk": [*CHUNKS, *ENVELOPE, bdat(b"a" * 998 + b"\r\n"), TAKEN, *QUIT]}, near="line_too_long"),
    *several("injection", {
        "NUL in an address": [*OPEN, ("C", b"MAIL FROM:<a\0b@example.org>\r\n"), OK, *QUIT]}, "header_injection nul"),
    *several("injection", {
        "CR in an address": [*OPEN, ("C", b"MAIL FROM:<a\rb@example.org>\r\n"), OK, *QUIT]}, "header_injection bare_cr"),
    *several("injection", {
        "ORCPT": [*hello("DSN"), *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"),
                  *ask("RCPT TO:<b@example.net> ORCPT=rfc822;b+0D+0Ax@example.net", "250 2.1.5 Ok"), *QUIT],
        "ENVID": [*hello("DSN"), *ask("MAIL FROM:<a@example.org> ENVID=a+0Ab", "250 2.1.0 Ok"), *QUIT]}, "header_injection"),

    # --- what the server writes
    *several("no reply line", {
        reply: [*OPEN, *ask("MAIL FROM:<a@example.org>", reply), *ask("RSET", "250 2.0.0 Ok"), *QUIT] for reply in
        ("250Ok", "650 What")}, "reply_syntax"),
    Dialogue("no reply line: a status alone", [*OPEN, *ask("MAIL FROM:<a@example.org>", "4.7.0 busy"), *QUIT],
             "reply_syntax deferred"),
    Dialogue("no reply line: an empty line", [*OPEN, C("NOOP"), S("250 Ok", ""), *QUIT], "reply_syntax", near="reply_unexpected"),
    *several("short replies", {reply: [*OPEN, *ask("NOOP", reply), *QUIT] for reply in ("250", "250 ", "250\tOk", "200 Ok", "259 Ok")},
             near="reply_syntax"),
    Dialogue("codes differ", [*OPEN, *ask("MAIL FROM:<a@example.org>", "250-Ok", "251 Ok"), *QUIT], "reply_codes_differ"),
    Dialogue("codes that are the same", [*OPEN, *ask("NOOP", "250-251 is not", "250 the code"), *QUIT], near="reply_codes_differ"),
    Dialogue("another class", [*OPEN, *ask("MAIL FROM:<a@example.org>", "250 5.1.0 Ok"), *QUIT], "status_class_mismatch"),
    Dialogue("another class, refused", [*OPEN, *ask("MAIL FROM:<a@example.org>", "550 4.7.1 No"), *QUIT],
             "status_class_mismatch refused"),
    Dialogue("a name like a status", [S("220 mx.example.net"), *ask("HELO client.example.org", "250 5.1.1"), *QUIT],
             near="status_class_mismatch"),
    Dialogue("two replies", [*OPEN, C("NOOP"), S("250 Ok"), S("250 Ok"), *QUIT], "reply_unexpected"),
    Dialogue("two replies to two commands", [*OPEN, *ask("RSET", "250 Ok"), *ask("NOOP", "250 Ok"), *QUIT], near="reply_unexpected"),

    # --- refusals
    Dialogue("a recipient refused", [
        *OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"), *ask("RCPT TO:<b@example.net>", "550 5.1.1 Nobody"),
        *ask("RSET", "250 2.0.0 Ok"), *QUIT], "refused", near="deferred"),
    Dialogue("a recipient deferred", [
        *OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"), *ask("RCPT TO:<b@example.net>", "450 4.2.1 Later"),
        *ask("RSET", "250 2.0.0 Ok"), *QUIT], "deferred", near="refused"),
    Dialogue("what follows from a refused MAIL", [*OPEN, GROUP, S("550 5.7.1 No", "503 5.5.1 No mail", "503 5.5.1 No mail"), *QUIT],
             "refused", near="command_sequence"),
    Dialogue("what follows from a deferred recipient", [
        *OPEN, GROUP, S("250 2.1.0 Ok", "450 4.2.0 Later", "554 5.5.1 No recipients"), *QUIT], "deferred",
        near="refused command_sequence"),
    Dialogue("a greeting that refuses", [S("554 5.7.1 No"), *QUIT], "refused", near="greeting_missing connection_lost"),
    Dialogue("a greeting that defers", [S("450 4.7.0 Busy"), *QUIT], "deferred"),
    Dialogue("a greeting that closes", [S("421 4.7.0 Busy")], "closing_reply", near="deferred connection_lost", end=closed_by_server),
    Dialogue("a time limit", [*OPEN, *ENVELOPE, S("421 4.4.2 Timeout")], "closing_reply",
             near="deferred connection_lost reply_unexpected", end=closed_by_server),
    Dialogue("closed by a 421 to RCPT", [
        *OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"), *ask("RCPT TO:<b@example.net>", "421 4.7.0 Too many")],
        "closing_reply", near="deferred", end=closed_by_server),
    Dialogue("a refusal that nobody asked for", [*OPEN, *ENVELOPE, S("550 5.7.1 Go away")], "closing_reply",
             near="reply_unexpected refused", end=closed_by_server),
    Dialogue("refused, and goes on", [*OPEN, *ask("MAIL FROM:<a@example.org>", "451 4.3.0 Later"), *mail(), *QUIT], "deferred",
             near="closing_reply"),

    # --- AUTH
    Dialogue("a wrong password", [*AUTH, *ask("AUTH PLAIN AGFubgBzZWNyZXQ=", "535 5.7.8 Wrong"), *QUIT],
             "auth_without_tls auth_failed", near="refused"),
    *several("the right one", {
        "PLAIN": [*AUTH, *ask("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 2.7.0 Ok"), *QUIT],
        "LOGIN": [*AUTH, *ask("AUTH LOGIN", "334 VXNlcm5hbWU6"), *ask("YW5u", "334 UGFzc3dvcmQ6"), *ask("c2VjcmV0", "235 2.7.0 Ok"),
                  *QUIT]}, "auth_without_tls", near="auth_failed"),
    Dialogue("a proof of it", [
        *AUTH, *ask("AUTH CRAM-MD5", "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+"),
        *ask("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", "235 2.7.0 Ok"), *QUIT], "auth_without_tls/note",
        near="auth_without_tls syntax"),
    Dialogue("no password at all", [*AUTH, *ask("AUTH EXTERNAL =", "235 2.7.0 Ok"), *QUIT],
             near="auth_without_tls auth_without_tls/note"),
    Dialogue("given up", [*AUTH, *ask("AUTH LOGIN", "334 VXNlcm5hbWU6"), *ask("*", "501 5.0.0 Cancelled"), *QUIT],
             "auth_without_tls", near="auth_failed refused syntax unknown_command"),
    Dialogue("under TLS behind a proxy", [
        *SECURE, *ask("STARTTLS", "220 2.0.0 Ready"), *ask("EHLO client.example.org", "250-mx.example.net", "250 AUTH PLAIN"),
        *ask("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 2.7.0 Ok"), *QUIT], "starttls_plaintext/note", near="auth_without_tls"),

    # --- order
    Dialogue("RCPT without MAIL", [*OPEN, *ask("RCPT TO:<b@example.net>", "503 5.5.1 MAIL first"), *QUIT], "command_sequence",
             near="refused"),
    Dialogue("DATA without RCPT", [*OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"), *ask("DATA", "503 5.5.1 RCPT first"),
                                   *QUIT], "command_sequence", near="refused"),
    Dialogue("MAIL inside a mail", [
        *OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"), *ask("MAIL FROM:<a@example.org>", "503 5.5.1 Nested"),
        *ask("RCPT TO:<b@example.net>", "250 2.1.5 Ok"), C("DATA"), GO, C("x", "."), TAKEN, *QUIT], "command_sequence",
        near="refused"),
    Dialogue("MAIL before EHLO", [S("220 mx.example.net"), *ask("MAIL FROM:<a@example.org>", "503 5.5.1 EHLO first"), *QUIT],
             "command_sequence", near="greeting_missing refused"),
    Dialogue("a command behind QUIT", [*OPEN, *QUIT, C("NOOP")], "command_sequence", near="connection_lost"),
    Dialogue("two mails", [*OPEN, *mail(), *mail(), *QUIT], near="command_sequence"),
    Dialogue("RSET between", [*OPEN, *ENVELOPE, *ask("RSET", "250 2.0.0 Ok"), *mail(), *QUIT], near="command_sequence"),
    Dialogue("EHLO between", [*OPEN, *ENVELOPE, *ask("EHLO client.example.org", "250 mx.example.net"), *mail(), *QUIT],
             near="command_sequence"),
    Dialogue("not offered", [*hello("8BITMIME"), GROUP, S("250 Ok", "250 Ok", "354 Go"), C("x", "."), TAKEN, *QUIT],
             "pipelining_unadvertised pipelining_unadvertised"),
    Dialogue("not offered by HELO", [
        S("220 mx.example.net"), *ask("HELO client.example.org", "250 mx.example.net"),
        C("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>"), S("250 Ok", "250 Ok"), *QUIT], "pipelining_unadvertised"),
    Dialogue("the server's side is missing", [
        *hello("8BITMIME"), GROUP, S("250 Ok", "250 Ok", "354 Go"), C("x", "."), TAKEN, *QUIT],
        "gap " * 4, near="pipelining_unadvertised early_talker greeting_missing connection_lost", end=client_alone),
    Dialogue("the client's side is missing", [*OPEN, *mail(), *QUIT], "gap " * 6, near="reply_unexpected greeting_missing", end=server_alone),
    Dialogue("behind DATA", [
        *OPEN, C("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA", "x", "."),
        S("250 Ok", "250 Ok", "354 Go", "250 2.0.0 Ok: queued as 1A"), *QUIT], "pipelining_group", near="pipelining_unadvertised"),
    Dialogue("behind NOOP", [*OPEN, C("NOOP", "MAIL FROM:<a@example.org>"), S("250 Ok", "250 Ok"), *QUIT], "pipelining_group"),
    Dialogue("behind EHLO", [S("220 mx.example.net"), C("EHLO client.example.org", "MAIL FROM:<a@example.org>"),
                             S("250-mx.example.net", "250 PIPELINING", "250 Ok"), *QUIT], "pipelining_group"),
    Dialogue("behind RSET", [*OPEN, C("RSET", "MAIL FROM:<a@example.org>"), S("250 Ok", "250 Ok"), *QUIT],
             near="pipelining_group pipelining_unadvertised"),
    Dialogue("before the greeting", [C("EHLO client.example.org"), S("220 mx.example.net ESMTP", "250 mx.example.net"), *QUIT],
             "early_talker", near="greeting_missing"),
    Dialogue("before the greeting's last line", [
        ("S", b"220-mx.example.net ESMTP\r\n"), C("EHLO client.example.org"), S("220 ready", "250 mx.example.net"), *QUIT],
        "early_talker"),
    Dialogue("behind the greeting's last line", [
        ("S", b"220-mx.example.net ESMTP\r\n"), S("220 ready"), *ask("EHLO client.example.org", "250 mx.example.net"), *QUIT],
        near="early_talker"),
    *several("no greeting", {verb: [*ask(f"{verb} client.example.org", "250 mx.example.net"), *QUIT] for verb in ("EHLO", "HELO")},
             "greeting_missing", near="early_talker", at_first="early_talker"),
    Dialogue("begun late", [*ask("EHLO client.example.org", "250-mx.example.net", "250 SIZE"), *QUIT],
             near="greeting_missing early_talker", handshake=False),

    # --- TLS
    Dialogue("TLS is refused", [*SECURE, *ask("STARTTLS", "454 4.7.0 Not now"), *mail(), *QUIT], "deferred starttls_refused",
             near="starttls_unused"),
    Dialogue("TLS is refused, and no mail", [*SECURE, *ask("STARTTLS", "454 4.7.0 Not now"), *QUIT], "deferred",
             near="starttls_refused starttls_unused"),
    Dialogue("TLS is not used", [*SECURE, *mail(), *QUIT], "starttls_unused", near="starttls_refused"),
    Dialogue("TLS is not used, and no mail", [*SECURE, *QUIT], near="starttls_unused"),
    Dialogue("behind STARTTLS", [*SECURE, C("STARTTLS", "MAIL FROM:<a@example.org>"), S("220 2.0.0 Ready")], "starttls_plaintext",
             end=goes_on),
    Dialogue("behind the 220", [*SECURE, C("STARTTLS"), S("220 2.0.0 Ready", "250 Ok")], "starttls_plaintext", end=goes_on),
    Dialogue("a decrypting proxy", [*SECURE, *HELLO_IN_PROXY, *mail(), *QUIT], "starttls_plaintext/note",
             near="starttls_plaintext starttls_unused"),
    Dialogue("STARTTLS is refused, and more is sent in time", [*SECURE, *ask("STARTTLS", "502 5.5.1 No"), *ask("NOOP", "250 Ok"), *QUIT],
             "refused", near="starttls_plaintext starttls_plaintext/note"),
    *several("eight letters are masked", {word: [*hello("PIPELINING", word), *QUIT] for word in ("XXXXXXXX", "XXXXXXXA")},
             "masked starttls_stripped"),
    Dialogue("seven letters are masked", [*hello("PIPELINING", "XXXXXXX"), *QUIT], "masked", near="starttls_stripped"),
    Dialogue("eight letters are masked, and STARTTLS is there", [*hello("STARTTLS", "XXXXXXXX"), *QUIT], "masked",
             near="starttls_stripped"),
    *several("masked", {
        "greeting": [S("220 " + "*" * 40), *ask("EHLO client.example.org", "250 mx.example.net"), *QUIT],
        "EHLO": [S("220 mx.example.net"), *ask("XXXX client.example.org", "500 What"),
                 *ask("HELO client.example.org", "250 mx.example.net"), *QUIT]}, "masked", near="unknown_command"),
    *several("not masked", {
        "greeting": [S("220 *** mx.example.net ***"), *ask("EHLO client.example.org", "250 mx.example.net"), *QUIT],
        "keyword": [*hello("PIPELINING", "XEXCH50", "X-XXXX", "XCLIENT"), *QUIT]}, near="masked starttls_stripped"),
    Dialogue("REQUIRETLS outside TLS", [*hello("REQUIRETLS"), *ask("MAIL FROM:<a@example.org> REQUIRETLS", "530 5.7.4 No"), *QUIT],
             "requiretls_without_tls refused"),
    Dialogue("REQUIRETLS behind a proxy", [
        *SECURE, *ask("STARTTLS", "220 2.0.0 Ready"), *ask("EHLO client.example.org", "250-mx.example.net", "250 REQUIRETLS"),
        *mail(sender="<a@example.org> REQUIRETLS"), *QUIT], "starttls_plaintext/note", near="requiretls_without_tls"),
    Dialogue("REQUIRETLS is offered", [*hello("REQUIRETLS"), *mail(), *QUIT], near="requiretls_without_tls"),

    # --- names
    *several("no name", {
        name: [S("220 mx.example.net"), *ask(f"EHLO {name}", "250 mx.example.net"), *QUIT] for name in
        ("192.0.2.1", "my_host.example.org", "localhost", "mx.example.net", "MX.Example.NET", "[192.0.2.256]")}, "helo_name"),
    *several("a name", {
        name: [S("220 mx.example.net"), *ask(f"EHLO {name}", "250 mx.example.net"), *QUIT] for name in
        ("[192.0.2.1]", "[IPv6:2001:db8::1]", "a-b.example.org", "mx2.example.net", "xn--bcher-kva.example")}, near="helo_name"),

    # --- what is not offered
    *several("not offered", {
        "SIZE=": [*hello("PIPELINING"), *mail(sender="<a@example.org> SIZE=30"), *QUIT],
        "BODY=": [*hello("PIPELINING"), *mail(sender="<a@example.org> BODY=8BITMIME"), *QUIT],
        "NOTIFY=": [*hello("PIPELINING"), *mail(recipient="<b@example.net> NOTIFY=NEVER"), *QUIT],
        "BDAT": [*hello("PIPELINING"), *ENVELOPE, bdat(b"x\r\n"), TAKEN, *QUIT],
        "ETRN": [*hello("PIPELINING"), *ask("ETRN example.org", "250 Ok"), *QUIT]}, "extension_unadvertised"),
    Dialogue("offered", [*hello("SIZE", "8BITMIME", "DSN", "CHUNKING"), *ask("MAIL FROM:<a@example.org> SIZE=3 BODY=8BITMIME", "250 Ok"),
                         *ask("RCPT TO:<b@example.net> NOTIFY=NEVER", "250 Ok"), bdat(b"x\r\n"), TAKEN, *QUIT],
             near="extension_unadvertised size_exceeded"),
    Dialogue("eight bits", [*hello("PIPELINING"), *mail(b"Subject: x\r\n\r\n\xe9\r\n"), *QUIT], "eightbit_unadvertised"),
    Dialogue("eight bits, and 8BITMIME", [*OPEN, *mail(b"Subject: x\r\n\r\n\xe9\r\n"), *QUIT], near="eightbit_unadvertised"),
    Dialogue("more than the server takes", [*hello("SIZE 10"), *mail(), *QUIT], "size_exceeded"),
    Dialogue("more than was declared", [*OPEN, *mail(sender="<a@example.org> SIZE=5"), *QUIT], "size_exceeded"),
    Dialogue("more is declared than the server takes", [
        *hello("SIZE 10"), *ask("MAIL FROM:<a@example.org> SIZE=11", "552 5.3.4 Too large"), *QUIT], "size_exceeded refused"),
    Dialogue("as much as the server takes", [*hello("SIZE 17"), *mail(sender="<a@example.org> SIZE=17"), *QUIT], near="size_exceeded"),
    Dialogue("UTF-8 in an address", [*hello("SMTPUTF8", "8BITMIME"), *mail(sender="<ä@example.org>"), *QUIT], "smtputf8_missing"),
    Dialogue("UTF-8 in a header", [*hello("SMTPUTF8", "8BITMIME"), *mail("Subject: ä\r\n\r\nx\r\n".encode()), *QUIT],
             "smtputf8_missing"),
    Dialogue("SMTPUTF8", [*hello("SMTPUTF8", "8BITMIME"), *mail("Subject: ä\r\n\r\nx\r\n".encode(), sender="<ä@example.org> SMTPUTF8"),
                          *QUIT], near="smtputf8_missing eightbit_unadvertised"),
    Dialogue("UTF-8 in a body", [*OPEN, *mail("Subject: x\r\n\r\nä\r\n".encode()), *QUIT], near="smtputf8_missing"),

    # --- contents and chunks
    *lookalikes(),
    Dialogue("stuffed dots", [*OPEN, *mail(b"Subject: x\r\n\r\n..\r\n...\r\n..x\r\n"), *QUIT], near="end_of_data_lookalike"),
    Dialogue("a lookalike in a chunk", [*CHUNKS, *ENVELOPE, bdat(b"x\n.\nx\r\n"), TAKEN, *QUIT], "end_of_data_lookalike bare_lf"),
    Dialogue("a dot in a chunk", [*CHUNKS, *ENVELOPE, bdat(b"x\r\n.\r\nx\r\n"), TAKEN, *QUIT], near="end_of_data_lookalike bdat_excess"),
    Dialogue("too many octets behind BDAT", [
        *CHUNKS, *ENVELOPE, C("BDAT 5 LAST", "abcdefgh"), S("250 2.0.0 Ok", "500 5.5.2 What"), *QUIT], "bdat_excess",
        near="unknown_command syntax refused"),
    Dialogue("as many octets as BDAT says", [*CHUNKS, *ENVELOPE, C("BDAT 10 LAST", "abcdefgh"), TAKEN, *QUIT], near="bdat_excess"),
    Dialogue("a chunk is cut off", [*CHUNKS, *ENVELOPE, C("BDAT 50 LAST", "abcdefgh")], "bdat_incomplete connection_lost", near="bdat_missing_last"),
    Dialogue("a chunk is complete, and not answered", [*CHUNKS, *ENVELOPE, C("BDAT 10 LAST", "abcdefgh")], "connection_lost",
             near="bdat_incomplete bdat_missing_last"),
    *several("no chunk is the last", {
        verb: [*CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("250 2.0.0 Ok"), *ask(f"{verb}", "250 mx.example.net"), *QUIT]
        for verb in ("RSET", "EHLO client.example.org")}, "bdat_missing_last"),
    Dialogue("no chunk is the last: QUIT", [*CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("250 2.0.0 Ok"), *QUIT],
             "bdat_missing_last"),
    Dialogue("no chunk is the last: MAIL", [
        *CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("250 2.0.0 Ok"), *ENVELOPE, bdat(b"x\r\n"), TAKEN, *QUIT],
        "command_sequence bdat_missing_last"),
    Dialogue("no chunk is the last: MAIL in a group", [
        *CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("250 2.0.0 Ok"), group(bdat(b"x\r\n")),
        S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Ok: queued as 1A"), *QUIT], "command_sequence bdat_missing_last"),
    Dialogue("no chunk is the last: two mails in a group", [
        *CHUNKS, group(bdat(b"abc\r\n", last=False), group(bdat(b"x\r\n"))),
        S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Ok", "250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Ok: queued as 1A"), *QUIT],
        "command_sequence bdat_missing_last"),
    Dialogue("the next mail in the group is refused", [
        *CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("250 2.0.0 Ok"), group(bdat(b"x\r\n")),
        S("503 5.5.1 Nested", "250 2.1.5 Ok", "250 2.0.0 Ok: queued as 1A"), *QUIT], "command_sequence", near="bdat_missing_last"),
    Dialogue("two mails in a group, each with its last chunk", [
        *CHUNKS, group(bdat(b"abc\r\n"), group(bdat(b"x\r\n"))),
        S(*("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Ok: queued as 1A") * 2), *QUIT], near="bdat_missing_last command_sequence"),
    Dialogue("the chunk was refused", [
        *CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("552 5.2.3 Too large"), *ask("RSET", "250 2.0.0 Ok"), *QUIT], "refused",
        near="bdat_missing_last"),
    Dialogue("the last chunk is empty", [*CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("250 2.0.0 Ok"), bdat(b""), TAKEN, *QUIT],
             near="bdat_missing_last bdat_incomplete"),

    # --- the end
    Dialogue("the server closes, and a command waits", [*OPEN, C("MAIL FROM:<a@example.org>")], "connection_lost", end=closed_by_server),
    Dialogue("the server resets in the content", [*OPEN, *ENVELOPE, C("DATA"), GO, C("Subject: x")], "connection_lost",
             end=reset_by_server),
    Dialogue("the client closes in the content", [*OPEN, *ENVELOPE, C("DATA"), GO, C("Subject: x")], "connection_lost"),
    Dialogue("no QUIT", [*OPEN, *mail()], near="connection_lost"),
    Dialogue("QUIT without its 221", [*OPEN, *mail(), C("QUIT")], near="connection_lost"),
    Dialogue("a reset when all is answered", [*OPEN, *mail(), *QUIT], near="connection_lost", end=reset),
    Dialogue("the capture ends first", [*OPEN, *ENVELOPE], near="connection_lost", end=goes_on),

    # --- the capture
    Dialogue("a reply is lost", [*OPEN, C("MAIL FROM:<a@example.org>"), lost(S("250 2.1.0 Ok")), *ask("RCPT TO:<b@example.net>", "250 Ok"),
                                 *ask("RSET", "250 Ok"), *QUIT], "gap", near="reply_unexpected withheld"),
    Dialogue("two segments change places", [*OPEN, C("MAIL FROM:<a@example.org>"), C("RCPT TO:<b@example.net>"), swap, S("250 Ok", "250 Ok"),
                                            *ask("RSET", "250 Ok"), *QUIT], near="gap withheld"),
    Dialogue("the capture ends before a hole is filled", [
        *OPEN, *mail(), C("MAIL FROM:<a@example.org>"), C("RCPT TO:<b@example.net>"), drop], "withheld", near="gap", end=goes_on),

    # --- what servers say, and is in order
    *several("in order", {
        "Exchange": [
            S("220 mail.example.net Microsoft ESMTP MAIL Service ready at Mon, 6 Nov 2023 10:00:00 +0000"), C("EHLO client.example.org"),
            S("250-mail.example.net Hello [192.0.2.1]", "250-SIZE 37748736", "250-PIPELINING", "250-DSN", "250-ENHANCEDSTATUSCODES",
              "250-X-ANONYMOUSTLS", "250-8BITMIME", "250-BINARYMIME", "250-CHUNKING", "250 XRDST"),
            *ask("MAIL FROM:<a@example.org> SIZE=17 BODY=8BITMIME", "250 2.1.0 Sender OK"),
            *ask("RCPT TO:<b@example.net>", "250 2.1.5 Recipient OK"), bdat(b"Subject: x\r\n\r\nx\r\n"),
            S("250 2.6.0 <1@example.org> [InternalId=123, Hostname=mail.example.net] 1024 bytes in 0.1, 9.9 KB/sec Queued mail for delivery"),
            *ask("QUIT", "221 2.0.0 Service closing transmission channel")],
        "Gmail": [
            S("220 mx.google.com ESMTP a1-20020a05600c6a0100b003fe1.1 - gsmtp"), C("EHLO client.example.org"),
            S("250-mx.google.com at your service, [192.0.2.1]", "250-SIZE 157286400", "250-8BITMIME", "250-ENHANCEDSTATUSCODES",
              "250-PIPELINING", "250-CHUNKING", "250 SMTPUTF8"),
            *ask("MAIL FROM:<a@example.org>", "250 2.1.0 OK a1-20020a05600c6a0100b003fe1.1 - gsmtp"),
            *ask("RCPT TO:<b@example.net>", "250 2.1.5 OK a1-20020a05600c6a0100b003fe1.1 - gsmtp"),
            *ask("DATA", "354  Go ahead a1-20020a05600c6a0100b003fe1.1 - gsmtp"), C("Subject: x", "", "x", "."),
            S("250 2.0.0 OK  1700000000 a1-20020a05600c6a0100b003fe1.1 - gsmtp"),
            *ask("QUIT", "221 2.0.0 closing connection a1-20020a05600c6a0100b003fe1.1 - gsmtp")],
        "qmail": [
            S("220 mx.example.net ESMTP"), C("EHLO client.example.org"), S("250-mx.example.net", "250-PIPELINING", "250 8BITMIME"), GROUP,
            S("250 ok", "250 ok", "354 go ahead"), C("x", "."), S("250 ok 1700000000 qp 1234"), *ask("QUIT", "221 mx.example.net")],
        "Sendmail": [
            *OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 <a@example.org>... Sender ok"),
            *ask("RCPT TO:<b@example.net>", "250 2.1.5 <b@example.net>... Recipient ok (will queue)"),
            *ask("DATA", '354 Enter mail, end with "." on a line by itself'), C("x", "."),
            S("250 2.0.0 3A6J0000000001 Message accepted for delivery"), *ask("QUIT", "221 2.0.0 mx.example.net closing connection")],
        "several lines": [
            S("220-mx.example.net ESMTP", "220-", "220 no mail without consent"), *OPEN[1:],
            *ask("HELP", "214-Commands:", "214-", "214 QUIT"), *ask("VRFY b", "252 2.0.0 b"),
            *ask("MAIL FROM:<a@example.org>", "250-2.1.0 Ok", "250 2.1.0 really"),
            *ask("RCPT TO:<b@example.net>", "251 2.1.5 User not local; will forward"),
            *ask("DATA", "354-Go", "354 ahead"), C("x", "."), TAKEN, *QUIT],
        "UTF-8 in replies": [*OPEN, *ask("NOOP", "250 2.0.0 déjà vu"), *QUIT],
        "QUIT is answered with 250": [*OPEN, *mail(), *ask("QUIT", "250 Bye")],
        "EHLO again": [*OPEN, *OPEN[1:], *mail(), *ask("RSET", "250 2.0.0 Ok"), *OPEN[1:], *QUIT],
        "the old form of AUTH": [*hello("AUTH=LOGIN PLAIN", "AUTH LOGIN PLAIN"), *mail(), *QUIT],
        "XCLIENT": [*hello("XCLIENT NAME ADDR"), *ask("XCLIENT NAME=c.example.org ADDR=192.0.2.9", "220 mx.example.net ESMTP"),
                    *ask("EHLO c.example.org", "250-mx.example.net", "250 XCLIENT NAME ADDR"), *mail(), *QUIT],
        "XFORWARD": [*hello("XFORWARD NAME ADDR"), *ask("XFORWARD NAME=c.example.org ADDR=192.0.2.9", "250 2.0.0 Ok"), *mail(), *QUIT],
        "PROXY": [C("PROXY TCP4 192.0.2.1 198.51.100.25 40000 25"), *OPEN, *mail(), *QUIT],
        "BURL": [*hello("BURL imap", "PIPELINING"), *ENVELOPE,
                 *ask("BURL imap://ann@imap.example.org/Sent/;uid=1 LAST", "250 2.5.0 Ok"), *QUIT]}),

    # --- what servers refuse in other words
    *several("refused once", {
        "two lines": [*OPEN, *ask("MAIL FROM:<a@example.org>", "550-Verification failed for <a@example.org>", "550 Sender verify failed"),
                      *QUIT],
        "null MX": [*OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"), *ask("RCPT TO:<b@example.net>", "556 5.1.10 Null MX"), *QUIT],
        "the content": [*OPEN, *ENVELOPE, C("DATA"), GO, C("x", "."), S("554 5.7.1 Spam message rejected"), *QUIT],
        "EXPN": [*OPEN, *ask("EXPN staff", "550 5.7.1 No"), *QUIT],
        "a user elsewhere": [*OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"),
                             *ask("RCPT TO:<b@example.net>", "551 5.7.1 User not local; please try <b@example.com>"), *QUIT],
        "521 instead of a greeting": [S("521 mx.example.net does not accept mail"), *QUIT],
        "one of two recipients": [
            *OPEN, C("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA"),
            S("250 2.1.0 Ok", "250 2.1.5 Ok", "550 5.1.1 Nobody", "354 Go ahead"), C("x", "."), TAKEN, *QUIT],
        "a first chunk": [*CHUNKS, group(bdat(b"abc\r\n", last=False), bdat(b"x\r\n")),
                          S("250 2.1.0 Ok", "250 2.1.5 Ok", "552 5.2.3 Too large", "503 5.5.1 Bad sequence"), *QUIT]}, "refused"),
    *several("deferred once", {
        "greylisted": [*OPEN, *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"),
                       *ask("RCPT TO:<b@example.net>", "451 4.7.1 Greylisting in action, please come back in 00:05:00"), *QUIT],
        "postscreen": [("S", b"220-mx.example.net ESMTP\r\n"), S("220 mx.example.net ESMTP"), *OPEN[1:],
                       *ask("MAIL FROM:<a@example.org>", "250 2.1.0 Ok"),
                       *ask("RCPT TO:<b@example.net>", "450 4.3.2 Service currently unavailable"), *ask("RSET", "250 2.0.0 Ok"), *QUIT],
        "a queue": [*hello("ETRN"), *ask("ETRN example.org", "459 Node example.org not allowed"), *QUIT],
        "the content": [*OPEN, *ENVELOPE, C("DATA"), GO, C("x", "."), S("452 4.3.1 Insufficient system storage"), *QUIT]}, "deferred"),
    *several("closed", {
        "Yahoo": [*OPEN, *ask("MAIL FROM:<a@example.org>", "421 4.7.0 [TS01] Messages from 192.0.2.1 temporarily deferred")],
        "a client that is told, and says QUIT all the same": [*OPEN, S("421 4.4.2 Timeout"), C("QUIT")],
        "in the content": [*OPEN, *ENVELOPE, C("DATA"), GO, C("Subject: x"), S("421 4.4.2 Timeout")]}, "closing_reply",
        near="deferred connection_lost", end=closed_by_server),
    Dialogue("QUIT behind the server's FIN", [*OPEN, *mail(), lambda c: c.signal(False, FIN | ACK), C("QUIT")],
             near="connection_lost command_sequence", end=reset_by_server),
    Dialogue("a DATA that is refused, and a MAIL without RSET", [
        *OPEN, *ENVELOPE, *ask("DATA", "451 4.3.0 Later"), *ask("MAIL FROM:<a@example.org>", "503 5.5.1 Nested"), *QUIT],
        "deferred command_sequence"),

    # --- LMTP
    *several("LMTP", {
        "two recipients": [*LMTP, TWO, S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.1.5 Ok", "354 Go"), C("x", "."),
                           S("250 2.0.0 <b@example.net> Saved", "250 2.0.0 <c@example.net> Saved"), *QUIT],
        "in chunks": [*LMTP, group(bdat(b"x\r\n")), S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Saved"), *QUIT]},
        near="reply_unexpected greeting_missing"),
    Dialogue("LMTP: one over its quota", [
        *LMTP, TWO, S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.1.5 Ok", "354 Go"), C("x", "."),
        S("250 2.0.0 <b@example.net> Saved", "452 4.2.2 <c@example.net> Quota exceeded"), *QUIT], "deferred", near="reply_unexpected"),
    Dialogue("LMTP: both refused", [
        *LMTP, TWO, S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.1.5 Ok", "354 Go"), C("x", "."),
        S("550 5.2.0 <b@example.net> No", "550 5.2.0 <c@example.net> No"), *QUIT], "refused refused"),
    Dialogue("LMTP: no recipient", [
        *LMTP, TWO, S("250 2.1.0 Ok", "550 5.1.1 Nobody", "550 5.1.1 Nobody", "503 5.5.1 No valid recipients"), *QUIT], "refused refused",
        near="command_sequence"),
    Dialogue("PRDR: one of two", [
        *hello("PRDR"), *ask("MAIL FROM:<a@example.org> PRDR", "250 Ok"), *ask("RCPT TO:<b@example.net>", "250 Ok"),
        *ask("RCPT TO:<c@example.net>", "250 Ok"), C("DATA"), GO, C("x", "."),
        S("353 PRDR responses follow", "250 Ok", "550 No", "250 Ok id=1A"), *QUIT], "refused", near="reply_unexpected"),

    # --- groups
    *several("a group", {
        "the next mail behind the content": [
            *OPEN, GROUP, S("250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead"), ("C", b"x\r\n.\r\n" + GROUP[1]),
            S("250 2.0.0 Ok: queued as 1A", "250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead"), C("x", "."), TAKEN, *QUIT],
        "QUIT behind the content": [*OPEN, *ENVELOPE, C("DATA"), GO, C("x", ".", "QUIT"), S("250 2.0.0 Ok", "221 2.0.0 Bye")],
        "chunks": [*CHUNKS, group(bdat(b"abc\r\n", last=False), bdat(b"x\r\n"), C("QUIT")),
                   S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Ok", "250 2.0.0 Ok: queued as 1A", "221 2.0.0 Bye")],
        "an empty last chunk": [*CHUNKS, group(bdat(b"abc\r\n", last=False), bdat(b"")),
                                S("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Ok", "250 2.0.0 Ok: queued as 1A"), *QUIT],
        "RSET first": [*OPEN, ("C", b"RSET\r\n" + GROUP[1]), S("250 2.0.0 Ok", "250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go"), C("x", "."), TAKEN,
                       *QUIT]}, near="pipelining_group pipelining_unadvertised"),
    Dialogue("VRFY in a group", [*OPEN, C("VRFY b", "RSET"), S("252 2.0.0 b", "250 2.0.0 Ok"), *QUIT], "pipelining_group"),
    Dialogue("AUTH in a group", [*AUTH, C("AUTH PLAIN AGFubgBzZWNyZXQ=", "MAIL FROM:<a@example.org>"), S("235 2.7.0 Ok", "250 2.1.0 Ok"),
                                 *QUIT], "auth_without_tls pipelining_group"),
    Dialogue("NOOP behind QUIT in a group", [*OPEN, C("QUIT", "NOOP"), S("221 2.0.0 Bye")], "command_sequence", near="pipelining_group"),

    Dialogue("DATA twice", [*OPEN, C("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA", "DATA"),
                            S("250 2.1.0 Ok", "250 2.1.5 Ok", "451 4.3.0 Later", "503 5.5.1 DATA twice"), *QUIT], "command_sequence deferred",
             near="refused"),
    Dialogue("HELO twice", [S("220 mx.example.net"), *ask("HELO client.example.org", "250 mx.example.net") * 2, *QUIT],
             near="command_sequence"),

    # --- chunks
    Dialogue("DATA behind a chunk", [
        *CHUNKS, *ENVELOPE, bdat(b"abc\r\n", last=False), S("250 2.0.0 Ok"), *ask("DATA", "503 5.5.1 BDAT before"),
        *ask("RSET", "250 2.0.0 Ok"), *QUIT], "command_sequence bdat_missing_last", near="refused"),
    Dialogue("a chunk behind the last one", [*CHUNKS, *ENVELOPE, bdat(b"x\r\n"), TAKEN, bdat(b"x\r\n"), S("503 5.5.1 MAIL first"), *QUIT],
             "command_sequence", near="refused"),
    Dialogue("a chunk before RCPT", [*CHUNKS, *ENVELOPE[:2], bdat(b"x\r\n"), S("503 5.5.1 RCPT first"), *QUIT], "command_sequence",
             near="refused"),
    Dialogue("BDAT in small letters", [*CHUNKS, *ENVELOPE, ("C", b"bdat 3 last\r\nx\r\n"), TAKEN, *QUIT], near="lenient_syntax syntax"),
    Dialogue("BDAT with a blank behind it", [*CHUNKS, *ENVELOPE, ("C", b"BDAT 3 LAST \r\nx\r\n"), TAKEN, *QUIT], "lenient_syntax",
             near="syntax"),
    Dialogue("a negative chunk", [*CHUNKS, *ENVELOPE, *ask("BDAT -3 LAST", "501 5.5.4 Syntax error"), *QUIT], "syntax refused"),
    Dialogue("BINARYMIME and DATA", [
        *CHUNKS, *ask("MAIL FROM:<a@example.org> BODY=BINARYMIME", "250 2.1.0 Ok"), *ask("RCPT TO:<b@example.net>", "250 2.1.5 Ok"),
        *ask("DATA", "503 5.5.1 BINARYMIME wants BDAT"), *QUIT], "refused", near="bdat_missing_last"),
    Dialogue("BINARYMIME not offered", [*OPEN, *ask("MAIL FROM:<a@example.org> BODY=BINARYMIME", "250 2.1.0 Ok"), *QUIT],
             "extension_unadvertised"),
    Dialogue("eight bits in 7BIT", [*OPEN, *mail(b"\xe9\r\n", sender="<a@example.org> BODY=7BIT"), *QUIT], near="eightbit_unadvertised"),

    # --- AUTH
    *several("a password shown", {
        "PLAIN in two steps": [*AUTH, *ask("AUTH PLAIN", "334 "), *ask("AGFubgBzZWNyZXQ=", "235 2.7.0 Ok"), *QUIT],
        "LOGIN with a name": [*AUTH, *ask("AUTH LOGIN YW5u", "334 UGFzc3dvcmQ6"), *ask("c2VjcmV0", "235 2.7.0 Ok"), *QUIT],
        "in small letters": [*AUTH, *ask("auth plain AGFubgBzZWNyZXQ=", "235 2.7.0 Ok"), *QUIT]}, "auth_without_tls"),
    Dialogue("a token that has expired", [
        *AUTH, *ask("AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgeAEB", "334 eyJzdGF0dXMiOiI0MDAifQ=="), *ask("", "535 5.7.8 Expired"), *QUIT],
        "auth_without_tls auth_failed", near="refused syntax unknown_command"),
    Dialogue("the server cannot tell now", [*AUTH, *ask("AUTH PLAIN AGFubgBzZWNyZXQ=", "454 4.7.0 Temporary failure"), *QUIT],
             "auth_without_tls deferred", near="auth_failed"),
    Dialogue("no base64", [*AUTH, *ask("AUTH PLAIN AG%uAHM=", "501 5.5.2 Bad"), *QUIT], "auth_without_tls auth_failed syntax",
             near="lenient_syntax"),
    Dialogue("base64 without its end", [*AUTH, *ask("AUTH PLAIN AGFubgBzZWNyZXQ", "235 2.7.0 Ok"), *QUIT], "auth_without_tls lenient_syntax",
             near="syntax"),
    Dialogue("a mechanism that is not there", [*AUTH, *ask("AUTH X-FROB", "504 5.5.4 Unknown"), *QUIT], "auth_without_tls/note refused",
             near="auth_failed"),
    Dialogue("GSSAPI, given up", [*AUTH, *ask("AUTH GSSAPI", "334 "), *ask("*", "501 5.7.0 Cancelled"), *QUIT],
             near="auth_without_tls/note refused auth_failed"),
    Dialogue("ANONYMOUS", [*hello("AUTH ANONYMOUS"), *ask("AUTH ANONYMOUS c2lyaGM=", "235 2.7.0 Ok"), *QUIT],
             near="auth_without_tls auth_without_tls/note"),

    # --- parameters
    *several("a parameter", {
        "DSN": [*hello("DSN"), *mail(sender="<a@example.org> RET=FULL ENVID=QQ314159",
                                     recipient="<b@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+20b@example.net"), *QUIT],
        "HOLDFOR": [*hello("FUTURERELEASE 86400 2030-01-01T00:00:00Z"), *mail(sender="<a@example.org> HOLDFOR=3600"), *QUIT],
        "HOLDUNTIL": [*hello("FUTURERELEASE 86400 2030-01-01T00:00:00Z"),
                      *mail(sender="<a@example.org> HOLDUNTIL=2029-12-31T12:00:00Z"), *QUIT],
        "BY": [*hello("DELIVERBY 240"), *mail(sender="<a@example.org> BY=300;RT"), *QUIT],
        "MT-PRIORITY": [*hello("MT-PRIORITY MIXER"), *mail(sender="<a@example.org> MT-PRIORITY=-3"), *QUIT],
        "AUTH": [*hello("AUTH PLAIN"), *mail(sender="<a@example.org> AUTH=<>"), *QUIT],
        "XVERP": [*hello("XVERP"), *mail(sender="<list@example.org> XVERP=-="), *QUIT],
        "XVERP alone": [*hello("XVERP"), *mail(sender="<list@example.org> XVERP"), *QUIT],
        "SMTPUTF8": [*hello("SMTPUTF8", "8BITMIME"), *mail(sender="<ä@example.org> SMTPUTF8", recipient="<ö@bücher.example>"), *QUIT]},
        near="syntax lenient_syntax extension_unadvertised smtputf8_missing"),
    *several("a wrong parameter", {
        "RET": [*hello("DSN"), *ask("MAIL FROM:<a@example.org> RET=BOTH", "501 5.5.4 Bad"), *QUIT],
        "HOLDUNTIL": [*hello("FUTURERELEASE 86400 2030-01-01T00:00:00Z"),
                      *ask("MAIL FROM:<a@example.org> HOLDUNTIL=tomorrow", "501 5.5.4 Bad"), *QUIT],
        "BY": [*hello("DELIVERBY"), *ask("MAIL FROM:<a@example.org> BY=300", "501 5.5.4 Bad"), *QUIT],
        "SIZE": [*OPEN, *ask("MAIL FROM:<a@example.org> SIZE=big", "501 5.5.4 Bad"), *QUIT],
        "MT-PRIORITY": [*hello("MT-PRIORITY"), *ask("MAIL FROM:<a@example.org> MT-PRIORITY=12", "501 5.5.4 Bad"), *QUIT]},
        "syntax refused", near="number_overflow"),
    Dialogue("SMTPUTF8 not offered", [*hello("8BITMIME"), *mail(sender="<ä@example.org> SMTPUTF8"), *QUIT], "extension_unadvertised",
             near="smtputf8_missing"),
    Dialogue("a recipient outside ASCII", [*hello("SMTPUTF8", "8BITMIME"), *mail(recipient="<ö@example.net>"), *QUIT], "smtputf8_missing"),

    # --- line ends
    Dialogue("LF alone from both sides", [(side, octets.replace(b"\r", b"")) for side, octets in OPEN + mail() + QUIT], "bare_lf " * 12,
             near="end_of_data_lookalike"),
    Dialogue("CR CR LF from the client", [
        (side, octets.replace(b"\r\n", b"\r\r\n") if side == "C" else octets) for side, octets in OPEN + ENVELOPE + QUIT],
        "bare_cr " * 4, near="lenient_syntax syntax"),
    Dialogue("octet by octet", [(side, bytes([octet])) for side, octets in OPEN + ENVELOPE + QUIT for octet in octets],
             near="early_talker pipelining_group"),
    Dialogue("an empty line from the client", [*OPEN, *ask("", "500 5.5.2 What"), *QUIT], "syntax", near="unknown_command refused"),

    # --- a decrypting proxy
    Dialogue("a proxy: RSET and STARTTLS in a group", [
        *SECURE, C("RSET", "STARTTLS"), S("250 2.0.0 Ok", "220 2.0.0 Ready"), *ask("EHLO client.example.org", "250 mx.example.net"),
        *mail(), *QUIT], "starttls_plaintext/note", near="starttls_plaintext pipelining_group"),
    Dialogue("a proxy: no EHLO", [*SECURE, *ask("STARTTLS", "220 2.0.0 Ready"), *mail(), *QUIT],
             "starttls_plaintext/note command_sequence"),

    # --- PIPECONNECT, behind all others: it is known of that server from then on
    Dialogue("PIPECONNECT is offered", [*hello("PIPELINING", "PIPECONNECT"), *mail(), *QUIT]),
    Dialogue("PIPECONNECT is used", [*EARLY_GROUP, *QUIT], near="early_talker pipelining_group greeting_missing"),
    Dialogue("PIPECONNECT is used with another server", [*EARLY_GROUP, *QUIT], raises="early_talker", server=("198.51.100.99", 25)),
    Dialogue("PIPECONNECT is used at another port", [*EARLY_GROUP, *QUIT], raises="early_talker", server=(SERVER[0], 587)),
]
