"""Single packets for tests of what a network can do to the daemon: DNS messages written by hand, datagrams
and ICMP errors with any source, a capture that filters in the kernel, and servers that do as a test says.

IPv4, but for the servers and one ICMPv6 error: most of what is tested here does not look at the family.
Raw sockets and captures need root, which tests have in their own network namespace.
"""

import contextlib
import ctypes
import os
import selectors
import socket
import struct
import threading
import time

A, NS, SOA, TXT, AAAA, ANY = 1, 2, 6, 16, 28, 255
ICMP_UNREACHABLE = 3
ICMP6_UNREACHABLE = 1
NET, HOST, PROTOCOL, PORT, FRAGMENTATION, FILTERED = 0, 1, 2, 3, 4, 13  # RFC 792 and 1812 section 5.2.7.1
NET6, FILTERED6, HOST6, PORT6 = 0, 1, 3, 4  # RFC 4443 section 3.1


# ---------------------------------------------------------------------------- messages

def wire_name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.strip(".").split(".") if label) + b"\0"


def query(name, kind=A, number=0, flags=0x0100, payload=None):
    opt = b"" if payload is None else struct.pack("!BHHIH", 0, 41, payload, 0, 0)
    return (struct.pack("!6H", number, flags, 1, 0, 0, int(payload is not None)) + wire_name(name) +
            struct.pack("!2H", kind, 1) + opt)


def framed(message):
    return struct.pack("!H", len(message)) + message


def question_end(message):
    at = 12
    while message[at]:
        at += 1 + message[at]
    return at + 5


def question(message):
    """Returns (the name in lower case, the type)."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1").lower())
        at += 1 + message[at]
    return ".".join(labels), struct.unpack_from("!H", message, at + 1)[0]


def address_record(address, ttl=3600, owner=b"\xc0\x0c"):
    return owner + struct.pack("!HHIH", A, 1, ttl, 4) + socket.inet_aton(address)


def answer(asked, *records, number=None, flags=0x8400, counts=None):
    """An authoritative answer to the query `asked`, its question as it came."""
    end = question_end(asked)
    an, ns, ar = counts or (len(records), 0, 0)
    head = asked[:2] if number is None else struct.pack("!H", number)
    return head + struct.pack("!5H", flags, 1, an, ns, ar) + asked[12:end] + b"".join(records)


# ---------------------------------------------------------------------------- raw packets

def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip_header(source, target, protocol, payload_octets):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + payload_octets, 1, 0, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(target))


def datagram(message, source, target):
    """A UDP packet from IP header on; `source` and `target` are (address, port)."""
    udp = struct.pack("!4H", source[1], target[1], 8 + len(message), 0) + message
    return ip_header(source[0], target[0], 17, len(udp)) + udp


class Forger:
    """Sends packets from addresses and ports that are not its own."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, 32, 4 << 20)  # SO_SNDBUFFORCE

    def send(self, message, source, target):
        self.socket.sendto(datagram(message, source, target), (target[0], 0))

    def icmp(self, code, sender, quoted_source, quoted_target, mtu=0, kind=ICMP_UNREACHABLE):
        """As a router at `sender` would answer a datagram of quoted_source to quoted_target."""
        quoted = datagram(b"", quoted_source, quoted_target)
        body = struct.pack("!HH", 0, mtu) + quoted
        sum_of_all = checksum(struct.pack("!BBH", kind, code, 0) + body)
        packet = struct.pack("!BBH", kind, code, sum_of_all) + body
        self.socket.sendto(ip_header(sender, quoted_source[0], 1, len(packet)) + packet, (quoted_source[0], 0))

    def close(self):
        self.socket.close()


