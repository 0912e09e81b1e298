"""Results that outlive an interruption: a folder with the rows of each capture that is done.

    question.json    what was asked; results of another question are of no use
    state.ndjson     a line for each capture that was read: what the file was, how that ended. The last line of a file counts
    results/KEY      the rows of a capture, each behind the name of its log; the file has this name when all of it was written
    run-N/           what the engine and its jobs write; begun anew each time
    lock             held while a run is at work in the folder

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import fcntl
import hashlib
import json
import os
import pathlib
import shutil

from . import Failure
from .files import named, replacing


@dataclasses.dataclass
class Done:
    """How reading a capture ended. `error` is empty, or what is said of it; `rows` may be there in spite of an error."""
    identity: list  # Capture.identity
    error: str = ""
    skipped: bool = False  # it is no capture, says tshark
    rows: int = 0
    outcomes: dict = dataclasses.field(default_factory=dict)  # how many mails had each

    @property
    def path(self):
        return self.identity[0]


def key_of(path):
    return hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:32]


def begun(files):
    """Are these what a run has made that ended before it had written what was asked?"""
    return "lock" in files and all(name in ("lock", "results", "question.json.part") or name.startswith("run-") for name in files)


def check(folder):
    """Only a folder that a run has made is gone on with, or removed."""
    if folder.exists() and not folder.is_dir():
        raise Failure(f"{folder} is a file: it stays as it is")
    files = {file.name for file in folder.iterdir()} if folder.exists() else set()
    if files and "question.json" not in files and not begun(files):
        raise Failure(f"{folder} is no folder of esmtp-batch: it stays as it is")


class Store:
    """`folder`: one that check() has found right."""

    def __init__(self, folder, question, resume, restart):
        self.folder = pathlib.Path(folder)
        self.state = self.folder / "state.ndjson"
        self.done = {}
        self.run = None  # the folder of the run at hand: begin_run()
        if (self.folder / "question.json").exists() and not (resume or restart):
            raise Failure(f"{self.folder} is there, with what an earlier run has read: --resume goes on with it, --restart removes it")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock()
        if restart:
            shutil.rmtree(self.folder / "results", ignore_errors=True)
            for file in (self.state, self.folder / "question.json"):
                file.unlink(missing_ok=True)
        (self.folder / "results").mkdir(exist_ok=True)
        self._ask(question)
        self._load()

    def runs(self):
        """The folders of runs so far."""
        return list(self.folder.glob("run-*"))

    def begin_run(self):
        """Another folder each time: jobs of a run that was killed may still write to theirs."""
        for old in self.runs():
            shutil.rmtree(old, ignore_errors=True)
        last = max((int(left.name.partition("-")[2]) for left in self.runs()), default=0)
        self.run = self.folder / f"run-{last + 1}"
        self.run.mkdir()

    def rows_of(self, path):
        """The file with the rows of a capture."""
        return self.folder / "results" / key_of(path)

    def knows(self, capture):
        """Whether the capture was read as it is now, and without an error that may not come again."""
        done = self.done.get(capture.path)
        return bool(done and (done.skipped or not done.error) and done.identity == capture.identity)

    def put(self, done, rows):
        """Keeps the rows of a capture: first these, then the line that says so. Raises what `rows` raises, and keeps nothing then."""
        with replacing(self.rows_of(done.path)) as file:
            for row in rows:
                file.write(f"{row.log}\t{row.text}\n")
                done.rows += 1
                if row.log == "mails":
                    done.outcomes[row.outcome] = done.outcomes.get(row.outcome, 0) + 1
        with named(self.state), open(self.state, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(json.dumps(dataclasses.asdict(done), ensure_ascii=False) + "\n")
        self.done[done.path] = done

    def rows(self, path):
        """The rows of a capture: the log, and the text of a JSON object."""
        with open(self.rows_of(path), encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            for line in file:
                log, _, text = line[:-1].partition("\t")
                yield log, text

    def remove(self):
        shutil.rmtree(self.folder)

    def _lock(self):
        self._held = open(self.folder / "lock", "w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(f"another run is at work in {self.folder}") from None

    def _ask(self, question):
        file = self.folder / "question.json"
        asked = json.loads(json.dumps(question))
        if not file.exists():
            with replacing(file) as new:
                new.write(json.dumps(asked) + "\n")
            return
        before = json.loads(file.read_text())
        other = [name for name in asked if before.get(name) != asked[name]]
        if other:
            raise Failure(f"{self.folder} has results of another question ("
                          + "; ".join(f"{name}: {before.get(name)}, now {asked[name]}" for name in other)
                          + "): --restart removes them")

    def _load(self):
        if not self.state.exists():
            return
        whole, ended, cut_off = self.state.read_bytes().rpartition(b"\n")
        for line in whole.split(b"\n") if ended else ():
            done = Done(**json.loads(line.decode(errors="surrogateescape")))
            self.done[done.path] = done
        if cut_off:
            os.truncate(self.state, len(whole) + len(ended))
