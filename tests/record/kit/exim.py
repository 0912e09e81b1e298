"""An Exim in a root of its own: a server that takes mail and forgets it, or a sender that holds a queue."""

import re

from kit.lab import RELAY_HOST, RELAY_IP, SERVER_HOST, SERVER_IP

COMMON = """
primary_hostname = {hostname}
qualify_domain = example.org
log_file_path = syslog
syslog_timestamp = false
syslog_duplication = false
host_lookup =
rfc1413_hosts =
keep_environment =
never_users =
tls_advertise_hosts = {tls}
tls_certificate = /etc/certificates/server.pem
tls_privatekey = /etc/certificates/server.key
log_selector = +received_recipients +pipelining +smtp_protocol_error
timezone =
"""

SERVER = """
daemon_smtp_ports = 25
chunking_advertise_hosts = *
acl_smtp_rcpt = recipient
acl_smtp_vrfy = accept
acl_smtp_expn = accept
acl_smtp_etrn = deny
{main}
begin acl
recipient:
  deny local_parts = nobody
       message = Unknown user
  defer local_parts = dave
       message = Mailbox busy
  accept domains = example.org : example.net
  accept authenticated = *
  deny message = relay not permitted
{acl}
begin routers
group:
  driver = redirect
  local_parts = staff
  data = bob@example.org, carol@example.org
forget:
  driver = redirect
  data = :blackhole:
begin transports
{authenticators}
"""

SENDER = """
acl_not_smtp = accept
{main}
begin routers
smarthost:
  driver = manualroute
  domains = ! {hostname}
  transport = smarthost
  route_data = {server}
begin transports
smarthost:
  driver = smtp
  interface = {interface}
  helo_data = {hostname}
  hosts_avoid_tls = *
  connection_max_messages = 10
{transport}
begin retry
* * F,1h,15m
"""


def _root(session, configuration, namespace, hostname, package):
    root = session.lab.root(package, namespace, hostname)
    root.write("etc/exim4/exim4.conf", configuration, 0o640)
    root.run("sh", "-c", "chown root:Debian-exim /etc/exim4/exim4.conf; chmod 644 /etc/certificates/*")
    return root


def start(session, main="", acl="", authenticators="", tls="", package="exim"):
    """A listening Exim. main, acl, authenticators: configuration added in those places; tls: hosts it offers it to;
    package: the root with the release wanted."""
    configuration = COMMON.format(hostname=SERVER_HOST, tls=tls) + SERVER.format(main=main, acl=acl,
                                                                                 authenticators=authenticators)
    root = _root(session, configuration, "server", SERVER_HOST, package)
    root.start("exim4", "-bdf", "-oX", "25")
    root.listens(25)
    return root


def sender(session, main="", transport="", package="exim"):
    """An Exim with no daemon: mails wait in its queue until they are delivered by name."""
    configuration = COMMON.format(hostname=RELAY_HOST, tls="") + SENDER.format(
        main=main, transport=transport, hostname=RELAY_HOST, server=SERVER_IP, interface=RELAY_IP)
    return _root(session, configuration, "client", RELAY_HOST, package)


def enqueue(root, envelope_from, recipients, content):
    """Queues a mail; returns its id there and its octets as queued, that is with the headers Exim added."""
    before = set(root.run("exim4", "-bpru").split())
    root.run("exim4", "-odq", "-i", "-f", envelope_from, "--", *recipients, stdin=content.replace(b"\r\n", b"\n"))
    identifier = next(word for word in root.run("exim4", "-bpru").split()
                      if word not in before and re.fullmatch(r"\w{6}-\w{6,}-\w{2,}", word))
    return identifier, root.run("exim4", "-Mvc", identifier).replace("\n", "\r\n").encode("utf-8")


def queue_ids(root):
    """{message id: the server's id}, from its log, in the order of arrival."""
    found = (re.search(r"(\w{6}-\w{6,}-\w{2,}) <= .* id=(\S+)", row) for row in root.log.lines)
    return {match[2]: match[1] for match in found if match}
