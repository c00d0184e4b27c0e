#!/usr/bin/env python3
"""Writes the first seeds of the targets for streams, text and whole worlds into tests/fuzz/corpus.

Seeds that fuzzing found stand beside them under other names; running this again leaves those alone.
"""
import struct

from make_core_corpus import query
from make_corpus import CORPUS, messages, name, opt, record, question, header, RDATA


def framed(*bodies):
    return b"".join(struct.pack(">H", len(body)) + body for body in bodies)


def pieces(stream, size):
    return b"".join(bytes([len(stream[i:i + size])]) + stream[i:i + size]
                    for i in range(0, len(stream), size))


def assembler_streams():
    stream = framed(b"", b"a", b"a message of some length", b"\0" * 200, b"last")
    for size in (1, 2, 3, 7, 100, 255):
        yield f"pieces_of_{size}", b"\0" + pieces(stream, size)
    yield "reader_pauses", b"\1" + pieces(stream, 255)
    yield "claims_all", b"\0" + pieces(b"\xff\xff" + b"x" * 300, 255)


CONNECT, FLUSH, ADVANCE, AT_ONCE, ANSWER, READ, FINISH, ERROR, DELIVER = range(9)


def client_streams():
    def give(octets):
        return bytes([DELIVER, 0, len(octets)]) + octets
    ask = framed(query("www.example", 1))
    connect = bytes([CONNECT, 0])
    yield "one_query", connect + give(ask) + bytes([ANSWER, 0, 1, FLUSH, READ, 0, 9])
    yield "octet_by_octet", connect + b"".join(give(bytes([o])) for o in ask)
    yield "pipelined", connect + bytes([AT_ONCE]) + give(ask * 7) + bytes([FLUSH])
    yield "too_many_unanswered", connect + give(ask * 7) + bytes([ANSWER, 0, 0] * 4 + [FLUSH])
    yield "reads_late", connect + give(ask * 7) + bytes([ANSWER, 0, 5] * 4 + [FLUSH, READ, 0, 200])
    yield "not_dns", connect + give(framed(b"short")) + bytes([FLUSH])
    yield "half_a_message", connect + give(ask[:9]) + bytes([ADVANCE, 200, ADVANCE, 200])
    yield "finishes", connect + give(ask) + bytes([FINISH, 0, ANSWER, 0, 1, FLUSH])
    yield "reset", connect + give(ask) + bytes([ERROR, 0, ANSWER, 0, 1, FLUSH])
    yield "crowd", connect * 4 + bytes([CONNECT, 2] * 4) + give(ask)
    yield "idle_gives_way", connect * 2 + bytes([ADVANCE, 100]) + bytes([CONNECT, 2] * 3)


def upstream_streams():
    start, write, end, close, reset, deliver = range(6)
    begin = bytes([start, 30, write, 0])
    def give(octets):
        return bytes([deliver, 0, len(octets)]) + octets
    yield "one_reply", begin + give(framed(b"\0" * 40)) + bytes([end, 0])
    yield "octet_by_octet", begin + b"".join(give(bytes([o])) for o in framed(b"\0" * 20))
    yield "ends_inside", begin + give(framed(b"\1aa", b"\0bb"))
    yield "ends_and_begins_inside", begin + give(framed(b"\3aa", b"\0bb"))
    yield "ends_another_inside", begin * 2 + give(framed(b"\4aa", b"\5bb"))
    yield "server_closes", begin + bytes([close, 0, start, 9])
    yield "reset", begin + bytes([reset, 0])
    yield "too_many", bytes([start, 9] * 5)


def accounts():
    yield "every_kind", b'{"a":[null,true,false,-0.5e+9,"x"],"b":{},"a":[]}'
    yield "escapes", b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 \xc3\xa9"'
    yield "lone_surrogate", b'"\\ud83d"'
    yield "overlong", b'"\xc0\x80\xe0\x80\x80\xf0\x80\x80\x80\xed\xa0\x80\xf4\x90\x80\x80"'
    yield "controls", b"\0\x1b[2J\x7f\xc2\x9b\xff"
    yield "deep", b"[" * 16 + b"]" * 16
    yield "too_deep", b"[" * 20 + b"]" * 20
    yield "steps", (b'{"step":1,"t_us":0,"kind":"start"}\n{"step":2,"rtt_us":18446744073709551616}\n\n'
                    b'no step\n["step"]\n{"zone":"\xc3\xa9","zone":"\\u009b"}')


