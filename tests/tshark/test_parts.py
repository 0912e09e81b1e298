"""What mails carry: `-z esmtp,parts` and `--export-objects esmtp-parts,FOLDER`, against Python's `email` and the files that went in.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import base64
import hashlib
import itertools
import json
import random
from collections import Counter
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

import mime
import places
from packets import Connection, dialogue, lines
from tshark import TsharkError

CAPTURES = places.captures_in(places.SAMPLES) + places.captures_in(places.CORPUS)
WITHOUT = "built without GMime"
folders = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def gmime(tshark):
    """The plugin may have been built without the library that reads parts."""
    try:
        tshark.run(places.SAMPLES / "courier-exdata.pcapng", "-q", "-z", "esmtp,parts")
    except TsharkError as error:
        if WITHOUT in str(error):
            pytest.skip(WITHOUT)
        raise


def ask(tshark, path, *lists, **common):
    """The records of the log of parts, and {name: content} of the files of each list of objects, in one run."""
    home = Path(tshark.sandbox.environment["HOME"])
    targets = [home / f"parts-{next(folders)}" for _ in lists]
    words = [word for name, target in zip(lists, targets) for word in ("--export-objects", f"{name},{target}")]
    text = tshark.run(path, "-q", *words, "-z", "esmtp,parts,json", **common)
    files = [{file.name: file.read_bytes() for file in target.iterdir()} if target.exists() else {} for target in targets]
    return (json.loads(text), *files)


def by_mail(records):
    """The records of each mail."""
    return [list(group) for _, group in itertools.groupby(records, key=lambda record: record["mail"])]


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def told(mail):
    """As mime.parts() has it: the hash of a message within the mail is left out."""
    return tuple((part["part"], part["type"], None if part["type"] in (*mime.MESSAGES, mime.STATUSES) else part["sha256"]) for part in mail)


# --- real mails --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", CAPTURES, ids=places.name_of)
def test_another_reader_finds_the_same_parts(tshark, path):
    records, mails, files = ask(tshark, path, "esmtp", "esmtp-parts")
    assert Counter(told(mail) for mail in by_mail(records)) == Counter(tuple(mime.parts(content)) for content in mails.values())
    assert Counter(map(sha256, files.values())) == Counter(part["sha256"] for part in records if part["sha256"])
    assert all((part["size"] is None) == (part["sha256"] is None) == (part["md5"] is None) for part in records)


# --- made mails --------------------------------------------------------------------------------------------------------------

ENVELOPE = lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
OPENING = [("S", lines("220 mx ESMTP")), ("C", lines("EHLO a")), ("S", lines("250 mx"))]


def transaction(content, reply="250 Ok"):
    content += b"" if content.endswith(b"\r\n") or not content else b"\r\n"
    stuffed = b"".join(b"." + line if line.startswith(b".") else line for line in content.splitlines(keepends=True))
    return [("C", ENVELOPE), ("S", lines("250 Ok", "250 Ok", "354 Go on")), ("C", stuffed + b".\r\n"), ("S", lines(reply))]


def sent(capture, *contents):
    steps = [step for content in contents for step in transaction(content)]
    return capture(dialogue(Connection(), OPENING + steps))


NOISE = random.Random(15).randbytes(70000)
FILES = {
    "report.pdf": ("application", "pdf", b"%PDF-1.7\n" + NOISE[:1000]),
    "Übersicht 2026.xlsx": ("application", "vnd.ms-excel", NOISE[:5000]),
    "empty.bin": ("application", "octet-stream", b""),
    "one.bin": ("application", "octet-stream", b"\0"),
    "two.bin": ("application", "octet-stream", b"\r\n"),
    "large.bin": ("application", "octet-stream", NOISE),
    "a name with \"quotes\", and a; semicolon.txt": ("application", "octet-stream", b"text"),
    "../../etc/passwd": ("application", "octet-stream", b"root"),
    "long" * 60 + ".dat": ("application", "octet-stream", b"long"),
    "winmail.dat": ("application", "ms-tnef", b"\x78\x9f\x3e\x22" + NOISE[:100]),
}


def attached(files=FILES):
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"], message["Message-ID"] = "ann@example.org", "Files", "<files@example.org>"
    message.set_content("Hello\nsee below\n")
    message.add_alternative("<p>Hello</p>\n", subtype="html")
    for name, (main, sub, content) in files.items():
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message


def test_what_went_in_comes_out(tshark, capture):
    records, files = ask(tshark, sent(capture, attached().as_bytes()), "esmtp-parts")
    found = {part["name"]: part for part in records if part["name"]}
    assert {name: part["sha256"] for name, part in found.items()} == {name: sha256(file[2]) for name, file in FILES.items()}
    assert {name: part["md5"] for name, part in found.items()} == \
        {name: hashlib.md5(file[2]).hexdigest() for name, file in FILES.items()}
    assert {name: part["size"] for name, part in found.items()} == {name: len(file[2]) for name, file in FILES.items()}
    assert {name: part["type"] for name, part in found.items()} == {name: "/".join(file[:2]) for name, file in FILES.items()}
    assert Counter(map(sha256, files.values())) == Counter(part["sha256"] for part in records)
    assert {record["part"] for record in records} == {"1.1", "1.2", *(str(number) for number in range(2, len(FILES) + 2))}
    assert {(record["mail"], record["index"], record["message_id"]) for record in records} == {(1, 1, "<files@example.org>")}


def test_what_mail_programs_attach(tshark):
    """swaks, mutt and s-nail composed mails of files that tests/record/scenarios/composers.py made. Two of them send a text in
    the form of the network, with CRLF."""
    random_octets = b"".join(hashlib.sha256(b"samples" + at.to_bytes(8, "big")).digest() for at in range(0, 3000, 32))[:3000]
    text = ("Grüße aus Köln\n" * 40 + "From the last line on\n.\n").encode()
    mails = by_mail(ask(tshark, places.SAMPLES / "postfix-attachments.pcapng")[0])
    assert len(mails) == 3
    for mail, with_crlf in zip(mails, (False, True, True)):
        attached = {part["name"]: part["sha256"] for part in mail if part["name"]}
        assert attached == {"samples.bin": sha256(random_octets), "empty.dat": sha256(b""),
                            "Grüße.txt": sha256(text.replace(b"\n", b"\r\n") if with_crlf else text)}


def test_file_names_are_safe(tshark, capture):
    _, files = ask(tshark, sent(capture, attached().as_bytes()), "esmtp-parts")
    assert {"1-1.1.txt", "1-1.2.html", "1-2-report.pdf", "1-3-Übersicht 2026.xlsx", "1-11-winmail.dat"} <= set(files)
    assert all(name.startswith("1-") and "/" not in name and len(name.encode()) < 140 for name in files)
    assert len(files) == len(FILES) + 2


def forwarded(encoding="7bit"):
    inner = attached({"report.pdf": FILES["report.pdf"]}).as_bytes()
    body = base64.encodebytes(inner).replace(b"\n", b"\r\n") if encoding == "base64" else inner
    return (b"Subject: Fwd\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n\r\nsee\r\n--outer\r\n"
            b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + body +
            b"\r\n--outer--\r\n"), inner


@pytest.mark.parametrize("encoding", ["7bit", "base64"])
def test_a_message_within_a_mail(tshark, capture, encoding):
    mail, inner = forwarded(encoding)
    records, files = ask(tshark, sent(capture, mail), "esmtp-parts")
    assert [part["part"] for part in records] == ["1", "2", "2.1.1", "2.1.2", "2.2"]
    assert [part["sha256"] for part in records][1::3] == [sha256(inner), sha256(FILES["report.pdf"][2])]
    assert files["1-2.eml"] == inner


def yenc(content, name=b"noise.bin"):
    """With the lines of a mail."""
    rows = [b"=ybegin line=128 size=%d name=%s" % (len(content), name)]
    for at in range(0, len(content), 128):
        octets = [(octet + 42) % 256 for octet in content[at:at + 128]]
        rows.append(b"".join(b"=%c" % ((octet + 64) % 256) if octet in b"\0\r\n=." else b"%c" % octet for octet in octets))
    return b"".join(row + b"\r\n" for row in rows) + b"=yend size=%d" % len(content)


ENCODINGS = {
    "8bit": ("ä\r\n".encode(), "ä".encode()),
    "quoted-printable": (b"a=3Db=\r\nc=C3=A4\r\n", "a=bcä".encode()),
    "base64": (base64.encodebytes(NOISE[:999]), NOISE[:999]),
    "x-yenc": (yenc(NOISE[:3000]), NOISE[:3000]),
    "x-uuencode": (b"begin 644 f\r\n-2&5L;&\\L('=O<FQD(0``\r\n`\r\nend\r\n", b"Hello, world!"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings(tshark, capture, name):
    body, content = ENCODINGS[name]
    mail = (b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Transfer-Encoding: " + name.encode() + b"\r\n\r\n" + body.rstrip(b"\r\n") + b"\r\n--x--\r\n")
    (part,), files = ask(tshark, sent(capture, mail), "esmtp-parts")
    assert (part["encoding"], part["size"], part["sha256"], part["defects"]) == (name, len(content), sha256(content), [])
    assert files == {"1-1.bin": content}


UUENCODED = ENCODINGS["x-uuencode"][0]


@pytest.mark.parametrize("body, defects", [
    (UUENCODED, []), (UUENCODED.replace(b"begin", b"begun"), ["illegal_uuencode"]), (UUENCODED.replace(b"end\r\n", b""), ["illegal_uuencode"]),
    (UUENCODED.replace(b"(0``", b"(0`~"), ["illegal_uuencode"]), (UUENCODED.replace(b"\r\n-2", b"\r\n!2"), ["illegal_uuencode"]),
    (UUENCODED.replace(b"(0``", b"(0"), [])])
def test_uuencode_that_is_broken(tshark, capture, body, defects):
    """What is cut off its end may be blanks: that is none."""
    records, = ask(tshark, sent(capture, b"Content-Transfer-Encoding: x-uuencode\r\n\r\n" + body))
    assert [part["defects"] for part in records] == [defects]


# File names as a header has them; what is read of them, and what is wrong with the part.
NAMES = {
    b"filename*0*=UTF-8'de'Gr%C3%BC; filename*1=ss.txt": ("Grüss.txt", []),
    "filename=\"Ä ö.txt\"".encode(): ("Ä ö.txt", []),
    "filename=\"Ä.txt\"".encode("latin-1"): ("Ä.txt", []),
    b"filename*=UTF-8''a.txt%00b.exe": ("a.txt", ["malformed_parameter"]),
    "filename=\"invoice\u202excod.exe\"".encode(): ("invoice\u202excod.exe", ["executable"]),
    b"filename=\"../../a\\\\b\"": ("../../a\\b", []),
    b"filename=\"invoice.pdf.exe. \"": ("invoice.pdf.exe. ", ["double_extension", "executable"]),
    b"filename=\"..\"": ("..", []),
    b"filename=" + b"n" * 300: ("n" * 300, ["long_file_name"]),
}


def test_odd_file_names(tshark, capture):
    """The list has them as they are; files get names that are safe."""
    mails = [b"Content-Type: application/x-y\r\nContent-Disposition: attachment; " + name + b"\r\n\r\nx\r\n" for name in NAMES]
    records, files = ask(tshark, sent(capture, *mails), "esmtp-parts")
    assert [(part["name"], part["defects"]) for part in records] == list(NAMES.values())
    assert len(files) == len(NAMES)
    assert not [name for name in files if set(name) & set("/\\\0\u202e") or len(name.encode()) > 140]


def within(levels):
    """A message in a message in a message ..."""
    return b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: x\r\n\r\nbottom\r\n"


def test_messages_within_messages(tshark, capture):
    """Down to the limit, and the last one says so."""
    records, = ask(tshark, sent(capture, within(10), within(50)))
    shallow, deep = by_mail(records)
    assert [part["part"] for part in shallow] == ["1" + ".1" * level for level in range(11)]
    assert [part["part"] for part in deep] == ["1" + ".1" * level for level in range(31)]
    assert [part["defects"] for part in (shallow[-1], deep[-1], deep[-2])] == [[], ["nested_too_deep"], []]
    assert deep[-1]["sha256"] == sha256(within(19))


@pytest.mark.parametrize("length, defects", [(70, []), (71, ["long_boundary"]), (300, ["long_boundary"])])
def test_long_boundaries_are_read_all_the_same(tshark, capture, length, defects):
    boundary = b"b" * length
    mail = b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n--" + boundary + b"\r\n\r\none\r\n--" + boundary + b"--\r\n"
    (part,), = ask(tshark, sent(capture, mail))
    assert (part["sha256"], part["defects"]) == (sha256(b"one"), defects)


def nasty():
    """Mails as no library makes them: each of a made one's lines lost, doubled or cut short, boundaries changed, pieces mixed."""
    chance = random.Random(1)
    base = attached({"report.pdf": FILES["report.pdf"]}).as_bytes()
    for _ in range(60):
        rows = base.splitlines(keepends=True)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(rows))
            rows[at:at + 1] = chance.choice([[], [rows[at]] * 2, [rows[at][:chance.randrange(1, len(rows[at]) + 1)] + b"\r\n"],
                                             [b" " + rows[at]], [rows[at].replace(b"--", b"---")], [b"\r\n", rows[at]],
                                             [rows[at], b"\0\xff\r\n"]])
        yield b"".join(rows)


