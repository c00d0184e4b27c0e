#!/usr/bin/env python3
"""Both builds install the same files where Debian expects them.

    tests/deploy/install_test.py CMAKE MESON

CMAKE and MESON are the folders of whole builds. Meson's prefix is /usr.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CMAKE, MESON = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
UNIT_DIRS = ("lib/systemd/system", "usr/lib/systemd/system")


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def files(folder):
    return {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777
            for path in folder.rglob("*") if path.is_file()}


class InstallTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tern-install-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.cmake = cls.install("cmake")
        cls.meson = cls.install("meson")

    @classmethod
    def install(cls, build):
        """Returns the folder that stands for /."""
        top = cls.folder / build
        words = {"cmake": ("cmake", "--install", CMAKE, "--prefix", "/usr"),
                 "meson": ("meson", "install", "--no-rebuild", "-C", MESON)}[build]
        run(*words, env={**os.environ, "DESTDIR": str(top)})
        return top

    def test_both_builds_install_the_same_files(self):
        self.assertEqual(files(self.cmake), files(self.meson))
        for name in files(self.cmake):
            if not name.endswith(("/ternd", "/tern")) or "completion" in name:
                self.assertEqual((self.cmake / name).read_bytes(), (self.meson / name).read_bytes(), name)

    def test_files_lie_where_debian_expects_them(self):
        found = files(self.cmake)
        for name in ("usr/sbin/ternd", "usr/bin/tern"):
            self.assertEqual(found[name], 0o755, name)
        for name in ("usr/share/man/man1/tern.1", "usr/share/man/man5/tern.yaml.5", "usr/share/man/man8/ternd.8",
                     "usr/lib/sysctl.d/tern.conf", "usr/lib/sysusers.d/tern.conf", "usr/share/doc/tern/examples/tern.yaml", "etc/tern/tern.yaml"):
            self.assertEqual(found[name], 0o644, name)
        self.assertEqual(len([name for name in found if name.endswith("tern.service")]), 1)
        optional = {"completions/tern.bash": "usr/share/bash-completion/completions/tern",
                    "completions/ternd.bash": "usr/share/bash-completion/completions/ternd",
                    "completions/_tern": "usr/share/zsh/vendor-completions/_tern",
                    "completions/_ternd": "usr/share/zsh/vendor-completions/_ternd",
                    "schema/tern.schema.json": "usr/share/tern/tern.schema.json"}
        for source, target in optional.items():
            self.assertEqual((ROOT / "deploy" / source).exists(), target in found, target)

    def test_the_unit_names_what_was_installed(self):
        unit = next(self.cmake / folder / "tern.service" for folder in UNIT_DIRS
                    if (self.cmake / folder / "tern.service").exists())
        words = unit.read_text(encoding="utf-8").replace("=", " ").split()
        named = {word for word in words if word.startswith(("/usr/", "/etc/"))}
        self.assertEqual(named, {"/usr/sbin/ternd", "/etc/tern/tern.yaml"})

    def test_the_unit_allows_the_sockets_that_list_interfaces_and_addresses(self):
        unit = (ROOT / "deploy/tern.service.in").read_text(encoding="utf-8")
        line = next(line for line in unit.splitlines() if line.startswith("RestrictAddressF"))
        self.assertIn("AF_NETLINK", line.split("=")[1].split())

    def test_the_unit_never_gives_up_restarts(self):
        unit = (ROOT / "deploy/tern.service.in").read_text(encoding="utf-8")
        self.assertIn("StartLimitIntervalSec=0", unit.split("[Service]")[0].splitlines())

    def test_the_container_has_a_user_by_number_and_serves_all_private_blocks(self):
        container = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
        self.assertRegex(container, r"\nUSER [1-9][0-9]*:[1-9][0-9]*\n")
        settings = (ROOT / "deploy/container.yaml").read_text(encoding="utf-8")
        for block in ("10.0.0.0/8", "100.64.0.0/10", "fd00::/8", "fe80::/10"):
            self.assertIn(f'"{block}"', settings)

    def test_installed_programs_run(self):
        for top in (self.cmake, self.meson):
            run(top / "usr/sbin/ternd", "--check", "--config", top / "etc/tern/tern.yaml")
            self.assertIn("tern lookup", run(top / "usr/bin/tern", "--help"))

    def test_an_operators_file_is_kept(self):
        for build, top in (("cmake", self.cmake), ("meson", self.meson)):
            path = top / "etc/tern/tern.yaml"
            before = path.read_bytes()
            path.write_text("workers: 1\n", encoding="ascii")
            self.install(build)
            self.assertEqual(path.read_text(encoding="ascii"), "workers: 1\n")
            path.write_bytes(before)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
