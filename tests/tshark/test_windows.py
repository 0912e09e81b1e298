"""The tables that Wireshark shows under Statistics, as tshark prints them.

tshark ends a row at the first number that is not known; Wireshark leaves it empty.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import places
from packets import Connection, dialogue, lines

OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")), ("S", lines("250 mx.example.net"))]
SAMPLE = places.SAMPLES / "postfix-relay-pipelined.pcapng"


def mail(sender="ann@example.org"):
    return [("C", lines(f"MAIL FROM:<{sender}>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<bob@example.net>")),
            ("S", lines("250 Ok")), ("C", lines("DATA")), ("S", lines("354 Go ahead")), ("C", lines("Subject: x", "", "y", ".")),
            ("S", lines("250 2.0.0 Ok: queued as 1234567"))]


def rows(tshark, path, which, **common):
    """The cells of each row, without the column titles."""
    found = [[cell.strip() for cell in line.split(" |")[:-1]] for line in
             tshark.run(path, "-q", "-z", f"esmtp,window,{which}", **common).splitlines() if line.endswith("|")]
    assert found[0][0] == "Packet"
    return found[1:]


def test_mails(tshark):
    assert [row[0] for row in rows(tshark, SAMPLE, "mails")] == ["12", "20", "28", "36"]
    assert rows(tshark, SAMPLE, "mails")[0] == [
        "12", "2026-11-22 14:33:40.944", "0", "ann@example.com → bob@example.org (+1, 1 refused)", "344", "accepted", "250", "2.0.0", "",
        "E9643651", "Note 1"]
    assert rows(tshark, SAMPLE, "mails")[1] == ["20", "2026-11-22 14:33:41.079", "0", "ann@example.com → dave@example.org"]


def test_filter(tshark):
    assert [row[0] for row in rows(tshark, SAMPLE, "mails,frame.number > 30")] == ["36"]


def test_a_connection_has_one_row_that_is_brought_up_to_date(tshark, capture):
    first, second = Connection(), Connection(client=("192.0.2.7", 40001))
    dialogue(first, OPENING + mail() + mail())
    dialogue(second, [("S", lines("554 5.7.1 Go away"))])
    path = capture(first, second)
    for two_pass in (False, True):
        found = rows(tshark, path, "connections", two_pass=two_pass)
        assert [(row[2], row[6], row[7]) for row in found] == [("0", "2", "none"), ("1", "0", "none")]
        assert found[1][-2:] == ["554", "Go away"]


def test_text_that_would_hide_what_it_is(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + mail(sender="a\u202e@example.org")))
    row, = rows(tshark, path, "mails")
    assert row[3].startswith("a\\u{202e}@example.org → ")


def test_nothing(tshark, capture):
    assert rows(tshark, capture(dialogue(Connection(), OPENING)), "mails") == []
