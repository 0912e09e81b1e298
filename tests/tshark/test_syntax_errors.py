"""Where a syntax error is: the very octet is highlighted, or the place where one is missing.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from xml.etree import ElementTree

import pytest

from packets import Connection, dialogue, lines

OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO a")),
           ("S", lines("250-mx.example.net", "250 AUTH PLAIN"))]


def highlighted(tshark, path, command, name):
    """(octets in front of it in the line, octets) of each expert info of this name in the packet that sends the command."""
    root = ElementTree.fromstring(tshark.run(path, "-T", "pdml", only=f'esmtp.command.verb == "{command.split()[0]}"'))
    line = next(int(field.get("pos")) for field in root.iter("field") if field.get("name") == "esmtp.command")
    return [(int(field.get("pos")) - line, bytes.fromhex(field.get("value", ""))) for field in root.iter("field")
            if any(below.get("name") == f"esmtp.expert.{name}" for expert in field for below in expert)]


@pytest.mark.parametrize("command, octet, name", [
    ("MAIL FROM:<a..b@example.org>", 13, "syntax"),
    ("MAIL FROM: <a@example.org>", 10, "lenient_syntax"),
    ("MAIL FROM:a@example.org", 10, "lenient_syntax"),
    ("MAIL FROM :<a@example.org>", 9, "lenient_syntax"),
    ("MAIL FROM:", 10, "syntax"),
    ("RCPT TO: ", 9, "syntax"),
    ("RCPT TO:<a@b_c.example>", 12, "lenient_syntax"),
    ("RCPT TO:<a@example.org", 22, "syntax"),
    ("AUTH PLAIN Zm9v*Zm9v", 15, "syntax"),
    ("AUTH PLAIN Zg==Zg==", 15, "syntax"),
    ("AUTH PLAIN Zg===", 15, "syntax"),
    ("AUTH PLAIN Zg=", 14, "syntax"),
    ("AUTH PLAIN Zg", 13, "lenient_syntax"),
])
def test_the_very_octet_is_highlighted(tshark, capture, command, octet, name):
    path = capture(dialogue(Connection(), OPENING + [("C", lines(command))]))
    assert (octet, command.encode()[octet:octet + 1]) in highlighted(tshark, path, command, name)
