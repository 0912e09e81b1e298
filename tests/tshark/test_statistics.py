"""The counts of -z esmtp,tree and the times of -z esmtp,srt.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import re

import pytest

import places
from dialogues import DIALOGUE
from packets import Connection, dialogue, lines

SAMPLES = places.captures_in(places.SAMPLES)

OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")),
           ("S", lines("250-mx.example.net", "250-SIZE 1000", "250-starttls", "250 X-OF-OURS 1 2"))]
MAIL = [("C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>")), ("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok"))]


def printed(tshark, capture, *statistics, **common):
    return tshark.run(capture, "-q", *(word for statistic in statistics for word in ("-z", statistic)), **common)


def counts(text):
    """{"Commands/EHLO": count}, of the tree's nodes that count anything."""
    found, above = {}, []
    for indent, name, count in re.findall(r"^( *)(\S.*?) {2,}(\d+)(?= |$)", text, re.MULTILINE):
        above[len(indent):] = [name]
        found["/".join(above)] = int(count)
    return {name: count for name, count in found.items() if count}


def times(text):
    """{verb: (calls, least, most, average)}, times in milliseconds."""
    rows = re.findall(r"^ *\d+  (\S+) +(\d+) +([\d.]+) +([\d.]+) +([\d.]+) +[\d.]+$", text, re.MULTILINE)
    return {verb: (int(calls), *(round(float(time) * 1000) for time in times)) for verb, calls, *times in rows}


def tree(tshark, capture, only=None, **common):
    return counts(printed(tshark, capture, "esmtp,tree" + (f",{only}" if only else ""), **common))


def srt(tshark, capture, **common):
    return times(printed(tshark, capture, "esmtp,srt", **common))


def below(found, node):
    """The counts of the node's own children."""
    return {name.removeprefix(f"{node}/"): count for name, count in found.items()
            if re.fullmatch(rf"{re.escape(node)}/[^/]*", name)}


# --- counts ----------------------------------------------------------------------------------------------------------------


def test_tree(tshark, capture):
    found = tree(tshark, capture(dialogue(Connection(), DIALOGUE)))
    assert found == {
        "Connections": 1, "Connections/begun in the clear": 1,
        "Commands": 11, "Commands/EHLO": 1, "Commands/AUTH": 1, "Commands/MAIL": 2, "Commands/RCPT": 3, "Commands/DATA": 1,
        "Commands/BDAT": 2, "Commands/QUIT": 1,
        "Replies": 15,
        "Replies/2yz Positive completion": 11,
        "Replies/2yz Positive completion/250 Requested mail action okay, completed": 8,
        "Replies/2yz Positive completion/250 Requested mail action okay, completed/2.0.0 Other undefined status": 3,
        "Replies/2yz Positive completion/250 Requested mail action okay, completed/2.1.0 Other address status": 2,
        "Replies/2yz Positive completion/250 Requested mail action okay, completed/2.1.5 Destination address valid": 2,
        "Replies/2yz Positive completion/220 Service ready": 1,
        "Replies/2yz Positive completion/221 Service closing transmission channel": 1,
        "Replies/2yz Positive completion/221 Service closing transmission channel/2.0.0 Other undefined status": 1,
        "Replies/2yz Positive completion/235 Authentication succeeded": 1,
        "Replies/2yz Positive completion/235 Authentication succeeded/2.7.0 Other or undefined security status": 1,
        "Replies/3yz Positive intermediate": 3,
        "Replies/3yz Positive intermediate/334 Server challenge, continue the authentication": 2,
        "Replies/3yz Positive intermediate/354 Start mail input, end with <CRLF>.<CRLF>": 1,
        "Replies/5yz Permanent negative completion": 1,
        "Replies/5yz Permanent negative completion/550 Mailbox unavailable": 1,
        "Replies/5yz Permanent negative completion/550 Mailbox unavailable/5.1.1 Bad destination mailbox address": 1,
        "Capabilities offered": 4, "Capabilities offered/PIPELINING": 1, "Capabilities offered/AUTH": 1,
        "Capabilities offered/CHUNKING": 1, "Capabilities offered/SIZE": 1,
        "Mails": 2, "Mails/accepted": 2, "Mails by protection": 2, "Mails by protection/in the clear": 2,
        "Size of mails, octets": 2, "Size of mails, octets/0-9999": 2,
    }


@pytest.mark.parametrize("path", SAMPLES, ids=places.name_of)
def test_sample(tshark, path):
    """Both statistics count what the fields tell."""
    found = counts(printed(tshark, path, "esmtp,tree", two_pass=True))
    calls = {verb: calls for verb, (calls, *_) in times(printed(tshark, path, "esmtp,srt", two_pass=True)).items()}
    verbs, codes, keywords, outcomes, answered = totals(
        tshark, path, "esmtp.command.verb", "esmtp.reply.code", "esmtp.capability.keyword", "esmtp.transaction.outcome",
        "esmtp.reply.verb")
    assert below(found, "Commands") == grouped(verbs, below(found, "Commands"))
    assert codes == {name.split("/")[2][:3]: count for name, count in found.items()
                     if re.fullmatch("Replies/[^/]*/[^/]*", name)}
    assert below(found, "Capabilities offered") == keywords
    assert below(found, "Mails") == outcomes
    answered.subtract(FURTHER_REPLIES.get(path.stem, {}))
    assert without_repeats(calls) == without_repeats(grouped(answered, calls))


