// Reads from the traces of a plan's answers which name servers were asked, and how fast they were.
//
// Thread: any. Bounded by the replies' 64 KiB each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern::resolver::tool {

// A name server that the resolver asked while it answered.
struct NameServerUse {
  std::string server;
  std::vector<std::string> zones = {};
  size_t replies = 0;
  size_t timeouts = 0;
  int64_t fastest_us = 0;  // of the replies
  int64_t slowest_us = 0;
};

// Adds the steps of one trace, which comes from the network and may hold anything.
void AddNameServers(std::string_view trace, std::vector<NameServerUse>* uses);

}  // namespace tern::resolver::tool
