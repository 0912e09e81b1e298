"""What bends the stream: octets that are no lines, roles that turn round, sessions that start anew. Each where it is granted, and
where it is refused or broken.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import ssl

import pytest

import places
from packets import CLIENT, SERVER, Connection, dialogue, lines

GREETING = ("S", lines("220 mx.example.org ESMTP"))
EHLO = [("C", lines("EHLO client.example.com")), ("S", lines("250-mx.example.org", "250-XCLIENT NAME", "250-XEXCH50", "250 STARTTLS"))]
OPENED = [GREETING] + EHLO
ENVELOPE = [("C", lines("MAIL FROM:<ann@example.com>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<bob@example.org>")),
            ("S", lines("250 Ok"))]
MAIL = ENVELOPE + [("C", lines("DATA")), ("S", lines("354 Go ahead")), ("C", lines("Subject: x", "", "x", ".")),
                   ("S", lines("250 Ok: queued as 1234567"))]
# The same from the other side, after the roles were turned round.
TURNED_MAIL = [("S" if side == "C" else "C", said) for side, said in [GREETING] + MAIL]
PROPERTIES = b"\0\1QUIT\r\n.\r\n\xff\xfe"  # octets that look like lines

VERBS = "esmtp.reply.verb"
CODES = "esmtp.reply.code"
COMMANDS = "esmtp.command.verb"
OPAQUE = "esmtp.opaque"
OUTCOME = "esmtp.transaction.outcome"
MAIL_VERBS = ["MAIL", "RCPT", "DATA", "END-OF-DATA"]


def client_hello():
    """TLS, as a client begins it."""
    to_server = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), to_server, server_hostname="mx.example.org").do_handshake()
    return to_server.read()


CASES = {
    # --- XCLIENT: granted, the session starts anew, and EHLO is asked for again
    "XCLIENT granted": (
        OPENED + ENVELOPE + [("C", lines("XCLIENT NAME=spike.example.org")), ("S", lines("220 mx.example.org ESMTP"))] + EHLO + MAIL,
        {VERBS: ["CONNECT", "EHLO", "MAIL", "RCPT", "XCLIENT", "EHLO"] + MAIL_VERBS, OUTCOME: ["aborted", "accepted"]}),
    "XCLIENT refused": (
        OPENED + ENVELOPE + [("C", lines("XCLIENT NAME=spike.example.org")), ("S", lines("550 5.7.0 Not you"))] + MAIL[4:],
        {VERBS: ["CONNECT", "EHLO", "MAIL", "RCPT", "XCLIENT"] + MAIL_VERBS[2:], OUTCOME: ["accepted"]}),

    # --- X-ANONYMOUSTLS: STARTTLS by another name
    "X-ANONYMOUSTLS granted": (
        OPENED + [("C", lines("X-ANONYMOUSTLS")), ("S", lines("220 2.0.0 SMTP server ready")), ("C", client_hello())],
        {VERBS: ["CONNECT", "EHLO", "X-ANONYMOUSTLS"], "tls.handshake.type": ["1"]}),
    "X-ANONYMOUSTLS refused": (
        OPENED + [("C", lines("X-ANONYMOUSTLS")), ("S", lines("454 4.7.0 Not now"))] + MAIL,
        {VERBS: ["CONNECT", "EHLO", "X-ANONYMOUSTLS"] + MAIL_VERBS, OUTCOME: ["accepted"], "tls.handshake.type": []}),
    "X-ANONYMOUSTLS granted, and readable afterwards": (
        OPENED + [("C", lines("X-ANONYMOUSTLS")), ("S", lines("220 2.0.0 SMTP server ready"))] + EHLO + MAIL,
        {VERBS: ["CONNECT", "EHLO", "X-ANONYMOUSTLS", "EHLO"] + MAIL_VERBS, OUTCOME: ["accepted"]}),

    # --- X-EXPS: AUTH by another name
    "X-EXPS granted": (
        OPENED + [("C", lines("X-EXPS LOGIN")), ("S", lines("334 VXNlcm5hbWU6")), ("C", lines("YW5u")),
                  ("S", lines("334 UGFzc3dvcmQ6")), ("C", lines("c2VjcmV0")), ("S", lines("235 2.7.0 Ok"))] + MAIL,
        {VERBS: ["CONNECT", "EHLO"] + ["X-EXPS"] * 3 + MAIL_VERBS, COMMANDS: ["EHLO", "X-EXPS", "MAIL", "RCPT", "DATA"],
         "esmtp.auth.mechanism": ["LOGIN"], "esmtp.auth.username": ["ann"], "esmtp.auth.password": ["secret"],
         "esmtp.auth.outcome": ["succeeded"], "esmtp.transaction.auth_username": ["ann"]}),
    "XEXPS, as old servers spell it": (
        OPENED + [("C", lines("XEXPS LOGIN YW5u")), ("S", lines("334 UGFzc3dvcmQ6")), ("C", lines("c2VjcmV0")),
                  ("S", lines("235 2.7.0 Ok"))],
        {VERBS: ["CONNECT", "EHLO"] + ["XEXPS"] * 2, "esmtp.auth.mechanism": ["LOGIN"], "esmtp.auth.username": ["ann"]}),
    "X-EXPS refused": (
        OPENED + [("C", lines("X-EXPS GSSAPI")), ("S", lines("504 5.7.4 Unrecognized authentication type"))] + MAIL,
        {VERBS: ["CONNECT", "EHLO", "X-EXPS"] + MAIL_VERBS, "esmtp.auth.outcome": ["failed"], OUTCOME: ["accepted"],
         "esmtp.transaction.auth_username": []}),

    # --- XEXCH50: its 354 is followed by as many octets as it said
    "XEXCH50 granted": (
        OPENED + ENVELOPE + [("C", lines(f"XEXCH50 {len(PROPERTIES)} 2")), ("S", lines("354 Send binary data")),
                             ("C", PROPERTIES), ("S", lines("250 XEXCH50 Ok"))] + MAIL[4:],
        {VERBS: ["CONNECT", "EHLO", "MAIL", "RCPT", "XEXCH50", "XEXCH50", "DATA", "END-OF-DATA"], OPAQUE: ["1"],
         COMMANDS: ["EHLO", "MAIL", "RCPT", "XEXCH50", "DATA"], OUTCOME: ["accepted"]}),
    "XEXCH50 granted, a command right behind its octets": (
        OPENED + [("C", lines(f"XEXCH50 {len(PROPERTIES)} 2")), ("S", lines("354 Send binary data")),
                  ("C", PROPERTIES + lines("NOOP")), ("S", lines("250 XEXCH50 Ok", "250 Ok"))],
        {VERBS: ["CONNECT", "EHLO", "XEXCH50", "XEXCH50", "NOOP"], OPAQUE: ["1"]}),
    "XEXCH50 refused": (
        OPENED + ENVELOPE + [("C", lines(f"XEXCH50 {len(PROPERTIES)} 2")), ("S", lines("504 Need to authenticate first"))] + MAIL[4:],
        {VERBS: ["CONNECT", "EHLO", "MAIL", "RCPT", "XEXCH50", "DATA", "END-OF-DATA"], OPAQUE: [], OUTCOME: ["accepted"]}),
    "XEXCH50 without a number": (
        OPENED + [("C", lines("XEXCH50 many 2")), ("S", lines("354 Send binary data")), ("C", lines("NOOP")),
                  ("S", lines("501 5.5.4 What?", "250 Ok"))],
        {VERBS: ["CONNECT", "EHLO", "XEXCH50", "XEXCH50", "NOOP"], OPAQUE: []}),

    # --- ATRN and TURN: after 250 the one that was the client answers
    "ATRN granted": (
        OPENED + [("C", lines("ATRN example.com")), ("S", lines("250 Now reversing the connection"))] + TURNED_MAIL,
        {VERBS: ["CONNECT", "EHLO", "ATRN", "CONNECT"] + MAIL_VERBS, OUTCOME: ["accepted"],
         "esmtp.transaction.queue_id": ["1234567"], "imf.subject": ["x"]}),
    "ATRN refused": (
        OPENED + [("C", lines("ATRN example.com")), ("S", lines("453 You have no mail"))] + MAIL,
        {VERBS: ["CONNECT", "EHLO", "ATRN"] + MAIL_VERBS, OUTCOME: ["accepted"], "imf.subject": ["x"]}),
    "ATRN granted, and TLS afterwards": (
        OPENED + [("C", lines("ATRN example.com")), ("S", lines("250 Now reversing the connection")),
                  ("C", lines("220 client.example.com ready")), ("S", lines("EHLO mx.example.org")),
                  ("C", lines("250-client.example.com", "250 STARTTLS")), ("S", lines("STARTTLS")), ("C", lines("220 Go")),
                  ("S", client_hello())],
        {VERBS: ["CONNECT", "EHLO", "ATRN", "CONNECT", "EHLO", "STARTTLS"], "tls.handshake.type": ["1"],
         COMMANDS: ["EHLO", "ATRN", "EHLO", "STARTTLS"]}),
    "TURN granted": (
        OPENED + [("C", lines("TURN")), ("S", lines("250 Ok"))] + TURNED_MAIL,
        {VERBS: ["CONNECT", "EHLO", "TURN", "CONNECT"] + MAIL_VERBS, OUTCOME: ["accepted"]}),
    "TURN refused": (
        OPENED + [("C", lines("TURN")), ("S", lines("502 5.5.1 Not here"))] + MAIL,
        {VERBS: ["CONNECT", "EHLO", "TURN"] + MAIL_VERBS, OUTCOME: ["accepted"]}),

    # --- a SASL security layer: all behind the 235 is opaque
    "a security layer": (
        OPENED + [("C", lines("AUTH DIGEST-MD5")), ("S", lines("334 cmVhbG09IngiLG5vbmNlPSJ5Ig==")),
                  ("C", lines("dXNlcm5hbWU9ImFubiI=")), ("S", lines("235 2.7.0 Ok")), ("C", b"\0\0\0\6QUIT\r\n"),
                  ("S", b"\0\0\0\x08" b"221 Ok\r\n")],
        {VERBS: ["CONNECT", "EHLO", "AUTH", "AUTH"], COMMANDS: ["EHLO", "AUTH"],
         OPAQUE: ["1", "1"]}),
    "no security layer after a mechanism that may add one": (
        OPENED + [("C", lines("AUTH DIGEST-MD5")), ("S", lines("334 cmVhbG09IngiLG5vbmNlPSJ5Ig==")),
                  ("C", lines("dXNlcm5hbWU9ImFubiI=")), ("S", lines("235 2.7.0 Ok"))] + MAIL,
        {VERBS: ["CONNECT", "EHLO", "AUTH", "AUTH"] + MAIL_VERBS, OPAQUE: [], OUTCOME: ["accepted"]}),
    "no security layer after a refusal": (
        OPENED + [("C", lines("AUTH GSSAPI YIIB")), ("S", lines("535 5.7.8 No")), ("C", b"\0\0\0\6QUIT\r\n"),
                  ("S", lines("500 5.5.2 What?"))],
        {CODES: ["220", "250", "535", "500"], OPAQUE: []}),

    # --- a proxy's header before the greeting
    "PROXY, version 1": (
        [("C", lines("PROXY TCP4 203.0.113.9 198.51.100.25 45000 25"))] + OPENED + MAIL,
        {VERBS: ["CONNECT", "EHLO"] + MAIL_VERBS, "proxy.src.ipv4": ["203.0.113.9"], OUTCOME: ["accepted"]}),
    "PROXY, version 1, in two packets": (
        [("C", b"PROXY TCP4 203.0.113"), ("C", lines(".9 198.51.100.25 45000 25"))] + OPENED,
        {VERBS: ["CONNECT", "EHLO"], "proxy.src.ipv4": ["203.0.113.9"], COMMANDS: ["EHLO"]}),
    "PROXY, version 2": (
        [("C", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([203, 0, 113, 9, 198, 51, 100, 25]) + b"\xaf\xc8\0\x19")] + OPENED,
        {VERBS: ["CONNECT", "EHLO"], "proxy.src.ipv4": ["203.0.113.9"], COMMANDS: ["EHLO"]}),
    "PROXY of no known family": (
        [("C", lines("PROXY TCP5 a b c d"))] + OPENED, {COMMANDS: ["EHLO"], VERBS: ["CONNECT", "EHLO"], "proxy.v1.proto": ["TCP5"]}),
    "PROXY without an end": (
        [("C", b"PROXY TCP4 " + b"1" * 100), ("C", lines("")), ("S", lines("500 5.5.2 What?"))],
        {COMMANDS: ["PROXY"], CODES: ["500"], "proxy.src.ipv4": []}),
    "PROXY behind the greeting": (
        [GREETING, ("C", lines("PROXY TCP4 203.0.113.9 198.51.100.25 45000 25")), ("S", lines("500 5.5.2 What?"))],
        {COMMANDS: ["PROXY"], VERBS: ["CONNECT", "PROXY"], "proxy.src.ipv4": []}),

    # --- Exim's PIPECONNECT: commands before the greeting
    "PIPECONNECT granted": (
        [("C", lines("EHLO client.example.com", "MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.org>", "DATA")), GREETING,
         ("S", lines("250-mx.example.org", "250-PIPELINING", "250 PIPECONNECT", "250 Ok", "250 Ok", "354 Go ahead"))] + MAIL[6:],
        {VERBS: ["CONNECT", "EHLO"] + MAIL_VERBS, CODES: ["220", "250", "250", "250", "354", "250"], OUTCOME: ["accepted"]}),
    "PIPECONNECT, and the connection refused": (
        [("C", lines("EHLO client.example.com", "MAIL FROM:<ann@example.com>")),
         ("S", lines("554 5.7.1 No service", "503 5.5.1 Bad sequence", "503 5.5.1 Bad sequence"))],
        {VERBS: ["CONNECT", "EHLO", "MAIL"], CODES: ["554", "503", "503"]}),
}


def found(tshark, path, names, **common):
    """What the fields tell over the capture, in order."""
    values = {name: [] for name in names}
    for frame in tshark.fields(path, *names, **common).values():
        for name, texts in frame.items():
            values[name] += texts
    return values


@pytest.mark.parametrize("port", [25, 366])
@pytest.mark.parametrize("script, expected", CASES.values(), ids=CASES)
def test_bend(tshark, capture, script, expected, port):
    path = capture(dialogue(Connection(client=CLIENT, server=(SERVER[0], port)), script))
    assert found(tshark, path, expected) == expected
    assert found(tshark, path, expected, two_pass=True) == expected


@pytest.mark.thorough
def test_samples_of_real_servers(tshark):
    """The same from real servers: XCLIENT, PROXY and PIPECONNECT."""
    for name, verb in (("postfix-xclient-xforward", "XCLIENT"), ("postfix-proxy-protocol", "EHLO"), ("exim-pipeconnect", "EHLO")):
        path = places.SAMPLES / f"{name}.pcapng"
        assert tshark.count(path, f'esmtp.reply.verb == "{verb}" && esmtp.reply.code < 400') > 0, name
        assert tshark.count(path, "esmtp.expert.reply_unexpected || esmtp.unknown") == 0, name
