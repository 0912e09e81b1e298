"""Frames visited in any order: sharkd, Wireshark's server, driven over its standard input.

sharkd reads a capture once, drawing nothing, and then dissects again whichever frame is asked for: what a person does who
clicks through the packet list. It can load one capture after the other.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import base64
import json
import subprocess
import tempfile
import threading

TIME_LIMIT = 120  # seconds for one answer

# Lines on its error output that are no complaint.
CHATTER = ("Hello in child", "load: filename=")


class SharkdError(Exception):
    """sharkd refused a request, died, or complained."""


class KeptSharkd:
    """One sharkd for many tests, which takes longer to start than most of them do. Each uses it as a context manager, and gets the
    Sharkd, which may have read other captures before; after a failure the next one gets a new one. Preferences stay set: who sets one
    names it in each load()."""

    def __init__(self, sandbox):
        self._sandbox = sandbox
        self._sharkd = None

    def __enter__(self):
        if not self._sharkd:
            self._sharkd = Sharkd(self._sandbox).__enter__()
        return self._sharkd

    def __exit__(self, kind, *error):
        try:
            self._sharkd.check()
        except SharkdError:
            kind = kind or SharkdError
            self._end(kind, *error)
            raise
        if kind:
            self._end(kind, *error)

    def end(self):
        if self._sharkd:
            self._end(None)

    def _end(self, *error):
        sharkd, self._sharkd = self._sharkd, None
        sharkd.__exit__(*error)


class Sharkd:
    """Use as a context manager; leaving it fails if sharkd wrote a complaint meanwhile."""

    def __init__(self, sandbox):
        self._sandbox = sandbox
        self._capture = None
        self._loads = 0
        self._request = 0

    def __enter__(self):
        self._errors = tempfile.TemporaryFile()
        self._process = self._sandbox.popen(["sharkd", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                                            encoding="utf-8", errors="replace")
        return self

    def __exit__(self, kind, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        code = self._process.wait(timeout=TIME_LIMIT)
        complaints = self._complaints()
        self._errors.close()
        if kind is None and (code or complaints):
            raise SharkdError(f"{self._capture}: exit code {code}, complaints: {complaints}")

    def check(self):
        """Fails if sharkd has ended, or has written a complaint."""
        complaints = self._complaints()
        if self._process.poll() is not None or complaints:
            raise SharkdError(f"{self._capture}: exit code {self._process.poll()}, complaints: {complaints}")

    def load(self, capture, preferences=None):
        """Preferences stay set for captures loaded later."""
        for name, value in (preferences or {}).items():
            self._ask("setconf", name=name, value=value)
        self._capture = capture
        self._loads += 1
        self._ask("load", file=str(self._sandbox.readable(capture)))

    def matching(self, display_filter):
        """The numbers of the frames that match. sharkd keeps what a filter's text matched, beyond the capture: the text differs."""
        return [row["num"] for row in self._ask("frames", filter=display_filter + " " * self._loads)]

    def tree(self, frame):
        """The frame's protocol tree: nested lists of dicts, "l" is an item's text, "n" what is below it."""
        return self._ask("frame", frame=frame, proto=True)["tree"]

    def octets(self, frame):
        """The frame's tree, in which "h" is where an item's octets are and "ds" in which data source; and the sources: [(name, octets)]."""
        answer = self._ask("frame", frame=frame, proto=True, bytes=True)
        sources = [{"name": "Frame", "bytes": answer["bytes"]}, *answer.get("ds", [])]
        return {"tree": answer["tree"], "sources": [(source["name"], base64.b64decode(source["bytes"])) for source in sources]}

    def _ask(self, method, **parameters):
        self._request += 1
        request = {"jsonrpc": "2.0", "id": self._request, "method": method, "params": parameters}
        watchdog = threading.Timer(TIME_LIMIT, self._process.kill)
        watchdog.start()
        try:
            answer = self._exchange(json.dumps(request))
        finally:
            watchdog.cancel()
        if answer is None:
            raise SharkdError(f"{self._capture}: sharkd ended at {method} {parameters}: {self._complaints()}")
        if "result" not in answer:
            raise SharkdError(f"{self._capture}: {method} {parameters}: {answer.get('error')}")
        return answer["result"]

    def _exchange(self, request):
        """The answer to the request; None when sharkd is gone."""
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        answers = (json.loads(line) for line in self._process.stdout)
        return next((answer for answer in answers if answer.get("id") == self._request), None)

    def _complaints(self):
        """What sharkd wrote on its error output, less its log of files loaded."""
        self._errors.seek(0)
        text = self._errors.read().decode("utf-8", "replace")
        return "\n".join(line for line in text.splitlines() if line and not line.startswith(CHATTER))[:6000]
