// Replies that no data is needed for: errors, class CH and ANY. Cold: apart from the hot path.
//
// Thread: any. Nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/answer/request.h"
#include "wire/types.h"

namespace tern::resolver::answer {

// Each writes the reply to `query` and returns its octets.
// REQUIRES: out.size() >= 512; for the last two the request has a sound question.

// The rcode that ParseRequest found, with the reason for what is understood but not done here.
size_t AnswerWithRcode(std::span<const uint8_t> query, const Request& request, wire::Rcode rcode,
                       std::span<uint8_t> out);
// RFC 4892: version.bind and the like.
size_t AnswerChaos(std::span<const uint8_t> query, const Request& request, std::span<uint8_t> out);
// RFC 8482 section 4.2: one HINFO.
size_t AnswerAny(std::span<const uint8_t> query, const Request& request, std::span<uint8_t> out);

}  // namespace tern::resolver::answer