def option(code, octets):
    return struct.pack(">2H", code, len(octets)) + octets


def lookup_replies():
    wanted = ("answer_mx", "answer_txt", "answer_https", "nxdomain", "referral", "counts_lie",
              "truncated", "answer_svcb", "answer_soa")
    for label, octets in messages():
        if label in wanted:
            yield label, b"\1" + octets
    www = header(0x8182, 1, 0, 0, 1) + question(name("www.example.com"))
    errors = option(15, b"\0\x16no \x1b[2J") + option(15, b"\0\3")
    yield "extended_errors", b"\0" + www + opt(errors)
    steps = (b'{"step":1,"t_us":5,"kind":"query","server":"192.0.2.1:53","transport":"udp",'
             b'"question":"com. A","zone":"."}\n{"kind":"reply","server":"s","rtt_us":200,'
             b'"outcome":"referral","learnt":"x\xc2\x9b","more":[1]}\nno json\n')
    yield "trace", b"\x80" + www + opt(option(65001, steps))
    yield "exchangers", b"\1" + (header(0x8180, 1, 3, 0, 0) + question(name("a"), "MX") + b"".join(
        record(name("a"), "MX", struct.pack(">H", n) + name("m")) for n in (30, 10, 20)))


def hint_files():
    yield "hints", b"H. 9 NS a.\n. 9 NS b.\na. 9 A 192.0.2.1\na. 9 AAAA 2001:db8::1\n"
    yield "address_first", b"Ha. 9 A 192.0.2.1\n. 9 NS a.\n"
    yield "no_address", b"H. 9 NS a.\n"
    yield "stranger", b"H. 9 NS a.\nb. 9 A 192.0.2.1\n"
    yield "many", b"H" + b"".join(b". NS n%d.\n" % i for i in range(14))
    yield "many_addresses", b"H. NS a.\n" + b"".join(b"a. A 192.0.2.%d\n" % i for i in range(7))
    yield "other_class", b"H. CH NS a.\n"
    yield "anchor", b"A. DS 20326 8 2 " + b"ab" * 32 + b"\n"
    yield "anchor_key", b"A. DNSKEY 257 3 8 AwEAAaz/\n"
    yield "no_anchor", b"A. A 192.0.2.1\n"


SCENARIO = b"""server:
 query-minimization: off
 cache-max-ttl: 60
stub-addr: 193.0.14.129
CONFIG_END
SCENARIO_BEGIN all
RANGE_BEGIN 0 100
ADDRESS 193.0.14.129
ENTRY_BEGIN
MATCH opcode subdomain
ADJUST copy_id copy_query
REPLY QR
SECTION QUESTION
com. IN NS
SECTION AUTHORITY
com. 60 NS a.com.
SECTION ADDITIONAL
a.com. 60 A 1.2.3.4
ENTRY_END
RANGE_END
RANGE_BEGIN 0 100
ADDRESS 1.2.3.4
ENTRY_BEGIN
MATCH opcode qtype qname
ADJUST copy_id
REPLY QR AA NOERROR
SECTION QUESTION
w.com. IN A
SECTION ANSWER
w.com. 60 A 10.20.30.40
ENTRY_END
RANGE_END
STEP 1 QUERY
ENTRY_BEGIN
REPLY RD
SECTION QUESTION
w.com. IN A
ENTRY_END
STEP 2 CHECK_ANSWER
ENTRY_BEGIN
MATCH all ttl
REPLY QR RD RA
SECTION QUESTION
w.com. IN A
SECTION ANSWER
w.com. 60 A 10.20.30.40
ENTRY_END
"""
MORE_STEPS = b"""STEP 3 TIME_PASSES ELAPSE 30.5
STEP 4 NOTHING
STEP 5 CHECK_UPSTREAM_QUERIES 2 ADDRESS 1.2.3.4
STEP 6 CHECK_OUT_QUERY ADDRESS 1.2.3.4
ENTRY_BEGIN
MATCH qname udp
REPLY
SECTION QUESTION
w.com. A
ENTRY_END
STEP 7 CHECK_NO_OUT_QUERY
ENTRY_BEGIN
MATCH qname qtype tcp
REPLY
SECTION QUESTION
w.com. AAAA
ENTRY_END
STEP 8 REPLY
ENTRY_BEGIN
MATCH qname NOEDNS DO exact_authority
ADJUST copy_id do_not_answer sleep=2
MANDATORY
HEX_ANSWER_BEGIN
00ff 10
HEX_ANSWER_END
ENTRY_END
STEP 9 QUERY
ENTRY_BEGIN
RAW
00ff10
ENTRY_END
"""


