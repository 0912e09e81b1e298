"""Where the tree is made for a filter or for -e alone, only what these name is drawn: it has to be the same as in a whole tree.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json

import pytest

import places
from packets import Connection, dialogue, lines

SAMPLES = places.captures_in(places.SAMPLES)
SAMPLE = places.SAMPLES / "courier-exdata.pcapng"
GROUPS = 6  # of fields, so that none is named beside its neighbours


@pytest.fixture(scope="session")
def fields(tshark):
    """The names of all our fields, but for the expert infos, which ask for everything."""
    rows = [row.split("\t") for row in tshark.describe("fields").splitlines()]
    return [row[2] for row in rows if row[0] == "F" and row[2].startswith("esmtp.") and not row[2].startswith("esmtp.expert")]


def named(tshark, capture, names, *further):
    """What -e of the names gives, frame by frame."""
    words = [word for name in (*names, *further) for word in ("-e", name)]
    found = [packet["_source"]["layers"] for packet in json.loads(tshark.run(capture, "-T", "json", "-e", "frame.number", *words))]
    return [{name: layer[name] for name in ("frame.number", *names) if name in layer} for layer in found]


@pytest.mark.parametrize("number, capture", list(enumerate(SAMPLES)), ids=[path.name for path in SAMPLES])
def test_fields_named_alone_are_those_of_the_whole_tree(tshark, fields, number, capture):
    """-e _ws.expert asks for the whole tree."""
    group = fields[number % GROUPS::GROUPS]
    alone = named(tshark, capture, group)
    assert alone == named(tshark, capture, group, "_ws.expert")
    assert any(len(frame) > 1 for frame in alone)


GLUED = ["-oesmtp.decode_auth:true", "-Yesmtp", "-zesmtp,tree", "-oesmtp.decode_auth:TRUE", "-ntad"]


@pytest.mark.parametrize("option", GLUED)
@pytest.mark.parametrize("how", [("-V",), ("-O", "esmtp"), ("-O", "esmtp", "-x"), ("-PV",)], ids=" ".join)
def test_details_whatever_option_stands_in_front(tshark, option, how):
    assert tshark.run(SAMPLE, option, *how).count("    Verb: ") == tshark.tree(SAMPLE).count("    Verb: ") > 10


@pytest.mark.parametrize("option", GLUED)
def test_a_field_whatever_option_stands_in_front(tshark, option):
    def verbs(*options):
        text = tshark.run(SAMPLE, *options, "-T", "fields", "-e", "esmtp.command.verb")
        return [line for line in text.splitlines() if line.isalpha() and line.isupper()]

    assert verbs(option) == verbs() != []


@pytest.mark.parametrize("words", [("-eesmtp.command.verb", "-Tfields"), ("-ne", "esmtp.command.verb", "-T", "fields"),
                                   ("-T", "fields", "-2e", "esmtp.command.verb")], ids=" ".join)
def test_a_field_however_it_is_written(tshark, words):
    assert tshark.run(SAMPLE, *words).split() == tshark.run(SAMPLE, "-T", "fields", "-e", "esmtp.command.verb").split() != []


def test_details_column(tshark):
    """4.6 has columns that show a field in words."""
    if tshark.release < (4, 6):
        pytest.skip("this release has no such columns")
    columns = {"gui.column.format": '"Verb","%Cus:esmtp.command.verb:0:D","Capability","%Cus:esmtp.capability:0:D"'}
    text = tshark.run(SAMPLE, preferences=columns, only="esmtp")
    assert "MAIL — begins a mail transaction (RFC 5321, 4.1.1.2)" in text
    assert "PIPELINING — commands without waiting for replies (RFC 2920)" in text
    assert "no extension that is registered" not in text


NOTEWORTHY = [("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")),
              ("S", lines("250-mx.example.org", "250 SIZE 1000")),
              ("C", lines("MAIL FROM:<ann@example.org> SIZE=2000")), ("S", lines("999 what"))]


@pytest.mark.parametrize("only", [None, "tcp", "esmtp", "_ws.expert"])
def test_expert_column(tshark, capture, only):
    """It has the severity, whatever the filter names."""
    path = capture(dialogue(Connection(), NOTEWORTHY))
    column = {"gui.column.format": '"Number","%m","Severity","%a"'}
    rows = [row.split() for row in tshark.run(path, preferences=column, only=only).splitlines()]
    mail, reply = [row for row in rows if int(row[0]) in tshark.frames(path, "esmtp.expert.size_exceeded || esmtp.reply.code == 999")]
    assert (mail[1], reply[1]) == ("Note", "Warning")
