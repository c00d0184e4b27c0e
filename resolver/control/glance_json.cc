#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "resolver/base/version.h"
#include "resolver/control/answer_words.h"
#include "resolver/control/glance.h"
#include "resolver/control/verb_stuck.h"
#include "wire/extended_error_name.h"
#include "wire/message.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using Json = nlohmann::ordered_json;

Json QueriesJson(const AnswerCounts<uint64_t>& counts) {
  return Json{{"udp_ipv4", counts.queries[0][0]},
              {"udp_ipv6", counts.queries[0][1]},
              {"tcp_ipv4", counts.queries[1][0]},
              {"tcp_ipv6", counts.queries[1][1]}};
}

Json SourcesJson(const AnswerCounts<uint64_t>& counts) {
  Json json = Json::object();
  for (size_t source = 0; source < kAnswerSources; ++source) {
    uint64_t sum = 0;
    for (const uint64_t count : counts.answers[source]) sum += count;
    json[std::string(kAnswerSourceWords[source])] = sum;
  }
  return json;
}

Json RcodesJson(const AnswerCounts<uint64_t>& counts) {
  Json json = Json::object();
  for (const RcodeWord& each : kRcodeWords) {
    uint64_t sum = 0;
    for (size_t source = 0; source < kDroppedSource; ++source) {
      sum += counts.answers[source][PlaceOf(each.rcode)];
    }
    json[std::string(each.word)] = sum;
  }
  return json;
}

template <typename Histogram>
Json HistogramJson(const Histogram& histogram) {
  return Json{{"bounds_us", Histogram::kBounds},
              {"counts", histogram.counts},
              {"sum_us", histogram.sum_micros}};
}

std::string_view WordOf(Glance::Family family) {
  switch (family) {
    case Glance::Family::kUnknown:
      break;
    case Glance::Family::kWorks:
      return "ok";
    case Glance::Family::kBroken:
      return "broken";
  }
  return "unknown";
}

Json UpstreamJson(const Glance& glance) {
  const UpstreamCounts<uint64_t>& upstream = glance.counts.of_upstream;
  return Json{{"queries", glance.counts.upstream_queries},
              {"tcp", upstream.over_tcp},
              {"hedges", glance.counts.hedges},
              {"retries", upstream.again},
              {"timeouts", upstream.silences},
              {"avoided", upstream.avoided_sum()},
              {"forgeries", glance.counts.forgeries},
              {"ipv4", WordOf(glance.ipv4)},
              {"ipv6", WordOf(glance.ipv6)},
              {"round_trips", HistogramJson(upstream.round_trips)}};
}

Json ZonesJson(const std::vector<ZoneHealth>& zones) {
  Json array = Json::array();
  for (const ZoneHealth& zone : zones) {
    array.push_back({{"zone", zone.zone},
                     {"kind", zone.forward ? "forward" : "stub"},
                     {"down", zone.IsDown()},
                     {"answering", zone.answering},
                     {"silent", zone.silent},
                     {"unknown", zone.unknown},
                     {"fastest_us", zone.fastest.count()}});
  }
  return array;
}

Json CacheJson(const cache::StoreStatistics& cache) {
  return Json{{"bytes", cache.octets},
              {"bytes_max", cache.octets_max},
              {"entries", cache.entries},
              {"insertions", cache.insertions},
              {"evictions", cache.evictions()}};
}

Json ProcessJson(const ProcessUse& use) {
  Json json = Json::object();
  if (use.cpu_seconds) json["cpu_seconds"] = *use.cpu_seconds;
  if (use.memory) json["resident_bytes"] = use.memory->resident_octets;
  return json;
}

Json ErrorJson(wire::ExtendedError error, std::string_view text) {
  if (error == wire::ExtendedError::kNone) return nullptr;
  const auto code = static_cast<uint16_t>(error);
  return Json{{"code", code}, {"name", wire::ExtendedErrorName(code)}, {"text", text}};
}

std::string NameOfContent(const std::string& content) {
  const auto name =
      wire::NameView::FromWire({reinterpret_cast<const uint8_t*>(content.data()), content.size()});
  return name ? wire::ToText(*name) : "";
}

std::string TypeOfContent(const std::string& content) {
  const auto* const octets = reinterpret_cast<const uint8_t*>(content.data());
  return wire::ToText(static_cast<wire::RRType>(wire::LoadU16(octets)));
}

