#include "resolver/tool/name_server_use.h"

#include <algorithm>
#include <string>

#include "resolver/tool/lookup_json.h"
#include "wire/harmless_text.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {

void AddNameServers(std::string_view trace, std::vector<NameServerUse>* uses) {
  constexpr uint64_t kMicrosecondsMax = uint64_t{1} << 50;
  for (const TraceStep& step : ReadTraceSteps(trace)) {
    const bool is_reply = step.Text("kind") == "reply";
    const std::string server = HarmlessText(step.Text("server"));
    if (server.empty() || (!is_reply && step.Text("kind") != "timeout")) continue;
    auto use = std::find_if(uses->begin(), uses->end(),
                            [&](const NameServerUse& each) { return each.server == server; });
    if (use == uses->end()) use = uses->insert(use, {.server = server});
    const std::string zone = HarmlessText(step.Text("zone"));
    if (std::find(use->zones.begin(), use->zones.end(), zone) == use->zones.end()) {
      use->zones.push_back(zone);
    }
    if (!is_reply) {
      ++use->timeouts;
      continue;
    }
    const int64_t rtt = static_cast<int64_t>(
        wire::ParseDecimal<uint64_t>(step.Text("rtt_us"), kMicrosecondsMax).value_or(0));
    use->fastest_us = use->replies == 0 ? rtt : std::min(use->fastest_us, rtt);
    use->slowest_us = std::max(use->slowest_us, rtt);
    ++use->replies;
  }
}

}  // namespace tern::resolver::tool
