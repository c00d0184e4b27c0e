"""What zones of the differential test hold that resolvers may disagree about, and the questions about it.

Each function of EVERY adds one oddity to a zone that can be resolved (random_zones.Zone) and asks about it. The
kind of a question is the function's name.
"""

LONG = "l" * 63
EVERY = []


def oddity(function):
    """Lets a function ask by its own name, and lists it."""
    kind = function.__name__

    def add(zone, rng):
        function(zone, rng, lambda owner, *kinds: zone.ask(kind, owner, *kinds))
    add.kind = kind
    EVERY.append(add)
    return add


def address(rng):
    return f"198.18.{rng.randint(100, 200)}.{rng.randint(1, 250)}"


@oddity
def hosts(zone, rng, ask):
    host = zone.fresh("h")
    for last in range(rng.randint(1, 5)):
        zone.add(host, "A", f"198.18.99.{last + 1}", 600)
    zone.add(f"Mixed-Case-{host}", "A", address(rng))
    ask(host, "A", "AAAA", "TXT", "CNAME", "DS")
    ask(f"mixed-case-{host}", "A")
    ask(f"MIXED-CASE-{host}", "A")
    ask(f"x.{host}", "A")
    ask(f"y.x.{host}", "AAAA")


@oddity
def wildcard(zone, rng, ask):
    at = zone.fresh("w")
    zone.add(f"*.{at}", "A", address(rng))
    zone.add(f"*.{at}", "TXT", '"from the wildcard"')
    zone.add(f"there.{at}", "TXT", '"there"')
    ask(at, "A")
    ask(f"*.{at}", "A", "MX")
    ask(f"any.{at}", "A", "TXT", "AAAA")
    ask(f"some.thing.{at}", "A")
    ask(f"there.{at}", "A", "TXT")
    ask(f"x.there.{at}", "A")
    ask(f"x.*.{at}", "A")


@oddity
def wildcard_cname(zone, rng, ask):
    at, target = zone.fresh("v"), zone.world.living()
    zone.add(f"*.{at}", "CNAME", target.full(rng.choice(("www", "www", "nothing-here"))))
    ask(f"any.{at}", "A", "CNAME", "MX")
    ask(f"other.any.{at}", "AAAA")
    ask(f"*.{at}", "CNAME")


@oddity
def wildcard_at_ent(zone, rng, ask):
    """The wildcard's parent exists only because of it; the name above has no wildcard."""
    at = zone.fresh("e")
    zone.add(f"*.a.{at}", "A", address(rng))
    zone.add(f"b.{at}", "A", address(rng))
    ask(at, "A")
    ask(f"a.{at}", "A")
    ask(f"x.a.{at}", "A", "AAAA")
    ask(f"x.{at}", "A")


@oddity
def wildcard_as_ent(zone, rng, ask):
    """The source of synthesis exists without data (RFC 4592 section 2.2.2): NODATA for what it matches."""
    at = zone.fresh("s")
    zone.add(f"sub.*.{at}", "A", address(rng))
    ask(f"x.{at}", "A", "TXT")
    ask(f"sub.*.{at}", "A")
    ask(f"sub.x.{at}", "A")
    ask(f"*.{at}", "A")


@oddity
def wildcard_beside_cut(zone, rng, ask):
    """A wildcard of the parent does not reach below a zone cut (RFC 4592 section 4.2)."""
    child = getattr(zone, "child", None)
    at = zone.fresh("c")
    if child is None:
        zone.add(f"*.{at}", "A", address(rng))
        ask(f"x.{at}", "A")
        return
    owner = child.name[:-len(zone.name) - 1]
    zone.add("*", "A", "198.18.98.1")
    zone.world.ask("wildcard_beside_cut", f"nobody.{child.name}.", "A")
    zone.world.ask("wildcard_beside_cut", f"{child.name}.", "A")
    ask(f"unknown-{at}", "A", "AAAA")
    ask(f"x.unknown-{at}", "A")
    ask(owner, "DS", "NS", "SOA", "A")


