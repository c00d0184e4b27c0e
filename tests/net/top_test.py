"""What tern top shows of a running ternd, on a terminal and elsewhere."""

import json
import os
import re
import signal
import termios
import time

from internet import TERN, dig
from pseudoterminal import ENTERED, Pseudoterminal
from steered import SteeredTest


class TopTest(SteeredTest):

    def setUp(self):
        super().setUp()
        self.tern(self.started)

    def top(self, *words, **more):
        return Pseudoterminal([TERN, "top", "--every", "200ms", "--socket", self.socket, *words],
                              **{"rows": 24, "columns": 80, **more})

    def test_it_draws_until_q_and_follows_the_size(self):
        with self.top() as terminal:
            terminal.wait_for(lambda lines: lines and lines[0].startswith("Tern "), "a screen")
            self.assertTrue(terminal.written.startswith(ENTERED))
            self.assertIn(b"\x1b[1mQuestions\x1b[0m", terminal.written)
            self.assertFalse(termios.tcgetattr(terminal.slave)[3] & (termios.ICANON | termios.ECHO))
            dig("shop.com", "A")
            terminal.wait_for(lambda lines: any("shop.com." in line for line in lines), "the name that was asked")
            terminal.wait_for(lambda lines: re.match("Questions +0/s", lines[1]), "a time without questions")
            for rows, columns in ((5, 20), (50, 200)):
                terminal.resize(rows, columns)
                terminal.wait_for(lambda lines, most=rows: 5 <= len(lines) <= most and (most > 5) == (len(lines) > 5),
                                  f"a screen of {rows} rows")
                self.assertLessEqual(max(map(len, terminal.screen())), columns)
            terminal.type(b"q")
            self.assertEqual(terminal.end(), 0)
            self.assertTrue(terminal.is_as_before())

    def test_a_new_size_is_drawn_at_once(self):
        with self.top("--every", "1h") as terminal:
            terminal.wait_for(lambda lines: len(lines) > 5, "a screen")
            terminal.resize(5, 20)
            terminal.wait_for(lambda lines: len(lines) == 5, "the small one", 5)
            terminal.type(b"\x03")
            self.assertEqual(terminal.end(), 0)
            self.assertTrue(terminal.is_as_before())

    def test_a_signal_leaves_the_terminal_as_it_was(self):
        for sent in (signal.SIGTERM, signal.SIGHUP):
            with self.top(environment={"NO_COLOR": "1"}) as terminal:
                terminal.wait_for(bool, "a screen")
                self.assertNotIn(b"\x1b[1m", terminal.written)
                terminal.process.send_signal(sent)
                self.assertEqual(terminal.end(), -sent)
                self.assertTrue(terminal.is_as_before())

    def test_it_can_be_stopped_and_goes_on(self):
        with self.top() as terminal:
            terminal.wait_for(bool, "a screen")
            terminal.type(b"\x1a")
            terminal.wait_for_stop()
            self.assertTrue(terminal.is_as_before())
            terminal.written = b""
            terminal.go_on()
            terminal.wait_for(bool, "a screen again")
            self.assertTrue(terminal.written.startswith(ENTERED))
            terminal.type(b"q")
            self.assertEqual(terminal.end(), 0)
            self.assertTrue(terminal.is_as_before())

    def test_it_says_that_ternd_has_gone_and_finds_the_next_one(self):
        with self.top() as terminal:
            terminal.wait_for(lambda lines: lines and "No answer" not in lines[0], "a screen")
            self.daemon.stop()
            terminal.wait_for(lambda lines: "No answer from ternd" in lines[0], "the word that ternd has gone")
            self.assertRegex(terminal.screen()[1], r"^  What is shown is \S+ m?s old\. ")
            self.tern(self.started)
            terminal.wait_for(lambda lines: "No answer" not in lines[0] and any(re.match(r"Questions +\d", line) for line in lines),
                              "the rates of the next ternd")
            terminal.type(b"q")
            self.assertEqual(terminal.end(), 0)

    def test_without_a_terminal_it_is_one_plain_screen_of_two_looks(self):
        dig("shop.com", "A")
        os.environ["TERM"] = "xterm"  # the kind of the terminal that is not there
        begin = time.monotonic()
        code, out, error = self.say("top", "--every", "300ms")
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)
        self.assertEqual((code, error), (0, ""))
        self.assertRegex(out, r"^[ -~\n]+$")
        self.assertEqual(len(re.findall("(?m)^Questions +0/s ", out)), 1, out)
        self.assertIn("shop.com.", out)
        screens = self.say("top", "--every", "100ms", "--times", "3")[1]
        self.assertEqual(len(re.findall("(?m)^Questions ", screens)), 3, screens)

    def test_json_is_an_object_a_look(self):
        code, out, error = self.say("top", "--json", "--times", "2", "--every", "100ms")
        self.assertEqual((code, error), (0, ""))
        first, second = (json.loads(line)["result"] for line in out.splitlines())
        self.assertGreaterEqual(second["seconds"] - first["seconds"], 0.1)
        self.assertEqual(second["answers"].keys(), first["answers"].keys())
        self.assertEqual(len(self.say("top", "--json")[1].splitlines()), 1)

    def test_without_ternd_there_is_no_screen(self):
        with Pseudoterminal([TERN, "top", "--socket", self.socket + ".not"], 24, 80) as terminal:
            self.assertEqual(terminal.end(), 4)
            self.assertIn(b"no ternd listens there", terminal.read(0.1))
            self.assertNotIn(ENTERED, terminal.written)
