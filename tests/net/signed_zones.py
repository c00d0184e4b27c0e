"""A small internet whose zones are signed: the root, com. and domains below it, by three signers.

| Zone | Signer | Denials |
|---|---|---|
| `.`, `three.com` | dnssec-signzone | NSEC, NSEC3 |
| `com`, `good.com`, `old.com` | ldns-signzone | NSEC |
| `hashed.com` | Knot DNS, which signs what it serves | NSEC3 with opt-out |
| `plain.com`, `child.hashed.com` | nobody | |

The signatures of old.com have expired.
"""

import subprocess

import zones
from internet import Internet, knot_signing_command

EXPIRED = ("20200101000000", "20200201000000")  # inception and expiration
DAY = 86400


def zone_text(origin, body):
    dot = "." if origin == "." else origin + "."
    return (f"$ORIGIN {dot}\n$TTL {DAY}\n@ IN SOA ns.com. hostmaster.com. 1 7200 3600 1209600 "
            f"{zones.MINIMUM}\n{body}")


HOSTS = """\
@ NS ns1.com.
www A 198.18.30.1
www A 198.18.30.2
alias CNAME www
out CNAME www.three.com.
a.ent A 198.18.30.3
*.wild A 198.18.30.4
"""
COM = """\
@ NS ns
ns A 198.18.1.1
ns1 A 198.18.2.1
ns2 A 198.18.3.1
good NS ns1
old NS ns1
three NS ns1
plain NS ns1
hashed NS ns2
"""
ROOT = """\
@ NS a.root.
@ NS b.root.
a.root. A 198.18.0.1
a.root. AAAA fd53::1
b.root. A 198.18.0.2
com. NS ns.com.
ns.com. A 198.18.1.1
"""
HASHED = HOSTS.replace("ns1.com.", "ns2.com.") + "child NS ns1.com.\n"


def run(*command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


def sign_with_ldns(folder, origin, body, validity=None):
    """Returns (the signed zone, its DS records). A zone that is signed anew keeps its key."""
    keys = sorted(folder.glob(f"K{origin}.+*.private"))
    key = keys[0].stem if keys else run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", origin,
                                        folder=folder).strip()
    source, target = folder / f"{origin}.plain", folder / f"{origin}.signed"
    source.write_text(zone_text(origin, body))
    when = ("-i", validity[0], "-e", validity[1]) if validity else ()
    run("ldns-signzone", *when, "-o", origin, "-f", target, source, key, folder=folder)
    return target.read_text(), (folder / f"{key}.ds").read_text()


def sign_with_bind(folder, origin, body, *options):
    key = run("dnssec-keygen", "-q", "-a", "RSASHA256", "-b", "2048", "-f", "KSK", origin,
              folder=folder).strip()
    source, target = folder / f"bind-{origin}.plain", folder / f"bind-{origin}.signed"
    source.write_text(zone_text(origin, body) + f"$INCLUDE {folder / key}.key\n")
    run("dnssec-signzone", "-q", "-P", "-z", *options, "-o", origin, "-f", target, source, key,
        folder=folder)
    return target.read_text(), run("dnssec-dsfromkey", "-2", f"{key}.key", folder=folder)


class SignedInternet(Internet):
    """anchor: the DS record of the root; `folder` has it in the files root.anchor (for ternd) and delv.anchor."""

    def __init__(self):
        self.anchor = ""
        super().__init__(())

    def _start(self):
        self.servers = self._signed_servers()
        super()._start()

    def _signed_servers(self):
        folder = self.folder / "signed"
        folder.mkdir()
        good, good_ds = sign_with_ldns(folder, "good.com", HOSTS)
        old, old_ds = sign_with_ldns(folder, "old.com", HOSTS, EXPIRED)
        three, three_ds = sign_with_bind(folder, "three.com", HOSTS, "-3", "-")
        hashed_ds = self._make_key_of_knot({"hashed.com": zone_text("hashed.com", HASHED)})
        com, com_ds = sign_with_ldns(folder, "com", COM + good_ds + old_ds + three_ds + hashed_ds)
        root, self.anchor = sign_with_bind(folder, ".", ROOT + com_ds)
        (self.folder / "root.anchor").write_text(self.anchor)
        tag, algorithm, kind, digest = self.anchor.split(None, 6)[3:7]
        (self.folder / "delv.anchor").write_text(
            f'trust-anchors {{ . static-ds {tag} {algorithm} {kind} "{digest.strip()}"; }};\n')
        return (("root", "nsd", zones.ROOT, {".": root}),
                ("com", "nsd", zones.COM, {"com": com}),
                ("auth", "nsd", zones.AUTH, {
                    "good.com": good, "old.com": old, "three.com": three,
                    "plain.com": zone_text("plain.com", HOSTS),
                    "child.hashed.com": zone_text("child.hashed.com", HOSTS)}),
                ("knot", "knot-signing", zones.KNOT, {
                    "hashed.com": zone_text("hashed.com", HASHED)}))

    def _make_key_of_knot(self, texts):
        knot_signing_command(self.folder, "knot", zones.KNOT, texts)
        (self.folder / "knot-db").mkdir()
        keymgr = ("keymgr", "-c", self.folder / "knot.conf", "hashed.com.")
        run(*keymgr, "generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes", folder=self.folder)
        return "".join(line + "\n" for line in run(*keymgr, "ds", folder=self.folder).splitlines()
                       if line.split()[-2] == "2")
