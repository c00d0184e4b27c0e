// A random internet whose zones are signed, half signed or broken, and what to ask it. Nothing in
// it changes, so the naive validator knows the one right answer to each question.
//
// - Zones are one to four deep, with empty non-terminals between cuts. Some share a server with
//   their parent.
// - Signed zones differ in algorithm, roles of keys, NSEC or NSEC3, salt, opt-out and digests.
// - Names have wildcards, aliases and renamings across zones, and sit close together.
//
// Thread: one. Bound: kZonesMax zones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/seeded_random.h"
#include "tests/sim/signed_internet.h"
#include "tests/support/dnssec/breakages.h"

namespace tern::sim {

class SignedWorld {
 public:
  static constexpr size_t kZonesMax = 10;

  enum class Kind : uint8_t {
    kSound,
    kBroken,  // some zones have a breakage, of all their sets or of some
  };

  SignedWorld(uint64_t seed, Kind kind);

  // Zones are signed, and the resolver is not started.
  SignedInternet& internet() { return internet_; }

  struct Question {
    std::string name;
    wire::RRType type = wire::RRType::kA;
  };
  // Often of a name that is there, or near one.
  Question RandomQuestion();

  // Whether every zone is signed and its parent has its DS.
  bool is_signed_throughout() const { return !has_unsigned_; }
  bool has_opt_out() const { return has_opt_out_; }
  // A line for each zone: how it is signed, and what is wrong with it.
  std::string Describe() const;

  // Starts the resolver, asks it so many questions, some of them again, and says how its replies
  // differ from what they must be.
  std::string Play(int questions);

 private:
  struct Node {
    std::string origin;
    std::vector<std::string> names;  // of children too
    std::vector<std::string> cuts;   // origins of children
    std::string text;
    bool is_signed = true;
    SigningPlan plan;
    std::string remark;
    std::string address;
  };

  std::string RandomLabel();
  void MakeZone(size_t parent);
  void MakePlan(Node* node);
  void BreakSomething(Node* node);
  void MakeRecords(Node* node);
  bool MayRename(const Node& node, const std::string& name) const;
  std::string RandomTarget();

  SeededRandom random_;
  SignedInternet internet_;
  std::vector<Node> nodes_;
  bool has_unsigned_ = false;
  bool has_opt_out_ = false;
};

}  // namespace tern::sim
