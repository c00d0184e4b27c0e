// The words for the answers by which a block list refuses. The operators of lists agreed on the
// addresses in 127.255.255.0/24.
//
// Thread: any; constants.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tern::resolver {

// The first three octets of a refusal. The last one says why.
inline constexpr std::array<uint8_t, 3> kListRefusal = {127, 255, 255};

struct ListRefusalWords {
  std::string_view what;    // begins with `the list` or `this resolver`
  std::string_view advice;  // a sentence, or several
};

// Codes that no list is known to use have words too.
ListRefusalWords WordsOfListRefusal(uint8_t code);

}  // namespace tern::resolver
