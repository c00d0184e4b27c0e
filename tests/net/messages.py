"""DNS messages for the differential test: questions as octets, replies as values that can be compared.

Names are wire octets here, never text, so that every octet a label may hold survives. `comparable` names are
in lower case (RFC 4343); so are the names inside RDATA of the types of RFC 1035 and of DNAME, SRV and NAPTR, for
a server that compresses them may take their case from elsewhere in the message.
"""

import dataclasses
import re
import struct

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "RP": 17,
         "AFSDB": 18, "SIG": 24, "KEY": 25, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "KX": 36, "CERT": 37,
         "DNAME": 39, "OPT": 41, "DS": 43, "SSHFP": 44, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "TLSA": 52,
         "CDS": 59, "OPENPGPKEY": 61, "SVCB": 64, "HTTPS": 65, "SPF": 99, "EUI48": 108, "MAILB": 253, "ANY": 255,
         "URI": 256, "CAA": 257, "TYPE65280": 65280}
NAMES = {number: name for name, number in TYPES.items()}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN"}
QR, AA, TC, RD, RA, AD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020
# Octets before the name in the RDATA of the types that hold one, and octets after the last name.
_HELD = {2: (0, 1, 0), 5: (0, 1, 0), 6: (0, 2, 20), 12: (0, 1, 0), 15: (2, 1, 0), 17: (0, 2, 0), 18: (2, 1, 0),
         33: (6, 1, 0), 36: (2, 1, 0), 39: (0, 1, 0)}
_ESCAPE = re.compile(rb"\\(\d\d\d|.)|(\.)|([^\\.]+)", re.S)


class Malformed(Exception):
    """A reply that is not a DNS message."""


def wire_name(text):
    """The octets of an absolute name in presentation format; the last dot may be left out."""
    labels, label = [], b""
    for escaped, dot, plain in _ESCAPE.findall(text.encode("latin-1")):
        if dot:
            labels.append(label)
            label = b""
        elif escaped:
            label += bytes([int(escaped)]) if len(escaped) == 3 else escaped
        else:
            label += plain
    labels.append(label)
    return b"".join(bytes([len(each)]) + each for each in labels if each) + b"\0"


def labels_of(wire):
    labels, at = [], 0
    while wire[at]:
        labels.append(wire[at + 1:at + 1 + wire[at]])
        at += 1 + wire[at]
    return labels


def parent_of(wire):
    return wire[1 + wire[0]:]


def printed(wire):
    def escape(octet):
        if octet in b".\\":
            return "\\" + chr(octet)
        return chr(octet) if 0x21 <= octet <= 0x7e else f"\\{octet:03}"
    return ".".join("".join(map(escape, label)) for label in labels_of(wire)) + "."


