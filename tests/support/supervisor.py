"""Plays systemd for one ternd: hears what it says (sd_notify), keeps its descriptors, and gives them to the next one."""

import array
import os
import socket
import subprocess
import sys
import threading
import time

# Puts descriptors where a service finds them, and becomes it. Arguments: descriptors with commas, then the command.
AS_SERVICE = """
import fcntl, os, sys
given = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10000) for fd in sys.argv[1].split(",") if fd]
for place, fd in enumerate(given):
    os.dup2(fd, 3 + place, inheritable=True)
os.closerange(3 + len(given), 12000)
if given:
    os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


class Supervisor:
    """One service. `descriptors` is the store: (name, descriptor) in the order in which they came."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(0.05)
        self.descriptors = []
        self.messages = []  # (process that sent it, its lines as a dictionary)
        self.main = 0
        self.closing = False
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.thread = threading.Thread(target=self._hear, daemon=True)
        self.thread.start()

    def _hear(self):
        while not self.closing:
            try:
                text, ancillary, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(64 * 4) + socket.CMSG_SPACE(12))
            except TimeoutError:
                continue
            given, sender = array.array("i"), 0
            for _, kind, octets in ancillary:
                if kind == socket.SCM_RIGHTS:
                    given.frombytes(octets[:len(octets) - len(octets) % given.itemsize])
                elif kind == socket.SCM_CREDENTIALS:
                    sender = int.from_bytes(octets[:4], sys.byteorder)
            said = dict(line.split("=", 1) for line in text.decode().splitlines())
            self._take(said, list(given), sender)
            self.messages.append((sender, said))

    def _take(self, said, given, sender):
        name = said.get("FDNAME", "stored")
        if "MAINPID" in said and sender == self.main:
            self.main = int(said["MAINPID"])
        if "FDSTORE" in said:
            known = {os.fstat(fd).st_ino for _, fd in self.descriptors}
            for fd in given:
                if os.fstat(fd).st_ino in known:
                    os.close(fd)
                else:
                    self.descriptors.append((name, fd))
        if "FDSTOREREMOVE" in said:
            for entry in [entry for entry in self.descriptors if entry[0] == name]:
                os.close(entry[1])
                self.descriptors.remove(entry)

    def heard(self, key, value="1", sender=None):
        return any(said.get(key) == value and sender in (None, by) for by, said in list(self.messages))

    def start(self, command, log, environment=None, given=()):
        """As `systemctl start`, with the store's descriptors and those of `given`, which socket units would bring."""
        given = [*given, *self.descriptors]
        names = ":".join(name for name, _ in given)
        environment = {**os.environ, **(environment or {}), "NOTIFY_SOCKET": str(self.path),
                       **({"LISTEN_FDS": str(len(given)), "LISTEN_FDNAMES": names} if given else {})}
        fds = [fd for _, fd in given]
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            [sys.executable, "-S", "-E", "-c", AS_SERVICE, ",".join(map(str, fds)), *command],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment, pass_fds=fds)
        self.main = process.pid
        return process

    def wait_for(self, key, value="1", sender=None, seconds=15.0):
        end = time.monotonic() + seconds
        while not self.heard(key, value, sender):
            if time.monotonic() > end:
                raise TimeoutError(f"{key}={value} from {sender}: not within {seconds} s; heard {self.messages[-5:]}")
            time.sleep(0.002)

    def close(self):
        if self.closing:
            return
        self.closing = True
        self.thread.join()
        self.socket.close()
        while self.descriptors:
            os.close(self.descriptors.pop()[1])


def next_state(manager):
    """The next datagram to a service manager's socket that is not about kept descriptors."""
    while True:
        told = manager.recv(4096)
        if not told.startswith(b"FDSTORE"):
            return told
