// Teaches an aggressive index records that the input makes and asks it. Every answer is proven by
// the records that come with it, and the memory is kept.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "resolver/dnssec/aggressive.h"
#include "resolver/dnssec/denial.h"
#include "tests/fuzz/denial_tape.h"
#include "tests/fuzz/property.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {
namespace {

using wire::RRType;

constexpr size_t kRoomOctets = 16 * 4096;  // some ten ranges a shard
constexpr uint8_t kSignature[] = {1, 2, 3};
// Two root names and five numbers. The minimum is 60.
constexpr std::array<uint8_t, 22> kSoa = {0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0,
                                          0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60};

class Session {
 public:
  explicit Session(std::span<const uint8_t> input) : source_(input), index_(kRoomOctets, 7) {}

  void Run() {
    while (!source_.tape().AtEnd()) {
      switch (source_.tape().Below(8)) {
        case 0:
          now_ += static_cast<uint32_t>(source_.tape().Below(40));
          break;
        case 1:
          if (source_.tape().Chance(16)) index_.OnContradiction(source_.zone(), now_);
          break;
        case 2:
        case 3:
        case 4:
          Learn();
          break;
        default:
          Ask();
      }
    }
    index_.Clear();
    TERN_FUZZ_PROPERTY(index_.ReadCounts().octets == 0 && index_.ReadCounts().ranges == 0);
  }

 private:
  void Learn() {
    const std::span<const uint8_t> signatures[] = {kSignature};
    const DenialRecord record = source_.TakeRecord();
    const cache::Instant expiry = now_ + static_cast<uint32_t>(source_.tape().Below(100));
    const VerifiedRecord range[] = {{record.owner, record.type, record.rdata, signatures, expiry}};
    index_.Learn(source_.zone(), {source_.zone(), RRType::kSOA, kSoa, signatures, now_ + 100},
                 range, now_);
    TERN_FUZZ_PROPERTY(index_.ReadCounts().octets <= kRoomOctets);
  }

  void Ask() {
    const wire::Name name = source_.TakeName();
    const auto type = static_cast<RRType>(source_.tape().Octet());
    const wire::NameView zones[] = {source_.zone()};
    HashBudget hashes{source_.hasher(), 100};
    AggressiveAnswer answer;
    if (!index_.Answer(zones, name, type, now_, &hashes, &answer)) return;
    TERN_FUZZ_PROPERTY(answer.expiry() > now_ && answer.expiry() <= now_ + 60);
    std::vector<DenialRecord> proof;
    for (const AggressiveAnswer::Record& record : answer.records()) {
      cache::RecordCursor cursor = record.records();
      std::span<const uint8_t> rdata;
      TERN_FUZZ_PROPERTY(cursor.Next(&rdata));
      if (record.type != RRType::kSOA) proof.push_back({record.owner, record.type, rdata});
      TERN_FUZZ_PROPERTY(cursor.Next(&rdata) && rdata.size() == sizeof kSignature);
    }
    TERN_FUZZ_PROPERTY(IsProven(answer, name, type, proof, &hashes));
  }

  static bool IsProven(const AggressiveAnswer& answer, wire::NameView name, RRType type,
                       std::span<const DenialRecord> proof, HashBudget* hashes) {
    DenialProof proven;
    switch (answer.kind()) {
      case AggressiveKind::kNone:
        return false;
      case AggressiveKind::kNameError:
        proven = ProveNameError(answer.zone(), name, proof, hashes);
        break;
      case AggressiveKind::kNoData:
        proven = ProveNoData(answer.zone(), name, type, proof, hashes);
        break;
      case AggressiveKind::kWildcard:
        proven = ProveWildcardAnswer(answer.zone(), name, answer.wildcard().LabelCount() - 1, proof,
                                     hashes);
        break;
    }
    return proven.outcome == Denial::kProven;
  }

  fuzz::DenialTape source_;
  AggressiveIndex index_;
  cache::Instant now_{1000};
};

}  // namespace
}  // namespace tern::resolver::dnssec

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size > 4096) return 0;
  tern::resolver::dnssec::Session({octets, size}).Run();
  return 0;
}
