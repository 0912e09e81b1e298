"""Measures the plugin against the built-in dissector, and both against the floor: the same capture with neither of them.

    bench.py PLUGIN FOLDER [quick|full|profile]

quick     instructions alone
full      the mail of 100 MB with the built-in dissector too, which takes it minutes
profile   instructions of the plugin alone; leaves callgrind's files in FOLDER/profiles, for callgrind_annotate

The floor is TCP alone. To disable the protocol smtp is not enough: TCP then tries one heuristic after the other on each
packet, which costs more than the built-in dissector does. (The mail of 100 MB is compared with that floor too, for which its
target was set.)

Instructions are callgrind's, counted from the first packet that is read to where the capture is closed: tshark's start-up is
left out. They repeat to a few parts in ten thousand. User time (hyperfine's) and peak memory are of whole runs of larger
captures of the same kind, start-up among them.

"-floor" is (plugin - floor) / (built-in - floor). In front stands how many packets each of the two shows a mail in: a dissector that
loses its way (4.0's does where BDAT is pipelined) is spared the cost of those that it does not show.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import captures
from sandbox import Sandbox

BUILTIN_FIELDS = ("smtp.req.command", "smtp.rsp.parameter", "smtp.response.code")
PLUGIN_FIELDS = ("esmtp.command.verb", "esmtp.reply.text", "esmtp.reply.code")


def fields(names):
    return ["-T", "fields", *[word for name in names for word in ("-e", name)]]


# What is asked of tshark; the modes that have to cost no more than with the built-in dissector come first.
MODES = {
    "io,phs": {"all": ["-q", "-z", "io,phs"]},
    "-T fields": {"plugin": fields(PLUGIN_FIELDS), "all": fields(BUILTIN_FIELDS)},
    "-T json": {"all": ["-T", "json"]},
}
MODES_WITH_TARGET = ("io,phs", "-T fields")
LARGE_MAIL_TARGET = 1.5  # times the floor

# Who dissects SMTP: nobody, the built-in dissector, or the plugin.
KINDS = ("floor", "built-in", "plugin")
WITHOUT_SMTP = "no smtp"  # the built-in dissector disabled, all others there
FLOOR_PROTOCOLS = ("frame", "raw", "ip", "tcp", "data")
RUNS_TIMED = 3


class Bench:
    """Runs tshark with and without the plugin. Use as a context manager."""

    def __init__(self, plugin, folder):
        self.folder = folder
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

    def peak_memory(self, kind, mode, capture):
        """MiB; the least of two runs."""
        return min(self.peak_memory_once(kind, mode, capture) for _ in range(2))

    def peak_memory_once(self, kind, mode, capture):
        process = self._sandbox(kind).popen(self._tshark(kind, mode, capture), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"tshark failed: {shlex.join(map(str, process.args))}")
        return usage.ru_maxrss / 1024

    def user_seconds(self, kind, mode, capture, runs=RUNS_TIMED):
        """The mean of some runs, by hyperfine."""
        out = Path(self._sandbox(kind).environment["HOME"]) / "hyperfine.json"
        timed = shlex.join(map(str, self._tshark(kind, mode, capture)))
        self._finish(kind, ["hyperfine", "-N", "--style", "none", "--runs", runs, "--export-json", out, timed])
        return json.loads(out.read_text())["results"][0]["user"]

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
        if mode == next(iter(MODES)):
            print(f"{scenario:21} {bench.mails_shown('built-in', capture):9} {bench.mails_shown('plugin', capture):9}")


def print_table(title, unit, rows):
    """rows: (scenario, mode, {kind: value}, whether there is a target)."""
    print(f"\n== {title}")
    print(f"{'':21} {unit:9} {'floor':>9} {'built-in':>9} {'plugin':>9} {'ratio':>6} {'-floor':>7}  target")
    for scenario, mode, values, has_target in rows:
        ratio, above_floor = ratios(*(values[kind] for kind in KINDS))
        numbers = " ".join(f"{values[kind]:9.2f}" for kind in KINDS)
        above = f"{above_floor:7.2f}" if above_floor is not None else f"{'-':>7}"
        print(f"{scenario:21} {mode:9} {numbers} {ratio:6.2f} {above}  {verdict(ratio, 1.0) if has_target else ''}")


def verdict(ratio, target):
    """To two digits: less is noise."""
    return f"<= {target:.2f}  {'PASS' if round(ratio, 2) <= target else 'MISS'}"


# --- what is measured -----------------------------------------------------------------------------------------------------


def every_case(folder, size):
    """(scenario, mode, capture) of all. size: 0 the small captures, 1 the larger ones."""
    for scenario, makers in captures.SCENARIOS.items():
        capture = captures.made(folder, f"{scenario}-{('small', 'large')[size]}", makers[size])
        for mode in MODES:
            yield scenario, mode, capture


def measured(folder, size, measure, jobs):
    """Rows of print_table: measure(kind, mode, capture) for every case, so many at a time."""
    cases = list(every_case(folder, size))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        values = [{kind: pool.submit(measure, kind, mode, capture) for kind in KINDS} for _, mode, capture in cases]
        return [(scenario, mode, {kind: found.result() for kind, found in of_kind.items()}, mode in MODES_WITH_TARGET)
                for (scenario, mode, _), of_kind in zip(cases, values)]


def compare_instructions(bench):
    rows = measured(bench.folder, 0, lambda *case: bench.instructions(*case) / 1e6, os.cpu_count())
    print_table("Instructions per capture", "millions", rows)


def compare_memory(bench):
    print_table("Peak memory", "MiB", measured(bench.folder, 1, bench.peak_memory, os.cpu_count()))


def compare_time(bench):
    rows = [(*row, False) for *row, _ in measured(bench.folder, 1, bench.user_seconds, 1)]
    print_table("User time", "seconds", rows)


def compare_large_mail(bench, kinds):
    """Against what the capture costs when the protocol smtp is disabled."""
    capture = captures.made(bench.folder, "100-megabytes", captures.hundred_megabytes)
    print("\n== One mail of 100 MB, io,phs")
    print(f"{'':10} {'seconds':>9} {'MiB':>9} {'÷ no smtp':>9}  target")
    base = bench.user_seconds(WITHOUT_SMTP, "io,phs", capture)
    for kind in kinds:
        runs = 1 if kind == "built-in" else RUNS_TIMED
        seconds = base if kind == WITHOUT_SMTP else bench.user_seconds(kind, "io,phs", capture, runs)
        memory = f"{bench.peak_memory_once(kind, 'io,phs', capture):9.2f}" if kind != "built-in" else f"{'-':>9}"
        target = verdict(seconds / base, LARGE_MAIL_TARGET) if kind == "plugin" else ""
        print(f"{kind:10} {seconds:9.2f} {memory} {seconds / base:9.2f}  {target}")


def profile_plugin(bench):
    profiles = bench.folder / "profiles"
    profiles.mkdir(exist_ok=True)
    for scenario, mode, capture in every_case(bench.folder, 0):
        path = profiles / re.sub(r"\W+", "-", f"{scenario} {mode}")
        bench.instructions("plugin", mode, capture, path)
        print(f"callgrind_annotate {path}")


def main(plugin, folder, how="usual"):
    with Bench(Path(plugin), Path(folder)) as bench:
        if how == "profile":
            profile_plugin(bench)
            return
        print_mails(bench)
        compare_instructions(bench)
        if how == "quick":
            return
        compare_memory(bench)
        compare_time(bench)
        compare_large_mail(bench, ("floor", WITHOUT_SMTP, *(["built-in"] if how == "full" else []), "plugin"))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["quick"], ["full"], ["profile"]):
        sys.exit(__doc__)
    main(*sys.argv[1:])
