#include "resolver/control/verb_settings.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "resolver/base/time_text.h"
#include "resolver/config/keys.h"
#include "resolver/config/settings_yaml.h"
#include "resolver/config/value_text.h"
#include "resolver/control/changes_json.h"
#include "resolver/control/settings_edit.h"
#include "resolver/control/steered.h"
#include "resolver/policy/local_record.h"
#include "wire/check.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using config::Settings;

VerbJson JsonOf(const config::KeyValue& value) {
  return value.is_list ? VerbJson(value.items) : VerbJson(ToText(value));
}

// The items of a list, for programs and as lines. `written`: the list as the file has it.
template <typename Item, typename Show>
VerbJson ListJson(const std::vector<Item>& in_force, const std::vector<Item>& written, Show show) {
  std::unordered_set<std::string> texts;
  for (const Item& item : written) texts.insert(config::ItemText(item));
  VerbJson items = VerbJson::array();
  VerbJson lines = VerbJson::array();
  for (const Item& item : in_force) {
    const std::string text = config::ItemText(item);
    const bool is_written = texts.contains(text);
    VerbJson json = show(item);
    json["at_run_time"] = !is_written;
    items.push_back(std::move(json));
    lines.push_back(Concat(text, is_written ? "" : "  # added at run time"));
  }
  if (lines.empty()) lines.push_back("none");
  return {{"items", std::move(items)}, {"lines", std::move(lines)}};
}

std::vector<StaticZone> ZonesOf(const Settings& settings, bool forward) {
  std::vector<StaticZone> zones;
  std::copy_if(settings.static_zones.begin(), settings.static_zones.end(),
               std::back_inserter(zones),
               [&](const StaticZone& zone) { return zone.forward == forward; });
  return zones;
}

absl::Status Edit(const ControlRequest& request, Settings* settings, int64_t now) {
  if (request.verb == "forward add" || request.verb == "stub add") {
    return AddZone(request, settings);
  }
  if (request.verb == "forward remove" || request.verb == "stub remove") {
    return RemoveZone(request, settings);
  }
  if (request.verb == "local add") return AddLocalRecord(request, settings);
  if (request.verb == "local remove") return RemoveLocalRecords(request, settings);
  if (request.verb == "nta add") return AddNegativeAnchor(request, now, settings);
  if (request.verb == "nta remove") return RemoveNegativeAnchor(request, settings);
  TERN_REQUIRE(request.verb == "log level");
  return SetLogLevel(request, settings);
}

}  // namespace

VerbResult AnswerConfigShow(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto now = sources.steered->ReadSettings();
  if (!now.ok()) return now.status();
  const auto keys = config::KeysInForce(now->in_force, now->written);
  VerbJson list = VerbJson::array();
  for (const config::KeyInForce& key : keys) {
    VerbJson one = {{"key", key.key->path}, {"value", JsonOf(key.value)}};
    if (key.value.is_secret) one["hidden"] = true;
    one["default"] = key.is_default;
    if (key.written) one["file"] = JsonOf(*key.written);
    if (key.written) one[key.waits ? "needs_restart" : "at_run_time"] = true;
    list.push_back(std::move(one));
  }
  return VerbJson{{"configuration", now->configuration},
                  {"generation", now->generation},
                  {"keys", std::move(list)},
                  {"lines", config::YamlOf(keys)}};
}

VerbResult AnswerLogLevel(const ControlSources& sources, const ControlRequest& request) {
  if (request.Has("level")) return AnswerSettingsEdit(sources, request);
  const auto now = sources.steered->ReadSettings();
  if (!now.ok()) return now.status();
  const std::string level = ToText(ValueOf(now->in_force, *config::FindKey("log.level")));
  return VerbJson{{"level", level}, {"lines", {level}}};
}

VerbResult AnswerSettingsEdit(const ControlSources& sources, const ControlRequest& request) {
  const auto report = sources.steered->Change(
      [request](Settings* settings, int64_t now) { return Edit(request, settings, now); });
  if (!report.ok()) return report.status();
  return VerbJson{{"generation", report->generation},
                  {"changed", ChangesJson(report->changes)},
                  {"to_keep", ChangesJson(report->to_keep)},
                  {"yaml", YamlToKeep(*report)},
                  {"lines", LinesOf(*report)}};
}

VerbResult AnswerZoneList(const ControlSources& sources, const ControlRequest& request) {
  const auto now = sources.steered->ReadSettings();
  if (!now.ok()) return now.status();
  const bool forward = request.verb.starts_with("forward");
  return ListJson(ZonesOf(now->in_force, forward), ZonesOf(now->written, forward),
                  [&](const StaticZone& zone) {
                    VerbJson json = {{"zone", wire::ToText(zone.zone)}};
                    for (const Endpoint& server : zone.to) json["to"].push_back(server.ToText());
                    if (forward) json["first"] = zone.first;
                    json["validate"] = zone.validate;
                    return json;
                  });
}

VerbResult AnswerLocalList(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto now = sources.steered->ReadSettings();
  if (!now.ok()) return now.status();
  return ListJson(now->in_force.local.data, now->written.local.data,
                  [](const policy::LocalRecord& record) {
                    return VerbJson{{"name", wire::ToText(record.owner)},
                                    {"ttl", record.ttl},
                                    {"type", wire::ToText(record.type)},
                                    {"data", wire::RdataToText(record.type, record.rdata)}};
                  });
}

VerbResult AnswerAnchorList(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto now = sources.steered->ReadSettings();
  if (!now.ok()) return now.status();
  return ListJson(now->in_force.dnssec.negative_trust_anchors,
                  now->written.dnssec.negative_trust_anchors, [&](const NegativeAnchor& anchor) {
                    const bool ends = anchor.until != NegativeAnchor::kNoEnd;
                    return VerbJson{
                        {"zone", wire::ToText(anchor.zone)},
                        {"until", ends ? VerbJson(TimeToText(anchor.until)) : VerbJson()},
                        {"reason", anchor.reason},
                        {"ended", anchor.until <= now->now}};
                  });
}

}  // namespace tern::resolver::control
