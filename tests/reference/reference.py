"""The reference of the plugin's fields, doc/FIELDS.md: made of what tshark says of the built plugin, and of the table of notes.

    reference.py PLUGIN          writes doc/FIELDS.md
    reference.py PLUGIN check    writes nothing; says where the file is not current, and exits with 1

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import sys
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tshark"))
sys.dont_write_bytecode = True

from tshark import Tshark  # noqa: E402

FILE = ROOT / "doc" / "FIELDS.md"
NOTES = ROOT / "plugin" / "session" / "note_rows.h"
MAKE = "./run reference"

EXPERT = "esmtp.expert."
# A section, what it says, and how the names in it begin. The last one takes what no other does.
SECTIONS = [
    ("Command", "A command line of the client and what its argument holds.",
     ("esmtp.command", "esmtp.helo.", "esmtp.mail.", "esmtp.rcpt.", "esmtp.parameter", "esmtp.bdat.", "esmtp.burl.", "esmtp.xclient.")),
    ("AUTH", "Messages of an AUTH exchange, decoded from base64.", ("esmtp.auth.",)),
    ("Reply", "A reply of the server, the greeting and the first line of the reply to EHLO among them.",
     ("esmtp.reply", "esmtp.greeting.", "esmtp.ehlo_reply.")),
    ("Capability", "An extension that the server offers in its reply to EHLO or LHLO.", ("esmtp.capability",)),
    ("TLS", "Whether a packet came under TLS.", ("esmtp.tls", "esmtp.starttls.")),
    ("Message", "The content of a mail, by DATA or BDAT.", ("esmtp.message",)),
    ("Mail transaction", "What became of a mail, on the packet that ends its transaction.", ("esmtp.transaction",)),
    ("Other octets", "Octets that belong to none of these.", ("esmtp.",)),
]
INTRODUCTION = f"""# Fields of the dissector `esmtp`

Made by `{MAKE}` from the tables in `plugin/`: change those, and not this file. The types are Wireshark's. Every name can be used
in a display filter, in `-e` and as a column.
"""


def row(*cells):
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def table(head, rows):
    return [row(*head), row(*["---"] * len(head)), *[row(*cells) for cells in rows], ""]


def fields_of(tshark):
    """[(title, name, type, description)] of all fields of the plugin, expert infos among them, sorted by name."""
    found = []
    for line in tshark.describe("fields").splitlines():
        kind, title, name, *rest = line.split("\t")
        if kind == "F" and name.startswith("esmtp.") and rest[1] == "esmtp":
            found.append((title, name, rest[0], rest[-1]))
    return sorted(found, key=lambda field: field[1])


STRING = r'"(?:[^"\\]|\\.)*"'
NOTE = re.compile(rf"^NOTE_ROW\(\w+, (\w+), (\w+), (\w+),((?:\s*{STRING}|,)+)\)$", re.MULTILINE)


def texts_of(arguments):
    """The strings of a row: of what C joins, one."""
    joined = re.sub(r'"\s+"', "", arguments)
    return [string[1:-1].replace(r'\"', '"') for string in re.findall(STRING, joined)]


def notes_of(text):
    """{field: [(severity, group, summary, meaning, cause, remedy), ...]} of the table: a field may have two severities, a row each."""
    found = {}
    for field, group, severity, arguments in NOTE.findall(text):
        found.setdefault(f"{EXPERT}{field}", []).append((severity, group, *texts_of(arguments)))
    return found


def section_of(name):
    return next(title for title, _, prefixes in SECTIONS if name.startswith(prefixes))


def section_lines(title, about, fields):
    rows = [(f"`{name}`", shown, kind, text) for shown, name, kind, text in fields if section_of(name) == title]
    return [f"## {title}", "", about, "", *table(("Field", "Shown as", "Type", "Description"), rows)]


def words_of(name):
    """RESPONSE_CODE: Response code."""
    return name.replace("_", " ").capitalize()


def expert_lines(experts, notes):
    """A table of all, and behind it what there is to say of each."""
    lines = ["## Expert infos", "",
             "What is odd. All of them are of type FT_NONE: a filter asks whether they are there. What each means, how it comes about, "
             "and what to do is said below the table.", ""]
    rows, pages = [], []
    for name in dict.fromkeys(field[1] for field in experts):
        found = notes[name]
        rows.append((f"`{name}`", " or ".join(words_of(row[0]) for row in found), words_of(found[0][1]),
                     "; or: ".join(row[2] for row in found)))
        for severity, _, summary, meaning, cause, remedy in found:
            pages += [f"### `{name}` ({words_of(severity)})", "", f"{summary}.", "", f"- **Meaning.** {meaning}",
                      f"- **How it comes about.** {cause}", f"- **What to do.** {remedy}", ""]
    return lines + table(("Field", "Severity", "Group", "Summary"), rows) + pages


def document(fields, notes):
    experts = [field for field in fields if field[1].startswith(EXPERT)]
    others = [field for field in fields if not field[1].startswith(EXPERT)]
    lines = [INTRODUCTION]
    for title, about, _ in SECTIONS:
        lines += section_lines(title, about, others)
    return "\n".join(lines + expert_lines(experts, notes))


def reference(tshark):
    """What doc/FIELDS.md has to be."""
    return document(fields_of(tshark), notes_of(NOTES.read_text(encoding="utf-8")))


def difference(wanted, found):
    """What the first line that differs has to be, and what it is; None when there is none."""
    pairs = zip_longest(wanted.splitlines(), found.splitlines())
    for number, (want, have) in enumerate(pairs, 1):
        if want != have:
            return (f"doc/FIELDS.md is not current; {MAKE} makes it anew. The first difference is in line {number}:\n"
                    f"  it has to be: {'(nothing)' if want is None else want}\n"
                    f"  it is:        {'(nothing)' if have is None else have}")
    return None


def main(plugin, check=None):
    with Tshark(plugin) as tshark:
        wanted = reference(tshark)
    if check:
        sys.exit(difference(wanted, FILE.read_text(encoding="utf-8") if FILE.exists() else ""))
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