def totals(tshark, path, *fields):
    frames = tshark.fields(path, *fields, two_pass=True).values()
    return [collections.Counter(value for frame in frames for value in frame.get(field, [])) for field in fields]


def grouped(verbs, names):
    """The verbs by name; those without one together."""
    found = collections.Counter()
    for verb, count in verbs.items():
        found[verb if verb in names else "other"] += count
    return found


# To commands, beyond the first: PRDR's results after a last chunk.
FURTHER_REPLIES = {"exim-prdr": {"BDAT": 3}}


def without_repeats(calls):
    """AUTH's challenges and LMTP's replies to one content are replies, too; a greeting counts only if the SYN was seen."""
    return {verb: count for verb, count in calls.items() if verb not in ("AUTH", "END-OF-DATA", "CONNECT", "other")}


def test_mails_stand_first(tshark):
    text = printed(tshark, places.SAMPLES / "postfix-relay-pipelined.pcapng", "esmtp,tree")
    nodes = re.findall(r"^([A-Z]\w.*?) {2,}\d", text, re.MULTILINE)
    assert nodes == ["Mails", "Mails by protection", "Size of mails, octets", "Connections", "STARTTLS", "Commands", "Replies",
                     "Capabilities offered"]


def test_what_nobody_knows(tshark, capture):
    script = OPENING + [("C", lines("XYZZY", "GET / HTTP/1.1")), ("S", lines("500 5.5.2 What?", "599 What?"))]
    found = tree(tshark, capture(dialogue(Connection(), script)))
    assert below(found, "Commands") == {"EHLO": 1, "other": 2}
    assert below(found, "Replies/5yz Permanent negative completion") == {
        "500 Syntax error, command unrecognized": 1, "599": 1}
    assert below(found, "Capabilities offered") == {"SIZE": 1, "STARTTLS": 1, "X-OF-OURS": 1}


def test_tls(tshark, capture):
    asked = OPENING + [("C", lines("STARTTLS"))]
    granted = dialogue(Connection(client=("192.0.2.1", 40000)), asked + [("S", lines("220 2.0.0 Go"))])
    refused = dialogue(Connection(client=("192.0.2.1", 40001)), asked + [("S", lines("454 4.7.0 No"))])
    found = tree(tshark, capture(granted, refused))
    assert below(found, "STARTTLS") == {"granted": 1, "refused": 1}
    assert below(found, "Connections") == {"begun in the clear": 2}
    found = tree(tshark, places.SAMPLES / "postfix-smtps-openssl.pcapng")
    assert below(found, "Connections") == {"under TLS from the first octet": 1}
    found = tree(tshark, places.SAMPLES / "postfix-relay-starttls.pcapng")
    assert below(found, "Mails by protection") == {"under TLS": 2}


@pytest.fixture
def cut_off(capture):
    """Three connections, each of which ends in the middle of a mail; the last one had a mail refused before."""
    scripts = [OPENING + MAIL, OPENING + MAIL[:1],
               OPENING + [("C", lines("MAIL FROM:<a@example.org>")), ("S", lines("550 5.7.1 No"))] + MAIL]
    return capture(*(dialogue(Connection(client=("192.0.2.1", 40000 + number)), script)
                     for number, script in enumerate(scripts)))


CUT_OFF = {"open": 3, "rejected": 1}


@pytest.mark.parametrize("two_pass", [False, True])
def test_a_mail_that_was_cut_off_is_counted(tshark, cut_off, two_pass):
    assert below(tree(tshark, cut_off, two_pass=two_pass), "Mails") == CUT_OFF


@pytest.mark.parametrize("two_pass", [False, True])
def test_a_mail_that_was_cut_off_is_counted_if_its_connections_last_packet_passes(tshark, cut_off, two_pass):
    assert below(tree(tshark, cut_off, two_pass=two_pass, only="tcp.stream > 0"), "Mails") == {"open": 2, "rejected": 1}
    assert below(tree(tshark, cut_off, two_pass=two_pass, only="smtp.req"), "Mails") == {"open": 1}


def test_several_trees_in_one_run_count_each_mail_once(tshark, cut_off):
    printed_trees = printed(tshark, cut_off, "esmtp,tree", "esmtp,tree,tcp.stream == 0", "esmtp,tree,udp")
    found = [below(counts(text), "Mails") for text in printed_trees.split("Topic / Item")[1:]]
    assert sorted(found, key=str) == sorted([CUT_OFF, {"open": 1}, {}], key=str)


