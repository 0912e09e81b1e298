"""Disorder costs nothing: of a mangled capture the plugin tells what it tells of the orderly one.

Compared are the mail log, the fields of the transactions, what is shown of commands, replies and mails, and the mails as files;
frame numbers and times are others. All manglings of a capture stand in one file.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import hashlib
import itertools
import random
import re
from collections import Counter
from pathlib import Path

import pytest

import places
from load import Load
from mangle import HARMLESS, mangle_often
from reading import read, transaction_fields

SAMPLES = places.captures_in(places.SAMPLES)
LOAD = Path("load.pcap")

WAYS = [(), *[(kind,) for kind in HARMLESS], ("after_ack",), *[tuple(HARMLESS)] * 4, *[(*HARMLESS, "after_ack")] * 4]

# Under TLS the order is that of Wireshark's TCP, which these preferences change.
PLAIN = [path for path in SAMPLES if not re.search("tls|smtps|submissions|scram-plus|seed-d", path.name)]

# In any combination; a release may lack one. Without desegmentation nothing can be put together.
PREFERENCES = ("tcp.reassemble_out_of_order", "tcp.no_subdissector_on_error", "tcp.relative_sequence_numbers",
               "tcp.analyze_sequence_numbers", "tcp.check_checksum")
COMBINATIONS = [dict(zip(PREFERENCES, values)) for values in itertools.product(("TRUE", "FALSE"), repeat=len(PREFERENCES))]
VISITED = ["exim-bdat-pipelined", "postfix-commands", "postfix-relay-pipelined", "dovecot-lmtp", "load"]

LISTED = 20 # differences, at most


def differences(found, made, variants):
    """What differs from the first variant: the mangling that gives the like of it in a capture of its own, and what is first
    another."""
    wrong, orderly = [], {origin.stream: found.of_stream(stream) for stream, origin in enumerate(made.origins) if not origin.variant}
    for stream, origin in enumerate(made.origins):
        before, now = orderly[origin.stream], found.of_stream(stream)
        seed, way = variants[origin.variant]
        wrong += [f"{what} of tcp.stream {origin.stream}, mangled by '{seed}' {' '.join(way)}: {first_difference(before[what], now[what])}"
                  for what in before if before[what] != now[what]]
    return wrong


def first_difference(before, now):
    """Of two lists or dictionaries."""
    if isinstance(before, dict):
        name = next(name for name in {**before, **now} if before.get(name) != now.get(name))
        return f"{name}: {first_difference(before.get(name, []), now.get(name, []))}"
    if not isinstance(before, list):
        return f"{before!r} became {now!r}"
    if len(before) != len(now):
        return f"{len(before)} became {len(now)}"
    return next(first_difference(*pair) for pair in zip(before, now) if pair[0] != pair[1])


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The path of a capture as it was."""
    made = Load(30).write(tmp_path_factory.mktemp("load") / LOAD.name)
    return lambda path: made if path == LOAD else path


def mangled(tshark, path, folder, seed, **common):
    """What is shown of all manglings of a capture; the mangled capture; their differences from the first, which is none."""
    variants = [(f"{seed} {number}", way) for number, way in enumerate(WAYS)]
    made = mangle_often(path, folder / f"mangled{path.suffix}", variants)
    found = read(tshark, made.path, **common)
    return found, made, differences(found, made, variants)


def check(wrong):
    assert not wrong, "\n".join([f"{len(wrong)} differences", *wrong[:LISTED]])


@pytest.mark.parametrize("path", [*SAMPLES, LOAD], ids=places.name_of)
@pytest.mark.thorough
def test_mangled_capture_tells_the_same(tshark, source, tmp_path, path):
    """And what is shown of the one that is as it was is what is shown of the capture itself."""
    orderly = read(tshark, source(path))
    found, made, wrong = mangled(tshark, source(path), tmp_path, "one pass")
    check(wrong)
    unchanged = {origin.stream: stream for stream, origin in enumerate(made.origins) if origin.variant == 0}
    assert {stream: found.of_stream(unchanged[stream]) for stream in unchanged} == {
        stream: orderly.of_stream(stream) for stream in unchanged}
    assert found.files == Counter({file: count * len(WAYS) for file, count in orderly.files.items()})


