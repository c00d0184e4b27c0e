// The look-up box: it has ternd resolve a name, and draws the way from the root to the answer with the
// times of its steps. All that it shows is somebody else's text, so it only becomes the text of nodes.

import { micros } from "./format.js";
import { node, reasonOf } from "./lists.js";
import { ask } from "./session.js";

const WAIT_MS = 20000;
const LEARNT_MAX = 160;

const nameOf = (zone) => (zone === "." ? "root" : zone);
const withoutPort = (server) => server.replace(/:53$/, "");
const typeOf = (question) => question?.split(" ").at(-1) ?? "";
const isAddress = (name) => /^[0-9.]+$|:/.test(name);
const cut = (text) => (text.length > LEARNT_MAX ? text.slice(0, LEARNT_MAX) + " …" : text);
// Without the signatures.
const learnt = (text) => cut(text.split("; ").filter((record) => !/ (RRSIG|NSEC3?) /.test(record)).join("; "));

function verdict(result) {
  const is_failure = result.status !== "NOERROR" && result.status !== "NXDOMAIN";
  const status = node("b", is_failure ? "bad" : "", result.status);
  const line = node("p", "verdict", status);
  if (result.secure) line.append(" · ", node("span", "good", "secure"));
  const empty = result.status === "NOERROR" && result.answer.length === 0;
  if (empty) line.append(" · no such record");
  line.append(` · ${micros(result.time_us)}`);
  return line;
}

function records(answer) {
  const table = node("table", "records");
  const body = table.createTBody();
  for (const record of answer) {
    body.append(node("tr", "", node("td", "", record.name), node("td", "", `${record.ttl} s`),
                     node("td", "", record.type), node("td", "", record.data)));
  }
  return table;
}

// The trace as stations of the way: {title, note, lines}. A line is {text, bad, from, to}; one with
// `from` is a query, whose time is drawn.
function stationsOf(trace, type) {
  const stations = [];
  const open = [];
  let here = null;
  const go = (key, title, note = "") => {
    if (here?.key !== key) stations.push((here = { key, title, note, lines: [], bad: false }));
    return here;
  };
  const say = (text, bad = false) => {
    (here ?? go("start", "ternd")).lines.push({ text, bad });
    here.bad ||= bad;
  };
  for (const step of trace) {
    const asked = typeOf(step.question);
    const of_trust = asked !== type && (asked === "DNSKEY" || (asked === "DS" && here?.key === "trust"));
    switch (step.kind) {
      case "query": {
        if (of_trust) go("trust", "Chain of trust");
        else go(`zone ${step.zone}`, nameOf(step.zone), "its servers were asked");
        const tcp = step.transport === "tcp" ? " over TCP" : "";
        const line = { text: `${withoutPort(step.server)}${tcp}: ${step.question}`, from: step.t_us, to: null };
        open.push({ server: step.server, question: step.question, line });
        here.lines.push(line);
        break;
      }
      case "reply":
      case "timeout": {
        const i = open.findLastIndex((each) => each.server === step.server && each.question === step.question);
        if (i < 0) break;
        const { line } = open.splice(i, 1)[0];
        line.to = step.t_us;
        const odd = step.kind === "timeout" ? "no reply in time" : step.outcome === "of use" ? "" : step.outcome;
        if (odd) line.text += `: ${odd}`;
        line.bad = Boolean(odd);
        break;
      }
      case "learn":
        if (here?.key !== "trust") say(`${step.outcome}: ${learnt(step.learnt ?? "")}`);
        break;
      case "cache":
        go(`cache ${step.question}`, "Cache", step.question);
        say(cut(step.outcome ?? ""));
        break;
      case "trust":
      case "validate":
        go("trust", "Chain of trust");
        say(`${step.question}: ${step.outcome}`, step.security === "bogus");
        break;
      case "restart":
        go(`restart ${step.question}`, step.question ?? "", step.outcome);
        break;
      case "start":
      case "done":
        break;
      default:
        if (step.zone) go(`zone ${step.zone}`, nameOf(step.zone), "its servers were asked");
        say([step.question, step.outcome].filter(Boolean).join(": "), step.kind === "retry");
    }
  }
  return stations;
}

function lane(line, end) {
  const place = node("span", "lane");
  const to = line.to ?? end;
  const bar = node("i");
  bar.style.left = `${(line.from / end) * 100}%`;
  bar.style.width = `${((to - line.from) / end) * 100}%`;
  place.setAttribute("aria-hidden", "true");
  place.append(bar);
  return place;
}

function wayOf(trace, type) {
  const end = Math.max(1, ...trace.map((step) => step.t_us ?? 0));
  const way = node("ol", "way");
  for (const station of stationsOf(trace, type)) {
    const heading = node("h3", "", station.title);
    if (station.note) heading.append(node("small", "", station.note));
    const lines = node("ul");
    for (const line of station.lines) {
      const words = node("span", "", line.text);
      const item = node("li", line.bad ? "bad" : "", words);
      if (line.from !== undefined) {
        words.append(", ", node("b", "", line.to === null ? "overtaken" : micros(line.to - line.from)));
        item.append(lane(line, end));
      }
      lines.append(item);
    }
    way.append(node("li", station.bad ? "bad" : "", heading, lines));
  }
  return way;
}

function show(place, result) {
  const parts = [verdict(result)];
  for (const error of result.extended_errors ?? []) {
    parts.push(node("p", "note", reasonOf(error)));
  }
  if (result.answer.length > 0) parts.push(records(result.answer));
  parts.push(wayOf(result.trace, result.type));
  place.replaceChildren(...parts);
}

export function connectLookup(form, place) {
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const name = form.elements.name.value.trim();
    const type = form.elements.type.value.trim() || "A";
    // An address has a type of its own.
    const question = new URLSearchParams(isAddress(name) && type === "A" ? { name } : { name, type });
    if (document.getElementById("lookup-anew").checked) question.set("from", "servers");
    button.disabled = true;
    place.replaceChildren(node("p", "verdict", `Looking ${name} ${type} up …`));
    try {
      show(place, await ask(`lookup?${question}`, WAIT_MS));
    } catch (error) {
      const text = error.name === "TimeoutError" ? "ternd has not answered in time" : error.message;
      place.replaceChildren(node("p", "verdict", node("span", "bad", text)));
    } finally {
      button.disabled = false;
    }
  });
}
