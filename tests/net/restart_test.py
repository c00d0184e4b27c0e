"""A cache that outlives the process (`cache.file`)."""

import re
import shutil
import signal
import subprocess
import time

import zones
from internet import WorldTest, dig, wait_until, watch
from signed_zones import SignedInternet

POPULAR = [f"h{h}.d{n:02}.com" for n in range(zones.DOMAINS) for h in range(10)]


class RestartTest(WorldTest):

    def setUp(self):
        super().setUp()
        folder = self.internet.folder / "kept"
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        self.file = folder / "cache"

    def start(self, **more):
        return self.tern({"cache": {"file": str(self.file), **more}})

    def ask_all(self):
        (self.internet.folder / "popular.txt").write_text("".join(f"{name} A\n" for name in POPULAR))
        text = subprocess.run(["dnsperf", "-s", "127.0.0.1", "-d", self.internet.folder / "popular.txt", "-n", "1"],
                              capture_output=True, text=True, timeout=60, check=True).stdout
        self.assertEqual(re.search(r"Queries completed:\s+(\d+)", text).group(1), str(len(POPULAR)), text)

    def upstream(self):
        with watch() as seen:
            self.ask_all()
        return len(seen.queries())

    def test_the_next_process_asks_no_server_for_what_this_one_knew(self):
        self.start()
        self.assertGreaterEqual(self.upstream(), len(POPULAR))
        before = dig("long.brief.com", "A").ttl("A")
        code, seconds = self.daemon.stop()
        self.assertEqual(code, 0, self.daemon.log())
        self.assertLess(seconds, 2.0)
        self.assertIn(f"cache written to {self.file} in ", self.daemon.log())
        time.sleep(1.1)
        self.start()
        self.assertRegex(self.daemon.log(), rf"cache read from {self.file}: \d+ entries, \d+ MiB, in \d+ ms\n")
        self.assertEqual(self.upstream(), 0)
        self.assertIn(before - dig("long.brief.com", "A").ttl("A"), range(1, 10))

    def test_it_is_written_while_the_process_runs(self):
        self.start(save_every="200ms")
        self.ask_all()
        written = time.time()
        while not self.file.exists() or self.file.stat().st_mtime < written + 0.1:
            self.assertLess(time.time(), written + 20, self.daemon.log())
            time.sleep(0.05)
        copy = self.internet.folder / "copy"
        shutil.copytree(self.file.parent, copy)
        self.addCleanup(shutil.rmtree, copy)
        self.tern({"cache": {"file": str(copy / "cache")}})
        self.assertEqual(self.upstream(), 0)

    def test_a_file_from_elsewhere_starts_it_cold(self):
        self.start()
        self.ask_all()
        self.daemon.stop()
        (self.file.parent / "cache.key").unlink()
        self.start()
        self.assertIn(f"the cache starts empty: {self.file}: there is no key for it", self.daemon.log())
        self.assertGreaterEqual(self.upstream(), len(POPULAR))

    def test_other_servers_start_it_cold(self):
        self.start()
        self.ask_all()
        self.daemon.stop()
        self.tern({"cache": {"file": str(self.file)},
                   "forward": [{"zone": "corp.test", "to": ["198.18.20.99:53"]}]})
        self.assertIn("the configuration asks other servers", self.daemon.log())

    def test_what_is_being_forgotten_is_not_kept_and_the_rest_is(self):
        """A question that began under the old configuration may still teach what is wrong now."""
        daemon = self.start()
        self.ask_all()
        forward = {"forward": [{"zone": "corp.test", "to": ["198.18.20.99:53"]}]}
        daemon.write(forward)
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "configuration read again" in daemon.log(), "the reload")
        daemon.stop()
        self.assertIn(f"cache written to {self.file} in ", daemon.log())
        self.tern({"cache": {"file": str(self.file)}} | forward)
        self.assertEqual(self.upstream(), 0)


class SignedRestartTest(WorldTest):

    @classmethod
    def setUpClass(cls):
        cls.internet = SignedInternet()
        cls.addClassCleanup(cls.internet.close)

    def test_a_secure_answer_is_secure_after_a_restart(self):
        change = {"cache": {"file": str(self.internet.folder / "cache")},
                  "dnssec": {"validation": True, "trust_anchors": str(self.internet.folder / "root.anchor")}}
        self.tern(change)
        self.assertIn("ad", dig("+dnssec", "www.good.com", "A").flags)
        self.assertEqual(dig("+dnssec", "nothing.three.com", "A").status, "NXDOMAIN")
        self.daemon.stop()
        self.tern(change)
        with watch() as seen:
            self.assertIn("ad", dig("+dnssec", "www.good.com", "A").flags)
            reply = dig("+dnssec", "nothing.three.com", "A")
        self.assertEqual((reply.status, "ad" in reply.flags), ("NXDOMAIN", True), reply.text)
        self.assertEqual(seen.queries(name="www.good.com."), [])
        self.assertEqual(seen.queries(name="nothing.three.com."), [])
