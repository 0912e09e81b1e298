"""The mail log, -z esmtp,mails: against what was written down at recording time, against the fields, and its three formats.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import re
import subprocess

import pytest

import evidence
import mail_log
import places
from packets import Connection, dialogue, lines
from tshark import TsharkError

SAMPLES = places.captures_in(places.SAMPLES)

# Where the record tells more than the packets do, or less.
USER_NOT_READ = {
    "dovecot-auth-gssapi",      # the ticket names the user, encrypted
    "postfix-auth-gss-spnego",  # likewise
    "postfix-auth-anonymous",   # the server's name for anybody
}
NO_SERVER_LOG = {"seed-a-gmail-starttls"}  # a published session replayed: nobody wrote down its queue id

OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")),
           ("S", lines("250-mx.example.net", "250 SIZE 1000000"))]
HEADER = lines("From: Ann <ann@example.org>", "To: bob@example.net", "Subject: One", " and two",
               "Message-ID: <1@example.org>", "Date: Mon, 02 Mar 2026 09:30:00 +0000", "", "Hello")


def mail(sender="ann@example.org", recipients=("bob@example.net",), content=HEADER, queue_id="1234567", argument=""):
    """A mail that is taken."""
    return [("C", lines(f"MAIL FROM:<{sender}>{argument}")), ("S", lines("250 2.1.0 Ok")),
            *[step for to in recipients for step in (("C", lines(f"RCPT TO:<{to}>")), ("S", lines("250 2.1.5 Ok")))],
            ("C", lines("DATA")), ("S", lines("354 Go ahead")), ("C", content + lines(".")),
            ("S", lines(f"250 2.0.0 Ok: queued as {queue_id}"))]


# --- the samples: against the record, and against the fields ---------------------------------------------------------------


def recorded(path, entry):
    """What mails.json says, in the log's words. Content that the server did not take is not in the record."""
    expected = {"stream": entry["stream"], "mail_from": entry["sender"] or None, "outcome": entry["outcome"],
                "tls": entry["tls"], "recipients": [(to["address"], to["code"]) for to in entry["recipients"]]}
    if path.stem not in USER_NOT_READ:
        expected["auth_username"] = entry["auth_user"]
    if path.stem not in NO_SERVER_LOG:
        expected["queue_id"] = entry["queue_id"]
    if entry["sha256"]:
        expected |= {"method": entry["method"], "size": entry["size"]}
    return expected


def logged(record, like):
    record = record | {"recipients": list(zip(record["rcpt_to"], record["rcpt_code"])),
                       "mail_from": record["mail_from"] or None}
    return {name: record[name] for name in like}


@pytest.mark.parametrize("path", SAMPLES, ids=places.name_of)
def test_sample(tshark, path):
    """One record a mail, that tells what was recorded, and in both formats what the fields tell."""
    expected = [recorded(path, entry) for entry in evidence.entries(path)]
    found = mail_log.records(tshark, path)
    assert len(found) == len(expected)
    assert [logged(*pair) for pair in zip(found, expected)] == expected
    rows = [parsed(row) for row in mail_log.words(tshark, path)]
    assert rows == [without_empty(mail_log.as_words(record)) for record in found]
    if rows:
        assert in_fields(tshark, path, rows[0]) == in_log(rows)


def parsed(row):
    """A row of TSV: {column: items}"""
    return {name: [item for item in mail_log.items(word) if item] if name in mail_log.LISTS
            else [mail_log.unescaped(word)] if word else [] for name, word in row.items()}


def without_empty(row):
    return {name: [item for item in values if item] for name, values in row.items()}


def in_fields(tshark, path, names):
    """All values of each esmtp.transaction.*: those of mails that were cut off come with the second pass only. tshark writes
    a tab as the log's TSV does."""
    fields = {name: f"esmtp.transaction.{name}" for name in names if name not in mail_log.NO_FIELD}
    frames = tshark.fields(path, *fields.values(), two_pass=True).values()
    return {name: sorted(mail_log.unescaped(value) for frame in frames for value in frame.get(field, []))
            for name, field in fields.items()}


def in_log(rows):
    """The same of the log; a field that is false only for want of a word is not there."""
    found = {name: sorted(item for row in rows for item in row[name]) for name in rows[0] if name not in mail_log.NO_FIELD}
    return found | {name: [item for item in found[name] if item == "1"] for name in ("null_sender", "smuggled")}


