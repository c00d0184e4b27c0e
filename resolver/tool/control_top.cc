#include "resolver/tool/control_top.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "resolver/tool/control_fields.h"
#include "resolver/tool/control_stuck.h"
#include "resolver/tool/figure_text.h"
#include "resolver/tool/glance_rates.h"
#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::tool {
namespace {

using Lines = std::vector<ScreenLine>;

constexpr size_t kLabelColumns = 11;
constexpr size_t kTimeColumns = 6;  // so that the two lines of times are a table
constexpr size_t kFigureColumns = 5;
constexpr std::string_view kBetween = "   ";
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
// Smaller screens leave reasons and questions out, so that the lists have room.
constexpr size_t kRowsForEachReason = 8;
constexpr size_t kRowsForEachQuestion = 12;
constexpr int64_t kSilentWorkerMs = 5000;  // a worker turns many times a second

ScreenLine Labelled(std::string_view label) {
  ScreenLine line(label, Tone::kStrong);
  line.PadTo(kLabelColumns);
  return line;
}

// `label value`, behind what the line has already.
void AddFigure(ScreenLine* line, std::string_view label, std::string_view value) {
  if (line->columns() > kLabelColumns) line->Add(kBetween);
  if (!label.empty()) line->Add(Concat(label, " "), Tone::kFaint);
  line->Add(value);
}

std::string Sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text + ".";
}

std::string SecondsText(double seconds) {
  const bool is_span = seconds >= 0 && seconds < 1e12;
  return is_span ? SpanText(static_cast<int64_t>(seconds * 1000)) : "-";
}

// ---- the state in words ----

void AddState(const ControlJson& now, const std::string& trouble, ScreenLine* line) {
  const std::string status = TextOf(FieldOf(now, "health"), "status");
  if (!trouble.empty()) {
    line->Add("No answer from ternd", Tone::kBad);
  } else if (status == "ok") {
    line->Add("All is well", Tone::kGood);
  } else if (status == "degraded") {
    line->Add("Needs a look", Tone::kWarning);
  } else if (status == "unready") {
    line->Add("Not ready", Tone::kBad);
  } else {
    line->Add(status.empty() ? "No state is told" : status, Tone::kWarning);
  }
}

ScreenLine TitleLine(const ControlJson& now, const std::string& trouble) {
  ScreenLine line(Concat("Tern ", TextOf(now, "version")), Tone::kStrong);
  line.Add(kBetween);
  AddState(now, trouble, &line);
  AddFigure(&line, "up for", SecondsText(RealOf(now, "unix") - RealOf(now, "started")));
  AddFigure(&line, "workers", WholeText(RealOf(now, "workers")));
  AddFigure(&line, "configuration no.", WholeText(RealOf(now, "generation")));
  return line;
}

Lines ReasonLines(const ControlJson& now, const std::string& trouble, size_t rows) {
  std::vector<std::string> reasons;
  if (!trouble.empty()) reasons.push_back(HarmlessText(trouble));
  for (const ControlJson& reason : ListOf(FieldOf(now, "health"), "reasons")) {
    reasons.push_back(Sentence(TextOf(reason, "text")));
  }
  for (const ControlJson& worker : ListOf(FieldOf(now, "in_flight"), "silent_workers")) {
    const int64_t silent_ms = NumberOf(worker, "silent_ms");
    if (silent_ms <= kSilentWorkerMs) continue;
    reasons.push_back(Concat("Worker ", NumberOf(worker, "worker"), " has been busy for ",
                             SpanText(silent_ms), "."));
  }
  const size_t told = std::min(reasons.size(), std::max<size_t>(1, rows / kRowsForEachReason));
  Lines lines;
  for (size_t i = 0; i < told; ++i) {
    const size_t more = i + 1 == told ? reasons.size() - told : 0;
    lines.emplace_back("  ");
    if (more > 0) lines.back().Add(Concat("(and ", more, " more) "), Tone::kFaint);
    lines.back().Add(reasons[i], Tone::kWarning);
  }
  return lines;
}

