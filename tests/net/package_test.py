"""deploy/package makes a Debian package that installs, upgrades and goes again. dpkg and systemd-sysusers are real;
they change a copy of this machine's root folder (an overlay). systemctl is a script of the test's own that notes
what it is told, and leaves only links to the real one: a service manager cannot be started here."""

import os
import pathlib
import pwd
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import unittest

from internet import TERND

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = "etc/tern/tern.yaml"
SYSTEMCTL = """#!/bin/sh
echo "$*" >>/run/systemctl.log
case $* in
  --root=*) exec systemctl.real "$@" ;;
  *is-enabled*) exec systemctl.real --root=/ is-enabled tern.service ;;
  *is-active*) [ -e /run/started ] ;;
  *start*) [ ! -e /run/does-not-start ] && touch /run/started ;;
  *stop*) rm -f /run/started ;;
esac
"""
PROGRAMS = ("dh", "dpkg-buildpackage", "lintian", "systemd-analyze", "systemd-sysusers")
LACKING = [program for program in PROGRAMS if not shutil.which(program)]


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, timeout=200, **more)
    if done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def users_can_be_changed():
    """As root of a user namespace of its own, nothing can belong to the user tern."""
    return pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2] == "4294967295"


def next_version(package, folder):
    """The same package as version 0.1.0+next, with another configuration."""
    tree = folder / "next"
    run("dpkg-deb", "--raw-extract", package, tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+next", control.read_text(encoding="utf-8")),
                       encoding="utf-8")
    with (tree / CONFIG).open("a", encoding="utf-8") as file:
        file.write("# a default of the next version\n")
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, folder / "next.deb")
    return folder / "next.deb"


