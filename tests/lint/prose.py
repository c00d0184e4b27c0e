"""Comments and Markdown files are short and in plain English, or at least no worse than they were.

The file prose_left beside this one says how many findings a file may still have: FILE NUMBER, a line each.
From the top of the tree, `python3 tests/lint/prose.py >tests/lint/prose_left` writes down what there is.
"""

import pathlib
import re

import comments
from tree import INPUTS, files, line_of

LEFT = "tests/lint/prose_left"
COLUMNS_MAX = 100
LINES_MAX = {"ARCHITECTURE.md": 130}
README_LINES_MAX = 150  # of those below the top

_PHRASES = (
    (re.compile(r"\bbe (?:it|they)\b(?! who)", re.I), "say `even if` or `whether`"),
    (re.compile(r"\bof (?:no |any |some |little )?use\b(?! of)"), "say `useful` or what is missing"),
    # Only a question begins with it. A colon and a semicolon begin a sentence too.
    (re.compile(r"\bWho\b(?=[^.?!]*(?:[.!]|$))|(?:[:;]|\b(?:by|for|from|of|only|than|to|with))\s+who\b"
                r"(?=[^.?!]*(?:[.!]|$))"), "say whom you mean, not `who`"),
    (re.compile(r"\bElse\b|(?:[.:;,]|\bor)\s+else\b(?! if)"), "say `otherwise`"),
)
_BLOCK = re.compile(r"^```.*?^```", re.M | re.S)
_QUOTED = re.compile(r"`[^`\n]*`")
_NO_PROSE = re.compile(r"^(?:\||    \S|\s*\[[^\]]+\]: )")


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def _document(name, text):
    lines = [line.rstrip() for line in text.splitlines()]
    most = LINES_MAX.get(name, README_LINES_MAX if name.endswith("/README.md") else len(lines))
    if len(lines) > most:
        yield 1, f"{len(lines)} lines, {most} allowed"
    in_list = False
    for number, line in enumerate(lines, 1):
        in_list = bool(re.match(r"\s*(?:[-*]|\d+\.) ", line)) or in_list and line.startswith("  ")
        if len(line) > COLUMNS_MAX and (in_list or not _NO_PROSE.match(line)):
            yield number, f"{len(line)} columns of prose, {COLUMNS_MAX} allowed"


def _findings(name, path):
    words, _ = comments.divided(path, path.read_text(encoding="utf-8", errors="replace"))
    if path.suffix == ".md":
        words = _BLOCK.sub(_blank, words)
        yield from _document(name, words)
    words = _QUOTED.sub(_blank, words)
    for pattern, instead in _PHRASES:
        for match in pattern.finditer(words):
            yield line_of(words, match.start()), f"{' '.join(match.group(0).split())}: {instead}"


def _counts(root):
    """Yields (file, its findings)."""
    for name, path in files(root):
        if INPUTS not in path.parts:
            yield name, sorted(_findings(name, path))


def _left(root):
    path = pathlib.Path(root, LEFT)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: int(number) for name, number in (line.split() for line in lines)}


def find(root):
    left = _left(root)
    for name, found in _counts(root):
        allowed = left.pop(name, 0)
        if len(found) > allowed:
            for number, what in found:
                yield f"{name}:{number}: {what}"
        elif len(found) < allowed:
            yield f"{LEFT}:1: {name} {len(found)} is true by now: write it down"
    for name in left:
        yield f"{LEFT}:1: {name} is gone: leave it out"


if __name__ == "__main__":
    for file, found_there in _counts("."):
        if found_there:
            print(file, len(found_there))
