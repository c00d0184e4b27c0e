// Writes queries to name servers, and checks whether a reply answers them.
//
// Thread: any. Nothing is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "resolver/base/environment.h"
#include "resolver/base/limits.h"
#include "resolver/upstream/query_form.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::upstream {

struct UpstreamQuestion {
  wire::Name name;  // as sent, in random case
  wire::RRType type = wire::RRType::kNone;
  bool recursion_desired = false;  // true to forwarders
  bool dnssec_ok = false;          // signatures are wanted too
};

// The content of a COOKIE option: the client cookie, then the server cookie if one is known.
struct UpstreamCookie {
  std::array<uint8_t, kCookieOctetsMax> octets;
  size_t size = 0;  // 0: no option

  std::span<const uint8_t> view() const { return {octets.data(), size}; }
};

// Writes the query and returns its size. If `cookie` is empty, the query has none. REQUIRES: `out`
// holds kUpstreamQueryOctetsMax octets. A cookie needs EDNS.
size_t WriteUpstreamQuery(const UpstreamQuestion& question, uint16_t id, const QueryForm& form,
                          std::span<const uint8_t> cookie, uint8_t* out);

enum class ReplyMatch : uint8_t {
  kMatches,
  kWrongCase,    // only the case of the name differs: the server does not keep it, or a forgery
  kForgery,      // another id or another question
  kWrongCookie,  // another client cookie
  kNoCookie,     // no cookie
};

// Whether `message` answers the query. Environment has compared address and port before. A reply
// with an error code may come without its question (RFC 1035 section 4.1.1 asks for none).
ReplyMatch MatchReply(std::span<const uint8_t> message, const UpstreamQuestion& question,
                      uint16_t id);

// The same for the reply's COOKIE option (RFC 7873 section 5.3). It gives kMatches, kWrongCookie or
// kNoCookie.
ReplyMatch MatchCookie(std::optional<std::span<const uint8_t>> cookie,
                       std::span<const uint8_t, kClientCookieOctets> client_cookie);

}  // namespace tern::resolver::upstream
