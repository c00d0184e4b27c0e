"""Every header compiles alone."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import tempfile

from tree import sources


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
    names = [s.name for s in sources(root, (".h",))]
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
