"""Two schools, each a host of its own: smallschool.edu and bigschool.edu, and the name servers above them.

                    the test's own namespace: root, edu, lists
                    /                                        \\
    small: ternd, Postfix, Exim,              big: two name servers for the same zones (NSD and Knot),
           smallschool.edu on Knot                 exchangers (Postfix), mailboxes (Dovecot)

A host has network and mount namespaces of its own, so that its /etc/resolv.conf is its own too. All packets between
the two pass through the test's namespace, which can drop those to an address (silent) or send them back (down).
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from internet import STARTS, Failed, Program, dig, knot_command, nsd_command, wait_until

HINTS = ". 3600000 NS a.root.\na.root. 3600000 A 198.18.0.1\n"
ROOT, EDU = "198.18.0.1", "198.18.1.1"
LISTS = "198.18.5.1"
NEIGHBOUR, LISTED, FORGER = "198.18.66.1", "198.18.66.2", "198.18.66.3"  # who connect to small's exchanger

SMALL_NS = "198.18.61.1"
SMALL_MAIL, SMALL_SUBMISSION, SMALL_SCREEN = "198.18.61.25", "198.18.61.26", "198.18.61.27"
SMALL = (SMALL_NS, SMALL_MAIL, SMALL_SUBMISSION, SMALL_SCREEN)

BIG_NS = ("198.18.71.1", "198.18.71.2")
EXCHANGERS = {"mx1.bigschool.edu": "198.18.71.11", "mx2.bigschool.edu": "198.18.71.12",
              "mx3.bigschool.edu": "198.18.71.13"}
BIG_MAILBOXES = "198.18.71.20"
BIG = (*BIG_NS, *EXCHANGERS.values(), BIG_MAILBOXES)

CLASSES = 40  # class00.bigschool.edu ..: a domain that nobody has asked for yet


def _zone(origin, body):
    dot = "." if origin == "." else origin + "."
    return (f"$ORIGIN {dot}\n$TTL 3600\n"
            f"@ SOA ns.invalid-mname.edu. hostmaster.bigschool.edu. 1 7200 3600 1209600 30\n{body}")


def _big_zone(origin, body):
    return _zone(origin, "@ NS ns1.bigschool.edu.\n@ NS ns2.bigschool.edu.\n" + body)


_ROOT_ZONE = _zone(".", f"@ NS a.root.\na.root. A {ROOT}\nedu. NS ns.edu.\nns.edu. A {EDU}\n")

_EDU_ZONE = _zone("edu", f"""\
@ NS ns
ns A {EDU}
smallschool NS ns.smallschool
ns.smallschool A {SMALL_NS}
ns1.bigschool A {BIG_NS[0]}
ns2.bigschool A {BIG_NS[1]}
list NS ns.lists
closed NS ns.lists
ns.lists A {LISTS}
""" + "".join(f"{name} NS ns1.bigschool\n{name} NS ns2.bigschool\n"
              for name in ("bigschool", "nomail", "justahost", "alias")))

_SMALL_ZONES = {"smallschool.edu": _zone("smallschool.edu", f"""\
@ NS ns
ns A {SMALL_NS}
@ MX 10 mail
mail A {SMALL_MAIL}
@ TXT "v=spf1 mx -all"
""")}

_BIG_ZONES = {
    "bigschool.edu": _big_zone("bigschool.edu", f"""\
