"""A random internet for the differential test: zones, the real servers that serve them, and questions about them.

One seed makes one world. A root and a few top level domains delegate some two hundred zones, each in one of the ways
of DELEGATIONS, to NSD and Knot servers; each zone has some of the oddities of oddities.py, and every
way and every oddity occurs in every world. Addresses are those of the namespace's lo (internet.py).
"""

import collections
import dataclasses
import random

import oddities
import zones
from messages import TYPES, Question, lower, parent_of, wire_name

TOPS = {"alpha": ("tn",), "beta": ("tk",), "gamma": ("tn", "tk"), "arpa": ("tn",)}
V6_ONLY = "n6"
# Name servers: program and addresses. t: top level domains; n and k: everybody else's.
SERVERS = {
    "root": ("nsd", zones.ROOT),
    "tn": ("nsd", ("198.19.0.1", "fd53:19::1")),
    "tk": ("knot", ("198.19.0.2", "fd53:19::2")),
    "n0": ("nsd", ("198.19.1.1", "198.19.1.2", "fd53:19:1::1")),
    "n1": ("nsd", ("198.19.2.1", "198.19.2.2")),
    V6_ONLY: ("nsd", ("fd53:19:6::1", "fd53:19:6::2")),
    "k0": ("knot", ("198.19.3.1", "198.19.3.2", "fd53:19:3::1")),
    "k1": ("knot", ("198.19.4.1", "198.19.4.2")),
}
SETS = (("n0", "k0"), ("n1", "k1"), ("n0",), ("k0",), ("n1",), ("k1",), ("k0", "k1"), ("n0", "k1"))
SILENT = zones.SILENT[:6]
EACH = 20  # questions at least about an oddity, as far as there are
# Asked with recursion only: these have TTLs that end during the test; nobody agrees about meta types.
FLEETING = ("mixed_ttls", "dname", "meta_types")


def record_of(address):
    return ("AAAA" if ":" in address else "A"), address


class Zone:
    """A zone as it is written down; owners are relative to it ("@" is its apex)."""

    def __init__(self, world, name, servers, way=""):
        self.world, self.name, self.servers, self.way = world, name, servers, way
        self.alive = way not in ("lame", "dead")
        self.minimum = world.rng.choice((600, 900, 3600))
        self.soa_ttl = world.rng.choice((600, 1800, 7200))
        self.lines, self.labels = [], 0
        self.ttls = {}  # (name, type) -> the TTL it may have at most
        self.add("@", "SOA", f"{self.full('ns')} {self.full('host')} 1 7200 3600 1209600 {self.minimum}",
                 self.soa_ttl)

    def full(self, owner):
        if self.name == ".":
            return "." if owner == "@" else f"{owner}."
        return f"{self.name}." if owner == "@" else f"{owner}.{self.name}."

    def fresh(self, prefix):
        self.labels += 1
        return f"{prefix}{self.labels}"

    def add(self, owner, kind, rdata, ttl=None):
        if ttl is None:
            ttl = self.world.rng.choice((600, 3600, 86400))
        self.lines.append(f"{owner} {ttl} IN {kind} {rdata}\n")
        # NSD sends TTLs that differ as they are, so that the lowest counts (RFC 2181 section 5.2); Knot the first.
        which = max if self.has_one_ttl() else min
        key = (lower(wire_name(self.full(owner))), TYPES[kind])
        self.ttls[key] = which(ttl, self.ttls.get(key, ttl))

    def has_one_ttl(self):
        """Whether the records of each RRset are served with one TTL, which may be the highest."""
        return any(SERVERS[server][0] != "nsd" for server in self.servers)

    def ask(self, oddity, owner, *kinds):
        for kind in kinds:
            self.world.ask(oddity, self.full(owner), kind)

    def text(self):
        origin = self.full("@")
        if self.world.rng.random() < 0.2:
            origin = origin.swapcase()
        return f"$ORIGIN {origin}\n$TTL 3600\n" + "".join(self.lines)


