"""Mail software of Debian, run from folders of a test's own: Postfix, Exim, Dovecot and rspamd.

Nothing of it touches the machine's own configuration, queues or mailboxes.
"""

import grp
import json
import os
import pathlib
import pwd
import re
import subprocess

from internet import Failed, wait_until

MAILBOX_USER = 5000  # owns the mailboxes; need not be in /etc/passwd
EXIM_USER = 5001  # in the host's own /etc/passwd, for Exim does not start without its user

_POSTFIX_SERVICES = """\
pickup    unix n - n 1 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 1 1 qmgr
tlsmgr    unix - - n - 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n - 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
virtual   unix - n n - - virtual
lmtp      unix - - n - - lmtp
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Attempt:
    """What Postfix's log says about one attempt to deliver a message."""

    LINE = re.compile(r"relay=(\S+?), .*?delay=([\d.]+), .*?dsn=([\d.]+), status=(\w+) \((.*)\)$")

    def __init__(self, line):
        self.relay, seconds, self.code, self.status, self.reason = self.LINE.search(line).groups()
        self.seconds = float(seconds)

    def __str__(self):
        return f"{self.status} {self.code} at {self.relay} after {self.seconds} s: {self.reason}"


class Submission:
    """A message that was handed in to a Postfix: `octets` as sent, lines end with \\n."""

    def __init__(self, postfix, message_id, octets):
        self.postfix, self.message_id, self.octets = postfix, message_id, octets

    def _lines(self):
        """The log from this message's arrival on, and its identifier in the queue."""
        found = re.search(rf"(\w+): message-id={re.escape(self.message_id)}$", self.postfix.log(), re.MULTILINE)
        return (self.postfix.log()[found.end():].splitlines(), found.group(1)) if found else ([], "")

    def attempts(self):
        lines, queued = self._lines()
        return [Attempt(line) for line in lines if f" {queued}: to=<" in line and " status=" in line]

    def attempt(self, number=1, seconds=30):
        """Waits for the attempt with this number."""
        wait_until(lambda: len(self.attempts()) >= number, f"attempt {number} to deliver", seconds)
        return self.attempts()[number - 1]

    def delivered(self, seconds=30):
        """Waits until an attempt succeeds."""
        wait_until(lambda: any(each.status == "sent" for each in self.attempts()), "a delivery", seconds)
        return next(each for each in self.attempts() if each.status == "sent")

    def failed_exchangers(self):
        """Those that Postfix could not connect to, in its order; no other message may be under way."""
        return re.findall(r"connect to (\S+)\[[\d.]+\]:25: ", "\n".join(self._lines()[0]))

    def is_queued(self):
        return self._lines()[1] in self.postfix.queue()


class Postfix:
    """One Postfix; `main` and `services` are added to its main.cf and master.cf."""

    def __init__(self, schools, host, name, main, services):
        self.host = host
        self.folder = schools.folder / name
        self.etc = self.folder / "etc"
        self.log_path = self.folder / "mail.log"
        self.etc.mkdir(parents=True)
        _postfix_folders(self.folder)
        (self.etc / "main.cf").write_text(f"""\
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
maillog_file = {self.log_path}
maillog_file_prefixes = {self.folder}
delay_logging_resolution_limit = 3
inet_protocols = ipv4
mydestination =
alias_maps =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
mynetworks_style = host
biff = no
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
{main}""")
        (self.etc / "master.cf").write_text(_POSTFIX_SERVICES + services)
        self.program = schools.program(name, ["/usr/lib/postfix/sbin/master", "-c", str(self.etc), "-d"], host)

        def started():
            if not self.program.alive():
                raise Failed(f"{name} ended:\n{self.program.log()}{self.log()}")
            return "daemon started" in self.log()
        wait_until(started, f"{name} to start\n{self.program.log()}")

    def run(self, *command, **more):
        return subprocess.run([*self.host.inside, *command], capture_output=True, check=False, timeout=60, **more)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def submit(self, message):
        """Hands in a message as a user of this host does."""
        octets = message.as_bytes(policy=message.policy.clone(linesep="\n"))
        run = self.run("sendmail", "-C", str(self.etc), "-i", "-f", message["From"], message["To"], input=octets)
        if run.returncode != 0:
            raise Failed(f"sendmail: {run.stderr.decode()}{self.log()}")
        return Submission(self, message["Message-ID"], octets)

    def queue(self):
        return self.run("postqueue", "-c", str(self.etc), "-j").stdout.decode()


def _own(path, user, group=None):
    os.chown(path, user, user if group is None else group)


def _postfix_folders(folder):
    """What `postfix check` makes, which takes seconds for it."""
    postfix, postdrop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
    queue = folder / "queue"
    for path, user, group, mode in (
            (queue, 0, 0, 0o755), (queue / "pid", 0, 0, 0o755),
            (queue / "maildrop", postfix, postdrop, 0o1730), (queue / "public", postfix, postdrop, 0o2710),
            *((path, postfix, 0, 0o700) for path in (folder / "data", *(queue / name for name in (
                "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
                "saved", "trace"))))):
        path.mkdir()
        _own(path, user, group)
        path.chmod(mode)


def mailboxes(folder, name):
    """A folder for mailboxes: each is a folder, and each message in it a file."""
    path = folder / f"{name}-mail"
    path.mkdir()
    _own(path, MAILBOX_USER)
    return path


def messages(mailbox):
    """The messages in a mailbox, oldest first, as octets."""
    found = [path for part in ("new", "cur") for path in (mailbox / part).glob("*")]
    return [path.read_bytes() for path in sorted(found, key=lambda path: path.name)]