# Where GMime is known to read something else than Python does: doc/PARTS.md.
KNOWN = {"invalid_header", "no_empty_line", "white_space_first", "conflicting_header", "illegal_base64", "no_content",
         "malformed_type", "malformed_parameter", "no_boundary", "wrong_boundary"}


def test_broken_mails_give_the_same_parts_or_say_why_not(tshark, capture):
    mails = list(nasty())
    records, exported, files = ask(tshark, sent(capture, *mails), "esmtp", "esmtp-parts")
    found = by_mail(records)
    assert len(found) == len(mails) and Counter(exported.values()) == Counter(mails)
    same = [told(mail) == tuple(mime.parts(content)) for mail, content in zip(found, mails)]
    assert sum(same) > len(mails) / 2
    unexplained = [(content, mail) for mail, content, equal in zip(found, mails, same)
                   if not equal and not KNOWN & {defect for part in mail for defect in part["defects"]}]
    assert not unexplained
    assert len(files) == len([part for part in records if part["sha256"]])


# --- the log -----------------------------------------------------------------------------------------------------------------

def plain(subject):
    return lines(f"Subject: {subject}", "", subject)


@pytest.mark.thorough
def test_formats_tell_the_same(tshark, capture):
    path = sent(capture, attached().as_bytes(), plain("two"))
    records, = ask(tshark, path)
    streamed = [json.loads(line) for line in tshark.run(path, "-q", "-z", "esmtp,parts,ndjson").splitlines()]
    header, *rows = tshark.run(path, "-q", "-z", "esmtp,parts,tsv").removesuffix("\n").split("\n")
    assert streamed == records
    assert header.split("\t") == list(records[0])
    assert [row.split("\t")[header.split("\t").index("sha256")] for row in rows] == [part["sha256"] for part in records]
    assert tshark.run(path, "-q", "-z", "esmtp,parts").splitlines()[-1] == f"{len(records)} parts of 2 mails"


