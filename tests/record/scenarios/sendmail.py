"""Recordings of Sendmail."""

import re

from kit import clients, mail
from kit.catalogue import mail_record
from kit.lab import SERVER_HOST, SERVER_IP
from kit.scenario import scenario

# The ports, certificates and the one local recipient; mail goes to a file that is a device.
MACROS = f"""divert(-1)
divert(0)
include(`/usr/share/sendmail/cf/m4/cf.m4')
OSTYPE(`debian')
DOMAIN(`generic')
undefine(`confHOST_STATUS_DIRECTORY')
define(`confDOMAIN_NAME', `{SERVER_HOST}')
define(`confCACERT', `/etc/certificates/ca.pem')
define(`confCACERT_PATH', `/etc/certificates')
define(`confSERVER_CERT', `/etc/mail/tls/server.pem')
define(`confSERVER_KEY', `/etc/mail/tls/server.key')
define(`confPRIVACY_FLAGS', `noetrn')
define(`confBIND_OPTS', `-DNSRCH -DEFNAMES')
define(`ALIAS_FILE', `/etc/mail/aliases')
define(`confTRUSTED_USER', `smmta')
define(`confTO_IDENT', `0')
define(`confSMTP_LOGIN_MSG', `$j Sendmail $v/$Z; $b')
define(`confDELIVER_BY_MIN', `60')
define(`confDELIVERY_MODE', `queueonly')
FEATURE(`no_default_msa')
FEATURE(`nocanonify')
FEATURE(`accept_unresolvable_domains')
FEATURE(`accept_unqualified_senders')
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port=25, Addr={SERVER_IP}')
LOCAL_DOMAIN(`example.org')
{{more}}MAILER(`local')
MAILER(`smtp')
"""


def start(session, more=""):
    """more: macros added before the mailers."""
    root = session.lab.root("sendmail")
    root.write("etc/mail/recorded.mc", MACROS.replace("{more}", more))
    root.write("etc/mail/local-host-names", "example.org\n")
    root.write("etc/mail/aliases", "bob: /dev/null\ncarol: /dev/null\npostmaster: /dev/null\nroot: /dev/null\n"
               "mailer-daemon: postmaster\nstaff: bob@example.com, carol@example.com, dave@example.com\n")
    root.write("etc/mail/tls/server.pem", root.read("etc/certificates/server.pem"))
    root.write("etc/mail/tls/server.key", root.read("etc/certificates/server.key"), 0o600)
    root.run("sh", "-c", "cd /etc/mail && m4 recorded.mc > sendmail.cf && mkdir -p /var/run/sendmail/mta /var/spool/mqueue && "
             "chmod 700 /var/spool/mqueue && /usr/libexec/sendmail/sendmail -bi")
    root.log.lines.clear()
    root.start("/usr/libexec/sendmail/sendmail", "-bD", "-q1h")
    root.listens(25)
    return root


def queue_ids(root):
    """{message id: queue id} from the log."""
    found = (re.search(r"(\w{14}): from=.*msgid=<(.*?)>", row) for row in root.log.lines)
    return {match[2]: match[1] for match in found if match}


def letter(series, number, lines=20):
    return mail.text_mail("ann@example.com", ["bob@example.org"], f"To Sendmail {number}", f"{series}.{number}@example.com",
                          mail.dotted_text(lines))


@scenario("sendmail-starttls", "curl to Sendmail on 25: STARTTLS, one mail.", "sendmail")
def starttls(session):
    root = start(session)
    content = letter("sendmail", 1, 60)
    session.begin(25)
    clients.curl(session, f"smtp://{SERVER_HOST}/client.example.com", "ann@example.com", ["bob@example.org"], content,
                 "--ssl-reqd")
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, tls=True,
                             queue_id=queue_ids(root)["sendmail.1@example.com"])], root)


@scenario("sendmail-plain",
          "Sendmail in the clear: HELP MAIL and HELP VRFY, VRFY, EXPN of a list, DELIVERBY on MAIL, a refused recipient (550 "
          "5.1.1), two mails, a mail aborted by EHLO.", "sendmail")
