"""What clients see when name servers are silent, lame or unreachable."""

import os
import signal
import time

import zones
from internet import WorldTest, dig, wait_until, watch


def timed(*words, **more):
    start = time.monotonic()
    reply = dig(*words, **more)
    return reply, time.monotonic() - start


class FaultsTest(WorldTest):

    def test_a_silent_replica_costs_little(self):
        """Twenty zones with one of two replicas silent, cold: every one is answered, well within a client's patience."""
        self.tern()
        dig("shop.com", "A")  # the way to com. is known, so that only the zones' own servers count
        seconds = []
        for n in range(zones.HALF_DEAD):
            reply, took = timed(f"www.half{n:02}.com", "A")
            self.answers(reply, "A", f"198.18.22.{n + 1}")
            seconds.append(took)
        seconds.sort()
        self.assertLess(seconds[len(seconds) // 2], 0.5, seconds)
        self.assertLess(seconds[-1], 1.8, seconds)

    def test_all_replicas_silent_is_servfail_in_time(self):
        self.tern()
        reply, took = timed("www.gone.com", "A", timeout=8)
        self.assertEqual(reply.status, "SERVFAIL", reply.text)
        self.assertLess(took, 5 + 1.0)
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")

    def test_failure_timeout_is_the_operators(self):
        self.tern({"resolution": {"budget": {"client_timeout": "500ms", "failure_timeout": "600ms"}}})
        reply, took = timed("www.gone.com", "A", timeout=8)
        self.assertEqual(reply.status, "SERVFAIL", reply.text)
        self.assertLess(took, 0.6 + 0.6)

    def test_failure_is_remembered_for_a_while(self):
        """RFC 9520: while a failure is cached, no upstream query goes out for it."""
        self.tern({"resolution": {"budget": {"client_timeout": "600ms", "total_timeout": "1s"}}})
        dig("www.gone.com", "A", timeout=8)
        time.sleep(0.6)  # total_timeout: the attempt behind the answer has ended too
        with watch() as seen:
            reply, took = timed("www.gone.com", "A", timeout=8)
        self.assertEqual(reply.status, "SERVFAIL", reply.text)
        self.assertEqual(seen.queries(name="www.gone.com."), [])
        self.assertLess(took, 0.3)

    def test_upstream_queries_of_one_hopeless_question_are_bounded(self):
        self.tern()
        with watch() as seen:
            dig("www.gone.com", "A", timeout=8)
            time.sleep(6)  # total_timeout
        self.assertLessEqual(len(seen.queries(to=zones.SILENT)), 64)
        self.assertGreater(len(seen.queries(to=zones.SILENT)), 0)

    def test_equal_questions_share_one_exchange(self):
        """A hundred clients ask at once for what only silent servers know: not a hundred exchanges."""
        import socket  # pylint: disable=import-outside-toplevel
        import struct  # pylint: disable=import-outside-toplevel
        self.tern()
        dig("gone.com", "DS")  # com. is known
        labels = b"\3www\4gone\3com\0"
        clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(100)]
        with watch() as seen:
            for number, client in enumerate(clients):
                client.sendto(struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0\1\0\1",
                              ("127.0.0.1", 53))
            replies = set()
            for number, client in enumerate(clients):
                client.settimeout(4)
                message = client.recv(4096)
                got, flags = struct.unpack_from("!HH", message)
                self.assertEqual((got, flags & 15), (number, 2))
                replies.add(number)
                client.close()
        self.assertEqual(len(replies), 100)
        self.assertLessEqual(len(seen.queries(to=zones.SILENT)), 64)

    def test_a_dead_replica_that_refuses_connections_is_passed_over(self):
        """The replica's program ends: ICMP port unreachable instead of silence."""
        self.tern()
        self.internet.programs["replica"].stop()
        try:
            for n in range(zones.DOMAINS):
                reply, took = timed(f"h1.d{n:02}.com", "A")
                self.answers(reply, "A", f"198.18.{40 + n}.2")
                self.assertLess(took, 1.8)
        finally:
            self.internet.restart("replica")

    def test_never_query_addresses_are_not_asked(self):
        self.tern({"resolution": {"never_query": ["198.18.2.0/24", "fd53:2::/32"]}})
        with watch() as seen:
            reply = dig("shop.com", "A", timeout=8)
        self.assertEqual(reply.status, "SERVFAIL", reply.text)
        self.assertEqual(seen.queries(to=zones.AUTH + zones.REPLICA), [])

    def test_only_one_family_when_told_so(self):
        self.tern({"resolution": {"ipv6": False}})
        with watch() as seen:
            for n in range(10):
                dig(f"h0.d{n:02}.com", "A")
            self.assertEqual(dig("www.sixonly.com", "A", timeout=8).status, "SERVFAIL")
        self.assertEqual([p for p in seen.queries() if ":" in p.target], [])

    def test_the_log_names_zones_that_fall_silent_and_says_when_they_are_back(self):
        daemon = self.tern({
            "forward": [{"zone": "corp.example.", "to": [zones.SILENT[0]]}],
            "resolution": {"budget": {"client_timeout": "300ms", "failure_timeout": "1s", "total_timeout": "2s"}}})

        def is_logged(text):
            return lambda: text in daemon.log()
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        dig("x.corp.example", "A")
        wait_until(is_logged(f"warning: no server of the forward zone corp.example. answers: {zones.SILENT[0]}:53\n"),
                   f"the zone's line\n{daemon.log()}")
        self.assertNotIn("no name server", daemon.log())
        servers = [program.process.pid for program in self.internet.programs.values()]
        for server in servers:
            os.killpg(server, signal.SIGSTOP)
        try:
            for name in ("d01.com", "new.net", "x.shop.com"):
                dig(name, "A")
            wait_until(is_logged("warning: no name server answers; asked were those of "), "everybody's line")
        finally:
            for server in servers:
                os.killpg(server, signal.SIGCONT)
        wait_until(lambda: dig("h0.d03.com", "A").status == "NOERROR", "an answer")
        wait_until(is_logged("name servers answer again, after "), "the line that they are back")
        self.assertEqual(daemon.log().count("no name server answers;"), 1, daemon.log())