# --- formats ---------------------------------------------------------------------------------------------------------------

STRANGE_SUBJECT = "tab\there, back\\slash, escape \x1b[31m, \u0085 next line, \x7f delete, </b> é"
STRANGE_MAIL = mail(sender='"a,b"@example.org', recipients=('"c,d"@example.net', "e\\f@example.net"), argument=" SIZE=500",
                    content=lines(f"Subject: {STRANGE_SUBJECT}", ""))


@pytest.fixture
def strange(capture):
    return capture(dialogue(Connection(), OPENING + STRANGE_MAIL))


def test_json(tshark, strange):
    (record,) = mail_log.records(tshark, strange)
    time = record.pop("time")
    assert time == "2023-11-14T22:13:20.006000000Z"
    assert record == {
        "stream": 0, "index": 1, "outcome": "accepted", "ended_by": "END-OF-DATA", "client_addr": "192.0.2.1",
        "client_port": 40000, "server_addr": "198.51.100.25", "server_port": 25, "helo": "client.example.org",
        "mail_from": '"a,b"@example.org', "null_sender": False, "auth_username": None,
        "rcpt_to": ['"c,d"@example.net', "e\\f@example.net"], "rcpt_code": [250, 250],
        "rcpt_status": ["2.1.5", "2.1.5"], "rcpt_text": ["Ok", "Ok"],
        "rcpt_time": [pytest.approx(0.001, abs=2e-6)] * 2,
        "rcpt_accepted": ['"c,d"@example.net', "e\\f@example.net"], "rcpt_deferred": [], "rcpt_rejected": [],
        "rcpt_count": 2, "method": "DATA", "size": len(STRANGE_MAIL[-2][1]) - 3, "missing": 0, "declared_size": 500, "code": 250,
        "enhanced_status": "2.0.0", "text": "Ok: queued as 1234567", "queue_id": "1234567",
        "reply_frame": 16, "duration": pytest.approx(0.009, abs=2e-6), "content_time": pytest.approx(0.001, abs=2e-6),
        "reply_time": pytest.approx(0.001, abs=2e-6), "tls": False, "smuggled": False, "first_frame": 7,
        "subject": STRANGE_SUBJECT, "message_id": None, "header_from": None, "header_to": None, "header_cc": None,
        "reply_to": None, "in_reply_to": None, "user_agent": None, "x_originating_ip": None, "received": [], "date": None,
    }


# What the mails of an organisation tell of themselves; the encoded word is "Zoë".
ALL_FIELDS = lines("Received: from b by c;", " Mon, 2 Mar 2026 09:30:01 +0000", "Received: from a by b; Mon, 2 Mar 2026 09:30:00 +0000",
                   "From: a@example.org", "cc: c@example.net,", "\td@example.net", "Reply-To: =?utf-8?q?Zo=C3=AB?= <z@example.org>",
                   "In-Reply-To: <0@example.org>", "X-Mailer: Old 1", "User-Agent: New 2", "X-Originating-IP: [192.0.2.7]",
                   "Cc: not@example.net", "", "Received: from the body")


def test_header(tshark, capture):
    """Unfolded and decoded; of several fields the first, but all of Received; a name in any case."""
    path = capture(dialogue(Connection(), OPENING + mail(content=ALL_FIELDS)))
    expected = {"received": ["from b by c; Mon, 2 Mar 2026 09:30:01 +0000", "from a by b; Mon, 2 Mar 2026 09:30:00 +0000"],
                "header_cc": "c@example.net,\td@example.net", "reply_to": "Zoë <z@example.org>", "in_reply_to": "<0@example.org>",
                "user_agent": "Old 1", "x_originating_ip": "[192.0.2.7]"}
    (record,) = mail_log.records(tshark, path)
    assert {name: record[name] for name in expected} == expected
    (frame,) = tshark.fields(path, "esmtp.transaction.received", only="esmtp.transaction").values()
    assert frame == {"esmtp.transaction.received": expected["received"]}


