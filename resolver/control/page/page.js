// The page: it asks ternd every two seconds while somebody looks, and shows what it is told.

import { drawArea, drawLatency, drawSpark } from "./charts.js";
import { bytes, count, micros, number, percent, span } from "./format.js";
import { History, percentile } from "./history.js";
import { clamped, node, reasonOf, showBars } from "./lists.js";
import { connectLookup } from "./lookup.js";
import { ask, connectToken, TokenNeeded } from "./session.js";
import { connectTheme } from "./theme.js";

const PAUSE_MS = 2000;
// The charts show as much as there is.
const SHOWN_SECONDS_LEAST = 60;
const SHOWN_SECONDS_MOST = 600;
const TOP = 10;
const SILENCE_MS = 5000;  // of a worker; it turns many times a second

const at = (id) => document.getElementById(id);
const history = new History();
let bounds = null;  // of the histograms
let timer = null;
let answered = null;  // when ternd answered last, as a Date

function show(id, text) {
  const place = at(id);
  if (place.textContent !== text) place.textContent = text;
}

// ---- the state in words ----

function showState(state, word, reasons = []) {
  if (document.body.dataset.state !== state) document.body.dataset.state = state;
  show("state-word", word);
  const list = at("reasons");
  list.hidden = reasons.length === 0;
  if (list.textContent !== reasons.join("")) list.replaceChildren(...reasons.map((reason) => node("li", "", reason)));
}

const WORDS = { ok: "All is well", degraded: "Needs a look", unready: "Not ready" };

function showHealth(health, silent) {
  const reasons = health.reasons.map((reason) => reason.text.charAt(0).toUpperCase() + reason.text.slice(1) + ".");
  for (const { worker, silent_ms } of silent) {
    if (silent_ms > SILENCE_MS) reasons.push(`Worker ${worker} has been busy for ${micros(silent_ms * 1000)}.`);
  }
  showState(health.status, WORDS[health.status] ?? health.status, reasons);
}

function showGone() {
  const since = answered ? ` since ${answered.toLocaleTimeString()}` : "";
  showState("gone", `No answer from ternd${since}`, ["It is asked again every few seconds. What is shown is old."]);
  document.title = "No answer · Tern";
}

// ---- the numbers ----

function showRates() {
  const recent = history.since(4);
  const minute = history.since(60);
  if (!recent || !minute) return;
  const rate = (key) => recent[key] / recent.seconds;
  const questions = rate("questions");
  show("rate", questions >= 100 && questions < 9999.5 ? count(questions) : number(questions));
  document.title = `${number(rate("questions"))}/s · Tern`;
  show("rate-cache", number(rate("cached")));
  show("rate-failed", number(rate("failed")));
  show("rate-fresh", number(Math.max(0, rate("answers") - rate("cached") - rate("failed"))));
  show("ratio", minute.answers > 0 ? percent(minute.cached / minute.answers) : "–");
  show("failed", count(minute.failed));
  show("wait", micros(percentile(minute.miss, bounds.miss, 0.5)));
  for (const [id, counts, of] of [["hit", minute.hit, bounds.hit], ["miss", minute.miss, bounds.miss]]) {
    for (const part of [50, 95, 99]) show(`${id}-${part}`, micros(percentile(counts, of, part / 100)));
  }
  const upstream = (key) => (minute.upstream > 0 ? percent(minute[key] / minute.upstream) : "–");
  show("up-rate", number(minute.upstream / minute.seconds));
  show("up-rtt", micros(percentile(minute.rtt, bounds.rtt, 0.5)));
  show("up-silent", upstream("silent"));
  show("up-hedged", upstream("hedged"));
  show("up-tcp", upstream("tcp"));
  show("up-odd", count(minute.odd));
  show("evictions", number(minute.evictions / minute.seconds));
  show("cpu", percent(minute.cpu / minute.seconds));
  drawLatency(at("latency"), { counts: minute.hit, bounds: bounds.hit }, { counts: minute.miss, bounds: bounds.miss });
  at("latency").setAttribute("aria-label", `Time to the answer in the last minute: median ${at("hit-50").textContent} ` +
    `from the cache, ${at("miss-50").textContent} for what was resolved`);
}

function showCharts() {
  const points = history.series((between, look) => {
    const a = (key) => between[key] / between.seconds;
    return {
      cached: a("cached"),
      failed: a("failed"),
      fresh: a("answers") - a("cached") - a("failed"),
      ratio: between.answers > 0 ? between.cached / between.answers : NaN,
      wait: percentile(between.miss, bounds.miss, 0.5),
      flight: look.flight,
    };
  });
  const seconds = Math.min(Math.max(points[0]?.age ?? 0, SHOWN_SECONDS_LEAST), SHOWN_SECONDS_MOST);
  const most = Math.max(0, ...points.map((each) => each.cached + each.fresh + each.failed));
  drawArea(at("area"), points, ["cached", "fresh", "failed"], seconds);
  at("area").setAttribute("aria-label", `Questions a second in the last ${span(seconds)}: now ${at("rate").textContent}, ` +
    `at most ${number(most)}`);
  drawSpark(at("ratio-spark"), points, "ratio", seconds, 1);
  drawSpark(at("failed-spark"), points, "failed", seconds);
  drawSpark(at("wait-spark"), points, "wait", seconds);
  drawSpark(at("flight-spark"), points, "flight", seconds);
}

