"""What Wireshark says of the plugin itself.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import places


def of_file(name, pattern):
    return re.search(pattern, (places.ROOT / name).read_text(), re.MULTILINE)[1]


def test_list_of_plugins_has_the_version(tshark):
    version = of_file("CMakeLists.txt", r"^project\(esmtp VERSION (\S+) ")
    rows = [row.split("\t") for row in tshark.describe("plugins").splitlines()]
    assert [row[1] for row in rows if row[0].strip() == "esmtp.so"] == [version]


def test_changes_are_listed_under_the_version():
    assert of_file("CHANGELOG.md", r"^## (\S+)") == of_file("CMakeLists.txt", r"^project\(esmtp VERSION (\S+) ")
