"""Packets that claim to come from somebody else: forged answers and forged or real ICMP errors."""

import multiprocessing
import pathlib
import random
import socket
import struct
import threading
import time

import packets
import zones
from internet import WorldTest, dig, wait_until
from packets import FILTERED, FRAGMENTATION, HOST, NET, PORT, PROTOCOL, answer, ask, query, serving

SERVER, REPLICA = zones.SCRIPTED
RIGHT, WRONG = "198.18.60.1", "198.18.66.6"
RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
FLOOD_SECONDS = 4.0


def truth(asked):
    """www.single.com and the like have one address; the rest of the zone is empty."""
    if asked.type == packets.A and asked.name.startswith("www"):
        return answer(asked.message, packets.address_record(RIGHT))
    soa = b"\xc0\x0c" + struct.pack("!HHIH", packets.SOA, 1, 30, 22) + b"\0\0" + struct.pack("!5I", *[30] * 5)
    return answer(asked.message, soa, counts=(0, 1, 0))


def forged_answers(names, ports, seconds, sent):
    """A process that floods: answers for `names` as SERVER would give them, with random ids, to random ports."""
    lot = random.Random(1)
    raw = packets.Forger().socket
    # A whole takeover: the address, and the zone's server beside it.
    takeover = (packets.address_record(WRONG) + b"\xc0\x10" + struct.pack("!HHIH", packets.NS, 1, 86400, 7) +
                b"\4evil\xc0\x10" + b"\4evil\xc0\x10" + struct.pack("!HHIH", packets.A, 1, 86400, 4) +
                socket.inet_aton(WRONG))
    forgeries = [bytearray(packets.datagram(answer(query(name), takeover, counts=(1, 1, 1)), (SERVER, 53),
                                            (SERVER, 0))) for name in names]
    deadline, count = time.monotonic() + seconds, 0
    low, high = ports
    while time.monotonic() < deadline:
        for forgery in forgeries:
            for _ in range(8):
                struct.pack_into("!H", forgery, 22, lot.randint(low, high))
                struct.pack_into("!H", forgery, 28, lot.getrandbits(16))
                raw.sendto(forgery, (SERVER, 0))
                count += 1
    raw.close()
    sent.value = count


