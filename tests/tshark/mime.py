"""The parts of a mail as Python's `email` reads them: an opinion that has nothing to do with GMime's.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import email
import hashlib
from email.policy import compat32

MESSAGES = ("message/rfc822", "message/global", "message/news")
STATUSES = "message/delivery-status"


def octets_of(leaf):
    """As decoded; what Python gives as text was read with the octets that are no ASCII escaped."""
    payload = leaf.get_payload(decode=True)
    return b"" if payload is None else payload


def parts(content):
    """[(number, type, SHA-256)] of the leaves. A message within the mail, and one that Python reads as such, has None for its hash:
    Python would write it anew."""
    return list(entity(email.message_from_bytes(content, policy=compat32), "", True))


def entity(message, number, outermost):
    own = number if not outermost else f"{number}.1" if number else "1"
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for at, child in enumerate(message.get_payload(), 1):
            yield from entity(child, f"{number}.{at}" if number else str(at), False)
    elif message.get_content_type() in MESSAGES and message.is_multipart():
        yield own, message.get_content_type(), None
        yield from entity(message.get_payload(0), own, True)
    elif message.get_content_type() == STATUSES:
        yield own, STATUSES, None
    else:
        yield own, message.get_content_type(), hashlib.sha256(octets_of(message)).hexdigest()
