"""Include direction: wire <- cache <- resolver, and who may see which library."""

import re

from tree import sources

_INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)

# Folder of the including file -> what it may include of ours. The longest match counts.
_MAY = {
    "wire/": ("wire/",),
    "cache/": ("cache/", "wire/"),
    # The core knows no I/O; resolver/io/service.h is the seam through which I/O calls it.
    "resolver/": ("resolver/*", "resolver/policy/", "resolver/io/service.h", "cache/", "wire/"),
    "resolver/policy/": ("resolver/*", "resolver/policy/", "cache/", "wire/"),
    "resolver/crypto/": ("resolver/*", "resolver/crypto/", "cache/", "wire/"),
    "resolver/io/": ("resolver/*", "resolver/io/", "resolver/crypto/", "cache/", "wire/"),
    "resolver/server/": ("resolver/", "cache/", "wire/"),
    "bench/": ("bench/", "resolver/", "cache/", "wire/"),
    "tests/": ("tests/", "bench/", "resolver/", "cache/", "wire/"),
}

# Library header -> folders that may include it.
_LIBRARIES = (
    (re.compile(r"liburing|linux/io_uring"), ("resolver/io/", "tests/resolver/io/")),
    (re.compile(r"openssl/"), ("resolver/crypto/", "tests/resolver/crypto/")),
    (re.compile(r"yaml-cpp/"), ("resolver/server/",)),
    (re.compile(r"nlohmann/"), ("resolver/server/", "tests/")),
    (re.compile(r"jemalloc/"), ("resolver/server/", "bench/")),
    (re.compile(r"gtest/|gmock/"), ("tests/",)),
    (re.compile(r"benchmark/"), ("bench/",)),
)


def _room(name):
    return max((f for f in _MAY if name.startswith(f)), key=len)


def _allowed(target, patterns):
    for pattern in patterns:
        if pattern.endswith("*"):  # files directly in the folder
            if target.startswith(pattern[:-1]) and "/" not in target[len(pattern) - 1:]:
                return True
        elif target.startswith(pattern):
            return True
    return False


def find(root):
    for source in sources(root):
        room = _room(source.name)
        for match in _INCLUDE.finditer(source.code):
            target = match.group(2)
            where = f"{source.name}:{source.code.count(chr(10), 0, match.start(2)) + 1}"
            ours = target.split("/")[0] in ("wire", "cache", "resolver", "bench", "tests")
            if match.group(1) == '"' and "/" not in target:
                yield f"{where}: includes {target}: our headers are named from the top of the tree"
            if ours and not _allowed(target, _MAY[room]):
                yield f"{where}: {room} may not include {target}"
            for library, folders in _LIBRARIES:
                if not ours and library.match(target) and not source.name.startswith(folders):
                    yield f"{where}: only {', '.join(folders)} may include <{target}>"
