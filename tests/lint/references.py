"""What a comment or a Markdown file names exists: files, benchmarks, constants, macros, functions, types.

A name exists when it is a path of the tree or a word of some source outside comments. Of `Type::name` the
file that declares the type must have both words. Whatever lies outside the tree stands in the list below.
"""

import fnmatch
import pathlib
import re

import comments
from tree import INPUTS, TOKEN, files, line_of

# Names of things outside this tree, after what they belong to.
_OUTSIDE = {
    word: whose
    for whose, words in {
        "the field": "EdDSA _bytes _seconds TsuKing YYYYMMDDHHmmSS MAX_MINIMISE_COUNT MINIMISE_ONE_LAB SplitMix64 GiB MiB KiB",
        "other programs": "AddressSanitizer AppArmor Benchmark Chromium Google GoogleTest Knot Kubernetes Meson NetworkPolicy "
                          "OpenMetrics Postfix V1Volume "
                          "JavaScript PowerDNS Prometheus Resolver ThreadSanitizer "
                          "Unbound WebDriver W3C INFRA_RTT dns_again_means_nonexist acl secondary stats_noreset reconfig flush_type "
                          "flush_zone flush_negative flush_bogus named.conf unbound.conf forward_add forward_remove "
                          "auth_zone_reload dump_cache dump_infra dump_requestlist dumpdb flush_infra freeze ping "
                          "ip_ratelimit_list load_cache log_reopen ratelimit_list rec_control recursing rpz_enable "
                          "set_option view_list_local_zones "
                          "list_forwards stub_add stub_remove list_stubs local_data local_data_remove list_local_data "
                          "insecure_add insecure_remove list_insecure get_option showconf "
                          "recursor.conf loglevel webserver setuid setgid addTA addNTA readTrustAnchorsFromFile "
                          "dnstapFrameStreamServer protobufServer rpzFile rpzPrimary zoneToCache addSortList "
                          "PromQL credentials_file",
        "the system": "CAP_NET_ADMIN Debian Linux PACKET_STATISTICS SKF_AD_PKTTYPE SOL_PACKET SO_ATTACH_FILTER TIME_WAIT "
                      "perf_event_attr resolv.conf rq_clock_skip_update",
        "libraries and build systems": "Abseil CMAKE_CXX_STANDARD EVP_MAC OpenSSL io_uring_enable_rings",
        "people and places": "Abbadi Agrawal Belady Bernstein Deckard El English Hilferty Latin Markdown Muller Zipf",
    }.items()
    for word in words.split()
}
# Documents that lie beside the repository: whoever reads the comment cannot open them.
_ELSEWHERE = re.compile(r"\b(?:THREATS|DESIGN|STYLE|REVIEW)\b")
# Labels that comments carry.
_LABELS = {"REQUIRES"}

_SUFFIX = r"\.(?:h|cc|py|md|rpl|ya?ml|txt|conf|service|json)"
_URL = re.compile(r"\b\w+://\S+")
_PATH = re.compile(
    r"(?<![\w./<~$@{}>-])(?:\./)?((?:\.?[\w*?-][\w.*?-]*/)+(?:[\w*?-][\w.*?-]*)?(?<!\.))(?![<{$])")
_FILE = re.compile(rf"(?<![\w./<*-])(\w[\w-]*{_SUFFIX})(?!\w|[/.-]\w)")
_NAMES = (
    re.compile(r"(?<![\w./$%<-])(?<!std::)(?<!absl::)(?<!YAML::)(BM_\w+\*?|k[A-Z]\w*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]\w*_\w+"
               rf"|[A-Z]+[a-z0-9]+(?:[A-Z]+[a-z0-9]*)+|[A-Za-z]\w+(?=\(\)))(?![\w*/]|{_SUFFIX}\b)"),
    # A capitalised word inside a sentence, or in one list with a name of ours.
    re.compile(r"(?<=[a-z,] )([A-Z][a-z]+)\b(?![\w./-]*\w)"),
    re.compile(r"\b([A-Z][a-z]+)(?=(?:, | and | or )[A-Z]+[a-z0-9]+[A-Z])"),
    re.compile(r"`([A-Za-z_]\w+)(?:\([^`\n]*\))?`"),
)
_MEMBER = re.compile(r"\b([A-Z]\w+)::(~?\w+)")
_TYPE = re.compile(r"\b(?:class|struct|enum(?:\s+class)?|union)\s+(?:\[\[\w+\]\]\s*)?(\w+)[^;{()]*\{")
_WORD = re.compile(r"[^\W\d]\w*")


class _Tree:
    def __init__(self, root):
        self.remarks = []  # (file, its comments, its other words)
        self.paths, self.words, self.members = set(), set(), {}
        for name, path in files(root):
            self.paths.update((name, *map(str, pathlib.PurePosixPath(name).parents)))
            if INPUTS in path.parts:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            remarks, rest = comments.divided(path, text)
            words = set(_WORD.findall(rest))
            self.remarks.append((name, remarks, words))
            # The lints' own words stand for what they look for, which need not be there.
            self.words |= words if not name.startswith("tests/lint/") else set()
            for declared in _TYPE.findall(TOKEN.sub(" ", rest)) if path.suffix in (".h", ".cc") else ():
                self.members.setdefault(declared, set()).update(words)
        self.tops = {name.split("/")[0] for name in self.paths if "/" in name}
        self.last_parts = {name.rpartition("/")[2] for name in self.paths}
        self.words.update(word for name in self.paths for word in _WORD.findall(name))

    def has_path(self, name, of):
        name = name.rstrip("/")
        if name in self.paths or f"{of.rpartition('/')[0]}/{name}" in self.paths:
            return True
        if "*" in name or "?" in name:
            return bool(fnmatch.filter(self.paths, name))
        return any(path.endswith("/" + name) for path in self.paths)

    def has_name(self, name, own_words):
        if name.endswith("*"):
            return any(word.startswith(name[:-1]) for word in self.words)
        one = name.removesuffix("s") if name[0].isupper() and not name.startswith("BM_") else name
        return any(word in self.words or word in own_words for word in (name, one))


def _missing(tree, of, text, own_words):
    """Yields (position, name, what) of what the text names and the tree does not have."""
    for match in _PATH.finditer(text):
        name = match.group(1)
        ours = name.split("/")[0] in tree.tops or re.search(_SUFFIX + "$", name)
        if ours and not tree.has_path(name, of):
            yield match.start(1), name, f"no file or folder {name}"
    for match in _FILE.finditer(text):
        if match.group(1) not in tree.last_parts:
            yield match.start(1), match.group(1), f"no file {match.group(1)}"
    for match in (match for pattern in _NAMES for match in pattern.finditer(text)):
        if not tree.has_name(match.group(1), own_words):
            yield match.start(1), match.group(1), f"nothing is called {match.group(1)}"
    for match in _MEMBER.finditer(text):
        owner, member = match.groups()
        if member not in tree.members.get(owner, (member,)):
            yield match.start(), match.group(0), f"{owner} has no {member}"
    for match in _ELSEWHERE.finditer(text):
        yield match.start(), match.group(0), f"{match.group(0)} is no document of this tree"


def find(root):
    tree = _Tree(root)
    for file, remarks, words in tree.remarks:
        text = _URL.sub(lambda match: " " * len(match.group(0)), remarks)
        for at, name, what in sorted(set(_missing(tree, file, text, words))):
            if name not in _OUTSIDE and name not in _LABELS:
                yield f"{file}:{line_of(text, at)}: {what}"