def scenarios():
    end = b"SCENARIO_END\n"
    yield "lookup", SCENARIO + end
    yield "every_step", SCENARIO + MORE_STEPS + end
    yield "only_steps", b"CONFIG_END\nSCENARIO_BEGIN x\n" + MORE_STEPS + end
    empty = b"CONFIG_END\nSCENARIO_BEGIN\n"
    yield "options", (b"do-ip4: no\ndo-ip6: yes\nstub-name: a.\ntrust-anchor: \"x\"\n"
                      b"do-not-query-localhost: no\nval-override-date: \"2023\"\n"
                      b"cache-max-negative-ttl: 5\nqname-minimisation-strict: yes\n"
                      b"domain-insecure: \"x.\"\n; comment\n" + empty + end)
    yield "time_backwards", empty + b"STEP 1 TIME_PASSES ELAPSE -5\n" + end
    yield "time_without_end", empty + b"STEP 1 TIME_PASSES ELAPSE 1e300\n" + end
    yield "no_time", empty + b"STEP 1 TIME_PASSES ELAPSE nan\n" + end
    yield "root_without_name", b"stub-name: a..b\n" + empty + end
    yield "sleeps_backwards", (empty + b"RANGE_BEGIN 0 9\nADDRESS 1.2.3.4\n"
                               b"ENTRY_BEGIN\nADJUST sleep=-3\nENTRY_END\nRANGE_END\n" + end)
    yield "unknown_option", b"x: y\nCONFIG_END\n"


def worlds():
    # What Tape reads, in resolver_fuzz.cc: a world of one client, then what servers do.
    one_client = bytes([0, 0, 0, 0, 0, 0])
    ask_www_a = bytes([0, 0, 0])  # name, type, over UDP
    referral = bytes([8, 0, 1, 0, 0, 3, 4, 0, 0, 0, 3, 0, 1])  # to ns.example.com., with glue
    answer = bytes([8, 1, 0, 0, 3, 0, 5])
    nxdomain = bytes([8, 2, 1, 0, 0, 3, 1, 60])
    alias = bytes([8, 3, 0, 3, 7, 0, 0])  # to www.other.
    wait = bytes([0])
    begin = one_client + ask_www_a + wait
    yield "silence", begin
    yield "answer", begin + answer * 8
    yield "referral", begin + referral + answer * 8
    yield "nxdomain", begin + referral + nxdomain * 8
    yield "alias", begin + referral + alias * 4 + answer * 8
    yield "unreachable", begin + bytes([1]) * 64
    yield "wrong_id", begin + bytes([4]) + answer[1:] + answer * 8
    yield "garbage", begin + (bytes([3, 1, 20]) + b"\xc0\x0c" * 10) * 8
    yield "cut_short", begin + (bytes([5]) + answer[1:] + b"\x1e") * 8
    yield "failures", begin + bytes([8, 4, 5] * 30)
    yield "raw_client", one_client[:-1] + b"\7\x30" + query("www.example", 1) + wait + answer * 8


def main():
    for target, seeds in (("message_assembler_fuzz", assembler_streams),
                          ("client_stream_fuzz", client_streams),
                          ("upstream_stream_fuzz", upstream_streams), ("trace_steps_fuzz", accounts),
                          ("lookup_reply_fuzz", lookup_replies), ("root_hints_fuzz", hint_files),
                          ("scenario_fuzz", scenarios), ("resolver_fuzz", worlds)):
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed_name, octets in seeds():
            (folder / seed_name).write_bytes(octets)


if __name__ == "__main__":
    main()
