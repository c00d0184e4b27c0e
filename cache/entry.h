// One cache entry: octets without pointers that need nothing else. Only one mark in them ever
// changes.
//
// The same octets are used in the store, in the reply to a question that was just resolved, and in
// the file of a snapshot (snapshot.h). They are valid in this process only:
// - numbers are in the machine's byte order;
// - the expiry is a moment on this process's clock.
//
// So an entry from a file is checked and gets this process's times (stored_entry.h). An entry for
// another machine would need a fixed byte order.
//
// An address record of a 25-octet name takes 56 octets.
//
// Thread: any may read. A view lives as long as the bytes. For entries in the store, that is until
// the reader's next quiescent state.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "cache/ttl.h"
#include "wire/check.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::cache {

enum class EntryKind : uint8_t {
  kRRset,       // records of (name, type)
  kNoData,      // the name exists without that type: RFC 2308 section 2.2
  kNxDomain,    // the name does not exist: RFC 2308 section 2.1
  kDelegation,  // a zone cut as the parent gave it: name servers and glue; never answered from
  kFailure,     // resolution of (name, type) failed: RFC 9520
  // As kNxDomain, but of (name, type) only: a server said so without an SOA, and may be wrong about
  // other types.
  kNxDomainOfType,
};

inline constexpr size_t kEntryKinds = 6;

// Whether an entry of this kind has a RecordCursor.
constexpr bool HasRecords(EntryKind kind) { return kind <= EntryKind::kNxDomain; }
// Whether an answer that ends with an entry of this kind has the code NXDOMAIN.
constexpr bool SaysNxDomain(EntryKind kind) {
  return kind == EntryKind::kNxDomain || kind == EntryKind::kNxDomainOfType;
}

// Entries that may replace one another share a key space.
enum class KeySpace : uint8_t {
  kData,        // kRRset, kNoData and kNxDomainOfType, by (name, type)
  kNxDomain,    // by name
  kDelegation,  // by name
  kFailure,     // by (name, type)
};
KeySpace SpaceOf(EntryKind kind);

// RFC 2181 section 5.4.1. The least trusted is first.
enum class Rank : uint8_t {
  kAdditional,  // additional section; glue
  kAuthority,   // authority section of a non-authoritative answer (referral)
  kAnswerNotAuthoritative,
  kAuthorityAuthoritative,
  kAnswerAuthoritative,
  kLocal,  // configured here
};

// What validation has found out about an entry (RFC 4033 section 5). The least trusted is first.
enum class Security : uint8_t {
  kBogus,      // its signatures do not prove it; only clients that check themselves get it
  kPlain,      // it was asked for without DO, so it has no signatures, and nobody validates
  kUnchecked,  // nobody has validated it
  kInsecure,   // it is proven that its zone needs no signature, or the zone is exempt
  kSecure,     // signatures prove it, up to a trust anchor
};
// Why an entry is insecure, if clients are told (RFC 8914).
enum class WhyInsecure : uint8_t {
  kUnsigned,    // its zone is not signed: nothing to tell
  kAlgorithm,   // no DS of its zone has an algorithm that is supported here
  kDigest,      // the same with digests
  kIterations,  // NSEC3 with more iterations than are hashed here
  kExempt,      // the operator exempted the name
};
// Whether validation has come to an end that lets everybody have the entry.
constexpr bool IsValidated(Security security) { return security >= Security::kInsecure; }

// Goes up with each change of what the octets of an entry mean: of the fields below, or of the
// numbers of an enumeration above. A snapshot of another layout is not read.
inline constexpr uint32_t kEntryLayoutVersion = 1;

