"""How each resolver is configured and started: ternd, and the ones it is compared with (bench/load/run for speed,
tests/net/differential_test.py for answers).

All resolve from the root hints in `folder`, query any address and listen on `address`, UDP and TCP; all tell what
they know when recursion is not asked for. They validate from `anchor`, the RDATA of a DS record of the root; if it
is empty, they do not validate. Each builder writes its configuration and returns the command, which stays in the
foreground.
"""

import os
import shutil

ADDRESS, PORT = "127.0.0.1", "53"


def _program(folder, name):
    """A copy, for a profile of AppArmor, which would keep it from `folder`, goes by a program's path."""
    path = folder / "programs" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        shutil.copy(os.path.realpath(shutil.which(name)), path)
    return path


def tern(folder, programs, address=ADDRESS, workers=1, ipv6=False):
    path = folder / f"tern-{address}.yaml"
    path.write_text(f"""\
listen: ["{address}:{PORT}"]
workers: {workers}
cache: {{memory: 1GiB}}
resolution: {{root_hints: {folder}/root.hints, never_query: [], ipv6: {str(ipv6).lower()}}}
dnssec: {{validation: false}}
""")
    return [programs / "ternd", "--config", path]


def unbound(folder, _, address=ADDRESS, ipv6=False, anchor=""):
    modules = f'"validator iterator"\n  trust-anchor: ". DS {anchor}"' if anchor else '"iterator"'
    path = folder / "unbound.conf"
    path.write_text(f"""\
server:
  chroot: ""
  username: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  interface: {address}@{PORT}
  access-control: 127.0.0.0/8 allow_snoop
  num-threads: 1
  do-ip6: {"yes" if ipv6 else "no"}
  root-hints: "{folder}/root.hints"
  module-config: {modules}
  do-not-query-localhost: no
  minimal-responses: yes
  msg-cache-size: 256m
  rrset-cache-size: 512m
  outgoing-range: 8192
  num-queries-per-thread: 4096
  incoming-num-tcp: 1000
remote-control:
  control-enable: no
""")
    return [_program(folder, "unbound"), "-d", "-c", path]


def kresd(folder, _, address=ADDRESS, ipv6=False, anchor=""):
    trusted = f"trust_anchors.add('. 3600 IN DS {anchor}')" if anchor else ""
    run = folder / "kresd"
    shutil.rmtree(run, ignore_errors=True)  # its cache outlives the process
    run.mkdir()
    path = folder / "kresd.conf"
    path.write_text(f"""\
net.listen('{address}', {PORT}, {{ kind = 'dns' }})
net.ipv6 = {str(ipv6).lower()}
modules.load('hints > iterate')
hints.root({{ ['a.root.'] = '198.18.0.1', ['b.root.'] = '198.18.0.2' }})
trust_anchors.remove('.')
{trusted}
cache.size = 800 * MB
for _, name in ipairs({{'ta_signal_query', 'ta_sentinel', 'ta_update', 'priming', 'refuse_nord'}}) do
  modules.unload(name)
end
""")
    return ["kresd", "-n", "-c", path, run]


def named(folder, _, address=ADDRESS, ipv6=False, anchor=""):
    trusted = ""
    if anchor:
        tag, algorithm, kind, digest = anchor.split(None, 3)
        trusted = f'trust-anchors {{ . static-ds {tag} {algorithm} {kind} "{digest}"; }};'
    path = folder / "named.conf"
    path.write_text(f"""\
options {{
  directory "{folder}";
  pid-file none;
  listen-on port {PORT} {{ {address}; }};
  listen-on-v6 {{ none; }};
  recursion yes;
  dnssec-validation {"yes" if anchor else "no"};
  empty-zones-enable no;
  max-cache-size 1g;
  recursive-clients 10000;
  minimal-responses yes;
}};
controls {{ }};
{trusted}
zone "." {{ type hint; file "{folder}/root.hints"; }};
""")
    return [_program(folder, "named"), *([] if ipv6 else ["-4"]), "-f", "-n", "1", "-U", "1", "-c", path]


def pdns(folder, _, address=ADDRESS, ipv6=False, anchor=""):
    run = folder / "pdns"
    run.mkdir(exist_ok=True)
    (run / "anchors.lua").write_text(f'clearTA(".")\naddTA(".", "{anchor}")\n' if anchor else "")
    (run / "recursor.conf").write_text(f"""\
local-address={address}
local-port={PORT}
query-local-address={"0.0.0.0, ::" if ipv6 else "0.0.0.0"}
socket-dir={run}
threads=1
pdns-distributes-queries=no
hint-file={folder}/root.hints
dont-query=
dnssec={"validate" if anchor else "off"}
lua-config-file={run}/anchors.lua
daemon=no
disable-syslog=yes
max-mthreads=4096
max-cache-entries=2000000
max-packetcache-entries=1000000
""")
    return ["pdns_recursor", f"--config-dir={run}"]


# The others: (how to configure it, its program, its Debian package).
OTHERS = {"unbound": (unbound, "unbound", "unbound"), "kresd": (kresd, "kresd", "knot-resolver"),
          "named": (named, "named", "bind9"), "pdns": (pdns, "pdns_recursor", "pdns-recursor")}


def installed(peer):
    return shutil.which(OTHERS[peer][1]) is not None
