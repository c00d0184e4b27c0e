#include "resolver/control/verb_stats.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/control/collect_all.h"
#include "resolver/control/exposition.h"

namespace tern::resolver::control {

// The samples of `/metrics` under the same names.
VerbResult AnswerStats(const ControlSources& sources, const ControlRequest& /*request*/) {
  const std::vector<Family> families = CollectAll(sources.watched);
  const std::string text = WriteExposition(families, ExpositionFormat::kPrometheusText);
  VerbJson stats = VerbJson::object();
  std::string_view left = text;
  while (!left.empty()) {
    const size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const size_t space = line.rfind(' ');
    double value = 0;
    if (line.starts_with('#') || space == std::string_view::npos) continue;
    std::from_chars(line.data() + space + 1, line.data() + line.size(), value);
    const auto whole = static_cast<uint64_t>(value);
    VerbJson& sample = stats[std::string(line.substr(0, space))];
    if (static_cast<double>(whole) == value) {
      sample = whole;
    } else {
      sample = value;
    }
  }
  return stats;
}

}  // namespace tern::resolver::control