// Where the fields of an entry are. An entry's size is a multiple of 8 octets.
namespace layout {
inline constexpr size_t kTag = 0;     // u32: the store's; with it the entry's slot is found again
inline constexpr size_t kExpiry = 4;  // u32: seconds on the store's clock
inline constexpr size_t kTtl = 8;     // u32: seconds, as clamped when the entry was made
inline constexpr size_t kType = 12;   // u16: 0 if the key space has no type
inline constexpr size_t kSize = 14;   // u16: of the whole entry, in units of 8 octets
inline constexpr size_t kKind = 16;   // u8: EntryKind in the lower four bits, WhyInsecure above
inline constexpr size_t kRank = 17;   // u8: Rank in the lower four bits, Security above them
inline constexpr size_t kUsed = 18;   // u8: the use mark; the only octet that changes (atomic)
inline constexpr size_t kNameSize = 19;  // u8
inline constexpr size_t kCount = 20;     // u16: records, or name servers of a delegation; or 0
inline constexpr size_t kDetail = 22;    // u16: the extended error of a failure
// Of all other kinds.
inline constexpr size_t kCountOfKind = 22;  // u8: RRSIGs of an RRset, labels of a denial's SOA
inline constexpr size_t kProofs = 23;       // u8: proof records
// The name, then the fields of the kind:
//     RRset             count x record, RRSIGs x record, proof records x proof
//     negative          count x record, proof records x proof
//     delegation        count x (u8 size, name, u8 n4, n4 x 4 octets, u8 n6, n6 x 16 octets)
//     failure           u16 number of failures in a row, u8 length, text
// A record is a u16 length and RDATA without compression. A proof is a u8 size and the owner's
// name, a u16 type, and a record.
inline constexpr size_t kName = 24;
}  // namespace layout

inline constexpr size_t kEntryHeaderOctets = layout::kName;
// Larger entries are used for one answer and are not kept.
inline constexpr size_t kEntryOctetsMax = 32 * 1024;
// The most that a builder makes: the RRset of the largest message.
inline constexpr size_t kBuiltOctetsMax = 72 * 1024;
inline constexpr size_t kRecordsMax = 256;
inline constexpr size_t kNameServersMax = 13;
inline constexpr size_t kAddressesPerServerMax = 6;
// RRSIGs of one RRset. A zone needs two while it changes its algorithm and its key.
inline constexpr size_t kSignaturesMax = 8;
// A denial by NSEC3 has three records, and each may have two signatures.
inline constexpr size_t kProofRecordsMax = 16;
inline constexpr size_t kFailureTextMax = 160;

// Walks the records of an RRset or of a negative answer.
class RecordCursor {
 public:
  RecordCursor(const uint8_t* at, uint16_t count) : at_(at), left_(count) {}
  // False when no record is left.
  bool Next(std::span<const uint8_t>* rdata) {
    if (left_ == 0) return false;
    uint16_t length;
    std::memcpy(&length, at_, 2);
    *rdata = {at_ + 2, length};
    at_ += 2 + length;
    --left_;
    return true;
  }

 private:
  const uint8_t* at_;
  uint16_t left_;
};

// Walks the proof records of an RRset or of a negative answer: records of other names that go into
// the authority section for clients that validate.
struct ProofView {
  wire::NameView owner;
  wire::RRType type = wire::RRType::kNone;
  std::span<const uint8_t> rdata;
};
class ProofCursor {
 public:
  ProofCursor(const uint8_t* at, size_t count) : at_(at), left_(count) {}
  bool Next(ProofView* proof);

 private:
  const uint8_t* at_;
  size_t left_;
};

// Walks the name servers of a delegation.
struct NameServerView {
  wire::NameView name;
  std::span<const uint8_t> ipv4;  // 4 octets each
  std::span<const uint8_t> ipv6;  // 16 octets each
};
class NameServerCursor {
 public:
  NameServerCursor(const uint8_t* at, uint16_t count) : at_(at), left_(count) {}
  bool Next(NameServerView* server);

 private:
  const uint8_t* at_;
  uint16_t left_;
};

class EntryView {
 public:
  EntryView() = default;
  // REQUIRES: `bytes` came from EntryBuilder::Finish (or passed IsSoundEntry), 8-octet aligned.
  // This is not checked, because a look-up makes a view for each slot that it tries.
  explicit EntryView(const uint8_t* bytes) : bytes_(bytes) {}

  explicit operator bool() const { return bytes_ != nullptr; }
  const uint8_t* bytes() const { return bytes_; }
  size_t size() const { return size_t{Load<uint16_t>(layout::kSize)} * 8; }

  // Copies size() octets. Other threads may set the use mark meanwhile, so it is cleared in the
  // copy.
  void CopyTo(uint8_t* out) const {
    std::memcpy(out, bytes_, layout::kUsed);
    out[layout::kUsed] = 0;
    std::memcpy(out + layout::kUsed + 1, bytes_ + layout::kUsed + 1, size() - layout::kUsed - 1);
  }