std::string ClientOfContent(const std::string& content) {
  Prefix prefix;
  prefix.length = static_cast<uint8_t>(content[0]);
  prefix.address = IpAddress::FromOctets(
      {reinterpret_cast<const uint8_t*>(content.data()) + 1, content.size() - 1});
  return prefix.length == prefix.address.size * 8 ? prefix.address.ToText() : prefix.ToText();
}

// `text` reads an entry's content.
template <typename Text>
Json TopJson(const TopList::Snapshot& list, Text text) {
  Json entries = Json::array();
  for (const TopList::Entry& entry : list.entries) {
    entries.push_back({{"what", text(entry.content)}, {"count", entry.count - entry.error / 2}});
  }
  return Json{{"total", list.total}, {"entries", std::move(entries)}};
}

Json FailingJson(const TopList::Snapshot& list) {
  Json entries = Json::array();
  for (const TopList::Entry& entry : list.entries) {
    const auto failure = service::UnpackFailure(entry.content);
    if (!failure) continue;
    entries.push_back({{"what", wire::ToText(failure->zone)},
                       {"count", entry.count - entry.error / 2},
                       {"name", wire::ToText(failure->name)},
                       {"type", wire::ToText(failure->type)},
                       {"error", ErrorJson(failure->error, failure->text)}});
  }
  return Json{{"total", list.total}, {"entries", std::move(entries)}};
}

Json FailuresJson(const Glance& glance) {
  Json array = Json::array();
  for (const service::NotedFailure& failure : glance.traffic.failures) {
    const auto age = std::chrono::duration<double>(glance.now - failure.last).count();
    array.push_back({{"age_seconds", std::max(0.0, age)},
                     {"times", failure.times},
                     {"name", wire::ToText(failure.name)},
                     {"type", wire::ToText(failure.type)},
                     {"zone", wire::ToText(failure.zone)},
                     {"rcode", wire::ToText(failure.rcode)},
                     {"error", ErrorJson(failure.error, failure.text)}});
  }
  return array;
}

Json InFlightOf(const Glance& glance) {
  Json told = InFlightJson(glance.looks, glance.looked_at);
  Json& oldest = told["questions"];
  while (oldest.size() > kGlanceOldestMax) oldest.erase(oldest.size() - 1);
  const LimitCounts<uint64_t>& counts = glance.counts.of_limits;
  return Json{{"clients", counts.clients},
              {"questions", counts.jobs},
              {"oldest", std::move(oldest)},
              {"silent_workers", std::move(told["silent_workers"])}};
}

}  // namespace

Json GlanceJson(const Glance& glance) {
  const CounterSnapshot& counts = glance.counts;
  const AnswerCounts<uint64_t>& answers = counts.of_answers;
  Json json;
  json["seconds"] = std::chrono::duration<double>(glance.now.time_since_epoch()).count();
  json["unix"] = glance.unix_seconds;
  json["version"] = kVersion;
  json["started"] = glance.started;
  json["generation"] = glance.generation;
  json["workers"] = glance.workers;
  json["health"] = Json::parse(HealthJson(glance.health));
  json["queries"] = QueriesJson(answers);
  json["answers"] = SourcesJson(answers);
  json["rcodes"] = RcodesJson(answers);
  json["hits"] = answers.hits();
  json["hit_time"] = HistogramJson(answers.hit_time);
  json["miss_time"] = HistogramJson(answers.miss_time);
  json["upstream"] = UpstreamJson(glance);
  json["zones"] = ZonesJson(glance.zones);
  json["bogus"] = counts.bogus_answers;
  json["cache"] = CacheJson(glance.cache);
  json["process"] = ProcessJson(glance.use);
  json["in_flight"] = InFlightOf(glance);
  const service::Traffic& traffic = glance.traffic;
  json["top"] = {{"seconds", glance.traffic_seconds},
                 {"names", TopJson(traffic.names, &NameOfContent)},
                 {"types", TopJson(traffic.types, &TypeOfContent)},
                 {"clients", TopJson(traffic.clients, &ClientOfContent)},
                 {"failing", FailingJson(traffic.failing)}};
  json["failures"] = FailuresJson(glance);
  return json;
}

std::string GlanceText(const Glance& glance) {
  return GlanceJson(glance).dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace tern::resolver::control