class Delegations:
    """The ways in which `parent` hands `zone` to its servers. Each returns the names of its NS records and adds
    the addresses that the parent gives; the apex of the child has the same NS records unless `apart`."""

    def __init__(self, world):
        self.world, self.rng = world, world.rng

    def address(self, server):
        return self.rng.choice(SERVERS[server][1])

    def v4(self, server):
        found = [each for each in SERVERS[server][1] if ":" not in each]
        return self.rng.choice(found or SERVERS[server][1])

    def named(self, parent, zone, addresses):
        """Servers inside the zone, with glue."""
        names = []
        for number, address in enumerate(addresses, 1):
            name = f"ns{number}.{zone.name}."
            kind, address = record_of(address)
            parent.add(name, kind, address, self.rng.choice((0, 3600, 3600, 3600)))
            zone.add(f"ns{number}", kind, address, 3600)
            names.append(name)
        return names

    def glue(self, parent, zone):
        return self.named(parent, zone, [self.v4(server) for server in zone.servers])

    def both_families(self, parent, zone):
        return self.named(parent, zone, [each for server in zone.servers for each in SERVERS[server][1]])

    def glueless(self, _, zone):
        return [f"{server}{self.rng.randint(1, 2)}.hosts.alpha." for server in zone.servers]

    def glueless_twice(self, _, zone):
        return [f"{server}{self.rng.randint(1, 2)}.hosts.beta." for server in zone.servers]

    def sibling(self, parent, zone):
        """Servers inside another child of the same parent, with glue beside the delegation."""
        names = []
        for server in zone.servers:
            name = f"x{server}.sib.{parent.name}."
            self.world.sibling_glue(parent, name, self.v4(server))
            names.append(name)
        return names

    def mixed(self, parent, zone):
        """One server inside with glue, one outside without."""
        return self.glue(parent, zone)[:1] + self.glueless(parent, zone)[-1:]

    def apart(self, parent, zone):
        """The child names other servers than its parent does; both sets serve it."""
        for name in self.glueless(parent, zone):
            zone.add("@", "NS", name, 7200)
        return self.glue(parent, zone)

    def partly_lame(self, parent, zone):
        wrong = [server for server in ("n0", "n1", "k0", "k1") if server not in zone.servers]
        return self.named(parent, zone, [self.v4(zone.servers[0]), self.v4(self.rng.choice(wrong))])

    def lame(self, parent, zone):
        wrong = [server for server in ("n0", "n1", "k0", "k1") if server not in zone.servers]
        return self.named(parent, zone, [self.v4(self.rng.choice(wrong))])

    def half_dead(self, parent, zone):
        return self.named(parent, zone, [self.v4(zone.servers[0]), self.rng.choice(SILENT)])

    def dead(self, parent, zone):
        return self.named(parent, zone, [SILENT[0]])

    def missing_host(self, parent, zone):
        """One of the servers' names does not exist."""
        return self.glue(parent, zone) + ["nobody.hosts.alpha."]

    def alias_host(self, parent, zone):
        """One of the servers' names is an alias, against RFC 2181 section 10.3."""
        return self.glue(parent, zone) + [f"alias-{zone.servers[0]}.hosts.alpha."]

    def v6_only(self, parent, zone):
        return self.named(parent, zone, SERVERS[V6_ONLY][1])


# (way, share): glue is common, the rest an oddity.
WAYS = ("glue", "glue", "glue", "both_families", "glueless", "glueless_twice", "sibling", "mixed", "apart",
        "partly_lame", "half_dead", "missing_host", "alias_host", "v6_only", "lame", "dead")
RARE = {"lame": 3, "dead": 1, "half_dead": 6}  # each costs somebody seconds


