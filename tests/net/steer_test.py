"""How an operator changes a running ternd: a reload with its report, commands until the next one, drain."""

import json
import signal
import subprocess
import urllib.error
import urllib.request

import zones
from internet import TERN, dig, wait_until, watch
from steered import SteeredTest

FORWARDED = {"zone": "corp.example.", "to": [f"{zones.FORWARDER}:53"]}


def ready():
    """The status of /ready and its text."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:9530/ready", timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class SteerTest(SteeredTest):

    def lines(self, *words):
        code, out, error = self.say(*words)
        self.assertEqual((code, error), (0, ""), out)
        return out.splitlines()

    def refused(self, *words):
        code, out, error = self.say(*words)
        self.assertEqual((code, out), (3, ""))
        return error

    def test_a_reload_says_the_same_by_command_and_in_the_log(self):
        daemon = self.tern(self.started)
        self.assertEqual(self.lines("reload"), ["nothing changed", "generation 2 is in force; the cache is kept"])
        daemon.write({"workers": 2, "cache": {"max_ttl": "2h"}, "access": {"allow": ["127.0.0.0/8", "::/0"]},
                      "forward": [FORWARDED]})
        expected = ['access.allow: added "127.0.0.0/8"; removed "0.0.0.0/0"', "cache.max_ttl: 1d -> 2h",
                    f'forward: added {{zone: "corp.example.", to: ["{zones.FORWARDER}:53"]}}',
                    "workers: 1 -> 2: changes only when ternd is started anew",
                    "generation 3 is in force; the cache is kept"]
        self.assertEqual(self.lines("reload"), expected)
        for line in expected:
            self.assertIn(line, daemon.log())
        daemon.write({"cache": {"max_ttl": "3h"}})
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "cache.max_ttl: 2h -> 3h" in daemon.log(), "the report of SIGHUP")
        self.assertEqual(self.result("status")["generation"], 4)
        daemon.path.write_text('{"workers": 0, "forwards": [], "cache": {"max_ttl": "x"}}')
        error = self.refused("reload")
        self.assertEqual(error.count(f"tern: {daemon.path}:1:"), 3, error)
        self.assertIn("the old configuration stays in force", error)
        self.assertEqual(self.result("status")["generation"], 4)

    def test_the_configuration_in_force_can_be_loaded_again(self):
        secret = "00112233445566778899aabbccddeeff"
        daemon = self.tern({**self.started, "access": {"cookie_secret": secret}, "stub": [FORWARDED]})
        daemon.write({"workers": 3})
        self.result("reload")
        self.result("log", "level", "warning")
        code, out, _ = self.say("config", "show")
        self.assertEqual(code, 0)
        self.assertNotIn(secret, out)
        self.assertIn("workers: 1  # default: auto; the file says 3, which waits for a restart\n", out)
        self.assertIn("  level: warning  # default: info; changed at run time; the file says info\n", out)
        shown = self.internet.folder / "shown.yaml"
        shown.write_text(out)
        check = subprocess.run([TERN, "config", "check", str(shown)], capture_output=True, text=True, check=False)
        self.assertEqual((check.returncode, check.stdout), (0, f"{shown}: good\n"), check.stderr)
        daemon.path.write_text(out)
        changed = self.result("reload")
        self.assertEqual([change["key"] for change in changed["changed"]], ["access.cookie_secret"])
        shown.write_text(out + "more: 1\n")
        check = subprocess.run([TERN, "config", "check", str(shown), "--json"], capture_output=True, text=True,
                               check=False)
        self.assertEqual(check.returncode, 3)
        self.assertIn("more: unknown key", json.loads(check.stdout)["result"]["errors"][0])
        shown.write_text("query_log: {file: no/log}\n")
        check = subprocess.run([TERN, "config", "check", str(shown)], capture_output=True, text=True, check=False)
        self.assertEqual(check.returncode, 0)
        self.assertIn(f"warning: {shown}:1:19: query_log.file: expected a file in a folder that is there, "
                      f"found {shown.parent}/no/log", check.stdout)

    def test_a_forward_zone_comes_and_goes_while_it_runs(self):
        daemon = self.tern(self.started)
        self.assertEqual(dig("www.corp.example", "A").status, "NXDOMAIN")
        added = self.result("forward", "add", "corp.example", zones.FORWARDER)
        self.answers(dig("www.corp.example", "A"), "A", "198.18.24.1")
        self.assertIn("listens itself", self.refused("stub", "add", "a.example", "127.0.0.1"))
        for wrong in (["forward", "add", "a.example", "x"], ["drain", "of"], ["log", "level", "debug"],
                      ["nta", "add", "a..b"]):
            code, _, error = self.say(*wrong)
            self.assertEqual(code, 2)
            self.assertIn("expected ", error)
        self.assertEqual(self.result("forward", "list")["items"][0]["at_run_time"], True)
        # What it prints keeps it: JSON is YAML, and so is a file of both.
        good = daemon.path.read_text()
        daemon.path.write_text(self.say("config", "show")[1])
        self.assertEqual(self.result("reload")["dropped"], [])
        self.answers(dig("www.corp.example", "A"), "A", "198.18.24.1")
        self.assertEqual(added["yaml"][0], "forward:")
        self.assertIn("to keep it, take out of `forward`: {zone:", self.say("forward", "remove", "corp.example")[1])
        self.assertEqual(dig("www.corp.example", "A").status, "NXDOMAIN")
        daemon.path.write_text(good)
        self.assertEqual(self.result("reload")["dropped"], [])
        self.result("stub", "add", "corp.example", zones.FORWARDER)
        dropped = self.result("reload")["dropped"]
        self.assertEqual([(change["key"], len(change["added"])) for change in dropped], [("stub", 1)])
        self.assertEqual(dig("www.corp.example", "A").status, "NXDOMAIN")

    def test_a_query_log_is_opened_again_and_nothing_else_changes(self):
        log = self.internet.folder / "queries"
        self.tern({**self.started, "query_log": {"file": str(log)}})
        self.result("forward", "add", "corp.example", zones.FORWARDER)
        moved = log.rename(self.internet.folder / "queries.1")
        self.assertEqual(self.lines("log", "reopen"), [f"query_log.file: {log}: opened"])
        self.answers(dig("www.corp.example", "A"), "A", "198.18.24.1")
        wait_until(lambda: "www.corp.example." in log.read_text(), "the line")
        self.assertEqual(moved.read_text(), "")
        log.unlink()
        log.mkdir()
        failure = f"query_log.file: {log}: cannot be opened: Is a directory"
        self.assertEqual(self.refused("log", "reopen"), f"tern: {failure}\n")
        self.assertIn(failure, self.lines("reload"))

    def test_records_of_the_operators_come_before_the_world(self):
        self.tern(self.started)
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.result("local", "add", "shop.com", "60", "A", "192.0.2.7")
        self.result("local", "add", "here.example", "CNAME", "host.shop.com")
        self.result("local", "add", "here2.example", "TXT", "two words", "more")
        with watch() as seen:
            self.answers(dig("shop.com", "A"), "A", "192.0.2.7")
            self.assertEqual(dig("shop.com", "MX").answers, [])
            self.assertEqual(dig("here2.example", "TXT").rdata("TXT"), ['"two words" "more"'])
        self.assertEqual(seen.queries(), [])
        chain = dig("here.example", "A")
        self.assertEqual(chain.rdata("CNAME"), ["host.shop.com."])
        self.assertEqual(chain.rdata("A"), ["198.18.20.2", "198.18.20.3", "198.18.20.4"])
        self.assertIn("no other records", self.refused("local", "add", "here.example", "A", "192.0.2.1"))
        self.result("local", "remove", "shop.com")
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")

    def test_a_negative_anchor_ends_by_itself(self):
        daemon = self.tern({**self.started, "dnssec": {"validation": True}})
        self.result("nta", "add", "shop.com", "--for", "2s", "--reason", "ticket 7")
        self.assertEqual(self.result("nta", "list")["items"][0]["reason"], "ticket 7")
        wait_until(lambda: "the negative trust anchor shop.com. has ended" in daemon.log(), "its end")
        self.assertIn("time to come", self.refused("nta", "add", "shop.com", "--until", "2020-01-01"))

    def test_drain_is_for_those_who_send_queries(self):
        self.tern(self.started)
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.assertEqual(ready()[0], 200)
        self.result("drain")
        self.assertEqual(ready()[0], 503)
        self.assertIn("drains", ready()[1])
        self.assertIs(self.result("status")["draining"], True)
        self.answers(dig("host.shop.com", "A"), "A", "198.18.20.2", "198.18.20.3", "198.18.20.4")
        self.result("drain", "off")
        self.assertEqual(ready(), (200, "ready\n"))

    def test_the_level_of_the_log_changes_at_once(self):
        daemon = self.tern({**self.started, "log": {"level": "warning"}})
        self.assertIn("ready", daemon.log())
        self.assertNotIn("by hash", daemon.log())
        self.assertEqual(self.lines("log", "level"), ["warning"])
        self.result("log", "level", "info")
        self.result("drain")
        wait_until(lambda: "drains, by a command" in daemon.log(), "a line of level info")

    def test_who_is_denied_is_refused_although_allowed(self):
        self.tern({**self.started, "access": {"allow": ["127.0.0.0/8", "::/0"], "deny": ["::1/128"]}})
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        reply = dig("shop.com", "A", server="::1")
        self.assertEqual((reply.status, reply.extended_error), ("REFUSED", 18))
