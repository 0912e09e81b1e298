"""The profile "SMTP": Wireshark takes each filter and field that it names, and each finds what it is called.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import csv
import re

import pytest

import places

PROFILE = places.ROOT / "package" / "profile" / "SMTP"
SAMPLE = places.SAMPLES / "postfix-relay-pipelined.pcapng"


def rows(name):
    """The rows of a table of Wireshark's, which writes a quotation mark inside a value as \\x22."""
    lines = [line for line in (PROFILE / name).read_text().splitlines() if not line.startswith("#")]
    return [[value.replace("\\x22", '"') for value in row] for row in csv.reader(lines)]


COLOURS = [line.split("@")[1:3] for line in (PROFILE / "colorfilters").read_text().splitlines() if not line.startswith("#")]
BUTTONS = [row[1:3] for row in rows("dfilter_buttons")]
GRAPHS = [row[1:3] for row in rows("io_graphs")]
COLUMNS = re.findall(r'%Cus:(.*?):', (PROFILE / "preferences").read_text())


def mails(tshark, outcome):
    return [number for number, found in tshark.fields(SAMPLE, "esmtp.transaction.outcome").items()
            if found["esmtp.transaction.outcome"] == [outcome]]


@pytest.mark.parametrize("name, filter", COLOURS + BUTTONS + GRAPHS)
def test_filters_are_valid(tshark, name, filter):
    tshark.frames(SAMPLE, filter)  # else tshark fails


@pytest.mark.parametrize("table", [COLOURS, BUTTONS, GRAPHS])
def test_what_is_refused_is_found(tshark, table):
    name = {"Mail rejected", "Refused", "Rejected"}.intersection(name for name, _ in table).pop()
    found = tshark.frames(SAMPLE, dict(table)[name])
    assert len(mails(tshark, "rejected")) == 1 and set(found) >= set(mails(tshark, "rejected"))
    assert not set(found) & set(mails(tshark, "deferred"))


@pytest.mark.parametrize("name, packets", [("Mails", [12, 20, 28, 36]), ("Refused", [10, 18, 26, 28]), ("Deferred", [18, 20])])
def test_buttons_leave_what_they_are_called(tshark, name, packets):
    """Packets with several replies: 10 and 26 have codes below 400 and above 499, and none between."""
    assert tshark.frames(SAMPLE, dict(BUTTONS)[name]) == packets


def test_a_deferral_has_a_code_of_its_own(tshark):
    assert tshark.frames(SAMPLE, dict(COLOURS)["Deferral"]) == [18]


def test_widths_are_those_of_the_columns():
    """Wireshark knows a column by its format."""
    columns = re.findall(r'^\t"[^"]*", "(.*?)(?::\d:[RU])?"', (PROFILE / "preferences").read_text(), re.MULTILINE)
    widths = re.findall(r'^\t"?(%.*?)"?, (\d+)', (PROFILE / "recent").read_text(), re.MULTILINE)
    assert len(columns) == 10 and [column for column, _ in widths] == columns


def test_graphs_count_mails(tshark):
    counts = {name: tshark.count(SAMPLE, filter) for name, filter in GRAPHS}
    assert [counts[name] for name in ("Mails", "Accepted", "Deferred", "Rejected")] == [4, 2, 1, 1]


def test_graphs_have_what_every_release_reads():
    """Nine values; 4.6 has a tenth, and a default for it."""
    for row in rows("io_graphs"):
        assert len(row) == 9 and row[0] in ("Enabled", "Disabled") and re.fullmatch("#[0-9A-F]{6}", row[3])
        assert row[4] in ("Line", "Impulse", "Stacked Bar") and row[5] in ("Packets", "MAX(Y Field)") and row[7:] == ["None", "1"]


def test_columns_are_fields(tshark):
    known = {line.split("\t")[2] for line in tshark.describe("fields").splitlines() if line.startswith("F\t")}
    assert COLUMNS and known.issuperset(field for column in COLUMNS for field in column.split(" || "))
