"""doc/FIELDS.md says what the plugin registers, on every release.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import sys

import places

sys.path.insert(0, str(places.ROOT / "tests" / "reference"))

import reference  # noqa: E402


def test_the_field_reference_is_current(tshark):
    complaint = reference.difference(reference.reference(tshark), reference.FILE.read_text(encoding="utf-8"))
    assert complaint is None, complaint


def test_every_row_of_the_tables_is_in_the_reference():
    table = (places.ROOT / "plugin" / "dissector" / "field_rows.h").read_text(encoding="utf-8")
    written = reference.FILE.read_text(encoding="utf-8")
    fields = re.findall(r'^FIELD\(\w+, \w+, "[^"]*", "([^"]*)"', table, re.MULTILINE)
    names = [*fields, *reference.notes_of(reference.NOTES.read_text(encoding="utf-8"))]
    assert len(names) > 150
    assert [name for name in names if f"| `{name}` |" not in written] == []


def test_a_reference_that_is_not_current_is_reported():
    wanted = "one\ntwo\nthree\n"
    assert reference.difference(wanted, wanted) is None
    for found, number, line in (("one\n2\nthree\n", 2, "2"), ("one\ntwo\n", 3, "(nothing)"), (wanted + "four\n", 4, "four")):
        complaint = reference.difference(wanted, found)
        assert f"in line {number}:" in complaint
        assert complaint.endswith(f"it is:        {line}")
        assert "./run reference makes it anew" in complaint
