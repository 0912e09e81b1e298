"""What a packet says of the others: which command a reply answers, which packet ends a mail, who authenticated, and which octets an
item stands for. And what it does not say, because nobody reads it: filters and exports find that all the same.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

import places
from packets import Connection, dialogue, lines

OPENING = [("S", lines("220 mx.example.net ESMTP Postfix")), ("C", lines("EHLO client.example.org")),
           ("S", lines("250-mx.example.net", "250-AUTH LOGIN PLAIN", "250-CHUNKING", "250 PIPELINING"))]
CONTENT = lines("From: ann@example.org", "Subject: Hello", "", "..stuffed", "Body.")
# Frames 7 to 12: the mail with one recipient refused. 13 and 14: another, given up.
MAIL = [("C", lines("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>", "RCPT TO:<nobody@example.net>", "DATA")),
        ("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok", "550 5.1.1 No such user", "354 Go ahead")),
        ("C", CONTENT[:30]), ("C", CONTENT[30:] + lines(".")), ("S", lines("250 2.0.0 Ok: queued as E9643651"))]
GIVEN_UP = [("C", lines("MAIL FROM:<ann@example.org>", "RCPT TO:<eve@example.net>")), ("S", lines("250 Ok", "450 4.2.1 Later")),
            ("C", lines("RSET")), ("S", lines("250 Ok"))]


@pytest.fixture
def mails(capture):
    return capture(dialogue(Connection(), OPENING + MAIL + GIVEN_UP))


def trees(tshark, path, **common):
    """The lines of our layer, by frame, less the layer's own."""
    found = {}
    for packet in re.split(r"^Frame ", tshark.tree(path, "esmtp", **common), flags=re.MULTILINE)[1:]:
        number = int(re.match(r"\d+", packet)[0])
        found[number] = packet.partition("Extended Simple Mail Transfer Protocol")[2].splitlines()[1:]
    return found


def texts(rows):
    return [row.strip() for row in rows]


def test_replies_and_commands_name_each_other(tshark, mails):
    found = trees(tshark, mails, two_pass=True)
    assert [row for row in texts(found[7]) if row.startswith("[Reply:")] == [
        "[Reply: 250 2.1.0 in frame 8]", "[Reply: 250 2.1.5 in frame 8]", "[Reply: 550 5.1.1 in frame 8]", "[Reply: 354 in frame 8]"]
    assert [row for row in texts(found[8]) if row.startswith("[Answers:")] == [
        "[Answers: MAIL FROM:<ann@example.org> in frame 7]", "[Answers: RCPT TO:<bob@example.net> in frame 7]",
        "[Answers: RCPT TO:<nobody@example.net> in frame 7]", "[Answers: DATA in frame 7]"]
    assert "[Answers: EHLO in frame 5]" in texts(found[6])
    assert "[Answers: the content in frame 10]" in texts(found[11])
    assert "[Reply: 250 2.0.0 in frame 11]" in texts(found[10])


def test_every_packet_of_a_mail_leads_to_its_transaction(tshark, mails):
    found = trees(tshark, mails, two_pass=True)
    first = "[Mail transaction 1: <ann@example.org> to 2 recipients, accepted in frame 11]"
    second = "[Mail transaction 2: <ann@example.org> to 1 recipient, deferred in frame 15]"
    assert {frame: texts(rows)[0] for frame, rows in found.items() if frame in range(7, 15)} == {
        **dict.fromkeys((7, 8, 9, 10), first), 11: first.replace(" in frame 11", ""), **dict.fromkeys((12, 13, 14), second)}
    assert tshark.values(mails, "esmtp.transaction_frame", two_pass=True) == ["11"] * 4 + ["15"] * 3
    assert tshark.values(mails, "esmtp.transaction_frame") == []
    assert texts(found[15])[0] == second.replace(" in frame 15", "")


