"""A recording: its name, what it shows, the roots it needs, and the function that makes it."""

import os
from collections import namedtuple

from kit import catalogue

Scenario = namedtuple("Scenario", "function shows roots")
SCENARIOS = {}


def scenario(name, shows, *roots):
    """Registers a function(session). It starts servers, then session.begin(ports), clients, session.end(...)."""
    def register(function):
        SCENARIOS[name] = Scenario(function, shows, roots)
        return function
    return register


class Session:
    """What a scenario function is given."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.scenario = SCENARIOS[name]
        self.keylog = f"/mnt/{name}.keylog"
        self.capture = None

    def record(self):
        try:
            self.scenario.function(self)
        finally:
            if self.capture:
                self.capture.abandon()

    def begin(self, *ports):
        self.capture = self.lab.capture(catalogue.capture_path(self.name), *ports)

    def stop_capture(self):
        """For a scenario whose mails become known only after the capture is over (logs written late)."""
        keylog = self.keylog if os.path.exists(self.keylog) and os.path.getsize(self.keylog) else None
        self.capture.stop(keylog)
        self.capture = None

    def end(self, mails, log_root=None, expected=None, logs=None):
        """log_root: the root whose log lines become server.log."""
        if self.capture:
            self.stop_capture()
        logs = dict(logs or {})
        if log_root is not None:
            logs["server.log"] = "\n".join(log_root.log.lines) + "\n"
        catalogue.publish(self.name, self.scenario.shows, mails, logs, expected)
