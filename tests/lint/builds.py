"""CMake and Meson compile the same sources, and no source is left out of both."""

import json
import pathlib

from tree import sources


def compiled(root, database):
    root = pathlib.Path(root).resolve()
    found = set()
    for entry in json.loads(pathlib.Path(database).read_text(encoding="utf-8")):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.is_relative_to(root) and path.suffix == ".cc":
            found.add(path.relative_to(root).as_posix())
    return found


def find(root, cmake_database, meson_database):
    cmake, meson = compiled(root, cmake_database), compiled(root, meson_database)
    for name in sorted(cmake - meson):
        yield f"{name}:1: CMake compiles it, Meson does not"
    for name in sorted(meson - cmake):
        yield f"{name}:1: Meson compiles it, CMake does not"
    for source in sources(root, (".cc",)):
        if source.name not in cmake | meson:
            yield f"{source.name}:1: no build compiles it"
