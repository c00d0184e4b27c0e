"""What ternd tells of its messages: dnstap, read by fstrm_capture and dnstap-read, and the query log."""

import collections
import json
import os
import pathlib
import signal
import socket
import stat
import struct
import subprocess
import time
import unittest
import urllib.request

import yaml
import zones
from internet import Program, WorldTest, dig, dnsperf_lost, wait_until

CONTENT = b"protobuf:dnstap.Dnstap"
QUICK = {"budget": {"client_timeout": "300ms", "failure_timeout": "600ms", "total_timeout": "1s"}}


def metrics():
    with urllib.request.urlopen("http://127.0.0.1:9530/metrics", timeout=10) as reply:
        lines = reply.read().decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def ask(query):
    """Sends octets over UDP; the reply, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect(("127.0.0.1", 53))
        client.send(query)
        try:
            return client.recv(4096)
        except TimeoutError:
            return None


def query_for(labels):
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return b"\x12\x34\x01\x00\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1"


def received(frames):
    """The messages of a file of dnstap."""
    done = subprocess.run(["dnstap-read", "-y", str(frames)], capture_output=True, text=True, timeout=60, check=True)
    return [document["message"] | {"extra": document.get("extra")} for document in yaml.safe_load_all(done.stdout)
            if document]


class Told(WorldTest):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.internet.folder)

    def path(self, name):
        path = self.folder / f"{self.id().rpartition('.')[2]}.{name}"
        path.unlink(missing_ok=True)
        return path


class DnstapTest(Told):

    def reader(self, path, frames):
        capture = Program(self.folder, "fstrm_capture",
                          ["fstrm_capture", "-t", CONTENT.decode(), "-u", str(path), "-w", str(frames)])
        self.addCleanup(capture.stop)
        wait_until(path.exists, "the reader's socket")
        return capture

    @staticmethod
    def told():
        return metrics()["tern_dnstap_messages_total"]

    def settled(self, most=3):
        """Waits until nothing more is told."""
        before = -1
        deadline = time.monotonic() + most
        while time.monotonic() < deadline and (now := self.told()) != before:
            before = now
            time.sleep(0.25)

    def test_a_reader_sees_clients_servers_and_time_outs(self):
        path, frames = self.path("socket"), self.path("frames")
        reader = self.reader(path, frames)
        self.tern({"dnstap": {"socket": str(path), "identity": "ns1"}, "resolution": QUICK,
                   "forward": [{"zone": "corp.example.", "to": [zones.FORWARDER]}]})
        wait_until(lambda: (dig("shop.com", "A"), self.told() > 0)[1], "the first message")
        before = self.told()
        dig("shop.com", "A")
        dig("h1.d03.com", "A", "+tcp")
        dig("www.gone.com", "A", timeout=8)
        dig("www.corp.example", "A")
        self.settled()
        self.assertGreater(self.told(), before + 8)
        self.daemon.stop()
        reader.stop()
        messages = received(frames)

        def of(kind, name):
            return [m for m in messages if m["type"] == kind and name.lower() in str(m).lower()]
        self.assertTrue(of("CLIENT_QUERY", "shop.com"))
        answer = of("CLIENT_RESPONSE", "h1.d03.com")[0]
        self.assertEqual((answer["socket_family"], answer["socket_protocol"]), ("INET", "TCP"))
        self.assertEqual((answer["query_address"], answer["response_address"], answer["response_port"]),
                         ("127.0.0.1", "127.0.0.1", 53))
        self.assertIn("198.18.43.2", str(answer["response_message_data"]))
        asked = of("RESOLVER_QUERY", "h1.d03.com")
        self.assertTrue(asked)
        self.assertIn(asked[-1]["response_address"], zones.AUTH + zones.REPLICA)
        self.assertTrue(of("RESOLVER_RESPONSE", "h1.d03.com"))
        self.assertTrue(of("FORWARDER_RESPONSE", "www.corp.example"))
        # The query that got no reply is there when it was sent, and again when its time ran out. Readers of Debian do
        # not print `extra`.
        silent = collections.Counter(m["query_message_data"]["id"] for m in of("RESOLVER_QUERY", "www.gone.com"))
        self.assertEqual(max(silent.values()), 2, silent)
        self.assertGreaterEqual(list(silent.values()).count(2), 2, silent)
        self.assertRegex(frames.read_bytes(), rb"timeout after \d+ ms")
        other = subprocess.run(["dnstap-ldns", "-y", "-r", str(frames)], capture_output=True, text=True, timeout=60,
                               check=True).stdout
        self.assertEqual(other.count('identity: "ns1"'), len(messages))

    def test_the_reader_may_be_restarted(self):
        path, frames, again = self.path("socket"), self.path("frames"), self.path("again")
        daemon = self.tern({"dnstap": {"socket": str(path), "servers": False}})
        dig("shop.com", "A")
        wait_until(lambda: f"warning: dnstap cannot be written to {path}" in daemon.log(), "the log's line")
        wait_until(lambda: metrics()['tern_dnstap_lost_total{reason="no_reader"}'] >= 2, "the loss")
        for file in (frames, again):
            without = self.told()
            reader = self.reader(path, file)
            # It is looked for now and then.
            wait_until(lambda before=without: (dig("shop.com", "A"), self.told())[1] > before, "a message")
            before = self.told()
            for n in range(10):
                dig(f"h{n}.d05.com", "A")
            wait_until(lambda before=before: self.told() >= before + 20, "20 messages")
            self.settled()
            reader.stop()
            names = [m for m in received(file) if m["type"] == "CLIENT_RESPONSE" and "d05.com" in str(m)]
            self.assertEqual(len(names), 10)
            path.unlink(missing_ok=True)
        self.assertIn(f"dnstap is written to {path} again", daemon.log())

    def test_a_reader_that_stands_still_costs_messages_and_no_client_feels_it(self):
        path = self.path("socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen()
            daemon = self.tern({"dnstap": {"socket": str(path)}})
            connection, _ = listener.accept()
            with connection:
                ready = connection.recv(4096)
                self.assertEqual(ready[8:12], b"\0\0\0\4")
                connection.sendall(struct.pack("!IIIII", 0, 12 + len(CONTENT), 1, 1, len(CONTENT)) + CONTENT)
                dig("shop.com", "A")
                queries = self.path("queries")
                queries.write_text("shop.com A\n")
                run = subprocess.run(["dnsperf", "-s", "127.0.0.1", "-d", str(queries), "-l", "2", "-q", "50"],
                                     capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(dnsperf_lost(run.stdout), 0, run.stdout)
                lost = metrics()
                self.assertGreater(lost['tern_dnstap_lost_total{reason="slow_reader"}'], 1000)
                self.assertIn('tern_event_buffer_dropped_total{worker="0"}', lost)
                code, seconds = daemon.stop()
                self.assertEqual(code, 0)
                self.assertLess(seconds, 2)

    def test_a_file_of_dnstap_can_be_read(self):
        file = self.path("frames")
        self.tern({"dnstap": {"file": str(file), "servers": False, "addresses": "prefix"}})
        dig("shop.com", "A")
        self.daemon.stop()
        types = [m["type"] for m in received(file)]
        self.assertEqual(types, ["CLIENT_QUERY", "CLIENT_RESPONSE"])
        self.assertEqual({m["query_address"] for m in received(file)}, {"127.0.0.0"})


class QueryLogTest(Told):

    def lines(self, file):
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def logged(self, file, count):
        wait_until(lambda: len(self.lines(file)) >= count, f"{count} lines")
        return self.lines(file)

    def test_a_query_has_a_line_with_its_times(self):
        file = self.path("log")
        self.tern({"query_log": {"file": str(file)}, "resolution": QUICK})
        dig("shop.com", "A")
        dig("shop.com", "A", "+tcp")
        dig("www.gone.com", "MX", timeout=8)
        miss, hit, failure = self.logged(file, 3)
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o640)
        self.assertEqual((miss["client"], miss["name"], miss["type"], miss["rcode"], miss["source"]),
                         ("127.0.0.1", "shop.com.", "A", "NOERROR", "upstream"))
        self.assertRegex(miss["time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertLess(abs(time.time() - time.mktime(time.strptime(miss["time"][:19], "%Y-%m-%dT%H:%M:%S"))
                            + time.timezone), 60)
        self.assertGreater(miss["upstream_ms"], 0)
        self.assertAlmostEqual(miss["total_ms"], miss["queue_ms"] + miss["upstream_ms"], places=2)
        self.assertEqual((hit["source"], hit["transport"]), ("cache", "tcp"))
        self.assertEqual((failure["rcode"], failure["type"]), ("SERVFAIL", "MX"))
        self.assertTrue(failure["ede"])
        self.assertGreater(failure["total_ms"], 500)

    def test_why_a_client_without_edns_got_nothing_is_in_its_line(self):
        file = self.path("log")
        self.tern({"query_log": {"file": str(file)}, "resolution": QUICK})
        for _ in range(2):  # the second time from what is remembered
            dig("www.gone.com", "MX", "+noedns", timeout=8)
        for line in self.logged(file, 2):
            self.assertEqual(line["rcode"], "SERVFAIL")
            self.assertTrue(line["ede"])
            self.assertRegex(line["reason"], "gone.com|[Nn]o ")

    def test_why_a_client_was_refused_is_in_its_line(self):
        file = self.path("log")
        self.tern({"query_log": {"file": str(file)}, "access": {"allow": ["127.0.0.2/32"]}})
        dig("shop.com", "A", "+noedns")
        dig("shop.com", "A", "+noedns", "+tcp")
        for line in self.logged(file, 2):
            self.assertEqual((line["rcode"], line["source"]), ("REFUSED", "refused"))
            self.assertEqual((line["ede"], line["reason"]), ([18], "not among the clients that may ask"))

    def test_a_hostile_name_breaks_no_line(self):
        file = self.path("log")
        self.tern({"query_log": {"file": str(file)}})
        for label in (b'"}\n{"rcode":"', b"\x1b[2J\x9b", b"\\\0\r\n", b"\xff\xfe"):
            self.assertIsNotNone(ask(query_for([label, b"example"])))
        lines = self.logged(file, 4)
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[0]["name"], '\\"}\\010{\\"rcode\\":\\".example.')
        self.assertTrue(all(0x20 <= octet < 0x7f or octet == 0x0a for octet in file.read_bytes()))

    def test_only_what_is_wanted_is_logged_and_a_reload_changes_it(self):
        file, other = self.path("log"), self.path("other")
        daemon = self.tern({"query_log": {"file": str(file), "only": "failures"}, "resolution": QUICK})
        dig("shop.com", "A")
        dig("nothing.shop.com", "A")
        dig("www.gone.com", "A", timeout=8)
        self.assertEqual([line["name"] for line in self.logged(file, 1)], ["www.gone.com."])
        daemon.write({"query_log": {"file": str(other), "only": "all", "clients": ["127.0.0.2/32", "::1/128"],
                                    "zones": ["shop.com"], "addresses": "prefix"}})
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(other.exists, "the other file")
        dig("-b", "127.0.0.1", "shop.com", "A")
        dig("-b", "127.0.0.2", "h1.d03.com", "A")
        dig("-b", "127.0.0.2", "shop.com", "A")
        dig("shop.com", "A", server="::1")
        self.assertEqual([(line["client"], line["name"]) for line in self.logged(other, 2)],
                         [("127.0.0.0/24", "shop.com."), ("::/48", "shop.com.")])
        self.assertEqual(len(self.lines(file)), 1)
        daemon.write({"query_log": {"file": ""}})
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: daemon.log().count("configuration read again") == 2, "the reload")
        dig("-b", "127.0.0.2", "shop.com", "A")
        time.sleep(0.3)
        self.assertEqual(len(self.lines(other)), 2)

    def test_logrotate_may_move_it(self):
        file = self.path("log")
        daemon = self.tern({"query_log": {"file": str(file)}})
        dig("shop.com", "A")
        self.logged(file, 1)
        moved = file.rename(self.path("log.1"))
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(file.exists, "a new file")
        dig("shop.com", "A")
        self.logged(file, 1)
        self.assertEqual(len(self.lines(moved)), 1)

    def test_one_in_some_is_logged_and_addresses_can_be_hidden(self):
        file, key = self.path("log"), self.path("key")
        key.write_text("0123456789abcdeffedcba9876543210\n")
        self.tern({"query_log": {"file": str(file), "sample": 20, "addresses": "encrypted", "key_file": str(key)}})
        queries = self.path("queries")
        queries.write_text("shop.com A\n")
        subprocess.run(["dnsperf", "-s", "127.0.0.1", "-d", str(queries), "-n", "4000"], capture_output=True,
                       timeout=60, check=True)
        lines = self.logged(file, 100)
        self.assertLess(len(lines), 320)
        self.assertEqual(len({line["client"] for line in lines}), 1)
        self.assertNotIn("127.0", lines[0]["client"])

    def test_it_can_go_to_the_log(self):
        daemon = self.tern({"query_log": {"file": "stderr"}})
        dig("shop.com", "A")
        wait_until(lambda: '"name":"shop.com."' in daemon.log(), "the line")
        line = next(line for line in daemon.log().splitlines() if line.startswith("{"))
        self.assertEqual(json.loads(line)["rcode"], "NOERROR")


if __name__ == "__main__":
    unittest.main()
