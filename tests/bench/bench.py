"""Measures the plugin against the built-in dissector, and both against the floor: the same capture with neither of them.

    bench.py PLUGIN FOLDER [quick|loads|full|profile] [check]

quick     instructions alone
loads     user time and peak memory of the two largest captures alone: many connections, and a mail log
full      a mail log of 126,000 mails too, and the mail of 100 MB with the built-in dissector too, which takes it minutes
profile   instructions of the plugin alone; leaves callgrind's files in FOLDER/profiles, for callgrind_annotate
check     exit status 1 when a target is missed

The floor is TCP alone. To disable the protocol smtp is not enough: TCP then tries one heuristic after the other on each
packet, which costs more than the built-in dissector does. (The mail of 100 MB is compared with that floor too, for which its
target was set.)

Instructions are callgrind's, counted from the first packet that is read to where the capture is closed: tshark's start-up is
left out. They repeat to a few parts in ten thousand.

User time and peak memory are the kernel's, of whole runs of larger captures of the same kind, start-up included. The built-in
dissector and the plugin run in pairs, and each of them is the first of every second pair, so that other load on the machine
slows both alike. The ratio of times is the median of the pairs' ratios; its quartiles tell how exact it is. Peak memory is
the least of the runs.

"-floor" is (plugin - floor) / (built-in - floor). The first table says how many packets each of the two shows a mail in: a
dissector that loses its way (4.0's does where BDAT is pipelined) is spared the cost of those that it does not show. The last
table lists the targets that are missed.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import captures
from sandbox import Sandbox

BUILTIN_FIELDS = ("smtp.req.command", "smtp.rsp.parameter", "smtp.response.code")
PLUGIN_FIELDS = ("esmtp.command.verb", "esmtp.reply.text", "esmtp.reply.code")


def fields(names):
    return ["-T", "fields", *[word for name in names for word in ("-e", name)]]


HIERARCHY = ["-q", "-z", "io,phs"]

# What is asked of tshark. The built-in dissector has no mail log: it is asked for the hierarchy in its place.
MODES = {
    "io,phs": {"all": HIERARCHY},
    "-T fields": {"plugin": fields(PLUGIN_FIELDS), "all": fields(BUILTIN_FIELDS)},
    "-T json": {"all": ["-T", "json"]},
    "-2 io,phs": {"all": ["-2", *HIERARCHY]},
    "esmtp,mails": {"plugin": ["-q", "-z", "esmtp,mails"], "all": HIERARCHY},
    "mails,ndjson": {"plugin": ["-q", "-z", "esmtp,mails,ndjson"], "all": HIERARCHY},
}
MODES_OF_SCENARIOS = ("io,phs", "-T fields", "-T json", "mails,ndjson")
MODES_THAT_KEEP = ("-2 io,phs", "esmtp,mails")  # the plugin keeps what it has found until the capture is closed
TARGET = 1.0  # times the built-in dissector: instructions, user time, peak memory
TARGETS = {"mails,ndjson": 0.7}  # of instructions, where they differ
# Of what is added to the floor.
TARGETS_ABOVE_FLOOR = {
    ("many small mails", "-T fields"): 0.6, ("one long connection", "-T fields"): 0.6, ("pipelined BDAT", "-T fields"): 0.6,
    ("many small mails", "io,phs"): 0.75, ("one long connection", "io,phs"): 0.85,
}
LARGE_MAIL_TARGET = 1.5  # times the floor

# Who dissects SMTP: nobody, the built-in dissector, or the plugin.
KINDS = ("floor", "built-in", "plugin")
WITHOUT_SMTP = "no smtp"  # the built-in dissector disabled, all others there
FLOOR_PROTOCOLS = ("frame", "raw", "ip", "tcp", "data")
PAIRS = 7
RUNS_TIMED = 3


class Run(NamedTuple):
    user_seconds: float
    peak_mebibytes: float


class Target(NamedTuple):
    what: str
    measured: float
    limit: float

    def verdict(self):
        """To two digits: less is noise."""
        return "PASS" if round(self.measured, 2) <= self.limit else "MISS"


class Bench:
    """Runs tshark with and without the plugin. Use as a context manager."""

    def __init__(self, plugin, folder):
        self.folder = folder
        self.targets = []
        self.preload = folder / "instrumented.so"
        self.stock, self.bare, self.with_plugin = Sandbox(None), Sandbox(None), Sandbox(plugin)

    def __enter__(self):
        for sandbox in (self.stock, self.bare, self.with_plugin):
            sandbox.__enter__()
        self._disable_all_but(FLOOR_PROTOCOLS)
        return self

    def __exit__(self, *error):
        for sandbox in (self.with_plugin, self.bare, self.stock):
            sandbox.__exit__(*error)

    def _disable_all_but(self, names):
        """In the bare sandbox, by the file that the GUI's list of protocols is kept in: 4.0 has no option for it."""
        listed = self.bare.popen(["tshark", "-G", "protocols"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        others = sorted({line.split("\t")[2] for line in listed.communicate()[0].splitlines()} - set(names))
        folder = Path(self.bare.environment["HOME"]) / ".config" / "wireshark"
        folder.mkdir(parents=True)
        for part in (folder, folder.parent):
            part.chmod(0o755)
        (folder / "disabled_protos").write_text("".join(f"{name}\n" for name in others))

    def instructions(self, kind, mode, capture, profile=None):
        """Counted by callgrind while the capture is open. profile: where to keep callgrind's file."""
        sandbox = self._sandbox(kind)
        out = Path(sandbox.environment["HOME"]) / f"callgrind-{os.urandom(4).hex()}"
        command = ["env", f"LD_PRELOAD={sandbox.readable(self.preload)}", "valgrind", "--tool=callgrind",
                   "--instr-atstart=no", f"--callgrind-out-file={out}", *self._tshark(kind, mode, capture)]
        self._finish(kind, command)
        text = out.read_text()
        if profile:
            shutil.copy(out, profile)
        out.unlink()
        return int(re.search(r"^(?:totals|summary): ([1-9]\d*)", text, re.MULTILINE)[1])

    def run(self, kind, mode, capture):
        process = self._sandbox(kind).popen(self._tshark(kind, mode, capture), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"tshark failed: {shlex.join(map(str, process.args))}")
        return Run(usage.ru_utime, usage.ru_maxrss / 1024)

    def pairs(self, mode, capture, count=PAIRS):
        """Lists of so many runs of the built-in dissector and of the plugin."""
        runs = {"built-in": [], "plugin": []}
        for number in range(count):
            for kind in sorted(runs, reverse=number % 2 == 1):
                runs[kind].append(self.run(kind, mode, capture))
        return runs

    def verdict(self, what, measured, limit):
        """Keeps it for the table of targets."""
        self.targets.append(Target(what, measured, limit))
        return f"<= {limit:.2f}  {self.targets[-1].verdict()}"

    def mails_shown(self, kind, capture):
        """Packets with a mail that its own dissector got."""
        process = self._sandbox(kind).popen(["tshark", "-n", "-r", self._sandbox(kind).readable(capture), "-Y", "imf"],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return len(process.communicate()[0].splitlines())

    def _sandbox(self, kind):
        return {"plugin": self.with_plugin, "floor": self.bare}.get(kind, self.stock)

    def _tshark(self, kind, mode, capture):
        asked = MODES[mode].get(kind) or MODES[mode]["all"]
        without = ["--disable-protocol", "smtp"] if kind == WITHOUT_SMTP else []
        return ["tshark", "-n", "-r", self._sandbox(kind).readable(capture), *asked, *without]

    def _finish(self, kind, command):
        done = self._sandbox(kind).popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.PIPE)
        complaints = done.communicate()[1]
        if done.returncode:
            raise RuntimeError(f"failed: {shlex.join(map(str, command))}\n{complaints.decode(errors='replace')[-3000:]}")


# --- tables -------------------------------------------------------------------------------------------------------------


def ratios(floor, builtin, plugin):
    """plugin ÷ built-in; and the same of what they add to the floor, None where the built-in adds next to nothing."""
    added = builtin - floor
    return plugin / builtin, (plugin - floor) / added if added > 0.01 * floor else None


def print_mails(bench):
    print("\n== Packets that show a mail")
    print(f"{'':21} {'built-in':>9} {'plugin':>9}")
    for scenario, mode, capture in every_case(bench.folder, 0):
        if mode == MODES_OF_SCENARIOS[0]:
            print(f"{scenario:21} {bench.mails_shown('built-in', capture):9} {bench.mails_shown('plugin', capture):9}")


HEADING = f"{'':21} {'':11} {'floor':>9} {'built-in':>9} {'plugin':>9} {'ratio':>6}"


def row(scenario, mode, values, ratio):
    return f"{scenario:21} {mode:12} {' '.join(f'{values[kind]:9.2f}' for kind in KINDS)} {ratio:6.2f}"


def print_instructions(bench, rows):
    """rows: (scenario, mode, {kind: value})."""
    print(f"\n== Instructions per capture, millions\n{HEADING} {'-floor':>7}  target")
    for scenario, mode, values in rows:
        ratio, above_floor = ratios(*(values[kind] for kind in KINDS))
        above = f"{above_floor:7.2f}" if above_floor is not None else f"{'-':>7}"
        verdicts = bench.verdict(f"instructions, {scenario}, {mode}", ratio, TARGETS.get(mode, TARGET))
        limit = TARGETS_ABOVE_FLOOR.get((scenario, mode))
        if limit and above_floor is not None:
            what = f"instructions above the floor, {scenario}, {mode}"
            verdicts += f"; above the floor {bench.verdict(what, above_floor, limit)}"
        print(f"{row(scenario, mode, values, ratio)} {above}  {verdicts}", flush=True)


def print_times(bench, rows):
    """rows: (scenario, mode, {kind: runs})."""
    print(f"\n== User time, seconds; {PAIRS} pairs\n{HEADING} {'quartiles':>11}  target")
    for scenario, mode, runs in rows:
        seconds = {kind: statistics.median(run.user_seconds for run in runs[kind]) for kind in KINDS}
        of_pairs = [plugin.user_seconds / builtin.user_seconds for builtin, plugin in zip(runs["built-in"], runs["plugin"])]
        low, ratio, high = statistics.quantiles(of_pairs, n=4)
        verdict = bench.verdict(f"user time, {scenario}, {mode}", ratio, TARGET)
        print(f"{row(scenario, mode, seconds, ratio)} {low:5.2f}-{high:5.2f}  {verdict}")


def print_memory(bench, rows):
    """The same rows. What is above the floor, divided by the mails, is what each of these costs."""
    print(f"\n== Peak memory, MiB; KiB a mail above the floor: built-in, plugin\n{HEADING} {'KiB a mail':>13}  target")
    for scenario, mode, runs in rows:
        peak = {kind: min(run.peak_mebibytes for run in runs[kind]) for kind in KINDS}
        ratio = peak["plugin"] / peak["built-in"]
        verdict = bench.verdict(f"peak memory, {scenario}, {mode}", ratio, TARGET)
        print(f"{row(scenario, mode, peak, ratio)} {each_mail(scenario, peak):13}  {verdict}")


def each_mail(scenario, peak):
    if scenario not in captures.MAIL_LOGS:
        return ""
    mails = captures.MAIL_LOGS[scenario][0]
    return " ".join(f"{(peak[kind] - peak['floor']) * 1024 / mails:6.2f}" for kind in ("built-in", "plugin"))


def print_targets(targets):
    """Returns how many are missed."""
    missed = [target for target in targets if target.verdict() == "MISS"]
    print(f"\n== Targets: {len(targets) - len(missed)} met, {len(missed)} missed")
    for target in missed:
        print(f"MISS  {target.measured:5.2f}, to be <= {target.limit:.2f}: {target.what}")
    return len(missed)


# --- what is measured -----------------------------------------------------------------------------------------------------


def every_case(folder, size):
    """(scenario, mode, capture) of the scenarios. size: 0 the small captures, 1 the larger ones."""
    for scenario, makers in captures.SCENARIOS.items():
        capture = captures.made(folder, f"{scenario}-{('small', 'large')[size]}", makers[size])
        for mode in MODES_OF_SCENARIOS:
            yield scenario, mode, capture


def kept_cases(folder):
    """Those that show what is kept for as long as the capture is open."""
    yield from many_connections_cases(folder, MODES_THAT_KEEP)
    yield from mail_log_cases(folder, "mail log")


def load_cases(folder):
    yield from many_connections_cases(folder, ("io,phs", *MODES_THAT_KEEP))
    yield from mail_log_cases(folder, "mail log")


def many_connections_cases(folder, modes):
    capture = captures.made(folder, "many connections-large", captures.SCENARIOS["many connections"][1])
    yield from (("many connections", mode, capture) for mode in modes)


def mail_log_cases(folder, name):
    capture = captures.made(folder, name, captures.MAIL_LOGS[name][1])
    yield from ((name, mode, capture) for mode in ("io,phs", *MODES_THAT_KEEP))


def compare_instructions(bench):
    """So many at a time as there are processors."""
    cases = list(every_case(bench.folder, 0))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = [{kind: pool.submit(bench.instructions, kind, mode, capture) for kind in KINDS}
                  for _, mode, capture in cases]
        print_instructions(bench, ((scenario, mode, {kind: found.result() / 1e6 for kind, found in of_kind.items()})
                                   for (scenario, mode, _), of_kind in zip(cases, counts)))


def compare_runs(bench, cases):
    rows = []
    for scenario, mode, capture in cases:
        rows.append((scenario, mode, {"floor": [bench.run("floor", mode, capture)], **bench.pairs(mode, capture)}))
    print_times(bench, rows)
    print_memory(bench, rows)


def compare_long_mail_log(bench):
    """Its memory alone, of a run each."""
    print_memory(bench, [(name, mode, {kind: [bench.run(kind, mode, capture)] for kind in KINDS})
                         for name, mode, capture in mail_log_cases(bench.folder, "long mail log")])


def compare_large_mail(bench, kinds):
    """Against the first of the kinds."""
    capture = captures.made(bench.folder, "100-megabytes", captures.hundred_megabytes)
    print("\n== One mail of 100 MB, io,phs")
    print(f"{'':10} {'seconds':>9} {'MiB':>9} {'÷ no smtp':>9}  target")
    base = None
    for kind in kinds:
        runs = [bench.run(kind, "io,phs", capture) for _ in range(1 if kind == "built-in" else RUNS_TIMED)]
        seconds = statistics.median(run.user_seconds for run in runs)
        base = base or seconds
        memory = min(run.peak_mebibytes for run in runs)
        what = "user time, one mail of 100 MB ÷ no smtp"
        target = bench.verdict(what, seconds / base, LARGE_MAIL_TARGET) if kind == "plugin" else ""
        print(f"{kind:10} {seconds:9.2f} {memory:9.2f} {seconds / base:9.2f}  {target}")


def profile_plugin(bench):
    profiles = bench.folder / "profiles"
    profiles.mkdir(exist_ok=True)
    for scenario, mode, capture in every_case(bench.folder, 0):
        path = profiles / re.sub(r"\W+", "-", f"{scenario} {mode}")
        bench.instructions("plugin", mode, capture, path)
        print(f"callgrind_annotate {path}")


def measure(bench, how):
    if how == "loads":
        compare_runs(bench, load_cases(bench.folder))
        return
    print_mails(bench)
    compare_instructions(bench)
    if how == "quick":
        return
    compare_runs(bench, (*every_case(bench.folder, 1), *kept_cases(bench.folder)))
    if how == "full":
        compare_long_mail_log(bench)
    compare_large_mail(bench, (WITHOUT_SMTP, "floor", *(["built-in"] if how == "full" else []), "plugin"))


def main(plugin, folder, how):
    """Returns how many targets are missed."""
    with Bench(Path(plugin), Path(folder)) as bench:
        if how == "profile":
            profile_plugin(bench)
            return 0
        measure(bench, how)
        return print_targets(bench.targets)


if __name__ == "__main__":
    words = [word for word in sys.argv[3:] if word != "check"]
    if len(sys.argv) < 3 or words not in ([], ["quick"], ["loads"], ["full"], ["profile"]):
        sys.exit(__doc__)
    missed = main(*sys.argv[1:3], *(words or ["usual"]))
    sys.exit(1 if missed and "check" in sys.argv[3:] else 0)