@pytest.mark.parametrize("how", ["json", "ndjson"])
def test_a_filter_is_about_the_packet_where_the_mail_is_complete(tshark, capture, how):
    path = sent(capture, plain("one"), plain("two"), plain("three"))
    frames = [part["frame"] for part in ask(tshark, path)[0]]
    text = tshark.run(path, "-q", "-z", f"esmtp,parts,{how},frame.number == {frames[1]}")
    found = json.loads(text) if how == "json" else [json.loads(line) for line in text.splitlines()]
    assert [(part["mail"], part["frame"], part["index"]) for part in found] == [(2, frames[1], 2)]


@pytest.mark.parametrize("two_pass", [False, True])
def test_a_mail_that_the_end_cuts_off_has_its_index(tshark, capture, two_pass):
    steps = OPENING + transaction(plain("one")) + transaction(plain("two"))[:-1]
    records, = ask(tshark, capture(dialogue(Connection(), steps)), two_pass=two_pass)
    assert [(part["index"], part["size"]) for part in records] == [(1, 5), (2, 5)]


def test_holes_are_in_the_part_that_has_them(tshark, capture):
    connection = dialogue(Connection(), OPENING + transaction(b"")[:2])
    connection.client(lines("Content-Type: multipart/mixed; boundary=x", "", "--x", "", "one", "--x", "", "two"))
    connection.lost(True, 100)
    connection.client(lines("more", "--x--", "."))
    dialogue(connection, [("S", lines("250 Ok"))] + transaction(plain("after")))
    records, = ask(tshark, capture(connection))
    assert [(part["part"], part["defects"]) for part in records] == [("1", []), ("2", ["octets_missing"]), ("1", [])]