def plain(session):
    root = start(session)
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say("HELP MAIL", 214)
    client.say("HELP VRFY", 214)
    client.say("VRFY bob", 250)
    client.say("EXPN staff", 250)
    client.say("MAIL FROM:<ann@example.com> BY=3600;R SIZE=1000", 250)
    client.say("RCPT TO:<unknown@example.org>", 550)
    client.say("RCPT TO:<bob@example.org> NOTIFY=NEVER", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(letter("plain", 1)))
    client.expect(250)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("EHLO client.example.com", 250)
    client.send("MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nRCPT TO:<carol@example.org>\r\nDATA\r\n")
    client.expect(250, 250, 250, 354)
    client.send(mail.stuffed(letter("plain", 2)))
    client.expect(250)
    client.quit()
    session.stop_capture()
    ids = queue_ids(root)
    session.end([mail_record(0, "ann@example.com", [("unknown@example.org", 550), ("bob@example.org", 250)], "accepted",
                             letter("plain", 1), queue_id=ids["plain.1@example.com"]),
                 mail_record(0, "ann@example.com", [], "aborted", None),
                 mail_record(0, "ann@example.com", [("bob@example.org", 250), ("carol@example.org", 250)], "accepted",
                             letter("plain", 2), queue_id=ids["plain.2@example.com"])], root,
                expected={"fields": {"esmtp.mail.by.time": [3600], "esmtp.mail.by.mode": ["R"]}})


AUTH = """define(`confAUTH_MECHANISMS', `DIGEST-MD5 PLAIN')
define(`confAUTH_REALM', `mx.example.org')
"""


def by_smtptest(session, content, *strength):
    """A program of Cyrus's, which speaks security layers, sends a mail after AUTH. strength: options for the layer's."""
    with session.lab.client.open("/usr/lib/cyrus/bin/smtptest", "-m", "DIGEST-MD5", "-a", "ann", "-u", "ann", "-r", SERVER_HOST,
                                 "-w", "not-a-secret", *strength, SERVER_HOST) as program:
        for line, code in (("MAIL FROM:<ann@example.com>", 250), ("RCPT TO:<bob@example.org>", 250), ("DATA", 354),
                           (mail.stuffed(content).decode("ascii").replace("\r\n", "\n").rstrip("\n"), 250), ("QUIT", 221)):
            print(line, file=program.stdin, flush=True)
            if not any(heard.startswith(f"{code} ") for heard in program.stdout):
                raise RuntimeError(f"smtptest heard no {code} to {line}")


@scenario("sendmail-auth-layer",
          "AUTH DIGEST-MD5 with a security layer (Sendmail, Cyrus SASL's smtptest): what follows the 235 is encrypted, the EHLO and "
          "the mail in it. In a second connection the same without a layer, so the mail can be read.", "sendmail")
def auth_layer(session):
    root = start(session, AUTH)
    root.write("etc/sasl2/Sendmail.conf", "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: DIGEST-MD5 PLAIN\n")
    root.run("saslpasswd2", "-p", "-c", "-u", SERVER_HOST, "ann", stdin=b"not-a-secret")
    root.log.lines.clear()
    contents = [letter("layer", 1, 5), letter("layer", 2, 5)]
    session.begin(25)
    by_smtptest(session, contents[0], "-k", "56")
    by_smtptest(session, contents[1], "-l", "0")
    session.stop_capture()
    # The octets of the first connection's layer are no commands and no replies, so what was said is named here.
    session.end([mail_record(1, "ann@example.com", [("bob@example.org", 250)], "accepted", contents[1], auth_user="ann",
                             queue_id=queue_ids(root)["layer.2@example.com"])], root,
                expected={"fields": {"esmtp.command.verb": ["EHLO", "AUTH", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"],
                                     "esmtp.reply.code": [220, 250, 334, 334, 235] * 2 + [250, 250, 354, 250, 221],
                                     "esmtp.auth.outcome": ["succeeded"] * 2, "esmtp.auth.username": ["ann"] * 2}})
