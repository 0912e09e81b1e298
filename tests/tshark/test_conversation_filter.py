"""Analyze, Conversation Filter, SMTP mail: the packets of the mail that the chosen packet is of.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from pathlib import Path

import pytest

import places
from packets import Connection, dialogue, lines
from tshark import Tshark

OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")), ("S", lines("250 mx.example.net"))]
REFUSED = [("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("550 5.7.1 No"))]
GIVEN_UP = [("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("250 Ok")), ("C", lines("RSET")), ("S", lines("250 Ok"))]
SENT = [("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<bob@example.net>")),
        ("S", lines("250 Ok")), ("C", lines("DATA")), ("S", lines("354 Go ahead")), ("C", lines("Subject: x", "", "y", ".")),
        ("S", lines("250 2.0.0 Ok: queued as 1234567"))]
CUT_OFF = SENT[:3]


@pytest.fixture(scope="module")
def with_filters():
    """tshark that shows which filters the window would offer."""
    with Tshark(places.PLUGIN) as tshark:
        tshark.sandbox.add_plugin(Path(__file__).with_name("filters_shown.c"))
        yield tshark


def filters(tshark, path, two_pass=False):
    """The filter that each packet is offered, by its number. It is made of the packet whose whole tree is drawn."""
    layers = [packet["_source"]["layers"] for packet in tshark.json(path, two_pass=two_pass)]
    offered = {int(found["frame"]["frame.number"]): found for found in layers if "filters_shown.name" in found}
    assert all(found["filters_shown.name"] == "SMTP mail" for found in offered.values())
    return {number: found["filters_shown.filter"] for number, found in offered.items()}


@pytest.mark.parametrize("two_pass", [False, True])
def test_each_packet_of_a_mail_has_the_same(with_filters, capture, two_pass):
    path = capture(dialogue(Connection(client=("192.0.2.9", 40009)), OPENING),
                   dialogue(Connection(), OPENING + REFUSED + GIVEN_UP + SENT + [("C", lines("QUIT")), ("S", lines("221 Bye"))]))
    stream, = with_filters.values(path, "tcp.stream", only='esmtp.command.verb == "RSET"')
    begin, = with_filters.frames(path, "esmtp.reply.code == 550")
    offered = filters(with_filters, path, two_pass)
    mails = [(begin - 1, begin), (begin + 1, begin + 4), (begin + 5, begin + 12)]
    if not two_pass: # what ends a mail is known from then on
        offered = {number: shown for number, shown in offered.items() if number in (end for _, end in mails)}
    assert offered == {number: f"tcp.stream eq {stream} and frame.number ge {first} and frame.number le {last}"
                       for first, last in mails for number in range(first, last + 1) if two_pass or number == last}


def test_the_filter_of_a_mail_shows_it(with_filters, capture):
    path = capture(dialogue(Connection(), OPENING + SENT + SENT))
    shown = filters(with_filters, path, two_pass=True)
    for chosen in set(shown.values()):
        assert set(with_filters.frames(path, chosen)) == {number for number, offered in shown.items() if offered == chosen}


def test_a_mail_that_the_capture_cuts_off(with_filters, capture):
    shown = filters(with_filters, capture(dialogue(Connection(), OPENING + CUT_OFF)), two_pass=True)
    first = min(shown)
    assert shown == {number: f"tcp.stream eq 0 and frame.number ge {first}" for number in range(first, first + 3)}


def test_what_is_of_no_mail(with_filters, capture):
    assert not filters(with_filters, capture(dialogue(Connection(), OPENING + [("C", lines("NOOP")), ("S", lines("250 Ok"))])))
