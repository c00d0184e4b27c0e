// All of the settings as text, so that two can be compared whole.
//
// Thread: any.
#pragma once

#include <string>

#include "resolver/config/settings.h"

namespace tern::resolver::config {

// Without `places_in_file` and listen_is_default.
std::string Shown(const Settings& settings);

}  // namespace tern::resolver::config
