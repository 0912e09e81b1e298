"""Damaged captures: no crash, no "dissector bug", no complaint, and an end in bounded time, under sanitizers.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import random
import re

import pytest

import places
import surgery
from tshark import TsharkError

CAPTURES = places.captures_in(places.SAMPLES) + places.captures_in(places.CORPUS)

DAMAGE = {
    "snapped-at-80": lambda packets: surgery.snapped(packets, 80),
    "every-7th-lost": lambda packets: surgery.without_every(packets, 7),
    "from-the-middle": surgery.from_the_middle,
    "shuffled": lambda packets: surgery.shuffled(packets, 5, seed=1),
    "doubled": surgery.doubled,
}
# Segments in their order are put together again with this; without it, late ones never reach a dissector.
REORDER = {"tcp.reassemble_out_of_order": "TRUE"}

# Random changes: so many captures are made.
FUZZ_CAPTURES = 24
FUZZ_LARGEST = 60_000  # octets


def check(tshark, path, **common):
    """Both passes, everything drawn. tshark fails by itself on a crash, a complaint, or when the time is up."""
    tree = tshark.tree(path, two_pass=True, **common)
    assert "Dissector bug" not in tree
    assert not re.search(r"Malformed Packet: (E?SMTP|Stub)", tree)
    return tree


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("path", CAPTURES, ids=places.name_of)
def test_damaged(sanitized, tmp_path, path, damage):
    capture = surgery.Capture(path)
    damaged = capture.write(tmp_path / path.name, DAMAGE[damage](capture.packets))
    check(sanitized, damaged)


@pytest.mark.parametrize("damage", ["every-7th-lost", "shuffled"])
@pytest.mark.parametrize("path", CAPTURES, ids=places.name_of)
def test_damaged_and_put_in_order(sanitized, tmp_path, path, damage):
    capture = surgery.Capture(path)
    damaged = capture.write(tmp_path / path.name, DAMAGE[damage](capture.packets))
    check(sanitized, damaged, preferences=REORDER)


@pytest.mark.parametrize("direction", ["tcp.srcport > tcp.dstport", "tcp.srcport < tcp.dstport"], ids=["client", "server"])
@pytest.mark.parametrize("path", CAPTURES, ids=places.name_of)
def test_one_direction(sanitized, stock, tmp_path, path, direction):
    capture = surgery.Capture(path)
    kept = [capture.packets[frame - 1] for frame in stock.frames(path, direction)]
    check(sanitized, capture.write(tmp_path / path.name, kept))


def readable_captures():
    """What random changes leave readable: captures without TLS, smaller ones."""
    return [path for path in CAPTURES if "tls" not in path.name and path.stat().st_size < FUZZ_LARGEST]


@pytest.mark.parametrize("seed", range(FUZZ_CAPTURES))
def test_random_changes(sanitized, tmp_path, seed):
    path = random.Random(seed).choice(readable_captures())
    capture = surgery.Capture(path)
    damaged = capture.write(tmp_path / path.name, surgery.mutated(capture.packets, str(seed)))
    try:
        check(sanitized, damaged)
    except (AssertionError, TsharkError) as error:
        raise AssertionError(f"{path.name} changed by seed {seed}") from error


@pytest.mark.parametrize("path", CAPTURES[:1] + CAPTURES[-1:], ids=places.name_of)
def test_surgery_without_a_cut_leaves_the_capture_as_it_is(stock, tmp_path, path):
    """The tool of these tests works: what it reads and writes is the same to Wireshark."""
    capture = surgery.Capture(path)
    copy = capture.write(tmp_path / path.name, capture.packets)
    assert stock.run(copy) == stock.run(path)
