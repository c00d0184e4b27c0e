"""ternd beside Unbound, Knot Resolver, BIND and PowerDNS: the same questions about a random internet of real servers
(random_zones.py), once with empty caches and once again. Each disagreement with their majority is
explained in EXPLAINED or fails the test; an explanation that nothing needs any more fails it too.

    tests/net/run differential                                # a seed that is always the same
    TERN_DIFFERENTIAL_SEED=7 tests/net/run differential       # another one
    TERN_DIFFERENTIAL_SEED=random tests/net/run differential  # one by chance, which is printed
    TERN_DIFFERENTIAL_QUESTIONS=9000 tests/net/run differential
"""

import collections
import dataclasses
import os
import pathlib
import random
import subprocess
import sys
import time
import unittest
from typing import Callable

import comparison
import peers
import random_zones
from asking import ask_all
from comparison import NOERROR
from internet import TERND, Internet, Program, Tern, dig, raise_file_limit, wait_until
from messages import TYPES

ADDRESSES = {"tern": "127.0.0.1", **{name: f"127.0.0.{at}" for at, name in enumerate(peers.OTHERS, 2)}}
PATIENCE_SECONDS = {"cold": 25, "warm": 12}


@dataclasses.dataclass(frozen=True)
class Case:
    """A question with what ternd and the majority made of it (None: no majority)."""
    question: object
    reply: object
    ours: tuple
    theirs: tuple
    phase: str


@dataclasses.dataclass(frozen=True)
class Explained:
    why: str
    fits: Callable[[Case], bool]
    always: bool = True  # needed in every run; False: it hangs on which replica the others happen to ask


def rcode(outcome):
    return outcome[0] if outcome else None


def kinds(outcome):
    """The types in an answer section."""
    return {kind for _, kind, _ in outcome[1]} if outcome else set()


def is_referral(reply):
    return {record.type for record in reply.authority} == {TYPES["NS"]}


# The oddities with names below a DNAME.
RENAMED = ("dname", "dname_chain", "dname_too_long", "tops")
EXPLAINED = (
    Explained("RFC 8482 section 4.2: ANY is answered with one HINFO record of the resolver's own, whatever there is",
              lambda case: case.question.type == TYPES["ANY"] and kinds(case.ours) == {TYPES["HINFO"]}),
    Explained("RFC 1034 section 4.3.1: without recursion a referral is an answer; a known DNAME is not applied",
              lambda case: not case.question.recursion and case.ours == (NOERROR, frozenset())
              and is_referral(case.reply) and case.question.kind in RENAMED),
    Explained("RFC 1034 section 4.3.1: without recursion the known links of a loop are an answer",
              lambda case: not case.question.recursion and case.question.kind == "cname_loop"
              and rcode(case.ours) == NOERROR),
)


class Differences:
    """Sorts the disagreements of a run."""

    def __init__(self, explained=EXPLAINED):
        self.explained = explained
        self.used = collections.Counter()
        self.unexplained = []  # text
        self.faults = []       # text
        self.against = collections.Counter()
        self.split = collections.Counter()  # by kind

    def take(self, phase, question, answers, world):
        """`answers`: resolver -> Answer, of "tern" and the others."""
        outcomes = {name: self.outcome(question, answer) for name, answer in answers.items()}
        ours, theirs = outcomes["tern"], [each for name, each in outcomes.items() if name != "tern"]
        chosen = comparison.majority(theirs)
        self.split[question.kind] += chosen is None
        for name, outcome in outcomes.items():
            self.against[name] += chosen is not None and outcome != chosen
        for fault in comparison.faults(question, answers["tern"], world):
            self.faults.append(f"{phase}: {question}: {fault}\n    {answers['tern']}")
        if comparison.disagrees(ours, theirs):
            self._explain(Case(question, answers["tern"].reply, ours, chosen, phase), answers, world)

    @staticmethod
    def outcome(question, answer):
        """What is compared."""
        del question
        return answer.outcome()

    def _explain(self, case, answers, world):
        for each in self.explained:
            if case.ours is not None and each.fits(case):
                self.used[each.why] += 1
                return
        self.unexplained.append("\n    ".join(
            [f"{case.phase}: {case.question}{world.described(case.question.name)}", *(f"{name:8} {answer}" for name, answer in answers.items())]))

    def unused(self):
        return [each.why for each in self.explained if each.always and not self.used[each.why]]


