#include "resolver/control/http_guard.h"

#include <algorithm>
#include <cstddef>

#include "resolver/base/endpoint.h"

namespace tern::resolver::control {
namespace {

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool HasOnlyDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool IsOurHost(std::string_view host, std::span<const std::string> names) {
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !HasOnlyDigits(rest.substr(1)))) return false;
    return IpAddress::Parse(host.substr(1, end - 1)).has_value();
  }
  const size_t colon = host.find(':');
  if (colon != std::string_view::npos) {
    if (!HasOnlyDigits(host.substr(colon + 1))) return false;
    host = host.substr(0, colon);
  }
  if (IpAddress::Parse(host)) return true;
  std::string name = Lowered(host);
  if (name.ends_with('.')) name.pop_back();
  return name == "localhost" || std::find(names.begin(), names.end(), name) != names.end();
}

bool IsFromOurPage(std::string_view page, std::string_view fetch_site) {
  return !page.empty() && (fetch_site.empty() || fetch_site == "same-origin");
}

bool HasToken(std::string_view authorization, std::string_view token) {
  constexpr std::string_view kScheme = "bearer ";
  if (Lowered(authorization.substr(0, kScheme.size())) != kScheme) return false;
  const std::string_view sent = authorization.substr(kScheme.size());
  if (sent.size() != token.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < token.size(); ++i) {
    difference |= static_cast<unsigned char>(sent[i]) ^ static_cast<unsigned char>(token[i]);
  }
  return difference == 0;
}

}  // namespace tern::resolver::control
