#include "resolver/upstream/silent_zones.h"

#include <algorithm>

namespace tern::resolver::upstream {
namespace {

constexpr auto kUnordered = std::memory_order_relaxed;

template <typename Places>
auto PlaceWith(Places& places, uint64_t hash) {
  return std::find_if(places.begin(), places.end(),
                      [&](const auto& place) { return place.hash.load(kUnordered) == hash; });
}

template <typename Place>
void TakePlace(Place& place, wire::NameView zone, uint64_t hash, Time now) {
  place.silence = {wire::Name(zone), now};
  place.hash.store(hash, kUnordered);
}

}  // namespace

void SilentZones::TellNews() {
  if (!has_news_.exchange(true) && on_news_) on_news_();
}

void SilentZones::NoteSilence(wire::NameView zone, uint64_t hash, Kind kind, Time now) {
  const bool is_shared = kind != Kind::kOther;
  const bool is_known = !is_shared || PlaceWith(zones_, hash) != zones_.end();
  if (is_known && (IsEverybodySilent() || PlaceWith(others_, hash) != others_.end())) return;
  bool is_news = false;
  {
    const std::lock_guard guard(lock_);
    noted_.store(true, kUnordered);
    const size_t count = others_count_.load(kUnordered);
    if (count < kEverybodyAfter && PlaceWith(others_, hash) == others_.end()) {
      TakePlace(others_[count], zone, hash, now);
      others_count_.store(count + 1, kUnordered);
      is_news = count + 1 == kEverybodyAfter;
    }
    const auto free = PlaceWith(zones_, 0);
    const bool is_new = is_shared && PlaceWith(zones_, hash) == zones_.end();
    if (is_new && free == zones_.end()) left_out_.fetch_add(1, kUnordered);
    if (is_new && free != zones_.end()) {
      TakePlace(*free, zone, hash, now);
      free->kind = kind;
      is_news = true;
    }
  }
  if (is_news) TellNews();
}

void SilentZones::EndSilence(uint64_t hash) {
  const bool ends_zone = hash != 0 && PlaceWith(zones_, hash) != zones_.end();
  if (!ends_zone && others_count_.load(kUnordered) == 0) return;
  bool is_news = false;
  {
    const std::lock_guard guard(lock_);
    is_news = others_count_.exchange(0, kUnordered) == kEverybodyAfter;
    for (Noted& other : others_) other.hash.store(0, kUnordered);
    for (Noted& noted : zones_) {
      if (is_news && noted.kind == Kind::kTop) noted.hash.store(0, kUnordered);
    }
    const auto zone = hash == 0 ? zones_.end() : PlaceWith(zones_, hash);
    if (zone != zones_.end()) {
      zone->hash.store(0, kUnordered);
      is_news = true;
    }
    noted_.store(std::any_of(zones_.begin(), zones_.end(),
                             [](const Noted& noted) { return noted.hash.load(kUnordered) != 0; }),
                 kUnordered);
  }
  if (is_news) TellNews();
}

size_t SilentZones::CountTaken() const {
  return static_cast<size_t>(std::count_if(zones_.begin(), zones_.end(), [](const Noted& noted) {
    return noted.hash.load(kUnordered) != 0;
  }));
}

SilentZones::Report SilentZones::Look() {
  Report report;
  has_news_ = false;
  const std::lock_guard guard(lock_);
  report.everybody = IsEverybodySilent();
  if (report.everybody) {
    for (const Noted& other : others_) report.of_everybody.push_back(other.silence);
  }
  for (const Noted& zone : zones_) {
    if (zone.hash.load(kUnordered) != 0) report.zones.push_back(zone.silence);
  }
  return report;
}

}  // namespace tern::resolver::upstream
