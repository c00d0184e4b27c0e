"""A ternd that is given commands over its control socket."""

import json
import subprocess

from internet import TERN, WorldTest


class SteeredTest(WorldTest):
    """`self.started` is the part of the configuration that names the socket."""

    def setUp(self):
        super().setUp()
        self.socket = str(self.internet.folder / "control")
        self.started = {"control": {"socket": self.socket}}

    def say(self, *words):
        """The exit code, stdout and stderr of tern."""
        done = subprocess.run([TERN, *words, "--socket", self.socket], capture_output=True, text=True,
                              timeout=40, check=False)
        return done.returncode, done.stdout, done.stderr

    def result(self, *words):
        code, out, error = self.say(*words, "--json")
        self.assertEqual((code, error), (0, ""), out)
        answer = json.loads(out)
        self.assertIs(answer["ok"], True)
        return answer["result"]
