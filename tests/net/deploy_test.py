"""The README's first command, in a namespace where there is no internet."""

import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest

from internet import TERN, TERND, dig

UP = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "up"


def processes():
    """Command lines of all programs in this process namespace, our own left out."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if line and int(folder.name) != os.getpid():
            found[int(folder.name)] = line
    return found


class DeployTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        # getaddrinfo looks for IPv4 addresses only where there is one beside 127.0.0.1.
        subprocess.run(["ip", "addr", "add", "198.18.250.1/32", "dev", "lo"], check=True)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tern-up-test-")
        self.addCleanup(folder.cleanup)
        self.state = pathlib.Path(folder.name, "state")
        self.addCleanup(self.up, "--stop")

    def up(self, *words, **environment):
        return subprocess.run([UP, *words], capture_output=True, text=True, timeout=90, check=False,
                              env={**os.environ, "TERN_UP_PROGRAMS": str(pathlib.Path(TERND).parent),
                                   "TERN_UP_INTERNET": "no", "TERN_UP_STATE": str(self.state),
                                   **environment})

    def test_brings_up_a_small_internet_and_resolves_in_it(self):
        run = self.up()
        self.assertEqual(run.returncode, 0, run)
        for words in ("no internet here", "127.0.0.1:53", "198.18.10.2", "www.library.org.",
                      "www.bookshop.com.", "10 mx1.bookshop.com.", "20 backup.delivery.org.",
                      "This is a trial", "deploy/install", "leave /etc/resolv.conf as it is"):
            self.assertIn(words, run.stdout)
        self.assertNotIn("nameserver 127.0.0.1", run.stdout)
        signed, bogus = re.search(r"a signed domain(.*)a bogus domain(.*)tern lookup", run.stdout,
                                  re.DOTALL).groups()
        self.assertRegex(signed, r"status: NOERROR[^$]*flags: qr rd ra ad;")
        self.assertRegex(bogus, r"status: SERVFAIL[^$]*EDE: 7 \(Signature Expired\)")
        self.assertIn("ad", dig("bookshop.com", "MX").flags)
        self.assertNotIn("ad", dig("www.library.org", "A").flags)
        self.assertLess(run.stdout.index("10 mx1"), run.stdout.index("20 backup"))
        self.assertEqual(dig("x.tables.cafe.com", "A").rdata("A"), ["198.18.11.9"])
        self.assertEqual(dig("nothing.cafe.com", "A").status, "NXDOMAIN")
        # Root started it. It runs as nobody that may bind low ports, and read in this folder of root's.
        pid = (self.state / "ternd.pid").read_text().strip()
        status = dict(line.split(":\t", 1) for line in
                      pathlib.Path("/proc", pid, "status").read_text().splitlines())
        self.assertEqual(status["Uid"].split(), ["65534"] * 4)
        self.assertEqual(status["Gid"].split(), ["65534"] * 4)
        self.assertEqual(int(status["CapEff"], 16), 1 << 10 | 1 << 2)
        self.assertEqual(int(status["CapBnd"], 16), 1 << 10 | 1 << 2)
        # As a program of this machine sees it.
        found = subprocess.run(["getent", "ahostsv4", "shop.bookshop.com"], capture_output=True, text=True,
                               check=False)
        self.assertIn("198.18.12.1", found.stdout)

    def test_twice_is_fine_and_stop_ends_everything(self):
        self.assertEqual(self.up().returncode, 0)
        first = [pid for pid, line in processes().items() if "tern.yaml" in line]
        run = self.up()
        self.assertEqual(run.returncode, 0, run)
        second = [pid for pid, line in processes().items() if "tern.yaml" in line]
        self.assertEqual((len(first), len(second)), (1, 1))
        self.assertNotEqual(first, second)
        self.assertIn("the ternd of the last run is stopped first", run.stdout)
        run = self.up("--stop")
        self.assertEqual(run.returncode, 0)
        self.assertIn("take this line out of /etc/resolv.conf:  nameserver 127.0.0.1", run.stdout)
        time.sleep(0.2)
        self.assertEqual([l for l in processes().values() if str(self.state) in l], [])
        self.assertFalse(self.state.exists())
        self.assertEqual(self.up("--stop").returncode, 0)

    def test_stop_takes_back_what_resolv_conf_did(self):
        folder = tempfile.TemporaryDirectory(prefix="tern-etc-")  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        subprocess.run(["cp", "-a", "/etc/.", folder.name], check=True)
        subprocess.run(["mount", "--bind", folder.name, "/etc"], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", "/etc"], check=True)
        resolv_conf = pathlib.Path("/etc/resolv.conf")
        resolv_conf.unlink(missing_ok=True)
        resolv_conf.write_text("nameserver 192.0.2.53\n", encoding="ascii")
        self.assertEqual(self.up().returncode, 0)
        on = subprocess.run([UP.parent / "resolv-conf", "on", "127.0.0.1", "www.bookshop.com"], check=False,
                            capture_output=True, text=True, env={**os.environ, "TERN": TERN})
        self.assertEqual(on.returncode, 0, on)
        self.assertIn("nameserver 127.0.0.1", resolv_conf.read_text(encoding="ascii"))
        run = self.up("--stop")
        self.assertEqual(resolv_conf.read_text(encoding="ascii"), "nameserver 192.0.2.53\n")
        self.assertIn("/etc/resolv.conf: off: as it was before", run.stdout)

    def test_says_so_when_port_53_is_taken(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 53))
            run = self.up()
            self.assertEqual(run.returncode, 0, run)
            self.assertIn("127.0.0.1:53 is taken by python3", run.stdout)
            self.assertIn("ternd runs on 127.0.0.2:53", run.stdout)
            other.close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            self.up("--stop")
            other.bind(("0.0.0.0", 53))
            run = self.up()
            self.assertIn("ternd runs on 127.0.0.1:5300", run.stdout)
            self.assertEqual(dig("-p", "5300", "www.cafe.com", "A").rdata("A"), ["198.18.11.1"])

    def test_errors_are_clear(self):
        run = self.up("--sideways")
        self.assertEqual(run.returncode, 2)
        self.assertIn('unknown option "--sideways"', run.stderr)
        self.assertIn("--stop", run.stderr)
        run = self.up(TERN_UP_PROGRAMS="/no/such/folder")
        self.assertEqual(run.returncode, 1)
        self.assertIn("/no/such/folder", run.stderr)
        broken = self.state.parent / "programs"
        broken.mkdir()
        for name in ("ternd", "tern"):
            (broken / name).write_text("#!/bin/sh\necho cannot do it >&2\nexit 1\n")
            (broken / name).chmod(0o755)
        run = self.up(TERN_UP_PROGRAMS=str(broken))
        self.assertEqual(run.returncode, 1)
        self.assertIn("cannot do it", run.stderr)

    def test_without_an_answer_from_the_root_it_takes_the_small_internet(self):
        """TERN_UP_INTERNET is not set: the root is asked, and here there is no way to it."""
        run = self.up(TERN_UP_INTERNET="")
        self.assertEqual(run.returncode, 0, run)
        self.assertIn("no internet here", run.stdout)
