#include "resolver/dnssec/anchor_keys.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {
namespace {

bool Contains(std::span<const std::vector<uint8_t>> keys, const std::vector<uint8_t>& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool MoveTo(KeyState state, int64_t now, AnchorKey* key) {
  if (key->state == state) return false;
  key->state = state;
  key->since = now;
  return true;
}

// The key is in an RRset that a valid anchor signed.
bool OnSeen(const SeenKeys& seen, bool is_configured, int64_t now, AnchorKey* key) {
  if (key->IsOver() || key->state == KeyState::kValid) return false;
  // Section 2.4.1: the time is at least the original TTL.
  const int64_t hold_down = std::max<int64_t>(kAddHoldDownSeconds, seen.original_ttl);
  const bool waits =
      key->state == KeyState::kAddPending && !is_configured && now - key->since < hold_down;
  return !waits && MoveTo(KeyState::kValid, now, key);
}

// When there is no room, the key that was removed first makes way.
bool AddKey(AnchorKey added, std::vector<AnchorKey>* keys) {
  if (keys->size() >= kAnchorKeysMax) {
    const auto removed = std::find_if(keys->begin(), keys->end(), [](const AnchorKey& key) {
      return key.state == KeyState::kRemoved;
    });
    if (removed == keys->end()) return false;
    keys->erase(removed);
  }
  keys->push_back(std::move(added));
  return true;
}

}  // namespace

const char* NameOf(KeyState state) {
  switch (state) {
    case KeyState::kAddPending:
      return "pending";
    case KeyState::kValid:
      return "valid";
    case KeyState::kMissing:
      return "missing";
    case KeyState::kRevoked:
      return "revoked";
    case KeyState::kRemoved:
      break;
  }
  return "removed";
}

uint16_t AnchorKey::tag() const {
  const std::optional<wire::DnskeyView> key = wire::ReadDnskey(dnskey);
  return key ? key->KeyTag() : uint16_t{0};
}

bool Advance(const SeenKeys& seen, std::span<const std::vector<uint8_t>> configured, int64_t now,
             std::vector<AnchorKey>* keys) {
  bool changed = false;
  for (const std::vector<uint8_t>& dnskey : seen.revoked) {
    const auto known = std::find_if(keys->begin(), keys->end(),
                                    [&](const AnchorKey& key) { return key.dnskey == dnskey; });
    if (known != keys->end() && known->IsAnchor()) {
      changed |= MoveTo(KeyState::kRevoked, now, &*known);
    } else if (known == keys->end() && Contains(configured, dnskey)) {
      changed |= AddKey({dnskey, KeyState::kRevoked, now}, keys);
    }
  }
  for (AnchorKey& key : *keys) {
    if (key.state == KeyState::kRevoked && now - key.since >= kRemoveHoldDownSeconds) {
      changed |= MoveTo(KeyState::kRemoved, now, &key);
    }
  }
  if (!seen.is_anchored) return changed;
  const size_t known = keys->size();
  for (size_t i = 0; i < known; ++i) {
    AnchorKey& key = (*keys)[i];
    if (Contains(seen.entry_points, key.dnskey)) {
      changed |= OnSeen(seen, Contains(configured, key.dnskey), now, &key);
    } else if (key.state == KeyState::kValid) {
      changed |= MoveTo(KeyState::kMissing, now, &key);
    }
  }
  // A key that was not shown in between begins anew.
  changed |=
      std::erase_if(*keys, [&](const AnchorKey& key) {
        return key.state == KeyState::kAddPending && !Contains(seen.entry_points, key.dnskey);
      }) > 0;
  for (const std::vector<uint8_t>& dnskey : seen.entry_points) {
    const bool is_known = std::any_of(keys->begin(), keys->end(),
                                      [&](const AnchorKey& key) { return key.dnskey == dnskey; });
    if (is_known) continue;
    const bool waits = !Contains(configured, dnskey);
    changed |= AddKey({dnskey, waits ? KeyState::kAddPending : KeyState::kValid, now}, keys);
  }
  return changed;
}

}  // namespace tern::resolver::dnssec
