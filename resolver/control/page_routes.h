// The page's files, and the look-up that it offers.
//
// Thread: the routes are called by the server's threads (http_server.h).
// Bound: HttpRoute's for what waits, and kLookUpsASecond.
#pragma once

#include <vector>

#include "resolver/control/http_server.h"
#include "resolver/control/sources.h"

namespace tern::resolver::control {

// Look-ups that are begun in a second, by all who look.
inline constexpr int kLookUpsASecond = 5;

// What a browser may do with the page: show what comes from here, and nothing else.
inline constexpr char kPagePolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'";

// `/`, what it needs, and `/lookup`. The files are open: they hold nothing of this machine, and
// the page itself asks for the token.
std::vector<HttpRoute> MakePageRoutes(const Sources& sources);

}  // namespace tern::resolver::control
