"""ternd is restarted, upgraded and told to reload while dnsperf asks it at full speed: no query is lost."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import threading
import time

import zones
from internet import TERND, Tern, WorldTest, dig, dnsperf_lost, merged, wait_until, watch_upstream
from supervisor import Supervisor

POPULAR = [f"h{h}.d{n:02}.com" for n in range(zones.DOMAINS) for h in range(10)]
ENGINES = ("ring", "epoll")
TIMES = 20


def ask(number, name):
    """A query for the address of the name."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


def open_at(process, path):
    """How often the process has it open."""
    folder = pathlib.Path("/proc", str(process), "fd")
    return sum(os.readlink(fd) == path for fd in folder.iterdir())


class Load:
    """dnsperf at full speed until end(). A query without an answer after GIVE_UP seconds is lost."""

    GIVE_UP = 2

    def __init__(self, queries, *words):
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["dnsperf", "-s", "127.0.0.1", "-d", str(queries), "-l", "120", "-t", str(self.GIVE_UP), *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.3)

    def end(self):
        """Returns (completed, lost, {rcode: count}, the text)."""
        time.sleep(self.GIVE_UP + 0.2)  # what is still open at the end does not count as lost
        self.process.send_signal(signal.SIGINT)
        text, _ = self.process.communicate(timeout=30)
        codes = dict(re.findall(r"(\w+) (\d+) \(", re.search(r"Response codes:(.*)", text).group(1)))
        return int(re.search(r"Queries completed:\s+(\d+)", text).group(1)), dnsperf_lost(text), codes, text


class SlowServer:
    """A forwarder that answers any question for an address, after a while."""

    ADDRESS = ("127.0.0.9", 5399)

    def __init__(self, seconds):
        self.seconds, self.asked = seconds, threading.Event()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(self.ADDRESS)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                query, client = self.socket.recvfrom(4096)
                self.asked.set()
                end = query.index(b"\0", 12) + 5
                reply = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + query[12:end] + \
                    b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + socket.inet_aton("192.0.2.7")
                threading.Timer(self.seconds, self.socket.sendto, (reply, client)).start()

    def close(self):
        self.socket.close()