# Two recipients of LMTP, of whom each gets a result of its own behind the content.
LMTP = [("S", lines("220 mx.example.net LMTP")), ("C", lines("LHLO client.example.org")), ("S", lines("250 mx.example.net"))]
RESULTS = {"smtp": (OPENING, ("250 2.0.0 Taken",), [["2.1.5", "Ok"], ["2.1.5", "Ok"]]),
           "lmtp": (LMTP, ("250 2.0.0 Kept", "452 4.2.2 Full"), [["2.0.0", "Kept"], ["4.2.2", "Full"]])}


@pytest.mark.parametrize("opening, results, expected", RESULTS.values(), ids=RESULTS)
def test_text_of_each_recipient(tshark, capture, opening, results, expected):
    path = capture(dialogue(Connection(), opening + mail(recipients=("b@example.net", "c@example.net"))[:-1]
                            + [("S", lines(*results))]))
    (record,) = mail_log.records(tshark, path)
    assert [list(pair) for pair in zip(record["rcpt_status"], record["rcpt_text"])] == expected


def test_time_to_the_reply_of_each_recipient(tshark, capture):
    """From RCPT to its reply; where each recipient has a result, from the end of the content to that. One has no reply."""
    def spoken(opening, *steps):
        c = dialogue(Connection(), opening + [("C", lines("MAIL FROM:<a@example.org>")), ("S", lines("250 Ok"))])
        for wait, side, text in steps:
            c.now += wait
            (c.client if side == "C" else c.server)(lines(*text))
        return c

    smtp = spoken(OPENING, (0, "C", ["RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "RCPT TO:<d@example.net>"]), (1, "S", ["250 Ok"]),
                  (2, "S", ["550 No"]), (0, "C", ["RSET"]))
    lmtp = spoken(LMTP, (0, "C", ["RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>"]), (1, "S", ["250 Ok", "250 Ok"]), (0, "C", ["DATA"]),
                  (0, "S", ["354 Go"]), (0, "C", ["x", "."]), (4, "S", ["250 Kept"]), (5, "S", ["452 Full"]))
    for path, expected in ((capture(smtp), [1, 3, None]), (capture(lmtp), [4, 9])):
        (record,) = json.loads(tshark.run(path, "-q", "-z", "esmtp,mails,json"))
        assert [wait and round(wait) for wait in record["rcpt_time"]] == expected
        fields = tshark.values(path, "esmtp.transaction.rcpt_time", two_pass=True)
        assert [round(float(wait)) for wait in fields] == [wait for wait in expected if wait]


def test_lines_of_json(tshark, three_mails):
    """The same records, each in a line of its own, in the order in which the mails end."""
    found = [json.loads(line) for line in mail_log.write(tshark, three_mails, "esmtp,mails,ndjson").splitlines()]
    assert [record["mail_from"].partition("@")[0] for record in found] == ["second", "first", "third"]
    assert sorted(found, key=lambda record: record["first_frame"]) == mail_log.records(tshark, three_mails)


def test_who_is_the_client(tshark, capture):
    """The side that talks like one, whatever the ports look like."""
    connection = Connection(client=("192.0.2.1", 25), server=("198.51.100.25", 4000), handshake=False)
    (record,) = mail_log.records(tshark, capture(dialogue(connection, OPENING + mail())))
    assert (record["client_addr"], record["client_port"]) == ("192.0.2.1", 25)
    assert (record["server_addr"], record["server_port"]) == ("198.51.100.25", 4000)


@pytest.mark.parametrize("log", ["text", "tsv", "json", "ndjson"])
def test_no_control_character_goes_to_a_terminal(tshark, strange, log):
    text = mail_log.write(tshark, strange, f"esmtp,mails,{log}")
    assert "escape" in text and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def test_json_has_a_list_in_one_line(tshark, strange):
    assert '\n    "rcpt_code": [250,250],\n' in mail_log.write(tshark, strange, "esmtp,mails,json")


def test_tsv_escapes_what_would_break_a_row_or_a_list(tshark, strange):
    (row,) = mail_log.words(tshark, strange)
    assert row["subject"] == r"tab\there, back\\slash, escape \x1b[31m, \x85 next line, \x7f delete, </b> é"
    assert row["rcpt_to"] == r'"c\,d"@example.net,e\\f@example.net'
    assert row["mail_from"] == '"a,b"@example.org'
    assert (row["tls"], row["null_sender"], row["message_id"]) == ("0", "0", "")
    assert re.fullmatch(r"0\.00[89]\d{3}000", row["duration"])
    assert row["time"] == "2023-11-14T22:13:20.006000000Z"


def test_tsv_has_the_header_line_when_there_is_no_mail(tshark, capture):
    path = capture(dialogue(Connection(), OPENING))
    assert mail_log.words(tshark, path) == []
    assert mail_log.write(tshark, path, "esmtp,mails,tsv").startswith("stream\ttime\tindex\toutcome\t")


def test_a_recipient_without_a_reply_keeps_its_place(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + [
        ("C", lines("MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>")), ("S", lines("250 Ok", "550 No"))]))
    assert mail_log.records(tshark, path)[0]["rcpt_code"] == [550, None]
    assert mail_log.words(tshark, path)[0]["rcpt_code"] == "550,"


def test_table(tshark, capture):
    script = OPENING + mail(recipients=("bob@example.net", "carol@example.net")) + [
        ("C", lines("MAIL FROM:<>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<x@example.net>")),
        ("S", lines("450 4.2.1 Later")), ("C", lines("QUIT")), ("S", lines("221 Bye"))]
    header, *rows, total = mail_log.write(tshark, capture(dialogue(Connection(), script))).splitlines()
    assert header == "Time (UTC)               Stream  From → to                               Octets  Outcome   Code  Status" \
                     "  Reason                     Queue ID  Subject"
    assert all(re.match(r"2023-11-14 22:13:20\.0\d\d  ", row) for row in rows)
    assert [row[25:] for row in rows] == [
        "     0  ann@example.org → bob@example.net (+1)     151  accepted   250  2.0.0                              1234567   One and two",
        "     0  <> → x@example.net                              deferred   450  4.2.1   mailbox not available now"]
    assert total == "2 mails: 1 accepted, 1 deferred; 3 recipients: 2 accepted, 1 deferred"


def test_table_of_refused_recipients(tshark, capture):
    """How many of a mail's recipients were refused; the reason stands in the second line of the reply."""
    script = OPENING + mail(recipients=("bob@example.net", "no@example.net"))
    script[script.index(("C", lines("RCPT TO:<no@example.net>"))) + 1] = ("S", lines("550 5.1.1 Unknown user"))
    refused = mail(sender="eve@example.org")[:-1] + [("S", lines("550-5.7.1 Our system has detected that this is", "550 5.7.1 likely unsolicited mail"))]
    guess = mail(recipients=("c@example.net",))[:3] + [("S", lines("550 no"))]
    first, second, third, total = mail_log.write(tshark, capture(dialogue(Connection(), script + refused + guess))).splitlines()[1:]
    assert "bob@example.net (+1, 1 refused)  " in first and "taken for spam" not in first
    assert re.search(r"rejected   550  5\.7\.1   taken for spam +", second)
    assert third.endswith("no such user (a guess)")
    assert total == "3 mails: 1 accepted, 2 rejected; 4 recipients: 1 accepted, 3 rejected"


def test_table_shows_what_would_reverse_or_hide_text(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + mail(content=lines("Subject: \u202egnp.exe\u200b", "", "x"))))
    line = mail_log.write(tshark, path).splitlines()[1]
    assert line.endswith("  \\u{202e}gnp.exe\\u{200b}")


