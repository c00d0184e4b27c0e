// A DNS message as plain values that own their octets. Tests, the zone server and the scenarios
// make, read, compare and print messages in this form. It uses wire's own reader and writer.
//
// Thread: any. Values. Size: one message of at most 64 KiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/edns.h"
#include "wire/master_file.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

using Octets = std::vector<uint8_t>;

struct PlainQuestion {
  wire::Name name;
  wire::RRType type = wire::RRType::kA;
  wire::RRClass rrclass = wire::RRClass::kIN;
};

struct PlainRecord {
  wire::Name owner;
  wire::RRType type = wire::RRType::kNone;
  wire::RRClass rrclass = wire::RRClass::kIN;
  uint32_t ttl = 0;  // seconds
  Octets rdata;      // uncompressed

  std::string ToText() const;
  // Ignores the TTL, and the case of names in RDATA.
  bool EqualsButTtl(const PlainRecord& other) const;
};

struct PlainEdns {
  uint16_t payload_octets = wire::kEdnsPayloadDefault;
  uint8_t version = 0;
  bool dnssec_ok = false;
  Octets options;
};

struct PlainMessage {
  uint16_t id = 0;
  uint16_t flags = 0;  // QR AA TC RD RA AD CD; without opcode and response code
  wire::Opcode opcode = wire::Opcode::kQuery;
  wire::Rcode rcode = wire::Rcode::kNoError;  // with EDNS's upper bits
  std::vector<PlainQuestion> questions;
  std::vector<PlainRecord> answer;
  std::vector<PlainRecord> authority;
  std::vector<PlainRecord> additional;  // without OPT
  std::optional<PlainEdns> edns;

  // Nothing when the octets are not a sound message.
  static std::optional<PlainMessage> Decode(std::span<const uint8_t> octets);

  // The whole message, of any size. Empty when it does not fit 64 KiB.
  Octets Encode() const;
  // As a server sends it over UDP. If it is larger than `limit` octets, it has TC and no records
  // (RFC 2181 section 9).
  Octets EncodeWithin(size_t limit) const;

  // Content of the first COOKIE option.
  std::optional<Octets> Cookie() const;
  // Makes the cookie the only option of EDNS.
  // REQUIRES: the message has EDNS.
  void SetCookie(const Octets& cookie);

  bool Has(uint16_t flag) const { return (flags & flag) != 0; }
  // Several lines, as dig prints it.
  std::string ToText() const;
  std::string FlagsToText() const;

  std::vector<PlainRecord>& SectionOf(wire::Section section);
};

// A query with RD. It has EDNS unless `payload_octets` is 0.
PlainMessage MakeQuery(uint16_t id, std::string_view name, wire::RRType type,
                       uint16_t payload_octets = wire::kEdnsPayloadDefault);

// The code of the first extended error (RFC 8914), if there is one.
std::optional<wire::ExtendedError> ExtendedErrorOf(const PlainMessage& message);

// Whether these are the same records, in any order. TTLs do not count.
bool SameRecords(const std::vector<PlainRecord>& a, const std::vector<PlainRecord>& b);

// A name from text that must be sound. Otherwise it aborts the test.
wire::Name NameOf(std::string_view text);

}  // namespace tern::sim
