"""Recordings of Exim."""

from kit import clients, exim, mail, sasl
from kit.catalogue import mail_record
from kit.scenario import scenario


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
