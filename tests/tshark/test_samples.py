"""Every sample capture holds what its row in sample-pcaps/README.md promises.

The promises are in expectations.json, derived from what was sent and not from any dissector.
SPDX-License-Identifier: GPL-2.0-or-later
"""

import json

import pytest

import places

SAMPLES = places.captures_in(places.SAMPLES)
EXPECTATIONS = {entry["file"]: entry for entry in json.loads((places.SAMPLES / "expectations.json").read_text())}
COUNTS = [(name, only, count) for name, entry in EXPECTATIONS.items() for only, count in entry.get("count", {}).items()]
WITH_FIELDS = [name for name, entry in EXPECTATIONS.items() if entry.get("fields")]


def test_every_capture_has_its_expectations_and_every_expectation_its_capture():
    assert sorted(EXPECTATIONS) == [path.name for path in SAMPLES]


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_each_capture_promises_something(name):
    assert EXPECTATIONS[name].get("count") or EXPECTATIONS[name].get("fields")


def test_every_capture_has_a_row_in_the_readme():
    readme = (places.SAMPLES / "README.md").read_text()
    assert [path.name for path in SAMPLES if f"[{path.name}]" not in readme] == []


@pytest.mark.parametrize("name, only, count", COUNTS)
def test_count(tshark, name, only, count):
    assert tshark.count(places.SAMPLES / name, only) == count


def as_text(value):
    """A JSON value as tshark prints it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", WITH_FIELDS)
def test_fields(tshark, name):
    expected = {field: [as_text(value) for value in values] for field, values in EXPECTATIONS[name]["fields"].items()}
    frames = tshark.fields(places.SAMPLES / name, *expected)
    found = {field: [value for frame in frames.values() for value in frame.get(field, [])] for field in expected}
    assert found == expected
