"""CMake and Meson compile the same sources with the same options, and no source is left out of both."""

import json
import pathlib
import re

from tree import is_built, sources


_UNITY_FILE = re.compile(r"unity_\d+_cxx\.cxx$|-unity\d*\.(cpp|cc)$")
_INCLUDED = re.compile(r'^#include "([^"]+\.cc)"$|^#include<([^>]+\.cc)>$', re.M)


def _sources_of(path):
    """The file itself, or the sources that a unity build compiles in this piece."""
    if not _UNITY_FILE.search(path.name):
        return [path]
    text = path.read_text(encoding="utf-8")
    return [pathlib.Path(path.parent, quoted or angled) for quoted, angled in _INCLUDED.findall(text)]


def compiled(root, database):
    root = pathlib.Path(root).resolve()
    found = set()
    for entry in json.loads(pathlib.Path(database).read_text(encoding="utf-8")):
        for path in _sources_of(pathlib.Path(entry["directory"], entry["file"])):
            path = path.resolve()
            if path.is_relative_to(root) and path.suffix == ".cc" and not is_built(path.relative_to(root)):
                found.add(path.relative_to(root).as_posix())
    return found


_CMAKE_OPTION = re.compile(r'^option\(TERN_(\w+)\s+"([^"]*)"\s+(ON|OFF)\)|^set\(TERN_(\w+)\s.*CACHE', re.M)
_MESON_OPTION = re.compile(r"^option\('(\w+)', type: '\w+', value: '?(\w+)'?,\s+description: '([^']*)'\)", re.M)
# Meson has an option of its own for these.
_MESON_HAS = {"sanitize": "b_sanitize", "precompile": "b_pch"}
_ON = {"ON": True, "OFF": False, "enabled": True, "disabled": False, "true": True, "false": False}


def _text(root, name):
    path = pathlib.Path(root, name)
    return path.read_text(encoding="utf-8") if path.exists() else ""


def options_that_differ(root):
    cmake = {(name or other).lower(): (description, _ON.get(value))
             for name, description, value, other in _CMAKE_OPTION.findall(_text(root, "CMakeLists.txt"))}
    meson = {name: (description, _ON.get(value))
             for name, value, description in _MESON_OPTION.findall(_text(root, "meson_options.txt"))}
    for name in sorted(cmake.keys() - _MESON_HAS.keys() - meson.keys()):
        yield f"CMakeLists.txt:1: Meson has no option {name}"
    for name in sorted(meson.keys() - cmake.keys()):
        yield f"meson_options.txt:1: CMake has no option TERN_{name.upper()}"
    for name in sorted(cmake.keys() & meson.keys()):
        if cmake[name] != meson[name]:
            yield f"meson_options.txt:1: {name} differs from CMake's: {meson[name]}, {cmake[name]}"


def find(root, cmake_database, meson_database):
    yield from options_that_differ(root)
    cmake, meson = compiled(root, cmake_database), compiled(root, meson_database)
    for name in sorted(cmake - meson):
        yield f"{name}:1: CMake compiles it, Meson does not"
    for name in sorted(meson - cmake):
        yield f"{name}:1: Meson compiles it, CMake does not"
    for source in sources(root, (".cc",)):
        if source.name not in cmake | meson:
            yield f"{source.name}:1: no build compiles it"
