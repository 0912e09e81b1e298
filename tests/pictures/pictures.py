"""Takes the pictures of the README anew: windows of the real Wireshark with the plugin and the profile SMTP, on a display of their own.

    pictures.py PLUGIN FOLDER

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/tshark"))

import places  # noqa: E402
from sandbox import NOBODY, Sandbox  # noqa: E402

SCREEN = 1600, 1000
PROFILE = ROOT / "package/profile/SMTP"
SAMPLE = places.SAMPLES / "postfix-relay-pipelined.pcapng"
REPORT = 1400, 600
SETTLE = 6  # seconds until a window is drawn
PATIENCE = 60  # seconds until it is there

@contextlib.contextmanager
def display():
    """A screen with a window manager. Yields its name."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", "{}x{}x24".format(*SCREEN)], pass_fds=[writing],
                              stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as number:
        name = ":" + number.readline().strip()
    manager = subprocess.Popen(["openbox"], env=dict(os.environ, DISPLAY=name), stderr=subprocess.DEVNULL)
    try:
        yield name
    finally:
        for process in (manager, screen):
            process.terminate()
            process.wait()


def asked(name, *words):
    return subprocess.run(["xdotool", *words], env=dict(os.environ, DISPLAY=name), capture_output=True, text=True).stdout.split()


def window_of(name, title):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = asked(name, "search", "--onlyvisible", "--name", title)
        if found:
            return found[-1]
        time.sleep(0.5)
    raise SystemExit(f"pictures: no window called {title} in {PATIENCE} seconds")


def settle_folders(sandbox):
    """The profile, as a person has it, and no question at the start."""
    folder = sandbox.home / ".config/wireshark"
    shutil.copytree(PROFILE, folder / "profiles/SMTP")
    with open(folder / "profiles/SMTP/preferences", "a", encoding="utf-8") as preferences:
        preferences.write("gui.update.enabled: FALSE\ngui.ask_unsaved: FALSE\nprivs.warn_if_elevated: FALSE\n")
    if os.geteuid() == 0:
        for path in [sandbox.home, *sandbox.home.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)


def press(name, *keys):
    for key in keys:
        asked(name, "key", key)
        time.sleep(0.1)
    time.sleep(SETTLE / 3)


def open_tree(name):
    """The pane with the tree is the lower left one. Opens its last line and the first one below that, and goes on so far that both
    are in the middle of what is shown. Gives what to take: the whole screen."""
    asked(name, "mousemove", str(SCREEN[0] // 4), str(SCREEN[1] * 4 // 5), "click", "1")
    press(name, "Home", "End", "Right", "Right", "Right", *["Down"] * 22)
    return "root"


def open_report(name):
    """The last entry of the menu Tools. Gives the window."""
    press(name, "alt+t")
    press(name, "Up", "Return")
    window = window_of(name, "SMTP Report")
    asked(name, "windowsize", window, *map(str, REPORT))
    time.sleep(SETTLE)
    return window


def filter_of(button):
    """The filter of a button of the profile, in whose file a quotation mark inside a value is \\x22."""
    with open(PROFILE / "dfilter_buttons", encoding="utf-8") as rows:
        return next(row[2] for row in csv.reader(rows) if row[1:2] == [button]).replace("\\x22", '"')


# A picture: its name, the options of Wireshark, and what is opened once the capture is read. -g chooses a packet.
PICTURES = (
    ("list", ["-g", "12", "-Y", "esmtp"], open_tree),
    ("refused", ["-g", "28", "-Y", filter_of("Refused")], open_tree),
    ("report", [], open_report),
)


def take(sandbox, name, picture, options, opens, folder):
    environment = {"DISPLAY": name, "QT_QPA_PLATFORM": "xcb", "XDG_RUNTIME_DIR": str(sandbox.home)}
    with sandbox.opened(SAMPLE) as (file, start):
        environment |= start.pop("environment", {})
        process = sandbox.popen(["wireshark", "-C", "SMTP", "-n", "-r", file, *options], environment, stderr=subprocess.DEVNULL, **start)
        try:
            window = window_of(name, SAMPLE.name)
            asked(name, "windowsize", window, *map(str, SCREEN))
            asked(name, "windowmove", window, "0", "0")
            time.sleep(SETTLE)
            subprocess.run(["import", "-frame", "-window", opens(name), "+dither", "-colors", "64", folder / f"{picture}.png"], check=True,
                           env=dict(os.environ, DISPLAY=name))
        finally:
            process.terminate()
            process.wait()


def main(plugin, folder):
    with Sandbox(pathlib.Path(plugin)) as sandbox, display() as name:
        settle_folders(sandbox)
        for picture, options, opens in PICTURES:
            take(sandbox, name, picture, options, opens, pathlib.Path(folder))
            print(f"{folder}/{picture}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