// ---- the numbers ----

ScreenLine QuestionsLine(const GlanceRates& rates) {
  const double others = rates.answers - rates.cached - rates.failed;
  ScreenLine line = Labelled("Questions");
  AddFigure(&line, "", RateText(rates.questions / rates.seconds) + "/s");
  AddFigure(&line, "from cache", RateText(rates.cached / rates.seconds));
  AddFigure(&line, "resolved", RateText(others < 0 ? 0 : others / rates.seconds));
  AddFigure(&line, "failed", RateText(rates.failed / rates.seconds));
  AddFigure(&line, "hit ratio", PercentText(rates.cached / rates.answers));
  return line;
}

ScreenLine TimesLine(std::string_view label, const TimesBetween& times) {
  ScreenLine line = Labelled(label);
  constexpr std::array<std::pair<std::string_view, double>, 3> kParts = {
      {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}}};
  for (const auto& [name, part] : kParts) {
    std::string time = MicrosText(Percentile(times, part));
    time.resize(std::max(time.size(), kTimeColumns), ' ');
    AddFigure(&line, name, time);
  }
  return line;
}

ScreenLine UpstreamLine(const GlanceRates& rates, const TimesBetween& round_trips) {
  ScreenLine line = Labelled("Upstream");
  AddFigure(&line, "", RateText(rates.upstream / rates.seconds) + "/s");
  AddFigure(&line, "median", MicrosText(Percentile(round_trips, 0.5)));
  AddFigure(&line, "silent", PercentText(rates.silent / rates.upstream));
  AddFigure(&line, "hedged", PercentText(rates.hedged / rates.upstream));
  AddFigure(&line, "TCP", PercentText(rates.tcp / rates.upstream));
  return line;
}

void AddFamily(const ControlJson& upstream, std::string_view key, std::string_view name,
               ScreenLine* line) {
  const std::string state = TextOf(upstream, key);
  AddFigure(line, name, "");
  if (state == "broken") {
    line->Add("gets no answers", Tone::kBad);
  } else {
    line->Add(state == "ok" ? "in order" : "not used");
  }
}

ScreenLine NetworkLine(const ControlJson& now) {
  ScreenLine line = Labelled("Network");
  AddFamily(FieldOf(now, "upstream"), "ipv4", "IPv4", &line);
  AddFamily(FieldOf(now, "upstream"), "ipv6", "IPv6", &line);
  return line;
}

// The forward and stub zones whose servers are all silent; no line when there are none.
Lines ZoneLines(const ControlJson& now) {
  std::string down;
  for (const ControlJson& zone : ListOf(now, "zones")) {
    if (!FlagOf(zone, "down")) continue;
    down += Concat(down.empty() ? "" : ", ", TextOf(zone, "kind"), " ", TextOf(zone, "zone"));
  }
  if (down.empty()) return {};
  return {Labelled("Zones down").Add(down, Tone::kBad)};
}

ScreenLine CacheLine(const ControlJson& now, const GlanceRates& rates) {
  const ControlJson& cache = FieldOf(now, "cache");
  const double octets = RealOf(cache, "bytes");
  const double octets_max = RealOf(cache, "bytes_max");
  ScreenLine line = Labelled("Cache");
  AddFigure(&line, "",
            Concat(SizeText(octets), " of ", SizeText(octets_max), " (",
                   PercentText(octets / octets_max), ")"));
  AddFigure(&line, "entries", WholeText(RealOf(cache, "entries")));
  AddFigure(&line, "made way", RateText(rates.evictions / rates.seconds) + "/s");
  return line;
}

ScreenLine ProcessLine(const ControlJson& now, const GlanceRates& rates) {
  ScreenLine line = Labelled("Process");
  AddFigure(&line, "cpu", PercentText(rates.cpu_seconds / rates.seconds));
  AddFigure(&line, "memory", SizeText(RealOf(FieldOf(now, "process"), "resident_bytes")));
  return line;
}