class Peer(Program):
    """Another resolver, which answers when this returns."""

    def __init__(self, name, folder, anchor):
        builder, _, _ = peers.OTHERS[name]
        command = builder(folder, pathlib.Path(TERND).parent, address=ADDRESSES[name], ipv6=True, anchor=anchor)
        super().__init__(folder, f"peer-{name}", [str(word) for word in command])
        wait_until(lambda: dig(".", "SOA", server=ADDRESSES[name], timeout=1).status == "NOERROR",
                   f"{name}\n{self.log()}", 30)


class Comparison:
    """What compares ternd with the others in one world: the base of a TestCase."""

    EXPLAINED = EXPLAINED
    anchor = ""  # RDATA of the root's DS record, when all validate

    @classmethod
    def make_world(cls, seed):
        return random_zones.World(seed)

    @classmethod
    def differences(cls):
        return Differences(cls.EXPLAINED)

    @classmethod
    def settings(cls, folder):
        """Of ternd, beside what every world has."""
        del folder
        return {"dnssec": {"validation": False}}

    @classmethod
    def setUpClass(cls):
        missing = [package for name, (_, _, package) in peers.OTHERS.items() if not peers.installed(name)]
        if missing:
            raise unittest.SkipTest(f"not installed: {', '.join(missing)} (deploy/packages, part ci)")
        raise_file_limit()
        seed = os.environ.get("TERN_DIFFERENTIAL_SEED") or "8"
        cls.seed = random.SystemRandom().randrange(10**6) if seed == "random" else int(seed)
        print(f"seed: TERN_DIFFERENTIAL_SEED={cls.seed}", flush=True)
        cls.world = cls.make_world(cls.seed)
        questions = cls.world.questions(int(os.environ.get("TERN_DIFFERENTIAL_QUESTIONS") or 3000))
        internet = Internet(cls.world.servers())
        cls.addClassCleanup(internet.close)
        cls._start(internet.folder)
        cls.found = cls.differences()
        for phase, asked in (("cold", questions), ("warm", cls.world.again(questions))):
            start = time.monotonic()
            answers = ask_all(ADDRESSES, asked, PATIENCE_SECONDS[phase])
            print(f"{phase}: {len(asked)} questions, {time.monotonic() - start:.1f} s", flush=True)
            for at, question in enumerate(asked):
                cls.found.take(phase, question, {name: answers[name][at] for name in ADDRESSES}, cls.world)
        print("against the majority:", dict(cls.found.against))
        print("no majority:", cls.found.split.total(), dict(cls.found.split.most_common(6)))
        for why, times in cls.found.used.items():
            print(f"explained {times} times: {why}")
        sys.stdout.flush()

    @classmethod
    def _start(cls, folder):
        tern = Tern(folder, {"listen": [f"{ADDRESSES['tern']}:53"], "workers": 2, "resolution": {
            "budget": {"client_timeout": "20s", "total_timeout": "20s"}}} | cls.settings(folder))
        cls.addClassCleanup(cls._end, tern)
        for address in ADDRESSES.values():  # BIND listens only where an interface has the address itself
            subprocess.run(["ip", "addr", "replace", f"{address}/8", "dev", "lo"], check=True)
        for name in peers.OTHERS:
            peer = Peer(name, folder, cls.anchor)
            cls.addClassCleanup(peer.stop)

    @classmethod
    def _end(cls, tern):
        code, _ = tern.stop()
        if code != 0:
            raise AssertionError(f"ternd ended with {code}:\n{tern.log()}")

    def fail_with(self, texts, what):
        if texts:
            shown = int(os.environ.get("TERN_DIFFERENTIAL_SHOWN") or 20)
            self.fail(f"{len(texts)} {what}; seed {self.seed}\n" + "\n".join(texts[:shown]))

    def test_every_disagreement_with_the_majority_is_explained(self):
        self.fail_with(self.found.unexplained, "answers that the majority does not give")

    def test_every_explanation_is_needed(self):
        self.fail_with(self.found.unused(), "explanations that nothing needs")

    def test_answers_are_right_by_themselves(self):
        self.fail_with(self.found.faults, "faults")


class DifferentialTest(Comparison, unittest.TestCase):
    """Nothing is signed."""


if __name__ == "__main__":
    unittest.main()
