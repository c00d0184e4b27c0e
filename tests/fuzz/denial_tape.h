// NSEC and NSEC3 records that an input makes: whole RDATA, or parts of it around names that lie
// near each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "resolver/crypto/nsec3_hash.h"
#include "resolver/dnssec/denial_proof.h"
#include "tests/fuzz/tape.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::fuzz {

namespace crypto = resolver::crypto;

class DenialTape {
 public:
  explicit DenialTape(std::span<const uint8_t> input) : tape_(input) {
    for (size_t labels = tape_.Below(3); labels > 0; --labels) AddLabel(&zone_, "z");
  }

  Tape& tape() { return tape_; }
  const wire::Name& zone() const { return zone_; }
  crypto::Nsec3Hasher* hasher() { return &hasher_; }

  // In the zone.
  wire::Name TakeName() {
    static constexpr std::string_view kLabels[] = {"a", "b", "*", "z"};
    wire::Name name(zone_);
    for (size_t labels = tape_.Below(5); labels > 0; --labels) {
      const size_t choice = tape_.Below(std::size(kLabels) + 1);
      if (choice < std::size(kLabels)) {
        AddLabel(&name, kLabels[choice]);
      } else {
        const std::span<const uint8_t> label = tape_.Octets(1 + tape_.Below(63));
        AddLabel(&name, {reinterpret_cast<const char*>(label.data()), label.size()});
      }
    }
    return name;
  }

  // It borrows from this tape.
  resolver::dnssec::DenialRecord TakeRecord() {
    const bool is_nsec3 = tape_.Chance(2);
    std::vector<uint8_t>& rdata = rdatas_.emplace_back();
    wire::Name& owner = owners_.emplace_back(TakeName());
    if (is_nsec3 && !tape_.Chance(8)) {
      const auto label = crypto::ToNsec3Label(HashNear(owner));
      owner = zone_;
      AddLabel(&owner, {label.data(), label.size()});
    }
    if (!tape_.Chance(4)) {
      if (is_nsec3) {
        const uint8_t flags = tape_.Chance(2) ? 1 : tape_.Octet() & 0x11;
        const uint8_t iterations = tape_.Chance(16) ? 51 : 0;
        const crypto::Nsec3Hash next = HashNear(TakeName());
        rdata = {1, flags, 0, iterations, 0, static_cast<uint8_t>(next.size())};
        rdata.insert(rdata.end(), next.begin(), next.end());
      } else {
        const wire::Name next = TakeName();
        rdata.assign(next.data(), next.data() + next.size());
      }
    }
    const std::span<const uint8_t> rest = tape_.Octets(tape_.Below(40));
    rdata.insert(rdata.end(), rest.begin(), rest.end());
    return {owner, is_nsec3 ? wire::RRType::kNSEC3 : wire::RRType::kNSEC, rdata};
  }

 private:
  static void AddLabel(wire::Name* name, std::string_view label) {
    static_cast<void>(name->Prepend(label));  // it may not fit
  }

  // The hash of the name, or one behind it.
  crypto::Nsec3Hash HashNear(wire::NameView name) {
    crypto::Nsec3Hash hash = hasher_.Hash(name, {}, 0).value_or(crypto::Nsec3Hash());
    if (tape_.Chance(4)) hash.back() = static_cast<uint8_t>(hash.back() + 1);
    return hash;
  }

  Tape tape_;
  crypto::Nsec3Hasher hasher_;
  wire::Name zone_;
  std::deque<wire::Name> owners_;  // which do not move
  std::deque<std::vector<uint8_t>> rdatas_;
};

}  // namespace tern::fuzz
