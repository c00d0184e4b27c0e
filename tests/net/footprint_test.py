"""What the daemon costs before anybody asks it: time to the first answer, memory, and nothing while idle."""

import os
import pathlib
import re
import socket
import statistics
import struct
import subprocess
import tempfile
import time
import unittest

from internet import TERND, Program, wait_until

STARTS = 7
SETTLE_SECONDS = 6  # the allocator gives pages back for some seconds, then it sleeps as well
IDLE_SECONDS = float(os.environ.get("TERN_IDLE_SECONDS", "5"))
# localhost. A: local data, so that no name server has a part in the time.
QUERY = struct.pack("!6H", 0x5445, 0x0100, 1, 0, 0, 0) + b"\x09localhost\0\0\1\0\1"


def ask_until_answered(server, deadline):
    """Asks every half millisecond. Returns when the answer was there, by the monotonic clock."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((server, 53))
        client.settimeout(0.0005)
        while time.monotonic() < deadline:
            try:
                client.send(QUERY)
                reply = client.recv(512)
            except (TimeoutError, ConnectionRefusedError):
                continue
            if reply[:2] == QUERY[:2] and reply[3] & 15 == 0 and struct.unpack_from("!H", reply, 6)[0]:
                return time.monotonic()
    raise AssertionError("no answer")


class FootprintTest(unittest.TestCase):
    """ternd alone: with no file at all, on its built-in defaults, unless workers are given."""

    def setUp(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        folder = tempfile.TemporaryDirectory(prefix="tern-net-")  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, workers=None):
        command = [TERND]
        if workers:
            path = self.folder / "tern.yaml"
            path.write_text(f"workers: {workers}\n")
            command += ["--config", str(path)]
        (self.folder / "ternd.log").unlink(missing_ok=True)
        daemon = Program(self.folder, "ternd", command)
        self.addCleanup(daemon.stop)
        return daemon

    def started(self, workers=None):
        daemon = self.start(workers)
        wait_until(lambda: "ready" in daemon.log(), "ternd ready")
        return daemon

    def test_first_answer_within_fifty_milliseconds_of_its_start(self):
        took = []
        for _ in range(STARTS):
            begin = time.monotonic()
            daemon = self.start()
            took.append(1000 * (ask_until_answered("127.0.0.1", begin + 10) - begin))
            self.assertEqual(daemon.stop()[0], 0, daemon.log())
        print("first answer after", ", ".join(f"{ms:.1f}" for ms in sorted(took)), "ms", flush=True)
        self.assertLess(statistics.median(took), 50)

    def test_idle_takes_less_than_twenty_mebibytes(self):
        for workers in (None, 1, 2):
            daemon = self.started(workers)
            time.sleep(0.2)
            rollup = pathlib.Path(f"/proc/{daemon.process.pid}/smaps_rollup").read_text("ascii")
            resident, proportional = (int(re.search(rf"^{key}:\s+(\d+) kB", rollup, re.M).group(1))
                                      for key in ("Rss", "Pss"))
            print(f"workers {workers or 'auto'}: RSS {resident} KiB, PSS {proportional} KiB", flush=True)
            # 2.4 MiB of it is the TLS library that libmicrohttpd brings along.
            self.assertLess(resident, 23 * 1024)
            daemon.stop()

    def test_idle_wakes_for_nothing(self):
        """No tick of processor time and no switch to any of its threads: there is no periodic timer."""
        for workers, query in ((None, False), (1, True), (2, True)):
            daemon = self.started(workers)
            if query:  # what a client leaves behind has no timer either
                ask_until_answered("127.0.0.1", time.monotonic() + 5)
            time.sleep(SETTLE_SECONDS)
            before = self.used(daemon)
            time.sleep(IDLE_SECONDS)
            ticks, wakes = (b - a for a, b in zip(before, self.used(daemon)))
            print(f"workers {workers or 'auto'}: {ticks} ticks, {wakes} wake-ups in {IDLE_SECONDS} s",
                  flush=True)
            self.assertEqual((ticks, wakes), (0, 0))
            daemon.stop()

    @staticmethod
    def used(daemon):
        """Returns (ticks of processor time, times that a thread was switched to)."""
        ticks = switches = 0
        for task in pathlib.Path(f"/proc/{daemon.process.pid}/task").iterdir():
            fields = (task / "stat").read_text("ascii").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
            switches += sum(int(count) for count in re.findall(
                r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text("ascii"), re.M))
        return ticks, switches


if __name__ == "__main__":
    unittest.main()
