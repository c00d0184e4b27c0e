"""Each lint finds what it is there to find, and lets the innocent pass."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUN = pathlib.Path(__file__).with_name("run")


class LintTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("none", "")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def lint(self, rule, *more, exceptions="none"):
        run = subprocess.run([sys.executable, RUN, rule, "--root", self.root, "--exceptions",
                              self.root / exceptions, *more], capture_output=True, text=True, check=False)
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.returncode, 1 if run.stdout else 0, run.stdout)
        return run.stdout.splitlines()

    def finds(self, rule, name, text, *places):
        """The rule finds exactly these lines of the file."""
        path = self.write(name, text)
        found = [line.split(": ")[0] for line in self.lint(rule)]
        self.assertEqual(found, [f"{name}:{place}" for place in places])
        path.unlink()

    def test_include_direction(self):
        self.finds("includes", "wire/a.h", '#include "wire/b.h"\n#include "cache/c.h"\n', 2)
        self.finds("includes", "cache/a.h", '#include "wire/b.h"\n#include "resolver/c.h"\n', 2)
        self.finds("includes", "resolver/answer/a.cc",
                   '#include "resolver/policy/b.h"\n#include "resolver/answer/c.h"\n'
                   '#include "resolver/io/worker.h"\n#include "resolver/upstream/race.h"\n', 3, 4)
        self.finds("includes", "resolver/io/a.cc", '#include "resolver/config/config.h"\n', 1)
        self.finds("includes", "resolver/service/a.cc", '#include "resolver/io/worker.h"\n')
        self.finds("includes", "resolver/tool/a.cc",
                   '#include "resolver/base/endpoint.h"\n#include "cache/entry.h"\n', 2)
        self.finds("includes", "bench/a.cc",
                   '#include "tests/sim/a.h"\n#include "tests/support/a.h"\n', 1)
        self.finds("includes", "tests/a.cc", '#include "bench/resolver/a.h"\n', 1)
        self.finds("includes", "resolver/a.cc", "", 1)
        self.finds("includes", "resolver/unknown/a.cc", "", 1)
        self.finds("includes", "wire/a.cc", '#include "name.h"\n', 1)

    def test_the_table_of_bounds_and_the_metrics_agree(self):
        self.write("resolver/control/collect_limits.cc",
                   'limits->Add("clients", 1, 2, 3);\nlimits->AddMet("waiters", 4);\n'
                   'add("links", x);\nSingleOf("tern_lines_left_out");\n')
        self.write("resolver/control/collect_b.cc", '{.name = "tern_lost"}\n')
        head = "| What | Bound | Metric |\n|---|---|---|\n"
        good = ("| a | 1 | `clients`; `waiters`, hits; none of `others` |\n| b | 2 | none: a reason |\n"
                "| c | 3 | `links`, `tern_lost_total` with `reason=\"x\"` |\n| d | 4 | `tern_lines_left_out_total` |\n")
        path = "resolver/service/README.md"
        self.finds("bounds", path, head + good)
        self.finds("bounds", path, head + good.replace("`waiters`, hits; ", ""), 1)
        self.finds("bounds", path, head + good + "| e | 5 | `jobs` |\n| f | 6 | some |\n", 7, 8)
        self.finds("bounds", path, head + good + "| e | 5 | none: |\n| f | 6 |\n", 7, 8)
        self.finds("bounds", path, head + good.replace("tern_lost", "tern_last"), 5)

    def test_units_that_include_each_other(self):
        self.write("wire/a.h", '#include "wire/b.h"\n')
        self.write("wire/b.h", "")
        self.write("wire/b.cc", '#include "wire/c.h"\n#include "wire/b.h"\n')
        self.write("wire/c.h", "")
        self.assertEqual(self.lint("includes"), [])
        self.write("wire/c.cc", '#include "wire/a.h"\n')
        self.assertEqual(self.lint("includes"),
                         ["wire/a.h:1: includes itself over wire/b, wire/c"])

    def test_only_their_rooms_see_the_libraries(self):
        text = "#include <liburing.h>\n#include <openssl/rand.h>\n#include <yaml-cpp/yaml.h>\n"
        self.finds("includes", "resolver/base/a.cc", text, 1, 2, 3)
        self.finds("includes", "resolver/io/a.cc", text, 2, 3)
        self.finds("includes", "resolver/crypto/a.cc", text, 1, 3)
        self.finds("includes", "resolver/config/a.cc", text, 1, 2)
        self.finds("includes", "cache/a.cc", "#include <gtest/gtest.h>\n#include <nlohmann/json.hpp>\n"
                   "#include <jemalloc/jemalloc.h>\n#include <benchmark/benchmark.h>\n", 1, 2, 3, 4)

    def test_clock_and_chance_outside_the_environment(self):
        text = ("// steady_clock::now in a comment\nauto a = std::chrono::steady_clock::now();\n"
                "clock_gettime(CLOCK_MONOTONIC, &t);\nint x = rand();\nauto t = time(nullptr);\n"
                "std::random_device d;\nint y = operand(3) + frame.time(0);\n"
                'Log("call rand() now");\n')
        self.finds("clocks", "resolver/a.cc", text, 2, 3, 5, 4, 6)
        self.finds("clocks", "resolver/io/a.cc", text)
        self.finds("clocks", "tests/wire/a_test.cc", text)

    def test_assert(self):
        self.finds("asserts", "wire/a.cc",
                   "static_assert(true);\nassert(x);\n// assert(x)\n#include <cassert>\n", 2, 4)

    def test_abort_and_throw(self):
        text = ("[[noreturn]] void F() {\n  std::abort();\n  std::terminate();\n  list.abort();\n  // abort()\n}\n"
                "void G() {\n  throw std::bad_alloc();\n  throw std::runtime_error(1);\n  throw;\n}\n")
        self.finds("asserts", "wire/a.cc", text, 2, 3, 8, 9, 10)
        self.finds("asserts", "wire/check.cc", text, 8, 9, 10)
        self.finds("asserts", "cache/a.cc", text, 2, 3, 9, 10)
        self.finds("asserts", "resolver/base/task.h", text, 2, 3, 8, 9)
        self.finds("asserts", "tests/a.cc", text)

    def test_names(self):
        self.finds("names", "wire/name_util.h", "", 1)
        self.finds("names", "wire/a.h",
                   "class ServerManager {};\nstruct RdataFields {};\nstruct ServerInfo;\n", 1, 3)

    def test_sizes(self):
        self.finds("sizes", "wire/a.cc", "//\n" * 601, 1)
        self.finds("sizes", "wire/a.cc", "//\n" * 600)
        self.finds("sizes", "wire/a.cc", "//\n//" + "x" * 99 + "\n", 2)
        body = "  x();\n" * 79
        self.finds("sizes", "wire/a.cc", "namespace a {\nvoid Long(int a,\n          int b) {\n" + body + "}\n}\n", 2)
        self.finds("sizes", "wire/a.cc", "namespace a {\nvoid Short() {\n" + "  x();\n" * 78 + "}\n}\n")
        self.finds("sizes", "wire/a.cc", "class A {\n  void Long() const {\n" + body + "  }\n};\n", 2)
        self.finds("sizes", "wire/a.cc", "class A {\n  A() : b_{1} {}\n" + "  void F();\n" * 90 + "};\n")

    def test_headers_that_lean_on_others(self):
        self.finds("headers", "wire/a.h", "#pragma once\nstd::string Name();\n", 1)
        self.finds("headers", "wire/a.h", "#pragma once\n#include <string>\nstd::string Name();\n")
        # With a source that includes it first, the compiler says the same.
        self.write("wire/a.cc", '#include "wire/b.h"\n#include "wire/a.h"\n')
        self.finds("headers", "wire/a.h", "#pragma once\nstd::string Name();\n", 1)
        self.write("wire/a.cc", '#include "wire/a.h"\n')
        self.finds("headers", "wire/a.h", "#pragma once\nstd::string Name();\n")

    def test_builds_that_differ(self):
        def database(name, *files):
            return self.write(name, json.dumps(
                [{"directory": str(self.root), "file": file, "command": ""} for file in files]))
        for name in ("wire/a.cc", "wire/b.cc", "wire/c.cc"):
            self.write(name, "")
        both = database("one.json", "wire/a.cc", "wire/b.cc"), database("two.json", "wire/a.cc")
        self.assertEqual(self.lint("builds", *map(str, both)),
                         ["wire/b.cc:1: CMake compiles it, Meson does not",
                          "wire/c.cc:1: no build compiles it"])
        self.assertEqual(self.lint("builds", *map(str, reversed(both)))[0],
                         "wire/b.cc:1: Meson compiles it, CMake does not")
        self.write("two.json", (self.root / "one.json").read_text(encoding="utf-8"))
        (self.root / "wire/c.cc").unlink()
        self.assertEqual(self.lint("builds", *map(str, both)), [])
        made = database("made.json", "wire/a.cc", "wire/b.cc", "build-x/wire/made.cc")
        self.assertEqual(self.lint("builds", str(made), str(both[1])), [])

    def test_options_of_builds_that_differ(self):
        none = str(self.write("none.json", "[]"))
        cmake = 'option(TERN_TESTS "Build the tests" {})\nset(TERN_SANITIZE "" CACHE STRING "Which")\n'
        meson = "option('{}', type: 'feature', value: 'disabled',\n  description: 'Build the tests')\n"

        def found(cmake_text, meson_text):
            self.write("CMakeLists.txt", cmake_text)
            self.write("meson_options.txt", meson_text)
            return [line.split(": ", 1)[1] for line in self.lint("builds", none, none)]
        self.assertEqual(found(cmake.format("OFF"), meson.format("tests")), [])
        self.assertEqual(len(found(cmake.format("ON"), meson.format("tests"))), 1)
        self.assertEqual(len(found(cmake.format("OFF"), meson.format("tests").replace("the tests", "all"))), 1)
        self.assertEqual(found(cmake.format("OFF"), meson.format("bench")),
                         ["Meson has no option tests", "CMake has no option TERN_BENCH"])

    def test_readme_commands_that_are_not_there(self):
        self.write("deploy/up", "").chmod(0o755)
        self.write("tests/run", "").chmod(0o755)
        self.finds("readme", "README.md", "```\n./deploy/up\n./tests/run\nbuild/tern lookup a\n```\n", 4)
        self.write("resolver/CMakeLists.txt", "add_executable(tern\n  tern_main.cc)\n")
        self.finds("readme", "README.md", "```\n./deploy/up\n./tests/run\nbuild/tern lookup a\n```\n")
        self.assertEqual(self.lint("readme"), ["README.md:1: missing"])
        self.finds("readme", "README.md", "```\n./deploy/up\n./tests/run\n./deploy/gone --now\n```\n", 4)
        self.finds("readme", "README.md", "Run:\n\n    ./deploy/up   # this\n    ./tests/run\n    ./deploy/gone\n", 5)
        self.finds("readme", "README.md", "```\n./deploy/up\n```\n", 1)

    def test_keys(self):
        keys = {"a": {"type": "boolean"}, "b": {"properties": {"c": {"type": "integer"}}},
                "d": {"items": {"properties": {"e": {"enum": ["auto", True, "true"]}}}}}
        self.write("deploy/schema/tern.schema.json", json.dumps({"properties": keys}))
        self.write("tests/a_test.cc", "TEST_F(ATest, Works) {}\n")
        self.write("tests/a_test.py", "    def test_works(self):\n")
        lines = ["a true: tests/a_test.cc Works", "a false: tests/a_test.py test_works",
                 "b.c *: tests/a_test.cc Works", "d *: tests/a_test.cc Works",
                 "d[].e auto: tests/a_test.cc Works", "d[].e true: tests/a_test.cc Works"]
        self.finds("keys", "tests/lint/key_tests", "# all\n" + "\n".join(lines) + "\n")
        self.finds("keys", "tests/lint/key_tests", "\n".join(lines[1:]) + "\n", 1)
        self.finds("keys", "tests/lint/key_tests", "\n".join([*lines, "b.gone *: tests/a_test.cc Works"]) + "\n", 7)
        self.finds("keys", "tests/lint/key_tests", "\n".join(lines).replace("Works", "Gone", 1) + "\n", 1)
        self.finds("keys", "tests/lint/key_tests", "\n".join(lines).replace("test_works", "test_gone") + "\n", 2)

    def named(self, text, file="wire/a.cc"):
        """What the comment or the document names that is not there."""
        self.write(file, text)
        return [line.rpartition(" ")[2] for line in self.lint("references")]

    def test_comments_name_what_is_there(self):
        self.write("wire/name.h", "class NameView {\n  int Size() const;\n  int label_count;\n};\n"
                                  "constexpr int kNamesMax = 1;\n#define WIRE_NAMES 1\n")
        self.write("bench/wire/names_bench.cc", "void BM_NameHash();\n")
        self.write("resolver/io/epoll.cc", "int fd = epoll_create1(EPOLL_CLOEXEC);\n")
        self.assertEqual(self.named(
            "// wire/name.h, name.h, `wire/`, bench/wire/*.cc, bench/wire: BM_NameHash, BM_Name*; kNamesMax\n"
            "// NameView::Size, NameViews and Size() and label_count of /etc/gone.h and std::NotOurs.\n"
            "// WIRE_NAMES, EPOLL_CLOEXEC, RFC 2308, https://example.com/wire/gone.h; AND/OR, DNS, PowerDNS.\n"
            'F(/*gone_flag=*/true);\nconst char* text = "wire/gone.h kGone";\n'), [])

    def test_comments_name_what_is_gone(self):
        self.write("wire/name.h", "class NameView {\n  int Size() const;\n};\nint Elsewhere();\n")
        self.write("wire/other.h", "int NotTheirs();\n")
        for gone in ("wire/gone.h", "wire/gone", "gone.h", "BM_Gone", "BM_Gone*", "kGone", "WIRE_GONE", "GoneView",
                     "gone_count"):
            self.assertEqual(self.named(f"int a;\n// Like {gone}, which was here.\n"), [gone])
            self.assertEqual(self.named(f"/* Like\n {gone}. */\n"), [gone])
        self.assertEqual(self.named("// It is Gone, or `Lost` or Missing() or Wanted and NameView.\n"),
                         ["Gone", "Lost", "Missing", "Wanted"])
        self.assertEqual(self.named("// Thread: Vanish and NameView are of one.\n"), ["Vanish"])
        self.assertEqual(self.named("// NameView::Size and NameView::NotTheirs\n"), ["NotTheirs"])
        self.assertEqual(len(self.named("// THREATS: what is never done.\n")), 1)
        self.write("tests/lint/a.py", "WANTED = 'kGone'\n")
        self.assertEqual(self.named("// kGone stands in a lint only.\n"), ["kGone"])

    def test_documents_and_scripts_name_what_is_there(self):
        self.write("tests/CMakeLists.txt", "add_executable(wire_tests a.cc)  # and gone_tests\n")
        self.write("tests/run", "#!/usr/bin/env bash\n# As wire_tests and GoneTests do.\n")
        self.write("tests/a.py", '"""Like GoneAgain."""\nx = "kGone"\n')
        self.assertEqual(self.named("`wire_tests`, `tests/run --all`, `tests/gone`, `BM_Gone`\n", "README.md"),
                         ["tests/gone", "BM_Gone", "gone_tests", "GoneAgain", "GoneTests"])

    def test_prose_of_documents_is_short(self):
        long = "x" * 101 + "\n"
        self.finds("prose", "README.md", f"- a\n    {long}| {long}    {long}```\n{long}```\nb\n{long}", 2, 9)
        self.finds("prose", "ARCHITECTURE.md", "a\n" * 130)
        self.finds("prose", "ARCHITECTURE.md", "a\n" * 131, 1)
        self.finds("prose", "README.md", "a\n" * 200)
        self.finds("prose", "cache/README.md", "a\n" * 150)
        self.finds("prose", "cache/README.md", "a\n" * 151, 1)

    def test_prose_is_plain(self):
        self.finds("prose", "wire/a.cc",
                   "// Who asks?\n// Somebody who asks knows what else there is, or asks nobody else.\n"
                   "int of_use = x ? 1 : else_; // use of `be it`\n// One of uses. Else-where\n", 4)
        for bad in ("Who asks waits.", "Who\n// asks, waits.", "He waits: who asks does.", "It is told to who asks.",
                    "It is there; else not.", "It goes. Else it stays.", "One or else two.", "All, be it small.",
                    "All, be they small.", "It is of use.", "It is of no use."):
            self.finds("prose", "wire/a.cc", f"int a;\n// {bad}\n", 2)
        self.finds("prose", "README.md", "He waits. Who asks does.\n", 1)
        self.finds("prose", "tests/a.py", '"""It is of use."""\na = "of use"\n', 1)

    def test_prose_may_be_no_worse_than_it_was(self):
        self.write("wire/a.cc", "// Who asks waits.\n// It is of use.\n")
        self.write("tests/lint/prose_left", "wire/a.cc 2\n")
        self.assertEqual(self.lint("prose"), [])
        self.write("tests/lint/prose_left", "wire/a.cc 1\n")
        self.assertEqual(len(self.lint("prose")), 2)

    def test_prose_that_got_better_is_written_down(self):
        self.write("wire/a.cc", "// It is of use.\n")
        self.write("tests/lint/prose_left", "wire/a.cc 2\n")
        self.assertEqual(len(self.lint("prose")), 1)
        self.write("tests/lint/prose_left", "wire/a.cc 1\nwire/gone.cc 1\n")
        self.assertEqual(len(self.lint("prose")), 1)

    def test_exceptions_hold_and_stale_ones_are_found(self):
        self.write("wire/a.cc", "assert(x);\n")
        self.write("some", "asserts wire/a.cc bare: it is a test\n")
        self.assertEqual(self.lint("asserts", exceptions="some"), [])
        self.write("wire/a.cc", "")
        self.assertEqual(len(self.lint("asserts", exceptions="some")), 1)


if __name__ == "__main__":
    unittest.main()