class World:
    """A seeded world: `servers()` for internet.Internet, `questions(...)`, and what the zones say about TTLs."""

    ZONE = Zone
    WAYS = (("edns", "large", "dnssec", "plain", "tcp"), (60, 10, 10, 10, 10))  # of asking, and their shares

    def __init__(self, seed, delegated=180, oddities_each=5):
        self.rng = random.Random(seed)
        self.asked = []     # (oddity, name as text, type)
        self.siblings = set()
        self.zones = {}
        self.delegations = Delegations(self)
        self._tops()
        self._hosts()
        self._delegate_all(delegated)
        for number, zone in enumerate(list(self.zones.values())):
            if zone.way:
                self._fill(number, zone, oddities_each)
        oddities.questions_of_the_world(self)
        self.original = {}  # (name, type) -> the TTL it may have at most, in whatever zone it lies
        for zone in self.zones.values():
            for key, ttl in zone.ttls.items():
                self.original[key] = max(ttl, self.original.get(key, 0))

    # ------------------------------------------------------------------------ what it is made of

    def ask(self, oddity, name, kind):
        self.asked.append((oddity, name, kind))

    def described(self, name):
        """What is special about the zone of a name (wire octets), for people who read of a disagreement."""
        del name
        return ""

    def zone(self, name, servers, way=""):
        self.zones[name] = self.ZONE(self, name, servers, way)
        return self.zones[name]

    def living(self):
        """A zone that can be resolved."""
        return self.rng.choice([zone for zone in self.zones.values() if zone.way and zone.alive])

    def sibling_glue(self, parent, name, address):
        if name not in self.siblings:
            self.siblings.add(name)
            parent.add(name, "A", address, 3600)
            self.zones[f"sib.{parent.name}"].add(name, "A", address, 3600)

    def _tops(self):
        root = self.zone(".", ("root",))
        for name, addresses in (("a.root.", ("198.18.0.1", "fd53::1")), ("b.root.", ("198.18.0.2",))):
            root.add("@", "NS", name, 86400)
            for address in addresses:
                root.add(name, *record_of(address), 86400)
        for name, servers in TOPS.items():
            top = self.zone(name, servers)
            for server in servers:
                # arpa lives on the servers of alpha, and so has its glue in another top level domain.
                host = f"{server}.nic.{'alpha' if name == 'arpa' else name}."
                for each in (root, top):
                    each.add(f"{name}.", "NS", host, 86400)
                for address in SERVERS[server][1] if name != "arpa" else ():
                    for each in (root, top):
                        each.add(host, *record_of(address), 86400)

    def _hosts(self):
        """The zones in which name servers of others have their names."""
        for top, servers in (("alpha", ("n0", "k0")), ("beta", ("k1", "n1"))):
            zone = self.zone(f"hosts.{top}", servers)
            for server, (_, addresses) in SERVERS.items():
                for number, address in enumerate([each for each in addresses if ":" not in each][:2], 1):
                    zone.add(f"{server}{number}", "A", address, 3600)
                zone.add(f"alias-{server}", "CNAME", f"{server}1.{zone.name}.", 3600)
            if top == "alpha":
                names = self.delegations.glue(self.zones[top], zone)
            else:
                names = self.delegations.glueless(self.zones[top], zone)
            self._name_servers(self.zones[top], zone, names)
        for top in ("alpha", "beta", "gamma"):
            zone = self.zone(f"sib.{top}", ("n0",))
            self._name_servers(self.zones[top], zone, self.delegations.glue(self.zones[top], zone))

    def _name_servers(self, parent, zone, names, at_child=True):
        ttl = self.rng.choices((3600, 86400, 0), (10, 10, 1))[0]
        for name in dict.fromkeys(names):
            parent.add(f"{zone.name}.", "NS", name, ttl)
            if at_child:
                zone.add("@", "NS", name, 3600)

    def _delegate(self, parent, name, servers, way):
        if way == "v6_only":
            servers = (V6_ONLY,)
        zone = self.zone(name, servers, way)
        names = getattr(self.delegations, way)(parent, zone)
        self._name_servers(parent, zone, names, at_child=way != "apart")
        return zone

    def delegate(self, name, servers, way):
        """A zone below its top level domain that is left to the caller to fill."""
        zone = self._delegate(self.zones[name.rpartition(".")[2]], name, servers, way)
        zone.way = ""
        return zone

    def _delegate_all(self, count):
        ways = [way for way in WAYS if way not in RARE]
        rare = [way for way, times in RARE.items() for _ in range(times)]
        for number in range(count):
            top = ("alpha", "beta", "gamma")[number % 3]
            way = rare[number] if number < len(rare) else ways[number % len(ways)]
            name = f"z{number:03}.{top}"
            if number % 17 == 5:
                name = f"a.b.{name}"  # several labels at once: z005.alpha is an empty non-terminal of the top
            zone = self._delegate(self.zones[top], name, self.rng.choice(SETS), way)
            if zone.alive and number % 4 == 3:
                self._child(zone)
        for name in ("18.198.in-addr.arpa", "19.198.in-addr.arpa"):
            self._delegate(self.zones["arpa"], name, ("n1", "k1"), "glueless")

    def _child(self, zone):
        """A zone below another, on the same servers as often as not."""
        way = self.rng.choice(("glue", "glue", "glueless", "glueless_twice"))
        same = zone.way == "glue" and self.rng.random() < 0.6
        owner = self.rng.choice(("sub", "sub", "deep.down"))
        child = self._delegate(zone, f"{owner}.{zone.name}",
                               zone.servers if same else self.rng.choice(SETS), way)
        zone.child = child

    def _fill(self, number, zone, count):
        address = f"198.18.{100 + number // 250}.{number % 250 + 1}"
        zone.add("www", "A", address)
        zone.add("www", "AAAA", f"fd53:77::{number:x}")
        zone.ask("plain", "www", "A", "AAAA", "MX")
        zone.ask("plain", "nothing-here", "A")
        every = oddities.EVERY
        chosen = [every[(number + step * 7) % len(every)] for step in range(1 if zone.alive else 0)]
        if zone.alive:
            chosen += self.rng.sample(every, count - 1)
        for oddity in dict.fromkeys(chosen):
            oddity(zone, self.rng)

    # ------------------------------------------------------------------------ what the test asks for

    def servers(self):
        held = {server: {} for server in SERVERS}
        for zone in self.zones.values():
            text = zone.text()
            for server in zone.servers:
                held[server][zone.name] = text
        return tuple((name, program, addresses, held[name])
                     for name, (program, addresses) in SERVERS.items())

    def questions(self, most):
        """Every oddity's questions in a random order, at most that many, each in some way of asking."""
        asked = list(dict.fromkeys(self.asked))
        self.rng.shuffle(asked)
        some = [(oddity, *rest) for oddity in dict.fromkeys(each[0] for each in asked)
                for rest in [each[1:] for each in asked if each[0] == oddity][:EACH]]
        asked = list(dict.fromkeys(some + asked))[:most]
        self.rng.shuffle(asked)
        # What waits longest is asked first.
        asked.sort(key=lambda each: each[0] not in ("dead", "lame"))
        return [self._put(*each) for each in asked]

    def _put(self, oddity, name, kind):
        rng, wire = self.rng, wire_name(name) if isinstance(name, str) else name
        if rng.random() < 0.15:
            wire = bytes(octet ^ 0x20 if chr(octet).isascii() and chr(octet).isalpha() and rng.random() < 0.5
                         else octet for octet in wire)
        way = rng.choices(*self.WAYS)[0]
        return Question(wire, TYPES[kind] if isinstance(kind, str) else kind, oddity,
                        edns={"plain": 0, "large": 4096}.get(way, 1232), dnssec=way == "dnssec", tcp=way == "tcp")

    def again(self, questions):
        """The same questions in other ways, some of them only for what is known already: of every oddity a few,
        where that does not depend on the second in which they are asked, and a tenth of all."""
        again, count = [], collections.Counter()
        for each in questions:
            count[each.kind] += 1
            known = each.kind not in FLEETING and (count[each.kind] <= 6 or self.rng.random() < 0.1)
            again.append(dataclasses.replace(self._put(each.kind, each.name, each.type), recursion=not known))
        return again

    def renamed(self, name):
        """Whether an alias at that name can only come from a DNAME above it."""
        made = self._made(lower(name), TYPES["CNAME"])
        return (lower(name), TYPES["CNAME"]) not in self.original and made is not None and made[1] == TYPES["DNAME"]

    def ttl_max(self, name, kind):
        """The TTL that the zones give to a record in an answer; None where they have none. Records that a
        wildcard or a DNAME makes have its TTL (RFC 4592 section 3.3.1, RFC 6672 section 3.1)."""
        name = lower(name)
        if (name, kind) in self.original:
            return self.original[name, kind]
        made = self._made(name, kind)
        return made and self.original[made]

    def _made(self, name, kind):
        """The wildcard or DNAME that makes such a record, as a key of `original`; None without one."""
        ancestor = name
        while len(ancestor) > 1:
            ancestor = parent_of(ancestor)
            for key in ((b"\1*" + ancestor, kind), (ancestor, TYPES["DNAME"])):
                if key in self.original and kind in (key[1], TYPES["CNAME"]):
                    return key
        return None
