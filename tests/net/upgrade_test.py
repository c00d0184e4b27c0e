"""ternd is restarted, upgraded and told to reload while dnsperf asks it at full speed: no query is lost."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.request

import zones
from internet import TERN, TERND, Internet, Tern, WorldTest, dig, dnsperf_lost, merged, wait_until, watch_upstream
from supervisor import Supervisor

POPULAR = [f"h{h}.d{n:02}.com" for n in range(zones.DOMAINS) for h in range(10)]
ENGINES = ("ring", "epoll")
TIMES = 20
STARTS = "starts as process"
RELOADED = "configuration read again"


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
        self.socket.settimeout(0.05)
        self.closing = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.closing:
            with contextlib.suppress(TimeoutError):
                query, client = self.socket.recvfrom(4096)
                self.asked.set()
                end = query.index(b"\0", 12) + 5
                reply = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + query[12:end] + \
                    b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + socket.inet_aton("192.0.2.7")
                threading.Timer(self.seconds, self._answer, (reply, client)).start()

    def _answer(self, reply, client):
        with contextlib.suppress(OSError):  # closed
            self.socket.sendto(reply, client)

    def close(self):
        self.closing = True
        self.thread.join()
        self.socket.close()


def gone(process):
    return ended(process) or not pathlib.Path("/proc", str(process)).exists()


def ended(process):
    """Whether the process has ended; as the first process of the namespace, this one has to look after it."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(process, os.WNOHANG)[0] == process
    return not pathlib.Path("/proc", str(process)).exists()


class Service:
    """ternd as systemd runs it."""

    def __init__(self, folder, change, engine=""):
        self.folder, self.path = folder, folder / "service.yaml"
        self.supervisor = Supervisor(folder)
        self.environment = {"TERN_IO_ENGINE": engine}
        self.log_path = folder / "service.log"
        self.log_path.write_text("")
        self.program = folder / "ternd"  # its own, because tests replace it
        self.install(TERND)
        self.socket = folder / "control"
        self.config = merged(merged(Tern.defaults_in(folder), {"control": {"socket": str(self.socket)},
                                                               "http": {"listen": []}}), change)
        self.write({})
        self.child, self.process, self.processes = None, 0, []

    def install(self, program):
        """Puts the program in the place of the one that runs, as a package does."""
        beside = self.folder / "ternd.new"
        shutil.copy(program, beside)
        beside.chmod(0o755)
        beside.rename(self.program)

    def write(self, change):
        self.config = merged(self.config, change)
        self.path.write_text(json.dumps(self.config, indent=1) + "\n")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def start(self, given=()):
        with open(self.log_path, "ab") as log:
            self.child = self.supervisor.start([str(self.program), "--config", str(self.path)], log, self.environment,
                                               given)
        self.child.returncode = 0  # ended() waits for it
        self._began(self.child.pid)

    def _began(self, process):
        self.process = process
        self.processes.append(process)
        try:
            self.supervisor.wait_for("READY", sender=process)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.log()}") from error

    def stop(self, by=signal.SIGTERM):
        os.kill(self.process, by)
        wait_until(lambda: ended(self.process), "the end of ternd")
        self.process = 0

    def restart(self):
        self.stop()
        self.start()

    def tern(self, *words):
        run = subprocess.run([TERN, *words, "--socket", str(self.socket)], capture_output=True, text=True, timeout=60,
                             check=False)
        return run.returncode, run.stdout + run.stderr

    def upgrade(self):
        code, text = self.tern("upgrade", "--json")
        if code != 0:
            raise AssertionError(f"{text}\n{self.log()}")
        self._began(json.loads(text)["result"]["pid"])

    def close(self):
        for process in {*self.processes, self.supervisor.main}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        wait_until(lambda: all(map(gone, self.processes)), "the end of all processes")
        self.supervisor.close()


INTERNET = []  # one for all tests of this file


def tearDownModule():
    for internet in INTERNET:
        internet.close()


class ServiceTest(WorldTest):

    @classmethod
    def setUpClass(cls):
        if not INTERNET:
            INTERNET.append(Internet())
        cls.internet = INTERNET[0]

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
        self.assertEqual(open_at(service.process, "/dev/null"), 1)  # its standard input


