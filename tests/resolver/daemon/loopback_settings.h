// A daemon for tests: it listens on loopback, at a port that the kernel chooses, and nothing is
// ever asked upstream.
#pragma once

#include <cstddef>

#include "resolver/config/config.h"
#include "resolver/config/settings.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {

inline config::Settings LoopbackSettings() {
  config::Settings settings = config::DefaultSettings();
  settings.listen = {*Endpoint::Parse("127.0.0.1", 0)};
  settings.listen_is_default = false;
  settings.workers = 2;
  settings.http.listen.clear();
  settings.cache.memory_octets = size_t{8} << 20;
  settings.resolution.root_hints = {
      {*wire::ParseName("root.test."), {*IpAddress::Parse("127.0.0.1")}}};
  return settings;
}

}  // namespace tern::resolver::daemon
