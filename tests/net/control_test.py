"""What an operator does with a running ternd over its control socket, through tern."""

import datetime
import os
import signal
import socket
import stat

from internet import Failed, Tern, dig, wait_until
from steered import SteeredTest


class ControlTest(SteeredTest):

    def upstream_queries(self):
        return self.result("stats")['tern_upstream_queries_total{transport="udp"}']

    def test_status_tells_what_runs(self):
        daemon = self.tern(self.started)
        self.assertEqual(stat.S_IMODE(os.stat(self.socket).st_mode), 0o660)
        status = self.result("status")
        self.assertEqual(status["pid"], daemon.process.pid)
        self.assertEqual(status["configuration"], str(daemon.path))
        self.assertEqual(status["listening"], ["127.0.0.1:53", "[::1]:53"])
        self.assertEqual((status["generation"], status["workers"], status["validation"]), (1, 1, "false"))
        code, out, _ = self.say("status")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"(?m)^generation +1$")

    def test_what_is_flushed_is_asked_for_again(self):
        self.tern(self.started)
        dig("shop.com", "A")
        before = self.upstream_queries()
        dig("shop.com", "A")
        self.assertEqual(self.upstream_queries(), before)
        self.assertEqual(self.result("flush", "shop.com", "--type", "A"), {"entries": 1})
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.assertGreater(self.upstream_queries(), before)
        self.assertGreater(self.result("flush", "--all")["entries"], 1)
        self.assertEqual(self.result("flush", "--all"), {"entries": 0})

    def test_reload_says_what_waits_for_a_start(self):
        daemon = self.tern(self.started)
        daemon.write({"workers": 2, "resolution": {"ipv6": False}})
        report = self.result("reload")
        self.assertEqual((report["generation"], report["needs_restart"]), (2, ["workers"]))
        self.assertEqual(self.result("status")["generation"], 2)

    def test_a_mistake_is_named_and_the_old_configuration_stays(self):
        daemon = self.tern(self.started)
        good = daemon.path.read_text()
        daemon.path.write_text('workers: 1\nlisten_: []\n')
        code, out, error = self.say("reload")
        self.assertEqual((code, out), (3, ""))
        self.assertIn(f"{daemon.path}:2:1: listen_: unknown key", error)
        self.assertEqual(self.result("status")["generation"], 1)
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        daemon.path.write_text(good)
        self.assertEqual(self.result("reload")["generation"], 2)

    def test_an_exemption_that_a_reload_brings_ends_in_time(self):
        daemon = self.tern({**self.started, "dnssec": {"validation": True}})
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
        exempt = {"zone": "shop.com", "until": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        daemon.write({**self.started, "dnssec": {"validation": True, "negative_trust_anchors": [exempt]}})
        self.assertEqual(self.say("reload")[0], 0)
        wait_until(lambda: "shop.com. has ended" in daemon.log(), "the zone to be validated again")

    def test_signals_for_other_daemons_do_nothing(self):
        daemon = self.tern(self.started)
        before = daemon.log()
        for number in (signal.SIGUSR1, signal.SIGALRM):
            daemon.process.send_signal(number)
            self.assertEqual(self.result("status")["pid"], daemon.process.pid)
        self.assertEqual(daemon.log(), before)

    def test_stop_ends_it(self):
        daemon = self.tern(self.started)
        self.assertEqual(self.say("stop")[0], 0)
        wait_until(lambda: not daemon.alive(), "ternd to end")
        self.assertEqual(daemon.process.returncode, 0)
        self.assertFalse(os.path.exists(self.socket))
        code, _, error = self.say("status")
        self.assertEqual(code, 4)
        self.assertIn(self.socket, error)

    def test_a_socket_that_was_left_is_replaced_and_a_living_one_is_not(self):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(self.socket)
        self.tern(self.started)
        with self.assertRaises(Failed) as failure:
            Tern(self.internet.folder, {**self.started, "listen": ["127.0.0.1:5301"], "http": {"listen": ""}},
                 name="second")
        self.assertRegex(str(failure.exception), r"second\.yaml:\d+:\d+: control\.socket: .*another process listens")
        self.assertEqual(self.result("status")["generation"], 1)

    def test_it_can_be_switched_off(self):
        self.tern({"control": {"socket": ""}})
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.assertEqual(self.say("status")[0], 4)

    def test_without_the_folder_of_the_default_it_goes_on(self):
        daemon = self.tern()
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.assertIn("(control.socket)", daemon.log())
