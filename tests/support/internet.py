"""A small internet of real name servers, and ternd in it, inside a network namespace of its own.

tests/net/run enters fresh network, mount and process namespaces and runs one test file in them; when
it ends, however it ends, the kernel removes all of it. Here: the servers of zones.py, the daemon under test,
dig, and a passive watch of every DNS packet on the namespace's lo.
"""

import contextlib
import ctypes
import ipaddress
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import zones

PORT = 53
TERND = os.environ.get("TERND", "")
TERN = os.environ.get("TERN", "")
PATIENCE = 15.0  # seconds to wait for a server to come up; a loaded machine is slow
STARTS = 3  # of one server: NSD's processes now and then miss each other's signals while they start


class Failed(Exception):
    """The world could not be built; the message says which part and shows its log."""


def wait_until(condition, what, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise Failed(f"{what}: not within {seconds} s")


# ---------------------------------------------------------------------------- dig

class Reply:
    """What dig printed: status, flags, sections as (name, ttl, type, rdata)."""

    def __init__(self, text):
        self.text = text
        found = re.search(r"status: (\w+), id: \d+\n;; flags: ([a-z ]*);", text)
        self.status = found.group(1) if found else "NONE"
        self.flags = found.group(2).split() if found else []
        found = re.search(r"Query time: (\d+) msec", text)
        self.milliseconds = int(found.group(1)) if found else None
        found = re.search(r"MSG SIZE\s+rcvd: (\d+)", text)
        self.octets = int(found.group(1)) if found else 0
        found = re.search(r"; COOKIE: (\w+)(?: \((\w+)\))?", text)
        self.cookie, self.cookie_verdict = found.groups() if found else (None, None)
        found = re.search(r"EDE: (\d+)", text)
        self.extended_error = int(found.group(1)) if found else None
        self.sections = {"ANSWER": [], "AUTHORITY": [], "ADDITIONAL": []}
        section = None
        for line in text.splitlines():
            title = re.match(r";; (\w+) SECTION:", line)
            if title:
                section = self.sections.get(title.group(1))
            elif not line.strip():
                section = None
            elif section is not None and not line.startswith(";"):
                name, ttl, _, kind, rdata = (line.split(None, 4) + [""])[:5]
                section.append((name.lower(), int(ttl), kind, rdata))

    @property
    def answers(self):
        return self.sections["ANSWER"]

    def rdata(self, kind):
        return sorted(r[3] for r in self.answers if r[2] == kind)

    def ttl(self, kind):
        return min(r[1] for r in self.answers if r[2] == kind)


def dig(*words, server="127.0.0.1", tries=1, timeout=4):
    run = subprocess.run(["dig", f"@{server}", f"+tries={tries}", f"+time={timeout}", *words],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                         check=False, stdin=subprocess.DEVNULL)
    return Reply(run.stdout)


# ---------------------------------------------------------------------------- watching

def dnsperf_lost(text):
    """Of the output of dnsperf: how many queries got no reply.

    dnsperf may take the first query of a run for timed out at once, and the reply to it for unexpected. This happens
    in one run of some 7,000. Such a query is not lost.
    """
    counted = int(re.search(r"Queries lost:\s+(\d+)", text).group(1))
    return counted - len(re.findall(r"unexpected \(maybe timed out\) id: 0$", text, re.MULTILINE))


class Packet:
    """One DNS query or reply that was seen."""

    def __init__(self, when, source, target, transport, message):
        self.when, self.source, self.target, self.transport = when, source, target, transport
        self.port = 0
        self.id, flags = struct.unpack_from("!HH", message)
        self.message = message
        self.reply = bool(flags & 0x8000)
        self.recursion_desired = bool(flags & 0x0100)
        labels, at = [], 12
        while at < len(message) and message[at]:
            labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1"))
            at += 1 + message[at]
        self.name_as_sent = ".".join(labels) + "."
        self.name = self.name_as_sent.lower()
        self.type = struct.unpack_from("!H", message, at + 1)[0] if at + 3 <= len(message) else 0


# Refuses IPv4 packets to 127.0.0.0/8 (bpf(4)): the copies of a load on ternd would be too many.
NO_LOOPBACK = [(0x20, 0, 0, 16), (0x54, 0, 0, 0xff000000), (0x15, 0, 1, 0x7f000000), (6, 0, 0, 0), (6, 0, 0, 65535)]


class Watch:
    """Reads a copy of every packet on an interface while it is open; queries() are those to name servers."""

    def __init__(self, interface, without_loopback=False):
        self.packets = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        if without_loopback:
            program = b"".join(struct.pack("HBBI", *step) for step in NO_LOOPBACK)
            where = ctypes.create_string_buffer(program)
            self.socket.setsockopt(socket.SOL_SOCKET, 26,  # SO_ATTACH_FILTER
                                   struct.pack("HP", len(NO_LOOPBACK), ctypes.addressof(where)))
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        self.socket.bind((interface, 3))
        self.socket.settimeout(0.05)
        self.stopping = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            try:
                packet, origin = self.socket.recvfrom(65535)
            except TimeoutError:
                if self.stopping:
                    return
                continue
            if origin[2] == socket.PACKET_OUTGOING:  # lo shows each packet leaving and arriving
                continue
            with contextlib.suppress(struct.error, IndexError):
                self._take(packet)

    def _take(self, packet):
        if packet[0] >> 4 == 4:
            protocol, start = packet[9], (packet[0] & 15) * 4
            source, target = packet[12:16], packet[16:20]
        else:
            protocol, start = packet[6], 40
            source, target = packet[8:24], packet[24:40]
        ports = struct.unpack_from("!HH", packet, start)
        if PORT not in ports:
            return
        if protocol == 17:
            message, transport = packet[start + 8:], "udp"
        elif protocol == 6:
            message, transport = packet[start + (packet[start + 12] >> 4) * 4 + 2:], "tcp"
        else:
            return
        if len(message) < 12:
            return
        seen = Packet(time.monotonic(), str(ipaddress.ip_address(source)),
                      str(ipaddress.ip_address(target)), transport, message)
        seen.port = ports[0]
        self.packets.append(seen)

    def close(self):
        if not self.stopping:
            time.sleep(0.1)  # what is on its way still belongs to us
            self.stopping = True
            self.thread.join()
            self.socket.close()

    def queries(self, to=None, name=None):
        """Queries that went to name servers (to the addresses `to`, when given)."""
        return [p for p in self.packets
                if not p.reply and p.target in (to or zones.ADDRESSES)
                and (name is None or p.name == name)]


@contextlib.contextmanager
def watch(interface="lo", without_loopback=False):
    seen = Watch(interface, without_loopback)
    try:
        yield seen
    finally:
        seen.close()


def watch_upstream():
    """Without what clients ask at 127.0.0.1."""
    return watch(without_loopback=True)


# ---------------------------------------------------------------------------- programs

class Program:
    """One process of the world, its log in a file; ended with it."""

    def __init__(self, folder, name, command, environment=None):
        self.name = name
        self.log_path = folder / f"{name}.log"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})}, start_new_session=True)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def alive(self):
        return self.process.poll() is None

    def kill_children(self):
        """Those that it left when it ended hold its addresses."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self, by=signal.SIGTERM, seconds=10.0):
        """Returns (exit code, seconds it took)."""
        start = time.monotonic()
        if self.alive():
            self.process.send_signal(by)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        return code, time.monotonic() - start


class Silence:
    """UDP sockets that are bound and never read, and TCP listeners that accept nothing."""

    def __init__(self, addresses):
        self.sockets = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            udp = socket.socket(family, socket.SOCK_DGRAM)
            udp.bind((address, PORT))
            tcp = socket.socket(family, socket.SOCK_STREAM)
            tcp.bind((address, PORT))
            tcp.listen(1)
            self.sockets += [udp, tcp]

    def close(self):
        for each in self.sockets:
            each.close()


def nsd_command(folder, name, addresses, texts, more=""):
    conf = "server:\n" + "".join(f"  ip-address: {a}\n" for a in addresses) + f"""\
  port: {PORT}
  username: ""
  chroot: ""
  zonesdir: {folder}
  database: ""
  pidfile: {folder}/{name}.pid
  xfrdfile: {folder}/{name}.xfrd
  zonelistfile: {folder}/{name}.list
  server-count: 1
  rrl-ratelimit: 0
{more}remote-control:
  control-enable: no
