"""AUTH: what each mechanism's messages tell, in both directions, and what they keep from the packet list.

Values are those of the documents that define the mechanisms, or made here.
SPDX-License-Identifier: GPL-2.0-or-later
"""

import base64
import struct

import pytest

import places
from packets import Connection, dialogue, lines

OPENING = [("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")),
           ("S", lines("250-mx.example.org", "250 AUTH PLAIN LOGIN"))]
SUCCESS, FAILURE = ("S", lines("235 2.7.0 Ok")), ("S", lines("535 5.7.8 No"))
NAMES = "username authzid password token realm nonce digest scope error prompt trace outcome".split()


def encoded(message):
    return base64.b64encode(message if isinstance(message, bytes) else message.encode()).decode()


def client(message):
    return "C", lines(encoded(message))


def server(message):
    return "S", lines(f"334 {encoded(message)}")


def auth(mechanism, initial=None):
    return "C", lines(f"AUTH {mechanism}" + ("" if initial is None else f" {encoded(initial) or '='}"))


def ntlm(kind, domain="", user="", flags=1, header=64):
    """A message of NTLM. Flags of None are left out, as old clients do."""
    if kind != 3:
        return b"NTLMSSP\0" + struct.pack("<IIQQ", kind, 1, 0, 0)
    code = "utf-16-le" if flags is not None and flags & 1 else "latin-1"
    names = [domain.encode(code), user.encode(code)]
    fields = struct.pack("<HHI", len(names[0]), len(names[0]), header)
    fields += struct.pack("<HHI", len(names[1]), len(names[1]), header + len(names[0]))
    behind = b"" if flags is None else bytes(8) + struct.pack("<I", flags)
    return b"NTLMSSP\0" + struct.pack("<I", 3) + bytes(16) + fields + bytes(8) + behind + b"".join(names)


DIGEST = ('charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,cnonce="OA6MHXh6VqTrRk",'
          'digest-uri="smtp/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7,qop=auth')
SCRAM_NONCE = "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j"
XOAUTH2 = "user=ann@example.com\1auth=Bearer ya29.vF9dft4qmTc2\1\1"
OAUTHBEARER = "n,a=ann@example.com,\1host=mx.example.org\1port=587\1auth=Bearer vF9dft4qmTc2\1\1"

