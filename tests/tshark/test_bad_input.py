"""Damaged captures: no crash, no "dissector bug", no complaint, and an end in bounded time, under sanitizers.

One sharkd reads all that is made of the captures, one after the other, and draws the frames that the plugin has a part in.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import random
import re

import pytest

import places
import surgery

CAPTURES = places.captures_in(places.SAMPLES) + places.captures_in(places.CORPUS)

DAMAGE = {
    "whole": list,
    "snapped-at-80": lambda packets: surgery.snapped(packets, 80),
    "snapped-at-60": lambda packets: surgery.snapped(packets, 60),
    "every-7th-lost": lambda packets: surgery.without_every(packets, 7),
    "every-3rd-lost": lambda packets: surgery.without_every(packets, 3),
    "from-the-middle": surgery.from_the_middle,
    "shuffled": lambda packets: surgery.shuffled(packets, 5, seed=1),
    "doubled": surgery.doubled,
}
# Late segments never reach a dissector by default; with this, TCP puts them in order first.
ORDER = {"as-they-come": {"tcp.reassemble_out_of_order": "FALSE"}, "put-in-order": {"tcp.reassemble_out_of_order": "TRUE"}}

# Frames drawn of one capture, at most.
DRAWN = 150

# Random changes: so many captures are made of those without TLS, which no change leaves readable.
FUZZ_CAPTURES = 60
FUZZ_BATCH = 10
FUZZ_LARGEST = 60_000  # octets


def draw(sharkd, capture, preferences=ORDER["as-they-come"]):
    """sharkd fails by itself on a crash, a complaint, or when the time is up."""
    sharkd.load(capture, preferences)
    for frame in sharkd.matching("esmtp || smtp")[:DRAWN]:
        tree = json.dumps(sharkd.tree(frame))
        assert "Dissector bug" not in tree, f"{capture.name}, frame {frame}"
        assert not re.search(r"Malformed Packet: E?SMTP", tree), f"{capture.name}, frame {frame}"


@pytest.mark.parametrize("order", ORDER)
@pytest.mark.parametrize("path", CAPTURES, ids=places.name_of)
@pytest.mark.thorough
def test_damaged(sanitized_sharkd, tmp_path, path, order):
    capture = surgery.Capture(path)
    with sanitized_sharkd as sharkd:
        for name, damage in DAMAGE.items():
            draw(sharkd, capture.write(tmp_path / f"{name}-{path.name}", damage(capture.packets)), ORDER[order])


@pytest.mark.parametrize("path", CAPTURES, ids=places.name_of)
@pytest.mark.thorough
def test_one_direction(sanitized_sharkd, stock, tmp_path, path):
    capture = surgery.Capture(path)
    from_client = set(stock.frames(path, "tcp.srcport > tcp.dstport"))
    directions = {True: [], False: []}
    for frame, packet in enumerate(capture.packets, 1):
        directions[frame in from_client].append(packet)
    with sanitized_sharkd as sharkd:
        draw(sharkd, capture.write(tmp_path / f"client-{path.name}", directions[True]))
        draw(sharkd, capture.write(tmp_path / f"server-{path.name}", directions[False]))


def readable_captures():
    """Captures without a TLS handshake, and not too large."""
    return [path for path in CAPTURES if path.stat().st_size < FUZZ_LARGEST
            and not re.search(rb"\x16\x03[\x00-\x03]", path.read_bytes())]


@pytest.mark.parametrize("first_seed", range(0, FUZZ_CAPTURES, FUZZ_BATCH))
def test_random_changes(sanitized_sharkd, tmp_path, first_seed):
    """A failure names the seed in the file's name."""
    with sanitized_sharkd as sharkd:
        for seed in range(first_seed, first_seed + FUZZ_BATCH):
            path = random.Random(seed).choice(readable_captures())
            capture = surgery.Capture(path)
            draw(sharkd, capture.write(tmp_path / f"seed-{seed}-{path.name}", surgery.mutated(capture.packets, seed)))


@pytest.mark.parametrize("path", CAPTURES[:1] + CAPTURES[-1:], ids=places.name_of)
def test_surgery_without_a_cut_leaves_the_capture_as_it_is(stock, tmp_path, path):
    """The tool of these tests works: what it reads and writes is the same to Wireshark."""
    capture = surgery.Capture(path)
    copy = capture.write(tmp_path / path.name, capture.packets)
    assert stock.run(copy) == stock.run(path)
