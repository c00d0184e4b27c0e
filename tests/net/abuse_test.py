"""Broken packets by the hundred thousand, and what the daemon could be made to do to others."""

import contextlib
import itertools
import os
import random
import select
import socket
import struct
import subprocess
import time

import packets
import zones
from internet import WorldTest, dig, wait_until, watch
from packets import answer, ask, connection, framed, query, serving

SERVER = zones.SCRIPTED[0]
SEED = int(os.environ.get("TERN_SEED", "4"))
MUTANTS = int(os.environ.get("TERN_MUTANTS", "100000"))  # by UDP; a third over TCP, a sixth from servers


def mutant(lot, octets):
    """Some octets or bits changed, cut out, doubled or added; now and then nearly nothing left."""
    octets = bytearray(octets)
    for _ in range(lot.choice((1, 1, 1, 2, 4, 16))):
        if not octets:
            break
        kind, at = lot.randrange(7), lot.randrange(len(octets))
        if kind == 0:
            octets[at] ^= 1 << lot.randrange(8)
        elif kind == 1:
            octets[at] = lot.choice((0, 1, 63, 64, 0x7f, 0x80, 0xc0, 0xc1, 0xff, lot.randrange(256)))
        elif kind == 2:
            del octets[at:at + lot.randrange(1, 20)]
        elif kind == 3:
            octets[at:at] = octets[at:at + lot.randrange(1, 40)]
        elif kind == 4:
            octets[at:at] = bytes(lot.randrange(256) for _ in range(lot.randrange(1, 12)))
        elif kind == 5:
            del octets[at:]
        else:  # counts and lengths are the numbers that are believed
            struct.pack_into("!H", octets, min(at, max(0, len(octets) - 2)), lot.choice(
                (0, 1, 2, 255, 256, 0x7fff, 0xc00c, 0xffff))) if len(octets) > 1 else None
    return bytes(octets)


def real_queries():
    option = b"\0\x0a\0\x08abcdefgh"
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0, len(option)) + option
    signed = bytearray(query("host.shop.com", packets.A, 5))
    signed[11] = 1
    return [query("shop.com"), query("_xmpp._tcp.shop.com", 33, 2, payload=4096), query("localhost", packets.A, 3),
            query("www.itself.com", packets.ANY, 4), bytes(signed) + opt,
            query(".".join(["a" * 63] * 3 + ["b" * 61]), packets.TXT, 6),
            query("old.shop.com", 39, 7, flags=0x0010), query("version.bind", packets.TXT, 8)]


def real_answers(asked):
    """What a server of single.com may say to `asked`: an address, a chain, a referral, nothing, a denial."""
    address = packets.address_record("198.18.60.1")
    chain = b"\xc0\x0c" + struct.pack("!HHIH", 5, 1, 60, 8) + b"\5other\xc0\x10"
    referral = (b"\xc0\x0c" + struct.pack("!HHIH", packets.NS, 1, 60, 5) + b"\2ns\xc0\x0c",
                b"\2ns\xc0\x0c" + struct.pack("!HHIH", packets.A, 1, 60, 4) + socket.inet_aton(SERVER))
    soa = b"\xc0\x10" + struct.pack("!HHIH", packets.SOA, 1, 30, 24) + b"\xc0\x10\xc0\x10" + struct.pack("!5I", *[30] * 5)
    text = b"\xc0\x0c" + struct.pack("!HHIH", packets.TXT, 1, 60, 6) + b"\5hello"
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    return [answer(asked, address), answer(asked, address, address, opt, counts=(2, 0, 1)),
            answer(asked, chain, address), answer(asked, *referral, flags=0x8000, counts=(0, 1, 1)),
            answer(asked, soa, counts=(0, 1, 0)), answer(asked, soa, flags=0x8403, counts=(0, 1, 0)),
            answer(asked, text), answer(asked, flags=0x8401), answer(asked, flags=0x8405)]


