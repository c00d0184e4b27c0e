"""DNS cookies (RFC 7873, RFC 9018): to dig, and to NSD and Knot DNS that give and demand them."""

import signal
import struct

import zones
from internet import Internet, WorldTest, dig, wait_until, watch

SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf"
OTHER_SECRET = "445536bcd2513298075a5d379663c962"
CLIENT_COOKIE = "2464c4abcf10c957"


def cookie_of(packet):
    """The COOKIE option's content in a query, whose one record is OPT; None without."""
    at = 12
    while packet.message[at]:
        at += 1 + packet.message[at]
    at += 1 + 4  # root label, type, class
    kind, octets = struct.unpack_from("!xH6xH", packet.message, at)
    options = packet.message[at + 11:at + 11 + octets]
    if kind != 41:
        return None
    while options:
        code, octets = struct.unpack_from("!HH", options)
        if code == 10:
            return options[4:4 + octets]
        options = options[4 + octets:]
    return None


class CookiesTest(WorldTest):

    @classmethod
    def setUpClass(cls):
        programs = {"knot": "knot-cookies", "auth": "nsd-cookies", "replica": "nsd-cookies"}
        cls.internet = Internet(tuple((name, programs.get(name, program), addresses, texts)
                                      for name, program, addresses, texts in zones.SERVERS))
        cls.addClassCleanup(cls.internet.close)

    def is_good(self, reply, status="NOERROR"):
        """dig compares the client cookie, and says so."""
        self.assertEqual(reply.status, status, reply.text)
        self.assertEqual(reply.cookie_verdict, "good", reply.text)
        self.assertEqual(len(reply.cookie), 48, reply.text)

    # ------------------------------------------------------------------ clients

    def test_every_worker_gives_them_resolved_and_cached(self):
        self.tern({"workers": 4})
        for name in [f"h{n}.d{zone:02}.com" for zone in range(4) for n in range(10)]:
            self.is_good(dig("+cookie", name))
            self.is_good(dig("+cookie", name))
            self.is_good(dig("+cookie", "+tcp", name))
        self.is_good(dig("+cookie", "none.shop.com"), "NXDOMAIN")
        self.is_good(dig("+cookie", "a.loop.com"), "SERVFAIL")
        self.is_good(dig("+cookie", "+ignore", "large.shop.com", "TXT"))
        self.is_good(dig("+cookie", "-c", "CH", "version.bind", "TXT"))

    def test_every_worker_takes_those_of_every_other(self):
        self.tern({"workers": 4, "access": {"require_cookies": True}})
        cookie = dig("+cookie", "shop.com").cookie
        for number in range(40):  # each from a port of its own, so that all workers see some
            name = f"h{number % 10}.d1{number // 10}.com"
            self.is_good(dig(f"+cookie={cookie}", "+nobadcookie", name))

    def test_a_client_may_ask_for_a_cookie_alone(self):
        self.tern()
        self.is_good(dig("+cookie", "+header-only"))
        made_up = CLIENT_COOKIE + "010000005cf79f111f8130c3eee29480"
        self.is_good(dig(f"+cookie={made_up}", "+nobadcookie", "+header-only"), "BADCOOKIE")

    def test_malformed_ones_are_format_errors(self):
        self.tern()
        self.assertEqual(dig("+cookie=0102030405", "shop.com").status, "FORMERR")

    def test_where_they_are_required(self):
        self.tern({"access": {"require_cookies": True}})
        self.is_good(dig("+cookie", "+nobadcookie", "shop.com"), "BADCOOKIE")
        self.is_good(dig("+cookie", "shop.com"))  # asks again with the cookie that it got
        truncated = dig("+nocookie", "+ignore", "shop.com")
        self.assertIn("tc", truncated.flags)
        self.assertEqual(truncated.answers, [])
        self.answers(dig("+nocookie", "shop.com"), "A", "198.18.20.1")  # over TCP
        self.answers(dig("+nocookie", "+noedns", "shop.com"), "A", "198.18.20.1")

    def test_a_shared_secret_makes_shared_cookies(self):
        change = {"access": {"require_cookies": True, "cookie_secret": SECRET}}
        self.tern(change)
        cookie = dig(f"+cookie={CLIENT_COOKIE}", "shop.com").cookie
        self.tern(change)
        self.is_good(dig(f"+cookie={cookie}", "+nobadcookie", "shop.com"))
        self.tern({"access": {"require_cookies": True}})
        self.is_good(dig(f"+cookie={cookie}", "+nobadcookie", "shop.com"), "BADCOOKIE")

    def test_a_new_secret_leaves_the_last_one_good(self):
        daemon = self.tern({"access": {"require_cookies": True, "cookie_secret": SECRET}})

        def change_secret(secret):
            before = daemon.log().count("configuration read again")
            daemon.write({"access": {"cookie_secret": secret}})
            daemon.process.send_signal(signal.SIGHUP)
            wait_until(lambda: daemon.log().count("configuration read again") > before, "reload")
        old = dig(f"+cookie={CLIENT_COOKIE}", "shop.com").cookie
        change_secret(OTHER_SECRET)
        self.is_good(dig(f"+cookie={old}", "+nobadcookie", "shop.com"))
        change_secret("")  # drawn at random
        self.assertEqual(dig(f"+cookie={old}", "+nobadcookie", "shop.com").status, "BADCOOKIE")

    # ------------------------------------------------------------------ servers

    def test_servers_get_their_cookies_back(self):
        self.tern({"resolution": {"ipv6": False}})
        dig("d00.com", "SOA")
        with watch() as seen:
            for number in range(10):
                self.answers(dig(f"h{number}.d01.com"), "A", f"198.18.41.{number + 1}")
        sent = {}
        for packet in seen.queries(to=zones.AUTH + zones.REPLICA):
            sent.setdefault(packet.target, []).append(cookie_of(packet))
        # Which servers are asked how often is chance. One of them is asked more than once.
        self.assertIn(24, [len(cookie) for cookies in sent.values() for cookie in cookies])
        for cookies in sent.values():
            self.assertEqual({len(cookie) for cookie in cookies} - {8, 24}, set())
            self.assertEqual(len({cookie[:8] for cookie in cookies}), 1)
        clients = [cookies[0][:8] for cookies in sent.values()]
        self.assertEqual(len(set(clients)), len(clients))

    def test_a_server_that_demands_them_is_asked_once_more_and_then_never(self):
        self.tern({"resolution": {"ipv6": False, "qname_minimisation": "off"}})
        with watch() as seen:
            self.answers(dig("knot.net"), "A", "198.18.23.1")
            self.answers(dig("mx2.knot.net"), "A", "198.18.20.12")
            self.answers(dig("www.glueless.com"), "A", "198.18.23.2")
        queries = seen.queries(to=(zones.KNOT[0],))
        self.assertEqual([p.transport for p in queries], ["udp"] * len(queries))
        lengths = [len(cookie_of(p)) for p in queries]
        self.assertEqual(lengths[0], 8)
        self.assertEqual(set(lengths[1:]), {24})
        self.assertEqual([p.name for p in queries[:2]], ["knot.net."] * 2)
        self.assertEqual([p.name for p in queries].count("mx2.knot.net."), 1)

    def test_none_are_sent_when_they_are_switched_off(self):
        self.tern({"resolution": {"cookies": False}})
        with watch() as seen:
            self.answers(dig("knot.net"), "A", "198.18.23.1")
        self.assertEqual({cookie_of(p) for p in seen.queries()}, {None})
