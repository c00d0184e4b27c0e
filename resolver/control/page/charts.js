// Drawings, as SVG. What they show is also in words or numbers beside them, and in their labels.

import { micros, number } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";

export function element(name, attributes = {}, text = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  return made;
}

// The size of the drawing in pixels; null while it is not shown.
function sizeOf(svg) {
  const { width, height } = svg.getBoundingClientRect();
  if (width < 10 || height < 10) return null;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  return { width, height };
}

// 1, 2 or 5 times a power of ten: at least `most`, so that the scale seldom changes.
function ceiling(most) {
  const decade = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * decade).find((step) => step >= most * 1.02) ?? 10 * decade;
}

const point = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;

// Questions a second in layers: `layers` are keys of the points, the lowest first.
export function drawArea(svg, points, layers, seconds) {
  const size = sizeOf(svg);
  if (!size) return;
  const left = 0;
  const bottom = size.height - 20;
  const top = 18;
  const most = ceiling(Math.max(1, ...points.map((each) => layers.reduce((sum, key) => sum + each[key], 0))));
  const x = (age) => size.width - (Math.min(age, seconds) / seconds) * (size.width - left);
  const y = (value) => bottom - (value / most) * (bottom - top);
  const drawn = [];
  for (const part of [0, 0.5, 1]) {
    const at = Math.round(y(part * most)) + 0.5;
    drawn.push(element("line", { class: "grid", x1: left, x2: size.width, y1: at, y2: at }));
  }
  let floor = points.map(() => 0);
  for (const layer of layers) {
    const roof = points.map((each, i) => floor[i] + Math.max(0, each[layer]));
    if (points.length > 1) {
      const up = points.map((each, i) => point(x(each.age), y(roof[i])));
      const down = points.map((each, i) => point(x(each.age), y(floor[i]))).reverse();
      drawn.push(element("path", { class: `layer ${layer}`, d: `M${up.join("L")}L${down.join("L")}Z` }));
      // A line of what fails would hide that it is little.
      if (layer !== "failed") drawn.push(element("path", { class: `edge ${layer}`, d: `M${up.join("L")}` }));
    }
    floor = roof;
  }
  for (const part of [0.5, 1]) {
    drawn.push(element("text", { class: "scale", x: left + 2, y: y(part * most) - 4 }, number(part * most)));
  }
  const step = [15, 30, 60, 120].find((each) => seconds / each <= 5) ?? 120;
  for (let age = step; age <= seconds; age += step) {
    if (x(age) < 40) break;
    const words = age % 60 ? `−${age} s` : `−${age / 60} min`;
    drawn.push(element("text", { class: "scale", x: x(age), y: size.height - 5, "text-anchor": "middle" }, words));
  }
  drawn.push(element("text", { class: "scale", x: size.width - 2, y: size.height - 5, "text-anchor": "end" }, "now"));
  svg.replaceChildren(...drawn);
}

// One quiet line; points without a value are passed over.
export function drawSpark(svg, points, key, seconds, most = null) {
  const size = sizeOf(svg);
  if (!size) return;
  const known = points.filter((each) => Number.isFinite(each[key]));
  const roof = most ?? Math.max(...known.map((each) => each[key]), 1e-9) * 1.1;
  const x = (age) => size.width - (Math.min(age, seconds) / seconds) * size.width;
  const y = (value) => size.height - 2 - (value / roof) * (size.height - 4);
  const line = known.map((each) => point(x(each.age), y(each[key])));
  if (line.length < 2) {
    svg.replaceChildren();
    return;
  }
  const area = `M${point(x(known[0].age), size.height)}L${line.join("L")}L${point(x(known.at(-1).age), size.height)}Z`;
  svg.replaceChildren(element("path", { class: "under", d: area }), element("path", { class: "over", d: `M${line.join("L")}` }));
}

const DECADES = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7];  // microseconds

// Two histograms over one logarithmic axis of time: `above` it and `below` it. Each has its own height.
export function drawLatency(svg, above, below) {
  const size = sizeOf(svg);
  if (!size) return;
  const middle = Math.round(size.height / 2);
  const room = middle - 14;
  const first = Math.log10(0.5);
  const last = Math.log10(2e7);
  const x = (value) => ((Math.log10(value) - first) / (last - first)) * size.width;
  const drawn = [];
  for (const decade of DECADES) {
    const at = Math.round(x(decade)) + 0.5;
    drawn.push(element("line", { class: "grid", x1: at, x2: at, y1: 2, y2: middle - 10 }));
    drawn.push(element("line", { class: "grid", x1: at, x2: at, y1: middle + 10, y2: size.height - 2 }));
  }
  for (const [kind, { counts, bounds }, up] of [["cached", above, true], ["fresh", below, false]]) {
    const most = Math.max(...counts, 1);
    counts.forEach((some, i) => {
      if (some <= 0) return;
      const from = x(i === 0 ? bounds[0] / 2 : bounds[i - 1]);
      const to = x(i < bounds.length ? bounds[i] : bounds.at(-1) * 2);
      const height = Math.max(1.5, (some / most) * room);
      drawn.push(element("rect", {
        class: `bar ${kind}`, x: from + 1, width: Math.max(1, to - from - 2), rx: 1.5,
        y: up ? middle - 10 - height : middle + 10, height,
      }));
    });
  }
  for (const decade of DECADES) {
    if (size.width < 420 && Math.log10(decade) % 2 !== 0) continue;
    drawn.push(element("text", { class: "scale", x: x(decade), y: middle + 4, "text-anchor": "middle" }, micros(decade)));
  }
  svg.replaceChildren(...drawn);
}