Lines InFlightLines(const ControlJson& now, size_t rows) {
  const ControlJson& flight = FieldOf(now, "in_flight");
  Lines lines = {Labelled("In flight")};
  AddFigure(&lines[0], "questions", WholeText(RealOf(flight, "questions")));
  AddFigure(&lines[0], "clients", WholeText(RealOf(flight, "clients")));
  for (const ControlJson& question : ListOf(flight, "oldest")) {
    if (lines.size() > rows / kRowsForEachQuestion) break;
    ScreenLine line(Concat("  ", SpanText(NumberOf(question, "age_ms"))));
    line.PadTo(kLabelColumns)
        .Add(Concat(TextOf(question, "name"), " ", TextOf(question, "type"), " for ",
                    CountText(NumberOf(question, "clients"), "client", "clients")));
    const ControlJson& steps = ListOf(question, "steps");
    if (!steps.empty()) line.Add(Concat("; ", StepText(steps.back())), Tone::kFaint);
    lines.push_back(std::move(line));
  }
  return lines;
}

GlanceRates UnknownRates() {
  return {.seconds = 1,
          .questions = kUnknown,
          .answers = kUnknown,
          .cached = kUnknown,
          .failed = kUnknown,
          .upstream = kUnknown,
          .silent = kUnknown,
          .hedged = kUnknown,
          .tcp = kUnknown,
          .evictions = kUnknown,
          .cpu_seconds = kUnknown};
}

Lines HeadLines(const ControlJson& before, const ControlJson& now, ScreenSize size,
                const std::string& trouble) {
  const auto known = RatesBetween(before, now);
  const GlanceRates rates = known.value_or(UnknownRates());
  const auto times = [&](const ControlJson& of_before, const ControlJson& of_now) {
    return known ? TimesOf(of_before, of_now) : TimesBetween();
  };
  Lines lines = {TitleLine(now, trouble)};
  for (ScreenLine& line : ReasonLines(now, trouble, size.rows)) lines.push_back(std::move(line));
  lines.push_back(QuestionsLine(rates));
  lines.push_back(
      TimesLine("  cached", times(FieldOf(before, "hit_time"), FieldOf(now, "hit_time"))));
  lines.push_back(
      TimesLine("  resolved", times(FieldOf(before, "miss_time"), FieldOf(now, "miss_time"))));
  lines.push_back(UpstreamLine(rates, times(FieldOf(FieldOf(before, "upstream"), "round_trips"),
                                            FieldOf(FieldOf(now, "upstream"), "round_trips"))));
  lines.push_back(NetworkLine(now));
  for (ScreenLine& line : ZoneLines(now)) lines.push_back(std::move(line));
  lines.push_back(CacheLine(now, rates));
  lines.push_back(ProcessLine(now, rates));
  for (ScreenLine& line : InFlightLines(now, size.rows)) lines.push_back(std::move(line));
  return lines;
}

// ---- the lists ----

// What comes most often, with a head. `part` of the columns is its own where all stand side by
// side.
struct TopColumn {
  std::string_view head;
  std::string_view key;
  std::string_view none;
  size_t part;
};

constexpr std::array<TopColumn, 4> kTopColumns = {{{"Names", "names", "none asked", 36},
                                                   {"Clients", "clients", "none shown", 24},
                                                   {"Types", "types", "none asked", 15},
                                                   {"Failing zones", "failing", "none fails", 25}}};
constexpr size_t kColumnsForAll = 60;  // a narrower screen has the names only

