#include "tests/sim/signed_world.h"

#include <algorithm>
#include <iterator>

#include "wire/presentation.h"

namespace tern::sim {
namespace {

using wire::RRType;

// No two zones of a world have a key in common: what a parent's key signs would be signed by its
// child.
constexpr uint64_t kKeySeedsOfZone = 4;

std::string Under(std::string_view label, std::string_view parent) {
  return std::string(label) + (parent == "." ? "." : "." + std::string(parent));
}

bool IsBelow(std::string_view name, std::string_view ancestor) {
  return NameOf(name).view().IsSubdomainOf(NameOf(ancestor));
}

}  // namespace

SignedWorld::SignedWorld(uint64_t seed, Kind kind)
    : random_(seed), internet_({.seed = seed, .trace = false}) {
  Node root;
  root.origin = ".";
  root.address = "192.0.2.1";
  MakePlan(&root);
  nodes_.push_back(std::move(root));
  const size_t zones = 3 + random_.Below(kZonesMax - 3);
  while (nodes_.size() < zones) {
    const size_t parent = nodes_.size() < 3 ? 0 : random_.Below(nodes_.size());
    if (NameOf(nodes_[parent].origin).view().LabelCount() < 5) MakeZone(parent);
  }
  if (kind == Kind::kBroken) {
    for (size_t i = 1; i < nodes_.size(); ++i) {
      if (nodes_[i].is_signed && random_.Chance(0.4)) BreakSomething(&nodes_[i]);
    }
  }
  for (Node& node : nodes_) MakeRecords(&node);
  for (const Node& node : nodes_) {
    if (node.is_signed) {
      internet_.AddZone(node.origin, {node.address}, node.text, node.plan);
    } else {
      internet_.AddUnsignedZone(node.origin, {node.address}, node.text);
    }
  }
  internet_.SignZones();
}

// Few labels, so that names meet.
std::string SignedWorld::RandomLabel() {
  static constexpr std::string_view kLabels[] = {"a", "b", "c", "d", "e", "B", "_f", "0", "zz"};
  return std::string(kLabels[random_.Below(std::size(kLabels))]);
}

void SignedWorld::MakeZone(size_t parent) {
  Node node;
  node.origin = nodes_[parent].origin;
  for (uint64_t labels = random_.Chance(0.2) ? 2 : 1; labels > 0; --labels) {
    node.origin = Under(RandomLabel(), node.origin);
  }
  for (const Node& other : nodes_) {
    if (NameOf(other.origin) == NameOf(node.origin)) return;
    // A zone that is there already would be cut in two.
    if (IsBelow(other.origin, node.origin)) return;
  }
  // The nearest zone above may be another one than was drawn.
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (IsBelow(node.origin, nodes_[i].origin) &&
        nodes_[i].origin.size() > nodes_[parent].origin.size()) {
      parent = i;
    }
  }
  node.address = random_.Chance(0.25) ? nodes_[parent].address
                                      : "192.0.2." + std::to_string(nodes_.size() + 1);
  node.is_signed = random_.Chance(0.8);
  if (node.is_signed) MakePlan(&node);
  if (!node.is_signed) has_unsigned_ = true;
  nodes_[parent].names.push_back(node.origin);
  nodes_[parent].cuts.push_back(node.origin);
  nodes_.push_back(std::move(node));
}

void SignedWorld::MakePlan(Node* node) {
  // The slow ones are rare.
  static constexpr uint8_t kAlgorithms[] = {
      kEd25519,   kEd25519,   kEd25519,   kEd25519,   kEd25519, kEd25519,   kEcdsaP256,
      kEcdsaP256, kEcdsaP256, kEcdsaP256, kRsaSha256, kEd448,   kEcdsaP384,
  };
  SigningPlan& plan = node->plan;
  const uint64_t first_seed = 1 + kKeySeedsOfZone * nodes_.size();
  const auto key = [&](KeyRole role) {
    const uint8_t algorithm = kAlgorithms[random_.Below(std::size(kAlgorithms))];
    return KeyPlan{algorithm, role, first_seed};
  };
  plan.keys = {key(KeyRole::kCsk)};
  if (random_.Chance(0.4)) {
    // The role is part of the flags, so equal seeds would give keys that differ in it only.
    plan.keys = {key(KeyRole::kKsk), key(KeyRole::kZsk)};
    plan.keys[1].algorithm = plan.keys[0].algorithm;
    plan.keys[1].seed = plan.keys[0].seed + 1;
  }
  if (random_.Chance(0.1)) plan.keys.push_back({kEd25519, KeyRole::kCsk, first_seed + 2});
  if (random_.Chance(0.5)) {
    plan.denial = Denial::kNsec3;
    plan.opt_out = random_.Chance(0.3);
    plan.iterations = static_cast<uint16_t>(random_.Below(3));
    plan.salt.resize(random_.Below(3), 0xab);
    if (plan.opt_out) has_opt_out_ = true;
  }
  static const std::vector<uint8_t> kDigests[] = {
      {kSha256Digest}, {kSha256Digest}, {kSha384Digest}, {kSha1Digest, kSha256Digest}};
  plan.digests = kDigests[random_.Below(std::size(kDigests))];
}