CASES = {
    # --- unhappy
    "PLAIN without a password": (
        [auth("PLAIN", "\0ann"), FAILURE], {"username": ["ann"], "outcome": ["failed"], "syntax": 1}),
    "PLAIN in no base64": ([("C", lines("AUTH PLAIN A-B")), FAILURE], {"outcome": ["failed"], "syntax": 1}),
    "LOGIN cancelled": (
        [auth("LOGIN"), server("Username:"), ("C", lines("*")), ("S", lines("501 5.7.0 Cancelled"))],
        {"prompt": ["Username:"], "outcome": ["cancelled"]}),
    "XOAUTH2 refused, the reason in JSON": (
        [auth("XOAUTH2", XOAUTH2), server('{"status":"401","schemes":"bearer","scope":"https://mail.example/"}'), client(""), FAILURE],
        {"username": ["ann@example.com"], "token": ["ya29.vF9dft4qmTc2"], "error": ["401"], "scope": ["https://mail.example/"],
         "outcome": ["failed"]}),
    "OAUTHBEARER refused, the reason in JSON, given up": (
        [auth("OAUTHBEARER", OAUTHBEARER), server('{"status":"invalid_token","scope":"smtp"}'), ("C", lines("*")), FAILURE],
        {"username": ["ann@example.com"], "authzid": ["ann@example.com"], "token": ["vF9dft4qmTc2"], "error": ["invalid_token"],
         "scope": ["smtp"], "outcome": ["failed"]}),
    "SCRAM refused": (
        [auth("SCRAM-SHA-256", "n,,n=user,r=abc"), server("e=unknown-user"), FAILURE],
        {"username": ["user"], "nonce": ["abc"], "error": ["unknown-user"], "outcome": ["failed"]}),
    "NTLM, cut off": (
        [auth("NTLM", ntlm(1)), server(ntlm(2)), client(ntlm(3, "EXAMPLE", "ann")[:-2]), FAILURE],
        {"realm": ["EXAMPLE"], "outcome": ["failed"], "syntax": 1}),
    "unknown mechanism": ([auth("X-NEW", "\0ann\0secret"), ("S", lines("504 5.5.4 No"))], {"outcome": ["failed"]}),

    # --- happy
    "PLAIN at once": (
        [auth("PLAIN", "bob\0ann\0secret"), SUCCESS],
        {"authzid": ["bob"], "username": ["ann"], "password": ["secret"], "outcome": ["succeeded"]}),
    "PLAIN when asked for": (
        [auth("PLAIN"), ("S", lines("334 ")), client("\0ann\0secret"), SUCCESS],
        {"username": ["ann"], "password": ["secret"], "outcome": ["succeeded"]}),
    "LOGIN": (
        [auth("LOGIN"), server("Username:"), client("ann"), server("Password:"), client("secret"), SUCCESS],
        {"prompt": ["Username:", "Password:"], "username": ["ann"], "password": ["secret"], "outcome": ["succeeded"]}),
    "LOGIN, the name at once": (
        [auth("LOGIN", "ann"), server("Password:"), client("secret"), SUCCESS],
        {"prompt": ["Password:"], "username": ["ann"], "password": ["secret"], "outcome": ["succeeded"]}),
    "LOGIN, the name at once, and asked for again": (
        [auth("LOGIN", "ann"), server("Username:"), client("ann"), server("Password:"), client("secret"), SUCCESS],
        {"prompt": ["Username:", "Password:"], "username": ["ann", "ann"], "password": ["secret"], "outcome": ["succeeded"]}),
    "LOGIN, the password asked for again": (
        [auth("LOGIN"), server("Username:"), client("ann"), server("Password:"), client("wrong"), server("Password:"), client("secret"),
         SUCCESS],
        {"prompt": ["Username:", "Password:", "Password:"], "username": ["ann"], "password": ["wrong", "secret"],
         "outcome": ["succeeded"]}),
    "LOGIN, challenges in plain text, the name asked for again": (
        [auth("LOGIN", "ann"), ("S", lines("334 Username:")), client("bob"), ("S", lines("334 Password:")), client("secret"), SUCCESS],
        {"prompt": ["Username:", "Password:"], "username": ["ann", "bob"], "password": ["secret"], "outcome": ["succeeded"]}),
    "LOGIN, the name sent before it is asked for": (
        [("C", auth("LOGIN")[1] + client("ann")[1]), server("Username:"), server("Password:"), client("secret"), SUCCESS],
        {"prompt": ["Username:", "Password:"], "username": ["ann"], "password": ["secret"], "outcome": ["succeeded"]}),
    "NTLM, with a challenge in plain text": (
        [auth("NTLM"), ("S", lines("334 ntlm supported")), client(ntlm(1)), FAILURE],
        {"prompt": ["ntlm supported"], "outcome": ["failed"]}),
    "CRAM-MD5": (  # RFC 2195, 2
        [auth("CRAM-MD5"), server("<1896.697170952@postoffice.reston.mci.net>"), client("tim b913a602c7eda7a495b4e6e7334d3890"),
         SUCCESS],
        {"nonce": ["<1896.697170952@postoffice.reston.mci.net>"], "username": ["tim"],
         "digest": ["b913a602c7eda7a495b4e6e7334d3890"], "outcome": ["succeeded"]}),
    "DIGEST-MD5": (  # RFC 2831, 4
        [auth("DIGEST-MD5"), server('realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8'),
         client(DIGEST), server("rspauth=ea40f60335c427b5527b84dbabcdfffd"), client(""), SUCCESS],
        {"realm": ["elwood.innosoft.com"] * 2, "nonce": ["OA6MG9tEQGm2hh", "OA6MG9tEQGm2hh", "OA6MHXh6VqTrRk"],
         "username": ["chris"], "digest": ["d388dad90d4bbd760a152321f2143af7", "ea40f60335c427b5527b84dbabcdfffd"],
         "outcome": ["succeeded"]}),
    "SCRAM-SHA-1": (  # RFC 5802, 5
        [auth("SCRAM-SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"), server(f"r={SCRAM_NONCE},s=QSXCR+Q6sek8bf92,i=4096"),
         client(f"c=biws,r={SCRAM_NONCE},p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="), server("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), client(""),
         SUCCESS],
        {"username": ["user"], "nonce": ["fyko+d2lbbFgONRv9qkxdawL", SCRAM_NONCE, SCRAM_NONCE],
         "digest": ["v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ="], "outcome": ["succeeded"]}),
    "SCRAM-SHA-512-PLUS": (
        [auth("SCRAM-SHA-512-PLUS", "p=tls-exporter,a=bo=2Cb,n=us=3Der,r=abc"), server("r=abcdef,s=QSXC,i=4096"),
         client("c=cD10,r=abcdef,p=v0X8"), server("v=rmF9"), client(""), SUCCESS],
        {"authzid": ["bo,b"], "username": ["us=er"], "nonce": ["abc", "abcdef", "abcdef"], "digest": ["v0X8", "rmF9"],
         "outcome": ["succeeded"]}),
    "XOAUTH2": (
        [auth("XOAUTH2", XOAUTH2), SUCCESS],
        {"username": ["ann@example.com"], "token": ["ya29.vF9dft4qmTc2"], "outcome": ["succeeded"]}),
    "OAUTHBEARER when asked for": (
        [auth("OAUTHBEARER"), ("S", lines("334 ")), client(OAUTHBEARER), SUCCESS],
        {"username": ["ann@example.com"], "authzid": ["ann@example.com"], "token": ["vF9dft4qmTc2"], "outcome": ["succeeded"]}),
    "EXTERNAL, nothing to say": ([auth("EXTERNAL", ""), SUCCESS], {"outcome": ["succeeded"]}),
    "EXTERNAL": ([auth("EXTERNAL", "fred@example.com"), SUCCESS], {"authzid": ["fred@example.com"], "outcome": ["succeeded"]}),
    "ANONYMOUS": ([auth("ANONYMOUS", "sirhc"), SUCCESS], {"trace": ["sirhc"], "outcome": ["succeeded"]}),
    "NTLM": (
        [auth("NTLM", ntlm(1)), server(ntlm(2)), client(ntlm(3, "EXAMPLE", "jörg")), SUCCESS],
        {"username": ["jörg"], "realm": ["EXAMPLE"], "outcome": ["succeeded"]}),
    "NTLM in a code page": (
        [auth("NTLM", ntlm(1)), server(ntlm(2)), client(ntlm(3, "EXAMPLE", "ann", flags=2)), SUCCESS],
        {"username": ["ann"], "realm": ["EXAMPLE"], "outcome": ["succeeded"]}),
    "NTLM of an old client": (
        [auth("NTLM", ntlm(1)), server(ntlm(2)), client(ntlm(3, "EXAMPLE", "ann", flags=None, header=52)), SUCCESS],
        {"username": ["ann"], "realm": ["EXAMPLE"], "outcome": ["succeeded"]}),
    "NTLM of nobody": (
        [auth("NTLM", ntlm(1)), server(ntlm(2)), client(ntlm(3)), SUCCESS], {"outcome": ["succeeded"]}),
    "NTLM within GSS-SPNEGO's name": (
        [auth("GSS-SPNEGO", ntlm(1)), server(ntlm(2)), client(ntlm(3, "EXAMPLE", "ann")), SUCCESS],
        {"username": ["ann"], "realm": ["EXAMPLE"], "outcome": ["succeeded"]}),

    # --- several
    "two attempts": (
        [auth("PLAIN", "\0ann\0wrong"), FAILURE, auth("LOGIN"), server("Username:"), client("ann"), server("Password:"),
         client("secret"), SUCCESS],
        {"username": ["ann", "ann"], "password": ["wrong", "secret"], "prompt": ["Username:", "Password:"],
         "outcome": ["failed", "succeeded"]}),
    "two attempts in one packet": (
        [("C", auth("PLAIN", "\0ann\0wrong")[1] + auth("PLAIN", "\0bob\0secret")[1]), ("S", FAILURE[1] + SUCCESS[1])],
        {"username": ["ann", "bob"], "password": ["wrong", "secret"], "outcome": ["failed", "succeeded"]}),
}


def shown(tshark, path, **common):
    fields = [f"esmtp.auth.{name}" for name in NAMES]
    found = {}
    for frame in tshark.fields(path, *fields, **common).values():
        for field, values in frame.items():
            found.setdefault(field.removeprefix("esmtp.auth."), []).extend(values)
    return found


@pytest.mark.parametrize("script, expected", CASES.values(), ids=CASES)
@pytest.mark.thorough
def test_exchange(tshark, capture, script, expected):
    path = capture(dialogue(Connection(), OPENING + script))
    complaints = expected.get("syntax", 0)
    expected = {name: values for name, values in expected.items() if name != "syntax"}
    assert shown(tshark, path) == expected
    assert tshark.count(path, "esmtp.expert.syntax") == complaints
    # Octet by octet the same.
    assert shown(tshark, capture(dialogue(Connection(), OPENING + script, 1))) == expected


@pytest.mark.parametrize("script, expected", CASES.values(), ids=CASES)
def test_nothing_of_it_is_in_the_packet_list(tshark, capture, script, expected):
    path = capture(dialogue(Connection(), OPENING + script))
    rows = tshark.info_column(path, only="esmtp").values()
    secrets = {value for name in NAMES[:8] for value in expected.get(name, [])}
    secrets |= {word.decode() for side, said in script for line in said.splitlines() for word in line.split()[1 if side == "S" else 2:]
                if side == "C" or line.startswith(b"334")}
    assert [row for row in rows for secret in secrets if len(secret) > 3 and secret in row] == []


@pytest.mark.thorough
def test_messages_are_shown_as_they_were_sent_and_not_decoded_where_that_is_not_wanted(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + CASES["LOGIN"][0]))
    for decoded, names in (("TRUE", {"prompt", "username", "password", "outcome"}), ("FALSE", {"outcome"})):
        preferences = {"esmtp.decode_auth": decoded}
        assert tshark.values(path, "esmtp.auth.message", preferences=preferences) == [
            "VXNlcm5hbWU6", "YW5u", "UGFzc3dvcmQ6", "c2VjcmV0"]
        assert set(shown(tshark, path, preferences=preferences)) == names


@pytest.mark.thorough
def test_user_of_ntlm_from_a_real_client(tshark):
    """The names are those that the server wrote into its log; the messages are still NTLMSSP's."""
    path = places.SAMPLES / "postfix-auth-ntlm.pcapng"
    assert shown(tshark, path) == {"username": ["ann"] * 2, "realm": ["MX.EXAMPLE.ORG"] * 2,
                                  "outcome": ["succeeded", "failed", "cancelled"]}
    assert tshark.values(path, "ntlmssp.auth.username") == ["ann"] * 2
    assert tshark.values(path, "esmtp.transaction.auth_username") == ["ann"]