def lower(wire):
    """No length octet is a letter, for labels are at most 63 octets long."""
    return wire.lower()


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked and how; `kind` names the oddity of the zone that it is about."""
    name: bytes
    type: int
    kind: str
    klass: int = 1
    recursion: bool = True
    edns: int = 1232  # octets of UDP payload; 0: no EDNS
    dnssec: bool = False
    tcp: bool = False

    def octets(self, number):
        message = struct.pack("!6H", number, RD if self.recursion else 0, 1, 0, 0, 1 if self.edns else 0)
        message += self.name + struct.pack("!HH", self.type, self.klass)
        if self.edns:
            message += b"\0" + struct.pack("!HHIH", 41, self.edns, 0x8000 if self.dnssec else 0, 0)
        return message

    def __str__(self):
        words = [printed(self.name), NAMES.get(self.type, f"TYPE{self.type}"), f"({self.kind})"]
        words += [word for word, said in (("rd=0", not self.recursion), ("do", self.dnssec), ("tcp", self.tcp),
                                          ("no-edns", not self.edns), (f"class={self.klass}", self.klass != 1))
                  if said]
        return " ".join(words)


@dataclasses.dataclass(frozen=True)
class Record:
    name: bytes   # as sent
    type: int
    ttl: int
    rdata: bytes  # comparable

    def comparable(self):
        return (lower(self.name), self.type, self.rdata)

    def __str__(self):
        rdata = self.rdata.hex()
        if self.type in (2, 5, 12, 39):
            rdata = printed(self.rdata)
        elif self.type == 1:
            rdata = ".".join(map(str, self.rdata))
        rdata = rdata if len(rdata) <= 80 else rdata[:77] + "..."
        return f"{printed(self.name)} {self.ttl} {NAMES.get(self.type, self.type)} {rdata}"


def _name_at(message, at):
    """Returns (the name, the place behind it). Pointers lead backward only."""
    name, end, limit = b"", None, at
    while True:
        length = message[at]
        if length >= 0xc0:
            target = (length & 0x3f) << 8 | message[at + 1]
            if end is None:
                end = at + 2
            if target >= limit:
                raise Malformed("a pointer forward")
            at = limit = target
        elif length >= 0x40:
            raise Malformed("a label of an unknown kind")
        else:
            name += message[at:at + 1 + length]
            at += 1 + length
            if not length:
                return name, at if end is None else end


def _rdata_at(message, kind, at, end):
    if kind == 35:  # NAPTR: three strings before the name
        name_at = at + 4
        for _ in range(3):
            name_at += 1 + message[name_at]
        return message[at:name_at] + lower(_name_at(message, name_at)[0])
    if kind not in _HELD or at == end:
        return message[at:end]
    before, count, after = _HELD[kind]
    rdata = message[at:at + before]
    at += before
    for _ in range(count):
        name, at = _name_at(message, at)
        rdata += lower(name)
    if at + after != end:
        raise Malformed("RDATA of another length than its fields")
    return rdata + message[at:end]


class Reply:
    """A reply as parsed; raises Malformed."""

    def __init__(self, message):
        try:
            self._parse(message)
        except (IndexError, struct.error) as error:
            raise Malformed(str(error)) from error

    def _parse(self, message):
        self.octets = len(message)
        self.id, self.flags, questions, *counts = struct.unpack_from("!6H", message)
        self.rcode = self.flags & 15
        self.question = None
        at = 12
        for _ in range(questions):
            name, at = _name_at(message, at)
            self.question = (name, *struct.unpack_from("!HH", message, at))
            at += 4
        self.answer, self.authority, self.additional = ([] for _ in range(3))
        for section, count in zip((self.answer, self.authority, self.additional), counts):
            for _ in range(count):
                name, at = _name_at(message, at)
                kind, _, ttl, length = struct.unpack_from("!HHIH", message, at)
                at += 10
                section.append(Record(name, kind, ttl, _rdata_at(message, kind, at, at + length)))
                at += length
        if at != len(message):
            raise Malformed("octets behind the last record")
        for record in self.additional:
            if record.type == 41:
                self.rcode |= record.ttl >> 24 << 4

    def outcome(self):
        """What is compared: the rcode and the set of the records in the answer section. Not the DNAME above a
        name, which some leave out beside the CNAME that it makes, and not the aliases that some add to SERVFAIL:
        a failure has nothing to use. Signatures that come along are not compared."""
        if self.rcode == 2:
            return self.rcode, frozenset()
        return self.rcode, frozenset(record.comparable() for record in self.answer
                                     if (record.type != 39 or lower(record.name) == lower(self.question[0]))
                                     and (record.type != 46 or self.question[1] == 46))

    def extended_errors(self):
        """Their codes and texts (RFC 8914)."""
        for record in self.additional:
            at = 0
            while record.type == TYPES["OPT"] and at + 4 <= len(record.rdata):
                code, length = struct.unpack_from("!HH", record.rdata, at)
                value = record.rdata[at + 4:at + 4 + length]
                if code == 15 and len(value) >= 2:
                    yield f" ({int.from_bytes(value[:2], 'big')} {value[2:].decode(errors='replace')})"
                at += 4 + length

    def __str__(self):
        flags = "".join(f" {word}" for word, bit in (("tc", TC), ("ra", RA), ("aa", AA), ("ad", AD)) if self.flags & bit)
        return "\n      ".join([RCODES.get(self.rcode, str(self.rcode)) + flags + "".join(self.extended_errors()),
                                *map(str, self.answer[:12]), *(["..."] if len(self.answer) > 12 else [])])
