"""dnsperf against ternd at full speed: nothing wrong, nothing lost, memory flat."""

import os
import re
import subprocess
import time

import zones
from internet import WorldTest, dig, dnsperf_lost

SECONDS = float(os.environ.get("TERN_LOAD_SECONDS", "6"))


def dnsperf(queries, *words, seconds=SECONDS):
    """Returns (sent, completed, lost, {rcode: count}, the text)."""
    run = subprocess.run(["dnsperf", "-s", "127.0.0.1", "-d", str(queries), "-l", str(seconds), *words],
                         capture_output=True, text=True, timeout=seconds + 60, check=False)
    text = run.stdout + run.stderr

    def number(what):
        found = re.search(rf"{what}:\s+(\d+)", text)
        if not found:
            raise AssertionError(f"dnsperf said no '{what}':\n{text}")
        return int(found.group(1))
    codes = {}
    line = re.search(r"Response codes:(.*)", text)
    for code, count in re.findall(r"(\w+) (\d+) \(", line.group(1) if line else ""):
        codes[code] = int(count)
    return number("Queries sent"), number("Queries completed"), dnsperf_lost(text), codes, text


class LoadTest(WorldTest):

    def setUp(self):
        super().setUp()
        self.hot = self.internet.folder / "hot.txt"
        self.hot.write_text("".join(f"h{h}.d{n:02}.com A\n" for n in range(zones.DOMAINS)
                                    for h in range(10)) + "shop.com MX\nshop.com TXT\n")
        self.miss = self.internet.folder / "miss.txt"
        self.miss.write_text("".join(f"u{i}.any.d{i % zones.DOMAINS:02}.com A\n"
                                     for i in range(600_000)))

    def run_clean(self, daemon, queries, *words, kib_growth_max, seconds=SECONDS):
        dnsperf(self.hot, *words, seconds=1)  # threads and sockets of both sides exist, caches are warm
        before = daemon.resident_kib()
        sent, completed, lost, codes, text = dnsperf(queries, *words, seconds=seconds)
        after = daemon.resident_kib()
        print(f"{words}: {sent} sent, {lost} lost, {codes}, RSS {before} -> {after} KiB", flush=True)
        self.assertGreater(completed, 1000, text)
        self.assertEqual(lost, 0, text)
        self.assertEqual(codes, {"NOERROR": completed}, text)
        self.assertLess(after - before, kib_growth_max, text)

    def test_full_speed_from_the_cache(self):
        self.run_clean(self.tern(), self.hot, "-c", "20", kib_growth_max=4096)

    def test_full_speed_from_the_cache_over_tcp(self):
        self.run_clean(self.tern(), self.hot, "-m", "tcp", "-c", "20", kib_growth_max=8192,
                       seconds=SECONDS / 2)

    def test_full_speed_of_misses(self):
        """Every name is asked once, so every query costs an upstream exchange with a real NSD."""
        self.run_clean(self.tern({"cache": {"memory": "16MiB"}}), self.miss, "-c", "20",
                       kib_growth_max=40 * 1024, seconds=SECONDS / 2)

    def test_memory_ceiling_holds_under_unique_names(self):
        """1 MiB-sized caches fill in seconds: from then on memory is flat and answers stay right."""
        daemon = self.tern({"cache": {"memory": "4MiB"}})
        dnsperf(self.miss, "-c", "20", seconds=SECONDS / 2)
        before = daemon.resident_kib()
        _, completed, lost, codes, text = dnsperf(self.miss, "-c", "20", seconds=SECONDS / 2)
        after = daemon.resident_kib()
        print(f"RSS {before} -> {after} KiB", flush=True)
        self.assertEqual((lost, codes), (0, {"NOERROR": completed}), text)
        self.assertLess(after - before, 4096)
        self.assertLess(after, 100 * 1024)

    def test_hits_are_served_while_servers_are_silent(self):
        """A thousand questions that only silent servers could answer do not slow the cache."""
        self.tern()
        dig("h0.d00.com", "A")
        flood = self.internet.folder / "flood.txt"
        flood.write_text("".join(f"x{i}.gone.com A\n" for i in range(100_000)))
        with subprocess.Popen(["dnsperf", "-s", "127.0.0.1", "-d", str(flood), "-l", "4", "-Q", "1000",
                               "-q", "10000", "-t", "1"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as attack:
            time.sleep(1)
            slow = []
            for _ in range(50):
                reply = dig("h0.d00.com", "A")
                self.answers(reply, "A", "198.18.40.1")
                slow.append(reply.milliseconds)
            attack.wait()
        self.assertLess(sorted(slow)[25], 50, slow)
