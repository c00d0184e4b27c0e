"""Mail from one school to another, with Debian's mail software; ternd is the sender's resolver."""

import email.message
import email.policy
import email.utils
import pathlib
import shutil
import subprocess
import unittest

import mail_servers
import schools
from internet import Failed, WorldTest, wait_until
from mail_servers import Dovecot, Postfix
from schools import BIG_MAILBOXES, EXCHANGERS, SMALL_MAIL, Schools

ALICE, BOB = "alice@smallschool.edu", "bob@bigschool.edu"
NEEDED = {"postfix": "postfix", "dovecot": "dovecot-imapd", "rbldnsd": "rbldnsd", "curl": "curl", "nsd": "nsd",
          "knotd": "knot", "policyd-spf": "postfix-policyd-spf-python"}


def missing_packages():
    return sorted(package for program, package in NEEDED.items() if not shutil.which(program))


def postfix_may_run():
    """Postfix has users of its own, and a namespace made by a user who is not root has none but root."""
    return pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2] != "1"


class DeliveryTest(WorldTest):

    @classmethod
    def setUpClass(cls):
        if missing := missing_packages():
            raise unittest.SkipTest(f"not installed: {', '.join(missing)} (deploy/packages, part ci)")
        if not postfix_may_run():
            raise unittest.SkipTest("Postfix needs its own users: run this as root")
        cls.internet = Schools()
        cls.addClassCleanup(cls.internet.close)
        cls.dovecot = Dovecot(cls.internet, cls.internet.big, BIG_MAILBOXES)
        cls.big = cls._big_postfix()
        cls.small = cls._small_postfix()

    @classmethod
    def _big_postfix(cls):
        return Postfix(cls.internet, cls.internet.big, "big-postfix", f"""\
myhostname = mail.bigschool.edu
inet_interfaces = {", ".join(EXCHANGERS.values())}
virtual_mailbox_domains = bigschool.edu, nomail.edu, justahost.edu, alias.edu,
    {", ".join(f"class{n:02}.bigschool.edu" for n in range(schools.CLASSES))}
virtual_transport = lmtp:unix:{cls.dovecot.lmtp}
""", "".join(f"{address}:smtp inet n - n - - smtpd -o myhostname={name}\n"
             for name, address in EXCHANGERS.items()))

    @classmethod
    def _small_postfix(cls):
        mail = mail_servers.mailboxes(cls.internet.folder, "small")
        cls.alices_mailbox = mail / "alice"
        return Postfix(cls.internet, cls.internet.small, "small-postfix", f"""\
myhostname = mail.smallschool.edu
inet_interfaces = {SMALL_MAIL}
virtual_mailbox_domains = smallschool.edu
virtual_mailbox_base = {mail}
virtual_mailbox_maps = inline:{{{ALICE}=alice/}}
virtual_uid_maps = static:{mail_servers.MAILBOX_USER}
virtual_gid_maps = static:{mail_servers.MAILBOX_USER}
""", f"{SMALL_MAIL}:smtp inet n - n - - smtpd\n")

    def setUp(self):
        super().setUp()
        for mailbox in (self.dovecot.mailbox("bob"), self.alices_mailbox):
            shutil.rmtree(mailbox, ignore_errors=True)
        self.tern(wrapper=self.internet.small.inside)

    def message(self, recipient, text="See you at the science fair.\n"):
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = ALICE, recipient, "Science fair"
        message["Date"], message["Message-ID"] = email.utils.localtime(), email.utils.make_msgid()
        message.set_content(text, cte="8bit")
        return message

    def send(self, recipient, message=None):
        """Alice hands in a message; returns its octets, with lines that end with \\n."""
        octets = (message or self.message(recipient)).as_bytes(policy=email.policy.SMTPUTF8.clone(linesep="\n"))
        self.small.submit(ALICE, recipient, octets)
        return octets

    def curl(self, url):
        run = subprocess.run([*self.internet.small.inside, "curl", "--silent", "--show-error", "--max-time", "20",
                              "--user", f"bob:{Dovecot.PASSWORD}", url], capture_output=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    # ------------------------------------------------------------------------ a message arrives

    def test_alices_message_reaches_bob_octet_for_octet_over_pop3_and_imap(self):
        message = self.message(BOB, "Grüße!\n.\n..two dots\nFrom the start of a line\n" + "long " * 150 + "\n")
        attachment = bytes(range(256)) * 40
        message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename="robot.bin")
        sent_lines = self.send(BOB, message).replace(b"\n", b"\r\n")
        attempt = self.small.attempt(BOB)
        self.assertEqual(attempt.status, "sent", attempt)
        fetched = self.curl("pop3://pop.bigschool.edu/1")
        self.assertEqual(fetched[-len(sent_lines):], sent_lines)
        self.assertEqual(self.curl("imap://imap.bigschool.edu/INBOX;MAILINDEX=1"), fetched)
        parts = list(email.message_from_bytes(fetched, policy=email.policy.default).iter_attachments())
        self.assertEqual([part.get_content() for part in parts], [attachment])
