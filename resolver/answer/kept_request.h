// A request that owns its octets. It is for a client that waits, and for the worker that owns the
// question.
//
// It holds everything that a reply needs: the header and the question as they came, the flags, what
// OPT said, and what CheckCookie found. It does not hold the options and the cookie that was sent.
//
// Thread: one at a time. Bound: about 400 octets, none of them on the heap.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/answer/request.h"
#include "wire/check.h"
#include "wire/message.h"
#include "wire/name.h"

namespace tern::resolver::answer {

class KeptRequest {
 public:
  KeptRequest() = default;
  KeptRequest(std::span<const uint8_t> query, const Request& request) { Keep(query, request); }
  // Not copied: its request's name points into it.
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;

  // Replaces what it held.
  // REQUIRES: `request` was read from `query` and has a sound question. Neither belongs to this
  // object.
  void Keep(std::span<const uint8_t> query, const Request& request) {
    TERN_REQUIRE(request.question_end != 0 && request.question_end <= query.size());
    TERN_REQUIRE(query.data() != octets_.data() && &request != &request_);
    std::copy_n(query.begin(), request.question_end, octets_.begin());
    request_ = request;
    request_.name =
        wire::NameView::FromValid(octets_.data() + wire::kHeaderOctets, request.name.size());
    request_.edns.options = {};
    request_.cookie.sent = {};
  }

  // The header and the question.
  std::span<const uint8_t> query() const { return {octets_.data(), request_.question_end}; }
  const Request& request() const { return request_; }

 private:
  static constexpr size_t kOctetsMax = wire::kHeaderOctets + wire::kNameOctetsMax + 4;

  Request request_;
  std::array<uint8_t, kOctetsMax> octets_;
};

}  // namespace tern::resolver::answer
