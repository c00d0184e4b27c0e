"""Every command that README.md shows names a program that is there."""

import os
import pathlib
import re

from tree import files

_FENCE = re.compile(r"^```(?:sh|bash|console|shell)?\s*\n(.*?)^```", re.M | re.S)
_INDENTED = re.compile(r"^    (\S.*)$", re.M)
_INLINE = re.compile(r"`(\./[\w./-]+)[^`]*`")
_OURS = re.compile(r"^(?:sudo\s+)?(?:\./)?((?:deploy|tests|bench|\.ci|build)/[\w./-]+|\.ci/run)")
_EXECUTABLE = re.compile(r"add_executable\((\w+)")


def find(root):
    root = pathlib.Path(root)
    path = root / "README.md"
    if not path.exists():
        yield "README.md:1: missing"
        return
    built = {f"build/{name}" for place, path_there in files(root) if place.endswith("CMakeLists.txt")
             for name in _EXECUTABLE.findall(path_there.read_text(encoding="utf-8"))}
    text = path.read_text(encoding="utf-8")
    commands = [(m.start(1) + line.start(), line.group(0)) for m in _FENCE.finditer(text)
                for line in re.finditer(r"[^\n]+", m.group(1))]
    commands += [(m.start(1), m.group(1)) for m in _INDENTED.finditer(text)]
    commands += [(m.start(1), m.group(1)) for m in _INLINE.finditer(text)]
    shown = set()
    for position, line in commands:
        match = _OURS.match(line.strip().removeprefix("$ "))
        if not match:
            continue
        program = match.group(1)
        shown.add(program)
        if program not in built and not os.access(root / program, os.X_OK):
            yield f"README.md:{text.count(chr(10), 0, position) + 1}: no executable {program}"
    for wanted in ("deploy/up", "tests/run"):
        if wanted not in shown:
            yield f"README.md:1: does not show ./{wanted}"
