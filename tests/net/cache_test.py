"""What is remembered and for how long, counted at the name servers."""

import pathlib
import struct
import subprocess
import time

import packets
import zones
from internet import WorldTest, dig, watch


class CacheTest(WorldTest):

    def setUp(self):
        super().setUp()
        self.tern()

    def test_a_second_question_reaches_no_server(self):
        self.answers(dig("host.shop.com", "A"), "A", "198.18.20.2", "198.18.20.3", "198.18.20.4")
        with watch() as seen:
            for _ in range(20):
                dig("host.shop.com", "A")
                dig("HOST.shop.COM", "A")
        self.assertEqual(seen.queries(), [])

    def test_ttl_counts_down_and_expiry_asks_again(self):
        first = dig("www.brief.com", "A")
        self.answers(first, "A", "198.18.21.2")
        self.assertLessEqual(first.ttl("A"), 2)
        with watch() as seen:
            again = dig("www.brief.com", "A")
        self.answers(again, "A", "198.18.21.2")
        self.assertEqual(seen.queries(), [])
        time.sleep(3.1)
        with watch() as seen:
            reply = dig("www.brief.com", "A")
        self.answers(reply, "A", "198.18.21.2")
        self.assertEqual(len(seen.queries(name="www.brief.com.")), 1)
        long = dig("long.brief.com", "A").ttl("A")
        time.sleep(2.1)
        self.assertIn(long - dig("long.brief.com", "A").ttl("A"), (2, 3))

    def test_time_in_which_the_machine_slept_counts(self):
        library, asleep = self.internet.folder / "asleep.so", self.internet.folder / "asleep"
        source = pathlib.Path(__file__).with_name("asleep.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        asleep.write_bytes(struct.pack("=q", 0))
        self.tern(environment={"LD_PRELOAD": str(library), "TERN_ASLEEP": str(asleep)})
        before = dig("long.brief.com", "A").ttl("A")
        slept = before // 2
        asleep.write_bytes(struct.pack("=q", slept))
        after = dig("long.brief.com", "A").ttl("A")
        self.assertIn(before - after, range(slept, slept + 5))
        asleep.write_bytes(struct.pack("=q", before + 1))
        with watch() as seen:
            dig("long.brief.com", "A")
        self.assertEqual(len(seen.queries(name="long.brief.com.")), 1)

    def test_root_is_asked_once_for_many_names_under_one_tld(self):
        with watch() as seen:
            for n in range(zones.DOMAINS):
                for h in range(3):
                    self.answers(dig(f"h{h}.d{n:02}.com", "A"), "A", f"198.18.{40 + n}.{h + 1}")
        asked_com = [p for p in seen.queries(to=zones.ROOT) if p.name.endswith("com.")]
        self.assertEqual(len(asked_com), 1, [(p.name, p.type, p.target) for p in asked_com])
        self.assertLessEqual(len(seen.queries(to=zones.ROOT)), 6, "priming, com., arpa and the like")

    def test_a_tld_is_asked_once_for_many_names_under_one_domain(self):
        with watch() as seen:
            for h in range(10):
                dig(f"h{h}.d03.com", "A")
        self.assertEqual(len([p for p in seen.queries(to=zones.COM) if "d03" in p.name]), 1)
        own = [p for p in seen.queries(to=zones.AUTH + zones.REPLICA) if "d03" in p.name]
        self.assertEqual(len(own), 10, [(p.name, p.type) for p in own])

    def test_negative_answers_are_remembered_for_the_soa_minimum(self):
        for name, kind in (("nothing.shop.com", "A"), ("v4.shop.com", "AAAA")):
            dig(name, kind)
            with watch() as seen:
                again = dig(name, kind)
            self.assertEqual(seen.queries(), [])
            self.assertLessEqual(again.sections["AUTHORITY"][0][1], zones.MINIMUM)

    def test_nxdomain_of_a_top_level_domain_covers_what_lies_below(self):
        """RFC 8020. Others are not believed so far without validation."""
        for name, asked in (("nothing.com", 0), ("nothing.shop.com", 1)):
            dig(name, "A")
            with watch() as seen:
                reply = dig(f"below.it.{name}", "AAAA")
            self.assertEqual(reply.status, "NXDOMAIN", reply.text)
            # A server's first denial is asked for again in lower case.
            self.assertIn(len(seen.queries()), (asked, 2 * asked), name)

    def test_max_ttl_and_max_negative_ttl_are_the_operators(self):
        self.tern({"cache": {"max_ttl": "100s", "max_negative_ttl": "5s"}})
        self.assertLessEqual(dig("host.shop.com", "A").ttl("A"), 100)
        dig("nothing.shop.com", "A")
        reply = dig("nothing.shop.com", "A")
        self.assertLessEqual(reply.sections["AUTHORITY"][0][1], 5, reply.text)

    def test_min_ttl_is_the_operators(self):
        self.tern({"cache": {"min_ttl": "60s"}})
        dig("www.brief.com", "A")
        time.sleep(2.5)
        with watch() as seen:
            reply = dig("www.brief.com", "A")
        self.answers(reply, "A", "198.18.21.2")
        self.assertEqual(seen.queries(), [])
        self.assertGreater(reply.ttl("A"), 50)

    def test_servers_learn_no_more_of_the_name_than_they_need(self):
        """RFC 9156: the root hears com., com. hears shop.com."""
        with watch() as seen:
            dig("ent.deep.shop.com", "A")
        self.assertEqual([p.name for p in seen.queries(to=zones.ROOT) if "deep" in p.name], [])
        self.assertEqual([p.name for p in seen.queries(to=zones.COM) if "deep" in p.name], [])
        self.tern({"resolution": {"qname_minimisation": "off"}})
        with watch() as seen:
            self.answers(dig("ent.deep.shop.com", "A"), "A", "198.18.20.9")
        self.assertNotEqual([p for p in seen.queries(to=zones.ROOT) if "deep" in p.name], [])

    def test_strict_minimisation_resolves_too(self):
        self.tern({"resolution": {"qname_minimisation": "strict"}})
        self.answers(dig("ent.deep.shop.com", "A"), "A", "198.18.20.9")
        self.answers(dig("www.shop.com", "A"), "A", "198.18.20.6")

    def test_upstream_queries_are_hard_to_guess(self):
        """Ids, ports and letter case differ from query to query; recursion is not asked for."""
        with watch() as seen:
            for n in range(10):
                for h in range(10):
                    dig(f"h{h}.d{n:02}.com", "A")
        sent = [p for p in seen.queries() if p.transport == "udp"]
        self.assertGreaterEqual(len(sent), 100)
        self.assertGreater(len({p.id for p in sent}), 0.95 * len(sent))
        self.assertGreater(len({p.port for p in sent}), 0.9 * len(sent))
        self.assertTrue(any(p.name != p.name_as_sent for p in sent))
        self.assertFalse(any(p.recursion_desired for p in sent))

    def test_case_randomisation_can_be_turned_off(self):
        self.tern({"resolution": {"case_randomisation": False}})
        with watch() as seen:
            dig("h0.d00.com", "A")
        self.assertEqual([p.name_as_sent for p in seen.queries() if p.name != p.name_as_sent], [])

    def test_both_replicas_share_the_load(self):
        with watch() as seen:
            for n in range(20):
                for h in range(10):
                    dig(f"h{h}.d{n:02}.com", "A")
        asked = [len(seen.queries(to=to)) for to in (zones.AUTH, zones.REPLICA)]
        self.assertGreater(min(asked), 0.05 * sum(asked), asked)

    def test_popular_names_are_refreshed_whichever_worker_they_belong_to(self):
        self.tern({"workers": 2, "cache": {"max_ttl": "20s"}})
        names = [f"h{h}.d{d:02}.com" for h in range(10) for d in range(3)]

        def ask_all():
            for name in names:
                reply, seconds = packets.ask(packets.query(name))
                self.assertEqual(packets.rcode(reply), 0)
                self.assertLess(seconds, 1)
        start = time.monotonic()
        for _ in range(4):
            ask_all()
        time.sleep(18.6 - (time.monotonic() - start))
        with watch() as seen:
            for _ in range(3):
                ask_all()
            time.sleep(0.5)
        asked = [packet.name.lower().rstrip(".") for packet in seen.queries()]
        self.assertEqual(set(asked), set(names))
        # A server that a busy machine delays is hedged.
        self.assertLessEqual(len(asked), len(names) + 3)
        # From the refreshed ones, which have their whole time again.
        time.sleep(2)
        with watch() as seen:
            ask_all()
        self.assertEqual(seen.queries(), [])
