#include "resolver/control/shown_address.h"

#include <algorithm>
#include <array>

#include "wire/check.h"
#include "wire/concat.h"

namespace tern::resolver::control {

ShownAddress::ShownAddress(const AddressSettings& settings) : form_(settings.form) {
  if (form_ != AddressForm::kEncrypted) return;
  std::array<uint8_t, crypto::kAddressKeyOctets> key{};
  TERN_REQUIRE(settings.key.size() == key.size());
  std::copy(settings.key.begin(), settings.key.end(), key.begin());
  cipher_.emplace(key);
}

IpAddress ShownAddress::Show(const IpAddress& address) {
  IpAddress shown = address;
  shown.scope = 0;
  if (form_ == AddressForm::kPrefix) {
    const size_t octets = (address.IsIpv4() ? kIpv4Bits : kIpv6Bits) / 8;
    std::fill(shown.octets + octets, shown.octets + sizeof shown.octets, uint8_t{0});
  }
  if (form_ == AddressForm::kEncrypted) {
    crypto::AddressCipher::Octets whole{};
    if (address.IsIpv4()) {
      whole[10] = whole[11] = 0xff;
      std::copy_n(address.octets, 4, whole.begin() + 12);
    } else {
      std::copy_n(address.octets, 16, whole.begin());
    }
    shown = IpAddress::FromOctets(cipher_->Encrypt(whole));
  }
  return shown;
}

std::string ShownAddress::ToText(const IpAddress& address) {
  std::string text = Show(address).ToText();
  if (form_ != AddressForm::kPrefix) return text;
  return Concat(text, "/", address.IsIpv4() ? kIpv4Bits : kIpv6Bits);
}

}  // namespace tern::resolver::control
