#!/usr/bin/env python3
"""Writes the first seeds of hot_path_fuzz, mail_fuzz and upstream_reply_fuzz into tests/fuzz/corpus.

Seeds that fuzzing found stand beside them under other names; running this again leaves those alone.
"""
import struct

from make_corpus import CORPUS, POINTER, RDATA, TYPES, name, opt, record

SOA = RDATA["SOA"]


def query(qname, qtype, flags=0x0100, qclass=1, additional=b"", count=0):
    return (struct.pack(">6H", 0x1234, flags, 1, 0, 0, count) + name(qname)
            + struct.pack(">2H", qtype, qclass) + additional)


def queries():
    for qname, qtype in (("www.example", "A"), ("www.example", "AAAA"), ("www.example", "MX"),
                         ("example", "MX"), ("example", "NS"), ("alias.example", "A"),
                         ("open.example", "A"), ("loop.example", "A"), ("x.old.example", "A"),
                         ("txt.example", "TXT"), ("big.example", "TXT"), ("huge.example", "TXT"),
                         ("_s._tcp.example", "SRV"), ("web.example", "HTTPS"), ("", "NS"),
                         ("gone.example", "A"), ("failed.example", "A"), ("example", "SOA")):
        label = f"{qname or 'root'}_{qtype.lower()}".replace(".", "_")
        yield label, query(qname, TYPES[qtype])
        yield label + "_edns", query(qname, TYPES[qtype], additional=opt(), count=1)
    yield "any", query("www.example", 255, additional=opt(size=512, ttl=0x8000), count=1)
    yield "axfr", query("example", 252)
    yield "chaos", query("version.bind", 16, qclass=3, additional=opt(), count=1)
    yield "badvers", query("www.example", 1, additional=opt(ttl=0x010000), count=1)
    yield "two_opt", query("www.example", 1, additional=opt() + opt(), count=2)
    yield "cookie", query("www.example", 1, additional=opt(b"\0\x0a\0\x08clientco"), count=1)
    whole = opt(b"\0\x0a\0\x18clientco\1\0\0\0" + struct.pack(">I", 1_700_000_000) + b"12345678")
    yield "cookie_whole", query("www.example", 1, additional=whole, count=1)
    yield "cookie_large", query("big.example", 16, additional=whole, count=1)
    yield "cookie_any", query("www.example", 255, additional=whole, count=1)
    yield "cookie_malformed", query("www.example", 1, additional=opt(b"\0\x0a\0\x09clientcoo"), count=1)
    yield "cookie_alone", struct.pack(">6H", 0x1234, 0, 0, 0, 0, 1) + whole
    yield "notify", query("example", 6, flags=0x2400)
    yield "longest", (struct.pack(">6H", 0x1234, 0x0100, 1, 0, 0, 1) + b"\1a" * 127 + b"\0"
                      + struct.pack(">2H", 1, 1) + opt(size=512))


def reply(asked, flags, answer=(), authority=(), additional=()):
    """The question is put in by the target: these are the octets around it."""
    counts = struct.pack(">6H", 0x1234, flags, 1, len(answer), len(authority), len(additional))
    return bytes([asked]) + counts + b"".join((*answer, *authority, *additional))