class ForgeryTest(WorldTest):

    def setUp(self):
        super().setUp()
        self.forger = packets.Forger()
        self.addCleanup(self.forger.close)

    def ports(self, low, high):
        before = RANGE.read_text("ascii")
        RANGE.write_text(f"{low} {high}\n", "ascii")
        self.addCleanup(RANGE.write_text, before, "ascii")

    def check_reply(self, reply, address=RIGHT):
        self.assertIsNotNone(reply)
        self.assertEqual(packets.rcode(reply), 0)
        self.assertIn(socket.inet_aton(address), reply)
        self.assertNotIn(socket.inet_aton(WRONG), reply)

    def check_nothing_kept(self, names):
        with serving(zones.SCRIPTED, lambda asked: [truth(asked)]) as server:
            for name in names:
                reply, _ = ask(query(name))
                self.check_reply(reply)
            asked = server.count(name=names[0])
            self.assertEqual(asked, 0, "a right answer is in the cache")
            reply = dig("single.com", "NS")
            self.assertNotIn("evil", reply.text)
            self.assertEqual(dig("evil.single.com", "A").answers, [])

    def one_exchange(self, meddle):
        """One question to the one server of single.com, whose datagram waits a moment for its answer while
        `meddle(asked)` does what it does. Returns (the server, the seconds the client waited)."""
        def script(asked):
            if asked.transport == "udp" and asked.name.startswith("www"):
                meddle(asked)
                return [(0.15, truth(asked))]
            return [truth(asked)]
        self.tern({"resolution": {"qname_minimisation": "off"}})
        dig("shop.com", "A")
        with serving((SERVER,), script) as server:
            reply, took = ask(query("www.single.com"))
            self.check_reply(reply)
        return server, took

    # ------------------------------------------------------------------ single forgeries

    def test_a_strangers_answer_is_not_even_seen(self):
        """Right in all but the address or the port it comes from: the exchange waits for its own server."""
        def meddle(asked):
            false = answer(asked.message, packets.address_record(WRONG))
            self.forger.send(false, (REPLICA, 53), asked.client)
            self.forger.send(false, (SERVER, 54), asked.client)
            self.forger.send(false, (SERVER, 53), (asked.client[0], asked.client[1] ^ 1))
        server, took = self.one_exchange(meddle)
        self.assertEqual((server.count("udp"), server.count("tcp")), (1, 0))
        self.assertGreaterEqual(took, 0.15)

    def test_a_wrong_guess_at_an_open_port_sends_the_exchange_over_tcp(self):
        """Id, name, type, class or case wrong: the same question, once, over TCP, whose answer counts."""
        def changed(change):
            def meddle(asked):
                false = bytearray(answer(asked.message, packets.address_record(WRONG)))
                change(false)
                self.forger.send(bytes(false), (SERVER, 53), asked.client)
            return meddle

        def other_id(message):
            message[0] ^= 0x40

        def other_name(message):
            message[13] = ord("v")

        def other_case(message):
            message[13] ^= 0x20

        def other_type(message):
            message[packets.question_end(message) - 3] = packets.TXT

        def other_class(message):
            message[packets.question_end(message) - 1] = 3

        def no_response(message):
            message[2] &= 0x7f
        for change in (other_id, other_name, other_case, other_type, other_class, no_response):
            server, took = self.one_exchange(changed(change))
            self.assertEqual((server.count("udp"), server.count("tcp")), (1, 1), change.__name__)
            self.assertLess(took, 0.15, change.__name__)
            self.check_nothing_kept(["www.single.com"])

    # ------------------------------------------------------------------ floods

    def flood(self, names, ports, seconds=FLOOD_SECONDS):
        context = multiprocessing.get_context("fork")
        sent = context.Value("l", 0)
        process = context.Process(target=forged_answers, args=(names, ports, seconds, sent), daemon=True)
        process.start()
        self.addCleanup(process.kill)
        return process, sent

    def under_flood(self, ports):
        """Asks names of single.com, whose server takes 100 ms, while they are forged; another zone meanwhile.
        Returns the server."""
        names = [f"www{n}.single.com" for n in range(30)]
        self.tern({"resolution": {"qname_minimisation": "off"}})
        dig("shop.com", "A")
        quiet = [self.innocent(n)[1] for n in range(50)]
        replies = []
        with serving((SERVER,), lambda asked: [(0.1, truth(asked))]) as server:
            process, sent = self.flood(names, ports)
            client = threading.Thread(target=lambda: replies.extend(ask(query(name), timeout=6) for name in names))
            client.start()
            loud = []
            while client.is_alive() or process.is_alive():
                reply, took = self.innocent(50 + len(loud))
                self.assertIsNotNone(reply)
                self.assertEqual(packets.rcode(reply), 0)
                loud.append(took)
                time.sleep(0.005)
            client.join()
            process.join()
            for reply, _ in replies:
                self.check_reply(reply)
        print(f"{sent.value} forged answers to ports {ports[0]}-{ports[1]}: {server.count('udp')} questions over UDP, "
              f"{server.count('tcp')} over TCP; an innocent zone's median {1000 * packets.median(quiet):.1f} ms before, "
              f"{1000 * packets.median(loud):.1f} ms of {len(loud)} meanwhile", flush=True)
        self.assertGreater(sent.value, 10_000)
        self.assertEqual(len(replies), len(names))
        self.assertLess(packets.median(loud), 0.05)
        self.check_nothing_kept(names)
        return server, names

    def innocent(self, number):
        """A question that costs an exchange with a zone nobody attacks."""
        return ask(query(f"n{number}.any.d{number % zones.DOMAINS:02}.com"))

    def test_a_flood_of_forged_answers_is_never_believed(self):
        self.under_flood(tuple(int(word) for word in RANGE.read_text("ascii").split()))

    def test_guesses_that_meet_open_ports_are_never_believed_either(self):
        """Three hundred ports only, so that most exchanges are met: those go over TCP."""
        self.ports(40000, 40299)
        server, names = self.under_flood((40000, 40299))
        self.assertGreater(server.count("tcp"), len(names) // 2)
        self.assertLessEqual(server.count("tcp"), len(names) + 2)
        # One datagram, then TCP: not a new datagram for each guess.
        self.assertLessEqual(server.count("udp"), 2 * len(names))

    # ------------------------------------------------------------------ ICMP

    def unreachable(self, code, zone="victim.com", servers=zones.SCRIPTED, icmp=None):
        """The first server that is asked says nothing but ICMP. Returns the seconds until the other is asked."""
        told = []
        icmp = icmp or self.forger.icmp

        def script(asked):
            if asked.transport != "udp" or not asked.name.startswith("www"):
                return [truth(asked)]
            if not told:
                icmp(code, asked.server, asked.client, (asked.server, 53))
                told.append(asked)
                return []
            return [truth(asked)]
        self.tern({"resolution": {"qname_minimisation": "off"}})
        dig("shop.com", "A")
        dig(zone, "DS")
        with serving(servers, script) as server:
            reply, took = ask(query(f"www.{zone}"))
        self.check_reply(reply)
        asked = [a for a in server.asked if a.name == f"www.{zone}"]
        self.assertEqual(len(asked), 2)
        self.assertNotEqual(asked[0].server, asked[1].server)
        wait = asked[1].when - asked[0].when
        print(f"{zone}: ICMP unreachable, code {code}: the replica is asked after {1000 * wait:.1f} ms, the client "
              f"has its answer after {1000 * took:.1f} ms", flush=True)
        return wait

    def test_unreachable_is_noticed_at_once_and_the_replica_asked(self):
        """The errors that RFC 1122 section 4.2.3.9 calls hard; of the soft ones a hedge takes care."""
        for code in (PORT, PROTOCOL, FILTERED):
            # No hedge comes before 10 ms. A busy machine may be late once, not five times.
            self.assertTrue(any(self.unreachable(code) < 0.010 for _ in range(5)), code)
        for code in (NET, HOST):
            self.assertLess(self.unreachable(code), 0.5, code)

    def test_unreachable_over_ipv6_is_noticed_too(self):
        def wait(code):
            return self.unreachable(code, "newer.com", zones.SCRIPTED_V6, packets.icmp6)
        for code in (packets.PORT6, packets.FILTERED6):
            self.assertTrue(any(wait(code) < 0.010 for _ in range(5)), code)
        for code in (packets.NET6, packets.HOST6):
            self.assertLess(wait(code), 0.5, code)

    def test_icmp_for_other_exchanges_does_no_harm(self):
        def meddle(asked):
            host, port = asked.client
            for code in range(16):
                for source in ((host, port ^ 1), (host, 53), ("127.0.0.1", port)):
                    self.forger.icmp(code, SERVER, source, (SERVER, 53), mtu=552)
                self.forger.icmp(code, SERVER, (host, port), (REPLICA, 53), mtu=552)
                self.forger.icmp(code, SERVER, (host, port), (SERVER, 54), mtu=552)
                # As if the clients' own socket had an error: it goes on to serve.
                self.forger.icmp(code, "127.0.0.1", ("127.0.0.1", 53), ("127.0.0.1", port), mtu=552)
        server, _ = self.one_exchange(meddle)
        self.assertEqual((server.count("udp"), server.count("tcp")), (1, 0))

    def test_fragmentation_needed_changes_nothing(self):
        """The exchange goes on; nothing that leaves, before or after, is a fragment or smaller than it was."""
        def meddle(asked):
            for mtu in (0, 68, 552, 1280):
                self.forger.icmp(FRAGMENTATION, SERVER, asked.client, (SERVER, 53), mtu=mtu)
                self.forger.icmp(FRAGMENTATION, SERVER, ("127.0.0.1", 53), asked.client, mtu=mtu)
        with packets.capture((2, 6, packets.Capture.FRAGMENT_MASK & ~0x2000, 0), packets.Capture.UDP) as seen:
            server, _ = self.one_exchange(meddle)
            self.assertEqual((server.count("udp"), server.count("tcp")), (1, 0))
            before = dig("+bufsize=1232", "+ignore", "crowd.shop.com", "A")
        with packets.capture(packets.Capture.UDP) as after:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.connect(("127.0.0.1", 53))
                client.settimeout(4)
                for mtu in (68, 552):
                    self.forger.icmp(FRAGMENTATION, "127.0.0.1", ("127.0.0.1", 53), client.getsockname(), mtu=mtu)
                client.send(query("whole.shop.com", packets.TXT, payload=1232))
                truncated = client.recv(65535)
                client.send(query("shop.com", packets.TXT, payload=1232))
                client.recv(65535)
            again = dig("+bufsize=1232", "+ignore", "crowd.shop.com", "A")
        self.assertEqual(truncated[2] & 2, 2)
        self.assertEqual(again.octets, before.octets)
        fragments = [p for p in seen.packets + after.packets if struct.unpack_from("!H", p, 6)[0] & 0x3fff]
        self.assertEqual(fragments, [])
        self.assertGreater(len(after.packets), 3)

    def test_unreachable_floods_do_not_kill_the_socket_that_serves(self):
        daemon = self.tern()
        dig("shop.com", "A")
        for port in range(20_000, 30_000):
            self.forger.icmp(PORT, "127.0.0.1", ("127.0.0.1", 53), ("127.0.0.1", port))
        before = daemon.cpu_seconds()
        reply, took = ask(query("shop.com"))
        self.check_reply(reply, "198.18.20.1")
        self.assertLess(took, 0.5)
        time.sleep(0.5)
        self.assertLess(daemon.cpu_seconds() - before, 0.2)
        wait_until(daemon.alive, "ternd lives")
