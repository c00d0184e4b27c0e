// Why a server is not asked for a zone for a while, if there are others.
//
// Thread: any; values.
#pragma once

#include <cstdint>

#include "resolver/base/time.h"

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

struct Avoidance {
  Duration time{0};
  WhyAvoided why = WhyAvoided::kLame;
};

}  // namespace tern::resolver::upstream
