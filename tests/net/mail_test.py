"""Postfix's own code finds a domain's mail exchanger through ternd, and delivers to it."""

import re
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
        first, second = (f"{name}[{address}]" for name, address in
                         zip(("mx1.shop.com", "mx2.knot.net"), zones.MAIL))
        self.assertEqual(self.tried_with_sink_at(zones.MAIL[0]), [first])
        self.assertEqual(self.tried_with_sink_at(zones.MAIL[1]), [first, second])

    def tried_with_sink_at(self, address):
        """The exchangers that Postfix connected to, in its order, until one of them answered."""
        sink = Program(self.internet.folder, "sink", ["smtp-sink", "-u", "root", f"inet:{address}:25", "10"])
        try:
            wait_until(lambda: self.listens(address), f"smtp-sink\n{sink.log()}")
            run = subprocess.run(["posttls-finger", "-c", "-v", "-l", "may", "shop.com"],
                                 capture_output=True, text=True, timeout=60, check=False)
        finally:
            sink.stop()
        return re.findall(r"trying: (\S+) port 25", run.stderr + run.stdout)

    def listens(self, address):
        with socket.socket() as probe:
            return probe.connect_ex((address, 25)) == 0
