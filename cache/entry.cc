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

// Where `count` records that begin at `at` end.
const uint8_t* Behind(const uint8_t* at, size_t count) {
  for (; count > 0; --count) at += 2 + size_t{LoadAt<uint16_t>(at, 0)};
  return at;
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
  bool SkipProof() {
    uint8_t n;
    return Octet(&n) && SkipName(n) && Skip(2) && SkipRecord();
  }
  bool SkipText() {
    uint8_t n;
    return Octet(&n) && n <= kFailureTextMax && Skip(n);
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

bool ProofCursor::Next(ProofView* proof) {
  if (left_ == 0) return false;
  const size_t owner_octets = *at_++;
  proof->owner = wire::NameView::FromValid(at_, owner_octets);
  at_ += owner_octets;
  proof->type = static_cast<wire::RRType>(LoadAt<uint16_t>(at_, 0));
  const uint16_t length = LoadAt<uint16_t>(at_, 2);
  proof->rdata = {at_ + 4, length};
  at_ += 4 + length;
  --left_;
  return true;
}

RecordCursor EntryView::Signatures() const {
  TERN_REQUIRE(kind() == EntryKind::kRRset);
  return {Behind(payload(), count()), static_cast<uint16_t>(signature_count())};
}

ProofCursor EntryView::Proofs() const {
  return {Behind(payload(), count() + signature_count()), proof_count()};
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
  has_more_ = false;
  const size_t size = kEntryHeaderOctets + name.size();
  // The shortest entry of every kind must fit, so Finish cannot fail.
  if (RoundUp8(size + 3) > buffer_.size()) return false;
  uint8_t* bytes = buffer_.data();
  std::memset(bytes, 0, kEntryHeaderOctets);
  StoreAt(bytes, layout::kExpiry, (now + ttl).seconds());
  StoreAt(bytes, layout::kTtl, ttl);
  StoreAt(bytes, layout::kType, static_cast<uint16_t>(type));
  bytes[layout::kKind] = static_cast<uint8_t>(kind);
  bytes[layout::kRank] = static_cast<uint8_t>(rank);
  SetSecurity(Security::kUnchecked);
  bytes[layout::kNameSize] = static_cast<uint8_t>(name.size());
  if (kind == EntryKind::kFailure) {
    StoreAt(bytes, layout::kDetail, detail);
  } else {
    bytes[layout::kCountOfKind] = static_cast<uint8_t>(detail);
  }
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
                                uint16_t failures_in_a_row, uint32_t ttl, Instant now,
                                std::string_view text) {
  if (!Start(EntryKind::kFailure, name, type, static_cast<uint16_t>(error), ttl, now,
             Rank::kAdditional)) {
    return false;
  }
  text = text.substr(0, kFailureTextMax);
  if (RoundUp8(size_ + 3 + text.size()) > buffer_.size()) text = {};
  StoreAt(buffer_.data(), size_, failures_in_a_row);
  buffer_[size_ + 2] = static_cast<uint8_t>(text.size());
  std::copy(text.begin(), text.end(), buffer_.begin() + static_cast<ptrdiff_t>(size_) + 3);
  size_ += 3 + text.size();
  return true;
}

void EntryBuilder::SetSecurity(Security security) {
  TERN_REQUIRE(buffer_.size() > layout::kRank);
  const auto upper = static_cast<uint8_t>(static_cast<uint8_t>(security) << 4);
  buffer_[layout::kRank] = static_cast<uint8_t>((buffer_[layout::kRank] & 0xf) | upper);
}

bool EntryBuilder::AddRecord(std::span<const uint8_t> rdata) {
  if (size_ == 0 || !HasRecords(kind()) || has_more_) return false;
  RecordCursor cursor(buffer_.data() + layout::kName + buffer_[layout::kNameSize], count_);
  std::span<const uint8_t> present;
  while (cursor.Next(&present)) {
    if (std::ranges::equal(present, rdata)) return true;  // RFC 2181 section 5
  }
  if (count_ == kRecordsMax || !AppendRecord(rdata)) return false;
  ++count_;
  return true;
}

bool EntryBuilder::Fits(size_t octets) const {
  return RoundUp8(size_ + octets) <= std::min(buffer_.size(), kBuiltOctetsMax);
}

bool EntryBuilder::AppendRecord(std::span<const uint8_t> rdata) {
  if (rdata.size() > 0xffff || !Fits(2 + rdata.size())) return false;
  StoreAt(buffer_.data(), size_, static_cast<uint16_t>(rdata.size()));
  if (!rdata.empty()) std::memcpy(buffer_.data() + size_ + 2, rdata.data(), rdata.size());
  size_ += 2 + rdata.size();
  return true;
}

bool EntryBuilder::AddSignature(std::span<const uint8_t> rdata) {
  if (size_ == 0 || kind() != EntryKind::kRRset || buffer_[layout::kProofs] != 0 ||
      buffer_[layout::kCountOfKind] == kSignaturesMax || !AppendRecord(rdata)) {
    return false;
  }
  has_more_ = true;
  ++buffer_[layout::kCountOfKind];
  return true;
}

bool EntryBuilder::AddProof(wire::NameView owner, wire::RRType type,
                            std::span<const uint8_t> rdata) {
  if (size_ == 0 || !HasRecords(kind()) || buffer_[layout::kProofs] == kProofRecordsMax ||
      rdata.size() > 0xffff || !Fits(1 + owner.size() + 2 + 2 + rdata.size())) {
    return false;
  }
  buffer_[size_] = static_cast<uint8_t>(owner.size());
  std::memcpy(buffer_.data() + size_ + 1, owner.data(), owner.size());
  size_ += 1 + owner.size();
  StoreAt(buffer_.data(), size_, static_cast<uint16_t>(type));
  size_ += 2;
  (void)AppendRecord(rdata);
  has_more_ = true;
  ++buffer_[layout::kProofs];
  return true;
}

bool EntryBuilder::AddNameServer(wire::NameView name, std::span<const uint8_t> ipv4,
                                 std::span<const uint8_t> ipv6) {
  if (size_ == 0 || kind() != EntryKind::kDelegation) return false;
  const size_t n4 = std::min(ipv4.size() / 4, kAddressesPerServerMax);
  const size_t n6 = std::min(ipv6.size() / 16, kAddressesPerServerMax);
  const size_t size = size_ + 1 + name.size() + 1 + n4 * 4 + 1 + n6 * 16;
  if (count_ == kNameServersMax || !Fits(size - size_)) return false;
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

bool Outranks(EntryView old, EntryView entry) {
  const bool validated = IsValidated(old.security());
  if (validated != IsValidated(entry.security())) return validated;
  if (old.security() == Security::kBogus) return false;
  return old.rank() > entry.rank();
}

void Stamp(uint8_t* entry, Security security, uint32_t ttl_max, Instant now, WhyInsecure why) {
  if (security != Security::kInsecure) why = WhyInsecure::kUnsigned;
  const auto upper_of_kind = static_cast<uint8_t>(static_cast<uint8_t>(why) << 4);
  entry[layout::kKind] = static_cast<uint8_t>((entry[layout::kKind] & 0xf) | upper_of_kind);
  const auto upper = static_cast<uint8_t>(static_cast<uint8_t>(security) << 4);
  entry[layout::kRank] = static_cast<uint8_t>((entry[layout::kRank] & 0xf) | upper);
  if (EntryView(entry).Remaining(now) <= ttl_max) return;
  StoreAt(entry, layout::kExpiry, (now + ttl_max).seconds());
  StoreAt(entry, layout::kTtl, std::min(LoadAt<uint32_t>(entry, layout::kTtl), ttl_max));
}

bool IsSoundEntry(std::span<const uint8_t> bytes) {
  if (bytes.size() < kEntryHeaderOctets + 1 || bytes.size() > kEntryOctetsMax ||
      bytes.size() % 8 != 0) {
    return false;
  }
  if (size_t{LoadAt<uint16_t>(bytes.data(), layout::kSize)} * 8 != bytes.size()) return false;
  const EntryView view(bytes.data());
  if (view.kind() > EntryKind::kNxDomainOfType || view.why_insecure() > WhyInsecure::kExempt ||
      (view.why_insecure() != WhyInsecure::kUnsigned && view.security() != Security::kInsecure) ||
      (bytes[layout::kRank] & 0xf) > static_cast<uint8_t>(Rank::kLocal) ||
      bytes[layout::kRank] >> 4 > static_cast<uint8_t>(Security::kSecure)) {
    return false;
  }
  const KeySpace space = SpaceOf(view.kind());
  const bool typeless = space == KeySpace::kNxDomain || space == KeySpace::kDelegation;
  if (typeless && LoadAt<uint16_t>(bytes.data(), layout::kType) != 0) return false;
  const size_t name_octets = bytes[layout::kNameSize];
  const uint16_t count = LoadAt<uint16_t>(bytes.data(), layout::kCount);
  const size_t of_kind = bytes[layout::kCountOfKind];
  const size_t proofs = bytes[layout::kProofs];
  size_t records = count;
  Walker walker(bytes.subspan(kEntryHeaderOctets));
  if (!walker.SkipName(name_octets)) return false;
  const wire::NameView name = wire::NameView::FromValid(bytes.data() + layout::kName, name_octets);

  switch (view.kind()) {
    case EntryKind::kRRset:
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      if (count > kRecordsMax || proofs > kProofRecordsMax) return false;
      if (view.kind() == EntryKind::kRRset) {
        if (of_kind > kSignaturesMax) return false;
        records += of_kind;
      } else if (of_kind > name.LabelCount()) {
        return false;
      }
      for (size_t i = 0; i < records; ++i) {
        if (!walker.SkipRecord()) return false;
      }
      for (size_t i = 0; i < proofs; ++i) {
        if (!walker.SkipProof()) return false;
      }
      break;
    case EntryKind::kNxDomainOfType:
      if (count != 0) return false;
      break;
    case EntryKind::kDelegation:
      if (count > kNameServersMax) return false;
      for (uint16_t i = 0; i < count; ++i) {
        if (!walker.SkipNameServer()) return false;
      }
      break;
    case EntryKind::kFailure:
      if (count != 0 || !walker.Skip(2) || !walker.SkipText()) return false;
      break;
  }
  return walker.left() < 8;  // only the padding is left
}

}  // namespace tern::cache