def spf_policy(folder):
    """The configuration of policyd-spf, as Debian's, but quiet."""
    path = folder / "policyd-spf.conf"
    path.write_text("debugLevel = 0\nTestOnly = 1\nHELO_reject = Fail\nMail_From_reject = Fail\n"
                    "PermError_reject = False\nTempError_Defer = False\n")
    return path


class Dovecot:
    """Mailboxes over POP3 and IMAP; Postfix hands in over LMTP at `lmtp`. Everybody's password is the same."""

    PASSWORD = "secret"

    def __init__(self, schools, host, address):
        self.mail = mailboxes(schools.folder, host.name)
        run = schools.folder / "dovecot"
        self.lmtp = run / "lmtp"
        self.address = address
        conf = schools.folder / "dovecot.conf"
        conf.write_text(f"""\
base_dir = {run}
hostname = mail.bigschool.edu
state_dir = {run}
protocols = pop3 imap lmtp
listen = {address}
log_path = /dev/stderr
ssl = no
disable_plaintext_auth = no
auth_username_format = %n
mail_location = maildir:{self.mail}/%n
passdb {{
  driver = static
  args = password={self.PASSWORD}
}}
userdb {{
  driver = static
  args = uid={MAILBOX_USER} gid={MAILBOX_USER} home={self.mail}/%n allow_all_users=yes
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
""")
        self.program = schools.program("dovecot", ["dovecot", "-F", "-c", str(conf)], host)

        def listens():
            if not self.program.alive():
                raise Failed(f"dovecot ended:\n{self.program.log()}")
            return self.lmtp.exists()
        wait_until(listens, f"dovecot\n{self.program.log()}")

    def mailbox(self, user):
        return pathlib.Path(self.mail, user)


class Exim:
    """Exim, one process for each message, with a fresh queue."""

    CONFIGURATION = """\
primary_hostname = mail.smallschool.edu
exim_path = {program}
spool_directory = {folder}
log_file_path = {folder}/%slog
log_selector = +outgoing_port
exim_user = Debian-exim
exim_group = Debian-exim
disable_ipv6
keep_environment =
begin routers
away:
  driver = dnslookup
  transport = away
begin transports
away:
  driver = smtp
  connect_timeout = 20s
begin retry
* * F,1h,1s
"""

    def __init__(self, program, host, folder):
        self.command = [*host.inside, program]
        self.folder = folder
        folder.mkdir()
        _own(folder, EXIM_USER)
        self.conf = folder.with_suffix(".conf")
        self.conf.write_text(self.CONFIGURATION.format(folder=folder, program=program))

    def deliver(self, message):
        """Returns once an attempt was made."""
        run = subprocess.run([*self.command, "-C", str(self.conf), "-odf", "-i", "-f", message["From"], message["To"]],
                             input=message.as_bytes(), capture_output=True, check=False, timeout=60)
        if run.returncode != 0:
            raise Failed(f"exim: {run.stderr.decode()}")

    def log(self):
        path = self.folder / "mainlog"
        return path.read_text(errors="replace") if path.exists() else ""

    def exchangers(self):
        """Those that it connected to, in its order, the last of them with success when a line says so."""
        return re.findall(r"\bH=(\S+) \[", self.log())


class Rspamd:
    """rspamd that asks block lists and nobody else, with its own defaults for DNS.

    A symbol of a list ends with its name in capitals. It says that the client is listed or that the list refuses;
    a third one says that the question failed.
    """

    AT = "127.0.0.1:11333"

    def __init__(self, schools, host, lists):
        self.host = host
        folder = schools.folder / "rspamd"
        languages = folder / "languages"  # none, for to load Debian's takes seconds
        languages.mkdir(parents=True)
        suffixes = folder / "suffixes"
        suffixes.write_text("edu\n")
        rules = "".join(f"""
    "{each}" {{
      symbol = "ON_{each.upper()}"; rbl = "{each}"; checks = ["from"];
      returncodes {{ "LISTED_{each.upper()}" = "127.0.0.2"; "REFUSED_{each.upper()}" = "127.255.255.254"; }}
    }}""" for each in lists)
        conf = folder / "rspamd.conf"
        conf.write_text(f"""\
options {{
  tempdir = "{folder}"; hs_cache_dir = "{folder}"; url_tld = "{suffixes}"; filters = "";
  dns {{ nameserver = ["127.0.0.1:53:1"]; }}
}}
lang_detection {{ languages = "{languages}"; }}
logging {{ type = "console"; level = "info"; }}
worker "normal" {{ bind_socket = "{self.AT}"; count = 1; }}
modules {{ path = "/usr/share/rspamd/plugins/rbl.lua"; }}
rbl {{ rbls {{{rules}
}} }}
""")
        self.program = schools.program("rspamd", ["rspamd", "-f", "-i", "-c", str(conf)], host)

        def works():
            if not self.program.alive():
                raise Failed(f"rspamd ended:\n{self.program.log()}")
            return "starting normal process" in self.program.log()
        wait_until(works, "rspamd")

    def symbols(self, client, message):
        """What rspamd finds about a message that this client hands in."""
        run = subprocess.run([*self.host.inside, "rspamc", "-h", self.AT, "--json", "-i", client],
                             input=message.as_bytes(), capture_output=True, check=False, timeout=60)
        if run.returncode != 0:
            raise Failed(f"rspamc: {run.stderr.decode()}{self.program.log()}")
        return set(json.loads(run.stdout)["symbols"])