class AbuseTest(WorldTest):

    CONFIG = {"workers": 2, "cache": {"memory": "16MiB"}}

    def check_serves(self):
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.answers(dig("+tcp", "shop.com", "A"), "A", "198.18.20.1")
        self.answers(dig("host.shop.com", "A"), "A", "198.18.20.2", "198.18.20.3", "198.18.20.4")

    # ------------------------------------------------------------------ broken packets

    def sound_reply(self, sent, reply):
        """What may come back for `sent`: nothing for less than a header or for a response (it could bounce for
        ever). Anything longer may get a response with its id and opcode, no larger than what UDP without EDNS or the
        default takes."""
        self.assertGreaterEqual(len(sent), 12, "an answer to less than a header")
        self.assertEqual(sent[2] & 0x80, 0, "an answer to a response")
        self.assertGreaterEqual(len(reply), 12)
        self.assertEqual(reply[2] & 0xf8, 0x80 | sent[2] & 0x78)
        self.assertLessEqual(len(reply), 1232)
        if struct.unpack_from("!H", sent, 4)[0] != 1 and not sent[2] & 0x78:
            self.assertEqual(packets.rcode(reply), 1, (sent, reply))  # QDCOUNT != 1: FORMERR

    def test_mutated_queries_over_udp(self):
        """No crash; each gets silence or a sound reply of its own; what is whole is answered meanwhile."""
        self.tern()
        self.check_serves()
        lot = random.Random(SEED)
        base = real_queries()
        # Each of a batch has its own id, so that replies find theirs.
        codes = {}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
            client.connect(("127.0.0.1", 53))
            client.setblocking(False)
            sent = {}

            def collect(seconds):
                while select.select([client], [], [], seconds)[0]:
                    reply = client.recv(65535)
                    number = struct.unpack_from("!H", reply)[0]
                    self.assertIn(number, sent)
                    self.sound_reply(sent[number], reply)
                    codes[packets.rcode(reply)] = codes.get(packets.rcode(reply), 0) + 1
            for count in range(MUTANTS):
                message = bytearray(mutant(lot, lot.choice(base)))
                if len(message) > 1:
                    struct.pack_into("!H", message, 0, count % 50_000)
                    sent[count % 50_000] = bytes(message)
                client.send(message)
                if count % 64 == 63:
                    collect(0)
                if count % 10_000 == 9_999:
                    collect(0.2)  # a socket's queue that is full of these would lose the next query
                    self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
            collect(2.5)
        print(f"seed {SEED}: {MUTANTS} mutated queries, replies by code {codes}", flush=True)
        self.assertGreater(codes.get(1, 0), MUTANTS // 20)
        self.assertGreater(codes.get(0, 0), MUTANTS // 100)
        self.check_serves()

    def test_mutated_queries_over_tcp(self):
        """Lengths that lie, too: the stream is closed or goes on, the daemon goes on."""
        daemon = self.tern()
        self.check_serves()
        lot = random.Random(SEED + 1)
        base = [framed(message) for message in real_queries()]
        descriptors = packets.descriptors(daemon.process.pid)
        octets = sent = 0
        while sent < MUTANTS // 3:
            with connection() as stream:
                # Most streams stay whole in their framing, so that all of their messages are looked at.
                lying = lot.random() < 0.3
                flood = b""
                for _ in range(40):
                    message = lot.choice(base)
                    if lying:
                        flood += mutant(lot, message)
                    else:  # less than a header would end the stream
                        flood += framed(mutant(lot, message[2:]).ljust(12, b"\0"))
                    sent += 1
                with contextlib.suppress(OSError):
                    stream.sendall(flood)
                    stream.shutdown(socket.SHUT_WR)
                    stream.settimeout(0.02)
                    while part := stream.recv(65536):
                        octets += len(part)
        print(f"seed {SEED}: {sent} mutated queries over TCP, {octets} octets of replies", flush=True)
        self.assertGreater(octets, 12 * sent // 4)
        time.sleep(5.2)  # whoever still waited for a name has been told
        self.check_serves()
        self.assertLessEqual(packets.descriptors(daemon.process.pid), descriptors + 300)

    def test_mutated_replies_of_servers(self):
        """Over UDP and, where that leads to it, over TCP: questions are answered, nothing crashes, and what
        does not belong to single.com is not learnt. The replies look forged, so the zone has one datagram
        open, and many questions end at failure_timeout. If the machine is busy just then, a few such answers
        come too late to be sent (service/README.md)."""
        daemon = self.tern({"resolution": {"qname_minimisation": "off", "budget": {"failure_timeout": "1800ms"}}})
        self.check_serves()
        lot = random.Random(SEED + 2)

        def script(asked):
            reply = mutant(lot, lot.choice(real_answers(asked.message)))
            if asked.transport == "udp" and len(reply) > 1 and lot.random() < 0.9:
                reply = asked.message[:2] + reply[2:]
            return [reply] if reply else [b"\0"]
        rounds, batch, answered, codes = MUTANTS // 6 // 200, 200, 0, {}
        with serving((SERVER,), script) as server:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
                client.connect(("127.0.0.1", 53))
                client.settimeout(3)
                for number in range(rounds):
                    for n in range(batch):
                        kind = (packets.A, packets.TXT, packets.AAAA)[n % 3]
                        client.send(query(f"x{number}-{n}.single.com", kind, n))
                    for _ in range(batch):
                        try:
                            reply = client.recv(65535)
                        except TimeoutError:
                            break
                        answered += 1
                        codes[packets.rcode(reply)] = codes.get(packets.rcode(reply), 0) + 1
                        self.assertEqual(reply[2] & 0x80, 0x80)
            udp, tcp = server.count("udp"), server.count("tcp")
        print(f"seed {SEED}: {rounds * batch} questions, {udp} mutated replies over UDP, {tcp} over TCP; "
              f"answers by code {codes}", flush=True)
        self.assertLessEqual(answered, rounds * batch)
        self.assertGreater(answered, 0.98 * rounds * batch)
        self.assertGreater(codes.get(0, 0), answered // 50)
        self.assertGreater(tcp, answered // 50)
        self.assertLessEqual(set(codes), {0, 2, 3})
        self.check_serves()
        self.assertTrue(daemon.alive())
        self.answers(dig("v4.shop.com", "A"), "A", "198.18.20.5")

    # ------------------------------------------------------------------ amplification

    def test_any_is_one_small_record(self):
        """RFC 8482 section 4.2, also for what is in the cache in full."""
        self.tern()
        for kind in ("A", "MX", "TXT", "AAAA", "CAA"):
            dig("shop.com", kind)
        with watch() as seen:
            for words in ([], ["+tcp"], ["+bufsize=4096"], ["+dnssec"]):
                reply = dig(*words, "shop.com", "ANY")
                self.assertEqual([r[2] for r in reply.answers], ["HINFO"], reply.text)
                self.assertLess(reply.octets, 120)
        self.assertEqual(seen.queries(), [])

    def test_no_udp_answer_is_larger_than_the_client_takes_or_1232(self):
        self.tern()
        for name, kind in (("large.shop.com", packets.TXT), ("crowd.shop.com", packets.A), ("huge.shop.com", packets.TXT),
                           ("whole.shop.com", packets.TXT), ("shop.com", packets.ANY)):
            for payload, limit in ((None, 512), (0, 512), (100, 512), (512, 512), (700, 700), (1232, 1232),
                                   (1233, 1232), (4096, 1232), (65535, 1232)):
                for _ in range(2):  # resolved, then from the cache
                    reply, _ = ask(query(name, kind, payload=payload))
                    self.assertLessEqual(len(reply), limit, (name, payload))
                    truncated = reply[2] & 2
                    if name in ("large.shop.com", "huge.shop.com", "whole.shop.com"):
                        self.assertTrue(truncated)
                    self.assertTrue(truncated or struct.unpack_from("!H", reply, 6)[0])

    def test_responses_are_never_answered(self):
        """Nor does the daemon talk to itself when its own address is forged as a query's source."""
        self.tern({"access": {"allow": ["127.0.0.1/32"]}})
        self.check_serves()
        forger = packets.Forger()
        self.addCleanup(forger.close)
        for flags in (0x8180, 0x8000, 0x8403, 0xa800, 0x8181):
            for message in (query("shop.com", flags=flags), query("nothing.shop.com", flags=flags, payload=1232),
                            query("shop.com", flags=flags) + b"broken"):
                for source in (None, "127.0.0.9"):  # also to a client that may not ask
                    self.assertIsNone(ask(message, timeout=0.1, source=source)[0])
                with connection() as stream:
                    stream.sendall(framed(message))
                    stream.settimeout(0.1)
                    self.assertRaises(TimeoutError, stream.recv, 100)
        with packets.capture(packets.Capture.UDP, packets.Capture.TO_PORT_53, (2, 20, 0xffff, 53)) as seen:
            # To itself, and from the chargen port of old; sound, broken, and of an unknown opcode.
            for source in (("127.0.0.1", 53), ("127.0.0.1", 19)):
                for message in (query("shop.com"), query("shop.com") + b"x", query("shop.com", flags=0x2800)):
                    forger.send(message, source, ("127.0.0.1", 53))
            time.sleep(0.5)
        self.assertEqual(len(seen.packets), 2 * 3)  # each query and its one answer

    # ------------------------------------------------------------------ asking itself

    def asked_itself(self, change, name="www.itself.com"):
        """Packets to the daemon's own addresses when it looks for the zone whose name server it is said to be."""
        self.tern(change)
        self.answers(dig("shop.com", "A", server=zones.OWN), "A", "198.18.20.1")
        with watch() as all_families, packets.capture((2, 22, 0xffff, 53)) as seen:
            reply = dig(name, "A", timeout=8, server=zones.OWN)
        self.assertEqual(reply.status, "SERVFAIL", reply.text)
        targets = [socket.inet_ntoa(p[16:20]) for p in seen.packets]
        # It was looked for. Of the packets to the daemon's addresses dig's own question is one.
        self.assertNotEqual(all_families.queries(to=zones.ROOT + zones.COM), [])
        return reply, [t for t in targets if t == zones.OWN or t.startswith(("127.", "0."))]

    def test_a_zone_whose_servers_are_ourselves_is_not_asked(self):
        """Own addresses, 0.0.0.0, :: and IPv4-mapped ones: no packet, though never_query allows all."""
        listen = ["127.0.0.1:53", "[::1]:53", f"{zones.OWN}:53"]
        with watch() as seen:
            reply, targets = self.asked_itself({"listen": listen, "workers": 1})
        self.assertEqual(targets, [zones.OWN])
        self.assertLess(reply.milliseconds, 500)
        self.assertEqual([p for p in seen.packets if p.target in ("::1", "::", "::ffff:127.0.0.1")], [])

    def test_own_addresses_are_known_behind_a_wildcard_too(self):
        """0.0.0.0 and another port: queries to that port at any address of this machine come back."""
        self.tern({"listen": ["0.0.0.0:5302", "127.0.0.1:53"], "resolution": {"upstream_port": 5302}})
        with packets.capture((2, 22, 0xffff, 5302)) as seen:
            self.assertEqual(dig("shop.com", "A", timeout=8).status, "SERVFAIL")
        self.assertEqual(seen.packets, [])

    def test_an_address_is_our_own_from_when_it_comes_until_it_goes(self):
        """It comes to this machine behind a wildcard, and then another machine has it again."""
        def ip(*words):
            subprocess.run(["ip", *words], check=True)
        ip("link", "add", "outside", "type", "veth", "peer", "name", "beyond", "address", "02:00:00:00:00:01")
        self.addCleanup(ip, "link", "del", "outside")
        ip("link", "set", "outside", "up")
        ip("link", "set", "beyond", "up")
        ip("addr", "add", "198.51.100.1/24", "dev", "outside")
        ip("neigh", "add", zones.MOVING, "lladdr", "02:00:00:00:00:01", "dev", "outside")
        self.tern({"listen": ["0.0.0.0:5302", "127.0.0.1:53"], "workers": 2, "resolution": {"upstream_port": 5302},
                   "stub": [{"zone": "com", "to": zones.COM[:1]}]})
        numbers = itertools.count()

        def asked():
            """Packets for the server of the zone: to this machine, and to the other one."""
            with packets.capture((2, 22, 0xffff, 5302)) as here, \
                    packets.capture((2, 22, 0xffff, 5302), interface="beyond") as there:
                dig(f"n{next(numbers)}.moving.com", "A", timeout=1)
            return len(here.packets), len(there.packets)
        here, there = asked()
        self.assertEqual(here, 0)
        self.assertGreater(there, 0)
        ip("addr", "add", f"{zones.MOVING}/32", "dev", "lo")
        wait_until(lambda: asked() == (0, 0), "no packet to the new address", 10)
        ip("addr", "del", f"{zones.MOVING}/32", "dev", "lo")
        wait_until(lambda: asked()[1] > 0, "packets to the other machine", 10)

    def test_never_query_addresses_get_no_packet(self):
        _, targets = self.asked_itself({"listen": [f"{zones.OWN}:53"], "workers": 1, "resolution": {
            "never_query": ["198.18.9.0/24", "127.0.0.0/8", "::1/128"]}})
        self.assertEqual(targets, [zones.OWN])
