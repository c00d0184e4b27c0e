"""Fresh network, mount and process namespaces: no packet leaves, nothing outlives the run (--kill-child makes
the kernel end every process with it)."""

import os
import subprocess
import sys
import tempfile

SKIPPED = 77  # the exit code for CTest
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def _mounts_would_be_seen_outside():
    """What is mounted inside must not appear outside, as it would below a shared mount."""
    with tempfile.TemporaryDirectory(prefix="tern-mount-") as folder:
        with subprocess.Popen(["unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
                               'mount -t tmpfs none "$1" && echo mounted && read _', "sh", folder],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as probe:
            probe.stdout.readline()
            seen = os.path.ismount(folder)
            probe.communicate("\n")
        if seen:
            subprocess.run(["umount", folder], check=False)
    return seen


def unshare():
    """Returns (the command that enters, or None; the reason why there is none)."""
    command = list(UNSHARE)
    if os.geteuid() != 0:
        command[1:1] = ["--user", "--map-root-user"]
    inside = ["ip", "link", "set", "lo", "up"]
    first = subprocess.run([*command, *inside], capture_output=True, text=True, check=False)
    if first.returncode == 0:
        return command, ""
    # In a chroot "/" is no mount, so that it cannot be made private; mostly it need not be.
    if _mounts_would_be_seen_outside():
        return None, ("this root folder lies on a shared mount: make it a mount of its own first "
                      "(mount --bind FOLDER FOLDER; mount --make-private FOLDER)")
    command[1:1] = ["--propagation", "unchanged"]
    second = subprocess.run([*command, *inside], capture_output=True, text=True, check=False)
    if second.returncode != 0:
        return None, f"no namespaces: {first.stderr.strip()}"
    return command, ""


def run_again(script):
    """Runs the script that was started, with --inside before its words, in fresh namespaces. Returns its exit code.
    Where there are none, it says why. With CI=true that is a failure."""
    enter, reason = unshare()
    if not enter:
        print(f"cannot run here: {reason}", flush=True)
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    return subprocess.run([*enter, sys.executable, script, "--inside", *sys.argv[1:]], check=False).returncode
