#!/usr/bin/env python3
"""Writes the first seeds of the wire room's fuzz targets into tests/fuzz/corpus.

Messages are built by hand here, not by the code under test. Seeds that fuzzing found stand
beside them under other names; running this again leaves those alone.
"""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16,
         "RP": 17, "AAAA": 28, "SRV": 33, "NAPTR": 35, "DNAME": 39, "OPT": 41, "DS": 43,
         "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52,
         "SVCB": 64, "HTTPS": 65, "SPF": 99, "URI": 256, "CAA": 257}


def name(text):
    labels = [label for label in text.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def string(text):
    return bytes([len(text)]) + text.encode()


RDATA = {
    "A": bytes([192, 0, 2, 1]),
    "NS": name("ns1.example.com"),
    "CNAME": name("web.example.com"),
    "SOA": name("ns1.example.com") + name("root.example.com") + struct.pack(
        ">5I", 2024010101, 7200, 3600, 1209600, 300),
    "PTR": name("host.example.com"),
    "HINFO": string("PC") + string("Linux"),
    "MX": struct.pack(">H", 10) + name("mail.example.com"),
    "TXT": string("v=spf1 include:example.net -all") + string("a;b\"c\\d"),
    "RP": name("admin.example.com") + name("txt.example.com"),
    "AAAA": bytes.fromhex("20010db8000000000000000000000053"),
    "SRV": struct.pack(">3H", 0, 5, 5060) + name("sip.example.com"),
    "NAPTR": struct.pack(">2H", 100, 50) + string("s") + string("SIP+D2U") + string("")
             + name("_sip._udp.example.com"),
    "DNAME": name("other.example"),
    "DS": struct.pack(">HBB", 60485, 8, 2) + bytes(range(32)),
    "RRSIG": struct.pack(">HBBIIIH", 1, 8, 3, 300, 1700000000, 1690000000, 2642)
             + name("example.com") + bytes(range(64)),
    "NSEC": name("b.example.com") + bytes([0, 6, 0x40, 1, 0, 0, 0, 3, 1, 1, 0x40]),
    "DNSKEY": struct.pack(">HBB", 257, 3, 8) + bytes(range(68)),
    "NSEC3": struct.pack(">BBH", 1, 1, 12) + b"\4\xaa\xbb\xcc\xdd" + b"\x14" + bytes(range(20))
             + bytes([0, 1, 0x62]),
    "NSEC3PARAM": struct.pack(">BBH", 1, 0, 12) + b"\0",
    "TLSA": bytes([3, 1, 1]) + bytes(range(32)),
    "SVCB": struct.pack(">H", 0) + name("svc.example.com"),
    "HTTPS": struct.pack(">H", 1) + b"\0" + bytes.fromhex(
        "0000000400010004" "00010006026832026833" "00020000" "0003000201bb" "00040004c0000201"
        "00050003abcdef" "0006001020010db8000000000000000000000001" "029b000568656c6c6f"),
    "SPF": string("v=spf1 -all"),
    "URI": struct.pack(">2H", 10, 1) + b"https://www.example.com/",
    "CAA": b"\0" + string("issue") + b"ca.example.net; policy=ev",
}

ZONE = """$ORIGIN example.com.
$TTL 1h
@ IN SOA ns1 root\\.admin ( 2024010101 ; serial
        7200 3600 2w 300 )
  NS ns1
  NS ns2.example.net.
  MX 10 mail
ns1 300 IN A 192.0.2.53
    IN 300 AAAA 2001:db8::53
* TXT "one; two" three "say \\"hi\\""
www CNAME @
_sip._tcp SRV 0 5 5060 ns1
alias DNAME other.example.
@ CAA 0 issue "ca.example.net"
@ HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.1 ech=AEX+DQ==
@ SVCB 16 svc mandatory=alpn,port alpn="f\\\\\\\\oo\\\\,bar,h2" port=853 key667="hello\\210"
@ NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp
a NSEC b A MX RRSIG NSEC TYPE1234
a RRSIG A 8 3 300 20030322173103 20030220173103 2642 @ oJB1W6WN
0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AORJU A
@ DS 60485 8 2 0123456789ABCDEF 00
@ DNSKEY 257 3 8 AwEAAaz/
@ TYPE65280 \\# 4 0A 00 00 01
"""


def header(flags, *counts):
    return struct.pack(">6H", 0x1234, flags, *counts)


def question(qname, qtype="A"):
    return qname + struct.pack(">2H", TYPES[qtype], 1)


def record(owner, rtype, rdata, ttl=300, rrclass=1):
    return owner + struct.pack(">2HIH", TYPES[rtype], rrclass, ttl, len(rdata)) + rdata


POINTER = b"\xc0\x0c"  # to the question's name


def opt(options=b"", size=1232, ttl=0):
    return record(b"\0", "OPT", options, ttl, size)


def messages():
    www = name("www.example.com")
    for rtype in TYPES:
        if rtype != "OPT":
            yield f"answer_{rtype.lower()}", (
                header(0x8180, 1, 1, 0, 1) + question(name("Example.com"), rtype)
                + record(POINTER, rtype, RDATA[rtype]) + opt())
    yield "query", header(0x0100, 1, 0, 0, 0) + question(www)
    yield "query_edns", (header(0x0120, 1, 0, 0, 1) + question(www)
                         + opt(b"\0\x0a\0\x08clientco\0\x0c\0\2\0\0", ttl=0x8000))
    yield "cname_chain", (header(0x8180, 1, 3, 0, 0) + question(www)
                          + record(POINTER, "CNAME", b"\3web\xc0\x10")
                          + record(b"\xc0\x2d", "CNAME", b"\1x\xc0\x14")
                          + record(b"\xc0\x3f", "A", RDATA["A"]))
    yield "referral", (header(0x8000, 1, 0, 2, 3) + question(www)
                       + record(b"\xc0\x10", "NS", b"\3ns1\xc0\x10")
                       + record(b"\xc0\x10", "NS", b"\3ns2\xc0\x10")
                       + record(b"\xc0\x2d", "A", RDATA["A"])
                       + record(b"\xc0\x3f", "AAAA", RDATA["AAAA"]) + opt())
    yield "nxdomain", (header(0x8583, 1, 0, 1, 0) + question(www)
                       + record(b"\xc0\x10", "SOA", b"\3ns1\xc0\x10\4root\xc0\x10"
                                + struct.pack(">5I", 1, 7200, 3600, 1209600, 300)))
    yield "srv_compressed", (header(0x8180, 1, 1, 0, 0) + question(www, "SRV")
                             + record(POINTER, "SRV", struct.pack(">3H", 0, 5, 5060) + POINTER))
    yield "mx_compressed", (header(0x8180, 1, 1, 0, 0) + question(www, "MX")
                            + record(POINTER, "MX", b"\0\x0a\4mail\xc0\x10"))
    yield "truncated", header(0x8380, 1, 0, 0, 0) + question(www)
    yield "pointer_loop", header(0x8180, 1, 0, 0, 0) + POINTER + b"\0\1\0\1"
    yield "pointer_forward", header(0x8180, 1, 0, 0, 0) + b"\xc0\x20\0\1\0\1" + bytes(30)
    yield "counts_lie", header(0x8180, 1, 0xffff, 0xffff, 0xffff) + question(www)
    yield "two_opts", header(0x0100, 1, 0, 0, 2) + question(www) + opt() + opt()
    yield "longest_name", header(0x0100, 1, 0, 0, 0) + question(b"\1a" * 127 + b"\0")
    yield "many_addresses", (header(0x8180, 1, 30, 0, 0) + question(www)
                             + b"".join(record(POINTER, "A", bytes([10, 0, 0, i]))
                                        for i in range(30)))


def names():
    pairs = [("www.example.com", "WWW.EXAMPLE.COM"), ("a.example.com", "example.com"),
             ("", "com"), ("a.b.c.d.e.f", "x.d.e.f"), ("sixteen-octets.x", "sixteen-octets.y"),
             ("a", "b"), ("ab", "AB"), ("*.example", "z.example")]
    for number, (a, b) in enumerate(pairs):
        yield f"pair_{number}", name(a) + name(b)
    yield "longest", b"\1a" * 127 + b"\0" + b"\1A" * 127 + b"\0"
    yield "long_labels", (b"\x3f" + b"Z" * 63) * 3 + b"\x3d" + b"q" * 61 + b"\0"
    yield "odd_octets", b"\5.@[`{\0" + b"\5\x80\xff\x00\\\"\0"
    yield "pointer", b"\3www\xc0\x0c"
    yield "too_long", b"\1a" * 128 + b"\0"


def texts():
    for rtype, rdata in RDATA.items():
        yield f"rdata_{rtype.lower()}", b"R" + struct.pack(">H", TYPES[rtype]) + rdata
    yield "rdata_opaque", b"R" + struct.pack(">H", 65280) + b"\0\xff"
    yield "rdata_svcb_odd_values", (b"R" + struct.pack(">HH", 65, 1) + b"\0"
                                    + bytes.fromhex("000000020007" "0001000205ff" "0003000101"))
    yield "zone", b"Z" + ZONE.encode()
    lines = ZONE.splitlines()
    for number, line in enumerate(lines[5:], 1):
        yield f"zone_line_{number:02}", ("Z" + "x. A 192.0.2.9\n" + line + "\n").encode()
    yield "zone_bad_quote", b"Za TXT \"open\n"
    yield "zone_bad_parentheses", b"Za TXT ( x\n"
    yield "zone_escapes", b"Z\\097\\.b.c TXT \\034\\\\ \"\\000\"\n"


def main():
    for target, seeds in (("message_reader_fuzz", messages), ("writer_fuzz", messages),
                          ("name_fuzz", names), ("presentation_fuzz", texts)):
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed_name, octets in seeds():
            (folder / seed_name).write_bytes(octets)


if __name__ == "__main__":
    main()