@oddity
def empty_non_terminals(zone, rng, ask):
    at = zone.fresh("n")
    zone.add(f"d.c.b.{at}", "A", address(rng))
    for owner in (at, f"b.{at}", f"c.b.{at}"):
        ask(owner, rng.choice(("A", "TXT", "NS", "DS")))
    ask(f"d.c.b.{at}", "A")
    ask(f"x.c.b.{at}", "A")
    ask(f"y.x.b.{at}", "A")


@oddity
def occluded(zone, rng, ask):
    """Data in the parent's file below a cut is not there. NSD, where it serves both, says NODATA for the name and Knot
    NXDOMAIN: then there is none."""
    child = getattr(zone, "child", None)
    if child is None:
        child = zone.world.living()
    elif not set(zone.servers) & set(child.servers):
        owner = child.name[:-len(zone.name) - 1]
        zone.add(f"hidden.{owner}", "TXT", '"occluded"')
        zone.add(f"*.{owner}", "TXT", '"occluded too"')
    zone.world.ask("occluded", f"hidden.{child.name}.", "TXT")
    zone.world.ask("occluded", f"any.{child.name}.", "TXT")


@oddity
def dname(zone, rng, ask):
    at, target = zone.fresh("d"), zone.world.living()
    zone.add(at, "DNAME", target.full("@"), rng.choice((0, 3600)))
    zone.add(at, "TXT", '"beside the DNAME"')
    ask(at, "DNAME", "A", "TXT", "NS")
    ask(f"www.{at}", "A", "AAAA", "CNAME", "DNAME")
    ask(f"WWW.{at.upper()}", "A")
    ask(f"nothing-here.{at}", "A", "CNAME")
    ask(f"x.www.{at}", "A")


@oddity
def dname_chain(zone, rng, ask):
    first, second, third = zone.fresh("p"), zone.fresh("p"), zone.fresh("p")
    other = zone.world.living()
    middle = other.fresh("q")
    zone.add(first, "DNAME", zone.full(second))
    zone.add(second, "DNAME", other.full(middle))
    other.add(middle, "DNAME", zone.full(third))
    zone.add(f"host.{third}", "A", address(rng))
    ask(f"host.{first}", "A", "AAAA")
    ask(f"nobody.{first}", "A")
    ask(f"a.b.{second}", "A")
    ask(f"host.{second}", "DNAME")


@oddity
def dname_too_long(zone, rng, ask):
    """What the DNAME makes would be longer than 255 octets: YXDOMAIN (RFC 6672 section 2.2)."""
    at, target = zone.fresh("y"), zone.world.living()
    zone.add(at, "DNAME", f"{LONG}.{LONG}.{LONG}.{target.name}.")
    ask(f"{LONG}.{at}", "A", "CNAME")
    ask(f"short.{at}", "A")
    del rng


@oddity
def cname_chain(zone, rng, ask):
    """One to eight links through zones anywhere; what stands at the end differs."""
    links, end = rng.randint(1, 8), rng.choice(("www", "www", "www", "nothing-here", "@"))
    first = zone.fresh("l")
    at, owner = zone, first
    for _ in range(links - 1):
        following = zone.world.living() if rng.random() < 0.8 else at
        label = following.fresh("m")
        at.add(owner, "CNAME", following.full(label), rng.choice((600, 3600)))
        at, owner = following, label
    at.add(owner, "CNAME", zone.world.living().full(end))
    ask(first, "A", rng.choice(("AAAA", "TXT", "MX")), "CNAME")


@oddity
def cname_nowhere(zone, rng, ask):
    """Aliases of what cannot be: an unknown top level domain, a zone whose servers are lame, the root."""
    for prefix, target in (("u", "www.unknown-top."), ("r", "."), ("t", rng.choice(("alpha.", "beta.")))):
        owner = zone.fresh(prefix)
        zone.add(owner, "CNAME", target)
        ask(owner, "A", "CNAME")
    broken = [each for each in zone.world.zones.values() if each.way == "lame"]
    owner = zone.fresh("z")
    zone.add(owner, "CNAME", rng.choice(broken).full("www"))
    zone.ask("alias_of_lame", owner, "A", "CNAME")


