"""The log of connections of a capture, as -z esmtp,connections writes it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json

STATISTIC = "esmtp,connections"


def write(tshark, capture, form="", **common):
    """What the statistic prints, in one of its formats."""
    return tshark.run(capture, "-q", "-z", STATISTIC + (f",{form}" if form else ""), **common)


def records(tshark, capture, **common):
    """One dictionary a connection, from JSON."""
    return json.loads(write(tshark, capture, "json", **common))
