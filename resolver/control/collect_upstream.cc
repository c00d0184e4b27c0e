#include "resolver/control/collect_upstream.h"

#include "resolver/control/collect_answers.h"

namespace tern::resolver::control {
namespace {

Family CounterOf(std::string_view name, std::string_view help, uint64_t count) {
  Family family{.name = name, .type = MetricType::kCounter, .help = help};
  family.samples = {{{}, static_cast<double>(count)}};
  return family;
}

}  // namespace

void CollectUpstream(const CounterSnapshot& counts, std::vector<Family>* families) {
  const UpstreamCounts<uint64_t>& upstream = counts.of_upstream;
  Family queries{.name = "tern_upstream_queries",
                 .type = MetricType::kCounter,
                 .help = "Queries to name servers and forwarders."};
  const uint64_t tcp = upstream.over_tcp;
  queries.samples = {{{{"transport", "udp"}}, static_cast<double>(counts.upstream_queries - tcp)},
                     {{{"transport", "tcp"}}, static_cast<double>(tcp)}};
  families->push_back(std::move(queries));
  families->push_back(CounterOf("tern_upstream_hedges",
                                "Queries sent while another one of the question was open.",
                                counts.hedges));
  families->push_back(CounterOf("tern_upstream_retries",
                                "Queries to a server that the question had asked already.",
                                upstream.again));
  families->push_back(CounterOf("tern_upstream_timeouts", "Queries without a reply in their time.",
                                upstream.silences));
  families->push_back(CounterOf("tern_upstream_lame",
                                "Servers that were found not to serve their zone.", upstream.lame));
  families->push_back(CounterOf("tern_upstream_forgeries", "Replies with a wrong ID or question.",
                                counts.forgeries));
  Family times{.name = "tern_upstream_rtt_seconds",
               .type = MetricType::kHistogram,
               .unit = "seconds",
               .help = "Round trips of queries over UDP that were answered."};
  times.histograms = {HistogramOf(upstream.round_trips, {})};
  families->push_back(std::move(times));
}

}  // namespace tern::resolver::control
