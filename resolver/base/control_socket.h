// Where ternd and tern meet when neither is told another place.
//
// Thread: any; constants.
#pragma once

namespace tern::resolver {

inline constexpr const char* kControlSocket = "/run/tern/control";

}  // namespace tern::resolver
