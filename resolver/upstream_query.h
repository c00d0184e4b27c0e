// Queries to name servers, and whether what comes back answers them.
//
// Thread: any; nothing is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/environment.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver {

inline constexpr size_t kUpstreamQueryOctetsMax = 12 + 255 + 4 + 11;

struct UpstreamQuestion {
  wire::Name name;  // as sent, with its random case
  wire::RRType type = wire::RRType::kNone;
  bool recursion_desired = false;  // to forwarders
};

// Writes the query; `out` holds kUpstreamQueryOctetsMax octets. Returns its size.
size_t WriteUpstreamQuery(const UpstreamQuestion& question, uint16_t id, bool edns, uint8_t* out);

enum class ReplyMatch : uint8_t {
  kMatches,
  kWrongCase,  // everything but the case of the name: a server that does not keep it, or a forgery
  kForgery,    // another id or another question
};

// Does `message` answer the query? Address and port were compared before (Environment). A reply
// with an error code may come without its question (RFC 1035 section 4.1.1 asks for none).
ReplyMatch MatchReply(std::span<const uint8_t> message, const UpstreamQuestion& question,
                      uint16_t id);

}  // namespace tern::resolver
