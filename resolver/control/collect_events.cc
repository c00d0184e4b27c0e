#include "resolver/control/collect_events.h"

#include <string>
#include <utility>

namespace tern::resolver::control {
namespace {

void CollectOutput(const OutputCounts& counts, Family written, Family lost,
                   std::vector<Family>* families) {
  written.type = lost.type = MetricType::kCounter;
  written.samples.push_back({{}, static_cast<double>(counts.written)});
  for (size_t i = 0; i < kEventLosses; ++i) {
    lost.samples.push_back(
        {{{"reason", std::string(kEventLossWords[i])}}, static_cast<double>(counts.lost[i])});
  }
  families->push_back(std::move(written));
  families->push_back(std::move(lost));
}

}  // namespace

void CollectEvents(const EventCounts& counts, std::vector<Family>* families) {
  CollectOutput(
      counts.query_log, {.name = "tern_query_log_lines", .help = "Lines of the query log."},
      {.name = "tern_query_log_lost", .help = "Lines that could not be written."}, families);
  CollectOutput(counts.dnstap,
                {.name = "tern_dnstap_messages", .help = "Messages that were given to dnstap."},
                {.name = "tern_dnstap_lost",
                 .help = "Messages of dnstap that could not be given to its reader or its file."},
                families);
  Family dropped{.name = "tern_event_buffer_dropped",
                 .type = MetricType::kCounter,
                 .help =
                     "Events of the query log and dnstap for which a worker's buffer had no "
                     "room."};
  for (size_t i = 0; i < counts.workers; ++i) {
    dropped.samples.push_back(
        {{{"worker", std::to_string(i)}}, static_cast<double>(counts.dropped[i])});
  }
  families->push_back(std::move(dropped));
}

}  // namespace tern::resolver::control
