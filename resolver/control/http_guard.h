// Which HTTP requests may be answered.
//
// Thread: any. No memory of its own.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tern::resolver::control {

// Whether the header Host names this machine: by an address, by `localhost`, or by one of `names`
// (in lower case). A web page whose name was made to lead to this machine sends its own name (DNS
// rebinding). It can send no address. The port does not count.
bool IsOurHost(std::string_view host, std::span<const std::string> names);

// Whether the header Authorization has the token (RFC 6750 section 2.1). The time that it takes
// tells nothing of the token but its length.
bool HasToken(std::string_view authorization, std::string_view token);

// Whether a request comes from our own page, or from a program. `page`: the header Tern-Page, which
// a browser sends for a page of another origin only if the server allows it. `fetch_site`: the
// header Sec-Fetch-Site; browsers say in it where the page is from.
bool IsFromOurPage(std::string_view page, std::string_view fetch_site);

}  // namespace tern::resolver::control
