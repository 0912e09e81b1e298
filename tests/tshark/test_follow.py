"""A connection as readable text: `-z follow,esmtp,MODE,N`, both sides told apart, plain and decrypted in one window.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

import evidence
import places
from dialogues import DIALOGUE
from packets import CLIENT, SERVER, Connection, dialogue, lines
from tshark import TsharkError

# Samples by how they are protected.
PLAIN = ["postfix-auth-plain", "postfix-bdat-chunks", "postfix-relay-pipelined", "postfix-ipv6", "postfix-large-mail",
         "seed-c-telnet", "dovecot-lmtp", "postfix-proxy-protocol"]
STARTTLS = ["postfix-relay-starttls", "postfix-starttls-submission", "postfix-starttls-tls12", "exim-starttls",
            "dovecot-submission-starttls", "sendmail-starttls", "seed-a-gmail-starttls"]
IMPLICIT_TLS = ["postfix-smtps-openssl", "dovecot-submissions-curl", "opensmtpd-smtps-curl", "seed-e-implicit-tls"]

MARK = {False: "C", True: "S"}


def sample(name):
    return places.SAMPLES / f"{name}.pcapng"


def follow(tshark, path, mode, stream=0, protocol="esmtp", **common):
    return tshark.run(path, "-q", "-z", f"follow,{protocol},{mode},{stream}", **common)


def body(text):
    """The window's text without what tells which stream it is."""
    return text.partition("Node 1: ")[2].partition("\n")[2]


def said(tshark, path, **common):
    """What was said: [("C" or "S", octets)], what one side said in a row joined."""
    turns = []
    for line in body(follow(tshark, path, "raw", **common)).splitlines():
        if not re.fullmatch(r"\t?[0-9a-f]+", line):
            continue
        side = MARK[line.startswith("\t")]
        if turns and turns[-1][0] == side:
            turns[-1] = (side, turns[-1][1] + bytes.fromhex(line.strip()))
        else:
            turns.append((side, bytes.fromhex(line.strip())))
    return turns


def of_side(side, turns):
    return b"".join(octets for who, octets in turns if who == side)


def nodes(tshark, path, **common):
    return re.findall(r"^Node \d: (.*)$", follow(tshark, path, "ascii", **common), re.MULTILINE)


# --- the samples -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["ascii", "hex", "raw", "ebcdic", "yaml"])
@pytest.mark.parametrize("name", PLAIN)
def test_plain_text_reads_as_it_does_with_tcp(tshark, name, mode):
    """In TCP's own window the SYN tells who is who."""
    path = sample(name)
    ours, tcp = (follow(tshark, path, mode, protocol=protocol) for protocol in ("esmtp", "tcp"))
    assert ours.replace("Follow: esmtp,", "Follow: tcp,") == tcp


def plain_part(octets):
    """What stands before the first record of TLS: a handshake."""
    return re.split(rb"\x16\x03[\x00-\x04]", octets, maxsplit=1)[0]


def sides_by_codes(turns):
    """Wireshark's window for TLS takes whoever speaks first for the client: here who replies is the server."""
    server = next(side for side, octets in turns if re.match(rb"\d{3}[ -]", octets))
    return [("S" if side == server else "C", octets) for side, octets in turns]


