"""The daemon as an operator meets it: configuration, access, local data, signals."""

import concurrent.futures
import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import zones
from internet import TERND, WorldTest, dig, wait_until, watch
from supervisor import next_state

A, AAAA = 1, 28
WITHOUT = str(pathlib.Path(__file__).with_name("without.py"))


class ServiceTest(WorldTest):

    def check(self, text, name="check.yaml"):
        path = self.internet.folder / name
        path.write_text(text)
        return subprocess.run([TERND, "--check", "--config", str(path)], capture_output=True,
                              text=True, timeout=20, check=False)

    def test_sigterm_ends_with_exit_code_0_within_two_seconds(self):
        daemon = self.tern()
        dig("shop.com", "A")
        code, took = daemon.stop(signal.SIGTERM)
        self.assertEqual(code, 0, daemon.log())
        self.assertLess(took, 2.0)

    def test_sigterm_during_a_lookup_ends_in_time_too(self):
        daemon = self.tern()
        with subprocess.Popen(["dig", "@127.0.0.1", "+tries=1", "+time=3", "www.gone.com"],
                              stdout=subprocess.DEVNULL) as client:
            time.sleep(0.3)
            code, took = daemon.stop(signal.SIGTERM)
            client.wait()
        self.assertEqual(code, 0, daemon.log())
        self.assertLess(took, 2.0)

    def test_a_log_that_nobody_reads_holds_nothing_back(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        os.set_blocking(write_end, False)
        while True:
            try:
                os.write(write_end, b"x" * 4096)
            except BlockingIOError:
                break
        os.set_blocking(write_end, True)
        configured = self.tern()
        configured.stop()
        with subprocess.Popen([TERND, "--config", str(configured.path)], stderr=write_end) as process:
            os.close(write_end)
            self.addCleanup(process.kill)
            wait_until(lambda: dig("shop.com", "A").status == "NOERROR", "an answer")
            for _ in range(3):
                process.send_signal(signal.SIGHUP)
                time.sleep(0.1)
            self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
            start = time.monotonic()
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=5), 0)
            self.assertLess(time.monotonic() - start, 2.0)

    def test_a_service_manager_is_told_of_start_reload_and_end(self):
        for name in (str(self.internet.folder / "notify"), "@tern-notify-test"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.bind(name.replace("@", "\0") if name[0] == "@" else name)
                manager.settimeout(5)
                daemon = self.tern(environment={"NOTIFY_SOCKET": name})
                self.assertEqual(next_state(manager), b"READY=1")
                self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
                before = time.monotonic_ns() // 1000
                daemon.process.send_signal(signal.SIGHUP)
                reloading, moment = next_state(manager).decode().split("\nMONOTONIC_USEC=")
                self.assertEqual(reloading, "RELOADING=1")
                self.assertTrue(before <= int(moment) <= time.monotonic_ns() // 1000, moment)
                self.assertEqual(next_state(manager), b"READY=1")
                daemon.stop()
                self.assertEqual(next_state(manager), b"STOPPING=1")

    def test_sigint_ends_like_sigterm(self):
        code, took = self.tern().stop(signal.SIGINT)
        self.assertEqual(code, 0)
        self.assertLess(took, 2.0)

    def test_ready_means_it_answers(self):
        for _ in range(5):
            self.tern()
            self.answers(dig("shop.com", "A"), "A", "198.18.20.1")

    def test_clients_outside_the_list_are_refused(self):
        self.tern({"access": {"allow": ["127.0.0.1/32"]}})
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        for words in (["-b", "127.0.0.9"], ["-b", "127.0.0.9", "+tcp"]):
            reply = dig(*words, "shop.com", "A")
            self.assertEqual(reply.status, "REFUSED", reply.text)
            self.assertEqual(reply.extended_error, 18, reply.text)
        self.assertEqual(dig("shop.com", "A", server="::1").status, "REFUSED")

    def test_listens_where_it_is_told(self):
        self.tern({"listen": ["127.0.0.1:5300", "[::1]:5301", "0.0.0.0:5302"]})
        self.answers(dig("-p", "5300", "shop.com", "A"), "A", "198.18.20.1")
        self.answers(dig("-p", "5301", "shop.com", "A", server="::1"), "A", "198.18.20.1")
        # On a wildcard address the answer comes from the address that was asked.
        for words in ([], ["+tcp"]):
            self.answers(dig("-p", "5302", *words, "shop.com", "A", server="127.0.0.77"),
                         "A", "198.18.20.1")

    def test_a_worker_a_processor_is_steered_and_other_numbers_are_not(self):
        processors = os.sched_getaffinity(0)
        count = len(processors)
        self.addCleanup(os.sched_setaffinity, 0, processors)
        # Twice: the second one comes to the same addresses while the kernel takes down the first one's.
        for _ in range(2):
            daemon = self.tern({"workers": count})
            for processor in processors:
                os.sched_setaffinity(0, {processor})  # dig inherits it
                self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
            os.sched_setaffinity(0, processors)
            self.assertEqual(daemon.log().count("at a processor of its own"), int(count > 1))
        daemon = self.tern({"workers": count + 1})
        self.assertIn(f"by hash: {count + 1} workers have {count} processor", daemon.log())
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")

    def test_workers_that_listen_to_an_unknown_outside_are_not_steered(self):
        """This namespace has no device at all, so nobody can tell where packets from outside would come in."""
        count = max(len(os.sched_getaffinity(0)), 2)
        daemon = self.tern({"workers": count, "listen": ["0.0.0.0:5302"]})
        self.assertIn("by hash: ", daemon.log())
        self.answers(dig("-p", "5302", "shop.com", "A"), "A", "198.18.20.1")

    def test_several_workers(self):
        daemon = self.tern({"workers": 2})
        for n in range(20):
            for tcp in ([], ["+tcp"]):
                self.answers(dig(*tcp, f"h{n % 10}.d{n:02}.com", "A"),
                             "A", f"198.18.{40 + n}.{n % 10 + 1}")
        code, took = daemon.stop()
        self.assertEqual(code, 0, daemon.log())
        self.assertLess(took, 2.0)

    def test_exchangers_are_looked_up_by_the_workers_that_own_the_questions(self):
        """Of four workers one gets the answer to MX; three of four questions behind it belong to others."""
        daemon = self.tern({"workers": 4})
        domains = [f"d{n:02}.com" for n in range(zones.DOMAINS)]
        wanted = {(f"h{h}.{domain}.", family) for domain in domains for h in range(10) for family in (A, AAAA)}
        with watch() as seen, concurrent.futures.ThreadPoolExecutor(8) as clients:
            for reply in clients.map(lambda domain: dig(domain, "MX"), domains):
                self.assertEqual(len(reply.rdata("MX")), 10, reply.text)
            wait_until(lambda: wanted <= {(query.name, query.type) for query in seen.queries()},
                       "questions for all addresses")
        code, _ = daemon.stop()
        self.assertEqual(code, 0, daemon.log())

    def test_hosts_file(self):
        hosts = self.internet.folder / "hosts"
        hosts.write_text("192.0.2.1 box.home box\n192.0.2.2 box.home\n2001:db8::1 box.home\n# comment\n")
        self.tern({"local": {"hosts_file": str(hosts)}})
        with watch() as seen:
            self.answers(dig("box.home", "A"), "A", "192.0.2.1", "192.0.2.2")
            self.answers(dig("box.home", "AAAA"), "AAAA", "2001:db8::1")
            self.answers(dig("box", "A"), "A", "192.0.2.1")
            self.assertIn("box.home.", dig("-x", "192.0.2.1").rdata("PTR"))
        self.assertEqual(seen.queries(), [])

    def test_special_names_are_answered_here(self):
        """RFC 6761, 6303, 7686, 8375, 9462: none of them is sent upstream."""
        self.tern()
        with watch() as seen:
            self.answers(dig("localhost", "A"), "A", "127.0.0.1")
            self.answers(dig("any.localhost", "AAAA"), "AAAA", "::1")
            self.answers(dig("-x", "127.0.0.1"), "PTR", "localhost.")
            for name in ("www.invalid", "www.test", "hidden.onion", "1.0.0.10.in-addr.arpa",
                         "1.1.168.192.in-addr.arpa", "1.0.16.172.in-addr.arpa"):
                self.assertEqual(dig(name, "A").status, "NXDOMAIN", name)
            for name in ("box.home.arpa", "_dns.resolver.arpa"):
                reply = dig(name, "SVCB")
                self.assertIn(reply.status, ("NXDOMAIN", "NOERROR"), reply.text)
                self.assertEqual(reply.answers, [])
        self.assertEqual([p.name for p in seen.queries()], [])

    def test_special_names_can_be_left_to_the_root(self):
        self.tern({"local": {"special_names": False}})
        with watch() as seen:
            dig("www.test", "A")
        self.assertNotEqual(seen.queries(to=zones.ROOT), [])

    def test_forwarded_zone_goes_to_its_servers(self):
        self.tern({"forward": [{"zone": "corp.example.", "to": [f"{zones.FORWARDER}:53"]}]})
        with watch() as seen:
            self.answers(dig("www.corp.example", "A"), "A", "198.18.24.1")
        self.assertEqual(seen.queries(to=zones.ROOT, name="www.corp.example."), [])
        asked = seen.queries(to=(zones.FORWARDER,), name="www.corp.example.")
        self.assertEqual([p.recursion_desired for p in asked], [True])
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")  # not of the zone

    def test_stub_zone_goes_to_its_servers_without_recursion(self):
        self.tern({"stub": [{"zone": "corp.example.", "to": [f"{zones.FORWARDER}:53"]}]})
        with watch() as seen:
            self.answers(dig("www.corp.example", "A"), "A", "198.18.24.1")
        asked = seen.queries(to=(zones.FORWARDER,), name="www.corp.example.")
        self.assertEqual([p.recursion_desired for p in asked], [False])
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")  # not of the zone

    def test_a_forwarded_zone_is_not_looked_for_elsewhere(self):
        for first, status in ((False, "SERVFAIL"), (True, "NOERROR")):
            self.tern({"forward": [{"zone": "shop.com.", "to": ["198.18.0.99:53"], "first": first}]})
            self.assertEqual(dig("shop.com", "A", timeout=8).status, status)

    def test_without_the_forward_rule_the_zone_does_not_exist(self):
        self.tern()
        self.assertEqual(dig("www.corp.example", "A").status, "NXDOMAIN")

    def test_sighup_reloads_without_losing_the_cache(self):
        daemon = self.tern()
        self.answers(dig("host.shop.com", "A"), "A", "198.18.20.2", "198.18.20.3", "198.18.20.4")
        daemon.write({"stub": [{"zone": "corp.example.", "to": [f"{zones.FORWARDER}:53"]}],
                      "access": {"allow": ["127.0.0.1/32"]}})
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: dig("shop.com", "A", server="::1").status == "REFUSED", "reload")
        with watch() as seen:
            self.answers(dig("host.shop.com", "A"), "A", "198.18.20.2", "198.18.20.3",
                         "198.18.20.4")
        self.assertEqual(seen.queries(), [])
        self.answers(dig("www.corp.example", "A"), "A", "198.18.24.1")

    def test_sighup_while_the_file_is_read_for_the_first_time_does_not_end_it(self):
        path = self.internet.folder / "long.yaml"
        forward = [{"zone": f"z{i}.example.", "to": ["192.0.2.1"]} for i in range(900)]
        path.write_text(json.dumps({"listen": ["127.0.0.1:5399"], "forward": forward}))
        in_open = 0x20
        libc = ctypes.CDLL(None)
        watcher = libc.inotify_init()
        self.addCleanup(os.close, watcher)
        self.assertGreaterEqual(libc.inotify_add_watch(watcher, bytes(path), in_open), 0)
        with subprocess.Popen([TERND, "--config", str(path)], stderr=subprocess.PIPE,
                              text=True) as run:
            os.read(watcher, 4096)
            run.send_signal(signal.SIGHUP)
            line = next((line for line in run.stderr if "ready" in line), "")
            run.terminate()
            self.assertIn("ready", line)
            self.assertEqual(run.wait(10), 0)

    def test_clients_with_link_local_addresses_are_answered(self):
        """RFC 4007 section 6: the answer leaves by the interface of the question. Routers announce themselves as
        resolvers with such an address (RFC 8106)."""
        with subprocess.Popen(["unshare", "--net", "sleep", "60"]) as there:
            self.addCleanup(there.kill)
            inside = ["nsenter", "--target", str(there.pid), "--net"]
            own = os.stat("/proc/self/ns/net").st_ino
            wait_until(lambda: os.stat(f"/proc/{there.pid}/ns/net").st_ino != own, "a namespace beyond")

            def ip(*words, enter=()):
                subprocess.run([*enter, "ip", *words], check=True)
            # A first pair, so that the interfaces have different numbers here and there.
            ip("link", "add", "spare", "type", "veth", "peer", "name", "spare2")
            self.addCleanup(ip, "link", "del", "spare")
            ip("link", "add", "home", "type", "veth", "peer", "name", "away")
            ip("link", "set", "away", "netns", str(there.pid))
            ip("address", "add", "fe80::53/64", "dev", "home", "nodad")
            ip("link", "set", "home", "up")
            ip("address", "add", "fe80::99/64", "dev", "away", "nodad", enter=inside)
            ip("link", "set", "away", "up", enter=inside)
            self.tern({"listen": ["127.0.0.1:53", "[fe80::53%home]:53", "[::]:5302"],
                       "resolution": {"ipv6": "auto"}})
            for port in ("53", "5302"):
                for name in (f"h{port[0]}.d00.com", "shop.com"):  # not cached, and then cached
                    for words in ([], ["+tcp"]):
                        run = subprocess.run([*inside, "dig", "@fe80::53%away", "-p", port, *words, "+tries=1",
                                              "+time=4", name, "A"], capture_output=True, text=True, check=False)
                        self.assertIn("status: NOERROR", run.stdout, (port, name, words))
            there.kill()

    def test_ipv6_auto_follows_the_routes(self):
        hints = self.internet.folder / "ipv4.hints"
        hints.write_text(f". 3600000 NS a.root.\na.root. 3600000 A {zones.ROOT[0]}\n")
        daemon = self.tern({"resolution": {"ipv6": "auto", "root_hints": str(hints)}})
        self.assertEqual(dig("www.sixonly.com", "A").status, "SERVFAIL")

        def ip(*words):
            subprocess.run(["ip", *words], check=True)
        ip("link", "add", "outside", "type", "veth", "peer", "name", "beyond")
        self.addCleanup(ip, "link", "del", "outside")
        ip("link", "set", "outside", "up")
        ip("link", "set", "beyond", "up")
        ip("addr", "add", "2001:db8::1/64", "dev", "outside", "nodad")
        ip("-6", "route", "add", "default", "dev", "outside")
        wait_until(lambda: "has a route for IPv6" in daemon.log(), daemon.log())
        self.answers(dig("www.sixonly.com", "AAAA"), "AAAA")
        ip("-6", "route", "del", "default", "dev", "outside")
        wait_until(lambda: "has no route for IPv6" in daemon.log(), daemon.log())

    def test_sighup_with_a_broken_file_keeps_the_old_settings(self):
        daemon = self.tern()
        daemon.path.write_text("listen: [unclosed\n")
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "ternd.yaml" in daemon.log(), "a log line about the file")
        self.assertTrue(daemon.alive())
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")

    def test_check_accepts_a_good_file_and_starts_nothing(self):
        run = self.check('listen: ["127.0.0.1:5399"]\ncache:\n  memory: 64MiB\n')
        self.assertEqual(run.returncode, 0, run)

    def test_check_names_file_line_key_and_expectation(self):
        for text, words in (
                ("workers: 1\ncahce:\n  memory: 1GiB\n", ("check.yaml:2", "cahce")),
                ("cache:\n  memory: many\n", ("check.yaml:2", "memory", "many")),
                ("cache:\n  memory: 1GiB\n  memory: 2GiB\n", ("check.yaml:3", "memory")),
                ("listen: [\"127.0.0.1:99999\"]\n", ("check.yaml:1", "listen")),
                ("resolution:\n  qname_minimisation: sometimes\n",
                 ("check.yaml:2", "qname_minimisation", "relaxed")),
                ("workers: [1, 2]\n", ("check.yaml:1", "workers"))):
            run = self.check(text)
            self.assertNotEqual(run.returncode, 0, text)
            for word in words:
                self.assertIn(word, run.stderr + run.stdout, text)

    def test_a_wrong_file_does_not_start(self):
        path = self.internet.folder / "wrong.yaml"
        path.write_text("no_such_key: 1\n")
        run = subprocess.run([TERND, "--config", str(path)], capture_output=True, text=True,
                             timeout=20, check=False)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("wrong.yaml:1", run.stderr)
        self.assertNotIn("ready", run.stderr)

    def test_a_missing_file_does_not_start(self):
        run = subprocess.run([TERND, "--config", "/no/such/file"], capture_output=True, text=True,
                             timeout=20, check=False)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("/no/such/file", run.stderr)

    def test_a_taken_port_is_a_clear_error(self):
        first = self.tern()
        config = json.loads(first.path.read_text())
        config["listen"] = [f"{zones.ROOT[0]}:53"]  # the root server sits there
        path = self.internet.folder / "taken.yaml"
        path.write_text(json.dumps(config))
        run = subprocess.run([TERND, "--config", str(path)], capture_output=True, text=True,
                             timeout=20, check=False)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(zones.ROOT[0], run.stderr)

    def fails_to_start(self, change, *words, environment=None):
        path = self.internet.folder / "second.yaml"
        path.write_text(json.dumps({"listen": ["127.0.0.1:5380"], **change}, indent=1))
        run = subprocess.run([TERND, "--config", str(path)], capture_output=True, text=True, timeout=20,
                             check=False, env={**os.environ, **(environment or {})})
        self.assertEqual(run.returncode, 1, run)
        self.assertNotIn("ready", run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)

    def test_an_address_that_another_ternd_serves_is_a_clear_error(self):
        """The kernel lets processes of one user share a port: they would share the queries too."""
        self.tern()
        for address in ("127.0.0.1:53", "[::1]:53", "0.0.0.0:53"):
            self.fails_to_start({"listen": ["127.0.0.1:5380", address]}, address,
                                "the address is in use", "second.yaml:4", "listen[1]")
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")

    def test_starts_again_at_once_after_a_stop(self):
        for _ in range(5):
            daemon = self.tern()
            for words in ([], ["+tcp"]):
                self.answers(dig(*words, "shop.com", "A"), "A", "198.18.20.1")
            daemon.stop()
            start = time.monotonic()
            self.tern()
            self.assertLess(time.monotonic() - start, 3.0)  # sanitizers are slow

    def test_addresses_may_come_after_the_start(self):
        settings = {"listen": ["127.0.0.1:53", "192.0.2.77:53", "[2001:db8::77]:53"],
                    "access": {"allow": ["0.0.0.0/0", "::/0"]},
                    "resolution": {"outgoing": ["198.18.0.177"], "ipv6": False}}
        run = self.check(json.dumps(settings, indent=1))
        self.assertEqual(run.returncode, 0, run)
        for word in ("listen[1]", "192.0.2.77", "listen[2]", "2001:db8::77", "resolution.outgoing[0]"):
            self.assertIn(word, run.stderr)
        self.tern(settings)
        self.assertEqual(dig("shop.com", "A").status, "SERVFAIL")
        for address in ("192.0.2.77/32", "2001:db8::77/128", "198.18.0.177/32"):
            self.addCleanup(subprocess.run, ["ip", "address", "del", address, "dev", "lo"], check=False)
            subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
        for server in ("192.0.2.77", "2001:db8::77"):
            for words in ([], ["+tcp"]):
                self.answers(dig(*words, "shop.com", "A", server=server), "A", "198.18.20.1")

    def test_an_engine_that_nobody_knows_is_a_clear_error(self):
        self.fails_to_start({}, "TERN_IO_ENGINE", "ring or epoll", environment={"TERN_IO_ENGINE": "uring"})

    def test_a_hosts_file_that_cannot_be_read_is_an_error_and_an_odd_line_is_none(self):
        hosts = self.internet.folder / "bad-hosts"
        self.fails_to_start({"local": {"hosts_file": str(hosts)}}, "bad-hosts", "second.yaml:6",
                            "local.hosts_file")
        hosts.write_text("192.0.2.1 box\nnowhere box\n")
        daemon = self.tern({"local": {"hosts_file": str(hosts)}})
        self.answers(dig("box", "A"), "A", "192.0.2.1")
        self.assertIn("bad-hosts:2", daemon.log())

    def test_idle_costs_no_processor_time(self):
        daemon = self.tern()
        dig("shop.com", "A")
        time.sleep(1)
        before = daemon.cpu_seconds()
        time.sleep(3)
        self.assertLess(daemon.cpu_seconds() - before, 0.05)

    def test_a_kernel_without_ipv6_serves_what_it_can(self):
        # As deploy/container.yaml has it, which is to fit all machines.
        daemon = self.tern({"listen": ["127.0.0.1:53", "[::]:5302"]}, wrapper=[sys.executable, WITHOUT, "ipv6"])
        self.assertIn("not listening on [::]:5302", daemon.log())
        self.assertIn("resolution.ipv6: this kernel has no IPv6", daemon.log())
        for n in range(10):
            self.answers(dig(f"h{n}.d00.com", "A"), "A", f"198.18.40.{n + 1}")

    def test_falls_back_to_epoll_where_the_ring_is_forbidden(self):
        daemon = self.tern(wrapper=[sys.executable, WITHOUT, "io_uring"],
                           environment={"TERN_IO_ENGINE": ""})
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.answers(dig("+tcp", "shop.com", "A"), "A", "198.18.20.1")
        self.assertIn("epoll", daemon.log())
