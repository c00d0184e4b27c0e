"""The table of bounds names each limit that metrics tell, and each row has a metric or says why not."""

import pathlib
import re

TABLE = "resolver/service/README.md"
COLLECTED = "resolver/control/collect_limits.cc"

_HEAD = "| What | Bound | Metric |"
_LIMIT = re.compile(r"\b(?:Add|AddMet|add)\(\s*\"(\w+)\"")
_FAMILY = re.compile(r"\"(tern_\w+)\"")
_WORD = re.compile(r"`(\w+)`")


def rows(text):
    """Yields (number of the line, last cell) of the table."""
    lines = text.splitlines()
    if _HEAD not in lines:
        return
    for number, line in enumerate(lines[lines.index(_HEAD) + 2:], lines.index(_HEAD) + 3):
        if not line.startswith("|"):
            return
        cells = line.strip("| ").split(" | ")
        yield number, cells[2] if len(cells) > 2 else ""


def find(root):
    root = pathlib.Path(root)
    table, collected = root / TABLE, root / COLLECTED
    if not table.exists() or not collected.exists():
        return
    limits = set(_LIMIT.findall(collected.read_text(encoding="utf-8")))
    families = set()
    for path in sorted(collected.parent.glob("collect_*.cc")):
        families.update(_FAMILY.findall(path.read_text(encoding="utf-8")))
    named = set()
    for number, cell in rows(table.read_text(encoding="utf-8")):
        reason = cell.removeprefix("none")
        if reason != cell and not reason.strip(" :"):
            yield f"{TABLE}:{number}: a row without a metric says why"
        words = set() if cell.startswith("none") else set(_WORD.findall(cell.partition("; none")[0]))
        if not words and not cell.startswith("none"):
            yield f"{TABLE}:{number}: the row names no metric"
        for word in sorted(words):
            there = word.removesuffix("_total") in families if word.startswith("tern_") else word in limits
            if not there:
                yield f"{TABLE}:{number}: there is no metric {word}"
        named |= words
    for limit in sorted(limits - named):
        yield f"{TABLE}:1: the table of bounds does not name the limit {limit}"
