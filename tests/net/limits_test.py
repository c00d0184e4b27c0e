"""What one client prefix may take while others ask: dnsperf floods from one loopback prefix beside another."""

import contextlib
import re
import subprocess

import packets
import zones
from internet import WorldTest, dig, wait_until

FLOOD = "127.0.1.1"
OTHER = "127.0.2.1"
RATE = 500


def dnsperf_words(queries, source, *words):
    return ["dnsperf", "-s", "127.0.0.1", "-a", source, "-d", str(queries), *words]


def read(text):
    """({what: count} of dnsperf's account, {rcode: count}, the average latency in milliseconds)."""
    counts = {what: int(count) for what, count in re.findall(r"Queries (sent|completed|lost):\s+(\d+)", text)}
    line = re.search(r"Response codes:(.*)", text)
    codes = {code: int(count) for code, count in re.findall(r"(\w+) (\d+) \(", line.group(1) if line else "")}
    average = re.search(r"Average Latency \(s\):\s+([\d.]+)", text)
    return counts, codes, float(average.group(1)) * 1000 if average else None


def dnsperf(queries, source, *words):
    run = subprocess.run(dnsperf_words(queries, source, *words), capture_output=True, text=True, timeout=60,
                         check=False)
    return read(run.stdout + run.stderr)


def truncated():
    reply, _ = packets.ask(packets.query("shop.com"), source=FLOOD, timeout=0.05)
    return reply is not None and bool(reply[2] & 2)


@contextlib.contextmanager
def dnsperf_beside(queries, source, *words):
    """Runs it during the block; yields a list that then holds its account."""
    account = []
    with subprocess.Popen(dnsperf_words(queries, source, *words), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as flood:
        yield account
        account.extend(read(flood.communicate(timeout=60)[0]))


class LimitsTest(WorldTest):
    CONFIG = {"access": {"rate_limit": {"queries": RATE, "burst": "1s", "exempt": []}}}

    def setUp(self):
        super().setUp()
        self.hot = self.internet.folder / "hot.txt"
        self.hot.write_text("".join(f"h{h}.d{n:02}.com A\n" for n in range(zones.DOMAINS) for h in range(10)))

    def limited(self, workers=1, **limits):
        daemon = self.tern({"workers": workers, "access": {"rate_limit": limits}})
        dnsperf(self.hot, "127.0.3.1", "-n", "1")  # the cache is warm
        return daemon

    def test_a_flood_of_one_prefix_leaves_the_other_unharmed(self):
        self.limited()
        with dnsperf_beside(self.hot, FLOOD, "-l", "4", "-Q", "5000", "-q", "1000", "-t", "0.1") as flood:
            counts, codes, _ = dnsperf(self.hot, OTHER, "-l", "3", "-Q", "200")
        self.assertEqual(counts["lost"], 0, counts)
        self.assertEqual(codes, {"NOERROR": counts["completed"]})
        # Of what is over the limit one half is truncated and the other gets nothing.
        flooded = flood[0]
        over = flooded["sent"] - RATE * 5
        self.assertGreater(over, 1000, flooded)
        self.assertGreater(flooded["lost"], over * 0.35, flooded)
        self.assertLess(flooded["lost"], over * 0.75, flooded)

    def test_a_real_client_of_a_flooded_prefix_comes_over_tcp(self):
        self.limited()
        with dnsperf_beside(self.hot, FLOOD, "-l", "4", "-Q", "5000", "-q", "1000", "-t", "0.1"):
            # Of this client's queries some are answered, some truncated and some get nothing.
            wait_until(truncated, "a truncated answer", 3)
            self.answers(dig("-b", FLOOD, "+tcp", "shop.com", "A"), "A", "198.18.20.1")

    def test_the_rate_is_the_process_s_however_many_workers(self):
        self.limited(workers=2, slip=0)
        counts, codes, _ = dnsperf(self.hot, FLOOD, "-l", "3", "-Q", "5000", "-c", "20", "-q", "1000", "-t", "0.1")
        self.assertEqual(codes, {"NOERROR": counts["completed"]})
        self.assertGreater(counts["completed"], RATE * 2, counts)
        self.assertLess(counts["completed"], RATE * 5, counts)

    def test_over_tcp_the_limit_is_told(self):
        self.limited()
        with dnsperf_beside(self.hot, FLOOD, "-m", "tcp", "-l", "3", "-Q", "3000") as flood:
            replies = []

            def refused():
                replies.append(dig("-b", FLOOD, "+tcp", "shop.com", "A"))
                return replies[-1].status == "REFUSED"
            wait_until(refused, "a refused query", 2.5)
            self.assertEqual(replies[-1].extended_error, 18, replies[-1].text)
            # Plain datagrams have their own bucket.
            self.answers(dig("-b", FLOOD, "shop.com", "A"), "A", "198.18.20.1")
        counts, codes, _ = flood
        self.assertEqual(counts["lost"], 0, counts)
        self.assertGreater(codes.get("REFUSED", 0), 1000, codes)
        self.assertGreater(codes.get("NOERROR", 0), RATE, codes)

    def test_questions_that_wait_are_bounded_a_prefix(self):
        self.limited(queries=0, waiting=50, slip=1)
        dead = self.internet.folder / "dead.txt"
        dead.write_text("".join(f"x{i}.gone.com A\n" for i in range(2000)))
        counts, codes, _ = dnsperf(dead, FLOOD, "-n", "1", "-q", "200", "-t", "4")
        self.assertEqual(counts["lost"], 0, counts)
        # The truncated ones come at once.
        self.assertGreaterEqual(codes.get("SERVFAIL", 0), 50, codes)
        self.assertGreater(codes.get("NOERROR", 0), 1000, codes)
        self.answers(dig("-b", FLOOD, "h0.d00.com", "A"), "A", "198.18.40.1")

    def test_nobody_is_limited_by_default(self):
        self.tern({"access": {"rate_limit": {"queries": 0}}})
        counts, codes, _ = dnsperf(self.hot, FLOOD, "-l", "2", "-c", "4")
        self.assertEqual(counts["lost"], 0, counts)
        self.assertEqual(codes, {"NOERROR": counts["completed"]})
        self.assertGreater(counts["completed"], RATE * 10, counts)

    def test_extended_errors_reach_clients(self):
        self.tern({"access": {"rate_limit": {"queries": 0}}})
        for words, status, error in ((("+norecurse", "new.d00.com", "A"), "REFUSED", 20),
                                     (("+opcode=notify", "shop.com", "SOA"), "NOTIMP", 21),
                                     (("shop.com", "MAILB"), "NOTIMP", 21)):
            reply = dig(*words)
            self.assertEqual((reply.status, reply.extended_error), (status, error), reply.text)
        # The kernel says by ICMP that nobody listens there: 127.0.0.9 has no name server.
        self.tern({"forward": [{"zone": "closed.example.", "to": ["127.0.0.9:5399"]}]})
        reply = dig("www.closed.example", "A")
        self.assertEqual((reply.status, reply.extended_error), ("SERVFAIL", 23), reply.text)
