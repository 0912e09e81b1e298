"""The place of recording: two network namespaces, roots for servers and clients, tcpdump, the servers' logs.

Everything lives in the mount, PID and network namespaces that `record` has entered, and below one tmpfs, so the end
of the process, however it comes, ends the rest: servers die with their PID namespace, mounts and namespaces go with
the last process.

    client namespace  192.0.2.10     client.example.com   people's clients
                      192.0.2.25     relay.example.com    a sending server
                      2001:db8:1::10
    server namespace  198.51.100.25  mx.example.org       the server recorded
                      2001:db8:2::25
"""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time

WORK = "/mnt"
CACHE = os.environ["ESMTP_RECORD_CACHE"]

CLIENT_IP, RELAY_IP, SERVER_IP = "192.0.2.10", "192.0.2.25", "198.51.100.25"
CLIENT_IP6, SERVER_IP6 = "2001:db8:1::10", "2001:db8:2::25"
CLIENT_HOST, RELAY_HOST, SERVER_HOST = "client.example.com", "relay.example.com", "mx.example.org"

HOSTS = f"""127.0.0.1 localhost
{CLIENT_IP} {CLIENT_HOST}
{CLIENT_IP6} client6.example.com
{RELAY_IP} {RELAY_HOST}
{SERVER_IP} {SERVER_HOST}
{SERVER_IP6} mx6.example.org
"""


def run(*arguments, **options):
    """Runs a command that must succeed; what it printed is in the error when it does not."""
    done = subprocess.run(arguments, capture_output=True, stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: exit code {done.returncode}\n"
                           + (done.stdout + done.stderr).decode("utf-8", "replace"))
    return done.stdout.decode("utf-8", "replace")


def wait_until(condition, what, seconds=20):
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise RuntimeError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


class Network:
    """Two namespaces joined by a pair of Ethernet ends that carry segments as a wire would."""

    def __init__(self):
        os.makedirs("/run/netns", exist_ok=True)
        run("mount", "-t", "tmpfs", "none", "/run/netns")
        for name in ("client", "server"):
            run("ip", "netns", "add", name)
        run("ip", "link", "add", "veth-c", "netns", "client", "address", "02:00:5e:00:00:01", "type", "veth",
            "peer", "name", "veth-s", "netns", "server", "address", "02:00:5e:00:00:02")
        self._end("client", "veth-c", (CLIENT_IP, RELAY_IP), CLIENT_IP6, "198.51.100.0/24", "2001:db8:2::/64")
        self._end("server", "veth-s", (SERVER_IP,), SERVER_IP6, "192.0.2.0/24", "2001:db8:1::/64")

    @staticmethod
    def _end(name, device, addresses, address6, peer_net, peer_net6):
        def ip(*arguments):
            run("ip", "-n", name, *arguments)
        # Segments of at most one MTU, with real checksums: nothing is left to a card that is not there.
        run("ip", "netns", "exec", name, "ethtool", "-K", device, "tx", "off", "rx", "off", "tso", "off",
            "gso", "off", "gro", "off", "sg", "off")
        ip("link", "set", "lo", "up")
        ip("link", "set", device, "mtu", "1500", "up")
        for address in addresses:
            ip("address", "add", f"{address}/32", "dev", device)
        ip("address", "add", f"{address6}/128", "dev", device, "nodad")
        ip("route", "add", peer_net, "dev", device, "src", addresses[0])
        ip("-6", "route", "add", peer_net6, "dev", device, "src", address6)


class SystemLog:
    """The /dev/log of a root: what its programs log, without the priority."""

    def __init__(self, root):
        self.lines = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(root, "dev/log")
        self.socket.bind(path)
        os.chmod(path, 0o666)
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self):
        while True:
            text = self.socket.recv(65536).decode("utf-8", "replace")
            self.lines.append(text.split(">", 1)[-1].rstrip("\0\n"))


