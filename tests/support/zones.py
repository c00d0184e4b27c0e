"""The zones of the small internet, as text, and which server serves which.

All addresses are loopback addresses of the test's own network namespace (198.18.0.0/15 and fd53::/16,
given to its lo). Nothing here is a special name, so that every question has to be asked upstream.
"""

ROOT = ("198.18.0.1", "198.18.0.2", "fd53::1")
COM = ("198.18.1.1", "fd53:1::1")
NET = ("198.18.1.2",)
AUTH = ("198.18.2.1", "fd53:2::1")
REPLICA = ("198.18.2.2",)
LAME = ("198.18.5.1",)
KNOT = ("198.18.3.1", "fd53:3::1")
V6 = ("fd53:6::1",)
# Bound by a socket that nobody reads: a query arrives and no answer ever leaves.
SILENT = tuple(f"198.18.4.{n}" for n in range(1, 41)) + ("fd53:4::1",)
FORWARDER = "198.18.7.1"
# Free for a test's own servers: victim.com has both, single.com the first.
SCRIPTED = ("198.18.8.1", "198.18.8.2")
SCRIPTED_V6 = ("fd53:8::1", "fd53:8::2")  # of newer.com, both
OWN = "198.18.9.1"  # where ternd listens as well, for a zone that names it as its server
MOVING = "198.51.100.77"  # which no server has, for a zone that names it as its server
MAIL = ("198.18.20.11", "198.18.20.12")

DOMAINS = 20        # d00.com .. d19.com, each with hosts h0..h9, which take its mail
HALF_DEAD = 20      # half00.com ..: one of two replicas is silent
MINIMUM = 30        # the SOA minimum of every zone: how long a negative answer lives

HINTS = """\
.        3600000 NS a.root.
.        3600000 NS b.root.
a.root.  3600000 A 198.18.0.1
a.root.  3600000 AAAA fd53::1
b.root.  3600000 A 198.18.0.2
"""


def _soa(ttl=3600):
    return f"@ {ttl} IN SOA ns.invalid-mname.com. hostmaster.shop.com. 1 7200 3600 1209600 {MINIMUM}\n"


def _zone(origin, body, ttl=3600):
    dot = "." if origin == "." else origin + "."
    return f"$ORIGIN {dot}\n$TTL {ttl}\n" + _soa() + body


def _root():
    return _zone(".", """\
@ 518400 NS a.root.
@ 518400 NS b.root.
a.root. A 198.18.0.1
a.root. AAAA fd53::1
b.root. A 198.18.0.2
com. 172800 NS ns.com.
ns.com. 172800 A 198.18.1.1
ns.com. 172800 AAAA fd53:1::1
net. 172800 NS ns.nic.net.
ns.nic.net. 172800 A 198.18.1.2
arpa. 172800 NS ns.nic.net.
""")


def _com():
    body = """\
@ NS ns
ns A 198.18.1.1
ns AAAA fd53:1::1
shop NS ns1.shop
shop NS ns2.shop
ns1.shop A 198.18.2.1
ns2.shop A 198.18.2.2
post NS ns1.shop
post NS ns2.shop
brief NS ns1.shop
brief NS ns2.shop
lame NS ns1.lame
lame NS ns1.shop
ns1.lame A 198.18.5.1
gone NS ns1.gone
gone NS ns2.gone
ns1.gone A 198.18.4.1
ns2.gone A 198.18.4.2
glueless NS ns.knot.net.
sixonly NS ns.sixonly
ns.sixonly AAAA fd53:6::1
loop NS ns1.shop
victim NS ns1.victim
victim NS ns2.victim
ns1.victim A 198.18.8.1
ns2.victim A 198.18.8.2
single NS ns1.single
ns1.single A 198.18.8.1
newer NS ns1.newer
newer NS ns2.newer
ns1.newer AAAA fd53:8::1
ns2.newer AAAA fd53:8::2
itself NS ns1.itself
itself NS ns2.itself
itself NS ns3.itself
itself NS ns4.itself
ns1.itself A 198.18.9.1
ns2.itself A 0.0.0.0
ns3.itself AAAA ::
ns4.itself A 127.0.0.1
ns4.itself AAAA ::1
ns4.itself AAAA ::ffff:127.0.0.1
moving NS ns.moving
ns.moving A 198.51.100.77
"""
    for n in range(DOMAINS):
        body += f"d{n:02} NS ns1.shop\nd{n:02} NS ns2.shop\n"
    for n in range(HALF_DEAD):
        body += (f"half{n:02} NS ns1.half{n:02}\nhalf{n:02} NS ns2.half{n:02}\n"
                 f"ns1.half{n:02} A {SILENT[3 + n]}\nns2.half{n:02} A 198.18.2.1\n")
    return _zone("com", body, ttl=172800)


def _net():
    return _zone("net", """\
@ NS ns.nic
ns.nic A 198.18.1.2
knot NS ns.knot
ns.knot A 198.18.3.1
ns.knot AAAA fd53:3::1
""", ttl=172800)


def _arpa():
    return _zone("arpa", """\
@ NS ns.nic.net.
18.198.in-addr NS ns1.shop.com.
0.0.0.0.3.5.d.f.ip6 NS ns1.shop.com.
""")


