#!/usr/bin/env python3
"""The differential test can fail: wrong answers, made here by hand, are found; so are explanations that nothing
needs. Also the worlds that its seeds make. Needs no namespaces: python3 tests/net/comparison_test.py"""

import collections
import dataclasses
import pathlib
import struct
import sys
import unittest

sys.path[1:1] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
# pylint: disable=wrong-import-position
import oddities
import random_zones
import signed_differential_test
from asking import Answer
from comparison import disagrees, faults, final_name, majority
from differential_test import EXPLAINED, Differences, Explained
from messages import AA, AD, QR, RA, TC, TYPES, Malformed, Question, Reply, printed, wire_name
from signed_differential_test import SignedDifferences


class KnownTtl:
    """A world in which every record has one TTL and the only DNAME is at renamed.alpha."""

    def __init__(self, ttl=300):
        self.ttl = ttl

    def ttl_max(self, *_):
        return self.ttl

    def described(self, _):
        return ""

    def renamed(self, name):
        return self.ttl is not None and name.endswith(wire_name("renamed.alpha"))


OPT = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
NAME = wire_name("www.Example.alpha.")
ASKED = Question(NAME, TYPES["A"], "plain")


def record(name, kind, rdata, ttl=300):
    name = wire_name(name) if isinstance(name, str) else name
    return name + struct.pack("!HHIH", TYPES[kind], 1, ttl, len(rdata)) + rdata


def soa(name, ttl=30, minimum=30):
    return record(name, "SOA", b"\0\0" + struct.pack("!5I", 1, 2, 3, 4, minimum), ttl)


def answer(*records, question=ASKED, rcode=0, flags=QR | RA, authority=(), tcp=False, edns=True):
    message = struct.pack("!6H", 7, flags | rcode, 1, len(records), len(authority), edns)
    message += question.name + struct.pack("!HH", question.type, question.klass)
    return Answer(Reply(message + b"".join(records) + b"".join(authority) + OPT * edns), tcp=tcp)


def a(last, name=NAME, ttl=300):
    return record(name, "A", bytes([198, 18, 0, last]), ttl)


class MajorityTest(unittest.TestCase):

    def test_most_of_those_who_answered(self):
        self.assertEqual(majority(["x", "x", "x", "y"]), "x")
        self.assertEqual(majority(["x", "x", None, "y"]), "x")
        self.assertEqual(majority(["x", "x", "z", "y"]), "x")

    def test_none_where_they_are_split_or_alone(self):
        self.assertIsNone(majority(["x", "x", "y", "y"]))
        self.assertIsNone(majority(["x", None, None, None]))
        self.assertIsNone(majority([None] * 4))
        self.assertIsNone(majority(["x", "y"]))

    def test_disagrees_with_a_majority_or_with_everybody(self):
        self.assertTrue(disagrees("y", ["x", "x", "x", "y"]))
        self.assertTrue(disagrees(None, ["x", "x", "x", "x"]))
        self.assertTrue(disagrees("z", ["x", "x", "y", "y"]))
        self.assertFalse(disagrees("x", ["x", "x", "x", "y"]))
        self.assertFalse(disagrees("y", ["x", "x", "y", "y"]))
        self.assertFalse(disagrees("z", ["x", None, None, None]))


