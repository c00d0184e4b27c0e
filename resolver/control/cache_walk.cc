#include "resolver/control/cache_walk.h"

#include <charconv>
#include <cstdint>
#include <limits>

#include "cache/shard.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

// Reads a number and the dot behind it, if there is to be one.
template <typename Number>
bool TakeNumber(std::string_view* text, Number* number, bool is_last) {
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *number);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  if (is_last) return text->empty();
  if (!text->starts_with('.')) return false;
  text->remove_prefix(1);
  return true;
}

}  // namespace

std::string CachePlace::ToText() const { return Concat(shard, ".", log, ".", serial); }

std::optional<CachePlace> CachePlace::Parse(std::string_view text) {
  CachePlace place;
  if (!TakeNumber(&text, &place.shard, false) || !TakeNumber(&text, &place.log, false) ||
      !TakeNumber(&text, &place.serial, true)) {
    return std::nullopt;
  }
  return place;
}

bool VisitNextSegment(const cache::Store& store, CachePlace* place,
                      absl::FunctionRef<void(cache::EntryView)> visit) {
  for (; place->shard < store.shard_count(); ++place->shard, place->log = 0) {
    for (; place->log < cache::kLogs; ++place->log, place->serial = 0) {
      // Segments are visited as a whole, so that a place that a client has made up is never inside
      // an entry.
      cache::LogPlace from = {.serial = place->serial,
                              .octets = std::numeric_limits<size_t>::max()};
      if (store.VisitSegmentAfter(place->shard, static_cast<cache::Log>(place->log), &from,
                                  visit)) {
        place->serial = from.serial;
        return true;
      }
    }
  }
  return false;
}

}  // namespace tern::resolver::control
