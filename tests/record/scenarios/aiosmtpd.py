"""Recordings of aiosmtpd, a server in Python."""

from kit.catalogue import mail_record
from kit.lab import SERVER_HOST, SERVER_IP
from kit.scenario import scenario
from kit.smuggle import between, letters, smuggle

# Takes all, and forgets it.
SERVER = f"""
import asyncio
from aiosmtpd.smtp import SMTP

class Forget:
    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 Ok"

async def serve(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Forget(), hostname="{SERVER_HOST}", loop=loop), "{SERVER_IP}", port)
    await server.serve_forever()

import sys
asyncio.run(serve(int(sys.argv[1])))
"""


def start(session, port, package):
    root = session.lab.root(package)
    root.write("srv/server.py", SERVER)
    root.start("python3", "-u", "/srv/server.py", str(port))
    root.listens(port)


@scenario("aiosmtpd-smuggling",
          "A lone dot between LF and CRLF in aiosmtpd, which once took it for the end of the data. With the correction of 2024, which "
          "Debian 11 and 12 have, it takes one mail.", "aiosmtpd")
def smuggling(session):
    start(session, 25, "aiosmtpd")
    first, behind = letters("aiosmtpd", 1)
    session.begin(25)
    smuggle(25, first + between(b".\r\n"), behind, [], [250])
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", first + between(b".\r\n") + behind)],
                expected={"count": {"esmtp.expert.smuggling": 0, "esmtp.expert.end_of_data_lookalike": 1,
                                    "esmtp.transaction.smuggled == 1": 0}})
