"""Mails as files: `--export-objects esmtp,FOLDER`, octet for octet what the client's software handed over.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import hashlib
import itertools
import re
import resource
import uuid
from collections import Counter
from pathlib import Path

import pytest

import evidence
import mime
import places
from dialogues import CHUNKS, DIALOGUE, MAIL
from packets import CLIENT, Connection, dialogue, lines
from tshark import Tshark

SAMPLES = places.captures_in(places.SAMPLES)
# With the limit at 0 the dissector puts no mail together: the export has to do it by itself.
LIMITS = pytest.mark.parametrize("limit", ["32", "0"])


def exports(tshark, path, *protocols, **common):
    """{name: content} of the files, a dictionary for each protocol."""
    home = Path(tshark.sandbox.environment["HOME"])
    targets = [home / f"export-{uuid.uuid4().hex}" for _ in protocols]
    words = [word for protocol, target in zip(protocols, targets) for word in ("--export-objects", f"{protocol},{target}")]
    tshark.run(path, "-q", *words, **common)
    return [{file.name: file.read_bytes() for file in target.iterdir()} if target.exists() else {} for target in targets]


def exported(tshark, path, **common):
    return exports(tshark, path, "esmtp", **common)[0]


def checksums(contents):
    return Counter(hashlib.sha256(content).hexdigest() for content in contents)


# --- the samples -----------------------------------------------------------------------------------------------------------

def with_line_ends(content):
    """As that dissector gets a mail: it would find no field behind a line of the header that ends in LF alone."""
    end = re.search(rb"\n\r?\n", content)
    header = content[:end.end()] if end else content
    return re.sub(rb"(?<!\r)\n", b"\r\n", header) + content[len(header):]


@pytest.mark.parametrize("path", SAMPLES, ids=places.name_of)
def test_a_sample_gives_the_mails_that_were_sent(tshark, path):
    """As files of ours, named by their queue ids, and as those of Wireshark's own dissector for internet messages."""
    sent = evidence.mails(path)
    ours, internet_messages = exports(tshark, path, "esmtp", "imf")
    assert checksums(ours.values()) == Counter(mail["sha256"] for mail in sent)
    shown = checksums(internet_messages.values())
    whole = checksums(with_line_ends(evidence.content(path, mail)) for mail in sent if mail["size"])
    assert not whole - shown
    # Wireshark also lists the messages within the mails.
    assert (shown - whole).total() == sum(kind in mime.MESSAGES for content in ours.values() for _, kind, _ in mime.parts(content))
    by_name = {mail["queue_id"].replace(":", "_") + ".eml": mail["sha256"] for mail in sent if mail["queue_id"]}
    assert {name: hashlib.sha256(ours.get(name, b"")).hexdigest() for name in by_name} == by_name


@pytest.mark.parametrize("path", SAMPLES, ids=places.name_of)
def test_a_sample_gives_them_also_where_the_dissector_puts_no_mail_together(tshark, path):
    files = exported(tshark, path, preferences={"esmtp.message_limit": "0"})
    assert checksums(files.values()) == Counter(mail["sha256"] for mail in evidence.mails(path))


# --- made sessions ---------------------------------------------------------------------------------------------------------

EXPORTED = {"1234567.eml": MAIL, "89ABCDE.eml": b"".join(CHUNKS)}
OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO a")),
           ("S", lines("250-mx", "250-PIPELINING", "250 CHUNKING"))]
ENVELOPE = lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>")


def mail_script(content, reply="250 Ok", command=lines("DATA"), end=b".\r\n"):
    return [("C", ENVELOPE + command), ("S", lines("250 Ok", "250 Ok", "354 Go on")), ("C", content + end),
            *([("S", lines(reply))] if reply else [])]


def stuffed(content):
    return b"".join(b"." + line if line.startswith(b".") else line for line in content.splitlines(keepends=True))


@LIMITS
@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1460])
def test_segments_of_one_size(tshark, capture, size, two_pass, limit):
    path = capture(dialogue(Connection(), DIALOGUE, size))
    assert exported(tshark, path, two_pass=two_pass, preferences={"esmtp.message_limit": limit}) == EXPORTED


@LIMITS
def test_retransmitted_and_overlapping_segments(tshark, capture, limit):
    connection = dialogue(Connection(), DIALOGUE, 20)
    again = [segment for segment in connection.segments for _ in range(2)]
    assert exported(tshark, capture(again), preferences={"esmtp.message_limit": limit}) == EXPORTED


