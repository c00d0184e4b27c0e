"""What the sources may not say: clock and chance outside the environment, assert, abort, throw, empty names."""

import re

from tree import line_of, sources

# Production code takes time and chance from resolver/base/environment.h, so that a simulation can give both.
_ENVIRONMENT = ("resolver/io/", "resolver/crypto/", "resolver/daemon/", "resolver/tool/", "tests/",
                "bench/")
_CLOCK = re.compile(
    r"\b(?:steady|system|high_resolution|utc)_clock::now|\bclock_gettime\b|\bgettimeofday\b"
    r"|\babsl::Now\b|(?<![\w.>])(?:std::|::)?time\s*\(\s*(?:nullptr|NULL|0|&)|\b__rdtsc\b|\bsleep_for\b"
    r"|\b(?:u|nano)?sleep\s*\(")
_CHANCE = re.compile(
    r"\brandom_device\b|\bmt19937|\babsl::(?:Insecure)?BitGen\b|\bgetrandom\b|\bgetentropy\b"
    r"|\barc4random|(?<![\w.>:])(?:std::)?s?rand(?:om)?\s*\(|\bRAND_bytes\b|\bdefault_random_engine\b")
_ASSERT = re.compile(r"(?<![\w.])assert\s*\(|#\s*include\s*<(?:cassert|assert\.h)>")
# Production code ends the process through wire/check.h, where a caller broke a contract.
_PRODUCTION = ("wire/", "cache/", "resolver/")
_ABORT = re.compile(r"(?<![\w.>])(?:abort|_Exit|quick_exit|terminate)\s*\(")
_MAY_ABORT = ("wire/check.cc",
              "resolver/crypto/random.cc")  # without chance there is no safe query
# Only lack of memory is thrown, by what the process cannot exist without, or on its way through a coroutine.
_THROW = re.compile(r"\bthrow\b(?:\s*[\w:]+)?")
_MAY_THROW = (("cache/", "throw std::bad_alloc"), ("resolver/crypto/", "throw std::bad_alloc"),
              ("resolver/base/task.h", "throw"))
_EMPTY = re.compile(r"util|helper|manager|(?:^|_)(?:data|info|misc)(?:_|$)", re.I)
_DECLARED = re.compile(r"\b(?:class|struct|enum(?:\s+class)?|namespace)\s+(\w+)")


def clocks(root):
    for source in sources(root):
        if source.name.startswith(_ENVIRONMENT):
            continue
        for pattern, what in ((_CLOCK, "clock"), (_CHANCE, "chance")):
            for match in pattern.finditer(source.code):
                yield (f"{source.name}:{line_of(source.code, match.start())}: {what} outside the "
                       f"environment: {match.group(0).strip()}")


def asserts(root):
    for source in sources(root):
        for match in _ASSERT.finditer(source.code):
            yield f"{source.name}:{line_of(source.code, match.start())}: bare assert"
        if not source.name.startswith(_PRODUCTION):
            continue
        for match in _ABORT.finditer(source.code):
            if source.name not in _MAY_ABORT:
                yield f"{source.name}:{line_of(source.code, match.start())}: ends the process: use wire/check.h"
        for match in _THROW.finditer(source.code):
            if not any(source.name.startswith(place) and match.group(0) == what for place, what in _MAY_THROW):
                yield f"{source.name}:{line_of(source.code, match.start())}: throws: {match.group(0)}"


def names(root):
    for source in sources(root):
        stem = source.path.stem
        # local_data answers "data" in the operator's sense: the zone data served here.
        if _EMPTY.search(stem) and not stem.startswith("local_data"):
            yield f"{source.name}:1: the file's name says nothing"
        for match in _DECLARED.finditer(source.code):
            snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", match.group(1)).lower()
            if _EMPTY.search(snake) and not snake.startswith("local_data"):
                yield f"{source.name}:{line_of(source.code, match.start())}: the name {match.group(1)} says nothing"
