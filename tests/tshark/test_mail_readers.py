"""Wireshark's mail dissector is called for a mail unless nothing that was asked for can show what it finds.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import subprocess
from pathlib import Path

import pytest

import places
from packets import Connection, dialogue, lines
from tshark import TIME_LIMIT, Tshark

MAIL = lines("Subject: Seen", "MIME-Version: 1.0", "Content-Type: multipart/x-observed; boundary=b", "", "Body", ".")
SENT = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")), ("S", lines("250 mx.example.net")),
        ("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<bob@example.net>")),
        ("S", lines("250 Ok")), ("C", lines("DATA")), ("S", lines("354 Go ahead")), ("C", MAIL), ("S", lines("250 Ok"))]
FIELDS = ("-T", "fields", "-e", "frame.number")
OURS = ("-T", "fields", "-e", "esmtp.command.verb", "-e", "ip.src", "-e", "tcp.stream", "-e", "smtp.req.command")
LISTENER = """
    local subject = Field.new("imf.subject")
    local reader = Listener.new("frame")
    function reader.packet() if subject() then print("subject: " .. tostring(subject())) end end
"""


@pytest.fixture(scope="module")
def observed():
    """tshark with a plugin that tells of each mail that the mail dissector reads."""
    with Tshark(places.PLUGIN) as tshark:
        tshark.sandbox.add_plugin(Path(__file__).with_name("mail_read.c"))
        yield tshark


@pytest.fixture
def sent(capture):
    return capture(dialogue(Connection(), SENT))


def asked(tshark, path, words):
    """What is printed, and how often a mail was read."""
    command = ["tshark", "-n", "-r", tshark.sandbox.readable(path), *words]
    process = tshark.sandbox.popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    printed, complaints = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 0, complaints
    return printed, complaints.count("mail read\n")


SHOWN = [("-T", "fields", "-e", "imf.subject"), ("-T", "fields", "-e", "mail_read.length"), ("-T", "fields", "-e", "mail_read"),
         ("-T", "fields", "-e", "frame.protocols"), ("-T", "fields", "-e", "_ws.col.Protocol"),
         ("-T", "fields", "-e", "_ws.expert.message"), ("-T", "fields", "-e", "text"), ("-Y", "count(text) > 0", *FIELDS), ("-Y", "imf", *FIELDS), ("-Y", "mail_read.length == 6", *FIELDS),
         ('-Y', 'frame.protocols contains "imf"', *FIELDS), (*OURS, "-z", "io,phs"), ("-q", "-z", "io,phs"),
         ("-q", "-z", "esmtp,mails", "-z", "io,phs"), ("-q", "-z", "esmtp,mails,tsv,imf"), ("-x",), (), ("-P", *OURS),
         ("-T", "json", "-e", "imf.subject"), ("-j", "imf", "-T", "json"), ("-q", "-z", "esmtp,mails", "-z", "expert")]


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_what_shows_a_mail(observed, sent, words):
    printed, read = asked(observed, sent, words)
    twice, read_twice = asked(observed, sent, ("-2", *words))
    assert read and read_twice
    assert printed and sorted(printed.splitlines()) == sorted(twice.splitlines())


@pytest.mark.parametrize("words", [("-V",), ("-O", "imf"), ("-T", "json"), ("-T", "pdml"), ("-T", "ek")], ids=" ".join)
def test_details_show_a_mail(observed, sent, words):
    """Replies that come later are told in the second pass alone."""
    printed, read = asked(observed, sent, words)
    assert read and "Seen" in printed and "MAIL" in printed


def test_a_script_sees_a_mail(observed, sent, tmp_path):
    file = tmp_path / "listener.lua"
    file.write_text(LISTENER)
    printed, read = asked(observed, sent, ("-X", f"lua_script:{observed.sandbox.readable(file)}", *OURS))
    assert read and "subject: Seen" in printed


def test_a_mail_that_is_exported(observed, sent):
    """By Wireshark's own list of mails."""
    folder = observed.sandbox.home / "exported"
    _, read = asked(observed, sent, ("-q", "--export-objects", f"imf,{folder}"))
    assert read and len(list(folder.iterdir())) == 1


UNSEEN = [OURS, ("-Y", "esmtp && tcp.port == 25", *OURS), ("-q", "-z", "esmtp,mails"), ("-q", "-z", "esmtp,mails,ndjson,tcp"),
          ("-q", "-z", "esmtp,report"), ("-q", "-z", "esmtp,parts"), ("-o", "tcp.desegment_tcp_streams:FALSE", *OURS)]


@pytest.mark.parametrize("words", UNSEEN, ids=" ".join)
def test_what_shows_no_mail(observed, sent, words):
    """The same is printed, and the mail dissector is not called: it takes as long as all of SMTP."""
    printed, read = asked(observed, sent, words)
    twice, read_twice = asked(observed, sent, ("-2", *words))
    assert not read and read_twice
    assert printed == twice and any(part in printed for part in ("MAIL", "ann@example.org", "x-observed", "delivered"))
