"""The differential test in a signed internet (signed_random_zones.py). All resolvers validate, and AD is compared too.

    tests/net/run signed_differential      # with the variables of differential_test.py
"""

import pathlib
import tempfile
import unittest

import differential_test
from comparison import NOERROR, SERVFAIL
from differential_test import RENAMED, Explained, is_referral, kinds, rcode
from messages import AD, TYPES
from signed_random_zones import SignedWorld


# Beside those of the unsigned test.
EXPLAINED = differential_test.EXPLAINED + (
    Explained("MAILB is answered with NOTIMP before anything is looked up, and RRSIG with what is at hand, without AD: "
              "nobody signs signatures",
              lambda case: case.question.type == TYPES["MAILB"] and rcode(case.ours) == 4
              or case.question.type == TYPES["RRSIG"] and rcode(case.ours) == NOERROR),
    Explained("RFC 1034 section 4.3.1: without recursion a referral is an answer; a failure is remembered for some "
              "seconds only (RFC 9520), and an alias that leads to a failure was not validated",
              lambda case: not case.question.recursion and case.ours == (NOERROR, frozenset())
              and is_referral(case.reply)),
    Explained("RFC 1034 section 4.3.1: without recursion the known links of a chain that ends in a failure are an answer",
              lambda case: not case.question.recursion and kinds(case.ours) == {TYPES["CNAME"]}
              and rcode(case.theirs) == SERVFAIL),
    Explained("RFC 6672 section 3.2: a question for the type DNAME below a DNAME goes on at the new name, which may be "
              "bogus; some others stop, and some fail",
              lambda case: case.question.type == TYPES["DNAME"] and case.question.kind in RENAMED),
    Explained("RFC 4592 section 2.2.2: a wildcard without data of its own gives NODATA; one of the programs that serve "
              "the zones does not prove that, and some others do not ask another replica",
              lambda case: case.question.kind == "wildcard_as_ent" and case.ours[:2] == (NOERROR, frozenset())
              and rcode(case.theirs) == SERVFAIL, always=False),
)


class SignedDifferences(differential_test.Differences):

    @staticmethod
    def outcome(question, answer):
        """AD says that an answer is secure. With DO each validator tells it; without recursion, only some do."""
        outcome = answer.outcome()
        if outcome is None or not question.dnssec or not question.recursion:
            return outcome
        return *outcome, bool(answer.reply.flags & AD)


class SignedDifferentialTest(differential_test.Comparison, unittest.TestCase):

    EXPLAINED = EXPLAINED

    @classmethod
    def make_world(cls, seed):
        folder = tempfile.TemporaryDirectory(prefix="tern-signing-")
        cls.addClassCleanup(folder.cleanup)
        return SignedWorld(seed, pathlib.Path(folder.name))

    @classmethod
    def differences(cls):
        return SignedDifferences(cls.EXPLAINED)

    @classmethod
    def settings(cls, folder):
        cls.anchor = " ".join(cls.world.anchor.split(None, 6)[3:]).strip()
        path = folder / "root.anchor"
        path.write_text(cls.world.anchor)
        return {"dnssec": {"validation": True, "trust_anchors": str(path)}}


if __name__ == "__main__":
    unittest.main()
