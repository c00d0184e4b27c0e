"""Validation of zones that real signers have signed. dig and delv look at the answers."""

import json
import subprocess
import time

from internet import TERN, WorldTest, dig, wait_until, watch_upstream
from signed_zones import SignedInternet

SIGNED = ("good.com", "three.com", "hashed.com")  # NSEC, NSEC3, NSEC3 with opt-out
SIGNATURE_EXPIRED = 7  # RFC 8914


class DnssecTest(WorldTest):

    @classmethod
    def setUpClass(cls):
        cls.internet = SignedInternet()
        cls.addClassCleanup(cls.internet.close)

    def setUp(self):
        super().setUp()
        self.tern({"dnssec": {"validation": True,
                              "trust_anchors": str(self.internet.folder / "root.anchor")}})

    def ask_twice(self, *words):
        """Of the name servers, and of the cache."""
        return [dig("+dnssec", *words) for _ in range(2)]

    def secure(self, status, *words):
        for reply in self.ask_twice(*words):
            self.assertEqual(reply.status, status, reply.text)
            self.assertIn("ad", reply.flags, reply.text)
            self.assertIsNone(reply.extended_error, reply.text)
        return reply

    def insecure(self, status, *words):
        for reply in self.ask_twice(*words):
            self.assertEqual(reply.status, status, reply.text)
            self.assertNotIn("ad", reply.flags, reply.text)

    def delv(self, *words):
        return subprocess.run(
            ["delv", "@127.0.0.1", "-a", self.internet.folder / "delv.anchor", "+root=.", *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False).stdout

    def test_an_address_of_a_signed_zone_is_secure(self):
        for zone in SIGNED:
            reply = self.secure("NOERROR", f"www.{zone}", "A")
            self.answers(reply, "A", "198.18.30.1", "198.18.30.2")
            self.assertEqual(len(reply.rdata("RRSIG")), 1, reply.text)
        self.assertEqual(dig("www.good.com", "A").rdata("RRSIG"), [])

    def test_the_probes_of_mail_software_get_ad(self):
        """Those of Postfix, mox, mailcow and Mailu; without them there is no DANE (RFC 6840 sections 5.7 and 5.8)."""
        for probe in (("+dnssec", "+noadflag", ".", "NS"), ("+adflag", "com", "NS"), ("+dnssec", "com", "A"),
                      ("+adflag", "good.com", "A")):
            for _ in range(2):
                reply = dig(*probe)
                self.assertEqual(reply.status, "NOERROR", reply.text)
                self.assertIn("ad", reply.flags, reply.text)
            for words in (("+noadflag", "+nodnssec"), ("+noadflag", "+nodnssec", "+noedns")):
                reply = dig(*words, *probe[-2:])
                self.assertEqual(reply.status, "NOERROR", reply.text)
                self.assertNotIn("ad", reply.flags, reply.text)

    def test_keys_and_delegations_are_secure(self):
        for zone in (".", "com", *SIGNED):
            self.secure("NOERROR", zone, "DNSKEY")
            self.secure("NOERROR", zone, "SOA")
        for zone in ("com", *SIGNED, "plain.com"):
            self.secure("NOERROR", zone, "DS")

    def test_aliases_are_secure_within_a_zone_and_from_one_to_another(self):
        for zone in SIGNED:
            for alias in ("alias", "out"):
                reply = self.secure("NOERROR", f"{alias}.{zone}", "A")
                self.assertEqual(reply.rdata("A"), ["198.18.30.1", "198.18.30.2"], reply.text)

    def test_what_is_loaded_is_validated(self):
        """tern cache load: good records need no servers, and others are asked for again."""
        socket = str(self.internet.folder / "control")
        self.tern({"dnssec": {"validation": True, "trust_anchors": str(self.internet.folder / "root.anchor")},
                   "control": {"socket": socket}})

        def tern(*words, text=None):
            return subprocess.run([TERN, *words, "--socket", socket], input=text, capture_output=True, text=True,
                                  timeout=40, check=True).stdout
        self.secure("NOERROR", "www.good.com", "A")
        dump = tern("cache", "dump")
        self.assertIn("www.good.com. ", dump)
        forged = dump.replace(" A 198.18.30.1\n", " A 198.18.30.99\n")
        for loaded, askings in ((dump, 0), (forged, 1)):
            tern("flush", "--all")
            self.assertRegex(tern("cache", "load", text=loaded), r"^\d+ RRsets loaded, 0 known better")
            with watch_upstream() as seen:
                self.answers(self.secure("NOERROR", "www.good.com", "A"), "A", "198.18.30.1", "198.18.30.2")
            asked = {(query.name, query.type, query.target) for query in seen.queries() if query.name.rstrip(".").lower() == "www.good.com"}
            self.assertEqual(len(asked), askings, asked)

    def test_what_does_not_exist_is_proven(self):
        for zone in ("good.com", "three.com", "com", ""):
            self.secure("NXDOMAIN", f"nothing.{zone}", "A")
        self.secure("NXDOMAIN", "below.of.nothing.good.com", "A")
        # An unsigned zone may begin in an opt-out range.
        self.insecure("NXDOMAIN", "nothing.hashed.com", "A")

    def test_a_missing_type_is_proven(self):
        for zone in SIGNED:
            for name in ("www", "ent", *(("x.wild",) if zone != "hashed.com" else ())):
                reply = self.secure("NOERROR", f"{name}.{zone}", "MX")
                self.assertEqual(reply.answers, [], reply.text)
        # What hides the name is an opt-out range.
        self.insecure("NOERROR", "x.wild.hashed.com", "MX")

    def test_wildcards_are_proven(self):
        for zone in ("good.com", "three.com"):
            for name in ("x.wild", "x.y.wild"):
                reply = self.secure("NOERROR", f"{name}.{zone}", "A")
                self.answers(reply, "A", "198.18.30.4")
                self.assertIn({"good.com": "NSEC", "three.com": "NSEC3"}[zone],
                              [r[2] for r in reply.sections["AUTHORITY"]], reply.text)

    def test_expired_signatures_are_servfail_and_say_so(self):
        for name, kind in (("www", "A"), ("nothing", "A"), ("www", "MX"), ("x.wild", "A")):
            for reply in self.ask_twice(f"{name}.old.com", kind):
                self.assertEqual(reply.status, "SERVFAIL", reply.text)
                self.assertEqual(reply.extended_error, SIGNATURE_EXPIRED, reply.text)
                self.assertEqual(reply.answers, [], reply.text)

    def test_who_checks_itself_gets_bogus_data(self):
        for _ in range(2):
            reply = dig("+dnssec", "+cd", "www.old.com", "A")
            self.answers(reply, "A", "198.18.30.1", "198.18.30.2")
            self.assertEqual(len(reply.rdata("RRSIG")), 1, reply.text)
            self.assertNotIn("ad", reply.flags, reply.text)
            self.assertEqual(dig("www.old.com", "A").status, "SERVFAIL")

    def test_unsigned_zones_are_answered_without_ad(self):
        for zone in ("plain.com", "child.hashed.com"):
            self.insecure("NOERROR", f"www.{zone}", "A")
            self.insecure("NXDOMAIN", f"nothing.{zone}", "A")
            self.answers(dig(f"www.{zone}", "A"), "A", "198.18.30.1", "198.18.30.2")

    def test_a_negative_trust_anchor_exempts_a_zone(self):
        self.tern({"dnssec": {"validation": True,
                              "trust_anchors": str(self.internet.folder / "root.anchor"),
                              "negative_trust_anchors": ["old.com."]}})
        self.insecure("NOERROR", "www.old.com", "A")
        self.secure("NOERROR", "www.good.com", "A")

    def test_a_negative_trust_anchor_says_why_and_ends_by_itself(self):
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 12))
        anchor = {"zone": "old.com.", "until": until, "reason": "signer is down, ticket 17"}
        self.tern({"dnssec": {"validation": True, "negative_trust_anchors": [anchor],
                              "trust_anchors": str(self.internet.folder / "root.anchor")}})
        reply = dig("www.old.com", "A")
        self.assertEqual(reply.status, "NOERROR", reply.text)
        self.assertIn(anchor["reason"], reply.text)
        run = subprocess.run([TERN, "why", "www.old.com", "--server", "127.0.0.1"], capture_output=True,
                             text=True, timeout=30, check=False)
        self.assertIn(f"old.com. is a negative trust anchor: {anchor['reason']}", run.stdout)
        wait_until(lambda: "the negative trust anchor old.com. has ended" in self.daemon.log(), "its end", 30)
        self.assertEqual(dig("www.old.com", "A").status, "SERVFAIL")
        self.assertEqual(self.daemon.log().count("has ended"), 1)

    def test_servers_of_bogus_data_are_avoided_and_not_lame(self):
        control = str(self.internet.folder / "control")
        self.tern({"dnssec": {"validation": True, "trust_anchors": str(self.internet.folder / "root.anchor")},
                   "control": {"socket": control}})
        self.assertEqual(dig("www.old.com", "A").status, "SERVFAIL")
        run = subprocess.run([TERN, "servers", "old.com", "--socket", control], capture_output=True, text=True,
                             timeout=30, check=True)
        self.assertIn("avoided for the zone, because what it gave failed validation", run.stdout)
        self.assertNotIn("LAME", run.stdout)

    def test_the_tool_says_why_a_name_is_not_secure(self):
        for name, verdict, code, words in (
                ("www.good.com", "secure", 0, ()),
                ("nothing.good.com", "secure", 0, ()),
                ("www.plain.com", "insecure", 1, ("plain.com. DS", "com. proves that there is no DS")),
                ("www.old.com", "bogus", 3, ("old.com. DNSKEY", "RRSIG of ", "expired ", "said by "))):
            for _ in range(2):  # the second time something is known
                run = subprocess.run([TERN, "why", name, "--server", "127.0.0.1"], capture_output=True,
                                     text=True, timeout=30, check=False)
                self.assertEqual(run.returncode, code, run)
                self.assertIn(f"verdict {verdict}", run.stdout)
                for word in words:
                    self.assertIn(word, run.stdout.partition("verdict")[2])
                self.assertRegex(run.stdout, r"\n  com\. DNSKEY: secure: KSK \d+, algorithm \d+.* from \S+:53\n")
        run = subprocess.run([TERN, "why", "www.old.com", "--server", "127.0.0.1", "--json"],
                             capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(run.returncode, 3, run)
        told = json.loads(run.stdout)
        self.assertEqual(told["verdict"], "bogus")
        self.assertLess(told["link"]["signature_inception"], told["link"]["signature_expiration"])
        self.assertLess(told["link"]["signature_expiration"], time.time())
        run = subprocess.run([TERN, "lookup", "www.good.com", "--server", "127.0.0.1"],
                             capture_output=True, text=True, timeout=30, check=False)
        self.assertIn("NOERROR  secure", run.stdout)

    def test_without_validation_nothing_is_checked(self):
        self.tern()
        self.insecure("NOERROR", "www.old.com", "A")
        self.insecure("NOERROR", "www.good.com", "A")

    def test_another_validator_finds_all_it_needs_in_the_answers(self):
        for zone in SIGNED:
            self.assertIn("fully validated", self.delv(f"www.{zone}", "A"))
            self.assertIn("fully validated", self.delv(f"alias.{zone}", "A"))
            self.assertIn("negative response, fully validated", self.delv(f"www.{zone}", "MX"))
        for zone in ("good.com", "three.com"):
            self.assertIn("negative response, fully validated", self.delv(f"nothing.{zone}", "A"))
            self.assertIn("fully validated", self.delv(f"x.wild.{zone}", "A"))
        for cd in ("+nocdflag", "+cdflag"):
            self.assertIn("unsigned answer", self.delv(cd, "www.plain.com", "A"))
        self.assertIn("resolution failed", self.delv("www.old.com", "A"))
        self.assertIn("RRSIG has expired", self.delv("+cdflag", "www.old.com", "A"))
