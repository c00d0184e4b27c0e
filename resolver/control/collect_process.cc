#include "resolver/control/collect_process.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <string>
#include <string_view>
#include <utility>

#include "resolver/base/version.h"
#include "resolver/control/process_use.h"

namespace tern::resolver::control {
namespace {

constexpr std::string_view kEntryKindWords[cache::kEntryKinds] = {
    "rrset", "no_data", "no_such_name", "delegation", "failure", "no_such_name_of_type"};
constexpr std::string_view kLeavingWords[cache::kLeavings] = {"room", "expired", "index",
                                                              "replaced", "flushed"};

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
  Family entries{.name = "tern_cache_entries", .help = "What the cache has, by its kind."};
  Family octets{.name = "tern_cache_entry_bytes",
                .unit = "bytes",
                .help = "What the entries take, by their kind. The index comes on top."};
  for (size_t i = 0; i < cache::kEntryKinds; ++i) {
    const Labels kind = {{"kind", std::string(kEntryKindWords[i])}};
    entries.samples.push_back({kind, static_cast<double>(statistics.of_kind[i].entries)});
    octets.samples.push_back({kind, static_cast<double>(statistics.of_kind[i].octets)});
  }
  families->push_back(std::move(entries));
  families->push_back(std::move(octets));
  families->push_back(SingleOf("tern_cache_insertions", MetricType::kCounter,
                               "Entries that came new.", statistics.insertions));
  families->push_back(
      SingleOf("tern_cache_replacements", MetricType::kCounter,
               "Entries that took the place of an older one of the same name and type.",
               statistics.Left(cache::Leaving::kReplaced)));
  Family evictions{.name = "tern_cache_evictions",
                   .type = MetricType::kCounter,
                   .help = "Entries that left the cache, by the reason."};
  for (size_t i = 0; i < cache::kLeavings; ++i) {
    evictions.samples.push_back(
        {{{"reason", std::string(kLeavingWords[i])}}, static_cast<double>(statistics.left[i])});
  }
  families->push_back(std::move(evictions));
}

void CollectCacheFile(const DaemonState& daemon, std::vector<Family>* families) {
  families->push_back(
      {.name = "tern_cache_file_saves",
       .type = MetricType::kCounter,
       .help = "How often the file of the cache was to be written, by the result.",
       .samples = {{{{"result", "written"}}, static_cast<double>(daemon.cache_saves())},
                   {{{"result", "failed"}}, static_cast<double>(daemon.failed_cache_saves())}}});
  families->push_back(SingleOf("tern_cache_file_last_save_successful", MetricType::kGauge,
                               "0 if the file of the cache could not be written the last time.",
                               daemon.cache_save_failed() ? 0.0 : 1.0));
}

}  // namespace tern::resolver::control