class DifferencesTest(unittest.TestCase):

    def found(self, ours, theirs, explained=()):
        found = Differences(explained)
        found.take("cold", ASKED, {"tern": ours, **{str(n): theirs for n in range(4)}}, KnownTtl())
        return found

    def test_equal_answers_whatever_their_order_case_and_ttl(self):
        theirs = answer(a(2, wire_name("WWW.example.alpha"), 200), a(1, wire_name("WWW.example.alpha"), 200))
        found = self.found(answer(a(1), a(2)), theirs)
        self.assertEqual((found.unexplained, found.faults), ([], []))

    def test_wrong_missing_and_additional_records_and_another_rcode(self):
        theirs = answer(a(1), a(2))
        for wrong in (answer(a(1), a(3)), answer(a(1)), answer(a(1), a(2), a(3)), answer(rcode=3),
                      answer(a(1), a(2), rcode=2), Answer(problem="no answer over UDP")):
            self.assertEqual(len(self.found(wrong, theirs).unexplained), 1, wrong)

    def test_another_letter_in_the_rdata_of_txt_is_another_answer(self):
        asked = record(NAME, "TXT", b"\1a"), record(NAME, "TXT", b"\1A")
        self.assertNotEqual(answer(asked[0]).outcome(), answer(asked[1]).outcome())

    def test_an_explanation_is_used_and_one_that_nothing_needs_is_found(self):
        needed = Explained("fits", lambda case: case.theirs[0] == 0)
        other = Explained("does not", lambda case: False)
        found = self.found(answer(rcode=3), answer(a(1)), (other, needed))
        self.assertEqual((found.unexplained, found.unused()), ([], ["does not"]))

    def test_no_explanation_fits_a_plain_wrong_answer(self):
        for wrong in (answer(a(9)), answer(), answer(rcode=3), answer(rcode=2)):
            self.assertEqual(len(self.found(wrong, answer(a(1)), EXPLAINED).unexplained), 1, wrong)

    def test_counts_who_is_against_the_majority(self):
        found = Differences(())
        found.take("cold", ASKED, {"tern": answer(a(1)), "w": answer(a(1)), "x": answer(a(1)),
                                   "y": answer(a(1)), "z": answer(a(2))}, KnownTtl())
        self.assertEqual(+found.against, collections.Counter({"z": 1}))

    def test_whether_an_answer_is_secure_is_compared_where_it_is_asked_for(self):
        for asked, differ in ((dataclasses.replace(ASKED, dnssec=True), 1), (ASKED, 0)):
            found = SignedDifferences(signed_differential_test.EXPLAINED)
            secure = answer(a(1), flags=QR | RA | AD)
            found.take("cold", asked, {"tern": answer(a(1)), **{name: secure for name in "wxyz"}}, KnownTtl())
            self.assertEqual(len(found.unexplained), differ)

    def test_no_explanation_of_the_signed_internet_fits_a_plain_wrong_answer(self):
        for wrong in (answer(a(9)), answer(), answer(rcode=3), answer(rcode=2)):
            found = self.found(wrong, answer(a(1)), signed_differential_test.EXPLAINED)
            self.assertEqual(len(found.unexplained), 1, wrong)

    def test_signatures_that_come_along_are_not_compared(self):
        signed = answer(a(1), record(NAME, "RRSIG", bytes(40), ttl=200))
        found = self.found(signed, answer(a(1)))
        self.assertEqual((found.unexplained, found.faults), ([], []))


class FaultsTest(unittest.TestCase):

    def words(self, *records, world=KnownTtl(), question=ASKED, **more):
        return " | ".join(faults(question, answer(*records, question=question, **more), world))

    def test_none(self):
        self.assertEqual(self.words(a(1), a(2)), "")
        self.assertEqual(self.words(a(1, ttl=0), world=KnownTtl(0)), "")
        self.assertEqual(self.words(authority=[soa("example.alpha")]), "")
        self.assertEqual(self.words(rcode=3, authority=[soa("alpha")]), "")

    def test_flags(self):
        self.assertIn("flags", self.words(a(1), flags=QR))
        self.assertIn("flags", self.words(a(1), flags=QR | RA | AA))
        self.assertIn("OPT", self.words(a(1), edns=False))
        self.assertIn("octets over UDP", self.words(*map(a, range(60))))
        self.assertEqual(self.words(*map(a, range(60)), tcp=True), "")
        self.assertIn("TC over TCP", self.words(a(1), flags=QR | RA | TC, tcp=True))

    def test_question_comes_back_in_its_own_case(self):
        other = Question(NAME.lower(), TYPES["A"], "plain")
        self.assertIn("another question", faults(ASKED, answer(a(1), question=other), KnownTtl())[0])

    def test_ttls(self):
        self.assertIn("TTL 301", self.words(a(1, ttl=301)))
        self.assertIn("TTL 0", self.words(a(1, ttl=0)))
        self.assertIn("TTLs differ", self.words(a(1, ttl=5), a(2, ttl=6)))
        self.assertIn("no zone has", self.words(a(1), world=KnownTtl(None)))

    def test_chain(self):
        target = wire_name("x.beta.")
        alias = record(NAME, "CNAME", target)
        self.assertEqual(self.words(alias, a(1, target)), "")
        self.assertIn("is due", self.words(a(1, target), alias))
        self.assertIn("is due", self.words(a(1, target)))
        self.assertIn("of type 16", self.words(alias, record(target, "TXT", b"\1a")))
        dname = record("Example.alpha", "DNAME", wire_name("beta."))
        self.assertEqual(self.words(dname, record(NAME, "CNAME", wire_name("www.beta.")),
                                    a(1, wire_name("www.beta."))), "")
        self.assertIn("without its CNAME", self.words(dname, authority=[soa("alpha")]))
        name = wire_name("www.renamed.alpha")
        self.assertIn("without its DNAME", self.words(
            record(name, "CNAME", target), a(1, target), question=Question(name, TYPES["A"], "dname")))
        self.assertIn("twice", self.words(a(1), a(1)))

    def test_negative_answers(self):
        self.assertIn("0 SOA", self.words())
        self.assertIn("0 SOA", self.words(rcode=3))
        self.assertIn("the SOA of beta.", self.words(rcode=3, authority=[soa("beta")]))
        self.assertIn("higher than its minimum", self.words(rcode=3, authority=[soa("alpha", ttl=31)]))


