// The start of a message about a value that only this machine can judge.
//
// Thread: any. Bounded by the message.
#pragma once

#include <string>
#include <string_view>

#include "resolver/config/settings.h"
#include "wire/concat.h"

namespace tern::resolver::config {

// `FILE:7:3: KEY: MESSAGE`, or `KEY: MESSAGE` when the value is a default.
inline std::string AtKey(const Settings& settings, const std::string& key,
                         std::string_view message) {
  const auto place = settings.places_in_file.find(key);
  return Concat(place == settings.places_in_file.end() ? "" : place->second + ": ", key, ": ",
                message);
}

}  // namespace tern::resolver::config
