// The trust anchors of the process: those of the configuration, as the rolls of their zones' keys
// change them (RFC 5011), and whether the clock can be trusted.
//
// - The first worker tells it what it has seen (resolution/anchor_checks.h).
// - The daemon reads what is in force from it, and gives that to all workers.
// - It does no I/O. The daemon keeps its state in a file.
//
// Thread: any; all functions lock. None is called on the hot path.
// Bound: the zones of the configuration, kAnchorKeysMax keys of each, kNewsMax lines.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "resolver/base/dnssec_settings.h"
#include "resolver/crypto/digest.h"
#include "resolver/dnssec/anchor_keys.h"
#include "resolver/dnssec/clock_trust.h"
#include "wire/name.h"

namespace tern::resolver::dnssec {

// What outlives the process.
struct AnchorState {
  int64_t last_good = 0;  // Unix time
  std::vector<AnchorZone> zones;

  friend bool operator==(const AnchorState&, const AnchorState&) = default;
};

struct AnchorsInForce {
  std::vector<TrustAnchor> anchors;
  bool time_unsure = false;

  friend bool operator==(const AnchorsInForce&, const AnchorsInForce&) = default;
};

// A line for the log.
struct AnchorNews {
  bool is_warning = false;
  std::string text;
};

class AnchorKeeper {
 public:
  static constexpr size_t kNewsMax = 32;

  // Times are in seconds since 1970. No right clock shows one before `released`. `wake` is called
  // after a call that has changed something, on that call's thread. It may be null. Throws
  // std::bad_alloc, as do all functions. Nothing has changed then.
  AnchorKeeper(int64_t released, std::function<void()> wake);

  // The anchors of the configuration. What is known of their zones' keys stays if one of those keys
  // is an anchor of the configuration.
  void Configure(const std::vector<TrustAnchor>& configured);
  // What an earlier process has kept. It counts for the zones of the configuration.
  void Restore(const AnchorState& state);
  AnchorState state() const;
  AnchorsInForce InForce() const;

  // What a check of the zone's keys has found at `now`. `window`: of the signatures by
  // an anchor; it matters for the root.
  void OnSeen(wire::NameView zone, const SeenKeys& seen, const SignatureWindow& window,
              int64_t now);
  // Whether the zone's keys could be had, and an anchor signed them. The log has a line when that
  // changes.
  void OnValidated(wire::NameView zone, bool validates, const std::string& why_not);
  // Judges the clock. `synchronised`: the kernel says that it is.
  void OnClock(int64_t now, bool synchronised);

  // What the log has to say since the last call.
  std::vector<AnchorNews> TakeNews();
  // How many keys of all zones are in each state.
  std::array<size_t, kKeyStates> CountStates() const;

 private:
  const TrustAnchor* ConfiguredOf(wire::NameView zone) const;
  bool IsConfigured(const TrustAnchor& anchor, const std::vector<uint8_t>& dnskey) const;
  // What of `zones` counts under that configuration.
  std::vector<AnchorZone> Kept(const std::vector<TrustAnchor>& configured,
                               const std::vector<AnchorZone>& zones) const;
  AnchorZone* Find(wire::NameView zone);
  const AnchorZone* Find(wire::NameView zone) const;
  TrustAnchor InForceOf(const TrustAnchor& configured) const;
  bool HasAnchorAbove(wire::NameView zone) const;
  void TellChanges(const AnchorZone& before, const AnchorZone& after);
  void Tell(bool is_warning, std::string text);

  const std::function<void()> wake_;
  mutable std::mutex lock_;
  mutable crypto::DsDigester digester_;
  ClockFacts clock_;
  ClockDoubt doubt_ = ClockDoubt::kNone;
  std::vector<TrustAnchor> configured_;
  std::vector<AnchorZone> zones_;
  std::vector<wire::Name> failing_;  // zones whose keys no anchor signs
  std::vector<AnchorNews> news_;
};

}  // namespace tern::resolver::dnssec