Lines ColumnLines(const ControlJson& top, const TopColumn& column) {
  const ControlJson& list = FieldOf(top, column.key);
  Lines lines = {ScreenLine(column.head, Tone::kStrong)};
  for (const ControlJson& entry : ListOf(list, "entries")) {
    const double count = RealOf(entry, "count");
    // Of failures one wants the number.
    std::string figure = column.key == "failing"
                             ? WholeText(std::ceil(count))
                             : PercentText(count / std::fmax(RealOf(list, "total"), count));
    figure.erase(std::remove(figure.begin(), figure.end(), ' '), figure.end());
    const std::string blanks(kFigureColumns - std::min(figure.size(), kFigureColumns), ' ');
    lines.emplace_back(Concat(blanks, figure, " ", TextOf(entry, "what")));
  }
  if (lines.size() == 1) lines.emplace_back(column.none, Tone::kFaint);
  return lines;
}

Lines ListLines(const ControlJson& now, size_t columns) {
  const ControlJson& top = FieldOf(now, "top");
  if (columns < kColumnsForAll) return ColumnLines(top, kTopColumns[0]);
  Lines lines;
  size_t begin = 0;
  size_t parts = 0;
  for (const TopColumn& column : kTopColumns) {
    parts += column.part;
    const size_t end = columns * parts / 100;
    Lines own = ColumnLines(top, column);
    if (own.size() > lines.size()) lines.resize(own.size());
    for (size_t i = 0; i < own.size(); ++i) {
      lines[i].PadTo(begin).Add(own[i].CutTo(end - begin - (end < columns ? 1 : 0)));
    }
    begin = end;
  }
  return lines;
}

std::string ReasonOf(const ControlJson& failure) {
  const ControlJson& error = FieldOf(failure, "error");
  if (!error.is_object()) return TextOf(failure, "rcode");
  const std::string text = TextOf(error, "text");
  return Concat(TextOf(error, "name"), text.empty() ? "" : ": ", text);
}

Lines FailureLines(const ControlJson& now, size_t columns) {
  Lines lines = {ScreenLine("Recent failures", Tone::kStrong)};
  size_t end = 0;  // of the longest question
  for (const ControlJson& failure : ListOf(now, "failures")) {
    const int64_t times = NumberOf(failure, "times");
    ScreenLine line(Concat("  ", SecondsText(RealOf(failure, "age_seconds"))));
    line.PadTo(kLabelColumns)
        .Add(Concat(TextOf(failure, "name"), " ", TextOf(failure, "type"),
                    times > 1 ? Concat(" x", times) : ""));
    lines.push_back(line.CutTo(columns / 2));
    end = std::max(end, line.columns());
  }
  size_t place = 1;
  for (const ControlJson& failure : ListOf(now, "failures")) {
    lines[place++].PadTo(end).Add(kBetween).Add(ReasonOf(failure), Tone::kFaint);
  }
  if (lines.size() == 1) lines[0].Add(": none that ternd remembers");
  return lines;
}

// Adds a blank line and the first of `more`, `rows` in all.
void AddBlock(Lines more, size_t rows, Lines* lines) {
  if (rows < 3) return;  // a head alone says nothing
  lines->emplace_back();
  more.resize(std::min(more.size(), rows - 1));
  for (ScreenLine& line : more) lines->push_back(std::move(line));
}

}  // namespace

std::vector<ScreenLine> TopScreen(const ControlJson& before, const ControlJson& now,
                                  ScreenSize size, const std::string& trouble) {
  Lines lines = HeadLines(before, now, size, trouble);
  Lines lists = ListLines(now, size.columns);
  Lines failures = FailureLines(now, size.columns);
  if (lines.size() < size.rows) {
    // The lists get what the failures leave, and three of five rows when there is too little.
    const size_t left = size.rows - lines.size();
    const size_t of_failures = failures.size() + 1;
    const size_t of_lists = std::max(left - std::min(left, of_failures), left * 3 / 5);
    AddBlock(std::move(lists), of_lists, &lines);
    AddBlock(std::move(failures), size.rows - std::min(size.rows, lines.size()), &lines);
  }
  if (lines.size() > size.rows) lines.resize(size.rows);
  for (ScreenLine& line : lines) line.CutTo(size.columns);
  return lines;
}

}  // namespace tern::resolver::tool
