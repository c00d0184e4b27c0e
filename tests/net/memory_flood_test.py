"""A million names that nobody asks twice, against a small cache: memory has a ceiling, popular names stay.

A million names by default. Ten million, which takes a few minutes on two processors:

    TERN_UNIQUE_NAMES=10000000 tests/net/run memory_flood
"""

import os
import re
import socket
import struct
import subprocess
import threading
import time

import packets
import zones
from internet import WorldTest, dig, dnsperf_lost
from packets import query

NAMES = int(os.environ.get("TERN_UNIQUE_NAMES", "1000000"))
CACHE_MIB = 64
# Beside the cache: the program, jobs and sockets of a full load, buffers, what the allocator keeps.
BESIDE_MIB = 32
POPULAR = [f"h{h}.d{n:02}.com" for n in range(zones.DOMAINS) for h in range(10)]


def unique_names(count):
    for start in range(0, count, 10_000):
        yield "".join(f"u{i}.any.d{i % zones.DOMAINS:02}.com A\n"
                      for i in range(start, min(start + 10_000, count))).encode()


class MemoryFloodTest(WorldTest):

    CONFIG = {"cache": {"memory": f"{CACHE_MIB}MiB"}}

    def popular(self, stop, took, failures):
        """Asks popular names, one after another, some hundred a second."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", 53))
            client.settimeout(2)
            number = 0
            while not stop.is_set():
                name = POPULAR[number % len(POPULAR)]
                start = time.monotonic()
                client.send(query(name, number=number & 0xffff))
                try:
                    reply = client.recv(4096)
                    while struct.unpack_from("!H", reply)[0] != number & 0xffff:
                        reply = client.recv(4096)
                    took.append(time.monotonic() - start)
                    if packets.rcode(reply) != 0:
                        failures.append((name, packets.rcode(reply)))
                except TimeoutError:
                    failures.append((name, "no answer"))
                number += 1
                time.sleep(0.002)

    def flood(self, daemon):
        """Returns (dnsperf's text, seconds, the most KiB that were resident)."""
        command = ["dnsperf", "-s", "127.0.0.1", "-c", "20", "-q", "400", "-t", "5"]
        start = time.monotonic()
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as flood:
            def feed():
                for lines in unique_names(NAMES):
                    flood.stdin.write(lines)
                flood.stdin.close()
            feeder = threading.Thread(target=feed)
            feeder.start()
            most = 0
            while flood.poll() is None and time.monotonic() - start < 3600:
                most = max(most, daemon.resident_kib())
                if flood.stdin.closed:
                    break
                time.sleep(0.1)
            text = flood.stdout.read().decode()
            feeder.join()
        return text, time.monotonic() - start, max(most, daemon.resident_kib())

    def test_memory_and_popular_names_hold_under_a_million_unique_names(self):
        daemon = self.tern()
        for name in POPULAR:
            dig(name, "A")
        took, failures, stop = [], [], threading.Event()
        # Upstream questions for popular names: the first label is two octets long and begins with h.
        with packets.capture(packets.Capture.UDP, packets.Capture.TO_PORT_53, packets.Capture.TO_SERVERS,
                             (2, 40, 0xffdf, 0x0248)) as seen:
            client = threading.Thread(target=self.popular, args=(stop, took, failures))
            client.start()
            text, seconds, most = self.flood(daemon)
            stop.set()
            client.join()
        completed = int(re.search(r"Queries completed:\s+(\d+)", text).group(1))
        lost = dnsperf_lost(text)
        took.sort()
        print(f"{completed} unique names in {seconds:.0f} s ({completed / seconds:,.0f}/s), {lost} lost; RSS at most "
              f"{most} KiB with a cache of {CACHE_MIB} MiB; {len(took)} popular answers meanwhile, "
              f"{len(seen.packets)} of them asked again upstream, median {1000 * took[len(took) // 2]:.2f} ms, p99 "
              f"{1000 * took[len(took) * 99 // 100]:.2f} ms", flush=True)
        self.assertEqual(completed + lost, NAMES, text)
        self.assertEqual(lost, 0, text)
        self.assertIn(f"NOERROR {completed} (100.00%)", text)
        self.assertLess(most, (CACHE_MIB + BESIDE_MIB) * 1024)
        self.assertGreater(most, CACHE_MIB * 1024 // 2)  # the cache was put to the test
        self.assertEqual(failures, [])
        self.assertGreater(len(took), 1000)
        self.assertLess(len(seen.packets), len(took) // 100 + len(POPULAR) // 4)
        self.assertLess(took[len(took) // 2], 0.1)
