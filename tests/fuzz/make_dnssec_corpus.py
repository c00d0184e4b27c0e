#!/usr/bin/env python3
"""Writes the first seeds of dnssec_records_fuzz, signed_octets_fuzz and signature_fuzz into tests/fuzz/corpus, and some
of validate_entry_fuzz.

Keys and signatures are those that other programs made: tests/resolver/crypto/vectors. Seeds that fuzzing found stand
beside these under other names; running this again leaves those alone.
"""
import base64
import pathlib
import struct

from make_corpus import CORPUS, RDATA, TYPES, name, string

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "resolver" / "crypto" / "vectors"
READ = ("DNSKEY", "DS", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM")  # in the target's order


def records():
    for i, mnemonic in enumerate(READ):
        yield mnemonic.lower(), bytes([i]) + RDATA[mnemonic]
        yield mnemonic.lower() + "_cut", bytes([i]) + RDATA[mnemonic][:-1]
    yield "dnskey_empty", bytes([0, 1, 0, 3, 13])
    yield "dnskey_odd", bytes([0, 1, 0, 3, 13, 9])
    yield "nsec_root", bytes([3, 0])
    yield "nsec_high_type", bytes([3, 0]) + b"\4\x1b" + bytes(26) + b"\x20" + b"\xff\x20" + b"\xff" * 32
    yield "nsec_window_twice", bytes([3, 0]) + b"\1\1\x40\1\1\x40"
    yield "nsec_zero_at_end", bytes([3, 0]) + b"\0\2\x40\0"
    yield "nsec3_no_types", bytes([4]) + struct.pack(">BBH", 1, 1, 0) + b"\0\x14" + bytes(range(20))
    yield "nsec3_no_hash", bytes([4]) + struct.pack(">BBH", 1, 0, 0) + b"\0\0"


def tape(mnemonic, labels, owner, rdatas, signer="Example.COM"):
    names = b"".join(bytes([len(name(text))]) + name(text) for text in (owner, signer))
    number = TYPES[mnemonic] if isinstance(mnemonic, str) else mnemonic
    return bytes([number, labels]) + names + b"".join(bytes([len(rdata)]) + rdata for rdata in rdatas)


def signed():
    for mnemonic in ("A", "NS", "SOA", "MX", "RP", "SRV", "NAPTR", "DNAME", "RRSIG", "NSEC", "HTTPS", "HINFO", "TXT"):
        rdata = RDATA[mnemonic]
        yield mnemonic.lower(), tape(mnemonic, 3, "WWW.Example.COM", [rdata, rdata.upper(), rdata])
    two = [struct.pack(">H", 10) + name("Mail.Example.COM"), struct.pack(">H", 5) + name("mail2.Example.com")]
    yield "sorted", tape("MX", 2, "Example.com", two)
    yield "expanded", tape("MX", 2, "a.b.Example.com", two)
    yield "expanded_at_root", tape("MX", 0, "a.b.Example.com", two)
    yield "wildcard", tape("MX", 2, "*.Example.com", two)
    yield "too_many_labels", tape("MX", 3, "*.Example.com", two)
    yield "no_name", tape("MX", 2, "Example.com", [b"\0"])
    yield "pointer", tape("NS", 2, "Example.com", [b"\xc0\x0c"])
    yield "minfo", tape(14, 2, "Example.com", [name("A.b") + name("C.d"), name("a.B") + name("c.D")])
    yield "sig", tape(24, 2, "Example.com", [RDATA["RRSIG"]])
    yield "nxt", tape(30, 2, "Example.com", [name("NEXT.example") + b"\x40"])
    yield "strings_before", tape("NAPTR", 1, "b", [bytes(4) + string("A") * 3 + name("B"),
                                                   bytes(4) + string("A") * 2 + string("") + name("B")])
    yield "many", tape("TXT", 1, "b", [bytes([255 - i % 251]) for i in range(300)])
    yield "longest", tape("NS", 127, "A." * 127, [name("B." * 127), name("b." * 127)], "C." * 127)


def counted(octets):
    return struct.pack(">H", len(octets)) + octets


def signatures():
    for path in sorted(VECTORS.glob("few_*_ldns.zone")):
        rows = [line.split() for line in path.read_text().splitlines()]
        algorithm = int(path.name.split("_")[1])
        key = next(base64.b64decode("".join(row[7:])) for row in rows if row[3] == "DNSKEY")
        signature = next(base64.b64decode("".join(row[12:])) for row in rows if row[3:5] == ["RRSIG", "A"])
        front = bytes([algorithm]) + counted(key)
        yield f"algorithm_{algorithm}", front + counted(signature) + name("www.example.org")
        yield f"algorithm_{algorithm}_short", front + counted(signature[1:]) + b"octets"
    for label, key in (("no_exponent", b"\1\0" + bytes(63) + b"\1"), ("long_form", b"\0\0\3\1\0\1" + b"\xc3" * 128),
                       ("huge_exponent", b"\x09" + b"\xff" * 9 + b"\xc3" * 128), ("zeros", b"\3\0\0\3" + b"\0" * 9 + b"\xc3" * 64),
                       ("huge_modulus", b"\1\3" + b"\xc3" * 513)):
        yield "rsa_" + label, bytes([8]) + counted(key) + counted(b"\x55" * 128) + b"octets"
    for algorithm, octets in ((13, 64), (14, 96), (15, 32), (16, 57)):
        yield f"ones_{algorithm}", bytes([algorithm]) + counted(b"\1" * octets) + counted(b"\1" * 2 * octets) + b"octets"
    yield "unknown", bytes([200]) + counted(b"key") + counted(b"signature") + b"\1*\0"


GOOD = b"\0\0"  # a signature that is neither over nor changed
CHANGED = b"\0\3\0\x54"  # the last octet of the signature


def entries():
    """What wildcards made, as a.b.z. in the zone z., with the range from *.b.z. to z."""
    front = bytes([1, 2, 1, 0, 0, 0, 0, 4]) + b"\xc0\0\2\1"
    nsec = bytes([1, 0, 2, 1, 2, 0, 0, 8]) + b"\0\6\x40\1\0\0\0\3" + b"\0" + GOOD
    # The signer is written `Z.`, so the signature is good all the same.
    yield "signer_in_upper_case", bytes([1, 1, 0, 0, 0, 0, 4]) + b"\xc0\0\2\1" + b"\1\0\0\3\x1f\x13\0"
    yield "wildcard", front + b"\1" + b"\1" + GOOD + nsec
    # The first signature says *.z. and is not good. The next one says *.b.z.
    yield "wildcard_of_a_bad_signature", front + b"\2" + b"\2" + CHANGED + b"\1" + GOOD + nsec


def main():
    for target, seeds in (("dnssec_records_fuzz", records), ("signed_octets_fuzz", signed),
                          ("signature_fuzz", signatures), ("validate_entry_fuzz", entries)):
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed_name, octets in seeds():
            (folder / seed_name).write_bytes(octets)


if __name__ == "__main__":
    main()
