"""The rows as a page to look at: one file of HTML that needs nothing else.

Jinja2 escapes every value: subjects, addresses and texts come off a network.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import dataclasses
import datetime
import json

from . import Failure
from .files import replacing

OUTCOMES = ("accepted", "partial", "deferred", "rejected", "aborted", "unknown", "open")
BARS = 60  # at most
SPANS = (60, 300, 900, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400)  # seconds a bar may stand for
LADDERS = 300  # connections that are drawn at most
STEPS = 200  # of a connection that are drawn at most
DIALOGUE = ("tcp.stream", "frame.number", "frame.time_epoch", "tcp.srcport", "_ws.col.Info")


@dataclasses.dataclass
class Trouble:
    """A connection that the report has something to say about."""
    path: str
    record: dict
    report: dict
    steps: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Step:
    frame: str
    from_client: bool
    since_start: float
    text: str


@dataclasses.dataclass
class Contents:
    """What the page shows, gathered from the rows of all captures."""
    mails: list = dataclasses.field(default_factory=list)
    connections: list = dataclasses.field(default_factory=list)
    logins: list = dataclasses.field(default_factory=list)
    reasons: dict = dataclasses.field(default_factory=dict)  # by reason and server: count, and what the report says
    troubles: list = dataclasses.field(default_factory=list)

    def take(self, path, log, text):
        row = json.loads(text)
        if log == "mails":
            self.mails.append({"file": path, **row})
        elif log == "connections":
            self.connections.append({"file": path, **row})
        elif log == "logins":
            self.logins.append({"file": path, **row})
        elif log == "report":
            self._take_report(path, row)

    def _take_report(self, path, report):
        for why in report["why"]:
            seen = self.reasons.setdefault((why["reason"], why["server_addr"]), dict(why, count=0))
            seen["count"] += why["count"]
        self.troubles += [Trouble(path, found["record"], found) for found in report["connections"]]


def seconds_of(time):
    """None for what is no date: captures may have times after the year 9999, which the logs tell in seconds."""
    try:
        return datetime.datetime.fromisoformat(time[:19] + "+00:00").timestamp()
    except ValueError:
        return None


def bars_of(mails):
    """The mails of each span of time by outcome, and how long a span is."""
    dated = [(time, mail) for mail in mails if (time := seconds_of(mail["time"])) is not None]
    if not dated:
        return [], 0
    times = [time for time, _ in dated]
    span = next((span for span in SPANS if (max(times) - min(times)) / span < BARS), (max(times) - min(times)) / BARS)
    first = min(times) // span * span
    counts = [collections.Counter() for _ in range(int((max(times) - first) // span) + 1)]
    for time, mail in dated:
        counts[int((time - first) // span)][mail["outcome"]] += 1
    begins = (datetime.datetime.fromtimestamp(first + number * span, datetime.timezone.utc) for number in range(len(counts)))
    return [(begin.strftime("%Y-%m-%d" if span >= 86400 else "%Y-%m-%d %H:%M"), count) for begin, count in zip(begins, counts)], span


def dialogues_wanted(contents):
    """{path: numbers of streams} of the connections that are drawn."""
    wanted = {}
    for trouble in contents.troubles[:LADDERS]:
        wanted.setdefault(trouble.path, []).append(trouble.record["stream"])
    return wanted


def dialogue_filter(streams):
    return f"esmtp and tcp.stream in {{{', '.join(map(str, streams))}}}"


def take_dialogue(contents, path, rows):
    """The packets of a capture's troubled connections, as rows of the fields DIALOGUE."""
    by_stream = {trouble.record["stream"]: trouble for trouble in contents.troubles if trouble.path == path}
    begin = {}
    for row in rows:
        stream, frame, time, port, info = (row[name] for name in DIALOGUE)
        time = float(time or 0)  # a simple packet block of pcapng has none
        trouble = by_stream.get(int(stream))
        if trouble and len(trouble.steps) < STEPS:
            start = begin.setdefault(stream, time)
            trouble.steps.append(Step(frame, int(port) == trouble.record["client_port"], time - start, info or ""))


def outcome_words(report):
    return [f"{mail['mail_from'] or '<>'} → {', '.join(mail['rcpt_to']) or '?'}: {mail['outcome']}"
            + (f" {mail['code']} {mail['text'] or ''}" if mail["code"] else "") for mail in report["log"]]


def check():
    """Jinja2, or an error that says where it is."""
    try:
        import jinja2
    except ImportError:
        raise Failure("--html needs Jinja2; on Debian it is in the package python3-jinja2") from None
    return jinja2


def write(path, share, states, contents):
    jinja2 = check()
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(share), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(outcome_words=outcome_words)
    bars, span = bars_of(contents.mails)
    with replacing(path, errors="replace") as file:
        environment.get_template("page.html.j2").stream(
            states=states, outcomes=OUTCOMES, totals=collections.Counter(mail["outcome"] for mail in contents.mails),
            bars=bars, span=span, highest=max((sum(counts.values()) for _, counts in bars), default=1),
            reasons=sorted(contents.reasons.values(), key=lambda why: -why["count"]),
            mails=contents.mails, connections=contents.connections, logins=contents.logins,
            troubles=contents.troubles[:LADDERS], troubles_in_all=len(contents.troubles)).dump(file)
