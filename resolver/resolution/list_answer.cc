#include "resolver/resolution/list_answer.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>

#include "resolver/base/list_refusal.h"

namespace tern::resolver::resolution {
namespace {

constexpr uint8_t kLoopback = 127;

bool IsRefusal(std::span<const uint8_t> address) {
  return std::equal(kListRefusal.begin(), kListRefusal.end(), address.begin());
}

}  // namespace

ListAnswer ReadListAnswer(const answer::Answer& answer) {
  if (answer.error() != wire::ExtendedError::kNone || answer.rcode() == wire::Rcode::kServFail) {
    return {};
  }
  ListAnswer said{ListVerdict::kNotListed};
  const cache::EntryView end = answer.EndRRset();
  if (!end || end.type() != wire::RRType::kA) return said;
  cache::RecordCursor records = end.Records();
  std::span<const uint8_t> address;
  while (records.Next(&address)) {
    if (address.size() != 4) continue;
    if (IsRefusal(address)) return {ListVerdict::kRefused, address[3]};
    const bool foreign = address[0] != kLoopback || said.verdict == ListVerdict::kForeign;
    said.verdict = foreign ? ListVerdict::kForeign : ListVerdict::kListed;
  }
  return said;
}

void CountListAnswer(Duration latency, WorkerCounters* counters) {
  using std::chrono::milliseconds;
  Counter& answers = latency <= milliseconds(10)     ? counters->list_answers_10ms
                     : latency <= milliseconds(100)  ? counters->list_answers_100ms
                     : latency <= milliseconds(1000) ? counters->list_answers_1s
                                                     : counters->list_answers_later;
  ++answers;
  const auto rounded = std::chrono::round<milliseconds>(latency);
  counters->list_answer_ms.Add(static_cast<uint64_t>(rounded.count()));
}

}  // namespace tern::resolver::resolution
