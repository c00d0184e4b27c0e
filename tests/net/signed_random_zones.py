"""The random internet of random_zones.py, signed: most zones are secure, some are unsigned, and some are broken.

| State | What it is | What a validator says |
|---|---|---|
| secure | signed, with a DS record in its parent | what there is; AD if all zones above are secure |
| unsigned | neither | what there is, without AD |
| expired | the signatures have expired | SERVFAIL |
| stripped | a DS record in the parent, and no signatures | SERVFAIL |
| mismatched | the DS record in the parent is of another key | SERVFAIL |

Zones are signed by dnssec-signzone with different algorithms, and deny by NSEC, by NSEC3, or by NSEC3 with opt-out.
What many zones rest on (the root, top level domains, zones of name servers) is secure.
"""

import random
import subprocess

import random_zones
from messages import TYPES, lower, printed

STATES = ("secure", "unsigned", "expired", "stripped", "mismatched")
SIGNED = ("secure", "expired", "mismatched")
WEIGHTS = (66, 22, 4, 4, 4)
# Algorithms and their sizes; few with RSA, whose keys take long to make.
ALGORITHMS = (("ECDSAP256SHA256",),) * 6 + (("ED25519",), ("ECDSAP384SHA384",), ("RSASHA256", "-b", "2048"))
DENIALS = ((), ("-3", "-"), ("-3", "-", "-A"), ("-3", "c0ffee", "-H", "5"))
EXPIRED = ("-s", "20200101000000", "-e", "20200201000000")
ADDED = frozenset(TYPES[kind] for kind in ("DS", "RRSIG", "NSEC", "DNSKEY"))
TTL_MAX = 86400 * 2


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


class SignedZone(random_zones.Zone):

    def __init__(self, world, name, servers, way=""):
        rests = way and not name.endswith("arpa")
        self.state = world.signing.choices(STATES, WEIGHTS)[0] if rests else "secure"
        super().__init__(world, name, servers, way)

    def has_one_ttl(self):
        return self.state in SIGNED or super().has_one_ttl()


class SignedWorld(random_zones.World):

    ZONE = SignedZone
    WAYS = (("edns", "large", "dnssec", "plain", "tcp"), (15, 5, 65, 5, 10))

    def __init__(self, seed, folder, **more):
        self.folder = folder
        self.anchor = ""  # the root's DS record, from servers() on
        self.signing = random.Random(seed + 1)
        super().__init__(seed, **more)

    def servers(self):
        texts = {}
        # Children come before their parents, which get their DS records.
        for name in sorted(self.zones, key=lambda zone: zone != "." and -1 - zone.count(".")):
            texts[name], ds = self._made_zone(self.zones[name])
            if name == ".":
                self.anchor = ds
            else:
                self._parent_of(name).lines.append(ds)
        return tuple((server, program, addresses,
                      {name: texts[name] for name, zone in self.zones.items() if server in zone.servers})
                     for server, (program, addresses) in random_zones.SERVERS.items())

    def _parent_of(self, name):
        while name:
            name = name.partition(".")[2]
            if name in self.zones:
                return self.zones[name]
        return self.zones["."]

    def _made_zone(self, zone):
        """Returns (the zone as it is served, its DS records for the parent)."""
        text, state = zone.text(), zone.state
        if state == "unsigned":
            return text, ""
        key = self._key(zone.name)
        ds_of = self._key(zone.name) if state == "mismatched" else key
        ds = run(self.folder, "dnssec-dsfromkey", "-a", self.signing.choice(("SHA-256", "SHA-384")), f"{ds_of}.key")
        if state not in SIGNED:
            return text, ds
        (self.folder / "plain").write_text(text + f"$INCLUDE {self.folder / key}.key\n")
        sign = ("dnssec-signzone", "-q", "-P", "-z", *(EXPIRED if state == "expired" else ()),
                "-o", zone.name, "-f", "signed")
        try:
            run(self.folder, *sign, *self.signing.choice(DENIALS), "plain", key)
        except RuntimeError:  # a name has no room for the hash of a wildcard below it
            run(self.folder, *sign, "plain", key)
        return (self.folder / "signed").read_text(), ds

    def _key(self, name):
        algorithm, *size = self.signing.choice(ALGORITHMS)
        return run(self.folder, "dnssec-keygen", "-q", "-a", algorithm, *size, "-f", "KSK", name).strip()

    def described(self, name):
        text = printed(lower(name)).rstrip(".")
        chain = [zone for zone in self.zones if text == zone or text.endswith("." + zone)]
        return f" [{', '.join(f'{zone} {self.zones[zone].state}' for zone in chain)}]"

    def ttl_max(self, name, kind):
        return TTL_MAX if kind in ADDED else super().ttl_max(name, kind)
