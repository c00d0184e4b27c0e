#include "resolver/control/collect_limits.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "resolver/mail/warm_up.h"
#include "resolver/resolution/job_table.h"
#include "resolver/service/recursive_service.h"
#include "resolver/upstream/late_replies.h"

namespace tern::resolver::control {
namespace {

class LimitFamilies {
 public:
  void Add(std::string_view limit, uint64_t use, uint64_t most, uint64_t met) {
    Put(&use_, limit, use);
    Put(&most_, limit, most);
    Put(&met_, limit, met);
  }
  void Add(std::string_view limit, const io::Bound& bound) {
    Add(limit, bound.use, bound.most, bound.met);
  }
  // For a bound of which there are many, such as one for each zone.
  void AddMet(std::string_view limit, uint64_t met) { Put(&met_, limit, met); }

  void MoveTo(std::vector<Family>* families) && {
    for (Family* const family : {&use_, &most_, &met_}) families->push_back(std::move(*family));
  }

 private:
  static void Put(Family* family, std::string_view limit, uint64_t value) {
    family->samples.push_back({{{"limit", std::string(limit)}}, static_cast<double>(value)});
  }

  Family use_{.name = "tern_limit_use", .help = "How much of a bound is in use, in all workers."};
  Family most_{.name = "tern_limit_max", .help = "The bound, of all workers."};
  Family met_{.name = "tern_limit_hits",
              .type = MetricType::kCounter,
              .help = "How often a bound was met, so that something made way or was refused."};
};

void AddOfWorkers(const LimitCounts<uint64_t>& counts, size_t workers, LimitFamilies* limits) {
  limits->Add("clients", counts.clients, service::kClientsMax * workers, counts.clients_met);
  limits->AddMet("waiters", counts.waiters_met);
  limits->Add("questions", counts.jobs, counts.jobs_max, counts.jobs_met);
  limits->Add("refreshes", counts.refreshes, resolution::kRefreshesMax * workers,
              counts.refreshes_met);
  limits->Add("mail_fan_outs", counts.mail_fan_outs, mail::kFanOutsMax * workers,
              counts.mail_fan_outs_met);
  limits->Add("misses_handed_over", counts.misses, service::kMissesUnderWayMax * workers,
              counts.misses_met);
  limits->AddMet("prefix_waiting", counts.prefix_waiting_met);
  limits->AddMet("zone_questions", counts.zone_questions_met);
  limits->AddMet("server_queries", counts.server_queries_met);
  limits->AddMet("attempts", counts.attempts_met);
  limits->Add("late_replies", counts.late_replies, upstream::kLateRepliesMax * workers,
              counts.late_replies_met);
  limits->AddMet("reply_records", counts.reply_records_met);
  limits->AddMet("reply_steps", counts.reply_steps_met);
  limits->AddMet("query_queries", counts.query_queries_met);
  limits->AddMet("query_octets", counts.query_octets_met);
  limits->AddMet("query_referrals", counts.query_referrals_met);
  limits->AddMet("query_failed_addresses", counts.query_failed_addresses_met);
  limits->AddMet("query_nesting", counts.query_nesting_met);
  limits->AddMet("query_aliases", counts.query_aliases_met);
}

void AddOfSockets(const io::SocketBounds& bounds, LimitFamilies* limits) {
  limits->Add("upstream_sockets", bounds.upstream_sockets);
  limits->Add("upstream_connections", bounds.upstream_connections);
  limits->AddMet("upstream_connections_share", bounds.upstream_share_met);
  limits->Add("connections", bounds.connections);
  limits->AddMet("connections_of_client", bounds.connections_of_client_met);
  limits->Add("connections_of_strangers", bounds.strangers);
  limits->Add("connection_bytes", bounds.connection_octets);
  limits->AddMet("connection_unanswered", bounds.unanswered_met);
}

void AddOfStore(const cache::StoreStatistics& store, LimitFamilies* limits) {
  const uint64_t by_index = store.Left(cache::Leaving::kIndex);
  limits->Add("cache_memory", store.octets, store.octets_max, store.evictions() - by_index);
  limits->AddMet("cache_entries_of_name", by_index);
  limits->AddMet("cache_entry_bytes", store.too_large);
}

void AddOfConnections(const DaemonState& daemon, LimitFamilies* limits) {
  const auto add = [&](std::string_view limit, const ConnectionCounts& counts) {
    limits->Add(limit, counts.open, counts.most, counts.met);
  };
  add("http_connections", daemon.http_connections());
  add("control_connections", daemon.control_connections());
}

void AddOfServers(const upstream::ServerTable& servers, LimitFamilies* limits) {
  limits->Add("servers", servers.size(), servers.capacity(), servers.replaced());
  const upstream::SilentZones& zones = servers.silent_zones();
  limits->Add("silent_zones", zones.CountTaken(), upstream::SilentZones::kZonesMax,
              zones.left_out());
}

void AddOfEvents(const EventCounts& events, LimitFamilies* limits) {
  uint64_t dropped = 0;
  for (size_t i = 0; i < events.workers; ++i) dropped += events.dropped[i];
  limits->Add("event_buffer", events.ring_octets_used, events.ring_octets, dropped);
}

}  // namespace

void CollectLimits(const Sources& sources, const CounterSnapshot& counts,
                   std::vector<Family>* families) {
  LimitFamilies limits;
  AddOfWorkers(counts.of_limits, sources.workers, &limits);
  AddOfSockets(sources.sockets(), &limits);
  AddOfStore(sources.store->Statistics(), &limits);
  const dnssec::RangesUse ranges = sources.ranges->ReadUse();
  limits.Add("cache_ranges", ranges.octets, ranges.octets_max, ranges.evicted);
  AddOfServers(*sources.servers, &limits);
  AddOfConnections(*sources.daemon, &limits);
  AddOfEvents(*sources.events, &limits);
  const LogCounts log = sources.log();
  limits.Add("log_messages", log.messages, log.messages_max, log.shared);
  std::move(limits).MoveTo(families);
  families->push_back(SingleOf("tern_log_lines_left_out", MetricType::kCounter,
                               "Lines of the log that were left out, because their message came "
                               "too often.",
                               log.lines_left_out));
}

}  // namespace tern::resolver::control