"""
    for zone, text in texts.items():
        path = folder / f"{name}-{zone}.zone"
        path.write_text(text)
        conf += f"zone:\n  name: {zone}\n  zonefile: {path}\n"
    (folder / f"{name}.conf").write_text(conf)
    return ["nsd", "-d", "-c", str(folder / f"{name}.conf")]


def _nsd_cookies(folder, name, addresses, texts):
    return nsd_command(folder, name, addresses, texts,
                       "  answer-cookie: yes\n  cookie-secret: 000102030405060708090a0b0c0d0e0f\n")


def knot_command(folder, name, addresses, texts, more="", policy=""):
    run = folder / f"{name}-run"
    run.mkdir(exist_ok=True)
    conf = "server:\n" + "".join(f"  listen: {a}@{PORT}\n" for a in addresses) + f"""\
  rundir: {run}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
  - target: stderr
    any: warning
database:
  storage: {folder}/{name}-db
{policy}template:
  - id: default
    zonefile-load: whole
    journal-content: none
{more}zone:
"""
    for zone, text in texts.items():
        path = folder / f"{name}-{zone}.zone"
        path.write_text(text)
        conf += f"  - domain: {zone}\n    file: {path}\n"
    (folder / f"{name}.conf").write_text(conf)
    return ["knotd", "-c", str(folder / f"{name}.conf")]


def _knot_cookies(folder, name, addresses, texts):
    """Says BADCOOKIE to a client whose cookie is not good."""
    return knot_command(folder, name, addresses, texts, "    global-module: mod-cookies\n")


def knot_signing_command(folder, name, addresses, texts):
    """Signs its zones itself, with NSEC3 and opt-out, by the keys of its key database."""
    return knot_command(folder, name, addresses, texts, """\
    zonefile-sync: -1
    dnssec-signing: on
    dnssec-policy: opt-out
