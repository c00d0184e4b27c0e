// Finds the known word that the user probably meant when they typed an unknown one.
//
// Thread: any. Bounded: nothing is near to a text of more than 64 octets.
#pragma once

#include <span>
#include <string_view>

namespace tern::resolver {

// The candidate that differs least from `text`, if the difference is small enough for a typing
// error. Otherwise empty.
std::string_view NearestWord(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace tern::resolver
