"""A headless Chromium, driven over the WebDriver protocol of its chromedriver (W3C WebDriver). Plain HTTP and JSON."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PROGRAMS = ("chromium", "chromedriver")
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# Nothing of it may look for the network, or for a sandbox that a container does not allow.
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
          "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
          "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
          "--hide-scrollbars", "--force-color-profile=srgb")

TAB, ENTER, SHIFT = "\ue004", "\ue007", "\ue008"


def is_installed():
    return all(shutil.which(program) for program in PROGRAMS)


class Browser:
    """One browser with a profile of its own. `close` ends it."""

    def __init__(self, port=9515):
        self._profile = tempfile.TemporaryDirectory(prefix="tern-chromium-")  # pylint: disable=consider-using-with
        self._driver = subprocess.Popen(  # pylint: disable=consider-using-with
            ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._address = f"http://127.0.0.1:{port}"
        self._session = None
        until = time.monotonic() + 20
        while not self._is_ready():
            if time.monotonic() > until:
                raise RuntimeError("chromedriver does not start")
            time.sleep(0.05)
        options = {"args": [*_FLAGS, f"--user-data-dir={self._profile.name}"], "binary": shutil.which("chromium")}
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self._session = f"/session/{made['sessionId']}"

    def _is_ready(self):
        try:
            return self._call("GET", "/status")["ready"]
        except OSError:
            return False

    def _call(self, method, path, body=None):
        request = urllib.request.Request(self._address + path, method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise RuntimeError(f"{path}: {value['error']}: {value['message'].splitlines()[0]}") from None

    def do(self, method, path, body=None):
        return self._call(method, self._session + path, body)

    def devtools(self, command, **parameters):
        return self.do("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def go(self, url):
        self.do("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What the script returns. It runs as a function in the page."""
        return self.do("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).innerText", selector)

    def wait(self, script, what, seconds=10):
        """Runs the script until it returns something that is true, and returns that."""
        until = time.monotonic() + seconds
        while True:
            value = self.run(script)
            if value:
                return value
            if time.monotonic() > until:
                raise AssertionError(f"waited for {what}")
            time.sleep(0.05)

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.do("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def type(self, text):
        self.press(*text)

    def size(self, width, height):
        """Of the page itself; a window has no such small sizes."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=width < 600)

    def prefer(self, **features):
        """Media features such as prefers_color_scheme="dark"."""
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def hasten(self, factor):
        """What pages do after a time comes so many times sooner, in pages that are opened from now on."""
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source=f"""
            const usual = window.setTimeout;
            window.setTimeout = (call, delay = 0, ...rest) => usual(call, delay / {factor}, ...rest);""")

    def screenshot(self, path, whole=False):
        taken = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    def console(self):
        """Messages since the last call: errors of scripts, refused content, requests that failed."""
        return [entry for entry in self.do("POST", "/se/log", {"type": "browser"})
                if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """The URLs that were asked for since the last call."""
        entries = self.do("POST", "/se/log", {"type": "performance"})
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def close(self):
        try:
            if self._session:
                self._call("DELETE", self._session)
        except (OSError, RuntimeError):
            pass
        self._driver.terminate()
        self._driver.wait(10)
        self._profile.cleanup()
