// A small zone as a set of names and types, the chains of NSEC and NSEC3 that a plain signer would
// make of it, and what is true about its names by the plainest reading of RFC 1034, 4592, 4034 and
// 5155.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/crypto/nsec3_hash.h"
#include "resolver/dnssec/denial_proof.h"
#include "tests/resolver/dnssec/denial_records.h"
#include "wire/name.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

struct CanonicalOrder {
  bool operator()(const wire::Name& a, const wire::Name& b) const {
    return wire::CompareCanonical(a, b) < 0;
  }
};

struct Nsec3Form {
  uint16_t iterations = 0;
  std::string salt = {};
  bool opt_out = false;
};

class ModelZone {
 public:
  using Types = std::set<wire::RRType>;

  explicit ModelZone(std::string_view apex) : apex_(NameOf(apex)) {
    nodes_[apex_] = {wire::RRType::kNS, wire::RRType::kSOA, wire::RRType::kDNSKEY};
  }

  const wire::Name& apex() const { return apex_; }
  const std::map<wire::Name, Types, CanonicalOrder>& nodes() const { return nodes_; }
  void Put(const wire::Name& name, Types types) { nodes_[name] = std::move(types); }

  // Names of up to three labels below the apex, of few different labels.
  template <typename Random>
  static wire::Name AnyName(const wire::Name& apex, Random& random) {
    static constexpr std::string_view kLabels[] = {"a", "b", "c", "*", "B-", "bb"};
    wire::Name name(apex);
    for (size_t labels = 1 + random() % 3; labels > 0; --labels) {
      EXPECT_TRUE(name.Prepend(kLabels[random() % std::size(kLabels)]));
    }
    return name;
  }

  template <typename Random>
  static ModelZone Any(std::string_view apex, size_t names, Random& random) {
    using wire::RRType;
    ModelZone zone(apex);
    if (random() % 2 == 0) zone.nodes_[zone.apex_].insert(RRType::kA);
    for (; names > 0; --names) {
      const wire::Name name = AnyName(zone.apex_, random);
      const Types any[] = {{RRType::kA},  {RRType::kA, RRType::kMX},  {RRType::kCNAME},
                           {RRType::kNS}, {RRType::kNS, RRType::kDS}, {RRType::kDNAME}};
      // No zone begins at a wildcard, and no DNAME stands there.
      zone.Put(name, any[random() % (name.view().IsWildcard() ? 3 : std::size(any))]);
    }
    return zone;
  }

  static bool IsCutOf(const Types& types) {
    return types.contains(wire::RRType::kNS) && !types.contains(wire::RRType::kSOA);
  }

  // Below a delegation or a DNAME: not this zone's to speak of.
  bool IsHidden(wire::NameView name) const {
    for (const auto& [owner, types] : nodes_) {
      if (!IsCutOf(types) && !types.contains(wire::RRType::kDNAME)) continue;
      if (name.IsSubdomainOf(owner) && !name.Equals(owner)) return true;
    }
    return false;
  }
  // Null also for an empty non-terminal.
  const Types* Find(wire::NameView name) const {
    const auto found = nodes_.find(wire::Name(name));
    return found == nodes_.end() || IsHidden(name) ? nullptr : &found->second;
  }
  bool Exists(wire::NameView name) const {
    return std::ranges::any_of(nodes_, [&](const auto& node) {
      return node.first.view().IsSubdomainOf(name) && !IsHidden(node.first);
    });
  }
  wire::NameView ClosestEncloser(wire::NameView name) const {
    while (!Exists(name)) name = name.Parent();
    return name;
  }

  // Without what an opt-out chain leaves out: insecure delegations.
  ModelZone WithoutInsecureCuts() const {
    ModelZone zone(*this);
    std::erase_if(zone.nodes_, [](const auto& node) {
      return IsCutOf(node.second) && !node.second.contains(wire::RRType::kDS);
    });
    // What was hidden below them stays away.
    std::erase_if(zone.nodes_, [this](const auto& node) { return IsHidden(node.first); });
    return zone;
  }

