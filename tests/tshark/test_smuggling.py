"""Mails smuggled behind what a server takes for the end of the data: where it does, and where it does not.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

import evidence
import mail_log
import places
from packets import START, Connection, dialogue, lines
from test_export import exported

FINDING = "esmtp.expert.smuggling"
OPENED = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")),
          ("S", lines("250-mx.example.net", "250 PIPELINING")),
          ("C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")),
          ("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead"))]
FIRST = lines("Subject: first", "", "..text")
SECOND = lines("Subject: second", "", "text")
BEHIND = lines("MAIL FROM:<e@example.org>", "RCPT TO:<b@example.net>", "DATA") + SECOND
QUIT = [("C", lines("QUIT")), ("S", lines("221 2.0.0 Bye"))]
REPLIES = [lines(text) for text in ("250 2.0.0 Ok: queued as A1", "250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead",
                                    "250 2.0.0 Ok: queued as B2")]
PASSES = pytest.mark.parametrize("two_pass", [False, True])

# The last line of the first content, without its CRLF where the form has another line end there: what is taken for the end.
FORMS = {"LF.LF": b"x\n.\n", "LF.CRLF": b"x\n.\r\n", "CRLF.LF": b"x\r\n.\n", "CR.CR": b"x\r.\r", "CR.CRLF": b"x\r.\r\n",
         "CRLF.CR": b"x\r\n.\r", "CRCRLF.CRCRLF": b"x\r\r\n.\r\r\n", "CRLF.NUL CRLF": b"x\r\n.\0\r\n", "CRLF NUL.CRLF": b"x\r\n\0.\r\n",
         "LF..LF": b"x\n..\n"}


def first_content(form):
    """As the server took it: up to the line of the lookalike, without the stuffed dot."""
    return FIRST.replace(b"..", b".") + re.match(rb"x[\r\n]+", FORMS[form])[0]


def smuggled(form, replies, behind=BEHIND):
    return OPENED + [("C", FIRST + FORMS[form] + behind + b".\r\n"), *(("S", reply) for reply in replies)] + QUIT


def named(number):
    """The replies, with queue ids of their own."""
    return [reply.replace(b"A1", b"A%d" % number).replace(b"B2", b"B%d" % number) for reply in REPLIES]


def connections(scripts, size=1460):
    return [dialogue(Connection(client=("192.0.2.1", 40000 + n), start=START + 10 * n), script, size)
            for n, script in enumerate(scripts)]


def mails(tshark, path, **common):
    return [(row["mail_from"], row["queue_id"], row["size"], row["smuggled"]) for row in mail_log.records(tshark, path, **common)]


def check_proved(tshark, path, forms, **common):
    """`forms`: of each connection."""
    contents = [first_content(form) for form in forms]
    expected = [mail for n, content in enumerate(contents) for mail in
                (("a@example.org", f"A{n}", len(content), False), ("e@example.org", f"B{n}", len(SECOND), True))]
    assert mails(tshark, path, **common) == expected
    files = {f"A{n}.eml": content for n, content in enumerate(contents)} | {f"B{n}.eml": SECOND for n in range(len(contents))}
    assert exported(tshark, path, **common) == files


@PASSES
def test_each_form_that_the_server_honours(tshark, capture, two_pass):
    path = capture(*connections(smuggled(form, [b"".join(named(n))]) for n, form in enumerate(FORMS)))
    check_proved(tshark, path, FORMS, two_pass=two_pass)
    tree = tshark.tree(path, "esmtp", only=FINDING, two_pass=two_pass)
    assert re.findall(r"Expert.*The server took (.*) in frame", tree) == list(FORMS)
    assert tree.count("[Smuggled: True]") == len(FORMS)


@PASSES
@pytest.mark.thorough
def test_however_the_octets_are_cut(tshark, capture, two_pass):
    cut = [dialogue(Connection(client=("192.0.2.1", 40000 + n), start=START + 10 * n),
                    smuggled("LF.CRLF", [b"".join(named(n))]), size) for n, size in enumerate([1, 2, 3, 7, 64])]
    path = capture(*cut)
    check_proved(tshark, path, ["LF.CRLF"] * len(cut), two_pass=two_pass)
    assert tshark.count(path, FINDING, two_pass=two_pass) == len(cut)


@PASSES
def test_replies_one_by_one(tshark, capture, two_pass):
    """The first is shown before the second proves it: the log and the files have the truth all the same."""
    path = capture(*connections([smuggled("CR.CR", named(0)), smuggled("LF.LF", named(1))]))
    check_proved(tshark, path, ["CR.CR", "LF.LF"], two_pass=two_pass)
    frames = tshark.fields(path, "esmtp.reply.code", "esmtp.reply.verb", only=FINDING, two_pass=two_pass).values()
    assert list(frames) == [{"esmtp.reply.code": ["250"], "esmtp.reply.verb": ["MAIL"]}] * 2


@PASSES
def test_a_postfix_that_honours_it_and_one_that_does_not(tshark, two_pass):
    """The queue ids are those in the servers' log."""
    path = places.SAMPLES / "postfix-smuggling.pcapng"
    sent = evidence.entries(path)
    assert mails(tshark, path, two_pass=two_pass) == [
        (mail["sender"], mail["queue_id"], mail["size"], mail["sender"] == "eve@example.net") for mail in sent]
    assert [mail["sender"] for mail in sent].count("eve@example.net") == 1
    assert exported(tshark, path, two_pass=two_pass) == {f"{mail['queue_id']}.eml": evidence.content(path, mail) for mail in sent}
    assert tshark.count(path, f"{FINDING} && esmtp.reply.code == 250 && tcp.stream == 0", two_pass=two_pass) == 1
    assert tshark.count(path, FINDING, two_pass=two_pass) == 1


@PASSES
def test_each_form_that_the_server_does_not_honour(tshark, capture, two_pass):
    path = capture(*connections(smuggled(form, named(n)[:1]) for n, form in enumerate(FORMS)))
    assert [mail[:2] for mail in mails(tshark, path, two_pass=two_pass)] == [("a@example.org", f"A{n}") for n in range(len(FORMS))]
    assert tshark.count(path, FINDING, two_pass=two_pass) == 0
    lone = [form for form in FORMS if ".." not in form]
    assert tshark.count(path, "esmtp.expert.end_of_data_lookalike", two_pass=two_pass) == len(lone)


@PASSES
def test_a_client_that_waits_smuggles_nothing(tshark, capture, two_pass):
    script = OPENED + [("C", FIRST + FORMS["LF.CRLF"]), ("S", REPLIES[0])]
    for said, reply in zip(BEHIND.split(b"\r\n", 3)[:3], REPLIES[1:4]):
        script += [("C", said + b"\r\n"), ("S", reply)]
    path = capture(dialogue(Connection(), script + [("C", SECOND + b".\r\n"), ("S", REPLIES[4])] + QUIT))
    content = first_content("LF.CRLF")
    assert mails(tshark, path, two_pass=two_pass) == [("a@example.org", "A1", len(content), False),
                                                      ("e@example.org", "B2", len(SECOND), False)]
    assert exported(tshark, path, two_pass=two_pass) == {"A1.eml": content, "B2.eml": SECOND}
    assert tshark.count(path, FINDING, two_pass=two_pass) == 0


def test_two_passes_show_what_one_shows(tshark, capture):
    path = capture(dialogue(Connection(), smuggled("LF.LF", [b"".join(REPLIES)], BEHIND + FORMS["CR.CR"] + BEHIND)))
    assert tshark.tree(path, "esmtp", only=FINDING) == tshark.tree(path, "esmtp", only=FINDING, two_pass=True)
