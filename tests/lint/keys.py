"""Every value of every key of the configuration has a test that fails without the code behind it (key_tests)."""

import json
import pathlib
import re

LIST = "tests/lint/key_tests"
SCHEMA = "deploy/schema/tern.schema.json"


def _values(schema):
    if schema.get("type") == "boolean":
        return ["true", "false"]
    words = schema.get("enum", [])
    words += [way["const"] for way in schema.get("anyOf", []) if "const" in way]
    words = list(dict.fromkeys(str(word).lower() for word in words))
    return words if "enum" in schema else words + ["*"]


def _wanted(schema, path=""):
    """The pairs of key and value of a map."""
    for name, inside in schema.get("properties", {}).items():
        key = f"{path}.{name}" if path else name
        if "properties" in inside:
            yield from _wanted(inside, key)
            continue
        yield from ((key, value) for value in _values(inside))
        yield from _wanted(inside.get("items", {}), f"{key}[]")


def _has_test(root, file, test):
    path = root / file
    if not path.is_file():
        return False
    if test == "-":
        return file.endswith(".rpl")
    pattern = rf"\bdef {test}\(self" if file.endswith(".py") else rf"\bTEST\w*\(\w+,\s*{test}\)"
    return re.search(pattern, path.read_text(encoding="utf-8")) is not None


def find(root):
    root = pathlib.Path(root)
    wanted = list(_wanted(json.loads((root / SCHEMA).read_text(encoding="utf-8"))))
    seen = set()
    for number, line in enumerate((root / LIST).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 4 or not words[1].endswith(":"):
            yield f"{LIST}:{number}: KEY VALUE: FILE TEST"
            continue
        pair = (words[0], words[1].removesuffix(":"))
        if pair not in wanted:
            yield f"{LIST}:{number}: no such value of a key: {pair[0]} {pair[1]}"
        if not _has_test(root, words[2], words[3]):
            yield f"{LIST}:{number}: no such test: {words[2]} {words[3]}"
        seen.add(pair)
    for key, value in wanted:
        if (key, value) not in seen:
            yield f"{LIST}:1: no test for {key} {value}"
