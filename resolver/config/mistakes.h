// The mistakes of one configuration file, so that a person sees all of them after one run.
//
// Thread: any; lives while one file is read. Bound: kMistakesShownMax lines.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace tern::resolver::config {

inline constexpr size_t kMistakesShownMax = 20;

class Mistakes {
 public:
  // Nothing happens when the status is OK. Each line of its message is one mistake.
  void Add(const absl::Status& status);
  bool none() const { return count_ == 0; }
  // OK, or an error with a line for each mistake. The lines have no newline at the end.
  absl::Status All() const;

 private:
  std::string lines_;
  size_t count_ = 0;
};

}  // namespace tern::resolver::config
