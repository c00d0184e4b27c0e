"""What clients see: every kind of answer, over dig and over glibc, on either I/O engine."""

import os
import socket
import subprocess

import zones
from internet import TERN, WorldTest, dig, watch


class AnswersTest(WorldTest):
    """Runs on the engine that TERN_IO_ENGINE names (CTest runs it on both)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine = os.environ.get("TERN_IO_ENGINE", "")

    def setUp(self):
        super().setUp()
        self.tern()

    def test_a(self):
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")

    def test_aaaa(self):
        self.answers(dig("shop.com", "AAAA"), "AAAA", "fd53:20::1")

    def test_every_address_of_a_name(self):
        self.answers(dig("host.shop.com", "A"), "A", "198.18.20.2", "198.18.20.3", "198.18.20.4")

    def test_addresses_come_in_rotating_order(self):
        firsts = {dig("host.shop.com", "A").answers[0][3] for _ in range(30)}
        self.assertGreater(len(firsts), 1)

    def test_mx(self):
        self.answers(dig("shop.com", "MX"), "MX", "10 mx1.shop.com.", "20 mx2.knot.net.")
        self.answers(dig("mx1.shop.com", "A"), "A", "198.18.20.11")
        self.answers(dig("mx2.knot.net", "A"), "A", "198.18.20.12")

    def test_txt(self):
        self.answers(dig("shop.com", "TXT"), "TXT", '"v=spf1 mx -all" "second string"')

    def test_ptr(self):
        self.answers(dig("-x", "198.18.20.2"), "PTR", "host.shop.com.")

    def test_srv(self):
        self.answers(dig("_xmpp._tcp.shop.com", "SRV"), "SRV",
                     "5 10 5222 host.shop.com.", "10 10 5222 v4.shop.com.")

    def test_caa(self):
        self.answers(dig("shop.com", "CAA"), "CAA", '0 issue "ca.example.net"')

    def test_naptr(self):
        self.answers(dig("naptr.shop.com", "NAPTR"), "NAPTR",
                     '100 10 "u" "E2U+sip" "!^.*$!sip:info@shop.com!" .')

    def test_https(self):
        self.answers(dig("https.shop.com", "HTTPS"), "HTTPS", '1 . alpn="h2"')

    def test_ns_and_soa(self):
        self.answers(dig("shop.com", "NS"), "NS", "ns1.shop.com.", "ns2.shop.com.")
        self.assertEqual(len(dig("shop.com", "SOA").rdata("SOA")), 1)

    def test_unknown_type(self):
        reply = dig("odd.shop.com", "TYPE65280")
        self.answers(reply, "TYPE65280", "\\# 4 0A000001")

    def test_cname_chain_across_zones(self):
        reply = dig("www.shop.com", "A")
        self.answers(reply, "A", "198.18.20.6")
        self.assertEqual([(r[0], r[2]) for r in reply.answers],
                         [("www.shop.com.", "CNAME"), ("web.knot.net.", "CNAME"),
                          ("edge.shop.com.", "A")])

    def test_cname_itself_is_an_answer(self):
        self.answers(dig("www.shop.com", "CNAME"), "CNAME", "web.knot.net.")

    def test_cname_loop_is_servfail(self):
        for name in ("a.loop.com", "self.loop.com"):
            reply = dig(name, "A")
            self.assertEqual(reply.status, "SERVFAIL", reply.text)

    def test_short_chain_is_followed_and_an_endless_one_is_not(self):
        self.answers(dig("short5.loop.com", "A"), "A", "198.18.21.6")
        self.assertEqual(dig("chain0.loop.com", "A").status, "SERVFAIL")

    def test_dname(self):
        reply = dig("a.old.shop.com", "A")
        self.answers(reply, "A", "198.18.20.10")
        self.assertEqual(reply.rdata("DNAME"), ["new.shop.com."])
        self.assertEqual(reply.rdata("CNAME"), ["a.new.shop.com."])

    def test_nxdomain(self):
        reply = dig("nothing.shop.com", "A")
        self.assertEqual(reply.status, "NXDOMAIN", reply.text)
        self.assertEqual([r[2] for r in reply.sections["AUTHORITY"]], ["SOA"])
        self.assertLessEqual(reply.sections["AUTHORITY"][0][1], zones.MINIMUM)

    def test_nxdomain_of_a_top_level_domain(self):
        self.assertEqual(dig("www.nosuchtld", "A").status, "NXDOMAIN")

    def test_nodata(self):
        reply = dig("v4.shop.com", "AAAA")
        self.assertEqual((reply.status, reply.answers), ("NOERROR", []), reply.text)
        self.assertEqual([r[2] for r in reply.sections["AUTHORITY"]], ["SOA"])

    def test_empty_non_terminal_is_nodata(self):
        reply = dig("deep.shop.com", "A")
        self.assertEqual((reply.status, reply.answers), ("NOERROR", []), reply.text)
        self.answers(dig("ent.deep.shop.com", "A"), "A", "198.18.20.9")

    def test_wildcard(self):
        self.answers(dig("any.thing.wild.shop.com", "A"), "A", "198.18.20.7")
        self.answers(dig("other.wild.shop.com", "TXT"), "TXT", '"from the wildcard"')
        self.answers(dig("there.wild.shop.com", "A"), "A", "198.18.20.8")

    def test_child_zone_on_the_parents_servers(self):
        self.answers(dig("www.sub.shop.com", "A"), "A", "198.18.21.1")

    def test_glueless_delegation(self):
        self.answers(dig("www.glueless.com", "A"), "A", "198.18.23.2")

    def test_lame_server_is_passed_over(self):
        self.answers(dig("www.lame.com", "A"), "A", "198.18.21.4")

    def test_ipv6_only_name_server(self):
        self.answers(dig("www.sixonly.com", "A"), "A", "198.18.23.3")

    def test_clients_over_ipv6(self):
        self.answers(dig("shop.com", "A", server="::1"), "A", "198.18.20.1")
        self.answers(dig("+tcp", "shop.com", "A", server="::1"), "A", "198.18.20.1")

    def test_clients_over_tcp(self):
        self.answers(dig("+tcp", "shop.com", "MX"), "MX", "10 mx1.shop.com.", "20 mx2.knot.net.")

    def test_large_answer_comes_over_tcp_after_tc(self):
        with watch() as seen:
            small = dig("+ignore", "+bufsize=1232", "large.shop.com", "TXT")
        self.assertIn("tc", small.flags, small.text)
        self.assertLessEqual(small.octets, 1232)
        upstream = [p for p in seen.queries(name="large.shop.com.")]
        self.assertIn("tcp", {p.transport for p in upstream}, "the servers truncate over UDP as well")
        reply = dig("large.shop.com", "TXT")
        self.assertEqual(len(reply.rdata("TXT")), 40, reply.text[:2000])
        self.assertGreater(reply.octets, 8000)

    def test_answers_fit_a_client_without_edns(self):
        reply = dig("+noedns", "+ignore", "crowd.shop.com", "A")
        self.assertIn("tc", reply.flags, reply.text)
        self.assertLessEqual(reply.octets, 512)
        reply = dig("+noedns", "crowd.shop.com", "A")
        self.assertEqual(len(reply.rdata("A")), 100)

    def test_case_of_the_question_comes_back(self):
        self.assertIn("\n;ShOp.CoM.", dig("ShOp.CoM", "A").text)

    def test_flags_of_a_recursive_answer(self):
        reply = dig("shop.com", "A")
        self.assertEqual([f for f in ("qr", "rd", "ra") if f not in reply.flags], [])
        self.assertNotIn("aa", reply.flags)

    def test_without_recursion_desired_only_the_cache_answers(self):
        with watch() as seen:
            cold = dig("+norecurse", "d07.com", "SOA")
        self.assertEqual(cold.answers, [], cold.text)
        self.assertEqual(seen.queries(), [])
        dig("host.shop.com", "A")
        warm = dig("+norecurse", "host.shop.com", "A")
        self.answers(warm, "A", "198.18.20.2", "198.18.20.3", "198.18.20.4")

    def test_without_recursion_a_known_nxdomain_covers_what_lies_below(self):
        """RFC 8020 section 2, of a top level domain."""
        self.assertEqual(dig("nosuchname.com", "A").status, "NXDOMAIN")
        below = dig("+norecurse", "x.nosuchname.com", "MX")
        self.assertEqual(below.status, "NXDOMAIN", below.text)
        self.assertEqual([r[2] for r in below.sections["AUTHORITY"]], ["SOA"])
        beside = dig("+norecurse", "x.shop.com", "MX")
        self.assertEqual((beside.status, {r[2] for r in beside.sections["AUTHORITY"]}), ("NOERROR", {"NS"}))

    def test_unknown_edns_version_is_badvers(self):
        self.assertEqual(dig("+edns=1", "+noednsneg", "shop.com", "A").status, "BADVERS")

    def test_other_opcodes_are_not_implemented(self):
        self.assertEqual(dig("+opcode=status", "shop.com", "A").status, "NOTIMP")

    def test_version_tells_nothing_harmful(self):
        reply = dig("version.bind", "TXT", "CH")
        self.assertIn(reply.status, ("NOERROR", "REFUSED"), reply.text)
        self.assertEqual(dig("shop.com", "A", "HS").status, "REFUSED")

    def test_trust_anchors_are_told(self):
        self.tern({"dnssec": {"validation": True}})
        self.assertIn('". 20326 38696"', dig("trustanchor.server", "TXT", "CH").text)

    def test_glibc_finds_addresses_through_resolv_conf(self):
        def getent(*words):
            return subprocess.run(["getent", *words], capture_output=True, text=True, timeout=20,
                                  check=False)
        found = getent("ahosts", "host.shop.com")
        addresses = {line.split()[0] for line in found.stdout.splitlines()}
        self.assertEqual(addresses, {"198.18.20.2", "198.18.20.3", "198.18.20.4", "fd53:20::2"},
                         found)
        self.assertIn("198.18.20.6", getent("ahostsv4", "www.shop.com").stdout)
        self.assertEqual(getent("hosts", "198.18.20.2").stdout.split(), ["198.18.20.2", "host.shop.com"])
        self.assertEqual(getent("ahosts", "nothing.shop.com").returncode, 2)

    def test_many_questions_on_one_connection(self):
        """RFC 7766: pipelined queries are all answered, in whatever order."""
        import struct  # pylint: disable=import-outside-toplevel
        def query(number, name):
            labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
            message = struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
            return struct.pack("!H", len(message)) + message
        wanted = {n: f"h{n % 10}.d{n // 10:02}.com" for n in range(100)}
        with socket.create_connection(("127.0.0.1", 53), timeout=10) as stream:
            stream.sendall(b"".join(query(n, name) for n, name in wanted.items()))
            with stream.makefile("rb") as replies:
                got = set()
                while len(got) < len(wanted):
                    length, = struct.unpack("!H", replies.read(2))
                    message = replies.read(length)
                    number, flags, _, answers = struct.unpack_from("!4H", message)
                    self.assertEqual((flags & 15, answers), (0, 1), wanted[number])
                    got.add(number)

    def test_tool_prints_the_answer(self):
        run = subprocess.run([TERN, "lookup", "shop.com", "MX", "--server", "127.0.0.1"],
                             capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(run.returncode, 0, run)
        self.assertLess(run.stdout.index("mx1.shop.com"), run.stdout.index("mx2.knot.net"), run.stdout)

    def test_says_which_engine_runs(self):
        if not self.engine:
            self.skipTest("TERN_IO_ENGINE names no engine")
        self.assertIn({"ring": "io_uring", "epoll": "epoll"}[self.engine], self.daemon.log())
