"""A program that has a terminal, as a test sees it."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time

from internet import Failed, wait_until

ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"  # the alternate screen
_CODE = re.compile(rb"\x1b\[[?0-9;]*[A-Za-z]")


class Pseudoterminal:
    """`words` run on it, as the terminal's session. Leaves a `with` only after the program's end."""

    def __init__(self, words, rows, columns, environment=None):
        self.master, self.slave = os.openpty()
        self.resize(rows, columns)
        self.settings = termios.tcgetattr(self.slave)
        self.written = b""
        self.process = subprocess.Popen(
            words, stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            env={**os.environ, "TERM": "xterm", **(environment or {})},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def read(self, seconds=0.0):
        """All that was written, with what comes within that time."""
        while select.select([self.master], [], [], seconds)[0]:
            self.written += os.read(self.master, 65536)
            seconds = 0
        return self.written

    def screen(self):
        """The lines of the last whole screen, without colours; empty before the first one."""
        screens = self.read().split(b"\x1b[H")[1:]
        whole = [screen for screen in screens if b"\x1b[J" in screen]
        if not whole:
            return []
        text = _CODE.sub(b"", whole[-1].split(b"\x1b[J")[0])
        return text.decode("ascii").replace("\r", "").split("\n")

    def wait_for(self, condition, what, seconds=10):
        """Until `condition` holds for the screen's lines."""
        deadline = time.monotonic() + seconds
        while not condition(self.screen()):
            if time.monotonic() > deadline:
                raise Failed(f"{what}: not within {seconds} s: {self.screen()}")
            self.read(0.05)

    def is_as_before(self):
        """Whether the program has given the terminal back."""
        return termios.tcgetattr(self.slave) == self.settings and self.read(0.1).endswith(LEFT)

    def wait_for_stop(self):
        """Until the program is stopped, as by Ctrl-Z."""
        def is_stopped():
            pid, status = os.waitpid(self.process.pid, os.WUNTRACED | os.WNOHANG)
            return pid == self.process.pid and os.WIFSTOPPED(status)
        wait_until(is_stopped, "the program to be stopped")

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        """The exit code. What the program writes meanwhile is read."""
        deadline = time.monotonic() + 10
        while self.process.poll() is None and time.monotonic() < deadline:
            self.read(0.05)
        return self.process.wait(0)
