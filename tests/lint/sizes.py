"""Files up to 600 lines, lines up to 100 columns, functions up to 80 lines."""

import re

from tree import line_of, sources

FILE_LINES_MAX = 600
COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 80

_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b(?!.*\)\s*(?:const|noexcept|override|\w)*\s*$)", re.S)
_NAME = re.compile(r"([~\w:]+(?:\s*operator\s*[^\s(]+)?)\s*\(")


def functions(code):
    """Yields (name, first line, line count) of every function body that lies in no other."""
    depth_of_function = None
    stack = []
    head_start = 0
    start = name = None
    for match in re.finditer(r"[{};]", code):
        sign, at = match.group(0), match.start()
        if sign == "{":
            head = code[head_start:at]
            stack.append(at)
            if depth_of_function is None and "(" in head and not _SCOPE.search(head):
                depth_of_function = len(stack)
                found = _NAME.search(head)
                name = found.group(1) if found else "?"
                start = line_of(code, head_start + len(head) - len(head.lstrip()))
        elif sign == "}" and stack:
            if depth_of_function == len(stack):
                yield name, start, line_of(code, at) - start + 1
                depth_of_function = None
            stack.pop()
        head_start = match.end()


def find(root):
    for source in sources(root):
        if len(source.lines) > FILE_LINES_MAX:
            yield f"{source.name}:1: {len(source.lines)} lines, {FILE_LINES_MAX} allowed"
        for number, line in enumerate(source.lines, 1):
            if len(line) > COLUMNS_MAX:
                yield f"{source.name}:{number}: {len(line)} columns, {COLUMNS_MAX} allowed"
        for name, first, count in functions(source.code):
            if count > FUNCTION_LINES_MAX:
                yield f"{source.name}:{first}: {name} has {count} lines, {FUNCTION_LINES_MAX} allowed"
