"""Who authenticated: `-z credentials`, an entry an AUTH, on the packet that shows the password.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import base64
import re

import pytest

import places
from packets import CLIENT, Connection, dialogue, lines

SAMPLES = places.captures_in(places.SAMPLES)

# User names and mechanisms, in order; samples that are not named have none: GSSAPI's ticket has the name encrypted, and ANONYMOUS
# names nobody.
ENTRIES = {
    "courier-auth-cram-sha": ["ann CRAM-SHA256"] + ["ann CRAM-SHA1"] * 2,
    "dovecot-auth-oauthbearer": ["ann OAUTHBEARER"] * 2,
    "dovecot-auth-xoauth2": ["ann XOAUTH2"] * 2,
    "dovecot-auth-scram-plus": ["ann SCRAM-SHA-256-PLUS"] * 3 + ["ann SCRAM-SHA-1-PLUS"],
    "dovecot-burl": ["ann PLAIN"],
    "dovecot-submission-starttls": ["ann PLAIN"],
    "dovecot-submissions-curl": ["ann PLAIN"],
    "exim-auth-external": ["eve EXTERNAL", "ann EXTERNAL"],
    "opensmtpd-smtps-curl": ["ann PLAIN"],
    "opensmtpd-starttls-msmtp": ["ann PLAIN"],
    "postfix-auth-cram-md5": ["ann CRAM-MD5"] * 2,
    "postfix-auth-digest-md5": ["ann DIGEST-MD5"] * 2,
    "postfix-auth-login": ["ann LOGIN"] * 4,
    "postfix-auth-ntlm": ["ann NTLM"] * 2,
    "postfix-auth-otp": ["ann OTP"] * 3,
    "postfix-auth-plain": ["ann PLAIN"] * 4,
    "postfix-auth-scram-sha-1": ["ann SCRAM-SHA-1"] * 3,
    "postfix-auth-scram-sha-256": ["ann SCRAM-SHA-256"] * 3,
    "postfix-auth-scram-sha-512": ["ann SCRAM-SHA-512"] * 3 + ["ann SCRAM-SHA-224", "ann SCRAM-SHA-384"],
    "postfix-starttls-submission": ["ann@mx.example.org PLAIN"],
    "postfix-starttls-tls12": ["ann PLAIN"],
    "seed-a-gmail-starttls": ["ann@example.org PLAIN"],
    "seed-e-implicit-tls": ["ann PLAIN"],
    "sendmail-auth-layer": ["ann DIGEST-MD5"] * 2,
}


def credentials(tshark, path, **common):
    return tshark.run(path, "-q", "-z", "credentials", **common)


def entries(tshark, path, **common):
    """[(packet, user name, info)]"""
    found = re.findall(r"^(\d+) +SMTP +(.*?) +(AUTH \S+(?:, .*?)?) *$", credentials(tshark, path, **common), re.MULTILINE)
    return [(int(packet), username, info) for packet, username, info in found]


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("path", SAMPLES, ids=places.name_of)
@pytest.mark.thorough
def test_who_authenticated(tshark, path, two_pass):
    found = entries(tshark, path, two_pass=two_pass)
    assert [f"{username} {info.split(',')[0].split()[1]}" for _, username, info in found] == ENTRIES.get(path.stem, [])


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.thorough
def test_the_packet_shows_the_secret_and_the_list_does_not(tshark, name):
    path = places.SAMPLES / f"{name}.pcapng"
    shown = tshark.fields(path, "esmtp.auth.password", "esmtp.auth.token", "esmtp.auth.digest", "esmtp.command.verb",
                          "esmtp.auth.username", "esmtp.auth.authzid")
    text = credentials(tshark, path)
    for packet, username, _ in entries(tshark, path):
        found = shown[packet]
        secrets = [value for field in ("password", "token", "digest") for value in found.get(f"esmtp.auth.{field}", [])]
        if not secrets:  # an AUTH that showed none: the packet has the name
            assert username in found.get("esmtp.auth.username", []) + found.get("esmtp.auth.authzid", [])
        assert not any(secret in text for secret in secrets)


# --- made sessions ---------------------------------------------------------------------------------------------------------

OPENING = [("S", lines("220 mx")), ("C", lines("EHLO a")), ("S", lines("250 AUTH PLAIN LOGIN"))]  # packets 4 to 6


def encoded(text):
    return base64.b64encode(text.encode())


def login(username, password="secret"):
    return [("C", lines("AUTH LOGIN")), ("S", lines("334 VXNlcm5hbWU6")), ("C", lines(encoded(username))),
            ("S", lines("334 UGFzc3dvcmQ6")), ("C", lines(encoded(password)))]


PLAIN = [("C", lines(b"AUTH PLAIN " + encoded("\0ann\0secret")))]

MADE = {
    "initial response": (PLAIN + [("S", lines("235 Ok"))], [(7, "ann", "AUTH PLAIN")]),
    "two messages": (login("ann") + [("S", lines("235 Ok"))], [(11, "ann", "AUTH LOGIN, username in packet 9")]),
    "no outcome captured": (login("ann"), [(11, "ann", "AUTH LOGIN, username in packet 9")]),
    "given up before the password": (login("ann")[:4] + [("C", lines("*")), ("S", lines("501 Cancelled"))],
                                     [(9, "ann", "AUTH LOGIN")]),
    "refused before the password": (login("ann")[:3] + [("S", lines("535 Nobody"))], [(9, "ann", "AUTH LOGIN")]),
    "given up before the name": (login("ann")[:2] + [("C", lines("*")), ("S", lines("501 Cancelled"))], []),
    "unknown mechanism": ([("C", lines("AUTH X-NEW AGFubgBzZWNyZXQ=")), ("S", lines("504 No"))], []),
    "a name with a line break and blanks": (login("ann\r\nbob  c") + [("S", lines("235 Ok"))],
                                            [(11, "ann\\r\\nbob  c", "AUTH LOGIN, username in packet 9")]),
    "two in one connection": (PLAIN + [("S", lines("535 No"))] + PLAIN + [("S", lines("235 Ok"))],
                              [(7, "ann", "AUTH PLAIN"), (9, "ann", "AUTH PLAIN")]),
}


# What became of them, as far as it was captured: known for those whose packet comes before the reply from the second visit on.
OUTCOMES = {
    "initial response": ["succeeded"], "two messages": ["succeeded"], "no outcome captured": [""],
    "given up before the password": ["cancelled"], "refused before the password": ["failed"],
    "a name with a line break and blanks": ["succeeded"], "two in one connection": ["failed", "succeeded"],
}
KNOWN_AT_ONCE = ("given up before the password", "refused before the password")  # made with the reply


@pytest.mark.parametrize("case", MADE)
@pytest.mark.parametrize("two_pass", [False, True])
def test_made(tshark, capture, case, two_pass):
    script, expected = MADE[case]
    outcomes = OUTCOMES.get(case, []) if two_pass or case in KNOWN_AT_ONCE else [""] * len(expected)
    wanted = [(packet, name, re.sub(r"^(AUTH \S+?)(?=,|$)", rf"\1, {outcome}", info) if outcome else info)
              for (packet, name, info), outcome in zip(expected, outcomes, strict=True)]
    assert entries(tshark, capture(dialogue(Connection(), OPENING + script)), two_pass=two_pass) == wanted


def test_lines_in_pieces(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + login("ann") + [("S", lines("235 Ok"))], 3))
    (packet, username, info), = entries(tshark, path)
    shown = tshark.fields(path, "esmtp.auth.username", "esmtp.auth.password")
    assert username == "ann" and shown[packet] == {"esmtp.auth.password": ["secret"]}
    name_packet, = (number for number, found in shown.items() if "esmtp.auth.username" in found)
    assert info == f"AUTH LOGIN, username in packet {name_packet}"


def test_connections_at_the_same_time(tshark, capture):
    one, other = (dialogue(Connection(client=(CLIENT[0], port)), OPENING + login(name) + [("S", lines("235 Ok"))]).segments
                  for port, name in ((40001, "ann"), (40002, "bob")))
    found = entries(tshark, capture([segment for pair in zip(one, other) for segment in pair]))
    assert [username for _, username, _ in found] == ["ann", "bob"]


def test_nothing_is_listed_where_auth_is_not_to_be_decoded(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + PLAIN))
    assert entries(tshark, path, preferences={"esmtp.decode_auth": "FALSE"}) == []
