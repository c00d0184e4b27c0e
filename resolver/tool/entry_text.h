// An entry of ternd's cache as text, near to a master file (RFC 1035 section 5).
//
// - Records are lines as in a master file, with what is left of their TTL: 0 if they have expired.
// - What has no such form is a comment: what is denied, delegations, failures, and what is known
//   about an entry. So a program that reads the text as a master file takes records only.
//
// Thread: any. Bounded by the entry.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tern::resolver::tool {

// Whatever the entry holds, the text is harmless.
std::string EntryText(const nlohmann::ordered_json& entry);

}  // namespace tern::resolver::tool