@pytest.mark.parametrize("name", STARTTLS + IMPLICIT_TLS)
@pytest.mark.thorough
def test_what_came_before_tls_and_what_came_in_it(tshark, name):
    ours, tcp, tls = (said(tshark, sample(name), protocol=protocol) for protocol in ("esmtp", "tcp", "tls"))
    tls = sides_by_codes(tls)
    for side in "CS":
        assert of_side(side, ours) == plain_part(of_side(side, tcp)) + of_side(side, tls)
    assert (b"STARTTLS\r\n" in of_side("C", ours)) == (name in STARTTLS)
    assert ours[0][0] == "S" and ours[0][1].startswith(b"220")
    assert [side for side, _ in ours] == ["S", "C"] * (len(ours) // 2) + ["S"] * (len(ours) % 2)


@pytest.mark.parametrize("name", [name for name in STARTTLS + IMPLICIT_TLS + PLAIN if "bdat" not in name])
def test_the_first_mail_is_in_it(tshark, name):
    mail = evidence.content(sample(name), evidence.mails(sample(name))[0])
    text = of_side("C", said(tshark, sample(name)))
    assert mail in text or re.sub(rb"^\.", b"..", mail, flags=re.MULTILINE) in text


@pytest.mark.thorough
def test_nodes_are_client_and_server(tshark):
    assert nodes(tshark, sample("postfix-relay-starttls"))[1] == "198.51.100.25:25"
    assert nodes(tshark, sample("seed-e-implicit-tls"))[1].endswith(":465")
    assert nodes(tshark, sample("postfix-ipv6"))[1] == "[2001:db8:2::25]:25"


# --- made sessions ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("size", [1, 7, 1460])
def test_all_that_was_said(tshark, capture, size, two_pass):
    path = capture(dialogue(Connection(), DIALOGUE, size))
    assert said(tshark, path, two_pass=two_pass) == DIALOGUE
    assert nodes(tshark, path) == ["192.0.2.1:40000", "198.51.100.25:25"]


def test_by_addresses(tshark, capture):
    path = capture(dialogue(Connection(client=(CLIENT[0], 40001)), DIALOGUE), dialogue(Connection(), DIALOGUE[:3]))
    for ends in ("192.0.2.1:40000,198.51.100.25:25", "198.51.100.25:25,192.0.2.1:40000"):
        assert said(tshark, path, stream=ends) == DIALOGUE[:3]


def test_one_stream_of_several(tshark, capture):
    path = capture(dialogue(Connection(client=(CLIENT[0], 40001)), DIALOGUE), dialogue(Connection(), DIALOGUE[:3]))
    assert said(tshark, path, stream=1) == DIALOGUE[:3]


def test_retransmitted_segments_are_said_once(tshark, capture):
    connection = dialogue(Connection(), DIALOGUE, 20)
    assert said(tshark, capture([segment for segment in connection.segments for _ in range(2)])) == DIALOGUE


def test_a_segment_that_repeats_the_end_of_the_one_before_it(tshark, capture):
    """TCP withholds such a segment unless it is told to put segments in order."""
    connection = Connection()
    connection.server(lines("220 mx"))
    first, = connection.client(b"EHLO exam")
    second, = connection.client(b"ple.org\r\n")
    second.sequence -= 4
    second.payload = b"exam" + second.payload
    connection.server(lines("250 mx"))
    found = said(tshark, capture(connection), preferences={"tcp.reassemble_out_of_order": "TRUE"})
    assert found == [("S", lines("220 mx")), ("C", lines("EHLO example.org")), ("S", lines("250 mx"))]


def test_segments_in_wrong_order(tshark, capture):
    connection = dialogue(Connection(), DIALOGUE[:3], 10)
    at = len(connection.segments) - 4
    connection.segments[at], connection.segments[at + 1] = connection.segments[at + 1], connection.segments[at]
    found = said(tshark, capture(connection), preferences={"tcp.reassemble_out_of_order": "TRUE"})
    assert found == DIALOGUE[:3]


def test_what_was_not_captured_is_shown(tshark, capture):
    connection = dialogue(Connection(), DIALOGUE[:1])
    connection.lost(True, 30)
    dialogue(connection, [("C", lines("NOOP")), ("S", lines("250 Ok")), ("C", lines("QUIT")), ("S", lines("221 Bye"))])
    assert said(tshark, capture(connection))[1:] == [
        ("C", b"[30 bytes missing in capture file]NOOP\r\n"), ("S", lines("250 Ok")), ("C", lines("QUIT")),
        ("S", lines("221 Bye"))]


def test_what_a_snap_length_cut_off_is_shown(tshark, capture):
    connection = dialogue(Connection(), DIALOGUE[:2])
    connection.segments[-1].captured = 40 + 10
    dialogue(connection, [("S", lines("250 Ok"))])
    missing = len(DIALOGUE[1][1]) - 10
    assert said(tshark, capture(connection))[1:] == [
        ("C", DIALOGUE[1][1][:10] + f"[{missing} bytes missing in capture file]".encode()), ("S", lines("250 Ok"))]


# The server has the higher port, no SYN tells who is who, and the first line comes in pieces.
@pytest.mark.parametrize("first", [0, 1], ids=["the server speaks first", "the client speaks first"])
@pytest.mark.parametrize("size", [1, 2, 1460])
@pytest.mark.parametrize("two_pass", [False, True])
def test_who_is_who_shows_in_what_is_said(tshark, capture, size, first, two_pass):
    connection = Connection(client=(CLIENT[0], 2000), server=(SERVER[0], 40000), handshake=False)
    path = capture(dialogue(connection, DIALOGUE[first:], size))
    options = ["-d", "tcp.port==40000,esmtp", "-d", "tcp.port==2000,esmtp"]
    assert said(tshark, path, options=options, two_pass=two_pass) == DIALOGUE[first:]
    assert nodes(tshark, path, options=options, two_pass=two_pass) == ["192.0.2.1:2000", "198.51.100.25:40000"]


def test_nobody_changes_sides_where_atrn_turns_the_session_round(tshark, capture):
    script = DIALOGUE[:3] + [("C", lines("ATRN example.org")), ("S", lines("250 Ok")), ("C", lines("220 client")),
                             ("S", lines("EHLO mx")), ("C", lines("250 Ok"))]
    assert said(tshark, capture(dialogue(Connection(), script, 3))) == script


@pytest.mark.parametrize("stream, named", [("3", "tcp.stream eq 3"), ("192.0.2.1:1,192.0.2.2:2", "ip.src eq 192.0.2.1 ")])
def test_a_stream_that_is_not_there(tshark, stream, named):
    """An error that names it, and an exit status; the other statistics are written all the same."""
    with pytest.raises(TsharkError, match="exit code 2") as failure:
        tshark.run(sample("postfix-relay-pipelined"), "-q", "-z", "esmtp,mails", "-z", f"follow,esmtp,ascii,{stream}",
                   "-z", "follow,esmtp,ascii,0")
    complaints = [line for line in str(failure.value).splitlines() if line.startswith("tshark: -z follow,esmtp")]
    assert len(complaints) == 1 and named in complaints[0]
    assert "4 mails: 2 accepted, 1 deferred" in failure.value.output and "EHLO relay.example.com" in failure.value.output
