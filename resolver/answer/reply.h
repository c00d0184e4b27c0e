// Puts a client's reply together from cache entries.
//
// The same function serves cached answers and questions that were just resolved: both are a
// sequence of entries, each the next link of a chain (CNAME, or DNAME with its synthesised CNAME)
// and at last an RRset or a negative answer.
//
// Thread: any. Nothing is allocated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/entry.h"
#include "resolver/answer/request.h"
#include "resolver/base/limits.h"
#include "wire/types.h"

namespace tern::resolver::answer {

struct AnswerParts {
  // Every link may come with the DNAME that made it; then the final entry.
  static constexpr size_t kPartsMax = 2 * kChainLinksMax + 1;

  std::array<cache::EntryView, kPartsMax> parts;
  size_t count = 0;
  wire::Rcode rcode = wire::Rcode::kNoError;
  wire::ExtendedError error = wire::ExtendedError::kNone;
  const char* error_text = "";  // a literal, for people; sent with `error`
  uint32_t stale_ttl = 0;       // seconds; of what is past its TTL

  // False when there is no room, which the limit on links rules out.
  [[nodiscard]] bool Add(cache::EntryView entry) {
    if (count == kPartsMax) return false;
    parts[count++] = entry;
    if (entry.kind() == cache::EntryKind::kNxDomain) rcode = wire::Rcode::kNXDomain;
    return true;
  }
};

// Writes the reply to `query` into `out` and returns its octets. It is never larger than `limit`;
// what does not fit whole is left out and TC set (RFC 2181 section 9). `rotation` turns the order
// of address records. TTLs are what is left at `now`, or the answer's stale_ttl.
// REQUIRES: ParseRequest found a sound question; out.size() >= limit >= 512.
size_t ComposeReply(std::span<const uint8_t> query, const Request& request,
                    const AnswerParts& answer, cache::Seconds now, uint32_t rotation, size_t limit,
                    std::span<uint8_t> out);

// Writes a reply without records: the header, the question when there is a sound one, and OPT when
// the query had it (with the extended error, RFC 8914, unless kNone). In both replies OPT has the
// cookie of a request whose cookie was checked.
size_t ComposeError(std::span<const uint8_t> query, const Request& request, wire::Rcode rcode,
                    wire::ExtendedError error, const char* error_text, std::span<uint8_t> out);

// How many octets a UDP reply to this request may have.
inline size_t UdpReplyLimit(const Request& request) {
  if (!request.has_edns) return 512;
  return request.edns.payload_octets < wire::kEdnsPayloadDefault ? request.edns.payload_octets
                                                                 : wire::kEdnsPayloadDefault;
}

}  // namespace tern::resolver::answer
