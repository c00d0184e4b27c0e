// The known word that somebody probably meant when they typed an unknown one.
//
// Thread: any. Bounded: texts of more than 64 octets are near to nothing.
#pragma once

#include <span>
#include <string_view>

namespace tern::resolver {

// The candidate that differs least from `text`, when that is little enough for a slip of the
// keyboard. Empty when none is near.
std::string_view NearestWord(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace tern::resolver
