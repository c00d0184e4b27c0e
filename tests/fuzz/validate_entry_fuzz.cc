// Judges cache entries that the input makes, with signatures of which some are by the zone's key.
// An entry is secure only if something in it is. What is secure teaches the aggressive index, and
// what a wildcard made stands where a good signature says, for no longer than that says.
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cache/entry.h"
#include "resolver/base/limits.h"
#include "resolver/dnssec/learn_ranges.h"
#include "resolver/dnssec/validate_entry.h"
#include "tests/fuzz/denial_tape.h"
#include "tests/fuzz/property.h"
#include "tests/support/dnssec/rrsig.h"
#include "tests/support/dnssec/zone_key.h"
#include "wire/ascii_case.h"
#include "wire/dnssec_records.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {
namespace {

using sim::Octets;
using wire::RRType;

constexpr uint32_t kNow = 1'700'000'000;
constexpr uint32_t kDay = 86400;
// What signatures say, and what servers say.
constexpr uint32_t kTtl = 60;
constexpr uint32_t kTtlOfServers = 300;
// Two root names and five numbers. The minimum is 60.
constexpr std::array<uint8_t, 22> kSoa = {0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0,
                                          0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60};

// What validation needs, made once: keys and tables of one worker.
struct Workshop {
  sim::ZoneKey key{sim::kEcdsaP256, 1, sim::kZoneKeyFlag};
  crypto::SignatureVerifier signatures;
  crypto::DsDigester digests;
  crypto::Nsec3Hasher hasher;
  VerifiedSignatures verified{{{1, 2}}, {{3, 4}}};
  VerificationTurn turn;
  std::vector<uint8_t> octets;
};

Workshop& TheWorkshop() {
  static auto* const workshop = new Workshop;
  return *workshop;
}

class Session {
 public:
  explicit Session(std::span<const uint8_t> input) : source_(input), name_(source_.TakeName()) {
    keys_.Add(TheWorkshop().key.Dnskey());
  }

  void Run() {
    static constexpr RRType kTypes[] = {RRType::kA,   RRType::kMX,    RRType::kDS,
                                        RRType::kSOA, RRType::kCNAME, RRType::kNS};
    type_ = kTypes[tape().Below(std::size(kTypes))];
    const size_t kind = tape().Below(3);
    cache::EntryBuilder builder(buffer_);
    if (!Start(kind, &builder)) return;
    for (size_t proofs = tape().Below(5); proofs > 0; --proofs) {
      if (!AddProof(&builder)) break;
    }
    Judge(cache::EntryView(builder.Finish().data()));
  }

 private:
  fuzz::Tape& tape() { return source_.tape(); }

  bool Start(size_t kind, cache::EntryBuilder* builder) {
    const wire::NameView zone = source_.zone();
    if (kind == 0) {
      return builder->StartRRset(name_, type_, kTtlOfServers, now_,
                                 cache::Rank::kAnswerAuthoritative) &&
             AddRRset(builder);
    }
    const bool started = kind == 1 ? builder->StartNoData(name_, type_, zone, kTtlOfServers, now_)
                                   : builder->StartNxDomain(name_, zone, kTtlOfServers, now_);
    if (!started || tape().Chance(8)) return started;
    if (!builder->AddRecord(kSoa)) return false;
    const Signature signature = Sign(zone, RRType::kSOA, {Octets(kSoa.begin(), kSoa.end())});
    return builder->AddProof(zone, RRType::kRRSIG, signature.rdata);
  }

  bool AddRRset(cache::EntryBuilder* builder) {
    std::vector<Octets> rdatas;
    for (size_t records = 1 + tape().Below(3); records > 0; --records) {
      const std::span<const uint8_t> rdata = tape().Octets(tape().Below(40));
      if (!builder->AddRecord(rdata)) return false;
      rdatas.emplace_back(rdata.begin(), rdata.end());
    }
    for (size_t signatures = tape().Below(4); signatures > 0; --signatures) {
      const Signature signature = Sign(name_, type_, rdatas);
      if (!builder->AddSignature(signature.rdata)) return false;
      if (signature.is_good) good_labels_.set(signature.labels);
    }
    return true;
  }