def icmp6(code, sender, quoted_source, quoted_target):
    """As `sender`, an address of this host, would answer a datagram over IPv6; the kernel writes the checksum."""
    udp = struct.pack("!4H", quoted_source[1], quoted_target[1], 8, 0)
    quoted = (struct.pack("!IHBB", 6 << 28, len(udp), 17, 64) + socket.inet_pton(socket.AF_INET6, quoted_source[0]) +
              socket.inet_pton(socket.AF_INET6, quoted_target[0]) + udp)
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as raw:
        raw.bind((sender, 0))
        raw.sendto(struct.pack("!BBHI", ICMP6_UNREACHABLE, code, 0, 0) + quoted, (quoted_source[0], 0))


class SockFilter(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class SockProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("filter", ctypes.POINTER(SockFilter))]


class Capture:
    """Packets that came in on an interface, from the IP header on, for which all checks hold: (octets, offset, mask,
    value).

    The kernel filters (classic BPF), so that a flood of other packets costs nothing here. Only headers without
    options match offsets behind them, which is what this machine sends. `lost` counts what came too fast.
    """

    LOADS = {1: 0x30, 2: 0x28, 4: 0x20}
    PACKET_TYPE = 0xfffff004  # SKF_AD_OFF + SKF_AD_PKTTYPE
    UDP, TCP = (1, 9, 0xff, 17), (1, 9, 0xff, 6)
    TO_PORT_53 = (2, 22, 0xffff, 53)
    TO_SERVERS = (4, 16, 0xfffe0000, 0xc6120000)  # 198.18.0.0/15
    FRAGMENT_MASK = 0x3fff  # more fragments, and the offset

    def __init__(self, *checks, octets=128, interface="lo"):
        code = []
        checks = ((1, self.PACKET_TYPE, 0xff, socket.PACKET_HOST),) + checks
        for number, (size, offset, mask, value) in enumerate(checks):
            behind = 3 * (len(checks) - number - 1)
            code += [(self.LOADS[size], 0, 0, offset), (0x54, 0, 0, mask), (0x15, 0, behind + 1, value)]
        code += [(0x06, 0, 0, octets), (0x06, 0, 0, 0)]
        program = (SockFilter * len(code))(*code)
        self.packets = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        self.socket.setsockopt(socket.SOL_SOCKET, 26,  # SO_ATTACH_FILTER
                               bytes(SockProgram(len(code), program)))
        self.socket.bind((interface, 0x0800))
        self.socket.settimeout(0.05)
        self.lost = 0
        self.stopping = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        receive, keep = self.socket.recv, self.packets.append
        while True:
            try:
                keep(receive(65535))
            except TimeoutError:
                if self.stopping:
                    return

    def close(self):
        self.stopping = True
        self.thread.join()
        self.lost = struct.unpack("II", self.socket.getsockopt(263, 6, 8))[1]  # SOL_PACKET, PACKET_STATISTICS
        self.socket.close()


@contextlib.contextmanager
def capture(*checks, octets=128, interface="lo"):
    seen = Capture(*checks, octets=octets, interface=interface)
    try:
        yield seen
    finally:
        seen.close()


# ---------------------------------------------------------------------------- clients

