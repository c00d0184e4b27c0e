"""How an operator looks into a running ternd: tern stuck, servers, cache look, dump and load."""

import json
import subprocess
import time

import zones
from internet import TERN, dig, wait_until, watch_upstream
from steered import SteeredTest


class LookingTest(SteeredTest):

    def test_stuck_names_the_servers_that_do_not_answer(self):
        self.tern(self.started)
        dig("shop.com", "A")  # com. is known
        asking = subprocess.Popen(["dig", "@127.0.0.1", "+tries=1", "+time=8", "www.gone.com", "A"],
                                  stdout=subprocess.DEVNULL)
        try:
            wait_until(lambda: self.result("stuck")["questions"], "a question to be in flight", 2)
            time.sleep(0.5)
            stuck = self.result("stuck")
            self.assertEqual((stuck["asked_by_clients"], stuck["silent_workers"]), (1, []))
            question = stuck["questions"][0]
            self.assertEqual((question["name"], question["type"], question["clients"]),
                             ("www.gone.com.", "A", 1))
            self.assertGreaterEqual(question["age_ms"], 500)
            self.assertGreaterEqual(question["queries_sent"], 1)
            step = question["steps"][-1]
            self.assertEqual((step["zone"], step["waits_for"]), ("gone.com.", "servers"))
            asked = {query["server"].rpartition(":")[0] for query in step["asked"]}
            self.assertTrue(asked and asked <= set(zones.SILENT), step)
            code, out, _ = self.say("stuck")
            self.assertEqual(code, 0)
            self.assertRegex(out, r"www\.gone\.com\. A: .*, 1 client waits, ")
            self.assertIn("asks the servers of gone.com.: 198.18.", out)
        finally:
            asking.wait()
        silent = {server["address"].rpartition(":")[0] for server in self.result("servers")["silent"]}
        self.assertTrue(silent and silent <= set(zones.SILENT), silent)

    def test_servers_says_what_is_known_of_a_zones_servers(self):
        self.tern(self.started)
        dig("shop.com", "A")
        zone = self.result("servers", "www.shop.com")
        self.assertEqual((zone["zone"], zone["known_from"]), ("shop.com.", "delegation"))
        asked = [server for server in zone["servers"] if "round_trip_ms" in server]
        self.assertTrue(asked, zone)
        self.assertTrue(all(server["name"].endswith(".shop.com.") and not server["dead"] for server in asked), zone)
        code, out, _ = self.say("servers", "shop.com")
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("shop.com. from the delegation, for "), out)

    def test_the_cache_can_be_looked_at_and_dumped(self):
        self.tern(self.started)
        dig("shop.com", "A")
        dig("nothing.shop.com", "A")
        entry = self.result("cache", "look", "SHOP.com", "A")["entries"][0]
        self.assertEqual((entry["kind"], entry["records"], entry["learnt_from"]),
                         ("records", ["198.18.20.1"], "answer"))
        self.assertEqual(self.result("cache", "look", "nothing.shop.com")["entries"][0]["kind"], "no such name")
        self.assertRegex(self.say("cache", "look", "shop.com")[1], r"(?m)^shop\.com\. \d+ IN A 198\.18\.20\.1$")
        self.assertEqual(self.say("cache", "look", "unknown.shop.com")[1], "; nothing is known of unknown.shop.com.\n")
        path = self.internet.folder / "dump"
        self.assertEqual(self.say("cache", "dump", str(path)), (0, "", ""))
        lines = path.read_text().splitlines()
        self.assertRegex(lines[-1], r"^; This is whole: \d+ entries\.$")
        self.assertTrue(any(line.startswith("shop.com. ") and line.endswith(" IN A 198.18.20.1") for line in lines))
        dumped = [json.loads(line) for line in self.say("cache", "dump", "--json")[1].splitlines()]
        self.assertEqual(dumped[-1], {"whole": True, "entries": len(dumped) - 1})
        self.assertIn("shop.com.", [each.get("name") for each in dumped])
        full = subprocess.run([TERN, "cache", "dump", "/dev/full", "--socket", self.socket], capture_output=True,
                              text=True, timeout=40, check=False)
        self.assertEqual(full.returncode, 3)
        self.assertIn("No space left on device", full.stderr)

    def test_a_dump_is_loaded_after_a_flush(self):
        self.tern(self.started)
        dig("shop.com", "A")
        path = self.internet.folder / "dump"
        self.say("cache", "dump", str(path))
        self.result("flush", "--all")
        loaded = self.result("cache", "load", str(path))
        self.assertTrue(loaded["whole"])
        self.assertGreaterEqual(loaded["loaded"], 1)
        with watch_upstream() as seen:
            self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.assertEqual([query.name for query in seen.queries() if query.name.startswith("shop.com")], [])
        code, _, error = self.say("cache", "load", "/nowhere")
        self.assertEqual((code, error), (3, "tern: /nowhere: No such file or directory\n"))

    def test_a_flush_forgets_what_is_known_of_the_servers(self):
        self.tern(self.started)
        dig("shop.com", "A")

        def measured():
            return any("round_trip_ms" in server for server in self.result("servers", "com")["servers"])
        self.assertTrue(measured())
        self.result("flush", "com")
        dig("other-name.com", "A")  # com. is learnt again, and its servers are measured anew
        self.result("flush", "--all")
        self.assertEqual(self.result("servers", "com")["known_from"], "root hints")
        self.assertFalse(measured())