  EntryKind kind() const { return static_cast<EntryKind>(bytes_[layout::kKind] & 0xf); }
  // kUnsigned unless security() is kInsecure.
  WhyInsecure why_insecure() const { return static_cast<WhyInsecure>(bytes_[layout::kKind] >> 4); }
  Rank rank() const { return static_cast<Rank>(bytes_[layout::kRank] & 0xf); }
  Security security() const { return static_cast<Security>(bytes_[layout::kRank] >> 4); }
  wire::RRType type() const { return static_cast<wire::RRType>(Load<uint16_t>(layout::kType)); }
  wire::NameView name() const {
    return wire::NameView::FromValid(bytes_ + layout::kName, bytes_[layout::kNameSize]);
  }
  Instant expiry() const { return Instant(Load<uint32_t>(layout::kExpiry)); }
  uint32_t ttl() const { return Load<uint32_t>(layout::kTtl); }  // the original, seconds
  bool IsFresh(Instant now) const { return expiry() > now; }
  // Fresh, and not known to be bogus.
  bool IsUsable(Instant now) const { return IsFresh(now) && security() != Security::kBogus; }
  // Seconds until it expires; 0 for an expired entry.
  uint32_t Remaining(Instant now) const { return expiry() - now; }
  uint16_t count() const { return Load<uint16_t>(layout::kCount); }
  uint32_t tag() const { return Load<uint32_t>(layout::kTag); }

  // A negative answer holds its SOA's RDATA, or no record when the server gave none.
  // REQUIRES: kind() is kRRset, kNoData or kNxDomain.
  RecordCursor Records() const {
    TERN_DCHECK(HasRecords(kind()));
    return RecordCursor(payload(), count());
  }
  // The RRSIGs of an RRset, and the proof records.
  size_t signature_count() const {
    return kind() == EntryKind::kRRset ? bytes_[layout::kCountOfKind] : size_t{0};
  }
  size_t proof_count() const { return HasRecords(kind()) ? bytes_[layout::kProofs] : size_t{0}; }
  // REQUIRES: kind() is kRRset.
  RecordCursor Signatures() const;
  // REQUIRES: HasRecords(kind()).
  ProofCursor Proofs() const;
  // The name that a CNAME or a DNAME leads to. Nothing when the entry holds no record.
  // REQUIRES: kind() is kRRset, type() is kCNAME or kDNAME.
  std::optional<wire::NameView> Target() const {
    TERN_REQUIRE(kind() == EntryKind::kRRset &&
                 (type() == wire::RRType::kCNAME || type() == wire::RRType::kDNAME));
    RecordCursor cursor = Records();
    std::span<const uint8_t> rdata;
    if (!cursor.Next(&rdata)) return std::nullopt;
    return wire::NameView::FromValid(rdata.data(), rdata.size());
  }
  // The owner of a negative answer's SOA: name() or an ancestor of it.
  wire::NameView SoaOwner() const { return name().Suffix(bytes_[layout::kCountOfKind]); }
  // REQUIRES: kind() is kDelegation.
  NameServerCursor NameServers() const {
    TERN_REQUIRE(kind() == EntryKind::kDelegation);
    return NameServerCursor(payload(), count());
  }
  // REQUIRES: kind() is kFailure.
  uint16_t FailuresInARow() const {
    TERN_REQUIRE(kind() == EntryKind::kFailure);
    uint16_t n;
    std::memcpy(&n, payload(), 2);
    return n;
  }
  wire::ExtendedError Error() const {
    return static_cast<wire::ExtendedError>(Load<uint16_t>(layout::kDetail));
  }
  // What the extended error says to people.
  // REQUIRES: kind() is kFailure.
  std::string_view ErrorText() const {
    TERN_REQUIRE(kind() == EntryKind::kFailure);
    return {reinterpret_cast<const char*>(payload() + 3), payload()[2]};
  }

 private:
  template <typename T>
  T Load(size_t offset) const {
    T value;
    std::memcpy(&value, bytes_ + offset, sizeof value);
    return value;
  }
  const uint8_t* payload() const { return bytes_ + layout::kName + bytes_[layout::kNameSize]; }

  const uint8_t* bytes_ = nullptr;
};

