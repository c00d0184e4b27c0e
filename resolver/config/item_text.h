// The values of a configuration file that are one item of a list, from their text.
//
// Thread: any. Bounded by the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resolver/base/endpoint.h"
#include "wire/name.h"

namespace tern::resolver::config {

std::optional<Prefix> ParsePrefix(const std::string& text);
// A link-local address needs its interface.
std::optional<IpAddress> ParseAddress(const std::string& text);
// The same, with a port, or port 53.
std::optional<Endpoint> ParseEndpoint(const std::string& text);
std::optional<wire::Name> ParseDomain(const std::string& text);

// Why nothing can be sent to or from the address, or received there. Empty when it can be used.
std::string_view WhyNoHost(const IpAddress& address);

}  // namespace tern::resolver::config
