"""What an attacker beside the path would have to guess: ids, source ports and letter case of real queries.

Bounds are those that chance passes once in ten million runs or less, so that a failure is a finding.
"""

import collections
import math
import pathlib
import struct
import subprocess

import packets
import zones
from internet import WorldTest, dig

DRAWS = 25_000
RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
SIGMAS = 5.4  # of a normal variable: passed once in fifteen million draws


def chi_square_bound(freedom):
    """Wilson and Hilferty's approximation of the quantile."""
    return freedom * (1 - 2 / (9 * freedom) + SIGMAS * math.sqrt(2 / (9 * freedom))) ** 3


def chi_square(values, low, high, buckets=64):
    """Of how many of `values` fall into each of `buckets` parts of low..high."""
    width = high - low + 1
    found = collections.Counter((value - low) * buckets // width for value in values)
    statistic = 0.0
    for bucket in range(buckets):
        numbers = -(-(bucket + 1) * width // buckets) - -(-bucket * width // buckets)
        expected = len(values) * numbers / width
        statistic += (found[bucket] - expected) ** 2 / expected
    return statistic


def correlation(one, other):
    count = min(len(one), len(other))
    one, other = one[:count], other[:count]
    mean_one, mean_other = sum(one) / count, sum(other) / count
    product = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other))
    return product / math.sqrt(sum((a - mean_one) ** 2 for a in one) *
                               sum((b - mean_other) ** 2 for b in other))


class PortsTest(WorldTest):

    CONFIG = {"cache": {"memory": "16MiB"}, "workers": 2}

    def draw(self, port_range):
        """Misses of two workers. Returns the queries that left, as (source port, id, name as sent)."""
        before = RANGE.read_text("ascii")
        RANGE.write_text(port_range, "ascii")
        self.addCleanup(RANGE.write_text, before, "ascii")
        self.tern()
        for n in range(zones.DOMAINS):
            dig(f"h0.d{n:02}.com", "A")
        questions = self.internet.folder / "questions.txt"
        questions.write_text("".join(f"abcdefgh{i:05}.any.d{i % zones.DOMAINS:02}.com A\n"
                                     for i in range(DRAWS)))
        with packets.capture(packets.Capture.UDP, packets.Capture.TO_PORT_53,
                             packets.Capture.TO_SERVERS) as seen:
            run = subprocess.run(["dnsperf", "-s", "127.0.0.1", "-d", str(questions), "-n", "1", "-c", "10"],
                                 capture_output=True, text=True, timeout=120, check=False)
        self.assertIn(f"NOERROR {DRAWS} (100.00%)", run.stdout, run.stdout + run.stderr)
        self.assertEqual(seen.lost, 0)
        drawn = []
        for packet in seen.packets:
            port, number = struct.unpack_from("!H6xH", packet, 20)
            drawn.append((port, number, packet[41:49]))
        # Hedges beside a late server and the questions of QNAME minimisation come on top.
        self.assertGreaterEqual(len(drawn), DRAWS)
        self.assertLess(len(drawn), DRAWS * 1.1)
        return drawn

    def check_uniform(self, what, values, low, high):
        self.assertGreaterEqual(min(values), low)
        self.assertLessEqual(max(values), high)
        statistic = chi_square(values, low, high)
        # What the next one can be told from: the last one, by its distance, and each before.
        width = high - low + 1
        steps = chi_square([(b - a) % width for a, b in zip(values, values[1:])], 0, width - 1)
        serial = max((abs(correlation(values, values[lag:])), lag) for lag in range(1, 9))
        odd = sum(value % 2 for value in values) / len(values)
        print(f"{what}: {len(values)} in {low}-{high}: chi-square of 64 parts {statistic:.0f}, of steps {steps:.0f} "
              f"(bound {chi_square_bound(63):.0f}), serial correlation at most {serial[0]:.4f}, odd {odd:.3f}",
              flush=True)
        self.assertLess(statistic, chi_square_bound(63), what)
        self.assertLess(steps, chi_square_bound(63), what)
        self.assertLess(serial[0], SIGMAS / math.sqrt(len(values)), what)
        self.assertLess(abs(odd - 0.5), SIGMAS * 0.5 / math.sqrt(len(values)), what)
        distinct = len(set(values))
        wanted = width * (1 - math.exp(-len(values) / width))  # balls into bins
        self.assertLess(abs(distinct - wanted), 0.02 * wanted, what)

    def check_no_repetition(self, drawn, width):
        """Consecutive queries share a port no oftener than two draws of a fair lot do."""
        expected = len(drawn) / width
        same = sum(a[0] == b[0] for a, b in zip(drawn, drawn[1:]))
        self.assertLess(same, expected + SIGMAS * math.sqrt(expected) + 4)
        ids = sum(a[1] == b[1] for a, b in zip(drawn, drawn[1:]))
        self.assertLess(ids, 1 + SIGMAS + 4)
        self.assertLess(abs(correlation([p for p, _, _ in drawn], [i for _, i, _ in drawn])),
                        SIGMAS / math.sqrt(len(drawn)))

    def check_case(self, drawn):
        """0x20: every letter is a fair coin, and none tells its neighbour."""
        names = [name for _, _, name in drawn if name.lower() == b"abcdefgh"]
        self.assertGreaterEqual(len(names), DRAWS)
        bound = SIGMAS * 0.5 / math.sqrt(len(names))
        upper = [sum(not name[at] & 0x20 for name in names) / len(names) for at in range(8)]
        alike = [sum(not (name[at] ^ name[at + 1]) & 0x20 for name in names) / len(names) for at in range(7)]
        print("case:", " ".join(f"{share:.3f}" for share in upper), flush=True)
        for share in upper + alike:
            self.assertLess(abs(share - 0.5), bound)
        patterns = collections.Counter(sum((not name[at] & 0x20) << at for at in range(8)) for name in names)
        expected = len(names) / 256
        statistic = sum((patterns[p] - expected) ** 2 / expected for p in range(256))
        self.assertLess(statistic, chi_square_bound(255))

    def check(self, low, high):
        drawn = self.draw(f"{low} {high}\n")
        self.check_uniform("ports", [port for port, _, _ in drawn], low, high)
        self.check_uniform("ids", [number for _, number, _ in drawn], 0, 65535)
        self.check_no_repetition(drawn, high - low + 1)
        self.check_case(drawn)

    def test_ids_ports_and_case_over_the_kernels_own_range(self):
        self.check(*(int(word) for word in RANGE.read_text("ascii").split()))

    def test_ids_ports_and_case_over_the_range_of_the_sysctl_file(self):
        """deploy/sysctl.d/tern.conf."""
        self.check(1024, 65535)
