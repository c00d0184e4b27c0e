"""Include direction between rooms, no cycles between units, and who may see which library."""

import re

from tree import sources

_INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)

_LOW = ("cache/", "wire/")


def _resolver(*rooms):
    return tuple(f"resolver/{room}/" for room in rooms) + _LOW


# Folder of the including file -> what it may include of ours. The longest match counts. The rooms of the
# resolver stand here in their one direction: each includes only rooms above it.
_MAY = {
    "wire/": ("wire/",),
    "cache/": _LOW,
    "resolver/base/": _resolver("base"),
    "resolver/crypto/": _resolver("crypto", "base"),
    "resolver/io/": _resolver("io", "crypto", "base"),
    "resolver/policy/": _resolver("policy", "base"),
    "resolver/config/": _resolver("config", "policy", "base"),
    "resolver/answer/": _resolver("answer", "policy", "base"),
    "resolver/upstream/": _resolver("upstream", "answer", "policy", "base"),
    "resolver/dnssec/": _resolver("dnssec", "answer", "policy", "crypto", "base"),
    "resolver/resolution/": _resolver("resolution", "dnssec", "upstream", "answer", "policy", "base"),
    "resolver/mail/": _resolver("mail", "resolution", "dnssec", "upstream", "answer", "policy", "base"),
    "resolver/service/": _resolver("service", "mail", "resolution", "dnssec", "upstream", "answer", "config",
                                   "policy", "io", "base"),
    "resolver/control/": _resolver("control", "service", "mail", "resolution", "dnssec", "upstream", "answer",
                                   "config", "policy", "io", "crypto", "base"),
    "resolver/daemon/": _resolver("daemon", "control", "service", "resolution", "dnssec", "upstream", "answer", "config",
                                  "policy", "io", "crypto", "base"),
    "resolver/tool/": ("resolver/tool/", "resolver/base/", "wire/"),
    "bench/": ("bench/", "tests/support/", "resolver/", "cache/", "wire/"),
    "tests/": ("tests/", "resolver/", "cache/", "wire/"),
}

# Library header -> folders that may include it.
_LIBRARIES = (
    (re.compile(r"liburing|linux/io_uring"), ("resolver/io/", "tests/resolver/io/")),
    (re.compile(r"openssl/"), ("resolver/crypto/", "tests/resolver/crypto/", "tests/support/dnssec/")),
    (re.compile(r"yaml-cpp/"), ("resolver/config/",)),
    (re.compile(r"microhttpd"), ("resolver/control/http_server.",)),
    (re.compile(r"fstrm"), ("resolver/control/frame_control.cc",)),
    (re.compile(r"pb-c|protobuf-c"), ("resolver/control/dnstap_message.cc", "resolver/control/dnstap_proto.cc",
                                      "tests/resolver/control/dnstap_message_test.cc")),
    (re.compile(r"nlohmann/"), ("resolver/service/looked_up.cc", "resolver/service/trace_account.cc",
                                "resolver/control/health.cc", "resolver/control/glance_json.cc",
                                "resolver/control/control_request.cc", "resolver/control/verb",
                                "resolver/control/entry_json.", "resolver/tool/control_",
                                "resolver/tool/entry_text.",
                                "resolver/tool/config_check.cc", "resolver/tool/health.cc",
                                "resolver/tool/imported_configuration.cc",
                                "resolver/tool/lookup_json.cc", "resolver/tool/mail_json.cc",
                                "resolver/tool/why_json.cc", "tests/")),
    (re.compile(r"jemalloc/"), ("resolver/daemon/", "bench/")),
    (re.compile(r"gtest/|gmock/"), ("tests/",)),
    (re.compile(r"benchmark/"), ("bench/",)),
)


def _room(name):
    return max((f for f in _MAY if name.startswith(f)), key=len, default=None)


def _unit(name):
    """A header and its source are one unit."""
    return name.rpartition(".")[0]


def _cycles(includes):
    """Yields each set of units that include each other in a circle (Tarjan), sorted."""
    number, low, stack, found = {}, {}, [], []

    def visit(unit):
        number[unit] = low[unit] = len(number)
        stack.append(unit)
        for other in includes.get(unit, ()):
            if other not in number:
                visit(other)
                low[unit] = min(low[unit], low[other])
            elif other in stack:
                low[unit] = min(low[unit], number[other])
        if low[unit] == number[unit]:
            circle = []
            while not circle or circle[-1] != unit:
                circle.append(stack.pop())
            if len(circle) > 1:
                found.append(sorted(circle))

    for unit in sorted(includes):
        if unit not in number:
            visit(unit)
    return sorted(found)


def find(root):
    includes = {}
    for source in sources(root):
        room = _room(source.name)
        if room is None:
            yield f"{source.name}:1: lies in no room that the include lint knows"
            continue
        for match in _INCLUDE.finditer(source.code):
            target = match.group(2)
            where = f"{source.name}:{source.code.count(chr(10), 0, match.start(2)) + 1}"
            ours = target.split("/")[0] in ("wire", "cache", "resolver", "bench", "tests")
            if match.group(1) == '"' and "/" not in target:
                yield f"{where}: includes {target}: our headers are named from the top of the tree"
            if ours and _unit(target) != _unit(source.name):
                includes.setdefault(_unit(source.name), set()).add(_unit(target))
            if ours and not target.startswith(_MAY[room]):
                yield f"{where}: {room} may not include {target}"
            for library, folders in _LIBRARIES:
                if not ours and library.match(target) and not source.name.startswith(folders):
                    yield f"{where}: only {', '.join(folders)} may include <{target}>"
    for circle in _cycles(includes):
        yield f"{circle[0]}.h:1: includes itself over {', '.join(circle[1:])}"