@pytest.mark.parametrize("what", ["esmtp,mails", "esmtp,mails,json", "esmtp,mails,tsv", "esmtp,mails,ndjson", "esmtp,connections"])
def test_error_of_writing(tshark, strange, what):
    """Where the output has no room, an error is reported, and the exit status is that of tshark's own errors of writing."""
    with open("/dev/full", "wb") as full:
        process = tshark.sandbox.popen(["tshark", "-n", "-q", "-r", str(tshark.sandbox.readable(strange)), "-z", what],
                                       stdout=full, stderr=subprocess.PIPE)
        complaint = process.communicate(timeout=60)[1].decode()
    assert f"-z {what.rpartition(',')[0] if what.count(',') > 1 else what}: cannot write" in complaint and process.returncode == 2


def test_table_cuts_what_is_too_long_and_escapes_controls(tshark, capture):
    wide = "試" * 100  # each takes two columns
    path = capture(dialogue(Connection(), OPENING + mail(content=lines(f"Subject: \x1b[2J{wide}", ""))))
    line = mail_log.write(tshark, path).splitlines()[1]
    assert line.endswith("  \\x1b[2J" + "試" * 26 + "…")


def test_table_of_nothing(tshark, capture):
    assert mail_log.write(tshark, capture(dialogue(Connection(), OPENING))) == "0 mails\n"


