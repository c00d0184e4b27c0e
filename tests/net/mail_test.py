"""Postfix's own code finds a domain's mail exchanger through ternd, and delivers to it."""

import shutil
import socket
import subprocess

import zones
from internet import Program, WorldTest, wait_until


class MailTest(WorldTest):

    def setUp(self):
        super().setUp()
        if not shutil.which("posttls-finger"):
            self.skipTest("postfix is not installed (deploy/packages, part ci)")
        self.tern()

    def test_postfix_prefers_the_first_exchanger_and_falls_back_to_the_second(self):
        """shop.com has MX 10 mx1.shop.com and MX 20 mx2.knot.net; a sink listens on one, then the other."""
        for address, name in ((zones.MAIL[0], "mx1.shop.com"), (zones.MAIL[1], "mx2.knot.net")):
            sink = Program(self.internet.folder, "sink",
                           ["smtp-sink", "-u", "root", f"inet:{address}:25", "10"])
            try:
                wait_until(lambda a=address: self.listens(a), f"smtp-sink\n{sink.log()}")
                run = subprocess.run(["posttls-finger", "-c", "-v", "-l", "may", "shop.com"],
                                     capture_output=True, text=True, timeout=60, check=False)
                self.assertIn(f"{name}[{address}]:25", run.stdout + run.stderr)
            finally:
                sink.stop()

    def listens(self, address):
        with socket.socket() as probe:
            return probe.connect_ex((address, 25)) == 0
