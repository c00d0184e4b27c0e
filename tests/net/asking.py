"""Puts the same questions in the same order to several resolvers at once, over UDP and TCP, with patience.

Each resolver has its own slots, so that a slow one holds up nobody else; a question that it does not answer costs a
slot its patience and no more. A truncated answer is asked for again over TCP, as a stub resolver does.
"""

import asyncio
import contextlib
import random
import socket
import struct

from messages import TC, Malformed, Reply

PORT = 53
SLOTS = 24          # questions open at one resolver
AGAIN_SECONDS = 6   # a datagram may be lost where buffers are full


class Answer:
    """What came back: `reply`, or None with `problem`; `tcp` says whether the last exchange was over TCP."""

    def __init__(self, reply=None, problem="", tcp=False):
        self.reply, self.problem, self.tcp = reply, problem, tcp

    def outcome(self):
        return self.reply.outcome() if self.reply else None

    def __str__(self):
        return str(self.reply) if self.reply else self.problem


async def _over_udp(loop, udp, question, number, seconds):
    message = question.octets(number)
    deadline = loop.time() + seconds
    while (left := deadline - loop.time()) > 0:
        await loop.sock_sendall(udp, message)
        again = min(loop.time() + AGAIN_SECONDS, loop.time() + left)
        with contextlib.suppress(TimeoutError):
            while True:
                octets = await asyncio.wait_for(loop.sock_recv(udp, 65535), again - loop.time())
                if octets[:2] == message[:2]:  # else it belongs to a question that was given up
                    return octets
    return None


async def _over_tcp(address, question, number, seconds):
    message = question.octets(number)
    writer = None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(address, PORT)
            writer.write(struct.pack("!H", len(message)) + message)
            length, = struct.unpack("!H", await reader.readexactly(2))
            return await reader.readexactly(length)
    except (TimeoutError, OSError, asyncio.IncompleteReadError):
        return None
    finally:
        if writer:
            writer.close()


async def _ask(loop, udp, address, question, seconds):
    number = random.getrandbits(16)
    octets, tcp = None, question.tcp
    if not tcp:
        octets = await _over_udp(loop, udp, question, number, seconds)
        tcp = octets is not None and len(octets) > 4 and bool(octets[2] << 8 & TC)
    if tcp:
        octets = await _over_tcp(address, question, number, seconds)
    if octets is None:
        return Answer(problem="no answer over " + ("TCP" if tcp else "UDP"), tcp=tcp)
    try:
        reply = Reply(octets)
    except Malformed as error:
        return Answer(problem=f"malformed: {error}", tcp=tcp)
    if reply.id != number:
        return Answer(problem="another id", tcp=tcp)
    return Answer(reply, tcp=tcp)


async def _slot(address, waiting, answers, seconds):
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        udp.connect((address, PORT))
        for at, question in waiting:
            answers[at] = await _ask(loop, udp, address, question, seconds)


async def _ask_all(addresses, questions, seconds):
    answers = {resolver: [None] * len(questions) for resolver in addresses}
    slots = []
    for resolver, address in addresses.items():
        waiting = iter(enumerate(questions))
        slots += [_slot(address, waiting, answers[resolver], seconds) for _ in range(SLOTS)]
    await asyncio.gather(*slots)
    return answers


def ask_all(addresses, questions, seconds):
    """Returns resolver -> the Answer to each question; `addresses` says where each resolver is."""
    return asyncio.run(_ask_all(addresses, questions, seconds))
