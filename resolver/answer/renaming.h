// Makes entries that no reply holds and that the store does not keep: the CNAME that a DNAME makes
// for a name (RFC 6672 section 3.1), and an empty answer.
//
// In all functions `scratch` is the place where the entry is made. It has at least
// cache::kBuiltOctetsMax octets. The next call reuses it. Each function returns false when the
// answer has no room left.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <span>

#include "cache/entry.h"
#include "resolver/answer/answer.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::answer {

// Adds the answer that (name, type) has no records. It has no SOA, so nobody may keep it (RFC 2308
// section 5).
[[nodiscard]] bool AddEmpty(wire::NameView name, wire::RRType type, cache::Instant now,
                            std::span<uint8_t> scratch, Answer* answer);

// Adds a DNAME's entry and the CNAME that it makes for `name`. If the new name is too long, the
// answer becomes YXDOMAIN (RFC 6672 section 2.2).
[[nodiscard]] bool AddDname(cache::EntryView dname, wire::NameView name, cache::Instant now,
                            std::span<uint8_t> scratch, Answer* answer);

// The second half of AddDname, for a DNAME that is in the answer already.
[[nodiscard]] bool AddRenamed(cache::EntryView dname, wire::NameView name, cache::Instant now,
                              std::span<uint8_t> scratch, Answer* answer);

// Adds the CNAME from `name` to `target`, for `ttl` seconds.
[[nodiscard]] bool AddSynthesised(wire::NameView name, wire::NameView target, cache::Rank rank,
                                  cache::Security security, uint32_t ttl, cache::Instant now,
                                  std::span<uint8_t> scratch, Answer* answer);

// Whether the answer ends with the DNAME that was just added. It does so in two cases: the new name
// was too long, or the question was for the CNAME that it made.
inline bool EndsWithDname(const Answer& answer, wire::RRType type) {
  return answer.rcode() == wire::Rcode::kYXDomain || type == wire::RRType::kCNAME;
}

}  // namespace tern::resolver::answer
