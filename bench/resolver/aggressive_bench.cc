// What a question of a random-subdomain flood costs when the aggressive index answers it.
// hot_path_bench.cc has the cost of a hit to compare with.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "resolver/answer/reply.h"
#include "resolver/answer/request.h"
#include "resolver/base/dnssec_settings.h"
#include "resolver/crypto/nsec3_hash.h"
#include "resolver/dnssec/aggressive.h"
#include "resolver/dnssec/anchors.h"
#include "wire/name.h"

namespace tern::resolver {
namespace {

using wire::RRType;

constexpr cache::Instant kFloodTime(1000);
constexpr size_t kZoneNames = 10000;
constexpr size_t kFloodNames = 4096;
// A, RRSIG and NSEC, or without NSEC.
constexpr uint8_t kTypesOfNsec[] = {0, 6, 0x40, 0, 0, 0, 0, 3};
constexpr uint8_t kTypesOfNsec3[] = {0, 6, 0x40, 0, 0, 0, 0, 2};

wire::Name ZoneOfFlood() {
  wire::Name zone;
  if (!zone.Prepend("test") || !zone.Prepend("example")) std::abort();
  return zone;
}

wire::Name BelowZone(std::string_view label) {
  wire::Name name = ZoneOfFlood();
  if (!name.Prepend(label)) std::abort();
  return name;
}

void AppendTo(std::vector<uint8_t>* octets, std::span<const uint8_t> more) {
  octets->insert(octets->end(), more.begin(), more.end());
}

// A signed zone of 10,000 names, all ranges of which are known.
class KnownZone {
 public:
  explicit KnownZone(bool is_nsec3) : zone_(ZoneOfFlood()) {
    signature_.assign(18, 0);
    AppendTo(&signature_, zone_.view().octets());
    signature_.resize(signature_.size() + 64, 0x5a);  // of P-256
    soa_ = {0, 0};                                    // two root names
    soa_.resize(2 + 20, 1);
    std::vector<wire::Name> names = {zone_};
    for (size_t i = 0; i < kZoneNames; ++i) names.push_back(BelowZone("h" + std::to_string(i)));
    is_nsec3 ? LearnNsec3(names) : LearnNsec(names);
  }

  dnssec::AggressiveIndex& index() { return index_; }
  const wire::Name& zone() const { return zone_; }
  dnssec::HashBudget* hashes() { return &hashes_; }

 private:
  void Learn(wire::NameView owner, RRType type, const std::vector<uint8_t>& rdata) {
    const std::span<const uint8_t> signatures[] = {signature_};
    const cache::Instant expiry = kFloodTime + 3600;
    const dnssec::VerifiedRecord range[] = {{owner, type, rdata, signatures, expiry}};
    index_.Learn(zone_, {zone_, RRType::kSOA, soa_, signatures, expiry}, range, kFloodTime);
  }

  void LearnNsec(std::vector<wire::Name>& names) {
    std::ranges::sort(names, [](const wire::Name& a, const wire::Name& b) {
      return wire::CompareCanonical(a, b) < 0;
    });
    for (size_t i = 0; i < names.size(); ++i) {
      const wire::Name& next = names[(i + 1) % names.size()];
      std::vector<uint8_t> rdata(next.data(), next.data() + next.size());
      AppendTo(&rdata, kTypesOfNsec);
      Learn(names[i], RRType::kNSEC, rdata);
    }
  }

  void LearnNsec3(const std::vector<wire::Name>& names) {
    std::vector<crypto::Nsec3Hash> hashes;
    for (const wire::Name& name : names) hashes.push_back(*hasher_.Hash(name, {}, 0));
    std::ranges::sort(hashes);
    for (size_t i = 0; i < hashes.size(); ++i) {
      std::vector<uint8_t> rdata = {1, 0, 0, 0, 0, crypto::kNsec3HashOctets};
      AppendTo(&rdata, hashes[(i + 1) % hashes.size()]);
      AppendTo(&rdata, kTypesOfNsec3);
      const auto label = crypto::ToNsec3Label(hashes[i]);
      Learn(BelowZone({label.data(), label.size()}), RRType::kNSEC3, rdata);
    }
  }

