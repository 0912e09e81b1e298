"""Takes the pictures of the README anew: windows of the real Wireshark with the plugin and the profile SMTP, on a display of their own.

    pictures.py PLUGIN FOLDER

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
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
SAMPLE = places.SAMPLES / "postfix-relay-pipelined.pcapng"
SETTLE = 6  # seconds until a window is drawn
PATIENCE = 60  # seconds until it is there

# A picture: its name, and the options of Wireshark. The tree of the packet that -g chooses is opened at its last line.
PICTURES = (
    ("list", ["-g", "12", "-Y", "esmtp"]),
    ("refused", ["-g", "28", "-Y", "esmtp.transaction.outcome in {\"rejected\", \"deferred\"}"]),
)


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
    shutil.copytree(ROOT / "package/profile/SMTP", folder / "profiles/SMTP")
    with open(folder / "profiles/SMTP/preferences", "a", encoding="utf-8") as preferences:
        preferences.write("gui.update.enabled: FALSE\ngui.ask_unsaved: FALSE\nprivs.warn_if_elevated: FALSE\n")
    if os.geteuid() == 0:
        for path in [sandbox.home, *sandbox.home.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)


def open_tree(name):
    """The pane with the tree is the lower left one. Opens its last line and the first one below that, and goes on so far that both
    are in the middle of what is shown."""
    asked(name, "mousemove", str(SCREEN[0] // 4), str(SCREEN[1] * 4 // 5), "click", "1")
    for key in ("Home", "End", "Right", "Right", "Right", *["Down"] * 22):
        asked(name, "key", key)
        time.sleep(0.1)
    time.sleep(SETTLE / 3)


def take(sandbox, name, picture, options, folder):
    environment = {"DISPLAY": name, "QT_QPA_PLATFORM": "xcb", "XDG_RUNTIME_DIR": str(sandbox.home)}
    with sandbox.opened(SAMPLE) as (file, start):
        environment |= start.pop("environment", {})
        process = sandbox.popen(["wireshark", "-C", "SMTP", "-n", "-r", file, *options], environment, stderr=subprocess.DEVNULL, **start)
        try:
            window = window_of(name, SAMPLE.name)
            asked(name, "windowsize", window, *map(str, SCREEN))
            asked(name, "windowmove", window, "0", "0")
            time.sleep(SETTLE)
            open_tree(name)
            subprocess.run(["import", "-window", "root", "+dither", "-colors", "64", folder / f"{picture}.png"], check=True,
                           env=dict(os.environ, DISPLAY=name))
        finally:
            process.terminate()
            process.wait()


def main(plugin, folder):
    with Sandbox(pathlib.Path(plugin)) as sandbox, display() as name:
        settle_folders(sandbox)
        for picture, options in PICTURES:
            take(sandbox, name, picture, options, pathlib.Path(folder))
            print(f"{folder}/{picture}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
