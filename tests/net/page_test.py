"""The page as people see it: in Debian's Chromium, over a ternd that is asked things."""

import contextlib
import os
import pathlib
import random
import socket
import struct
import threading
import time
import unittest

import browser
from browser import ENTER, TAB
from internet import WorldTest, dig

ADDRESS = "http://127.0.0.1:9530/"
ARTIFACTS = pathlib.Path(os.environ.get("TERN_ARTIFACTS") or
                         pathlib.Path(__file__).resolve().parents[2] / "build/artifacts")
PAGE_OCTETS_MAX = 150 << 10
FIRST_PAINT_MS_MAX = 300
# What fails does so soon.
IMPATIENT = {"resolution": {"budget": {"total_timeout": "1s", "failure_timeout": "800ms", "client_timeout": "300ms"}}}
# What a page of another origin, a terminal or a careless page would act on.
HOSTILE = (b"<img src=x onerror=document.title='caught'>", b"<script>alert(1)</script>", b"\x1b]0;caught\x07\"'&amp;",
           b"\xff\xfe\xc0\x80\xe2\x80\xae", b"a" * 63)


def query(labels, kind=1):
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack("!6H", random.getrandbits(16), 0x100, 1, 0, 0, 0) + name + struct.pack("!2H", kind, 1)


