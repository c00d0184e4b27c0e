"""Mail from one school to another, with Debian's mail software; ternd is the sender's resolver."""

import email.message
import email.policy
import email.utils
import pathlib
import shutil
import smtplib
import statistics
import subprocess
import unittest

import mail_servers
import schools
from internet import Reply, WorldTest, wait_until, watch
from mail_servers import Dovecot, Exim, Postfix, Rspamd, messages
from schools import (BIG_MAILBOXES, BIG_NS, EXCHANGERS, FORGER, LISTED, NEIGHBOUR, SMALL_MAIL, SMALL_SCREEN,
                     SMALL_SUBMISSION, Schools)

EXIM = "/opt/tern-test/exim4-daemon-light/usr/sbin/exim4"  # where deploy/install-packages puts it
AAAA = 28
NOT_FELT_SECONDS = 0.2
LIST_MILLISECONDS = 1500  # mail.dnsbl[].timeout, and what a loaded machine adds
SCREEN_SECONDS = 3  # how long postscreen waits for the lists
ALICE, BOB = "alice@smallschool.edu", "bob@bigschool.edu"
NEEDED = {"postfix": "postfix", "/usr/lib/dovecot/imap": "dovecot-imapd", "/usr/lib/dovecot/pop3": "dovecot-pop3d",
          "/usr/lib/dovecot/lmtp": "dovecot-lmtpd", "rbldnsd": "rbldnsd", "curl": "curl", "nsd": "nsd",
          "knotd": "knot", "rspamd": "rspamd", "policyd-spf": "postfix-policyd-spf-python", EXIM: "exim4-daemon-light"}


def missing_packages():
    return sorted(package for program, package in NEEDED.items() if not shutil.which(program))


def postfix_may_run():
    """Postfix has users of its own, and a namespace made by a user who is not root has none but root."""
    return pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2] != "1"


class DeliveryTest(WorldTest):

    CONFIG = {"mail": {"dnsbl": [{"zone": "list.edu"}, {"zone": "closed.edu"}]}}

    @classmethod
    def setUpClass(cls):
        if missing := missing_packages():
            raise unittest.SkipTest(f"not installed: {', '.join(missing)} (deploy/packages, part ci)")
        if not postfix_may_run():
            raise unittest.SkipTest("Postfix needs its own users: run this as root")
        try:
            cls.internet = Schools()
        except schools.CannotRun as reason:
            raise unittest.SkipTest(str(reason)) from reason
        cls.addClassCleanup(cls.internet.close)
        cls.internet.lists()
        cls.dovecot = Dovecot(cls.internet, cls.internet.big, BIG_MAILBOXES)
        cls.big = cls._big_postfix()
        cls.small = cls._small_postfix()
        cls.rspamd = Rspamd(cls.internet, cls.internet.small, ("list.edu", "closed.edu"))

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
inet_interfaces = {SMALL_MAIL}, {SMALL_SUBMISSION}, {SMALL_SCREEN}
smtp_bind_address = {SMALL_MAIL}
virtual_mailbox_domains = smallschool.edu
virtual_mailbox_base = {mail}
virtual_mailbox_maps = inline:{{{ALICE}=alice/}}
virtual_uid_maps = static:{mail_servers.MAILBOX_USER}
virtual_gid_maps = static:{mail_servers.MAILBOX_USER}
postscreen_greet_wait = {SCREEN_SECONDS}s
postscreen_cache_map =
postscreen_dnsbl_action = enforce
postscreen_dnsbl_sites = list.edu=127.0.0.[2..11], closed.edu=127.0.0.[2..11]
""", f"""\
{SMALL_MAIL}:smtp inet n - n - - smtpd
    -o smtpd_recipient_restrictions=check_policy_service,unix:private/policyd-spf
{SMALL_SUBMISSION}:submission inet n - n - - smtpd
    -o mynetworks={NEIGHBOUR}
    -o smtpd_recipient_restrictions=reject_unknown_recipient_domain
{SMALL_SCREEN}:smtp inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
policyd-spf unix - n n - 0 spawn
    user=policyd-spf argv=/usr/bin/policyd-spf {mail_servers.spf_policy(cls.internet.folder)}
