"""The rows, as NDJSON or TSV, each with the file that it is of.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json

CONTROLS = {chr(code): f"\\x{code:02x}" for code in (*range(0x20), *range(0x7f, 0xa0))}
ESCAPES = str.maketrans({**CONTROLS, "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def tsv_value(value, within=None):
    """As the plugin's own TSV has it: empty for what is not known, 1 and 0 for yes and no, items of a list with commas between."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(tsv_value(item, ",") for item in value)
    if isinstance(value, dict):
        return tsv_value(json.dumps(value, ensure_ascii=False))
    text = str(value).translate(ESCAPES)
    return text.replace(within, "\\" + within) if within else text


class Writer:
    """Writes rows to a text file. NDJSON has a column `log` where rows of several logs come; TSV is of one log."""

    def __init__(self, file, form, logs):
        self.file = file
        self.write_row = self._tsv if form == "tsv" else self._ndjson
        self.several = len(logs) > 1
        self.logs = logs
        self.columns = None

    def write(self, path, log, text):
        """`text` is a JSON object."""
        if log in self.logs:
            self.write_row(path, log, text)

    def _ndjson(self, path, log, text):
        front = {"file": path, "log": log} if self.several else {"file": path}
        self.file.write(json.dumps(front, ensure_ascii=False, separators=(",", ":"))[:-1] + "," + text[1:] + "\n")

    def _tsv(self, path, log, text):
        row = {"file": path, **json.loads(text, parse_float=str)}
        if not self.columns:
            self.columns = list(row)
            self.file.write("\t".join(self.columns) + "\n")
        self.file.write("\t".join(tsv_value(row.get(column)) for column in self.columns) + "\n")
