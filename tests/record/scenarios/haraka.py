"""Recordings of Haraka."""

import re

from kit import clients, mail
from kit.catalogue import mail_record
from kit.lab import CLIENT_HOST, SERVER_HOST, SERVER_IP
from kit.scenario import scenario

HARAKA = "/opt/haraka/node_modules/.bin/haraka"

# Takes all but what is for nobody or for dave, and forgets it.
PLUGIN = """
exports.hook_rcpt = function (next, connection, [to]) {
    if (to.user === 'nobody') return next(DENY, 'Unknown user');
    if (to.user === 'dave') return next(DENYSOFT, 'Mailbox busy');
    next(OK);
};
exports.hook_queue = (next) => next(OK);
"""


def start(session):
    root = session.lab.root("haraka")
    root.run(HARAKA, "-i", "/srv/haraka")
    for name, text in (("config/smtp.ini", f"listen={SERVER_IP}:25\nnodes=0\n"), ("config/me", SERVER_HOST + "\n"),
                       ("config/plugins", "record\n"), ("plugins/record.js", PLUGIN)):
        root.write(f"srv/haraka/{name}", text)
    root.log.lines.clear()
    root.start(HARAKA, "-c", "/srv/haraka")
    root.listens(25)
    return root


def letter(number):
    return mail.text_mail("ann@example.com", ["bob@example.org"], f"Letter {number}", f"haraka.{number}@example.com",
                          mail.dotted_text(5))


def queue_ids(root):
    """{message id: the server's id}, from its log."""
    found = (re.search(r"\[(\S+)\] \[core\] message mid=<(.*?)>", row) for row in root.log.lines)
    return {match[2]: match[1] for match in found if match}


@scenario("haraka-plain",
          "A script to Haraka in the clear: HELP (250), VRFY, an unknown command, RCPT before MAIL, a recipient refused and one "
          "deferred, two mails taken: the server names its mails by a UUID for the connection and a number.", "haraka")
def plain(session):
    root = start(session)
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("HELP", 250)
    client.say("VRFY bob", 252)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    client.say("FROBNICATE", 500)
    client.say("RCPT TO:<bob@example.org>", 503)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("RCPT TO:<nobody@example.org>", 550)
    client.say("RCPT TO:<dave@example.org>", 450)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(letter(1)))
    client.expect(250)
    client.send("MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
    client.expect(250, 250, 354)
    client.send(mail.stuffed(letter(2)))
    client.expect(250)
    client.quit()
    session.stop_capture()
    ids = queue_ids(root)
    session.end([mail_record(0, "ann@example.com", [("nobody@example.org", 550), ("dave@example.org", 450),
                                                    ("bob@example.org", 250)], "accepted", letter(1),
                             queue_id=ids["haraka.1@example.com"]),
                 mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", letter(2),
                             queue_id=ids["haraka.2@example.com"])], root)