""")

    def setUp(self):
        super().setUp()
        wait_until(lambda: not self.big.queue(), "an empty queue: it may hold what another test sent")
        for mailbox in (self.dovecot.mailbox("bob"), self.alices_mailbox):
            shutil.rmtree(mailbox, ignore_errors=True)
        self.tern(wrapper=self.internet.small.inside)

    def message(self, recipient, text="See you at the science fair.\n"):
        message = email.message.EmailMessage(policy=email.policy.SMTPUTF8)
        message["From"], message["To"], message["Subject"] = ALICE, recipient, "Science fair"
        message["Date"] = email.utils.localtime()
        message["Message-ID"] = email.utils.make_msgid(domain="smallschool.edu")
        message.set_content(text, cte="8bit")
        return message

    def send(self, recipient):
        return self.small.submit(self.message(recipient))

    def curl(self, url):
        run = subprocess.run([*self.internet.small.inside, "curl", "--silent", "--show-error", "--max-time", "20",
                              "--user", f"bob:{Dovecot.PASSWORD}", url], capture_output=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    @staticmethod
    def offer(server, client, sender, recipient, port=25):
        """What `server` says to `client`, which has a message from the sender to the recipient."""
        with smtplib.SMTP(source_address=(client, 0), timeout=30) as session:
            session.connect(server, port)
            for say in (lambda: session.ehlo("host.elsewhere.edu"), lambda: session.mail(sender),
                        lambda: session.rcpt(recipient)):
                code, text = say()
                if code >= 400:
                    break
            return code, text.decode()

    def assert_sent(self, attempt, exchanger="mx1.bigschool.edu"):
        self.assertEqual(attempt.status, "sent", attempt)
        self.assertEqual(attempt.relay.partition("[")[0], exchanger, attempt)

    def assert_bounced(self, submission, code, words):
        """At the first attempt, and alice hears why."""
        attempt = submission.attempt()
        self.assertEqual((attempt.status, attempt.code), ("bounced", code), attempt)
        self.assertIn(words, attempt.reason)
        wait_until(lambda: messages(self.alices_mailbox), "a message for alice")
        self.assertIn(f"Status: {code}\n".encode(), messages(self.alices_mailbox)[0])

    # ------------------------------------------------------------------------ a message arrives

    def test_alices_message_reaches_bob_octet_for_octet_over_pop3_and_imap(self):
        message = self.message(BOB, "Grüße!\n.\n..two dots\nFrom the start of a line\n" + "long " * 150 + "\n")
        attachment = bytes(range(256)) * 40
        message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename="robot.bin")
        submission = self.small.submit(message)
        sent_lines = submission.octets.replace(b"\n", b"\r\n")
        self.assert_sent(submission.attempt())
        wait_until(lambda: messages(self.dovecot.mailbox("bob")), "a message for bob")
        fetched = self.curl("pop3://pop.bigschool.edu/1")
        self.assertEqual(fetched[-len(sent_lines):], sent_lines)
        self.assertEqual(self.curl("imap://imap.bigschool.edu/INBOX;MAILINDEX=1"), fetched)
        parts = list(email.message_from_bytes(fetched, policy=email.policy.default).iter_attachments())
        self.assertEqual([part.get_content() for part in parts], [attachment])

    def test_a_domain_without_exchangers_gets_its_mail_at_its_address(self):
        self.assert_sent(self.send("bob@justahost.edu").attempt(), "justahost.edu")

    def test_an_exchanger_whose_name_is_an_alias_gets_the_mail(self):
        attempt = self.send("bob@alias.edu").attempt()
        self.assertEqual(attempt.status, "sent", attempt)
        self.assertIn(EXCHANGERS["mx1.bigschool.edu"], attempt.relay)

    def test_all_exchangers_addresses_are_looked_up_behind_postfix_question_for_mx(self):
        """This Postfix never asks for AAAA, so that these questions are not its own."""
        with watch("small") as seen:
            self.send(BOB).delivered()
            wanted = {(f"{name}.", AAAA) for name in EXCHANGERS}
            wait_until(lambda: wanted <= {(query.name, query.type) for query in seen.queries(BIG_NS)},
                       "questions for AAAA")

    # ------------------------------------------------------------------------ which exchanger

    def test_postfix_tries_the_exchangers_in_order_of_preference(self):
        names, addresses = list(EXCHANGERS), list(EXCHANGERS.values())
        for failing in range(3):
            with self.subTest(failing=failing), self.internet.down(*addresses[:failing]):
                submission = self.send(BOB)
                self.assert_sent(submission.attempt(), names[failing])
                self.assertEqual(submission.failed_exchangers(), names[:failing])

    def test_exim_tries_the_exchangers_in_order_of_preference(self):
        names, addresses = list(EXCHANGERS), list(EXCHANGERS.values())
        for failing in range(3):
            with self.subTest(failing=failing), self.internet.down(*addresses[:failing]):
                exim = Exim(EXIM, self.internet.small, self.internet.folder / f"exim{failing}")
                exim.deliver(self.message(BOB))
                self.assertEqual(exim.exchangers(), names[:failing + 1], exim.log())
                self.assertRegex(exim.log(), rf"=> {BOB} .*H={names[failing]} ")

    # ------------------------------------------------------------------------ name servers fail

    def test_while_all_name_servers_are_silent_a_message_waits_and_then_arrives(self):
        with self.internet.silent(*BIG_NS):
            submission = self.send(BOB)
            attempt = submission.attempt(2)
            self.assertEqual((attempt.status, attempt.code), ("deferred", "4.4.3"), attempt)
            self.assertTrue(submission.is_queued())
        submission.delivered(seconds=60)
        self.assertNotIn("bounced", [each.status for each in submission.attempts()])
        self.assertEqual(messages(self.alices_mailbox), [])

    def assert_dead_name_server_is_not_felt(self, before):
        """Healthy and with one dead in turns, so that other load meets both alike."""
        seconds = {"healthy": [], "one dead": []}
        classes = iter(range(schools.CLASSES))
        for turn in range(4):
            for state, dead in (("healthy", ()), ("one dead", BIG_NS[turn % 2:][:1])):
                before()
                with self.internet.silent(*dead):
                    attempt = self.send(f"bob@class{next(classes):02}.bigschool.edu").delivered()
                seconds[state].append(attempt.seconds)
        healthy, one_dead = (statistics.median(each) for each in seconds.values())
        self.assertLess(one_dead, healthy + NOT_FELT_SECONDS, seconds)

    def test_a_name_server_that_dies_is_not_felt(self):
        """Each message goes to a domain that nobody has asked for; ternd knows the name servers."""
        self.send(BOB).delivered()
        self.assert_dead_name_server_is_not_felt(lambda: None)

    def test_a_dead_name_server_is_not_felt_by_a_resolver_that_has_just_started(self):
        self.assert_dead_name_server_is_not_felt(lambda: self.tern(wrapper=self.internet.small.inside))

    # ------------------------------------------------------------------------ no mail for this domain

    def test_a_domain_that_does_not_exist_bounces_at_once(self):
        self.assert_bounced(self.send("bob@nosuchschool.edu"), "5.4.4", "Host not found")

    def test_a_null_exchanger_bounces_at_once(self):
        self.assert_bounced(self.send("bob@nomail.edu"), "5.1.0", "does not accept mail (nullMX)")

    def test_a_null_exchanger_is_known_when_a_message_is_handed_in(self):
        code, text = self.offer(SMALL_SUBMISSION, NEIGHBOUR, ALICE, "bob@nomail.edu", port=587)
        self.assertEqual(code, 556, text)
        self.assertIn("5.1.10", text)

    # ------------------------------------------------------------------------ who may send

    def test_a_forged_sender_is_rejected_by_spf(self):
        code, text = self.offer(SMALL_MAIL, FORGER, BOB, ALICE)
        self.assertEqual(code, 550, text)
        self.assertIn("5.7.23", text)
        self.assertIn("SPF fail", text)

    def test_a_sender_whom_spf_lists_behind_an_include_is_accepted(self):
        self.assertEqual(self.offer(SMALL_MAIL, NEIGHBOUR, BOB, ALICE)[0], 250)

    def test_a_client_on_a_block_list_is_rejected(self):
        code, text = self.offer(SMALL_SCREEN, LISTED, BOB, ALICE)
        self.assertEqual(code, 550, text)
        self.assertIn("blocked using list.edu", text)

    def test_a_list_that_refuses_to_answer_blocks_nobody(self):
        seen = len(self.small.log())
        code, text = self.offer(SMALL_SCREEN, NEIGHBOUR, BOB, ALICE)
        self.assertEqual(code, 250, text)
        refused = f"addr {NEIGHBOUR} listed by domain closed.edu as 127.255.255.254"
        wait_until(lambda: refused in self.small.log()[seen:], refused)
        # The log says it once for what Postfix asked, and once for the check of the list.
        for told in ("refuses: the list does not answer", "fails its test: the list does not answer"):
            wait_until(lambda line=f"block list closed.edu. {told}": line in self.daemon.log(), told)
        self.assertNotIn("block list list.edu.", self.daemon.log())

    def test_a_list_that_is_silent_fails_soon_and_blocks_nobody(self):
        # The client is on the list, and only the silence lets it in. dig asks for an entry that
        # nobody else asks for: ternd's own test of the list may have the test entry in the cache.
        with self.internet.stopped("lists"):
            asked = subprocess.run([*self.internet.small.inside, "dig", "+tries=1", "+time=20",
                                    "77.66.18.198.list.edu", "A"],
                                   capture_output=True, text=True, timeout=60, check=False)
            reply = Reply(asked.stdout)
            self.assertEqual(reply.status, "SERVFAIL", reply.text)
            self.assertLess(reply.milliseconds, LIST_MILLISECONDS, reply.text)
            code, text = self.offer(SMALL_SCREEN, LISTED, BOB, ALICE)
        self.assertEqual(code, 250, text)

    def test_rspamd_tells_a_list_that_lists_from_one_that_refuses(self):
        self.assertEqual(self.rspamd.symbols(LISTED, self.message(ALICE)), {"LISTED_LIST.EDU", "REFUSED_CLOSED.EDU"})
        self.assertEqual(self.rspamd.symbols(NEIGHBOUR, self.message(ALICE)), {"REFUSED_CLOSED.EDU"})

    def test_to_rspamd_a_list_that_is_silent_lists_nobody(self):
        with self.internet.stopped("lists"):
            self.assertEqual(self.rspamd.symbols(LISTED, self.message(ALICE)),
                             {"ON_LIST.EDU_FAIL", "ON_CLOSED.EDU_FAIL"})
