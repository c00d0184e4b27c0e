// Why a server is not asked for a zone for a while, if there are others.
//
// Thread: any; values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "resolver/base/time.h"
#include "resolver/base/upstream_counts.h"

namespace tern::resolver::upstream {

// A mark keeps it as a number below 8 (base/expiring_marks.h).
enum class WhyAvoided : uint8_t {
  kLame,         // it does not serve the zone (RFC 9499 section 7)
  kRefused,      // REFUSED
  kFailed,       // SERVFAIL or another code of an error
  kFormatError,  // FORMERR, or NOTIMP, however it was asked
  kUnsound,      // its replies over TCP cannot be used
  kOvertaken,    // over TCP, by another server
  kBogus,        // what it gave failed validation
};

// In metrics and in what commands tell, by WhyAvoided.
inline constexpr std::array<std::string_view, kAvoidReasons> kAvoidReasonNames = {
    "lame", "refused", "failed", "format_error", "unsound", "overtaken", "bogus"};
static_assert(static_cast<size_t>(WhyAvoided::kBogus) + 1 == kAvoidReasons);

constexpr std::string_view WordOf(WhyAvoided why) {
  return kAvoidReasonNames[static_cast<size_t>(why)];
}

struct Avoidance {
  Duration time{0};
  WhyAvoided why = WhyAvoided::kLame;
};

}  // namespace tern::resolver::upstream