@pytest.mark.thorough
def test_limits(tshark, capture):
    mail, _ = forwarded()
    path = sent(capture, mail)

    def found(**preferences):
        records, = ask(tshark, path, preferences={f"esmtp.{name}": str(value) for name, value in preferences.items()})
        return [part["part"] for part in records], records[-1]["defects"]

    assert found(parts_limit=2) == (["1", "2"], ["too_many_parts"])
    assert found(parts_depth_limit=1) == (["1", "2"], ["nested_too_deep"])
    assert found(part_octets_limit=0) == (["1", "2"], ["too_large"])


# --- expert information ------------------------------------------------------------------------------------------------------

ASKED = {"esmtp.mime_expert": "TRUE"}


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("size", [100, 1460, 100000])
def test_defects_are_expert_infos_when_asked(tshark, capture, size, two_pass):
    mail = attached({"invoice.pdf.exe": ("application", "octet-stream", b"MZ" + bytes(100))}).as_bytes()
    path = capture(dialogue(Connection(), OPENING + transaction(plain("one")) + transaction(mail + b".dot\r\n"), size))
    complete = ask(tshark, path)[0][-1]["frame"]
    found = tshark.fields(path, "_ws.expert.message", only="esmtp.expert.mime", two_pass=two_pass, preferences=ASKED)
    assert [(frame, [text for text in fields["_ws.expert.message"] if text.startswith("Part")]) for frame, fields in found.items()] == \
        [(complete, ["Part 2 (invoice.pdf.exe): A program's file name that looks like a document's: name.pdf.exe; "
                     "A program, by its file name or by its first octets"])]
    assert tshark.count(path, "esmtp.expert.mime") == 0