  wire::Name zone_;
  std::vector<uint8_t> signature_;
  std::vector<uint8_t> soa_;
  crypto::Nsec3Hasher hasher_;
  dnssec::HashBudget hashes_{&hasher_, 0};
  dnssec::AggressiveIndex index_{size_t{256} << 20, 42};
};

KnownZone& ZoneWith(bool is_nsec3) {
  static KnownZone nsec(false);
  static KnownZone nsec3(true);
  return is_nsec3 ? nsec3 : nsec;
}

std::vector<wire::Name> Flood() {
  std::mt19937_64 random(7);
  std::vector<wire::Name> names;
  for (size_t i = 0; i < kFloodNames; ++i) {
    names.push_back(BelowZone("h" + std::to_string(random() % kZoneNames) + "x" +
                              std::to_string(random() % 100000)));
  }
  return names;
}

// The search alone, with copies of its records.
void BM_AggressiveAnswer(benchmark::State& state) {
  KnownZone& known = ZoneWith(state.range(0) != 0);
  const std::vector<wire::Name> names = Flood();
  const wire::NameView zones[] = {known.zone()};
  dnssec::AggressiveAnswer answer;
  size_t i = 0;
  for (auto _ : state) {
    known.hashes()->left = 32;
    if (!known.index().Answer(zones, names[i++ % kFloodNames], RRType::kA, kFloodTime,
                              known.hashes(), &answer) ||
        answer.kind() != dnssec::AggressiveKind::kNameError) {
      state.SkipWithError("no name error");
      return;
    }
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(BM_AggressiveAnswer)->ArgName("nsec3")->Arg(0)->Arg(1);

// From the query's octets to the reply's, for a client that does not want the proof.
void BM_AggressiveReply(benchmark::State& state) {
  KnownZone& known = ZoneWith(state.range(0) != 0);
  const wire::NameView zones[] = {known.zone()};
  std::vector<std::vector<uint8_t>> queries;
  for (const wire::Name& name : Flood()) {
    std::vector<uint8_t> query = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
    AppendTo(&query, name.view().octets());
    query.insert(query.end(), {0, 1, 0, 1, 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0});
    queries.push_back(query);
  }
  dnssec::AggressiveAnswer answer;
  uint64_t room[512];
  std::vector<uint8_t> reply(1232);
  size_t i = 0;
  for (auto _ : state) {
    const std::vector<uint8_t>& query = queries[i++ % kFloodNames];
    answer::Request request;
    wire::Rcode rcode = wire::Rcode::kNoError;
    known.hashes()->left = 32;
    cache::EntryBuilder builder({reinterpret_cast<uint8_t*>(room), sizeof room});
    std::span<const uint8_t> soa;
    answer::AnswerParts parts;
    if (answer::ParseRequest(query, &request, &rcode) != answer::RequestVerdict::kResolve ||
        !known.index().Answer(zones, request.name, request.type, kFloodTime, known.hashes(),
                              &answer) ||
        !answer.records()[0].records().Next(&soa) ||
        !builder.StartNxDomain(request.name, answer.zone(), answer.expiry() - kFloodTime,
                               kFloodTime) ||
        !builder.AddRecord(soa) || !parts.Add(cache::EntryView(builder.Finish().data()))) {
      state.SkipWithError("no reply");
      return;
    }
    benchmark::DoNotOptimize(
        answer::ComposeReply(query, request, parts, kFloodTime, 1, 1232, reply));
  }
}
BENCHMARK(BM_AggressiveReply)->ArgName("nsec3")->Arg(0)->Arg(1);

// Each question of the flood looks for the anchor of its name first. The operator may have exempted
// many zones. None of them is above the name, but they share its first labels from the right.
void BM_FindAnchor(benchmark::State& state) {
  std::vector<NegativeAnchor> exempt(static_cast<size_t>(state.range(0)));
  for (size_t i = 0; i < exempt.size(); ++i) {
    exempt[i].zone = BelowZone("exempt" + std::to_string(i));
  }
  ValidationSettings settings;
  settings.anchors = {RootAnchor()};
  settings.negative_anchors = NegativeAnchors(std::move(exempt));
  const wire::Name name = BelowZone("random-name");
  for (auto _ : state) benchmark::DoNotOptimize(dnssec::FindAnchor(settings, name));
}
BENCHMARK(BM_FindAnchor)->ArgName("exempt")->Arg(0)->Arg(10)->Arg(10000);

}  // namespace
}  // namespace tern::resolver
