// What a trace says about the chain of trust: the links from the trust anchor to the answer, and
// the one that decides.
//
// Thread: any. Bounded by the reply's 64 KiB. The trace comes from the network and may hold
// anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

// RFC 4033 section 5.
enum class Verdict : uint8_t { kSecure, kInsecure, kBogus, kIndeterminate };
std::string_view VerdictName(Verdict verdict);

struct TrustLink {
  std::string question;  // `example.com. DS`
  std::string zone;      // that the proof is from; empty for a part of the answer
  std::string server;    // that was asked for it; empty when it was known
  std::string security;  // secure, insecure, bogus or unknown; as sent
  std::string outcome;   // the same with the reason
  // Unix time, of the signature that decided. 0: it was not about one.
  uint32_t signature_inception = 0;
  uint32_t signature_expiration = 0;
};

struct ChainOfTrust {
  Verdict verdict = Verdict::kIndeterminate;
  std::string reason;            // why it is not secure
  std::vector<TrustLink> links;  // in the order in which they were followed
  // The first link that is broken, that could not be looked at, or that is not signed.
  int deciding = -1;
};

// REQUIRES: the question asked for a trace.
ChainOfTrust ReadChain(const LookupReply& reply);

}  // namespace tern::resolver::tool
