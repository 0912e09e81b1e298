"""Runs in the client's root: the initiator's side of SPNEGO (RFC 4178), a base64 token a line in and out.

    spnego.py SERVICE@HOST

Asks for mutual authentication and for no security layer. Prints the first token at once, then an answer to each
token read; an empty line when there is none to give.
"""

import base64
import sys

import gssapi

SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")


def main(service):
    name = gssapi.Name(service, gssapi.NameType.hostbased_service)
    context = gssapi.SecurityContext(name=name, mech=SPNEGO, usage="initiate",
                                     flags=gssapi.RequirementFlag.mutual_authentication)
    print(base64.b64encode(context.step() or b"").decode(), flush=True)
    for line in sys.stdin:
        print(base64.b64encode(context.step(base64.b64decode(line)) or b"").decode(), flush=True)


main(sys.argv[1])