  bool AddProof(cache::EntryBuilder* builder) {
    const DenialRecord record = source_.TakeRecord();
    if (!builder->AddProof(record.owner, record.type, record.rdata)) return false;
    const Signature signature =
        Sign(record.owner, record.type, {Octets(record.rdata.begin(), record.rdata.end())});
    good_proofs_ += signature.is_good;
    return builder->AddProof(record.owner, RRType::kRRSIG, signature.rdata);
  }

  struct Signature {
    Octets rdata;
    bool is_good = false;
    uint8_t labels = 0;
  };

  // By the zone's key over the records, or nearly.
  Signature Sign(wire::NameView owner, RRType type, const std::vector<Octets>& rdatas) {
    Signature made;
    const uint8_t labels = sim::SignedLabels(owner);
    made.labels = labels - static_cast<uint8_t>(tape().Below(labels + 1));
    sim::Rrsig rrsig{.covered = type,
                     .algorithm = sim::kEcdsaP256,
                     .labels = made.labels,
                     .original_ttl = kTtl,
                     .expiration = kNow + kDay,
                     .inception = kNow - kDay,
                     .tag = TheWorkshop().key.Tag(),
                     .signer = wire::Name(source_.zone())};
    const bool is_over = tape().Chance(8);
    if (is_over) rrsig.expiration -= 20 * kDay;
    if (is_over) rrsig.inception -= 20 * kDay;
    std::vector<sim::PlainRecord> rrset;
    for (const Octets& rdata : rdatas) {
      rrset.push_back({.owner = wire::Name(owner), .type = type, .ttl = 60, .rdata = rdata});
    }
    rrsig.signature = TheWorkshop().key.Sign(sim::SignedOctets(rrsig, rrset));
    made.rdata = rrsig.Rdata();
    const bool is_changed = tape().Chance(4) && Change(rrsig.signer.size(), &made.rdata);
    made.is_good = !is_over && !is_changed;
    return made;
  }

  // Changes one octet of an RRSIG. False when that says the same: the case of letters of the signer
  // does not count (RFC 4034 section 6.2).
  bool Change(size_t signer_octets, Octets* rdata) {
    const auto flip = static_cast<uint8_t>(1 + tape().Octet() % 255);
    const size_t at = tape().Octet() % rdata->size();
    const uint8_t before = (*rdata)[at];
    (*rdata)[at] ^= flip;
    const size_t signer = wire::RrsigView::kFixedOctets;
    const bool is_in_signer = at >= signer && at < signer + signer_octets;
    return !is_in_signer || wire::LowerOctet(before) != wire::LowerOctet((*rdata)[at]);
  }

  Verifier MakeVerifier() {
    Workshop& of = TheWorkshop();
    of.turn.Enter(Time(std::chrono::seconds(++turns_)));
    return {{of.signatures, of.digests, of.hasher, of.verified, of.turn, of.octets},
            {&checks_left_, &work_left_, &hashes_left_, &keys_of_one_tag_},
            source_.zone(),
            keys_,
            kNow};
  }

