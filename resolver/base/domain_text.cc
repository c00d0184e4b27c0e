#include "resolver/base/domain_text.h"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <string>

#include "wire/concat.h"
#include "wire/parse_presentation.h"

namespace tern::resolver {
namespace {

// A name in presentation format has at most four characters for each of its 255 octets.
constexpr size_t kDomainTextMax = 1024;

struct FreeIdn {
  void operator()(char* text) const { idn2_free(text); }
};

}  // namespace

absl::StatusOr<wire::Name> ParseDomainText(std::string_view text) {
  const bool is_ascii =
      std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
  if (is_ascii) return wire::ParseName(text);
  // libidn2 reads up to the first octet that is 0.
  if (text.size() > kDomainTextMax || text.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError("the name is too long, or has an octet that is 0");
  }
  char* converted = nullptr;
  const int result = idn2_to_ascii_8z(std::string(text).c_str(), &converted,
                                      IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, FreeIdn> ascii(converted);
  if (result != IDN2_OK) {
    return absl::InvalidArgumentError(
        Concat("no internationalized name (IDNA): ", idn2_strerror(result)));
  }
  return wire::ParseName(ascii.get());
}

}  // namespace tern::resolver
