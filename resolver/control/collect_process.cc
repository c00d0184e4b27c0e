#include "resolver/control/collect_process.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <string>

#include "resolver/base/version.h"
#include "resolver/control/process_use.h"
#include "resolver/control/zone_health.h"

namespace tern::resolver::control {
namespace {

void AddUse(std::vector<Family>* families) {
  const ProcessUse use = ReadProcessUse();
  if (use.cpu_seconds) {
    families->push_back(SingleOf("process_cpu_seconds", MetricType::kCounter,
                                 "Processor time used.", *use.cpu_seconds));
  }
  if (!use.memory) return;
  families->push_back(SingleOf("process_resident_memory_bytes", MetricType::kGauge,
                               "Resident memory.", use.memory->resident_octets));
  families->push_back(SingleOf("process_virtual_memory_bytes", MetricType::kGauge,
                               "Virtual memory.", use.memory->virtual_octets));
}

// The kernel counts the descriptors itself since Linux 6.2. To walk over them would cost a
// processor while there are hundreds of thousands of connections.
void AddDescriptors(std::vector<Family>* families) {
  struct stat folder {};
  if (stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) {
    families->push_back(SingleOf("process_open_fds", MetricType::kGauge, "Open file descriptors.",
                                 static_cast<double>(folder.st_size)));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families->push_back(SingleOf("process_max_fds", MetricType::kGauge,
                                 "The limit of open file descriptors.",
                                 static_cast<double>(limit.rlim_cur)));
  }
}

}  // namespace

void CollectProcess(const DaemonState& daemon, std::vector<Family>* families) {
  Family build{.name = "tern_build", .type = MetricType::kInfo, .help = "The program."};
  build.samples = {{{{"version", std::string(kVersion)}}, 1}};
  families->push_back(std::move(build));
  families->push_back(SingleOf("tern_config_generation", MetricType::kGauge,
                               "How many configurations were in force since the start.",
                               daemon.generation()));
  families->push_back(
      SingleOf("tern_config_last_reload_successful", MetricType::kGauge,
               "0 if the last reload found an error, so the configuration before it is in force.",
               daemon.reload_failed() ? 0.0 : 1.0));
  families->push_back(SingleOf("process_start_time_seconds", MetricType::kGauge,
                               "Unix time of the start of the process.",
                               static_cast<double>(daemon.started())));
  AddUse(families);
  AddDescriptors(families);
}

void CollectCache(const cache::Store& store, std::vector<Family>* families) {
  const cache::StoreStatistics statistics = store.Statistics();
  families->push_back(
      SingleOf("tern_cache_bytes", MetricType::kGauge, "Memory of the cache.", statistics.octets));
  families->push_back(SingleOf("tern_cache_capacity_bytes", MetricType::kGauge,
                               "The most memory that the cache may have.", statistics.octets_max));
  families->push_back(SingleOf("tern_cache_entries", MetricType::kGauge,
                               "RRsets, denials, delegations and failures.", statistics.entries));
  families->push_back(SingleOf("tern_cache_insertions", MetricType::kCounter,
                               "Entries that came new.", statistics.insertions));
  families->push_back(
      SingleOf("tern_cache_replacements", MetricType::kCounter,
               "Entries that took the place of an older one of the same name and type.",
               statistics.replacements));
  families->push_back(SingleOf("tern_cache_evictions", MetricType::kCounter,
                               "Entries that made way for others.", statistics.evictions));
}

void CollectZones(const Sources& sources, std::vector<Family>* families) {
  Family servers{.name = "tern_zone_servers",
                 .help = "Servers of the forward and stub zones, by whether they answer."};
  Family fastest{.name = "tern_zone_round_trip_seconds",
                 .unit = "seconds",
                 .help = "Smoothed round trip of the fastest server of a zone that answers."};
  for (const ZoneHealth& zone :
       LookAtZones(*sources.daemon->zones(), *sources.servers, sources.now())) {
    const auto add = [&](const char* state, size_t count) {
      servers.samples.push_back(
          {{{"zone", zone.zone}, {"state", state}}, static_cast<double>(count)});
    };
    add("answering", zone.answering);
    add("silent", zone.silent);
    add("unknown", zone.unknown);
    if (zone.fastest.count() != 0) {
      fastest.samples.push_back(
          {{{"zone", zone.zone}}, static_cast<double>(zone.fastest.count()) / 1e6});
    }
  }
  families->push_back(std::move(servers));
  families->push_back(std::move(fastest));
  Family broken{.name = "tern_family_broken",
                .help = "1 if no name server answers over the family of addresses."};
  for (const bool ipv6 : {false, true}) {
    broken.samples.push_back(
        {{{"family", ipv6 ? "ipv6" : "ipv4"}}, sources.servers->IsFamilyBroken(ipv6) ? 1.0 : 0.0});
  }
  families->push_back(std::move(broken));
}

}  // namespace tern::resolver::control
