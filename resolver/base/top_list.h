// What occurs most often among many things: names, clients, failures. It has a fixed number of
// places (Space-Saving; Metwally, Agrawal and El Abbadi, 2005).
//
// - A thing without a place takes the place with the smallest count, and goes on from that count.
//   So a count is never too small. `error` says by how much it may be too large.
// - With p places, whatever is more than 1/p of all that was noted has a place.
// - Counts halve every kHalfLife. So the list shows the last minutes, also when nothing comes any
//   more: the reader takes the time that has passed off.
//
// Thread: one notes, any reads. Whoever reads takes no lock, and is not noticed.
// Bound: the places and the octets of each, allocated at the start. Noting is a walk over the
// places: some 100 ns for 256 (bench/resolver: BM_NoteQuery).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "resolver/base/published_record.h"
#include "resolver/base/time.h"

namespace tern::resolver {

class TopList {
 public:
  static constexpr std::chrono::seconds kHalfLife{120};
  // Counts become smaller in steps of this length.
  static constexpr std::chrono::seconds kStep{5};

  struct Entry {
    uint64_t hash = 0;
    std::string content;
    double count = 0;
    double error = 0;  // the true count is between count - error and count
  };
  struct Snapshot {
    // Adds another list of the same kind of things. Throws std::bad_alloc.
    void Add(Snapshot other);
    // Makes one entry of those with one hash, and keeps the `most` first by what is certain of
    // their counts (count - error), in that order. Leaves out entries of which less than half is
    // certain: in a flood of things that come once, such are all.
    void KeepTop(size_t most);

    std::vector<Entry> entries;  // in no order; after Add a hash may be there twice
    double total = 0;            // of all that was noted, with what has no place
  };

  TopList(size_t places, size_t octets_max);

  // `hash` stands for the thing: two things with one hash are one. `content` is what the reader
  // gets; it may change from call to call.
  // REQUIRES: hashes come from a keyed hash. content has no more octets than given at the start,
  // and at least one.
  void Note(uint64_t hash, std::span<const uint8_t> content, double weight, Time now);
  // Forgets everything.
  void Clear();

  // Any thread. `now`: of the same clock as that of Note. Throws std::bad_alloc.
  Snapshot Read(Time now) const;

  // In how much time as many came as a count says, if they came evenly for `noted_for`.
  static double WindowSeconds(Duration noted_for);

 private:
  struct Place {
    explicit Place(size_t octets_max) : content(octets_max) {}

    PublishedRecord content;
    std::atomic<uint64_t> hash = 0;
    std::atomic<double> count = 0;
    std::atomic<double> error = 0;
  };

  static int64_t StepAt(Time now) { return now.time_since_epoch() / kStep; }
  void Age(Time now);
  size_t PlaceFor(uint64_t hash) const;
  Snapshot ReadOnce(int64_t step) const;

  std::deque<Place> places_;
  // What the writer alone uses, close together.
  std::vector<uint64_t> hashes_;  // 0: the place is free
  std::vector<double> counts_;
  std::atomic<double> total_ = 0;
  std::atomic<int64_t> step_ = 0;     // up to which the counts have become smaller
  std::atomic<uint64_t> agings_ = 0;  // odd while they become smaller
};

}  // namespace tern::resolver
