"""The source tree as the lints see it: its files, and the C++ with and without comments and literals."""

import pathlib
import re

ROOMS = ("wire", "cache", "resolver", "bench", "tests")
INPUTS = "corpus"  # the fuzzers' inputs lie below folders of this name
_BUILD = re.compile(r"build[^/]*|__pycache__")


def is_built(relative):
    """Whether the path lies in a build folder: a build has made the file."""
    return any(_BUILD.fullmatch(part) for part in relative.parts)


class Source:
    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.splitlines()
        self._code = None

    @property
    def code(self):
        """The text with comments and literals blanked, line for line and column for column."""
        if self._code is None:
            self._code = _blank(self.text)
        return self._code


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.S)


def _blank(text):
    def spaces(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    kept = []
    at = 0
    for match in TOKEN.finditer(text):
        before = text[at:match.start()]
        kept.append(before)
        # An include's file name is no literal; the include lint reads it.
        line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        kept.append(match.group(0) if line.strip() == "#include" else spaces(match))
        at = match.end()
    kept.append(text[at:])
    return "".join(kept)


def sources(root, suffixes=(".h", ".cc")):
    root = pathlib.Path(root)
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            relative = path.relative_to(root)
            if path.suffix in suffixes and path.is_file() and \
                    not any(_BUILD.fullmatch(part) for part in relative.parts):
                yield Source(root, path)


def files(root):
    """Every file of the project, in all languages: (path from the root, path)."""
    root = pathlib.Path(root)
    paths = [path for place in (*ROOMS, "deploy", ".ci") for path in (root / place).rglob("*")]
    for path in sorted([*root.glob("*"), *paths]):
        relative = path.relative_to(root)
        if path.is_file() and not any(_BUILD.fullmatch(part) for part in relative.parts[:-1]):
            yield relative.as_posix(), path


def line_of(text, position):
    return text.count("\n", 0, position) + 1