// Makes an entry in a caller's buffer. Call Start..., then Add..., then Finish. If an Add does not
// fit, or exceeds the limits above, it returns false and leaves the entry as it was.
class EntryBuilder {
 public:
  // REQUIRES: buffer is 8-octet aligned and outlives the builder's entries.
  explicit EntryBuilder(std::span<uint8_t> buffer) : buffer_(buffer) {
    TERN_REQUIRE(reinterpret_cast<uintptr_t>(buffer.data()) % 8 == 0);
  }

  // The first arguments say what the entry is about. `ttl` is in seconds and clamped already. `now`
  // is the time of the answer.
  [[nodiscard]] bool StartRRset(wire::NameView name, wire::RRType type, uint32_t ttl, Instant now,
                                Rank rank);
  // Starts a kNoData entry.
  // REQUIRES: soa_owner is `name` or an ancestor. If no SOA will be added, it is the root.
  [[nodiscard]] bool StartNoData(wire::NameView name, wire::RRType type, wire::NameView soa_owner,
                                 uint32_t ttl, Instant now, Rank rank = Rank::kAnswerAuthoritative);
  [[nodiscard]] bool StartNxDomain(wire::NameView name, wire::NameView soa_owner, uint32_t ttl,
                                   Instant now, Rank rank = Rank::kAnswerAuthoritative);
  // It holds no record.
  [[nodiscard]] bool StartNxDomainOfType(wire::NameView name, wire::RRType type, uint32_t ttl,
                                         Instant now, Rank rank);
  [[nodiscard]] bool StartDelegation(wire::NameView cut, uint32_t ttl, Instant now);
  // `text` is cut to kFailureTextMax octets.
  [[nodiscard]] bool StartFailure(wire::NameView name, wire::RRType type, wire::ExtendedError error,
                                  uint16_t failures_in_a_row, uint32_t ttl, Instant now,
                                  std::string_view text = {});

  // Adds a record of an RRset, or the SOA of a negative answer. If the same RDATA is there already,
  // it is dropped (RFC 2181 section 5) and the result is true.
  [[nodiscard]] bool AddRecord(std::span<const uint8_t> rdata);
  // Adds an RRSIG of an RRset, behind its records.
  [[nodiscard]] bool AddSignature(std::span<const uint8_t> rdata);
  // Adds a proof record, behind records and signatures.
  [[nodiscard]] bool AddProof(wire::NameView owner, wire::RRType type,
                              std::span<const uint8_t> rdata);
  // What validation has found out. It is kUnchecked at first.
  // REQUIRES: the entry was started.
  void SetSecurity(Security security);
  // Adds a name server of a delegation. At most kAddressesPerServerMax addresses of each family are
  // kept.
  [[nodiscard]] bool AddNameServer(wire::NameView name, std::span<const uint8_t> ipv4,
                                   std::span<const uint8_t> ipv6);

  uint16_t count() const { return count_; }
  // Pads the entry, fills in its sizes and returns it. It borrows the buffer.
  std::span<const uint8_t> Finish();

 private:
  [[nodiscard]] bool Start(EntryKind kind, wire::NameView name, wire::RRType type, uint16_t detail,
                           uint32_t ttl, Instant now, Rank rank);

  EntryKind kind() const { return static_cast<EntryKind>(buffer_[layout::kKind] & 0xf); }
  bool Fits(size_t octets) const;
  [[nodiscard]] bool AppendRecord(std::span<const uint8_t> rdata);

  std::span<uint8_t> buffer_;
  size_t size_ = 0;
  uint16_t count_ = 0;
  bool has_more_ = false;  // signatures or proofs, so no record may follow
};

// Whether the old entry is worth more than one that would replace it. What was validated is worth
// more than what was not. Otherwise the rank decides (RFC 2181 section 5.4.1).
bool Outranks(EntryView old, EntryView entry);

// Sets what validation has found out about an entry that is not in the store, and lowers its TTL to
// `ttl_max` seconds from `now` on.
// `why`: of kInsecure.
void Stamp(uint8_t* entry, Security security, uint32_t ttl_max, Instant now,
           WhyInsecure why = WhyInsecure::kUnsigned);

// Walks bytes of unknown origin and says whether an EntryView over them is safe. Checks every
// length and never reads beyond `bytes`.
bool IsSoundEntry(std::span<const uint8_t> bytes);

}  // namespace tern::cache