@LIMITS
def test_connections_at_the_same_time(tshark, capture, limit):
    several = [dialogue(Connection(client=(CLIENT[0], 40000 + number)), DIALOGUE, 11 + number).segments
               for number in range(5)]
    mixed = [segment for group in itertools.zip_longest(*several) for segment in group if segment]
    files = exported(tshark, capture(mixed), preferences={"esmtp.message_limit": limit})
    assert checksums(files.values()) == checksums([*EXPORTED.values()] * 5)
    assert sorted(files) == sorted(stem + number + ".eml" for stem in ("1234567", "89ABCDE")
                                   for number in ("", " (2)", " (3)", " (4)", " (5)"))


@LIMITS
@pytest.mark.parametrize("size", [1, 5, 1460])
def test_content_behind_a_data_command_whose_reply_was_not_captured(tshark, capture, size, limit):
    content = lines("Subject: Unanswered", "", "..", "text")
    path = capture(dialogue(Connection(), OPENING + [("C", ENVELOPE), ("S", lines("250 Ok", "250 Ok")), ("C", lines("DATA")),
                                                     ("C", stuffed(content) + lines("."))], size))
    assert exported(tshark, path, preferences={"esmtp.message_limit": limit}) == {"Unanswered.eml": content}


@pytest.mark.parametrize("two_pass", [False, True])
@LIMITS
def test_content_that_looked_like_commands_until_the_354(tshark, capture, two_pass, limit):
    """The packet with the 354 shows it, whole or in part."""
    content = lines("RCPT TO:<not@a.command>", "Subject: Hello", "", "..two dots")
    sent, reply = ENVELOPE + lines("DATA") + stuffed(content) + b".\r\n", lines("250 Ok", "250 Ok", "354 Go on", "250 Ok: queued as 1234567")
    whole = dialogue(Connection(), OPENING + [("C", sent), ("S", reply)])
    first = len(ENVELOPE + lines("DATA", "RCPT TO:<not@a.command>"))
    parts = dialogue(Connection(client=("192.0.2.1", 40001)), OPENING + [
        ("C", sent[:first]), ("S", lines("250 Ok", "250 Ok", "354 Go on")), ("C", sent[first:]), ("S", lines("250 Ok: queued as 89ABCDE"))])
    options = {"two_pass": two_pass, "preferences": {"esmtp.message_limit": limit}}
    path = capture(whole, parts)
    assert exported(tshark, path, **options) == {"1234567.eml": content, "89ABCDE.eml": content}
    assert tshark.values(path, "esmtp.message.unstuffed_size", **options) == [str(len(content))] * 2


def test_a_mail_with_holes_says_so(tshark, capture):
    before = mail_script(lines("Subject: Before", "", "x"))
    connection = dialogue(Connection(), OPENING + before + mail_script(b"", None, end=b""))
    connection.client(lines("Subject: Holes", ""))
    connection.lost(True, 100)
    connection.client(lines("text", "."))
    dialogue(connection, [("S", lines("250 Ok"))] + mail_script(lines("Subject: After", "", "y")))
    assert sorted(exported(tshark, capture(connection))) == ["After.eml", "Before.eml", "Holes-100-octets-missing.eml"]


def test_a_mail_that_was_given_up_is_none(tshark, capture):
    chunk = [("C", ENVELOPE + lines("BDAT 5") + b"abcde"), ("S", lines("250 Ok", "250 Ok", "250 Ok")), ("C", lines("RSET")),
             ("S", lines("250 Ok"))]
    path = capture(dialogue(Connection(), OPENING + chunk + chunk[:1]))
    assert exported(tshark, path) == {}


def test_an_empty_mail_is_an_empty_file(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + mail_script(b"")))
    assert exported(tshark, path) == {"mail.eml": b""}


def test_a_data_command_with_a_bare_lf(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + mail_script(b"Subject: LF\n\n..x\n", command=b"DATA\n", end=b".\n")))
    assert exported(tshark, path) == {"LF.eml": b"Subject: LF\n\n.x\n"}


# --- names -----------------------------------------------------------------------------------------------------------------

