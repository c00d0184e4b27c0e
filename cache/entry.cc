#include "cache/entry.h"

#include <algorithm>
#include <optional>

namespace tern::cache {
namespace {

constexpr size_t RoundUp8(size_t octets) { return (octets + 7) & ~size_t{7}; }

template <typename T>
void StoreAt(uint8_t* bytes, size_t offset, T value) {
  std::memcpy(bytes + offset, &value, sizeof value);
}

template <typename T>
T LoadAt(const uint8_t* bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

// The form in which an entry keeps the owner of its SOA.
uint16_t OwnerLabels(wire::NameView name, wire::NameView soa_owner) {
  const size_t labels = soa_owner.LabelCount();
  TERN_REQUIRE(name.CommonLabels(soa_owner) == labels);
  return static_cast<uint16_t>(labels);
}

// Reads forward through bytes of unknown origin.
class Walker {
 public:
  explicit Walker(std::span<const uint8_t> bytes) : left_(bytes) {}

  bool Skip(size_t octets) {
    if (left_.size() < octets) return false;
    left_ = left_.subspan(octets);
    return true;
  }
  bool SkipRecord() {
    if (left_.size() < 2) return false;
    const size_t length = LoadAt<uint16_t>(left_.data(), 0);
    return Skip(2 + length);
  }
  bool SkipName(size_t octets) {
    if (left_.size() < octets) return false;
    const std::optional<wire::NameView> name = wire::NameView::FromWire(left_.first(octets));
    return name && name->size() == octets && Skip(octets);
  }
  bool SkipNameServer() {
    uint8_t n;
    if (!Octet(&n) || !SkipName(n)) return false;
    if (!Octet(&n) || n > kAddressesPerServerMax || !Skip(size_t{n} * 4)) return false;
    return Octet(&n) && n <= kAddressesPerServerMax && Skip(size_t{n} * 16);
  }
  size_t left() const { return left_.size(); }

 private:
  bool Octet(uint8_t* value) {
    if (left_.empty()) return false;
    *value = left_[0];
    return Skip(1);
  }

  std::span<const uint8_t> left_;
};

}  // namespace

KeySpace SpaceOf(EntryKind kind) {
  switch (kind) {
    case EntryKind::kRRset:
    case EntryKind::kNoData:
    case EntryKind::kNxDomainOfType:
      return KeySpace::kData;
    case EntryKind::kNxDomain:
      return KeySpace::kNxDomain;
    case EntryKind::kDelegation:
      return KeySpace::kDelegation;
    case EntryKind::kFailure:
      return KeySpace::kFailure;
  }
  return KeySpace::kData;  // no such kind; IsSoundEntry refuses it
}

bool NameServerCursor::Next(NameServerView* server) {
  if (left_ == 0) return false;
  const size_t name_octets = *at_++;
  server->name = wire::NameView::FromValid(at_, name_octets);
  at_ += name_octets;
  const size_t ipv4_octets = size_t{*at_++} * 4;
  server->ipv4 = {at_, ipv4_octets};
  at_ += ipv4_octets;
  const size_t ipv6_octets = size_t{*at_++} * 16;
  server->ipv6 = {at_, ipv6_octets};
  at_ += ipv6_octets;
  --left_;
  return true;
}

bool EntryBuilder::Start(EntryKind kind, wire::NameView name, wire::RRType type, uint16_t detail,
                         uint32_t ttl, Instant now, Rank rank) {
  size_ = 0;
  count_ = 0;
  const size_t size = kEntryHeaderOctets + name.size();
  // The shortest entry of every kind must fit, so Finish cannot fail.
  if (RoundUp8(size + 2) > buffer_.size()) return false;
  uint8_t* bytes = buffer_.data();
  std::memset(bytes, 0, kEntryHeaderOctets);
  StoreAt(bytes, layout::kExpiry, (now + ttl).seconds());
  StoreAt(bytes, layout::kTtl, ttl);
  StoreAt(bytes, layout::kType, static_cast<uint16_t>(type));
  bytes[layout::kKind] = static_cast<uint8_t>(kind);
  bytes[layout::kRank] = static_cast<uint8_t>(rank);
  bytes[layout::kNameSize] = static_cast<uint8_t>(name.size());
  StoreAt(bytes, layout::kDetail, detail);
  std::memcpy(bytes + layout::kName, name.data(), name.size());
  size_ = size;
  return true;
}

bool EntryBuilder::StartRRset(wire::NameView name, wire::RRType type, uint32_t ttl, Instant now,
                              Rank rank) {
  return Start(EntryKind::kRRset, name, type, 0, ttl, now, rank);
}

// A negative answer comes from an authoritative server, or it is not cached at all (RFC 2308
// section 5). So it ranks with authoritative answers, unless the caller gives a lower rank.
bool EntryBuilder::StartNoData(wire::NameView name, wire::RRType type, wire::NameView soa_owner,
                               uint32_t ttl, Instant now, Rank rank) {
  const uint16_t labels = OwnerLabels(name, soa_owner);
  return Start(EntryKind::kNoData, name, type, labels, ttl, now, rank);
}

bool EntryBuilder::StartNxDomain(wire::NameView name, wire::NameView soa_owner, uint32_t ttl,
                                 Instant now, Rank rank) {
  const uint16_t labels = OwnerLabels(name, soa_owner);
  return Start(EntryKind::kNxDomain, name, wire::RRType{}, labels, ttl, now, rank);
}

bool EntryBuilder::StartNxDomainOfType(wire::NameView name, wire::RRType type, uint32_t ttl,
                                       Instant now, Rank rank) {
  return Start(EntryKind::kNxDomainOfType, name, type, 0, ttl, now, rank);
}

bool EntryBuilder::StartDelegation(wire::NameView cut, uint32_t ttl, Instant now) {
  return Start(EntryKind::kDelegation, cut, wire::RRType{}, 0, ttl, now, Rank::kAuthority);
}

bool EntryBuilder::StartFailure(wire::NameView name, wire::RRType type, wire::ExtendedError error,
                                uint16_t failures_in_a_row, uint32_t ttl, Instant now) {
  if (!Start(EntryKind::kFailure, name, type, static_cast<uint16_t>(error), ttl, now,
             Rank::kAdditional)) {
    return false;
  }
  StoreAt(buffer_.data(), size_, failures_in_a_row);
  size_ += 2;
  return true;
}

bool EntryBuilder::AddRecord(std::span<const uint8_t> rdata) {
  if (size_ == 0 || !HasRecords(static_cast<EntryKind>(buffer_[layout::kKind]))) return false;
  RecordCursor cursor(buffer_.data() + layout::kName + buffer_[layout::kNameSize], count_);
  std::span<const uint8_t> present;
  while (cursor.Next(&present)) {
    if (std::ranges::equal(present, rdata)) return true;  // RFC 2181 section 5
  }
  const size_t size = size_ + 2 + rdata.size();
  if (count_ == kRecordsMax || rdata.size() > 0xffff ||
      RoundUp8(size) > std::min(buffer_.size(), kBuiltOctetsMax)) {
    return false;
  }
  StoreAt(buffer_.data(), size_, static_cast<uint16_t>(rdata.size()));
  if (!rdata.empty()) std::memcpy(buffer_.data() + size_ + 2, rdata.data(), rdata.size());
  size_ = size;
  ++count_;
  return true;
}

bool EntryBuilder::AddNameServer(wire::NameView name, std::span<const uint8_t> ipv4,
                                 std::span<const uint8_t> ipv6) {
  if (size_ == 0 || static_cast<EntryKind>(buffer_[layout::kKind]) != EntryKind::kDelegation) {
    return false;
  }
  const size_t n4 = std::min(ipv4.size() / 4, kAddressesPerServerMax);
  const size_t n6 = std::min(ipv6.size() / 16, kAddressesPerServerMax);
  const size_t size = size_ + 1 + name.size() + 1 + n4 * 4 + 1 + n6 * 16;
  if (count_ == kNameServersMax || RoundUp8(size) > std::min(buffer_.size(), kBuiltOctetsMax)) {
    return false;
  }
  uint8_t* at = buffer_.data() + size_;
  *at++ = static_cast<uint8_t>(name.size());
  std::memcpy(at, name.data(), name.size());
  at += name.size();
  *at++ = static_cast<uint8_t>(n4);
  if (n4 > 0) std::memcpy(at, ipv4.data(), n4 * 4);
  at += n4 * 4;
  *at++ = static_cast<uint8_t>(n6);
  if (n6 > 0) std::memcpy(at, ipv6.data(), n6 * 16);
  size_ = size;
  ++count_;
  return true;
}

std::span<const uint8_t> EntryBuilder::Finish() {
  if (size_ == 0) return {};
  uint8_t* bytes = buffer_.data();
  const size_t padded = RoundUp8(size_);
  std::memset(bytes + size_, 0, padded - size_);
  StoreAt(bytes, layout::kSize, static_cast<uint16_t>(padded / 8));
  StoreAt(bytes, layout::kCount, count_);
  StoreAt(bytes, layout::kTag, uint32_t{0});
  return {bytes, padded};
}

bool IsSoundEntry(std::span<const uint8_t> bytes) {
  if (bytes.size() < kEntryHeaderOctets + 1 || bytes.size() > kEntryOctetsMax ||
      bytes.size() % 8 != 0) {
    return false;
  }
  if (size_t{LoadAt<uint16_t>(bytes.data(), layout::kSize)} * 8 != bytes.size()) return false;
  if (bytes[layout::kKind] > static_cast<uint8_t>(EntryKind::kNxDomainOfType) ||
      bytes[layout::kRank] > static_cast<uint8_t>(Rank::kLocal)) {
    return false;
  }
  const KeySpace space = SpaceOf(static_cast<EntryKind>(bytes[layout::kKind]));
  const bool typeless = space == KeySpace::kNxDomain || space == KeySpace::kDelegation;
  if (typeless && LoadAt<uint16_t>(bytes.data(), layout::kType) != 0) return false;
  const size_t name_octets = bytes[layout::kNameSize];
  const uint16_t count = LoadAt<uint16_t>(bytes.data(), layout::kCount);
  const uint16_t detail = LoadAt<uint16_t>(bytes.data(), layout::kDetail);
  Walker walker(bytes.subspan(kEntryHeaderOctets));
  if (!walker.SkipName(name_octets)) return false;
  const wire::NameView name = wire::NameView::FromValid(bytes.data() + layout::kName, name_octets);

  switch (static_cast<EntryKind>(bytes[layout::kKind])) {
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      if (detail > name.LabelCount()) return false;
      [[fallthrough]];
    case EntryKind::kNxDomainOfType:
    case EntryKind::kRRset:
      if (count > kRecordsMax) return false;
      for (uint16_t i = 0; i < count; ++i) {
        if (!walker.SkipRecord()) return false;
      }
      break;
    case EntryKind::kDelegation:
      if (count > kNameServersMax) return false;
      for (uint16_t i = 0; i < count; ++i) {
        if (!walker.SkipNameServer()) return false;
      }
      break;
    case EntryKind::kFailure:
      if (count != 0 || !walker.Skip(2)) return false;
      break;
  }
  return walker.left() < 8;  // only the padding is left
}

}  // namespace tern::cache