def _shop():
    large = "".join(f"large TXT \"{n:02}{'x' * 198}\"\n" for n in range(40))
    # The most that is kept (an entry of 32 KiB), and, over TCP, nearly a whole message.
    large += "".join(f"huge TXT \"{n:03}{'x' * 247}\"\n" for n in range(125))
    large += "".join(f"whole TXT \"{n:03}{'x' * 247}\"\n" for n in range(245))
    crowd = "".join(f"crowd A 198.18.30.{n}\n" for n in range(1, 101))
    return _zone("shop.com", """\
@ NS ns1
@ NS ns2
ns1 A 198.18.2.1
ns2 A 198.18.2.2
@ A 198.18.20.1
@ AAAA fd53:20::1
@ MX 20 mx2.knot.net.
@ MX 10 mx1
@ TXT "v=spf1 mx -all" "second string"
@ CAA 0 issue "ca.example.net"
mx1 A 198.18.20.11
host A 198.18.20.2
host A 198.18.20.3
host A 198.18.20.4
host AAAA fd53:20::2
v4 A 198.18.20.5
_xmpp._tcp SRV 5 10 5222 host
_xmpp._tcp SRV 10 10 5222 v4
www CNAME web.knot.net.
edge A 198.18.20.6
alias CNAME host
*.wild A 198.18.20.7
*.wild TXT "from the wildcard"
there.wild A 198.18.20.8
ent.deep A 198.18.20.9
odd TYPE65280 \\# 4 0a000001
old DNAME new
a.new A 198.18.20.10
naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@shop.com!" .
https HTTPS 1 . alpn=h2
sub NS ns1
""" + large + crowd)


def _plain(origin, body):
    return _zone(origin, "@ NS ns1.shop.com.\n@ NS ns2.shop.com.\n" + body)


def _post():
    """Domains of mail, good and bad, and block lists."""
    return _plain("post.com", """\
@ MX 10 a
@ MX 10 b
@ MX 20 alias
@ MX 30 missing
@ TXT "v=spf1 a:a.post.com include:spf.post.com " "-all"
spf TXT "v=spf1 mx ip4:198.18.20.0/24 ~all"
_dmarc TXT "v=DMARC1; p=reject"
_mta-sts TXT "v=STSv1; id=1"
a A 198.18.25.1
a AAAA fd53:25::1
b A 198.18.25.2
alias CNAME b
null MX 0 .
implicit A 198.18.25.3
nothing TXT "x"
dead MX 10 mx.gone.com.
2.0.0.127.works A 127.0.0.2
2.0.0.127.refuses A 127.255.255.254
*.everything A 127.0.0.2
""")


def _auth():
    zones = {
        "shop.com": _shop(),
        "sub.shop.com": _plain("sub.shop.com", "www A 198.18.21.1\n"),
        "post.com": _post(),
        "brief.com": _plain("brief.com", "www 2 A 198.18.21.2\nlong 3600 A 198.18.21.3\n"),
        "lame.com": _plain("lame.com", "www A 198.18.21.4\n"),
        "loop.com": _plain("loop.com", "a CNAME b\nb CNAME a\nself CNAME self\n" + "".join(
            f"chain{n} CNAME chain{n + 1}\n" for n in range(30)) + "chain30 A 198.18.21.5\n"
            "short5 CNAME short4\nshort4 CNAME short3\nshort3 CNAME short2\nshort2 CNAME short1\n"
            "short1 A 198.18.21.6\n"),
        "18.198.in-addr.arpa": _plain("18.198.in-addr.arpa", "2.20 PTR host.shop.com.\n"),
        "0.0.0.0.3.5.d.f.ip6.arpa": _plain("0.0.0.0.3.5.d.f.ip6.arpa",
                                           "1.0.0.0 TXT \"apex of nothing\"\n"),
    }
    for n in range(DOMAINS):
        zones[f"d{n:02}.com"] = _plain(f"d{n:02}.com", "".join(
            f"h{h} A 198.18.{40 + n}.{h + 1}\n@ MX {h} h{h}\n" for h in range(10)) + "*.any A 198.18.40.200\n")
    for n in range(HALF_DEAD):
        zones[f"half{n:02}.com"] = _zone(f"half{n:02}.com", (
            f"@ NS ns1\n@ NS ns2\nns1 A {SILENT[3 + n]}\nns2 A 198.18.2.1\nwww A 198.18.22.{n + 1}\n"))
    return zones


def _knot():
    return {
        "knot.net": _zone("knot.net", """\
@ NS ns
ns A 198.18.3.1
ns AAAA fd53:3::1
@ A 198.18.23.1
mx2 A 198.18.20.12
web CNAME edge.shop.com.
"""),
        "glueless.com": _zone("glueless.com", "@ NS ns.knot.net.\nwww A 198.18.23.2\n"),
    }


def _six():
    return {"sixonly.com": _zone("sixonly.com", "@ NS ns\nns AAAA fd53:6::1\nwww A 198.18.23.3\n")}


# Name servers: (name, program, addresses, zones).
SERVERS = (
    ("root", "nsd", ROOT, {".": _root()}),
    ("com", "nsd", COM, {"com": _com()}),
    ("net", "nsd", NET, {"net": _net(), "arpa": _arpa()}),
    ("auth", "nsd", AUTH, _auth()),
    ("replica", "nsd", REPLICA, _auth()),
    ("lame", "nsd", LAME, {"elsewhere.com": _plain("elsewhere.com", "www A 198.18.99.1\n")}),
    ("six", "nsd", V6, _six()),
    ("knot", "knot", KNOT, _knot()),
    ("private", "nsd", (FORWARDER,), {
        "corp.example": _zone("corp.example", "@ NS ns\nns A 198.18.7.1\nwww A 198.18.24.1\n")}),
)

ADDRESSES = tuple(sorted({a for _, _, addresses, _ in SERVERS for a in addresses}
                         | set(SILENT) | set(MAIL) | set(SCRIPTED) | set(SCRIPTED_V6) | {OWN}))
