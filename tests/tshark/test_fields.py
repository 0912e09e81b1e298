"""The public interface: every field with its type, and a right value of every typed one.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

from packets import Connection, dialogue, lines

PARTS = "local_part domain source_route".split()

# What people put into filters and scripts: the names and types that must not change.
TYPES = {
    "FT_STRING": """
        command command.verb command.argument helo.domain mail.from rcpt.to parameter parameter.keyword parameter.value mail.body
        mail.ret mail.envid mail.auth mail.submitter mail.by.mode rcpt.notify rcpt.orcpt rcpt.orcpt_type rcpt.rrvs_action burl.url
        xclient.attribute xclient.value auth.mechanism auth.message auth.username auth.authzid auth.password auth.token auth.realm
        auth.nonce auth.digest auth.scope auth.outcome reply reply.enhanced_status reply.text reply.verb reply.queue_id
        greeting.domain greeting.software ehlo_reply.domain ehlo_reply.client_name capability capability.keyword
        capability.parameter capability.auth_mechanism capability.mt_priority_profile transaction.outcome transaction.ended_by
        transaction.helo transaction.mail_from transaction.auth_username transaction.rcpt_to transaction.rcpt_accepted
        transaction.rcpt_deferred transaction.rcpt_rejected transaction.method transaction.enhanced_status transaction.text
        transaction.queue_id transaction.subject transaction.message_id transaction.header_from transaction.header_to
        transaction.date transaction.client_addr transaction.server_addr transaction.rcpt_status transaction.rcpt_text
        transaction.header_cc transaction.reply_to transaction.in_reply_to transaction.user_agent transaction.x_originating_ip
        transaction.received connection.server_name connection.server_software connection.client_name connection.closed_by
        connection.close connection.phase connection.tls connection.text""".split()
    + [f"{path}.{part}" for path in ("mail.from", "rcpt.to") for part in PARTS],
    "FT_BOOLEAN": """mail.null_sender mail.smtputf8 mail.requiretls mail.by.trace bdat.last burl.last tls
        transaction.null_sender transaction.tls transaction.smuggled connection.quit""".split(),
    "FT_UINT8": "reply.severity reply.category reply.enhanced_status.class".split(),
    "FT_UINT16": """reply.code reply.enhanced_status.subject reply.enhanced_status.detail transaction.rcpt_code
        transaction.code transaction.client_port transaction.server_port connection.code""".split(),
    "FT_UINT32": """mail.holdfor reply.lines capability.deliverby_min capability.future_release_interval capability.limit_mailmax
        capability.limit_rcptmax capability.limit_rcptdomainmax transaction.index transaction.rcpt_count connection.mails""".split(),
    "FT_UINT64": """mail.size bdat.size capability.size message.size message.unstuffed_size message.reassembled_length
        transaction.size transaction.declared_size""".split(),
    "FT_INT8": ["mail.mt_priority"],
    "FT_INT32": ["mail.by.time"],
    "FT_IPv4": "helo.ipv4 mail.from.ipv4 rcpt.to.ipv4 ehlo_reply.client_ipv4".split(),
    "FT_IPv6": "helo.ipv6 mail.from.ipv6 rcpt.to.ipv6 ehlo_reply.client_ipv6".split(),
    "FT_ABSOLUTE_TIME": "mail.holduntil rcpt.rrvs capability.future_release_until".split(),
    "FT_RELATIVE_TIME": """reply.time transaction.duration transaction.content_time transaction.reply_time transaction.rcpt_time
        connection.silence""".split(),
    "FT_FRAMENUM": """command.reply_frame reply.command_frame starttls.frame message.fragment message.reassembled_in
        transaction.first_frame transaction.reply_frame""".split(),
    "FT_NONE": "message message.end_of_data transaction connection".split(),
}

EXPERTS = """syntax gap reply_unexpected reply_codes_differ status_class_mismatch number_overflow starttls_plaintext
    starttls_stripped auth_without_tls requiretls_without_tls end_of_data_lookalike bare_lf bare_cr nul line_too_long early_talker
    pipelining_unadvertised extension_unadvertised size_exceeded smtputf8_missing smuggling connection_lost""".split()


def registered(tshark):
    rows = [row.split("\t") for row in tshark.describe("fields").splitlines()]
    return {row[2]: row[3] for row in rows if row[0] == "F"}


@pytest.mark.thorough
def test_every_field_is_registered_with_its_type(tshark):
    found = registered(tshark)
    wanted = {f"esmtp.{name}": kind for kind, names in TYPES.items() for name in names}
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.thorough
def test_every_expert_information_is_registered(tshark):
    found = registered(tshark)
    assert [name for name in EXPERTS if f"esmtp.expert.{name}" not in found] == []


# One command line each, and the fields that have to come of it.
COMMANDS = [
    ("EHLO [192.0.2.10]", {"helo.domain": ["[192.0.2.10]"], "helo.ipv4": ["192.0.2.10"]}),
    ("EHLO 192.0.2.10", {"helo.ipv4": ["192.0.2.10"]}),
    ("HELO [IPv6:2001:db8::10]", {"helo.ipv6": ["2001:db8::10"]}),
    ("mail from:<>", {"command.verb": ["MAIL"], "mail.from": [""], "mail.null_sender": ["1"]}),
    ("MAIL FROM:<@a.example,@b.example:ann@example.org>",
     {"mail.from": ["ann@example.org"], "mail.from.source_route": ["@a.example,@b.example"],
      "mail.from.local_part": ["ann"], "mail.from.domain": ["example.org"]}),
    ('MAIL FROM:<"ann \\"x\\" b"@[192.0.2.1]>',
     {"mail.from": ['"ann \\"x\\" b"@[192.0.2.1]'], "mail.from.local_part": ['ann "x" b'],
      "mail.from.domain": ["[192.0.2.1]"], "mail.from.ipv4": ["192.0.2.1"]}),
    ("MAIL FROM: ann@example.org", {"mail.from": ["ann@example.org"], "expert.lenient_syntax": ["1"]}),
    ("RCPT TO:<Postmaster>", {"rcpt.to": ["Postmaster"], "rcpt.to.local_part": ["Postmaster"]}),
    ("RCPT TO:<bob@[IPv6:2001:db8::1]>", {"rcpt.to.domain": ["[IPv6:2001:db8::1]"], "rcpt.to.ipv6": ["2001:db8::1"]}),
    ("RCPT TO:<@r.example:bob@[192.0.2.7]>", {"rcpt.to.source_route": ["@r.example"], "rcpt.to.ipv4": ["192.0.2.7"]}),
    ("MAIL FROM:<ann@[IPv6:2001:db8::2]>", {"mail.from.ipv6": ["2001:db8::2"]}),
    ("MAIL FROM:<a@example.org> SIZE=8405 BODY=8BITMIME SMTPUTF8 REQUIRETLS",
     {"mail.size": ["8405"], "mail.body": ["8BITMIME"], "mail.smtputf8": ["1"], "mail.requiretls": ["1"],
      "parameter.keyword": ["SIZE", "BODY", "SMTPUTF8", "REQUIRETLS"], "parameter.value": ["8405", "8BITMIME"]}),
    ("MAIL FROM:<a@example.org> RET=HDRS ENVID=id+2B1 AUTH=b+40example.org SUBMITTER=c@example.org",
     {"mail.ret": ["HDRS"], "mail.envid": ["id+1"], "mail.auth": ["b@example.org"], "mail.submitter": ["c@example.org"]}),
    ("MAIL FROM:<a@example.org> BY=-120;NT HOLDFOR=3600 MT-PRIORITY=-3",
     {"mail.by.time": ["-120"], "mail.by.mode": ["N"], "mail.by.trace": ["1"], "mail.holdfor": ["3600"],
      "mail.mt_priority": ["-3"]}),
    ("RCPT TO:<b@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bx@example.net",
     {"rcpt.notify": ["SUCCESS", "DELAY"], "rcpt.orcpt": ["b+x@example.net"], "rcpt.orcpt_type": ["rfc822"]}),
    ("RCPT TO:<b@example.net> ORCPT=utf-8;j\\x{F6}rg@example.net", {"rcpt.orcpt": ["jörg@example.net"]}),
    ("BURL imap://ann@imap.example.org/Sent/;uid=1 LAST",
     {"burl.url": ["imap://ann@imap.example.org/Sent/;uid=1"], "burl.last": ["1"]}),
    ("XCLIENT NAME=mx+2Dold.example.org ADDR=192.0.2.9",
     {"xclient.attribute": ["NAME", "ADDR"], "xclient.value": ["mx-old.example.org", "192.0.2.9"]}),
    ("MAIL FROM:<jörg@bücher.example> SMTPUTF8",
     {"mail.from": ["jörg@bücher.example"], "mail.from.local_part": ["jörg"], "mail.from.domain": ["bücher.example"]}),
    ("RCPT TO:<bob@[x-net:1.2.3]>", {"rcpt.to.domain": ["[x-net:1.2.3]"], "rcpt.to.local_part": ["bob"]}),
    ("rcpt to: bob@example.net notify=never", {"rcpt.to": ["bob@example.net"], "rcpt.notify": ["never"], "expert.lenient_syntax": ["1"]}),
    # One complaint for each thing that is wrong.
    ("MAIL FROM:<a@example.org> ENVID=id+2b1", {"mail.envid": ["id+1"], "expert.lenient_syntax": ["1"]}),
    ("MAIL FROM:<a@example.org> ENVID=id+2", {"mail.envid": ["id+2"], "expert.syntax": ["1"]}),
    ("MAIL FROM:<a@example.org> BODY=9BIT", {"mail.body": ["9BIT"], "expert.syntax": ["1"]}),
    ("MAIL FROM:<a@example.org> SIZE=18446744073709551616", {"parameter.keyword": ["SIZE"], "expert.number_overflow": ["1"]}),
    ("MAIL FROM:<a@example.org> HOLDFOR=99999999999", {"parameter.keyword": ["HOLDFOR"], "expert.number_overflow": ["1"]}),
    ("VRFY bob", {"command.verb": ["VRFY"], "command.argument": ["bob"]}),
]


def shown(tshark, path, names):
    fields = [f"esmtp.{name}" for name in names]
    found = {}
    for values in tshark.fields(path, *fields).values():
        for field, texts in values.items():
            found.setdefault(field.removeprefix("esmtp."), []).extend(texts)
    return found


@pytest.mark.parametrize("line, expected", COMMANDS, ids=[line[:30] for line, _ in COMMANDS])
def test_command(tshark, capture, line, expected):
    path = capture(dialogue(Connection(), [("S", lines("220 mx.example.org ESMTP")), ("C", lines(line))]))
    found = shown(tshark, path, set(expected) | {"expert.syntax", "expert.lenient_syntax", "expert.number_overflow"})
    empty = {name: values for name, values in expected.items() if values == [""]}
    assert {**found, **empty} == expected


@pytest.mark.thorough
def test_points_in_time(tshark, capture):
    """Absolute times are compared by filters: how they are printed differs between releases."""
    path = capture(dialogue(Connection(), [
        ("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")),
        ("S", lines("250-mx.example.org", "250 FUTURERELEASE 86400 2026-12-31T23:59:59Z")),
        ("C", lines("MAIL FROM:<a@example.org> HOLDUNTIL=2026-11-30T12:00:00Z")), ("S", lines("250 Ok")),
        ("C", lines("RCPT TO:<b@example.net> RRVS=2014-04-03T23:01:00Z;C"))]))
    for field, time in (("mail.holduntil", "2026-11-30T12:00:00Z"), ("rcpt.rrvs", "2014-04-03T23:01:00Z"),
                        ("capability.future_release_until", "2026-12-31T23:59:59Z")):
        assert tshark.count(path, f'esmtp.{field} == "{time}"') == 1, field
        assert tshark.count(path, f'esmtp.{field} > "{time}"') == 0, field
    assert shown(tshark, path, ["rcpt.rrvs_action", "capability.future_release_interval"]) == {
        "rcpt.rrvs_action": ["C"], "capability.future_release_interval": ["86400"]}


def test_capabilities(tshark, capture):
    path = capture(dialogue(Connection(), [
        ("S", lines("220 mx.example.org ESMTP Exim 4.96 ready")), ("C", lines("EHLO client.example.com")),
        ("S", lines("250-mx.example.org Hello client.example.com [192.0.2.10]", "250-SIZE 0", "250-size 99999999999999999999999",
                    "250-AUTH plain LOGIN", "250-AUTH=CRAM-MD5", "250-DELIVERBY 240", "250-MT-PRIORITY STANAG4406",
                    "250-LIMITS MAILMAX=10 RCPTMAX=100 RCPTDOMAINMAX=1", "250-XUNHEARD of", "250 HELP"))]))
    assert shown(tshark, path, ["capability.size", "capability.auth_mechanism", "capability.deliverby_min",
                               "capability.mt_priority_profile", "capability.limit_mailmax", "capability.limit_rcptmax",
                               "capability.limit_rcptdomainmax", "ehlo_reply.domain", "ehlo_reply.client_name",
                               "ehlo_reply.client_ipv4", "greeting.domain", "greeting.software"]) == {
        "capability.size": ["0"], "capability.auth_mechanism": ["PLAIN", "LOGIN", "CRAM-MD5"],
        "capability.deliverby_min": ["240"], "capability.mt_priority_profile": ["STANAG4406"],
        "capability.limit_mailmax": ["10"], "capability.limit_rcptmax": ["100"], "capability.limit_rcptdomainmax": ["1"],
        "ehlo_reply.domain": ["mx.example.org"], "ehlo_reply.client_name": ["client.example.com"],
        "ehlo_reply.client_ipv4": ["192.0.2.10"], "greeting.domain": ["mx.example.org"], "greeting.software": ["Exim 4.96"]}
    assert tshark.count(path, "esmtp.expert.number_overflow") == 1


def test_client_of_ehlo_reply_by_ipv6(tshark, capture):
    path = capture(dialogue(Connection(), [
        ("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")),
        ("S", lines("250-mx.example.org Hello client.example.com [IPv6:2001:db8::10]", "250 HELP"))]))
    assert shown(tshark, path, ["ehlo_reply.client_ipv6"]) == {"ehlo_reply.client_ipv6": ["2001:db8::10"]}


# What the items say, of what is known and of what is not: the unknown is shown as such, and is no error.
WORDS = [
    "Verb: FROBNICATE — no verb", "Verb: X-LINK2STATE — .*Exchange", "Code: Unknown \\(259\\)", "Code: 556 Domain does not accept mail",
    "Enhanced status: 2.77.1 — not registered", "Enhanced status: 5.1.10 — Recipient address has null MX",
    "Capability: XFROB 1 — no extension", "Capability: RRVS — .*RFC 7293",
    "Mechanism: X-FROB — no mechanism", "Mechanism: SCRAM-SHA-384 — .*SHA-384",
    "Parameter: FROB=1 — no parameter", "Parameter: RET=HDRS — .*RFC 3461",
]


def test_what_is_known_and_what_is_not(tshark, capture):
    path = capture(dialogue(Connection(), [
        ("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")),
        ("S", lines("250-mx.example.org", "250-XFROB 1", "250-RRVS", "250-DSN", "250 AUTH X-FROB SCRAM-SHA-384")),
        ("C", lines("FROBNICATE it")), ("S", lines("259 2.77.1 What?")), ("C", lines("X-LINK2STATE LAST")), ("S", lines("250 Ok")),
        ("C", lines("MAIL FROM:<a@example.org> FROB=1 RET=HDRS")), ("S", lines("556 5.1.10 Null MX"))]))
    tree = tshark.tree(path, "esmtp", only="esmtp")
    assert [words for words in WORDS if not re.search(f"^ *{words}", tree, re.MULTILINE)] == []
    assert tshark.count(path, "esmtp.expert.syntax || _ws.malformed") == 0


# A mail by DATA whose content comes in two packets, and one by BDAT. Each step is a millisecond after the one before it.
CONTENT = [lines("From: Ann <a@example.org>", "To: b@example.net", "Subject: x", "Date: Mon, 2 Mar 2026 09:30:00 +0000", ""),
           lines("..", ".")]
CHUNKS = [b"Subject: y\r\n", b"\r\ny\r\n"]
MAILS = [
    ("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")), ("S", lines("250 CHUNKING")),       # 4 5 6
    ("C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>",
                "RCPT TO:<d@example.net>", "DATA")),                                                                       # 7
    ("S", lines("250 Ok", "250 Ok", "450 Later", "550 No", "354 Go ahead")),                                               # 8
    ("C", CONTENT[0]), ("C", CONTENT[1]), ("S", lines("250 2.0.0 Ok: queued as 1234567")),                                 # 9 10 11
    ("C", lines("MAIL FROM:<>", "RCPT TO:<b@example.net>", f"BDAT {len(CHUNKS[0])}") + CHUNKS[0]),                         # 12
    ("C", lines(f"BDAT {len(CHUNKS[1])} LAST") + CHUNKS[1]), ("S", lines(*["250 Ok"] * 3, "552 5.3.4 Too much")),          # 13 14
]


def test_mails(tshark, capture):
    path = capture(dialogue(Connection(), MAILS))
    sizes = [len(CONTENT[0]) + 4, len(CHUNKS[0]) + len(CHUNKS[1])]
    expected = {
        "command.reply_frame": ["6", "8", "8", "8", "8", "8", "14", "14", "14", "14"],
        "reply.command_frame": ["5", "7", "7", "7", "7", "7", "10", "12", "12", "12", "13"],
        "reply.verb": ["CONNECT", "EHLO", "MAIL", "RCPT", "RCPT", "RCPT", "DATA", "END-OF-DATA", "MAIL", "RCPT", "BDAT", "BDAT"],
        "bdat.size": [str(len(chunk)) for chunk in CHUNKS], "bdat.last": ["1"],
        "message.size": [str(size) for size in sizes], "message.unstuffed_size": [str(sizes[0] - 1), str(sizes[1])],
        "message.fragment": ["9", "10", "12", "13"], "message.reassembled_in": ["10", "13"],
        "message.reassembled_length": [str(sizes[0] - 1), str(sizes[1])], "message.end_of_data": ["1"],
        "transaction.index": ["1", "2"], "transaction.outcome": ["accepted", "rejected"],
        "transaction.ended_by": ["END-OF-DATA", "END-OF-DATA"], "transaction.helo": ["client.example.com"] * 2,
        "transaction.null_sender": ["1"],
        "transaction.rcpt_to": ["b@example.net", "c@example.net", "d@example.net", "b@example.net"],
        "transaction.rcpt_code": ["250", "450", "550", "250"], "transaction.rcpt_accepted": ["b@example.net", "b@example.net"],
        "transaction.rcpt_deferred": ["c@example.net"], "transaction.rcpt_rejected": ["d@example.net"],
        "transaction.rcpt_count": ["3", "1"], "transaction.method": ["DATA", "BDAT"],
        "transaction.size": [str(sizes[0] - 1), str(sizes[1])], "transaction.code": ["250", "552"],
        "transaction.enhanced_status": ["2.0.0", "5.3.4"], "transaction.text": ["Ok: queued as 1234567", "Too much"],
        "transaction.queue_id": ["1234567"], "transaction.reply_frame": ["11", "14"],
        "transaction.rcpt_text": ["Ok", "Later", "No", "Ok"], "transaction.client_addr": ["192.0.2.1"] * 2,
        "transaction.client_port": ["40000"] * 2, "transaction.server_addr": ["198.51.100.25"] * 2,
        "transaction.server_port": ["25"] * 2, "transaction.tls": ["0", "0"], "transaction.first_frame": ["7", "12"],
        "transaction.subject": ["x", "y"], "transaction.header_from": ["Ann <a@example.org>"],
        "transaction.header_to": ["b@example.net"], "transaction.date": ["Mon, 2 Mar 2026 09:30:00 +0000"],
    }
    found = {}
    for frame in tshark.fields(path, *[f"esmtp.{name}" for name in expected], two_pass=True).values():
        for field, values in frame.items():
            found.setdefault(field.removeprefix("esmtp."), []).extend(values)
    assert found == expected


@pytest.mark.thorough
def test_durations(tshark, capture):
    path = capture(dialogue(Connection(), MAILS))
    since_command = [0.003, 0.001] + [0.001] * 5 + [0.001] + [0.002] * 3 + [0.001]
    assert [float(text) for text in tshark.values(path, "esmtp.reply.time")] == [pytest.approx(t, abs=2e-6) for t in since_command]
    assert [float(text) for text in tshark.values(path, "esmtp.transaction.duration")] == [
        pytest.approx(t, abs=2e-6) for t in (0.004, 0.002)]
    for field, times in (("content_time", (0.002, 0.001)), ("reply_time", (0.001, 0.001))):
        assert [float(text) for text in tshark.values(path, f"esmtp.transaction.{field}")] == [
            pytest.approx(t, abs=2e-6) for t in times]


HELLO = [("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com"))]
OFFERS = ("S", lines("250-mx.example.org", "250-SIZE 1000", "250-STARTTLS", "250-AUTH PLAIN", "250 8BITMIME"))
MAIL = [("C", lines("MAIL FROM:<a@example.org>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<b@example.net>")),
        ("S", lines("250 Ok")), ("C", lines("DATA")), ("S", lines("354 Go ahead"))]

# What raises each expert information. The dialogue without it raises none of that name.
RAISES = {
    "syntax": [("C", b"\xff\xfe what\r\n")],
    "reply_unexpected": [("S", lines("250 2.0.0 for nobody"))],
    "reply_codes_differ": [("C", lines("NOOP")), ("S", lines("250-one", "251 two"))],
    "status_class_mismatch": [("C", lines("NOOP")), ("S", lines("250 5.0.0 what"))],
    "number_overflow": [("C", lines("BDAT 99999999999999999999999"))],
    "starttls_plaintext": [("C", lines("STARTTLS", "NOOP"))],
    "auth_without_tls": [("C", lines("AUTH PLAIN AGFubgBzM2NyZXQ="))],
    "requiretls_without_tls": [("C", lines("MAIL FROM:<a@example.org> REQUIRETLS"))],
    "end_of_data_lookalike": MAIL + [("C", b"Subject: x\r\n\r\nx\n.\r\ny\r\n.\r\n")],
    "smuggling": MAIL + [("C", b"Subject: x\r\n\r\nx\n.\r\nNOOP\r\n.\r\n"), ("S", lines("250 Ok", "250 Ok", "500 What"))],
    "bare_lf": MAIL + [("C", b"Subject: x\r\n\r\nx\ny\r\n.\r\n")],
    "bare_cr": MAIL + [("C", b"Subject: x\r\n\r\nx\ry\r\n.\r\n")],
    "nul": MAIL + [("C", b"Subject: x\r\n\r\nx\0y\r\n.\r\n")],
    "line_too_long": MAIL + [("C", b"Subject: x\r\n\r\n" + b"x" * 1200 + b"\r\n.\r\n")],
    "pipelining_unadvertised": [("C", lines("NOOP", "NOOP"))],
    "extension_unadvertised": [("C", lines("MAIL FROM:<a@example.org> RET=HDRS"))],
    "size_exceeded": [("C", lines("MAIL FROM:<a@example.org> SIZE=1001"))],
    "smtputf8_missing": [("C", lines("MAIL FROM:<jörg@example.org>"))],
}


@pytest.mark.parametrize("name", sorted(RAISES))
def test_expert_information(tshark, capture, name):
    path = capture(dialogue(Connection(), HELLO + [OFFERS] + RAISES[name]))
    assert tshark.count(path, f"esmtp.expert.{name}") == 1
    plain = capture(dialogue(Connection(), HELLO + [OFFERS] + MAIL[:4]))
    assert tshark.count(plain, f"esmtp.expert.{name}") == 0


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("name", ["auth_without_tls", "size_exceeded"])
def test_the_list_of_expert_informations_has_ours(tshark, capture, name, two_pass):
    """It is made without drawing a tree. One is of what a token may be in, which is looked at then as well."""
    path = capture(dialogue(Connection(), HELLO + [OFFERS] + RAISES[name]))
    listed = tshark.run(path, "-q", "-z", "expert", two_pass=two_pass)
    assert re.findall(r"^ +(\d+) +\S+ +SMTP \(esmtp\) ", listed, re.MULTILINE) == ["1"]


def test_starttls_masked_on_its_way(tshark, capture):
    path = capture(dialogue(Connection(), HELLO + [("S", lines("250-mx.example.org", "250-XXXXXXXA", "250 8BITMIME"))]))
    assert tshark.count(path, "esmtp.expert.starttls_stripped") == 1


def test_client_that_does_not_wait_for_the_greeting(tshark, capture):
    path = capture(dialogue(Connection(), [HELLO[1], HELLO[0]]))
    assert tshark.count(path, "esmtp.expert.early_talker") == 1


def test_gap(tshark, capture):
    """What the receiver has acknowledged is lost when two more segments with octets have not brought it."""
    connection = dialogue(Connection(), HELLO)
    connection.lost(False, 100)
    path = capture(dialogue(connection, [("S", lines("250 8BITMIME"))] + [("C", lines("NOOP")), ("S", lines("250 Ok"))] * 2))
    assert tshark.count(path, "esmtp.expert.gap") == 1


@pytest.mark.thorough
def test_octets_that_could_not_be_put_in_order(tshark, capture):
    """Nobody has acknowledged what is missing before them, and the capture ends."""
    connection = dialogue(Connection(), HELLO)
    connection.lost(False, 100)
    path = capture(dialogue(connection, [("S", lines("250 8BITMIME"))]))
    assert tshark.values(path, "esmtp.reply.code") == ["220"]
    assert tshark.count(path, "esmtp.held") == 1
    assert tshark.count(path, "esmtp.expert.gap") == 0
    assert tshark.count(path, "esmtp.expert.withheld", two_pass=True) == 1
