"""A Wireshark that has the plugin under test, and nothing else of the user's.

Wireshark loads no personal plugin for root, and reads WIRESHARK_PLUGIN_DIR for other users only. So programs run here as an
unprivileged user whenever we are root, with an empty home folder, and with a plugin folder that holds the stock plugins and
ours. The data folder lacks lists of names that nobody asks for here (tshark -n): to read them takes a third of the time in which
tshark starts. An esmtp.so that somebody installed is left out: it would shadow the one under test, and is no part of a stock
Wireshark. Nothing outside the sandbox's own temporary folder is written.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

NOBODY = 65534
PLUGIN_FILE = "esmtp.so"
COPY_LIMIT = 16 << 20  # octets
HANDED_FDS = 8  # tshark reads a file at two places, and may open it once more
SANITIZERS = ("libasan.so", "libubsan.so")
# Of Wireshark's data: names of hardware vendors, of enterprises and of ports, and XML's document types.
NAMES = ("manuf", "wka", "enterprises.tsv", "services")
NOT_NEEDED = ("dtds",)


class Sandbox:
    """Use as a context manager; `folder` is readable for the programs, and gone at the end."""

    def __init__(self, plugin, sanitized=False):
        """plugin: the plugin file to load, or None for the stock Wireshark. sanitized: it was built with the address and
        undefined behaviour sanitizers, whose runtimes stock programs have to load first."""
        self.plugin = plugin
        self.sanitized = sanitized
        self.folder = None
        self._copies = {}

    def __enter__(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="esmtp-")
        self.folder = Path(self._temporary.name)
        self.folder.chmod(0o755)
        self.environment = self._make_environment()
        self._install_data()
        self._install_plugins()
        self._private = self.folder / "private"
        self._private.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(self._private, NOBODY, NOBODY)
        return self

    def __exit__(self, *_):
        self._temporary.cleanup()

    def popen(self, command, environment=None, **options):
        """Starts a program in the sandbox, with further variables; other options are subprocess.Popen's."""
        return subprocess.Popen([str(word) for word in command], env=self.environment | (environment or {}), cwd=self.folder,
                                **drop_privileges(), **options)

    @contextlib.contextmanager
    def opened(self, path):
        """The name under which a program can read the file, and the options of popen() that it has to be started with. A file that
        the sandbox's user may not read is handed over open; only a small one is copied."""
        path = Path(path).resolve()
        if os.geteuid() != 0 or others_may_read(path):
            yield path, {}
        elif not others_may_read_file(path) and path.stat().st_size <= COPY_LIMIT:
            yield self.readable(path), {}
        else:
            # Each is opened by itself: a program that reads the file at two places has to have two.
            with contextlib.ExitStack() as files:
                fds = [files.enter_context(path.open("rb", buffering=0)).fileno() for _ in range(HANDED_FDS)]
                name = f"/proc/self/fd/{fds[0]}"
                yield name, {"pass_fds": fds, "environment": {} if others_may_read_file(path) else self._handing(name, fds[1:])}

    def readable(self, path):
        """The path, or that of a copy when the sandbox's user may not read it where it is. Nobody else can read the copy."""
        path = Path(path).resolve()
        if os.geteuid() != 0 or others_may_read(path):
            return path
        state = (path, path.stat().st_mtime_ns, path.stat().st_size)
        if state not in self._copies:
            copy = self._private / f"{len(self._copies)}-{path.name}"
            with path.open("rb") as original, open(copy, "xb", opener=open_private) as private:
                shutil.copyfileobj(original, private)
            self._copies[state] = copy
        return self._copies[state]

    def _handing(self, name, fds):
        """What makes a program take these for the file when it opens this name, though it may not open the file."""
        library = self.folder / "handed_file.so"
        if not library.exists():
            source = Path(__file__).with_name("handed_file.c")
            subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
            library.chmod(0o755)
        preload = f"{self.environment.get('LD_PRELOAD', '')} {library}".strip()
        return {"LD_PRELOAD": preload, "HANDED_NAME": name, "HANDED_FDS": ",".join(map(str, fds))}

    def _make_environment(self):
        self.home = home = self.folder / "home"
        home.mkdir()
        if os.geteuid() == 0:
            os.chown(home, NOBODY, NOBODY)
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "TMPDIR": str(home)}
        if self.sanitized:
            environment |= sanitizer_environment()
        return environment

    def _install_data(self):
        stock, ours = self._folder("Global configuration"), self.folder / "data"
        ours.mkdir()
        for file in stock.iterdir() if stock.is_dir() else ():
            if file.name in NAMES:
                (ours / file.name).touch()
            elif file.name not in NOT_NEEDED:
                (ours / file.name).symlink_to(file)
        self.environment["WIRESHARK_DATA_DIR"] = str(ours)

    def _install_plugins(self):
        stock = self._folder("Global Plugins")
        # With the variable set, the release's number is appended to it just as to the stock folder.
        self.environment["WIRESHARK_PLUGIN_DIR"] = str(self.folder / "plugins")
        ours = self._folder("Global Plugins")
        ours.mkdir(parents=True)
        for kind in stock.iterdir() if stock.is_dir() else ():
            (ours / kind.name).mkdir()
            for file in kind.glob("*.so"):
                if file.name != PLUGIN_FILE:
                    (ours / kind.name / file.name).symlink_to(file)
        if self.plugin:
            (ours / "epan").mkdir(exist_ok=True)
            shutil.copy(self.plugin, ours / "epan" / PLUGIN_FILE)
            (ours / "epan" / PLUGIN_FILE).chmod(0o755)

    def add_plugin(self, source):
        """Builds a further plugin for dissection from a C source; what starts later loads it."""
        flags = subprocess.run(["pkg-config", "--cflags", "wireshark", "glib-2.0", "gmodule-2.0"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split()
        library = self._folder("Global Plugins") / "epan" / f"{source.stem}.so"
        subprocess.run(["gcc", "-Wall", "-shared", "-fPIC", *flags, "-o", library, source], check=True)
        library.chmod(0o755)

    def _folder(self, kind):
        environment = {name: value for name, value in self.environment.items() if name != "LD_PRELOAD"}
        folders = subprocess.run(["tshark", "-G", "folders"], env=environment, cwd=self.folder, check=True, text=True,
                                 stdout=subprocess.PIPE, **drop_privileges()).stdout
        for line in folders.splitlines():
            name, _, path = line.partition(":")
            if name == kind:
                return Path(path.strip())
        raise RuntimeError(f"tshark -G folders names no {kind}")


def drop_privileges():
    """What makes subprocess start a program as an unprivileged user, when we are root."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def others_may_read_file(path):
    """Once it is open, whatever folder it is in."""
    return bool(path.stat().st_mode & stat.S_IROTH)


def others_may_read(path):
    return others_may_read_file(path) and all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def open_private(path, flags):
    """An opener: the new file is the sandbox's user's before anything is in it."""
    fd = os.open(path, flags, 0o600)
    os.fchown(fd, NOBODY, NOBODY)
    return fd


def sanitizer_environment():
    """tshark itself is not instrumented, so the runtimes are preloaded; its own leaks are not our subject. wmem's simple
    allocator makes each allocation a malloc of its own, with red zones around it."""
    runtimes = [subprocess.run(["gcc", f"-print-file-name={name}"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
                for name in SANITIZERS]
    return {
        "LD_PRELOAD": " ".join(runtimes),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=98",
        "WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple",
        "G_SLICE": "always-malloc",
    }
