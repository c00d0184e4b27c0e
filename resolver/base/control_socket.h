// Where ternd and tern meet when neither is told another place.
//
// Thread: any; constants.
#pragma once

#include <sys/types.h>

namespace tern::resolver {

inline constexpr const char* kControlSocket = "/run/tern/control";
// The group of a socket gives its members the right to commands, but not this one (nogroup): all
// kinds of programs run in it, and the kernel puts everybody into it who comes from another
// namespace of users.
inline constexpr gid_t kNoGroup = 65534;

}  // namespace tern::resolver
