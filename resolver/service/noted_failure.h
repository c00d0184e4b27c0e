// A question that clients got no answer to, with its reason, as it is noted for those who watch.
//
// Thread: any; values. Bound: kNotedFailureOctetsMax.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "resolver/base/time.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::service {

// Of a reason, as many octets are noted.
inline constexpr size_t kNotedTextMax = 160;
inline constexpr size_t kNotedFailureOctetsMax = 2 * 255 + kNotedTextMax + 32;

struct NotedFailure {
  wire::Name name;  // in lower case
  wire::RRType type = wire::RRType::kNone;
  wire::Name zone;  // whose servers were asked, or the name itself when that is not known
  wire::Rcode rcode = wire::Rcode::kServFail;
  wire::ExtendedError error = wire::ExtendedError::kNone;
  std::string text;    // of the extended error
  Time last;           // when a client got it last
  uint64_t times = 0;  // clients got it since it was noted first

  // The parts that Pack needs, borrowed.
  struct View {
    wire::NameView name = {};
    wire::RRType type = wire::RRType::kNone;
    wire::NameView zone = {};
    wire::Rcode rcode = wire::Rcode::kServFail;
    wire::ExtendedError error = wire::ExtendedError::kNone;
    std::string_view text = {};
    Time last = {};
    uint64_t times = 0;
  };
};

using NotedFailureRoom = std::array<uint8_t, kNotedFailureOctetsMax>;
// As octets in `room`. A longer text is cut.
std::span<const uint8_t> PackFailure(const NotedFailure::View& failure, NotedFailureRoom& room);
// Nothing when Pack did not make it.
std::optional<NotedFailure> UnpackFailure(std::string_view packed);

}  // namespace tern::resolver::service
