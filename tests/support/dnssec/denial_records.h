// The fields of NSEC and NSEC3 records (RFC 4034 section 4, RFC 5155 section 3), for tests.
//
// Thread: any. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "tests/sim/plain_message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

// A type bitmap (RFC 4034 section 4.1.2), and back.
Octets TypeBitmap(const std::set<wire::RRType>& types);
// Nothing when the octets are not sound.
std::optional<std::set<wire::RRType>> TypesInBitmap(std::span<const uint8_t> octets);

// A hash as text (RFC 4648 section 7, lower case, no padding), and the name with it in front.
std::string HashText(std::span<const uint8_t> hash);
wire::Name HashedOwner(std::span<const uint8_t> hash, wire::NameView origin);
// The hash in the first label. Empty when the label is not one.
Octets HashInOwner(wire::NameView owner);

struct Nsec {
  wire::Name next;
  std::set<wire::RRType> types{};

  Octets Rdata() const;
  static std::optional<Nsec> FromRdata(const Octets& rdata);
};

struct Nsec3 {
  uint8_t algorithm = 1;
  uint8_t flags = 0;
  uint16_t iterations = 0;
  Octets salt{};
  Octets next{};
  std::set<wire::RRType> types{};

  bool opt_out() const { return (flags & 1) != 0; }
  Octets Rdata() const;
  static std::optional<Nsec3> FromRdata(const Octets& rdata);
};

}  // namespace tern::sim