  void Judge(cache::EntryView entry) {
    TERN_FUZZ_PROPERTY(cache::IsSoundEntry({entry.bytes(), entry.size()}));
    const Judgement judgement = ValidateEntry(entry, MakeVerifier());
    TERN_FUZZ_PROPERTY(checks_left_ >= 0 && hashes_left_ >= 0);
    TERN_FUZZ_PROPERTY(judgement.security != cache::Security::kUnchecked);
    if (judgement.security == cache::Security::kSecure) CheckSecure(entry, judgement);
    if (entry.kind() != cache::EntryKind::kRRset && entry.kind() != cache::EntryKind::kNxDomain &&
        type_ != RRType::kDS) {
      return;
    }
    if (type_ != RRType::kDS && entry.kind() != cache::EntryKind::kNxDomain) return;
    if (name_.view().Equals(source_.zone())) return;
    const CutFinding cut = ValidateDs(entry, MakeVerifier());
    if (cut.kind != CutFinding::Kind::kBogus && cut.is_proven) {
      TERN_FUZZ_PROPERTY(good_labels_.any() || good_proofs_ > 0);
    }
  }

  void CheckSecure(cache::EntryView entry, const Judgement& judgement) {
    TERN_FUZZ_PROPERTY(judgement.ttl_max <= kTtl);
    TERN_FUZZ_PROPERTY(judgement.problem.reason == Reason::kNone);
    if (entry.kind() != cache::EntryKind::kRRset) {
      TERN_FUZZ_PROPERTY(good_proofs_ > 0);
    } else {
      TERN_FUZZ_PROPERTY(good_labels_.any());
      TERN_FUZZ_PROPERTY(good_labels_[sim::SignedLabels(name_)] || good_proofs_ > 0);
    }
    cache::Stamp(buffer_.data(), judgement.security, judgement.ttl_max, now_);
    CheckRanges(entry, judgement.verified);
    if (judgement.of_wildcard) CheckWildcard(entry, judgement.verified);
  }

  void CheckRanges(cache::EntryView entry, const VerifiedParts& verified) {
    AggressiveIndex index(1 << 20, 7);
    LearnRanges(entry, verified, now_, &index);
    TERN_FUZZ_PROPERTY(index.ReadCounts().ranges <= good_proofs_);
    HashBudget hashes{&TheWorkshop().hasher, AggressiveIndex::kHashesMax};
    const wire::NameView zones[] = {source_.zone()};
    AggressiveAnswer answer;
    TERN_FUZZ_PROPERTY(!index.Answer(zones, name_, type_, now_ + kTtl, &hashes, &answer));
  }

  void CheckWildcard(cache::EntryView entry, const VerifiedParts& verified) {
    alignas(8) std::array<uint8_t, cache::kBuiltOctetsMax> scratch;
    const std::span<const uint8_t> octets = AtItsWildcard(entry, verified, now_, scratch);
    if (octets.empty()) return;
    TERN_FUZZ_PROPERTY(cache::IsSoundEntry(octets));
    const cache::EntryView at_wildcard(octets.data());
    TERN_FUZZ_PROPERTY(at_wildcard.name().FirstLabel() == "*");
    const wire::NameView encloser = at_wildcard.name().Parent();
    TERN_FUZZ_PROPERTY(good_labels_[encloser.LabelCount()]);
    TERN_FUZZ_PROPERTY(encloser.IsSubdomainOf(source_.zone()));
    TERN_FUZZ_PROPERTY(name_.view().IsSubdomainOf(encloser));
    TERN_FUZZ_PROPERTY(at_wildcard.type() == type_ && at_wildcard.Remaining(now_) <= kTtl);
  }

  fuzz::DenialTape source_;
  wire::Name name_;
  RRType type_ = RRType::kA;
  ZoneKeys keys_;
  const cache::Instant now_{1000};
  int checks_left_ = 32;
  int work_left_ = 1000;
  int hashes_left_ = 160;
  int keys_of_one_tag_ = 0;
  int turns_ = 0;
  std::bitset<wire::kLabelsMax + 1> good_labels_;  // what good signatures of an RRset say
  size_t good_proofs_ = 0;
  alignas(8) std::array<uint8_t, cache::kBuiltOctetsMax> buffer_;
};

}  // namespace
}  // namespace tern::resolver::dnssec

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size > 4096) return 0;
  tern::resolver::dnssec::Session({octets, size}).Run();
  return 0;
}
