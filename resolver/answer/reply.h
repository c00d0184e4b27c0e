// Makes a client's reply from cache entries.
//
// The same function serves cached answers and questions that were just resolved. Both are a
// sequence of entries. Each entry is the next link of a chain (CNAME, or DNAME with its synthesised
// CNAME). The last one is an RRset or a negative answer.
//
// Thread: any. Nothing is allocated.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "cache/entry.h"
#include "resolver/answer/request.h"
#include "resolver/answer/targets.h"
#include "resolver/base/limits.h"
#include "resolver/base/negative_anchors.h"
#include "wire/message.h"
#include "wire/types.h"

namespace tern::resolver::answer {

struct AnswerParts {
  // Each link may come with the DNAME that made it. The final entry is one more.
  static constexpr size_t kPartsMax = 2 * kChainLinksMax + 1;

  std::array<cache::EntryView, kPartsMax> parts;
  size_t count = 0;
  wire::Rcode rcode = wire::Rcode::kNoError;
  wire::ExtendedError error = wire::ExtendedError::kNone;
  const char* error_text = "";  // a literal, for people; sent with `error`
  // What a client is told beside that.
  wire::ExtendedError second_error = wire::ExtendedError::kNone;
  const char* second_text = "";                   // a literal
  uint32_t stale_ttl = 0;                         // seconds; for records past their TTL
  const NegativeAnchors* exempt_zones = nullptr;  // for their reasons; may be null
  // If the client is told an extended error, it is noted here too. May be null.
  wire::ExtendedError* told = nullptr;

  // False when there is no room. The limit on links rules that out.
  [[nodiscard]] bool Add(cache::EntryView entry) {
    if (count == kPartsMax) return false;
    parts[count++] = entry;
    if (cache::SaysNxDomain(entry.kind())) rcode = wire::Rcode::kNXDomain;
    return true;
  }
};

// Whether all parts of the answer are secure, and fresh (RFC 4035 section 3.2.3).
bool IsSecure(const AnswerParts& answer, cache::Instant now);

// What the client is told beside the answer (RFC 8914): the answer's error, or why a part of it is
// insecure although its zone is signed.
struct ToldError {
  wire::ExtendedError error = wire::ExtendedError::kNone;
  std::string_view text = {};  // a literal, or inside the answer's exempt_zones
};
ToldError ErrorToTell(const AnswerParts& answer);

// Writes the reply to `query` into `out` and returns its octets.
// - It is never larger than `limit`. If the answer does not fit whole, the reply has no records,
//   and TC is set (RFC 2181 section 9).
// - `rotation` shifts the order of the records in an RRset, unless their RDATA has names.
// - TTLs are what is left at `now`, or the answer's stale_ttl.
// - `additional` has addresses of the hosts that the answer's last part names. It may be null. As
//   many RRsets as fit whole go into the additional section, in their order. They never truncate
//   the answer.
//
// REQUIRES: ParseRequest found a sound question; out.size() >= limit >= 512.
size_t ComposeReply(std::span<const uint8_t> query, const Request& request,
                    const AnswerParts& answer, cache::Instant now, uint32_t rotation, size_t limit,
                    std::span<uint8_t> out, const Additional* additional = nullptr);

// Writes a reply without records: the header, the question if there is a sound one, and OPT if the
// query had it. OPT has the extended error (RFC 8914) unless it is kNone. In both replies, OPT has
// the request's cookie if the cookie was checked.
size_t ComposeError(std::span<const uint8_t> query, const Request& request, wire::Rcode rcode,
                    wire::ExtendedError error, std::string_view error_text, std::span<uint8_t> out);

// The most octets that a UDP reply to this request may have.
inline size_t UdpReplyLimit(const Request& request) {
  if (!request.has_edns) return 512;
  return request.edns.payload_octets < wire::kEdnsPayloadDefault ? request.edns.payload_octets
                                                                 : wire::kEdnsPayloadDefault;
}

// The most octets that a reply in this buffer may have.
inline size_t ReplyLimit(bool tcp, const Request& request, std::span<const uint8_t> reply) {
  return std::min(reply.size(), tcp ? wire::kMessageOctetsMax : UdpReplyLimit(request));
}

}  // namespace tern::resolver::answer
