"""`tern mail` and `tern doctor mail` against a running ternd and real name servers."""

import json
import os
import pathlib
import subprocess

from internet import TERN, WorldTest, wait_until


def tern(*words, path=None):
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    return subprocess.run([TERN, *words], capture_output=True, text=True, timeout=40, check=False, env=environment)


def codes(run):
    return {warning["code"] for warning in json.loads(run.stdout)["warnings"]}


class MailToolTest(WorldTest):

    def setUp(self):
        super().setUp()
        self.tern()

    def test_the_plan_has_exchangers_addresses_policies_and_name_servers(self):
        run = tern("mail", "post.com")
        self.assertEqual(run.returncode, 0, run)
        self.assertRegex(run.stdout, r"mail to +post\.com\.  deliverable: 3 of 4 exchangers have an address")
        self.assertRegex(run.stdout, r"10 shuffled +a\.post\.com\. +198\.18\.25\.1 +(1h|59m5\ds)\n +fd53:25::1 ")
        self.assertRegex(run.stdout, r"20 +alias\.post\.com\. +198\.18\.25\.2 ")
        self.assertRegex(run.stdout, r"30 +missing\.post\.com\. +- +does not exist")
        self.assertRegex(run.stdout, r"SPF +v=spf1 a:a\.post\.com include:spf\.post\.com -all\n +3 of 10 look-ups, 1 of 2 void")
        self.assertRegex(run.stdout, r"DMARC +v=DMARC1; p=reject\n +receivers reject failing mail")
        self.assertRegex(run.stdout, r"MTA-STS +v=STSv1; id=1")
        self.assertRegex(run.stdout, r"198\.18\.2\.[12]:53 +\d+ repl(y|ies), \d+\.\d ms.*post\.com\.")

    def test_the_plan_shows_what_ternd_has_counted(self):
        # Traced questions, as the plan's are, are not a mail server's.
        for words in (["post.com", "MX"], ["a.post.com", "A"], ["a.post.com", "A"], ["post.com", "MX"]):
            self.assertEqual(tern("lookup", *words).returncode, 0)
        run = tern("mail", "post.com", "--json")
        counters = json.loads(run.stdout)["counters"]
        self.assertEqual((counters["mail_questions"], counters["mail_fan_outs"]), (2, 1))
        # The first question for the address may have joined the look-up.
        self.assertIn(counters["mail_warm_answers"], (1, 2))
        self.assertRegex(tern("mail", "post.com").stdout, r"ternd so far +2 MX questions\n")

    def test_json_names_each_fault(self):
        run = tern("mail", "post.com", "--json")
        found = json.loads(run.stdout)
        self.assertEqual(found["verdict"], "deliverable")
        self.assertEqual(found["exchangers"][0]["A"]["addresses"][0]["address"], "198.18.25.1")
        self.assertLessEqual({"preference_tie", "exchanger_is_alias", "dangling_exchanger"}, codes(run))

    def test_a_domain_below_has_the_dmarc_record_of_the_one_above(self):
        run = tern("mail", "implicit.post.com")
        self.assertRegex(run.stdout, r"DMARC +v=DMARC1; p=reject\n +from post\.com\., a domain above it\n")
        dmarc = json.loads(tern("mail", "implicit.post.com", "--json").stdout)["dmarc"]
        self.assertEqual((dmarc["records"], dmarc["domain"], dmarc["policy"]), ([], "post.com.", "reject"))

    def test_exit_codes_tell_never_from_later(self):
        for domain, code, warning in (("null.post.com", 1, "null_mx"),
                                      ("nosuch.post.com", 1, "no_such_domain"),
                                      ("nothing.post.com", 1, "nothing_to_deliver_to"),
                                      ("implicit.post.com", 0, "implicit_mx"),
                                      ("dead.post.com", 3, "address_no_answer"),
                                      ("gone.com", 3, "mx_failure")):
            run = tern("mail", domain, "--json")
            self.assertEqual(run.returncode, code, run)
            self.assertIn(warning, codes(run))
        silent = tern("mail", "post.com", "--json", "--server", "198.18.4.1", "--timeout", "1s")
        self.assertEqual(silent.returncode, 3, silent)
        self.assertIn("mx_no_reply", codes(silent))
        self.assertEqual(tern("mail").returncode, 2)

    def test_without_a_trace_the_plan_says_that_servers_are_not_told(self):
        self.tern({"access": {"trace": False}})
        run = tern("mail", "post.com")
        self.assertEqual(run.returncode, 0, run)
        self.assertRegex(run.stdout, r"servers +not told")

    def test_block_lists(self):
        run = tern("mail", "--check-lists", "works.post.com")
        self.assertEqual(run.returncode, 0, run)
        self.assertRegex(run.stdout, r"works\.post\.com\.  works: it lists its test entries \(IPv4\), in \d")
        run = tern("mail", "--check-lists", "works.post.com", "refuses.post.com", "everything.post.com")
        self.assertEqual(run.returncode, 1, run)
        self.assertIn("refuses: the list does not answer public or shared resolvers (127.255.255.254)", run.stdout)
        self.assertIn("is mistaken: it lists everything", run.stdout)
        run = tern("mail", "--check-lists", "gone.com")
        self.assertEqual(run.returncode, 3, run)
        self.assertIn("does not answer", run.stdout)

    def test_block_lists_of_the_configuration(self):
        run = tern("mail", "--check-lists")
        self.assertEqual(run.returncode, 2, run)
        self.assertIn("ternd at 127.0.0.1:53 has no block lists in its configuration (mail.dnsbl)", run.stderr)
        self.tern({"mail": {"dnsbl": [{"zone": "works.post.com"}, {"zone": "refuses.post.com"}]}})
        run = tern("mail", "--check-lists")
        self.assertEqual(run.returncode, 1, run)
        self.assertRegex(run.stdout, r"works\.post\.com\. +works: ")
        self.assertRegex(run.stdout, r"refuses\.post\.com\. +refuses: ")

    def test_the_log_says_which_lists_of_the_configuration_fail(self):
        self.tern({"mail": {"dnsbl": [{"zone": "works.post.com"}, {"zone": "refuses.post.com"}]}})
        counters = {}

        def checked():
            counters.update(json.loads(tern("mail", "null.post.com", "--json").stdout)["counters"])
            return counters["lists_working"] + counters["lists_failing"] == 2
        wait_until(checked, "both lists are checked")
        self.assertEqual(counters["lists_failing"], 1)
        self.assertIn("block list refuses.post.com. fails its test: the list does not answer public or shared "
                      "resolvers (127.255.255.254).", self.daemon.log())
        self.assertNotIn("block list works.post.com.", self.daemon.log())

    def test_doctor(self):
        good, copy = (pathlib.Path(self.internet.folder, name) for name in ("good.conf", "copy.conf"))
        for path in (good, copy):
            path.write_text("nameserver 127.0.0.1\noptions edns0 trust-ad\n", encoding="ascii")
        words = ("doctor", "mail", "--resolv-conf", str(good), "--chroot-copy", str(copy))
        run = tern(*words, "--list", "works.post.com")
        self.assertEqual(run.returncode, 0, run)
        copy.write_text("nameserver 198.18.4.1\n", encoding="ascii")
        run = tern(*words, "--list", "refuses.post.com")
        self.assertEqual(run.returncode, 1, run)
        self.assertIn(f"-> cp {good} {copy} && postfix reload", run.stdout)
        self.assertIn("block list   change     refuses.post.com. refuses", run.stdout)
        run = tern(*words, "--server", "198.18.4.1", "--timeout", "1s", "--json")
        self.assertEqual(run.returncode, 3, run)
        self.assertIn("no answer", {finding["grade"] for finding in json.loads(run.stdout)["findings"]})

    def test_doctor_asks_postfix_for_its_queue_directory(self):
        bin_folder, queue = (pathlib.Path(self.internet.folder, name) for name in ("bin", "queue"))
        (queue / "etc").mkdir(parents=True)
        bin_folder.mkdir()
        postconf = bin_folder / "postconf"
        postconf.write_text(f'#!/bin/sh\n[ "$*" = "-h queue_directory" ] && echo {queue}\n', encoding="ascii")
        postconf.chmod(0o755)
        run = tern("doctor", "mail", path=bin_folder)
        self.assertEqual(run.returncode, 1, run)
        self.assertIn(f"-> cp /etc/resolv.conf {queue}/etc/resolv.conf", run.stdout)
        (queue / "etc/resolv.conf").write_text(pathlib.Path("/etc/resolv.conf").read_text(encoding="ascii"),
                                               encoding="ascii")
        run = tern("doctor", "mail", path=bin_folder)
        self.assertIn(f"{queue}/etc/resolv.conf is equal to /etc/resolv.conf", " ".join(run.stdout.split()))
