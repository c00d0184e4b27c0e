#include "resolver/control/control_verbs.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "resolver/base/error_text.h"
#include "resolver/control/collect_answers.h"
#include "resolver/control/collect_counters.h"
#include "resolver/control/collect_upstream.h"
#include "resolver/control/control_request.h"
#include "resolver/control/exposition.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using Json = nlohmann::ordered_json;
using Result = absl::StatusOr<Json>;

Result AnswerStatus(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto status = sources.steered->ReadStatus();
  if (!status.ok()) return status.status();
  return Json{{"version", status->version},
              {"pid", status->pid},
              {"uptime_seconds", status->uptime_seconds},
              {"workers", status->workers},
              {"engine", status->engine},
              {"listening", status->listening},
              {"configuration", status->configuration},
              {"generation", status->generation},
              {"cache_bytes", status->cache_octets},
              {"cache_bytes_max", status->cache_octets_max},
              {"cache_entries", status->cache_entries},
              {"validation", status->validation},
              {"time_unsure", status->time_unsure}};
}

// The samples of `/metrics` under the same names.
Result AnswerStats(const ControlSources& sources, const ControlRequest& /*request*/) {
  std::vector<Family> families;
  const CounterSnapshot counts = sources.counters->ReadCounters();
  CollectAnswers(counts.of_answers, &families);
  CollectUpstream(counts, &families);
  CollectCounters(counts, &families);
  const std::string text = WriteExposition(families, ExpositionFormat::kPrometheusText);
  Json stats = Json::object();
  std::string_view left = text;
  while (!left.empty()) {
    const size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const size_t space = line.rfind(' ');
    double value = 0;
    if (line.starts_with('#') || space == std::string_view::npos) continue;
    std::from_chars(line.data() + space + 1, line.data() + line.size(), value);
    const auto whole = static_cast<uint64_t>(value);
    Json& sample = stats[std::string(line.substr(0, space))];
    if (static_cast<double>(whole) == value) {
      sample = whole;
    } else {
      sample = value;
    }
  }
  return stats;
}

Result AnswerReload(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto report = sources.steered->Reload();
  if (!report.ok()) return report.status();
  return Json{{"generation", report->generation}, {"needs_restart", report->needs_restart}};
}

Result AnswerStop(const ControlSources& sources, const ControlRequest& /*request*/) {
  if (const absl::Status status = sources.steered->Stop(); !status.ok()) return status;
  return Json{{"stopping", true}};
}

absl::StatusOr<FlushWish> ReadFlushWish(const ControlRequest& request) {
  FlushWish wish;
  if (request.Has("all")) {
    if (request.arguments.size() > 1) {
      return absl::InvalidArgumentError("all: expected alone, because nothing is left beside it");
    }
    wish.below = true;
    return wish;
  }
  const auto name = wire::ParseName(request.Text("name"));
  if (request.Text("name").empty() || !name.ok()) {
    return absl::InvalidArgumentError(
        Concat("name: expected a domain name, found ", Quoted(request.Text("name"))));
  }
  wish.name = *name;
  wish.below = request.Has("below");
  wish.negative = request.Has("negative");
  if (!request.Has("type")) return wish;
  wish.type = wire::ParseType(request.Text("type"));
  if (wish.type) return wish;
  return absl::InvalidArgumentError(
      Concat("type: expected a record type, found ", Quoted(request.Text("type"))));
}

Result AnswerFlush(const ControlSources& sources, const ControlRequest& request) {
  const auto wish = ReadFlushWish(request);
  if (!wish.ok()) return wish.status();
  const auto count = sources.steered->Flush(*wish);
  if (!count.ok()) return count.status();
  return Json{{"entries", *count}};
}

struct Verb {
  std::string_view name;
  std::vector<std::string_view> arguments;
  Result (*answer)(const ControlSources& sources, const ControlRequest& request);
};

const std::vector<Verb>& Verbs() {
  static const std::vector<Verb> verbs = {
      {"status", {}, &AnswerStatus},
      {"stats", {}, &AnswerStats},
      {"reload", {}, &AnswerReload},
      {"stop", {}, &AnswerStop},
      {"flush", {"name", "type", "below", "negative", "all"}, &AnswerFlush},
  };
  return verbs;
}

Result Answer(const ControlSources& sources, const ControlRequest& request) {
  const auto verb = std::find_if(Verbs().begin(), Verbs().end(),
                                 [&](const Verb& each) { return each.name == request.verb; });
  if (verb == Verbs().end()) {
    return absl::InvalidArgumentError(Concat("unknown verb ", Quoted(request.verb)));
  }
  for (const auto& [name, value] : request.arguments) {
    const auto& known = verb->arguments;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return absl::InvalidArgumentError(Concat("unknown argument ", Quoted(name)));
    }
  }
  return verb->answer(sources, request);
}

}  // namespace

std::string AnswerControl(const ControlSources& sources, std::string_view line) {
  const auto request = ParseControlRequest(line);
  if (!request.ok()) return ErrorLine(std::string(request.status().message()));
  const Result result = Answer(sources, *request);
  if (!result.ok()) return ErrorLine(std::string(result.status().message()));
  return ResultLine(result->dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace));
}

}  // namespace tern::resolver::control