@pytest.mark.parametrize("path", [*SAMPLES, LOAD], ids=places.name_of)
def test_mangled_capture_tells_the_same_in_two_passes(tshark, source, tmp_path, path):
    found, _, wrong = mangled(tshark, source(path), tmp_path, "two passes", two_pass=True)
    check(wrong)
    assert {file: count for file, count in found.files.items() if count % len(WAYS)} == {}


@pytest.mark.parametrize("number", range(len(COMBINATIONS)))
@pytest.mark.thorough
def test_with_any_preferences_of_tcp(tshark, source, tmp_path, number):
    """Each combination with a sample, and all of them with a load."""
    known = tshark.describe("defaultprefs")
    preferences = {name: value for name, value in COMBINATIONS[number].items() if f"\n#{name}:" in known}
    for path in (PLAIN[number * len(PLAIN) // len(COMBINATIONS)], LOAD):
        found, _, wrong = mangled(tshark, source(path), tmp_path, f"preferences {number}", two_pass=number % 2 == 1,
                                 preferences=preferences)
        check(wrong)
        assert {file: count for file, count in found.files.items() if count % len(WAYS)} == {}


def test_orderly_load_is_read_right(tshark, source):
    """What all of its manglings are compared with."""
    load = Load(30)
    found = read(tshark, source(LOAD))
    assert found.files == Counter((f"{mail.queue_id}.eml", hashlib.sha256(mail.content).hexdigest()) for mail in load.mails)
    logged = [(record["queue_id"], record["mail_from"], record["rcpt_accepted"], record["size"])
              for records in found.log.values() for record in records]
    assert Counter(map(str, logged)) == Counter(str((mail.queue_id, mail.sender, mail.recipients, len(mail.content)))
                                                for mail in load.mails)


# --- visits in any order -----------------------------------------------------------------------------------------------------


def visited(kept_sharkd, path, fields):
    """{tcp.stream: what sharkd's trees say of the transactions}, asked for in any order, listed in that of the frames."""
    with kept_sharkd as sharkd:
        sharkd.load(path)
        frames = sharkd.matching("esmtp.transaction")
        trees = {frame: list(items(sharkd.tree(frame))) for frame in random.Random(path.name).sample(frames, len(frames))}
    found = {}
    for frame in frames:
        stream = next(int(item.partition(" == ")[2]) for item in trees[frame] if item.startswith("tcp.stream == "))
        found.setdefault(stream, []).extend(item for item in trees[frame] if item.partition(" ")[0] in fields)
    return found


def items(tree):
    """The filters that select each item."""
    for node in tree:
        yield node.get("f", "")
        yield from items(node.get("n", []))


@pytest.mark.parametrize("name", VISITED)
def test_visits_in_any_order(tshark, kept_sharkd, source, tmp_path, name):
    path = source(LOAD if name == "load" else places.SAMPLES / f"{name}.pcapng")
    made = mangle_often(path, tmp_path / f"mangled{path.suffix}", [(f"visits {number}", way) for number, way in enumerate(WAYS)])
    fields = set(transaction_fields(tshark))
    expected, found = visited(kept_sharkd, path, fields), visited(kept_sharkd, made.path, fields)
    assert expected
    wrong = [f"tcp.stream {origin.stream}, mangled by 'visits {origin.variant}' {' '.join(WAYS[origin.variant])}"
            for stream, origin in enumerate(made.origins) if found.get(stream, []) != expected.get(origin.stream, [])]
    assert not wrong, "\n".join(wrong[:LISTED])
