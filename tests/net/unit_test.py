"""What deploy/tern.service.in allows covers what ternd does. The unit's sandbox is not around the other tests."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import zones
from internet import WorldTest, dig, wait_until

UNIT = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "tern.service.in"


# ternd asks the kernel whether the clock is right, binds its workers to processors, and gives a thread that writes
# a low priority. It goes on when that is refused.
REFUSED = ("adjtimex", "clock_adjtime", "sched_setaffinity", "setpriority")


def settings(name):
    """The words of each line of the unit with this setting."""
    return [line.partition("=")[2].split() for line in UNIT.read_text(encoding="ascii").splitlines()
            if line.startswith(f"{name}=")]


def calls_of(word):
    """The system calls of a set, or the one call that the word is."""
    if not word.startswith("@"):
        return {word}
    shown = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True)
    lines = [line.strip() for line in shown.stdout.splitlines()[1:]]
    return set().union(*(calls_of(line) for line in lines if line and not line.startswith("#")))


def allowed_calls():
    allowed = set()
    for words in settings("SystemCallFilter"):
        if words[0].startswith("~"):
            allowed -= set().union(*map(calls_of, [words[0][1:], *words[1:]]))
        else:
            allowed |= set().union(*map(calls_of, words))
    return allowed


class SandboxTest(unittest.TestCase):

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_the_exposure_is_at_most_1_5(self):
        with tempfile.TemporaryDirectory(prefix="tern-unit-") as folder:
            unit = pathlib.Path(folder, "tern.service")
            unit.write_text(UNIT.read_text(encoding="ascii").replace("@SBINDIR@", "/usr/sbin")
                            .replace("@SYSCONFDIR@", "/etc"), encoding="ascii")
            rated = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", str(unit)],
                                   capture_output=True, text=True, check=False)
        self.assertEqual(rated.returncode, 0, rated.stdout[-300:] + rated.stderr)


@unittest.skipUnless(shutil.which("strace") and shutil.which("systemd-analyze"), "no strace or systemd-analyze")
class UnitTest(WorldTest):

    def trace(self):
        """The lines of strace for a ternd that does all that it can do."""
        log = self.internet.folder / "strace.log"
        hosts = self.internet.folder / "hosts"
        hosts.write_text("192.0.2.1 box\n")
        kept = self.internet.folder / "kept"
        change = {"workers": 2, "listen": ["127.0.0.1:53", "[::1]:53", "[::]:5302"],
                  "cache": {"file": str(kept), "save_every": "200ms"},
                  "local": {"hosts_file": str(hosts)},
                  "resolution": {"ipv6": "auto"},
                  "forward": [{"zone": "corp.example.", "to": [f"{zones.FORWARDER}:53"]}]}
        self.tern(change).stop()  # leaves a cache for the next one
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind("\0tern-unit-test")
            daemon = self.tern(change,
                               environment={"NOTIFY_SOCKET": "@tern-unit-test"},
                               wrapper=["strace", "-D", "-f", "-qq", "-o", str(log), "-e",
                                        f"inject={','.join(REFUSED)}:error=EPERM"])
            for words in (["shop.com"], ["+tcp", "shop.com"], ["www.corp.example"], ["www.gone.com"], ["box"]):
                dig(*words, timeout=8)
            dig("shop.com", server="::1")
            self.assertIn("cache read from", daemon.log())
            started = time.time()
            wait_until(lambda: kept.stat().st_mtime > started, "a save")
            daemon.process.send_signal(signal.SIGHUP)
            time.sleep(1)
            dig("-p", "5302", "sale.shop.com")
            daemon.process.send_signal(signal.SIGUSR2)
            wait_until(lambda: "ended after the upgrade" in daemon.log(), "an upgrade")
            successor = int(re.search(r"process (\d+) has taken over", daemon.log()).group(1))
            dig("shop.com")
            os.kill(successor, signal.SIGTERM)
            wait_until(lambda: not pathlib.Path(f"/proc/{successor}/fd/0").exists(), "its end")
            daemon.stop()
            self.assertIn("configuration read again", daemon.log())
        wait_until(lambda: log.read_text(encoding="utf-8", errors="replace").count("exit_group(") >= 2, "strace's end")
        return log.read_text(encoding="utf-8", errors="replace").splitlines()

    def test_the_unit_allows_the_calls_and_families_of_the_program(self):
        lines = self.trace()
        calls = {found.group(1) for line in lines if (found := re.match(r"\d+ +(\w+)\(", line))}
        self.assertTrue(calls & {"io_uring_enter", "epoll_ctl"}, calls)
        self.assertEqual(calls - allowed_calls(), set(REFUSED) & calls)
        families = set(re.findall(r" socket(?:pair)?\((AF_\w+|PF_\w+)", "\n".join(lines)))
        self.assertLessEqual({"AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"}, families)
        self.assertLessEqual(families, set(settings("RestrictAddressFamilies")[0]))
