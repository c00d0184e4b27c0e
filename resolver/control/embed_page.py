#!/usr/bin/env python3
"""Writes a C++ source with the files of the page, for both builds.

    embed_page.py OUTPUT FILE...
"""

import pathlib
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def literal(line):
    escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    # Octets beyond ASCII in three octal digits: no digit that follows can belong to them.
    return '"' + "".join(chr(o) if o < 128 else f"\\{o:03o}" for o in escaped.encode()) + '"'


def main(output, files):
    out = ['#include "resolver/control/page_files.h"', "", "namespace tern::resolver::control {", "namespace {", ""]
    rows = []
    for number, file in enumerate(sorted(files, key=lambda file: file.name)):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        out.append(f"constexpr std::string_view kFile{number} =")
        out += [f"    {literal(line)}" for line in lines]
        out[-1] += ";"
        path = "/" if file.name == "index.html" else f"/{file.name}"
        rows.append(f'    {{"{path}", "{TYPES[file.suffix]}", kFile{number}}},')
    out += ["", "constexpr PageFile kFiles[] = {", *rows, "};", "", "}  // namespace", "",
            "std::span<const PageFile> PageFiles() { return kFiles; }", "",
            "}  // namespace tern::resolver::control", ""]
    pathlib.Path(output).write_text("\n".join(out), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1], [pathlib.Path(file) for file in sys.argv[2:]])
