"""Compares ternd's answers with those of the other resolvers: what the majority says, what disagrees,
and what is wrong by itself whatever the others say."""

import collections

from messages import AA, NAMES, QR, RA, TC, TYPES, lower, printed

CNAME, DNAME, SOA, OPT, ANY, RRSIG = (TYPES[kind] for kind in ("CNAME", "DNAME", "SOA", "OPT", "ANY", "RRSIG"))
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3


def majority(outcomes):
    """The outcome that more of those who answered gave than any other, and at least two. None if there is none."""
    ranked = collections.Counter(each for each in outcomes if each is not None).most_common(2)
    if not ranked or ranked[0][1] < 2 or len(ranked) > 1 and ranked[1][1] == ranked[0][1]:
        return None
    return ranked[0][0]


def disagrees(ours, others):
    """Whether `ours` is another outcome than the majority of the `others`, or nobody's where they are split. With
    fewer than two answers of others there is nothing to compare with."""
    answered = [each for each in others if each is not None]
    if len(answered) < 2:
        return False
    chosen = majority(answered)
    return ours != chosen if chosen is not None else ours not in answered


def final_name(question, outcome):
    """The end of the chain of aliases in an answer."""
    aliases = {name: rdata for name, kind, rdata in outcome[1] if kind == CNAME}
    name, seen = lower(question.name), set()
    while name in aliases and name not in seen and question.type not in (CNAME, ANY):
        seen.add(name)
        name = aliases[name]
    return name


def asked_for(question, reply):
    """The answer's records without the signatures that come with them (RFC 4035 section 3.1.1)."""
    return [record for record in reply.answer if record.type != RRSIG or question.type in (RRSIG, ANY)]


def _order_faults(question, reply, renamed):
    """An alias comes before what it leads to (RFC 1034 section 4.3.2), a DNAME before what it makes (RFC 6672
    section 3.1), and nothing else is in the answer."""
    name = lower(question.name)
    waiting = None  # a DNAME whose CNAME has to come next
    for record in asked_for(question, reply):
        owner = lower(record.name)
        if record.type == DNAME and owner != name:
            if not name.endswith(owner):
                yield f"a DNAME of {printed(owner)} where {printed(name)} is due"
            waiting = owner
        elif owner != name:
            yield f"a record of {printed(owner)} where {printed(name)} is due"
            return
        elif record.type == CNAME:
            if waiting is None and renamed(owner):
                yield f"the alias {printed(owner)} without its DNAME"
            name, waiting = name if question.type in (CNAME, ANY) else record.rdata, None
        elif question.type not in (record.type, ANY):
            yield f"a record of type {record.type}"
    if waiting is not None and reply.rcode == NOERROR:
        yield "a DNAME without its CNAME"


def _ttl_faults(question, reply, ttl_max):
    ttls = {}
    for record in asked_for(question, reply):
        key = (lower(record.name), record.type)
        most = ttl_max(*key)
        if most is None:
            yield f"no zone has {printed(record.name)} {NAMES.get(record.type, record.type)}"
        elif record.ttl > most or record.ttl == 0 and most > 0:
            yield f"TTL {record.ttl} of {record}, at most {most}"
        if ttls.setdefault(key, record.ttl) != record.ttl:
            yield f"TTLs differ in the RRset of {record} (RFC 2181 section 5.2)"


def _negative_faults(question, reply):
    """NXDOMAIN and NODATA carry the SOA that says how long (RFC 2308 sections 3 and 5)."""
    if reply.rcode not in (NOERROR, NXDOMAIN) or not question.recursion:
        return
    if reply.rcode == NOERROR and any(record.type != CNAME and record.type != DNAME or
                                      question.type in (record.type, ANY)
                                      for record in asked_for(question, reply)):
        return
    soas = [record for record in reply.authority if record.type == SOA]
    if len(soas) != 1:
        yield f"a negative answer with {len(soas)} SOA records"
        return
    end = final_name(question, reply.outcome())
    if not end.endswith(lower(soas[0].name)):
        yield f"the SOA of {printed(soas[0].name)} for {printed(end)}"
    if soas[0].ttl > int.from_bytes(soas[0].rdata[-4:], "big"):
        yield "an SOA whose TTL is higher than its minimum"


def faults(question, answer, world):
    """What is wrong with an answer of ternd by itself, in words. `world` knows the zones."""
    reply = answer.reply
    if reply is None:
        return [answer.problem]
    found = []
    if not reply.flags & QR or not reply.flags & RA or reply.flags & AA:
        found.append(f"flags {reply.flags:04x}")
    if bool(question.edns) != any(record.type == OPT for record in reply.additional):
        found.append("OPT in one of question and reply only (RFC 6891 section 6.1.1)")
    if not answer.tcp and reply.octets > min(max(question.edns, 512), 1232):
        found.append(f"{reply.octets} octets over UDP")
    if answer.tcp and reply.flags & TC:
        found.append("TC over TCP")
    if reply.question != (question.name, question.type, question.klass):
        found.append(f"another question: {reply.question}")
    if len(set(reply.answer)) != len(reply.answer):
        found.append("a record twice")
    if reply.rcode in (NOERROR, NXDOMAIN, 6):
        found += [*_order_faults(question, reply, world.renamed), *_negative_faults(question, reply)]
        if question.type != ANY:  # which is answered with a record of the resolver's own (RFC 8482)
            found += _ttl_faults(question, reply, world.ttl_max)
    return found
