"""Recordings of the LMTP server of Cyrus IMAP."""

import re

from kit import clients, mail
from kit.catalogue import mail_record
from kit.lab import CLIENT_HOST, SERVER_HOST, SERVER_IP
from kit.scenario import scenario

CONFIGURATION = f"""
configdirectory: /var/lib/cyrus
partition-default: /var/spool/cyrus/mail
defaultpartition: default
servername: {SERVER_HOST}
virtdomains: off
lmtp_strict_rfc2821: 0
sasl_pwcheck_method: auxprop
sasl_mech_list: PLAIN
lmtp_downcase_rcpt: yes
autocreate_post: yes
autocreate_users: bob carol
autocreate_quota: 1
lmtp_over_quota_perm_failure: yes
syslog_prefix: cyrus
auditlog: yes
"""

SERVICES = f"""
START {{
  recover cmd="ctl_cyrusdb -r"
}}
SERVICES {{
  lmtp cmd="lmtpd -a" listen="{SERVER_IP}:24" prefork=0
}}
EVENTS {{
}}
"""


def start(session):
    root = session.lab.root("cyrus")
    root.write("etc/imapd.conf", CONFIGURATION)
    root.write("etc/cyrus.conf", SERVICES)
    root.run("sh", "-c", "mkdir -p /run/cyrus/lock /run/cyrus/proc /run/cyrus/socket; chown -R cyrus:mail /run/cyrus")
    root.log.lines.clear()
    root.start("/usr/lib/cyrus/bin/master", "-D")
    root.listens(24)
    return root


def session_ids(root):
    """{message id: what the server calls the session, for lack of a name for the mail}."""
    found = (re.search(r"append sessionid=<(.*?)>.* messageid=<(.*?)>", row) for row in root.log.lines)
    return {match[2]: match[1] for match in found if match}


@scenario("cyrus-lmtp",
          "LMTP on port 24 to Cyrus IMAP (`-d tcp.port==24,esmtp` where that port is not set): a mail to three recipients, one of "
          "whom is unknown (550 of several lines); in a second connection a mail to two whose mailboxes are full, one refused at "
          "RCPT (552) and one taken for IGNOREQUOTA. The server names the session in place of the mail.", "cyrus")
def lmtp(session):
    root = start(session)
    mails = []
    session.begin(24)
    for number, recipients in enumerate(([("bob", "", 250), ("carol", "", 250), ("nosuch", "", 550)],
                                         [("bob", "", 552), ("carol", " IGNOREQUOTA", 250)])):
        addresses = [f"{name}@example.org" for name, _, _ in recipients]
        codes = [code for _, _, code in recipients]
        content = mail.text_mail("ann@example.com", addresses, f"Letter {number}", f"cyrus.{number}@example.com",
                                 mail.dotted_text(30))
        client = clients.RawClient(24)
        client.expect(220)
        client.say(f"LHLO {CLIENT_HOST}", 250)
        client.say("MAIL FROM:<ann@example.com> SIZE=600", 250)
        for address, (_, parameter, code) in zip(addresses, recipients):
            client.say(f"RCPT TO:<{address}>{parameter}", code)
        client.say("DATA", 354)
        client.send(mail.stuffed(content))
        client.expect(*[250] * codes.count(250))
        client.quit()
        mails.append(mail_record(number, "ann@example.com", list(zip(addresses, codes)), "accepted", content))
    session.stop_capture()
    ids = session_ids(root)
    for number, record in enumerate(mails):
        record["queue_id"] = ids[f"cyrus.{number}@example.com"]
    session.end(mails, root, expected={"arguments": ["-d", "tcp.port==24,esmtp"]})
