// Which zones' servers are all silent, for people who must hear of it.
//
// - Of the zones through which everybody's questions go: the root, the top level domains, and the
//   static zones. Such a zone is silent from the end of a race in which none of its servers
//   answered, until one of them answers.
// - Of everybody: after races for kEverybodyAfter different zones ended so, and no server of any
//   zone answered meanwhile. One answer ends it. From then on the root and the top level domains
//   are not silent either, until a race shows it again.
//
// An answer is any reply of a server, also one that does not help.
//
// Thread: any. Only what changes something takes a lock. Invariant: the observer is called at most
// once until Look was called.
// Bound: kZonesMax zones; others are not noted.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "resolver/base/time.h"
#include "wire/name.h"

namespace tern::resolver::upstream {

class SilentZones {
 public:
  static constexpr size_t kZonesMax = 64;
  static constexpr size_t kEverybodyAfter = 3;

  struct Silence {
    wire::Name zone;
    Time since;
  };
  // What is silent now.
  struct Report {
    bool everybody = false;
    std::vector<Silence> of_everybody;  // the zones that were asked when everybody was silent
    std::vector<Silence> zones;
  };

  // `on_news` is called when Look would say something else than before, on the thread that noted
  // it. To be called before other threads use the object.
  void SetObserver(std::function<void()> on_news) { on_news_ = std::move(on_news); }

  enum class Kind : uint8_t {
    kTop,     // the root or a top level domain
    kStatic,  // a forward or stub zone
    kOther,
  };

  // A race for the zone ended without an answer. `hash` tells zones apart and is not 0.
  void NoteSilence(wire::NameView zone, uint64_t hash, Kind kind, Time now);
  // A server answered, about the zone with that hash. 0: about some zone.
  // Budget: one read, unless something is silent.
  void NoteAnswer(uint64_t hash) {
    if (noted_.load(std::memory_order_relaxed)) EndSilence(hash);
  }

  // Throws std::bad_alloc.
  Report Look();
  // How many of the places for zones are taken, and how often there was none.
  size_t CountTaken() const;
  uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }
  bool IsEverybodySilent() const {
    return others_count_.load(std::memory_order_relaxed) == kEverybodyAfter;
  }

 private:
  void EndSilence(uint64_t hash);
  void TellNews();

  struct Noted {
    Silence silence;
    Kind kind = Kind::kOther;
    std::atomic<uint64_t> hash = 0;  // 0: the place is free
  };

  std::atomic<bool> noted_ = false;  // some place is taken
  std::atomic<size_t> others_count_ = 0;
  std::array<Noted, kEverybodyAfter> others_;  // the first others_count_ are valid
  std::array<Noted, kZonesMax> zones_;
  std::mutex lock_;  // for those who change something, and for names
  std::atomic<bool> has_news_ = false;
  std::atomic<uint64_t> left_out_ = 0;
  std::function<void()> on_news_;
};

}  // namespace tern::resolver::upstream
