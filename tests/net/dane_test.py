"""DANE (RFC 7672) with Postfix: mail goes to whom TLSA names, and waits when that is not certain."""

import email.message
import email.policy
import email.utils
import json
import shutil
import subprocess
import time
import unittest

import mail_servers
import schools
import signed_schools
from delivery_test import postfix_may_run
from internet import TERN, WorldTest, wait_until
from mail_servers import MAILBOX_USER, Postfix, messages
from schools import EXCHANGERS, SMALL_MAIL
from signed_schools import DOMAINS, SignedSchools

ALICE = "alice@smallschool.edu"
NEEDED = {"postfix": "postfix", "nsd": "nsd", "knotd": "knot", "openssl": "openssl", "ldns-signzone": "ldnsutils",
          "dnssec-signzone": "bind9-utils"}
NOT_TRUSTED = "4.7.5"


class DaneTest(WorldTest):

    @classmethod
    def setUpClass(cls):
        if missing := sorted(package for program, package in NEEDED.items() if not shutil.which(program)):
            raise unittest.SkipTest(f"not installed: {', '.join(missing)} (deploy/packages, part ci)")
        if not postfix_may_run():
            raise unittest.SkipTest("Postfix needs its own users: run this as root")
        try:
            cls.internet = SignedSchools()
        except schools.CannotRun as reason:
            raise unittest.SkipTest(str(reason)) from reason
        cls.addClassCleanup(cls.internet.close)
        cls.mail = mail_servers.mailboxes(cls.internet.folder, "big")
        cls.big = Postfix(cls.internet, cls.internet.big, "big-postfix", f"""\
myhostname = mx1.bigschool.edu
inet_interfaces = {EXCHANGERS["mx1.bigschool.edu"]}
smtpd_tls_security_level = may
smtpd_tls_chain_files = {cls.internet.key}, {cls.internet.certificate}
virtual_mailbox_domains = {", ".join(DOMAINS)}
virtual_mailbox_base = {cls.mail}
virtual_mailbox_maps = inline:{{{", ".join(f"bob@{domain}={domain}/" for domain in DOMAINS)}}}
virtual_uid_maps = static:{MAILBOX_USER}
virtual_gid_maps = static:{MAILBOX_USER}
""", f"{EXCHANGERS['mx1.bigschool.edu']}:smtp inet n - n - - smtpd\n")
        cls.small = Postfix(cls.internet, cls.internet.small, "small-postfix", f"""\
myhostname = mail.smallschool.edu
inet_interfaces = {SMALL_MAIL}
smtp_bind_address = {SMALL_MAIL}
smtp_dns_support_level = dnssec
smtp_tls_security_level = dane
smtp_tls_loglevel = 1
""", "")

    def setUp(self):
        super().setUp()
        wait_until(lambda: self.is_empty(self.small.queue()), "an empty queue: it may hold what another test sent")
        for domain in DOMAINS:
            shutil.rmtree(self.mail / domain, ignore_errors=True)
        self.tern({"dnssec": {"validation": True, "trust_anchors": str(self.internet.anchor)}},
                  wrapper=self.internet.small.inside)
        self.seen = len(self.small.log())

    @staticmethod
    def is_empty(queue):
        return not queue.strip()

    def send(self, domain):
        message = email.message.EmailMessage(policy=email.policy.SMTPUTF8)
        message["From"], message["To"], message["Subject"] = ALICE, f"bob@{domain}", "Science fair"
        message["Date"] = email.utils.localtime()
        message["Message-ID"] = email.utils.make_msgid(domain="smallschool.edu")
        message.set_content("See you at the science fair.\n")
        return self.small.submit(message)

    def log(self):
        return self.small.log()[self.seen:]

    def arrived(self, domain):
        return messages(self.mail / domain)

    def delete(self):
        self.small.run("postsuper", "-c", str(self.small.etc), "-d", "ALL")

    def test_a_matching_tlsa_makes_a_verified_connection(self):
        attempt = self.send("bigschool.edu").attempt()
        self.assertEqual(attempt.status, "sent", self.log())
        self.assertIn("Verified TLS connection established to mx1.bigschool.edu", self.log())
        wait_until(lambda: self.arrived("bigschool.edu"), "a message for bob")

    def test_a_tlsa_that_does_not_match_keeps_the_mail(self):
        submission = self.send("wrongschool.edu")
        self.addCleanup(self.delete)
        attempt = submission.attempt(2)
        self.assertEqual((attempt.status, attempt.code), ("deferred", NOT_TRUSTED), self.log())
        self.assertNotIn("Verified TLS connection", self.log())
        self.assertEqual(self.arrived("wrongschool.edu"), [])

    def test_without_our_ad_bit_nothing_is_verified(self):
        """That the test can fail: it is the resolver's AD that makes the connection verified."""
        self.tern({"dnssec": {"validation": False}}, wrapper=self.internet.small.inside)
        attempt = self.send("bigschool.edu").attempt()
        self.assertEqual(attempt.status, "sent", self.log())
        self.assertNotIn("Verified TLS connection", self.log())

    def test_an_unsigned_domain_gets_its_mail_whatever_its_tlsa(self):
        attempt = self.send("plainschool.edu").attempt()
        self.assertEqual(attempt.status, "sent", self.log())
        self.assertIn("TLS connection established", self.log())
        self.assertNotIn("Verified TLS connection", self.log())

    def test_a_zone_that_goes_bogus_keeps_the_mail(self):
        self.send("turningschool.edu").delivered()
        self.assertIn("Verified TLS connection established", self.log())
        wait_until(lambda: len(self.arrived("turningschool.edu")) == 1, "a message for bob")
        self.internet.turn_bogus()
        self.addCleanup(self.internet.turn)
        self.addCleanup(self.delete)

        def is_bogus():
            asked = ["+cd", "+dnssec", "turningschool.edu", "MX"]
            reply = subprocess.run([*self.internet.small.inside, "dig", "@198.18.71.1", "+norec", *asked],
                                   capture_output=True, text=True, timeout=20, check=True).stdout
            return "202002010000" in reply
        wait_until(is_bogus, "signatures that have expired")
        time.sleep(signed_schools.TTL + 1)
        submission = self.send("turningschool.edu")
        attempt = submission.attempt(3)
        self.assertEqual({each.status for each in submission.attempts()}, {"deferred"}, self.log())
        self.assertEqual(attempt.code, "4.4.3", attempt)
        self.assertTrue(submission.is_queued())
        self.assertEqual(len(self.arrived("turningschool.edu")), 1)

    def test_tern_mail_says_what_postfix_will_find(self):
        for domain, state in (("bigschool.edu", "secure"), ("wrongschool.edu", "secure"),
                              ("plainschool.edu", "insecure")):
            run = subprocess.run([*self.internet.small.inside, TERN, "mail", domain, "--json"],
                                 capture_output=True, text=True, timeout=40, check=False)
            self.assertEqual(run.returncode, 0, run)
            dane = json.loads(run.stdout)["exchangers"][0]["dane"]
            self.assertEqual(dane["state"], state, run.stdout)
            if domain == "bigschool.edu":
                record = dane["records"][0]
                self.assertEqual((record["usage"], record["selector"], record["matching"]), (3, 1, 1))
                self.assertEqual(record["association"].lower(), self.internet.key_digest)
