"""The words of a file that are meant for people: its comments, or all of a Markdown file."""

import io
import re
import tokenize

from tree import TOKEN

_HASH = re.compile(r"(?:^|(?<=\s))#(?!!)[^\n]*", re.M)
_SEMICOLON = re.compile(r"(?:^|(?<=\s));[^\n]*", re.M)


_ARGUMENT = re.compile(r"/\*\w+=\*/")


def _cpp(text):
    """Comments, but for those that name the parameter of an argument: it may be a library's."""
    return [match.span() for match in TOKEN.finditer(text)
            if match.group(0).startswith(("//", "/*")) and not _ARGUMENT.fullmatch(match.group(0))]


def _python(text):
    """Comments, and strings that are statements of their own."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spans = []
    fresh = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or token.type == tokenize.STRING and fresh:
            (first, column), (last, end) = token.start, token.end
            spans.append((starts[first - 1] + column, starts[last - 1] + end))
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            fresh = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    return spans


def _spans(path, text):
    if path.suffix in (".h", ".cc"):
        return _cpp(text)
    if path.suffix == ".md":
        return [(0, len(text))]
    if path.suffix == ".rpl":
        return [match.span() for match in _SEMICOLON.finditer(text)]
    if path.suffix == ".py" or text.startswith("#!/usr/bin/env python3"):
        return _python(text)
    return [match.span() for match in _HASH.finditer(text)]


def divided(path, text):
    """The comments without the rest, and the rest without the comments; blanks keep the places."""
    def blank(part):
        return re.sub(r"[^\n]", " ", part)
    comments, rest = [], []
    at = 0
    for first, last in _spans(path, text):
        comments += [blank(text[at:first]), re.sub(r"^(\s*)(?://|#|;)", r"\1  "[:4], text[first:last])]
        rest += [text[at:first], blank(text[first:last])]
        at = last
    comments.append(blank(text[at:]))
    rest.append(text[at:])
    return "".join(comments), "".join(rest)
