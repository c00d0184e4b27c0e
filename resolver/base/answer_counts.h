// What a worker counts of its clients' queries and of the answers, in tables.
//
// Each query that was counted in `queries` is counted in `answers` too, when it is answered or
// given up.
//
// Thread: as counters.h says: the worker's writes, any reads.
// Bound: the tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "resolver/base/time_histogram.h"
#include "wire/types.h"

namespace tern::resolver {

// Where an answer came from.
enum class AnswerSource : uint8_t {
  kCache,     // what the cache knows, at once
  kStale,     // what had expired (RFC 8767)
  kLocal,     // special names, the hosts file, errors in the query, names of this server
  kUpstream,  // what was resolved for the query
  kRefused,   // the client may not have an answer, or there was no room for its question
  kDropped,   // no answer: the query made no sense, or the answer was too late
};
inline constexpr size_t kAnswerSources = 6;
inline constexpr std::string_view kAnswerSourceWords[kAnswerSources] = {
    "cache", "stale", "local", "upstream", "refused", "dropped"};

// A place for each RCODE that fits a header, and for the two that do not.
inline constexpr size_t kRcodePlaces = 18;
inline constexpr size_t kBadVersPlace = 16;
inline constexpr size_t kBadCookiePlace = 17;
inline constexpr size_t PlaceOf(wire::Rcode rcode) {
  if (rcode == wire::Rcode::kBadCookie) return kBadCookiePlace;
  if (rcode == wire::Rcode::kBadVers) return kBadVersPlace;
  return static_cast<size_t>(rcode) & 0xf;
}

// A place for each extended error (RFC 8914) that is told to clients.
inline constexpr size_t kExtendedErrorPlaces = 64;

template <typename Count>
struct AnswerCounts {
  uint64_t hits() const {
    uint64_t sum = 0;
    for (const Count& count : hit_time.counts) sum += count;
    return sum;
  }
  // Of all queries, those that were answered or given up.
  uint64_t ended() const {
    uint64_t sum = 0;
    for (const auto& by_rcode : answers) {
      for (const Count& count : by_rcode) sum += count;
    }
    return sum;
  }
  uint64_t answered() const {
    uint64_t dropped = 0;
    for (const Count& count : answers[static_cast<size_t>(AnswerSource::kDropped)]) {
      dropped += count;
    }
    return ended() - dropped;
  }
  uint64_t asked() const { return queries[0][0] + queries[0][1] + queries[1][0] + queries[1][1]; }

  std::array<std::array<Count, 2>, 2>
      queries{};  // when they arrive, by transport (UDP, TCP) and family (IPv4, IPv6)
  std::array<std::array<Count, kRcodePlaces>, kAnswerSources> answers{};
  std::array<Count, kExtendedErrorPlaces> extended_errors{};
  // From the turn of the loop in which the query was read to the turn's end.
  TimeHistogram<Count, 1> hit_time;
  // From the turn in which the query was read to the answer.
  TimeHistogram<Count, 100> miss_time;
};

}  // namespace tern::resolver