@contextlib.contextmanager
def clients(questions, a_second=300):
    """Asks in the background, whatever comes back."""
    over = threading.Event()

    def ask():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("127.0.0.1", 53))
            asking.setblocking(False)
            while not over.wait(0.02):
                for _ in range(max(1, a_second // 50)):
                    with contextlib.suppress(OSError):
                        asking.send(query(*random.choice(questions)))
                with contextlib.suppress(OSError):
                    while asking.recv(4096):
                        pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def usual(share_of_failures=0.02):
    """What a household and its neighbours ask: a few names often, many seldom, some that fail."""
    often = [((b"shop", b"com"), 1)] * 40 + [((b"www", b"shop", b"com"), kind) for kind in (1, 28, 65)] * 8
    seldom = [((b"h%d" % (n % 10), b"d%02d" % (n % 20), b"com"), kind) for n in range(200) for kind in (1, 28, 15)]
    failing = [((b"n%d" % n, b"gone", b"com"), 1) for n in range(20)]
    return often * 10 + seldom + failing * int(1 + len(often) * 10 * share_of_failures / 20)


@unittest.skipUnless(browser.is_installed(), "chromium is not installed (deploy/packages, part ci)")
class PageTest(WorldTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.browser.hasten(8)  # it asks every quarter of a second

    def setUp(self):
        super().setUp()
        self.browser.go("about:blank")
        self.browser.console()
        self.browser.requests()
        self.browser.prefer(prefers_color_scheme="dark")
        self.browser.size(1600, 1000)

    def open(self, change=None):
        daemon = self.tern(change)
        dig("shop.com", "A")
        self.browser.go(ADDRESS)
        self.browser.wait("return document.body.dataset.state", "an answer")
        return daemon

    def state(self):
        return self.browser.run("return document.body.dataset.state"), self.browser.text("#state-word")

    def wait_for_state(self, state):
        self.browser.wait(f"return document.body.dataset.state === '{state}'", state, 12)

    def assert_quiet(self):
        """No error of a script, and nothing that the policy refused."""
        self.assertEqual(self.browser.console(), [])

    def width_needed(self):
        return self.browser.run("return document.documentElement.scrollWidth")

    # ---- what it is ----

    def test_it_is_small_and_quick_and_asks_nobody_else(self):
        self.open()
        self.browser.wait("return document.getElementById('rate').textContent !== '–'", "two answers")
        self.assertEqual(self.state(), ("ok", "All is well"))
        asked = [url for url in self.browser.requests() if url.startswith("http")]
        self.assertGreater(len(asked), 8)
        self.assertEqual([url for url in asked if not url.startswith(ADDRESS)], [])
        octets = self.browser.run(
            "return performance.getEntries().filter(e => e.encodedBodySize && !e.name.endsWith('glance'))"
            ".reduce((sum, e) => sum + e.encodedBodySize, 0)")
        self.assertTrue(20_000 < octets <= PAGE_OCTETS_MAX, octets)
        paints = []
        for _ in range(5):  # the machine is busy with other tests, so the quickest counts
            self.browser.go(ADDRESS)
            paints.append(self.browser.wait(
                "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime", "a paint"))
        self.assertLess(min(paints), FIRST_PAINT_MS_MAX)
        print(f"{octets} octets, first paint after {min(paints):.0f} ms")
        self.assert_quiet()
        # The policy holds where a script would break it.
        self.assertEqual(self.browser.run("""
            const broken = [];
            try { document.body.innerHTML += "<b>"; broken.push("innerHTML"); } catch {}
            try { document.createElement("script").textContent = "1"; broken.push("script"); } catch {}
            return broken;"""), [])
        self.browser.run("fetch('http://127.0.0.2:9530/live').catch(() => { document.title = 'refused'; })")
        self.browser.wait("return document.title === 'refused'", "the refusal")

    def test_numbers_move_while_clients_ask(self):
        """It leaves pictures for people, in build/artifacts."""
        self.open({**IMPATIENT, "forward": [{"zone": "corp.example.", "to": ["198.18.7.1:53"]}]})
        with clients(usual()):
            self.browser.wait("return parseFloat(document.getElementById('rate').textContent) > 100", "a rate")
            self.browser.wait("return document.querySelector('#area path') !== null", "a drawing")
            self.assertRegex(self.browser.text("#ratio"), r"^\d+(\.\d)? %$")
            self.assertRegex(self.browser.text("#hit-50"), r"^[\d.]+ [µm]s$")
            self.assertIn("shop.com.", self.browser.text("#top-names"))
            self.assertIn("AAAA", self.browser.text("#top-types"))
            self.assertIn("127.0.0.0/24", self.browser.text("#top-clients"))
            self.look_up("h2.half03.com")
            time.sleep(1)
            self.assert_quiet()
            for name, scheme, size in (("desktop-dark", "dark", (1600, 1000)), ("desktop-light", "light", (1600, 1000)),
                                       ("phone", "dark", (360, 780))):
                self.browser.prefer(prefers_color_scheme=scheme)
                self.browser.size(*size)
                self.browser.run("scrollTo(0, 0); dispatchEvent(new Event('resize'))")
                picture = ARTIFACTS / f"page-{name}.png"
                self.browser.screenshot(picture, whole=True)
                self.assertGreater(picture.stat().st_size, 20_000)

    def test_what_fails_is_shown_with_its_reason(self):
        self.open({**IMPATIENT, "forward": [{"zone": "corp.example.", "to": ["198.18.4.3:53"]}]})
        with clients([((b"n%d" % n, b"gone", b"com"), 1) for n in range(1000)], a_second=50):
            self.browser.wait("return !document.getElementById('flight-oldest').hidden", "a question in flight", 12)
            self.assertRegex(self.browser.text("#flight-oldest"), r"^[\d.]+ m?s: n\d+\.gone\.com\. A")
        dig("www.gone.com", "A")
        dig("www.gone.com", "A")
        self.browser.wait("return document.getElementById('failures').innerText.includes('www.gone.com.')", "the name")
        self.assertIn("gone.com.", self.browser.text("#top-failing"))
        self.assertRegex(self.browser.text("#failures"), "(?i)no reachable authority|network error")
        self.assertIn("forward corp.example. not asked yet", self.browser.text("#up-health"))
        self.assert_quiet()

    def test_hostile_names_are_text(self):
        self.open(IMPATIENT)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            for label in HOSTILE:
                for _ in range(3):
                    asking.sendto(query([label, b"shop", b"com"]), ("127.0.0.1", 53))
                    asking.sendto(query([label, b"a" * 63, b"b" * 63, b"gone", b"com"]), ("127.0.0.1", 53))
        self.browser.wait("return document.getElementById('top-names').innerText.includes('<script>')", "the names")
        text = self.browser.text("#top-names")
        for shown in (r"<img\032src=x\032onerror=document\.title='caught'>.shop.com.", r"\027]0", r"\255\254\192"):
            self.assertIn(shown, text)
        self.browser.wait("return document.getElementById('failures').innerText.includes('<script>')",
                          "the failures", 12)
        self.assertEqual(self.browser.run("return document.querySelectorAll('main img, main script').length"), 0)
        self.assertNotIn("caught", self.browser.run("return document.title"))
        self.browser.size(360, 780)
        self.assertLessEqual(self.width_needed(), 360)
        self.assert_quiet()

    # ---- who uses it ----

    def test_a_keyboard_reaches_everything(self):
        self.open()
        reached = []
        for _ in range(13):
            self.browser.press(TAB)
            reached.append(self.browser.run("""
                const at = document.activeElement;
                const style = getComputedStyle(at);
                return [at.id || at.className || at.textContent, style.outlineStyle];"""))
            if reached[-1][0] == "BODY" or reached.count(reached[-1]) > 1:
                break
        self.assertEqual([name for name, _ in reached[:7]],
                         ["skip", "theme", "scroll", "lookup-name", "lookup-type", "lookup-anew", "Look up"])
        self.assertEqual({outline for _, outline in reached[:7]}, {"solid"})
        self.browser.run("document.getElementById('lookup-name').focus()")
        self.browser.type("shop.com")
        self.browser.press(ENTER)
        self.browser.wait("return document.querySelector('#lookup-result .records')", "the answer")
        self.browser.run("document.getElementById('theme').focus()")
        self.browser.press(ENTER)
        self.assertEqual(self.browser.run("return document.documentElement.dataset.theme"), "dark")
        self.browser.run("localStorage.clear()")

    def contrasts(self):
        """The least contrast of texts with what is behind them (WCAG 2.1, 1.4.3)."""
        return self.browser.run("""
            const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
            const light = (c) => c.slice(0, 3).map(v => v / 255)
              .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
              .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const behind = (at) => {
              for (; at; at = at.parentElement) {
                const color = rgb(getComputedStyle(at).backgroundColor);
                if (color.length === 3 || color[3] === 1) return color;
              }
              return [255, 255, 255];
            };
            let least = 21;
            for (const at of document.querySelectorAll("h1, h2, dt, dd, b, td, th, label, button, li, p, text")) {
              if (!at.getClientRects().length) continue;
              const style = getComputedStyle(at);
              const [a, b] = [light(rgb(at.tagName === "text" ? style.fill : style.color)), light(behind(at))];
              least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
            }
            return least;""")

    def test_light_and_dark_and_a_phone(self):
        self.open()
        ground = "return getComputedStyle(document.body).backgroundColor"
        dark = self.browser.run(ground)
        self.assertGreaterEqual(self.contrasts(), 4.5)
        self.browser.prefer(prefers_color_scheme="light")
        light = self.browser.run(ground)
        self.assertNotEqual(dark, light)
        self.assertGreaterEqual(self.contrasts(), 4.5)
        self.browser.run("document.getElementById('theme').click()")
        self.assertEqual(self.browser.run(ground), dark)
        self.browser.go(ADDRESS)  # the choice is kept
        self.assertEqual(self.browser.run(ground), dark)
        self.browser.run("localStorage.clear()")
        for width in (360, 700, 1000, 1600):
            self.browser.size(width, 780)
            self.assertLessEqual(self.width_needed(), width)
        self.browser.prefer(prefers_reduced_motion="reduce")
        self.assertEqual(self.browser.run("return getComputedStyle(document.querySelector('main')).transitionDuration"),
                         "0s")

    # ---- what it does ----

    def look_up(self, name, kind="A"):
        self.browser.run("""
            document.getElementById('lookup-name').value = arguments[0];
            document.getElementById('lookup-type').value = arguments[1];
            document.querySelector('#lookup-form button').click();""", name, kind)
        self.browser.wait("return document.querySelector('#lookup-form button').disabled === false && "
                          "!document.querySelector('#lookup-result').innerText.startsWith('Looking')", "the result", 20)
        return self.browser.text("#lookup-result")

    def test_a_look_up_is_drawn_from_the_root_down(self):
        self.tern()
        self.browser.go(ADDRESS)
        result = self.look_up("h1.d03.com")
        self.assertIn("NOERROR", result)
        stations = self.browser.run("return [...document.querySelectorAll('.way h3')].map(h => h.firstChild.data)")
        self.assertEqual(stations[:3], ["root", "com.", "d03.com."])
        self.assertGreaterEqual(self.browser.run("return document.querySelectorAll('.way .lane i').length"), 3)
        self.assertRegex(self.browser.text(".way"), r"A, [\d.]+ [µm]s\n")
        self.assertIn("Cache", self.look_up("h1.d03.com"))
        self.browser.run("document.getElementById('lookup-anew').click()")
        self.assertNotIn("Cache", self.look_up("h1.d03.com"))
        self.assertIn("such record", self.look_up("h1.d03.com", "TXT"))
        self.assertIn("expected a record type", self.look_up("shop.com", "nonsense"))
        self.assertIn("no domain name", self.look_up("a..b"))
        time.sleep(1.1)  # look-ups have a rate
        self.assertIn("in-addr.arpa.", self.look_up("198.18.20.1"))
        self.assertEqual([entry for entry in self.browser.console() if "lookup" not in entry["message"]], [])

    def test_it_says_when_ternd_is_gone_and_goes_on_when_it_is_back(self):
        daemon = self.open()
        daemon.stop()
        self.wait_for_state("gone")
        self.assertIn("No answer from ternd since", self.state()[1])
        self.tern()
        dig("shop.com", "A")
        self.wait_for_state("ok")

    def test_it_rests_while_nobody_looks(self):
        self.open()
        hide = """Object.defineProperty(document, "hidden", {configurable: true, get: () => arguments[0]});
                  document.dispatchEvent(new Event("visibilitychange"));"""
        self.browser.run(hide.replace("arguments[0]", "true"))
        time.sleep(0.2)
        self.browser.requests()
        time.sleep(1)
        self.assertEqual(self.browser.requests(), [])
        self.browser.run(hide.replace("arguments[0]", "false"))
        time.sleep(0.2)
        self.assertEqual(set(self.browser.requests()), {ADDRESS + "glance"})

    def test_it_asks_for_the_token_and_keeps_it_for_the_tab(self):
        token = self.internet.folder / "token"
        token.write_text("a-word-that-nobody-guesses\n")
        self.open({"http": {"token_file": str(token)}})
        self.assertEqual(self.state(), ("locked", "A token is needed"))
        self.assertEqual(self.browser.run("return document.activeElement.id"), "token")
        for word, state in (("a-wrong-word", "locked"), ("a-word-that-nobody-guesses", "ok")):
            self.browser.type(word)
            self.browser.press(ENTER)
            self.wait_for_state(state)
            if state == "locked":
                self.browser.wait("return !document.getElementById('token-wrong').hidden", "a word of it")
        self.browser.go(ADDRESS)
        self.wait_for_state("ok")
        self.assertEqual(self.browser.text("#fact-version"), "0.1.0")
        self.browser.run("sessionStorage.clear()")
