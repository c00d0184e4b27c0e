"""The schools with DANE: the root, edu and the big school's domains are signed, and have TLSA.

| Domain | What is wrong with it |
|---|---|
| `bigschool.edu` | nothing: TLSA has the key of the exchanger's certificate |
| `wrongschool.edu` | its TLSA has another key |
| `turningschool.edu` | nothing at first; see `turn_bogus` |
| `plainschool.edu` | it is not signed, and has a wrong TLSA |
"""

import hashlib
import signal
import subprocess

from schools import BIG_NS, EDU, EXCHANGERS, ROOT, SMALL_NS, Schools
from signed_zones import EXPIRED, sign_with_bind, sign_with_ldns, zone_text

SIGNED = ("bigschool.edu", "wrongschool.edu", "turningschool.edu")
DOMAINS = (*SIGNED, "plainschool.edu")
TTL = 2  # seconds; of what turns bogus

_WRONG_KEY = "00" * 32
_ROOT_BODY = f"@ NS a.root.\na.root. A {ROOT}\nedu. NS ns.edu.\nns.edu. A {EDU}\n"
_EDU_BODY = f"""\
@ NS ns
ns A {EDU}
smallschool NS ns.smallschool
ns.smallschool A {SMALL_NS}
ns1.bigschool A {BIG_NS[0]}
ns2.bigschool A {BIG_NS[1]}
""" + "".join(f"{domain.partition('.')[0]} NS ns1.bigschool\n" for domain in DOMAINS) + "bigschool NS ns2.bigschool\n"


def _run(*words, **more):
    return subprocess.run(words, capture_output=True, check=True, **more).stdout


class SignedSchools(Schools):
    """anchor: a file with the root's DS record. certificate, key: of the exchangers."""

    def zones(self):
        self.anchor = self.folder / "root.anchor"
        self.signed = self.folder / "signed"
        self.signed.mkdir()
        self._make_certificate()
        big, delegated = {}, ""
        for domain in SIGNED:
            big[domain], keys = sign_with_ldns(self.signed, domain, self._body(domain))
            delegated += keys
        big["plainschool.edu"] = zone_text("plainschool.edu", self._body("plainschool.edu"))
        edu, edu_keys = sign_with_ldns(self.signed, "edu", _EDU_BODY + delegated)
        root, root_keys = sign_with_bind(self.signed, ".", _ROOT_BODY + edu_keys)
        self.anchor.write_text(root_keys)
        return root, edu, big

    def _make_certificate(self):
        self.certificate, self.key = self.folder / "exchanger.pem", self.folder / "exchanger.key"
        _run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
             "-subj", "/CN=mx1.bigschool.edu", "-keyout", self.key, "-out", self.certificate)
        public = _run("openssl", "x509", "-in", self.certificate, "-noout", "-pubkey")
        octets = _run("openssl", "pkey", "-pubin", "-outform", "DER", input=public)
        self.key_digest = hashlib.sha256(octets).hexdigest()

    def _body(self, domain):
        is_right = domain in ("bigschool.edu", "turningschool.edu")
        tlsa = f"3 1 1 {self.key_digest if is_right else _WRONG_KEY}"
        hosts = f"ns1 A {BIG_NS[0]}\nns2 A {BIG_NS[1]}\n@ NS ns2\n" if domain == "bigschool.edu" else ""
        return f"""\
@ NS ns1.bigschool.edu.
{hosts}@ {TTL} MX 10 mx1
mx1 {TTL} A {EXCHANGERS["mx1.bigschool.edu"]}
_25._tcp.mx1 {TTL} TLSA {tlsa}
"""

    def turn(self, validity=None):
        """turningschool.edu is signed anew, with the same key. `validity`: of the signatures."""
        text, _ = sign_with_ldns(self.signed, "turningschool.edu", self._body("turningschool.edu"), validity)
        (self.folder / "big-ns1-turningschool.edu.zone").write_text(text)
        self.programs["big-ns1"].process.send_signal(signal.SIGHUP)

    def turn_bogus(self):
        self.turn(EXPIRED)
