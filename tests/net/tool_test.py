"""`tern lookup` against a running ternd."""

import json
import subprocess
import time

from internet import TERN, WorldTest, dig


def lookup(*words):
    return subprocess.run([TERN, "lookup", *words], capture_output=True, text=True, timeout=30,
                          check=False)


class ToolTest(WorldTest):

    def setUp(self):
        super().setUp()
        self.tern()

    def test_finds_the_server_in_resolv_conf(self):
        run = lookup("host.shop.com", "A")
        self.assertEqual(run.returncode, 0, run)
        self.assertIn("198.18.20.3", run.stdout)

    def test_one_question_for_each_type(self):
        run = lookup("@127.0.0.1", "shop.com", "A", "MX", "--short")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("198.18.20.1\n", run.stdout)
        self.assertGreater(len(run.stdout.splitlines()), 1)
        run = lookup("shop.com", "A", "TLSA", "--json")
        self.assertEqual(run.returncode, 1)  # the worst of both
        self.assertEqual([json.loads(line)["type"] for line in run.stdout.splitlines()], ["A", "TLSA"])
        self.assertIn("tern lookup NAME", subprocess.run([TERN, "shop.com"], capture_output=True, text=True, timeout=9,
                                                         check=False).stderr)

    def test_the_server_is_asked_about_itself(self):
        run = lookup("version.bind", "TXT", "--class", "CH")
        self.assertIn("version.bind. CH TXT", run.stdout)

    def test_mail_exchangers_in_order_of_preference(self):
        run = lookup("shop.com", "MX", "--server", "127.0.0.1")
        self.assertEqual(run.returncode, 0, run)
        self.assertLess(run.stdout.index("mx1.shop.com"), run.stdout.index("mx2.knot.net"))

    def test_an_address_is_looked_up_in_reverse(self):
        run = lookup("198.18.20.2")
        self.assertEqual(run.returncode, 0, run)
        self.assertIn("host.shop.com", run.stdout)

    def test_large_answer_over_tcp(self):
        for words in ([], ["--tcp"]):
            run = lookup("large.shop.com", "TXT", *words)
            self.assertEqual(run.returncode, 0, run)
            self.assertEqual(run.stdout.count("xxxxxxxxxx" * 19), 40)

    def test_exit_codes(self):
        self.assertEqual(lookup("nothing.shop.com", "A").returncode, 1)
        self.assertEqual(lookup("v4.shop.com", "AAAA").returncode, 1)
        self.assertEqual(lookup("shop.com", "NOSUCHTYPE").returncode, 2)
        self.assertEqual(lookup("www.gone.com", "A", "--timeout", "9s").returncode, 3)
        self.assertEqual(lookup("shop.com", "A", "--server", "198.18.4.1", "--timeout", "1s").returncode, 4)

    def test_json_is_one_object(self):
        run = lookup("www.shop.com", "A", "--json")
        self.assertEqual(run.returncode, 0, run)
        found = json.loads(run.stdout)
        self.assertIn("198.18.20.6", json.dumps(found))
        self.assertIn("web.knot.net", json.dumps(found))

    def test_trace_of_a_name_that_just_failed_says_when_and_why(self):
        lookup("www.gone.com", "A", "--trace", "--timeout", "9s")  # ends with the resolution
        time.sleep(1.1)
        run = lookup("www.gone.com", "A", "--trace", "--timeout", "9s")
        self.assertEqual(run.returncode, 3, run)
        self.assertRegex(run.stdout, r"failed \d+ s ago with extended error \d+, not tried again for \d+ s")
        self.assertRegex(run.stdout, r"\nerror +\d+ \([A-Z][A-Za-z ]+\) failed a moment ago\n")

    def test_trace_tells_known_absence_from_a_find(self):
        lookup("nothing.shop.com", "A")
        self.assertIn("known: no such name", lookup("nothing.shop.com", "A", "--trace").stdout)
        lookup("v4.shop.com", "AAAA")
        self.assertIn("known: no such type", lookup("v4.shop.com", "AAAA", "--trace").stdout)

    def test_only_the_tools_own_option_asks_for_a_trace(self):
        option = "OPT=65001"
        for content in ("", "020000000001", b"tern:trace-step".hex(), b"tern:trace-stepsX".hex()):
            reply = dig("+tcp", f"+ednsopt=65001:{content}", "www.shop.com")
            self.assertEqual(reply.status, "NOERROR", reply.text)
            self.assertNotIn(option, reply.text)
        self.assertIn(option, dig("+tcp", f"+ednsopt=65001:{b'tern:trace-steps'.hex()}", "www.shop.com").text)

    def test_the_configuration_may_switch_the_trace_off(self):
        self.tern({"access": {"trace": False}})
        reply = dig("+tcp", f"+ednsopt=65001:{b'tern:trace-steps'.hex()}", "www.shop.com")
        self.assertEqual(reply.status, "NOERROR", reply.text)
        self.assertNotIn("OPT=65001", reply.text)

    def test_trace_shows_the_way_from_the_root(self):
        run = lookup("www.shop.com", "A", "--trace")
        self.assertEqual(run.returncode, 0, run)
        for word in ("198.18.1.1", "198.18.3.1", "198.18.20.6"):
            self.assertRegex(run.stdout, rf"{word}|fd53:[13]::1")
        run = lookup("h1.d01.com", "A", "--trace", "--json")
        steps = json.loads(run.stdout)["trace"]
        self.assertGreaterEqual(len(steps), 3)
