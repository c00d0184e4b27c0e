"""deploy/install makes Tern a service, and undoes it. systemctl is a script of the test's own that notes what it is
told: a service manager cannot be started here."""

import os
import pathlib
import pwd
import shlex
import subprocess
import tempfile
import unittest

from internet import TERND, Program, dig, wait_until

INSTALL = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "install"
CONFIG = pathlib.Path("/etc/tern/tern.yaml")
PREFIX = pathlib.Path("/usr/local")
SYSTEMCTL = """#!/bin/sh
echo "$*" >>/run/systemctl.log
case $* in *restart*) [ ! -e /run/does-not-start ] ;; esac
"""


def tern_files():
    """What lies below the prefix, with the folders that are Tern's alone."""
    return sorted(str(path.relative_to(PREFIX)) for path in PREFIX.rglob("*")
                  if path.is_file() or path.name == "tern")


class InstallTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        """Everything that is written to is this mount namespace's own."""
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        folder = tempfile.TemporaryDirectory(prefix="tern-etc-")
        cls.addClassCleanup(folder.cleanup)
        subprocess.run(["cp", "-a", "/etc/.", folder.name], check=True)
        subprocess.run(["mount", "--bind", folder.name, "/etc"], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", "-l", "/etc"], check=True)
        for path in ("/usr/local", "/var/lib", "/var/cache", "/run"):
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
            cls.addClassCleanup(subprocess.run, ["umount", "-l", path], check=True)

    def setUp(self):
        pathlib.Path("/run/systemd/system").mkdir(parents=True, exist_ok=True)
        pathlib.Path("/run/systemctl.log").write_text("", encoding="ascii")
        pathlib.Path("/run/does-not-start").unlink(missing_ok=True)
        programs = pathlib.Path("/run/programs")
        programs.mkdir(exist_ok=True)
        (programs / "systemctl").write_text(SYSTEMCTL, encoding="ascii")
        (programs / "systemctl").chmod(0o755)
        self.addCleanup(self.install, "--purge")

    def install(self, *words):
        return subprocess.run([INSTALL, *words], capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, "TERN_INSTALL_BUILD": str(pathlib.Path(TERND).parent),
                                   "PATH": "/run/programs:" + os.environ["PATH"]})

    def told(self):
        return pathlib.Path("/run/systemctl.log").read_text(encoding="ascii").splitlines()

    def test_makes_a_service_of_it(self):
        run = self.install()
        self.assertEqual(run.returncode, 0, run)
        self.assertIn("deploy/install --undo", run.stdout)
        self.assertEqual(self.told(), ["-q daemon-reload", "-q enable tern", "-q restart tern"])
        unit = (PREFIX / "lib/systemd/system/tern.service").read_text(encoding="ascii")
        self.assertIn("ExecStart=/usr/local/sbin/ternd --config /etc/tern/tern.yaml", unit)
        self.assertNotIn("/usr/local/etc", unit)
        self.assertFalse((PREFIX / "etc/tern").exists())

    def test_the_configuration_is_for_root_and_tern_alone(self):
        self.install()
        user = pwd.getpwnam("tern")
        state = CONFIG.stat()
        self.assertEqual((state.st_uid, state.st_gid, state.st_mode & 0o777), (0, user.pw_gid, 0o640))
        check = [str(PREFIX / "sbin/ternd"), "--check", "--config", str(CONFIG)]
        as_tern = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        self.assertEqual(subprocess.run([*as_tern, *check], capture_output=True, check=False).returncode, 0)
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        self.assertEqual(subprocess.run([*as_nobody, *check], capture_output=True, check=False).returncode, 1)

    def test_an_upgrade_keeps_the_configuration(self):
        self.install()
        CONFIG.write_text("workers: 1\n", encoding="ascii")
        run = self.install()
        self.assertEqual(run.returncode, 0, run)
        self.assertIn("upgraded", run.stdout)
        self.assertEqual(CONFIG.read_text(encoding="ascii"), "workers: 1\n")

    def test_a_broken_configuration_stops_an_upgrade_before_it_begins(self):
        self.install()
        before = tern_files()
        CONFIG.write_text("workrs: 1\n", encoding="ascii")
        pathlib.Path("/run/systemctl.log").write_text("", encoding="ascii")
        run = self.install()
        self.assertEqual(run.returncode, 1)
        self.assertIn("did you mean workers?", run.stderr)
        self.assertIn("nothing was changed", run.stderr)
        self.assertEqual((self.told(), tern_files()), ([], before))

    def test_undo_leaves_only_what_is_the_operators(self):
        self.assertEqual(tern_files(), [])
        self.install()
        self.assertIn("sbin/ternd", tern_files())
        run = self.install("--undo")
        self.assertEqual(run.returncode, 0, run)
        self.assertIn("-q disable --now tern", self.told())
        self.assertEqual(tern_files(), [])
        self.assertTrue(CONFIG.exists())
        self.assertIn("/etc/resolv.conf names this machine", run.stdout)
        self.assertIn("nothing to undo", self.install("--undo").stdout)

    def test_purge_leaves_nothing(self):
        self.install()
        kept = [pathlib.Path("/var", name, "tern") for name in ("lib", "cache")]
        for path in kept:
            path.mkdir(exist_ok=True)
        self.assertEqual(self.install("--purge").returncode, 0)
        self.assertFalse(CONFIG.parent.exists())
        self.assertEqual([path for path in kept if path.exists()], [])
        with self.assertRaises(KeyError):
            pwd.getpwnam("tern")

    def test_purge_leaves_the_files_of_a_debian_package_alone(self):
        self.install()
        before = tern_files()
        query = pathlib.Path("/run/programs/dpkg-query")
        query.write_text("#!/bin/sh\necho config-files\n", encoding="ascii")
        query.chmod(0o755)
        run = self.install("--purge")
        query.unlink()
        self.assertEqual(run.returncode, 1)
        self.assertIn("apt-get purge tern", run.stderr)
        self.assertTrue(CONFIG.exists())
        self.assertEqual(tern_files(), before)

    def test_says_who_is_in_the_way_when_the_service_does_not_start(self):
        pathlib.Path("/run/does-not-start").touch()
        run = self.install()
        self.assertEqual(run.returncode, 1)
        self.assertIn("the service does not start", run.stderr)

    def test_without_systemd_it_says_how_to_start(self):
        pathlib.Path("/run/systemd/system").rmdir()
        run = self.install()
        self.assertEqual(run.returncode, 0, run)
        self.assertEqual(self.told(), [])
        commands = [line.strip() for line in run.stdout.splitlines() if line.startswith("    ")]
        for command in commands[:-1]:
            subprocess.run(shlex.split(command), check=True)
        folder = tempfile.TemporaryDirectory(prefix="tern-net-")  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        daemon = Program(pathlib.Path(folder.name), "ternd", shlex.split(commands[-1]))
        self.addCleanup(daemon.stop)
        wait_until(lambda: "ready" in daemon.log(), "ternd ready")
        self.assertNotRegex(daemon.log(), "cannot be kept|control.socket")
        self.assertEqual(dig("localhost", "A").rdata("A"), ["127.0.0.1"])
        status = pathlib.Path("/proc", str(daemon.process.pid), "status").read_text(encoding="ascii")
        self.assertIn(f"\nUid:\t{pwd.getpwnam('tern').pw_uid}\t", status)

    def test_unknown_options_are_named(self):
        run = self.install("--remove")
        self.assertEqual(run.returncode, 2)
        self.assertIn('unknown option "--remove"', run.stderr)