const FAMILIES = { ok: ["", "in order"], broken: ["bad", "gets no answers"], unknown: ["idle", "not used"] };

function showUpstreamHealth(glance) {
  const items = [];
  for (const family of ["ipv4", "ipv6"]) {
    const name = family === "ipv4" ? "IPv4" : "IPv6";
    const [kind, word] = FAMILIES[glance.upstream[family]] ?? FAMILIES.unknown;
    items.push(node("li", kind, `${name} ${word}`));
  }
  for (const zone of glance.zones) {
    const word = zone.down ? "silent" : zone.answering > 0 ? `answers, ${micros(zone.fastest_us)}` : "not asked yet";
    const some = zone.silent > 0 && !zone.down ? `, ${zone.silent} silent` : "";
    items.push(node("li", zone.down ? "bad" : zone.answering > 0 ? "" : "idle", `${zone.kind} ${zone.zone} ${word}${some}`));
  }
  at("up-health").replaceChildren(...items);
}

function showCache(glance) {
  const part = glance.cache.bytes / glance.cache.bytes_max;
  show("entries", count(glance.cache.entries));
  show("memory-note", `${bytes(glance.cache.bytes)} of ${bytes(glance.cache.bytes_max)}`);
  at("gauge-fill").style.width = `${Math.min(100, part * 100).toFixed(1)}%`;
  at("gauge").setAttribute("aria-label", `${percent(part)} of the cache's memory is in use`);
  show("resident", bytes(glance.process.resident_bytes));
}

function showTop(glance) {
  const top = glance.top;
  const share = (list) => list.entries.slice(0, TOP).map((entry) => ({
    ...entry, text: `${percent(entry.count / Math.max(list.total, entry.count))}`,
  }));
  showBars(at("top-names"), share(top.names), "Nothing was asked.");
  showBars(at("top-types"), share(top.types), "Nothing was asked.");
  showBars(at("top-clients"), share(top.clients), top.names.total > 0 ? "They are not shown." : "Nobody asked.");
  showBars(at("top-failing"), top.failing.entries.slice(0, 6).map((entry) => ({
    ...entry, text: count(Math.ceil(entry.count)), note: reasonOf(entry.error),
  })), "None fails.");
}

// The oldest question, if somebody waits for it for longer than one likes to.
function showFlight(flight) {
  show("flight-note", `questions, for ${count(flight.clients)} clients`);
  const oldest = flight.oldest.find((question) => question.age_ms >= 500);
  const place = at("flight-oldest");
  place.hidden = !oldest;
  if (!oldest) return;
  const asked = oldest.steps.flatMap((step) => step.asked.map((query) => query.server));
  const whom = asked.length > 0 ? `, asks ${asked.join(", ")}` : "";
  show("flight-oldest", `${micros(oldest.age_ms * 1000)}: ${oldest.name} ${oldest.type}${whom}`);
  place.title = place.textContent;
}

function showFailures(failures) {
  at("failures-none").hidden = failures.length > 0;
  at("failures").hidden = failures.length === 0;
  at("failures").tBodies[0].replaceChildren(...failures.map((failure) => {
    const times = failure.times > 1 ? ` ×${count(failure.times)}` : "";
    const question = node("td", "", failure.name, node("span", "type", failure.type + times));
    return node("tr", "", node("td", "", span(failure.age_seconds)), question,
                node("td", "", clamped("clamped", reasonOf(failure.error, failure.rcode))));
  }));
}

function showAll(glance) {
  bounds = {
    hit: glance.hit_time.bounds_us,
    miss: glance.miss_time.bounds_us,
    rtt: glance.upstream.round_trips.bounds_us,
  };
  history.add(glance);
  showHealth(glance.health, glance.in_flight.silent_workers);
  show("fact-up", span(glance.unix - glance.started));
  show("fact-version", glance.version);
  show("fact-workers", count(glance.workers));
  show("fact-generation", `no. ${count(glance.generation)}`);
  show("flight", count(glance.in_flight.questions));
  showFlight(glance.in_flight);
  showRates();
  showCharts();
  showUpstreamHealth(glance);
  showCache(glance);
  showTop(glance);
  showFailures(glance.failures);
}

// ---- asking ----

async function look() {
  timer = null;
  try {
    const glance = await ask("glance", 5000);
    answered = new Date();
    showAll(glance);
  } catch (error) {
    if (error instanceof TokenNeeded) {
      showState("locked", "A token is needed");
      return;
    }
    showGone();
    console.info(error.message);
  }
  lookAgain();
}

function lookAgain() {
  if (timer === null && !document.hidden) timer = setTimeout(look, PAUSE_MS);
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  timer = null;
  if (document.hidden) history.keep();
  else look();
});
addEventListener("pagehide", () => history.keep());
addEventListener("resize", () => {
  if (bounds) {
    showRates();
    showCharts();
  }
});
connectTheme(at("theme"));
connectToken(at("token-form"), look);
connectLookup(at("lookup-form"), at("lookup-result"));
look();