class Service:
    """ternd as systemd runs it."""

    def __init__(self, folder, change, engine=""):
        self.folder, self.path = folder, folder / "service.yaml"
        self.supervisor = Supervisor(folder)
        self.environment = {"TERN_IO_ENGINE": engine}
        self.log_path = folder / "service.log"
        self.log_path.write_text("")
        self.config = merged(merged(Tern.defaults_in(folder), {"control": {"socket": str(folder / "control")},
                                                               "http": {"listen": []}}), change)
        self.write({})
        self.process = None

    def write(self, change):
        self.config = merged(self.config, change)
        self.path.write_text(json.dumps(self.config, indent=1) + "\n")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def start(self, given=()):
        with open(self.log_path, "ab") as log:
            self.process = self.supervisor.start([TERND, "--config", str(self.path)], log, self.environment, given)
        try:
            self.supervisor.wait_for("READY", sender=self.process.pid)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.log()}") from error

    def stop(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        return self.process.wait(10)

    def restart(self):
        assert self.stop() == 0, self.log()
        self.start()

    def close(self):
        if self.process and self.process.poll() is None:
            self.stop()
        self.supervisor.close()


class ServiceTest(WorldTest):

    def service(self, change=None, engine=""):
        service = Service(self.internet.folder, change or {}, engine)
        self.addCleanup(service.close)
        return service

    def setUp(self):
        super().setUp()
        self.queries = self.internet.folder / "popular.txt"
        self.queries.write_text("".join(f"{name} A\n" for name in POPULAR))

    def ask_all(self):
        subprocess.run(["dnsperf", "-s", "127.0.0.1", "-d", str(self.queries), "-n", "1"],
                       capture_output=True, timeout=60, check=True)

    def undisturbed(self, act, *words, servers_are_asked=0):
        """Everything is answered from the cache, whatever `act` does meanwhile."""
        self.ask_all()
        with watch_upstream() as seen:
            load = Load(self.queries, *words)
            act()
            completed, lost, codes, text = load.end()
        self.assertEqual(lost, 0, text)
        self.assertEqual(codes, {"NOERROR": str(completed)}, text)
        names = [query.name for query in seen.queries() if query.name.rstrip(".") in POPULAR]
        self.assertLessEqual(len(names), servers_are_asked, names[:9])
        return completed


class RestartTest(ServiceTest):
    """systemd keeps the sockets and the cache."""

    def test_restarts_under_load_lose_nothing(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                service = self.service({"workers": 2}, engine)
                service.start()
                began = time.monotonic()
                completed = self.undisturbed(lambda: [service.restart() for _ in range(TIMES)])
                print(f"{engine}: {completed} answers in {time.monotonic() - began:.1f} s", flush=True)
                service.close()

    def test_what_comes_while_nobody_runs_waits(self):
        service = self.service({"workers": 2})
        service.start()
        self.ask_all()
        service.stop(by=signal.SIGKILL)
        names = {name for name, _ in service.supervisor.descriptors}
        self.assertIn("udp-1-127.0.0.1_53", names)
        self.assertIn("tcp-0-[__1]_53", names)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, \
                socket.create_connection(("127.0.0.1", 53), timeout=10) as tcp:
            udp.settimeout(10)
            query = ask(7, "localhost")
            udp.sendto(query, ("127.0.0.1", 53))
            tcp.sendall(struct.pack("!H", len(query)) + query)
            service.start()
            self.assertEqual(udp.recv(512)[:2], query[:2])
            self.assertEqual(tcp.recv(512)[2:4], query[:2])

    def test_a_question_that_is_under_way_is_answered(self):
        service = self.service({"workers": 2, "forward": [{"zone": "slow.test", "to": ["127.0.0.9:5399"]}]})
        service.start()
        server = SlowServer(0.15)
        self.addCleanup(server.close)
        for transport in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            server.asked.clear()
            with socket.socket(socket.AF_INET, transport) as client:
                client.settimeout(5)
                client.connect(("127.0.0.1", 53))
                query = ask(9, f"name{transport.value}.slow.test")
                client.sendall((b"" if transport == socket.SOCK_DGRAM else struct.pack("!H", len(query))) + query)
                self.assertTrue(server.asked.wait(5))
                service.restart()
                self.assertIn(socket.inet_aton("192.0.2.7"), client.recv(512))

    def test_another_number_of_workers_serves_the_same_sockets(self):
        service = self.service({"workers": 3})
        service.start()

        def change_workers():
            for workers in (1, 4, 2, 3):
                service.write({"workers": workers})
                service.restart()
        self.undisturbed(change_workers, "-c", "20")  # so many that each socket has some

    def test_other_addresses_are_opened_and_closed(self):
        service = self.service({"listen": ["127.0.0.1:53", "127.0.0.2:53"]})
        service.start()
        service.write({"listen": ["127.0.0.1:53", "127.0.0.3:53"]})
        service.restart()
        self.assertIn("closing what this process was started with: the UDP socket 127.0.0.2:53 is not in the "
                      "configuration", service.log())
        self.assertEqual({name for name, _ in service.supervisor.descriptors},
                         {f"{kind}-0-127.0.0.{host}_53" for kind in ("udp", "tcp") for host in (1, 3)})
        for host, status in ((1, "NOERROR"), (2, "NONE"), (3, "NOERROR")):
            self.assertEqual(dig("localhost", server=f"127.0.0.{host}", timeout=1).status, status)

    def test_cookies_of_clients_stay_good(self):
        service = self.service({"access": {"require_cookies": True}})
        service.start()
        cookie = dig("+cookie", "localhost").cookie
        for _ in range(2):
            service.restart()
            reply = dig(f"+cookie={cookie}", "+nobadcookie", "localhost")
            self.assertEqual(reply.status, "NOERROR", reply.text)

    def test_a_file_of_the_cache_goes_before_memory(self):
        service = self.service({"cache": {"file": str(self.internet.folder / "kept")}})
        service.start()
        self.ask_all()
        service.restart()
        self.assertIn(f"cache read from {self.internet.folder / 'kept'}", service.log())
        self.assertNotIn("the process before", service.log())


class ActivationTest(ServiceTest):
    """Sockets of a socket unit."""

    def sockets(self, *endpoints):
        given = []
        for kind, host, port in endpoints:
            each = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
            self.addCleanup(each.close)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
            if ":" in host:
                each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            each.bind((host, port))
            if kind == socket.SOCK_STREAM:
                each.listen(16)
            given.append(("tern.socket", each.fileno()))
        return given

    def test_workers_share_sockets_that_let_no_other_in(self):
        service = self.service({"listen": ["127.0.0.1:53", "0.0.0.0:5353"], "workers": 2})
        service.start(self.sockets((socket.SOCK_STREAM, "127.0.0.1", 53), (socket.SOCK_DGRAM, "127.0.0.1", 53),
                                   (socket.SOCK_DGRAM, "0.0.0.0", 5353)))
        self.undisturbed(lambda: time.sleep(1))
        for words in (["+tcp"], ["-p", "5353"], ["-p", "5353", "+tcp"]):
            self.assertEqual(dig("localhost", *words).status, "NOERROR")
        # The unit brings its sockets each time, so the store does not have them.
        self.assertEqual([name for name, _ in service.supervisor.descriptors],
                         ["tcp-0-0.0.0.0_5353", "tcp-1-0.0.0.0_5353"])

    def test_foreign_sockets_are_told_and_closed(self):
        service = self.service({"listen": ["127.0.0.1:53", "[::]:5353"]})
        given = self.sockets((socket.SOCK_DGRAM, "127.0.0.1", 5399), (socket.SOCK_DGRAM, "::", 5354))
        service.start([*given, ("odd", os.open("/dev/null", os.O_RDONLY))])
        for what in ("the UDP socket 127.0.0.1:5399", r"the UDP socket \[::\]:5354 for IPv4 and IPv6 \(BindIPv6Only=\)",
                     "a descriptor that is no listening socket"):
            self.assertRegex(service.log(), f"closing what this process was started with: {what} is not in the")
        self.assertEqual(open_at(service.process.pid, "/dev/null"), 1)  # its standard input


if __name__ == "__main__":
    raise SystemExit(__doc__)
