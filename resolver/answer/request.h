// Reads a client's query and judges it.
//
// Thread: any. A Request borrows the query's octets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/base/endpoint.h"
#include "resolver/policy/cookies.h"
#include "wire/edns.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::answer {

enum class CookieState : uint8_t {
  kNone,       // no COOKIE option
  kUnchecked,  // a COOKIE option of sound length, before CheckCookie
  kNew,        // only a client cookie
  kBad,        // its server cookie is not ours, or is old
  kGood,       // its server cookie is ours: the client receives what is sent to its address
};

// A request's COOKIE option (RFC 7873), and the content of the reply's.
struct RequestCookie {
  CookieState state = CookieState::kNone;
  std::array<uint8_t, policy::kOurCookieOctets> reply;  // set by CheckCookie
  std::span<const uint8_t> sent;                        // inside the query

  bool IsChecked() const { return state > CookieState::kUnchecked; }
};

struct Request {
  uint16_t id = 0;
  uint16_t flags = 0;
  wire::NameView name;  // inside the query; the reply keeps its case
  wire::RRType type = wire::RRType::kNone;
  wire::RRClass rrclass = wire::RRClass::kIN;
  uint16_t question_end = 0;  // where the question ends; 0 when there is no sound question
  bool has_edns = false;
  bool fails_if_secure = false;  // a sentinel that is wrong (sentinel.h)
  wire::Edns edns;
  RequestCookie cookie;

  bool recursion_desired() const { return (flags & wire::kFlagRD) != 0; }
  std::span<const uint8_t> Question(std::span<const uint8_t> query) const {
    return query.subspan(wire::kHeaderOctets, question_end - wire::kHeaderOctets);
  }
};

// Records besides the question. A query has OPT, and perhaps a signature (RFC 8945, RFC 2931). With
// more, others are not read: a long query would cost more than its answer.
inline constexpr size_t kQueryRecordsMax = 4;

enum class RequestVerdict : uint8_t {
  kResolve,  // an ordinary question of class IN
  kChaos,    // class CH: version.bind and the like
  kReply,    // answer with the rcode at once
  kDrop,     // not a query, or too short to answer
};

// Reads the query. With kReply, `*rcode` is what to answer:
// - FORMERR: the query cannot be read, QDCOUNT is not 1, there are two OPT (RFC 6891 section
//   6.1.1), a COOKIE option has a wrong length, or there are more than kQueryRecordsMax records.
// - NOTIMP: another opcode, or a query type that makes sense only between servers.
// - BADVERS: RFC 6891 section 6.1.3.
// - REFUSED: a transfer or another class.
// - NOERROR: a sound cookie without a question (RFC 7873 sections 5.2.2 and 5.4).
//
// Budget: 15 ns for a question with OPT (bench/resolver: BM_ParseRequest).
RequestVerdict ParseRequest(std::span<const uint8_t> query, Request* request, wire::Rcode* rcode);

// The same for a client that may not ask. Reads the question, and OPT if nothing else is behind it:
// the refusal needs no more. Returns kReply or kDrop.
RequestVerdict ParseForRefusal(std::span<const uint8_t> query, Request* request);

// Checks the request's cookie and makes the reply's. Without a cookie it does nothing. *rcode
// becomes BADCOOKIE when the request has only a bad cookie (RFC 7873 section 5.4).
void CheckCookie(const policy::ServerCookies& cookies, const IpAddress& client,
                 uint32_t wall_seconds, Request* request, wire::Rcode* rcode);

}  // namespace tern::resolver::answer
