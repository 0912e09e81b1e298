"""Every expert info of the samples and of the corpus stands in reviewed_experts.txt, and nothing else does.

A person has looked at each line of that file: is it deserved? A line is a capture's name, a frame, a name behind esmtp.expert. and a
severity; what is behind a # is why. When a change adds or removes items, look at each before the file follows:

    test_reviewed_experts.py PLUGIN FOLDER      prints the lines of a folder's captures

SPDX-License-Identifier: GPL-2.0-or-later
"""

import sys
from collections import Counter
from pathlib import Path

import pytest

import places
from tshark import Tshark

FILE = Path(__file__).with_name("reviewed_experts.txt")
PREFIX = "esmtp.expert."
SEVERITIES = {0x800000: "error", 0x600000: "warning", 0x400000: "note", 0x200000: "chat"}
CAPTURES = places.captures_in(places.SAMPLES) + places.captures_in(places.CORPUS)


def items_of(tshark, capture, two_pass=True):
    """[(frame, name, severity)] of a capture, those included that only the second pass shows."""
    found = []
    for packet in tshark.pdml(capture, two_pass=two_pass, only="esmtp.expert", options=("-J", "esmtp frame")):
        frame = int(packet.find(".//field[@name='frame.number']").get("show"))
        for expert in packet.iter("field"):
            inner = {field.get("name"): field.get("show") for field in expert}
            name = next((name for name in inner if name.startswith(PREFIX)), None)
            if expert.get("name") == "_ws.expert" and name:
                found.append((frame, name.removeprefix(PREFIX), SEVERITIES[int(inner["_ws.expert.severity"], 0)]))
    return sorted(found)


def reviewed():
    """{capture: [(frame, name, severity)]}"""
    found = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        if words:
            capture, frame, name, severity = words
            found.setdefault(capture, []).append((int(frame), name, severity))
    return {capture: sorted(items) for capture, items in found.items()}


@pytest.mark.parametrize("capture", CAPTURES, ids=places.name_of)
def test_each_item_is_reviewed(tshark, capture):
    found, known = Counter(items_of(tshark, capture)), Counter(reviewed().get(capture.name, []))
    assert (found - known, known - found) == (Counter(), Counter()), "not reviewed, and not found any more"


@pytest.mark.skipif(places.CORPUS is None, reason="some of the captures are the corpus's")
def test_the_file_names_captures_that_are_there():
    assert set(reviewed()) <= {capture.name for capture in CAPTURES}


def main(plugin, folder):
    with Tshark(plugin) as tshark:
        for capture in places.captures_in(folder):
            for item in items_of(tshark, capture):
                print(capture.name, *item)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