def ask(message, server="127.0.0.1", timeout=4.0, source=None):
    """Returns (the reply or None, seconds)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        if source:
            client.bind((source, 0))
        client.connect((server, 53))
        client.settimeout(timeout)
        start = time.monotonic()
        client.send(message)
        try:
            return client.recv(65535), time.monotonic() - start
        except TimeoutError:
            return None, time.monotonic() - start


def connection(source="127.0.0.1", timeout=4.0):
    stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        stream.settimeout(timeout)
        stream.bind((source, 0))
        stream.connect(("127.0.0.1", 53))
    except BaseException:
        stream.close()
        raise
    return stream


def read_message(stream):
    """The next message of a stream, or None at its end."""
    octets = b""
    while len(octets) < 2 or len(octets) < 2 + struct.unpack_from("!H", octets)[0]:
        wanted = 2 if len(octets) < 2 else 2 + struct.unpack_from("!H", octets)[0]
        part = stream.recv(wanted - len(octets))
        if not part:
            return None
        octets += part
    return octets[2:]


def rcode(message):
    return message[3] & 15


def extended_error(message):
    """The EDE code in the OPT record at the end of a reply without other additional records, or None."""
    at = message.rfind(b"\0\0\x29")
    if at < 12:
        return None
    at += 11
    while at + 4 <= len(message):
        option, octets = struct.unpack_from("!HH", message, at)
        if option == 15:
            return struct.unpack_from("!H", message, at + 4)[0]
        at += 4 + octets
    return None


# ---------------------------------------------------------------------------- servers

class Asked:
    """A query that came to a ScriptedServer. Over TCP `client` is the stream, otherwise (address, port)."""

    def __init__(self, message, transport, client, server):
        self.message, self.transport, self.client, self.server = message, transport, client, server
        self.when = time.monotonic()
        self.name, self.type = question(message)


class ScriptedServer:
    """Name servers at `addresses`, UDP and TCP, in one thread. `script(asked)` returns what to send back:
    messages, or (seconds to wait, message), none for silence."""

    def __init__(self, addresses, script):
        self.script = script
        self.asked = []
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        self.later = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            udp = socket.socket(family, socket.SOCK_DGRAM)
            udp.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)
            udp.bind((address, 53))
            tcp = socket.socket(family, socket.SOCK_STREAM)
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((address, 53))
            tcp.listen(256)
            for each, kind in ((udp, "udp"), (tcp, "listener")):
                each.setblocking(False)
                self.selector.register(each, selectors.EVENT_READ, (kind, address))
            self.sockets += [udp, tcp]
        self.stopping = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.stopping:
            wait = 0.02
            if self.later:
                wait = max(0, min(wait, min(self.later)[0] - time.monotonic()))
            for key, _ in self.selector.select(wait):
                with contextlib.suppress(OSError):
                    self._on_event(key)
            now = time.monotonic()
            due = [item for item in self.later if item[0] <= now]
            self.later = [item for item in self.later if item[0] > now]
            for _, _, send in due:
                with contextlib.suppress(OSError):
                    send()

    def _on_event(self, key):
        kind, address = key.data
        if kind == "listener":
            stream, _ = key.fileobj.accept()
            stream.settimeout(0.5)
            self.sockets.append(stream)
            self.selector.register(stream, selectors.EVENT_READ, ("stream", address))
        elif kind == "udp":
            for _ in range(64):
                message, client = key.fileobj.recvfrom(4096)
                self._on_query(Asked(message, "udp", client, address),
                               lambda reply, s=key.fileobj, c=client: s.sendto(reply, c))
        else:
            message = read_message(key.fileobj)
            if message is None:
                self.selector.unregister(key.fileobj)
                key.fileobj.close()
                return
            self._on_query(Asked(message, "tcp", key.fileobj, address),
                           lambda reply, s=key.fileobj: s.sendall(framed(reply)))

    def _on_query(self, asked, send):
        self.asked.append(asked)
        for item in self.script(asked) or ():
            seconds, reply = item if isinstance(item, tuple) else (0, item)
            if seconds:
                self.later.append((time.monotonic() + seconds, len(self.later), lambda r=reply: send(r)))
            else:
                send(reply)

    def count(self, transport=None, server=None, name=None):
        return sum(1 for a in list(self.asked) if transport in (None, a.transport) and server in (None, a.server)
                   and name in (None, a.name))

    def close(self):
        self.stopping = True
        self.thread.join()
        for each in self.sockets:
            each.close()
        self.selector.close()


@contextlib.contextmanager
def serving(addresses, script):
    server = ScriptedServer(addresses, script)
    try:
        yield server
    finally:
        server.close()


# ---------------------------------------------------------------------------- the daemon, seen from outside

def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def median(values):
    return sorted(values)[len(values) // 2]
