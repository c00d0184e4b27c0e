// Replies that need no data: errors, class CH and ANY. They are rare, so they are apart from the
// hot path.
//
// Thread: any. Nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "resolver/answer/request.h"
#include "wire/types.h"

namespace tern::resolver::answer {

// Each function writes the reply to `query` and returns its octets.
// REQUIRES: out.size() >= 512. For the last two, the request has a sound question.

// Replies with the rcode that ParseRequest found. If the query is understood but not served here,
// the reply gives the reason.
size_t AnswerWithRcode(std::span<const uint8_t> query, const Request& request, wire::Rcode rcode,
                       std::span<uint8_t> out);
// RFC 4892: version.bind and the like. trustanchor.server has a record for each of the texts, as
// many as fit into 512 octets. Texts of more than 255 octets are left out.
size_t AnswerChaos(std::span<const uint8_t> query, const Request& request,
                   std::span<const std::string> trust_anchors, std::span<uint8_t> out);
// RFC 8482 section 4.2: one HINFO.
size_t AnswerAny(std::span<const uint8_t> query, const Request& request, std::span<uint8_t> out);

// Replies to a question of class CH: NOERROR, with a TXT record for each text that fits into
// `octets_max`, in their order. Texts of more than 255 octets are left out.
// REQUIRES: 512 <= octets_max <= out.size().
size_t AnswerWithTexts(std::span<const uint8_t> query, const Request& request,
                       std::span<const std::string> texts, size_t octets_max,
                       std::span<uint8_t> out);

}  // namespace tern::resolver::answer