# --- the command line ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what, complaint", [
    ("esmtp,mails,xyz", 'no format is called "xyz"'),
    ("esmtp,mails,xyz,tcp", 'no format is called "xyz"'),
    ("esmtp,mails,jso", 'no format is called "jso"'),
    ("esmtp,mailsx", "esmtp,mailsx"),
    ("esmtp,mails,json,no.such.field", "no.such.field"),
])
def test_what_makes_no_sense_is_named(tshark, strange, what, complaint):
    with pytest.raises(TsharkError, match=complaint.replace(".", r"\.")):
        mail_log.write(tshark, strange, what)


@pytest.mark.parametrize("what", ["esmtp,mails", "esmtp,mails,", "esmtp,mails,text", "esmtp,mails,,tcp"])
def test_the_table_is_the_default(tshark, strange, what):
    assert mail_log.write(tshark, strange, what).endswith("\n1 mail: 1 accepted; 2 recipients: 2 accepted\n")


@pytest.mark.thorough
def test_several_logs_in_one_run(tshark, strange):
    both = tshark.run(strange, "-q", "-z", "esmtp,mails", "-z", "esmtp,mails,json")
    table, array = mail_log.write(tshark, strange), mail_log.write(tshark, strange, "esmtp,mails,json")
    assert both in (table + array, array + table)


@pytest.fixture
def three_mails(capture):
    """Two connections at once; the mail that began first ends last. The second connection breaks off in its second mail."""
    first, second = Connection(), Connection(client=("192.0.2.7", 40001))
    dialogue(first, OPENING + mail(sender="first@example.org"))
    dialogue(second, OPENING + mail(sender="second@example.org", queue_id="89ABCDE") + mail(sender="third@example.org")[:4])
    begun = 8  # the segment with the first MAIL, and the reply to it
    return capture(first.segments[:begun], second.segments, first.segments[begun:])


def test_order_is_that_of_the_mail_commands(tshark, three_mails):
    found = mail_log.records(tshark, three_mails)
    assert [(record["mail_from"], record["stream"], record["index"]) for record in found] == [
        ("first@example.org", 0, 1), ("second@example.org", 1, 1), ("third@example.org", 1, 2)]
    assert [record["first_frame"] for record in found] == sorted(record["first_frame"] for record in found)


@pytest.mark.parametrize("only, senders", [
    ("tcp.stream == 1", ["second", "third"]),
    ("tcp.stream == 0", ["first"]),
    ('esmtp.transaction.queue_id == "89ABCDE"', ["second"]),
    ("esmtp.reply.code == 421", []),
])
def test_filter(tshark, three_mails, only, senders):
    """A mail is listed if the packet that ends it passes; one that was cut off, if its connection's last packet does."""
    found = mail_log.records(tshark, three_mails, only=only)
    assert [record["mail_from"].partition("@")[0] for record in found] == senders


@pytest.mark.thorough
def test_tshark_forgets_the_packets_on_the_way(tshark, capture):
    """-M: after so many packets tshark begins anew, and numbers packets and streams from the start."""
    sessions = [dialogue(Connection(client=("192.0.2.1", 40000 + number), start=1_700_000_000 + number),
                         OPENING + mail(sender=f"{number}@example.org")
                         + mail(sender=f"{number}.cut@example.org")[:4]).segments for number in range(5)]
    path = capture(*sessions)
    records = [mail_log.records(tshark, path, options=options)
               for options in ((), ("-M", str(len(sessions[0]))), ("-M", str(2 * len(sessions[0]))))]
    named = [[{name: value for name, value in record.items() if name not in ("stream", "first_frame", "reply_frame")} for record in found]
             for found in records]
    assert [record["mail_from"] for record in named[0]] == [
        f"{number}{cut}@example.org" for number in range(5) for cut in ("", ".cut")]
    assert named[1] == named[0] and named[2] == named[0]


def test_json_is_one_array(tshark, three_mails):
    text = mail_log.write(tshark, three_mails, "esmtp,mails,json")
    assert text.startswith("[\n") and text.endswith("\n]\n") and len(json.loads(text)) == 3
