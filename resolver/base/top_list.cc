#include "resolver/base/top_list.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

namespace tern::resolver {
namespace {

double Factor(int64_t steps) {
  constexpr double kStepsOfHalfLife =
      std::chrono::duration<double>(TopList::kHalfLife) / TopList::kStep;
  return steps <= 0 ? 1 : std::exp2(-static_cast<double>(steps) / kStepsOfHalfLife);
}

}  // namespace

void TopList::Snapshot::Add(Snapshot other) {
  total += other.total;
  entries.insert(entries.end(), std::make_move_iterator(other.entries.begin()),
                 std::make_move_iterator(other.entries.end()));
}

void TopList::Snapshot::KeepTop(size_t most) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  std::vector<Entry> merged;
  for (Entry& entry : entries) {
    if (merged.empty() || merged.back().hash != entry.hash) {
      merged.push_back(std::move(entry));
      continue;
    }
    merged.back().count += entry.count;
    merged.back().error += entry.error;
  }
  const auto certain = [](const Entry& entry) { return entry.count - entry.error; };
  std::erase_if(merged, [&](const Entry& entry) { return certain(entry) < entry.count / 2; });
  std::sort(merged.begin(), merged.end(), [&](const Entry& a, const Entry& b) {
    return certain(a) != certain(b) ? certain(a) > certain(b) : a.content < b.content;
  });
  if (merged.size() > most) merged.resize(most);
  entries = std::move(merged);
}

TopList::TopList(size_t places, size_t octets_max) : hashes_(places), counts_(places) {
  for (size_t i = 0; i < places; ++i) places_.emplace_back(octets_max);
}

void TopList::Age(Time now) {
  const int64_t step = StepAt(now);
  const int64_t before = step_.load(std::memory_order_relaxed);
  if (step <= before) return;
  const double factor = Factor(step - before);
  const uint64_t agings = agings_.load(std::memory_order_relaxed);
  agings_.store(agings + 1, std::memory_order_relaxed);
  step_.store(step, std::memory_order_release);
  total_.store(total_.load(std::memory_order_relaxed) * factor, std::memory_order_release);
  for (size_t i = 0; i < places_.size(); ++i) {
    counts_[i] *= factor;
    places_[i].count.store(counts_[i], std::memory_order_release);
    places_[i].error.store(places_[i].error.load(std::memory_order_relaxed) * factor,
                           std::memory_order_release);
  }
  agings_.store(agings + 2, std::memory_order_release);
}

// The thing's place. When it has none: the one with the smallest count. Free places have 0.
size_t TopList::PlaceFor(uint64_t hash) const {
  const auto found = std::find(hashes_.begin(), hashes_.end(), hash);
  if (found != hashes_.end()) return static_cast<size_t>(found - hashes_.begin());
  return static_cast<size_t>(std::min_element(counts_.begin(), counts_.end()) - counts_.begin());
}

void TopList::Note(uint64_t hash, std::span<const uint8_t> content, double weight, Time now) {
  Age(now);
  hash |= 1;  // 0 is a free place
  total_.store(total_.load(std::memory_order_relaxed) + weight, std::memory_order_relaxed);
  const size_t i = PlaceFor(hash);
  Place& place = places_[i];
  if (hashes_[i] != hash) {
    // The counts are written before the content, so a reader that sees the new content sees them.
    place.content.Write({});
    hashes_[i] = hash;
    place.hash.store(hash, std::memory_order_release);
    place.error.store(counts_[i], std::memory_order_release);
  }
  counts_[i] += weight;
  place.count.store(counts_[i], std::memory_order_release);
  if (!place.content.Holds(content)) place.content.Write(content);
}

void TopList::Clear() {
  for (size_t i = 0; i < places_.size(); ++i) {
    places_[i].content.Write({});
    places_[i].count.store(0, std::memory_order_release);
    hashes_[i] = 0;
    counts_[i] = 0;
  }
  total_.store(0, std::memory_order_relaxed);
}

TopList::Snapshot TopList::ReadOnce(int64_t step) const {
  Snapshot snapshot;
  const double factor = Factor(step - step_.load(std::memory_order_acquire));
  snapshot.total = total_.load(std::memory_order_acquire) * factor;
  for (const Place& place : places_) {
    Entry entry;
    std::optional<std::string> content = place.content.Read([&] {
      entry.hash = place.hash.load(std::memory_order_acquire);
      entry.count = place.count.load(std::memory_order_acquire) * factor;
      entry.error = place.error.load(std::memory_order_acquire) * factor;
    });
    if (!content) continue;
    entry.content = *std::move(content);
    snapshot.entries.push_back(std::move(entry));
  }
  return snapshot;
}

TopList::Snapshot TopList::Read(Time now) const {
  constexpr int kAttempts = 10;
  Snapshot snapshot;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const uint64_t agings = agings_.load(std::memory_order_acquire);
    snapshot = ReadOnce(StepAt(now));
    if (agings % 2 == 0 && agings_.load(std::memory_order_relaxed) == agings) break;
  }
  return snapshot;
}

double TopList::WindowSeconds(Duration noted_for) {
  const double mean_life = std::chrono::duration<double>(kHalfLife).count() / std::log(2.0);
  const double seconds = std::chrono::duration<double>(noted_for).count();
  // In its first seconds a rate says little.
  return std::max(1.0, mean_life * (1 - std::exp(-std::max(0.0, seconds) / mean_life)));
}

}  // namespace tern::resolver
