"""`tern config import`: what it prints for a file of Unbound is a good configuration of ternd."""

import pathlib
import subprocess
import tempfile
import unittest

from internet import TERN, TERND

# Everything that is carried over. Unbound's own checker says that it is a file of Unbound's.
WHOLE = """
include-toplevel: "more.conf"
server:
    interface: 127.0.0.1@5300
    interface: ::1@5300
    num-threads: 2
    access-control: 0.0.0.0/0 refuse
    access-control: 10.0.0.0/8 allow
    access-control: 10.1.0.0/16 deny
    ip-ratelimit: 100
    incoming-num-tcp: 50
    msg-cache-size: 16m
    rrset-cache-size: 32m
    cache-min-ttl: 1
    cache-max-ttl: 7200
    cache-max-negative-ttl: 60
    serve-expired: yes
    serve-expired-ttl: 3600
    serve-expired-reply-ttl: 10
    serve-expired-client-timeout: 1000
    prefetch: yes
    do-ip6: no
    qname-minimisation: yes
    qname-minimisation-strict: yes
    use-caps-for-id: yes
    do-not-query-address: 10.9.0.0/16
    outgoing-interface: 127.0.0.1
    module-config: "validator iterator"
    val-permissive-mode: yes
    domain-insecure: "broken.example"
    aggressive-nsec: no
    local-data: "printer.example. 300 IN A 10.0.0.9"
    hide-version: yes
    username: ""
remote-control:
    control-enable: no
"""
MORE = """
forward-zone:
    name: "corp.example"
    forward-addr: 10.0.0.1
    forward-addr: 10.0.0.2@5353
    forward-first: yes
stub-zone:
    name: "lab.example"
    stub-addr: 10.0.1.1
"""


class ImportTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_import(self, text):
        path = self.folder / "unbound.conf"
        path.write_text(text)
        return subprocess.run([TERN, "config", "import", path], capture_output=True, text=True,
                              timeout=30, check=False)

    def check(self, yaml):
        path = self.folder / "tern.yaml"
        path.write_text(yaml)
        checked = subprocess.run([TERND, "--check", "--config", path], capture_output=True,
                                 text=True, timeout=30, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr + yaml)

    def test_ternd_takes_what_it_prints(self):
        (self.folder / "more.conf").write_text(MORE)
        run = self.run_import(WHOLE)
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        self.check(run.stdout)
        unbound = subprocess.run(["unbound-checkconf", "unbound.conf"], capture_output=True, text=True,
                                 cwd=self.folder, timeout=30, check=False)
        self.assertEqual(unbound.returncode, 0, unbound.stderr)

    def test_what_cannot_be_carried_over_is_told(self):
        run = self.run_import("server:\n  tls-port: 853\n  num-threads: 3\n")
        self.assertEqual(run.returncode, 1)
        self.assertIn("not carried over: 1 option", run.stderr)
        self.assertIn("unbound.conf:2: tls-port:", run.stdout)
        self.check(run.stdout)

    def test_a_file_that_cannot_be_read(self):
        run = self.run_import("server:\n  port: \"53\n")
        self.assertEqual((run.returncode, run.stdout), (3, ""))
        self.assertIn("unbound.conf:2: expected a closing quote", run.stderr)


if __name__ == "__main__":
    unittest.main()
