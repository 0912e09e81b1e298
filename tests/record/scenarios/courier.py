"""Recordings of Courier's mail server."""

import re

from kit import clients, mail
from kit.catalogue import mail_record
from kit.lab import CLIENT_HOST, SERVER_HOST, SERVER_IP, wait_until
from kit.scenario import scenario

# Asked for each recipient (HOME is theirs), at RCPT and after the content: Carol does not want what Bob takes.
FILTER = """#!/bin/sh
case "$*" in
*rcptfilter*) exit 99 ;;
esac
[ "$HOME" != /home/carol ] || { echo '550 Not to the taste of this recipient'; exit 1; }
"""

# The services' own starters put them into the background; here they live and die with the shell that starts them.
START = f"""
set -e
for user in bob carol; do useradd -m $user; maildirmake.courier /home/$user/Maildir || true; chown -R $user: /home/$user; done
mkdir -p /run/courier/authdaemon
chown -R courier:courier /run/courier
echo {SERVER_HOST} >/etc/courier/me
printf '%s\\n' {SERVER_HOST} example.org >/etc/courier/locals
printf '%s\\n' {SERVER_HOST} example.org >/etc/courier/esmtpacceptmailfor.dir/default
makesmtpaccess
makeacceptmailfor
makealiases
authdaemond start
courierfilter start
/usr/lib/courier/courierctl.start
prefix=/usr exec_prefix=/usr sysconfdir=/etc/courier sbindir=/usr/sbin
set -a
. /etc/courier/esmtpd
BOFHCHECKDNS=0 BOFHNOEXPN=0 BOFHNOVRFY=0 TARPIT=0
exec /usr/sbin/couriertcpd $TCPDOPTS -nodnslookup -address={SERVER_IP} -user=courier -group=courier 25 /usr/sbin/courieresmtpd
"""


def start(session):
    root = session.lab.root("courier")
    root.write("usr/local/bin/filter", FILTER, 0o755)
    root.write("etc/courier/maildropfilter", "/usr/local/bin/filter\n")
    root.log.lines.clear()
    root.start("sh", "-c", START)
    root.listens(25)
    return root


def queue_ids(root, count):
    """What the server calls its mails, in the order of the processes that took them. Its log says so when they are delivered,
    with the number of a file before it."""
    def found():
        return {match[1] for match in (re.search(r"id=\w+\.(\w+\.\w+),.*success", row) for row in root.log.lines) if match}
    wait_until(lambda: len(found()) == count, f"{count} mails to be delivered")
    return sorted(found(), key=lambda name: int(name.split(".")[1], 16))


def letter(number, recipients=("bob@example.org",)):
    return mail.text_mail("ann@example.com", list(recipients), f"Letter {number}", f"courier.{number}@example.com",
                          mail.dotted_text(5))


@scenario("courier-exdata",
          "Courier, with its own extensions: XVERP (VERP on MAIL), XSECURITY (SECURITY=NONE) and XEXDATA (EXDATA on MAIL): a mail "
          "to three recipients, one refused at RCPT and one after the content, which the lines of a 558 tell; a mail to one; a "
          "mail for which EXDATA was not asked for, and the server answers by 558 all the same; HELP and EXPN refused, VRFY.",
          "courier")
def exdata(session):
    root = start(session)
    both = ["bob@example.org", "carol@example.org"]
    contents = [letter(1, both), letter(2), letter(3, both)]
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    client.say("HELP", 502)
    client.say("VRFY bob@example.org", 250)
    client.say("EXPN staff@example.org", 500)
    client.say("MAIL FROM:<ann@example.com> VERP EXDATA", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.say("RCPT TO:<nosuch@example.org>", 550)
    client.say("RCPT TO:<carol@example.org>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(contents[0]))
    client.expect(558)
    client.say("MAIL FROM:<ann@example.com> EXDATA SECURITY=NONE", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(contents[1]))
    client.expect(250)
    client.say("MAIL FROM:<ann@example.com>", 250)
    for recipient in both:
        client.say(f"RCPT TO:<{recipient}>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(contents[2]))
    client.expect(558)
    client.quit()
    session.stop_capture()
    ids = queue_ids(root, 3)
    session.end([mail_record(0, "ann@example.com", [(both[0], 250), ("nosuch@example.org", 550), (both[1], 550)], "partial",
                             contents[0], queue_id=ids[0]),
                 mail_record(0, "ann@example.com", [(both[0], 250)], "accepted", contents[1], queue_id=ids[1]),
                 mail_record(0, "ann@example.com", [(both[0], 250), (both[1], 550)], "partial", contents[2], queue_id=ids[2])],
                root)