""", """\
policy:
  - id: opt-out
    manual: on
    single-type-signing: on
    nsec3: on
    nsec3-iterations: 0
    nsec3-salt-length: 0
    nsec3-opt-out: on
""")


class Internet:
    """Name servers, those of zones.py when nothing else is said, on this namespace's lo."""

    def __init__(self, servers=zones.SERVERS):
        self.servers = servers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tern-net-"))
        self.programs = {}
        self.silence = None
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self):
        addresses = {a for _, _, addresses, _ in self.servers for a in addresses} | set(zones.ADDRESSES)
        batch = "link set lo up\n" + "".join(
            f"addr add {a}/{128 if ':' in a else 32} dev lo{' nodad' if ':' in a else ''}\n"
            for a in sorted(addresses))
        subprocess.run(["ip", "-force", "-batch", "-"], input=batch, text=True, check=False,
                       stderr=subprocess.DEVNULL)  # -force: the addresses of an earlier world are there
        self.silence = Silence(zones.SILENT)
        for server in self.servers:
            self._launch(*server)
        for server in self.servers:
            self._wait_for(*server)
        (self.folder / "root.hints").write_text(zones.HINTS)

    def restart(self, name):
        server, = (s for s in self.servers if s[0] == name)
        self._launch(*server)
        self._wait_for(*server)

    def _launch(self, name, program, addresses, texts):
        commands = {"nsd": nsd_command, "knot": knot_command,
                    "nsd-cookies": _nsd_cookies, "knot-cookies": _knot_cookies,
                    "knot-signing": knot_signing_command}
        command = commands[program](self.folder, name, addresses, texts)
        self.programs[name] = Program(self.folder, name, command)

    def _wait_for(self, name, kind, addresses, texts):
        zone = next(iter(texts))
        starts_left = STARTS - 1

        def answers():
            nonlocal starts_left
            program = self.programs[name]
            if not program.alive():
                if starts_left == 0:
                    raise Failed(f"{name} ended:\n{program.log()}")
                starts_left -= 1
                print(f"{name} ended and is started again:\n{program.log()}", file=sys.stderr)
                program.kill_children()
                self._launch(name, kind, addresses, texts)
                return False
            return all(dig("+norec", zone, "SOA", server=a, timeout=1).status == "NOERROR"
                       for a in addresses)
        wait_until(answers, f"{name} at {', '.join(addresses)}\n{self.programs[name].log()}")

    def log(self):
        return "".join(f"--- {n}\n{p.log()}" for n, p in self.programs.items())

    def close(self):
        for program in self.programs.values():
            program.stop()
        if self.silence:
            self.silence.close()
        shutil.rmtree(self.folder, ignore_errors=True)


