"""What a later change of the sources must not run into: a copy of them is altered, built, and asked.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import shutil
import subprocess

import pytest

import places
from tshark import Tshark

pytestmark = pytest.mark.builds

SAMPLE = places.SAMPLES / "postfix-relay-pipelined.pcapng"

# A field whose row and whose drawing are copied under another name, as the last of all fields; and the file that draws it.
COPIED = {
    "esmtp.helo.domain": ("HELO_DOMAIN", "draw_command.c"),
    "esmtp.reply.enhanced_status.class": ("ENHANCED_STATUS_CLASS", "draw_reply.c"),
    "esmtp.transaction.helo": ("TRANSACTION_HELO", "draw_transaction.c"),
}


def alter(file, pattern, replacement):
    text, count = re.subn(pattern, replacement, file.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert count == 1, f"{file.name}: {pattern}"
    file.write_text(text)


def append_copy(dissector, name, which, drawer):
    table = dissector / "field_rows.h"
    row = re.search(rf"^FIELD\({which},.*?\)\n(?=FIELD|/\*)", table.read_text(), re.MULTILINE | re.DOTALL)[0]
    copy = row.replace(f"FIELD({which},", f"FIELD({which}_COPY,").replace(f'"{name}"', f'"{name}.copy"')
    alter(table, r"^/\* clang-format on \*/$", lambda found: f"{copy}{found[0]}")
    alter(dissector / drawer, rf"^(    draw_\w+\([^;]*?\bFIELD_{which}\b)([^;]*;)$", rf"\1\2\n\1_COPY\2")


@pytest.fixture(scope="module")
def altered(tmp_path_factory):
    """The plugin with a copy of some fields, and another type for one of the built-in dissector's than Wireshark gives it."""
    folder = tmp_path_factory.mktemp("altered")
    for part in ("plugin", "package", "doc"):
        shutil.copytree(places.ROOT / part, folder / part)
    for part in ("CMakeLists.txt", "README.md"):
        shutil.copy(places.ROOT / part, folder)
    dissector = folder / "plugin" / "dissector"
    for name, (which, drawer) in COPIED.items():
        append_copy(dissector, name, which, drawer)
    alter(dissector / "builtin_fields.c", r'("smtp.req.command", )FT_STRING', r"\1FT_UINT32")
    for command in (["cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=-O0",
                     "-DESMTP_TESTS=OFF"], ["cmake", "--build", folder / "build", "--target", "esmtp"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with Tshark(folder / "build" / "plugin" / "esmtp.so") as with_altered:
        yield with_altered


# One test, for each process that runs tests would build a plugin of its own.
def test_what_altered_sources_show(altered):
    for name in COPIED:
        values = altered.values(SAMPLE, name)
        assert values != []
        assert altered.values(SAMPLE, f"{name}.copy") == values, "-e"
        assert altered.frames(SAMPLE, f"{name}.copy") == altered.frames(SAMPLE, name) != [], "-Y"
        assert sorted(altered.fields(SAMPLE, f"{name}.copy", only=name)) == altered.frames(SAMPLE, name), "-e with -Y"
    packets = altered.pdml(SAMPLE)
    for name in COPIED:
        shown = [field.get("name") for packet in packets for field in packet.iter("field")]
        assert shown.count(f"{name}.copy") == shown.count(name) != 0
    # A field of another type is passed over, the others of the same command are not.
    assert altered.values(SAMPLE, "smtp.req.command") == []
    assert altered.frames(SAMPLE, "smtp.req.command") == []
    assert altered.values(SAMPLE, "smtp.req.parameter") != []


def compiled_for(folder, major, minor, *options):
    """What the compiler says of the header, when Wireshark's release is this one."""
    (folder / "ws_version.h").write_text(f"#define WIRESHARK_VERSION_MAJOR {major}\n#define WIRESHARK_VERSION_MINOR {minor}\n")
    flags = subprocess.run(["pkg-config", "--cflags", "wireshark", "gmodule-2.0"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split()
    return subprocess.run(["gcc", "-fsyntax-only", "-x", "c", f"-I{folder}", *flags, *options,
                           places.ROOT / "plugin" / "dissector" / "wireshark_structs.h"], text=True, stderr=subprocess.PIPE).stderr


def test_a_release_that_is_not_known_stops_the_build(tmp_path):
    assert "error" not in compiled_for(tmp_path, 4, 6)
    for release in ((4, 7), (4, 8), (5, 0)):
        assert "compare them with this newer release" in compiled_for(tmp_path, *release)
        # In Wireshark's own tree the structs themselves are compared.
        assert "error" not in compiled_for(tmp_path, *release, "-DESMTP_IN_TREE")