@oddity
def cname_loop(zone, rng, ask):
    first, second, own = zone.fresh("o"), zone.fresh("o"), zone.fresh("o")
    zone.add(first, "CNAME", zone.full(second))
    zone.add(second, "CNAME", zone.full(first))
    zone.add(own, "CNAME", zone.full(own))
    ask(rng.choice((first, second)), "A")
    ask(own, rng.choice(("A", "TXT")))
    zone.ask("plain", first, "CNAME")


@oddity
def below_cname(zone, rng, ask):
    """A name below an alias exists or not by itself: a CNAME is no DNAME."""
    at = zone.fresh("k")
    zone.add(at, "CNAME", zone.world.living().full("www"))
    zone.add(f"child.{at}", "A", address(rng))
    ask(f"child.{at}", "A", "AAAA")
    ask(f"other.{at}", "A")
    ask(at, "NS", "SOA", "DS", "A")


@oddity
def odd_types(zone, rng, ask):
    at = zone.fresh("t")
    records = {
        "CAA": '0 issue "ca.example.net; account=230123"', "HTTPS": "1 . alpn=h2,h3 ipv4hint=198.18.1.1",
        "SVCB": f"1 svc.{zone.name}. port=853", "LOC": "52 14 05 N 00 08 50 E 10m",
        "NAPTR": f'100 10 "u" "E2U+sip" "!^.*$!sip:info@x!" {zone.full("www")}',
        "SRV": f"5 10 5222 {zone.full('www')}", "TLSA": "3 1 1 " + "ab" * 32, "URI": '10 1 "https://x/"',
        "TYPE65280": r"\# 4 0a000001", "HINFO": '"CPU" "OS"', "RP": f"me.{zone.name}. {zone.full('www')}",
        "SSHFP": "4 2 " + "cd" * 32, "AFSDB": f"1 {zone.full('www')}", "PTR": zone.full("www"),
        "OPENPGPKEY": "aGVsbG8=", "EUI48": "00-11-22-33-44-55", "KX": f"10 {zone.full('www')}",
        "CERT": "1 2 3 aGVsbG8=", "CDS": "1 8 2 " + "ef" * 32, "SPF": '"v=spf1 -all"',
    }
    for kind in rng.sample(sorted(records), 8):
        zone.add(at, kind, records[kind])
        ask(at, kind)
    ask(at, "A", "DNSKEY", "DNAME")


@oddity
def large(zone, rng, ask):
    """More than a datagram holds."""
    at = zone.fresh("g")
    for number in range(rng.randint(10, 40)):
        zone.add(at, "TXT", f'"{number:02}{"x" * 198}"', 3600)
    for number in range(rng.randint(20, 150)):
        zone.add(f"many.{at}", "A", f"198.18.97.{number + 1}", 3600)
    for number in range(rng.randint(20, 60)):
        zone.add(f"far.{at}", "MX", f"{number} mx{number}.{LONG[:20]}.{zone.name}.", 3600)
    zone.add(f"to.{at}", "CNAME", zone.full(f"many.{at}"))
    ask(at, "TXT", "A")
    ask(f"many.{at}", "A")
    ask(f"to.{at}", "A")
    ask(f"far.{at}", "MX")


