"""Every header compiles alone.

Left out are the headers that a source of the same name includes first: they compile alone when that source does, and
.ci/run compiles each source of the programs by itself (tsan), after the headers of libraries.
"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from tree import sources

_INCLUDE = re.compile(r'^#include [<"]([^>"]+)', re.M)
_TESTS = "tests/"  # unity builds only


def _is_first_of_its_source(root, header):
    source = pathlib.Path(root, header).with_suffix(".cc")
    if header.startswith(_TESTS) or not source.exists():
        return False
    first = _INCLUDE.search(source.read_text(encoding="utf-8"))
    return first is not None and first.group(1) == header


def _compile(root, header, folder):
    unit = header.replace("/", "__") + ".cc"
    pathlib.Path(folder, unit).write_text(f'#include "{header}"\n', encoding="utf-8")
    ccache = ["ccache"] if shutil.which("ccache") else []
    compiler = os.environ.get("CXX", "g++")
    run = subprocess.run([*ccache, compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-I", str(root),
                          "-c", unit, "-o", unit + ".o"], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        lines = [l for l in run.stderr.splitlines() if "error" in l] or run.stderr.splitlines() or ["?"]
        return f"{header}:1: does not compile alone: {lines[0]}"
    return None


def find(root):
    names = [s.name for s in sources(root, (".h",)) if not _is_first_of_its_source(root, s.name)]
    # Compiled from inside the folder, by relative names, so that ccache meets the same command again.
    folder = pathlib.Path(tempfile.gettempdir(), f"tern-lint-headers.{os.getuid()}.{os.getpid()}")
    folder.mkdir(mode=0o700)
    try:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for finding in pool.map(lambda name: _compile(root, name, folder), names):
                if finding:
                    yield finding
    finally:
        shutil.rmtree(folder, ignore_errors=True)
