// Whether the clock of this machine is plainly wrong, as it is at the start of one without a
// battery. Then the dates of signatures say nothing.
//
// Thread: any. Values.
#pragma once

#include <cstdint>

namespace tern::resolver::dnssec {

// From the first inception to the last expiration of the signatures over a DNSKEY RRset, with the
// allowance for clocks. Unix time.
struct SignatureWindow {
  int64_t from = 0;
  int64_t until = 0;  // 0: no signature is known

  bool Holds(int64_t now) const { return from <= now && now <= until; }
};

struct ClockFacts {
  int64_t released = 0;   // no right clock shows an earlier time
  int64_t last_good = 0;  // a time that has been
  SignatureWindow root;   // of the root's keys, by an anchor
};

enum class ClockDoubt : uint8_t {
  kNone,
  kBeforeRelease,
  kBeforeLastGood,
  kBeforeRoot,  // no signature over the root's keys is valid yet
};

// Clocks are set back by so much without being plainly wrong.
inline constexpr int64_t kClockStepSeconds = 3600;

// `synchronised`: the kernel says that the clock is.
constexpr ClockDoubt DoubtOf(const ClockFacts& facts, int64_t now, bool synchronised) {
  if (now < facts.released) return ClockDoubt::kBeforeRelease;
  if (synchronised || facts.root.Holds(now)) return ClockDoubt::kNone;
  if (now < facts.last_good - kClockStepSeconds) return ClockDoubt::kBeforeLastGood;
  return facts.root.until != 0 && now < facts.root.from ? ClockDoubt::kBeforeRoot
                                                        : ClockDoubt::kNone;
}

// What is wrong, for people.
constexpr const char* TextOf(ClockDoubt doubt) {
  switch (doubt) {
    case ClockDoubt::kNone:
      return "";
    case ClockDoubt::kBeforeRelease:
      return "it is earlier than this version";
    case ClockDoubt::kBeforeLastGood:
      return "it is earlier than the last time that was known to be right";
    case ClockDoubt::kBeforeRoot:
      break;
  }
  return "no signature over the root's keys is valid yet";
}

}  // namespace tern::resolver::dnssec
