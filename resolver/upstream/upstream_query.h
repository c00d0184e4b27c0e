// Queries to name servers, and whether what comes back answers them.
//
// Thread: any; nothing is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "resolver/base/environment.h"
#include "resolver/base/limits.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::upstream {

struct UpstreamQuestion {
  wire::Name name;  // as sent, with its random case
  wire::RRType type = wire::RRType::kNone;
  bool recursion_desired = false;  // to forwarders
};

// A COOKIE option's content: the client cookie, and behind it what server cookie is known.
struct UpstreamCookie {
  std::array<uint8_t, kCookieOctetsMax> octets;
  size_t size = 0;  // 0: no option

  std::span<const uint8_t> view() const { return {octets.data(), size}; }
};

// Writes the query; `out` holds kUpstreamQueryOctetsMax octets. Returns its size. A cookie needs
// EDNS; an empty one is none.
size_t WriteUpstreamQuery(const UpstreamQuestion& question, uint16_t id, bool edns,
                          std::span<const uint8_t> cookie, uint8_t* out);

enum class ReplyMatch : uint8_t {
  kMatches,
  kWrongCase,  // everything but the case of the name: a server that does not keep it, or a forgery
  kForgery,    // another id or another question
  kWrongCookie,  // another client cookie
  kNoCookie,     // none at all
};

// Does `message` answer the query? Address and port were compared before (Environment). A reply
// with an error code may come without its question (RFC 1035 section 4.1.1 asks for none).
ReplyMatch MatchReply(std::span<const uint8_t> message, const UpstreamQuestion& question,
                      uint16_t id);

// The same of the reply's COOKIE option (RFC 7873 section 5.3): kMatches, kWrongCookie or
// kNoCookie.
ReplyMatch MatchCookie(std::optional<std::span<const uint8_t>> cookie,
                       std::span<const uint8_t, kClientCookieOctets> client_cookie);

}  // namespace tern::resolver::upstream
