#include "wire/address_text.h"

#include <arpa/inet.h>

#include "wire/check.h"

namespace tern::wire {

std::string AddressToText(std::span<const uint8_t> octets) {
  TERN_REQUIRE(octets.size() == 4 || octets.size() == 16);
  char text[INET6_ADDRSTRLEN];
  inet_ntop(octets.size() == 4 ? AF_INET : AF_INET6, octets.data(), text, sizeof text);
  return text;
}

std::optional<std::string> ParseAddress(std::string_view text) {
  // inet_pton would stop at a NUL.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return std::nullopt;
  const std::string terminated(text);
  char octets[16];
  if (inet_pton(AF_INET, terminated.c_str(), octets) == 1) return std::string(octets, 4);
  if (inet_pton(AF_INET6, terminated.c_str(), octets) == 1) return std::string(octets, 16);
  return std::nullopt;
}

}  // namespace tern::wire
