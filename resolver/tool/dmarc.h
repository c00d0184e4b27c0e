// The DMARC record that counts for mail of a domain: its own, or that of a domain above it.
//
// A domain above it is found by the DNS tree walk of DMARCbis (draft-ietf-dmarc-dmarcbis section
// 4.10). It replaces the public suffix list of RFC 7489.
//
// Thread: the tool's main one. Bounded: kDmarcQuestionsMax questions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "resolver/tool/questions.h"
#include "resolver/tool/txt_policy.h"
#include "wire/name.h"

namespace tern::resolver::tool {

inline constexpr size_t kDmarcQuestionsMax = 8;

struct DmarcPolicy {
  TxtPolicy own;                       // what stands at the domain itself
  std::string domain;                  // whose record counts; empty if none does
  std::string record;                  // that record, as harmless text
  std::string policy;                  // what it says for the domain: the value of p, sp or np
  std::string failure;                 // why nobody can tell: a question that failed; or empty
  std::vector<std::string> ambiguous;  // domains with several records, so that none of them counts
};

// The domain, and those above it that the walk asks, in its order.
std::vector<wire::Name> DmarcWalk(const wire::Name& domain);

// The name of a domain's DMARC record. Nothing if it would be too long.
std::optional<wire::Name> DmarcName(wire::NameView domain);

// `exists`: whether the domain does. The walk goes on above the domain only if the domain has no
// record of its own.
DmarcPolicy FindDmarc(const wire::Name& domain, bool exists, AnswerBook* book);

}  // namespace tern::resolver::tool
