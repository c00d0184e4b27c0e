// Streams of names to look up. One part is Zipf-distributed over a fixed universe. The other is a
// flood of names that never come back. A name is a number here; MakeAddressEntry makes a cache
// entry from it.
//
// Thread: one. The generator is seeded and gives the same stream on every machine.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "cache/entry.h"
#include "wire/name.h"

namespace tern::bench {

inline constexpr size_t kBenchNameOctets = 25;

// A name of 25 octets: h<8 hex digits>.some.exa.test.
class BenchName {
 public:
  explicit BenchName(uint32_t number) {
    static constexpr uint8_t kTemplate[kBenchNameOctets + 1] =
        "\x09h00000000\x04some\x03"
        "exa\x04test";
    std::memcpy(octets_, kTemplate, kBenchNameOctets);
    for (size_t at = 9; at >= 2; --at, number >>= 4) {
      octets_[at] = "0123456789abcdef"[number & 15];
    }
  }
  wire::NameView view() const { return wire::NameView::FromValid(octets_, kBenchNameOctets); }

 private:
  uint8_t octets_[kBenchNameOctets];
};

// An address record. It borrows `buffer` (8-octet aligned, 64 octets or more).
inline std::span<const uint8_t> MakeAddressEntry(std::span<uint8_t> buffer, wire::NameView name,
                                                 uint32_t address, uint32_t ttl,
                                                 cache::Instant now) {
  cache::EntryBuilder builder(buffer);
  uint8_t rdata[4];
  std::memcpy(rdata, &address, sizeof rdata);
  if (!builder.StartRRset(name, wire::RRType::kA, ttl, now, cache::Rank::kAnswerAuthoritative) ||
      !builder.AddRecord(rdata)) {
    std::abort();
  }
  return builder.Finish();
}

// A name of 31 octets below a block list: 001.002.003.004.zen.list.test. The list's name has three
// labels.
class ListedName {
 public:
  static constexpr size_t kOctets = 31;
  static constexpr size_t kZoneLabels = 3;

  explicit ListedName(uint32_t address) {
    static constexpr uint8_t kZone[] = "\x03zen\x04list\x04test";
    uint8_t* at = octets_;
    for (int i = 0; i < 4; ++i, address >>= 8) {
      const uint32_t octet = address & 0xff;
      *at++ = 3;
      for (const uint32_t digit : {octet / 100, octet / 10 % 10, octet % 10}) {
        *at++ = static_cast<uint8_t>('0' + digit);
      }
    }
    std::memcpy(at, kZone, sizeof kZone);
  }
  wire::NameView view() const { return wire::NameView::FromValid(octets_, kOctets); }

 private:
  uint8_t octets_[kOctets];
};

// What a block list says of an address that is not on it. It borrows `buffer` (8-octet aligned, 128
// octets or more).
inline std::span<const uint8_t> MakeListDenial(std::span<uint8_t> buffer, wire::NameView name,
                                               uint32_t ttl, cache::Instant now) {
  uint8_t soa[50] = "\x02ns\x04list\x04test\x00\x04mail\x04list\x04test";  // the numbers are 0
  cache::EntryBuilder builder(buffer);
  if (!builder.StartNxDomain(name, name.Suffix(ListedName::kZoneLabels), ttl, now) ||
      !builder.AddRecord(soa)) {
    std::abort();
  }
  return builder.Finish();
}

// Draws 0..universe-1. The probability is proportional to 1/(i+1)^exponent. It takes constant time
// (Walker's alias method).
class ZipfSampler {
 public:
  ZipfSampler(uint32_t universe, double exponent) : threshold_(universe), alias_(universe) {
    std::vector<double> weight(universe);
    double sum = 0;
    for (uint32_t i = 0; i < universe; ++i) sum += weight[i] = std::pow(i + 1.0, -exponent);
    std::vector<uint32_t> low;
    std::vector<uint32_t> high;
    for (uint32_t i = 0; i < universe; ++i) {
      weight[i] *= universe / sum;
      (weight[i] < 1 ? low : high).push_back(i);
    }
    while (!low.empty() && !high.empty()) {
      const uint32_t small = low.back();
      const uint32_t large = high.back();
      low.pop_back();
      threshold_[small] = weight[small];
      alias_[small] = large;
      weight[large] -= 1 - weight[small];
      if (weight[large] < 1) {
        high.pop_back();
        low.push_back(large);
      }
    }
    for (uint32_t i : low) threshold_[i] = 1;
    for (uint32_t i : high) threshold_[i] = 1;
  }

  uint32_t Draw(std::mt19937_64& random) const {
    const uint64_t bits = random();
    const uint32_t i = static_cast<uint32_t>((bits >> 32) * threshold_.size() >> 32);
    const double toss = static_cast<double>(bits & 0xffffffff) * 0x1p-32;
    return toss < threshold_[i] ? i : alias_[i];
  }

 private:
  std::vector<double> threshold_;
  std::vector<uint32_t> alias_;
};

// `length` names. A share `flood` of them never come back; these are numbered from `universe` on.
inline std::vector<uint32_t> MakeTrace(uint32_t universe, double exponent, double flood,
                                       size_t length, uint64_t seed) {
  std::mt19937_64 random(seed);
  const ZipfSampler sampler(universe, exponent);
  std::bernoulli_distribution is_flood(flood);
  std::vector<uint32_t> trace(length);
  uint32_t unique = universe;
  for (uint32_t& name : trace) {
    name = flood > 0 && is_flood(random) ? unique++ : sampler.Draw(random);
  }
  return trace;
}

}  // namespace tern::bench
