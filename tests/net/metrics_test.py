"""What monitoring sees of ternd: metrics over HTTP, checked by Prometheus's own tools."""

import http.client
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

import zones
from internet import TERN, Program, WorldTest, dig, wait_until
from supervisor import next_state

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
RULES = DEPLOY / "prometheus/tern.rules.yml"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def get(path, headers=None, address=("127.0.0.1", 9530)):
    """The status and the text of a response."""
    connection = http.client.HTTPConnection(*address, timeout=5)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def samples(text):
    """The samples of an exposition, by name and labels as they are written."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


class MetricsTest(WorldTest):

    def metrics(self):
        status, text = get("/metrics")
        self.assertEqual(status, 200, text)
        return samples(text)

    def test_queries_are_counted_and_reading_resets_nothing(self):
        self.tern()
        self.answers(dig("shop.com", "A"), "A", "198.18.20.1")
        self.answers(dig("+tcp", "shop.com", "A"), "A", "198.18.20.1")
        for _ in range(2):
            seen = self.metrics()
            self.assertEqual(seen['tern_queries_total{transport="udp",family="ipv4"}'], 1)
            self.assertEqual(seen['tern_queries_total{transport="tcp",family="ipv4"}'], 1)
            self.assertEqual(seen["tern_cache_hits_total"], 1)
            self.assertGreaterEqual(seen['tern_upstream_queries_total{transport="udp"}'], 3)

    @unittest.skipUnless(shutil.which("promtool"), "Prometheus is not installed")
    def test_promtool_finds_nothing_to_complain_of(self):
        self.tern()
        dig("shop.com", "A")
        _, text = get("/metrics")
        check = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                               timeout=20, check=False)
        self.assertEqual((check.returncode, check.stdout, check.stderr), (0, "", ""))
        _, text = get("/metrics", {"Accept": OPEN_METRICS})
        self.assertTrue(text.endswith("\n# EOF\n"), text)

    def test_ready_comes_with_the_first_reply_of_a_server(self):
        self.tern()
        self.assertEqual(get("/live"), (200, "live\n"))
        self.assertEqual(get("/ready")[0], 503)
        dig("shop.com", "A")
        self.assertEqual(get("/ready"), (200, "ready\n"))

    def test_a_failed_reload_is_told_until_one_succeeds(self):
        daemon = self.tern()
        dig("shop.com", "A")
        good = daemon.path.read_text()
        for text, status, successful in (("listen: 7\n", "degraded", 0), (good, "ok", 1)):
            daemon.path.write_text(text)
            daemon.process.send_signal(signal.SIGHUP)
            # pylint: disable-next=cell-var-from-loop
            wait_until(lambda: json.loads(get("/health")[1])["status"] == status, status)
            self.assertEqual(self.metrics()["tern_config_last_reload_successful"], successful)
        self.assertEqual(self.metrics()["tern_config_generation"], 2)

    def health(self, *words):
        run = subprocess.run([TERN, "health", *words], capture_output=True, text=True, timeout=20, check=False)
        return run.returncode, run.stdout

    def test_tern_health_tells_by_its_exit_code(self):
        self.assertEqual(self.health()[0], 1)
        daemon = self.tern()
        code, text = self.health()
        self.assertEqual(code, 1, text)
        self.assertTrue(text.startswith("unready\n"), text)
        dig("shop.com", "A")
        self.assertEqual(self.health(), (0, "ok\n"))
        daemon.path.write_text("listen: 7\n")
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.health("--strict")[0] == 3, "degraded")
        self.assertEqual(self.health()[0], 0)
        self.assertEqual(json.loads(self.health("--json")[1])["reasons"][0]["code"], "reload_failed")

    def test_tern_health_brings_the_token(self):
        token = self.internet.folder / "token"
        token.write_text("a-word-that-nobody-guesses\n")
        self.tern({"http": {"token_file": str(token)}})
        dig("shop.com", "A")
        self.assertEqual(self.health()[0], 1)
        self.assertEqual(self.health("--token-file", str(token)), (0, "ok\n"))

    def test_the_watchdog_is_fed_while_the_service_is_watched(self):
        name = str(self.internet.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(name)
            manager.settimeout(5)
            daemon = self.tern(environment={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000"})
            self.assertEqual(next_state(manager), b"READY=1")
            for _ in range(3):
                self.assertEqual(next_state(manager), b"WATCHDOG=1")
            daemon.stop()

    def test_an_idle_daemon_that_nobody_watches_sleeps(self):
        daemon = self.tern()
        dig("shop.com", "A")
        get("/metrics")
        time.sleep(3)  # what follows the question ends
        before = daemon.cpu_seconds()
        time.sleep(3)
        self.assertLessEqual(daemon.cpu_seconds() - before, 0.01)

    def test_the_rules_and_the_dashboard_name_metrics_that_there_are(self):
        self.tern({"forward": [{"zone": "corp.example.", "to": [zones.FORWARDER]}]})
        dig("+norec", "nowhere.example", "A")
        there = set(re.findall(r"^# TYPE (\S+)", get("/metrics")[1], re.MULTILINE))
        for path in (RULES, DEPLOY / "grafana/tern.json"):
            named = set(re.findall(r"\b(?:tern|process)_[a-z_]+\b", path.read_text(encoding="utf-8")))
            named = {re.sub("_bucket$", "", name) for name in named}
            self.assertGreater(len(named), 5, path)
            self.assertLessEqual(named, there, path)
        json.loads((DEPLOY / "grafana/tern.json").read_text(encoding="utf-8"))

    @unittest.skipUnless(shutil.which("promtool"), "Prometheus is not installed")
    def test_promtool_takes_the_rules(self):
        for words in (["check", "rules", RULES], ["test", "rules", DEPLOY / "prometheus/tern.rules_test.yml"]):
            run = subprocess.run(["promtool", *words], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def prometheus(self):
        """A Prometheus that scrapes ternd every second, with our rules, which do not wait."""
        folder = self.internet.folder
        (folder / "hasty.yml").write_text(re.sub(r"for: \w+", "for: 0s", RULES.read_text(encoding="utf-8")))
        (folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "hasty.yml")],
            "scrape_configs": [{"job_name": "tern", "static_configs": [{"targets": ["127.0.0.1:9530"]}]}]}))
        program = Program(folder, "prometheus", [
            "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
            "--web.listen-address=127.0.0.1:9090"])
        self.addCleanup(program.stop)
        return program

    def asked(self, path):
        try:
            status, text = get(path, address=("127.0.0.1", 9090))
        except OSError:
            return None
        return json.loads(text)["data"] if status == 200 else None

    def alerts(self):
        data = self.asked("/api/v1/alerts") or {"alerts": []}
        return {a["labels"]["alertname"] for a in data["alerts"] if a["state"] == "firing"}

    @unittest.skipUnless(shutil.which("promtool"), "Prometheus is not installed")
    def test_prometheus_scrapes_and_made_faults_raise_their_alerts(self):
        daemon = self.tern({"forward": [{"zone": "corp.example.", "to": [zones.SILENT[0]]}]})
        prometheus = self.prometheus()
        wait_until(lambda: [t["health"] for t in (self.asked("/api/v1/targets") or {"activeTargets": []})
                            ["activeTargets"]] == ["up"], f"a scrape\n{prometheus.log()}", 60)
        dig("shop.com", "A")
        time.sleep(3)
        self.assertEqual(self.alerts(), set())
        good = daemon.path.read_text()
        daemon.path.write_text("listen: 7\n")
        daemon.process.send_signal(signal.SIGHUP)
        for number in range(6):
            dig(f"n{number}.corp.example", "A", timeout=2)
        wait_until(lambda: {"TernReloadFailed", "TernZoneDown"} <= self.alerts(), "both alerts", 60)
        daemon.path.write_text(good)
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "TernReloadFailed" not in self.alerts(), "the end of an alert", 30)
        daemon.stop()
        wait_until(lambda: "TernDown" in self.alerts(), "TernDown", 30)

    def test_a_host_of_the_configuration_is_answered(self):
        self.tern({"http": {"hosts": ["tern.example"]}})
        self.assertEqual(get("/metrics", {"Host": "Tern.example:9530"})[0], 200)
        self.assertEqual(get("/metrics", {"Host": "rebound.example:9530"})[0], 421)

    def test_a_token_is_needed_if_there_is_one(self):
        token = self.internet.folder / "token"
        token.write_text("a-word-that-nobody-guesses\n")
        self.tern({"http": {"token_file": str(token)}})
        self.assertEqual(get("/metrics")[0], 401)
        self.assertEqual(get("/metrics", {"Authorization": "Bearer a-word-that-nobody-guesses"})[0], 200)
        self.assertEqual(get("/live")[0], 200)

    def test_it_can_be_switched_off(self):
        self.tern({"http": {"listen": ""}})
        self.assertRaises(ConnectionRefusedError, get, "/live")