def test_a_recipient_has_a_subtree_with_its_links(tshark, mails):
    rows = trees(tshark, mails)[11]
    bob = texts(rows).index("[Recipient: bob@example.net — 250 2.1.5, accepted]")
    nobody = texts(rows).index("[Recipient: nobody@example.net — 550 5.1.1, rejected]")
    assert nobody > bob
    depth = len(rows[nobody]) - len(rows[nobody].lstrip())
    below = [row for row in rows[nobody + 1:nobody + 7] if len(row) - len(row.lstrip()) > depth]
    assert texts(below) == [
        "[Recipient's code: 550]", "[Recipient's status: 5.1.1]", "[Recipient's text: No such user]",
        "[Rejected recipient: nobody@example.net]", "[RCPT in frame: 7]", "[Reply in frame: 8]"]
    fields = {f"esmtp.transaction.{name}": values for name, values in {
        "rcpt_to": ["bob@example.net", "nobody@example.net"], "rcpt_code": ["250", "550"], "rcpt_accepted": ["bob@example.net"],
        "rcpt_rejected": ["nobody@example.net"], "rcpt_frame": ["7", "7"], "rcpt_reply_frame": ["8", "8"]}.items()}
    assert tshark.fields(mails, *fields, only="frame.number == 11")[11] == fields


def test_recipients_of_a_mail_that_was_refused_later(tshark, capture):
    script = [MAIL[0], ("S", lines("250 Ok", "250 2.1.5 Ok", "250 Ok", "354 Go")), ("C", CONTENT + lines(".")), ("S", lines("554 5.7.1 Spam"))]
    rows = texts(trees(tshark, capture(dialogue(Connection(), OPENING + script)))[10])
    assert "[Recipient: bob@example.net — 250 2.1.5, accepted, but the mail rejected]" in rows


def test_recipients_without_a_reply(tshark, capture):
    connection = dialogue(Connection(), OPENING + MAIL[:1])
    connection.reset()
    rows = texts(trees(tshark, capture(connection), two_pass=True)[7])
    assert [row for row in rows if "Recipient: " in row] == [
        f"[Recipient: {who}@example.net — no reply, the mail aborted]" for who in ("bob", "nobody")]
    assert not any("Reply in frame" in row for row in rows)


@pytest.mark.parametrize("final, outcome, code", [("235 2.7.0 Welcome", "succeeded", "235 2.7.0"), ("535 5.7.8 No", "failed", "535 5.7.8")])
def test_auth(tshark, capture, final, outcome, code):
    script = OPENING + [("C", lines("AUTH LOGIN")), ("S", lines("334 VXNlcm5hbWU6")), ("C", lines("YW5u")),
                        ("S", lines("334 UGFzc3dvcmQ6")), ("C", lines("c2VjcmV0")), ("S", lines(final))]
    path = capture(dialogue(Connection(), script))
    found = trees(tshark, path, two_pass=True)
    for response in (9, 11):
        assert "[Continues: AUTH LOGIN in frame 7]" in texts(found[response])
        assert f"[Outcome: {outcome}, {code} in frame 12]" in texts(found[response])
    assert f"[Outcome: {outcome}, LOGIN of ann]" in texts(found[12])
    assert f"[Reply: {code} in frame 12]" in texts(found[7])
    assert tshark.values(path, "esmtp.auth.outcome") == [outcome]
    assert tshark.values(path, "esmtp.auth.reply_frame", two_pass=True) == ["12", "12"]
    assert tshark.values(path, "esmtp.auth.command_frame") == ["7", "7"]
    hidden = {"esmtp.decode_auth": "FALSE"}
    assert f"[Outcome: {outcome}, LOGIN]" in texts(trees(tshark, path, preferences=hidden)[12])


# A filter, and the beginning of a line that stays away where it holds.
SILENT = {
    "esmtp.reply.lines == 1": "[Lines:",
    "esmtp.reply.verb": "[Verb answered",
    "esmtp.reply.verb_number": "[Number of the verb",
    "esmtp.tls == 0": "[Under TLS",
    "esmtp.transaction.tls == 0": "[Under TLS",
    "esmtp.transaction.missing == 0": "[Octets not captured",
    "esmtp.message.size": "[Size",
    "esmtp.message.unstuffed_size": "[Size without",
    "esmtp.message.reassembled_length": "[Reassembled",
}


