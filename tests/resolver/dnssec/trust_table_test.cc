// What a worker knows about zones' keys, and how much memory that takes.
#include "resolver/dnssec/trust_table.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <string>
#include <vector>

#include "resolver/crypto/signature.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::dnssec {
namespace {

constexpr cache::Instant kNoon(1000);

// A DNSKEY whose key is the largest that is read: RSA, 4096 bits. Each number makes another.
std::vector<uint8_t> LargeKey(size_t number) {
  std::vector<uint8_t> rdata = {1, 0, 3, 8, 3, 1, 0, 1};  // zone key, algorithm 8, exponent 65537
  for (size_t i = 0; i < 512; ++i)
    rdata.push_back(static_cast<uint8_t>(number * 37 + i * 11 + 131));
  rdata[8] |= 0x80;
  rdata.back() |= 1;
  return rdata;
}

wire::Name ZoneOf(size_t number) { return *wire::ParseName("zone" + std::to_string(number) + "."); }

TEST(TrustTableTest, FindsAZoneUntilItsTimeIsOver) {
  TrustTable table;
  ZoneKeys keys;
  keys.Add(LargeKey(1));
  table.Put(ZoneOf(1), 1, std::move(keys), kNoon + 10);
  EXPECT_NE(table.Find(ZoneOf(1), 1, kNoon), nullptr);
  EXPECT_EQ(table.Find(ZoneOf(2), 1, kNoon), nullptr);
  EXPECT_EQ(table.Find(ZoneOf(1), 1, kNoon + 10), nullptr);
}

TEST(TrustTableTest, ManyLargeKeysTakeNoMoreMemoryThanTheBound) {
  crypto::SignatureVerifier verifier;
  const std::array<uint8_t, 512> signature = {1};
  TrustTable table;
  const size_t before = mallinfo2().uordblks;
  for (size_t zone = 0; zone < 150; ++zone) {
    ZoneKeys keys;
    for (size_t key = 0; key < kKeysMax; ++key) keys.Add(LargeKey(zone * kKeysMax + key));
    ZoneKeys* const kept = table.Put(ZoneOf(zone), zone, std::move(keys), kNoon + 10);
    for (ZoneKey& key : kept->keys()) (void)key.Verify(verifier, {}, signature);
    EXPECT_LE(table.octets(), TrustTable::kOctetsMax);
    // The newest is there.
    EXPECT_NE(table.Find(ZoneOf(zone), zone, kNoon), nullptr);
  }
  EXPECT_LE(mallinfo2().uordblks - before, TrustTable::kOctetsMax);
  EXPECT_GT(table.octets(), TrustTable::kOctetsMax / 2);
  table.Clear();
  EXPECT_EQ(table.octets(), 0u);
}

}  // namespace
}  // namespace tern::resolver::dnssec
