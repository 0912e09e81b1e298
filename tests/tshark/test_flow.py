"""The flow graph: `-z flow,esmtp,standard`, an arrow a command or reply.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

import places
from dialogues import CHUNKS, DIALOGUE, MAIL
from packets import CLIENT, Connection, dialogue, lines

SAMPLES = places.captures_in(places.SAMPLES)

ARROWS = [
    ("S", "220-mx.example.net ESMTP (2 lines)"),
    ("C", "EHLO client.example.org"),
    ("S", "250-mx.example.net Hello (5 lines)"),
    ("C", "AUTH LOGIN"),
    ("S", "334 AUTH challenge"),
    ("C", "AUTH response"),
    ("S", "334 AUTH challenge"),
    ("C", "AUTH response"),
    ("S", "235 2.7.0 Welcome"),
    ("C", "MAIL FROM:<ann@example.org> SIZE=100"),
    ("C", "RCPT TO:<bob@example.net>"),
    ("C", "RCPT TO:<nobody@example.net>"),
    ("C", "DATA"),
    ("S", "250 2.1.0 Ok"),
    ("S", "250 2.1.5 Ok"),
    ("S", "550-5.1.1 No such (2 lines)"),
    ("S", "354 Go ahead"),
    ("C", f"Message, {len(MAIL)} octets"),
    ("S", "250 2.0.0 Ok: queued as 1234567"),
    ("C", "MAIL FROM:<>"),
    ("C", "RCPT TO:<bob@example.net>"),
    ("C", f"BDAT {len(CHUNKS[0])}"),
    ("C", f"BDAT {len(CHUNKS[1])} LAST"),
    ("C", f"Message, {len(CHUNKS[0] + CHUNKS[1])} octets"),
    ("S", "250 2.1.0 Ok"),
    ("S", "250 2.1.5 Ok"),
    ("S", "250 2.0.0 Octets received"),
    ("S", "250 2.0.0 Ok: queued as 89ABCDE"),
    ("C", "QUIT"),
    ("S", "221 2.0.0 Bye"),
]


def flow(tshark, path, addresses="standard", **common):
    return tshark.run(path, "-q", "-z", f"flow,esmtp,{addresses}", **common)


def arrows(text):
    """[("C" or "S", the comment beside the arrow)]. Of an arrow's two lines the second has the arrow, with a port at each
    end; the first node is the one that spoke first, the server."""
    pairs = re.findall(r"SMTP: (.*)\n.*\(\d+\) +(-+>|<-+) +\(\d+\)", text)
    return [("S" if arrow.endswith(">") else "C", comment) for comment, arrow in pairs]


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("size", [3, 1460])
def test_an_arrow_a_command_or_reply(tshark, capture, size, two_pass):
    assert arrows(flow(tshark, capture(dialogue(Connection(), DIALOGUE, size)), two_pass=two_pass)) == ARROWS


def test_addresses_of_the_network_layer(tshark, capture):
    assert arrows(flow(tshark, capture(dialogue(Connection(), DIALOGUE)), "network")) == ARROWS


def test_a_label_stands_on_its_arrow(tshark, capture):
    text = flow(tshark, capture(dialogue(Connection(), DIALOGUE)))
    assert re.search(r"\|0\.\d{6} +\| +EHLO client\.example\S* +\|SMTP: EHLO client.example.org", text)
    assert re.search(r"\(25\) +<-+ +\(40000\)", text)


def test_a_filter_chooses(tshark, capture):
    path = capture(dialogue(Connection(), DIALOGUE), dialogue(Connection(client=(CLIENT[0], 40001)), DIALOGUE[:2]))
    assert arrows(flow(tshark, path, "standard,tcp.stream==1")) == ARROWS[:2]


def test_connections_are_told_apart(tshark, capture):
    path = capture(dialogue(Connection(), DIALOGUE[:2]), dialogue(Connection(client=(CLIENT[0], 40001)), DIALOGUE[:2]))
    assert re.findall(r"^(\d+) +\|", flow(tshark, path), re.MULTILINE) == ["0", "0", "1", "1"]


def test_a_line_is_cut_and_control_characters_are_no_danger(tshark, capture):
    script = [("S", lines("220 mx\x1b[2J")), ("C", lines("NOOP " + "x" * 3000))]
    (_, greeting), (_, noop) = arrows(flow(tshark, capture(dialogue(Connection(), script))))
    assert greeting == "220 mx\\033[2J"
    assert noop == "NOOP " + "x" * 251


SECRETS = ["AGFubgBzM2NyZXQ=", "s3cret"]


@pytest.mark.parametrize("command, label", [
    ("AUTH PLAIN AGFubgBzM2NyZXQ=", "AUTH PLAIN \u2026"),
    ("auth plain AGFubgBzM2NyZXQ=", "AUTH PLAIN \u2026"),
    ("AUTH XOAUTH2 AGFubgBzM2NyZXQ=", "AUTH XOAUTH2 \u2026"),
])
def test_no_secret_stands_on_an_arrow(tshark, capture, command, label):
    path = capture(dialogue(Connection(), [*DIALOGUE[:3], ("C", lines(command)), ("S", lines("235 Ok"))]))
    text = flow(tshark, path)
    assert arrows(text)[3] == ("C", label)
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize("path", SAMPLES, ids=places.name_of)
def test_as_many_arrows_as_there_are_commands_replies_and_mails(tshark, path):
    fields = ("esmtp.command", "esmtp.reply", "esmtp.message.size")
    expected = sum(len(values) for frame in tshark.fields(path, *fields).values() for values in frame.values())
    assert len([label for _, label in arrows(flow(tshark, path)) if label not in ("AUTH response", "*")]) == expected
