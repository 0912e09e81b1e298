"""What was written down when the sample captures were recorded: the mails as the clients' software handed them over.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json

import places


def entries(capture):
    """The mails of a sample, each as mails.json has it; none when nothing was written down."""
    file = places.SAMPLES / "evidence" / capture.stem / "mails.json"
    return json.loads(file.read_text()) if file.exists() else []


def mails(capture):
    """Those whose content was sent."""
    return [mail for mail in entries(capture) if mail["sha256"]]


def content(capture, mail):
    return (places.SAMPLES / "evidence" / capture.stem / mail["file"]).read_bytes()
