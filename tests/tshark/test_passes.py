"""The same frame gives the same tree however often, and in whatever order, it is visited.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import random

import pytest

import places

CAPTURES = places.captures_in(places.SAMPLES) + places.captures_in(places.CORPUS)

# What the first pass cannot know.
LATER_FIELDS = {"esmtp.held.read_frame", "esmtp.command.reply_frame", "esmtp.message.reassembled_in", "esmtp.message.reply_frame",
                "esmtp.auth.reply_frame", "esmtp.transaction_frame", "esmtp.connection"}
LATER_EXPERTS = ("withheld", "connection_lost", "bdat_incomplete",
                 "early_talker")  # this one goes: it becomes known that the server never greets
# Layers of epan's own, whose reassembly notes and timing differ between passes, stand before ours, but for these.
NOT_OURS = {"fake-field-wrapper", "tls", "data"}

OUR_PORTS = {"24", "25", "366", "465", "587"}

# Frames looked at in other orders, at most, of one capture.
VISITS = 400


def is_later_expert(field):
    return any(field.find(f"*[@name='esmtp.expert.{name}']") is not None for name in LATER_EXPERTS)


def item(field):
    """An item of the tree: name, value, text and what is below it, less what only later passes know."""
    below = [item(child) for child in field
             if child.get("name") not in LATER_FIELDS | {"esmtp.transaction", "esmtp.expert"} and not is_later_expert(child)]
    return (field.get("name"), field.get("show"), field.get("showname"), below)


def counts_of_experts(packet):
    """(counted, there) of each of our layers: what esmtp.expert says, and how many infos there are."""
    layers = [layer for layer in packet.findall("proto") if layer.get("name") == "esmtp"]
    names = [[field.get("name") for field in layer.iter("field")] for layer in layers]
    counted = [[field.get("showname") for field in layer.iter("field") if field.get("name") == "esmtp.expert"] for layer in layers]
    there = [sum(name.startswith("esmtp.expert.") for name in of) for of in names]
    return counted, [[f"Expert infos: {count}"] if count else [] for count in there]


def layers_of(packet):
    """Ours, and those of the mail and the tokens handed on."""
    layers = packet.findall("proto")
    ours = next((number for number, layer in enumerate(layers) if layer.get("name") == "esmtp"), len(layers))
    return [layer for layer in layers[ours:] if layer.get("name") not in NOT_OURS]


def our_layers(packet):
    """What is in them: the text of the layer itself, in which the outcome of a mail stands, is compared on its own."""
    return [(name, below) for name, _, _, below in map(item, layers_of(packet))]


def heads(packet):
    return [layer.get("showname") for layer in layers_of(packet)]


def transactions(packet):
    return [item(field) for field in packet.iter("field") if field.get("name") == "esmtp.transaction"]


def ended_by(transaction):
    return [show for name, show, _, _ in transaction[3] if name == "esmtp.transaction.ended_by"]


def shown(packet, name):
    return [field.get("show") for field in packet.iter("field") if field.get("name") == name]


def is_greeting_on_port_of_others(packet):
    return shown(packet, "esmtp.reply.verb") == ["CONNECT"] and not set(shown(packet, "tcp.port")) & OUR_PORTS


@pytest.mark.parametrize("capture", CAPTURES, ids=places.name_of)
def test_second_pass_shows_what_the_first_did(tshark, capture):
    """And adds at most transactions that no reply to a content ended."""
    once, twice = tshark.pdml(capture), tshark.pdml(capture, two_pass=True)
    assert len(once) == len(twice) > 0
    for frame, (first, second) in enumerate(zip(once, twice), 1):
        if not our_layers(first) and is_greeting_on_port_of_others(second):
            continue  # the hello, which comes later, shows that it is one
        assert our_layers(first) == our_layers(second), f"frame {frame}"
        for packet in (first, second):
            counted, there = counts_of_experts(packet)
            assert counted == there, f"frame {frame}"
        early, late = transactions(first), transactions(second)
        assert [one for one in early if one not in late] == [], f"frame {frame}"
        added = [ended_by(one) for one in late if one not in early]
        assert ["END-OF-DATA"] not in added, f"frame {frame}"
        if added:
            assert all(map(str.startswith, heads(second), heads(first))), f"frame {frame}"
            assert "[mail " in "".join(heads(second)), f"frame {frame}"
        else:
            assert heads(first) == heads(second), f"frame {frame}"


def visited(sharkd, frames):
    """The trees of the frames, asked for in this order. The frame's own layer has times that depend on what was shown."""
    return {frame: [layer for layer in sharkd.tree(frame) if layer.get("f") != "frame"] for frame in frames}


@pytest.mark.parametrize("capture", CAPTURES, ids=places.name_of)
def test_any_order_of_visits_gives_the_same_trees(kept_sharkd, capture):
    with kept_sharkd as sharkd:
        sharkd.load(capture)
        frames = sharkd.matching("esmtp || smtp")[:VISITS]
        expected = visited(sharkd, frames)
        again = visited(sharkd, frames)
        sharkd.load(capture) # anew: nothing was visited
        order = random.Random(capture.name).sample(frames, len(frames))
        found = visited(sharkd, order)
    for frame in frames:
        assert again[frame] == expected[frame], f"frame {frame}, second visit"
        assert found[frame] == expected[frame], f"frame {frame}, visited in the order {order}"