class Root:
    """A fresh copy (overlay) of a cached Debian root, with a host name, in a network namespace."""

    count = 0

    def __init__(self, package, namespace, hostname):
        Root.count += 1
        self.namespace, self.hostname = namespace, hostname
        self.path = f"{WORK}/root{Root.count}"
        layer = f"{WORK}/layer{Root.count}"
        for directory in (self.path, f"{layer}/upper", f"{layer}/work"):
            os.makedirs(directory)
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={CACHE}/{package},upperdir={layer}/upper,workdir={layer}/work", self.path)
        self._devices()
        self.write("etc/hosts", HOSTS)
        self.write("etc/hostname", hostname + "\n")
        self.write("etc/mailname", hostname + "\n")
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.log = SystemLog(self.path)
        self.processes = []

    def _devices(self):
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", f"{self.path}/dev")
        for name, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
            os.mknod(f"{self.path}/dev/{name}", 0o020666, os.makedev(1, minor))
            os.chmod(f"{self.path}/dev/{name}", 0o666)
        os.symlink("/proc/self/fd", f"{self.path}/dev/fd")
        os.makedirs(f"{self.path}/dev/shm")

    def file(self, path):
        return os.path.join(self.path, path)

    def write(self, path, text, mode=0o644):
        os.makedirs(os.path.dirname(self.file(path)), exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        if os.path.islink(self.file(path)):
            os.unlink(self.file(path))
        with open(self.file(path), "wb") as out:
            out.write(data)
        os.chmod(self.file(path), mode)

    def read(self, path):
        with open(self.file(path), "rb") as stored:
            return stored.read()

    def _inside(self, arguments):
        """Own host name and PID namespace: when its first process ends, all that it started ends."""
        script = f'hostname {self.hostname}; chroot {self.path} "$@"'
        return ["nsenter", f"--net=/run/netns/{self.namespace}", "unshare", "--uts", "--pid", "--fork", "--kill-child",
                f"--mount-proc={self.path}/proc", "--", "/bin/sh", "-c", script, "sh", *arguments]

    def run(self, *arguments, ok=(0,), stdin=b"", environment=None, timeout=60):
        """Runs a program in the root to its end; returns its output. ok: exit codes that are not errors."""
        done = subprocess.run(self._inside(arguments), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**ENVIRONMENT, **(environment or {})}, timeout=timeout)
        text = done.stdout.decode("utf-8", "replace")
        if ok is not None and done.returncode not in ok:
            raise RuntimeError(f"{' '.join(arguments)}: exit code {done.returncode}\n{text}")
        return text

    def open(self, *arguments, environment=None):
        """Starts a program to be talked to through its standard input and output; the caller ends it."""
        return subprocess.Popen(self._inside(arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                env={**ENVIRONMENT, **(environment or {})})

    def start(self, *arguments, environment=None):
        """Starts a program that keeps running; its output goes to the log."""
        process = subprocess.Popen(self._inside(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env={**ENVIRONMENT, **(environment or {})})
        threading.Thread(target=self._collect, args=(process,), daemon=True).start()
        self.processes.append(process)

    def _collect(self, process):
        for row in process.stdout:
            self.log.lines.append(row.decode("utf-8", "replace").rstrip("\n"))

    def listens(self, port, address=SERVER_IP):
        wait_until(lambda: any(f":{port:04X} 00000000:0000 0A" in row for row in sockets(self.namespace)),
                   f"{address} port {port}; the log says:\n" + "\n".join(self.log.lines[-20:]))

    def stop(self):
        """Ends the PID namespaces of what was started, and with them all that runs in them."""
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes = []


ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "LANG": "C.UTF-8", "USER": "ann", "TZ": "UTC"}


def sockets(namespace):
    """Its TCP sockets, as the kernel lists them: "0: address:port address:port state ..." in hexadecimal."""
    rows = run("nsenter", f"--net=/run/netns/{namespace}", "cat", "/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6")
    return [row for row in rows.splitlines() if row.split()[0] != "sl"]


class Capture:
    """tcpdump on the client's end, from start to stop."""

    def __init__(self, path, ports):
        self.path = path
        self.raw = f"{WORK}/capture.pcap"
        expression = " or ".join(f"tcp port {port}" for port in ports)
        self.process = subprocess.Popen(
            ["nsenter", "--net=/run/netns/client", "tcpdump", "-i", "veth-c", "-n", "-s", "0", "-U", "-Z", "root",
             "--immediate-mode", "-B", "8192", "-w", self.raw, expression],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for row in self.process.stderr:
            if b"listening on" in row:
                return
        raise RuntimeError("tcpdump did not start")

    def stop(self, keylog=None):
        """Waits for the connections to be over, then writes the pcapng, with the secrets if there are any."""
        wait_until(lambda: not open_connections(), "connections to close", 30)
        time.sleep(0.3)
        self.process.send_signal(signal.SIGINT)
        _, report = self.process.communicate(timeout=10)
        if b"0 packets dropped by kernel" not in report:
            raise RuntimeError("tcpdump lost packets: " + report.decode())
        secrets = ["--inject-secrets", f"tls,{keylog}"] if keylog else []
        run("editcap", "-F", "pcapng", *secrets, self.raw, self.path)

    def abandon(self):
        self.process.kill()
        self.process.wait()


def open_connections():
    """Connections of the client namespace that are neither listening nor in TIME_WAIT."""
    return [row for row in sockets("client") if row.split()[3] not in ("06", "0A")]


def make_certificates(directory):
    """A test CA, a server's and a client's certificate; made now, used once, never kept."""
    os.makedirs(directory)

    def openssl(*arguments):
        run("openssl", *arguments, cwd=directory)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650",
            "-subj", "/O=Example Test CA/CN=ca.example")
    for name, file_name, key in ((SERVER_HOST, "server", ("rsa:2048",)), (CLIENT_HOST, "client", ("rsa:2048",)),
                                 (SERVER_HOST, "server-ec", ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"))):
        openssl("req", "-newkey", *key, "-nodes", "-keyout", f"{file_name}.key", "-out", f"{file_name}.csr",
                "-subj", f"/CN={name}")
        with open(f"{directory}/san", "w", encoding="ascii") as san:
            san.write(f"subjectAltName=DNS:{name}\n")
        openssl("x509", "-req", "-in", f"{file_name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "3650", "-extfile", "san", "-out", f"{file_name}.pem")


class Lab:
    """What a scenario gets: roots to fill, captures to take, certificates, the key log library."""

    def __init__(self):
        run("mount", "-t", "tmpfs", "none", WORK)
        self.network = Network()
        self.certificates = f"{WORK}/certificates"
        make_certificates(self.certificates)
        self.shim = f"{WORK}/keylog.so"
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        run("cc", "-std=c11", "-shared", "-fPIC", "-O1", "-o", self.shim, os.path.join(here, "keylog.c"), "-ldl")
        self.roots = []
        self._client = None

    def root(self, package, namespace="server", hostname=SERVER_HOST):
        root = Root(package, namespace, hostname)
        for name in os.listdir(self.certificates):
            if name.endswith((".pem", ".key")) and name != "ca.key":
                with open(f"{self.certificates}/{name}", encoding="ascii") as stored:
                    root.write(f"etc/certificates/{name}", stored.read(), 0o644)
        shutil.copy(self.shim, root.file("usr/local/lib/keylog.so"))
        self.roots.append(root)
        return root

    @property
    def client(self):
        """The root of the people's clients; made once, it keeps no state that matters."""
        if self._client is None:
            self._client = self.root("client", "client", CLIENT_HOST)
            self.roots.remove(self._client)
        return self._client

    def capture(self, path, *ports):
        return Capture(path, ports)

    def clean(self):
        """Between scenarios: no server of the last one is left, nor its ports, which the next might take for its own."""
        for root in self.roots:
            root.stop()
        self.roots = []
        wait_until(lambda: all(row.split()[3] != "0A" for row in sockets("server")), "the last servers' ports to close")
