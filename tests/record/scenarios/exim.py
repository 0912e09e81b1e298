"""Recordings of Exim."""

import re

from kit import clients, exim, mail, sasl
from kit.catalogue import mail_record
from kit.scenario import scenario
from kit.smuggle import between, letters, smuggle


def letter(series, number, recipients=("bob@example.org",), lines=5):
    return mail.text_mail("ann@example.com", list(recipients), f"Letter {number}", f"{series}.{number}@example.com",
                          mail.dotted_text(lines))


@scenario("exim-bdat-pipelined",
          "Exim sending to Exim with CHUNKING: BDAT pipelined behind MAIL and RCPT, three connections: a mail to two "
          "recipients, one of whom is refused; a mail of several segments; a mail whose only recipient is refused (550) "
          "with its chunk refused as well.", "exim")
def bdat_pipelined(session):
    server = exim.start(session)
    sending = exim.sender(session)
    cases = [((("bob@example.org", 250), ("nobody@example.org", 550)), "accepted", 5),
             ((("carol@example.org", 250),), "accepted", 150), ((("nobody@example.org", 550),), "rejected", 5)]
    mails = []
    session.begin(25)
    for number, (recipients, outcome, lines) in enumerate(cases, 1):
        addresses = [address for address, _ in recipients]
        identifier, content = exim.enqueue(sending, "ann@example.com", addresses, letter("bdat", number, addresses, lines))
        sending.run("exim4", "-M", identifier, ok=None)
        mails.append(mail_record(number - 1, "ann@example.com", recipients, outcome, content, method="BDAT"))
    session.stop_capture()
    ids = exim.queue_ids(server)
    for number, record in enumerate(mails, 1):
        record["queue_id"] = ids.get(f"bdat.{number}@example.com")
    session.end(mails, server, logs={"client.log": "\n".join(sending.log.lines) + "\n"})


@scenario("exim-pipeconnect",
          "PIPECONNECT: in the first connection Exim learns that the other Exim offers it; in the second it sends EHLO, "
          "MAIL, RCPT and BDAT before the greeting has come.", "exim")
def pipeconnect(session):
    server = exim.start(session, main="pipelining_connect_advertise_hosts = *")
    sending = exim.sender(session, transport="  hosts_pipe_connect = *\n")
    mails = []
    session.begin(25)
    for number in (1, 2):
        identifier, content = exim.enqueue(sending, "ann@example.com", ["bob@example.org"], letter("early", number))
        sending.run("exim4", "-M", identifier)
        mails.append(mail_record(number - 1, "ann@example.com", [("bob@example.org", 250)], "accepted", content,
                                 method="BDAT"))
    session.stop_capture()
    ids = exim.queue_ids(server)
    for number, record in enumerate(mails, 1):
        record["queue_id"] = ids[f"early.{number}@example.com"]
    session.end(mails, server, logs={"client.log": "\n".join(sending.log.lines) + "\n"})


@scenario("exim-starttls", "swaks to Exim (GnuTLS): STARTTLS, one mail, in TLS.", "exim")
def starttls(session):
    server = exim.start(session, tls="*")
    content = letter("starttls", 1, lines=40)
    session.begin(25)
    clients.swaks(session, "ann@example.com", ["bob@example.org"], content, "--tls", tls=True)
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, tls=True,
                             queue_id=exim.queue_ids(server)["starttls.1@example.com"])], server)


@scenario("exim-tiny-bdat-one-segment",
          "Exim: three mails with BDAT, commands and contents in one segment; a mail of five chunks and `BDAT 0 LAST`.",
          "exim")
def tiny_bdat(session):
    server = exim.start(session)
    tiny = [letter("tiny", number, lines=2) for number in (1, 2, 3)]
    chunked = letter("tiny", 4, lines=40)
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.send(b"".join(b"MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nBDAT %d LAST\r\n" % len(content)
                         + content for content in tiny))
    client.expect(*[250] * 9)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("RCPT TO:<carol@example.org>", 250)
    step = len(chunked) // 5 + 1
    for begin in range(0, len(chunked), step):
        part = chunked[begin:begin + step]
        client.send(b"BDAT %d\r\n" % len(part) + part)
        client.expect(250)
    client.say("BDAT 0 LAST", 250)
    client.quit()
    session.stop_capture()
    ids = exim.queue_ids(server)
    session.end([mail_record(0, "ann@example.com", [(recipient, 250)], "accepted", content, method="BDAT",
                             queue_id=ids[f"tiny.{number}@example.com"])
                 for number, (content, recipient) in enumerate([(content, "bob@example.org") for content in tiny]
                                                               + [(chunked, "carol@example.org")], 1)], server,
                expected={"count": {"esmtp.message": 2}})