NAMES = [
    # Subject, reply, name
    ("Hello", "250 Ok: queued as 4fVc2Y0kXz", "4fVc2Y0kXz.eml"),
    ("Hello", "250 Ok", "Hello.eml"),
    ("Hello", None, "Hello.eml"),
    ("Hello", "554 No", "Hello.eml"),
    ("../../etc/passwd", "250 Ok", "_.._etc_passwd.eml"),
    ("..", "250 Ok", "mail.eml"),
    ("/", "250 Ok", "_.eml"),
    ("C:\\x", "250 Ok", "C__x.eml"),
    (".profile", "250 Ok", "profile.eml"),
    ("-rf *", "250 Ok", "rf _.eml"),
    ("~root", "250 Ok", "root.eml"),
    ("what? \"a\" <b> | c", "250 Ok", "what_ _a_ _b_ _ c.eml"),
    ("a\tb  c", "250 Ok", "a b c.eml"),
    ("end. . ", "250 Ok", "end.eml"),
    ("bell\x07 and escape\x1b[1m", "250 Ok", "bell_ and escape_[1m.eml"),
    ("", "250 Ok", "mail.eml"),
    ("CON", "250 Ok", "_CON.eml"),
    ("nul.txt", "250 Ok", "_nul.txt.eml"),
    ("Com1", "250 Ok", "_Com1.eml"),
    ("console", "250 Ok", "console.eml"),
    ("Gr\xfc\xdfe", "250 Ok", "Gr\xfc\xdfe.eml"),
    ("=?utf-8?q?Gr=C3=BC=C3=9Fe=2F..=2F?=", "250 Ok", "Gr\xfc\xdfe_.._.eml"),
    ("=?utf-8?q?a=00b=0D=0Ac=E2=80=AEd=C2=85?=", "250 Ok", None),
    ("x" * 500, "250 Ok", "x" * 120 + ".eml"),
    ("\u20ac" * 100, "250 Ok", "\u20ac" * 40 + ".eml"),
    ("y", "250 Ok: queued as ../../x", None),
    ("y", "250 2.0.0 Ok: queued as " + "q" * 300, None),
]


@pytest.mark.parametrize("subject, reply, name", NAMES,
                         ids=[ascii(subject)[:20] + " " + str(reply)[:25] for subject, reply, _ in NAMES])
def test_names(tshark, capture, subject, reply, name):
    content = lines("Subject: " + subject, "", "text")
    (found, octets), = exported(tshark, capture(dialogue(Connection(), OPENING + mail_script(content, reply)))).items()
    assert octets == content
    assert name in (found, None)
    assert_safe(found)


def assert_safe(name):
    assert name.isprintable() and not set('<>:"/\\|?*') & set(name)
    assert not name.startswith((".", "-", "~", " ")) and name.endswith(".eml") and len(name.encode()) <= 140


def test_names_that_differ_in_case_alone_are_told_apart(tshark, capture):
    subjects = ("same", "SAME", "same (2)", "Same")
    script = OPENING + [step for subject in subjects for step in mail_script(lines("Subject: " + subject))]
    assert sorted(exported(tshark, capture(dialogue(Connection(), script)))) == [
        "SAME (2).eml", "Same (3).eml", "same (2) (2).eml", "same.eml"]


def test_a_name_is_the_same_on_every_pass(tshark, capture):
    replies = ["250 Ok", "250 Ok: queued as 77AB01", "554 No", "250 Ok: queued as 77AB02", None]
    script = OPENING + [step for reply in replies for step in mail_script(lines("Subject: same"), reply)]
    path = capture(dialogue(Connection(), script))
    names = sorted(exported(tshark, path))
    assert names == ["77AB01.eml", "77AB02.eml", "same (2).eml", "same (3).eml", "same.eml"]
    assert sorted(exported(tshark, path, two_pass=True)) == names


# --- load ------------------------------------------------------------------------------------------------------------------

