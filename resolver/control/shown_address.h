// A client's address as the query log and dnstap show it (base/event_settings.h).
//
// Thread: one at a time. Bound: a cipher.
#pragma once

#include <optional>
#include <string>

#include "resolver/base/endpoint.h"
#include "resolver/base/event_settings.h"
#include "resolver/crypto/address_cipher.h"

namespace tern::resolver::control {

class ShownAddress {
 public:
  // The bits that are left of a network.
  static constexpr size_t kIpv4Bits = 24;
  static constexpr size_t kIpv6Bits = 48;

  // REQUIRES: there is a key if the form needs one. Throws std::bad_alloc.
  explicit ShownAddress(const AddressSettings& settings);

  // The address as it is shown. An encrypted one is an IPv6 address.
  IpAddress Show(const IpAddress& address);
  // `192.0.2.1`, or `192.0.2.0/24` for a network.
  std::string ToText(const IpAddress& address);

 private:
  const AddressForm form_;
  std::optional<crypto::AddressCipher> cipher_;
};

}  // namespace tern::resolver::control
