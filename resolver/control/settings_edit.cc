#include "resolver/control/settings_edit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_split.h"
#include "resolver/base/domain_text.h"
#include "resolver/base/error_text.h"
#include "resolver/base/negative_anchors.h"
#include "resolver/base/time_text.h"
#include "resolver/config/config.h"
#include "resolver/config/key_limits.h"
#include "resolver/config/key_spec.h"
#include "resolver/config/yaml_tree.h"
#include "resolver/policy/local_record.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using config::ConfigNode;
using config::Settings;

// The tree of a file that has only what a command says. It has no positions.
ConfigNode Scalar(std::string_view text, std::string_view key = "") {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kScalar;
  node.text = text;
  node.key = key;
  return node;
}
ConfigNode Inner(ConfigNode::Kind kind, std::vector<ConfigNode> children,
                 std::string_view key = "") {
  ConfigNode node;
  node.kind = kind;
  node.children = std::move(children);
  node.key = key;
  return node;
}
ConfigNode Map(std::vector<ConfigNode> children, std::string_view key = "") {
  return Inner(ConfigNode::Kind::kMap, std::move(children), key);
}
ConfigNode List(std::vector<ConfigNode> children, std::string_view key = "") {
  return Inner(ConfigNode::Kind::kList, std::move(children), key);
}

absl::StatusOr<Settings> Read(const ControlRequest& request, ConfigNode under_root) {
  return config::ReadConfigTree(Map({std::move(under_root)}), request.verb);
}

absl::StatusOr<wire::Name> ReadName(const ControlRequest& request, std::string_view argument) {
  const std::string_view text = request.Text(argument);
  auto name = ParseDomainText(text);
  if (!text.empty() && name.ok()) return name;
  return absl::InvalidArgumentError(
      Concat(request.verb, ": ", argument, ": expected a domain name, found ", Quoted(text)));
}

bool IsForward(const ControlRequest& request) { return request.verb.starts_with("forward"); }

template <typename List>
auto FindZone(List* list, wire::NameView zone) {
  return std::find_if(list->begin(), list->end(),
                      [&](const auto& item) { return item.zone.view().Equals(zone); });
}

// `what` is what the list of the verb has.
absl::Status NotThere(const ControlRequest& request, std::string_view what, wire::NameView name) {
  const std::string list = Concat(request.verb.substr(0, request.verb.find(' ')), " list");
  return absl::NotFoundError(Concat(request.verb, ": there is no ", what, " ", wire::ToText(name),
                                    "; `tern ", list, "` shows all"));
}

absl::Status NoZone(const ControlRequest& request, wire::NameView name, bool is_other_kind) {
  const bool forward = IsForward(request);
  if (!is_other_kind) return NotThere(request, forward ? "forward zone" : "stub zone", name);
  return absl::NotFoundError(Concat(
      request.verb, ": ", wire::ToText(name), " is a ",
      forward ? "stub zone: `tern stub" : "forward zone: `tern forward", " remove` takes it away"));
}

absl::Status TooMany(const ControlRequest& request, size_t most) {
  return absl::ResourceExhaustedError(Concat(request.verb, ": expected at most ", most, " in all"));
}

// The end of an anchor as text, or nothing.
absl::StatusOr<std::string> ReadUntil(const ControlRequest& request, int64_t now) {
  if (!request.Has("for")) return std::string(request.Text("until"));
  if (request.Has("until")) {
    return absl::InvalidArgumentError(Concat(request.verb, ": expected either until or for"));
  }
  const auto time = ParseAnchorTime(request.Text("for"));
  if (!time.ok()) {
    return absl::InvalidArgumentError(
        Concat(request.verb, ": for: ", std::string(time.status().message())));
  }
  return TimeToText(now + time->count());
}

std::string Indent(size_t levels) { return std::string(levels * 2, ' '); }

}  // namespace

absl::Status AddZone(const ControlRequest& request, Settings* settings) {
  std::vector<ConfigNode> servers;
  for (const auto word :
       absl::StrSplit(std::string(request.Text("servers")), ' ', absl::SkipEmpty())) {
    servers.push_back(Scalar(std::string_view(word.data(), word.size())));
  }
  std::vector<ConfigNode> keys = {Scalar(request.Text("zone"), "zone"),
                                  List(std::move(servers), "to")};
  for (const std::string_view flag : {"first", "validate"}) {
    if (request.Has(flag)) keys.push_back(Scalar("true", flag));
  }
  const bool forward = IsForward(request);
  const auto read = Read(request, List({Map(std::move(keys))}, forward ? "forward" : "stub"));
  if (!read.ok()) return read.status();
  const StaticZone& zone = read->static_zones.front();
  const auto before = FindZone(&settings->static_zones, zone.zone);
  if (before == settings->static_zones.end()) {
    if (settings->static_zones.size() >= config::kStaticZonesMax) {
      return TooMany(request, config::kStaticZonesMax);
    }
    settings->static_zones.push_back(zone);
  } else if (before->forward == forward) {
    *before = zone;
  } else {
    return absl::AlreadyExistsError(
        Concat(request.verb, ": expected each zone once in forward and stub, but ",
               wire::ToText(zone.zone), " is a ", forward ? "stub" : "forward", " zone"));
  }
  return absl::OkStatus();
}

