// Says which users may use a control socket, to a user that may not.
//
// Thread: any. Bound: one line.
#pragma once

#include <string>

namespace tern::resolver::tool {

// Names the group of the socket, and how to become a member. When the socket cannot be seen, it
// speaks of the group of ternd.
std::string WhoMayUse(const std::string& socket);

}  // namespace tern::resolver::tool
