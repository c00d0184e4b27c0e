// The log's lines about block lists that do not do what they should, with what to do about it.
//
// Thread: any. A line is written outside of the lock. Bound: kListsMax lists. When another one
// comes, the one that was heard of first is forgotten.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "resolver/base/list_observer.h"
#include "resolver/daemon/log.h"

namespace tern::resolver::daemon {

class ListLog final : public ListObserver {
 public:
  static constexpr size_t kListsMax = 256;
  // A list's refusals are one line in this time.
  static constexpr std::chrono::minutes kRefusalPause{10};

  explicit ListLog(LogSink write = {}) : write_(std::move(write)) {}

  void OnListRefusal(const wire::Name& zone, uint8_t code, Time now) override;
  void OnListChecked(const wire::Name& zone, const ListFinding& found) override;

 private:
  struct Refusals {
    wire::Name zone;
    Time next_line;
    uint64_t left_out = 0;  // since the last line
  };

  // Whether this refusal gets a line. Then *left_out is how many had none since the last one.
  bool Admits(const wire::Name& zone, Time now, uint64_t* left_out);

  const LogSink write_;
  std::mutex lock_;
  std::vector<Refusals> refusals_;
};

}  // namespace tern::resolver::daemon