# ---------------------------------------------------------------------------- ternd

def merged(base, change):
    result = dict(base)
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


class Tern(Program):
    """The daemon under test. Configuration is written as JSON, which YAML contains."""

    def __init__(self, folder, change=None, name="ternd", environment=None,
                 wrapper=()):
        self.folder = folder
        self.name = name
        self.config = self.defaults()
        self.path = folder / f"{name}.yaml"
        self.write(change or {})
        (folder / f"{name}.log").unlink(missing_ok=True)
        super().__init__(folder, name, [*wrapper, TERND, "--config", str(self.path)],
                         environment)

        def ready():
            if not self.alive():
                raise Failed(f"ternd ended:\n{self.log()}")
            return "ready" in self.log()
        wait_until(ready, f"ternd ready\n{self.log()}")

    def defaults(self):
        return self.defaults_in(self.folder)

    @staticmethod
    def defaults_in(folder):
        return {
            "listen": ["127.0.0.1:53", "[::1]:53"],
            "workers": 1,
            "access": {"allow": ["0.0.0.0/0", "::/0"]},
            "resolution": {"root_hints": str(folder / "root.hints"), "never_query": [],
                           "ipv6": True},
            "dnssec": {"validation": False},
        }

    def write(self, change):
        self.config = merged(self.config, change)
        self.path.write_text(json.dumps(self.config, indent=1) + "\n")

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class WorldTest(unittest.TestCase):
    """One small internet a class. ternd starts with self.CONFIG; a test that needs its own calls tern()."""

    CONFIG = {}

    @classmethod
    def setUpClass(cls):
        cls.internet = Internet()
        cls.addClassCleanup(cls.internet.close)

    def setUp(self):
        self.daemon = None

    def tern(self, change=None, environment=None, wrapper=()):
        """A fresh ternd with an empty cache, ended with the test; a crash fails the test."""
        if self.daemon:
            self.daemon.stop()
        self.daemon = Tern(self.internet.folder, merged(self.CONFIG, change or {}),
                           environment=environment, wrapper=wrapper)
        daemon = self.daemon
        self.addCleanup(self._end, daemon)
        return daemon

    def _end(self, daemon):
        was_alive = daemon.alive()
        code, _ = daemon.stop()
        if was_alive and code != 0 or not was_alive and daemon.process.returncode != 0:
            self.fail(f"ternd ended with {code}:\n{daemon.log()}")

    def answers(self, reply, kind, *expected):
        self.assertEqual(reply.status, "NOERROR", reply.text)
        self.assertEqual(reply.rdata(kind), sorted(expected), reply.text)


def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
