"""Recordings of Courier's mail server."""

import re

from kit import clients, mail, sasl
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

# Ann is known by what her password becomes in each of the digests, so the server can check without it.
USER = """
userdb ann set uid=65534 gid=65534 home=/nonexistent mail=/nonexistent
for digest in md5 sha1 sha256; do
    echo not-a-secret | userdbpw -hmac-$digest | userdb ann set hmac-${digest}pw
done
makeuserdb
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb authpam"/' /etc/courier/authdaemonrc
sed -i 's/^ESMTPAUTH=.*/ESMTPAUTH="CRAM-MD5 CRAM-SHA1 CRAM-SHA256"/' /etc/courier/esmtpd
"""

# The services' own starters put them into the background; here they live and die with the shell that starts them.
START = f"""
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


def start(session, before=""):
    """before: commands that the root needs first."""
    root = session.lab.root("courier")
    root.write("usr/local/bin/filter", FILTER, 0o755)
    root.write("etc/courier/maildropfilter", "/usr/local/bin/filter\n")
    root.log.lines.clear()
    root.start("sh", "-c", f"set -e\n{before}{START}")
    root.listens(25)
    return root


def queue_ids(root, count):
    """What the server calls its mails, in the order of the processes that took them. Its log says so when they are delivered,
    with the number of a file before it."""
    def found():
        return {match[1] for match in (re.search(r"id=\w+\.(\w+\.\w+),.*success", row) for row in root.log.lines) if match}
    wait_until(lambda: len(found()) == count, f"{count} mails to be delivered")
    return sorted(found(), key=lambda name: int(name.split(".")[1], 16))


def connect():
    client = clients.RawClient()
    client.expect(220)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    return client


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
    client = connect()
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


@scenario("courier-auth-cram-sha",
          "AUTH CRAM-SHA256 and CRAM-SHA1 in the clear (Courier, a script): CRAM-SHA256 succeeded, with a mail; in a second "
          "connection CRAM-SHA1 failed (wrong password), was cancelled (535 here), and succeeded.", "courier")
def cram_sha(session):
    root = start(session, USER)
    content = letter(1)
    session.begin(25)
    client = connect()
    challenge = client.say("AUTH CRAM-SHA256", 334)[4:]
    client.say(sasl.cram(challenge, sasl.USER, sasl.PASSWORD, "sha256"), 235)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(content))
    client.expect(250)
    client.quit()
    client = connect()
    for password, code in (("wrong", 535), (None, 535), (sasl.PASSWORD, 235)):
        challenge = client.say("AUTH CRAM-SHA1", 334)[4:]
        client.say(sasl.cram(challenge, sasl.USER, password, "sha1") if password else "*", code)
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, auth_user=sasl.USER,
                             queue_id=queue_ids(root, 1)[0])], root,
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled", "succeeded"],
                                     "esmtp.auth.username": [sasl.USER] * 3,
                                     "esmtp.transaction.auth_username": [sasl.USER]}})
