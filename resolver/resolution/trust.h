// The way from a trust anchor down to the zone of a name, along signed delegations (RFC 4035
// section 5.2).
//
// What is needed of DS and DNSKEY records comes from the store, where referrals have put the DS
// records, or is asked for. The client's own allowance pays. An insecure delegation is proven at
// the parent; the keys of what is below are never asked for.
//
// Thread: one worker's.
#pragma once

#include <cstdint>

#include "resolver/base/task.h"
#include "resolver/dnssec/reason.h"
#include "resolver/dnssec/verify.h"
#include "resolver/resolution/job.h"
#include "wire/name.h"

namespace tern::resolver::resolution {

// Where the way ended.
struct Trust {
  enum class State : uint8_t {
    kFailed,    // the way is broken; `problem` says where
    kInsecure,  // an unsigned zone, or what is exempt; `problem` may have a reason
    kSecure,    // the keys of `zone` are good, and nothing nearer to the name is a zone
  };
  State state = State::kFailed;
  wire::Name zone;
  dnssec::Problem problem;
};

enum class Way : uint8_t {
  kKnownCuts,  // `target` is a zone, and zone cuts above it that are not known are found by signers
  kAllNames,   // each name above `target`, and `target`, may be a zone
};

// REQUIRES: `target` outlives the task.
Task<Trust> FindTrust(Job& job, const wire::Name& target, Way way);

// Asks for the keys of a signed zone beside the question that the zone's servers are asked, because
// they will be needed. Does nothing when they are known or not needed.
void AskForKeysAhead(Job& job, const wire::Name& zone);

// Whether other trust anchors are in force than when the job began. What it finds out is then not
// for others.
bool HasOldAnchors(Job& job);

// Whether it is known, without a question, that nothing at the name is signed. False when clients
// are told why: then validation finds the reason.
bool IsKnownInsecure(Job& job, wire::NameView name);

// With what entries of the trusted zone are checked. Null keys: they have left the table.
// Valid until the next co_await.
dnssec::ZoneKeys* FindTrustedKeys(Job& job, wire::NameView zone);
dnssec::Verifier VerifierOf(Job& job, wire::NameView zone, dnssec::ZoneKeys& keys);

// What a server said is bogus. It comes last for its zone for a while, and what it said is
// forgotten. False when it is not known who said it. Then it need not be asked for again.
bool AvoidSource(Job& job, const answer::Answer& answer);
// How often what is bogus is asked of another server.
inline constexpr int kOtherServersMax = 2;

// Puts an entry into the store with what validation has found out about it.
void KeepValidated(Job& job, cache::EntryView entry, cache::Security security, uint32_t ttl_max,
                   cache::WhyInsecure why = cache::WhyInsecure::kUnsigned);

}  // namespace tern::resolver::resolution