@oddity
def octets(zone, rng, ask):
    at = zone.fresh("i")
    labels = (r"a\.b", r"sp\032ace", r"nul\000x", r"\255\254\128", r"back\\slash", r"semi\;colon", r"quo\"te",
              r"\(par\)", r"at\@", "under_score", "-dash-", r"\010\013", "L" * 63, r"x\.y\.z")
    for label in rng.sample(labels, 5):
        zone.add(f"{label}.{at}", "A", address(rng))
        ask(f"{label}.{at}", "A", "AAAA")
        ask(f"x.{label}.{at}", "A")
    zone.add(f"to.{at}", "CNAME", zone.full(rf"a\.c.{at}"))
    zone.add(rf"a\.c.{at}", "TXT", r'"\000\255 octets"')
    ask(f"to.{at}", "TXT")
    ask(f"a.c.{at}", "TXT")
    room = 255 - 2 - sum(1 + len(label) for label in f"{at}.{zone.name}".split("."))
    long = ".".join(["m" * 62] * (room // 63) + ["n" * (room % 63)] * (room % 63 > 0))
    zone.add(f"{long}.{at}", "A", address(rng))
    ask(f"{long}.{at}", "A", "MX")


@oddity
def mail(zone, rng, ask):
    at, other = zone.fresh("mail"), zone.world.living()
    zone.add(at, "MX", f"10 {zone.full(f'mx1.{at}')}", 3600)
    zone.add(at, "MX", f"20 {other.full('www')}", 3600)
    zone.add(at, "MX", f"30 {zone.full(f'alias.{at}')}", 3600)
    zone.add(f"mx1.{at}", "A", address(rng))
    zone.add(f"alias.{at}", "CNAME", other.full("www"))
    zone.add(f"_25._tcp.mx1.{at}", "TLSA", "3 1 1 " + "ab" * 32)
    zone.add(at, "TXT", '"v=spf1 mx include:_spf.example.net -all"')
    zone.add(f"_dmarc.{at}", "TXT", '"v=DMARC1; p=reject"')
    zone.add(f"sel._domainkey.{at}", "TXT", f'"v=DKIM1; k=rsa; p={"A" * 220}" "{"B" * 200}"')
    zone.add(f"null.{at}", "MX", "0 .")
    ask(at, "MX", "TXT", "A", "SPF")
    for owner in (f"mx1.{at}", f"alias.{at}"):
        ask(owner, "A", "AAAA")
        ask(f"_25._tcp.{owner}", "TLSA")
    for owner in (f"_dmarc.{at}", f"sel._domainkey.{at}", f"_mta-sts.{at}", f"_smtp._tls.{at}"):
        ask(owner, "TXT")
    ask(f"null.{at}", "MX")
    ask(f"alias.{at}", "MX")
    ask(f"_domainkey.{at}", "TXT")


@oddity
def blocklist(zone, rng, ask):
    at = zone.fresh("bl")
    zone.add(f"2.0.0.127.{at}", "A", "127.0.0.2")
    zone.add(f"2.0.0.127.{at}", "TXT", '"test point"')
    zone.add(f"*.5.10.{at}", "A", "127.0.0.4")
    ask(f"2.0.0.127.{at}", "A", "TXT")
    ask(f"1.0.0.127.{at}", "A")
    ask(f"0.0.127.{at}", "A")
    ask(f"{rng.randint(1, 250)}.7.5.10.{at}", "A")
    for _ in range(4):
        ask(".".join(str(rng.randint(1, 250)) for _ in range(4)) + f".{at}", "A", "TXT")


@oddity
def mixed_ttls(zone, rng, ask):
    """TTLs that differ within what should be one RRset (RFC 2181 section 5.2), TTLs of 0 and of 1."""
    at = zone.fresh("x")
    for last, ttl in enumerate(rng.sample((5, 60, 600, 3600), 3), 1):
        zone.add(f"mixed.{at}", "A", f"198.18.96.{last}", ttl)
    for owner, ttl in (("zero", 0), ("one", 1)):
        zone.add(f"{owner}.{at}", "A", address(rng), ttl)
    zone.add(f"alias.{at}", "CNAME", zone.full(f"zero.{at}"), 0)
    zone.add(f"slow.{at}", "CNAME", zone.full(f"zero.{at}"), 3600)
    ask(f"mixed.{at}", "A")
    for owner in ("zero", "one", "alias", "slow"):
        ask(f"{owner}.{at}", "A")
    ask(f"zero.{at}", "TXT")


@oddity
def apex(zone, rng, ask):
    ask("@", "SOA", "NS", "DNSKEY", "DS", "A", rng.choice(("MX", "TXT", "CAA", "CNAME")))
    ask("nothing-here", "NS", "SOA", "DS")
    ask("www", "SOA", "NS")


@oddity
def any_type(zone, rng, ask):
    ask(rng.choice(("@", "www")), "ANY")
    ask("nothing-here", "ANY")


@oddity
def meta_types(zone, rng, ask):
    ask("www", rng.choice(("RRSIG", "NSEC", "SIG", "KEY")), rng.choice(("MAILB", "OPT")))


@oddity
def alias_of_many_types(zone, rng, ask):
    """One alias, asked for everything in turn."""
    at = zone.fresh("j")
    target = zone.world.living()
    label = target.fresh("jj")
    zone.add(at, "CNAME", target.full(label))
    target.add(label, "A", address(rng))
    target.add(label, "MX", f"5 {target.full('www')}")
    ask(at, "A", "MX", "TXT", "CNAME", "SOA", "NS", "HTTPS", "ANY")


def oddities_of_the_tops(world):
    """Aliases in the root, a wildcard and DNAMEs in top level domains, a DNAME at an apex."""
    def ask(owner, *kinds):
        for kind in kinds:
            world.ask("tops", owner, kind)
    world.zones["."].add("alias", "CNAME", world.living().full("www"))
    ask("alias.", "A", "MX", "CNAME", "NS")
    world.zones["gamma"].add("*", "A", "198.18.95.1")
    ask("any.gamma.", "A", "TXT")
    ask("x.y.gamma.", "A")
    for top in ("alpha", "beta", "gamma"):
        renamed, apart = world.living(), world.living()
        world.zones[top].add("renamed", "DNAME", renamed.full("@"))
        ask(f"www.renamed.{top}.", "A", "CNAME")
        ask(f"nothing-here.renamed.{top}.", "A")
        ask(f"renamed.{top}.", "A", "NS", "DNAME")
        zone = world.delegate(f"apex-dname.{top}", ("n0", "k0"), "glueless")
        zone.add("@", "DNAME", apart.full("@"))
        ask(zone.full("@"), "A", "NS", "SOA", "DNAME", "DS")
        ask(zone.full("www"), "A", "MX")
        ask(zone.full("x.www"), "A")
        ask(zone.full("nothing-here"), "A", "TXT")


def questions_of_the_world(world):
    """About cuts, broken delegations, the root, and reverse names."""
    rng = world.rng
    for zone in list(world.zones.values()):
        if zone.way in ("lame", "dead"):
            world.ask(zone.way, zone.full("www"), "A")
            world.ask("ds_of_broken", zone.full("@"), "DS")
        elif zone.way and rng.random() < 0.3:
            world.ask("cut", zone.full("@"), rng.choice(("DS", "NS", "SOA")))
        if zone.name.startswith("a.b."):
            for name in (zone.name[4:], zone.name[2:], f"x.{zone.name[2:]}"):
                world.ask("several_labels", f"{name}.", rng.choice(("A", "NS", "DS")))
    for name, kind in ((".", "NS"), (".", "SOA"), (".", "A"), (".", "DS"), ("unknown-top.", "A"),
                       ("x.unknown-top.", "MX"), ("alpha.", "NS"), ("beta.", "SOA"), ("gamma.", "DS"),
                       ("alpha.", "A"), ("arpa.", "NS"), ("nobody.alpha.", "A"), ("x.y.nobody.beta.", "A")):
        world.ask("top", name, kind)
    oddities_of_the_tops(world)
    net, class_less = world.zones["18.198.in-addr.arpa"], world.zones["19.198.in-addr.arpa"]
    for last in range(1, 20):
        net.add(f"{last}.100", "PTR", world.living().full("www"))
        world.ask("reverse", f"{last}.100.18.198.in-addr.arpa.", rng.choice(("PTR", "PTR", "A")))
        # RFC 2317: an alias into a block.
        class_less.add(f"{last}.1", "CNAME", f"{last}.0/25.1.19.198.in-addr.arpa.")
        class_less.add(f"{last}.0/25.1", "PTR", world.living().full("www"))
        world.ask("reverse", f"{last}.1.19.198.in-addr.arpa.", rng.choice(("PTR", "CNAME")))
    world.ask("reverse", "200.100.18.198.in-addr.arpa.", "PTR")
    world.ask("reverse", "100.18.198.in-addr.arpa.", "PTR")