void SignedWorld::BreakSomething(Node* node) {
  const auto breakage = static_cast<Breakage>(random_.Below(kBreakages));
  const bool is_trap = breakage == Breakage::kKeyTrap || breakage == Breakage::kSignatureJam ||
                       breakage == Breakage::kDsTrap;
  if (is_trap && !random_.Chance(0.2)) return;
  BrokenSets sets;
  static constexpr RRType kTypes[] = {RRType::kA,     RRType::kSOA, RRType::kDNSKEY, RRType::kNSEC,
                                      RRType::kNSEC3, RRType::kDS,  RRType::kCNAME,  RRType::kTXT};
  if (random_.Chance(0.7)) sets.type = kTypes[random_.Below(std::size(kTypes))];
  Break(breakage, &node->plan, sets);
  node->remark = std::string(ToText(breakage)) +
                 (sets.type ? " of " + wire::ToText(*sets.type) : std::string());
}

std::string SignedWorld::RandomTarget() {
  const Node& node = nodes_[random_.Below(nodes_.size())];
  if (node.names.empty() || random_.Chance(0.2)) return Under(RandomLabel(), node.origin);
  return node.names[random_.Below(node.names.size())];
}

// A DNAME hides what is below it, so it may not be above a cut or another name.
bool SignedWorld::MayRename(const Node& node, const std::string& name) const {
  return std::none_of(node.names.begin(), node.names.end(),
                      [&](const std::string& other) { return IsBelow(other, name); });
}

void SignedWorld::MakeRecords(Node* node) {
  static constexpr std::string_view kRecords[] = {
      " 300 A 192.0.2.200", " 60 A 192.0.2.201",         " 60 TXT \"text\"",
      " 3600 AAAA ::1",     " 300 TYPE65280 \\# 2 0102", " 5 TXT \"more\"",
  };
  const auto add = [&](const std::string& name, const std::string& rest) {
    node->text += name + rest + "\n";
    node->names.push_back(name);
  };
  std::vector<wire::Name> taken = {NameOf(node->origin), NameOf(Under("ns1", node->origin))};
  for (uint64_t count = 2 + random_.Below(6); count > 0; --count) {
    std::string name = node->origin;
    for (uint64_t labels = 1 + random_.Below(3); labels > 0; --labels) {
      name = Under(RandomLabel(), name);
    }
    if (random_.Chance(0.25)) name = Under("*", name);
    const bool at_cut = std::any_of(node->cuts.begin(), node->cuts.end(),
                                    [&](const std::string& cut) { return IsBelow(name, cut); });
    if (at_cut || std::find(taken.begin(), taken.end(), NameOf(name)) != taken.end()) continue;
    taken.push_back(NameOf(name));
    const double way = random_.Unit();
    if (way < 0.2) {
      add(name, " 300 CNAME " + RandomTarget());
    } else if (way < 0.27 && !NameOf(name).view().IsWildcard() && MayRename(*node, name)) {
      add(name, " 300 DNAME " + RandomTarget());
    } else if (way < 0.35) {
      add(name, " 300 MX 10 " + RandomTarget());
    } else {
      const size_t first = random_.Below(std::size(kRecords));
      add(name, std::string(kRecords[first]));
      if (random_.Chance(0.3)) {
        add(name, std::string(kRecords[(first + 3) % std::size(kRecords)]));
      }
    }
  }
}

SignedWorld::Question SignedWorld::RandomQuestion() {
  static constexpr RRType kTypes[] = {RRType::kA,   RRType::kA,      RRType::kA,     RRType::kTXT,
                                      RRType::kMX,  RRType::kAAAA,   RRType::kDS,    RRType::kNS,
                                      RRType::kSOA, RRType::kDNSKEY, RRType::kCNAME, RRType::kTXT};
  std::string name = RandomTarget();
  if (name.starts_with("*.") && random_.Chance(0.8)) name = RandomLabel() + name.substr(1);
  if (random_.Chance(0.2)) name = Under(RandomLabel(), name);
  if (random_.Chance(0.1)) name = Under(RandomLabel(), name);
  if (random_.Chance(0.1) && name != ".") name = wire::ToText(NameOf(name).view().Parent());
  return {name, kTypes[random_.Below(std::size(kTypes))]};
}

std::string SignedWorld::Describe() const {
  std::string text;
  for (const Node& node : nodes_) {
    text += node.origin + " at " + node.address;
    if (!node.is_signed) {
      text += " unsigned\n";
      continue;
    }
    for (const KeyPlan& key : node.plan.keys) text += " " + std::to_string(key.algorithm);
    text += node.plan.denial == Denial::kNsec ? " NSEC"
            : node.plan.opt_out               ? " NSEC3 with opt-out"
                                              : " NSEC3";
    text += (node.remark.empty() ? "" : ", " + node.remark) + "\n";
  }
  return text;
}

std::string SignedWorld::Play(int questions) {
  internet_.StartResolver();
  std::string faults;
  std::vector<Question> asked;
  for (int i = 0; i < questions; ++i) {
    const bool again = !asked.empty() && random_.Chance(0.3);
    const Question question = again ? asked[random_.Below(asked.size())] : RandomQuestion();
    const SignedInternet::Bits bits{.dnssec_ok = random_.Chance(0.6),
                                    .checking_disabled = random_.Chance(0.15),
                                    .authentic_data = random_.Chance(0.3)};
    const std::string diff = internet_.Judge(internet_.Lookup(question.name, question.type, bits));
    // A question for CNAME is answered by the CNAME that a DNAME makes. The naive validator goes
    // on.
    if (!diff.empty() && question.type != RRType::kCNAME) {
      faults += question.name + " " + wire::ToText(question.type) + (bits.dnssec_ok ? " DO" : "") +
                (bits.checking_disabled ? " CD" : "") + ": " + diff + "\n";
    }
    asked.push_back(question);
  }
  return faults.empty() ? "" : faults + Describe();
}

}  // namespace tern::sim