ns1 A {BIG_NS[0]}
ns2 A {BIG_NS[1]}
@ MX 30 mx3
@ MX 10 mx1
@ MX 20 mx2
mx1 A {EXCHANGERS["mx1.bigschool.edu"]}
mx2 A {EXCHANGERS["mx2.bigschool.edu"]}
mx3 A {EXCHANGERS["mx3.bigschool.edu"]}
pop A {BIG_MAILBOXES}
imap A {BIG_MAILBOXES}
@ TXT "v=spf1 include:_spf.bigschool.edu -all"
_spf TXT "v=spf1 a:partner.bigschool.edu mx -all"
partner A {NEIGHBOUR}
""" + "".join(f"class{n:02} MX 10 mx1.class{n:02}\nmx1.class{n:02} A {EXCHANGERS['mx1.bigschool.edu']}\n"
              for n in range(CLASSES))),
    "nomail.edu": _big_zone("nomail.edu", "@ MX 0 .\n@ A 198.18.71.99\n"),
    "justahost.edu": _big_zone("justahost.edu", f"@ A {EXCHANGERS['mx1.bigschool.edu']}\n"),
    "alias.edu": _big_zone("alias.edu", "@ MX 10 mail\nmail CNAME mx1.bigschool.edu.\n"),
}

# The test entries of RFC 5782 section 5 and one client; `closed` refuses everybody, as a list does that
# does not like who asks.
_LIST = f":127.0.0.2:listed\n127.0.0.2\n{LISTED}\n"
_CLOSED = ":127.255.255.254:refused, this resolver is not welcome\n0.0.0.0/1\n128.0.0.0/1\n"
_LIST_ZONE = "$SOA 3600 ns.lists.edu hostmaster.lists.edu 1 3600 600 86400 30\n$NS 3600 ns.lists.edu\n"


class CannotRun(Exception):
    """This machine cannot hold the two hosts; the message says why."""


def _run(*words, **more):
    run = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    if run.returncode != 0:
        raise Failed(f"{' '.join(words)}: {run.stderr.strip() or run.stdout.strip()}")
    return run.stdout


def _batch(lines, inside=()):
    _run(*inside, "ip", "-batch", "-", input="".join(line + "\n" for line in lines))


class Host:
    """Namespaces of its own, held by a process that sleeps; `inside` is the start of a command that runs there."""

    def __init__(self, folder, name, number, addresses):
        self.name = name
        self.anchor = Program(folder, f"{name}-namespaces", [
            "unshare", "--net", "--mount", "--propagation", "unchanged", "sleep", "infinity"])
        pid = str(self.anchor.process.pid)
        # In a chroot a mount namespace alone would lead out of it.
        self.inside = ["nsenter", "--target", pid, "--net", "--mount", "--root", "--wd=/", "--"]
        here = os.readlink("/proc/self/ns/net")

        def entered():
            if not self.anchor.alive():
                raise CannotRun(f"no namespaces for {name}: {self.anchor.log().strip()}")
            return (os.readlink(f"/proc/{pid}/ns/net") != here
                    and pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="ascii") == "sleep\n")
        wait_until(entered, f"namespaces of {name}")
        near, far = f"198.18.{number - 1}.1", f"198.18.{number - 1}.2"
        try:
            _batch([f"link add {name} type veth peer name uplink netns {pid}"])
        except Failed as error:
            raise CannotRun(str(error)) from error
        _batch([f"addr add {near}/30 dev {name}", f"link set {name} up",
                f"route add 198.18.{number}.0/24 via {far}"])
        _batch(["link set lo up", f"addr add {far}/30 dev uplink", "link set uplink up",
                *(f"addr add {each}/32 dev lo" for each in addresses),
                f"route add default via {near} src {addresses[0]}"], self.inside)

    def replaces(self, path, text, folder):
        """Lays a file of this host's own over `path`."""
        own = folder / f"{self.name}-{pathlib.Path(path).name}"
        own.write_text(text)
        own.chmod(0o644)
        if not pathlib.Path(path).exists():
            raise CannotRun(f"there is no {path} that another could be laid over")
        _run(*self.inside, "mount", "--bind", str(own), str(pathlib.Path(path).resolve()))

    def close(self):
        self.anchor.stop()


