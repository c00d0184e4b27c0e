#include "resolver/base/published_record.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace tern::resolver {
namespace {

std::vector<uint8_t> Repeated(uint8_t octet, size_t count) {
  return std::vector<uint8_t>(count, octet);
}

TEST(PublishedRecordTest, WhatWasWrittenLastIsRead) {
  PublishedRecord record(20);
  EXPECT_EQ(record.Read(), std::nullopt);
  record.Write(Repeated('a', 20));
  EXPECT_EQ(record.Read(), std::string(20, 'a'));
  record.Write(Repeated('b', 9));
  EXPECT_EQ(record.Read(), std::string(9, 'b'));
  record.Write({});
  EXPECT_EQ(record.Read(), std::nullopt);
}

TEST(PublishedRecordTest, TheWriterKnowsWhatItHolds) {
  PublishedRecord record(20);
  record.Write(Repeated('a', 9));
  EXPECT_TRUE(record.Holds(Repeated('a', 9)));
  EXPECT_FALSE(record.Holds(Repeated('a', 10)));
  EXPECT_FALSE(record.Holds(Repeated('b', 9)));
}

TEST(PublishedRecordTest, WhoMeetsTheWriterReadsAgain) {
  PublishedRecord record(20);
  record.Write(Repeated('a', 20));
  bool met = false;
  const auto read = record.Read([&] {
    if (!met) record.Write(Repeated('b', 20));
    met = true;
  });
  EXPECT_EQ(read, std::string(20, 'b'));
}

// Without the versions, a reader sees octets of two contents within some thousand reads.
TEST(PublishedRecordTest, AReaderNeverSeesTwoContentsMixed) {
  constexpr size_t kOctets = 256;
  PublishedRecord record(kOctets);
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    for (size_t i = 0; !is_over; ++i) {
      record.Write(Repeated(static_cast<uint8_t>(i), 1 + i % kOctets));
    }
  });
  size_t read_times = 0;
  while (read_times < 20'000) {
    const auto read = record.Read();
    if (!read) continue;
    ++read_times;
    const auto octet = static_cast<uint8_t>(read->front());
    ASSERT_EQ(*read, std::string(read->size(), static_cast<char>(octet)));
    ASSERT_EQ(read->size() % kOctets, (1 + size_t{octet}) % kOctets);
  }
  is_over = true;
  writer.join();
}

}  // namespace
}  // namespace tern::resolver
