#include "resolver/dnssec/anchor_keeper.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "wire/concat.h"
#include "wire/dnssec_records.h"
#include "wire/presentation.h"

namespace tern::resolver::dnssec {
namespace {

// What is to be done about it, or what comes next.
const char* MeaningOf(KeyState state) {
  switch (state) {
    case KeyState::kAddPending:
      return "new; it becomes a trust anchor if the zone keeps it for 30 days";
    case KeyState::kValid:
      return "a trust anchor";
    case KeyState::kMissing:
      return "missing from the zone, and still a trust anchor";
    case KeyState::kRevoked:
      return "revoked, and no trust anchor any more";
    case KeyState::kRemoved:
      break;
  }
  return "removed";
}

}  // namespace

AnchorKeeper::AnchorKeeper(int64_t released, std::function<void()> wake) : wake_(std::move(wake)) {
  clock_.released = released;
}

const TrustAnchor* AnchorKeeper::ConfiguredOf(wire::NameView zone) const {
  for (const TrustAnchor& anchor : configured_) {
    if (anchor.zone.view().Equals(zone)) return &anchor;
  }
  return nullptr;
}

AnchorZone* AnchorKeeper::Find(wire::NameView zone) {
  return const_cast<AnchorZone*>(std::as_const(*this).Find(zone));
}

const AnchorZone* AnchorKeeper::Find(wire::NameView zone) const {
  for (const AnchorZone& known : zones_) {
    if (known.zone.view().Equals(zone)) return &known;
  }
  return nullptr;
}

bool AnchorKeeper::IsConfigured(const TrustAnchor& anchor,
                                const std::vector<uint8_t>& dnskey) const {
  const std::optional<wire::DnskeyView> key = wire::ReadDnskey(dnskey);
  if (!key) return false;
  if (std::find(anchor.dnskeys.begin(), anchor.dnskeys.end(), dnskey) != anchor.dnskeys.end()) {
    return true;
  }
  return std::any_of(anchor.ds.begin(), anchor.ds.end(), [&](const std::vector<uint8_t>& rdata) {
    const std::optional<wire::DsView> ds = wire::ReadDs(rdata);
    return ds && ds->key_tag == key->KeyTag() && ds->algorithm == key->algorithm &&
           digester_.Compare(*ds, anchor.zone, *key) == crypto::DigestResult::kEqual;
  });
}

void AnchorKeeper::Configure(const std::vector<TrustAnchor>& configured) {
  const std::lock_guard guard(lock_);
  std::vector<TrustAnchor> copy = configured;
  zones_ = Kept(copy, zones_);
  configured_ = std::move(copy);
}

void AnchorKeeper::Restore(const AnchorState& state) {
  const std::lock_guard guard(lock_);
  zones_ = Kept(configured_, state.zones);
  clock_.last_good = state.last_good;
}

std::vector<AnchorZone> AnchorKeeper::Kept(const std::vector<TrustAnchor>& configured,
                                           const std::vector<AnchorZone>& zones) const {
  std::vector<AnchorZone> kept;
  for (const TrustAnchor& anchor : configured) {
    AnchorZone& zone = kept.emplace_back(AnchorZone{anchor.zone, {}});
    for (const AnchorZone& known : zones) {
      if (!known.zone.view().Equals(anchor.zone)) continue;
      const bool is_related =
          std::any_of(known.keys.begin(), known.keys.end(),
                      [&](const AnchorKey& key) { return IsConfigured(anchor, key.dnskey); });
      if (is_related) zone.keys = known.keys;
    }
  }
  return kept;
}

AnchorState AnchorKeeper::state() const {
  const std::lock_guard guard(lock_);
  return {clock_.last_good, zones_};
}

bool AnchorKeeper::HasAnchorAbove(wire::NameView zone) const {
  return std::any_of(configured_.begin(), configured_.end(), [&](const TrustAnchor& other) {
    return zone.IsSubdomainOf(other.zone) && !other.zone.view().Equals(zone);
  });
}

TrustAnchor AnchorKeeper::InForceOf(const TrustAnchor& configured) const {
  TrustAnchor anchor = configured;
  const AnchorZone* const known = Find(configured.zone);
  if (known == nullptr) return anchor;
  for (const AnchorKey& key : known->keys) {
    if (key.IsOver()) {
      TrustAnchor one = {configured.zone, {}, {}};
      std::erase(anchor.dnskeys, key.dnskey);
      std::erase_if(anchor.ds, [&](const std::vector<uint8_t>& ds) {
        one.ds = {ds};
        return IsConfigured(one, key.dnskey);
      });
    } else if (key.IsAnchor() && !IsConfigured(configured, key.dnskey)) {
      anchor.dnskeys.push_back(key.dnskey);
    }
  }
  return anchor;
}

// RFC 5011 section 5: a zone whose anchors are all revoked is validated from an anchor above it.
// Here the topmost one keeps its place without a key. So everything below it is bogus, until the
// operator or an update brings another key. The RFC would make it insecure, and then a mail server
// would deliver as if nothing had been signed.
AnchorsInForce AnchorKeeper::InForce() const {
  const std::lock_guard guard(lock_);
  AnchorsInForce in_force;
  in_force.time_unsure = doubt_ != ClockDoubt::kNone;
  for (const TrustAnchor& configured : configured_) {
    TrustAnchor anchor = InForceOf(configured);
    if (anchor.ds.empty() && anchor.dnskeys.empty() && HasAnchorAbove(anchor.zone)) continue;
    in_force.anchors.push_back(std::move(anchor));
  }
  return in_force;
}

void AnchorKeeper::OnSeen(wire::NameView zone, const SeenKeys& seen, const SignatureWindow& window,
                          int64_t now) {
  bool changed = false;
  {
    const std::lock_guard guard(lock_);
    const TrustAnchor* const configured = ConfiguredOf(zone);
    AnchorZone* const known = Find(zone);
    if (configured == nullptr || known == nullptr) return;  // the configuration has changed
    if (zone.IsRoot() && window.until != 0) {
      changed |= clock_.root.from != window.from || clock_.root.until != window.until;
      clock_.root = window;
    }
    // With a wrong clock, nobody knows how long a key has been there.
    if (doubt_ == ClockDoubt::kNone) {
      std::vector<std::vector<uint8_t>> of_configuration;
      for (const auto* keys : {&seen.entry_points, &seen.revoked}) {
        for (const std::vector<uint8_t>& dnskey : *keys) {
          if (IsConfigured(*configured, dnskey)) of_configuration.push_back(dnskey);
        }
      }
      AnchorZone after = *known;
      if (Advance(seen, of_configuration, now, &after.keys)) {
        TellChanges(*known, after);
        *known = std::move(after);
        changed = true;
      }
    }
  }
  if (changed && wake_ != nullptr) wake_();
}

void AnchorKeeper::OnValidated(wire::NameView zone, bool validates, const std::string& why_not) {
  {
    const std::lock_guard guard(lock_);
    const auto known = std::find_if(failing_.begin(), failing_.end(), [&](const wire::Name& name) {
      return name.view().Equals(zone);
    });
    if (ConfiguredOf(zone) == nullptr || validates == (known == failing_.end())) return;
    if (validates) {
      failing_.erase(known);
      Tell(false, Concat(wire::ToText(zone), " validates by its trust anchors again"));
    } else {
      failing_.emplace_back(zone);
      Tell(true, Concat(wire::ToText(zone), " does not validate by its trust anchors: ", why_not));
    }
  }
  if (wake_ != nullptr) wake_();
}

void AnchorKeeper::OnClock(int64_t now, bool synchronised) {
  const std::lock_guard guard(lock_);
  const ClockDoubt before = std::exchange(doubt_, DoubtOf(clock_, now, synchronised));
  if (before != ClockDoubt::kNone && doubt_ == ClockDoubt::kNone) {
    Tell(false, "the clock is right now: the dates of signatures are checked again");
  } else if (before == ClockDoubt::kNone && doubt_ != ClockDoubt::kNone) {
    Tell(true, Concat("the clock is wrong: ", TextOf(doubt_),
                      ". Until it is right, the dates of signatures are not checked, and no answer "
                      "has AD"));
  }
  if (doubt_ != ClockDoubt::kNone) return;
  // A clock that is only not known to be wrong does not count.
  if (synchronised) {
    clock_.last_good = now;
  } else if (clock_.root.Holds(now)) {
    clock_.last_good = std::max(clock_.last_good, now);
  }
}

void AnchorKeeper::TellChanges(const AnchorZone& before, const AnchorZone& after) {
  const std::string zone = wire::ToText(after.zone.view());
  const auto find = [](const AnchorZone& in, const AnchorKey& key) -> const AnchorKey* {
    for (const AnchorKey& known : in.keys) {
      if (known.dnskey == key.dnskey) return &known;
    }
    return nullptr;
  };
  for (const AnchorKey& key : after.keys) {
    const AnchorKey* const was = find(before, key);
    if (was != nullptr && was->state == key.state) continue;
    // What the configuration names is no news.
    if (was == nullptr && key.state == KeyState::kValid) continue;
    Tell(key.state == KeyState::kMissing,
         Concat("key ", key.tag(), " of ", zone, " is ", MeaningOf(key.state)));
  }
  for (const AnchorKey& key : before.keys) {
    if (key.state != KeyState::kAddPending || find(after, key) != nullptr) continue;
    Tell(true, Concat("key ", key.tag(), " of ", zone, " is gone before it became a trust anchor"));
  }
}

void AnchorKeeper::Tell(bool is_warning, std::string text) {
  if (news_.size() == kNewsMax) news_.erase(news_.begin());
  news_.push_back({is_warning, std::move(text)});
}

std::vector<AnchorNews> AnchorKeeper::TakeNews() {
  const std::lock_guard guard(lock_);
  return std::exchange(news_, {});
}

std::array<size_t, kKeyStates> AnchorKeeper::CountStates() const {
  const std::lock_guard guard(lock_);
  std::array<size_t, kKeyStates> counts = {};
  for (const AnchorZone& zone : zones_) {
    for (const AnchorKey& key : zone.keys) ++counts[static_cast<size_t>(key.state)];
  }
  return counts;
}

}  // namespace tern::resolver::dnssec