class UpgradeTest(ServiceTest):
    """The next process takes over while this one runs."""

    def test_upgrades_under_load_lose_nothing(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                service = self.service({"workers": 2}, engine)
                service.start()
                began = time.monotonic()
                completed = self.undisturbed(lambda: [service.upgrade() for _ in range(TIMES)], "-c", "20")
                print(f"{engine}: {completed} answers in {time.monotonic() - began:.1f} s", flush=True)
                self.assertEqual(len(set(service.processes)), TIMES + 1)
                wait_until(lambda: all(map(gone, service.processes[:-1])), "the end of the old processes")
                self.assertEqual(service.log().count("ended after the upgrade"), TIMES)
                service.close()

    def test_systemd_is_told_of_the_new_process_by_the_old_one(self):
        service = self.service()
        service.start()
        old = service.process
        service.upgrade()
        told = [(by, next(iter(said.items()))) for by, said in service.supervisor.messages]
        self.assertLess(told.index((old, ("MAINPID", str(service.process)))),
                        told.index((service.process, ("READY", "1"))))
        self.assertEqual(service.supervisor.main, service.process)
        self.assertNotIn((old, ("STOPPING", "1")), told)
        service.restart()  # by the descriptors that the first process has stored

    def test_control_and_http_go_on(self):
        service = self.service({"http": {"listen": ["127.0.0.1:9530"]}})
        service.start()
        for _ in range(2):
            service.upgrade()
            self.assertEqual(json.loads(service.tern("status", "--json")[1])["result"]["pid"], service.process)
            wait_until(lambda: ended(service.processes[-2]), "the end of the old process")
            with urllib.request.urlopen("http://127.0.0.1:9530/live", timeout=5) as reply:
                self.assertEqual(reply.status, 200)
            self.assertTrue(service.socket.exists())
        service.stop()
        self.assertFalse(service.socket.exists())

    def test_questions_under_way_end_in_the_old_process(self):
        service = self.service({"workers": 2, "forward": [{"zone": "slow.test", "to": ["127.0.0.9:5399"]}]})
        service.start()
        server = SlowServer(1.0)
        self.addCleanup(server.close)
        clients = []
        for transport in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            client = socket.socket(socket.AF_INET, transport)
            self.addCleanup(client.close)
            client.settimeout(5)
            client.connect(("127.0.0.1", 53))
            query = ask(9, f"name{transport.value}.slow.test")
            client.sendall((b"" if transport == socket.SOCK_DGRAM else struct.pack("!H", len(query))) + query)
            clients.append(client)
        self.assertTrue(server.asked.wait(5))
        time.sleep(0.1)
        service.upgrade()
        for client in clients:
            self.assertIn(socket.inet_aton("192.0.2.7"), client.recv(512))
        # A connection stays with the process that has accepted it, as long as it is used.
        stream = clients[1]
        query = ask(10, "localhost")
        stream.sendall(struct.pack("!H", len(query)) + query)
        self.assertEqual(stream.recv(512)[2:4], query[:2])
        self.assertFalse(ended(service.processes[0]))
        stream.close()
        wait_until(lambda: ended(service.processes[0]), "the end of the old process")

    def test_a_program_that_does_not_start_changes_nothing(self):
        service = self.service()
        service.start()
        broken = self.internet.folder / "broken"
        for text, reason in (("#!/bin/sh\nexit 3\n", "the new process ended with exit code 3"),
                             ("#!/bin/sh\nkill -9 $$\n", "the new process was ended by signal 9"),
                             ("nonsense", "Exec format error")):
            broken.write_text(text)
            service.install(broken)
            code, said = service.tern("upgrade")
            self.assertEqual(code, 3, said)
            self.assertIn(reason, said)
            self.assertIn(reason, service.log())
            self.assertEqual(dig("localhost").status, "NOERROR")
        service.program.unlink()
        self.assertIn("No such file or directory", service.tern("upgrade")[1])
        service.install(TERND)
        service.upgrade()

    def test_a_configuration_with_mistakes_changes_nothing(self):
        service = self.service()
        service.start()
        good = service.path.read_text()
        service.path.write_text(good.replace('"workers": 1', '"workers": 0.5, "cache": {"memory": "x"}'))
        code, said = service.tern("upgrade")
        self.assertEqual(code, 3, said)
        self.assertIn("workers", said)
        self.assertIn("cache.memory", said)
        service.path.write_text(good)
        service.write({"control": {"socket": str(self.internet.folder / "none" / "control")}})
        self.assertIn("control.socket", service.tern("upgrade")[1])  # it is known after the new one answers
        self.undisturbed(lambda: None)
        self.assertTrue(service.socket.exists())
        self.assertEqual(json.loads(service.tern("status", "--json")[1])["result"]["pid"], service.process)

    def test_the_next_process_has_other_addresses_and_workers(self):
        service = self.service({"workers": 1, "listen": ["127.0.0.1:53", "127.0.0.2:53"]})
        service.start()
        self.ask_all()

        def change():
            for workers, host in ((3, 3), (2, 2), (4, 3)):
                service.write({"workers": workers, "listen": ["127.0.0.1:53", f"127.0.0.{host}:53"]})
                service.upgrade()
        self.undisturbed(change, "-c", "20")
        wait_until(lambda: all(map(gone, service.processes[:-1])), "the end of the old processes")
        for host, status in ((1, "NOERROR"), (2, "NONE"), (3, "NOERROR")):
            self.assertEqual(dig("localhost", server=f"127.0.0.{host}", timeout=1).status, status)
        self.assertIn("127.0.0.2:53 is not in the configuration", service.log())
        self.assertEqual({name for name, _ in service.supervisor.descriptors},
                         {f"{kind}-{place}-127.0.0.{host}_53" for kind in ("udp", "tcp") for place in range(4)
                          for host in (1, 3)})

    def test_reloads_and_saves_do_no_harm(self):
        kept = self.internet.folder / "kept"
        service = self.service({"cache": {"file": str(kept), "save_every": "100ms"}})
        service.start()

        def act():
            for _ in range(5):
                os.kill(service.process, signal.SIGHUP)
                service.upgrade()
                os.kill(service.process, signal.SIGHUP)
        self.undisturbed(act)
        began = time.time()
        wait_until(lambda: kept.exists() and kept.stat().st_mtime > began, "a save by the last process")
        wait_until(lambda: all(map(gone, service.processes[:-1])), "the end of the old processes")
        # A reload that comes while the next process starts is the next one's.
        started, reloaded = (service.log().count(what) for what in (STARTS, RELOADED))
        os.kill(service.process, signal.SIGUSR2)
        wait_until(lambda: service.log().count(STARTS) > started, "the next process")
        os.kill(service.process, signal.SIGHUP)
        service.processes.append(int(re.findall(STARTS + r" (\d+)", service.log())[-1]))
        wait_until(lambda: service.log().count(RELOADED) > reloaded, "the reload")
        self.assertEqual(service.supervisor.main, service.processes[-1])

    def test_a_reload_that_the_old_process_is_told_of_is_the_next_ones(self):
        service = self.service()
        service.start()
        with socket.create_connection(("127.0.0.1", 53), timeout=5):  # the old process waits for it
            time.sleep(0.1)
            service.upgrade()
            reloaded = service.log().count(RELOADED)
            os.kill(service.processes[0], signal.SIGHUP)
            wait_until(lambda: service.log().count(RELOADED) > reloaded, "a reload by the next process", 5)

    def test_cookies_of_clients_stay_good(self):
        service = self.service({"access": {"require_cookies": True}})
        service.start()
        cookie = dig("+cookie", "localhost").cookie
        for _ in range(2):
            service.upgrade()
            self.assertEqual(dig(f"+cookie={cookie}", "+nobadcookie", "localhost").status, "NOERROR")

    def test_the_end_is_not_held_up(self):
        """Neither by a next process that does not come up, nor by clients of the old one."""
        service = self.service()
        service.start()
        with socket.create_connection(("127.0.0.1", 53), timeout=5):
            time.sleep(0.1)
            service.upgrade()
            os.kill(service.processes[0], signal.SIGTERM)
            wait_until(lambda: ended(service.processes[0]), "the end of the old process", 2)
        hanging = self.internet.folder / "hanging"
        hanging.write_text("#!/bin/sh\nexec sleep 60\n")
        service.install(hanging)
        os.kill(service.process, signal.SIGUSR2)
        wait_until(lambda: service.log().count(STARTS) == 2, "the upgrade")
        for words in (["upgrade"], ["reload"], ["flush", "--all"]):
            code, said = service.tern(*words)
            self.assertEqual((code, "an upgrade is under way" in said), (3, True), said)
        began = time.monotonic()
        service.stop()
        self.assertLess(time.monotonic() - began, 2.5)


class ReloadTest(ServiceTest):

    def test_reloads_under_load_lose_nothing(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                service = self.service({"workers": 2}, engine)
                service.start()

                def reload(service=service):
                    for _ in range(TIMES):
                        code, text = service.tern("reload")
                        self.assertEqual(code, 0, text)
                self.undisturbed(reload, "-c", "20")
                service.close()


if __name__ == "__main__":
    raise SystemExit(__doc__)
