#include "resolver/control/collect_upstream.h"

#include <cstddef>

#include "resolver/upstream/avoided.h"

namespace tern::resolver::control {
void CollectUpstream(const CounterSnapshot& counts, std::vector<Family>* families) {
  const UpstreamCounts<uint64_t>& upstream = counts.of_upstream;
  Family queries{.name = "tern_upstream_queries",
                 .type = MetricType::kCounter,
                 .help = "Queries to name servers and forwarders."};
  const uint64_t tcp = upstream.over_tcp;
  queries.samples = {{{{"transport", "udp"}}, static_cast<double>(counts.upstream_queries - tcp)},
                     {{{"transport", "tcp"}}, static_cast<double>(tcp)}};
  families->push_back(std::move(queries));
  families->push_back(SingleOf("tern_upstream_hedges", MetricType::kCounter,
                               "Queries sent while another one of the question was open.",
                               counts.hedges));
  families->push_back(SingleOf("tern_upstream_retries", MetricType::kCounter,
                               "Queries to a server that the question had asked already.",
                               upstream.again));
  families->push_back(SingleOf("tern_upstream_timeouts", MetricType::kCounter,
                               "Queries without a reply in their time.", upstream.silences));
  Family avoided{.name = "tern_upstream_avoided",
                 .type = MetricType::kCounter,
                 .help = "Servers that from then on are not asked for a zone for a while."};
  for (size_t i = 0; i < kAvoidReasons; ++i) {
    avoided.samples.push_back({{{"reason", std::string(upstream::kAvoidReasonNames[i])}},
                               static_cast<double>(upstream.avoided[i])});
  }
  families->push_back(std::move(avoided));
  families->push_back(SingleOf("tern_upstream_forgeries", MetricType::kCounter,
                               "Replies with a wrong ID or question.", counts.forgeries));
  families->push_back(HistogramOf("tern_upstream_rtt_seconds",
                                  "Round trips of queries over UDP that were answered.",
                                  {SampleOf(upstream.round_trips)}));
}

}  // namespace tern::resolver::control
