#!/usr/bin/env python3
"""The image of deploy/Containerfile is built and runs as it says. tests/deploy/container_test.py FOLDER

FOLDER has ternd and tern. They stand for the stage that compiles, so that nothing is compiled twice; all other steps
are done. podman runs without root's capabilities in the container, without a network, and with storage of its own
that goes in the end. The base image is made of Debian's packages, and the image installs some more of them.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/deploy"
BUILD = pathlib.Path(sys.argv[1]).resolve()
PROGRAMS = ("podman", "runc", "mmdebstrap")
LACKING = [program for program in PROGRAMS if not shutil.which(program)]
# What containers may have at most, for machines on which even root may not raise it.
LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096")
# As the Containerfile and deploy/compose.yaml run it.
HARDENED = ("--read-only", "--cap-drop=all", "--security-opt", "no-new-privileges",
            "--sysctl", "net.ipv4.ip_unprivileged_port_start=0", "--network", "none", *LIMITS)
SKIPPED = 77


def run(*words, check=True, **more):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, timeout=240, **more)
    if check and done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}\n{done.stdout}")
    return done.stdout if check else done


class Machine:
    """podman with images and containers of its own."""

    def __init__(self, folder):
        self.words = ("podman", "--root", folder / "images", "--runroot", folder / "run", "--runtime", "runc",
                      "--tmpdir", folder / "tmp", "--cgroup-manager", "cgroupfs")

    def __call__(self, *words, **more):
        return run(*self.words, *words, **more)


def make_base(machine, folder):
    tar = folder / "base.tar"
    run("mmdebstrap", "--variant=minbase", "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*", "bookworm", tar)
    for name in ("debian:12", "debian:12-slim"):
        machine("import", "--quiet", tar, f"localhost/{name}")
    tar.unlink()


def runs_here(machine):
    made = machine("run", "--rm", "--network", "none", *LIMITS, "localhost/debian:12-slim", "true", check=False)
    return made.returncode == 0, made.stdout.strip()


class ContainerTest(unittest.TestCase):

    machine = None

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tern-container-"))
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.machine = Machine(folder)
        make_base(cls.machine, folder)
        cls.addClassCleanup(cls.machine, "rmi", "--all", "--force", check=False)
        possible, reason = runs_here(cls.machine)
        if not possible:
            raise unittest.SkipTest(f"podman cannot run a container: {reason}")
        (folder / "compiled/build").mkdir(parents=True)
        for name in ("ternd", "tern"):
            shutil.copy(BUILD / name, folder / "compiled/build" / name)
        cls.machine("build", "--format", "docker", "--pull=never", "--isolation", "chroot", "--network", "host", *LIMITS,
                    "--build-context", f"build={folder / 'compiled'}", "--volume", "/etc/apt:/etc/apt:ro",
                    "--tag", "tern", "--file", ROOT / "deploy/Containerfile", ROOT)

    def start(self, *more):
        name = self.machine("run", "--detach", *HARDENED, *more, "localhost/tern").splitlines()[-1]
        self.addCleanup(self.machine, "rm", "--force", "--time", "0", name, check=False)
        for _ in range(100):
            if "ready" in self.machine("logs", name):
                return name
            time.sleep(0.1)
        self.fail(self.machine("logs", name))

    def test_serves_without_any_right(self):
        name = self.start()
        status = self.machine("exec", name, "cat", "/proc/1/status")
        self.assertRegex(status, r"Uid:\s+65534")
        self.assertRegex(status, r"CapEff:\s+0000000000000000")
        answer = self.machine("exec", name, "tern", "lookup", "localhost", "A", "--server", "127.0.0.1")
        self.assertIn("127.0.0.1", answer)
        log = self.machine("logs", name)
        self.assertNotIn("error", log)

    def test_health_is_that_of_ternd(self):
        """Nobody can be asked without a network, so it lives, is not ready, and says why."""
        name = self.start()
        self.assertEqual(self.machine("exec", name, "tern", "health", check=False).returncode, 1)
        self.assertIn("unready", self.machine("exec", name, "tern", "health", check=False).stdout)
        check = json.loads(self.machine("inspect", "localhost/tern"))[0]["Healthcheck"]
        self.assertEqual(check["Test"], ["CMD", "/usr/bin/tern", "health"])

    def test_takes_commands_and_keeps_its_state(self):
        name = self.start("--volume", "run:/run/tern", "--volume", "state:/var/lib/tern")
        status = json.loads(self.machine("exec", name, "tern", "status", "--json"))
        self.assertTrue(status["ok"])
        self.machine("exec", name, "touch", "/var/lib/tern/kept")
        self.assertIn("kept", self.machine("exec", self.start("--volume", "state:/var/lib/tern"), "ls", "/var/lib/tern"))

    def test_ends_at_once_when_it_is_told(self):
        name = self.start()
        begin = time.monotonic()
        self.machine("stop", "--time", "10", name)
        self.assertLess(time.monotonic() - begin, 5)
        state = json.loads(self.machine("inspect", name))[0]["State"]
        self.assertEqual(state["ExitCode"], 0)


class ManifestTest(unittest.TestCase):

    def tampered(self, file, old, new):
        text = (ROOT / file).read_text(encoding="utf-8")
        self.assertIn(old, text)
        # Beside the other one, because paths in it count from there.
        changed = tempfile.NamedTemporaryFile("w", suffix=".yaml")
        self.addCleanup(changed.close)
        changed.write(text.replace(old, new))
        changed.flush()
        return changed.name

    def test_kubernetes_knows_every_key(self):
        check = ("/usr/bin/python3", HERE / "kubernetes_schema.py")
        run(*check, ROOT / "deploy/kubernetes/tern.yaml")
        wrong = self.tampered("deploy/kubernetes/tern.yaml", "readOnlyRootFilesystem", "readonlyRootFilesystem")
        self.assertIn("readonlyRootFilesystem: unknown key", run(*check, wrong, check=False).stdout)

    def test_compose_knows_every_key(self):
        run("docker-compose", "--file", ROOT / "deploy/compose.yaml", "config", "--quiet")
        wrong = self.tampered("deploy/compose.yaml", "read_only", "readonly")
        self.assertNotEqual(run("docker-compose", "--file", wrong, "config", "--quiet", check=False).returncode, 0)

    def test_ternd_takes_the_configurations(self):
        text = subprocess.run(["/usr/bin/python3", "-c", "import sys, yaml\n"
                               "for each in yaml.safe_load_all(sys.stdin):\n"
                               "  if each['kind'] == 'ConfigMap': print(each['data']['tern.yaml'])"],
                              input=(ROOT / "deploy/kubernetes/tern.yaml").read_text(encoding="utf-8"),
                              capture_output=True, text=True, check=True).stdout
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            for path in (file.name, ROOT / "deploy/container.yaml"):
                run(BUILD / "ternd", "--check", "--config", path)


def main():
    if LACKING or os.geteuid() != 0:
        print(f"cannot run here: {', '.join(LACKING) + ' not installed' if LACKING else 'needs root'}")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)
    result = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2).result
    if result.skipped:
        print(f"cannot run here: {result.skipped[0][1]}")
    skipped = 1 if os.environ.get("CI") == "true" else SKIPPED
    sys.exit(1 if not result.wasSuccessful() else skipped if result.skipped else 0)


if __name__ == "__main__":
    main()
