"""The mail log of a capture, as -z esmtp,mails writes it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import re

STATISTIC = "esmtp,mails"
LISTS = {"rcpt_to", "rcpt_code", "rcpt_status", "rcpt_text", "rcpt_time", "rcpt_accepted", "rcpt_deferred", "rcpt_rejected", "received"}
NO_FIELD = {"stream", "time"}  # columns that no field esmtp.transaction.* gives
ESCAPES = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r", ",": ","}


def write(tshark, capture, what=STATISTIC, **common):
    """What the statistic prints."""
    return tshark.run(capture, "-q", "-z", what, **common)


def records(tshark, capture, only=None, **common):
    """One dictionary a mail, from JSON. `only`: the statistic's own filter."""
    return json.loads(write(tshark, capture, f"{STATISTIC},json" + (f",{only}" if only else ""), **common))


def words(tshark, capture, **common):
    """One dictionary a mail, from TSV: the words between the tabs."""
    header, *rows = write(tshark, capture, f"{STATISTIC},tsv", **common).removesuffix("\n").split("\n")
    names = header.split("\t")
    assert all(len(row.split("\t")) == len(names) for row in rows)
    return [dict(zip(names, row.split("\t"))) for row in rows]


def items(word):
    """The items of a list in TSV."""
    return [unescaped(item) for item in re.findall(r"(?:^|,)((?:[^\\,]|\\.)*)", word)] if word else []


def unescaped(word):
    return re.sub(r"\\(?:x([0-9a-f]{2})|(.))", lambda found: chr(int(found[1], 16)) if found[1] else ESCAPES[found[2]], word)


def as_words(record):
    """A record of JSON as TSV has it: {column: items}; what is absent has none."""
    return {name: [] if value is None else [as_word(item) for item in (value if isinstance(value, list) else [value])]
            for name, value in record.items()}


def as_word(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.9f}" if isinstance(value, float) else str(value)
