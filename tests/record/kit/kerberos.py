"""A Kerberos realm of two principals, the user ann and the server, and what its client needs."""

from kit.lab import SERVER_HOST, SERVER_IP

CONFIGURATION = f"""[libdefaults]
default_realm = EXAMPLE.ORG
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
[realms]
EXAMPLE.ORG = {{
  kdc = {SERVER_IP}
}}
[domain_realm]
.example.org = EXAMPLE.ORG
"""

TICKET = {"KRB5CCNAME": "FILE:/tmp/tickets"}


def key_centre(root, keytab):
    """Runs the key centre in the server's root and stores the server's key in keytab."""
    root.write("etc/krb5.conf", CONFIGURATION)
    root.write("etc/krb5kdc/kdc.conf", "[kdcdefaults]\nkdc_ports = 88\n[realms]\nEXAMPLE.ORG = {\n}\n")
    root.run("kdb5_util", "create", "-s", "-P", "for-recording", "-r", "EXAMPLE.ORG")
    for query in ("addprinc -pw not-a-secret ann", f"addprinc -randkey smtp/{SERVER_HOST}",
                  f"ktadd -k {keytab} smtp/{SERVER_HOST}"):
        root.run("kadmin.local", "-q", query)
    root.run("chmod", "644", keytab)
    root.start("krb5kdc", "-n")


def ticket(client):
    """Gets ann her ticket; programs find it with TICKET in their environment."""
    client.write("etc/krb5.conf", CONFIGURATION)
    client.run("kinit", "-c", "FILE:/tmp/tickets", "ann@EXAMPLE.ORG", stdin=b"not-a-secret\n")
