// Numbers and times as people read them. Pure functions.

const SIGNS = ["", "k", "M", "G", "T"];

// Three digits: 7.25, 84.1, 950, 12.3k.
export function number(value) {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) < 0.005) return "0";
  let sign = 0;
  let size = Math.abs(value);
  while (size >= 999.5 && sign < SIGNS.length - 1) {
    size /= 1000;
    ++sign;
  }
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : sign > 0 || size % 1 ? (size < 0.995 ? 2 : 1) : 0;
  return (value < 0 ? "−" : "") + size.toFixed(digits) + SIGNS[sign];
}

// A count, with its thousands apart.
export function count(value) {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en-GB") : "–";
}

export function percent(part) {
  if (!Number.isFinite(part)) return "–";
  const hundredths = part * 100;
  if (hundredths > 0 && hundredths < 0.1) return "< 0.1 %";
  const digits = hundredths >= 99.95 || hundredths === 0 ? 0 : hundredths >= 9.95 && hundredths < 99 ? 0 : 1;
  return hundredths.toFixed(digits) + " %";
}

export function bytes(value) {
  if (!Number.isFinite(value)) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  return value.toFixed(value < 9.95 && unit > 0 ? 1 : 0) + " " + units[unit];
}

// Two digits: 8.4 µs, 120 µs, 21 ms, 1.2 s.
export function micros(value) {
  if (!Number.isFinite(value)) return "–";
  const [size, unit] = value < 999.5 ? [value, "µs"] : value < 999500 ? [value / 1e3, "ms"] : [value / 1e6, "s"];
  return (size < 9.95 ? size.toFixed(size % 1 ? 1 : 0) : size.toFixed(0)) + " " + unit;
}

// 5 s, 12 min, 3 h, 4 d.
export function span(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 99.5) return Math.max(0, Math.round(seconds)) + " s";
  if (seconds < 5970) return Math.round(seconds / 60) + " min";
  if (seconds < 48 * 3600) return Math.round(seconds / 3600) + " h";
  return Math.round(seconds / 86400) + " d";
}