@pytest.mark.parametrize("only", SILENT)
def test_what_nobody_reads_is_still_found(tshark, mails, only):
    found = trees(tshark, mails, only=f"{only} && !(esmtp.transaction && esmtp.message) && !(frame.number == 6)")
    assert found
    sizes_of_mail = "[Size: 67 octets]"  # the transaction's
    assert [row for rows in found.values() for row in texts(rows) if row.startswith(SILENT[only]) and row != sizes_of_mail] == []
    field = only.split()[0]
    assert tshark.values(mails, field)


def test_lines_are_told_where_there_are_several(tshark, mails):
    assert "[Lines: 4]" in texts(trees(tshark, mails)[6])


def test_one_line_tells_the_size(tshark, mails):
    rows = texts(trees(tshark, mails)[10])
    assert [row for row in rows if "octet" in row] == [
        f"Message content: {len(CONTENT) - 30} octets", f"Message: {len(CONTENT) - 1} octets by DATA, {len(CONTENT)} with stuffed dots"]


def test_tls_is_told_where_it_is(tshark):
    rows = trees(tshark, places.SAMPLES / "postfix-starttls-tls12.pcapng")
    granted = [frame for frame, found in rows.items() if "[Under TLS, granted in frame 10]" in texts(found)]
    assert granted == tshark.frames(places.SAMPLES / "postfix-starttls-tls12.pcapng", "esmtp.tls == 1")
    rows = trees(tshark, places.SAMPLES / "postfix-smtps-openssl.pcapng", only="esmtp")
    assert all("[Under TLS]" in texts(found) for found in rows.values())


def test_octets_are_grouped(tshark):
    path = places.SAMPLES / "exim-bdat-pipelined.pcapng"
    text = "\n".join(row for rows in trees(tshark, path).values() for row in texts(rows))
    for row in ("Declared size: 11,589 octets", "Chunk size: 10,184 octets", "BDAT chunk: 1,431 octets", "Message: 10,566 octets by BDAT",
                "Maximum message size: 52,428,800 octets"):
        assert row in text, row
    assert "1 octets" not in re.sub(r"\d1 octets", "", text)
    assert "10566" in tshark.values(path, "esmtp.message.size")


# --- which octets an item stands for ---------------------------------------------------------------------------------------


def item_of(tree, text):
    """The first item whose text begins so."""
    for item in tree:
        found = item if item["l"].startswith(text) else item_of(item.get("n", []), text)
        if found:
            return found
    return None


def selected(sharkd, frame, text):
    """The name of the data source that the item selects octets of, and these octets."""
    answer = sharkd.octets(frame)
    item = item_of(answer["tree"], text)
    name, octets = answer["sources"][item.get("ds", 0)]
    begin, length = item["h"]
    return name, octets[begin:begin + length]


def test_a_message_selects_its_data_source(kept_sharkd, mails):
    with kept_sharkd as sharkd:
        sharkd.load(mails)
        name, octets = selected(sharkd, 10, "Message: ")
    assert name.startswith("Message content")
    assert octets == CONTENT.replace(b"..stuffed", b".stuffed")


def test_decoded_auth_has_a_data_source(kept_sharkd, capture):
    path = capture(dialogue(Connection(), OPENING + [("C", lines("AUTH PLAIN AGFubgBzZWNyZXQ="))]))
    with kept_sharkd as sharkd:
        sharkd.load(path)
        name, octets = selected(sharkd, 7, "Password: secret")
    assert name.startswith("Decoded AUTH message")
    assert octets == b"secret"


@pytest.mark.parametrize("size", [1460, 20])
def test_the_mail_dissector_reads_a_header_whose_lines_end_in_lf(tshark, capture, size):
    content = b"From: ann@example.org\nSubject: Hello\nTo: bob@example.net\n\nBody.\n\r\n"
    script = OPENING + [MAIL[0], ("S", lines("250 Ok", "250 Ok", "250 Ok", "354 Go")), ("C", content + lines("."))]
    path = capture(dialogue(Connection(), script, size))
    assert tshark.values(path, "imf.subject") == ["Hello"]
    assert tshark.values(path, "imf.to") == ["bob@example.net"]
    assert tshark.values(path, "esmtp.message.size") == [str(len(content))]
