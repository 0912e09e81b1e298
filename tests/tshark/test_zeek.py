"""The mail log as Zeek's smtp.log, -z esmtp,mails,zeek: read by the header lines that it has, as readers of Zeek's logs do.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import csv
import re

import pytest

import places
from packets import Connection, dialogue, lines
from tshark import TsharkError

FIELDS = ("ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth helo mailfrom rcptto date from to cc reply_to msg_id in_reply_to subject "
          "x_originating_ip first_received second_received last_reply path user_agent tls fuids").split()
READERS = {"count": int, "port": int, "time": float, "bool": {"T": True, "F": False}.__getitem__}


def unescaped(word):
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), word)


def read(text):
    """The records, by what the header says."""
    rows = text.splitlines()
    header = dict(row[1:].split(" " if row.startswith("#separator") else "\t", 1) for row in rows if row.startswith("#"))
    separator = unescaped(header["separator"])
    names, types = header["fields"].split(separator), header["types"].split(separator)
    assert list(header) == ["separator", "set_separator", "empty_field", "unset_field", "path", "open", "fields", "types", "close"]
    assert names == FIELDS and len(types) == len(names) and header["path"] == "smtp" and rows[-1].startswith("#close")
    assert re.fullmatch(r"(\d+-){5}\d+", header["open"])
    found = csv.reader((row for row in rows if not row.startswith("#")), delimiter=separator, quoting=csv.QUOTE_NONE)
    return [{name: value_of(word, kind, header) for name, word, kind in zip(names, row, types, strict=True)} for row in found]


def value_of(word, kind, header):
    if word == header["unset_field"]:
        return None
    if kind.startswith(("set[", "vector[")):
        return [] if word == header["empty_field"] else [unescaped(item) for item in word.split(header["set_separator"])]
    return "" if word == header["empty_field"] else READERS.get(kind, unescaped)(word)


def records(tshark, capture):
    return read(tshark.run(capture, "-q", "-z", "esmtp,mails,zeek"))


OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")), ("S", lines("250 mx.example.net"))]
ENVELOPE = [("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<bob@example.net>")), ("S", lines("250 Ok"))]
TWICE = [("C", lines("RCPT TO:<bob@example.net>")), ("S", lines("250 Ok")), ("C", lines('RCPT TO:<"c,d"@example.net>')), ("S", lines("250 Ok"))]
HEADER = lines("Received: from b [192.0.2.9] by c ([192.0.2.7]);", " today", "Received: from a ([IPv6:2001:db8::1]) by b", "Received: by a",
               'From: "Ann, A." <ann@example.org>', 'To: "Bob, B." <bob@example.net>, carol@example.net', "Cc: -", "Reply-To: -", "Subject:",
               "X-Originating-IP: [203.0.113.5]", "Date: \x1bnow\\", "")
DATA = [("C", lines("DATA")), ("S", lines("354 Go")), ("C", HEADER + lines(".")), ("S", lines("250 2.0.0 Ok: queued as 1234567"))]
REFUSED = [("C", lines("MAIL FROM:<>")), ("S", lines("550 5.7.1 No"))]


def test_values(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + REFUSED + ENVELOPE + TWICE + DATA + ENVELOPE))
    refused, mail, last = records(tshark, path)
    assert re.fullmatch(r"C[0-9A-Za-z]{17}", mail["uid"]) and mail["uid"] == refused["uid"]
    assert (mail["id.orig_h"], mail["id.orig_p"], mail["id.resp_h"], mail["id.resp_p"]) == ("192.0.2.1", 40000, "198.51.100.25", 25)
    assert [found["trans_depth"] for found in (refused, mail, last)] == [1, 1, 2]
    assert (refused["mailfrom"], refused["rcptto"], refused["last_reply"]) == (None, None, "550 5.7.1 No")
    assert mail["rcptto"] == ["bob@example.net", '"c,d"@example.net'] and mail["helo"] == "client.example.org"
    assert (mail["from"], mail["to"]) == ('"Ann, A." <ann@example.org>', ['"Bob, B." <bob@example.net>', "carol@example.net"])
    assert (mail["cc"], mail["reply_to"], mail["subject"], mail["msg_id"]) == (["-"], "-", "", None)
    assert (mail["date"], mail["x_originating_ip"]) == ("\x1bnow\\", "203.0.113.5")
    assert (mail["first_received"], mail["second_received"]) == ("by a", "from a ([IPv6:2001:db8::1]) by b")
    assert mail["path"] == ["198.51.100.25", "192.0.2.1", "192.0.2.7", "2001:db8::1"]
    assert (mail["last_reply"], mail["tls"], mail["fuids"]) == ("250 2.0.0 Ok: queued as 1234567", False, [])
    assert mail["ts"] == pytest.approx(1_700_000_000.008, abs=1e-4)
    assert last["last_reply"] is None


def test_nothing(tshark, capture):
    assert records(tshark, capture(dialogue(Connection(), OPENING))) == []


def test_no_log_of_connections(tshark, capture):
    with pytest.raises(TsharkError, match="no such format"):
        tshark.run(capture(dialogue(Connection(), OPENING)), "-q", "-z", "esmtp,connections,zeek")


@pytest.mark.thorough
def test_sample_under_tls(tshark):
    (mail,) = records(tshark, places.SAMPLES / "dovecot-submission-starttls.pcapng")
    assert mail["tls"] is True


# What Zeek wrote of a capture that its own tests use, without the columns that are another's here.
ZEEK = {"id.orig_h": "10.10.1.4", "id.orig_p": 1470, "id.resp_h": "74.53.140.153", "id.resp_p": 25, "trans_depth": 1, "helo": "GP",
        "mailfrom": "gurpartap@patriots.in", "rcptto": ["raj_deol2002in@yahoo.co.in"], "date": "Mon, 5 Oct 2009 11:36:07 +0530",
        "from": '"Gurpartap Singh" <gurpartap@patriots.in>', "to": ["<raj_deol2002in@yahoo.co.in>"], "cc": None, "reply_to": None,
        "msg_id": "<000301ca4581$ef9e57f0$cedb07d0$@in>", "in_reply_to": None, "subject": "SMTP", "x_originating_ip": None,
        "first_received": None, "second_received": None, "last_reply": "250 OK id=1Mugho-0003Dg-Un", "path": ["74.53.140.153", "10.10.1.4"],
        "user_agent": "Microsoft Office Outlook 12.0", "tls": False}


def test_as_zeek(tshark):
    path = places.CORPUS / "zeek-smtp.pcap" if places.CORPUS else None
    if not path or not path.exists():
        pytest.skip("ESMTP_CORPUS has not the capture")
    assert {name: value for name, value in records(tshark, path)[0].items() if name in ZEEK} == ZEEK
