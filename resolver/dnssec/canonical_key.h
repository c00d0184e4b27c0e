// A name as octets that sort in canonical order (RFC 4034 section 6.1) when they are compared as
// plain octets. So a search compares whole words instead of labels.
//
// The key is of the labels below a zone, from the right to the left, in lower case. Each label ends
// in a zero octet. Zero and one inside a label are escaped. The zone's own key is empty.
//
// Thread: any. A value.
// Bound: 0.5 KiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/name.h"

namespace tern::resolver::dnssec {

class CanonicalKey {
 public:
  // REQUIRES: name.IsSubdomainOf(zone).
  CanonicalKey(wire::NameView zone, wire::NameView name);
  CanonicalKey(const CanonicalKey&) = delete;
  CanonicalKey& operator=(const CanonicalKey&) = delete;

  std::string_view view() const { return {octets_, size_}; }

 private:
  size_t size_ = 0;
  char octets_[2 * wire::kNameOctetsMax];  // not set behind size_
};

}  // namespace tern::resolver::dnssec