MEGABYTE = 1_000_000
BIG_LINE = b".a line that begins with a dot, which the client has to double " + b"x" * 35 + b"\r\n"
BIG = lines("Subject: Big", "") + BIG_LINE * (40 * MEGABYTE // len(BIG_LINE))
JUMBO = 60_000  # octets a segment: large frames, so that the capture is soon made


@pytest.fixture(scope="module")
def big_captures(tmp_path_factory):
    """A mail of more than the 32 MiB that the dissector puts together, by DATA and by BDAT."""
    import packets

    folder = tmp_path_factory.mktemp("big")
    halves = BIG[:len(BIG) // 2], BIG[len(BIG) // 2:]
    chunked = [("C", ENVELOPE), ("S", lines("250 Ok", "250 Ok")),
               ("C", lines(f"BDAT {len(halves[0])}") + halves[0]), ("S", lines("250 Ok")),
               ("C", lines(f"BDAT {len(halves[1])} LAST") + halves[1]), ("S", lines("250 queued as B16B16"))]
    scripts = {"DATA": mail_script(stuffed(BIG), "250 queued as B16B16"), "BDAT": chunked}
    return {method: packets.write(folder / f"{method}.pcap", dialogue(Connection(), OPENING + script, JUMBO).segments)
            for method, script in scripts.items()}


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("method", ["DATA", "BDAT"])
@pytest.mark.thorough
def test_a_mail_larger_than_the_limit(tshark, big_captures, method, two_pass):
    (name, content), = exported(tshark, big_captures[method], two_pass=two_pass).items()
    assert name == "B16B16.eml"
    assert len(content) == len(BIG) and content == BIG


def user_seconds():
    """CPU time of the programs that have run: another program's load does not count."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


@pytest.fixture
def exported_of_one_subject(tshark, capture):
    """exported_of_one_subject(count) gives the mails' contents, the files, and the seconds that the export took."""

    def export(count):
        contents = [lines("Subject: Same", "", f"mail {number}") for number in range(count)]
        client = b"".join(ENVELOPE + lines(f"BDAT {len(content)} LAST") + content for content in contents)
        path = capture(dialogue(Connection(), OPENING + [("C", client), ("S", lines("250 Ok") * 3 * count)]))
        begin = user_seconds()
        files = exported(tshark, path)
        return contents, files, user_seconds() - begin

    return export


@pytest.mark.thorough
def test_ten_thousand_mails_of_one_subject(exported_of_one_subject):
    """No name is searched for from the first on: ten times the mails, and the start of the program only once."""
    *_, seconds_for_a_tenth = exported_of_one_subject(1_000)
    contents, files, seconds = exported_of_one_subject(10_000)
    assert sorted(files.values()) == sorted(contents)
    assert files["Same.eml"] == contents[0] and files["Same (10000).eml"] == contents[9999]
    assert seconds < 10 * seconds_for_a_tenth


QUOTED = lines("DATA", "Subject: Quoted", "", "text")
TAKEN = lines("250 Ok: queued as 4XyZ01")


@pytest.mark.parametrize("two_pass", [False, True])
@LIMITS
def test_content_that_begins_with_a_command_is_exported_as_it_is(tshark, capture, two_pass, limit):
    """Before the reply to DATA it looks like another DATA with its content."""
    whole = ENVELOPE + lines("DATA") + QUOTED + lines(".")
    path = capture(dialogue(Connection(), OPENING + [("C", whole), ("S", lines("250 Ok", "250 Ok", "354 Go on")), ("S", TAKEN)]))
    found = exported(tshark, path, two_pass=two_pass, preferences={"esmtp.message_limit": limit})
    assert found == {"4XyZ01.eml": QUOTED}


@pytest.mark.parametrize("two_pass", [False, True])
def test_content_that_came_with_a_refused_data_is_not_exported(tshark, capture, two_pass):
    """The server read its lines as commands. The log has no size of it either. The next mail is taken."""
    refused = lines("250 Ok", "250 Ok", "554 5.5.1 No valid recipients", *["500 5.5.2 What?"] * 4, "221 Bye")
    first = ENVELOPE + lines("DATA", "Subject: Refused", "", "text", ".")
    taken = [("C", ENVELOPE + lines("DATA")), ("S", lines("250 Ok", "250 Ok", "354 Go on")), ("C", lines("Subject: Taken", "", ".")),
             ("S", lines("250 Ok: queued as 4XyZ02"))]
    path = capture(dialogue(Connection(), OPENING + [("C", first), ("S", refused)] + taken))
    assert exported(tshark, path, two_pass=two_pass) == {"4XyZ02.eml": lines("Subject: Taken", "")}
    assert tshark.values(path, "esmtp.transaction.size", two_pass=two_pass) == [str(len(lines("Subject: Taken", "")))]


# --- the list --------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def with_list():
    """tshark that shows what the window's list of objects would."""
    with Tshark(places.PLUGIN) as tshark:
        tshark.sandbox.add_plugin(Path(__file__).with_name("objects_shown.c"))
        yield tshark


# The header, the recipients, and what the list tells.
LISTED = {
    "two recipients, encoded words": (["From: Ann <ann@example.org>", "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?="], ["bob@example.net", "carol@example.net"],
                                      "Ann <ann@example.org> → bob@example.net +1: Grüße"),
    "no subject": (["From: ann@example.org"], ["bob@example.net"], "ann@example.org → bob@example.net"),
    "no sender": (["Subject: Hello"], ["bob@example.net"], "→ bob@example.net: Hello"),
}


@pytest.mark.parametrize("case", LISTED)
def test_the_list_tells_who_wrote_what_to_whom(with_list, capture, case):
    header, recipients, shown = LISTED[case]
    script = [("S", lines("220 mx")), ("C", lines("EHLO a")), ("S", lines("250 mx")),
              ("C", lines("MAIL FROM:<ann@example.org>", *[f"RCPT TO:<{to}>" for to in recipients], "DATA")),
              ("S", lines("250 Ok", *["250 Ok"] * len(recipients), "354 Go")), ("C", lines(*header, "", "Body.", ".")),
              ("S", lines("250 Ok: queued as E9643651"))]
    path = capture(dialogue(Connection(), script))
    assert with_list.run(path, "-q", "-z", "objects_shown,esmtp").splitlines() == [f"{shown}\tmessage/rfc822\tE9643651.eml"]
