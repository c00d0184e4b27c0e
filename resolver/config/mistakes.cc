#include "resolver/config/mistakes.h"

#include <vector>

#include "absl/strings/str_split.h"
#include "wire/concat.h"

namespace tern::resolver::config {

void Mistakes::Add(const absl::Status& status) {
  if (status.ok()) return;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(status.message(), '\n'))) {
    if (++count_ > kMistakesShownMax) continue;
    lines_ += Concat(lines_.empty() ? "" : "\n", line);
  }
}

absl::Status Mistakes::All() const {
  if (none()) return absl::OkStatus();
  if (count_ <= kMistakesShownMax) return absl::InvalidArgumentError(lines_);
  return absl::InvalidArgumentError(
      Concat(lines_, "\nand ", count_ - kMistakesShownMax, " mistakes more"));
}

}  // namespace tern::resolver::config
