"""Frames visited in any order: sharkd, Wireshark's server, driven over its standard input.

sharkd reads a capture once, drawing nothing, and then dissects again whichever frame is asked for: what a person does who
clicks through the packet list.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import subprocess
import tempfile


# Lines on its error output that are no complaint.
CHATTER = ("Hello in child", "load: filename=")


class SharkdError(Exception):
    """sharkd refused a request, died, or complained."""


class Sharkd:
    """One capture, loaded. Use as a context manager; leaving it fails if sharkd wrote a complaint meanwhile."""

    def __init__(self, sandbox, capture):
        self._sandbox = sandbox
        self._capture = sandbox.readable(capture)

    def __enter__(self):
        self._errors = tempfile.TemporaryFile()
        self._process = self._sandbox.popen(["sharkd", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                                            encoding="utf-8", errors="replace")
        self._request = 0
        self.ask("load", file=str(self._capture))
        return self

    def __exit__(self, kind, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        code = self._process.wait(timeout=60)
        if kind is None and (code or self._complaints()):
            raise SharkdError(f"{self._capture}: exit code {code}, complaints: {self._complaints()}")
        self._errors.close()

    def frame_count(self):
        return self.ask("status")["frames"]

    def matching(self, display_filter):
        """The numbers of the frames that match."""
        return [row["num"] for row in self.ask("frames", filter=display_filter)]

    def tree(self, frame):
        """The frame's protocol tree: nested lists of dicts, "l" is an item's text, "n" what is below it."""
        return self.ask("frame", frame=frame, proto=True)["tree"]

    def ask(self, method, **parameters):
        self._request += 1
        request = {"jsonrpc": "2.0", "id": self._request, "method": method, "params": parameters}
        if not parameters:
            del request["params"]
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # told below, with what sharkd said
        for line in self._process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self._request:
                break
        else:
            raise SharkdError(f"{self._capture}: sharkd ended at {method}: {self._complaints()}")
        if "result" not in answer:
            raise SharkdError(f"{self._capture}: {method} {parameters}: {answer.get('error')}")
        return answer["result"]

    def _complaints(self):
        """What sharkd wrote on its error output, less its log of files loaded."""
        self._errors.seek(0)
        text = self._errors.read().decode("utf-8", "replace")
        return "\n".join(line for line in text.splitlines() if line and not line.startswith(CHATTER))[:4000]