def test_a_mail_that_was_cut_off_is_counted_when_tshark_begins_anew(tshark, cut_off):
    """-M: here between the second connection and the third."""
    assert below(tree(tshark, cut_off, options=("-M", "15")), "Mails") == CUT_OFF


def test_filter(tshark, capture):
    path = capture(*(dialogue(Connection(client=("192.0.2.1", 40000 + number)), OPENING + MAIL * number)
                     for number in range(3)))
    assert tree(tshark, path)["Connections"] == 3
    found = tree(tshark, path, only="tcp.stream == 1")
    assert (found["Connections"], found["Commands/MAIL"]) == (1, 1)


# --- times -----------------------------------------------------------------------------------------------------------------

# A segment a millisecond; the SYN is the first, and two more come before the greeting.
TIMES = {
    "the session with a bit of everything": (DIALOGUE, {
        "CONNECT": (1, 3, 3, 3), "EHLO": (1, 1, 1, 1), "AUTH": (1, 5, 5, 5), "MAIL": (2, 1, 1, 1), "RCPT": (3, 1, 1, 1),
        "DATA": (1, 1, 1, 1), "END-OF-DATA": (1, 1, 1, 1), "BDAT": (2, 1, 1, 1), "QUIT": (1, 1, 1, 1)}),
    "least, most and average": (
        OPENING + [("C", lines("NOOP")), ("S", lines("250 Ok")), ("C", lines("NOOP")), ("C", lines("NOOP")),
                   ("S", lines("250 Ok")), ("S", lines("250 Ok"))],
        {"CONNECT": (1, 3, 3, 3), "EHLO": (1, 1, 1, 1), "NOOP": (3, 1, 2, 2)}),
    "LMTP's replies to a content are one answer, and the last counts": (
        [("S", lines("220 mx LMTP")), ("C", lines("LHLO a")), ("S", lines("250 mx")), ("C", lines("MAIL FROM:<a@b>")),
         ("S", lines("250 Ok")), ("C", lines("RCPT TO:<c@d>", "RCPT TO:<e@f>", "RCPT TO:<g@h>")),
         ("S", lines("250 Ok", "250 Ok", "250 Ok")), ("C", lines("DATA")), ("S", lines("354 Go")), ("C", lines("x", ".")),
         ("S", lines("250 Ok")), ("S", lines("250 Ok", "450 No"))],
        {"CONNECT": (1, 3, 3, 3), "LHLO": (1, 1, 1, 1), "MAIL": (1, 1, 1, 1), "RCPT": (3, 1, 1, 1), "DATA": (1, 1, 1, 1),
         "END-OF-DATA": (1, 2, 2, 2)}),
    "what got no reply is not counted": (
        OPENING + [("C", lines("NOOP", "AUTH LOGIN")), ("S", lines("250 Ok", "334 VXNlcm5hbWU6"))],
        {"CONNECT": (1, 3, 3, 3), "EHLO": (1, 1, 1, 1), "NOOP": (1, 1, 1, 1)}),
    "verbs that nobody knows": (
        OPENING + [("C", lines("XYZZY")), ("S", lines("500 What?")), ("C", lines("PLUGH")), ("S", lines("500 What?"))],
        {"CONNECT": (1, 3, 3, 3), "EHLO": (1, 1, 1, 1), "other": (2, 1, 1, 1)}),
}


@pytest.mark.parametrize("name", TIMES)
def test_times(tshark, capture, name):
    script, expected = TIMES[name]
    path = capture(dialogue(Connection(), script))
    assert srt(tshark, path) == expected
    assert srt(tshark, path, two_pass=True) == expected


@pytest.mark.parametrize("path", [places.SAMPLES / f"{name}.pcapng" for name in ("postfix-relay-pipelined", "exim-commands", "dovecot-lmtp")],
                         ids=places.name_of)
def test_a_row_is_a_filter(tshark, path):
    """Wireshark makes one of the row's number."""
    rows = re.findall(r"^ *(\d+)  (\S+) +\d+ ", printed(tshark, path, "esmtp,srt"), re.MULTILINE)
    assert len(rows) > 4
    for number, verb in rows:
        known = f'esmtp.reply.verb == "{verb}"'
        if verb == "other":
            known = "esmtp.reply.verb && !(" + " || ".join(f'esmtp.reply.verb == "{name}"' for _, name in rows if name != verb) + ")"
        assert tshark.frames(path, f"esmtp.reply.verb_number == {number}") == tshark.frames(path, known)
        assert tshark.frames(path, f'esmtp.reply.verb_number == "{verb}"') == tshark.frames(path, known)


def test_without_the_syn_there_is_no_time_to_connect(tshark, capture):
    assert "CONNECT" not in srt(tshark, capture(dialogue(Connection(handshake=False), DIALOGUE)))