class MessagesTest(unittest.TestCase):

    def test_names_with_any_octet(self):
        for text in (r"a\.b.c.", r"sp\032ace.x.", r"\255\000.", r"back\\slash.", "*.w."):
            self.assertEqual(printed(wire_name(text)), text)
        self.assertEqual(wire_name(r"a\.b.c"), b"\3a.b\1c\0")
        self.assertEqual(wire_name("."), b"\0")

    def test_compressed_names_are_read_and_loops_are_not(self):
        head = struct.pack("!6H", 7, QR, 1, 1, 0, 0) + b"\1A\0" + struct.pack("!HH", 5, 1)
        alias = b"\xc0\x0c" + struct.pack("!HHIH", 5, 1, 60, 4) + b"\1X\xc0\x0c"
        self.assertEqual(Reply(head + alias).answer[0].rdata, b"\1x\1a\0")
        for broken in (b"\xc0\x13", b"\xc0\xff", b"\x80", b"\7abc"):
            with self.assertRaises(Malformed):
                Reply(head + broken + alias[2:])

    def test_end_of_a_chain(self):
        reply = answer(record(NAME, "CNAME", wire_name("b.")), record("b.", "CNAME", wire_name("c.")))
        self.assertEqual(final_name(ASKED, reply.outcome()), wire_name("c."))


class WorldTest(unittest.TestCase):

    def test_a_seed_makes_one_world(self):
        first, second, other = (random_zones.World(seed) for seed in (5, 5, 6))
        self.assertEqual(first.servers(), second.servers())
        self.assertEqual(first.questions(500), second.questions(500))
        self.assertNotEqual(first.servers(), other.servers())

    def test_every_oddity_and_every_way_of_delegation_occurs(self):
        for seed in range(3):
            world = random_zones.World(seed)
            asked = {question.kind for question in world.questions(10**6)}
            self.assertEqual([each.kind for each in oddities.EVERY if each.kind not in asked], [])
            ways = {zone.way for zone in world.zones.values()}
            self.assertEqual(set(random_zones.WAYS) - ways, set())

    def test_ttls_of_what_wildcards_and_dnames_make(self):
        world = random_zones.World(1)
        world.original = {(wire_name("*.w.alpha"), 1): 7, (wire_name("d.alpha"), TYPES["DNAME"]): 8,
                          (wire_name("h.w.alpha"), 16): 9}
        self.assertEqual(world.ttl_max(wire_name("X.W.alpha"), 1), 7)
        self.assertEqual(world.ttl_max(wire_name("h.w.alpha"), 16), 9)
        self.assertEqual(world.ttl_max(wire_name("x.d.alpha"), TYPES["CNAME"]), 8)
        self.assertIsNone(world.ttl_max(wire_name("x.d.alpha"), 1))
        self.assertTrue(world.renamed(wire_name("x.D.alpha")))
        self.assertFalse(world.renamed(wire_name("x.w.alpha")))


if __name__ == "__main__":
    unittest.main()