absl::Status RemoveZone(const ControlRequest& request, Settings* settings) {
  const auto name = ReadName(request, "zone");
  if (!name.ok()) return name.status();
  const auto zone = FindZone(&settings->static_zones, *name);
  if (zone == settings->static_zones.end() || zone->forward != IsForward(request)) {
    return NoZone(request, *name, /*is_other_kind=*/zone != settings->static_zones.end());
  }
  settings->static_zones.erase(zone);
  return absl::OkStatus();
}

absl::Status AddLocalRecord(const ControlRequest& request, Settings* settings) {
  const auto read = Read(request, Map({List({Scalar(request.Text("record"))}, "data")}, "local"));
  if (!read.ok()) return read.status();
  const policy::LocalRecord& record = read->local.data.front();
  auto& data = settings->local.data;
  if (std::find(data.begin(), data.end(), record) != data.end()) return absl::OkStatus();
  if (data.size() >= config::kLocalRecordsMax) return TooMany(request, config::kLocalRecordsMax);
  data.push_back(record);
  return absl::OkStatus();
}

absl::Status RemoveLocalRecords(const ControlRequest& request, Settings* settings) {
  const auto name = ReadName(request, "name");
  if (!name.ok()) return name.status();
  std::optional<wire::RRType> type;
  if (request.Has("type")) {
    type = wire::ParseType(request.Text("type"));
    if (!type) {
      return absl::InvalidArgumentError(Concat(
          request.verb, ": type: expected a record type, found ", Quoted(request.Text("type"))));
    }
  }
  const size_t count = std::erase_if(settings->local.data, [&](const policy::LocalRecord& record) {
    return record.owner.view().Equals(*name) && (!type || record.type == *type);
  });
  return count == 0
             ? NotThere(request,
                        type ? "record of that type in local.data at" : "record in local.data at",
                        *name)
             : absl::OkStatus();
}

absl::Status AddNegativeAnchor(const ControlRequest& request, int64_t now, Settings* settings) {
  const auto until = ReadUntil(request, now);
  if (!until.ok()) return until.status();
  std::vector<ConfigNode> keys = {Scalar(request.Text("zone"), "zone")};
  if (!until->empty()) keys.push_back(Scalar(*until, "until"));
  if (request.Has("reason")) keys.push_back(Scalar(request.Text("reason"), "reason"));
  const auto read =
      Read(request, Map({List({Map(std::move(keys))}, "negative_trust_anchors")}, "dnssec"));
  if (!read.ok()) return read.status();
  const NegativeAnchor& anchor = read->dnssec.negative_trust_anchors.front();
  if (anchor.until <= now) {
    return absl::InvalidArgumentError(
        Concat(request.verb, ": until: expected a time to come, found ", Quoted(*until)));
  }
  auto& anchors = settings->dnssec.negative_trust_anchors;
  const auto before = FindZone(&anchors, anchor.zone);
  if (before != anchors.end()) {
    *before = anchor;
  } else if (anchors.size() >= config::kNegativeAnchorsMax) {
    return TooMany(request, config::kNegativeAnchorsMax);
  } else {
    anchors.push_back(anchor);
  }
  return absl::OkStatus();
}

absl::Status RemoveNegativeAnchor(const ControlRequest& request, Settings* settings) {
  const auto name = ReadName(request, "zone");
  if (!name.ok()) return name.status();
  auto& anchors = settings->dnssec.negative_trust_anchors;
  const auto anchor = FindZone(&anchors, *name);
  if (anchor == anchors.end()) return NotThere(request, "negative trust anchor", *name);
  anchors.erase(anchor);
  return absl::OkStatus();
}

absl::Status SetLogLevel(const ControlRequest& request, Settings* settings) {
  const auto read = Read(request, Map({Scalar(request.Text("level"), "level")}, "log"));
  if (!read.ok()) return read.status();
  settings->log_level = read->log_level;
  return absl::OkStatus();
}

std::vector<std::string> YamlToKeep(const ChangeReport& report) {
  std::vector<std::string> lines;
  for (const config::KeyChange& change : report.to_keep) {
    if (change.is_list && change.added.empty()) continue;
    size_t level = 0;
    std::string_view path = change.key;
    for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      lines.push_back(Concat(Indent(level++), path.substr(0, dot), ":"));
      path.remove_prefix(dot + 1);
    }
    lines.push_back(Concat(Indent(level), path, change.is_list ? ":" : ": ", change.after));
    for (const std::string& item : change.added) {
      lines.push_back(Concat(Indent(level), "  - ", item));
    }
  }
  return lines;
}

std::vector<std::string> LinesOf(const ChangeReport& report) {
  if (report.changes.empty()) return {"nothing changed: it was so already"};
  std::vector<std::string> lines;
  for (const config::KeyChange& change : report.changes) lines.push_back(ToText(change));
  if (report.to_keep.empty()) {
    lines.emplace_back("the configuration file says it too");
    return lines;
  }
  lines.emplace_back("it holds until ternd stops or reads its configuration again");
  const std::vector<std::string> yaml = YamlToKeep(report);
  if (!yaml.empty()) lines.emplace_back("to keep it, write into the configuration:");
  for (const std::string& line : yaml) lines.push_back("  " + line);
  for (const config::KeyChange& change : report.to_keep) {
    for (const std::string& item : change.removed) {
      lines.push_back(Concat("to keep it, take out of `", change.key, "`: ", item));
    }
  }
  return lines;
}

}  // namespace tern::resolver::control