class Schools:
    """The hosts and their name servers. What carries the mail is in mail_servers.py."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tern-schools-"))
        self.folder.chmod(0o755)  # the mail servers have users of their own
        self.programs = {}
        self.hosts = []
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def _build(self):
        _batch(["link set lo up", *(f"addr add {each}/32 dev lo" for each in
                                    (ROOT, EDU, LISTS, NEIGHBOUR, LISTED, FORGER))])
        for name, value in (("ip_forward", "1"), ("icmp_ratelimit", "0")):  # each packet hears "unreachable"
            try:
                pathlib.Path("/proc/sys/net/ipv4", name).write_text(value, encoding="ascii")
            except OSError as error:
                raise CannotRun(f"{name} cannot be set: {error}") from error
        self.small = self._host("small", 61, SMALL)
        self.big = self._host("big", 71, BIG)
        self.small.replaces("/etc/resolv.conf",
                            "nameserver 127.0.0.1\noptions edns0 trust-ad timeout:3 attempts:1\n", self.folder)
        for path, line in (("/etc/passwd", "Debian-exim:x:5001:5001::/:/bin/false\n"),
                           ("/etc/group", "Debian-exim:x:5001:\n")):
            self.small.replaces(path, line + pathlib.Path(path).read_text(encoding="utf-8"), self.folder)
        (self.folder / "root.hints").write_text(HINTS)
        root, edu, big = self.zones()
        for server in (("root", nsd_command, ROOT, {".": root}, None),
                       ("edu", nsd_command, EDU, {"edu": edu}, None),
                       ("small-ns", knot_command, SMALL_NS, _SMALL_ZONES, self.small),
                       ("big-ns1", nsd_command, BIG_NS[0], big, self.big),
                       ("big-ns2", knot_command, BIG_NS[1], big, self.big)):
            self._name_server(*server)

    def zones(self):
        """The text of the root, that of edu, and by origin those of the big school's name servers."""
        return _ROOT_ZONE, _EDU_ZONE, _BIG_ZONES

    def _host(self, name, number, addresses):
        host = Host(self.folder, name, number, addresses)
        self.hosts.append(host)
        return host

    def program(self, name, command, host=None):
        self.programs[name] = Program(self.folder, name, [*(host.inside if host else ()), *command])
        return self.programs[name]

    def _name_server(self, name, command, address, texts, host):
        words = command(self.folder, name, (address,), texts)
        self._start_name_server(name, words, address, next(iter(texts)), host)

    def lists(self):
        """The block lists, on rbldnsd: `list.edu` and `closed.edu`."""
        (self.folder / "list").write_text(_LIST_ZONE + _LIST)
        (self.folder / "closed").write_text(_LIST_ZONE + _CLOSED)
        self._start_name_server("lists", ["rbldnsd", "-n", "-u", "rbldns", "-w", str(self.folder),
                                          "-b", f"{LISTS}/53", "list.edu:ip4set:list", "closed.edu:ip4set:closed"],
                                LISTS, "list.edu")

    def _start_name_server(self, name, words, address, zone, host=None):
        program = self.program(name, words, host)
        starts_left = STARTS - 1

        def answers():
            nonlocal program, starts_left
            if not program.alive():
                if starts_left == 0:
                    raise Failed(f"{name} ended:\n{program.log()}")
                starts_left -= 1
                program.kill_children()
                program = self.program(name, words, host)
                return False
            return dig("+norec", zone, "SOA", server=address, timeout=1).status == "NOERROR"
        wait_until(answers, f"{name} at {address}\n{program.log()}")

    @contextlib.contextmanager
    def silent(self, *addresses):
        """What is sent to these addresses from the other school is lost."""
        yield from self._routed("blackhole", addresses)

    @contextlib.contextmanager
    def stopped(self, name):
        """A program that reads and says nothing for now."""
        process = self.programs[name].process
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def down(self, *addresses):
        """A connection from the other school to these addresses fails at once: there is no such host."""
        yield from self._routed("unreachable", addresses)

    @staticmethod
    def _routed(kind, addresses):
        _batch(f"route add {kind} {each}/32" for each in addresses)
        try:
            yield
        finally:
            _batch(f"route del {kind} {each}/32" for each in addresses)

    def log(self):
        return "".join(f"--- {n}\n{p.log()}" for n, p in self.programs.items())

    def close(self):
        for program in reversed(self.programs.values()):
            program.stop()
        for host in self.hosts:
            host.close()
        shutil.rmtree(self.folder, ignore_errors=True)
