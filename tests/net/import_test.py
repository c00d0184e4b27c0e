"""`tern config import`: what it prints for a file of Unbound is a good configuration of ternd."""

import gzip
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

from internet import TERN, TERND, Program, wait_until

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"

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
    local-zone: "example" typetransparent
    local-zone: "lab.example" nodefault
    local-data-ptr: "10.0.0.9 300 printer.test"
    wait-limit: 1000
    max-query-restarts: 8
    hide-version: yes
    username: ""
    local-data: "printer.test. 300 IN A 10.0.0.9"
remote-control:
    control-enable: no
dnstap:
    dnstap-enable: yes
    dnstap-socket-path: "/run/tap"
    dnstap-identity: "a"
    dnstap-log-client-query-messages: yes
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

# Of the clause that the options belong to, by the heading above them in unbound.conf(5). All others
# belong to `server:`.
CLAUSES = {
    "Remote Control Options": "remote-control", "Stub Zone Options": "stub-zone",
    "Forward Zone Options": "forward-zone", "Authority Zone Options": "auth-zone", "View Options": "view",
    "Python Module Options": "python", "Dynamic Library Module Options": "dynlib", "DNSCrypt Options": "dnscrypt",
    "Cache DB Module Options": "cachedb", "DNSTAP Logging Options": "dnstap",
    "Response Policy Zone Options": "rpz",
}


def options_of_unbound():
    """Pairs of a clause and an option: all that the manual page of the installed Unbound has."""
    page = gzip.open("/usr/share/man/man5/unbound.conf.5.gz", "rt").read().replace("\\-", "-")
    clause = "server"
    for line in page.splitlines():
        if heading := re.match(r'\.S[HS] "?([^"]*)', line):
            clause = CLAUSES.get(heading[1], "server")
        elif option := re.match(r"\.B ([a-z0-9-]+): *\\f", line):
            yield clause, option[1]


def differences(yaml):
    """The comments at the end as a configuration, with keys in maps of maps."""
    found = {}
    for path, value in re.findall(r"^#   ([a-z_.]+): (\S+)  # ", yaml.split("\n# The file leaves")[1], re.M):
        *maps, key = path.split(".")
        inner = found
        for name in maps:
            inner = inner.setdefault(name, {})
        inner[key] = value
    return found


def flow(value):
    """As YAML. Values are YAML already."""
    return value if isinstance(value, str) else "{" + ", ".join(f"{k}: {flow(v)}" for k, v in value.items()) + "}"


class ImportTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)

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

    def test_every_option_of_the_manual_page_is_known(self):
        options = set(options_of_unbound())
        self.assertGreater(len(options), 300)
        run = self.run_import("".join(f"{clause}:\n  {option}: x\n" for clause, option in sorted(options)))
        self.assertNotIn("not known here", run.stdout)
        self.assertIn("not known here", self.run_import("server:\n  num-thread: 2\n").stdout)

    def test_the_keys_that_restore_unbounds_defaults_are_good_ones(self):
        run = self.run_import("server:\n  serve-expired: yes\n")
        found = differences(run.stdout)
        self.assertGreater(len(found), 5)
        self.check("".join(f"{key}: {flow(value)}\n" for key, value in found.items()))
        self.check(run.stdout)

    def test_unbound_listens_and_answers_as_the_import_says(self):
        """A family that is off is not listened to, and this machine may ask whatever blocks are allowed."""
        text = """
server:
    interface: 127.0.0.1@5300
    interface: ::1@5300
    do-ip6: no
    access-control: 10.0.0.0/8 allow
    local-data: "here.example. A 192.0.2.1"
    local-data-ptr: "192.0.2.1 here.example"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    module-config: iterator
remote-control:
    control-enable: no
"""
        run = self.run_import(text)
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        (self.folder / "tern.yaml").write_text(run.stdout)
        told = {}
        for command in (["unbound", "-d", "-c", self.folder / "unbound.conf"],
                        [TERND, "--config", self.folder / "tern.yaml"]):
            server = Program(self.folder, pathlib.Path(command[0]).name, command)
            try:
                wait_until(lambda: self.ask("127.0.0.1", "here.example", "A") is not None, server.name)
                told[server.name] = [self.ask(address, *question)
                                     for question in (("here.example", "A"), ("-x", "192.0.2.1"))
                                     for address in ("127.0.0.1", "::1")]
            finally:
                server.stop()
        self.assertEqual(told["unbound"], ["192.0.2.1", None, "here.example.", None])
        self.assertEqual(told["ternd"], told["unbound"])

    def ask(self, address, *question):
        """The first answer. None when nobody answers there."""
        run = subprocess.run(["dig", "-p", "5300", f"@{address}", *question, "+short", "+tries=1", "+time=1"],
                             capture_output=True, text=True, timeout=30, check=False)
        return run.stdout.strip() if run.returncode == 0 else None

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


def keys(values, above=""):
    """`access.allow` and the like, of a map of maps."""
    for name, value in values.items():
        yield above + name
        if isinstance(value, dict):
            yield from keys(value, f"{above}{name}.")


class MovingPageTest(unittest.TestCase):
    """What deploy/moving.md names."""

    def rows(self, heading):
        """The cells of each row below a heading, without the titles of tables."""
        section = (DEPLOY / "moving.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
        for table in section.split("\n\n"):
            for line in table.splitlines()[2:]:
                if line.startswith("| "):
                    yield [cell.strip() for cell in line.strip("|").split(" | ")]

    def test_powerdns_has_these_settings(self):
        known = subprocess.run(["pdns_recursor", "--config=default"], capture_output=True, text=True, timeout=30,
                               check=False).stdout
        settings = [name.split("=")[0] for cells in self.rows("From PowerDNS Recursor")
                    for name in re.findall(r"`([^`]*)`", cells[0]) if not re.search("[A-Z]", name)]  # functions have some
        self.assertGreater(len(settings), 90)
        self.assertEqual([name for name in settings if f"\n# {name}=" not in known], [])

    def test_ternd_has_these_keys(self):
        with open(DEPLOY / "examples" / "tern.yaml", encoding="utf-8") as file:
            known = set(keys(yaml.safe_load(file)))
        named = {key for heading in ("From BIND", "From PowerDNS Recursor") for cells in self.rows(heading)
                 for key in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)(?:: [^`]*)?`", cells[-1])}
        self.assertGreater(len(named), 40)
        self.assertEqual(sorted(named - known), [])


if __name__ == "__main__":
    unittest.main()