  // True about the zone. `name` must be inside it.
  bool IsNameError(wire::NameView name) const {
    if (IsHidden(name) || Exists(name)) return false;
    return !Exists(WildcardFor(name));
  }
  bool IsNoData(wire::NameView name, wire::RRType type) const {
    if (IsHidden(name)) return false;
    if (type == wire::RRType::kDS && name.Equals(apex_) && !name.IsRoot()) return false;
    const wire::Name source(Exists(name) ? wire::Name(name) : WildcardFor(name));
    if (!Exists(source)) return false;
    const Types* const types = Find(source);
    if (types == nullptr) return true;  // an empty non-terminal
    if (IsCutOf(*types) && type != wire::RRType::kDS) return false;
    // A plain signer's own records are types of every owner too.
    return !types->contains(type) && !types->contains(wire::RRType::kCNAME);
  }
  NoDs WithoutDs(wire::NameView name) const {
    if (IsHidden(name) || name.Equals(apex_)) return NoDs::kNotProven;
    if (!Exists(name)) return NoDs::kNoSuchName;
    const Types* const types = Find(name);
    if (types == nullptr || !IsCutOf(*types)) return NoDs::kNotACut;
    return types->contains(wire::RRType::kDS) ? NoDs::kNotProven : NoDs::kInsecureDelegation;
  }

  void AddNsecChain(RecordList* records) const {
    std::vector<std::pair<wire::Name, Types>> owners;
    for (const auto& [name, types] : nodes_) {
      if (!IsHidden(name)) owners.emplace_back(name, types);
    }
    for (size_t i = 0; i < owners.size(); ++i) {
      const wire::Name& next = owners[(i + 1) % owners.size()].first;
      records->Add(owners[i].first, wire::RRType::kNSEC,
                   RdataOf(wire::RRType::kNSEC,
                           wire::ToText(next.view()) + Bitmap(owners[i].second, "NSEC")));
    }
  }

  // With an empty non-terminal's record for each. An opt-out chain has no insecure delegations.
  void AddNsec3Chain(const Nsec3Form& form, RecordList* records) const {
    const ModelZone listed = form.opt_out ? WithoutInsecureCuts() : *this;
    crypto::Nsec3Hasher hasher;
    std::map<crypto::Nsec3Hash, Types> owners;
    for (const auto& [name, types] : listed.nodes_) {
      if (listed.IsHidden(name)) continue;
      for (wire::NameView above = name; above.IsSubdomainOf(apex_); above = above.Parent()) {
        const auto hash = hasher.Hash(above, wire::AsOctets(form.salt), form.iterations);
        ASSERT_TRUE(hash);
        const Types* const own = listed.Find(above);
        owners[*hash] = own == nullptr ? Types() : *own;
        if (above.IsRoot()) break;
      }
    }
    for (auto at = owners.begin(); at != owners.end(); ++at) {
      const auto next = std::next(at) == owners.end() ? owners.begin() : std::next(at);
      const auto label = crypto::ToNsec3Label(at->first);
      const auto next_label = crypto::ToNsec3Label(next->first);
      wire::Name owner(apex_);
      ASSERT_TRUE(owner.Prepend(std::string_view(label.data(), label.size())));
      const std::string text =
          std::string("1 ") + (form.opt_out ? "1 " : "0 ") + std::to_string(form.iterations) + " " +
          (form.salt.empty() ? "-" : wire::ToHex(wire::AsOctets(form.salt))) + " " +
          std::string(next_label.data(), next_label.size()) + Bitmap(at->second, "");
      records->Add(owner, wire::RRType::kNSEC3, RdataOf(wire::RRType::kNSEC3, text));
    }
  }

 private:
  wire::Name WildcardFor(wire::NameView name) const {
    wire::Name wildcard(ClosestEncloser(name));
    EXPECT_TRUE(wildcard.Prepend("*"));
    return wildcard;
  }

  static std::string Bitmap(const Types& types, std::string_view signers) {
    std::string text;
    for (const wire::RRType type : types) text += " " + wire::ToText(type);
    if (!types.empty()) text += " RRSIG";
    if (!signers.empty()) text += " " + std::string(signers);
    return text;
  }

  wire::Name apex_;
  std::map<wire::Name, Types, CanonicalOrder> nodes_;
};

}  // namespace tern::resolver::dnssec
