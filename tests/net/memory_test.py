"""The memory beside the cache: what clients can make the daemon hold, and that it gives it back."""

import contextlib
import pathlib
import re
import socket
import struct
import time

from internet import WorldTest, dig, wait_until

CLIENTS = 480           # on four addresses, each below what one address may have
QUERIES = 130           # about what one read of 4 KiB takes in


def query(label):
    return (struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + bytes([len(label)]) + label.encode() +
            b"\4shop\3com\0\0\x10\0\1")


class MemoryTest(WorldTest):
    """Account of the streams: 32 MiB a worker; the small cache is warm before anything is measured."""

    CONFIG = {"cache": {"memory": "4MiB"}}

    @staticmethod
    def of(daemon, key):
        status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text("ascii")
        return int(re.search(rf"^{key}:\s+(\d+) kB", status, re.M).group(1))

    @contextlib.contextmanager
    def clients_that_do_not_read(self, label):
        message = query(label)
        flood = (struct.pack("!H", len(message)) + message) * QUERIES
        clients = []
        try:
            for number in range(CLIENTS):
                client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                clients.append(client)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.bind((f"127.0.0.{10 + number % 4}", 0))
                client.connect(("127.0.0.1", 53))
                client.send(flood)
            yield clients
        finally:
            for client in clients:
                client.close()

    def peak_growth(self, label):
        """Returns by how many KiB the daemon grew at its most, and the daemon."""
        daemon = self.tern()
        self.assertEqual(dig("+tcp", f"{label}.shop.com", "TXT").status, "NOERROR")
        before = self.of(daemon, "VmRSS")
        with self.clients_that_do_not_read(label):
            time.sleep(3)
            wait_until(lambda: dig("shop.com", "A").status == "NOERROR", "an answer beside the flood", 12)
        grown = self.of(daemon, "VmHWM") - before
        print(f"{label}: {CLIENTS} clients that do not read: RSS {before} KiB, at most {grown} KiB more",
              flush=True)
        return grown, daemon

    def test_large_answers_that_nobody_reads_stay_within_the_account(self):
        for label in ("huge", "whole"):
            grown, _ = self.peak_growth(label)
            self.assertLess(grown, 56 * 1024)

    def test_memory_of_a_flood_is_given_back_while_idle(self):
        _, daemon = self.peak_growth("huge")
        idle = self.of(daemon, "VmRSS")
        wait_until(lambda: self.of(daemon, "VmRSS") < 28 * 1024,
                   f"from {idle} KiB to less than 28 MiB", 20)
        print(f"RSS right after {idle} KiB, then {self.of(daemon, 'VmRSS')} KiB", flush=True)