@scenario("exim-commands",
          "Exim's replies of several lines: HELP (214), EXPN of a list, VRFY; an unknown command, RCPT before MAIL, an address "
          "literal in EHLO, a refused relay; a mail ended by QUIT before DATA.", "exim")
def commands(session):
    server = exim.start(session)
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("HELP", 214)
    client.say("EHLO [192.0.2.10]", 250)
    client.say("VRFY bob@example.org", 250)
    client.say("EXPN staff@example.org", 250)
    client.say("FROBNICATE", 500)
    client.say("RCPT TO:<bob@example.org>", 503)
    client.say("MAIL FROM:<ann@example.com> SIZE=100", 250)
    client.say("RCPT TO:<eve@elsewhere.example>", 550)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("eve@elsewhere.example", 550), ("bob@example.org", 250)], "aborted",
                             None)], server)


EXTERNAL = """
begin authenticators
external:
  driver = external
  public_name = EXTERNAL
  server_advertise_condition = yes
  server_condition = ${if eq{$auth1}{ann}}
  server_set_id = $auth1
"""


@scenario("exim-auth-external",
          "AUTH EXTERNAL in the clear (Exim): failed with an initial response; the response asked for "
          "by 334 and cancelled; then given and accepted; a mail.", "exim")
def auth_external(session):
    server = exim.start(session, main="auth_advertise_hosts = *", authenticators=EXTERNAL)
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say(f"AUTH EXTERNAL {sasl.b64('eve')}", 535)
    sasl.cancelled(client, "EXTERNAL")
    client.say("AUTH EXTERNAL", 334)
    client.say(sasl.b64("ann"), 235)
    client.say("MAIL FROM:<ann@example.org>", 250)
    client.say("RCPT TO:<bob@example.net>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(sasl.letter("auth-external")))
    client.expect(250)
    client.quit()
    session.stop_capture()
    session.end([sasl.sent("auth-external", "ann", exim.queue_ids(server)["auth-external.1@example.org"])], server,
                expected={"fields": {"esmtp.auth.outcome": ["failed", "cancelled", "succeeded"],
                                     "esmtp.transaction.auth_username": ["ann"]}})


PRDR_MAIN = """
prdr_enable = true
limits_advertise_hosts =
acl_smtp_data_prdr = each_recipient
acl_smtp_data = whole
"""

PRDR_ACL = """
each_recipient:
  deny local_parts = carol
       message = Not to the taste of this recipient
  defer local_parts = erin
       message = This recipient cannot decide now
  accept
whole:
  deny condition = ${if match{$h_subject:}{Letter 3}}
       message = Not to the taste of anybody
  accept
"""


@scenario("exim-prdr",
          "PRDR (Exim 4.98): MAIL asks for a reply per recipient after the content, which comes behind a 353 and before a reply "
          "for the whole. Exim as the client: two recipients, one refused after the content. A script: three recipients, one "
          "taken, one refused, one deferred; two recipients taken, but the mail refused as a whole; one recipient, for whom "
          "there is the usual reply.", "exim-trixie")
def prdr(session):
    server = exim.start(session, main=PRDR_MAIN, acl=PRDR_ACL, package="exim-trixie")
    sending = exim.sender(session, package="exim-trixie")
    recipients = ["bob@example.org", "carol@example.org"]
    session.begin(25)
    identifier, content = exim.enqueue(sending, "ann@example.com", recipients, letter("prdr", 1, recipients))
    sending.run("exim4", "-M", identifier, ok=None)
    mails = [mail_record(0, "ann@example.com", [(recipients[0], 250), (recipients[1], 550)], "partial", content,
                         method="BDAT")]
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    for number, results, code, outcome in ((2, [("bob", 250), ("carol", 550), ("erin", 450)], 250, "partial"),
                                           (3, [("bob", 250), ("ann", 250)], 550, "rejected"),
                                           (4, [("bob", 250)], 250, "accepted")):
        recipients = [f"{name}@example.org" for name, _ in results]
        content = letter("prdr", number, recipients)
        client.say("MAIL FROM:<ann@example.com> PRDR", 250)
        for recipient in recipients:
            client.say(f"RCPT TO:<{recipient}>", 250)
        client.say("DATA", 354)
        client.send(mail.stuffed(content))
        if len(results) > 1:
            client.expect(353, *(result for _, result in results))
        client.expect(code)
        mails.append(mail_record(1, "ann@example.com", [(f"{name}@example.org", result) for name, result in results], outcome,
                                 content))
    client.quit()
    session.stop_capture()
    ids = exim.queue_ids(server)
    for number, record in enumerate(mails, 1):
        record["queue_id"] = ids.get(f"prdr.{number}@example.com")
    session.end(mails, server, logs={"client.log": "\n".join(sending.log.lines) + "\n"})


LIMITS_MAIN = """
recipients_max = 2
smtp_accept_max_per_connection = 3
wellknown_advertise_hosts = *
acl_smtp_wellknown = well_known
message_size_limit = 100K
"""

LIMITS_ACL = """
well_known:
  accept condition = ${if eq{$smtp_command_argument}{security.txt}}
         control = wellknown//etc/exim4/security.txt
  deny   message = No such item
"""


@scenario("exim-limits",
          "LIMITS and WELLKNOWN (Exim 4.98). Exim as the client keeps to the limits it is told (two recipients a mail): a mail "
          "to three is sent twice. A script exceeds them, and asks for a site's security.txt (250, in xtext), and for "
          "another file, which is refused.", "exim-trixie")
def limits(session):
    server = exim.start(session, main=LIMITS_MAIN, acl=LIMITS_ACL, package="exim-trixie")
    server.write("etc/exim4/security.txt", "Contact: mailto:security@example.org\nExpires: 2030-01-01T00:00:00Z\n")
    sending = exim.sender(session, package="exim-trixie")
    recipients = ["bob@example.org", "carol@example.org", "erin@example.org"]
    session.begin(25)
    identifier, content = exim.enqueue(sending, "ann@example.com", recipients, letter("limits", 1, recipients))
    sending.run("exim4", "-M", identifier)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say("WELLKNOWN security.txt", 250)
    client.say("WELLKNOWN change-password", 550)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.say("RCPT TO:<carol@example.org>", 250)
    client.say("RCPT TO:<erin@example.org>", 452)
    client.say("RSET", 250)
    client.quit()
    session.stop_capture()
    ids = [found[1] for found in (re.search(r"(\S+) <= .* id=limits", row) for row in server.log.lines) if found]
    session.end([mail_record(0, "ann@example.com", [(to, 250) for to in recipients[:2]], "accepted", content, method="BDAT",
                             queue_id=ids[0]),
                 mail_record(0, "ann@example.com", [(recipients[2], 250)], "accepted", content, method="BDAT", queue_id=ids[1]),
                 mail_record(1, "ann@example.com", list(zip(recipients, (250, 250, 452))), "aborted", None)], server,
                logs={"client.log": "\n".join(sending.log.lines) + "\n"},
                expected={"fields": {"esmtp.capability.limit_mailmax": [3] * 2, "esmtp.capability.limit_rcptmax": [2] * 2}})


def with_bare_lf(content):
    """Its first line ends in a bare LF."""
    return content.replace(b"\r\n", b"\n", 1)


@scenario("exim-smuggling",
          "Lone dots between bare LFs in Exim 4.96 with the correction of 2023. It takes LF.LF for the end of the data only where the "
          "first line of the header ended in a bare LF: so in the first connection, in which a mail is smuggled. In the second and "
          "the third, with LF.LF and LF.CRLF behind a header as it should be, it takes one mail.", "exim")
def smuggling(session):
    server = exim.start(session)
    (first, smuggled), (second, behind), (third, last) = (letters("exim", number) for number in (1, 3, 5))
    first = with_bare_lf(first)
    session.begin(25)
    smuggle(25, first + between(b".\n"), smuggled, [250, 250, 250, 354], [250])
    smuggle(25, second + between(b".\n"), behind, [], [250])
    smuggle(25, third + between(b".\r\n"), last, [], [250])
    session.stop_capture()
    ids = exim.queue_ids(server)
    session.end([
        mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", first, ids["exim.1@example.com"]),
        mail_record(0, "eve@example.net", [("carol@example.org", 250)], "accepted", smuggled, ids["exim.2@example.com"]),
        mail_record(1, "ann@example.com", [("bob@example.org", 250)], "accepted", second + between(b".\n") + behind,
                    ids["exim.3@example.com"]),
        mail_record(2, "ann@example.com", [("bob@example.org", 250)], "accepted", third + between(b".\r\n") + last,
                    ids["exim.5@example.com"])], server,
        expected={"count": {"esmtp.expert.smuggling": 1, "esmtp.expert.end_of_data_lookalike": 3,
                            "esmtp.transaction.smuggled == 1": 1},
                  # What was smuggled is shown with the client's packet, as a part of its content.
                  "fields": {"esmtp.command.verb": ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"] * 3}})
