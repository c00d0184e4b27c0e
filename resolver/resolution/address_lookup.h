// Looks up the addresses of one name server, inside another resolution or beside it.
//
// Thread: one worker's.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "cache/entry.h"
#include "resolver/base/endpoint.h"
#include "resolver/resolution/nested_question.h"
#include "resolver/upstream/race_context.h"

namespace tern::resolver::resolution {

class AddressLookup final : public NestedQuestion {
 public:
  // `type` is kA or kAAAA.
  AddressLookup(Job& parent, const wire::Name& server, wire::RRType type)
      : NestedQuestion(parent, server, type) {}

  // The addresses, at most resolution.limits.addresses. There are none if the look-up failed.
  std::span<const IpAddress> await_resume() const { return {addresses_.data(), count_}; }

 private:
  bool Keep(const answer::Answer& answer) override;

  std::array<IpAddress, cache::kAddressesPerServerMax> addresses_;
  size_t count_ = 0;
};

// Starts the look-up for the store. Nobody waits for it. It gets a part of the parent's allowance.
void LookUpInBackground(Job& parent, const wire::Name& server, wire::RRType type);

// Looks for more name servers of the job's zone in the background. It is for a race whose servers
// are late.
class OneMoreServer final : public upstream::MoreServers {
 public:
  explicit OneMoreServer(Job& job) : job_(job) {}
  // Looks up one more name server. It does nothing if some servers were looked up already: those
  // look-ups start the next one in the background anyway.
  bool LookUpAnother() override;
  // Asks the zone's parent, if the delegation is from the store and the parent was not asked a
  // moment ago.
  bool AskParent() override;

 private:
  Job& job_;
};

}  // namespace tern::resolver::resolution
