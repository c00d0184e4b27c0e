"""Mail software of Debian, run from folders of a test's own: Postfix and Dovecot.

Nothing of it touches the machine's own configuration, queues or mailboxes.
"""

import pathlib
import pwd
import re
import subprocess

from internet import Failed, wait_until

MAILBOX_USER = 5000  # owns the mailboxes; need not be in /etc/passwd

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
    """One line of Postfix's log about one recipient."""

    def __init__(self, line):
        found = re.search(r"to=<(\S+)>, .*?relay=(\S+?), .*?delay=([\d.]+), .*?dsn=([\d.]+), "
                          r"status=(\w+) \((.*)\)$", line)
        self.recipient, self.relay, seconds, self.code, self.status, self.reason = found.groups()
        self.seconds = float(seconds)

    def __str__(self):
        return f"{self.recipient} {self.status} {self.code} at {self.relay}: {self.reason}"


class Postfix:
    """One Postfix; `main` and `services` are added to its main.cf and master.cf."""

    def __init__(self, schools, host, name, main, services):
        self.host = host
        self.folder = schools.folder / name
        self.etc = self.folder / "etc"
        self.log_path = self.folder / "mail.log"
        for each in ("etc", "queue", "data"):
            (self.folder / each).mkdir(parents=True, exist_ok=True)
        user = pwd.getpwnam("postfix")
        (self.folder / "data").chmod(0o700)
        _own(self.folder / "data", user.pw_uid)
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
        made = self.run("postfix", "-c", str(self.etc), "check")
        if made.returncode != 0:
            raise Failed(f"postfix check of {name}: {made.stderr}")
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

    def submit(self, sender, recipient, message):
        """Hands in a message (octets, lines end with \\n) as a user of this host does."""
        run = self.run("sendmail", "-C", str(self.etc), "-i", "-f", sender, recipient, input=message)
        if run.returncode != 0:
            raise Failed(f"sendmail: {run.stderr.decode()}{self.log()}")

    def attempts(self, recipient):
        return [Attempt(line) for line in self.log().splitlines()
                if f"to=<{recipient}>," in line and " status=" in line]

    def attempt(self, recipient, number=1, seconds=30):
        """Waits for the attempt with this number to deliver to the recipient."""
        wait_until(lambda: len(self.attempts(recipient)) >= number,
                   f"attempt {number} for {recipient}\n{self.log()}", seconds)
        return self.attempts(recipient)[number - 1]

    def queued(self, recipient):
        """Whether a message to the recipient waits in the queue."""
        return recipient in self.run("postqueue", "-c", str(self.etc), "-j").stdout.decode()


def _own(path, user):
    subprocess.run(["chown", f"{user}:{user}", str(path)], check=True)


def mailboxes(folder, name):
    """A folder for mailboxes, in Maildir format."""
    path = folder / f"{name}-mail"
    path.mkdir()
    _own(path, MAILBOX_USER)
    return path


def messages(mailbox):
    """The messages in a Maildir, oldest first, as octets."""
    found = [path for part in ("new", "cur") for path in (mailbox / part).glob("*")]
    return [path.read_bytes() for path in sorted(found, key=lambda path: path.name)]


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