@unittest.skipIf(LACKING, f"these are not installed: {LACKING}")
@unittest.skipUnless(users_can_be_changed(), "needs root")
class PackageTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tern-package-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        printed = run(ROOT / "deploy/package", cls.folder,
                      env={**os.environ, "TERN_PACKAGE_BUILD": str(pathlib.Path(TERND).parent)})
        cls.package = pathlib.Path(printed.splitlines()[-1])
        cls.next = next_version(cls.package, cls.folder)

    def setUp(self):
        """The root folder that is changed: of this mount namespace alone, and in memory."""
        mounts = pathlib.Path(tempfile.mkdtemp(prefix="tern-root-"))
        self.addCleanup(mounts.rmdir)
        self.mount("-t", "tmpfs", "tmpfs", mounts)
        self.changed, work, self.top = (mounts / name for name in ("changed", "work", "root"))
        for path in (self.changed, work, self.top):
            path.mkdir()
        try:
            self.mount("-t", "overlay", "-o", f"lowerdir=/,upperdir={self.changed},workdir={work}", "overlay", self.top)
        except AssertionError as error:
            self.skipTest(f"the root folder cannot be laid over: {error}")
        self.mount("-t", "tmpfs", "tmpfs", self.top / "run")
        self.mount("-t", "tmpfs", "tmpfs", self.top / "tmp")
        self.mount("--rbind", "/proc", self.top / "proc")
        self.mount("--rbind", "/dev", self.top / "dev")
        (self.top / "run/systemd/system").mkdir(parents=True)
        systemctl = self.top / "usr/bin/systemctl"
        systemctl.rename(systemctl.with_suffix(".real"))
        systemctl.write_text(SYSTEMCTL, encoding="ascii")
        systemctl.chmod(0o755)
        for path in ("usr/sbin/policy-rc.d", "var/lib/man-db/auto-update"):  # no service may start; takes long
            (self.top / path).unlink(missing_ok=True)
        shutil.copy(self.package, self.top / "run/tern.deb")
        shutil.copy(self.next, self.top / "run/next.deb")

    def mount(self, *words):
        run("mount", *words)
        self.addCleanup(run, "umount", "-l", words[-1])

    def inside(self, *words):
        return run("chroot", self.top, *words, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"})

    def dpkg(self, *words):
        return self.inside("dpkg", "--force-unsafe-io", "--force-confold", *words)

    def told(self):
        """What systemctl was told since this was asked last."""
        path = self.top / "run/systemctl.log"
        lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        path.write_text("", encoding="ascii")
        return lines

    def owner_group_mode(self, name):
        state = (self.top / name).stat()
        passwd = (self.top / "etc/passwd").read_text(encoding="utf-8")
        tern = re.search(r"(?m)^tern:[^:]*:\d+:(\d+):", passwd)
        group = "tern" if tern and state.st_gid == int(tern.group(1)) else state.st_gid
        return pwd.getpwuid(state.st_uid).pw_name, group, stat.S_IMODE(state.st_mode)

    def left(self):
        """The files of Tern that were made or changed since the copy began."""
        return sorted(path.relative_to(self.changed).as_posix() for path in self.changed.rglob("*tern*")
                      if re.match(r"_?ternd?\b", path.name) and not stat.S_ISCHR(path.lstat().st_mode))

    def test_has_the_files_that_an_operator_expects(self):
        lines = [line.split() for line in run("dpkg-deb", "--contents", self.package).splitlines()]
        files = {words[5][1:]: (words[1], words[0]) for words in lines if words[0].startswith("-")}
        self.assertEqual({name for name, (owner, mode) in files.items() if mode == "-rwxr-xr-x"},
                         {"/usr/sbin/ternd", "/usr/bin/tern", "/usr/share/tern/resolv-conf"})
        self.assertEqual({owner for owner, mode in files.values()}, {"root/root"})
        for name in ("/etc/tern/tern.yaml", "/lib/systemd/system/tern.service", "/usr/lib/sysusers.d/tern.conf",
                     "/usr/lib/sysctl.d/tern.conf", "/usr/share/man/man1/tern.1.gz",
                     "/usr/share/man/man5/tern.yaml.5.gz", "/usr/share/man/man8/ternd.8.gz",
                     "/usr/share/bash-completion/completions/tern", "/usr/share/bash-completion/completions/ternd",
                     "/usr/share/zsh/vendor-completions/_tern", "/usr/share/zsh/vendor-completions/_ternd",
                     "/usr/share/doc/tern/README.Debian", "/usr/share/doc/tern/CHANGELOG.md.gz",
                     "/usr/share/doc/tern/examples/tern.yaml", "/usr/share/doc/tern/copyright"):
            self.assertIn(name.removesuffix(".gz"), {file.removesuffix(".gz") for file in files})

    def test_says_what_it_needs_and_which_version_it_is(self):
        def field(name):
            return run("dpkg-deb", "--field", self.package, name).strip()
        version = re.search(r"project\(tern VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
        self.assertEqual(field("Version"), version.group(1))
        self.assertEqual(self.package.name, f"tern_{version.group(1)}_{run('dpkg', '--print-architecture').strip()}.deb")
        needed = {words.split()[0] for words in field("Depends").split(",")}
        container = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
        libraries = set(re.search(r"--no-install-recommends \\\n(.*?) \\\n", container, re.S).group(1).split())
        self.assertLessEqual(libraries | {"libc6", "systemd"}, needed)
        self.assertFalse([name for name in needed if name.endswith("-dev")])
        self.assertEqual(run("dpkg-deb", "--info", self.package, "conffiles"), f"/etc/logrotate.d/tern\n/{CONFIG}\n")

    def test_lintian_has_nothing_to_say(self):
        self.assertEqual(run("lintian", "--allow-root", "--fail-on", "error,warning", self.package,
                             stdin=subprocess.DEVNULL).replace(
                                 "running with root privileges is not recommended!\n", ""), "")

    def test_installs_and_starts_a_service(self):
        self.dpkg("--install", "/run/tern.deb")
        told = self.told()
        self.assertIn("--system daemon-reload", told)
        self.assertTrue([line for line in told if re.search(r"\b(re)?start tern\.service$", line)], told)
        wants = self.top / "etc/systemd/system/multi-user.target.wants/tern.service"
        self.assertTrue(wants.is_symlink())  # it starts at boot
        self.assertIn("ternd", self.inside("/usr/sbin/ternd", "--version"))
        self.assertIn("tern lookup", self.inside("/usr/bin/tern", "--help"))

    def test_the_unit_is_sound(self):
        self.dpkg("--install", "/run/tern.deb")
        printed = self.inside("systemd-analyze", "verify", "--man=yes", "/lib/systemd/system/tern.service")
        self.assertFalse([line for line in printed.splitlines() if "tern" in line], printed)

    def test_the_configuration_is_for_root_and_tern_alone(self):
        self.dpkg("--install", "/run/tern.deb")
        self.assertEqual(self.owner_group_mode(CONFIG), ("root", "tern", 0o640))
        check = ["/usr/sbin/ternd", "--check", "--config", f"/{CONFIG}"]
        self.inside("setpriv", "--reuid=tern", "--regid=tern", "--clear-groups", *check)
        with self.assertRaises(AssertionError):
            self.inside("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *check)

    def test_an_upgrade_keeps_what_the_operator_wrote(self):
        self.dpkg("--install", "/run/tern.deb")
        (self.top / CONFIG).write_text("workers: 1\n", encoding="ascii")
        (self.top / CONFIG).chmod(0o600)
        self.told()
        self.dpkg("--install", "/run/next.deb")
        self.assertEqual((self.top / CONFIG).read_text(encoding="ascii"), "workers: 1\n")
        self.assertEqual(self.owner_group_mode(CONFIG), ("root", "tern", 0o600))
        self.assertTrue([line for line in self.told() if line.endswith("restart tern.service")])

    def test_an_upgrade_that_refuses_the_configuration_leaves_the_old_process(self):
        self.dpkg("--install", "/run/tern.deb")
        (self.top / CONFIG).write_text("workrs: 1\n", encoding="ascii")
        self.told()
        printed = self.dpkg("--install", "/run/next.deb")
        self.assertEqual([line for line in self.told() if line.endswith("restart tern.service")], [])
        self.assertIn("the new version does not accept /etc/tern/tern.yaml", printed)
        self.assertIn("did you mean workers?", printed)
        self.assertNotIn("the service does not run", printed)
        self.assertEqual(self.inside("dpkg-query", "-W", "-f", "${db:Status-Status}", "tern"), "installed")

    def test_removal_takes_back_what_resolv_conf_did(self):
        self.dpkg("--install", "/run/tern.deb")
        kept = self.top / "etc/resolv.conf.before-tern"
        (self.top / "etc/resolv.conf").unlink(missing_ok=True)
        (self.top / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="ascii")
        kept.write_text("nameserver 192.0.2.53\n", encoding="ascii")
        self.dpkg("--remove", "tern")
        self.assertFalse(kept.exists())
        self.assertEqual((self.top / "etc/resolv.conf").read_text(encoding="ascii"), "nameserver 192.0.2.53\n")

    def test_an_upgrade_replaces_what_nobody_changed(self):
        self.dpkg("--install", "/run/tern.deb")
        self.dpkg("--install", "/run/next.deb")
        self.assertIn("a default of the next version", (self.top / CONFIG).read_text(encoding="utf-8"))
        self.assertEqual(self.owner_group_mode(CONFIG), ("root", "tern", 0o640))

    def test_permissions_that_an_administrator_fixed_before_stay(self):
        self.inside("dpkg-statoverride", "--add", "root", "root", "0600", f"/{CONFIG}")
        self.dpkg("--install", "/run/tern.deb")
        self.assertEqual(self.owner_group_mode(CONFIG), ("root", 0, 0o600))

    def test_removal_leaves_configuration_and_state(self):
        self.dpkg("--install", "/run/tern.deb")
        (self.top / "var/lib/tern").mkdir(exist_ok=True)
        self.told()
        self.dpkg("--remove", "tern")
        self.assertTrue([line for line in self.told() if line.endswith("stop tern.service")])
        self.assertTrue((self.top / CONFIG).exists())
        self.assertTrue((self.top / "var/lib/tern").exists())
        self.assertFalse((self.top / "usr/sbin/ternd").exists())

    def test_purge_leaves_nothing(self):
        self.dpkg("--install", "/run/tern.deb")
        self.assertIn("usr/sbin/ternd", self.left())
        (self.top / "var/lib/tern").mkdir(exist_ok=True)
        (self.top / "var/lib/tern/anchors").touch()
        (self.top / "var/cache/tern").mkdir(exist_ok=True)
        (self.top / "var/cache/tern/cache").touch()
        self.dpkg("--purge", "tern")
        self.assertEqual(self.left(), [])

    def test_says_who_has_port_53_and_installs_all_the_same(self):
        (self.top / "run/does-not-start").touch()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 53))
            printed = self.dpkg("--install", "/run/tern.deb")
        self.assertIn("tern: the service does not run", printed)
        self.assertRegex(printed, r'tern: 127\.0\.0\.1:53 is taken by .*"python3')
        self.assertEqual(self.inside("dpkg-query", "-W", "-f", "${db:Status-Status}", "tern"), "installed")

    def test_says_nothing_of_a_service_that_the_operator_switched_off(self):
        self.dpkg("--install", "/run/tern.deb")
        self.inside("systemctl", "--root=/", "disable", "tern.service")
        (self.top / "run/started").unlink()
        self.assertNotIn("the service does not run", self.dpkg("--install", "/run/next.deb"))

    def test_deploy_package_names_unknown_options(self):
        done = subprocess.run([ROOT / "deploy/package", "--to"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('unknown option "--to"', done.stderr)
