#include "resolver/dnssec/anchor_state_text.h"

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::dnssec {
namespace {

std::vector<uint8_t> DnskeyOf(std::string_view key) {
  return *wire::ParseRdata(wire::RRType::kDNSKEY,
                           std::vector<std::string>{"257", "3", "8", std::string(key)});
}

AnchorState Sample() {
  AnchorState state;
  state.last_good = 1'795'900'000;
  state.zones = {{wire::Name(),
                  {{DnskeyOf("AwEAAQ=="), KeyState::kValid, 1'790'000'000},
                   {DnskeyOf("AwEAAg=="), KeyState::kAddPending, 1'795'000'000},
                   {DnskeyOf("AwEAAw=="), KeyState::kMissing, 0},
                   {DnskeyOf("AwEABA=="), KeyState::kRevoked, 1},
                   {DnskeyOf("AwEABQ=="), KeyState::kRemoved, 2}}},
                 {*wire::ParseName("corp.example."), {}}};
  return state;
}

// A state with another line, and the sum as it was.
std::string WithLine(size_t line, std::string_view text) {
  AnchorState state;
  state.zones = {{wire::Name(), {{DnskeyOf("AwEAAQ=="), KeyState::kValid, 7}}}};
  std::string good = WriteAnchorState(state);
  size_t at = 0;
  for (size_t i = 1; i < line; ++i) at = good.find('\n', at) + 1;
  good.replace(at, good.find('\n', at) - at, text);
  return good;
}

TEST(AnchorStateTextTest, WhatIsWrittenIsRead) {
  for (const AnchorState& state : {Sample(), AnchorState()}) {
    const auto read = ReadAnchorState(WriteAnchorState(state));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, state);
  }
}

TEST(AnchorStateTextTest, EveryTornTextIsNoticed) {
  const std::string whole = WriteAnchorState(Sample());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadAnchorState(std::string_view(whole).substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(ReadAnchorState(whole + whole).ok());
  EXPECT_FALSE(ReadAnchorState(whole + "\n").ok());
}

TEST(AnchorStateTextTest, EveryFlippedBitIsNoticed) {
  const std::string whole = WriteAnchorState(Sample());
  for (size_t i = 0; i < whole.size() * 8; ++i) {
    std::string flipped = whole;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    const auto read = ReadAnchorState(flipped);
    EXPECT_FALSE(read.ok()) << i;
  }
}

TEST(AnchorStateTextTest, AChangedLineIsNoticed) {
  EXPECT_FALSE(ReadAnchorState(WithLine(4, "key valid 8 257 3 8 AwEAAQ==")).ok());
  EXPECT_FALSE(ReadAnchorState(WithLine(4, "")).ok());
}

// Somebody may have made the sum anew.
TEST(AnchorStateTextTest, DuplicatesAndUnknownLinesAreRefused) {
  AnchorState twice = Sample();
  twice.zones[0].keys.push_back(twice.zones[0].keys[0]);
  EXPECT_FALSE(ReadAnchorState(WriteAnchorState(twice)).ok());
  twice = Sample();
  twice.zones.push_back(twice.zones[0]);
  EXPECT_FALSE(ReadAnchorState(WriteAnchorState(twice)).ok());
  AnchorState many;
  many.zones.emplace_back();
  for (size_t i = 0; i <= kAnchorKeysMax; ++i) {
    many.zones[0].keys.push_back(
        {DnskeyOf("AwEA" + std::string(1, static_cast<char>('A' + i)) + "AAA"), KeyState::kValid,
         0});
  }
  EXPECT_FALSE(ReadAnchorState(WriteAnchorState(many)).ok());
}

TEST(AnchorStateTextTest, AnotherVersionLooksLikeAStateAndIsNotRead) {
  EXPECT_TRUE(LooksLikeAnchorState("tern-trust-anchors 2\n"));
  EXPECT_FALSE(ReadAnchorState(WithLine(1, "tern-trust-anchors 2")).ok());
  EXPECT_FALSE(LooksLikeAnchorState("nobody:x:65534:65534\n"));
}

}  // namespace
}  // namespace tern::resolver::dnssec