# --- the mail log ------------------------------------------------------------------------------------------------------------

LINKS = ["http://example.org/?a=1&b=2", "https://example.net/"]


def linked():
    message = attached({"report.pdf": FILES["report.pdf"]})
    message.get_body(("plain",)).set_content("See http://example.org/?a=1&b=2, please.\n" + "x" * 80)
    message.get_body(("html",)).set_content('<a href="http://example.org/?a=1&amp;b=2">https://example.net/</a>', subtype="html")
    return message.as_bytes()


def report():
    main, sub, content = FILES["report.pdf"]
    return {"sha256": sha256(content), "size": len(content), "type": f"{main}/{sub}", "name": "report.pdf"}


@pytest.mark.parametrize("how", ["json", "ndjson"])
@pytest.mark.parametrize("two_pass", [False, True])
def test_the_mail_log_has_attachments_and_urls_when_asked(tshark, capture, how, two_pass):
    path = sent(capture, linked(), plain("two"))

    def records(columns="", **preferences):
        text = tshark.run(path, "-q", "-z", f"esmtp,mails,{how}{columns}", two_pass=two_pass, preferences=preferences)
        return json.loads(text) if how == "json" else [json.loads(line) for line in text.splitlines()]

    expected = [([report()], LINKS), ([], [])]
    assert [(mail["attachments"], mail["urls"]) for mail in records(**{"esmtp.log_parts": "TRUE"})] == expected
    assert [(mail["attachments"], mail["urls"]) for mail in records(":attachments+urls")] == expected
    assert not {"attachments", "urls"} & set(records()[0])


def test_a_filter_of_the_mail_log_leaves_the_attachments_whole(tshark, capture):
    path = sent(capture, plain("one"), linked())
    text = tshark.run(path, "-q", "-z", "esmtp,mails,tsv:index+attachments,esmtp.transaction.index == 2")
    main = report()
    assert text == f"index\tattachments\n2\t{main['sha256']} {main['size']} {main['type']} {main['name']}\n"


def test_a_mail_that_the_end_cuts_off_has_attachments(tshark, capture):
    steps = OPENING + transaction(linked())[:-1]
    text = tshark.run(capture(dialogue(Connection(), steps)), "-q", "-z", "esmtp,mails,json:outcome+attachments")
    assert json.loads(text) == [{"outcome": "open", "attachments": [report()]}]


# --- as a program --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, complaint", [("esmtp,parts,xml", "xml"), ("esmtp,parts,zeek", "no such format")])
def test_what_is_not_understood_is_said(tshark, words, complaint):
    with pytest.raises(TsharkError, match=complaint):
        tshark.run(places.SAMPLES / "courier-exdata.pcapng", "-q", "-z", words)