def replies():
    www, example = name("www.example"), name("example")
    soa = record(example, "SOA", SOA)
    yield "answer", reply(0, 0x8400, [record(POINTER, "A", RDATA["A"])])
    yield "answer_two", reply(0, 0x8400, [record(POINTER, "A", RDATA["A"]),
                                          record(www, "A", bytes([192, 0, 2, 2]), ttl=9)],
                              [record(example, "NS", name("ns.example"))],
                              [record(name("ns.example"), "A", RDATA["A"]), opt()])
    yield "alias", reply(0, 0x8400, [record(POINTER, "CNAME", name("web.example")),
                                     record(name("web.example"), "A", RDATA["A"])])
    yield "alias_out", reply(0, 0x8400, [record(POINTER, "CNAME", name("www.bank"))])
    yield "alias_loop", reply(0, 0x8403, [record(POINTER, "CNAME", name("b.example")),
                                          record(name("b.example"), "CNAME", www)], [soa])
    yield "dname", reply(2, 0x8400, [record(name("c.example"), "DNAME", name("new.example")),
                                     record(name("a.b.new.example"), "AAAA", RDATA["AAAA"])])
    yield "dname_overflow", reply(2, 0x8406, [record(name("c.example"), "DNAME",
                                                     (b"\x3f" + b"z" * 63) * 3 + b"\x3c"
                                                     + b"z" * 60 + b"\0")])
    yield "nodata", reply(2, 0x8400, [], [soa])
    yield "nxdomain", reply(0, 0x8403, [], [soa], [opt()])
    yield "nxdomain_without_soa", reply(0, 0x8403)
    yield "referral", reply(3, 0x8000, [], [
        record(name("b.c.example"), "NS", name("ns1.b.c.example")),
        record(name("b.c.example"), "NS", name("ns.elsewhere"))],
        [record(name("ns1.b.c.example"), "A", RDATA["A"]),
         record(name("ns1.b.c.example"), "AAAA", RDATA["AAAA"]),
         record(name("ns.elsewhere"), "A", RDATA["A"]), opt()])
    yield "referral_from_root", reply(1, 0x8000, [], [record(example, "NS", name("ns.example"))],
                                      [record(name("ns.example"), "A", RDATA["A"])])
    yield "priming", reply(5, 0x8400, [record(b"\0", "NS", name("a.root")),
                                       record(b"\0", "NS", name("b.root"))], [],
                           [record(name("a.root"), "A", RDATA["A"], ttl=518400)])
    yield "dname_asked", reply(7, 0x8400, [record(POINTER, "DNAME", name("new.example"))])
    yield "cname_asked", reply(6, 0x8400, [record(POINTER, "CNAME", name("x.example"))])
    yield "forwarded", reply(8, 0x8180, [record(POINTER, "TXT", RDATA["TXT"])])
    yield "forwarded_https", reply(9, 0x8180, [record(POINTER, "HTTPS", RDATA["HTTPS"])])
    yield "servfail", reply(0, 0x8002, additional=[opt(b"\0\x0f\0\2\0\x16")])
    yield "cookie", reply(0, 0x8400, [record(POINTER, "A", RDATA["A"])],
                          additional=[opt(b"\0\x0a\0\x18" + bytes(8) + b"servercookie1234")])
    yield "badcookie", reply(0, 0x8007, additional=[opt(b"\0\x0a\0\x28" + bytes(40), ttl=0x01000000)])
    yield "truncated", reply(0, 0x8600)
    yield "many_servers", reply(1, 0x8000, [], [
        record(example, "NS", name(f"n{i}.example")) for i in range(30)],
        [record(name(f"n{i % 30}.example"), "A", bytes([192, 0, 2, i])) for i in range(90)])


def mail():
    """The octets are read one after the other, as mail_fuzz.cc says."""
    front = b"\x20\2\0\1e\0\1e"  # the limit, and an owner of two labels
    for i, text in enumerate((b"v=spf1 a mx include:a.example redirect=b.example exists:%{i}.x ptr -all",
                              b"V=SPF1 ?a:h.example/24 ~mx:m.example//64 +include:. a:%{d} mx:..",
                              b"v=spf1" + b" " * 200, b"v=spf10 a", b"v=spf1 " + b"a " * 60)):
        yield f"spf_{i}", b"\0" + front + b"\0\0\0" + bytes([len(text)]) + text
    for kind, octets in ((1, 2), (2, 6)):
        # Each record: a name below the owner, and the numbers in front of it.
        hosts = b"".join(bytes([0, 1, 0, 0, 0x61 + i]) + bytes([i % 3]) * octets for i in range(12))
        yield f"hosts_{kind}", bytes([kind]) + front + b"\0\x0b" + hosts + b"\1\3" * 40
        yield f"one_host_{kind}", bytes([kind]) + front + b"\0\0\3" + bytes(octets) + b"\1\1\1\1"
        yield f"many_hosts_{kind}", (bytes([kind]) + front + b"\7\xff"
                                    + b"".join(bytes([0, 1, 0, 1, i, 65]) + bytes(octets)
                                               for i in range(256)) + b"\1\6" * 600)


def main():
    for target, seeds in (("hot_path_fuzz", queries), ("mail_fuzz", mail),
                          ("upstream_reply_fuzz", replies)):
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed_name, octets in seeds():
            (folder / seed_name).write_bytes(octets)


if __name__ == "__main__":
    main()
