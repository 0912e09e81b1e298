"""A Postfix in a root of its own, configured from nothing but what stands here."""

import re

from kit.lab import SERVER_HOST

MAIN = {
    "compatibility_level": "3.6",
    "mydomain": "example.org",
    "mydestination": "example.org, example.net",
    "mynetworks": "127.0.0.0/8",
    "inet_protocols": "all",
    "local_recipient_maps": "inline:{bob=1,carol=1,dave=1,ann=1,postmaster=1}",
    "local_transport": "discard:",
    "relay_transport": "discard:",
    "default_transport": "discard:",
    "alias_maps": "",
    "alias_database": "",
    "smtputf8_autodetect_classes": "all",
    "smtpd_tls_cert_file": "/etc/certificates/server.pem",
    "smtpd_tls_key_file": "/etc/certificates/server.key",
    "smtpd_tls_security_level": "none",
    "smtpd_peername_lookup": "yes",
    "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
}

MASTER = """
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
"""

SASL = """pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: {mechanisms}
"""


def start(session, main=None, services=("smtp inet n - n - - smtpd",), listens=(25,), sasl=None,
          namespace="server", hostname=SERVER_HOST, environment=None, package="postfix"):
    """Returns the root of a running Postfix. main: settings beyond MAIN; services: master.cf lines; sasl: Cyrus
    mechanisms to offer, with the user ann and the password not-a-secret; environment: more of it for master(8); package: the root with the
    release wanted."""
    root = session.lab.root(package, namespace, hostname)
    settings = {**MAIN, "myhostname": hostname, **(main or {})}
    if sasl:
        settings.setdefault("smtpd_sasl_auth_enable", "yes")
        settings.setdefault("smtpd_sasl_local_domain", hostname)
        root.write("etc/postfix/sasl/smtpd.conf", SASL.format(mechanisms=sasl))
        root.run("saslpasswd2", "-p", "-c", "-u", hostname, "ann", stdin=b"not-a-secret")
        root.run("chown", "postfix", "/etc/sasldb2")
    root.write("etc/postfix/main.cf", "".join(f"{key} = {value}\n" for key, value in settings.items()))
    root.write("etc/postfix/master.cf", "\n".join(services) + MASTER)
    root.log.lines.clear()
    root.start("postfix", "start-fg", environment=environment)
    for port in listens:
        root.listens(port)
    return root


def queue_ids(root):
    """{message id: queue id}, from the server's log."""
    return {found[2]: found[1] for found in
            (re.search(r"postfix\S*/cleanup\[\d+\]: (\w+): message-id=<(.*)>", row) for row in root.log.lines) if found}
