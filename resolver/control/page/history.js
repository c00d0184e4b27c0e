// What was looked at in the last ten minutes. ternd tells counters and its time; the rates are made
// here, from two looks. A tab keeps its looks when it is loaded anew.

const KEPT_SECONDS = 600;
const LOOKS_MAX = 400;
const PLACE = "tern-looks";

// The counters of one look.
function lookOf(glance) {
  const sum = (counts) => Object.values(counts).reduce((all, one) => all + one, 0);
  return {
    t: glance.seconds,
    questions: sum(glance.queries),
    answers: sum(glance.answers) - glance.answers.dropped,
    cached: glance.answers.cache,
    failed: glance.rcodes.SERVFAIL,
    upstream: glance.upstream.queries,
    silent: glance.upstream.timeouts,
    hedged: glance.upstream.hedges,
    tcp: glance.upstream.tcp,
    odd: glance.upstream.forgeries + glance.upstream.avoided,
    evictions: glance.cache.evictions,
    cpu: glance.process.cpu_seconds,
    flight: glance.in_flight.questions,
    hit: glance.hit_time.counts,
    miss: glance.miss_time.counts,
    rtt: glance.upstream.round_trips.counts,
  };
}

function difference(after, before) {
  const result = { seconds: after.t - before.t };
  for (const [key, value] of Object.entries(after)) {
    if (key === "t") continue;
    result[key] = Array.isArray(value) ? value.map((one, i) => one - before[key][i]) : value - before[key];
  }
  return result;
}

export class History {
  #looks = [];
  #started = null;

  constructor() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(PLACE));
      if (kept && Array.isArray(kept.looks)) {
        this.#looks = kept.looks;
        this.#started = kept.started;
      }
    } catch {
      // What was kept is of no use. The history begins now.
    }
  }

  keep() {
    try {
      sessionStorage.setItem(PLACE, JSON.stringify({ started: this.#started, looks: this.#looks }));
    } catch {
      // There is no room, so the next page begins anew.
    }
  }

  add(glance) {
    const look = lookOf(glance);
    const last = this.#looks.at(-1);
    const isOther = glance.started !== this.#started || (last && (look.t < last.t || look.questions < last.questions));
    if (isOther) this.#looks = [];
    this.#started = glance.started;
    if (last && !isOther && look.t - last.t < 0.2) return;
    this.#looks.push(look);
    while (this.#looks.length > LOOKS_MAX || look.t - this.#looks[0].t > KEPT_SECONDS) this.#looks.shift();
  }

  get now() {
    return this.#looks.at(-1)?.t ?? 0;
  }

  // What happened in the last `seconds`, or since the first look. Null before the second look.
  since(seconds) {
    const last = this.#looks.at(-1);
    if (this.#looks.length < 2) return null;
    const first = this.#looks.find((look) => look.t >= last.t - seconds - 0.5 && look !== last) ?? this.#looks.at(-2);
    return difference(last, first);
  }

  // One {age, ...} for each two looks that follow each other; `make` gets what happened between them.
  series(make) {
    const now = this.now;
    return this.#looks.slice(1).map((look, i) => ({
      age: now - look.t,
      ...make(difference(look, this.#looks[i]), look),
    }));
  }
}

// The value below which `part` of the counted times lie, in microseconds; NaN when there are none.
// Inside a bucket, times count as spread evenly over its logarithm.
export function percentile(counts, bounds, part) {
  const all = counts.reduce((sum, one) => sum + one, 0);
  if (all <= 0) return NaN;
  let left = part * all;
  for (let i = 0; i < counts.length; ++i) {
    if (left > counts[i] || counts[i] === 0) {
      left -= counts[i];
      continue;
    }
    if (i >= bounds.length) return bounds.at(-1);
    const low = i === 0 ? bounds[0] / 2 : bounds[i - 1];
    return low * (bounds[i] / low) ** (left / counts[i]);
  }
  return bounds.at(-1);
}
